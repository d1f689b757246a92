package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// apply makes the city's catalogue equal to its pack. A service that left the pack is retired, not deleted: people
// have applied for it. A version of a standard is rewritten only by a pack that carries the same version. What the city
// has published itself stays as it is.
func apply(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
	c, err := read(p)
	if err != nil {
		return err
	}
	tenant := tenancy.Must(ctx)
	for i := range c.agencies {
		c.agencies[i].TenantID = tenant
	}
	if err := saveAgencies(ctx, tx, c.agencies); err != nil {
		return err
	}
	own, err := owned(ctx, tx, tenant)
	if err != nil {
		return err
	}
	codes := []string{""}
	c.offers = slices.DeleteFunc(c.offers, func(o offer) bool { return slices.Contains(own, o.Code) })
	for _, o := range c.offers {
		o.TenantID = tenant
		if err := saveService(ctx, tx, o.Service); err != nil {
			return err
		}
		if err := saveStandard(ctx, tx, p, o); err != nil {
			return err
		}
		codes = append(codes, o.Code)
	}
	_, err = tx.NewUpdate().Model((*Service)(nil)).Set("retired_at = ?", time.Now().UTC()).
		Where("tenant_id = ? AND retired_at IS NULL AND NOT own AND code NOT IN (?)", tenant, bun.List(codes)).Exec(ctx)
	if err != nil {
		return err
	}
	if err := index(ctx, tx, tenant, c); err != nil {
		return err
	}
	return bump(ctx, tx, tenant)
}

// owned lists the services that the city has made its own.
func owned(ctx context.Context, tx bun.Tx, tenant uuid.UUID) ([]string, error) {
	var own []string
	err := tx.NewRaw("SELECT code FROM service WHERE tenant_id = ? AND own", tenant).Scan(ctx, &own)
	return own, err
}

// saveAgencies writes the offices. One that left the pack stays while a service names it, retired ones included.
func saveAgencies(ctx context.Context, tx bun.Tx, agencies []Agency) error {
	tenant, codes := tenancy.Must(ctx), []string{""}
	for _, a := range agencies {
		codes = append(codes, a.Code)
	}
	if len(agencies) > 0 {
		_, err := tx.NewInsert().Model(&agencies).On("CONFLICT (tenant_id, code) DO UPDATE").
			Set(`position = EXCLUDED.position, name = EXCLUDED.name, short = EXCLUDED.short, kind = EXCLUDED.kind,
				website = EXCLUDED.website, phone = EXCLUDED.phone, area = EXCLUDED.area, verified = EXCLUDED.verified, source = EXCLUDED.source`).
			Exec(ctx)
		if err != nil {
			return err
		}
	}
	_, err := tx.NewDelete().Model((*Agency)(nil)).Where("tenant_id = ? AND code NOT IN (?)", tenant, bun.List(codes)).
		Where("NOT EXISTS (SELECT FROM service AS s WHERE s.tenant_id = ag.tenant_id AND (s.agency = ag.code OR ag.code = ANY (s.joint_agencies)))").
		Exec(ctx)
	return err
}

func saveService(ctx context.Context, tx bun.Tx, s Service) error {
	s.RetiredAt, s.Instead = nil, nil
	if s.JointAgencies == nil {
		s.JointAgencies = []string{}
	}
	if s.Keywords == nil {
		s.Keywords = []string{}
	}
	_, err := tx.NewInsert().Model(&s).On("CONFLICT (tenant_id, code) DO UPDATE").
		Set(`position = EXCLUDED.position, name = EXCLUDED.name, summary = EXCLUDED.summary, agency = EXCLUDED.agency,
			joint_agencies = EXCLUDED.joint_agencies, category = EXCLUDED.category, keywords = EXCLUDED.keywords,
			integration = EXCLUDED.integration, link = EXCLUDED.link, rules = EXCLUDED.rules, form = EXCLUDED.form,
			workflow = EXCLUDED.workflow, document = EXCLUDED.document, verified = EXCLUDED.verified,
			source = EXCLUDED.source, own = EXCLUDED.own, instead = NULL, retired_at = NULL`).
		Exec(ctx)
	return err
}

// saveStandard puts the pack's version in force from its date and ends the one before it there. It refuses a version
// older than the city has, and a newer one that would begin before its predecessor did.
func saveStandard(ctx context.Context, tx bun.Tx, p *pack.Pack, o offer) error {
	var newest struct {
		Version  int
		Previous string // when the version before the pack's began
	}
	err := tx.NewRaw(`SELECT coalesce(max(version), 0) AS version,
			coalesce(to_char(max(effective_from) FILTER (WHERE version < ?), 'YYYY-MM-DD'), '') AS previous
		FROM service_standard WHERE tenant_id = ? AND service = ?`, o.Standard.Version, o.TenantID, o.Code).Scan(ctx, &newest)
	if err != nil {
		return err
	}
	check := p.Check("services/" + o.Code + ".yaml")
	if o.Standard.Version < newest.Version {
		check.Add("standard.version", "older_version", "value", o.Standard.Version, "other", newest.Version)
	}
	if newest.Previous > o.Standard.EffectiveFrom {
		check.Add("standard.effective_from", "not_after", "value", o.Standard.EffectiveFrom, "other", newest.Previous)
	}
	if err := check.Err(); err != nil {
		return err
	}
	return putStandard(ctx, tx, Standard{TenantID: o.TenantID, Service: o.Code, Version: o.Standard.Version, EffectiveFrom: o.Standard.EffectiveFrom,
		Decree: o.Standard.Decree, Verified: o.Verified, Source: o.Source, Parts: o.Standard.Parts})
}

// putStandard writes a version, and ends the one before it on the day when this one begins.
func putStandard(ctx context.Context, tx bun.Tx, st Standard) error {
	_, err := tx.NewUpdate().Model((*Standard)(nil)).Set("effective_to = ?", st.EffectiveFrom).
		Where("tenant_id = ? AND service = ? AND version < ?", st.TenantID, st.Service, st.Version).
		Where("effective_to IS NULL OR version = (SELECT max(version) FROM service_standard WHERE tenant_id = ? AND service = ? AND version < ?)",
			st.TenantID, st.Service, st.Version).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&st).On("CONFLICT (tenant_id, service, version) DO UPDATE").
		Set(`effective_from = EXCLUDED.effective_from, decree = EXCLUDED.decree, verified = EXCLUDED.verified,
			source = EXCLUDED.source, parts = EXCLUDED.parts`).Exec(ctx)
	return err
}

// bump makes every process drop its copy of this city's catalogue, from the moment the transaction commits.
func bump(ctx context.Context, tx bun.Tx, tenant uuid.UUID) error {
	_, err := tx.NewRaw(`INSERT INTO catalog_version (tenant_id, version) VALUES (?, 1)
		ON CONFLICT (tenant_id) DO UPDATE SET version = catalog_version.version + 1`, tenant).Exec(ctx)
	return err
}
