package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/booking"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/city/phrase"
	"bedelau/internal/city/simulation"
	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// things are the ids of what one person has in one city, by the kind that a route's IDs name.
type things map[string]string

// asker is somebody who tries a route on a host.
type asker struct {
	name  string
	host  string
	token string
}

// TestNoRouteReachesAnothersThings asks every registered route that names an object for the objects of another city
// and of another person, as everybody who must not have them. It reads the route tables, so a new route is covered
// without anyone remembering; a route with a parameter it cannot fill fails.
func TestNoRouteReachesAnothersThings(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.work(t)
	g, err := a.gate(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, g)

	mine, foreign, askers := a.cast(t)
	tried, asked := 0, map[string]bool{}
	for _, table := range g.Tables() {
		for _, r := range table {
			if !namesAnObject(r) {
				continue
			}
			for _, who := range askers {
				for _, target := range []struct {
					name string
					of   things
				}{{"another person", mine}, {"another city", foreign}} {
					if mayReach(who, target.name, r) {
						continue
					}
					for _, kind := range r.IDs {
						asked[kind+" of "+target.name] = true
					}
					for _, of := range target.of.ways(r) {
						tried++
						status, location, body := s.ask(t, who, r.Method, r.Path, fill(t, r, of))
						if !refused(status, location) {
							t.Errorf("%s as %s for %s of %s: %d %s\n%.300s", r.Method, who.name, r.Path, target.name, status, location, body)
						}
					}
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d tries: the route tables are not what the test thinks", tried)
	}
	for kind := range mine {
		if kind != "resident" && (!asked[kind+" of another person"] || !asked[kind+" of another city"]) {
			t.Errorf("no route was asked for the %s of another person and of another city", kind)
		}
	}
}

// TestEveryRouteDeclaresItsPermission holds the tables against the catalogue, and asks each route that is not public
// as nobody.
func TestEveryRouteDeclaresItsPermission(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	g, err := a.gate(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, g)
	known := map[access.Permission]bool{access.Public: true, access.SignedIn: true}
	for _, d := range access.All() {
		known[d.Name] = true
	}
	declared := map[string]bool{}
	for _, table := range g.Tables() {
		for _, r := range table {
			declared[r.Method+" "+r.Path] = true
			if r.Method == http.MethodGet {
				declared[http.MethodHead+" "+r.Path] = true // the gate serves it by the same handler, behind the same checks
			}
			if !known[r.Needs] {
				t.Errorf("%s %s needs %q, which is not in the catalogue", r.Method, r.Path, r.Needs)
			}
			if r.Scope == 0 {
				t.Errorf("%s %s says on no hosts where it exists", r.Method, r.Path)
			}
			if r.Needs == access.Public {
				continue
			}
			host := "batam.localhost"
			if r.Scope == gate.Platform {
				host = "localhost"
			}
			status, location, body := s.ask(t, asker{"nobody", host, ""}, r.Method, r.Path, fill(t, r, things{}))
			if !refused(status, location) {
				t.Errorf("%s %s answers nobody with %d %s\n%.200s", r.Method, r.Path, status, location, body)
			}
		}
	}
	// What is registered and in no table: the machine's own addresses and files that are the same for everyone.
	open := []string{"/healthz", "/readyz", "/static/", "/openapi.json", "/brand/", "/robots.txt", "/favicon.ico", "/problems/"}
	for _, r := range g.Engine().Routes() {
		if !declared[r.Method+" "+r.Path] && !slices.ContainsFunc(open, func(p string) bool { return strings.HasPrefix(r.Path, p) }) {
			t.Errorf("%s %s is served and in no route table", r.Method, r.Path)
		}
	}
}

// cast makes the people and what they have: one resident's things in Batam, another's in Tanjungpinang.
func (a *App) cast(t *testing.T) (mine, foreign things, askers []asker) {
	t.Helper()
	_, batam := a.city(t, "batam")
	_, other := a.city(t, "tanjungpinang")
	tokenOf := func(email string) (string, identity.Actor) { t.Helper(); return a.signIn(t, email) }

	sitiToken, siti := tokenOf("warga@batam.localhost")
	budiToken, _ := tokenOf("warga2@batam.localhost")
	officerToken, officer := tokenOf("petugas@batam.localhost")
	strangerToken, _ := tokenOf("kominfo@batam.localhost")
	_, rudi := tokenOf("warga@tanjungpinang.localhost")
	_, lina := tokenOf("petugas@tanjungpinang.localhost")
	ownAdminToken, _ := tokenOf("admin@batam.localhost")
	adminToken, _ := tokenOf("admin@tanjungpinang.localhost")
	bumdToken, _ := tokenOf("bumd@platform.localhost")

	mine = a.thingsOf(t, batam, siti, officer, "2171046703900003")
	foreign = a.thingsOf(t, other, rudi, lina, "2172014101900002")
	const city = "batam.localhost"
	askers = []asker{
		{"anonymous", city, ""},
		{"resident A", city, sitiToken},
		{"resident B", city, budiToken},
		{"officer of another agency", city, strangerToken},
		{"officer of the same agency", city, officerToken},
		{"admin of the same city", city, ownAdminToken},
		{"admin of another city, there", "tanjungpinang.localhost", adminToken},
		{"admin of another city, here", city, adminToken},
		{"BUMD, here", city, bumdToken},
		{"BUMD, on the platform", "localhost", bumdToken},
	}
	return mine, foreign, askers
}

// thingsOf lets one resident file an application which an officer approves, and collects every id that a route names.
func (a *App) thingsOf(t *testing.T, ctx context.Context, who, officer identity.Actor, nik string) things {
	t.Helper()
	d := a.fileKTP(t, ctx, who, nik)
	for _, in := range []casework.ActInput{{Action: "start_review"}, {Action: "approve", Reason: "Cocok."}} {
		now, err := a.Casework.Get(ctx, officer, d.Application.ID)
		if err != nil {
			t.Fatal(err)
		}
		in.ID, in.Version = d.Application.ID, now.Application.Version
		if _, err := a.Casework.Act(ctx, officer, in); err != nil {
			t.Fatalf("%s: %v", in.Action, err)
		}
	}
	out := things{"application": d.Application.ID.String(), "resident": who.ID.String(), "staff": officer.ID.String(),
		"session": who.SessionID.String()}
	for _, page := range d.Pages {
		for _, f := range page.Fields {
			for _, file := range f.Files {
				out["file"] = file.ID.String()
			}
		}
	}
	out["app"], out["key"] = a.otherApp(t, ctx, who.TenantID)
	out["simulation"] = a.simulation(t, ctx, who.TenantID)
	out["document"] = a.issue(t, ctx, who, d.Application.ID).String()
	out["booking"] = a.appointment(t, ctx, who).String()
	b, err := a.Bulk.Start(ctx, officer, bulk.StartInput{Action: "hand_over", Versions: map[uuid.UUID]int{d.Application.ID: 1}})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := a.Documents.Appoint(ctx, identity.Actor{ID: uuid.New(), TenantID: who.TenantID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true},
		document.OfficialInput{Agency: "disdukcapil", Title: i18n.Text{"id": "Kepala Dinas", "en": "Head"}, Name: "Rudi", From: "2026-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := a.Inbox.Save(ctx, officer, inbox.SaveInput{Name: "Uji"})
	if err != nil {
		t.Fatal(err)
	}
	out["filter"] = kept.ID.String()
	out["batch"], out["signer"] = b.ID.String(), signer.ID.String()
	out["task"], out["fee"] = a.asked(t, ctx, d.Application.ID)
	out["absence"], out["phrase"] = a.worked(t, ctx, officer.ID, who.ID)
	return out
}

// worked notes an absence and a reason of an agency.
func (a *App) worked(t *testing.T, ctx context.Context, officer, substitute uuid.UUID) (away, words string) {
	t.Helper()
	b := absence.Absence{TenantID: tenancy.Must(ctx), ID: uuid.New(), AgencyCode: "disdukcapil", AccountID: officer, SubstituteID: substitute,
		FromDay: "2099-01-01", ToDay: "2099-01-02", SetBy: officer, SetAt: time.Now()}
	if _, err := a.DB.App.NewInsert().Model(&b).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	phrases := phrase.Service{DB: a.DB.App, Guard: a.Guard}
	head := identity.Actor{ID: officer, TenantID: tenancy.Must(ctx), Kind: identity.Staff, Agency: "disdukcapil", Roles: []string{"agency_head"}, TOTP: true}
	p, err := phrases.Add(ctx, head, phrase.Input{Title: "Foto buram", Body: "Foto tidak terbaca."})
	if err != nil {
		t.Fatal(err)
	}
	return b.ID.String(), p.ID.String()
}

// asked gives an application a task of its own agency and a fee that was paid.
func (a *App) asked(t *testing.T, ctx context.Context, id uuid.UUID) (task, cost string) {
	t.Helper()
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		now := time.Now().UTC()
		own := func(string) (workflow.Office, error) { return workflow.Office{Code: "disdukcapil"}, nil }
		state := workflow.State{Code: "approved", Branches: []workflow.Branch{{Code: "survei"}}}
		tasks, err := workflow.Ask(ctx, tx, workflow.Subject{Kind: "application", ID: id}, state, 1, now, own)
		if err != nil {
			return err
		}
		f, err := fee.Ask(ctx, tx, fee.Fee{SubjectKind: "application", SubjectID: id, AgencyCode: "disdukcapil", Code: id.String(), Amount: 1000}, now)
		if err != nil {
			return err
		}
		task, cost = tasks[0].ID.String(), f.ID.String()
		_, err = fee.Pay(ctx, tx, f.ID, fee.Entry{Amount: 1000, Day: "2026-11-24", Reference: id.String(), ByID: id, At: now})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return task, cost
}

// otherApp registers an agency's app with a key.
func (a *App) otherApp(t *testing.T, ctx context.Context, city uuid.UUID) (app, key string) {
	t.Helper()
	admin := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	x, err := a.External.RegisterApp(ctx, admin, external.AppInput{Name: "Siak", Agency: "disdukcapil", Source: "https://siak.example.go.id",
		Contact: "Bidang PIAK", Services: []string{"ktp-el-hilang"}})
	if err == nil {
		_, err = a.External.IssueKey(ctx, admin, x.ID, 90)
	}
	keys, listErr := a.External.AppKeys(ctx, admin, x.ID)
	if err != nil || listErr != nil || len(keys) != 1 {
		t.Fatalf("an app: %v, %v, %d keys", err, listErr, len(keys))
	}
	return x.ID.String(), keys[0].ID.String()
}

// appointment gives a resident a place at a counter of their own city.
func (a *App) appointment(t *testing.T, ctx context.Context, who identity.Actor) uuid.UUID {
	t.Helper()
	city, _ := tenancy.CityFrom(ctx)
	admin := identity.Actor{ID: uuid.New(), TenantID: who.TenantID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	hours := booking.Hours{}
	for _, d := range calendar.Weekdays() {
		hours[d] = "08:00-15:00"
	}
	name := i18n.Text{i18n.ID: "Loket uji"}
	err := a.Booking.SaveCounter(ctx, admin, booking.Counter{Code: "uji", Agency: "disdukcapil", Name: name, Address: name, Services: []string{"ktp-el-hilang"}},
		booking.Rule{EffectiveFrom: time.Now().In(city.Location()).Format(time.DateOnly), Hours: hours, SlotMinutes: 60, Capacity: 5, OpenDays: 30})
	if err != nil {
		t.Fatal(err)
	}
	next, err := a.Booking.Next(ctx, "uji", time.Now())
	if err != nil || len(next) == 0 {
		t.Fatalf("no place at the counter: %v", err)
	}
	b, err := a.Booking.Book(ctx, who, booking.BookInput{Counter: "uji", Service: "ktp-el-hilang", StartsAt: next[0].StartsAt, Key: "uji", Channel: event.ChannelWeb})
	if err != nil {
		t.Fatal(err)
	}
	return b.ID
}

// simulation replays the cases of a city's first service.
func (a *App) simulation(t *testing.T, ctx context.Context, city uuid.UUID) string {
	t.Helper()
	admin := identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	id, err := a.Replays.Start(ctx, admin, simulation.Ask{Service: "ktp-el-hilang", From: "2026-01-01", To: "2026-12-31"})
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// ways are the ids to ask a route with. One that names staff is asked for residents too: they are accounts as well.
func (o things) ways(r gate.Route) []things {
	for _, kind := range r.IDs {
		if kind == "staff" {
			resident := maps.Clone(o)
			resident["staff"] = o["resident"]
			return []things{o, resident}
		}
	}
	return []things{o}
}

// namesAnObject leaves out what is a name and no object of somebody: a role's code means the asker's own city's role, and
// which cities there are is no secret to the BUMD.
func namesAnObject(r gate.Route) bool {
	for _, kind := range r.IDs {
		if kind != "role" && kind != "city" {
			return true
		}
	}
	return false
}

// mayReach lists who rightly reaches these things: their owner, colleagues of the same agency and their administrator at
// the desk, and a city its own.
func mayReach(who asker, target string, r gate.Route) bool {
	switch {
	case r.Needs == access.Public:
		return true
	case who.host == "tanjungpinang.localhost":
		return target == "another city" // which is this one's own
	}
	if target != "another person" {
		return false
	}
	desk := r.Needs != access.ApplicationOwn && r.Needs != access.ApplicationSubmit && r.Needs != access.BookingOwn && r.Needs != access.AccountSelf
	switch who.name {
	case "resident A": // whose things these are
		return true
	case "officer of the same agency", "admin of the same city":
		return desk
	}
	return false
}

// refused is every answer that gives nothing away: also the site's way to say 401, the sign-in page.
func refused(status int, location string) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	case http.StatusSeeOther:
		u, err := url.Parse(location)
		return err == nil && u.Host == "" && (u.Path == "/masuk" || u.Path == "/masuk/kode")
	}
	return false
}

// samples fill the parameters that are no ids.
var samples = map[string]string{
	"code": "ktp-el-hilang", "page": "nik", "field": "file_kk", "part": "in_review", "n": "1", "role": "officer", "token": "no-such-token", "slug": "batam",
	"registry": "population", "hash": "none", "name": "public.css", "filepath": "x", "year": "2026", "day": "2026-12-01",
}

func fill(t *testing.T, r gate.Route, of things) string {
	t.Helper()
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		at := strings.IndexAny(part, ":*")
		if at < 0 {
			continue
		}
		name, suffix, _ := strings.Cut(part[at+1:], ".")
		if suffix != "" {
			suffix = "." + suffix
		}
		value, ok := of[r.IDs[name]]
		if !ok {
			value, ok = samples[name]
		}
		if !ok && r.IDs[name] != "" {
			value, ok = uuid.NewString(), len(of) == 0
		}
		if !ok {
			t.Fatalf("%s %s: the test knows no value for %q (kind %q); add one to thingsOf or samples", r.Method, r.Path, name, r.IDs[name])
		}
		parts[i] = part[:at] + value + suffix
	}
	return strings.Join(parts, "/")
}

// program is the running program, with its own description of its API.
type program struct {
	base  string
	doc   map[string]any
	calls int
}

func start(t *testing.T, g *gate.Gate) *program {
	t.Helper()
	srv := httptest.NewServer(g.Engine())
	t.Cleanup(srv.Close)
	s := &program{base: srv.URL}
	s.doc = s.document(t)
	return s
}

// ask sends one request with the session both as a cookie and as a bearer token; a body that any handler can read.
func (s *program) ask(t *testing.T, who asker, method, route, path string) (status int, location, body string) {
	t.Helper()
	var payload io.Reader
	kind := "application/x-www-form-urlencoded"
	if method != http.MethodGet && method != http.MethodHead && method != http.MethodDelete {
		form := "action=approve&version=1&reason=Lengkap&text=Catatan&field=nik&role=officer&key=00000000-0000-0000-0000-000000000001&officer=" + uuid.NewString()
		if strings.HasPrefix(path, "/api/") {
			var query string
			query, kind, form = s.apiInput(t, method, route)
			path += query
		}
		payload = strings.NewReader(form)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.base+path, payload)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = who.host
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Idempotency-Key", uuid.NewString())
	req.Header.Set("If-Match", `"1"`)
	s.calls++ // each from an address of its own: the limit on one is tested elsewhere
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.%d.%d", s.calls/250, s.calls%250))
	if who.token != "" {
		req.Header.Set("Authorization", "Bearer "+who.token)
		req.AddCookie(&http.Cookie{Name: "bedelau_session", Value: who.token})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// apiInput makes a query and a body that the API's own document accepts, so that what is refused is the asker and not
// the input.
func (s *program) apiInput(t *testing.T, method, route string) (query, kind, body string) {
	t.Helper()
	doc := s.doc
	parts := strings.Split(strings.TrimPrefix(route, "/api/v1"), "/") // the document's server
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	op, ok := dig(doc, "paths", strings.Join(parts, "/"), strings.ToLower(method)).(map[string]any)
	if !ok {
		t.Fatalf("%s %s is not in the document", method, route)
	}
	params, _ := op["parameters"].([]any)
	values := url.Values{}
	for _, p := range params {
		if dig(p, "in") == "query" && dig(p, "required") == true {
			values.Set(dig(p, "name").(string), fmt.Sprint(plausible(doc, dig(p, "schema").(map[string]any))))
		}
	}
	if len(values) > 0 {
		query = "?" + values.Encode()
	}
	if dig(op, "requestBody", "content", "image/png") != nil {
		return query, "image/png", string(picture(t))
	}
	if schema, ok := dig(op, "requestBody", "content", "application/json", "schema").(map[string]any); ok {
		raw, err := json.Marshal(plausible(doc, schema))
		if err != nil {
			t.Fatal(err)
		}
		body = string(raw)
	}
	return query, "application/json", body
}

func (s *program) document(t *testing.T) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "batam.localhost"
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc map[string]any
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func dig(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// plausible fills what a schema requires.
func plausible(doc, schema map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = dig(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
	}
	if examples, ok := schema["examples"].([]any); ok && len(examples) > 0 {
		return examples[0]
	}
	kind, _ := schema["type"].(string)
	switch kind {
	case "object":
		out := map[string]any{}
		required, _ := schema["required"].([]any)
		for _, name := range required {
			field, _ := dig(schema, "properties", name.(string)).(map[string]any)
			out[name.(string)] = plausible(doc, field)
		}
		return out
	case "integer", "number":
		return 1
	case "boolean":
		return true
	case "array":
		return []any{}
	}
	if schema["format"] == "uuid" {
		return uuid.NewString()
	}
	return "approve"
}
