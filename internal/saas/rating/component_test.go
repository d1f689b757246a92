package rating_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/saas/rating"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		c     rating.Component
		field string
		code  string
	}{
		{"no code", change(flat(1), func(c *rating.Component) { c.Code = "" }), "components.1.code", "plan_code"},
		{"a code twice", change(flat(1), func(c *rating.Component) { c.Code = "first" }), "components.1.code", "plan_code"},
		{"no name", change(flat(1), func(c *rating.Component) { c.Name = nil }), "components.1.name", "required"},
		{"a negative price", flat(-1), "components.1.price", "plan_price"},
		{"negative included", unit(-1, 1), "components.1.included", "plan_included"},
		{"flat on a meter", change(flat(1), func(c *rating.Component) { c.Meter = "m" }), "components.1.meter", "plan_meter"},
		{"per unit of nothing", change(unit(0, 1), func(c *rating.Component) { c.Meter = "" }), "components.1.meter", "plan_meter"},
		{"per unit with tiers", change(unit(0, 1), func(c *rating.Component) { c.Tiers = []rating.Tier{{Price: 1}} }), "components.1.tiers", "plan_tiers"},
		{"tiered without tiers", tiered(0), "components.1.tiers", "plan_tiers"},
		{"an unknown kind", change(unit(0, 1), func(c *rating.Component) { c.Kind, c.Meter = "free", "" }), "components.1.kind", "invalid"},
		{"a package of nothing", packages(0, 0, 1), "components.1.size", "plan_size"},
		{"a size of what is no package", change(unit(0, 1), func(c *rating.Component) { c.Size = 1 }), "components.1.size", "plan_size"},
		{"usage by the year", change(unit(0, 1), func(c *rating.Component) { c.Every = rating.Yearly }), "components.1.every", "invalid"},
		{"an interval nobody knows", change(flat(1), func(c *rating.Component) { c.Every = "week" }), "components.1.every", "invalid"},
		{"usage as an add-on", change(unit(0, 1), func(c *rating.Component) { c.Optional = true }), "components.1.optional", "plan_optional"},
		{"a minimum of what is included", change(minimum(1), func(c *rating.Component) { c.Included = 1 }), "components.1.included", "plan_included"},
		{"volume without tiers", volume(), "components.1.tiers", "plan_tiers"},
		{"a negative tier", tiered(0, rating.Tier{Price: -1}), "components.1.tiers.0.price", "plan_price"},
		{"no last tier", tiered(0, rating.Tier{UpTo: 5, Price: 1}), "components.1.tiers.0.up_to", "plan_tiers"},
		{"a tier after the last", tiered(0, rating.Tier{Price: 1}, rating.Tier{Price: 1}), "components.1.tiers.0.up_to", "plan_tiers"},
		{"tiers that fall", tiered(0, rating.Tier{UpTo: 5, Price: 1}, rating.Tier{UpTo: 5, Price: 1}, rating.Tier{Price: 1}), "components.1.tiers.1.up_to", "plan_tiers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first := change(flat(1), func(c *rating.Component) { c.Code = "first" })
			err := rating.Prices{Components: []rating.Component{first, tt.c}}.Validate()
			want := []fault.Field{{Name: tt.field, Code: tt.code}}
			if diff := cmp.Diff(want, fault.From(err).Fields); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func change(c rating.Component, fn func(*rating.Component)) rating.Component {
	fn(&c)
	return c
}
