package billing_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/saas/billing"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		c     billing.Component
		field string
		code  string
	}{
		{"no code", change(flat(1), func(c *billing.Component) { c.Code = "" }), "components.1.code", "plan_code"},
		{"a code twice", change(flat(1), func(c *billing.Component) { c.Code = "first" }), "components.1.code", "plan_code"},
		{"no name", change(flat(1), func(c *billing.Component) { c.Name = nil }), "components.1.name", "required"},
		{"a negative price", flat(-1), "components.1.price", "plan_price"},
		{"negative included", unit(-1, 1), "components.1.included", "plan_included"},
		{"flat on a meter", change(flat(1), func(c *billing.Component) { c.Meter = "m" }), "components.1.meter", "plan_meter"},
		{"per unit of nothing", change(unit(0, 1), func(c *billing.Component) { c.Meter = "" }), "components.1.meter", "plan_meter"},
		{"per unit with tiers", change(unit(0, 1), func(c *billing.Component) { c.Tiers = []billing.Tier{{Price: 1}} }), "components.1.tiers", "plan_tiers"},
		{"tiered without tiers", tiered(0), "components.1.tiers", "plan_tiers"},
		{"an unknown kind", change(unit(0, 1), func(c *billing.Component) { c.Kind, c.Meter = "free", "" }), "components.1.kind", "invalid"},
		{"a package of nothing", packages(0, 0, 1), "components.1.size", "plan_size"},
		{"a size of what is no package", change(unit(0, 1), func(c *billing.Component) { c.Size = 1 }), "components.1.size", "plan_size"},
		{"usage by the year", change(unit(0, 1), func(c *billing.Component) { c.Every = billing.Yearly }), "components.1.every", "invalid"},
		{"an interval nobody knows", change(flat(1), func(c *billing.Component) { c.Every = "week" }), "components.1.every", "invalid"},
		{"usage as an add-on", change(unit(0, 1), func(c *billing.Component) { c.Optional = true }), "components.1.optional", "plan_optional"},
		{"a minimum of what is included", change(minimum(1), func(c *billing.Component) { c.Included = 1 }), "components.1.included", "plan_included"},
		{"volume without tiers", volume(), "components.1.tiers", "plan_tiers"},
		{"a negative tier", tiered(0, billing.Tier{Price: -1}), "components.1.tiers.0.price", "plan_price"},
		{"no last tier", tiered(0, billing.Tier{UpTo: 5, Price: 1}), "components.1.tiers.0.up_to", "plan_tiers"},
		{"a tier after the last", tiered(0, billing.Tier{Price: 1}, billing.Tier{Price: 1}), "components.1.tiers.0.up_to", "plan_tiers"},
		{"tiers that fall", tiered(0, billing.Tier{UpTo: 5, Price: 1}, billing.Tier{UpTo: 5, Price: 1}, billing.Tier{Price: 1}), "components.1.tiers.1.up_to", "plan_tiers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first := change(flat(1), func(c *billing.Component) { c.Code = "first" })
			err := billing.Version{Components: []billing.Component{first, tt.c}}.Validate()
			want := []fault.Field{{Name: tt.field, Code: tt.code}}
			if diff := cmp.Diff(want, fault.From(err).Fields); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func change(c billing.Component, fn func(*billing.Component)) billing.Component {
	fn(&c)
	return c
}

func TestAPublishedVersionNeverChanges(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	for url, statements := range map[string][]string{
		w.AppURL: {
			"UPDATE plan_version SET components = '[]'", "DELETE FROM plan_version", "TRUNCATE plan_version",
			"INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('demo-kota', 2, now(), '[]')",
			"UPDATE plan SET name = '{}'", "DELETE FROM subscription",
		},
		w.PlatformURL: {
			"UPDATE plan_version SET components = '[]'", "DELETE FROM plan_version", "TRUNCATE plan_version", "DELETE FROM plan",
			"UPDATE subscription SET version = 2", "DELETE FROM subscription",
			"INSERT INTO subscription (tenant_id, id, plan, version, starts_on) SELECT id, id, 'demo-kota', 1, now() FROM tenant",
		},
	} {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
		for _, s := range statements {
			_, err := conn.Exec(t.Context(), s)
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "42501" {
				t.Errorf("%s: %v; want permission denied", s, err)
			}
		}
	}
}
