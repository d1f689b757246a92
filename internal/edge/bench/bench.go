// Package bench answers one question with figures: what does this program cost over a bare net/http and pgx handler
// that runs the same SQL, and how much of that is the isolation of cities?
//
// It measures the product itself, whole, over loopback HTTP: the public page of a service, and the submission of an
// application. The bare handlers are not written by hand. The product's own statements are recorded while it answers
// and replayed with prepared statements, in the same transactions, as a role that row-level security does not bind. So
// the comparison cannot fall behind the product, and before anything is measured both must have left the same rows.
// Product and bare take turns, and each submission round starts from an identical database.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Program is the product, built on one database.
type Program struct {
	Casework *casework.Service
	Surveys  *ductsurvey.Service
	DuctMap  *ductmap.Service
	Leases   *lease.Service
	Tariffs  *ducttariff.Service
	Identity *identity.Service
	Guard    *access.Guard
	DB       *storage.DB
	City     tenancy.City
	Handler  http.Handler
	Serve    func(ctx context.Context, ln net.Listener, h http.Handler) error
	Close    func()
}

// Variant is a way to build the product that is not for serving people.
type Variant struct {
	Recorder *Recorder // notes the statements of each request
	Open     bool      // without the tenant door, as a role that row-level security does not bind
}

// Deps is what a benchmark runs on. The program that Build makes must believe the X-Forwarded-For of 127.0.0.1: the
// requests come as from many people, so that the rate limit counts each of them and stops none.
type Deps struct {
	SuperURL string // of a server with Database; the bare handlers work as this role
	Database string // migrated, with the city's pack; it is copied for each round and must have no connection open
	Conns    int    // of each handler under measurement
	Build    func(ctx context.Context, database string, v Variant) (*Program, error)
}

// Options bounds a benchmark.
type Options struct {
	Seconds int // of the page, for each side
	Clients int // requests under way at once
}

const (
	rounds  = 5
	service = "ktp-el-hilang"
)

// run is one benchmark under way.
type run struct {
	Deps
	Options
	admin    *admin
	drafts   []draft
	recorded *recording
}

// Run measures and writes a table to out. It needs a machine on which nothing else is busy.
func Run(ctx context.Context, out io.Writer, d Deps, o Options) error {
	if o.Seconds < 1 || o.Clients < 1 {
		return errors.New("bench: --seconds and --clients must be at least 1")
	}
	a, err := connect(ctx, d.SuperURL)
	if err != nil {
		return err
	}
	defer a.close()
	b := &run{Deps: d, Options: o, admin: a}
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }

	say("Preparing %d residents, each with a finished draft …", o.Seconds*perSecond)
	if err := b.prepare(ctx, o.Seconds*perSecond); err != nil {
		return err
	}
	if err := b.record(ctx); err != nil {
		return err
	}
	say("Measuring the page of a service …")
	page, err := b.page(ctx)
	if err != nil {
		return err
	}
	say("Measuring the submission of %d applications, %d times for each side …", len(b.drafts)-b.warmUp(), rounds)
	submit, err := b.submit(ctx)
	if err != nil {
		return err
	}
	m, err := machineOf(ctx, a)
	if err != nil {
		return err
	}
	return report{run: b, machine: m, page: page, submit: submit}.write(out)
}

// Verify measures nothing: it proves that the bare handlers do what the product does, for a test.
func Verify(ctx context.Context, d Deps) error {
	a, err := connect(ctx, d.SuperURL)
	if err != nil {
		return err
	}
	defer a.close()
	b := &run{Deps: d, admin: a}
	if err := b.prepare(ctx, 12); err != nil {
		return err
	}
	return b.record(ctx)
}
