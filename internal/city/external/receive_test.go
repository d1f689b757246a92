package external

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestFromRegistrationToTheResidentsList is the whole way of one application in another app.
func TestFromRegistrationToTheResidentsList(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app, program := st.app(t)
	out := st.push(t, program, st.sent("1", nil, fields{"stage": "received", "due_at": "2026-11-30T16:00:00+07:00"}))
	if len(out) != 1 || out[0].Result != Accepted {
		t.Fatalf("%+v", out)
	}
	if len(st.mine(t)) != 0 {
		t.Error("shown before the resident has named a NIK")
	}
	if err := st.Link(st.ctx, st.siti, "2171 0467 0390 0003"); err != nil {
		t.Fatal(err)
	}
	st.at = st.at.Add(time.Hour)
	st.push(t, program, st.sent("2", nil, fields{"stage": "approved", "label": "Siap diambil", "document_url": "https://simpus.example.go.id/d/1.pdf"}))
	all := st.mine(t)
	if len(all) != 1 || all[0].Stage != Approved || all[0].AppName != "Simpus" || all[0].ServiceName != "SIP Dokter" || all[0].NameMasked != "S••• R••••" ||
		all[0].DocumentURL == "" || all[0].Reference != "SIP/001" {
		t.Errorf("%+v", all)
	}
	out = st.push(t, program, st.sent("2", nil, fields{"stage": "rejected"}), st.sent("3", nil, nil), st.sent("3", nil, nil))
	if out[0].Result != Duplicate || out[1].Result != Accepted || out[2].Result != Duplicate {
		t.Errorf("%+v", out)
	}
	deliveries, err := st.Deliveries(st.ctx, st.admin, app.ID)
	if err != nil || len(deliveries) != 3 || deliveries[0].Accepted != 1 || deliveries[0].Duplicates != 2 {
		t.Errorf("%+v, %v", deliveries, err)
	}
	acts, err := audit.List(st.ctx, st.w.DB.App, audit.Filter{Object: "external_app", Limit: 10})
	if err != nil || len(acts.Entries) != 4 || !acts.Entries[3].At.Equal(st.at.Add(-time.Hour)) {
		t.Errorf("registered at another time than the clock's: %+v, %v", acts.Entries, err)
	}
	for _, tt := range []struct {
		days, left int
	}{{89, 3}, {91, 0}} {
		st.at = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC).AddDate(0, 0, tt.days)
		err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.sweep(ctx, tx, time.Time{}) })
		deliveries, listed := st.Deliveries(st.ctx, st.admin, app.ID)
		if err != nil || listed != nil || len(deliveries) != tt.left {
			t.Errorf("after %d days %d deliveries, %v, %v", tt.days, len(deliveries), err, listed)
		}
	}
	if len(st.facts) != 3 || st.facts[2].Events != 1 || st.facts[2].ServiceCode != "sip-dokter" {
		t.Errorf("facts %+v", st.facts)
	}
}

// TestNobodySeesAnotherPersonsApplication holds every combination of NIK and address that is not wholly the resident's.
func TestNobodySeesAnotherPersonsApplication(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, program := st.app(t)
	if err := st.Link(st.ctx, st.siti, sitiNIK); err != nil {
		t.Fatal(err)
	}
	for i, who := range []fields{
		{"nik": sitiNIK}, {"email": "siti@contoh.id"}, {"nik": sitiNIK, "email": "budi@contoh.id"},
		{"nik": "2171040101900004", "email": "siti@contoh.id"}, {"name": "Siti Rahma"}, nil,
	} {
		st.push(t, program, st.sent(fmt.Sprint(i), fields{"subject": fmt.Sprint(i)}, fields{"applicant": who}))
	}
	if all := st.mine(t); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	st.push(t, program, st.sent("own", nil, fields{"applicant": fields{"nik": sitiNIK, "email": " SITI@contoh.id"}}))
	if all := st.mine(t); len(all) != 1 {
		t.Errorf("her own: %+v", all)
	}
	// A correction of the applicant moves it to whom it belongs.
	st.at = st.at.Add(time.Minute)
	st.push(t, program, st.sent("moved", nil, fields{"applicant": fields{"nik": sitiNIK, "email": "budi@contoh.id"}}))
	if all := st.mine(t); len(all) != 0 {
		t.Errorf("after the correction: %+v", all)
	}
	if err := st.Link(st.ctx, st.siti, "2171040101900004"); !fault.Is(err, "external.link_often") {
		t.Errorf("another NIK at once: %v", err)
	}
	var kept string
	err := st.w.DB.App.NewRaw(`SELECT string_agg(row_to_json(x)::text, '') FROM external_application x`).Scan(st.ctx, &kept)
	if err != nil || strings.Contains(kept, sitiNIK) || strings.Contains(kept, "contoh.id") || strings.Contains(kept, "Rahma") {
		t.Errorf("kept: %s, %v", kept, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app, program := st.app(t)
	for _, tt := range []struct {
		name         string
		change, data fields
		field, code  string
	}{
		{"another source", fields{"source": "https://lain.go.id"}, nil, "source", "event_source"},
		{"another type", fields{"type": "x.y"}, nil, "type", "event_type"},
		{"no subject", fields{"subject": nil}, nil, "subject", "required"},
		{"no time", fields{"time": nil}, nil, "time", "required"},
		{"too early", fields{"time": "1999-12-31T23:59:59Z"}, nil, "time", "event_time"},
		{"the future", fields{"time": st.at.Add(5*time.Minute + time.Second).Format(time.RFC3339)}, nil, "time", "event_future"},
		{"another agency's service", nil, fields{"service": "reklame"}, "data.service", "event_service"},
		{"no such service", nil, fields{"service": "'; --"}, "data.service", "event_service"},
		{"no stage", nil, fields{"stage": ""}, "data.stage", "event_stage"},
		{"a stage of nobody", nil, fields{"stage": "draft"}, "data.stage", "event_stage"},
		{"a long label", nil, fields{"label": strings.Repeat("x", 201)}, "data.label", "too_long"},
		{"NUL in a label", nil, fields{"label": "a\x00b"}, "data.label", "encoding"},
		{"a misspelt name", nil, fields{"satge": "x"}, "data", "event_member"},
		{"a capital name", nil, fields{"Stage": "approved"}, "data", "event_member"},
		{"an applicant that is a text", nil, fields{"applicant": sitiNIK}, "data.applicant", "not_object"},
		{"an applicant of more", nil, fields{"applicant": fields{"phone": "0812"}}, "data.applicant", "event_member"},
		{"a NIK that is none", nil, fields{"applicant": fields{"nik": "2171044503900000"}}, "data.applicant.nik", "event_nik"},
		{"an address that is none", nil, fields{"applicant": fields{"email": "siti"}}, "data.applicant.email", "email"},
		{"a number for a stage", nil, fields{"stage": 7}, "data", "event_member_type"},
		{"a day that is none", nil, fields{"due_at": "besok"}, "data", "event_member_type"},
		{"http", nil, fields{"url": "http://simpus.example.go.id/"}, "data.url", "event_url"},
		{"a script", nil, fields{"url": "javascript:alert(1)"}, "data.url", "event_url"},
		{"another host", nil, fields{"url": "https://simpus.example.go.id.evil.example/"}, "data.url", "event_url"},
		{"a user in the way", nil, fields{"document_url": "https://simpus.example.go.id@evil.example/"}, "data.document_url", "event_url"},
		{"a port", nil, fields{"url": "https://simpus.example.go.id:8443/"}, "data.url", "event_url"},
		{"data that is a list", fields{"data": []int{1}}, nil, "data", "not_object"},
		{"no data", fields{"data": nil}, nil, "data", "required"},
	} {
		out := st.push(t, program, st.sent("x", tt.change, tt.data))
		if out[0].Result != Refused || !slices.ContainsFunc(out[0].Faults, func(f fault.Field) bool { return f.Name == tt.field && f.Code == tt.code }) {
			t.Errorf("%s: %+v, want %s of %s", tt.name, out[0], tt.code, tt.field)
		}
	}
	if n, err := st.w.DB.App.NewSelect().TableExpr("external_application").Where("tenant_id = ?", st.w.Batam.ID).Count(st.ctx); err != nil || n != 0 {
		t.Errorf("kept %d, %v", n, err)
	}
	d, err := st.Deliveries(st.ctx, st.admin, app.ID)
	if err != nil || len(d) != 27 || d[26].Refused != 1 || d[26].Refusals[0].Faults[0].Code != "event_source" {
		t.Errorf("%d deliveries, %v", len(d), err)
	}
	// One bad event of a batch is that event's alone, and what was refused may be sent again, mended, under its id.
	out := st.push(t, program, st.sent("x", nil, nil), st.sent("y", nil, fields{"stage": "none"}), st.sent("z", nil, nil))
	if out[0].Result != Accepted || out[1].Result != Refused || out[2].Result != Accepted {
		t.Errorf("%+v", out)
	}
	tried, err := st.Try(st.ctx, st.admin, app.ID, read(t, st.sent("z", nil, nil), st.sent("new", nil, nil), st.sent("new2", nil, fields{"stage": ""})))
	if err != nil || tried[0].Result != Duplicate || tried[1].Result != Accepted || tried[2].Result != Refused {
		t.Errorf("tried %+v, %v", tried, err)
	}
	if out := st.push(t, program, st.sent("new", nil, nil)); out[0].Result != Accepted {
		t.Errorf("trying kept it: %+v", out)
	}
}

// TestTheSameEventsInAnyOrderAndBatches pushes one history to two apps, in time's order and in any other.
func TestTheSameEventsInAnyOrderAndBatches(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, program := st.app(t)
	var events []func(ref string) fields
	for i, s := range []Stage{Received, InReview, NeedsCorrection, InReview, Approved, Completed} {
		events = append(events, func(ref string) fields {
			return st.sent(fmt.Sprintf("%s-%d", ref, i), fields{"subject": ref, "time": st.at.Add(time.Duration(i/2) * time.Second).Format(time.RFC3339)},
				fields{"stage": s, "label": fmt.Sprint(i), "due_at": st.at.Add(time.Duration(i) * time.Hour).Format(time.RFC3339)})
		})
	}
	st.at = st.at.Add(time.Minute)
	for _, e := range events {
		st.push(t, program, e("a"))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 10 {
		ref := fmt.Sprintf("r%d", n)
		order := append(r.Perm(len(events)), r.Perm(len(events))...)
		for len(order) > 0 {
			part := order[:1+r.IntN(len(order))]
			order = order[len(part):]
			var batch []fields
			for _, i := range part {
				batch = append(batch, events[i](ref))
			}
			st.push(t, program, batch...)
		}
	}
	var states []string
	err := st.w.DB.App.NewRaw(`SELECT DISTINCT concat_ws(' ', stage, label, stage_at, due_at, first_at, decided_at, closed_at, queue_rank, queue_at, encode(nik_hash, 'hex'), url)
		FROM external_application`).Scan(st.ctx, &states)
	if err != nil || len(states) != 1 || !strings.HasPrefix(states[0], "completed 5") {
		t.Errorf("%d states, %v:\n%s", len(states), err, strings.Join(states, "\n"))
	}
	var n int
	if err := st.w.DB.App.NewRaw(`SELECT count(*) FROM external_event`).Scan(st.ctx, &n); err != nil || n != 11*len(events) {
		t.Errorf("%d events, %v", n, err)
	}
}

// TestOneCityAndAppDoNotReachAnother pushes, reads and administers across every border.
func TestOneCityAndAppDoNotReachAnother(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app, program := st.app(t)
	st.push(t, program, st.sent("1", nil, nil))
	there := st.w.Ctx(st.w.Other)
	if _, err := st.Receive(there, program, cloudevent.Batch, read(t, st.sent("2", nil, nil))); !fault.Is(err, "access.sign_in") {
		t.Errorf("a program in another city: %v", err)
	}
	otherAdmin := staff(st.w.Other, "city_admin", "")
	if _, err := st.App(there, otherAdmin, app.ID); !fault.Is(err, "external.no_app") {
		t.Errorf("another city's administrator: %v", err)
	}
	if err := st.CloseApp(there, otherAdmin, app.ID); !fault.Is(err, "external.no_app") {
		t.Errorf("closing it from there: %v", err)
	}
	if _, err := st.RegisterApp(there, otherAdmin, AppInput{Name: "Simpus", Agency: "dinkes", Source: source, Contact: "x", Services: []string{"sip-dokter"}}); err != nil {
		t.Errorf("the same source in another city: %v", err)
	}
	var id uuid.UUID
	if err := st.w.DB.App.NewRaw("SELECT id FROM external_application WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &id); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[identity.Kind]struct {
		actor identity.Actor
		n     int
	}{
		"dinkes":  {staff(st.w.Batam, "officer", "dinkes"), 1},
		"dpmptsp": {staff(st.w.Batam, "officer", "dpmptsp"), 0},
		"none":    {staff(st.w.Batam, "officer", ""), 0},
		"admin":   {st.admin, 1},
	} {
		seen, err := st.List(st.ctx, want.actor, []uuid.UUID{id})
		if err != nil || len(seen) != want.n {
			t.Errorf("%s: %+v, %v", who, seen, err)
		}
		if _, err := st.Get(st.ctx, want.actor, id); (err == nil) != (want.n == 1) || err != nil && !fault.Is(err, "external.no_application") {
			t.Errorf("%s opens it: %v", who, err)
		}
		if apps, err := st.Sources(st.ctx, want.actor); err != nil || len(apps) != want.n {
			t.Errorf("%s filters by %+v, %v", who, apps, err)
		}
	}
	for name, err := range map[string]error{
		"an officer registers": second(st.RegisterApp(st.ctx, staff(st.w.Batam, "officer", "dinkes"), AppInput{})),
		"a resident's list":    second(st.List(st.ctx, st.siti, []uuid.UUID{id})),
		"a resident opens it":  second(st.Get(st.ctx, st.siti, id)),
		"a person pushes":      second(st.Receive(st.ctx, st.admin, cloudevent.Batch, nil)),
	} {
		if !fault.Is(err, "access.denied") {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := program
	stranger.ID = uuid.New()
	if _, err := st.Receive(st.ctx, stranger, cloudevent.Batch, read(t, st.sent("3", nil, nil))); !fault.Is(err, "external.no_app") {
		t.Errorf("a key of nothing: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
