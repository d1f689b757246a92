package leasing

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// leases lists who holds what, the latest first, and reservations alone by their expiry.
func (p *Pages) leases(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	operator, _ := uuid.Parse(c.Query("operator")) // none asks for any
	f := lease.Filter{State: c.Query("status"), Operator: operator}
	all, err := p.Leases.Leases(ctx, a, f, After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	who, err := p.choice(c, "")
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("lease.leases")), Heading: l.T("lease.leases"), Lead: l.T("lease.leases_lead")}
	after := ""
	if len(all) > pageSize {
		all = all[:pageSize]
		after = Next(c, ducts.PathLeases, all[pageSize-1].ID)
	}
	s := p.leaseTable(c, all)
	s.ID, s.Title, s.Quiet, s.Next = "sewa", l.T("lease.leases"), true, after
	s.Empty = &bill.Empty{Icon: "file-text", Title: l.T("lease.none"), Text: l.T("lease.none_hint")}
	if f.State == lease.Reserved {
		s.Text = l.T("duct.by_due")
	}
	if f != (lease.Filter{}) {
		s.Empty.Text = l.T("lease.none_filtered")
	}
	any := ui.Option{Label: l.T("queue.filter.any")}
	s.Filter = &bill.Form{ID: "saring", Action: ducts.PathLeases, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: f.State, Options: append([]ui.Option{any}, ducts.Options(l, "lease.state", lease.States())...)},
		{Name: "operator", Type: "select", Label: l.T("lease.operator"), Value: c.Query("operator"), Options: append([]ui.Option{any}, who...)}}}
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// operatorsMost is how many operators there are to choose from; a city has some dozens.
const operatorsMost = 500

// choice are the operators in a state, or all of them, to choose from.
func (p *Pages) choice(c *gin.Context, state string) ([]ui.Option, error) {
	all, err := p.Leases.Operators(c.Request.Context(), gate.ActorOf(c), state, uuid.Nil, operatorsMost)
	var out []ui.Option
	for _, o := range all {
		out = append(out, ui.Option{Value: o.ID.String(), Label: o.Name})
	}
	return out, err
}

// leaseTable lists leases.
func (p *Pages) leaseTable(c *gin.Context, all []lease.Listed) bill.Section {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("lease.leases"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("lease.operator")}, {Label: l.T("lease.what")}, {Label: l.T("lease.length"), End: true}, {Label: l.T("lease.days")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		standing := bill.Cell{Mark: LeaseMark(l, lease.Standing(x.State, x.Until, p.Operators.Today(c.Request.Context())))}
		if x.State == lease.Reserved {
			standing.Small = l.T("lease.expires", "at", l.DateTime(site.Zoned(c, x.ExpiresAt)))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: leasePath(x.ID)}, {Text: x.OperatorName, Href: operatorPath(x.OperatorID)}, {Text: l.T("lease.units."+x.Kind, "n", x.Quantity)},
			{Text: ducts.KM(l, x.LengthMM)}, {Text: Span(l, x.Since, x.Until)}, standing}})
	}
	return bill.Section{Table: t}
}

func leasePath(id uuid.UUID) string { return ducts.PathLeases + "/" + id.String() }

// lease is one lease: what it takes, how it stands, what can be done now, where it runs and which units are its.
func (p *Pages) lease(c *gin.Context) error {
	return p.leaseAgain(c, http.StatusOK, site.Form{}, nil)
}

// leaseAgain is lease, after a refusal with what was filled in.
func (p *Pages) leaseAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, parts, err := p.Leases.Lease(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, x.Number), Back: ducts.PathLeases, Heading: x.Number, Lead: l.T("lease.lead", "operator", x.OperatorName, "span", Span(l, x.Since, x.Until)), Mark: LeaseMark(l, lease.Standing(x.State, x.Until, p.Operators.Today(c.Request.Context()))), Errors: errs}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state")}
	over := x.State == lease.Reserved && !x.ExpiresAt.After(p.Now())
	switch {
	case over:
		state.Note = bill.Note{Tone: "care", Text: l.T("lease.note_over")}
	case l.Has("lease.note." + x.State):
		state.Note = bill.Note{Text: l.T("lease.note."+x.State, "at", l.DateTime(site.Zoned(c, x.ExpiresAt)))}
	}
	state.Rows = []ui.Row{{Label: l.T("lease.operator"), Value: x.OperatorName}, {Label: l.T("lease.what"), Value: l.T("lease.takes", "units", l.T("lease.units."+x.Kind, "n", x.Quantity))}, {Label: l.T("lease.days"), Value: Span(l, x.Since, x.Until)},
		{Label: l.T("duct.billed"), Value: ducts.Metres(l, x.LengthMM)}, {Label: l.T("duct.segments"), Value: l.Number(int64(x.Segments))}, {Label: l.T("lease.made"), Value: l.DateTime(site.Zoned(c, x.CreatedAt))}}
	why, err := p.ReasonRow(ctx, l, x.Refusal, x.Why)
	if err != nil {
		return err
	}
	state.Rows = append(state.Rows, why...)
	state.Links = []ui.Link{{Href: operatorPath(x.OperatorID), Label: x.OperatorName, Icon: "building"}}
	if x.OrderID.Valid {
		state.Note = bill.Note{Text: l.T("ordering.of_order")}
		state.Links = append(state.Links, ui.Link{Href: ducts.PathOrders + "/" + x.OrderID.UUID.String(), Label: l.T("ordering.open_order"), Icon: "inbox"})
	}
	if x.State == lease.Reserved || x.State == lease.Ordered {
		state.Links = append(state.Links, ui.Link{Href: ducts.PathLeases + "/" + id.String() + "/penawaran", Label: l.T("ductquote.title"), Icon: "coin"})
	}
	if p.may(c) && !over && !x.OrderID.Valid { // else its order goes on
		if state.Forms, err = p.acts(c, x.Lease, in, errs); err != nil {
			return err
		}
	}
	v.Sections = append(v.Sections, state)
	run, err := p.run(c, x.Lease, parts)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, run...)
	return p.Render(c, status, bill.Page(v))
}

// acts are what can be done with a lease as it stands.
func (p *Pages) acts(c *gin.Context, x lease.Lease, in site.Form, errs ui.Errors) ([]bill.Form, error) {
	l, here := gate.LocaleOf(c), leasePath(x.ID)
	words := func(name string, optional bool) ui.Field {
		return ui.Field{Name: name, Type: "long_text", Label: l.T("lease.explanation"), Max: 500, Optional: optional, Value: in.Get(name), Error: errs.Of(name)}
	}
	var out []bill.Form
	switch x.State {
	case lease.Active:
		return []bill.Form{{ID: "akhiri", Folded: true, Bad: true, Title: l.T("lease.end"), Text: l.T("lease.end_text"), Action: here + "/akhiri", Submit: l.T("lease.end_do"), Fields: []ui.Field{
			{Name: "day", Type: "date", Label: l.T("lease.end_day"), Hint: l.T("lease.end_day_hint"), Value: site.DateOf(in, "day"), Typed: in.Values["day"], Error: errs.Of("day")}, words("why", false)}}}, nil
	case lease.Reserved:
		out = append(out, bill.Form{ID: "pesan", Plain: true, Action: here + "/pesan", Submit: l.T("lease.order")})
	case lease.Ordered:
		form, err := p.acceptance(c, x, in, errs)
		if err != nil {
			return nil, err
		}
		out = append(out, form)
	default:
		return nil, nil
	}
	reasons, err := p.reasons(c.Request.Context(), l, func(r lease.Refusal) bool { return r.Lease })
	return append(out, bill.Form{ID: "tolak", Folded: true, Bad: true, Title: l.T("lease.refuse"), Text: l.T("lease.refuse_text"), Action: here + "/tolak", Submit: l.T("lease.refuse_do"), Fields: []ui.Field{
		{Name: "refusal", Type: "select", Label: l.T("lease.refusal"), Options: reasons, Value: in.Get("refusal"), Error: errs.Of("refusal")}, words("note", true)}},
		bill.Form{ID: "batalkan", Folded: true, Bad: true, Title: l.T("lease.cancel"), Text: l.T("lease.cancel_text"), Action: here + "/batalkan", Submit: l.T("lease.cancel_do"), Fields: []ui.Field{words("why", false)}}), err
}

// acceptance asks for the day of the acceptance record, today unless it was earlier.
func (p *Pages) acceptance(c *gin.Context, x lease.Lease, in site.Form, errs ui.Errors) (bill.Form, error) {
	l := gate.LocaleOf(c)
	first, last, err := p.Leases.AcceptDays(c.Request.Context(), gate.ActorOf(c), x)
	if err != nil {
		return bill.Form{}, err
	}
	hint := l.T("lease.accept_until", "last", l.Date(last))
	if !first.IsZero() {
		hint = l.T("lease.accept_between", "first", l.Date(first), "last", l.Date(last))
	}
	f := ui.Field{Name: "day", Type: "date", Label: l.T("lease.accept_day"), Hint: hint, Value: last.Format(time.DateOnly), Error: errs.Of("day")}
	if in.Values["day"] != nil {
		f.Value, f.Typed = site.DateOf(in, "day"), in.Values["day"]
	}
	return bill.Form{ID: "terima", Title: l.T("lease.accept"), Text: l.T("lease.accept_text"), Action: leasePath(x.ID) + "/terima", Submit: l.T("lease.accept"), Fields: []ui.Field{f}}, nil
}

// run is where a lease runs, and which units of each segment are its.
func (p *Pages) run(c *gin.Context, x lease.Lease, parts []lease.Part) ([]bill.Section, error) {
	l := gate.LocaleOf(c)
	names, _, err := p.Names(c)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	t := &bill.Table{Title: l.T("duct.segments"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("lease.units")}}}
	for _, s := range parts {
		ids = append(ids, s.ID)
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: s.Code, Href: ducts.SegmentPath(s.Code, x.Since)}, {Text: s.Road}, {Text: names[s.Authority]}, {Text: ducts.Metres(l, s.LengthMM)}, {Text: strings.Join(s.Units, ", ")}}})
	}
	lines, err := p.lines(c, x.Since, ids)
	if err != nil {
		return nil, err
	}
	ground, err := p.Ground(c.Request.Context(), p.Operators.Today(c.Request.Context()))
	if err != nil {
		return nil, err
	}
	var tracks [][]geo.Point
	for _, id := range ids {
		tracks = append(tracks, lines[id])
	}
	return []bill.Section{{ID: "letak", Title: l.T("duct.place"), Map: site.TracksMap(ground, "sewa", l.T("lease.map", "n", len(parts), "length", ducts.KM(l, x.LengthMM)), tracks, nil)},
		{ID: "ruas", Title: l.T("duct.segments"), Text: l.T("lease.units_text"), Table: t}}, nil
}

// lines are where some segments run on a day.
func (p *Pages) lines(c *gin.Context, day time.Time, ids []uuid.UUID) (map[uuid.UUID][]geo.Point, error) {
	all, err := p.Ducts.SegmentsOf(c.Request.Context(), gate.ActorOf(c), day, ids)
	out := map[uuid.UUID][]geo.Point{}
	for _, s := range all {
		for _, at := range s.Line {
			out[s.ID] = append(out[s.ID], geo.Point{Lat: at.Lat(), Lon: at.Lon()})
		}
	}
	return out, err
}

func (p *Pages) order(c *gin.Context) error {
	return p.act(c, "lease_ordered", "", func(ctx context.Context, a identity.Actor, id uuid.UUID, _ site.Form) error {
		return p.Leases.Order(ctx, a, id)
	})
}

func (p *Pages) accept(c *gin.Context) error {
	return p.act(c, "lease_accepted", "lease.accept_day", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		day, err := dayOf(in)
		if err != nil {
			return err
		}
		return p.Leases.AcceptOn(ctx, a, id, day)
	})
}

func (p *Pages) cancel(c *gin.Context) error {
	return p.act(c, "lease_cancelled", "", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		return p.Leases.Cancel(ctx, a, id, in.Text("why"))
	})
}

func (p *Pages) refuse(c *gin.Context) error {
	return p.act(c, "lease_refused", "", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		return p.Leases.Refuse(ctx, a, id, in.Get("refusal"), in.Text("note"))
	})
}

func (p *Pages) end(c *gin.Context) error {
	return p.act(c, "lease_ended", "lease.end_day", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		day, err := dayOf(in)
		bad := site.Missing(in, "why")
		if err != nil {
			bad = append(fault.From(err).Fields, bad...)
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		return p.Leases.End(ctx, a, id, day, in.Text("why"))
	})
}

// dayOf reads the day that an act has to say.
func dayOf(in site.Form) (time.Time, error) {
	typed := site.DateOf(in, "day")
	if typed == "" {
		return time.Time{}, site.Invalid("day", "required")
	}
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, site.Invalid("day", "invalid")
	}
	return day, nil
}

// act takes one step with a lease; day is what its day is called, of one that asks for any. Where it has changed meanwhile the page shows how it stands now.
func (p *Pages) act(c *gin.Context, sentence, day string, do func(context.Context, identity.Actor, uuid.UUID, site.Form) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "day")
	if err == nil {
		err = do(c.Request.Context(), gate.ActorOf(c), id, in)
	}
	if fault.Is(err, "lease.wrong_state") {
		return p.leaseAgain(c, http.StatusConflict, in, ui.Errors{{Text: gate.LocaleOf(c).T("lease.changed")}})
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.leaseAgain(c, status, in, site.Called(c, errs, map[string]string{"why": "lease.explanation", "note": "lease.explanation", "refusal": "lease.refusal", "day": day}))
	}
	return p.Done(c, leasePath(id), sentence)
}
