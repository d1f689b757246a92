package metering_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

const gateway = "https://sms.example.id"

// desk is the platform's side of producers, with one that reports messages of Batam.
type desk struct {
	*metering.Producers
	w     *pgtest.World
	keys  *apikey.Service
	actor identity.Actor
}

func newDesk(t *testing.T, w *pgtest.World) *desk {
	t.Helper()
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{w: w, keys: apikey.New(w.DB.App, clock)}
	d.Producers = metering.NewProducers(metering.ProducersDeps{DB: w.DB, Guard: guard, Codes: d.keys, Now: clock})
	_, secret, err := d.Register(w.Ctx(w.Platform), metering.ProducerInput{Name: "Gerbang SMS", Contact: "PT Pesan", Source: gateway,
		Meters: []string{"notifications_sent"}, Cities: []string{w.Batam.Slug}}, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	d.actor = d.resolve(t, secret)
	return d
}

func (d *desk) resolve(t *testing.T, secret string) identity.Actor {
	t.Helper()
	actor, _, err := d.keys.Resolve(d.w.Ctx(d.w.Platform), secret)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// sms is one event as the gateway writes it, with other members over it.
func sms(id string, at time.Time, other map[string]any) map[string]any {
	e := map[string]any{"specversion": "1.0", "id": id, "source": gateway, "type": "notification_sent", "subject": id,
		"time": at.Format(time.RFC3339Nano), "data": map[string]any{"quantity": 2, "channel": "sms"}}
	for name, value := range other {
		e[name] = value
	}
	return e
}

func readAll(t *testing.T, events ...map[string]any) []cloudevent.Read {
	t.Helper()
	raw, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	in, _, err := cloudevent.FromHTTP(http.Header{"Content-Type": {"application/cloudevents-batch+json"}}, raw, metering.MaxBatch)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func (d *desk) report(t *testing.T, city tenancy.City, events ...map[string]any) []metering.Outcome {
	t.Helper()
	out, err := d.Receive(d.w.Ctx(d.w.Platform), d.actor, city, readAll(t, events...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func results(out []metering.Outcome) (all []string) {
	for _, o := range out {
		all = append(all, o.Result)
	}
	return all
}

func TestAReplayedReportChangesNothing(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	d := newDesk(t, w)
	events := make([]map[string]any, metering.MaxBatch)
	for i := range events {
		events[i] = sms(fmt.Sprint(i), noon.Add(time.Duration(i)*time.Minute), nil)
	}
	for round, want := range []string{metering.Accepted, metering.Duplicate, metering.Duplicate} {
		if round == 2 { // whatever the timestamp says
			for i := range events {
				events[i]["time"] = noon.AddDate(0, 0, -40).Format(time.RFC3339)
			}
		}
		for i, o := range d.report(t, w.Batam, events...) {
			if o.Result != want {
				t.Fatalf("round %d, event %d: %+v; want %s", round, i, o, want)
			}
		}
		if n := quantity(t, usageOf(w.Ctx(w.Batam), t, w, w.Batam), "notifications_sent"); n != 2*metering.MaxBatch {
			t.Errorf("round %d: %d messages; want %d", round, n, 2*metering.MaxBatch)
		}
	}
	r := reading(t, usageOf(w.Ctx(w.Batam), t, w, w.Batam), "notifications_sent")
	if diff := cmp.Diff([]metering.Share{{Code: "sms", Quantity: 2 * metering.MaxBatch}}, r.ByChannel); diff != "" {
		t.Errorf("by channel (-want +got):\n%s", diff)
	}
}

func TestEachEventIsAnsweredForItself(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	d := newDesk(t, w)
	d.report(t, w.Batam, sms("known", noon, nil))
	for _, tt := range []struct {
		name  string
		other map[string]any
		field string
		code  string
	}{
		{"another's source", map[string]any{"source": "/casework"}, "source", "event_source"},
		{"another meter", map[string]any{"type": "api_requested"}, "type", "usage_type"},
		{"no subject", map[string]any{"subject": nil}, "subject", "required"},
		{"no time", map[string]any{"time": nil}, "time", "required"},
		{"a time to come", map[string]any{"time": "2027-01-01T00:00:00Z"}, "time", "event_future"},
		{"a time nobody means", map[string]any{"time": "1999-01-01T00:00:00Z"}, "time", "usage_time"},
		{"a misspelt quantity", map[string]any{"data": map[string]any{"qty": 3}}, "data", "event_member"},
		{"a quantity in words", map[string]any{"data": map[string]any{"quantity": "three"}}, "data", "event_member_type"},
		{"half a message", map[string]any{"data": map[string]any{"quantity": 0.5}}, "data", "event_member_type"},
		{"a negative quantity", map[string]any{"data": map[string]any{"quantity": -1}}, "data.quantity", "usage_quantity"},
		{"an absurd quantity", map[string]any{"data": map[string]any{"quantity": 1e15 + 1}}, "data.quantity", "usage_quantity"},
		{"a list for data", map[string]any{"data": []int{1}}, "data", "not_object"},
		{"a long channel", map[string]any{"data": map[string]any{"channel": strings.Repeat("x", 201)}}, "data.channel", "too_long"},
		{"a channel of two lines", map[string]any{"data": map[string]any{"channel": "a\nb"}}, "data.channel", "invalid"},
		{"a long id", map[string]any{"id": strings.Repeat("é", 150)}, "id", "too_long"},
		{"another version", map[string]any{"specversion": "0.3"}, "specversion", "event_version"},
	} {
		out := d.report(t, w.Batam, sms("fine "+tt.name, noon, nil), sms("bad "+tt.name, noon, tt.other), sms("known", noon, nil), sms("fine "+tt.name, noon, nil))
		want := []string{metering.Accepted, metering.Refused, metering.Duplicate, metering.Duplicate}
		if diff := cmp.Diff(want, results(out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			continue
		}
		if f := out[1].Faults; len(f) != 1 || f[0].Name != tt.field || f[0].Code != tt.code {
			t.Errorf("%s: %+v; want %s=%s", tt.name, f, tt.field, tt.code)
		}
	}
	plain := sms("plain", noon, map[string]any{"data": nil})
	before := quantity(t, usageOf(w.Ctx(w.Batam), t, w, w.Batam), "notifications_sent")
	d.report(t, w.Batam, plain)
	if n := quantity(t, usageOf(w.Ctx(w.Batam), t, w, w.Batam), "notifications_sent"); n != before+1 {
		t.Errorf("a plain occurrence counts %d; want 1", n-before)
	}
}

// What came too late is said to, and a city that is suspended or closed is still counted, because what it used has to be
// billed.
func TestLateReportsAndCitiesThatAreNotActive(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	d := newDesk(t, w)
	s := metering.New(w.DB, clock)
	if err := s.Close(w.Ctx(w.Platform), w.Batam, noon); err != nil {
		t.Fatal(err)
	}
	out := d.report(t, w.Batam, sms("late", noon, nil), sms("new", clock(), nil))
	if !out[0].Correction || out[1].Correction {
		t.Errorf("late and new: %+v", out)
	}
	// The seller corrects twelve months: of a year before the open month, and no further back.
	for _, tt := range []struct {
		id       string
		months   int
		unbilled bool
	}{{"a year", -11, false}, {"more than a year", -12, true}} {
		out := d.report(t, w.Batam, sms(tt.id, noon.AddDate(0, tt.months, 0), nil), sms("new with "+tt.id, clock(), nil))
		if !out[0].Correction || out[0].Unbilled != tt.unbilled || out[1].Unbilled {
			t.Errorf("%s: %+v", tt.id, out)
		}
	}
	for _, status := range []tenancy.Status{tenancy.StatusSuspended, tenancy.StatusClosed} {
		if _, err := w.DB.Platform.NewRaw("UPDATE tenant SET status = ? WHERE id = ?", status, w.Batam.ID).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		city, err := d.City(w.Ctx(w.Platform), w.Batam.Slug)
		if err != nil || city.Status != status {
			t.Fatalf("%s: %+v, %v", status, city, err)
		}
		if out := d.report(t, city, sms(string(status), clock(), nil)); out[0].Result != metering.Accepted {
			t.Errorf("%s: %+v", status, out)
		}
		var detail string
		err = w.DB.App.NewRaw("SELECT detail->>'city' FROM audit_entry WHERE tenant_id = ? AND action = 'usage.report' ORDER BY id DESC LIMIT 1", w.Batam.ID).Scan(w.Ctx(w.Batam), &detail)
		if err != nil || detail != string(status) {
			t.Errorf("on record for a city that is %s: %q, %v", status, detail, err)
		}
	}
}

func TestAProducerReportsWhatItIsRegisteredFor(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	d := newDesk(t, w)
	platform := w.Ctx(w.Platform)
	if _, err := d.Receive(platform, d.actor, w.Other, readAll(t, sms("1", noon, nil))); !fault.Is(err, "usage.not_this_city") {
		t.Errorf("another city: %v", err)
	}
	person := identity.Actor{ID: d.actor.ID, TenantID: w.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd_admin"}, TOTP: true}
	if _, err := d.Receive(platform, person, w.Batam, readAll(t, sms("1", noon, nil))); !fault.Is(err, "access.denied") {
		t.Errorf("a person: %v", err)
	}
	if _, err := d.Receive(w.Ctx(w.Batam), d.actor, w.Batam, readAll(t, sms("1", noon, nil))); !fault.Is(err, "access.sign_in") {
		t.Errorf("at the city's own door: %v", err)
	}
	secret, err := d.Renew(platform, gateway, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	renewed := d.resolve(t, secret)
	if out, err := d.Receive(platform, renewed, w.Batam, readAll(t, sms("1", noon, nil))); err != nil || out[0].Result != metering.Accepted {
		t.Errorf("with the new key: %+v, %v", out, err)
	}
	for range 2 {
		if err := d.Close(platform, gateway); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Receive(platform, renewed, w.Batam, readAll(t, sms("2", noon, nil))); !fault.Is(err, "usage.producer_closed") {
		t.Errorf("after the end: %v", err)
	}
	if _, _, err := d.keys.Resolve(platform, secret); !fault.Is(err, "apikey.expired") {
		t.Errorf("its key after the end: %v", err)
	}
	if _, err := d.Renew(platform, gateway, time.Hour); !fault.Is(err, "usage.producer_closed") {
		t.Errorf("a key for what has ended: %v", err)
	}
	if err := d.Close(platform, "https://nobody.example.id"); !fault.Is(err, "usage.no_producer") {
		t.Errorf("nobody: %v", err)
	}
	all, err := d.List(platform)
	if err != nil || len(all) != 1 || all[0].ClosedAt.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	if none, err := d.List(w.Ctx(w.Batam)); err != nil || len(none) != 0 {
		t.Errorf("a city sees the platform's producers: %+v, %v", none, err)
	}
	for name, in := range map[string]metering.ProducerInput{
		"name":    {Contact: "x", Source: "https://a.example.id", Meters: []string{"storage"}},
		"source":  {Name: "x", Contact: "x", Source: "/casework", Meters: []string{"storage"}},
		"meters":  {Name: "x", Contact: "x", Source: "https://a.example.id", Meters: []string{"nothing"}},
		"cities":  {Name: "x", Contact: "x", Source: "https://a.example.id", Meters: []string{"storage"}, Cities: []string{"atlantis"}},
		"contact": {Name: "x", Source: "https://a.example.id", Meters: []string{"storage"}},
	} {
		_, _, err := d.Register(platform, in, time.Hour)
		if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Name != name {
			t.Errorf("without a good %s: %v", name, err)
		}
	}
	_, _, err = d.Register(platform, metering.ProducerInput{Name: "x", Contact: "x", Source: gateway, Meters: []string{"storage"}}, time.Hour)
	if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Code != "app_source_taken" {
		t.Errorf("a source twice: %v", err)
	}
}
