package cloudevent

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	sdk "github.com/cloudevents/sdk-go/v2/event"
	protocol "github.com/cloudevents/sdk-go/v2/protocol/http"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/fault"
)

const (
	minimal = `{"specversion":"1.0","id":"a","source":"/s","type":"t"}`
	full    = `{"specversion":"1.0","id":"é1","source":"https://x.go.id/a","type":"t","subject":"R/1","time":"2026-11-26T10:00:00.1234567+07:00","datacontenttype":"application/json","traceparent":"x","sampled":true,"data":{"a":1}}`
)

func header(kv ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(kv); i += 2 {
		h.Add(kv[i], kv[i+1])
	}
	return h
}

func TestEachModeIsRead(t *testing.T) {
	t.Parallel()
	want := Event{ID: "é1", Source: "https://x.go.id/a", Type: "t", Subject: "R/1",
		Time: time.Date(2026, 11, 26, 3, 0, 0, 123456000, time.UTC), Data: json.RawMessage(`{"a":1}`)}
	for _, tt := range []struct {
		mode Mode
		h    http.Header
		body string
	}{
		{Structured, header("Content-Type", "application/cloudevents+json; charset=UTF-8"), full},
		{Batch, header("Content-Type", "application/cloudevents-batch+json"), "[" + full + "]"},
		{Binary, header("Content-Type", "application/json", "Ce-Specversion", "1.0", "Ce-Id", "%C3%A91", "Ce-Source", `"https://x.go.id/a"`,
			"Ce-Type", "t", "Ce-Subject", "R/1", "Ce-Time", "2026-11-26T10:00:00.1234567+07:00", "Ce-Traceparent", "x"), `{"a":1}`},
	} {
		got, mode, err := FromHTTP(tt.h, []byte(tt.body), 10)
		if err != nil || mode != tt.mode || len(got) != 1 || len(got[0].Faults) > 0 {
			t.Errorf("%s: %+v, %s, %v", tt.mode, got, mode, err)
			continue
		}
		if e := got[0].Event; string(e.Data) != string(want.Data) || !e.Time.Equal(want.Time) || e.ID != want.ID || e.Source != want.Source || e.Subject != want.Subject {
			t.Errorf("%s: %+v", tt.mode, e)
		}
	}
}

func TestWhatIsNoRequestOfEvents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, media, body, code string }{
		{"no type", "", minimal, "request.media_type"},
		{"plain JSON without headers", "application/json", minimal, "request.media_type"},
		{"XML", "application/cloudevents+xml", "<x/>", "request.media_type"},
		{"another charset", "application/cloudevents+json; charset=utf-16", minimal, "request.media_type"},
		{"empty", "application/cloudevents+json", " ", "request.malformed"},
		{"half", "application/cloudevents+json", minimal[:20], "request.malformed"},
		{"bad UTF-8", "application/cloudevents+json", "{\"id\":\"\xff\"}", "request.malformed"},
		{"a batch that is an object", "application/cloudevents-batch+json", minimal, "request.malformed"},
		{"a batch that is null", "application/cloudevents-batch+json", "null", "request.malformed"},
		{"too many", "application/cloudevents-batch+json", "[1,2,3]", "request.malformed"},
		{"deep", "application/cloudevents-batch+json", strings.Repeat("[", 20_000), "request.malformed"},
	} {
		if _, _, err := FromHTTP(header("Content-Type", tt.media), []byte(tt.body), 2); !fault.Is(err, tt.code) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.code)
		}
	}
}

// TestOneMalformedEventIsItsOwnFault: the neighbours in a batch are read all the same.
func TestOneMalformedEventIsItsOwnFault(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return strings.TrimSuffix(minimal, "}") + "," + more + "}" }
	for _, tt := range []struct{ name, event, field, code string }{
		{"a number", `7`, "event", "not_object"},
		{"null", `null`, "event", "not_object"},
		{"without id", `{"specversion":"1.0","source":"/s","type":"t"}`, "id", "required"},
		{"an empty source", `{"specversion":"1.0","id":"a","source":"","type":"t"}`, "source", "required"},
		{"a numeric id", `{"specversion":"1.0","id":1,"source":"/s","type":"t"}`, "id", "not_text"},
		{"capital names", `{"SpecVersion":"1.0","id":"a","source":"/s","type":"t"}`, "specversion", "required"},
		{"an old version", `{"specversion":"0.3","id":"a","source":"/s","type":"t"}`, "specversion", "event_version"},
		{"a time of no form", with(`"time":"kemarin"`), "time", "event_time"},
		{"a control character", with(`"subject":"a\u0000b"`), "subject", "encoding"},
		{"a long subject", with(`"subject":"` + strings.Repeat("x", 2000) + `"`), "subject", "too_long"},
		{"XML data", with(`"datacontenttype":"text/xml","data":"<a/>"`), "datacontenttype", "event_data"},
		{"two kinds of data", with(`"data":1,"data_base64":"MQ=="`), "data_base64", "not_answerable"},
		{"base64 that is a number", with(`"data_base64":1`), "data_base64", "not_text"},
		{"base64 of no JSON", with(`"data_base64":"AAE="`), "data_base64", "invalid"},
		{"a name that is none", with(`"a-b":"x"`), "a-b", "attribute"},
		{"a source of blanks", `{"specversion":"1.0","id":"a","source":"/ s","type":"t"}`, "source", "invalid"},
	} {
		got, _, err := FromHTTP(header("Content-Type", mediaBatch), []byte("["+minimal+","+tt.event+","+full+"]"), 10)
		if err != nil || len(got) != 3 || len(got[0].Faults)+len(got[2].Faults) > 0 {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
			continue
		}
		if !slices.ContainsFunc(got[1].Faults, func(f fault.Field) bool { return f.Name == tt.field && f.Code == tt.code }) {
			t.Errorf("%s: %+v, want %s of %s", tt.name, got[1].Faults, tt.code, tt.field)
		}
	}
}

// TestWhatTheSDKWritesIsRead sends any event with the official SDK, in every mode, and reads the same event back.
func TestWhatTheSDKWritesIsRead(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[a-zA-Z0-9/._:-]{1,40}`)
	rapid.Check(t, func(t *rapid.T) {
		e := sdk.New()
		e.SetID(text.Draw(t, "id"))
		e.SetSource("/agency/" + rapid.StringMatching(`[a-z0-9/.-]{1,40}`).Draw(t, "source"))
		e.SetType(text.Draw(t, "type"))
		e.SetSubject(text.Draw(t, "subject"))
		e.SetTime(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0))
		e.SetExtension("note", text.Draw(t, "extension"))
		if err := e.SetData("application/json", map[string]string{"a": rapid.String().Draw(t, "data")}); err != nil {
			t.Fatal(err)
		}
		structured := httptest.NewRequest(http.MethodPost, "/", nil)
		if err := protocol.WriteRequest(binding.WithForceStructured(t.Context()), (*binding.EventMessage)(&e), structured); err != nil {
			t.Fatal(err)
		}
		binary, err := protocol.NewHTTPRequestFromEvent(t.Context(), "http://x/", e)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := protocol.NewHTTPRequestFromEvents(t.Context(), "http://x/", []sdk.Event{e})
		if err != nil {
			t.Fatal(err)
		}
		for mode, r := range map[Mode]*http.Request{Structured: structured, Binary: binary, Batch: batch} {
			var body bytes.Buffer
			if _, err := body.ReadFrom(r.Body); err != nil {
				t.Fatal(err)
			}
			got, m, err := FromHTTP(r.Header, body.Bytes(), 1)
			if err != nil || m != mode || len(got) != 1 || len(got[0].Faults) > 0 {
				t.Fatalf("%s: %+v, %s, %v: %s", mode, got, m, err, body.Bytes())
			}
			g := got[0].Event
			if g.ID != e.ID() || g.Source != e.Source() || g.Type != e.Type() || g.Subject != e.Subject() || !g.Time.Equal(e.Time()) || !sameJSON(g.Data, e.Data()) {
				t.Fatalf("%s: %+v, sent %v", mode, g, e)
			}
		}
	})
}

func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && x.String() == y.String()
}

// FuzzFromHTTP reads anything without a panic, and what it accepts has what every event must have.
func FuzzFromHTTP(f *testing.F) {
	for _, media := range MediaTypes() {
		for _, body := range []string{minimal, full, "[" + full + "]", `[{"specversion":"1.0","data_base64":1}]`, `{"data_base64":"`, "null", "[]"} {
			f.Add(media, "a", []byte(body))
		}
	}
	f.Add("application/json", "%zz", []byte("1"))
	f.Fuzz(func(t *testing.T, media, id string, body []byte) {
		h := http.Header{"Content-Type": {media}, "Ce-Id": {id}, "Ce-Specversion": {"1.0"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}}
		got, _, err := FromHTTP(h, body, 5)
		if err != nil && len(got) > 0 || len(got) > 5 {
			t.Fatalf("%d events, %v", len(got), err)
		}
		for _, r := range got {
			e := r.Event
			if len(r.Faults) == 0 && (e.ID == "" || e.Source == "" || e.Type == "" || len(e.Data) > 0 && !json.Valid(e.Data)) {
				t.Fatalf("accepted %+v", e)
			}
		}
	})
}
