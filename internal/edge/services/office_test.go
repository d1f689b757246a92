package services_test

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// officer is a member of an agency's staff before a screen.
type officer struct {
	identity.Actor
	*pagetest.Browser
	c     *city
	login string
}

func (c *city) officer(name, role, agency string) *officer {
	c.t.Helper()
	ctx := c.In(c.t, pagetest.HostBatam)
	o := &officer{Browser: c.Browser(c.t, pagetest.HostBatam), c: c, login: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@kota.id"}
	id, err := c.Identity.CreateStaff(ctx, identity.SeedInput{Name: name, Email: o.login, Password: pagetest.Password, Roles: []string{role}, Agency: agency,
		TOTPSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
	if err != nil {
		c.t.Fatal(err)
	}
	if o.Actor, err = c.Identity.ActorFor(ctx, id); err != nil {
		c.t.Fatal(err)
	}
	return o
}

// sees opens a page of the office, after signing in where that is needed.
func (o *officer) sees(path string) string {
	o.c.t.Helper()
	a := o.Get(path)
	if a.Status == http.StatusSeeOther {
		o.Goes(o.Post("/masuk", "login", o.login, "password", pagetest.Password), "/masuk/kode")
		if a := o.Post("/masuk/kode", "code", o.c.Code(o.c.t)); a.Status != http.StatusSeeOther {
			o.c.t.Fatalf("second factor: %d\n%s", a.Status, pagetest.Text(a.Body))
		}
		a = o.Get(path)
	}
	if a.Status != http.StatusOK {
		o.c.t.Fatalf("%s: %d\n%s", path, a.Status, pagetest.Text(a.Body))
	}
	return a.Body
}

func (s *story) id() uuid.UUID { return uuid.MustParse(strings.TrimPrefix(s.root, "/permohonan/")) }

// detail is the case as an officer reads it.
func (s *story) detail(who *officer) casework.Detail {
	s.t.Helper()
	d, err := s.Casework.Get(s.In(s.t, pagetest.HostBatam), who.Actor, s.id())
	if err != nil {
		s.t.Fatalf("%s: %v", s.service, err)
	}
	return d
}

// written looks at the body of the latest letter that the applicant was sent.
func (s *story) written(want string) {
	s.t.Helper()
	var body string
	err := s.World.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ? AND data->>'path' = ? ORDER BY id DESC LIMIT 1",
		s.World.Batam.ID, s.root).Scan(s.In(s.t, pagetest.HostBatam), &body)
	if err != nil {
		s.t.Fatal(err)
	}
	if body != want {
		s.t.Errorf("%s: the latest letter says %q, want %q", s.service, body, want)
	}
}

// applicant is whose case it is.
func (s *story) applicant(reader *officer) identity.Actor {
	s.t.Helper()
	a, err := s.Identity.ActorFor(s.In(s.t, pagetest.HostBatam), s.detail(reader).Application.AccountID)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// take is a step with what the officer fills in.
func (s *story) take(who *officer, action, reason string, answers ...string) error {
	s.t.Helper()
	_, err := s.Casework.Act(s.In(s.t, pagetest.HostBatam), who.Actor, casework.ActInput{ID: s.id(), Action: action, Version: s.detail(who).Application.Version,
		Reason: reason, Answers: typed(answers)})
	return err
}

func typed(pairs []string) map[string][]string {
	if len(pairs) == 0 {
		return nil
	}
	out := map[string][]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = []string{pairs[i+1]}
	}
	return out
}

// takes lets an officer take a step on the case's page.
func (s *story) takes(who *officer, action, reason string, answers ...string) {
	s.t.Helper()
	page := who.sees(s.desk())
	form := []string{"action", action, "version", pagetest.Hidden(s.t, page, "version"), "reason", reason}
	s.went(action, who.Post(s.desk()+"/tindakan", append(form, inForm(answers)...)...))
}

// sendsBack asks the applicant to correct something.
func (s *story) sendsBack(who *officer, reason string, fields ...string) {
	s.t.Helper()
	form := []string{"action", "request_correction", "version", pagetest.Hidden(s.t, who.sees(s.desk()), "version"), "reason", reason}
	for _, f := range fields {
		form = append(form, "fields", f)
	}
	s.went("request_correction", who.Post(s.desk()+"/tindakan", form...))
}

// inForm names answers as the pages of the office do.
func inForm(answers []string) []string {
	out := append([]string{}, answers...)
	for i := 0; i < len(out); i += 2 {
		out[i] = "isi." + out[i]
	}
	return out
}

func (s *story) went(what string, a pagetest.Answer) {
	s.t.Helper()
	if a.Status != http.StatusSeeOther {
		s.t.Fatalf("%s, %s: %d\n%s", s.service, what, a.Status, pagetest.Text(a.Body))
	}
}

// mayNot is take that must be refused with this code.
func (s *story) mayNot(who *officer, code, action, reason string, answers ...string) {
	s.t.Helper()
	if err := s.take(who, action, reason, answers...); !fault.Is(err, code) {
		s.t.Errorf("%s, %s: %v, want %s", s.service, action, err, code)
	}
}

// answer is what an office says, on the case's page, to what it was asked.
func (s *story) answer(who *officer, branch, outcome, reason string, answers ...string) pagetest.Answer {
	s.t.Helper()
	who.sees(s.desk())
	for _, j := range s.detail(who).Joint {
		if j.Branch == branch && j.Status == workflow.TaskOpen {
			form := []string{"version", strconv.Itoa(j.Version), "outcome", outcome, "reason", reason}
			return who.Post(s.desk()+"/tugas/"+j.ID.String(), append(form, inForm(answers)...)...)
		}
	}
	s.t.Fatalf("%s: nobody is asked %s", s.service, branch)
	return pagetest.Answer{}
}

func (s *story) answers(who *officer, branch, outcome, reason string, answers ...string) {
	s.t.Helper()
	s.went(branch, s.answer(who, branch, outcome, reason, answers...))
}

// in looks at the state of the case.
func (s *story) in(who *officer, state string) {
	s.t.Helper()
	if got := s.detail(who).Application.State; got != state {
		s.t.Fatalf("%s is %s, want %s", s.service, got, state)
	}
}

// offers looks at what the officer may do now.
func (s *story) offers(who *officer, action string, want bool) {
	s.t.Helper()
	got := false
	for _, a := range s.detail(who).Actions {
		got = got || a.Code == action
	}
	if got != want {
		s.t.Errorf("%s offers %s: %v, want %v", s.service, action, got, want)
	}
}
