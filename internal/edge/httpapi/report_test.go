package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/feed"
	"bedelau/internal/saas/metering"
)

const sms = "https://sms.example.id"

// producer registers a gateway that reports Batam's messages and returns it as a client with its key.
func (w *world) producer(t *testing.T) client {
	t.Helper()
	_, secret, err := w.Producers.Register(w.w.Ctx(w.w.Platform), metering.ProducerInput{Name: "Gerbang SMS", Contact: "PT Pesan", Source: sms,
		Meters: []string{"notifications_sent"}, Cities: []string{"batam"}}, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return client{w: w, host: bumd, token: secret, lang: "en"}
}

func message(id string, at time.Time) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":%q,"type":"notification_sent","subject":%q,"time":%q,"data":{"quantity":2,"channel":"sms"}}`,
		id, sms, id, at.Format(time.RFC3339Nano))
}

// TestAProducerReportsAndTheCityReads goes from a key to the city's and the BUMD's figures, in each mode, and replays all
// of it.
func TestAProducerReportsAndTheCityReads(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	gate := w.producer(t)
	now := time.Now()
	post := func(contentType, body string, header ...string) (out feed.Reported) {
		t.Helper()
		a := gate.do(t, http.MethodPost, "/platform/cities/batam/usage-events", strings.NewReader(body), append(header, "Content-Type", contentType)...)
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return out
	}
	var batch []string
	for i := range 1000 {
		batch = append(batch, message(fmt.Sprint(i), now.Add(-time.Duration(i)*time.Millisecond)))
	}
	for round, want := range []feed.Reported{{Accepted: 1002}, {Duplicates: 1002}} {
		all := post(batched, "["+strings.Join(batch, ",")+"]")
		one := post(single, message("structured", now))
		bare := post("application/json", `{"quantity":2,"channel":"sms"}`, "Ce-Specversion", "1.0", "Ce-Id", "binary",
			"Ce-Source", sms, "Ce-Type", "notification_sent", "Ce-Subject", "1", "Ce-Time", now.Format(time.RFC3339Nano))
		if a, d := all.Accepted+one.Accepted+bare.Accepted, all.Duplicates+one.Duplicates+bare.Duplicates; a != want.Accepted || d != want.Duplicates || all.CityStatus != "active" {
			t.Errorf("round %d: %d accepted, %d known", round, a, d)
		}
	}
	out := post(batched, "["+message("structured", now.AddDate(-1, 0, 0))+","+strings.Replace(message("x", now), "notification_sent", "api_requested", 1)+"]")
	if out.Duplicates != 1 || out.Refused != 1 || out.Events[1].Errors[0].Field != "type" {
		t.Errorf("%+v", out)
	}
	gate.refused(t, http.MethodPost, "/platform/cities/tanjungpinang/usage-events", nil, 415, "request.media_type")
	a := gate.do(t, http.MethodPost, "/platform/cities/tanjungpinang/usage-events", strings.NewReader(message("1", now)), "Content-Type", single)
	if a.status != 403 || !strings.Contains(string(a.body), "usage.not_this_city") {
		t.Errorf("another city: %d %s", a.status, a.body)
	}
	a = gate.do(t, http.MethodPost, "/platform/cities/batam/usage-events", strings.NewReader(message("future", now.AddDate(1, 0, 0))), "Content-Type", single)
	if a.status != 422 || !strings.Contains(string(a.body), "event_future") {
		t.Errorf("from the future: %d %s", a.status, a.body)
	}

	zone := w.w.Batam.Location()
	from := now.Add(-time.Second).In(zone).Format(time.DateOnly)
	to := now.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	query := "?meter=notifications_sent&by=channel&step=day&from=" + from + "&to=" + to
	for path, reader := range map[string]client{
		"/usage/series":                       w.staff(t, w.w.Batam, "admin@batam.example.id", "", "city_admin"),
		"/platform/cities/batam/usage-series": w.staff(t, w.w.Platform, "direksi@bumd.example.id", "", "bumd"),
	} {
		var s series
		reader.get(t, path+query, &s)
		if s.Quantity != 2004 || len(s.Shares) != 1 || s.Shares[0].Code != "sms" || len(s.Points) == 0 || s.Points[len(s.Points)-1].From.Location().String() == "UTC" || s.Timezone != "Asia/Jakarta" {
			t.Errorf("%s: %+v", path, s)
		}
		reader.refused(t, http.MethodGet, path+"?meter=nothing&from="+from+"&to="+to, nil, 422, "input.invalid")
		reader.refused(t, http.MethodGet, path+"?meter=notifications_sent&by=agency&from="+from+"&to="+to, nil, 422, "input.invalid")
		reader.refused(t, http.MethodGet, path+"?meter=notifications_sent&from=tomorrow&to="+to, nil, 422, "input.invalid")
	}
	officer := w.staff(t, w.w.Batam, "petugas@batam.example.id", "disdukcapil", "officer")
	officer.refused(t, http.MethodGet, "/usage/series"+query, nil, 403, "access.denied")
	gate.refused(t, http.MethodGet, "/platform/cities/batam/usage-series"+query, nil, 401, "access.sign_in")
}

// TestComplaintsOfACitysOwnProgramAreCounted: what residents report in a program that the city has already is on its bill and its
// figures by agency and channel, each complaint once.
func TestComplaintsOfACitysOwnProgramAreCounted(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	const source = "https://lapor.batam.example.id"
	_, secret, err := w.Producers.Register(w.w.Ctx(w.w.Platform), metering.ProducerInput{Name: "Lapor Batam", Contact: "Diskominfo Kota Batam", Source: source,
		Meters: []string{"complaints_received"}, Cities: []string{"batam"}}, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	program, now := client{w: w, host: bumd, token: secret, lang: "en"}, time.Now()
	complaint := func(id, agency, channel string) string {
		return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":%q,"type":"complaint_received","subject":%q,"time":%q,"data":{"agency":%q,"channel":%q}}`,
			id, source, id, now.Format(time.RFC3339Nano), agency, channel)
	}
	body := "[" + strings.Join([]string{complaint("LB-1", "disdukcapil", "web"), complaint("LB-2", "dpmptsp", "app"), complaint("LB-1", "disdukcapil", "web"), complaint("LB-3", "dpmptsp", "web")}, ",") + "]"
	for round, want := range []feed.Reported{{Accepted: 3, Duplicates: 1}, {Duplicates: 4}} {
		var out feed.Reported
		a := program.do(t, http.MethodPost, "/platform/cities/batam/usage-events", strings.NewReader(body), "Content-Type", batched)
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != 200 || out.Accepted != want.Accepted || out.Duplicates != want.Duplicates {
			t.Errorf("round %d: %d %s", round, a.status, a.body)
		}
	}
	a := program.do(t, http.MethodPost, "/platform/cities/batam/usage-events", strings.NewReader(message("1", now)), "Content-Type", single)
	if a.status != 422 || !strings.Contains(string(a.body), "complaint_received") {
		t.Errorf("what it is not registered for: %d %s", a.status, a.body)
	}

	zone := w.w.Batam.Location()
	from, to := now.In(zone).Format(time.DateOnly), now.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	var s series
	w.staff(t, w.w.Batam, "admin@batam.example.id", "", "city_admin").get(t, "/usage/series?meter=complaints_received&by=agency&from="+from+"&to="+to, &s)
	if s.Quantity != 3 || len(s.Shares) != 2 || s.Shares[0] != (share{Code: "dpmptsp", Quantity: 2}) || s.Shares[1] != (share{Code: "disdukcapil", Quantity: 1}) {
		t.Errorf("the city reads %+v", s)
	}
}
