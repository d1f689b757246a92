package external

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
)

func TestARegistrationNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	good := AppInput{Name: "Simpus", Agency: "dinkes", Source: source, Contact: "Bidang SDK", Services: []string{"sip-dokter"}, Hosts: []string{"simpus.example.go.id"}}
	for name, tt := range map[string]struct {
		change func(*AppInput)
		field  string
	}{
		"no name":                  {func(in *AppInput) { in.Name = " " }, "name"},
		"no agency":                {func(in *AppInput) { in.Agency = "x" }, "agency"},
		"a source that is a word":  {func(in *AppInput) { in.Source = "simpus" }, "source"},
		"no contact":               {func(in *AppInput) { in.Contact = "" }, "contact"},
		"no service":               {func(in *AppInput) { in.Services = []string{" "} }, "services"},
		"another agency's service": {func(in *AppInput) { in.Services = []string{"reklame"} }, "services"},
		"a host with a way":        {func(in *AppInput) { in.Hosts = []string{"simpus.example.go.id/x"} }, "hosts"},
		"an address for a host":    {func(in *AppInput) { in.Hosts = []string{"localhost"} }, "hosts"},
	} {
		in := good
		tt.change(&in)
		_, err := st.RegisterApp(st.ctx, st.admin, in)
		if f := fault.From(err); f.Code != "input.invalid" || f.Fields[0].Name != tt.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	app, err := st.RegisterApp(st.ctx, st.admin, good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.RegisterApp(st.ctx, st.admin, good); !fault.Is(err, "input.invalid") {
		t.Errorf("the same source again: %v", err)
	}
	good.Name, good.Services = "Simpus 2", []string{"laik-higiene"}
	if err := st.UpdateApp(st.ctx, st.admin, app.ID, good); err != nil {
		t.Fatal(err)
	}
	if all, err := st.Apps(st.ctx, st.admin); err != nil || len(all) != 1 || all[0].Name != "Simpus 2" || all[0].Services[0] != "laik-higiene" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAClosedAppIsHeardNoMore(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app, program := st.app(t)
	keys, err := st.AppKeys(st.ctx, st.admin, app.ID)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%+v, %v", keys, err)
	}
	next, err := st.RotateKey(st.ctx, st.admin, app.ID, keys[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := st.CloseApp(st.ctx, st.admin, app.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := st.d.Codes.Resolve(st.ctx, next); !fault.Is(err, "apikey.expired") {
		t.Errorf("its newest key: %v", err)
	}
	if _, err := st.Receive(st.ctx, program, cloudevent.Batch, read(t, st.sent("1", nil, nil))); !fault.Is(err, "external.closed") {
		t.Errorf("a request under way: %v", err)
	}
	if _, err := st.IssueKey(st.ctx, st.admin, app.ID, 90); !fault.Is(err, "external.closed") {
		t.Errorf("a new key: %v", err)
	}
	if _, err := st.IssueKey(st.ctx, st.admin, app.ID, 9000); !fault.Is(err, "input.invalid") {
		t.Errorf("a key for ever: %v", err)
	}
}

// TestTheQueueIsReadByPages walks every page of the open ones and of the closed.
func TestTheQueueIsReadByPages(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, program := st.app(t)
	var batch []fields
	for i := range 60 {
		data := fields{"stage": Stages()[i%len(Stages())]}
		if i%2 == 0 {
			data["due_at"] = st.at.Add(time.Duration(i-30) * time.Hour).Format(time.RFC3339)
		}
		batch = append(batch, st.sent(fmt.Sprint(i), fields{"subject": fmt.Sprintf("R%02d", i)}, data))
	}
	st.push(t, program, batch...)
	officer := staff(st.w.Batam, "officer", "dinkes")
	for _, v := range Views() {
		seen, late, f := map[string]bool{}, 0, Filter{View: v, Limit: 7}
		for {
			q, err := st.Queue(st.ctx, officer, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range q.Rows {
				if seen[x.Reference] {
					t.Fatalf("%s: %s twice", v, x.Reference)
				}
				seen[x.Reference] = true
				if x.Late(st.at) {
					late++
				}
			}
			if f.Cursor = q.Next; q.Next == "" {
				if len(seen) != q.Counts[v] || v == ViewAll && late != q.Counts[ViewLate] || q.Counts[ViewLate] == 0 {
					t.Errorf("%s: %d rows, %d late, counts %v", v, len(seen), late, q.Counts)
				}
				break
			}
		}
	}
	for name, f := range map[string]Filter{"request.cursor": {Cursor: "??"}, "input.invalid": {View: "x"}} {
		if _, err := st.Queue(st.ctx, officer, f); !fault.Is(err, name) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// FuzzStatus reads any data without a panic; what it accepts is of this app and complete.
func FuzzStatus(f *testing.F) {
	for _, s := range []string{`{"service":"s","stage":"approved","applicant":{"nik":"2171046703900003","email":"a@b.id","name":"Ab"},"due_at":"2026-11-30T16:00:00+07:00","url":"https://h.id/1"}`,
		`{"service":"s","stage":"received","applicant":null}`, `[]`, `null`, `{"stage":{}}`, `{"url":"https://h.id@evil/"}`} {
		f.Add([]byte(s), "a", "2026-11-26T00:00:00Z")
	}
	app := App{Source: "/s", Hosts: []string{"h.id"}}
	f.Fuzz(func(t *testing.T, data []byte, subject, at string) {
		if !json.Valid(data) {
			return // the reader of events has refused it before
		}
		when, _ := time.Parse(time.RFC3339, at)
		now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
		st, bad := readStatus(cloudevent.Event{ID: "1", Source: "/s", Type: StatusType, Subject: subject, Time: when, Data: data}, app, map[string]bool{"s": true}, now)
		if len(bad) > 0 {
			return
		}
		if st.Service != "s" || st.Stage == "" || subject == "" || when.After(now.Add(maxSkew)) || st.Applicant != nil && st.Applicant.NIK != "" && len(st.Applicant.NIK) != 16 {
			t.Fatalf("accepted %s for %q at %s", data, subject, when)
		}
		for _, u := range []string{st.URL, st.DocumentURL} {
			if u != "" && u[:13] != "https://h.id/" && u != "https://h.id" && u[:13] != "https://h.id?" && u[:13] != "https://h.id#" {
				t.Fatalf("a link to %s", u)
			}
		}
	})
}
