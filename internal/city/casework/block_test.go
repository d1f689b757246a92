package casework

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
)

const withBlocks = `{"code": "ktp-el-hilang", "version": 9, "pages": [{"code": "p", "title": {"id": "P", "en": "P"}, "fields": [
 {"code": "ibu", "type": "person", "required": true, "prefill": "earlier", "label": {"id": "Ibu", "en": "Mother"}, "parts": ["nik", "name", "birth_date"]},
 {"code": "saksi", "type": "group", "label": {"id": "Saksi", "en": "Witness"}, "fields": [
  {"code": "nik_saksi", "type": "nik", "sensitive": true, "required": true, "label": {"id": "NIK", "en": "NIK"}}]}]}]}`

// TestWhatIsConfirmedGoesWithItsRow: who looked again at one witness's number has not looked at that of the next, who moves
// up into the place.
func TestWhatIsConfirmedGoesWithItsRow(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`,
		st.w.Batam.ID, ktp, withBlocks).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	page := intake.PageInput{Page: "p", Typed: map[string][]string{
		"ibu.nik": {"2171046703900003"}, "ibu.name": {"Ani"}, "ibu.birth_date": {"1990-03-27"}, "saksi": {"3"},
		"saksi.1.nik_saksi": {"9971046703900101"}, "saksi.2.nik_saksi": {"9971046703900102"}, "saksi.3.nik_saksi": {"9971046703900103"}}}
	doubts, err := st.TakePage(st.ctx, siti, app.ID, page)
	if err != nil || len(doubts) != 3 {
		t.Fatalf("doubts %v, %v", doubts, err)
	}
	page.Confirm = doubts
	if left, err := st.TakePage(st.ctx, siti, app.ID, page); err != nil || len(left) != 0 {
		t.Fatalf("left %v, %v", left, err)
	}
	if err := st.DropRow(st.ctx, siti, app.ID, "saksi", 2); err != nil {
		t.Fatal(err)
	}
	r, err := st.Review(st.ctx, siti, app.ID)
	if err != nil || len(r.Warnings) != 1 || r.Warnings[0].Name != "saksi.2.nik_saksi" || r.Answers.Get("saksi.2.nik_saksi") != "9971046703900103" {
		t.Errorf("the review warns of %v, %v", r.Warnings, err)
	}
	if app = st.read(t, app.ID); len(app.Confirmed) != 1 || app.Confirmed[0].Field != "saksi.1.nik_saksi" {
		t.Errorf("confirmed are %v", app.Confirmed)
	}
}

// withFewerRows asks for as many witnesses as an answer makes needed, and takes a paper that another answer rules out.
const withFewerRows = `{"code": "ktp-el-hilang", "version": 9, "pages": [
 {"code": "tempat", "title": {"id": "P", "en": "P"}, "fields": [{"code": "kampung", "type": "yes_no", "required": true, "label": {"id": "K", "en": "K"}}]},
 {"code": "p", "title": {"id": "P", "en": "P"}, "fields": [
  {"code": "surat", "type": "file", "label": {"id": "S", "en": "S"}, "file": {"types": ["jpg"], "max_mb": 1, "max_count": 1},
   "rules": [{"when": "kampung == false && surat > 0", "text": {"id": "Hapus surat ini.", "en": "Take this letter away."}}]},
  {"code": "saksi", "type": "group", "min_rows": 1, "max_rows": 1, "rows_when": [{"when": "kampung", "min": 2, "max": 2}], "label": {"id": "Saksi", "en": "Witness"}, "fields": [
   {"code": "nama", "type": "text", "required": true, "label": {"id": "N", "en": "N"}},
   {"code": "ktp", "type": "file", "label": {"id": "S", "en": "S"}, "file": {"types": ["jpg"], "max_mb": 1, "max_count": 1}}]}]}]}`

// TestWhatACorrectionBringsUpCanBeTakenAway: where what was corrected leaves too many rows, or a paper that may not be there,
// taking them away is what is left to do.
func TestWhatACorrectionBringsUpCanBeTakenAway(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`,
		st.w.Batam.ID, ktp, withFewerRows).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	takes := func(page string, typed map[string][]string) {
		t.Helper()
		if _, err := st.TakePage(st.ctx, siti, app.ID, intake.PageInput{Page: page, Typed: typed}); err != nil {
			t.Fatal(err)
		}
	}
	takes("tempat", map[string][]string{"kampung": {"yes"}})
	takes("p", map[string][]string{"saksi": {"2"}, "saksi.1.nama": {"Ani"}, "saksi.2.nama": {"Joko"}})
	for _, field := range []string{"surat", "saksi.2.ktp"} {
		if _, err := st.Attach(st.ctx, siti, app.ID, field, "foto.jpg", bytes.NewReader(photo(t))); err != nil {
			t.Fatal(err)
		}
	}
	if app, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: app.ID, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	if app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "request_correction", Version: app.Version, Reason: "Bukan kampung.", Fields: []string{"kampung"}}); err != nil {
		t.Fatal(err)
	}
	wants(t, st.DropRow(st.ctx, siti, app.ID, "saksi", 2), "application.not_editable")
	takes("tempat", map[string][]string{"kampung": {"no"}})
	d, err := st.Draft(st.ctx, siti, app.ID)
	if err != nil || !d.Editable("saksi") || !d.Editable("surat") {
		t.Fatalf("the correction brings up neither, %v", err)
	}
	if err := st.DropRow(st.ctx, siti, app.ID, "saksi", 2); err != nil {
		t.Errorf("a row too many cannot be taken away: %v", err)
	}
	if err := st.Detach(st.ctx, siti, app.ID, d.Files["surat"][0].ID); err != nil {
		t.Errorf("a paper that may not be there cannot be taken away: %v", err)
	}
	if _, err := st.Correct(st.ctx, siti, app.ID); err != nil {
		t.Errorf("the correction cannot be sent: %v", err)
	}
}

// TestNumbersInsideBlocksAndRows: they are sealed, masked, revealed with a record, and found by an exact search, as those
// at the top of a form are.
func TestNumbersInsideBlocksAndRows(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`,
		st.w.Batam.ID, ktp, withBlocks).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	siti, rina := st.resident(t, st.ctx, "Siti"), st.officer(t, "Rina", "disdukcapil", "officer")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	typed := map[string][]string{"ibu.nik": {"9971046703900003"}, "ibu.name": {"Ani"}, "ibu.birth_date": {"1991-01-01"}, "saksi": {"1"}, "saksi.1.nik_saksi": {"2171046703900101"}}
	doubts, err := st.TakePage(st.ctx, siti, app.ID, intake.PageInput{Page: "p", Typed: typed})
	if err != nil || len(doubts) != 2 {
		t.Fatalf("doubts %v, %v", doubts, err)
	}
	changed := map[string][]string{}
	for k, v := range typed {
		changed[k] = v
	}
	changed["ibu.nik"] = []string{"9971046703900004"}
	if left, err := st.TakePage(st.ctx, siti, app.ID, intake.PageInput{Page: "p", Typed: changed, Confirm: doubts}); err != nil || len(left) != 2 {
		t.Errorf("of a changed answer %v is left, %v", left, err)
	}
	if left, err := st.TakePage(st.ctx, siti, app.ID, intake.PageInput{Page: "p", Typed: changed, Confirm: doubts}); err != nil || len(left) != 0 {
		t.Errorf("of what was confirmed %v is left, %v", left, err)
	}
	r, err := st.Review(st.ctx, siti, app.ID)
	if err != nil || len(r.Warnings) != 0 || len(r.Missing) != 0 {
		t.Fatalf("the review warns of %v, misses %v, %v", r.Warnings, r.Missing, err)
	}
	if app, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: app.ID, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	if !app.HasConfirmed(fault.Field{Name: "ibu.nik", Code: "nik_area"}) {
		t.Errorf("confirmed are %v", app.Confirmed)
	}

	var open string
	if err := st.w.DB.App.NewRaw("SELECT answers::text FROM application WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, app.ID).Scan(st.ctx, &open); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(open, "2171046703900101") || strings.Contains(open, "9971046703900004") || !strings.Contains(open, "Ani") {
		t.Errorf("stored open: %s", open)
	}
	for value, want := range map[string]int{"2171046703900101": 1, "9971046703900004": 1, "9971046703900003": 0, sitiNIK: 0} {
		found, err := st.ByIdentifier(st.ctx, rina, form.NIK, value)
		if err != nil || len(found) != want {
			t.Errorf("%s is found in %d applications, %v", value, len(found), err)
		}
	}
	stranger := st.officer(t, "Joko", "dlh", "officer")
	if found, err := st.ByIdentifier(st.ctx, stranger, form.NIK, "2171046703900101"); err != nil || len(found) != 0 {
		t.Errorf("another agency finds %d, %v", len(found), err)
	}
	_, err = st.ByIdentifier(st.ctx, siti, form.NIK, "2171046703900101")
	if fault.From(err).Kind != fault.Forbidden {
		t.Errorf("a resident searches: %v", err)
	}

	shown, err := st.Reveal(st.ctx, rina, app.ID, "saksi.1.nik_saksi")
	if err != nil || shown.Text != "2171046703900101" {
		t.Errorf("revealed %q, %v", shown.Text, err)
	}
	var recorded int
	err = st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'application.reveal' AND detail->>'field' = 'saksi.1.nik_saksi'",
		st.w.Batam.ID).Scan(st.ctx, &recorded)
	if err != nil || recorded != 1 {
		t.Errorf("recorded %d times, %v", recorded, err)
	}

	// The next application suggests what the last one answered, and counts none of it.
	st.offer.OneOpen, st.offer.CooldownMonths = false, 0
	next, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	d, err := st.Draft(st.ctx, siti, next.ID)
	if err != nil || d.Suggested.Get("ibu.name") != "Ani" || d.Suggested.Get("ibu.nik") != "9971046703900004" || len(d.Answers) != 0 || d.Done["p"] {
		t.Errorf("suggests %v, counts %v, %v", d.Suggested, d.Answers, err)
	}
	budi := st.resident(t, st.ctx, "Budi")
	other, err := st.Start(st.ctx, budi, ktp, event.ChannelWeb)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := st.Draft(st.ctx, budi, other.ID); err != nil || len(d.Suggested) != 0 {
		t.Errorf("somebody else is suggested %v, %v", d.Suggested, err)
	}
}

// TestTheReceiptNamesWhatEveryRowBrought: the identity card of each witness, too, was handed in.
func TestTheReceiptNamesWhatEveryRowBrought(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO form_definition (tenant_id, code, version, body, created_at) VALUES (?, ?, 9, ?::jsonb, now())`, st.w.Batam.ID, ktp,
		`{"code": "ktp-el-hilang", "version": 9, "pages": [{"code": "p", "title": {"id": "P", "en": "P"}, "fields": [
		 {"code": "surat", "type": "file", "label": {"id": "Surat", "en": "Letter"}, "file": {"types": ["jpg"], "max_mb": 1, "max_count": 1}},
		 {"code": "saksi", "type": "group", "label": {"id": "Saksi", "en": "Witness"}, "fields": [
		  {"code": "ktp_saksi", "type": "file", "label": {"id": "KTP", "en": "ID card"}, "file": {"types": ["jpg"], "max_mb": 1, "max_count": 1}}]}]}]}`).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	siti := st.resident(t, st.ctx, "Siti")
	app, err := st.Start(st.ctx, siti, ktp, event.ChannelWeb)
	if err == nil {
		err = st.SavePage(st.ctx, siti, app.ID, "p", map[string][]string{"saksi": {"2"}})
	}
	for _, field := range []string{"surat", "saksi.1.ktp_saksi", "saksi.2.ktp_saksi"} {
		if err == nil {
			_, err = st.Attach(st.ctx, siti, app.ID, field, field+".jpg", bytes.NewReader(photo(t)))
		}
	}
	if err == nil {
		_, err = st.Submit(st.ctx, siti, intake.SubmitInput{ID: app.ID, Key: "k"})
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := st.Receipt(st.ctx, siti, app.ID)
	var got []string
	for _, x := range r.Received {
		got = append(got, x.Text(i18n.ID))
	}
	if want := []string{"Surat (surat.jpg)", "Saksi 1: KTP (saksi.1.ktp_saksi.jpg)", "Saksi 2: KTP (saksi.2.ktp_saksi.jpg)"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("handed in are %q, %v", got, err)
	}
}
