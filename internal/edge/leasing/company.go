package leasing

import (
	"io"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/operator"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workcal"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// PeopleWays says what can be done about people, and where.
type PeopleWays struct {
	Base    string // address of the forms
	May     bool
	Invites bool      // others too
	Self    uuid.UUID // who reads, and cannot remove themselves
}

// PeopleSection lists who acts for a company, and invites another.
func PeopleSection(l i18n.Locale, all []operator.Person, in site.Form, errs ui.Errors, w PeopleWays) bill.Section {
	s := bill.Section{ID: "orang", Title: l.T("partner.nav.people"), Empty: &bill.Empty{Icon: "users", Title: l.T("partner.no_people"), Text: l.T("partner.no_people_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("partner.person")}, {Label: l.T("lease.email")}, {Label: l.T("partner.part")}, {Label: l.T("duct.standing")}}}
	var going []ui.Option
	for _, x := range all {
		part := l.T("partner.part_member")
		if x.Admin {
			part = l.T("partner.part_admin")
		}
		mark := ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("partner.person_active")}
		switch {
		case !x.EndedAt.IsZero():
			mark = ui.Mark{Icon: "history", Text: l.T("partner.person_ended")}
		case x.Status == identity.StatusInvited:
			mark = ui.Mark{Tone: "care", Icon: "hourglass", Text: l.T("partner.person_invited")}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Name}, {Text: x.Email}, {Text: part}, {Mark: mark}}})
		if x.EndedAt.IsZero() && x.ID != w.Self {
			going = append(going, ui.Option{Value: x.ID.String(), Label: x.Name})
		}
	}
	if !w.May {
		return s
	}
	if w.Invites {
		s.Forms = []bill.Form{invitation(l, in, errs, w.Base)}
	}
	for _, o := range going {
		s.Forms = append(s.Forms, bill.Form{ID: "akhiri-" + o.Value, Plain: true, Bad: true, Action: w.Base + "/" + o.Value + "/akhiri", Submit: l.T("partner.remove", "name", o.Label)})
	}
	return s
}

// invitation asks for somebody else.
func invitation(l i18n.Locale, in site.Form, errs ui.Errors, base string) bill.Form {
	return bill.Form{ID: "undang", Folded: true, Title: l.T("partner.invite"), Text: l.T("partner.invite_text"), Action: base, Submit: l.T("partner.invite_do"), Fields: []ui.Field{
		{Name: "name", Label: l.T("partner.person"), Value: in.Get("name"), Max: 100, Error: errs.Of("name"), Autocomplete: "off"},
		{Name: "email", Type: "email", Label: l.T("lease.email"), Value: in.Get("email"), Error: errs.Of("email"), Autocomplete: "off"},
		{Name: "admin", Type: "yes_no", Label: l.T("partner.make_admin"), Value: in.Get("admin"), Options: []ui.Option{{Value: "yes", Label: l.T("yes")}, {Value: "no", Label: l.T("no")}}, Optional: true}}}
}

// PersonRefused says what was wrong with an invitation.
func PersonRefused(c *gin.Context, err error) (ui.Errors, int, bool) {
	errs, status, ok := site.RefusedAt(c, err, map[string]string{"identity.email_taken": "email", "operator.of_another": "email", "operator.not_yet": "email"})
	return site.Called(c, errs, map[string]string{"name": "partner.person", "email": "lease.email"}), status, ok
}

// GrantMark is how a grant stands on a day.
func GrantMark(l i18n.Locale, g operator.Grant, day time.Time) ui.Mark {
	switch {
	case g.InForce(day):
		return ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("partner.grant_open")}
	case g.EndedAt.IsZero() && day.Before(g.Since):
		return ui.Mark{Icon: "hourglass", Text: l.T("partner.grant_later")}
	case !g.EndedAt.IsZero():
		return ui.Mark{Icon: "ban", Text: l.T("partner.grant_taken")}
	}
	return ui.Mark{Icon: "history", Text: l.T("partner.grant_over")}
}

// PaperBody is how large a form with a paper may be.
const PaperBody = operator.PaperMB<<20 + 1<<20

// PapersSection lists what is on file for a company, and takes another paper.
func PapersSection(c *gin.Context, all []operator.Paper, in site.Form, errs ui.Errors, base string, may, staff bool) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "berkas", Title: l.T("partner.nav.papers"), Empty: &bill.Empty{Icon: "file-text", Title: l.T("partner.no_papers"), Text: l.T("partner.no_papers_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("partner.paper")}, {Label: l.T("partner.paper_number")}, {Label: l.T("partner.paper_day")}, {Label: l.T("partner.paper_until")}, {Label: l.T("partner.paper_added")}}}
	day := func(t time.Time) string {
		if t.IsZero() {
			return l.T("duct.unsaid")
		}
		return l.Date(t)
	}
	for _, x := range all {
		number := x.Number
		if number == "" {
			number = l.T("duct.unsaid")
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: l.T("partner.paper." + x.Kind), Href: base + "/" + x.ID.String(), Small: x.FileName}, {Text: number}, {Text: day(x.Day)}, {Text: day(x.Until)}, {Text: l.DateTime(site.Zoned(c, x.AddedAt))}}})
	}
	if may {
		date := func(name string) ui.Field {
			return ui.Field{Name: name, Type: "date", Label: l.T("partner.paper_" + name), Value: site.DateOf(in, name), Typed: in.Values[name], Error: errs.Of(name), Optional: true}
		}
		s.Forms = []bill.Form{{ID: "simpan", Folded: true, Upload: true, Title: l.T("partner.paper_new"), Text: l.T("partner.paper_text"), Action: base, Submit: l.T("partner.paper_do"), Fields: []ui.Field{
			{Name: "kind", Type: "select", Label: l.T("partner.paper"), Value: in.Get("kind"), Error: errs.Of("kind"), Options: ducts.Options(l, "partner.paper", operator.PaperKinds(staff))},
			{Name: "number", Label: l.T("partner.paper_number"), Value: in.Get("number"), Max: 100, Optional: true, Error: errs.Of("number"), Autocomplete: "off"}, date("day"), date("until"),
			{Name: "file", Type: "file", Label: l.T("partner.paper_file"), Error: errs.Of("file"), Rule: ui.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: operator.PaperMB, MaxCount: 1}}}}}
	}
	return s
}

// FilePaper takes in what PapersSection asks for. It returns what was typed, for a refusal.
func FilePaper(c *gin.Context, s *operator.Service, company uuid.UUID) (site.Form, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	var f files.File
	in, err := site.ReadUpload(c, "file", operator.PaperMB, func(name string, body io.Reader) (err error) {
		f, err = s.Receive(ctx, a, name, body)
		return err
	}, "day", "until")
	if err != nil {
		return in, err
	}
	day, err := dayTyped(in, "day")
	if err != nil {
		return in, err
	}
	until, err := dayTyped(in, "until")
	if err == nil {
		_, err = s.File(ctx, a, operator.Paper{OperatorID: company, Kind: in.Get("kind"), Number: in.Line("number"), Day: day, Until: until}, f)
	}
	return in, err
}

// dayTyped is a day that may be left empty.
func dayTyped(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return d, site.Invalid(name, "invalid")
	}
	return d, nil
}

// PaperRefused says what was wrong with a paper.
func PaperRefused(c *gin.Context, err error) (ui.Errors, int, bool) {
	errs, status, ok := site.Refused(c, err, "")
	return site.Called(c, errs, map[string]string{"kind": "partner.paper", "number": "partner.paper_number", "day": "partner.paper_day", "until": "partner.paper_until", "file": "partner.paper_file"}), status, ok
}

// SendPaper sends the paper that a parameter of the address names.
func SendPaper(c *gin.Context, s *operator.Service, param string) error {
	id, err := site.PathID(c, param)
	if err != nil {
		return err
	}
	f, body, err := s.Paper(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// company is what the page of an operator says of its people, its areas and its papers.
func (p *Pages) company(c *gin.Context, id uuid.UUID, in site.Form, errs ui.Errors) ([]bill.Section, error) {
	ctx, a, l, may := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.may(c)
	people, err := p.Operators.People(ctx, a, id)
	if err != nil {
		return nil, err
	}
	grants, err := p.Operators.Grants(ctx, a, id)
	if err != nil {
		return nil, err
	}
	papers, err := p.Operators.Papers(ctx, a, id)
	if err != nil {
		return nil, err
	}
	one := operatorPath(id)
	// A refusal of one form says nothing to the others, whose fields may be called the same.
	of := func(form string) (site.Form, ui.Errors) {
		if in.Get("form") == form {
			return in, errs
		}
		return site.Form{}, nil
	}
	typed, wrong := of("orang")
	s := PeopleSection(l, people, typed, wrong, PeopleWays{Base: one + "/orang", May: may, Invites: true})
	mark(&s, "orang")
	typed, wrong = of("berkas")
	filed := PapersSection(c, papers, typed, wrong, one+"/berkas", may, true)
	mark(&filed, "berkas")
	typed, wrong = of("area")
	area, err := p.grantSection(c, id, grants, typed, wrong, may)
	return []bill.Section{s, area, filed}, err
}

// mark has the forms of a section say whose they are.
func mark(s *bill.Section, form string) {
	for i := range s.Forms {
		s.Forms[i].Hidden = append(s.Forms[i].Hidden, ui.Option{Value: "form", Label: form})
	}
}

// grantSection lists the areas that were granted, and grants another.
func (p *Pages) grantSection(c *gin.Context, id uuid.UUID, all []operator.Grant, in site.Form, errs ui.Errors, may bool) (bill.Section, error) {
	ctx, l, one := c.Request.Context(), gate.LocaleOf(c), operatorPath(id)
	today := p.Operators.Today(ctx)
	s := bill.Section{ID: "area", Title: l.T("partner.grants"), Text: l.T("partner.grants_staff"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("partner.no_grants"), Text: l.T("partner.no_grants_staff")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("partner.area")}, {Label: l.T("partner.purpose")}, {Label: l.T("partner.runs_there"), End: true}, {Label: l.T("partner.in_force")}, {Label: l.T("duct.standing")}}}
	var ends []bill.Form
	for _, g := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: g.Name}, {Text: g.Purpose}, {Text: l.T("duct.map.count", "n", strconv.Itoa(g.Segments), "length", ducts.KM(l, g.LengthMM))},
			{Text: Span(l, g.Since, g.Until)}, {Mark: GrantMark(l, g, today)}}})
		if g.EndedAt.IsZero() && today.Before(g.Until) {
			ends = append(ends, bill.Form{ID: "cabut-" + g.ID.String(), Plain: true, Bad: true, Action: one + "/area/" + g.ID.String() + "/akhiri", Submit: l.T("partner.grant_end", "name", g.Name)})
		}
	}
	if !may {
		return s, nil
	}
	ground, err := p.Ground(ctx, today)
	if err != nil {
		return s, err
	}
	places := []ui.Option{{Label: l.T("partner.no_place")}}
	for i, x := range ground.Places {
		places = append(places, ui.Option{Value: strconv.Itoa(i), Label: x.Name})
	}
	total, err := p.roads(c, today)
	if err != nil {
		return s, err
	}
	date := func(name, usual string) ui.Field {
		f := ui.Field{Name: name, Type: "date", Label: l.T("partner.grant_" + name), Value: usual, Error: errs.Of(name)}
		if in.Values[name] != nil {
			f.Value, f.Typed = site.DateOf(in, name), in.Values[name]
		}
		return f
	}
	until := date("until", workcal.AddMonths(today, 6).Format(time.DateOnly))
	until.Hint = l.T("partner.grant_until_hint")
	s.Forms = append([]bill.Form{{ID: "beri", Folded: true, Title: l.T("partner.grant"), Text: l.T("partner.grant_text"), Action: one + "/area", Submit: l.T("partner.grant_do"), Fields: []ui.Field{
		{Name: "name", Label: l.T("partner.area"), Hint: l.T("partner.area_hint"), Value: in.Get("name"), Max: 300, Error: errs.Of("name"), Autocomplete: "off"},
		{Name: "purpose", Label: l.T("partner.purpose"), Value: in.Get("purpose"), Max: 300, Error: errs.Of("purpose"), Autocomplete: "off"},
		{Name: "place", Type: "select", Label: l.T("partner.around"), Value: in.Get("place"), Options: places, Optional: true, Error: errs.Of("place")},
		{Name: "radius", Type: "number", Label: l.T("partner.radius"), Hint: l.T("partner.radius_hint"), Value: in.Get("radius"), Optional: true, Error: errs.Of("radius")},
		{Name: "roads", Type: "multi_choice", Label: l.T("partner.roads"), Values: in.Values["roads"], Options: total, Optional: true, Error: errs.Of("roads")},
		date("since", today.Format(time.DateOnly)), until}}}, ends...)
	mark(&s, "area")
	return s, nil
}

// roads are those along which the network of a day runs.
func (p *Pages) roads(c *gin.Context, day time.Time) ([]ui.Option, error) {
	names, err := p.Operators.Roads(c.Request.Context(), gate.ActorOf(c), day)
	var out []ui.Option
	for _, r := range names {
		out = append(out, ui.Option{Value: r, Label: r})
	}
	return out, err
}

// invite lets somebody act for an operator.
func (p *Pages) invite(c *gin.Context) error {
	return p.companyAct(c, "partner_invited", PersonRefused, func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			_, err = p.Operators.Invite(c.Request.Context(), gate.ActorOf(c), id, operator.PersonInput{Name: in.Line("name"), Email: in.Text("email"), Admin: in.Yes("admin")})
		}
		return in, err
	})
}

func (p *Pages) removePerson(c *gin.Context) error {
	return p.companyAct(c, "partner_removed", nil, func(id uuid.UUID) (site.Form, error) {
		who, err := site.PathID(c, "person")
		if err == nil {
			err = p.Operators.Remove(c.Request.Context(), gate.ActorOf(c), id, who)
		}
		return site.Form{}, err
	})
}

func (p *Pages) filePaper(c *gin.Context) error {
	return p.companyAct(c, "partner_filed", PaperRefused, func(id uuid.UUID) (site.Form, error) { return FilePaper(c, p.Operators, id) })
}

func (p *Pages) paper(c *gin.Context) error { return SendPaper(c, p.Operators, "paper") }

// grant shows an area to an operator.
func (p *Pages) grant(c *gin.Context) error {
	refused := func(c *gin.Context, err error) (ui.Errors, int, bool) {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"lease.not_approved": "name"})
		return site.Called(c, errs, map[string]string{"name": "partner.area", "purpose": "partner.purpose", "place": "partner.around", "radius": "partner.radius", "roads": "partner.roads", "since": "partner.grant_since",
			"until": "partner.grant_until"}), status, ok
	}
	return p.companyAct(c, "partner_granted", refused, func(id uuid.UUID) (site.Form, error) {
		ctx := c.Request.Context()
		in, err := site.ReadForm(c, "roads", "since", "until")
		if err != nil {
			return in, err
		}
		g := operator.GrantInput{Company: id, Name: in.Line("name"), Purpose: in.Line("purpose"), Roads: in.Values["roads"]}
		if g.Since, err = dayTyped(in, "since"); err != nil {
			return in, err
		}
		if g.Until, err = dayTyped(in, "until"); err != nil {
			return in, err
		}
		if g.Center, g.RadiusM, err = p.circle(c, in); err != nil {
			return in, err
		}
		_, err = p.Operators.Grant(ctx, gate.ActorOf(c), g)
		return in, err
	})
}

// circle reads a place of the city's map with the kilometres around it; none is no circle.
func (p *Pages) circle(c *gin.Context, in site.Form) (geo.Point, int, error) {
	if in.Text("place") == "" {
		return geo.Point{}, 0, nil
	}
	ground, err := p.Ground(c.Request.Context(), p.Operators.Today(c.Request.Context()))
	if err != nil {
		return geo.Point{}, 0, err
	}
	i, err := strconv.Atoi(in.Text("place"))
	if err != nil || i < 0 || i >= len(ground.Places) {
		return geo.Point{}, 0, site.Invalid("place", "not_an_option")
	}
	km, err := strconv.Atoi(in.Text("radius"))
	if err != nil || km < 1 || km > 20 {
		return geo.Point{}, 0, site.Invalid("radius", "out_of_twenty")
	}
	return ground.Places[i].At, km * 1000, nil
}

func (p *Pages) endGrant(c *gin.Context) error {
	return p.companyAct(c, "partner_grant_ended", nil, func(id uuid.UUID) (site.Form, error) {
		which, err := site.PathID(c, "grant")
		if err == nil {
			err = p.Operators.EndGrant(c.Request.Context(), gate.ActorOf(c), id, which)
		}
		return site.Form{}, err
	})
}

// companyAct takes one step about an operator; what is refused is shown on its page.
func (p *Pages) companyAct(c *gin.Context, sentence string, refused func(*gin.Context, error) (ui.Errors, int, bool), do func(uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := do(id)
	if err != nil {
		if refused == nil {
			return err
		}
		errs, status, ok := refused(c, err)
		if !ok {
			return err
		}
		return p.operatorAgain(c, status, in, errs)
	}
	return p.Done(c, operatorPath(id), sentence)
}
