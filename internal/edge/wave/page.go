package wave

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// one is a wave with all that is known of it, and what can be done next.
func (p *Pages) one(c *gin.Context) error { return p.oneAgain(c, http.StatusOK, site.Form{}, nil) }

// oneAgain is one, after a refusal with what was filled in.
func (p *Pages) oneAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	w, err := p.Waves.Get(ctx, gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	may := p.may(c)
	v := bill.View{Shell: p.DeskShell(c, w.Title), Back: PathWaves, Heading: w.Title, Lead: w.Number, Mark: StateMark(l, w.State), Errors: errs}
	state, err := p.stateSection(c, w, in, errs, may)
	if err != nil {
		return err
	}
	history, err := p.history(c, w)
	if err != nil {
		return err
	}
	promised, err := Promised(c, p.Orders, w)
	if err != nil {
		return err
	}
	sum := sumSection(l, w)
	if x := orderedRow(l, w, promised); w.Started() && w.Orders {
		sum.Rows = append(sum.Rows, x)
	}
	v.Sections = append(v.Sections, state, sum)
	roads, err := p.roadSection(c, w, in, errs, may)
	if err != nil {
		return err
	}
	drawn, err := MapSections(c, p.Pages, Sight{Totals: p.DuctMap.Totals, Segments: p.DuctMap.Segments, Segment: ducts.SegmentPath, None: "wave.no_segments_hint"}, w, wavePath(w.ID))
	if err != nil {
		return err
	}
	v.Sections = append(append(v.Sections, roads), drawn...)
	if s, ok := FellSection(c, w, CompanyNames(w), promised, pathOrders); ok {
		v.Sections = append(v.Sections, s)
	}
	if w.State != ductwave.Draft {
		v.Sections = append(v.Sections, p.companySection(c, w), commitmentSection(c, w, promised, in, errs, may), photoSection(l, w, in, errs, may))
	}
	v.Sections = append(v.Sections, itemSection(l, w), history)
	return p.Render(c, status, bill.Page(v))
}

// stateSection is how a wave stands, and its next step.
func (p *Pages) stateSection(c *gin.Context, w ductwave.View, in site.Form, errs ui.Errors, may bool) (bill.Section, error) {
	l, one := gate.LocaleOf(c), wavePath(w.ID)
	s := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Note: bill.Note{Text: l.T("wave.note." + w.State)}}
	s.Rows = []ui.Row{{Label: l.T("wave.kind"), Value: l.T("duct.unit." + w.Kind)}}
	if !w.SurveyUntil.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.survey_until"), Value: l.Date(w.SurveyUntil)})
	}
	if !w.CommitUntil.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.commit_until"), Value: l.Date(w.CommitUntil)})
	}
	if w.Note != "" {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.note"), Value: w.Note})
	}
	if w.WaivedWhy != "" {
		names, err := p.Identity.Names(c.Request.Context(), []uuid.UUID{w.WaivedBy.UUID})
		if err != nil {
			return s, err
		}
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.waived"), Value: l.T("wave.waived_by", "why", w.WaivedWhy, "who", names[w.WaivedBy.UUID])})
	}
	shown := l.T("no")
	if w.Published {
		shown = l.T("yes")
	}
	s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.published"), Value: shown})
	if !may {
		return s, nil
	}
	s.Forms = append(s.Forms, stepForms(l, w, in, errs)...)
	if w.State != ductwave.Draft && w.State != ductwave.Dropped {
		f := bill.Form{ID: "terbit", Plain: true, Action: one + "/terbit", Submit: l.T("wave.publish"), Hidden: []ui.Option{{Value: "tampil", Label: "yes"}}}
		if w.Published {
			f.Submit, f.Hidden[0].Label = l.T("wave.unpublish"), "no"
		}
		s.Forms = append(s.Forms, f)
	}
	return s, nil
}

// next are the states to which a wave goes on.
var next = map[string]string{ductwave.Draft: ductwave.Survey, ductwave.Survey: ductwave.Committing, ductwave.Committing: ductwave.Plan, ductwave.Plan: ductwave.Building, ductwave.Building: ductwave.CutOver,
	ductwave.CutOver: ductwave.AerialDown, ductwave.AerialDown: ductwave.Closed}

// stepForms bring a wave on, give more time, change what is said of it, or call it off.
func stepForms(l i18n.Locale, w ductwave.View, in site.Form, errs ui.Errors) []bill.Form {
	one := wavePath(w.ID)
	// What a refused form was filled in for stays, until its reader is told that others have changed it: mending a field overwrites nothing unseen.
	revision := func(typed site.Form, wrong ui.Errors) ui.Option {
		seen := strconv.Itoa(w.Revision)
		if slices.ContainsFunc(wrong, func(e ui.FieldError) bool { return e.Name != "" }) {
			seen = typed.Get("revision")
		}
		return ui.Option{Value: "revision", Label: seen}
	}
	var out []bill.Form
	if to, ok := next[w.State]; ok {
		typed, wrong := Of(in, errs, "lanjut")
		f := bill.Form{ID: "lanjut", Title: l.T("wave.to." + to), Text: l.T("wave.to_text." + to), Action: one + "/langkah", Submit: l.T("wave.to." + to), Hidden: []ui.Option{{Value: "form", Label: "lanjut"}, {Value: "to", Label: to}, revision(typed, wrong)}}
		switch to {
		case ductwave.Survey, ductwave.Committing:
			x := DateField(typed, wrong, "until", l.T("wave.until"), "")
			x.Of, x.Hint = "lanjut-", l.T("wave.until_hint")
			f.Fields = []ui.Field{x}
		case ductwave.Building:
			if !w.Sum.Reached(w.Target) {
				f.Text = l.T("wave.below_text", "percent", Permille(l, w.Sum.Permille), "target", w.Target)
				f.Fields = []ui.Field{{Name: "why", Of: "lanjut-", Type: "long_text", Label: l.T("wave.waive_why"), Hint: l.T("wave.waive_hint"), Value: typed.Get("why"), Max: 2000, Optional: true, Error: wrong.Of("why")}}
			}
		}
		out = append(out, f)
	}
	if !w.Due().IsZero() {
		typed, wrong := Of(in, errs, "batas")
		x := DateField(typed, wrong, "until", l.T("wave.until"), "")
		x.Of = "batas-"
		out = append(out, bill.Form{ID: "batas", Folded: true, Title: l.T("wave.extend"), Text: l.T("wave.extend_text", "day", l.Date(w.Due())), Action: one + "/batas", Submit: l.T("wave.extend_do"), Hidden: []ui.Option{{Value: "form", Label: "batas"}}, Fields: []ui.Field{x}})
	}
	if !w.Started() && w.State != ductwave.Dropped {
		typed, wrong := Of(in, errs, "data")
		fields := waveFields(l, w.Wave, typed, wrong)
		for i := range fields {
			fields[i].Of = "data-"
		}
		out = append(out, bill.Form{ID: "data", Folded: true, Title: l.T("wave.amend"), Action: one + "/data", Submit: l.T("wave.amend_do"), Hidden: []ui.Option{{Value: "form", Label: "data"}, revision(typed, wrong)}, Fields: fields})
		typed, wrong = Of(in, errs, "batal")
		out = append(out, bill.Form{ID: "batal", Folded: true, Bad: true, Title: l.T("wave.to.dropped"), Text: l.T("wave.to_text.dropped"), Action: one + "/langkah", Submit: l.T("wave.to.dropped"),
			Hidden: []ui.Option{{Value: "form", Label: "batal"}, {Value: "to", Label: ductwave.Dropped}, revision(typed, wrong)},
			Fields: []ui.Field{{Name: "why", Of: "batal-", Type: "long_text", Label: l.T("wave.why"), Value: typed.Get("why"), Max: 2000, Error: wrong.Of("why")}}})
	}
	return out
}

// sumSection is what a wave costs and brings, with its working.
func sumSection(l i18n.Locale, w ductwave.View) bill.Section {
	x := w.Sum
	years := func(tenths int64) string {
		if tenths == 0 {
			return l.T("wave.never")
		}
		return l.T("wave.years", "n", Tenths(l, tenths))
	}
	s := bill.Section{ID: "hitungan", Title: l.T("wave.sum"), Text: l.T("wave.sum_text"), Figures: []bill.Figure{
		{Value: Permille(l, x.Permille), Label: l.T("wave.signed"), Meaning: l.T("wave.signed_meaning", "target", w.Target)},
		{Value: x.Cost.String(), Label: l.T("wave.cost_all"), Meaning: l.T("wave.cost_meaning", "length", ducts.Metres(l, x.LengthMM))},
		{Value: x.Yearly.String(), Label: l.T("wave.yearly"), Meaning: l.T("wave.yearly_meaning")},
		{Value: years(x.Payback), Label: l.T("wave.payback"), Meaning: l.T("wave.payback_meaning", "years", years(x.PaybackAll))}}}
	s.Rows = []ui.Row{
		{Label: l.T("wave.signed"), Value: l.T("wave.working_signed", "signed", ducts.Metres(l, x.SignedMM), "planned", ducts.Metres(l, x.PlannedMM), "percent", Permille(l, x.Permille), "wanted", ducts.Metres(l, x.WantedMM))},
		{Label: l.T("wave.cost_all"), Value: l.T("wave.working", "n", ducts.Metres(l, x.LengthMM), "each", w.CostPerM.String(), "sum", x.Cost.String())},
		{Label: l.T("wave.yearly"), Value: l.T("wave.working", "n", ducts.Metres(l, x.SignedMM), "each", w.TariffPerM.String(), "sum", x.Yearly.String())},
		{Label: l.T("wave.yearly_full"), Value: l.T("wave.working", "n", ducts.Metres(l, x.PlannedMM), "each", w.TariffPerM.String(), "sum", x.YearlyFull.String())},
	}
	if x.Payback > 0 {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.payback"), Value: l.T("wave.working_years", "cost", x.Cost.String(), "yearly", x.Yearly.String(), "years", years(x.Payback))})
	}
	return s
}

// roadSection is the roads of a wave, and changes them.
func (p *Pages) roadSection(c *gin.Context, w ductwave.View, in site.Form, errs ui.Errors, may bool) (bill.Section, error) {
	l, one := gate.LocaleOf(c), wavePath(w.ID)
	s := bill.Section{ID: "jalan", Title: l.T("wave.roads"), Text: l.T("wave.roads_text"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("wave.no_roads"), Text: l.T("wave.no_roads_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.road")}, {Label: l.T("wave.length"), End: true}, {Label: l.T("wave.capacity"), End: true}, {Label: l.T("wave.wanted"), End: true}, {Label: l.T("wave.later"), End: true},
		{Label: l.T("wave.signed_units"), End: true}, {Label: l.T("wave.cables"), End: true}, {Label: l.T("wave.poles"), End: true}}}
	n := func(x int) string { return l.Number(int64(x)) }
	var roads []ui.Option
	for _, r := range w.Roads {
		road := bill.Cell{Text: r.Name}
		if r.Planned {
			road.Small = l.T("wave.corridor_planned")
		}
		signed := bill.Cell{Text: n(r.Signed), Small: Permille(l, r.Permille())}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{road, {Text: ducts.Metres(l, r.LengthMM)}, {Text: n(r.Capacity)}, {Text: n(r.Wanted)}, {Text: n(r.Later)}, signed, {Text: n(r.Cables)}, {Text: n(r.Poles)}}})
		roads = append(roads, ui.Option{Value: strconv.Itoa(r.Position), Label: r.Name})
	}
	if !may {
		return s, nil
	}
	if w.State == ductwave.Draft {
		f, err := p.roadForm(c, in, errs, one)
		if err != nil {
			return s, err
		}
		s.Forms = append(s.Forms, f)
	}
	if !w.Started() && w.State != ductwave.Dropped && len(roads) > 0 {
		typed, wrong := Of(in, errs, "kapasitas")
		s.Forms = append(s.Forms, bill.Form{ID: "kapasitas", Folded: true, Title: l.T("wave.enlarge"), Text: l.T("wave.enlarge_text"), Action: one + "/jalan/kapasitas", Submit: l.T("wave.enlarge_do"), Hidden: []ui.Option{{Value: "form", Label: "kapasitas"}}, Fields: []ui.Field{
			{Name: "road", Of: "kapasitas-", Type: "select", Label: l.T("wave.road"), Value: typed.Get("road"), Options: roads, Error: wrong.Of("road")},
			{Name: "capacity", Of: "kapasitas-", Type: "number", Label: l.T("wave.capacity"), Value: typed.Get("capacity"), Error: wrong.Of("capacity")}}})
	}
	if w.State == ductwave.Draft {
		for _, r := range roads {
			s.Forms = append(s.Forms, bill.Form{ID: "hapus-" + r.Value, Plain: true, Bad: true, Action: one + "/jalan/hapus", Hidden: []ui.Option{{Value: "road", Label: r.Value}}, Submit: l.T("wave.remove_road", "road", r.Label)})
		}
	}
	return s, nil
}

// roadForm adds a road of the network, or one that is only planned.
func (p *Pages) roadForm(c *gin.Context, in site.Form, errs ui.Errors, one string) (bill.Form, error) {
	l := gate.LocaleOf(c)
	typed, wrong := Of(in, errs, "jalan")
	names, err := p.Operators.Roads(c.Request.Context(), gate.ActorOf(c), p.Operators.Today(c.Request.Context()))
	options := []ui.Option{{Label: l.T("wave.road_other")}}
	for _, r := range names {
		options = append(options, ui.Option{Value: r, Label: r})
	}
	return bill.Form{ID: "tambah-jalan", Folded: true, Title: l.T("wave.add_road"), Text: l.T("wave.add_road_text"), Action: one + "/jalan", Submit: l.T("wave.add_road"), Hidden: []ui.Option{{Value: "form", Label: "jalan"}}, Fields: []ui.Field{
		{Name: "known", Of: "jalan-", Type: "select", Label: l.T("wave.road_known"), Value: typed.Get("known"), Options: options, Optional: true},
		{Name: "road", Of: "jalan-", Label: l.T("wave.road_new"), Hint: l.T("wave.road_new_hint"), Value: typed.Get("road"), Max: 200, Optional: true, Error: wrong.Of("road"), Autocomplete: "off"},
		{Name: "length", Of: "jalan-", Type: "number", Label: l.T("wave.length_m"), Hint: l.T("wave.length_hint"), Value: typed.Get("length"), Optional: true, Error: wrong.Of("length")},
		{Name: "capacity", Of: "jalan-", Type: "number", Label: l.T("wave.capacity"), Hint: l.T("wave.capacity_hint"), Value: typed.Get("capacity"), Error: wrong.Of("capacity")}}}, err
}

// companySection is who was asked, and how far each is.
func (p *Pages) companySection(c *gin.Context, w ductwave.View) bill.Section {
	l, today := gate.LocaleOf(c), p.Operators.Today(c.Request.Context())
	s := bill.Section{ID: "perusahaan", Title: l.T("wave.companies"), Text: l.T("wave.companies_text"), Empty: &bill.Empty{Icon: "building", Title: l.T("wave.no_companies"), Text: l.T("wave.no_companies_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("lease.name")}, {Label: l.T("wave.answer")}, {Label: l.T("wave.cables"), End: true}, {Label: l.T("wave.signed_units"), End: true}, {Label: l.T("wave.cut_days")}, {Label: l.T("wave.checklist"), End: true}}}
	for _, x := range w.Companies {
		name := bill.Cell{Text: x.Name, Href: wavePath(w.ID) + "/perusahaan/" + x.OperatorID.String()}
		if x.People == 0 {
			name.Small = l.T("wave.nobody_told")
		}
		answer := bill.Cell{Mark: ui.Mark{Icon: "hourglass", Text: l.T("wave.not_answered")}}
		if !x.AnsweredAt.IsZero() {
			answer = bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("wave.answered")}, Small: l.Date(site.Zoned(c, x.AnsweredAt))}
		} else if x.Late(w.Wave, today) {
			answer.Mark = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("wave.late")}
		}
		days := bill.Cell{Text: l.T("duct.unsaid")}
		if !x.CutUntil.IsZero() {
			days.Text = l.T("wave.span", "from", l.Date(x.CutFrom), "to", l.Date(x.CutUntil))
		}
		if w.Started() && x.Late(w.Wave, today) {
			days.Mark = ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("wave.late")}
		}
		list := l.T("duct.unsaid")
		if len(x.Checks) > 0 {
			list = l.T("wave.so_many", "done", len(x.Checks)-x.Left(), "all", len(x.Checks))
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{name, answer, {Text: l.Number(int64(x.Cables()))}, {Text: l.Number(int64(x.Signed))}, days, {Text: list}}})
	}
	return s
}

// commitmentSection is what companies have bound themselves to.
func commitmentSection(c *gin.Context, w ductwave.View, promised []ductorder.Promised, in site.Form, errs ui.Errors, may bool) bill.Section {
	l, names := gate.LocaleOf(c), CompanyNames(w)
	s := bill.Section{ID: "komitmen", Title: l.T("wave.commitments"), Text: l.T("wave.commitments_text"), Empty: &bill.Empty{Icon: "file-check", Title: l.T("wave.no_commitments"), Text: l.T("wave.no_commitments_hint")}, Table: CommitmentTable(c, w, wavePath(w.ID), names, promised, pathOrders)}
	if !may || w.Started() || w.State == ductwave.Dropped {
		return s
	}
	var open []ui.Option
	for _, m := range w.Commitments {
		if m.ReleasedAt.IsZero() {
			open = append(open, ui.Option{Value: m.ID.String(), Label: m.Number + ", " + names[m.OperatorID]})
		}
	}
	if len(open) > 0 {
		typed, wrong := Of(in, errs, "lepas")
		s.Forms = []bill.Form{{ID: "lepas", Folded: true, Bad: true, Title: l.T("wave.release"), Text: l.T("wave.release_text"), Action: wavePath(w.ID) + "/lepas", Submit: l.T("wave.release_do"), Hidden: []ui.Option{{Value: "form", Label: "lepas"}}, Fields: []ui.Field{
			{Name: "which", Of: "lepas-", Type: "select", Label: l.T("wave.which"), Value: typed.Get("which"), Options: open, Error: wrong.Of("which")},
			{Name: "why", Of: "lepas-", Type: "long_text", Label: l.T("wave.why"), Value: typed.Get("why"), Max: 2000, Error: wrong.Of("why")}}}}
	}
	return s
}

// CompanyNames are those of the companies of a wave.
func CompanyNames(w ductwave.View) map[uuid.UUID]string {
	names := map[uuid.UUID]string{}
	for _, x := range w.Companies {
		names[x.OperatorID] = x.Name
	}
	return names
}

// FellSection lists the orders of commitments that were closed before their ducts were taken over, which lie under an address; without names they are
// one company's. There is no such section where none was.
func FellSection(c *gin.Context, w ductwave.View, names map[uuid.UUID]string, promised []ductorder.Promised, orders string) (bill.Section, bool) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "gugur", Title: l.T("wave.fell"), Note: bill.Note{Tone: "care", Text: l.T("wave.fell_staff")}}
	if names == nil {
		s.Note.Text = l.T("wave.fell_own")
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.order")}, {Label: l.T("wave.number")}, {Label: l.T("wave.road")}, {Label: l.T("duct.standing")}}}
	for _, m := range w.Commitments {
		for _, x := range promised {
			if x.CommitmentID != m.ID || !x.Fell() || !m.ReleasedAt.IsZero() {
				continue
			}
			road := ""
			for _, r := range w.Roads {
				if r.Position == x.Position {
					road = r.Name
				}
			}
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Order.Number, Whole: true, Href: orders + x.Order.ID.String()}, {Text: m.Number, Small: names[m.OperatorID]}, {Text: road},
				{Mark: ui.Mark{Tone: "care", Icon: "alert-triangle", Text: x.Order.StateName.In(l)}, Small: l.DateTime(site.Zoned(c, x.Order.ClosedAt))}}})
		}
	}
	return s, len(s.Table.Rows) > 0
}

// pathOrders is where staff find an order.
const pathOrders = ducts.PathDucts + "/pesanan/"

// Promised tells what became of the commitments of a wave.
func Promised(c *gin.Context, orders *ductorder.Service, w ductwave.View) ([]ductorder.Promised, error) {
	var ids []uuid.UUID
	for _, m := range w.Commitments {
		ids = append(ids, m.ID)
	}
	return orders.PromisesOf(c.Request.Context(), gate.ActorOf(c), ids)
}

// orderedRow is how much of what is signed is an order that goes on.
func orderedRow(l i18n.Locale, w ductwave.View, promised []ductorder.Promised) ui.Row {
	var mm int64
	for _, m := range w.Commitments {
		for _, r := range w.Roads {
			if slices.ContainsFunc(promised, func(x ductorder.Promised) bool {
				return x.CommitmentID == m.ID && x.Position == r.Position && x.Order != nil && x.Order.ClosedAt.IsZero()
			}) {
				mm += r.LengthMM * int64(m.Units[r.Position])
			}
		}
	}
	share := int64(0)
	if w.Sum.PlannedMM > 0 {
		share = mm * 1000 / w.Sum.PlannedMM
	}
	return ui.Row{Label: l.T("wave.ordered"), Value: l.T("wave.working_ordered", "ordered", ducts.Metres(l, mm), "signed", ducts.Metres(l, w.Sum.SignedMM), "planned", ducts.Metres(l, w.Sum.PlannedMM), "percent", Permille(l, share))}
}

// orderCell is what became of a commitment, road by road.
func orderCell(l i18n.Locale, w ductwave.View, m ductwave.Commitment, promised []ductorder.Promised, base string) bill.Cell {
	var out bill.Cell
	var text, small []string
	for _, r := range w.Roads {
		i := slices.IndexFunc(promised, func(x ductorder.Promised) bool { return x.CommitmentID == m.ID && x.Position == r.Position })
		if i < 0 {
			continue
		}
		switch x := promised[i]; {
		case x.Order != nil:
			if out.Href == "" {
				out.Href = base + x.Order.ID.String()
			}
			text = append(text, x.Order.Number)
			standing := r.Name + ": " + x.Order.StateName.In(l)
			if !x.Order.AcceptedOn.IsZero() {
				standing += ", " + l.T("wave.accepted", "day", l.Date(x.Order.AcceptedOn))
			}
			small = append(small, standing)
		case x.Why != nil:
			small = append(small, l.T("wave.no_order", "road", r.Name, "why", site.Refusal(l, x.Why)))
		}
	}
	out.Text, out.Small = strings.Join(text, ", "), strings.Join(small, "; ")
	if out.Text == "" {
		out.Text = l.T("wave.order_none")
	}
	return out
}

// CommitmentTable lists commitments of a wave, whose papers and orders lie under addresses; without names they are one company's.
func CommitmentTable(c *gin.Context, w ductwave.View, base string, names map[uuid.UUID]string, promised []ductorder.Promised, orders string) *bill.Table {
	l := gate.LocaleOf(c)
	t := &bill.Table{Title: l.T("wave.commitments"), Columns: []bill.Column{{Label: l.T("wave.number")}, {Label: l.T("lease.name")}, {Label: l.T("wave.units")}, {Label: l.T("wave.months"), End: true}, {Label: l.T("duct.standing")}, {Label: l.T("wave.order")}}}
	if names == nil {
		t.Columns = slices.Delete(t.Columns, 1, 2)
	}
	for _, m := range w.Commitments {
		var units []string
		for _, r := range w.Roads {
			if n := m.Units[r.Position]; n > 0 {
				units = append(units, l.T("wave.units_along", "units", l.T("lease.units."+w.Kind, "n", n), "road", r.Name))
			}
		}
		standing := bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("wave.binding")}, Small: l.DateTime(site.Zoned(c, m.MadeAt))}
		if !m.ReleasedAt.IsZero() {
			standing = bill.Cell{Mark: ui.Mark{Icon: "ban", Text: l.T("wave.released")}, Small: m.ReleasedWhy}
		}
		cells := []bill.Cell{{Text: m.Number, Whole: true, Href: base + "/komitmen/" + m.ID.String()}, {Text: names[m.OperatorID]}, {Text: strings.Join(units, "; ")}, {Text: l.Number(int64(m.Months))}, standing, orderCell(l, w, m, promised, orders)}
		if names == nil {
			cells = slices.Delete(cells, 1, 2)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	return t
}

// itemSection is the checklist that each company gets.
func itemSection(l i18n.Locale, w ductwave.View) bill.Section {
	s := bill.Section{ID: "langkah", Title: l.T("wave.items"), Text: l.T("wave.items_text"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("wave.no_items"), Text: l.T("wave.no_items_hint")},
		Table: &bill.Table{Title: l.T("wave.items"), Columns: []bill.Column{{Label: l.T("wave.item")}, {Label: l.T("wave.stage")}, {Label: l.T("wave.by")}}}}
	for _, x := range w.Items {
		by := l.T("wave.by_company")
		if x.Staff {
			by = l.T("wave.by_staff")
		}
		name := bill.Cell{Text: x.Name.In(l)}
		if x.Photo != "" {
			name.Small = l.T("wave.with_photo." + x.Photo)
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{name, {Text: l.T("wave.state." + x.Stage)}, {Text: by}}})
	}
	return s
}

// history is when a wave came to its states.
func (p *Pages) history(c *gin.Context, w ductwave.View) (bill.Section, error) {
	l := gate.LocaleOf(c)
	var ids []uuid.UUID
	for _, x := range w.Steps {
		ids = append(ids, x.ByID)
	}
	names, err := p.Identity.Names(c.Request.Context(), ids)
	s := bill.Section{ID: "riwayat", Title: l.T("wave.history"), Table: &bill.Table{Title: l.T("wave.history"), Columns: []bill.Column{{Label: l.T("duct.standing")}, {Label: l.T("wave.at")}, {Label: l.T("wave.who")}}}}
	for _, x := range w.Steps {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("wave.state." + x.State), Small: x.Why}, {Text: l.DateTime(site.Zoned(c, x.At))}, {Text: names[x.ByID]}}})
	}
	return s, err
}
