package ledger

import (
	"maps"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/payin"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// splitMost bounds the parties over which a line is split: each brings a field for every open invoice.
const splitMost = 10

// The names of what a split asks.
const (
	partsOf  = "parties" // over which it is split
	partName = "part-"
	heldName = "hold-" // of a deposit
	allParts = "parts" // what the desk says of all of them
	restName = "rest"
)

// splitSection lets somebody say how much of a line pays each invoice of several parties. They are added one by one, and those of the
// invoices that the line names stand there from the beginning.
func (p *Bank) splitSection(c *gin.Context, x payin.Line, all []Party, here string, in site.Form, errs ui.Errors) (bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "bagi", Title: l.T("bank.split"), Text: l.T("bank.split_text")}
	if p.Pledges != nil {
		s.Text = l.T("bank.split_held_text")
	}
	asked := slices.Concat(in.Values[partsOf], c.QueryArray("bagi"))
	if len(asked) == 0 {
		for _, id := range x.Proposal.Parties {
			asked = append(asked, id.String())
		}
	}
	var chosen []Party
	var rest, more []ui.Option
	add := bill.Form{Action: here + "#bagi", Submit: l.T("bank.split_add")}
	f := bill.Form{ID: "bagikan", Action: here + "/bagi", Text: l.T("bank.split_form", "amount", amountText(x.Amount)), Submit: l.T("bank.split_do")}
	for _, y := range all {
		option := ui.Option{Value: y.ID.String(), Label: y.Name}
		if !slices.Contains(asked, y.ID.String()) || len(chosen) == splitMost {
			more = append(more, option)
			continue
		}
		chosen, rest = append(chosen, y), append(rest, option)
		add.Hidden = append(add.Hidden, ui.Option{Value: "bagi", Label: option.Value})
		f.Hidden = append(f.Hidden, ui.Option{Value: partsOf, Label: option.Value})
	}
	if len(more) > 0 && len(chosen) < splitMost {
		add.Fields = []ui.Field{{Name: "bagi", Type: "select", Label: l.T("bank.split_party"), Options: more}}
		s.Filter = &add
	}
	for _, y := range chosen {
		rows, err := p.Open(ctx, who, y.ID)
		if err != nil {
			return s, err
		}
		for _, r := range rows {
			f.Fields = append(f.Fields, splitField(c, x, y, r, in, errs))
		}
		if p.Pledges == nil {
			continue
		}
		pledges, err := p.Pledges(ctx, who, y.ID)
		if err != nil {
			return s, err
		}
		for _, d := range pledges {
			f.Fields = append(f.Fields, partField(c, heldName+d.ID.String(), Joined(l.T("bank.split_held", "number", d.Number), y.Name), l.T("bank.split_held_hint", "missing", d.Missing), in, errs))
		}
	}
	if len(chosen) == 0 {
		return s, nil
	}
	if len(f.Fields) == 0 {
		s.Note = bill.Note{Text: l.T("bank.split_nothing")}
		return s, nil
	}
	f.Fields = append(f.Fields, ui.Field{Name: restName, Type: "select", Label: l.T("bank.split_rest"), Hint: l.T("bank.split_rest_hint"), Options: rest, Optional: true, Value: in.Get(restName), Error: errs.Of(restName)})
	s.Forms = []bill.Form{f}
	return s, nil
}

// partField asks how much of a line something gets.
func partField(c *gin.Context, name, label, hint string, in site.Form, errs ui.Errors) ui.Field {
	f := ui.Field{Name: name, Type: "money", Label: label, Hint: hint, Optional: true, Value: in.Get(name), Error: errs.Of(name)}
	for i := range errs {
		if errs[i].Name == allParts { // it is of all, and said at the first
			errs[i].Name, f.Error = name, errs[i].Text
		}
		if errs[i].Name == name {
			errs[i].Label = f.Label
		}
	}
	return f
}

// splitField asks how much of a line pays an invoice; it has the amount already where the line comes to what it names.
func splitField(c *gin.Context, x payin.Line, y Party, r Owed, in site.Form, errs ui.Errors) ui.Field {
	l := gate.LocaleOf(c)
	f := partField(c, partName+r.Invoice.ID.String(), Joined(r.Number, y.Name), l.T("bank.split_hint", "open", r.Rest, "due", l.Date(r.DueOn)), in, errs)
	if in.Values == nil {
		for _, a := range x.Proposal.Against {
			if a.Invoice == r.Invoice.ID && a.Most > 0 && x.Proposal.Party == uuid.Nil {
				f.Value = strings.TrimPrefix(a.Most.String(), "Rp")
			}
		}
	}
	return f
}

// split books a line as payments of several parties, and as what is held for them.
func (p *Bank) split(c *gin.Context) error {
	return p.deciding(c, "line_split", func(in site.Form, id uuid.UUID) error {
		s, err := splitOf(in)
		if err == nil {
			_, err = p.Desk.SplitLine(c.Request.Context(), gate.ActorOf(c), id, s)
		}
		return err
	})
}

// splitOf reads the form of a split.
func splitOf(in site.Form) (s payin.Split, err error) {
	for _, name := range slices.Sorted(maps.Keys(in.Values)) { // the earliest first, by its id
		text, held := strings.CutPrefix(name, heldName)
		part := false
		if !held {
			text, part = strings.CutPrefix(name, partName)
		}
		if !held && !part || in.Text(name) == "" {
			continue
		}
		of, err := uuid.Parse(text)
		if err != nil {
			return s, site.Invalid(allParts, "not_an_option")
		}
		amount, err := console.AmountOf(in, name)
		if err == nil && amount < 0 {
			err = site.Invalid(name, "amount_positive")
		}
		switch {
		case err != nil:
			return s, err
		case amount == 0:
		case held:
			s.Held = append(s.Held, payin.Held{For: of, Amount: amount})
		default:
			s.Parts = append(s.Parts, invoice.Share{Invoice: of, Most: amount})
		}
	}
	if text := in.Get(restName); text != "" {
		if s.Rest, err = uuid.Parse(text); err != nil {
			return s, site.Invalid(restName, "not_an_option")
		}
	}
	return s, nil
}
