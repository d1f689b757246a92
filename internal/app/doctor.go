package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// findings are what doctor has looked at so far.
type findings []cli.Check

// add notes a check, and reports whether it found nothing.
func (f *findings) add(name string, err error) bool {
	c := cli.Check{Name: name, OK: err == nil}
	if err != nil {
		c.Note = err.Error()
	}
	*f = append(*f, c)
	return err == nil
}

// warn is add for what the program can do without.
func (f *findings) warn(name string, err error) {
	f.add(name, err)
	(*f)[len(*f)-1].Warning = err != nil
}

// doctor checks what an operator would otherwise learn from a resident.
func doctor(ctx context.Context, o cli.DoctorOptions) []cli.Check {
	var f findings
	if cfg, err := config.Load(); f.add("configuration", err) {
		f.examine(ctx, cfg, o)
	}
	return f
}

func (f *findings) examine(ctx context.Context, cfg config.Config, o cli.DoctorOptions) {
	db, err := storage.Open(ctx, string(cfg.DatabaseURL), string(cfg.DatabasePlatformURL), 4)
	if !f.add("database connections", err) {
		return
	}
	f.add("roles cannot bypass isolation", db.VerifyRoles(ctx))
	f.add("every table is guarded", db.VerifyTables(ctx))
	f.warn("statements and transactions are limited", db.VerifyTimeouts(ctx))
	f.add("operators are marked for their indexes", db.VerifyLeakproof(ctx, storage.LeakproofNeeded))
	f.warn("operators are marked for indexes to come", db.VerifyLeakproof(ctx, storage.LeakproofToCome))
	db.Close()
	a, err := New(ctx, cfg, slog.New(slog.DiscardHandler))
	if !f.add("services", err) {
		return
	}
	defer a.Close()
	f.add("redis", a.Redis.Ping(ctx).Err())
	probe := filepath.Join(cfg.DataDir, ".doctor")
	err = os.WriteFile(probe, nil, 0o600)
	_ = os.Remove(probe)
	f.add("data folder is writable", err)
	f.add("months ahead have their partition of usage", a.Metering.CheckPartitions(ctx))
	f.warn("uploads are scanned for malware", a.Files.Scanner(ctx))
	f.warn("files lie sealed", a.filesSealed(ctx))
	f.warn("cities can pay by Stripe besides transfer", a.Collection.Check())
	all, err := a.Directory.All(ctx)
	f.add("directory of cities", err)
	for _, c := range all {
		f.chain(ctx, a, c, o.Anchors[c.Slug])
		note, err := a.mailNote(tenancy.With(ctx, c))
		if f.add("mail of "+c.Slug, err) {
			(*f)[len(*f)-1].Note = note
		}
	}
	for slug := range o.Anchors {
		if !slices.ContainsFunc(all, func(c tenancy.City) bool { return c.Slug == slug }) {
			f.add("anchor of "+slug, fmt.Errorf("no city is called %s", slug))
		}
	}
}

// chain checks one city's audit record, and prints its end for whoever keeps it elsewhere.
func (f *findings) chain(ctx context.Context, a *App, c tenancy.City, anchors []audit.Anchor) {
	end, err := audit.Verify(tenancy.With(ctx, c), a.DB.App, anchors...)
	if !f.add("audit chain of "+c.Slug, err) || end.Seq == 0 {
		return
	}
	note := fmt.Sprintf("ends at %s, in full %s", end.Short(), end)
	for _, anchor := range anchors {
		note += fmt.Sprintf("; unchanged up to link %d", anchor.Seq)
	}
	(*f)[len(*f)-1].Note = note
}
