package pricing

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/billing"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// coupons lists the coupons of the price list, and takes a new one in.
func (p *Pages) coupons(c *gin.Context) error {
	return p.couponsPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) couponsPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l, now := gate.LocaleOf(c), site.Zoned(c, p.Now())
	all, err := p.Billing.Coupons(c.Request.Context())
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("bumd.coupons"), Columns: []bill.Column{{Label: l.T("bill.coupon")}, {Label: l.T("coupon.worth")}, {Label: l.T("coupon.holds")}, {Label: l.T("coupon.given")}, {Label: l.T("coupon.used"), End: true}}}
	for _, x := range all {
		t.Rows = append(t.Rows, bill.Line{Cells: append(couponCells(l, x), bill.Cell{Text: l.Number(int64(x.Used))})})
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("bumd.coupons")), Back: console.PathPlans, Heading: l.T("bumd.coupons"), Lead: l.T("coupon.lead"), Errors: errs}
	asked, err := p.couponRequests(c)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{{ID: "daftar", Title: l.T("bumd.coupons"), Quiet: true, Table: &t, Empty: &bill.Empty{Icon: "coin", Title: l.T("coupon.none"), Text: l.T("coupon.none_text")},
		Forms: []bill.Form{couponForm(l, now, in, errs)}}, asked}
	return p.Render(c, status, bill.Page(v))
}

// couponCells are what a coupon is worth, for how long it holds and when it can be given.
func couponCells(l i18n.Locale, x billing.GivenCoupon) []bill.Cell {
	worth := l.T("bill.coupon_amount", "amount", x.Amount)
	if x.Percent > 0 {
		worth = l.T("bill.coupon_percent", "percent", x.Percent)
	}
	holds := l.T("coupon.always")
	if x.Months > 0 {
		holds = l.T("coupon.for_months", "n", x.Months)
	}
	given := l.T("coupon.from", "date", l.Date(x.GivenFrom))
	if !x.GivenUntil.IsZero() {
		given = l.Date(x.GivenFrom) + " – " + l.Date(x.GivenUntil.AddDate(0, 0, -1))
	}
	return []bill.Cell{{Text: x.Code, Small: x.Note}, {Text: worth, Small: strings.Join(x.Only, ", ")}, {Text: holds}, {Text: given}}
}

// couponRequests lists what was asked for, with the ways to decide what others asked.
func (p *Pages) couponRequests(c *gin.Context) (bill.Section, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	s := bill.Section{ID: "permintaan", Title: l.T("coupon.requests"), Text: l.T("bumd.two_people"), Empty: &bill.Empty{Icon: "inbox", Title: l.T("bumd.no_requests"), Text: l.T("coupon.no_requests_text")}}
	all, err := p.Billing.CouponProposals(ctx)
	if err != nil {
		return s, err
	}
	var ids []uuid.UUID
	for _, q := range all {
		ids = append(ids, q.MadeBy, q.DecidedBy.UUID)
	}
	names, err := p.Identity.Names(ctx, ids)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: l.T("coupon.requests"), Columns: []bill.Column{{Label: l.T("bill.coupon")}, {Label: l.T("coupon.worth")}, {Label: l.T("coupon.holds")}, {Label: l.T("coupon.given")}, {Label: l.T("bumd.asked_by")}, {Label: l.T("bill.state")}}}
	for _, q := range all {
		state, at := bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "clock", Text: l.T("bumd.waits")}}, console.PathCoupons+"/"+q.ID.String()+"/putus"
		switch {
		case q.Approved != nil && *q.Approved:
			state = bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("bumd.approved")}, Small: names[q.DecidedBy.UUID]}
		case q.Approved != nil:
			state = bill.Cell{Mark: ui.Mark{Icon: "circle-x", Text: l.T("bumd.refused")}, Small: names[q.DecidedBy.UUID]}
		case q.MadeBy == who.ID:
			state.Small = l.T("bumd.own_request")
		default:
			s.Forms = append(s.Forms, bill.Form{ID: "putus-" + q.ID.String(), Plain: true, Title: l.T("coupon.decide", "code", q.Code), Text: q.Note, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "setuju"}}, Submit: l.T("bumd.approve")},
				bill.Form{ID: "tolak-" + q.ID.String(), Plain: true, Bad: true, Action: at, Hidden: []ui.Option{{Value: "jawaban", Label: "tolak"}}, Submit: l.T("coupon.refuse", "code", q.Code)})
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: append(couponCells(l, q.AsCoupon()), bill.Cell{Text: names[q.MadeBy], Small: l.DateTime(site.Zoned(c, q.MadeAt))}, state)})
	}
	return s, nil
}

// decideCoupon answers what somebody else asked for.
func (p *Pages) decideCoupon(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	answer := in.Text("jawaban")
	if answer != "setuju" && answer != "tolak" {
		return site.Invalid("jawaban", "not_an_option")
	}
	err = p.Billing.DecideCoupon(c.Request.Context(), gate.ActorOf(c), id, answer == "setuju")
	if f, status := gate.Failed(c, err); err != nil && status == http.StatusConflict {
		return p.couponsPage(c, status, site.Form{}, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	if err != nil {
		return err
	}
	return p.Done(c, console.PathCoupons, "request_decided")
}

// couponForm asks what a new coupon is.
func couponForm(l i18n.Locale, now time.Time, in site.Form, errs ui.Errors) bill.Form {
	from := site.DateOf(in, "given_from")
	if from == "" {
		from = now.Format(time.DateOnly)
	}
	f := bill.Form{ID: "baru", Folded: true, Title: l.T("coupon.new"), Text: l.T("coupon.new_text"), Action: console.PathCoupons, Submit: l.T("coupon.add"), Fields: []ui.Field{
		{Name: "code", Max: 40, Hint: l.T("coupon.code_hint")}, {Name: "percent", Type: "number", Optional: true}, {Name: "amount", Type: "money", Optional: true, Hint: l.T("coupon.amount_hint")},
		{Name: "months", Type: "number", Optional: true, Hint: l.T("coupon.months_hint")}, {Name: "components", Max: 300, Optional: true, Hint: l.T("coupon.components_hint")},
		{Name: "given_from", Type: "date"}, {Name: "given_until", Type: "date", Optional: true, Hint: l.T("coupon.until_hint")}, {Name: "note", Type: "long_text", Max: 500}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Value, x.Error = l.T("coupon."+x.Name), in.Get(x.Name), errs.Of(x.Name)
	}
	f.Fields[5].Value, f.Fields[6].Value = from, site.DateOf(in, "given_until")
	return f
}

// askCoupon keeps the request for somebody else.
func (p *Pages) askCoupon(c *gin.Context) error {
	in, err := site.ReadForm(c, "given_from", "given_until")
	if err != nil {
		return err
	}
	x, err := couponOf(in)
	if err == nil {
		_, err = p.Billing.AskCoupon(c.Request.Context(), gate.ActorOf(c), x)
	}
	if errs, status, ok := site.RefusedAt(c, err, map[string]string{"billing.coupon_known": "code"}); ok {
		labels := map[string]string{}
		for _, name := range []string{"code", "percent", "amount", "months", "components", "given_from", "given_until", "note"} {
			labels[name] = "coupon." + name
		}
		return p.couponsPage(c, status, in, site.Called(c, errs, labels))
	}
	if err != nil {
		return err
	}
	return p.Done(c, console.PathCoupons, "coupon_asked")
}

// couponOf reads a coupon as its form has it.
func couponOf(in site.Form) (x billing.GivenCoupon, err error) {
	x = billing.GivenCoupon{Code: strings.ToUpper(in.Text("code")), Note: in.Text("note")}
	if text := in.Text("percent"); text != "" {
		if x.Percent, err = strconv.ParseInt(text, 10, 64); err != nil {
			return x, site.Invalid("percent", "coupon_worth")
		}
	}
	if in.Text("amount") != "" {
		if x.Amount, err = console.AmountOf(in, "amount"); err != nil {
			return x, err
		}
	}
	if text := in.Text("months"); text != "" {
		if x.Months, err = strconv.Atoi(text); err != nil {
			return x, site.Invalid("months", "coupon_months")
		}
	}
	for _, code := range strings.Split(in.Text("components"), ",") {
		if code = strings.TrimSpace(code); code != "" {
			x.Only = append(x.Only, code)
		}
	}
	if x.GivenFrom, err = console.DayOf(in, "given_from"); err != nil {
		return x, err
	}
	if until := site.DateOf(in, "given_until"); until != "" {
		if x.GivenUntil, err = console.DayOf(in, "given_until"); err != nil {
			return x, err
		}
		x.GivenUntil = x.GivenUntil.AddDate(0, 0, 1) // people name the last day
	}
	return x, nil
}
