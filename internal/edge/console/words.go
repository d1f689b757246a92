package console

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/rating"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// stateMark is how an invoice stands, in words; one that is late says so first.
func stateMark(l i18n.Locale, state string, due, today time.Time) ui.Mark {
	tone, icon := "", "ban"
	switch state {
	case "open", "part_paid":
		tone, icon = "care", "clock"
		if late(due, today) {
			return ui.Mark{Tone: "bad", Icon: "alert-circle", Text: l.T("bill.state.late")}
		}
	case "paid":
		tone, icon = "good", "circle-check"
	case "credit_note", "credited":
		icon = "receipt-tax"
	}
	return ui.Mark{Tone: tone, Icon: icon, Text: l.T("bill.state." + state)}
}

func late(due, today time.Time) bool { return due.Format(time.DateOnly) < today.Format(time.DateOnly) }

// PriceOf says what a component costs.
func PriceOf(l i18n.Locale, c rating.Component) string {
	unit := c.Unit.Unit(l, 1)
	var parts []string
	switch c.Kind {
	case rating.Tiered, rating.Volume:
		parts = append(parts, l.T("bill.price."+string(c.Kind)))
		for _, t := range c.Tiers {
			if t.UpTo > 0 {
				parts = append(parts, l.T("bill.price.up_to", "n", l.Number(t.UpTo), "price", t.Price))
			} else {
				parts = append(parts, l.T("bill.price.above", "price", t.Price))
			}
		}
	case rating.Package:
		parts = append(parts, l.T("bill.price.package", "price", c.Price, "size", l.Number(c.Size), "unit", c.Unit.Unit(l, c.Size)))
	case rating.Unit:
		parts = append(parts, l.T("bill.price.unit", "price", c.Price, "unit", unit))
	case rating.Flat:
		parts = append(parts, l.T("bill.price.flat"+map[bool]string{true: "_year"}[c.Every == rating.Yearly], "price", c.Price))
	default:
		parts = append(parts, l.T("bill.price."+string(c.Kind), "price", c.Price))
	}
	if c.Included > 0 {
		parts = append(parts, l.T("bill.price.included", "n", l.Number(c.Included), "unit", c.Unit.Unit(l, c.Included)))
	}
	if c.Optional {
		parts = append(parts, l.T("bill.price.optional"))
	}
	return strings.Join(parts, "; ")
}

// AddonNames are the words for what can be had beside a plan, by code, as its newest version that has it says.
func (p *Pages) AddonNames(ctx context.Context, l i18n.Locale, plan string) (map[string]string, error) {
	versions, err := p.Billing.Versions(ctx, plan)
	out := map[string]string{}
	for _, v := range versions {
		for _, c := range v.Components {
			if _, known := out[c.Code]; !known {
				out[c.Code] = c.Name.In(l)
			}
		}
	}
	return out, err
}

// AddonText lists add-ons: "2 × Dukungan, 1 × Ducting".
func AddonText(addons map[string]int64, names map[string]string) string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(addons)) {
		out = append(out, strconv.FormatInt(addons[code], 10)+" × "+cmp.Or(names[code], code))
	}
	return strings.Join(out, ", ")
}

// TermRows are the terms of a subscription to a plan of a name; addons are the words for its add-ons, by code.
func TermRows(l i18n.Locale, name string, s billing.Subscription, addons map[string]string) []ui.Row {
	rows := []ui.Row{{Label: l.T("bill.plan"), Value: l.T("bill.plan_version", "plan", name, "version", s.Version)},
		{Label: l.T("bill.since"), Value: l.Date(s.StartsOn)}}
	add := func(key, value string) { rows = append(rows, ui.Row{Label: l.T(key), Value: value}) }
	if !s.EndsOn.IsZero() {
		add("bill.until", l.Date(s.EndsOn.AddDate(0, 0, -1))+", "+l.T("bill.ended."+string(s.EndedAs)))
	}
	if !s.TrialEndsOn.IsZero() {
		add("bill.trial", l.Date(s.TrialEndsOn.AddDate(0, 0, -1)))
	}
	if len(s.Addons) > 0 {
		add("bill.addons", AddonText(s.Addons, addons))
	}
	if c := s.Coupon; c != nil {
		text := l.T("bill.coupon_amount", "amount", c.Amount)
		if c.Percent > 0 {
			text = l.T("bill.coupon_percent", "percent", c.Percent)
		}
		if !c.Until.IsZero() {
			text += ", " + l.T("bill.coupon_until", "date", l.Date(c.Until.AddDate(0, 0, -1)))
		}
		add("bill.coupon", c.Code+": "+text)
	}
	return rows
}

// limitTable is what a city's plan allows and what is used of it.
func limitTable(l i18n.Locale, plan tenancy.Plan, order []string) *bill.Table {
	t := bill.Table{Title: l.T("bill.limits"), Columns: []bill.Column{{Label: l.T("bill.limit")}, {Label: l.T("bill.used"), End: true},
		{Label: l.T("bill.most"), End: true}, {Label: l.T("bill.share"), End: true}, {Label: l.T("bill.beyond")}}}
	for _, code := range order {
		x := plan.Limits[code]
		share := int64(0)
		if x.Most > 0 {
			share = x.Used * 100 / x.Most
		}
		mark := ui.Mark{}
		switch {
		case share > 100:
			mark = ui.Mark{Tone: "bad", Icon: "alert-circle", Text: l.T("bill.limit_over")}
		case share >= 80:
			mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("bill.limit_near")}
		}
		beyond := l.T("bill.soft", "days", x.GraceDays)
		if x.Hard {
			beyond = l.T("bill.hard")
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name.In(l)}, {Text: l.Number(x.Used)}, {Text: l.Number(x.Most)},
			{Text: l.Number(share) + "%", Mark: mark}, {Text: beyond}}})
	}
	return &t
}

// PDFLabel is what the paper of an invoice or a credit note is called where it is fetched.
func PDFLabel(l i18n.Locale, kind invoice.Kind) string {
	if kind == invoice.CreditNote {
		return l.T("bill.note_pdf")
	}
	return l.T("bill.pdf")
}

// PayRows say how what is open of an invoice is paid, as letters do, without what its buyer may give to the state instead. Where that is all that is
// open, they say it for who did not.
func PayRows(l i18n.Locale, s invoice.Seller, i invoice.Invoice, open, kept money.Rupiah) []ui.Row {
	var rows []ui.Row
	left := open - kept
	if left == 0 {
		left = open
	}
	all, over := s.Ways(l, i, left)
	for _, x := range all {
		rows = append(rows, ui.Row{Label: x.Label, Value: x.Value})
	}
	if over != "" {
		rows = append(rows, ui.Row{Label: l.T("invoice.paper.virtual_account", "bank", s.VirtualAccount.Bank), Value: over})
	}
	return rows
}
