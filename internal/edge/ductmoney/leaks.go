package ductmoney

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/revenue"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/money"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// leaks is where money is lost.
func (p *Pages) leaks(c *gin.Context) error {
	return p.leaksPage(c, http.StatusOK, site.Form{}, "", nil)
}

func (p *Pages) leaksPage(c *gin.Context, status int, in site.Form, of string, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	found, err := p.Revenue.Leakage(c.Request.Context(), gate.ActorOf(c))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("revenue.leaks")), Back: PathBills, Heading: l.T("revenue.leaks"), Lead: l.T("revenue.leaks_lead"), Errors: errs, Notes: []string{l.T("revenue.note_leaks")}}
	figures := bill.Section{ID: "jumlah", Title: l.T("duct.total"), Quiet: true}
	var none []string // what was looked for and not found
	for _, kind := range revenue.Leaks() {
		s := bill.Section{ID: kind, Title: l.T("revenue.leak." + kind), Text: l.T("revenue.leak_text." + kind),
			Table: &bill.Table{Title: l.T("revenue.leak." + kind), Columns: []bill.Column{{Label: l.T("revenue.what")}, {Label: l.T("ductprice.operator")}, {Label: l.T("revenue.units"), End: true}, {Label: l.T("duct.length"), End: true}, {Label: l.T("revenue.leak_since")}, {Label: l.T("revenue.yearly"), End: true}}}}
		var sum money.Rupiah
		for _, x := range found.Leaks {
			if x.Kind != kind {
				continue
			}
			sum += x.Yearly
			what := bill.Cell{Text: x.Number, Href: ducts.PathLeases + "/" + x.LeaseID.String(), Small: l.T("duct.unit." + x.What)}
			switch {
			case x.CableID != uuid.Nil:
				what = bill.Cell{Text: x.Number, Href: ducts.CablePath(x.CableID), Small: x.Segment + ", " + l.T("duct.unit."+x.What)}
			case x.LandID != uuid.Nil:
				what = bill.Cell{Text: x.What, Href: PathLand}
			case x.LeaseID == uuid.Nil:
				what = bill.Cell{Text: x.Segment, Href: ducts.SegmentPath(x.Segment, p.DayIn(c)), Small: x.What}
				if x.FindID == uuid.Nil {
					what.Small = l.T("duct.unit." + x.What)
				}
			}
			if x.Floor > 0 {
				what.Small += ", " + l.T("revenue.below", "rate", x.Rate, "floor", x.Floor)
			}
			if x.Kind == revenue.Measured {
				what.Small += ", " + l.T("revenue.measured", "agreed", ducts.Metres(l, x.AgreedMM), "found", ducts.Metres(l, x.FoundMM))
			}
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{what, {Text: x.Operator}, {Text: l.Number(int64(x.Units))}, {Text: ducts.Metres(l, x.MM)}, {Text: l.Date(x.Since)}, {Text: x.Yearly.String()}}})
			if x.FindID != uuid.Nil && p.may(c, access.DuctManage) {
				f := bill.Form{ID: "selesai-" + x.FindID.String(), Folded: true, Title: l.T("revenue.settle", "segment", x.Segment), Action: PathLeaks + "/" + x.FindID.String(), Submit: l.T("revenue.settle_do"),
					Fields: []ui.Field{{Name: "how", Type: "text", Label: l.T("revenue.how"), Max: 300}}}
				if of == f.ID {
					f.Fields[0].Value, f.Fields[0].Error = in.Get("how"), errs.Of("how")
				}
				s.Forms = append(s.Forms, f)
			}
		}
		if len(s.Table.Rows) == 0 {
			none = append(none, s.Title)
			continue
		}
		f := bill.Figure{Value: l.Number(int64(len(s.Table.Rows))), Label: l.T("revenue.leak." + kind), Meaning: l.T("revenue.leak_sum", "amount", sum), Href: "#" + kind}
		if found.Cut[kind] {
			f.Value, f.Meaning = l.T("revenue.leak_more", "n", l.Number(revenue.LeakMost)), l.T("revenue.leak_sum_told", "amount", sum)
			s.Text += " " + l.T("revenue.leak_cut", "n", l.Number(revenue.LeakMost))
		}
		figures.Figures = append(figures.Figures, f)
		v.Sections = append(v.Sections, s)
	}
	if len(figures.Figures) > 0 {
		v.Sections = append([]bill.Section{figures}, v.Sections...)
	}
	if len(none) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "kosong", Title: l.T("revenue.no_leak"), Quiet: true, Text: l.T("revenue.no_leak_of", "kinds", strings.Join(none, "; "))})
	}
	if p.may(c, access.DuctManage) {
		if of != formFind {
			in, errs = site.Form{}, nil
		}
		v.Sections = append(v.Sections, bill.Section{ID: "catat", Title: l.T("revenue.find"), Quiet: true, Forms: []bill.Form{p.findForm(c, in, errs)}})
	}
	return p.Render(c, status, bill.Page(v))
}

// formFind is the form of what was found, by which a refusal finds its own.
const formFind = "temuan"

// findForm asks where a cable lies that nobody is known to have put there.
func (p *Pages) findForm(c *gin.Context, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	f := bill.Form{ID: formFind, Folded: len(errs) == 0, Title: l.T("revenue.find"), Action: PathLeaks, Submit: l.T("bumd.receive_do"), Fields: []ui.Field{{Name: "segment", Type: "text", Max: 60}, {Name: "note", Type: "text", Max: 300, Hint: l.T("revenue.note_hint")}, {Name: "found_on", Type: "date"}}}
	for i := range f.Fields {
		x := &f.Fields[i]
		x.Label, x.Value, x.Error = l.T(revenueLabels[x.Name]), in.Get(x.Name), errs.Of(x.Name)
	}
	f.Fields[2].Value = site.DateOf(in, "found_on")
	return f
}

// find takes down a cable that nobody is known to have put there.
func (p *Pages) find(c *gin.Context) error {
	in, err := site.ReadForm(c, "found_on")
	if err == nil {
		_, err = p.Revenue.Find(c.Request.Context(), gate.ActorOf(c), in.Text("segment"), in.Line("note"), dayIn(in, "found_on"))
	}
	if err != nil {
		return again(c, err, revenueLabels, func(status int, errs ui.Errors) error { return p.leaksPage(c, status, in, formFind, errs) })
	}
	return p.Done(c, PathLeaks+"#"+revenue.Unknown, "revenue_kept")
}

// settle says what became of one.
func (p *Pages) settle(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		err = p.Revenue.Settle(c.Request.Context(), gate.ActorOf(c), id, in.Line("how"))
	}
	if err != nil {
		return again(c, err, revenueLabels, func(status int, errs ui.Errors) error {
			return p.leaksPage(c, status, in, "selesai-"+id.String(), errs)
		})
	}
	return p.Done(c, PathLeaks, "revenue_kept")
}
