package damage

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// creditRoutes is what is let off for a damage, by those who keep the book.
func (p *Pages) creditRoutes() gate.Table {
	one, at := site.IDs("id", "duct_damage"), PathDamage+"/:id"
	act := func(path string, handler func(*gin.Context) error) gate.Route {
		return gate.Route{Method: post, Path: at + path, Page: at, Needs: access.DuctBill, Scope: gate.City, IDs: one, Handler: handler}
	}
	return gate.Table{act("/potongan", p.askCredits), act("/putusan", p.decideCredits)}
}

// credits is what is let off for a damage: asked for by one person of those who keep the book, decided by another.
func (p *Pages) credits(c *gin.Context, x ductdamage.Detail) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	s := bill.Section{ID: "potongan", Title: l.T("damage.credits"), Empty: &bill.Empty{Icon: "coin", Title: l.T("damage.credits_none"), Text: l.T("damage.credits_none_hint")}}
	rules, ok, err := p.Damages.PolicyOf(ctx, x.Damage)
	if err != nil {
		return s, err
	}
	if ok {
		s.Text = RestitutionText(l, rules)
	}
	all, err := p.Damages.Credits(ctx, a, x.ID)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("damage.credit_how")}, {Label: l.T("damage.amount"), End: true}, {Label: l.T("duct.standing")}}}
	var sum money.Rupiah
	waits, own := false, false
	for _, y := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: y.Lease, Small: y.Operator}, {Text: y.Working(l)}, {Text: y.Amount.String()}, CreditCell(l, y)}})
		if y.Approved == nil {
			waits, own = true, own || y.AskedBy == a.ID
		}
		if y.Approved == nil || *y.Approved {
			sum += y.Amount
		}
	}
	s.Table.Foot = []bill.Cell{{Text: l.T("damage.sum")}, {}, {Text: sum.String()}, {}}
	if !p.may(c, access.DuctBill) || x.State == ductdamage.Dismissed {
		return s, nil
	}
	here := PathDamage + "/" + x.ID.String()
	switch {
	case waits && own:
		s.Note = bill.Note{Text: l.T("damage.credit_own")}
	case waits:
		s.Forms = []bill.Form{{ID: "setuju", Text: l.T("damage.credit_decide"), Action: here + "/putusan", Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("damage.credit_approve")},
			{ID: "tolak", Plain: true, Bad: true, Action: here + "/putusan", Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("damage.credit_refuse")}}
	case !x.RestoredAt.IsZero() && len(x.Leases) > 0:
		s.Forms = []bill.Form{{ID: "hitung", Plain: true, Action: here + "/potongan", Submit: l.T("damage.credit_ask")}}
	}
	return s, nil
}

// RestitutionText is the rule by which something is let off, in words.
func RestitutionText(l i18n.Locale, p ductdamage.Policy) string {
	r := p.Restitution
	return l.T("damage.credit_rule", "per", ducttariff.Percent(l, r.PerHour), "most", ducttariff.Percent(l, r.Most))
}

// CreditCell is how a credit stands, and what of it was taken off.
func CreditCell(l i18n.Locale, x ductdamage.Credit) bill.Cell {
	switch {
	case x.Approved == nil:
		return bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}}
	case !*x.Approved:
		return bill.Cell{Mark: ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}}
	case x.Taken == x.Amount:
		return bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("damage.credit_taken")}}
	}
	return bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.approved")}, Small: l.T("damage.credit_left", "left", x.Amount-x.Taken)}
}

// askCredits works out what is let off, for somebody else to decide.
func (p *Pages) askCredits(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err == nil {
		err = p.Damages.AskCredits(c.Request.Context(), gate.ActorOf(c), id)
	}
	return p.answer(c, id, "hitung", "damage_credit_asked", nil, site.Form{}, err)
}

// decideCredits approves or refuses what somebody else has asked to let off.
func (p *Pages) decideCredits(c *gin.Context) error {
	return p.decide(c, "setuju", "damage_credit", p.Damages.DecideCredits)
}
