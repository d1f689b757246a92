package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tariff"
	"bedelau/internal/kernel/tenancy"
)

// check refuses, as package pack does, an edition that cannot be published: what a pack's would be refused for, an
// application elsewhere without a safe address, definitions that the city has not published or that do not fit together,
// and a day that would change what was promised before.
func (e *Editor) check(ctx context.Context, db bun.IDB, in Edition) error {
	tenant := tenancy.Must(ctx)
	var agencies []Agency
	if err := db.NewSelect().Model(&agencies).Where("tenant_id = ?", tenant).Order("position", "code").Limit(1000).Scan(ctx); err != nil {
		return wrap(err)
	}
	c := pack.CheckOf(in.Service.Code)
	o := offer{Service: in.Service}
	o.Standard.Version, o.Standard.EffectiveFrom, o.Standard.Parts = 1, in.Standard.EffectiveFrom, in.Standard.Parts
	checkContent(c, o, agencies)
	if s := in.Service; s.Integration != Native && s.Integration != Info && (s.Link == nil || !strings.HasPrefix(s.Link.URL, "https://")) {
		c.Add("link.url", "https_needed")
	}
	if in.Service.Verified && strings.TrimSpace(in.Service.Source) == "" {
		c.Add("source", "verified_without_source")
	}
	if err := e.checkDay(ctx, db, c, in); err != nil {
		return err
	}
	if err := checkTariffs(ctx, db, c, in.Standard.Parts.Fee); err != nil {
		return err
	}
	kept, err := e.d.Definitions.Kept(ctx, db)
	if err != nil {
		return err
	}
	missing := false
	checkDefinitions(c, in.Service, func(folder, code string) {
		if kind := strings.TrimSuffix(folder, "s"); !slices.Contains(kept[kind], code) {
			c.Add(kind, "not_published", "value", code)
			missing = true
		}
	})
	s := in.Service
	if s.Integration != Native || missing || s.Form == "" || s.Workflow == "" {
		return c.Err()
	}
	var codes []string
	for _, a := range agencies {
		codes = append(codes, a.Code)
	}
	return pack.Join(c.Err(), e.d.Definitions.Fits(ctx, db, codes, s.Form, s.Workflow, s.Document, s.Rules.Office))
}

// checkTariffs refuses a formula that goes by a table which the city does not have.
func checkTariffs(ctx context.Context, db bun.IDB, c *pack.Check, f Fee) error {
	if len(f.Tariffs) == 0 {
		return nil
	}
	known, err := tariff.Known(ctx, db)
	for i, code := range f.Tariffs {
		if !slices.Contains(known, code) {
			c.Add(pack.At("standard.fee.tariffs", i), "unknown_tariff", "value", code)
		}
	}
	return err
}

// checkDay holds the beginning of a version against today and against the version before it. The first one may have begun
// long ago.
func (e *Editor) checkDay(ctx context.Context, db bun.IDB, c *pack.Check, in Edition) error {
	var before string
	err := db.NewRaw("SELECT coalesce(to_char(max(effective_from), 'YYYY-MM-DD'), '') FROM service_standard WHERE tenant_id = ? AND service = ?",
		tenancy.Must(ctx), in.Service.Code).Scan(ctx, &before)
	if err != nil || before == "" {
		return wrap(err)
	}
	if from := in.Standard.EffectiveFrom; from < before || from < e.today(ctx) {
		c.Add("standard.effective_from", "not_after", "value", from, "other", max(before, e.today(ctx)))
	}
	return nil
}

// today is the day in the city.
func (e *Editor) today(ctx context.Context) string {
	now := e.d.Now()
	if city, ok := tenancy.CityFrom(ctx); ok {
		now = now.In(city.Location())
	}
	return now.Format(time.DateOnly)
}
