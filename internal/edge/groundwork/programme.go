package groundwork

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// YearIn is the year that an address asks for, from the last one to two ahead, else this one.
func (p *Pages) YearIn(c *gin.Context) int {
	now := p.DuctWorks.Today(c.Request.Context()).Year()
	if y, err := strconv.Atoi(c.Query("tahun")); err == nil && y >= now-1 && y <= now+2 {
		return y
	}
	return now
}

// Years are the years of programmes to choose from.
func (p *Pages) Years(c *gin.Context) []ui.Option {
	now := p.DuctWorks.Today(c.Request.Context()).Year()
	var out []ui.Option
	for y := now - 1; y <= now+2; y++ {
		out = append(out, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	return out
}

// programmes is what the companies plan in a year, and who has not said so.
func (p *Pages) programmes(c *gin.Context) error {
	l, year := gate.LocaleOf(c), p.YearIn(c)
	all, err := p.DuctWorks.Programmes(c.Request.Context(), gate.ActorOf(c), uuid.Nil, year)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("work.programmes")), Back: ducts.PathWorks, Heading: l.T("work.programmes"), Lead: l.T("work.programmes_lead")}
	s := bill.Section{ID: "program", Title: l.T("work.programmes"), Quiet: true, Empty: &bill.Empty{Icon: "building", Title: l.T("work.no_companies"), Text: l.T("work.no_companies_text")}}
	s.Filter = &bill.Form{ID: "saring", Action: PathProgramme, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "tahun", Type: "select", Label: l.T("work.year"), Value: strconv.Itoa(year), Options: p.Years(c)}}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.operator")}, {Label: l.T("work.programme_works"), End: true}, {Label: l.T("duct.standing")}}}
	for _, x := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name, Href: ducts.PathWorks + "?operator=" + x.OperatorID.String()}, {Text: l.Number(int64(x.Works))}, Filed(c, l, x)}})
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// Filed is how a programme stands.
func Filed(c *gin.Context, l i18n.Locale, x ductwork.Programme) bill.Cell {
	switch {
	case x.FiledAt.IsZero():
		return bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "clock", Text: l.T("work.not_filed")}}
	case x.Filed != x.Works:
		return bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "history", Text: l.T("work.filed_before")}, Small: l.T("work.filed_at", "at", l.DateTime(site.Zoned(c, x.FiledAt)), "n", x.Filed)}
	}
	return bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("work.filed")}, Small: l.T("work.filed_at", "at", l.DateTime(site.Zoned(c, x.FiledAt)), "n", x.Filed)}
}
