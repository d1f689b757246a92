package rating

import (
	"fmt"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// Kind says how a component is priced.
type Kind string

// The kinds that a price list can hold.
const (
	Flat    Kind = "flat"    // Price a month, or a year in advance
	Unit    Kind = "unit"    // Price a unit
	Tiered  Kind = "tiered"  // graduated: each unit costs the price of the tier it falls into
	Volume  Kind = "volume"  // every unit costs the price of the tier that the whole quantity falls into
	Package Kind = "package" // Price a package of Size units, a begun one whole
	Minimum Kind = "minimum" // what the components before it come to is topped up to Price a month
	Once    Kind = "once"    // Price on the first day that is paid for
)

// The kinds that only lines have.
const (
	Credit   Kind = "credit"   // of a year paid in advance, what was not used of it
	Discount Kind = "discount" // by a coupon
)

// Interval says for how long a flat price is paid.
type Interval string

// The intervals; the zero value is a month.
const (
	Monthly Interval = ""
	Yearly  Interval = "year"
)

// Component is one line of a version. Price is explained at its Kind.
type Component struct {
	Code     string       `json:"code"`
	Kind     Kind         `json:"kind"`
	Name     i18n.Text    `json:"name"`
	Unit     i18n.Text    `json:"unit,omitempty"`
	Meter    string       `json:"meter,omitempty"`
	Included int64        `json:"included,omitempty"` // units of a whole month that cost nothing more
	Price    money.Rupiah `json:"price,omitempty"`
	Size     int64        `json:"size,omitempty"` // of a package
	Tiers    []Tier       `json:"tiers,omitempty"`
	Every    Interval     `json:"every,omitempty"`    // of a flat price
	Optional bool         `json:"optional,omitempty"` // an add-on: a subscription says how many it has
}

// Tier prices the units up to and including UpTo that no tier before it priced, counted after the included ones. The
// last tier has no end and says so by zero.
type Tier struct {
	UpTo  int64        `json:"up_to,omitempty"`
	Price money.Rupiah `json:"price"`
}

// metered reports whether a kind counts usage.
func (k Kind) metered() bool { return k == Unit || k == Tiered || k == Volume || k == Package }

// tiered reports whether a kind has tiers.
func (k Kind) tiered() bool { return k == Tiered || k == Volume }

// Prices is what a version of a plan costs.
type Prices struct {
	Plan       string
	Version    int
	Components []Component
}

// Validate returns Invalid naming each field at fault: "components.2.tiers.0.up_to".
func (p Prices) Validate() error {
	var out []fault.Field
	seen := map[string]bool{}
	for i, c := range p.Components {
		refuse := func(field, code string) {
			out = append(out, fault.Field{Name: fmt.Sprintf("components.%d.%s", i, field), Code: code})
		}
		if c.Code == "" || seen[c.Code] {
			refuse("code", "plan_code")
		}
		seen[c.Code] = true
		c.check(refuse)
	}
	return fault.Fields(out)
}

func (c Component) check(refuse func(field, code string)) {
	known := c.Kind.metered() || c.Kind == Flat || c.Kind == Minimum || c.Kind == Once
	if c.Name.Empty() {
		refuse("name", "required")
	}
	if c.Price < 0 {
		refuse("price", "plan_price")
	}
	if c.Included < 0 || c.Included > 0 && !c.Kind.metered() {
		refuse("included", "plan_included")
	}
	if known && c.Kind.metered() != (c.Meter != "") {
		refuse("meter", "plan_meter")
	}
	if c.Kind.tiered() != (len(c.Tiers) > 0) {
		refuse("tiers", "plan_tiers")
	}
	if (c.Kind == Package) != (c.Size > 0) {
		refuse("size", "plan_size")
	}
	if c.Every != Monthly && (c.Every != Yearly || c.Kind != Flat) {
		refuse("every", "invalid")
	}
	if c.Optional && c.Kind != Flat && c.Kind != Once {
		refuse("optional", "plan_optional")
	}
	if !known {
		refuse("kind", "invalid")
	}
	for j, t := range c.Tiers {
		last, after := j == len(c.Tiers)-1, int64(0)
		if j > 0 {
			after = c.Tiers[j-1].UpTo
		}
		if t.Price < 0 {
			refuse(fmt.Sprintf("tiers.%d.price", j), "plan_price")
		}
		if last != (t.UpTo == 0) || !last && t.UpTo <= after {
			refuse(fmt.Sprintf("tiers.%d.up_to", j), "plan_tiers")
		}
	}
}
