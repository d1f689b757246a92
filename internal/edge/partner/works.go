package partner

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/groundwork"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	pathWorks   = pathHome + "/pekerjaan"
	pathNewWork = pathWorks + "/baru"
)

// workRoutes is what the company digs and plans, and who else plans nearby.
func (p *Pages) workRoutes() gate.Table {
	own, city, one := access.DuctOwn, gate.City, pathWorks+"/:id"
	id, paper := site.IDs("id", "duct_work"), site.IDs("id", "duct_work", "paper", "duct_work_paper")
	return gate.Table{
		{Method: get, Path: pathWorks, Needs: own, Scope: city, Handler: p.works},
		{Method: get, Path: pathNewWork, Needs: own, Scope: city, Handler: p.newWork},
		{Method: post, Path: pathNewWork, Needs: own, Scope: city, Handler: p.planWork},
		{Method: post, Path: pathWorks + "/tindakan/program", Page: pathWorks, Needs: own, Scope: city, Handler: p.fileProgramme},
		{Method: post, Path: pathWorks + "/tindakan/ikut", Page: pathWorks, Needs: own, Scope: city, Handler: p.joinWork},
		{Method: get, Path: one, Needs: own, Scope: city, IDs: id, Handler: p.work},
		{Method: get, Path: one + "/ubah", Needs: own, Scope: city, IDs: id, Handler: p.editWork},
		{Method: post, Path: one + "/ubah", Needs: own, Scope: city, IDs: id, Handler: p.changeWork},
		{Method: post, Path: one + "/batalkan", Page: one, Needs: own, Scope: city, IDs: id, Handler: p.cancelWork},
		{Method: post, Path: one + "/laporan", Page: one, Needs: own, Scope: city, IDs: id, Handler: p.reportWork},
		{Method: post, Path: one + "/berkas", Page: one, Needs: own, Scope: city, IDs: id, MaxBody: groundwork.FileBody, Handler: p.attachWork},
		{Method: get, Path: one + "/berkas/:paper", Needs: own, Scope: city, IDs: paper, Handler: p.workPaper},
	}
}

func workPath(id uuid.UUID) string { return pathWorks + "/" + id.String() }

// ground is the room of works, whose form and tables the company's pages show too.
func (p *Pages) ground() *groundwork.Pages { return groundwork.New(p.Pages.Pages) }

func (p *Pages) self(c *gin.Context) (operator.Self, error) {
	return p.Operators.Self(c.Request.Context(), gate.ActorOf(c))
}

// works lists what the company digs and plans in a year, and files that as its programme.
func (p *Pages) works(c *gin.Context) error { return p.worksAgain(c, http.StatusOK, nil) }

func (p *Pages) worksAgain(c *gin.Context, status int, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, err := p.self(c)
	if err != nil {
		return err
	}
	year := 0
	if c.Query("tahun") != "" {
		year = p.ground().YearIn(c)
	}
	before := uuid.Max
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		before = id
	}
	all, err := p.DuctWorks.Works(ctx, a, self.Company.ID, ductwork.Filter{Year: year}, before, pageSize+1)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("work.works")), Heading: l.T("work.works"), Lead: l.T("work.own_lead"), Errors: errs}
	if self.Company.State == lease.OperatorApproved {
		v.Links = append(v.Links, ui.Link{Href: pathNewWork, Label: l.T("work.new"), Icon: "plus"}, ui.Link{Href: pathNewWork + "?darurat=ya", Label: l.T("work.new_emergency"), Icon: "bolt"})
	}
	v.Links = append(v.Links, ui.Link{Href: groundwork.PathCalendar, Label: l.T("work.public"), Icon: "calendar"})
	s := bill.Section{ID: "pekerjaan", Title: l.T("work.works"), Quiet: true, Empty: &bill.Empty{Icon: "flag", Title: l.T("work.none"), Text: l.T("work.own_none")}}
	if year != 0 {
		s.Empty.Text = l.T("work.none_filtered")
	}
	if len(all) > pageSize {
		all = all[:pageSize]
		q := c.Request.URL.Query()
		q.Set("sesudah", all[pageSize-1].ID.String())
		s.Next = pathWorks + "?" + q.Encode()
	}
	s.Table = groundwork.Table(c, all, p.DuctWorks.Today(ctx), p.Now(), pathWorks, false)
	value := ""
	if year != 0 {
		value = strconv.Itoa(year)
	}
	s.Filter = &bill.Form{ID: "saring", Action: pathWorks, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{
		{Name: "tahun", Type: "select", Label: l.T("work.year"), Value: value, Options: append([]ui.Option{{Label: l.T("queue.filter.any")}}, p.ground().Years(c)...)}}}
	v.Sections = []bill.Section{s}
	if self.Company.State == lease.OperatorApproved {
		programme, err := p.programme(c, self)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, programme)
	}
	return p.Render(c, status, bill.Page(v))
}

// programme is how the company's programmes stand of this year and those ahead, and the form that files one.
func (p *Pages) programme(c *gin.Context, self operator.Self) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	s := bill.Section{ID: "program", Title: l.T("work.programmes"), Text: l.T("work.programme_text")}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.year")}, {Label: l.T("work.programme_works"), End: true}, {Label: l.T("duct.standing")}}}
	now := p.DuctWorks.Today(ctx).Year()
	var years []ui.Option
	for y := now; y <= now+2; y++ {
		all, err := p.DuctWorks.Programmes(ctx, a, self.Company.ID, y)
		if err != nil {
			return s, err
		}
		for _, x := range all {
			s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: strconv.Itoa(y), Href: pathWorks + "?tahun=" + strconv.Itoa(y)}, {Text: l.Number(int64(x.Works))}, groundwork.Filed(c, l, x)}})
		}
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	s.Forms = []bill.Form{{ID: "ajukan", Folded: true, Title: l.T("work.programme_do"), Text: l.T("work.programme_do_text"), Action: pathWorks + "/tindakan/program", Submit: l.T("work.programme_do"),
		Fields: []ui.Field{{Name: "year", Type: "select", Label: l.T("work.year"), Value: strconv.Itoa(now + 1), Options: years}}}}
	return s, nil
}

// fileProgramme says what the company plans in a year.
func (p *Pages) fileProgramme(c *gin.Context) error {
	self, err := p.self(c)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		year, _ := strconv.Atoi(in.Text("year")) // zero is refused
		err = p.DuctWorks.FileProgramme(c.Request.Context(), gate.ActorOf(c), self.Company.ID, year)
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		return p.worksAgain(c, status, site.Called(c, errs, map[string]string{"year": "work.year"}))
	}
	return p.Done(c, pathWorks+"#program", "work_programme")
}

// newWork asks what the company plans, or what it began because it could not wait.
func (p *Pages) newWork(c *gin.Context) error {
	return p.askWork(c, http.StatusOK, groundwork.Form{Path: pathNewWork, Emergency: c.Query("darurat") == "ya"}, site.Form{}, nil)
}

func (p *Pages) askWork(c *gin.Context, status int, f groundwork.Form, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("work.new")), Back: pathWorks, Heading: l.T("work.new"), Lead: l.T("work.new_lead"), Errors: errs}
	if f.Emergency {
		v.Heading, v.Lead = l.T("work.new_emergency"), l.T("work.emergency_lead")
	}
	s, err := p.ground().FormSection(c, f, in, errs)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// planWork writes works of the company down.
func (p *Pages) planWork(c *gin.Context) error {
	self, err := p.self(c)
	if err != nil {
		return err
	}
	in, err := groundwork.Read(c)
	f := groundwork.Form{Path: pathNewWork, Emergency: in.Yes("emergency")}
	var shaped bool
	if err == nil {
		if f.Maps, shaped, err = p.ground().Shaped(c, in); shaped {
			return p.askWork(c, http.StatusOK, f, in, nil)
		}
	}
	if err == nil {
		input, unread := f.Input(in, gate.CityOf(c).Location())
		var w ductwork.Work
		if w, err = p.DuctWorks.Plan(c.Request.Context(), gate.ActorOf(c), self.Company.ID, input, unread...); err == nil {
			return p.Done(c, workPath(w.ID), "work_planned")
		}
	}
	if conflict, ok := groundwork.Conflict(c, err); ok {
		return p.askWork(c, http.StatusConflict, f, in, conflict)
	}
	errs, status, ok := groundwork.Refused(c, in, err)
	if !ok {
		return err
	}
	return p.askWork(c, status, f, in, errs)
}

// owned is works of the company that an address names.
func (p *Pages) owned(c *gin.Context) (operator.Self, ductwork.Work, error) {
	self, err := p.self(c)
	if err != nil {
		return self, ductwork.Work{}, err
	}
	id, err := site.PathID(c, "id")
	if err != nil {
		return self, ductwork.Work{}, err
	}
	w, err := p.DuctWorks.Work(c.Request.Context(), gate.ActorOf(c), self.Company.ID, id)
	return self, w, err
}

// work is one of the company's: how it stands, who else plans nearby, what a bank guarantees, and what was seen of it.
func (p *Pages) work(c *gin.Context) error { return p.workAgain(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) workAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	self, w, err := p.owned(c)
	if err != nil {
		return err
	}
	g, today, company := p.ground(), p.DuctWorks.Today(ctx), self.Company.ID
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, w.Number), Back: pathWorks, Heading: w.Number, Lead: w.Title, Mark: groundwork.Marks(l, w, today, p.Now())[0], Errors: errs}
	if w.State == ductwork.Planned {
		v.Links = []ui.Link{{Href: workPath(w.ID) + "/ubah", Label: l.T("work.edit"), Icon: "edit"}, {Href: "/layanan/galian-utilitas", Label: l.T("work.public_apply"), Icon: "file-text"}}
	}
	rows, err := g.Rows(c, w)
	if err != nil {
		return err
	}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows, Note: groundwork.Note(c, w, today), Forms: groundwork.OwnActs(c, w, workPath(w.ID), in, errs)}
	place, err := g.PlaceSection(c, w)
	if err != nil {
		return err
	}
	_, beside, err := p.DuctWorks.Clashes(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	joins, err := p.DuctWorks.Joins(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	near := groundwork.Joins(l, groundwork.Beside(c, w, beside, ""), joins)
	for _, b := range beside {
		if b.Chance() && b.OperatorID.UUID != company {
			near.Forms = append(near.Forms, joinForm(c, w, b, in, errs))
		}
	}
	guarantees, err := p.DuctWorks.Guarantees(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	visits, err := p.DuctWorks.Visits(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	papers, err := p.DuctWorks.Papers(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	base := workPath(w.ID) + "/berkas"
	may, err := p.DuctWorks.MayBe(ctx, a, company, w.ID)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{state}
	if len(may) > 0 {
		v.Sections = append(v.Sections, groundwork.MayBe(l, may, l.T("work.may_be_own"), ""))
	}
	v.Sections = append(v.Sections, place, near, groundwork.GuaranteeSection(l, guarantees, today), groundwork.VisitSection(l, visits, papers, nil, base), groundwork.PaperSection(c, papers, base, true, in, errs))
	return p.Render(c, status, bill.Page(v))
}

// joinForm asks to lay the company's own in works nearby.
func joinForm(c *gin.Context, w ductwork.Work, b ductwork.Beside, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	note := ui.Field{Name: "note", Type: "long_text", Label: l.T("work.join_note"), Hint: l.T("work.join_hint"), Max: 500}
	if in.Get("number") == b.Number {
		note.Value, note.Error = in.Get("note"), errs.Of("note")
	}
	title := l.T("work.join", "number", b.Number)
	if b.Joins {
		title = l.T("work.join_again", "number", b.Number)
	}
	return bill.Form{ID: "ikut-" + b.Number, Folded: true, Title: title, Text: l.T("work.join_text", "name", b.OwnerName), Action: pathWorks + "/tindakan/ikut", Submit: l.T("work.join_do"),
		Hidden: []ui.Option{{Value: "number", Label: b.Number}, {Value: "id", Label: w.ID.String()}}, Fields: []ui.Field{note}}
}

// joinWork says that the company would lay its own in works nearby.
func (p *Pages) joinWork(c *gin.Context) error {
	self, err := p.self(c)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	back := pathWorks
	if id, err := uuid.Parse(in.Text("id")); err == nil {
		back = workPath(id) + "#koordinasi"
	}
	err = p.DuctWorks.Join(c.Request.Context(), gate.ActorOf(c), self.Company.ID, in.Text("number"), in.Text("note"))
	if conflict, ok := groundwork.Conflict(c, err); ok {
		return p.worksAgain(c, http.StatusConflict, conflict)
	}
	if err != nil {
		errs, status, ok := site.Refused(c, err, "")
		if !ok {
			return err
		}
		c.Params = append(c.Params, gin.Param{Key: "id", Value: in.Text("id")})
		return p.workAgain(c, status, in, site.Called(c, errs, map[string]string{"note": "work.join_note"}))
	}
	return p.Done(c, back, "work_joined")
}

// editWork asks what works of the company are by now.
func (p *Pages) editWork(c *gin.Context) error {
	_, w, err := p.owned(c)
	if err != nil {
		return err
	}
	return p.editWorkAgain(c, http.StatusOK, w, groundwork.Form{}, groundwork.Filled(w), nil)
}

func (p *Pages) editWorkAgain(c *gin.Context, status int, w ductwork.Work, f groundwork.Form, in site.Form, errs ui.Errors) error {
	l := gate.LocaleOf(c)
	f.Path, f.Known, f.Emergency = workPath(w.ID)+"/ubah", true, w.Emergency
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("work.edit")), Back: workPath(w.ID), Heading: l.T("work.edit"), Lead: l.T("work.edit_lead", "number", w.Number), Errors: errs}
	s, err := p.ground().FormSection(c, f, in, errs)
	if err != nil {
		return err
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// changeWork says anew what works of the company are.
func (p *Pages) changeWork(c *gin.Context) error {
	self, w, err := p.owned(c)
	if err != nil {
		return err
	}
	in, err := groundwork.Read(c)
	f := groundwork.Form{Emergency: w.Emergency, Known: true}
	var shaped bool
	if err == nil {
		if f.Maps, shaped, err = p.ground().Shaped(c, in); shaped {
			return p.editWorkAgain(c, http.StatusOK, w, f, in, nil)
		}
	}
	if err == nil {
		input, unread := f.Input(in, gate.CityOf(c).Location())
		if err = p.DuctWorks.Change(c.Request.Context(), gate.ActorOf(c), self.Company.ID, w.ID, in.Revision(), input, unread...); err == nil {
			return p.Done(c, workPath(w.ID), "work_changed")
		}
	}
	if conflict, ok := groundwork.Conflict(c, err); ok {
		return p.editWorkAgain(c, http.StatusConflict, w, f, groundwork.Filled(w), conflict)
	}
	errs, status, ok := groundwork.Refused(c, in, err)
	if !ok {
		return err
	}
	return p.editWorkAgain(c, status, w, f, in, errs)
}

// workAct takes one step about works of the company; what is refused is shown on their page.
func (p *Pages) workAct(c *gin.Context, sentence, anchor string, do func(self operator.Self, id uuid.UUID) (site.Form, error)) error {
	self, w, err := p.owned(c)
	if err != nil {
		return err
	}
	in, err := do(self, w.ID)
	if err == nil {
		return p.Done(c, workPath(w.ID)+anchor, sentence)
	}
	if conflict, ok := groundwork.Conflict(c, err); ok {
		return p.workAgain(c, http.StatusConflict, site.Form{}, conflict)
	}
	errs, status, ok := site.Refused(c, err, "")
	if !ok {
		return err
	}
	return p.workAgain(c, status, in, groundwork.CalledAct(c, errs))
}

func (p *Pages) cancelWork(c *gin.Context) error {
	return p.workAct(c, "work_cancelled", "", func(self operator.Self, id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.Cancel(c.Request.Context(), gate.ActorOf(c), self.Company.ID, id, in.Text("why"))
		}
		return in, err
	})
}

func (p *Pages) reportWork(c *gin.Context) error {
	return p.workAct(c, "work_reported", "", func(self operator.Self, id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.DuctWorks.Report(c.Request.Context(), gate.ActorOf(c), self.Company.ID, id, in.Text("report"))
		}
		return in, err
	})
}

func (p *Pages) attachWork(c *gin.Context) error {
	return p.workAct(c, "work_filed", "#berkas", func(self operator.Self, id uuid.UUID) (site.Form, error) {
		return groundwork.Attach(c, p.DuctWorks, self.Company.ID, id)
	})
}

func (p *Pages) workPaper(c *gin.Context) error {
	self, err := p.self(c)
	if err != nil {
		return err
	}
	return groundwork.SendPaper(c, p.DuctWorks, self.Company.ID)
}
