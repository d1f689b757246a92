package ducts

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// PathWorks is where works in the road stand.
const PathWorks = PathDucts + "/pekerjaan"

// WorkMark is how works stand as a mark.
func WorkMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{ductwork.Planned: {Icon: "calendar"}, ductwork.Permitted: {Icon: "file-check"}, ductwork.Running: {Tone: "care", Icon: "player-play"}, ductwork.Reinstating: {Tone: "care", Icon: "hourglass"},
		ductwork.Upkeep: {Icon: "shield-check"}, ductwork.Released: {Tone: "good", Icon: "circle-check"}, ductwork.Cancelled: {Icon: "ban"}}[state]
	m.Text = l.T("work.state." + state)
	return m
}

// works are those that met a segment, which are a part of its history.
func (p *Pages) works(c *gin.Context, segment uuid.UUID) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "pekerjaan", Title: l.T("work.on_segment"), Empty: &bill.Empty{Icon: "flag", Title: l.T("work.none_here"), Text: l.T("work.none_here_text")}}
	all, err := p.DuctWorks.OnSegment(c.Request.Context(), gate.ActorOf(c), segment)
	if err != nil {
		return s, err
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.number")}, {Label: l.T("work.what")}, {Label: l.T("work.days")}, {Label: l.T("duct.standing")}}}
	for _, w := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Number, Whole: true, Href: PathWorks + "/" + w.ID.String()}, {Text: w.Title, Small: w.OwnerName},
			{Text: l.T("work.span", "from", l.Date(w.From), "to", l.Date(w.To))}, {Mark: WorkMark(l, w.State)}}})
	}
	return s, nil
}
