package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
)

// componentOf reads a component as its form has it.
func componentOf(in site.Form) (rating.Component, error) {
	x := rating.Component{Code: in.Text("code"), Kind: rating.Kind(in.Text("kind")), Name: in.BothLines("name"), Unit: in.BothLines("unit"), Meter: in.Text("meter"), Optional: in.Yes("optional")}
	if in.Yes("every") {
		x.Every = rating.Yearly
	}
	var bad []fault.Field
	number := func(name string) int64 {
		text := strings.ReplaceAll(in.Text(name), ".", "")
		if text == "" {
			return 0
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		}
		return n
	}
	x.Included, x.Size = number("included"), number("size")
	if text := in.Text("price"); text != "" {
		price, err := money.Parse(text)
		if err != nil {
			bad = append(bad, fault.Field{Name: "price", Code: "invalid"})
		}
		x.Price = price
	} else if slices.Contains([]rating.Kind{rating.Flat, rating.Unit, rating.Package, rating.Minimum, rating.Once}, x.Kind) {
		bad = append(bad, fault.Field{Name: "price", Code: "required"}) // what costs nothing says 0
	}
	for _, row := range strings.Split(in.Get("tiers"), "\n") {
		if strings.TrimSpace(row) == "" {
			continue
		}
		t, ok := tierOf(row)
		if !ok {
			bad = append(bad, fault.Field{Name: "tiers", Code: "plan_tier_row"})
			break
		}
		x.Tiers = append(x.Tiers, t)
	}
	return x, fault.Fields(bad)
}

// tierOf reads "1000 | 750", or "| 500" for the rest.
func tierOf(row string) (t rating.Tier, ok bool) {
	upTo, price, ok := strings.Cut(row, "|")
	if !ok {
		return t, false
	}
	if upTo = strings.ReplaceAll(strings.TrimSpace(upTo), ".", ""); upTo != "" {
		n, err := strconv.ParseInt(upTo, 10, 64)
		if err != nil || n < 1 {
			return t, false
		}
		t.UpTo = n
	}
	var err error
	t.Price, err = money.Parse(price)
	return t, err == nil
}

// checkOne refuses what is wrong with one component among the others, by the names of its own form.
func checkOne(o billing.Proposal, at int, x rating.Component) error {
	v := o.AsVersion()
	v.Components = append([]rating.Component{}, o.Components...)
	if at < len(v.Components) {
		v.Components[at] = x
	} else {
		v.Components = append(v.Components, x)
	}
	var f *fault.Error
	if !errors.As(v.Validate(), &f) {
		return nil
	}
	var bad []fault.Field
	for _, e := range f.Fields {
		rest, own := strings.CutPrefix(e.Name, fmt.Sprintf("components.%d.", at))
		if !own {
			continue // another component's: its own form says so
		}
		name, _, _ := strings.Cut(rest, ".")
		if name == "name" {
			name = "name_id"
		}
		bad = append(bad, fault.Field{Name: name, Code: e.Code, Args: e.Args})
	}
	return fault.Fields(bad)
}
