package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/city/external"
	"bedelau/internal/edge/feed"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

const (
	simpus  = "https://simpus.example.go.id"
	single  = "application/cloudevents+json"
	batched = "application/cloudevents-batch+json"
)

// program registers an app of Disdukcapil in a city and returns it as a client with its key.
func (w *world) program(t *testing.T, city tenancy.City) (client, external.App) {
	t.Helper()
	ctx := w.w.Ctx(city)
	admin := identity.Actor{ID: city.ID, TenantID: city.ID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	app, err := w.External.RegisterApp(ctx, admin, external.AppInput{Name: "Siak Daerah", Agency: "disdukcapil", Source: simpus,
		Contact: "Bidang PIAK", Services: []string{ktp}, Hosts: []string{"simpus.example.go.id"}})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := w.External.IssueKey(ctx, admin, app.ID, 90)
	if err != nil {
		t.Fatal(err)
	}
	return client{w: w, host: city.Slug + ".localhost", token: secret, lang: "en"}, app
}

func told(id, stage string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":%q,"type":%q,"subject":"A/1","time":%q,"data":{"service":%q,"stage":%q,`+
		`"applicant":{"nik":%q,"email":"siti@contoh.id","name":"Siti Rahma"},"url":"https://simpus.example.go.id/p/1"}}`,
		id, simpus, external.StatusType, time.Now().Format(time.RFC3339Nano), ktp, stage, sitiNIK)
}

// TestAnAppPushesAndTheResidentSees goes from a key to the resident's and the officer's lists, in each mode.
func TestAnAppPushesAndTheResidentSees(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	app, _ := w.program(t, w.w.Batam)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	siti.call(t, http.MethodPut, 204, "/external-applications/nik", linkRequest{NIK: sitiNIK}, nil)

	post := func(contentType, body string, header ...string) (out feed.Pushed) {
		t.Helper()
		a := app.do(t, http.MethodPost, "/status-events", strings.NewReader(body), append(header, "Content-Type", contentType)...)
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return out
	}
	if out := post(single, told("1", "received")); out.Accepted != 1 {
		t.Errorf("structured: %+v", out)
	}
	out := post(batched, "["+told("1", "received")+","+told("2", "in_review")+","+told("3", "nowhere")+",7]")
	if out.Accepted != 1 || out.Duplicates != 1 || out.Refused != 2 || out.Events[2].Errors[0].Field != "data.stage" || out.Events[3].Errors[0].Code != "not_object" {
		t.Errorf("batch: %+v", out)
	}
	out = post("application/json", `{"service":"`+ktp+`","stage":"approved","label":"Siap diambil"}`, "Ce-Specversion", "1.0", "Ce-Id", "4",
		"Ce-Source", simpus, "Ce-Type", external.StatusType, "Ce-Subject", "A/1", "Ce-Time", time.Now().Format(time.RFC3339Nano))
	if out.Accepted != 1 {
		t.Errorf("binary: %+v", out)
	}
	var mine rest.Page[externalApplication]
	siti.get(t, "/external-applications", &mine)
	if len(mine.Items) != 1 || mine.Items[0].Stage != "approved" || mine.Items[0].Label != "Siap diambil" || mine.Items[0].App != "Siak Daerah" || mine.Items[0].URL == "" {
		t.Errorf("mine: %+v", mine)
	}
	var none rest.Page[externalApplication]
	budi := w.resident(t, w.w.Batam, "Budi", "budi@contoh.id")
	budi.call(t, http.MethodPut, 204, "/external-applications/nik", linkRequest{NIK: sitiNIK}, nil)
	if budi.get(t, "/external-applications", &none); len(none.Items) != 0 {
		t.Errorf("with her NIK alone: %+v", none)
	}
	officer := w.staff(t, w.w.Batam, "petugas@batam.example.id", "disdukcapil", "officer")
	for _, path := range []string{"/queue", "/queue?source=apps", "/queue?stage=approved&service=" + ktp} {
		var q queue
		officer.get(t, path, &q)
		if len(q.Items) != 1 || q.Counts.All != 1 || q.Total != 1 || q.Items[0].Applicant != "S••• R••••" || q.Items[0].Number != "A/1" || q.Items[0].External == nil ||
			q.Items[0].External.App != "Siak Daerah" || q.Items[0].Agency.Code != "disdukcapil" {
			t.Fatalf("%s: %+v", path, q)
		}
		var d externalApplication
		officer.get(t, "/queue/external/"+q.Items[0].ID.String(), &d)
		if d.Reference != "A/1" || len(d.Story) != 3 || d.Story[0].Label != "Siap diambil" {
			t.Errorf("story: %+v", d)
		}
	}
	var q queue
	if officer.get(t, "/queue?source=here", &q); len(q.Items) != 0 || q.Counts.All != 1 || q.Total != 0 {
		t.Errorf("here alone: %+v", q)
	}
	var others queue
	w.staff(t, w.w.Batam, "kominfo@batam.example.id", "diskominfo", "officer").get(t, "/queue", &others)
	if len(others.Items) != 0 || others.Counts.All != 0 {
		t.Errorf("another agency's queue: %+v", others)
	}
	var f performance
	w.at(batam).get(t, "/dashboard", &f)
	if len(f.External) != 2 || *f.External[0].Value != 1 || *f.External[1].Value != 1 || *f.Figures[0].Value != 0 {
		t.Errorf("dashboard: %+v and %+v", f.External, f.Figures)
	}
}

// TestAKeyIsGoodForItsOperationAlone asks every operation with a key, and pushes without a good one.
func TestAKeyIsGoodForItsOperationAlone(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	app, _ := w.program(t, w.w.Batam)
	for _, r := range w.Table() {
		if r.Needs == "public" || r.Needs == "status:write" || r.Scope == 2 {
			continue
		}
		a := app.do(t, r.Method, fill(r, "01936b1e-7a4c-7cc1-9f6e-0d5a3b1c2e4f"), strings.NewReader("{}"), "Content-Type", "application/json", "Idempotency-Key", "x")
		if a.status != 401 {
			t.Errorf("%s %s with a key: %d %s", r.Method, r.Path, a.status, a.body)
		}
	}
	stolen := app
	stolen.host = tanjung
	stolen.refused(t, http.MethodPost, "/status-events", nil, 401, "apikey.invalid")
	stolen.token = app.token[:len(app.token)-4] + "aaaa"
	stolen.host = batam
	stolen.refused(t, http.MethodPost, "/status-events", nil, 401, "apikey.invalid")
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	siti.refused(t, http.MethodPost, "/status-events", nil, 403, "access.denied")
}

// TestHostileEvents sends what no honest app would.
func TestHostileEvents(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	app, _ := w.program(t, w.w.Batam)
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		code                    string
	}{
		{"a form", "application/x-www-form-urlencoded", "a=1", 415, "request.media_type"},
		{"plain JSON", "application/json", told("1", "received"), 415, "request.media_type"},
		{"nothing", single, "", 400, "request.malformed"},
		{"half", single, told("1", "received")[:50], 400, "request.malformed"},
		{"bad UTF-8", single, "\xff", 400, "request.malformed"},
		{"an object for a batch", batched, "{}", 400, "request.malformed"},
		{"1,001 events", batched, "[" + strings.Repeat("1,", 1000) + "1]", 400, "request.malformed"},
		{"5 MB", batched, `["` + strings.Repeat("x", 5<<20) + `"]`, 413, "request.too_large"},
		{"a refused event", single, told("1", "nowhere"), 422, "input.invalid"},
		{"an event that is none", single, "[]", 422, "input.invalid"},
	} {
		a := app.do(t, http.MethodPost, "/status-events", strings.NewReader(tt.body), "Content-Type", tt.contentType)
		if a.status != tt.status || !strings.Contains(string(a.body), "/problems/"+tt.code) || strings.Contains(string(a.body), sitiNIK) || strings.Contains(string(a.body), `"field.`) {
			t.Errorf("%s: %d %.300s", tt.name, a.status, a.body)
		}
	}
}

// TestAKeyMayBeUsedSoOften has a limit of its own, whatever the address.
func TestAKeyMayBeUsedSoOften(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	app, _ := w.program(t, w.w.Batam)
	if _, err := w.w.DB.App.NewRaw("UPDATE api_key SET per_minute = 3 WHERE tenant_id = ?", w.w.Batam.ID).Exec(w.w.Ctx(w.w.Batam)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if a := app.do(t, http.MethodPost, "/status-events", strings.NewReader("[]"), "Content-Type", batched); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	app.refused(t, http.MethodPost, "/status-events", nil, 429, "request.too_many")
}

// TestABatchOfAThousand is taken in at once, and again without an effect.
func TestABatchOfAThousand(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	app, _ := w.program(t, w.w.Batam)
	events := make([]string, external.MaxBatch)
	for i := range events {
		events[i] = strings.Replace(told(fmt.Sprint(i), "received"), `"A/1"`, fmt.Sprintf(`"A/%d"`, i%700), 1)
	}
	body := "[" + strings.Join(events, ",") + "]"
	for _, want := range []feed.Pushed{{Accepted: 1000}, {Duplicates: 1000}} {
		start := time.Now()
		a := app.do(t, http.MethodPost, "/status-events", strings.NewReader(body), "Content-Type", batched)
		var out feed.Pushed
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != 200 || out.Accepted != want.Accepted || out.Duplicates != want.Duplicates {
			t.Fatalf("%d %.300s", a.status, a.body)
		}
		t.Logf("%d new in %s", out.Accepted, time.Since(start))
	}
}
