package pricing

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// componentTable lists the components of a version; those that can be changed lead to their form. With the version before, it
// says of each what is new or other about it, and which are gone: a second person decides about that.
func (p *Pages) componentTable(c *gin.Context, all []rating.Component, before *billing.Version, edit string) (*bill.Table, error) {
	l := gate.LocaleOf(c)
	meters, err := p.Metering.Meters(c.Request.Context())
	if err != nil {
		return nil, err
	}
	counted := map[string]string{"": "–"}
	for _, m := range meters {
		counted[m.Code] = m.Name.In(l)
	}
	t := &bill.Table{Title: l.T("bumd.components"), Columns: []bill.Column{{Label: l.T("usage.component")}, {Label: l.T("bumd.kind")}, {Label: l.T("bill.price")}, {Label: l.T("bumd.meter")}}}
	row := func(x rating.Component) []bill.Cell {
		return []bill.Cell{{Text: cmp.Or(x.Name.In(l), x.Code), Code: x.Code}, {Text: l.T("bumd.kind." + string(x.Kind))}, {Text: console.PriceOf(l, x)}, {Text: cmp.Or(counted[x.Meter], x.Meter)}}
	}
	for i, x := range all {
		cells := row(x)
		if edit != "" {
			cells[0].Href = fmt.Sprintf("%s/komponen/%d", edit, i+1)
		}
		if before != nil {
			compare(l, cells, x, before.Components)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	if before == nil {
		return t, nil
	}
	for _, x := range before.Components {
		if !slices.ContainsFunc(all, func(y rating.Component) bool { return y.Code == x.Code }) {
			cells := row(x)
			cells[0].Mark = ui.Mark{Tone: "bad", Icon: "minus", Text: l.T("bumd.component_gone")}
			t.Rows = append(t.Rows, bill.Line{Cells: cells})
		}
	}
	return t, nil
}

// compare marks in cells what is new or other about a component; its former price stands below.
func compare(l i18n.Locale, cells []bill.Cell, x rating.Component, before []rating.Component) {
	at := slices.IndexFunc(before, func(y rating.Component) bool { return y.Code == x.Code })
	if at < 0 {
		cells[0].Mark = ui.Mark{Tone: "care", Icon: "plus", Text: l.T("bumd.component_new")}
		return
	}
	y := before[at]
	if is, was := console.PriceOf(l, x), console.PriceOf(l, y); is != was {
		cells[2].Small = l.T("bumd.component_was", "price", was)
	} else if x.Kind == y.Kind && x.Meter == y.Meter {
		return
	}
	cells[0].Mark = ui.Mark{Tone: "care", Icon: "edit", Text: l.T("bumd.component_changed")}
}

// versionBefore is the version that a proposal would follow or has followed, or nil for a new plan.
func (p *Pages) versionBefore(c *gin.Context, o billing.Proposal) (*billing.Version, error) {
	all, err := p.Billing.Versions(c.Request.Context(), o.Plan)
	if err != nil {
		return nil, err
	}
	var found *billing.Version
	for i, x := range all {
		if (o.Version == 0 || x.Number < o.Version) && (found == nil || x.Number > found.Number) {
			found = &all[i]
		}
	}
	return found, nil
}
