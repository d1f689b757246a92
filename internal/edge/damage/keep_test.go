package damage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

// TestWhoAnswersIsSealedAndErased: the name, address and e-mail of a private person who is charged a repair lie in clear nowhere but on what the book
// needs of them, what an earlier version wrote in clear is sealed, and once nothing of them is open and the city's days are over nobody reads them but
// on the invoice, which is kept as it was issued.
func TestWhoAnswersIsSealedAndErased(t *testing.T) {
	t.Parallel()
	w := open(t)
	at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
	bima, dewi := w.Staff(t, pagetest.HostBatam, "Bima Keuangan", "duct_finance", ""), w.Staff(t, pagetest.HostBatam, "Dewi Keuangan", "duct_finance", "")
	w.sari.Goes(w.do(t, w.sari, at, "/sebab", append(shares("third_party", "60", "company", "40"), "cause", "excavation", "liable", "third_party", "name", "Sutrisno Contoh", "root_cause", "Tanpa gambar", "cost", "1.000.000")...), at)
	bima.Goes(w.do(t, bima, at, "/tagih", "name.1", "Sutrisno Contoh", "address.1", "Gang Contoh 7", "email.1", "sutrisno@contoh.id"), at)
	const inClear = "to_jsonb(x)::text ~ 'Sutrisno|Gang Contoh|sutrisno@'"
	clear := func(when string, want int) {
		t.Helper()
		n := w.count(t, "duct_damage x", inClear) + w.count(t, "duct_damage_share x", inClear) + w.count(t, "duct_damage_bill x", inClear) + w.count(t, "audit_entry x", inClear) + w.count(t, "duct_damage_event x", inClear)
		if n != want {
			t.Errorf("%s: %d rows name them in clear, want %d", when, n, want)
		}
	}
	said := []string{"Pihak ketiga, Sutrisno Contoh", "Gang Contoh 7"}
	clear("asked for", 0)
	dewi.Page(at, said...)

	// As an earlier version left it.
	w.exec(t, "UPDATE duct_damage SET third = NULL, liable_name = 'Sutrisno Contoh'")
	w.exec(t, "UPDATE duct_damage_share SET name = 'Sutrisno Contoh' WHERE party = 'third_party'")
	w.exec(t, "UPDATE duct_damage_bill SET sealed = NULL, mark = '', name = 'Sutrisno Contoh', address = 'Gang Contoh 7', email = 'sutrisno@contoh.id'")
	clear("from before", 3)
	dewi.Page(at, said...)
	bima.Sees(bima.Post(at+"/tagih", "name.1", "Sutrisno Contoh", "address.1", "x"), http.StatusConflict, "Tidak ada bagian biaya")
	for range 2 { // a repetition changes nothing
		w.Wait(time.Minute)
		w.Run(t)
	}
	clear("sealed", 0)
	dewi.Page(at, said...)
	bima.Sees(bima.Post(at+"/tagih", "name.1", "Sutrisno Contoh", "address.1", "x"), http.StatusConflict, "Tidak ada bagian biaya")

	dewi.Goes(dewi.Post(at+"/tagih-putusan", "jawaban", "setuju"), at)
	const book = "/petugas/ducting/tagihan"
	bima.Sees(bima.Post(book+"/tindakan/terbitkan", "semua", "ya"), http.StatusOK, "DCT/2026/")
	var id string
	w.read(t, &id, "SELECT id::text FROM invoice WHERE source LIKE 'claim:%'")
	one := book + "/" + id
	w.sari.Goes(w.do(t, w.sari, at, "/langkah", "state", "repaired"), at)
	w.sari.Goes(w.do(t, w.sari, at, "/tutup", "closing", "Selesai"), at)
	w.exec(t, "UPDATE retention SET days = 30 WHERE data = 'duct_debtors'")
	seen := pagetest.Hidden(t, w.sari.Page(at), "revision")
	run := func(name string, d time.Duration) (*pagetest.Browser, string) {
		t.Helper()
		for range 3 {
			w.sleep(t, d)
			w.Run(t)
			d = time.Hour
		}
		b := w.Staff(t, pagetest.HostBatam, name, "duct_finance", "")
		return b, b.Page(at)
	}
	bima, page := run("Bima Dua", 40*24*time.Hour)
	if !strings.Contains(page, "Sutrisno Contoh") {
		t.Error("erased while they owe something")
	}
	bima.Goes(bima.Post(one+"/bayar", "method", "transfer", "amount", "600.000", "reference", "TRF-1", "on", w.ClockNow().Format(time.DateOnly)), one)
	if _, page = run("Bima Tiga", 28*24*time.Hour); !strings.Contains(page, "Sutrisno Contoh") || w.count(t, "party x", inClear) != 1 {
		t.Error("erased too early")
	}
	bima, page = run("Bima Empat", 4*24*time.Hour)
	if strings.Contains(page, "Sutrisno") || !strings.Contains(page, "karena masa simpannya berakhir") || strings.Contains(page, `action="`+at+`/sebab"`) {
		t.Error("who answered is still read, or nothing says that it was erased, or who answers can still be changed")
	}
	clear("erased", 0)
	if n := w.count(t, "party x", inClear); n != 0 {
		t.Error("the book still knows whom it charged")
	}
	bima.Page(one, "Sutrisno Contoh") // as it was issued
	w.sari.Sees(w.sari.Post(at+"/sebab", "revision", seen, "cause", "excavation", "liable", "company", "root_cause", "x", "cost", "0"), http.StatusConflict, "sudah dihapus karena masa simpannya berakhir")
	for action, want := range map[string]int{"ductdamage.third_erase": 1, "party.erase": 1} {
		if n := w.count(t, "audit_entry", "action = ?", action); n != want {
			t.Errorf("%d entries %s, want %d", n, action, want)
		}
	}
	// What they paid too little or too much is still put right, under the name of the invoice.
	bima.Goes(bima.Post(one+"/minta", "kind", "credit_note", "line-1", "100.000", "reason", "Sebagian dibayar asuransi"), one)
	var request string
	w.read(t, &request, "SELECT id::text FROM invoice_request")
	dewi = w.Staff(t, pagetest.HostBatam, "Dewi Dua", "duct_finance", "")
	dewi.Goes(dewi.Post(book+"/permintaan/"+request, "jawaban", "setuju"), book)
	if n := w.count(t, "invoice", "kind = 'credit_note' AND party ->> 'name' = 'Sutrisno Contoh'"); n != 1 {
		t.Errorf("%d credit notes in their name", n)
	}
}

// TestOneRowKeepsNoOtherInClear: who answers for a damage whose sealed name was copied from another cannot be sealed; all others are all the
// same.
func TestOneRowKeepsNoOtherInClear(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 3 {
		at := w.sari.Upload(list, "photo", "", nil, "kind", "digging", "node", "MH-2", "words", "Galian").To()
		w.sari.Goes(w.do(t, w.sari, at, "/sebab", "cause", "excavation", "liable", "third_party", "name", "Sutrisno Contoh", "root_cause", "Tanpa gambar", "cost", "0"), at)
	}
	// As an earlier version left them, but one that somebody has meddled with.
	w.exec(t, "UPDATE duct_damage d SET liable_name = 'Sutrisno Contoh', third = (SELECT y.third FROM duct_damage y WHERE d.id = (SELECT min(id::text)::uuid FROM duct_damage) AND y.id <> d.id LIMIT 1)")
	w.Wait(time.Minute)
	w.Run(t)
	if n := w.count(t, "duct_damage", "liable_name = 'Sutrisno Contoh'"); n != 1 {
		t.Errorf("%d damages have a name in clear of which one cannot be sealed", n)
	}
}

// TestManyRowsKeepNoOtherInClear: as many damages as a run does come first and can neither be sealed nor erased; what comes after them is all the
// same.
func TestManyRowsKeepNoOtherInClear(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 2 {
		w.sari.Upload(list, "photo", "", nil, "kind", "digging", "place", "Depan rumah Pak Budi", "key", uuid.NewString())
	}
	super, err := pgx.Connect(t.Context(), w.World.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = super.Close(context.Background()) })
	if _, err := super.Exec(t.Context(), "ALTER TABLE duct_damage ADD CHECK (number NOT LIKE 'MACET-%' OR sealed IS NULL AND liable_name <> '' AND erased_at IS NULL)"); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `INSERT INTO duct_damage (tenant_id, id, number, key, source, state, kind, words, liable, liable_name, reported_at, updated_at)
		SELECT ?, ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'MACET-' || i, gen_random_uuid(), 'public', 'dismissed', 'other', 'Hubungi Budi', 'third_party', 'Sutrisno Contoh', '2025-01-01', '2025-01-01' FROM generate_series(1, 500) i`, w.World.Batam.ID)
	w.exec(t, "UPDATE duct_damage SET sealed = NULL, words = 'Hubungi Budi', liable = 'third_party', liable_name = 'Sutrisno Contoh' WHERE id = (SELECT max(id::text)::uuid FROM duct_damage)") // as an earlier version left it
	w.exec(t, "UPDATE duct_damage SET state = 'dismissed', updated_at = '2026-01-01' WHERE number NOT LIKE 'MACET-%' AND sealed IS NOT NULL")
	w.exec(t, "UPDATE retention SET days = 30 WHERE data = 'duct_reports'")
	w.Run(t)
	for what, where := range map[string]string{"words are sealed": "sealed IS NOT NULL AND words = ''", "names are sealed": "third IS NOT NULL AND liable_name = ''", "words are erased": "erased_at IS NOT NULL AND sealed IS NULL"} {
		if n := w.count(t, "duct_damage", where); n != 1 {
			t.Errorf("of %d damages %s, want 1", n, what)
		}
	}
}
