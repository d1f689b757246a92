package external

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

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

// TestAnOfficerReadsTheStory: the page of one application tells what its app has told, the latest first, whatever the
// order in which it came; and a search knows it by the service's name.
func TestAnOfficerReadsTheStory(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, program := st.app(t)
	at := func(hours int) string { return st.at.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	st.push(t, program,
		st.sent("2", fields{"time": at(-1)}, fields{"stage": "approved", "label": "Siap diambil"}),
		st.sent("1", fields{"time": at(-3)}, fields{"stage": "received"}),
		st.sent("3", fields{"subject": "SIP/002"}, nil))
	officer := staff(st.w.Batam, "officer", "dinkes")
	var ids []uuid.UUID
	if err := st.w.DB.App.NewRaw("SELECT id FROM external_application WHERE tenant_id = ? ORDER BY reference DESC", st.w.Batam.ID).Scan(st.ctx, &ids); err != nil {
		t.Fatal(err)
	}
	all, err := st.List(st.ctx, officer, append(ids, uuid.New()))
	if err != nil || len(all) != 2 || all[0].Reference != "SIP/002" || all[1].Reference != "SIP/001" || all[1].AppName != "Simpus" || all[1].ServiceName != "SIP Dokter" {
		t.Errorf("list: %+v, %v", all, err)
	}
	d, err := st.Get(st.ctx, officer, ids[1])
	if err != nil || d.Stage != Approved || len(d.Story) != 2 || d.Story[0].Label != "Siap diambil" || d.Story[1].Stage != Received {
		t.Errorf("story: %+v, %v", d, err)
	}
	var n int
	err = st.w.DB.App.NewRaw("SELECT count(*) FROM external_application WHERE tenant_id = ? AND words @@ to_tsquery('simple', 'doctor & 002')", st.w.Batam.ID).Scan(st.ctx, &n)
	if err != nil || n != 1 {
		t.Errorf("found %d by words, %v", n, err)
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
