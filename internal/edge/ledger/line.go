package ledger

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// lines lists the lines of a state, over all files.
func (p *Bank) lines(c *gin.Context) error {
	l, state := gate.LocaleOf(c), c.DefaultQuery("keadaan", payin.Proposed)
	if !slices.Contains(states(), state) {
		return site.Invalid("keadaan", "not_an_option")
	}
	before, err := BeforeOf(c)
	if err != nil {
		return err
	}
	all, err := p.Desk.Lines(c.Request.Context(), gate.ActorOf(c), state, before)
	if err != nil {
		return err
	}
	var options []ui.Option
	for _, s := range states() {
		options = append(options, ui.Option{Value: s, Label: l.T("bank.state." + s)})
	}
	s := bill.Section{ID: "mutasi", Title: l.T("bank.state." + state), Quiet: true, Text: l.T("bank.text." + state), Table: p.lineTable(l, all, true),
		Filter: &bill.Form{Action: p.Lines(), Submit: l.T("usage.show"), Fields: []ui.Field{{Name: "keadaan", Type: "select", Label: l.T("bill.state"), Options: options, Value: state}}},
		Empty:  &bill.Empty{Icon: "circle-check", Title: l.T("bank.none"), Text: l.T("bank.none_text")}}
	if len(all) == 100 {
		s.Next = p.Lines() + "?keadaan=" + state + "&sebelum=" + all[len(all)-1].ID.String()
	}
	v := bill.View{Shell: p.Frame(c, l.T("bank.lines")), Back: p.Path, Heading: l.T("bank.lines"), Sections: []bill.Section{s}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// line is one movement of the account, what it paid and what can be done about it.
func (p *Bank) line(c *gin.Context) error { return p.linePage(c, http.StatusOK, site.Form{}, nil) }

func (p *Bank) linePage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	x, matches, err := p.Desk.Line(ctx, who, id)
	if err != nil {
		return err
	}
	title := x.Text
	if title == "" {
		title = l.T("bank.no_text")
	}
	here := p.Lines() + "/" + x.ID.String()
	v := bill.View{Shell: p.Frame(c, l.T("bank.line")), Back: p.Lines() + "?keadaan=" + x.State, Heading: title, Lead: amountText(x.Amount), Mark: stateMark(l, x.State), Errors: errs}
	about := bill.Section{ID: "tentang", Title: l.T("bank.about"), Quiet: true, Links: []ui.Link{{Href: p.Path + "/" + x.StatementID.String(), Label: l.T("bank.its_file"), Icon: "file-text"}}}
	for _, r := range []ui.Row{{Label: l.T("bank.day"), Value: l.Date(x.Day)}, {Label: l.T("usage.line_amount"), Value: amountText(x.Amount)}, {Label: l.T("bank.account"), Value: x.Account}, {Label: l.T("bank.payer"), Value: Joined(x.Payer, x.PayerAccount)},
		{Label: l.T("bill.reference"), Value: x.Reference}, {Label: l.T("bank.virtual"), Value: x.Virtual}, {Label: l.T("bank.aside_reason"), Value: x.Reason}} {
		if r.Value != "" {
			about.Rows = append(about.Rows, r)
		}
	}
	v.Sections = []bill.Section{about}
	holds, err := p.Desk.Holds(ctx, who, id)
	if err != nil {
		return err
	}
	history, err := p.matchSection(c, l, matches, holds)
	if err != nil {
		return err
	}
	if len(history.Table.Rows) > 0 {
		v.Sections = append(v.Sections, history)
	}
	switch x.State {
	case payin.Matched:
		v.Sections = append(v.Sections, bill.Section{ID: "tindakan", Title: l.T("bumd.acts"), Forms: []bill.Form{{ID: "batalkan", Folded: true, Title: l.T("bank.undo"), Text: l.T("bank.undo_text"), Action: here + "/batalkan",
			Submit: l.T("bank.undo_do"), Bad: true, Fields: []ui.Field{console.ReasonField(l, in.Get("reason"), errs)}}}})
	case payin.Proposed, payin.Open, payin.Aside:
		acts, err := p.matchSections(c, x, here, in, errs)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, acts...)
	}
	return p.Render(c, status, bill.Page(v))
}

// matchSection lists the payments of a line and what of it is held, also what was taken back.
func (p *Bank) matchSection(c *gin.Context, l i18n.Locale, all []payin.Match, holds []payin.Hold) (bill.Section, error) {
	var ids []uuid.UUID
	for _, m := range all {
		ids = append(ids, m.By, m.UndoneBy)
	}
	for _, h := range holds {
		ids = append(ids, h.By, h.UndoneBy.UUID)
	}
	names, err := p.Identity.Names(c.Request.Context(), ids)
	t := bill.Table{Title: l.T("bank.paid"), Columns: []bill.Column{{Label: l.T("party.party")}, {Label: l.T("usage.line_amount"), End: true}, {Label: l.T("bank.invoices")}, {Label: l.T("bank.why")}, {Label: l.T("bill.when")}, {Label: l.T("bill.state")}}}
	row := func(party, reference string, amount money.Rupiah, what, why bill.Cell, at time.Time, by uuid.UUID, undone time.Time, undoneBy uuid.UUID, reason string) {
		who := names[by]
		if who == "" {
			who = l.T("bank.by_itself")
		}
		state := bill.Cell{Mark: Mark(l, "bank.booked", "good", "circle-check")}
		if !undone.IsZero() {
			state = bill.Cell{Mark: Mark(l, "bank.undone", "", "circle-x"), Small: Joined(names[undoneBy], l.DateTime(site.Zoned(c, undone)), reason)}
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: party, Small: reference}, {Text: amount.String()}, what, why, {Text: l.DateTime(site.Zoned(c, at)), Small: who}, state}})
	}
	for _, m := range all {
		invoices := bill.Cell{Text: l.T("bank.to_balance")}
		if len(m.Numbers) > 0 {
			invoices = bill.Cell{Text: m.Numbers[0], Href: p.Invoices + "/" + m.Invoices[0].String(), Small: Joined(m.Numbers[1:]...)}
		}
		why := bill.Cell{Text: payin.Proposal{Why: m.Why}.Because(l)}
		if m.Waits > 0 {
			why.Small = l.T("bank.waits_for", "amount", m.Waits)
		}
		row(m.Party, m.Reference, m.Amount, invoices, why, m.At, m.By, m.UndoneAt, m.UndoneBy, m.UndoReason)
	}
	for _, h := range holds {
		y, err := p.Pledge(c.Request.Context(), gate.ActorOf(c), h.For)
		if err != nil {
			return bill.Section{}, err
		}
		row(y.Party, h.Reference, h.Amount, bill.Cell{Text: l.T("bank.split_held", "number", y.Number), Href: y.Href}, bill.Cell{Text: payin.Proposal{Why: payin.BySplit}.Because(l)}, h.At, h.By, h.UndoneAt, h.UndoneBy.UUID, h.UndoReason)
	}
	return bill.Section{ID: "pembayaran", Title: l.T("bank.paid"), Table: &t}, err
}

// matchSections are the ways in which a line that waits can be decided: as was proposed, by hand for one party or several, or that it pays nothing.
func (p *Bank) matchSections(c *gin.Context, x payin.Line, here string, in site.Form, errs ui.Errors) ([]bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	parties, err := p.Parties(ctx, who)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	names := map[string]string{}
	for _, y := range parties {
		options = append(options, ui.Option{Value: y.ID.String(), Label: y.Name})
		names[y.ID.String()] = y.Name
	}
	var out []bill.Section
	if x.State == payin.Proposed {
		s := bill.Section{ID: "usulan", Title: l.T("bank.proposed"), Rows: []ui.Row{{Label: l.T("bank.why"), Value: x.Proposal.Because(l)}}}
		if y := x.Proposal.Party; y != uuid.Nil {
			s.Rows = append(s.Rows, ui.Row{Label: l.T("party.party"), Value: names[y.String()]}, ui.Row{Label: l.T("bank.invoices"), Value: FirstOf(Joined(x.Proposal.Numbers...), l.T("bank.to_balance"))})
			if x.Proposal.Waits > 0 {
				s.Rows = append(s.Rows, ui.Row{Label: l.T("bank.waits"), Value: x.Proposal.Waits.String()})
			}
			s.Links = p.invoiceLinks(x.Proposal)
			s.Forms = []bill.Form{{ID: "terima", Action: here + "/terima", Submit: l.T("bank.accept"), Text: l.T("bank.accept_text")}}
		} else if len(x.Proposal.Numbers) > 0 {
			s.Rows = append(s.Rows, ui.Row{Label: l.T("bank.invoices"), Value: Joined(x.Proposal.Numbers...)})
			s.Links = append(p.invoiceLinks(x.Proposal), ui.Link{Href: "#bagi", Label: l.T("bank.split"), Icon: "list-details"})
		}
		out = append(out, s)
	}
	party := c.Query("pihak")
	if party == "" {
		party = in.Get("party")
	}
	if party == "" && x.Proposal.Party != uuid.Nil {
		party = x.Proposal.Party.String()
	}
	hand := bill.Section{ID: "tangan", Title: l.T("bank.by_hand"), Text: l.T("bank.by_hand_text"),
		Filter: &bill.Form{Action: here + "#tangan", Submit: l.T("bank.show_open"), Fields: []ui.Field{{Name: "pihak", Type: "select", Label: l.T("party.party"), Options: options, Value: party}}}}
	if name, ok := names[party]; ok {
		f, err := p.handForm(c, uuid.MustParse(party), name, here, in, errs)
		if err != nil {
			return nil, err
		}
		hand.Forms = []bill.Form{f}
	}
	parts, err := p.splitSection(c, x, parties, here, in, errs)
	if err != nil {
		return nil, err
	}
	out = append(out, hand, parts)
	if x.State != payin.Aside {
		out = append(out, bill.Section{ID: "bukan", Title: l.T("bank.aside"), Forms: []bill.Form{{ID: "abaikan", Folded: true, Title: l.T("bank.set_aside"), Text: l.T("bank.set_aside_text"), Action: here + "/abaikan", Submit: l.T("bank.set_aside_do"),
			Fields: []ui.Field{console.ReasonField(l, in.Get("reason"), errs)}}}})
	}
	return out, nil
}

// invoiceLinks lead to the invoices that a line seems to pay.
func (p *Bank) invoiceLinks(x payin.Proposal) (out []ui.Link) {
	for i, number := range x.Numbers {
		if i < len(x.Against) {
			out = append(out, ui.Link{Href: p.Invoices + "/" + x.Against[i].Invoice.String(), Label: number, Icon: "file-text"})
		}
	}
	return out
}

// handForm lets somebody choose the open invoices of a party, or none for its balance.
func (p *Bank) handForm(c *gin.Context, party uuid.UUID, name, here string, in site.Form, errs ui.Errors) (bill.Form, error) {
	l := gate.LocaleOf(c)
	rows, err := p.Open(c.Request.Context(), gate.ActorOf(c), party)
	slices.SortFunc(rows, func(a, b Owed) int { // as the money closes them: the oldest due first
		return cmp.Or(a.DueOn.Compare(b.DueOn), cmp.Compare(a.Seq, b.Seq))
	})
	t := bill.Table{Title: l.T("bank.open_of", "name", name), Columns: []bill.Column{{Label: l.T("bill.number")}, {Label: l.T("bill.due")}, {Label: l.T("bill.total"), End: true}, {Label: l.T("bill.rest"), End: true}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, bill.Line{Pick: r.Invoice.ID.String(), Cells: []bill.Cell{{Text: r.Invoice.Number, Href: p.Invoices + "/" + r.Invoice.ID.String()}, {Text: l.Date(r.DueOn)}, {Text: r.Total.String()}, {Text: r.Rest.String()}}})
	}
	f := bill.Form{ID: "cocokkan", Title: l.T("bank.match_of", "name", name), Text: l.T("bank.match_text"), Plain: true, Action: here + "/cocokkan", Hidden: []ui.Option{{Value: "party", Label: party.String()}}, Submit: l.T("bank.match"), Fields: []ui.Field{
		{Name: "waits", Type: "money", Label: l.T("bank.waits"), Hint: l.T("bank.waits_hint"), Optional: true, Value: in.Get("waits"), Error: errs.Of("waits")}}}
	if len(t.Rows) > 0 {
		f.Boxes = &t
	} else {
		f.Text = l.T("bank.nothing_open", "name", name)
	}
	return f, err
}

// deciding runs an act on the line of the address.
func (p *Bank) deciding(c *gin.Context, done string, do func(in site.Form, id uuid.UUID) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	labels := map[string]string{"reason": "bill.reason", "waits": "bank.waits", "party": "party.party", restName: "bank.split_rest"}
	return Act(p.Pages, c, done, p.Lines()+"/"+id.String(), p.linePage, nil, labels, []string{bill.BoxName, partsOf}, func(in site.Form) error { return do(in, id) })
}

func (p *Bank) accept(c *gin.Context) error {
	return p.deciding(c, "line_matched", func(_ site.Form, id uuid.UUID) error {
		_, err := p.Desk.AcceptLine(c.Request.Context(), gate.ActorOf(c), id)
		return err
	})
}

// match books a line as a person says.
func (p *Bank) match(c *gin.Context) error {
	return p.deciding(c, "line_matched", func(in site.Form, id uuid.UUID) error {
		party, err := uuid.Parse(in.Get("party"))
		if err != nil {
			return site.Invalid("party", "not_an_option")
		}
		choice := payin.Choice{Party: party}
		for _, text := range in.Values[bill.BoxName] {
			one, err := uuid.Parse(text)
			if err != nil {
				return site.Invalid("party", "not_an_option")
			}
			choice.Against = append(choice.Against, one)
		}
		if text := in.Text("waits"); text != "" {
			if choice.Waits, err = console.AmountOf(in, "waits"); err != nil {
				return err
			}
		}
		_, err = p.Desk.DecideLine(c.Request.Context(), gate.ActorOf(c), id, choice)
		return err
	})
}

func (p *Bank) setAside(c *gin.Context) error {
	return p.deciding(c, "line_aside", func(in site.Form, id uuid.UUID) error {
		return p.Desk.SetLineAside(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	})
}

func (p *Bank) undo(c *gin.Context) error {
	return p.deciding(c, "line_undone", func(in site.Form, id uuid.UUID) error {
		return p.Desk.UndoLine(c.Request.Context(), gate.ActorOf(c), id, in.Text("reason"))
	})
}
