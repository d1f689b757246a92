package partner

import (
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/wave"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// waveRoutes are the waves that the company was asked about.
func (p *Pages) waveRoutes() gate.Table {
	own, city := access.DuctOwn, gate.City
	one, which := ductwave.PathMine+"/:id", site.IDs("id", "duct_wave")
	return gate.Table{
		{Method: get, Path: ductwave.PathMine, Needs: own, Scope: city, Handler: p.waves},
		{Method: get, Path: one, Needs: own, Scope: city, IDs: which, Handler: p.wave},
		{Method: post, Path: one + "/survei", Page: one, Needs: own, Scope: city, IDs: which, Handler: p.answerWave},
		{Method: post, Path: one + "/komitmen", Page: one, Needs: own, Scope: city, IDs: which, MaxBody: wave.UploadBody, Handler: p.commitWave},
		{Method: get, Path: one + "/komitmen/:commitment", Needs: own, Scope: city, IDs: site.IDs("id", "duct_wave", "commitment", "wave_commitment"), Handler: p.wavePaper},
		{Method: post, Path: one + "/periksa", Page: one, Needs: own, Scope: city, IDs: which, MaxBody: wave.UploadBody, Handler: p.tickWave},
		{Method: get, Path: one + "/foto/:photo", Needs: own, Scope: city, IDs: site.IDs("id", "duct_wave", "photo", "wave_photo"), Handler: p.wavePhoto},
	}
}

// waves lists them, the latest first.
func (p *Pages) waves(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	before := uuid.Max
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		before = id
	}
	all, err := p.Waves.ListMine(ctx, gate.ActorOf(c), before, pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("wave.waves")), Heading: l.T("wave.waves"), Lead: l.T("wave.mine_lead")}
	s := bill.Section{ID: "daftar", Title: l.T("wave.waves"), Quiet: true, Empty: &bill.Empty{Icon: "flag", Title: l.T("wave.mine_none"), Text: l.T("wave.mine_none_hint")}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = ductwave.PathMine + "?sesudah=" + all[pageSize-1].ID.String()
	}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.title")}, {Label: l.T("wave.roads")}, {Label: l.T("duct.standing")}, {Label: l.T("wave.todo")}}}
	today := p.Operators.Today(ctx)
	for _, w := range all {
		todo := bill.Cell{Text: l.T("wave.todo_none")}
		switch {
		case w.State == ductwave.Survey && !w.Answered && !today.After(w.SurveyUntil):
			todo = bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "message", Text: l.T("wave.todo_answer")}, Small: l.T("wave.todo_until", "day", l.Date(w.SurveyUntil))}
		case (w.State == ductwave.Committing || w.State == ductwave.Plan) && w.Signed == 0 && !today.After(w.CommitUntil):
			todo = bill.Cell{Text: l.T("wave.todo_commit"), Small: l.T("wave.todo_until", "day", l.Date(w.CommitUntil))}
		case (w.State == ductwave.CutOver || w.State == ductwave.AerialDown) && w.Left > 0:
			todo = bill.Cell{Mark: ui.Mark{Tone: "care", Icon: "list-details", Text: l.T("wave.so_many", "done", w.Checks-w.Left, "all", w.Checks)}}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: w.Title, Small: w.Number, Href: minePath(w.ID)}, {Text: w.Names}, {Mark: wave.StateMark(l, w.State)}, todo}})
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

func minePath(id uuid.UUID) string { return ductwave.PathMine + "/" + id.String() }

// wave is one of them: what is asked now, and what is the company's own.
func (p *Pages) wave(c *gin.Context) error { return p.waveAgain(c, http.StatusOK, site.Form{}, nil) }

// waveAgain is wave, after a refusal with what was filled in.
func (p *Pages) waveAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	self, err := p.Operators.Self(ctx, a)
	if err != nil {
		return err
	}
	w, err := p.Waves.Mine(ctx, a, id)
	if err != nil {
		return err
	}
	x, today := w.Companies[0], p.Operators.Today(ctx)
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, w.Title), Back: ductwave.PathMine, Heading: w.Title, Lead: w.Number, Mark: wave.StateMark(l, w.State), Errors: wave.Named(c, errs, w.Roads)}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Note: bill.Note{Text: l.T("wave.mine_note." + w.State)}, Rows: []ui.Row{{Label: l.T("wave.kind"), Value: l.T("duct.unit." + w.Kind)}}}
	if w.Note != "" {
		state.Rows = append(state.Rows, ui.Row{Label: l.T("wave.note"), Value: w.Note})
	}
	state.Rows = append(state.Rows, ui.Row{Label: l.T("wave.survey_until"), Value: wave.Day(l, w.SurveyUntil)}, ui.Row{Label: l.T("wave.commit_until"), Value: wave.Day(l, w.CommitUntil)})
	if !x.CutUntil.IsZero() {
		state.Rows = append(state.Rows, ui.Row{Label: l.T("wave.cut_days"), Value: l.T("wave.span", "from", l.Date(x.CutFrom), "to", l.Date(x.CutUntil))})
	}
	roads := bill.Section{ID: "jalan", Title: l.T("wave.roads"), Table: &bill.Table{Title: l.T("wave.roads"), Columns: []bill.Column{{Label: l.T("wave.road")}, {Label: l.T("wave.length"), End: true}}}}
	for _, r := range w.Roads {
		roads.Table.Rows = append(roads.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: r.Name}, {Text: ducts.Metres(l, r.LengthMM)}}})
	}
	answer := wave.AnswerSection(c, w, x)
	answer.Title, answer.Text, answer.Empty.Text = l.T("wave.mine_answer"), l.T("wave.mine_answer_text"), l.T("wave.mine_not_answered")
	if w.State == ductwave.Survey && !today.After(w.SurveyUntil) && self.Company.State == lease.OperatorApproved {
		answer.Forms = []bill.Form{surveyForm(c, w, x, in, errs)}
	}
	promised, err := wave.Promised(c, p.Orders, w)
	if err != nil {
		return err
	}
	signed := bill.Section{ID: "komitmen", Title: l.T("wave.commitments"), Text: l.T("wave.mine_commitments_text"), Table: wave.CommitmentTable(c, w, minePath(id), nil, promised, "/mitra/pesanan/"), Empty: &bill.Empty{Icon: "file-check", Title: l.T("wave.no_commitments"), Text: l.T("wave.mine_no_commitments")}}
	if (w.State == ductwave.Committing || w.State == ductwave.Plan) && !today.After(w.CommitUntil) && self.Company.State == lease.OperatorApproved {
		if self.Admin {
			signed.Forms = []bill.Form{commitForm(c, w, in, errs)}
		} else {
			ask, err := p.whomToAsk(c, self)
			if err != nil {
				return err
			}
			signed.Note = bill.Note{Text: l.T("wave.commit_admin") + " " + ask}
		}
	}
	list := wave.ChecklistSection(c, w, x, in, errs, minePath(id)+"/periksa", false, today)
	drawn, err := wave.MapSections(c, p.Pages, wave.Sight{Totals: p.DuctMap.GrantedTotals, Segments: p.DuctMap.GrantedSegments, Place: placed, None: "wave.mine_no_segments_hint"}, w, minePath(id))
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, state)
	if s, ok := wave.FellSection(c, w, nil, promised, "/mitra/pesanan/"); ok {
		v.Sections = append(v.Sections, s)
	}
	v.Sections = append(append(v.Sections, roads, answer, signed, list), drawn...)
	if !x.DownOn.IsZero() {
		v.Sections = append(v.Sections, bill.Section{ID: "turun", Title: l.T("wave.down"), Rows: []ui.Row{{Label: l.T("wave.metres"), Value: ducts.Metres(l, x.DownMM)}, {Label: l.T("wave.poles_down"), Value: l.Number(int64(x.DownPoles))}, {Label: l.T("wave.on"), Value: l.Date(x.DownOn)}}})
	}
	if len(w.Photos) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "foto", Title: l.T("wave.photos"), Text: l.T("wave.mine_photos_text"), Photos: wave.Shots(l, w, w.Photos, minePath(id), nil)})
	}
	return p.Render(c, status, bill.Page(v))
}

// surveyForm asks the same of each road.
func surveyForm(c *gin.Context, w ductwave.View, x ductwave.Company, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	typed, wrong := wave.Of(in, errs, "survei")
	f := bill.Form{ID: "jawab", Folded: !x.AnsweredAt.IsZero(), Title: l.T("wave.answer_form"), Text: l.T("wave.answer_form_text", "day", l.Date(w.SurveyUntil)), Action: minePath(w.ID) + "/survei", Submit: l.T("wave.answer_do"), Hidden: []ui.Option{{Value: "form", Label: "survei"}}}
	note := x.Note
	for _, r := range w.Roads {
		var a ductwave.Answer
		if i := slices.IndexFunc(x.Answers, func(a ductwave.Answer) bool { return a.Position == r.Position }); i >= 0 {
			a = x.Answers[i]
		}
		for _, q := range []struct {
			what string
			n    int
		}{{"cables", a.Cables}, {"poles", a.Poles}, {"now", a.UnitsNow}, {"later", a.UnitsLater}} {
			name, value := q.what+"_"+strconv.Itoa(r.Position), strconv.Itoa(q.n)
			if typed.Values[name] != nil {
				value = typed.Get(name)
			}
			f.Fields = append(f.Fields, ui.Field{Name: name, Type: "number", Label: l.T("wave.ask."+q.what, "road", r.Name), Value: value, Error: wrong.Of(name)})
		}
	}
	if typed.Values["note"] != nil {
		note = typed.Get("note")
	}
	f.Fields = append(f.Fields, ui.Field{Name: "note", Of: "survei-", Type: "long_text", Label: l.T("wave.answer_note"), Hint: l.T("wave.answer_note_hint"), Value: note, Max: 2000, Optional: true, Error: wrong.Of("note")})
	return f
}

// commitForm asks for units along each road, and the signed paper.
func commitForm(c *gin.Context, w ductwave.View, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	typed, wrong := wave.Of(in, errs, "komitmen")
	key := typed.Get("kunci")
	if key == "" {
		key = uuid.NewString()
	}
	f := bill.Form{ID: "buat", Upload: true, Folded: len(w.Commitments) > 0, Title: l.T("wave.commit"), Text: l.T("wave.commit_text", "day", l.Date(w.CommitUntil), "tariff", w.TariffPerM.String()), Action: minePath(w.ID) + "/komitmen", Submit: l.T("wave.commit_do"), Hidden: []ui.Option{{Value: "form", Label: "komitmen"}, {Value: "kunci", Label: key}}}
	for _, r := range w.Roads {
		name := "units_" + strconv.Itoa(r.Position)
		f.Fields = append(f.Fields, ui.Field{Name: name, Type: "number", Label: l.T("wave.ask.units", "road", r.Name), Value: typed.Get(name), Optional: true, Error: wrong.Of(name)})
	}
	months := typed.Get("months")
	if typed.Values["months"] == nil {
		months = "36"
	}
	f.Fields = append(f.Fields, ui.Field{Name: "months", Type: "number", Label: l.T("wave.months"), Hint: l.T("wave.months_hint"), Value: months, Error: wrong.Of("months")},
		ui.Field{Name: "file", Type: "file", Label: l.T("wave.paper"), Error: wrong.Of("file"), Rule: ui.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: ductwave.PaperMB, MaxCount: 1}})
	return f
}

// waveAct takes one step of the company about a wave; what is refused is shown on its page.
func (p *Pages) waveAct(c *gin.Context, sentence string, do func(uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := do(id)
	if err == nil {
		return p.Done(c, minePath(id), sentence)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.waveAgain(c, status, in, errs)
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict || f.Kind == fault.Forbidden && f.Code == "wave.staff_item" {
		return p.waveAgain(c, status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// answerWave keeps what the company says in the survey.
func (p *Pages) answerWave(c *gin.Context) error {
	return p.waveAct(c, "wave_answered", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err != nil {
			return in, err
		}
		w, err := p.Waves.Mine(c.Request.Context(), gate.ActorOf(c), id)
		if err != nil {
			return in, err
		}
		var lines []ductwave.Answer
		for _, r := range w.Roads {
			n := "_" + strconv.Itoa(r.Position)
			lines = append(lines, ductwave.Answer{Position: r.Position, Cables: wave.Count(in, "cables"+n), Poles: wave.Count(in, "poles"+n), UnitsNow: wave.Count(in, "now"+n), UnitsLater: wave.Count(in, "later"+n)})
		}
		return in, p.Waves.Answer(c.Request.Context(), gate.ActorOf(c), id, in.Text("note"), lines)
	})
}

// commitWave binds the company.
func (p *Pages) commitWave(c *gin.Context) error {
	return p.waveAct(c, "wave_committed", func(id uuid.UUID) (site.Form, error) {
		ctx, a := c.Request.Context(), gate.ActorOf(c)
		w, err := p.Waves.Mine(ctx, a, id)
		if err != nil {
			return site.Form{}, err
		}
		var f files.File
		in, err := site.ReadUpload(c, "file", ductwave.PaperMB, func(name string, body io.Reader) (err error) {
			f, err = p.Waves.Receive(ctx, a, name, body)
			return err
		})
		if err != nil {
			return in, err
		}
		units := map[int]int{}
		for _, r := range w.Roads {
			units[r.Position] = wave.Count(in, "units_"+strconv.Itoa(r.Position))
		}
		key, _ := uuid.Parse(in.Get("kunci")) // without one each is another
		_, err = p.Waves.Commit(ctx, a, ductwave.CommitInput{Wave: id, Key: key, Units: units, Months: wave.Count(in, "months"), Paper: f})
		return in, err
	})
}

// wavePaper sends the signed paper of a commitment of the company.
func (p *Pages) wavePaper(c *gin.Context) error { return wave.SendPaper(c, p.Waves) }

// tickWave says that an item of the company's checklist is done.
func (p *Pages) tickWave(c *gin.Context) error {
	return p.waveAct(c, "wave_ticked", func(id uuid.UUID) (site.Form, error) { return wave.Tick(c, p.Waves, id, uuid.Nil) })
}

// wavePhoto sends a photo of the company.
func (p *Pages) wavePhoto(c *gin.Context) error { return wave.SendPhoto(c, p.Waves) }
