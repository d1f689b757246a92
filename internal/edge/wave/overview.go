package wave

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// overview is how all waves stand, for directors: how many are in each state, what is signed along each road, and who is late.
func (p *Pages) overview(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	o, err := p.Waves.Overview(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("wave.overview")), Back: PathWaves, Heading: l.T("wave.overview"), Lead: l.T("wave.overview_lead", "day", l.Date(p.Operators.Today(ctx)))}
	running := 0
	chart := ui.Chart{Title: l.T("wave.by_state"), Column: l.T("duct.standing"), Across: true, Series: []ui.Series{{Name: l.T("wave.waves")}}}
	for _, state := range ductwave.States() {
		n := o.States[state]
		if state != ductwave.Draft && state != ductwave.Closed && state != ductwave.Dropped {
			running += n
		}
		chart.Labels, chart.Series[0].Values = append(chart.Labels, l.T("wave.state."+state)), append(chart.Series[0].Values, int64(n))
	}
	v.Sections = append(v.Sections, bill.Section{ID: "angka", Title: l.T("wave.figures"), Quiet: true, Figures: []bill.Figure{
		{Value: Permille(l, o.Permille()), Label: l.T("wave.signed"), Meaning: l.T("wave.signed_all")},
		{Value: l.Number(int64(running)), Label: l.T("wave.running"), Meaning: l.T("wave.running_meaning"), Href: PathWaves},
		{Value: l.Number(int64(len(o.Late))), Label: l.T("wave.late_companies"), Meaning: l.T("wave.late_meaning"), Href: "#terlambat"},
		{Value: ducts.KM(l, o.DownMM), Label: l.T("wave.down"), Meaning: l.T("wave.down_meaning", "n", l.Number(int64(o.DownPoles)))}}})
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("wave.by_state"), Chart: &chart})
	s := bill.Section{ID: "jalan", Title: l.T("wave.signed_road"), Text: l.T("wave.signed_road_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("wave.no_running"), Text: l.T("wave.no_running_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.road")}, {Label: l.T("wave.number")}, {Label: l.T("wave.wanted"), End: true}, {Label: l.T("wave.signed_units"), End: true}, {Label: l.T("wave.signed"), End: true}}}
	for _, r := range o.Roads {
		signed := bill.Cell{Text: Permille(l, r.Permille()), Small: l.T("wave.of_target", "target", r.Target)}
		if r.Permille() < int64(r.Target)*10 {
			signed.Mark = ui.Mark{Tone: "care", Icon: "alert-triangle", Text: l.T("wave.below")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: r.Name, Small: ducts.Metres(l, r.LengthMM)}, {Text: r.Number, Whole: true, Href: wavePath(r.Wave), Small: StateMark(l, r.State).Text}, {Text: l.Number(int64(r.Wanted))}, {Text: l.T("wave.so_many", "done", r.Signed, "all", r.Capacity)}, signed}})
	}
	v.Sections = append(v.Sections, s)
	late := bill.Section{ID: "terlambat", Title: l.T("wave.late_companies"), Text: l.T("wave.late_text"), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("wave.none_late"), Text: l.T("wave.none_late_hint")}}
	late.Table = &bill.Table{Title: late.Title, Columns: []bill.Column{{Label: l.T("lease.name")}, {Label: l.T("wave.title")}, {Label: l.T("wave.late_with")}, {Label: l.T("wave.since")}}}
	for _, x := range o.Late {
		with, since := l.T("wave.late_answer"), l.T("duct.unsaid")
		if !x.CutUntil.IsZero() {
			with, since = l.T("wave.late_cut", "n", strconv.Itoa(x.Left())), l.Date(x.CutUntil)
		}
		late.Table.Rows = append(late.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name, Href: companyPath(x.Wave, x.OperatorID)}, {Text: x.Title, Small: x.Number}, {Text: with}, {Text: since}}})
	}
	v.Sections = append(v.Sections, late)
	v.Notes = []string{l.T("wave.overview_note")}
	return p.Render(c, http.StatusOK, bill.Page(v))
}
