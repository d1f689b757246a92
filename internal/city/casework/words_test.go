package casework

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/form"
)

// asks makes a new version of the city's form for lost cards, with something changed.
func (st *stage) asks(t *testing.T, change func(fields map[string]*form.Field)) {
	t.Helper()
	st.inTx(t, func(ctx context.Context, tx bun.Tx) error {
		f, err := st.Latest(ctx, tx, ktp)
		if err != nil {
			return err
		}
		fields := map[string]*form.Field{}
		for i := range f.Pages {
			for k := range f.Pages[i].Fields {
				fields[f.Pages[i].Fields[k].Code] = &f.Pages[i].Fields[k]
			}
		}
		change(fields)
		_, err = st.Issue(ctx, tx, f)
		return err
	})
}

// earlierWords runs what goes on with searches of earlier applications, so many times.
func (st *stage) earlierWords(t *testing.T, times int) {
	t.Helper()
	for range times {
		st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.KeepEarlierWords(ctx, tx, st.clock()) })
	}
}

// foundBy lists which of some words find an application by its answers.
func (st *stage) foundBy(t *testing.T, id uuid.UUID, words ...string) string {
	t.Helper()
	var found []string
	for _, word := range words {
		n, err := st.w.DB.App.NewSelect().TableExpr("application_answer AS w").Where("w.tenant_id = ? AND w.application_id = ?", st.w.Batam.ID, id).
			Where("w.words @@ plainto_tsquery('simple', ?)", word).Count(st.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, word)
		}
	}
	return strings.Join(found, " ")
}

// done reads how far the form has come: with which version, and whether to its end.
func (st *stage) done(t *testing.T) (version int, done bool) {
	t.Helper()
	var rows []struct {
		Version int
		Done    bool
	}
	err := st.w.DB.App.NewRaw("SELECT version, done FROM answer_words WHERE tenant_id = ? AND form_code = ?", st.w.Batam.ID, ktp).Scan(st.ctx, &rows)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%+v, %v", rows, err)
	}
	return rows[0].Version, rows[0].Done
}

// TestANewSearchFindsEarlierApplications: a later version opens a question, and its words of every application that was sent
// before are found; of what is sealed, or was, nothing is.
func TestANewSearchFindsEarlierApplications(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, siti := st.officer(t, "Budi", "disdukcapil", "officer"), st.resident(t, st.ctx, "Siti")
	words := []string{"mitra", "botania", "siti", "nagoya", "2171040102160007"}
	sent := st.submitted(t, siti, sitiNIK)
	mended := st.submitted(t, st.resident(t, st.ctx, "Andi"), nikOf(1))
	mended, err := st.Act(st.ctx, budi, ActInput{ID: mended.ID, Action: "request_correction", Version: mended.Version, Reason: "Di mana?", Fields: []string{"tempat_hilang", "nama_lengkap"}})
	if err != nil {
		t.Fatal(err)
	}
	andi := st.actorOf(mended)
	if err := st.SavePage(st.ctx, andi, mended.ID, "identitas", map[string][]string{"nama_lengkap": {"Botania"}, "tanggal_lahir": {"27", "3", "1990"}}); err != nil {
		t.Fatal(err)
	}
	draft := st.draft(t, st.ctx, st.resident(t, st.ctx, "Nagoya"), nikOf(2)) // of the version before, sent after
	st.earlierWords(t, 1)
	if v, done := st.done(t); v != 1 || !done {
		t.Errorf("version %d, done %v", v, done)
	}
	if got := st.foundBy(t, sent.ID, words...); got != "mitra" {
		t.Fatalf("before it is found by %s", got)
	}

	st.asks(t, func(fields map[string]*form.Field) {
		fields["nama_lengkap"].Search = true
		fields["nomor_kk"].Type, fields["nomor_kk"].Sensitive, fields["nomor_kk"].Search = form.Text, false, true
		fields["tempat_hilang"].Search = false // what its own version opened stays
	})
	st.earlierWords(t, 3)
	if v, done := st.done(t); v != 2 || !done {
		t.Errorf("version %d, done %v", v, done)
	}
	if got := st.foundBy(t, sent.ID, words...); got != "mitra siti" {
		t.Errorf("afterwards it is found by %s", got)
	}
	if got := st.foundBy(t, mended.ID, "mitra", "andi", "botania"); got != "mitra andi" {
		t.Errorf("what is being mended is found by %s", got)
	}
	if got := st.foundBy(t, draft.ID, words...); got != "" {
		t.Errorf("a draft is found by %s", got)
	}
	if _, err := st.Correct(st.ctx, andi, mended.ID); err != nil {
		t.Fatal(err)
	}
	if got := st.foundBy(t, mended.ID, "mitra", "andi", "botania"); got != "mitra botania" {
		t.Errorf("mended it is found by %s", got)
	}
	late, err := st.Submit(st.ctx, st.actorOf(draft), intake.SubmitInput{ID: draft.ID, Key: "k"})
	if err != nil || late.FormVersion != 1 {
		t.Fatalf("version %d, %v", late.FormVersion, err)
	}
	if got := st.foundBy(t, late.ID, words...); got != "mitra nagoya" {
		t.Errorf("sent afterwards it is found by %s", got)
	}
	st.earlierWords(t, 1)
	if got := st.foundBy(t, sent.ID, words...) + ", " + st.foundBy(t, late.ID, words...); got != "mitra siti, mitra nagoya" {
		t.Errorf("run again, they are found by %s", got)
	}
	var other int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM answer_words").Scan(st.w.Ctx(st.w.Other), &other); err != nil || other != 0 {
		t.Errorf("another city sees %d rows, %v", other, err)
	}
}

// TestEarlierApplicationsComeInBatches: a run stops at its bound and the next goes on behind it, also from the beginning when a
// version comes meanwhile.
func TestEarlierApplicationsComeInBatches(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.copies(t, app, 2500)
	indexed := func(word string) (n int) {
		t.Helper()
		found, err := st.w.DB.App.NewSelect().TableExpr("application_answer").Where("tenant_id = ?", app.TenantID).Where("words @@ plainto_tsquery('simple', ?)", word).Count(st.ctx)
		if err != nil {
			t.Fatal(err)
		}
		return int(found)
	}
	st.asks(t, func(fields map[string]*form.Field) { fields["nama_lengkap"].Search = true })
	for run, want := range []int{2000, 2501, 2501} {
		st.earlierWords(t, 1)
		if _, done := st.done(t); indexed("siti") != want || done != (run > 0) {
			t.Errorf("run %d: %d indexed, done %v", run, indexed("siti"), done)
		}
	}
	var forms []string
	if err := st.w.DB.App.NewRaw("SELECT DISTINCT code FROM form_definition WHERE tenant_id = ? ORDER BY code", app.TenantID).Scan(st.ctx, &forms); err != nil {
		t.Fatal(err)
	}
	var kept []string
	if err := st.w.DB.App.NewRaw("SELECT form_code FROM answer_words WHERE tenant_id = ? AND done ORDER BY form_code", app.TenantID).Scan(st.ctx, &kept); err != nil || !slices.Equal(kept, forms) {
		t.Errorf("%d of %d forms are done, %v", len(kept), len(forms), err)
	}
	// A version that comes while one is on its way begins anew, and takes what that one left.
	if _, err := st.w.DB.App.NewRaw("DELETE FROM application_answer WHERE tenant_id = ?", app.TenantID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	st.asks(t, func(fields map[string]*form.Field) { fields["nama_lengkap"].Hint = inBoth("Seperti di KTP-el.") })
	st.earlierWords(t, 1)
	st.asks(t, func(fields map[string]*form.Field) { fields["nama_lengkap"].Hint = inBoth("Seperti di KK.") })
	st.earlierWords(t, 2)
	if v, done := st.done(t); v != 4 || !done || indexed("siti") != 2501 {
		t.Errorf("version %d, done %v, %d indexed", v, done, indexed("siti"))
	}
}

// TestARunThatFailsLeavesWhereItWas, and the next does the same again.
func TestARunThatFailsLeavesWhereItWas(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	st.earlierWords(t, 1)
	st.asks(t, func(fields map[string]*form.Field) { fields["nama_lengkap"].Search = true })
	tx, err := st.w.DB.App.BeginTx(st.ctx, nil)
	if err == nil {
		err = st.KeepEarlierWords(st.ctx, tx, st.clock())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if v, done := st.done(t); v != 1 || !done || st.foundBy(t, app.ID, "siti") != "" {
		t.Errorf("version %d, done %v", v, done)
	}
	st.earlierWords(t, 1)
	if v, _ := st.done(t); v != 2 || st.foundBy(t, app.ID, "siti") != "siti" {
		t.Errorf("version %d", v)
	}
}
