package replay

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/builder"
	"bedelau/internal/city/simulation"
	"bedelau/internal/edge/editor"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// limitSimulation holds back a form that reads the history of hundreds of cases.
var limitSimulation = gate.Limit{Name: "simulation", Count: 20, Per: time.Minute}

// simulationRoutes are where an administrator replays past cases through a changed flow before it is published.
func (p *Pages) simulationRoutes() gate.Table {
	city, run := gate.City, site.IDs("run", "simulation")
	return gate.Table{
		{Method: get, Path: site.SimulationPath(":code"), Needs: access.ServiceConfigure, Scope: city, Handler: p.simulate},
		{Method: post, Path: site.SimulationPath(":code"), Needs: access.ServiceConfigure, Scope: city, Limit: limitSimulation, Handler: p.startSimulation},
		{Method: get, Path: site.SimulationPath(":code") + "/:run", Needs: access.ServiceConfigure, Scope: city, IDs: run, Handler: p.simulationResult},
		{Method: get, Path: site.SimulationPath(":code") + "/:run/csv", Needs: access.ServiceConfigure, Scope: city, IDs: run, Handler: p.simulationCSV},
	}
}

// simulationLabels are what the page calls its fields.
var simulationLabels = map[string]string{"from": "simulation.from", "to": "simulation.to", "term": "simulation.term", "version": "simulation.version",
	"draft": "simulation.draft", "days_off": "simulation.days_off", "days_on": "simulation.days_on"}

// simulate asks what is to be tried on a service's past cases: those of the last quarter, or with ?kurun of another of the
// simulationWindows. What is proposed is the draft of the service's workflow, where there is one.
func (p *Pages) simulate(c *gin.Context) error {
	window := simulationWindows[0]
	if asked := c.Query("kurun"); slices.Contains(simulationWindows, asked) {
		window = asked
	}
	now := site.Zoned(c, p.Now())
	v := office.SimulationView{Window: window, Version: asDraft}
	switch window {
	case "bulan":
		v.From, v.To = simulation.LastMonth(now)
	case "tahun":
		v.From, v.To = simulation.LastYear(now)
	default:
		v.From, v.To = simulation.LastQuarter(now)
	}
	return p.simulatePage(c, http.StatusOK, v)
}

// simulationWindows are the windows that are offered, the usual one first.
var simulationWindows = []string{"kuartal", "bulan", "tahun"}

// What the field "version" holds besides a number: no other workflow, or the one that is being edited.
const (
	asNow   = "now"
	asDraft = "draft"
)

func (p *Pages) simulatePage(c *gin.Context, status int, v office.SimulationView) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	d, err := p.Catalog.Find(ctx, c.Param("code"))
	if err != nil {
		return err
	}
	v.Shell, v.Code, v.Service = p.DeskShell(c, l.T("simulation.title")), d.Service.Code, d.Service.Name.In(l)
	v.ErrorTitle = len(v.Errors) > 0
	versions, err := p.Simulation.Versions(ctx, actor, v.Code)
	if err != nil {
		return err
	}
	v.Versions = append(v.Versions, ui.Option{Value: asNow, Label: l.T("simulation.version_now")})
	if d.Service.Workflow != "" {
		draft, err := p.Builder.Workflows.Open(ctx, actor, d.Service.Workflow)
		if err != nil {
			return err
		}
		if draft.Revision > 0 {
			v.Versions = append(v.Versions, ui.Option{Value: asDraft, Label: l.T("simulation.version_draft", "n", draft.Revision)})
		}
	}
	if v.Version == asDraft && len(v.Versions) == 1 {
		v.Version = asNow
	}
	for _, w := range simulationWindows {
		v.Windows = append(v.Windows, ui.Option{Value: w, Label: l.T("simulation.window." + w)})
	}
	for _, n := range versions {
		v.Versions = append(v.Versions, ui.Option{Value: strconv.Itoa(n), Label: l.T("simulation.version_n", "n", n)})
	}
	for _, u := range simulation.Units() {
		v.Units = append(v.Units, ui.Option{Value: string(u), Label: l.T("simulation.unit_of." + string(u))})
	}
	runs, err := p.Simulation.Runs(ctx, actor, v.Code)
	if err != nil {
		return err
	}
	for _, r := range runs {
		v.Runs = append(v.Runs, office.SimulationRun{Href: site.SimulationPath(v.Code) + "/" + r.ID.String(), What: proposal(r.Ask, l),
			At: site.Zoned(c, r.CreatedAt), Done: r.State == simulation.Done})
	}
	return p.Render(c, status, office.Simulation(v))
}

// proposal says in words what was tried.
func proposal(a simulation.Ask, l i18n.Locale) string {
	var parts []string
	if !a.Term.IsZero() {
		parts = append(parts, l.T("simulation.said_term", "term", site.TermText(a.Term, l)))
	}
	switch {
	case len(a.Draft) > 0:
		parts = append(parts, l.T("simulation.said_draft"))
	case a.Version > 0:
		parts = append(parts, l.T("simulation.version_n", "n", a.Version))
	}
	if n := len(a.DaysOff); n > 0 {
		parts = append(parts, l.T("simulation.said_off", "n", n))
	}
	if n := len(a.DaysOn); n > 0 {
		parts = append(parts, l.T("simulation.said_on", "n", n))
	}
	if len(parts) == 0 {
		parts = append(parts, l.T("simulation.said_nothing"))
	}
	return strings.Join(parts, ", ") + " (" + dayText(a.From, l) + " – " + dayText(a.To, l) + ")"
}

// dayText is a day of a proposal for people.
func dayText(day string, l i18n.Locale) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return l.Date(t)
}

func (p *Pages) startSimulation(c *gin.Context) error {
	in, err := site.ReadForm(c, "from", "to")
	code := c.Param("code")
	if err == nil {
		_, err = p.Catalog.Find(c.Request.Context(), code)
	}
	var path string
	if err == nil {
		ask := simulation.Ask{Service: code, Wide: in.Yes("wide"), From: site.DateOf(in, "from"), To: site.DateOf(in, "to"),
			DaysOff: daysIn(in.Text("days_off")), DaysOn: daysIn(in.Text("days_on"))}
		if draft := in.Text("draft"); draft != "" {
			ask.Draft = json.RawMessage(draft)
		} else if in.Text("version") == asDraft {
			ask.Draft, err = p.draftOf(c)
		}
		ask.Version, _ = strconv.Atoi(in.Text("version")) // nothing chosen is no proposal
		if amount := in.Text("term"); amount != "" {
			n, parseErr := strconv.Atoi(amount)
			if parseErr != nil {
				n = -1 // which no term is
			}
			ask.Term = workcal.Term{Amount: n, Unit: workcal.Unit(in.Text("unit"))}
		}
		var id uuid.UUID
		if err == nil {
			id, err = p.Simulation.Start(c.Request.Context(), gate.ActorOf(c), ask)
		}
		path = site.SimulationPath(code) + "/" + id.String()
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.simulatePage(c, status, office.SimulationView{
			From: site.Clip(site.DateOf(in, "from"), 20), To: site.Clip(site.DateOf(in, "to"), 20), Version: in.Text("version"), Draft: site.Clip(in.Text("draft"), builder.MostText),
			Amount: site.Clip(in.Text("term"), 10), Unit: in.Text("unit"), DaysOff: site.Clip(in.Text("days_off"), 2000), DaysOn: site.Clip(in.Text("days_on"), 2000),
			Wide: in.Yes("wide"), Errors: site.InOrder(site.Called(c, errs, simulationLabels), "from", "to", "term", "version", "draft", "days_off", "days_on")})
	}
	if err != nil {
		return err
	}
	p.Redirect(c, path)
	return nil
}

// draftOf is the draft of the service's workflow as it stands now.
func (p *Pages) draftOf(c *gin.Context) (json.RawMessage, error) {
	d, err := p.Editor.Find(c.Request.Context(), gate.ActorOf(c), c.Param("code"))
	if err != nil {
		return nil, err
	}
	if d.Service.Workflow == "" {
		return nil, site.NotFound()
	}
	draft, err := p.Builder.Workflows.Open(c.Request.Context(), gate.ActorOf(c), d.Service.Workflow)
	if err != nil {
		return nil, err
	}
	if draft.Revision == 0 { // published or given up since the page was opened
		return nil, site.Invalid("version", "not_an_option")
	}
	return json.Marshal(draft.Body)
}

// daysIn reads a list of days, each as an address has it or as people write it: 2026-12-24, 24-12-2026 or 24/12/2026.
func daysIn(text string) []string {
	out := strings.Fields(text)
	for i, d := range out {
		parts := strings.FieldsFunc(d, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
		if len(parts) == 3 && len(parts[2]) == 4 {
			out[i] = fmt.Sprintf("%s-%02s-%02s", parts[2], parts[1], parts[0])
		}
	}
	return out
}

func (p *Pages) findSimulation(c *gin.Context) (simulation.Run, error) {
	id, err := site.PathID(c, "run")
	if err != nil {
		return simulation.Run{}, err
	}
	return p.Simulation.Find(c.Request.Context(), gate.ActorOf(c), c.Param("code"), id)
}

// simulationResult shows what came of a replay.
func (p *Pages) simulationResult(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	run, err := p.findSimulation(c)
	if err != nil {
		return err
	}
	d, err := p.Catalog.Find(ctx, run.Service)
	if err != nil {
		return err
	}
	v := office.SimulationResultView{Shell: p.DeskShell(c, l.T("simulation.result")), Code: run.Service, Service: d.Service.Name.In(l),
		What: proposal(run.Ask, l), CSV: site.SimulationPath(run.Service) + "/" + run.ID.String() + "/csv"}
	if run.Result == nil {
		v.Progress = l.T("simulation.progress", "done", l.Number(int64(run.Done)), "total", l.Number(int64(run.Total)))
		return p.Render(c, http.StatusOK, office.SimulationResult(v))
	}
	roles, agencies, err := p.StaffChoices(ctx, l)
	if err != nil {
		return err
	}
	tried, err := p.Simulation.Tried(ctx, run)
	if err != nil {
		return err
	}
	if tried != nil {
		drawn := editor.Picture(*tried, roles, agencies, l, l.T("flow.picture_of", "service", v.Service))
		v.Picture = &drawn
	}
	services, err := p.ServiceNames(c)
	if err != nil {
		return err
	}
	p.fillResult(c, &v, *run.Result, services, agencies)
	return p.Render(c, http.StatusOK, office.SimulationResult(v))
}

func (p *Pages) fillResult(c *gin.Context, v *office.SimulationResultView, r simulation.Result, services site.ServiceNames, agencies []ui.Option) {
	l := gate.LocaleOf(c)
	count := func(n int) string { return l.Number(int64(n)) }
	v.Figures = []ui.Figure{
		{Value: count(r.Decided), Label: l.T("simulation.decided")}, {Value: count(r.LateBefore), Label: l.T("simulation.late_before")},
		{Value: count(r.LateAfter), Label: l.T("simulation.late_after")}, {Value: count(r.ChangedAll), Label: l.T("simulation.changed")},
	}
	v.Notes = []string{l.T("simulation.assumed")}
	if r.Decided == 0 {
		v.Notes = []string{l.T("simulation.no_cases")}
	}
	if r.Differs > 0 {
		v.Notes = append(v.Notes, l.T("simulation.differs", "n", r.Differs))
	}
	for _, year := range r.Missing {
		v.Notes = append(v.Notes, l.T("simulation.missing_year", "year", strconv.Itoa(year)))
	}
	v.Late = ui.Chart{Title: l.T("simulation.rows"), Column: l.T("catalog_desk.service"),
		Series: []ui.Series{{Name: l.T("simulation.before")}, {Name: l.T("simulation.after")}}}
	for _, row := range r.Rows {
		agency := site.OptionLabel(agencies, row.Agency)
		v.Rows = append(v.Rows, office.SimulationRow{Service: services.Of(row.Service), Agency: agency, Cases: count(row.Cases), Decided: count(row.Decided),
			Before: count(row.LateBefore), After: count(row.LateAfter)})
		v.Late.Labels = append(v.Late.Labels, services.Of(row.Service))
		v.Late.Series[0].Values = append(v.Late.Series[0].Values, int64(row.LateBefore))
		v.Late.Series[1].Values = append(v.Late.Series[1].Values, int64(row.LateAfter))
	}
	for _, x := range r.Changed {
		v.Changed = append(v.Changed, office.SimulationCase{ID: x.ID.String(), Number: x.Number, Service: services.Of(x.Service), Agency: site.OptionLabel(agencies, x.Agency),
			Decided: site.Zoned(c, x.Decided), Due: site.Zoned(c, x.Due), Late: x.Late})
	}
	v.Steps = stepsOf(r.Steps, agencies, l)
	v.ChangedText = l.T("simulation.changed_none")
	if r.ChangedAll > 0 {
		v.ChangedText = l.T("simulation.changed_text", "n", r.ChangedAll, "shown", len(r.Changed))
	}
	for _, x := range r.Unknown {
		v.Unknown = append(v.Unknown, l.T("simulation.unknown_state", "name", x.Name, "n", x.Cases))
	}
	for _, x := range r.Untaken {
		v.Untaken = append(v.Untaken, l.T("simulation.untaken", "name", x.Name, "n", x.Cases))
	}
	for _, x := range r.Placeless {
		v.Notes = append(v.Notes, l.T("simulation.placeless", "name", x.Name, "n", x.Cases))
	}
	for _, o := range r.Offices {
		v.Offices = append(v.Offices, officeOf(o, site.OptionLabel(agencies, o.Agency), l))
	}
}

// stepsOf says of how many stays in a step how many were too long; a step without a time on one side says so.
func stepsOf(all []simulation.StepTime, agencies []ui.Option, l i18n.Locale) []office.SimulationStep {
	said := func(late, timed int) string {
		if timed == 0 {
			return l.T("simulation.step_untimed")
		}
		return l.T("simulation.step_late", "late", l.Number(int64(late)), "timed", l.Number(int64(timed)))
	}
	var out []office.SimulationStep
	for _, s := range all {
		name := s.Label.In(l)
		if name == "" {
			name = s.State
		}
		out = append(out, office.SimulationStep{Name: name, Agency: site.OptionLabel(agencies, s.Agency), Before: said(s.LateBefore, s.TimedBefore),
			After: said(s.LateAfter, s.TimedAfter), Worse: s.LateAfter > s.LateBefore})
	}
	return out
}

func officeOf(o simulation.Office, name string, l i18n.Locale) office.SimulationOffice {
	out := office.SimulationOffice{Name: name, Over: o.OverAfter > o.OverBefore,
		Text: l.T("simulation.office_text", "officers", o.Officers, "best", o.Best, "before", o.OverBefore, "after", o.OverAfter)}
	chart := func(title string) ui.Chart {
		return ui.Chart{Title: l.T(title, "agency", name), Column: l.T("simulation.week"), Line: true,
			Series: []ui.Series{{Name: l.T("simulation.before")}, {Name: l.T("simulation.after")}}}
	}
	out.Mean, out.Peak = chart("simulation.mean"), chart("simulation.peak")
	for _, w := range o.Weeks {
		start, err := time.Parse(time.DateOnly, w.Start)
		text := w.Start
		if err == nil {
			text = l.ShortDate(start, start)
		}
		for chart, values := range map[*ui.Chart][2]int{&out.Mean: {(w.MeanBefore + 5) / 10, (w.MeanAfter + 5) / 10}, &out.Peak: {w.PeakBefore, w.PeakAfter}} {
			chart.Labels = append(chart.Labels, text)
			for i, n := range values {
				chart.Series[i].Values = append(chart.Series[i].Values, int64(n))
			}
		}
	}
	return out
}

// simulationCSV is a result as a table with one number on a line, so that a spreadsheet can turn it any way.
func (p *Pages) simulationCSV(c *gin.Context) error {
	run, err := p.findSimulation(c)
	if err != nil {
		return err
	}
	if run.Result == nil {
		return site.NotFound()
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := func(fields ...string) {
		for i := range fields {
			fields[i] = spreadsheet.Harmless(fields[i])
		}
		_ = w.Write(fields) // a buffer takes everything
	}
	line("of", "agency", "service", "what", "measure", "before", "after")
	for _, r := range run.Result.Rows {
		line("service", r.Agency, r.Service, "", "decided", strconv.Itoa(r.Decided), strconv.Itoa(r.Decided))
		line("service", r.Agency, r.Service, "", "late", strconv.Itoa(r.LateBefore), strconv.Itoa(r.LateAfter))
	}
	tenths := func(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', 1, 64) }
	for _, o := range run.Result.Offices {
		for _, x := range o.Weeks {
			line("office", o.Agency, "", x.Start, "mean_in_hand", tenths(x.MeanBefore), tenths(x.MeanAfter))
			line("office", o.Agency, "", x.Start, "peak_in_hand", strconv.Itoa(x.PeakBefore), strconv.Itoa(x.PeakAfter))
			line("office", o.Agency, "", x.Start, "finished", strconv.Itoa(x.Finished), "")
		}
	}
	for _, x := range run.Result.Steps {
		line("step", x.Agency, "", x.State, "timed", strconv.Itoa(x.TimedBefore), strconv.Itoa(x.TimedAfter))
		line("step", x.Agency, "", x.State, "late", strconv.Itoa(x.LateBefore), strconv.Itoa(x.LateAfter))
	}
	late := map[bool]string{true: "late", false: "in_time"}
	for _, x := range run.Result.Changed {
		line("case", x.Agency, x.Service, x.Number, "outcome", late[!x.Late], late[x.Late])
	}
	for of, all := range map[string][]simulation.Named{"unknown_state": run.Result.Unknown, "untaken_step": run.Result.Untaken, "placeless_request": run.Result.Placeless} {
		for _, x := range all {
			line(of, "", "", x.Name, "cases", strconv.Itoa(x.Cases), "")
		}
	}
	w.Flush()
	c.Header("Content-Disposition", `attachment; filename="simulasi-`+run.Service+`.csv"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	return nil
}
