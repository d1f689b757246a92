package booking

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Section is booking's part of a city pack: counters/*.yaml. Register it with the engine. A counter that an administrator
// has changed is no longer the pack's; one that the pack no longer has is retired, because people have been there.
func Section() pack.Section {
	return pack.Section{
		Name: "booking",
		Check: func(p *pack.Pack) error {
			_, err := readPack(p)
			return err
		},
		Apply: applyPack,
	}
}

func readPack(p *pack.Pack) ([]Counter, error) {
	names := p.Names("counters")
	if len(names) == 0 {
		return nil, nil
	}
	var agencies []map[string]any // the catalogue reads and checks them
	if err := p.Decode("agencies.yaml", &agencies); err != nil {
		return nil, err
	}
	var out []Counter
	var errs []error
	for _, name := range names {
		var c Counter
		if err := p.Decode(name, &c); err != nil {
			errs = append(errs, err)
			continue
		}
		check := p.Check(name)
		if file := strings.TrimSuffix(path.Base(name), ".yaml"); c.Code != file {
			check.Add("code", "not_file_name", "value", c.Code, "file", file)
		}
		if !slices.ContainsFunc(agencies, func(a map[string]any) bool { return a["code"] == c.Agency }) {
			check.Add("agency", "unknown_agency", "value", c.Agency)
		}
		for i, service := range c.Services {
			if !p.Has("services/" + service + ".yaml") {
				check.Add(pack.At("services", i), "unknown_service", "value", service)
			}
		}
		checkCounter(check, c)
		errs = append(errs, check.Err())
		out = append(out, c)
	}
	return out, pack.Join(errs...)
}

func checkCounter(check *pack.Check, c Counter) {
	check.Code("code", c.Code)
	check.Text("name", c.Name)
	check.Text("address", c.Address)
	check.Required("source", c.Source)
	if len(c.Services) == 0 {
		check.Add("services", "required")
	}
	if (c.Latitude == nil) != (c.Longitude == nil) {
		check.Add("longitude", "required")
	}
	if len(c.Rules) == 0 {
		check.Add("rules", "required")
	}
	last := ""
	for i, r := range c.Rules {
		at := pack.At("rules", i)
		if _, err := time.Parse(time.DateOnly, r.EffectiveFrom); err != nil {
			check.Add(at+".effective_from", "bad_form", "value", r.EffectiveFrom, "example", "2026-01-01")
		}
		if r.EffectiveFrom <= last {
			check.Add(at+".effective_from", "not_after", "value", r.EffectiveFrom, "other", last)
		}
		last = r.EffectiveFrom
		for _, f := range r.faults() {
			check.Add(at+"."+f.Name, "bad_form", "value", f.Args[1], "example", f.Args[3])
		}
	}
}

func applyPack(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	all, err := readPack(p)
	if err != nil {
		return err
	}
	tenant, codes := tenancy.Must(ctx), []string{""}
	for i := range all {
		c := all[i]
		c.TenantID = tenant
		codes = append(codes, c.Code)
		managed, err := tx.NewSelect().Model((*Counter)(nil)).Where("c.tenant_id = ? AND c.code = ? AND c.managed", tenant, c.Code).Exists(ctx)
		if err != nil {
			return fmt.Errorf("booking: apply: %w", err)
		}
		if managed {
			continue
		}
		if err := writeCounter(ctx, tx, c, time.Now()); err != nil {
			return err
		}
	}
	_, err = tx.NewRaw("UPDATE counter SET retired_at = now() WHERE tenant_id = ? AND NOT managed AND retired_at IS NULL AND code NOT IN (?)", tenant, bun.List(codes)).Exec(ctx)
	return err
}

// writeCounter makes a counter and its rules what c says; the slots and days from now on follow.
func writeCounter(ctx context.Context, tx bun.IDB, c Counter, now time.Time) error {
	_, err := tx.NewInsert().Model(&c).On("CONFLICT (tenant_id, code) DO UPDATE").
		Set(`agency = EXCLUDED.agency, position = EXCLUDED.position, name = EXCLUDED.name, address = EXCLUDED.address, latitude = EXCLUDED.latitude,
			longitude = EXCLUDED.longitude, services = EXCLUDED.services, needs_application = EXCLUDED.needs_application, source = EXCLUDED.source,
			verified = EXCLUDED.verified, managed = EXCLUDED.managed, retired_at = EXCLUDED.retired_at`).Exec(ctx)
	if err != nil {
		return fmt.Errorf("booking: write: %w", err)
	}
	if _, err := tx.NewDelete().Model((*Rule)(nil)).Where("tenant_id = ? AND counter = ?", c.TenantID, c.Code).Exec(ctx); err != nil {
		return fmt.Errorf("booking: write: %w", err)
	}
	rules := slices.Clone(c.Rules)
	for i := range rules {
		rules[i].TenantID, rules[i].Counter = c.TenantID, c.Code
	}
	if len(rules) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rules).Exec(ctx); err != nil {
		return fmt.Errorf("booking: write: %w", err)
	}
	return resize(ctx, tx, c, now)
}

// resize gives the slots and days to come the size that the rule in force for them says, and never less than is taken. It
// holds them in the order of whoever takes a place: slots by time, then days.
func resize(ctx context.Context, tx bun.IDB, c Counter, now time.Time) error {
	zone := zone(ctx)
	today := now.In(zone).Format(time.DateOnly)
	_, err := tx.NewRaw("SELECT FROM counter_slot WHERE tenant_id = ? AND counter = ? AND starts_at > ? ORDER BY starts_at FOR UPDATE", c.TenantID, c.Code, now).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw("SELECT FROM counter_day WHERE tenant_id = ? AND counter = ? AND day >= ? ORDER BY day FOR UPDATE", c.TenantID, c.Code, today).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("booking: resize: %w", err)
	}
	for i, r := range c.Rules {
		until := "9999-12-31"
		if i+1 < len(c.Rules) {
			until = c.Rules[i+1].EffectiveFrom
		}
		_, err := tx.NewRaw(`UPDATE counter_slot SET capacity = greatest(booked, ?0) WHERE tenant_id = ?1 AND counter = ?2 AND starts_at > ?6
			AND (starts_at AT TIME ZONE ?3)::date >= ?4 AND (starts_at AT TIME ZONE ?3)::date < ?5`,
			r.Capacity, c.TenantID, c.Code, zone.String(), r.EffectiveFrom, until, now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("booking: resize: %w", err)
		}
		_, err = tx.NewRaw(`UPDATE counter_day SET quota = CASE WHEN ?0 = 0 THEN 0 ELSE greatest(booked, ?0) END
			WHERE tenant_id = ?1 AND counter = ?2 AND day >= greatest(?3::date, ?5::date) AND day < ?4`,
			r.DayQuota, c.TenantID, c.Code, r.EffectiveFrom, until, today).Exec(ctx)
		if err != nil {
			return fmt.Errorf("booking: resize: %w", err)
		}
	}
	return nil
}

// weekdays are the days that hours may name.
func isWeekday(s string) bool { return slices.Contains(calendar.Weekdays(), s) }
