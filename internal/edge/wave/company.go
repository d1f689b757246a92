package wave

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// company is one company of a wave: its answer, its days, its checklist, and what of it came down.
func (p *Pages) company(c *gin.Context) error {
	return p.companyAgain(c, http.StatusOK, site.Form{}, nil)
}

// ofWave is the company that an address names, with its wave.
func (p *Pages) ofWave(c *gin.Context) (ductwave.View, ductwave.Company, error) {
	id, err := site.PathID(c, "id")
	if err != nil {
		return ductwave.View{}, ductwave.Company{}, err
	}
	who, err := site.PathID(c, "operator")
	if err != nil {
		return ductwave.View{}, ductwave.Company{}, err
	}
	w, err := p.Waves.Get(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return w, ductwave.Company{}, err
	}
	i := slices.IndexFunc(w.Companies, func(x ductwave.Company) bool { return x.OperatorID == who })
	if i < 0 {
		return w, ductwave.Company{}, fault.New(fault.NotFound, "wave.no_company")
	}
	return w, w.Companies[i], nil
}

func companyPath(w, company uuid.UUID) string {
	return wavePath(w) + "/perusahaan/" + company.String()
}

// companyAgain is company, after a refusal with what was filled in.
func (p *Pages) companyAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	w, x, err := p.ofWave(c)
	if err != nil {
		return err
	}
	may, one := p.may(c), companyPath(w.ID, x.OperatorID)
	v := bill.View{Shell: p.DeskShell(c, x.Name), Back: wavePath(w.ID), Heading: x.Name, Lead: w.Title, Mark: StateMark(l, w.State), Errors: errs,
		Links: []ui.Link{{Href: ducts.PathOperators + "/" + x.OperatorID.String(), Label: l.T("wave.of_operator"), Icon: "building"}}}
	v.Sections = append(v.Sections, AnswerSection(c, w, x))
	promised, err := Promised(c, p.Orders, w)
	if err != nil {
		return err
	}
	own := w
	own.Commitments = slices.DeleteFunc(slices.Clone(w.Commitments), func(m ductwave.Commitment) bool { return m.OperatorID != x.OperatorID })
	v.Sections = append(v.Sections, bill.Section{ID: "komitmen", Title: l.T("wave.commitments"), Table: CommitmentTable(c, own, wavePath(w.ID), nil, promised, pathOrders), Empty: &bill.Empty{Icon: "file-check", Title: l.T("wave.no_commitments"), Text: l.T("wave.no_commitments_hint")}})
	days := bill.Section{ID: "jadwal", Title: l.T("wave.cut_days"), Rows: []ui.Row{{Label: l.T("wave.from"), Value: Day(l, x.CutFrom)}, {Label: l.T("wave.to"), Value: Day(l, x.CutUntil)}}}
	if may && (w.State == ductwave.Plan || w.State == ductwave.Building || w.State == ductwave.CutOver) {
		typed, wrong := Of(in, errs, "jadwal")
		from, until := DateField(typed, wrong, "from", l.T("wave.from"), ""), DateField(typed, wrong, "until", l.T("wave.to"), "")
		from.Of, until.Of = "jadwal-", "jadwal-"
		days.Forms = []bill.Form{{ID: "atur", Folded: !x.CutUntil.IsZero(), Title: l.T("wave.schedule"), Text: l.T("wave.schedule_text"), Action: one + "/jadwal", Submit: l.T("wave.schedule_do"), Hidden: []ui.Option{{Value: "form", Label: "jadwal"}}, Fields: []ui.Field{from, until}}}
	}
	v.Sections = append(v.Sections, days)
	action := ""
	if may {
		action = one + "/periksa"
	}
	list := ChecklistSection(c, w, x, in, errs, action, true, p.Operators.Today(c.Request.Context()))
	if may {
		list.Forms = append(list.Forms, p.correctForms(c, w, x, in, errs)...)
	}
	v.Sections = append(v.Sections, list, p.downSection(c, w, x, in, errs, may))
	var shots []ductwave.Photo
	for _, f := range w.Photos {
		if f.OperatorID.UUID == x.OperatorID && f.OperatorID.Valid {
			shots = append(shots, f)
		}
	}
	v.Sections = append(v.Sections, bill.Section{ID: "foto", Title: l.T("wave.photos"), Photos: Shots(l, w, shots, wavePath(w.ID), nil), Empty: &bill.Empty{Icon: "flag", Title: l.T("wave.no_photos"), Text: l.T("wave.no_photos_company")}})
	return p.Render(c, status, bill.Page(v))
}

// AnswerSection is what a company says in the survey, road by road.
func AnswerSection(c *gin.Context, w ductwave.View, x ductwave.Company) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "jawaban", Title: l.T("wave.answer"), Text: l.T("wave.answer_text"), Empty: &bill.Empty{Icon: "message", Title: l.T("wave.not_answered"), Text: l.T("wave.not_answered_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.road")}, {Label: l.T("wave.cables"), End: true}, {Label: l.T("wave.poles"), End: true}, {Label: l.T("wave.wanted"), End: true}, {Label: l.T("wave.later"), End: true}}}
	if x.AnsweredAt.IsZero() {
		return s
	}
	s.Rows = []ui.Row{{Label: l.T("wave.answered"), Value: l.DateTime(site.Zoned(c, x.AnsweredAt))}}
	if x.Note != "" {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("wave.note"), Value: x.Note})
	}
	for _, r := range w.Roads {
		i := slices.IndexFunc(x.Answers, func(a ductwave.Answer) bool { return a.Position == r.Position })
		if i < 0 {
			continue
		}
		a := x.Answers[i]
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: r.Name}, {Text: strconv.Itoa(a.Cables)}, {Text: strconv.Itoa(a.Poles)}, {Text: strconv.Itoa(a.UnitsNow)}, {Text: strconv.Itoa(a.UnitsLater)}}})
	}
	return s
}

// correctForms say of an open item that it is not needed, and of one that was ticked by mistake that it is open.
func (p *Pages) correctForms(c *gin.Context, w ductwave.View, x ductwave.Company, in site.Form, errs ui.Errors) []bill.Form {
	l, one := gate.LocaleOf(c), companyPath(w.ID, x.OperatorID)
	if w.State != ductwave.CutOver && w.State != ductwave.AerialDown {
		return nil
	}
	var open, done []ui.Option
	for _, k := range x.Checks {
		for _, i := range w.Items {
			switch {
			case i.Code != k.Item:
			case !k.Open():
				done = append(done, ui.Option{Value: k.Item, Label: i.Name.In(l)})
			case w.State == ductwave.AerialDown || i.Stage == ductwave.StageCutOver:
				open = append(open, ui.Option{Value: k.Item, Label: i.Name.In(l)})
			}
		}
	}
	var out []bill.Form
	if len(open) > 0 {
		typed, wrong := Of(in, errs, "tidak")
		out = append(out, bill.Form{ID: "tidak", Folded: true, Title: l.T("wave.skip"), Text: l.T("wave.skip_text"), Action: one + "/periksa", Submit: l.T("wave.skip_do"), Hidden: []ui.Option{{Value: "form", Label: "tidak"}, {Value: "skip", Label: "yes"}}, Fields: []ui.Field{
			{Name: "item", Of: "tidak-", Type: "select", Label: l.T("wave.item"), Value: typed.Get("item"), Options: open, Error: wrong.Of("item")},
			{Name: "note", Of: "tidak-", Type: "long_text", Label: l.T("wave.why"), Value: typed.Get("note"), Max: 500, Error: wrong.Of("note")}}})
	}
	if len(done) > 0 {
		typed, wrong := Of(in, errs, "buka")
		out = append(out, bill.Form{ID: "buka", Folded: true, Bad: true, Title: l.T("wave.reopen"), Text: l.T("wave.reopen_text"), Action: one + "/buka", Submit: l.T("wave.reopen_do"), Hidden: []ui.Option{{Value: "form", Label: "buka"}}, Fields: []ui.Field{
			{Name: "item", Of: "buka-", Type: "select", Label: l.T("wave.item"), Value: typed.Get("item"), Options: done, Error: wrong.Of("item")},
			{Name: "why", Of: "buka-", Type: "long_text", Label: l.T("wave.why"), Value: typed.Get("why"), Max: 500, Error: wrong.Of("why")}}})
	}
	return out
}

// downSection is how much of what a company hung came down.
func (p *Pages) downSection(c *gin.Context, w ductwave.View, x ductwave.Company, in site.Form, errs ui.Errors, may bool) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "turun", Title: l.T("wave.down"), Text: l.T("wave.down_text"), Empty: &bill.Empty{Icon: "arrow-down", Title: l.T("wave.not_down"), Text: l.T("wave.not_down_hint")}}
	if !x.DownOn.IsZero() {
		s.Empty = nil
		s.Rows = []ui.Row{{Label: l.T("wave.metres"), Value: ducts.Metres(l, x.DownMM)}, {Label: l.T("wave.poles_down"), Value: l.Number(int64(x.DownPoles))}, {Label: l.T("wave.on"), Value: l.Date(x.DownOn)}}
	}
	if may && w.State == ductwave.AerialDown {
		typed, wrong := Of(in, errs, "turun")
		on := DateField(typed, wrong, "on", l.T("wave.on"), "")
		on.Of = "turun-"
		s.Forms = []bill.Form{{ID: "catat-turun", Folded: !x.DownOn.IsZero(), Title: l.T("wave.down_record"), Action: companyPath(w.ID, x.OperatorID) + "/turun", Submit: l.T("wave.down_do"), Hidden: []ui.Option{{Value: "form", Label: "turun"}}, Fields: []ui.Field{
			{Name: "metres", Of: "turun-", Type: "number", Label: l.T("wave.metres"), Value: typed.Get("metres"), Error: wrong.Of("metres")},
			{Name: "poles", Of: "turun-", Type: "number", Label: l.T("wave.poles_down"), Value: typed.Get("poles"), Error: wrong.Of("poles")}, on}}}
	}
	return s
}

// companyAct takes one step about a company of a wave; what is refused is shown on its page.
func (p *Pages) companyAct(c *gin.Context, sentence string, do func(wave, company uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	who, err := site.PathID(c, "operator")
	if err != nil {
		return err
	}
	in, err := do(id, who)
	if err == nil {
		return p.Done(c, companyPath(id, who), sentence)
	}
	return again(c, err, func(status int, errs ui.Errors) error { return p.companyAgain(c, status, in, errs) })
}

// schedule says when a company cuts over.
func (p *Pages) schedule(c *gin.Context) error {
	return p.companyAct(c, "wave_scheduled", func(wave, company uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "from", "until")
		if err != nil {
			return in, err
		}
		from, err := DayOf(in, "from")
		if err != nil {
			return in, err
		}
		until, err := DayOf(in, "until")
		if err == nil {
			err = p.Waves.Schedule(c.Request.Context(), gate.ActorOf(c), wave, company, from, until)
		}
		return in, err
	})
}

// tick says that an item is done, or not needed.
func (p *Pages) tick(c *gin.Context) error {
	return p.companyAct(c, "wave_ticked", func(wave, company uuid.UUID) (site.Form, error) { return Tick(c, p.Waves, wave, company) })
}

// reopen takes back that an item is done.
func (p *Pages) reopen(c *gin.Context) error {
	return p.companyAct(c, "wave_reopened", func(wave, company uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.Waves.Reopen(c.Request.Context(), gate.ActorOf(c), wave, company, in.Get("item"), in.Text("why"))
		}
		return in, err
	})
}

// takenDown says how much of a company's cable came down.
func (p *Pages) takenDown(c *gin.Context) error {
	return p.companyAct(c, "wave_down", func(wave, company uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "on")
		if err != nil {
			return in, err
		}
		if err := site.Require(in, "metres", "poles"); err != nil {
			return in, err
		}
		on, err := DayOf(in, "on")
		if err == nil {
			err = p.Waves.TakenDown(c.Request.Context(), gate.ActorOf(c), wave, company, int64(Count(in, "metres")), Count(in, "poles"), on)
		}
		return in, err
	})
}
