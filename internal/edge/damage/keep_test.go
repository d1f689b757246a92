package damage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/tenancy"
)

// TestAFloodDoesNotBuryTheDesk: what everybody reports is taken in up to the city's number an hour, whatever address it comes from;
// who stands before a label still comes through, and so does staff.
func TestAFloodDoesNotBuryTheDesk(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.sari.Page("/petugas/ducting/simpul")
	var node string
	w.read(t, &node, "SELECT id::text FROM duct_node WHERE code = 'MH-1'")
	w.sari.Post("/petugas/ducting/tindakan/label", "pilih", node)
	var token string
	w.read(t, &token, "SELECT token FROM duct_label")
	flood := func(n int) {
		w.exec(t, `INSERT INTO duct_damage (tenant_id, id, number, key, source, state, kind, reported_at, updated_at)
			SELECT ?0, gen_random_uuid(), 'RSK-26-' || gen_random_uuid(), gen_random_uuid(), 'public', 'reported', 'other', ?1, ?1 FROM generate_series(1, ?2)`, w.World.Batam.ID, w.ClockNow(), n)
	}
	visitor := w.Browser(t, pagetest.HostBatam)
	report := func(more ...string) pagetest.Answer {
		return visitor.Upload("/lapor/ducting", "photo", "", nil, append([]string{"kind", "cover", "place", "Simpang Jam", "key", uuid.NewString()}, more...)...)
	}
	flood(39)
	visitor.Sees(report(), http.StatusOK, "Laporan diterima")
	full := report()
	visitor.Sees(full, http.StatusTooManyRequests, "terlalu banyak laporan")
	if !strings.Contains(full.Body, "Simpang Jam") {
		t.Error("what was filled in is gone")
	}
	visitor.Sees(report("label", token), http.StatusOK, "Laporan diterima")
	flood(19)
	visitor.Sees(report("label", token), http.StatusTooManyRequests, "terlalu banyak laporan")
	if a := w.sari.Upload(list, "photo", "", nil, "kind", "cable", "place", "Simpang Jam", "key", uuid.NewString()); a.Status != http.StatusSeeOther {
		t.Errorf("staff get %d", a.Status)
	}
	w.sleep(t, 61*time.Minute)
	visitor.Sees(report(), http.StatusOK, "Laporan diterima")
}

// TestWhatAReporterSaidIsSealedAndErased: what lies in the database says nothing of a person, what an earlier version wrote in clear is
// sealed, staff read it, and once the city's days are over nobody does.
func TestWhatAReporterSaidIsSealedAndErased(t *testing.T) {
	t.Parallel()
	w := open(t)
	visitor := w.Browser(t, pagetest.HostBatam)
	visitor.Sees(visitor.Upload("/lapor/ducting", "photo", "", nil, "kind", "cover", "place", "Depan rumah Pak Budi", "words", "Hubungi Budi 0812", "key", uuid.NewString()), http.StatusOK, "Laporan diterima")
	at := w.one(t)
	w.sari.Page(at, "Depan rumah Pak Budi", "Hubungi Budi 0812")
	if n := w.count(t, "duct_damage d", "d.words <> '' OR d.place <> '' OR d.sealed IS NULL OR EXISTS (SELECT 1 FROM duct_damage_event e WHERE e.words <> '')"); n != 0 {
		t.Error("what the reporter said lies in clear")
	}
	// As an earlier version left it.
	w.exec(t, "UPDATE duct_damage SET sealed = NULL, words = 'Hubungi Budi 0812', place = 'Depan rumah Pak Budi'")
	w.exec(t, "UPDATE duct_damage_event SET words = 'Hubungi Budi 0812' WHERE what = 'reported'")
	w.sari.Page(at, "Depan rumah Pak Budi")
	for range 2 { // a repetition changes nothing
		w.Wait(time.Minute)
		w.Run(t)
	}
	w.sari.Page(at, "Depan rumah Pak Budi", "Hubungi Budi 0812")
	if n := w.count(t, "duct_damage d", "d.words = '' AND d.place = '' AND d.sealed IS NOT NULL AND NOT EXISTS (SELECT 1 FROM duct_damage_event e WHERE e.words <> '')"); n != 1 {
		t.Error("what stood there in clear still does")
	}
	w.sari.Goes(w.do(t, w.sari, at, "/abaikan", "why", "Ganda"), at)
	w.exec(t, "UPDATE retention SET days = 30 WHERE data = 'duct_reports'")
	w.sleep(t, 29*24*time.Hour)
	w.Run(t)
	w.sari.Page(at, "Hubungi Budi 0812")
	w.sleep(t, 3*24*time.Hour)
	w.Run(t)
	w.sleep(t, time.Hour)
	w.Run(t)
	page := w.sari.Page(at, "karena masa simpannya berakhir")
	if strings.Contains(page, "Budi") {
		t.Error("what was said is still read")
	}
	if n := w.count(t, "audit_entry", "action = 'ductdamage.words_erase'"); n != 1 {
		t.Errorf("%d entries tell of one that was erased", n)
	}
}

func (w *world) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	err := tenancy.InTx(w.ctx, w.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(sql, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", sql, err))
	}
}

func (w *world) read(t *testing.T, into *string, sql string) {
	t.Helper()
	err := tenancy.InTx(w.ctx, w.World.DB.App, func(ctx context.Context, tx bun.Tx) error { return tx.NewRaw(sql).Scan(ctx, into) })
	if err != nil {
		t.Fatal(err)
	}
}
