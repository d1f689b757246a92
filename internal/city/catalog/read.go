package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Detail is a service with everything its page shows. It is shared between readers: do not change it.
type Detail struct {
	Service  Service   `json:"service"`
	Agency   Agency    `json:"agency"`
	Joint    []Agency  `json:"joint_agencies,omitempty"`
	Standard *Standard `json:"standard"` // in force today; nil when none is in force yet
}

// Filter narrows List; its zero value lists everything that is offered.
type Filter struct {
	Agency      string // alone or jointly responsible
	Category    string
	Integration Level
	Retired     bool // also services that are no longer offered, for old applications
}

// Counts says how many services are offered, by what a page groups them by.
type Counts struct {
	Total       int            `json:"total"`
	Category    map[string]int `json:"category"`
	Agency      map[string]int `json:"agency"` // a joint service counts for each of its agencies
	Integration map[Level]int  `json:"integration"`
}

// Agencies returns the offices of ctx's city in their official order. Anyone may read.
func (c *Catalog) Agencies(ctx context.Context) ([]Agency, error) {
	s, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.agencies), nil
}

// Agency returns one office; NotFound "catalog.unknown_agency" when the city has none of that code.
func (c *Catalog) Agency(ctx context.Context, code string) (Agency, error) {
	s, err := c.snapshot(ctx)
	if err != nil {
		return Agency{}, err
	}
	a, ok := s.agency(code)
	if !ok {
		return Agency{}, fault.New(fault.NotFound, "catalog.unknown_agency", "code", code)
	}
	return a, nil
}

// List returns the services that ctx's city offers, in the order of its pack. Anyone may read.
func (c *Catalog) List(ctx context.Context, f Filter) ([]Service, error) {
	s, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var out []Service
	for _, one := range s.services {
		if (f.Retired || !one.Retired()) && (f.Category == "" || one.Category == f.Category) &&
			(f.Integration == "" || one.Integration == f.Integration) &&
			(f.Agency == "" || one.Agency == f.Agency || slices.Contains(one.JointAgencies, f.Agency)) {
			out = append(out, one)
		}
	}
	return out, nil
}

// Counts returns how many services ctx's city offers.
func (c *Catalog) Counts(ctx context.Context) (Counts, error) {
	n := Counts{Category: map[string]int{}, Agency: map[string]int{}, Integration: map[Level]int{}}
	all, err := c.List(ctx, Filter{})
	for _, s := range all {
		n.Total++
		n.Category[s.Category]++
		n.Integration[s.Integration]++
		n.Agency[s.Agency]++
		for _, a := range s.JointAgencies {
			if a != s.Agency {
				n.Agency[a]++
			}
		}
	}
	return n, err
}

// Find returns a service with the standard in force today. It asks the database for one small row, and for the
// standard on the first reading only. Refusals: NotFound "catalog.unknown_service", Gone "catalog.retired_service".
func (c *Catalog) Find(ctx context.Context, code string) (Detail, error) {
	s, err := c.snapshot(ctx)
	if err != nil {
		return Detail{}, err
	}
	if d, ok := s.detail(code); ok {
		return d, nil
	}
	i := slices.IndexFunc(s.services, func(o Service) bool { return o.Code == code })
	if i < 0 {
		return Detail{}, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	}
	d, err := s.describe(s.services[i])
	if err != nil {
		return Detail{}, err
	}
	if d.Standard, err = inForce(ctx, c.db, code, s.day); err != nil {
		return Detail{}, err
	}
	s.keep(code, d)
	return d, nil
}

// Describe is Find for the services of a list, in its order: one small row, and one query for all the standards that
// were not read before. A service that is no longer offered since the list was read is left out.
func (c *Catalog) Describe(ctx context.Context, list []Service) ([]Detail, error) {
	s, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Detail, 0, len(list))
	place := map[string]int{} // of what is not at hand
	for _, one := range list {
		d, ok := s.detail(one.Code)
		if !ok {
			i := slices.IndexFunc(s.services, func(o Service) bool { return o.Code == one.Code && !o.Retired() })
			if i < 0 {
				continue
			}
			if d, err = s.describe(s.services[i]); err != nil {
				return nil, err
			}
			place[one.Code] = len(out)
		}
		out = append(out, d)
	}
	if len(place) == 0 {
		return out, nil
	}
	var found []Standard
	err = standards(c.db, &found).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("service IN (?)", bun.List(slices.Collect(maps.Keys(place)))).
		Where("effective_from <= ?::date AND (effective_to IS NULL OR effective_to > ?::date)", s.day, s.day).
		DistinctOn("service").Order("service", "version DESC").Scan(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	for i := range found {
		out[place[found[i].Service]].Standard = &found[i]
	}
	for code, i := range place {
		s.keep(code, out[i])
	}
	return out, nil
}

// RetiredService is the cause of the refusal "catalog.retired_service": what it was, and what to do instead.
type RetiredService struct{ Service Service }

func (r *RetiredService) Error() string { return r.Service.Code + " is retired" }

// describe puts a service together with its agencies.
func (s *snapshot) describe(one Service) (Detail, error) {
	if one.Retired() {
		return Detail{}, fault.Wrap(fault.Gone, "catalog.retired_service", &RetiredService{one})
	}
	d := Detail{Service: one}
	d.Agency, _ = s.agency(one.Agency)
	for _, joint := range one.JointAgencies {
		if a, ok := s.agency(joint); ok {
			d.Joint = append(d.Joint, a)
		}
	}
	return d, nil
}

// FindAt is Find by the standard in force on a day ("2026-11-24"), read through db and never from a copy: what an
// application is promised by, inside its transaction. It refuses what Find refuses, and NotFound
// "catalog.no_standard" when none was in force.
func (c *Catalog) FindAt(ctx context.Context, db bun.IDB, code, day string) (Detail, error) {
	ctx = tenancy.Prepared(ctx)
	tenant, s := tenancy.Must(ctx), &snapshot{}
	err := db.NewSelect().Model(&s.services).Where("tenant_id = ? AND code = ?", tenant, code).Scan(ctx)
	if err != nil {
		return Detail{}, wrap(err)
	}
	if len(s.services) == 0 {
		return Detail{}, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	}
	one := s.services[0]
	err = db.NewSelect().Model(&s.agencies).Where("tenant_id = ?", tenant).
		Where("code IN (?)", bun.List(append([]string{one.Agency}, one.JointAgencies...))).Scan(ctx)
	if err != nil {
		return Detail{}, wrap(err)
	}
	d, err := s.describe(one)
	if err != nil {
		return Detail{}, err
	}
	if d.Standard, err = inForce(ctx, db, code, day); err == nil && d.Standard == nil {
		err = fault.New(fault.NotFound, "catalog.no_standard", "code", code)
	}
	if err != nil {
		return Detail{}, err
	}
	return d, nil
}

// Name is what a service is called, read through db and never from a copy. It refuses NotFound
// "catalog.unknown_service" for one that is not in the catalogue.
func (c *Catalog) Name(ctx context.Context, db bun.IDB, code string) (i18n.Text, error) {
	var s Service
	err := db.NewSelect().Model(&s).Column("name").Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	}
	return s.Name, wrap(err)
}

// MadeWith lists the agencies whose services are made with a definition: a "form", "workflow" or "document" by its code,
// published or in a draft. What is no longer offered counts for what it still has under way.
func (c *Catalog) MadeWith(ctx context.Context, db bun.IDB, kind, code string) ([]string, error) {
	var all []string
	err := db.NewRaw(`SELECT agency FROM service WHERE tenant_id = ?0 AND ?1 = ?2
		UNION SELECT service->>'agency' FROM service_draft WHERE tenant_id = ?0 AND ?1 = ?2 ORDER BY 1`, tenancy.Must(ctx), bun.Ident(kind), code).Scan(ctx, &all)
	return all, wrap(err)
}

// Offered is Name for whoever would begin something with the service: one that is no longer offered comes back with its name
// and the refusal Gone "catalog.retired_service".
func (c *Catalog) Offered(ctx context.Context, db bun.IDB, code string) (i18n.Text, error) {
	var s Service
	err := db.NewSelect().Model(&s).Column("code", "name", "retired_at", "instead").Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	case err != nil:
		return nil, wrap(err)
	case s.Retired():
		return s.Name, fault.Wrap(fault.Gone, "catalog.retired_service", &RetiredService{s})
	}
	return s.Name, nil
}

func inForce(ctx context.Context, db bun.IDB, code, day string) (*Standard, error) {
	var st Standard
	err := standards(db, &st).Where("tenant_id = ? AND service = ?", tenancy.Must(ctx), code).
		Where("effective_from <= ?::date AND (effective_to IS NULL OR effective_to > ?::date)", day, day).
		Order("version DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &st, wrap(err)
}

// standards selects whole standards with their days as text, which is what a day without a zone is here.
func standards(db bun.IDB, into any) *bun.SelectQuery {
	return db.NewSelect().Model(into).ColumnExpr(`tenant_id, service, version, decree, verified, source, parts,
		to_char(effective_from, 'YYYY-MM-DD') AS effective_from, coalesce(to_char(effective_to, 'YYYY-MM-DD'), '') AS effective_to`)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("catalog: %w", err)
}
