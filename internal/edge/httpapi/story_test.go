package httpapi

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/workflow"
	"bedelau/internal/saas/billing"
)

const sitiNIK = "2171046703900003" // a woman, born 27 March 1990

// answersFor is the whole form of a lost KTP-el, by page.
func answersFor(nik, name string) map[string]map[string]given {
	return map[string]map[string]given{
		"syarat":     {"pernyataan_awal": {"yes"}},
		"nik":        {"nik": {nik}},
		"identitas":  {"nama_lengkap": {name}, "tanggal_lahir": {"1990-03-27"}},
		"kk":         {"nomor_kk": {"2171 0401 0216 0007"}},
		"kontak":     {"nomor_hp": {"0812 3456 7890"}},
		"kecamatan":  {"kecamatan": {"21.71.10"}},
		"kehilangan": {"tanggal_hilang": {"2026-11-20"}, "tempat_hilang": {"Pasar Mitra Raya"}},
		"pernyataan": {"paham_data_pribadi": {"yes"}, "pernyataan_benar": {"yes"}},
	}
}

// draft fills in an application without sending it.
func (c client) draft(t testing.TB, nik, name string) Application {
	t.Helper()
	var x Application
	c.post(t, 200, "/applications", startRequest{Service: ktp}, &x)
	at := "/applications/" + x.ID.String()
	for page, answers := range answersFor(nik, name) {
		c.call(t, "PUT", 204, at+"/answers/"+page, answersRequest{Answers: answers}, nil)
	}
	for _, field := range []string{"file_kk", "file_surat_kehilangan"} {
		if a := c.do(t, "POST", at+"/files?field="+field, bytes.NewReader(photo(t)), "Content-Type", "image/jpeg"); a.status != 201 {
			t.Fatalf("%s: %d %s", field, a.status, a.body)
		}
	}
	return x
}

func (c client) submitted(t testing.TB, nik, name string) Application {
	t.Helper()
	x := c.draft(t, nik, name)
	c.post(t, 200, "/applications/"+x.ID.String()+"/submission", nil, &x, "Idempotency-Key", "key of "+x.ID.String())
	return x
}

// TestALostCardThroughTheAPI is the story of the product as a program lives it.
func TestALostCardThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	w.work(t)
	if _, err := w.Billing.Subscribe(w.w.Ctx(w.w.Batam), billing.SubscribeInput{City: w.w.Batam, Plan: "demo-kota",
		StartsOn: time.Now(), ActorKind: "system"}); err != nil {
		t.Fatal(err)
	}
	siti := w.registered(t)
	w.findsTheService(t, siti)
	x := siti.draft(t, sitiNIK, "Siti Rahma")
	at := "/applications/" + x.ID.String()

	// Checked, and sent twice with one key: one submission.
	var r review
	siti.get(t, at+"/review", &r)
	if len(r.Missing) != 0 || len(r.Form.Pages) == 0 || r.Form.Next != "" {
		t.Fatalf("review: missing %+v, next %q", r.Missing, r.Form.Next)
	}
	siti.refused(t, "POST", at+"/submission", nil, 422, "input.invalid")
	for range 2 {
		a := siti.post(t, 200, at+"/submission", nil, &x, "Idempotency-Key", "one")
		if a.header.Get("ETag") != etag(x.Version) || x.State.Stage != workflow.StageReceived {
			t.Errorf("submitted: ETag %s, %+v", a.header.Get("ETag"), x)
		}
	}
	if !strings.HasPrefix(x.Number, "BTM-") || x.DueAt.IsZero() || !strings.Contains(x.DueAt.Format(time.RFC3339), "+07:00") {
		t.Errorf("number %q, due %v", x.Number, x.DueAt)
	}
	siti.refused(t, "POST", at+"/submission", nil, 409, "application.submitted", "Idempotency-Key", "two")
	pdf := siti.do(t, "GET", at+"/receipt.pdf", nil)
	if text := pdfText(t, pdf); !strings.Contains(text, x.Number) || pdf.header.Get("Content-Disposition") == "" {
		t.Errorf("the receipt: %s", text)
	}
	w.isFollowed(t, x.Number)
	w.isDecided(t, siti, at)
	w.isIssued(t, siti, x)
	w.isOnTheBill(t)
}

// registered is Siti from nothing to a session.
func (w *world) registered(t *testing.T) client {
	t.Helper()
	c := w.at(batam)
	c.post(t, 202, "/registrations", registerRequest{Name: "Siti Rahma", Email: "Siti@Contoh.id", Phone: "0812 3456 7890", Password: password}, nil)
	eventually(t, "the mail of the registration", func() bool { return len(w.box.List("batam")) == 1 })
	mail := must(w.box.Read("batam", w.box.List("batam")[0].ID))(t)
	token := regexp.MustCompile(`/konfirmasi/([^/\s]+)`).FindStringSubmatch(mail.Text)
	if token == nil {
		t.Fatalf("no link in %s", mail.Text)
	}
	var s session
	c.post(t, 201, "/registrations/confirmation", confirmRequest{Token: token[1], Password: password}, &s)
	if s.NeedsTOTP || s.ExpiresAt.IsZero() {
		t.Errorf("session %+v", s)
	}
	c.refused(t, "POST", "/registrations/confirmation", confirmRequest{Token: token[1], Password: password}, 410, "identity.link_expired")
	c.token = s.Token
	var m me
	c.get(t, "/me", &m)
	if m.Email != "siti@contoh.id" || m.Kind != "resident" || len(m.Permissions) == 0 {
		t.Errorf("me: %+v", m)
	}
	return c
}

func (w *world) findsTheService(t *testing.T, c client) {
	t.Helper()
	var found rest.Page[serviceSummary]
	c.get(t, "/services?q=ktp+ilang", &found)
	if len(found.Items) == 0 || found.Items[0].Code != ktp {
		t.Fatalf("search: %+v", found.Items)
	}
	var d serviceDetail
	c.get(t, "/services/"+ktp, &d)
	if !d.Service.Applicable || d.Standard == nil || d.Standard.Time.Text != "2 working days" || !d.Standard.Fee.Free || len(d.Standard.Requirements) == 0 {
		t.Errorf("service: %+v", d)
	}
}

func (w *world) isFollowed(t *testing.T, number string) {
	t.Helper()
	anyone := w.at(batam)
	var f followed
	anyone.post(t, 200, "/tracking", trackRequest{Number: strings.ToLower(number), Phone4: "7890"}, &f)
	if f.Number != number || len(f.Steps) != 1 {
		t.Errorf("followed: %+v", f)
	}
	anyone.refused(t, "POST", "/tracking", trackRequest{Number: number, Phone4: "0000"}, 404, "application.not_tracked")
	p := anyone.refused(t, "POST", "/tracking", trackRequest{Number: number, Phone4: "7x"}, 422, "input.invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "phone4" || p.Errors[0].Code != "phone_four" {
		t.Errorf("a bad phone: %+v", p.Errors)
	}
}

// isDecided is the officer's part and the correction between.
func (w *world) isDecided(t *testing.T, siti client, at string) {
	t.Helper()
	budi := w.staff(t, w.w.Batam, "budi@batam.example.id", "disdukcapil", "officer")
	var q queue
	budi.get(t, "/queue?view=unassigned", &q)
	var hits queue
	budi.post(t, 200, "/queue/search", searchRequest{Q: "siti"}, &hits)
	if len(hits.Items) != 1 {
		t.Errorf("a search by name found %d", len(hits.Items))
	}
	if len(q.Items) != 1 || q.Counts.Unassigned != 1 || q.Items[0].Applicant != "Siti Rahma" {
		t.Fatalf("queue: %+v", q)
	}
	x := q.Items[0]
	var d applicationDetail
	seen := budi.get(t, at, &d).header.Get("ETag")
	if nik := answerOf(d, "nik"); !nik.Masked || nik.Text == sitiNIK || strings.Contains(fmt.Sprint(d), sitiNIK) {
		t.Errorf("the officer sees %+v", nik)
	}
	var shown revealed
	budi.post(t, 200, at+"/reveals", revealRequest{Field: "nik"}, &shown)
	if shown.Text != sitiNIK {
		t.Errorf("revealed %q", shown.Text)
	}
	budi.post(t, 200, at+"/claim", nil, &x, "If-Match", seen)
	if x.Assignee == nil || x.Assignee.Name != "Petugas officer" {
		t.Errorf("claimed: %+v", x.Assignee)
	}
	budi.refused(t, "POST", at+"/actions", actRequest{Action: "start_review"}, 412, "application.changed", "If-Match", seen)
	budi.refused(t, "POST", at+"/actions", actRequest{Action: "start_review", Version: 1}, 409, "application.changed")
	p := budi.refused(t, "POST", at+"/actions", actRequest{Action: "start_review"}, 422, "input.invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "version" {
		t.Errorf("without a version: %+v", p.Errors)
	}
	budi.post(t, 200, at+"/actions", actRequest{Action: "start_review", Version: x.Version}, &x)
	budi.post(t, 204, at+"/notes", noteRequest{Note: "Telepon kembali besok."}, nil)
	budi.post(t, 200, at+"/actions", actRequest{Action: "request_correction", Version: x.Version, Reason: "Foto KK buram.", Fields: []string{"file_kk"}}, &x)
	if x.State.Stage != workflow.StageNeedsCorrection || !x.DueAt.IsZero() || x.State.Clock != workflow.Paused {
		t.Errorf("after the request: %+v", x)
	}

	var f applicationForm
	siti.get(t, at+"/form", &f)
	old := f.field("file_kk")
	if f.Correction == nil || f.field("nik").Editable || !old.Editable || len(old.Files) != 1 || f.field("nik").Value != sitiNIK {
		t.Fatalf("the form in correction: %+v", f.Correction)
	}
	siti.call(t, "DELETE", 204, at+"/files/"+old.Files[0].ID.String(), nil, nil)
	if a := siti.do(t, "POST", at+"/files?field=file_kk", bytes.NewReader(photo(t))); a.status != 201 {
		t.Fatalf("the new file: %s", a.body)
	}
	siti.post(t, 200, at+"/correction", nil, &x)
	if x.Assignee != nil {
		t.Error("a resident learns who works on it")
	}
	budi.post(t, 200, at+"/actions", actRequest{Action: "approve", Version: x.Version, Reason: "Data cocok."}, &x)
	if x.State.Stage != workflow.StageApproved || x.DecidedAt.IsZero() {
		t.Errorf("approved: %+v", x)
	}
}

// isIssued waits for the document and the mail, and looks at both.
func (w *world) isIssued(t *testing.T, siti client, x Application) {
	t.Helper()
	var d applicationDetail
	eventually(t, "the document", func() bool {
		siti.get(t, "/applications/"+x.ID.String(), &d)
		return len(d.Documents) == 1
	})
	doc := d.Documents[0]
	text := pdfText(t, siti.do(t, "GET", "/documents/"+doc.ID.String()+"/pdf", nil))
	if !strings.Contains(text, doc.Number) || strings.Contains(text, sitiNIK) {
		t.Errorf("the document: %s", text)
	}
	var v verified
	w.at(batam).get(t, "/verifications/"+doc.Token, &v)
	if v.Number != doc.Number || v.Status != "valid" || v.SHA256 != doc.SHA256 || v.Holder != "S••• R••••" {
		t.Errorf("verified: %+v", v)
	}
	w.at(tanjung).refused(t, "GET", "/verifications/"+doc.Token, nil, 404, "verify.unknown")
	var token string
	err := w.w.DB.App.NewRaw("SELECT receipt_token FROM application WHERE tenant_id = ? AND id = ?", w.w.Batam.ID, x.ID).Scan(w.w.Ctx(w.w.Batam), &token)
	if err != nil {
		t.Fatal(err)
	}
	w.at(batam).get(t, "/verifications/"+token, &v)
	if v.Kind != "receipt" || v.Progress == nil || v.Progress.Number != x.Number || v.Progress.State.Stage != workflow.StageApproved || len(v.Progress.Steps) < 4 {
		t.Errorf("the receipt: %+v, %+v", v, v.Progress)
	}
	for _, e := range d.Timeline {
		if e.By != "" && e.By != "Siti Rahma" || !e.Public {
			t.Errorf("the applicant reads %+v", e)
		}
	}
	eventually(t, "the mail of the approval", func() bool {
		for _, m := range w.box.List("batam") {
			if strings.Contains(m.To, "siti@contoh.id") && m.Subject == "Application "+x.Number+" approved" {
				return true
			}
		}
		return false
	})
}

func (w *world) isOnTheBill(t *testing.T) {
	t.Helper()
	admin := w.staff(t, w.w.Batam, "admin@batam.example.id", "", "city_admin")
	boss := w.staff(t, w.w.Platform, "bumd@platform.example.id", "", "bumd")
	var u consumption
	eventually(t, "the requests of the API", func() bool {
		admin.get(t, "/usage", &u)
		return u.meter("api_requests").Quantity > 10
	})
	applications := u.meter("applications_submitted")
	if applications.Quantity != 1 || len(applications.ByChannel) != 1 || applications.ByChannel[0].Code != "api" || u.Estimate == nil || u.Estimate.Plan.Code != "demo-kota" {
		t.Errorf("usage: %+v, estimate %+v", u.Meters, u.Estimate)
	}
	var all rest.Page[tenantUsage]
	boss.get(t, "/platform/usage?month="+u.Month, &all)
	if len(all.Items) != 2 || all.Items[0].City.Code != "batam" || all.Items[0].Cost == nil || *all.Items[0].Cost != u.Estimate.Total || all.Items[1].Cost != nil {
		t.Errorf("usage of all: %+v", all.Items)
	}
	var cities rest.Page[tenant]
	a := boss.get(t, "/platform/cities?limit=1", &cities)
	if len(cities.Items) != 1 || cities.Next == "" || a.header.Get("Link") != `</api/v1/platform/cities?cursor=`+cities.Next+`&limit=1>; rel="next"` {
		t.Errorf("cities: %+v, %s", cities, a.header.Get("Link"))
	}
	boss.get(t, "/platform/cities?limit=1&cursor="+cities.Next, &cities)
	if len(cities.Items) != 1 || cities.Items[0].Slug != "tanjungpinang" || cities.Next != "" {
		t.Errorf("the second page: %+v", cities)
	}
	boss.refused(t, "GET", "/usage", nil, 404, "page.not_found")
	admin.refused(t, "GET", "/platform/cities", nil, 404, "page.not_found")
	var f performance
	w.at(batam).get(t, "/dashboard", &f)
	if len(f.Figures) != 5 || f.Figures[0].Value == nil || *f.Figures[0].Value != 1 || f.Services.Total < 35 {
		t.Errorf("dashboard: %+v", f.Figures)
	}
}

func (u consumption) meter(code string) reading {
	for _, m := range u.Meters {
		if m.Code == code {
			return m
		}
	}
	return reading{}
}

func (f applicationForm) field(code string) formField {
	for _, p := range f.Pages {
		for _, one := range p.Fields {
			if one.Code == code {
				return one
			}
		}
	}
	return formField{}
}

func answerOf(d applicationDetail, code string) answer {
	for _, p := range d.Pages {
		for _, one := range p.Fields {
			if one.Code == code {
				return one
			}
		}
	}
	return answer{}
}

func pdfText(t *testing.T, a answered) string {
	t.Helper()
	if a.status != 200 || a.header.Get("Content-Type") != "application/pdf" {
		t.Fatalf("a PDF: %d %s %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(a.body)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return string(out)
}
