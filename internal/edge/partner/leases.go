package partner

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/geo"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// leases lists what the company holds and held, the latest first, and reservations alone by their expiry.
func (p *Pages) leases(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	state := c.Query("status")
	all, err := p.Operators.Leases(ctx, a, state, leasing.After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("partner.nav.leases")), Heading: l.T("partner.nav.leases"), Lead: l.T("partner.leases_lead")}
	after := ""
	if len(all) > pageSize {
		all = all[:pageSize]
		after = leasing.Next(c, pathLeases, all[pageSize-1].ID)
	}
	s := p.leaseTable(c, all)
	s.ID, s.Title, s.Quiet, s.Next = "sewa", l.T("partner.nav.leases"), true, after
	if state == lease.Reserved {
		s.Text = l.T("duct.by_due")
	}
	if state != "" {
		s.Empty.Text = l.T("lease.none_filtered")
	}
	s.Filter = &bill.Form{ID: "saring", Action: pathLeases, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "status", Type: "select", Label: l.T("duct.standing"), Value: state, Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, ducts.Options(l, "lease.state", lease.States())...)}}}
	v.Sections = append(v.Sections, s)
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// leaseTable lists leases of the company.
func (p *Pages) leaseTable(c *gin.Context, all []lease.Listed) bill.Section {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("partner.nav.leases"), Columns: []bill.Column{{Label: l.T("lease.number")}, {Label: l.T("lease.what")}, {Label: l.T("lease.length"), End: true}, {Label: l.T("lease.days")}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		standing := bill.Cell{Mark: leasing.LeaseMark(l, lease.Standing(x.State, x.Until, p.Operators.Today(c.Request.Context())))}
		if x.State == lease.Reserved {
			standing.Small = l.T("lease.expires", "at", l.DateTime(site.Zoned(c, x.ExpiresAt)))
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Number, Whole: true, Href: pathLeases + "/" + x.ID.String()}, {Text: l.T("lease.units."+x.Kind, "n", x.Quantity)}, {Text: ducts.KM(l, x.LengthMM)},
			{Text: leasing.Span(l, x.Since, x.Until)}, standing}})
	}
	return bill.Section{Table: t, Empty: &bill.Empty{Icon: "file-text", Title: l.T("lease.none"), Text: l.T("partner.no_leases_hint")}}
}

// lease is one lease of the company: how it stands, where it runs and which units are its.
func (p *Pages) lease(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	x, parts, err := p.Operators.Lease(ctx, a, id)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, x.Number), Back: pathLeases, Heading: x.Number, Lead: leasing.Span(l, x.Since, x.Until), Mark: leasing.LeaseMark(l, lease.Standing(x.State, x.Until, p.Operators.Today(c.Request.Context())))}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state")}
	switch key := "lease.note." + x.State; {
	case x.State == lease.Reserved && !x.ExpiresAt.After(p.Now()):
		state.Note = bill.Note{Tone: "care", Text: l.T("lease.note_over")}
	case l.Has(key):
		state.Note = bill.Note{Text: l.T(key, "at", l.DateTime(site.Zoned(c, x.ExpiresAt)))}
	}
	state.Rows = []ui.Row{{Label: l.T("lease.what"), Value: l.T("lease.takes", "units", l.T("lease.units."+x.Kind, "n", x.Quantity))}, {Label: l.T("lease.days"), Value: leasing.Span(l, x.Since, x.Until)},
		{Label: l.T("duct.billed"), Value: ducts.Metres(l, x.LengthMM)}, {Label: l.T("duct.segments"), Value: l.Number(int64(x.Segments))}, {Label: l.T("lease.made"), Value: l.DateTime(site.Zoned(c, x.CreatedAt))}}
	why, err := leasing.New(p.Pages.Pages).ReasonRow(ctx, l, x.Refusal, x.Why)
	if err != nil {
		return err
	}
	state.Rows = append(state.Rows, why...)
	deposit, err := p.deposit(c, id)
	if err != nil {
		return err
	}
	v.Sections = append(append(v.Sections, state), deposit...)
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	t := &bill.Table{Title: l.T("duct.segments"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.billed"), End: true}, {Label: l.T("lease.units")}}}
	for _, s := range parts {
		ids = append(ids, s.ID)
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{{Text: s.Code}, {Text: s.Road}, {Text: names[s.Authority]}, {Text: ducts.Metres(l, s.LengthMM)}, {Text: strings.Join(s.Units, ", ")}}})
	}
	lines, err := p.Operators.Lines(ctx, a, x.Since, ids)
	if err != nil {
		return err
	}
	ground, err := p.Ground(ctx, p.Operators.Today(ctx))
	if err != nil {
		return err
	}
	var tracks [][]geo.Point
	for _, id := range ids {
		if len(lines[id]) > 0 {
			tracks = append(tracks, lines[id])
		}
	}
	if len(tracks) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "letak", Title: l.T("duct.place"), Map: site.TracksMap(ground, "sewa", l.T("lease.map", "n", len(parts), "length", ducts.KM(l, x.LengthMM)), tracks, nil)})
	}
	v.Sections = append(v.Sections, bill.Section{ID: "ruas", Title: l.T("duct.segments"), Text: l.T("lease.units_text"), Table: t})
	return p.Render(c, http.StatusOK, bill.Page(v))
}
