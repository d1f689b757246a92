package lease

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Refusal is a published reason for which an operator, an order or access to a manhole may be refused. Nobody is refused for another.
type Refusal struct {
	bun.BaseModel `bun:"table:duct_refusal,alias:r" yaml:"-"`

	TenantID tenancy.ID `bun:"tenant_id,pk" yaml:"-"`
	Code     string     `bun:"code,pk" yaml:"code"`
	Name     i18n.Text  `bun:"name,type:jsonb" yaml:"name"`
	Operator bool       `bun:"operator" yaml:"operator"` // an operator can be refused for it
	Lease    bool       `bun:"lease" yaml:"lease"`       // an order can
	Window   bool       `bun:"manhole" yaml:"window"`    // a window of access to a manhole can
	Position int        `bun:"position" yaml:"-"`        // in the list
	Source   string     `bun:"source" yaml:"source"`
	Verified bool       `bun:"verified" yaml:"verified"`
	Offered  bool       `bun:"offered" yaml:"-"` // the list has it now
}

// Section is the leases' part of a city pack: duct/refusals.yaml. Register it with the engine. A reason that the pack no longer
// has stays for what was refused by it, and is not offered any more.
func Section() pack.Section {
	return pack.ListSection("lease", "duct/refusals.yaml", func(r Refusal) string { return r.Code }, func(c *pack.Check, at string, r Refusal) {
		c.Code(at+".code", r.Code)
		c.Text(at+".name", r.Name)
		c.Required(at+".source", r.Source)
		if !r.Operator && !r.Lease && !r.Window {
			c.Add(at+".lease", "required")
		}
	}, func(ctx context.Context, tx bun.Tx, all []Refusal) error {
		_, err := tx.NewRaw("UPDATE duct_refusal SET offered = false WHERE tenant_id = ?", tenancy.Must(ctx)).Exec(ctx)
		if err != nil || len(all) == 0 {
			return err
		}
		for i := range all {
			all[i].TenantID, all[i].Position, all[i].Offered = tenancy.Must(ctx), i+1, true
		}
		_, err = tx.NewInsert().Model(&all).On("CONFLICT (tenant_id, code) DO UPDATE").
			Set("name = EXCLUDED.name, operator = EXCLUDED.operator, lease = EXCLUDED.lease, manhole = EXCLUDED.manhole, position = EXCLUDED.position, source = EXCLUDED.source, verified = EXCLUDED.verified, offered = true").Exec(ctx)
		return err
	})
}

// Refusals are the published reasons in their order. They are no secret: who is refused must know by what.
func (s *Service) Refusals(ctx context.Context) ([]Refusal, error) {
	var all []Refusal
	err := s.d.DB.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.offered", tenancy.Must(ctx)).OrderExpr("r.position").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("lease: refusals: %w", err)
	}
	return all, nil
}

// published finds a reason, and refuses one that is not on the list for what is refused.
func published(ctx context.Context, tx bun.Tx, code string, fits func(Refusal) bool) (Refusal, error) {
	if code == "" {
		return Refusal{}, fault.Fields([]fault.Field{{Name: "refusal", Code: "required"}})
	}
	var all []Refusal
	if err := tx.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.code = ? AND r.offered", tenancy.Must(ctx), code).Scan(ctx); err != nil {
		return Refusal{}, fmt.Errorf("lease: refusals: %w", err)
	}
	if len(all) == 0 || !fits(all[0]) {
		return Refusal{}, fault.Fields([]fault.Field{{Name: "refusal", Code: "not_an_option"}})
	}
	return all[0], nil
}
