package ductwork

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// PermitService is one of the city's services whose document permits works in the road, with the fields of its form that say what of them.
type PermitService struct {
	Service     string            `yaml:"service" json:"service"`
	Owner       string            `yaml:"owner" json:"owner"` // the name of whose works they are
	NIB         string            `yaml:"nib" json:"nib,omitempty"`
	Road        string            `yaml:"road" json:"road"`
	Points      string            `yaml:"points" json:"points"` // a group and its question, such as "jalur.titik"
	From        string            `yaml:"from" json:"from"`
	To          string            `yaml:"to" json:"to"` // the last day
	Kind        string            `yaml:"kind" json:"kind,omitempty"`
	Kinds       map[string]string `yaml:"kinds" json:"kinds,omitempty"`
	Method      string            `yaml:"method" json:"method,omitempty"`
	Methods     map[string]string `yaml:"methods" json:"methods,omitempty"`
	Authority   string            `yaml:"authority" json:"authority,omitempty"`
	Authorities map[string]string `yaml:"authorities" json:"authorities,omitempty"`
}

// fields are those that are asked for.
func (p PermitService) fields() []string {
	var out []string
	for _, f := range []string{p.Owner, p.NIB, p.Road, p.Points, p.From, p.To, p.Kind, p.Method, p.Authority} {
		if f != "" {
			out = append(out, f)
		}
	}
	return out
}

type permitRow struct {
	bun.BaseModel `bun:"table:duct_permit_service,alias:v"`

	TenantID tenancy.ID      `bun:"tenant_id,pk"`
	Service  string          `bun:"service,pk"`
	Body     json.RawMessage `bun:"body,type:jsonb"`
}

// PermitSection is a city pack's part of permits: duct/permits.yaml. Register it with the engine. A service that left the pack permits no
// works any more; those that it has permitted stay so.
func PermitSection() pack.Section {
	return pack.ListSection("ductpermit", "duct/permits.yaml", func(p PermitService) string { return p.Service }, func(c *pack.Check, at string, p PermitService) {
		for name, field := range map[string]string{"owner": p.Owner, "road": p.Road, "points": p.Points, "from": p.From, "to": p.To} {
			c.Required(at+"."+name, field)
		}
		for _, kind := range p.Kinds {
			c.OneOf(at+".kinds", kind, Kinds()...)
		}
		for _, method := range p.Methods {
			c.OneOf(at+".methods", method, Methods()...)
		}
	}, func(ctx context.Context, tx bun.Tx, all []PermitService) error {
		if _, err := tx.NewRaw("DELETE FROM duct_permit_service WHERE tenant_id = ?", tenancy.Must(ctx)).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: permits: %w", err)
		}
		for _, p := range all {
			body, err := json.Marshal(p)
			if err != nil {
				return err
			}
			if _, err := tx.NewInsert().Model(&permitRow{TenantID: tenancy.Must(ctx), Service: p.Service, Body: body}).Exec(ctx); err != nil {
				return fmt.Errorf("ductwork: permits: %w", err)
			}
		}
		return nil
	})
}

// permitService reads what is known of a service; false for one whose document permits no works.
func permitService(ctx context.Context, db bun.IDB, service string) (p PermitService, ok bool, err error) {
	var all []permitRow
	if err := db.NewSelect().Model(&all).Where("v.tenant_id = ? AND v.service = ?", tenancy.Must(ctx), service).Scan(ctx); err != nil {
		return p, false, fmt.Errorf("ductwork: permits: %w", err)
	}
	if len(all) == 0 {
		return p, false, nil
	}
	return p, true, json.Unmarshal(all[0].Body, &p)
}
