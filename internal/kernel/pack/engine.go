package pack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Section is one capability's part of every pack.
type Section struct {
	Name string
	// Revision is raised when Apply writes something else from the same files, so that unchanged packs apply again.
	Revision int
	// Check refuses what Apply could not use, without a database. It may be nil.
	Check func(p *Pack) error
	// Apply makes the city's rows equal to the pack, whatever they were before.
	Apply func(ctx context.Context, tx bun.Tx, p *Pack) error
}

// Engine applies packs through its sections, in the order of their registration.
type Engine struct{ sections []Section }

// NewEngine returns an Engine with the kernel's own sections: the calendar, the areas, the map and how long personal data is kept.
func NewEngine() *Engine {
	return &Engine{sections: []Section{calendarSection(), areaSection(), mapSection(), retentionSection()}}
}

// Register adds a section. Two of one name are a bug at start and panic.
func (e *Engine) Register(s Section) {
	if slices.ContainsFunc(e.sections, func(o Section) bool { return o.Name == s.Name }) {
		panic("pack: section " + s.Name + " is registered twice")
	}
	e.sections = append(e.sections, s)
}

// Check returns everything that any section finds wrong with p, as one refusal "pack.invalid".
func (e *Engine) Check(p *Pack) error {
	var errs []error
	for _, s := range e.sections {
		if s.Check == nil {
			continue
		}
		if err := s.Check(p); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	return Join(errs...)
}

// applied is the record of the pack that a city's rows were last made equal to.
type applied struct {
	bun.BaseModel `bun:"table:pack_applied,alias:pa"`

	TenantID  uuid.UUID         `bun:"tenant_id,pk"`
	Files     map[string]string `bun:"files,type:jsonb"`
	Sections  map[string]int    `bun:"sections,type:jsonb"`
	AppliedAt time.Time         `bun:"applied_at"`
}

// Apply makes a city's rows equal to its pack; for the command line, the demo and onboarding, never for a request.
// The city is created when its slug is new; its status, modules and demo mark are not the pack's and stay. All
// sections share one transaction, so a failure leaves the city's rows as they were; only its line in the directory of
// tenants, which another role writes, is then new already, until the next Apply of whichever pack. A pack that was
// applied changes nothing and says so. Refusals: "pack.invalid" (see Check), and "pack.host_taken" when another city
// has a host.
func (e *Engine) Apply(ctx context.Context, db *storage.DB, p *Pack) (Report, error) {
	if err := e.Check(p); err != nil {
		return Report{}, err
	}
	report, err := e.Diff(ctx, db, p)
	if err != nil || report.Unchanged() {
		return report, err
	}
	city, err := saveCity(ctx, db.Platform, p)
	if err != nil {
		return Report{}, err
	}
	report.City = city
	err = tenancy.InTx(tenancy.With(ctx, city), db.App, func(ctx context.Context, tx bun.Tx) error {
		return e.apply(ctx, tx, p, &report)
	})
	if err != nil {
		return Report{}, fmt.Errorf("pack: apply %s: %w", p.City.Slug, err)
	}
	return report, nil
}

func (e *Engine) apply(ctx context.Context, tx bun.Tx, p *Pack, report *Report) error {
	// Two processes that start together apply one after the other, and the second finds nothing to do.
	lock := "pack " + report.City.ID.String()
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", lock).Exec(ctx); err != nil {
		return err
	}
	before, err := last(ctx, tx, report.City.ID)
	if err != nil {
		return err
	}
	*report = Report{Slug: report.Slug, City: report.City, Created: report.Created && before.TenantID == uuid.Nil, Directory: report.Directory}
	report.compare(before, p.hashes(), e.revisions())
	if !report.rows() {
		return nil
	}
	for _, s := range e.sections {
		if err := s.Apply(ctx, tx, p); err != nil {
			return fmt.Errorf("section %s: %w", s.Name, err)
		}
	}
	row := applied{TenantID: report.City.ID, Files: p.hashes(), Sections: e.revisions(), AppliedAt: time.Now().UTC()}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (tenant_id) DO UPDATE").
		Set("files = EXCLUDED.files, sections = EXCLUDED.sections, applied_at = EXCLUDED.applied_at").Exec(ctx)
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "pack.apply", Object: "city", ObjectID: report.City.ID,
		Detail: map[string]any{"bases": p.Bases, "added": len(report.Added), "changed": len(report.Changed), "removed": len(report.Removed)},
	})
}

// last returns what was last applied to a city, zero when nothing was.
func last(ctx context.Context, db bun.IDB, tenant uuid.UUID) (applied, error) {
	var row applied
	err := db.NewSelect().Model(&row).Where("tenant_id = ?", tenant).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return applied{}, nil
	}
	return row, err
}

// Diff says what Apply would do, and writes nothing.
func (e *Engine) Diff(ctx context.Context, db *storage.DB, p *Pack) (Report, error) {
	report := Report{Slug: p.City.Slug}
	err := db.Platform.NewSelect().Model(&report.City).Where("slug = ?", p.City.Slug).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		report.Created = true
		report.compare(applied{}, p.hashes(), e.revisions())
		return report, nil
	}
	if err != nil {
		return Report{}, fmt.Errorf("pack: %w", err)
	}
	report.Directory = !p.isCity(report.City)
	before, err := last(tenancy.With(ctx, report.City), db.App, report.City.ID)
	if err != nil {
		return Report{}, fmt.Errorf("pack: %w", err)
	}
	report.compare(before, p.hashes(), e.revisions())
	return report, nil
}

func (e *Engine) revisions() map[string]int {
	out := map[string]int{}
	for _, s := range e.sections {
		out[s.Name] = s.Revision
	}
	return out
}

// Report is what an Apply did, or would do, file by file.
type Report struct {
	Slug    string
	City    tenancy.City // zero when Diff finds no such city yet
	Created bool         // the city itself is new

	Directory bool     // its line in the directory of tenants said something else
	Added     []string // files, in name order
	Changed   []string
	Removed   []string
	Sections  []string // sections that are new here or were revised
}

// Unchanged reports whether there is nothing to do.
func (r Report) Unchanged() bool { return !r.Created && !r.Directory && !r.rows() }

// rows reports whether the city's own rows need to be written.
func (r Report) rows() bool { return len(r.Added)+len(r.Changed)+len(r.Removed)+len(r.Sections) > 0 }

func (r *Report) compare(before applied, files map[string]string, sections map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch old, ok := before.Files[name]; {
		case !ok:
			r.Added = append(r.Added, name)
		case old != files[name]:
			r.Changed = append(r.Changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before.Files)) {
		if _, ok := files[name]; !ok {
			r.Removed = append(r.Removed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		if old, ok := before.Sections[name]; !ok || old != sections[name] {
			r.Sections = append(r.Sections, name)
		}
	}
}
