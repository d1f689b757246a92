package casework

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestDraftsThatNobodyGoesOnWithAreForgotten: at a counter after a week with who stood there, a resident's own after ninety
// days since the last change, and never what was sent.
func TestDraftsThatNobodyGoesOnWithAreForgotten(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	siti, tono := st.resident(t, st.ctx, "Siti"), st.resident(t, st.ctx, "Tono")
	andi := st.officer(t, "Andi", "disdukcapil", "officer")
	count := func(sql string, args ...any) (n int) {
		t.Helper()
		if err := st.w.DB.App.NewRaw("SELECT count(*) FROM "+sql, append([]any{st.w.Batam.ID}, args...)...).Scan(st.ctx, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	exists := func(id uuid.UUID) bool { return count("application WHERE tenant_id = ? AND id = ?", id) == 1 }
	forget := func(at string) {
		t.Helper()
		st.on(t, at)
		for range 2 { // a run that is repeated changes nothing
			st.inTx(t, func(ctx context.Context, tx bun.Tx) error { return st.ForgetDrafts(ctx, tx, time.Time{}) })
		}
	}
	st.on(t, "2026-11-27 09:00")
	sent := st.submitted(t, tono, "2171040102900001")
	own := st.draft(t, st.ctx, siti, sitiNIK)
	counter := func(name string) (identity.Actor, uuid.UUID) {
		t.Helper()
		app, err := st.StartCounter(st.ctx, andi, intake.CounterInput{Service: ktp, Name: name, Phone: "0812 7000 4321", Seen: "ktp", Consent: true})
		if err != nil {
			t.Fatal(err)
		}
		who, err := st.AtCounter(st.ctx, andi, app.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Attach(st.ctx, who, app.ID, "file_kk", "kk.jpg", bytes.NewReader(photo(t))); err != nil {
			t.Fatal(err)
		}
		return who, app.ID
	}
	nur, left := counter("Nurhayati")
	_, waits := counter("Rohani")
	_, err := st.w.DB.App.NewRaw(`INSERT INTO cosigner (tenant_id, id, application_id, role, place, name, email, locale, state, token_hash, expires_at, asks, created_at)
		VALUES (?, ?, ?, 'saksi', 1, 'Dewi', '\x00', 'id', 'asked', '\x00', '2026-12-10', 1, now())`, st.w.Batam.ID, uuid.New(), waits).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n := count("file WHERE tenant_id = ?"); n != 6 {
		t.Fatalf("%d files", n)
	}

	forget("2026-12-04 08:00")
	if !exists(left) {
		t.Error("a draft of the counter went before its week")
	}
	forget("2026-12-04 10:00")
	if exists(left) || count("account WHERE tenant_id = ? AND id = ?", nur.ID) != 0 || count("counter_filing WHERE tenant_id = ? AND application_id = ?", left) != 0 {
		t.Error("the counter keeps who went home")
	}
	if !exists(waits) || !exists(own.ID) || count("file WHERE tenant_id = ?") != 5 {
		t.Error("what somebody is to agree to, or a resident's own, went with it")
	}
	forget("2026-12-10 10:00")
	if exists(waits) {
		t.Error("the draft outlives the letter to who was to agree")
	}

	st.on(t, "2027-02-01 09:00")
	if err := st.SavePage(st.ctx, siti, own.ID, "kk", map[string][]string{"nomor_kk": {"2171040102160008"}}); err != nil {
		t.Fatal(err)
	}
	forget("2027-03-01 09:00")
	app := st.read(t, own.ID)
	if until := intake.KeptUntil(st.ctx, app); !until.Equal(st.clock().AddDate(0, 0, 62)) || !intake.KeptUntil(st.ctx, sent).IsZero() {
		t.Errorf("kept until %s", until)
	}
	other := st.w.Ctx(st.w.Other)
	st.on(t, "2036-03-01 09:00")
	if err := tenancy.InTx(other, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return st.ForgetDrafts(ctx, tx, time.Time{})
	}); err != nil || !exists(own.ID) {
		t.Errorf("another city cleared it away: %v", err)
	}
	forget("2027-05-02 10:00")
	if exists(own.ID) || !exists(sent.ID) || count("file WHERE tenant_id = ?") != 2 || count("account WHERE tenant_id = ? AND id = ?", siti.ID) != 1 {
		t.Error("a resident's draft after ninety days, with its files and without its owner")
	}
	if n := count("audit_entry WHERE tenant_id = ? AND action = 'application.draft_forgotten'"); n != 3 {
		t.Errorf("%d of 3 on record", n)
	}
	if n := count("audit_entry WHERE tenant_id = ? AND action = 'application.draft_forgotten' AND at = ?", st.clock()); n != 1 {
		t.Errorf("%d of 1 on record as of now", n)
	}
}
