package damage

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// billRoutes charges who has to answer for a damage, by those who keep the book.
func (p *Pages) billRoutes() gate.Table {
	one, at := site.IDs("id", "duct_damage"), PathDamage+"/:id"
	act := func(path string, handler func(*gin.Context) error) gate.Route {
		return gate.Route{Method: post, Path: at + path, Page: at, Needs: access.DuctBill, Scope: gate.City, IDs: one, Handler: handler}
	}
	return gate.Table{act("/tagih", p.askBills), act("/tagih-putusan", p.decideBills), act("/tagih-tarik", p.unbill)}
}

// bills is what others are charged of a repair: asked for by one person of those who keep the book, decided by another.
func (p *Pages) bills(c *gin.Context, x ductdamage.Detail, f forms) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	s := bill.Section{ID: "tagih-biaya", Title: l.T("damage.bills"), Text: l.T("damage.bills_text"), Empty: &bill.Empty{Icon: "coin", Title: l.T("damage.bills_none"), Text: l.T("damage.bills_none_hint")}}
	all, err := p.Damages.Bills(ctx, a, x.ID)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("damage.party")}, {Label: l.T("damage.percent"), End: true}, {Label: l.T("damage.amount"), End: true}, {Label: l.T("duct.standing")}}}
	waits, own, stale, kept := false, false, false, map[string]bool{}
	for _, b := range all {
		who := bill.Cell{Text: b.Name}
		switch {
		case !b.ErasedAt.IsZero():
			who.Text = l.T("duct.erased", "day", l.Date(site.Zoned(c, b.ErasedAt)))
		case b.OperatorID.Valid:
		case b.Email == "": // who decides sees where an invoice goes that nobody changes later
			who.Small = l.T("damage.bill_to_paper", "address", b.Address)
		default:
			who.Small = l.T("damage.bill_to", "address", b.Address, "email", b.Email)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{who, {Text: strconv.Itoa(b.Percent) + "%"}, {Text: b.Amount.String()}, billCell(l, b)}})
		if b.Approved == nil && b.UndoneAt.IsZero() {
			waits, own = true, own || b.AskedBy == a.ID
		}
		stale = stale || b.Stale()
		if b.Live() && b.OperatorID.Valid {
			kept[b.OperatorID.UUID.String()] = true
		} else if b.Live() {
			kept[b.Name] = true
		}
	}
	if !p.may(c, access.DuctBill) || x.State == ductdamage.Dismissed || !x.ThirdErasedAt.IsZero() {
		return s, nil
	}
	here := PathDamage + "/" + x.ID.String()
	sum, others := money.Rupiah(0), []ductdamage.Share{}
	for _, y := range x.Shares {
		party := y.Name
		if y.OperatorID.Valid {
			party = y.OperatorID.UUID.String()
		}
		if y.Party != ductdamage.ByCompany && y.Amount > 0 && !kept[party] {
			if sum += y.Amount; y.Party == ductdamage.ThirdParty {
				others = append(others, y)
			}
		}
	}
	switch {
	case waits && own:
		s.Note = bill.Note{Text: l.T("damage.bill_own")}
	case waits:
		s.Forms = []bill.Form{{ID: "tagih-setuju", Text: l.T("damage.bill_decide"), Action: here + "/tagih-putusan", Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("damage.bill_approve")},
			{ID: "tagih-tolak", Plain: true, Bad: true, Action: here + "/tagih-putusan", Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("damage.bill_refuse")}}
	case sum > 0:
		form := f.make("tagih", bill.Form{Folded: f.form != "tagih", Title: l.T("damage.bill_ask", "amount", sum), Text: l.T("damage.bill_ask_text"), Submit: l.T("damage.bill_ask_do")})
		for _, y := range others {
			hidden, fields := f.debtor(y, all)
			form.Hidden, form.Fields = append(form.Hidden, hidden), append(form.Fields, fields...)
		}
		s.Forms = []bill.Form{form}
	}
	if stale {
		s.Forms = append(s.Forms, bill.Form{ID: "tagih-tarik", Plain: true, Text: l.T("damage.bill_stale"), Action: here + "/tagih-tarik", Submit: l.T("damage.bill_stale_do")})
	}
	return s, nil
}

// debtor asks where the invoice of a third party goes, beginning with what was said of it before. Its name goes along, because its share may be
// another by the time the form is sent.
func (f forms) debtor(x ductdamage.Share, before []ductdamage.Bill) (ui.Option, []ui.Field) {
	was := ductdamage.Bill{}
	for _, b := range before {
		if !b.OperatorID.Valid && b.Name == x.Name {
			was = b
		}
	}
	fields := []ui.Field{{Name: ductdamage.DebtorField(x.Position, "address"), Label: f.l.T("damage.bill_address", "name", x.Name), Hint: f.l.T("damage.bill_address_hint"), Value: was.Address, Max: 200},
		{Name: ductdamage.DebtorField(x.Position, "email"), Label: f.l.T("damage.bill_email", "name", x.Name), Value: was.Email, Optional: true, Max: 200}}
	for i, part := range []string{"address", "email"} {
		before := fields[i].Value
		if fields[i] = f.of("tagih", fields[i]); f.form == "tagih" {
			fields[i].Value = before
			if at := f.typed(x.Name); at > 0 {
				fields[i].Value = f.in.Get(ductdamage.DebtorField(at, part))
			}
		}
	}
	return ui.Option{Value: ductdamage.DebtorField(x.Position, "name"), Label: x.Name}, fields
}

// typed is the position under which a form that was sent speaks of a third party; 0 where it does not.
func (f forms) typed(name string) int {
	for n := 1; n <= ductdamage.SharesMost; n++ {
		if f.in.Get(ductdamage.DebtorField(n, "name")) == name {
			return n
		}
	}
	return 0
}

// billCell is how a share stands: where it waits, was refused, is charged, or taken back.
func billCell(l i18n.Locale, b ductdamage.Bill) bill.Cell {
	switch {
	case b.Approved == nil && !b.UndoneAt.IsZero():
		return bill.Cell{Mark: ui.Mark{Icon: "circle-x", Text: l.T("damage.bill_undone")}}
	case b.Approved == nil:
		return bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}}
	case !*b.Approved:
		return bill.Cell{Mark: ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}}
	}
	cell := bill.Cell{Text: l.T("damage.bill_draft"), Href: ducts.PathDucts + "/tagihan/konsep/" + b.DraftID.UUID.String()}
	if b.Book.InvoiceID.Valid {
		cell.Text, cell.Href = b.Book.Number, ducts.PathDucts+"/tagihan/"+b.Book.InvoiceID.UUID.String()
	}
	switch {
	case b.Book.Back:
		cell.Small = l.T("damage.bill_back")
	case b.Book.Asked:
		cell.Small = l.T("damage.bill_back_asked")
	case !b.UndoneAt.IsZero():
		cell.Small = l.T("damage.bill_stale")
	}
	if b.Book.Back && !b.Book.InvoiceID.Valid {
		cell.Text = l.T("damage.bill_dropped")
	}
	return cell
}

// askBills asks that the shares be charged, for somebody else to decide.
func (p *Pages) askBills(c *gin.Context) error {
	return p.act(c, "tagih", "damage_bill_asked", nil, func(id uuid.UUID, in site.Form) error {
		x := ductdamage.BillInput{ID: id, Revision: in.Revision()}
		for n := range ductdamage.SharesMost {
			of := func(part string) string { return ductdamage.DebtorField(n+1, part) }
			x.Debtors = append(x.Debtors, ductdamage.Debtor{Name: in.Get(of("name")), Address: in.Line(of("address")), Email: in.Text(of("email"))})
		}
		return p.Damages.AskBills(c.Request.Context(), gate.ActorOf(c), x)
	})
}

// decideBills approves or refuses what somebody else has asked to charge.
func (p *Pages) decideBills(c *gin.Context) error {
	return p.decide(c, "tagih-setuju", "damage_bill", p.Damages.DecideBills)
}

// unbill asks once more to take back what is charged although others answer for the damage now.
func (p *Pages) unbill(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err == nil {
		err = p.Damages.UnbillAgain(c.Request.Context(), gate.ActorOf(c), id)
	}
	return p.answer(c, id, "tagih-tarik", "damage_bill_unbilled", nil, site.Form{}, err)
}
