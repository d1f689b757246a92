package document

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

func TestATemplateIsFilledIn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	appoint(t, st, "dr. Rudi Hartono", "2026-01-01")
	f, tpl := permit()
	tpl.ValidUntil, tpl.Letterhead = "sampai", Head{Address: "Jl. Engku Putri 1"}
	r := asked(f, tpl, st.published(t, tpl))
	d := st.made(t, r)
	if d.Number != "001/IZIN/Dinkes/2026" || d.Status != Valid || d.HolderMasked != "S••• R••••" {
		t.Errorf("made %+v", d)
	}
	if want := time.Date(2027, 3, 31, 16, 59, 59, 0, time.UTC); !d.ValidUntil.Equal(want) { // the end of the day in Batam
		t.Errorf("valid until %s", d.ValidUntil)
	}
	text := st.text(t, d)
	for _, want := range []string{"PEMERINTAH KOTA BATAM", "DINAS KESEHATAN", "Jl. Engku Putri 1", "IZIN PRAKTIK", "kepada Siti Rahma", "0003", "31 Maret 2027",
		"Kepala Dinas Kesehatan", "dr. Rudi Hartono", "NIP 198001012005011001", "/verifikasi/" + d.Token} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "2171046703900003") || strings.Contains(text, "asing") {
		t.Errorf("the paper holds what it must not: %s", text)
	}
	r = asked(f, tpl, r.Version)
	r.Answers["asing"] = []string{"yes"}
	if text := st.text(t, st.made(t, r)); !strings.Contains(text, "warga negara asing") {
		t.Errorf("the condition is met and the paragraph missing: %s", text)
	}
	if len(st.ready) != 2 {
		t.Errorf("%d facts", len(st.ready))
	}
}

func TestNumbersOfAnAgencyAreOneSeries(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	tpl.Series = SeriesAgency
	v := st.published(t, tpl)
	a, b := asked(f, tpl, v), asked(f, tpl, v)
	b.Service = "izin-lain"
	if x, y := st.made(t, a), st.made(t, b); x.Seq != 1 || y.Seq != 2 {
		t.Errorf("numbers %d and %d", x.Seq, y.Seq)
	}
	st.set(time.Date(2026, 12, 31, 17, 30, 0, 0, time.UTC)) // the new year in Batam
	if x := st.made(t, asked(f, tpl, v)); x.Number != "001/IZIN/Dinkes/2027" {
		t.Errorf("new year: %s", x.Number)
	}
}

func TestASuccessorSignsFromTheirDay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	appoint(t, st, "dr. Rudi Hartono", "2026-01-01")
	appoint(t, st, "dr. Maya Sari", "2026-11-25")
	_, err := st.Appoint(st.ctx, st.staff("", "city_admin"), OfficialInput{Agency: "dinkes", Title: i18n.Text{"id": "x", "en": "x"}, Name: "Y", From: "2026-06-01"})
	wants(t, err, "document.signer_overlap")
	_, err = st.Appoint(st.ctx, st.staff("dinkes", "officer"), OfficialInput{})
	wants(t, err, "access.denied")
	// Who configures the services of one office says nothing of who signs for another, nor with which key.
	admin := st.staff("", "city_admin")
	err = st.d.Guard.CreateRole(st.ctx, admin, access.CreateRoleInput{Code: "penulis", Name: i18n.Text{"id": "Penulis layanan", "en": "Service author"},
		Permissions: []access.Permission{access.ServiceConfigure}})
	if err != nil {
		t.Fatal(err)
	}
	stranger := st.staff("disdukcapil", "penulis")
	_, err = st.Appoint(st.ctx, stranger, OfficialInput{Agency: "dinkes", Title: i18n.Text{"id": "x", "en": "x"}, Name: "Y", From: "2027-01-01"})
	wants(t, err, "document.other_agency")
	ours, err := st.Officials(st.ctx, admin, "dinkes")
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.AddKey(st.ctx, stranger, KeyInput{Official: ours[0].ID, File: []byte("x")})
	wants(t, err, "document.other_agency")
	f, tpl := permit()
	v := st.published(t, tpl)
	if text := st.text(t, st.made(t, asked(f, tpl, v))); !strings.Contains(text, "Rudi") {
		t.Errorf("before: %s", text)
	}
	st.set(time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)) // the 25th in Batam
	if text := st.text(t, st.made(t, asked(f, tpl, v))); !strings.Contains(text, "Maya") {
		t.Errorf("after: %s", text)
	}
	all, err := st.Officials(st.ctx, st.staff("", "city_admin"), "dinkes")
	if err != nil || len(all) != 2 || all[1].EffectiveTo.Format(time.DateOnly) != "2026-11-25" {
		t.Errorf("officials %+v, %v", all, err)
	}
}

func TestABrokenTemplateIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	f, good := permit()
	if err := checked(good, f); err != nil {
		t.Fatal(err)
	}
	both := func(s string) i18n.Text { return i18n.Text{"id": s, "en": s} }
	for _, tt := range []struct {
		name  string
		spoil func(*Template)
		at    string
	}{
		{"an unknown name", func(x *Template) { x.Body[0].Text = both("Bagi {nma}") }, "body[0].id"},
		{"capital letters", func(x *Template) { x.Body[0].Text = both("Bagi {NIK}") }, "body[0].id"},
		{"an open brace", func(x *Template) { x.Title = both("Izin {nama") }, "title.id"},
		{"one language", func(x *Template) { x.Body[2].Text = i18n.Text{"id": "Ya"} }, "body[2].text.en"},
		{"an unknown row", func(x *Template) { x.Body[1].Table[0].Field = "npwp" }, "body[1].table[0].field"},
		{"a condition on nothing", func(x *Template) { x.Body[2].When = "umur > 17" }, "body[2].when"},
		{"a condition that is none", func(x *Template) { x.Body[2].When = "nama" }, "body[2].when"},
		{"no number", func(x *Template) { x.NumberPattern = "IZIN/{year}" }, "number_pattern"},
		{"a number that comes again every year", func(x *Template) { x.NumberPattern = "{seq}/IZIN" }, "number_pattern"},
		{"an answer in the number", func(x *Template) { x.NumberPattern = "{seq}/{nama}" }, "number_pattern"},
		{"a text as the last day", func(x *Template) { x.ValidUntil = "nama" }, "valid_until"},
		{"two last days", func(x *Template) { x.ValidUntil, x.ValidityMonths = "sampai", 12 }, "valid_until"},
		{"reminders of nothing", func(x *Template) { x.Reminders = []int{30} }, "reminders"},
		{"an unknown signature", func(x *Template) { x.Signature = "stamp" }, "signature"},
	} {
		_, x := permit()
		tt.spoil(&x)
		err := checked(x, f)
		if err == nil || !strings.Contains(err.Error(), tt.at) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func checked(x Template, f *form.Form) error {
	c := pack.CheckOf("izin.yaml")
	x.Check(c, f)
	return c.Err()
}

func TestABlockHasTwoSpellings(t *testing.T) {
	t.Parallel()
	var got []Block
	err := yaml.Unmarshal([]byte("- {id: A, en: B}\n- text: {id: C, en: D}\n  when: asing\n- table: [{field: nik}]\n"), &got)
	if err != nil || got[0].Text["id"] != "A" || got[1].When != "asing" || got[1].Text["en"] != "D" || got[2].Table[0].Field != "nik" {
		t.Fatalf("%+v, %v", got, err)
	}
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var back []Block
	if err := json.Unmarshal(raw, &back); err != nil || len(back) != 3 || back[0].Text["en"] != "B" || back[1].When != "asing" || back[2].Table[0].Field != "nik" {
		t.Fatalf("%s: %+v, %v", raw, back, err)
	}
	if !strings.HasPrefix(string(raw), `[{"en":"B","id":"A"}`) {
		t.Errorf("a mere paragraph became %s", raw)
	}
	if err := yaml.Unmarshal([]byte("- {text: {id: A}, wen: asing}\n"), &got); err == nil || !strings.Contains(err.Error(), "wen") {
		t.Errorf("a slip of the pen: %v", err)
	}
}

// TestAPackLeavesTheAdministratorsWordsAlone applies a pack again after the administrator has published.
func TestAPackLeavesTheAdministratorsWordsAlone(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	st.published(t, tpl)
	mine := tpl
	mine.Title = i18n.Text{"id": "Izin Praktik Dokter", "en": "Licence"}
	v, err := st.PublishEdited(st.ctx, st.staff("", "city_admin"), mine, 1, f)
	if err != nil || v != 2 {
		t.Fatalf("version %d, %v", v, err)
	}
	_, err = st.PublishEdited(st.ctx, st.staff("", "city_admin"), mine, 1, f)
	wants(t, err, "document.template_changed")
	if v := st.published(t, tpl); v != 2 {
		t.Errorf("the pack that says the same made version %d", v)
	}
	tpl.ValidityMonths = 12
	if v := st.published(t, tpl); v != 3 {
		t.Errorf("the pack that says something new: version %d", v)
	}
	mine.NumberPattern = "tanpa nomor"
	_, err = st.PublishEdited(st.ctx, st.staff("", "city_admin"), mine, 3, f)
	wants(t, err, "pack.invalid")
	_, err = st.PublishEdited(st.ctx, st.staff("dinkes", "agency_head"), mine, 3, f)
	wants(t, err, "access.denied")
}

// TestTwoTemplatesDoNotNumberAlike: of two documents of a city with one pattern, both counted from 1, the second is refused.
func TestTwoTemplatesDoNotNumberAlike(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	st.published(t, tpl)
	other := tpl
	other.Code = "izin-lain"
	st.published(t, other)
	admin := st.staff("", "city_admin")
	_, err := st.PublishEdited(st.ctx, admin, other, 1, f)
	if wants(t, err, "pack.invalid"); !strings.Contains(err.Error(), "the document izin is numbered") {
		t.Errorf("refused as %v", err)
	}
	other.NumberPattern = "{seq}/IZIN/{service}/{year}"
	if _, err := st.PublishEdited(st.ctx, admin, other, 1, f); err != nil {
		t.Error(err)
	}
	other.NumberPattern, other.Series, tpl.Series = tpl.NumberPattern, SeriesAgency, SeriesAgency
	st.published(t, tpl)
	if _, err := st.PublishEdited(st.ctx, admin, other, 2, f); err != nil {
		t.Errorf("one series of the agency: %v", err)
	}
}
