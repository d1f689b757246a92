package treasury_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/statement"
	"bedelau/tenants"
)

// open is a ledger whose seller reads CSV of its bank and has a tax number.
func open(t *testing.T) *pagetest.Ledger {
	t.Helper()
	s := pagetest.OpenLedger(t)
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00123", Holder: "BUMD Batam Bedelau",
		CSV: statement.Mapping{Separator: ";", Day: "Tanggal", Layout: "02/01/2006", Text: []string{"Keterangan"}, Credit: "Kredit", Debit: "Debet"}}}
	setup.Seller.NPWP = "0123456789012345"
	setup.Seller.EffectiveFrom = setup.Seller.EffectiveFrom.AddDate(0, 0, 1)
	s.Tx(pagetest.HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: "system"}, setup)
		return err
	})
	return s
}

func upload(p *pagetest.Browser, file string) pagetest.Answer {
	return p.Upload("/bumd/rekening", "file", "november.csv", []byte(file))
}

const head = "Tanggal;Keterangan;Debet;Kredit\n"

// TestAStatementFromFileToBooks: what is certain is booked, what is proposed is accepted, what nobody knows is matched by hand or set
// aside, and a wrong match is taken back; all of it can be read afterwards.
func TestAStatementFromFileToBooks(t *testing.T) {
	t.Parallel()
	s := open(t)
	batam, other := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October)), s.Issue(s.CloseMonth(pagetest.HostOther, time.October))
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")

	rina.Page("/bumd/rekening", "Belum ada rekening koran", "CSV, MT940, atau CAMT.053", "Menunggu bukti potong")
	rina.Sees(upload(rina, "bukan rekening koran"), http.StatusUnprocessableEntity, "bukan rekening koran")
	rina.Sees(rina.Post("/bumd/rekening"), http.StatusBadRequest)
	a := upload(rina, head+"24/11/2026;BAYAR "+batam.Number+";;2500000\n24/11/2026;SETORAN TUNAI;;777\n24/11/2026;BIAYA ADM;6500;\n24/11/2026;JASA GIRO;;12345\n")
	one := a.To()
	if !strings.HasPrefix(one, "/bumd/rekening/") {
		t.Fatalf("%d to %q\n%s", a.Status, one, pagetest.Text(a.Body))
	}
	rina.Page(one, "Yang akan terjadi", "4 mutasi baru", "1 mutasi langsung dibukukan, 2 menunggu", batam.Number, "Uang keluar")
	rina.Page("/bumd/tagihan/"+batam.ID.String(), "Belum dibayar") // nothing is booked by looking
	rina.Goes(rina.Post(one+"/bukukan"), one)
	rina.Page(one, "Sudah dibukukan", "Cocok", "Rina Keuangan")
	rina.Page("/bumd/tagihan/"+batam.ID.String(), "Lunas")
	if again := upload(rina, head+"24/11/2026;BAYAR "+batam.Number+";;2500000\n24/11/2026;SETORAN TUNAI;;777\n24/11/2026;BIAYA ADM;6500;\n24/11/2026;JASA GIRO;;12345\n"); again.To() != one {
		t.Errorf("the same file leads to %q", again.To())
	}
	if file := rina.Get(one + "/berkas"); file.Status != http.StatusOK || !strings.HasPrefix(file.Body, head) || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the original: %d %q", file.Status, file.Body)
	}

	lines := map[string]string{}
	for _, state := range []string{"open", "matched"} {
		for _, to := range pagetest.Hrefs(rina.Page("/bumd/rekening/mutasi?keadaan="+state), "/bumd/rekening/mutasi/") {
			text := pagetest.Text(rina.Page(to))
			for _, what := range []string{"SETORAN", "GIRO", "BAYAR"} {
				if strings.Contains(text, what) {
					lines[what] = to
				}
			}
		}
	}
	rina.Sees(rina.Get("/bumd/rekening/mutasi?keadaan=x"), http.StatusUnprocessableEntity)
	giro := lines["GIRO"]
	rina.Sees(rina.Post(giro+"/abaikan", "reason", " "), http.StatusUnprocessableEntity, "Alasan")
	rina.Goes(rina.Post(giro+"/abaikan", "reason", "Bunga rekening kami sendiri"), giro)
	rina.Page(giro, "Diabaikan", "Bunga rekening kami sendiri")

	cash := lines["SETORAN"]
	rina.Page(cash+"?pihak="+other.PartyID.String(), "Dibayar oleh", other.Number, "Rp2.775.000")
	rina.Sees(rina.Post(cash+"/cocokkan", "party", "x"), http.StatusUnprocessableEntity)
	rina.Sees(rina.Post(cash+"/cocokkan", "party", batam.PartyID.String(), "pilih", other.ID.String()), http.StatusConflict, other.Number)
	rina.Goes(rina.Post(cash+"/cocokkan", "party", other.PartyID.String(), "pilih", other.ID.String()), cash)
	rina.Page(cash, "Cocok", "diputus petugas", other.Number, "Rina Keuangan")
	rina.Sees(rina.Post(cash+"/terima"), http.StatusConflict, "sudah diputus")
	rina.Sees(rina.Post(cash+"/batalkan", "reason", ""), http.StatusUnprocessableEntity, "Alasan")
	rina.Goes(rina.Post(cash+"/batalkan", "reason", "Ternyata milik kota lain"), cash)
	rina.Page(cash, "Belum dikenali", "Dibatalkan", "Ternyata milik kota lain", "Cocokkan dengan tangan")
	rina.Goes(rina.Post(cash+"/cocokkan", "party", other.PartyID.String()), cash)
	rina.Page(cash, "ke saldo pihak ini")
	rina.Page("/bumd/saldo", "Pemerintah Kota Tanjungpinang", "Rp777")
	rina.Page("/bumd/rekening", "november.csv", "8202100123", "Cocok 2")

	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")
	treasurer := s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "")
	for _, path := range []string{"/bumd/rekening", one, one + "/berkas", "/bumd/rekening/mutasi", cash, "/bumd/piutang", "/bumd/saldo", "/bumd/pihak", "/bumd/pihak/batam"} {
		yusuf.Sees(yusuf.Get(path), http.StatusForbidden)
		treasurer.Sees(treasurer.Get(path), http.StatusNotFound)
	}
}

// TestABalanceIsPaidBackByTwo: whoever asks cannot decide, and no more is paid back than there is.
func TestABalanceIsPaidBackByTwo(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	s.Pay(i, i.Total+300_000)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	one := pagetest.Hrefs(rina.Page("/bumd/saldo", "Pemerintah Kota Batam", "Rp300.000", "Tidak ada permintaan"), "/bumd/saldo/")[0]
	rina.Page(one, "Dari mana saldo ini", "Pembayaran", "Rp300.000")
	rina.Sees(rina.Post(one, "amount", "", "account", "", "reason", ""), http.StatusUnprocessableEntity, "Jumlah: Isian ini wajib", "Rekening tujuan: Isian ini wajib", "Alasan: Isian ini wajib")
	rina.Sees(rina.Post(one, "amount", "300.001", "account", "BRK 123 a.n. Kas Daerah", "reason", "Salah bayar"), http.StatusConflict, "Rp300.000", "Salah bayar")
	rina.Goes(rina.Post(one, "amount", "200.000", "account", "BRK 123 a.n. Kas Daerah", "reason", "Salah bayar"), "/bumd/saldo")
	rina.Sees(rina.Post(one, "amount", "100.001", "account", "BRK 123", "reason", "Lagi"), http.StatusConflict, "Rp100.000")
	if page := rina.Page("/bumd/saldo", "orang lain yang memutus", "BRK 123 a.n. Kas Daerah"); strings.Contains(page, "/putus") {
		t.Error("whoever asked is offered to decide")
	}
	_, rest, _ := strings.Cut(boss.Page("/bumd/saldo", "Setujui", "Rina Keuangan"), `action="/bumd/saldo/permintaan/`)
	id, _, _ := strings.Cut(rest, "/")
	decide := "/bumd/saldo/permintaan/" + id + "/putus"
	rina.Sees(rina.Post(decide, "jawaban", "setuju"), http.StatusConflict, "orang lain")
	boss.Sees(boss.Post(decide, "jawaban", "mungkin"), http.StatusUnprocessableEntity)
	boss.Goes(boss.Post(decide, "jawaban", "setuju"), "/bumd/saldo")
	boss.Sees(boss.Post(decide, "jawaban", "setuju"), http.StatusConflict, "diputus")
	boss.Page(one, "Rp100.000", "Pengembalian", "-Rp200.000")
	boss.Sees(boss.Get("/bumd/saldo/"+uuid.NewString()), http.StatusNotFound)
}

// TestLettersAreHeldBack with a reason and for a while.
func TestLettersAreHeldBack(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	i := s.Issue(s.CloseMonth(pagetest.HostBatam, time.October))
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Page("/bumd/piutang", "Pemerintah Kota Batam", "Rp2.500.000", "Tangga surat", "sesudah jatuh tempo", "Belum ada surat")
	one := "/bumd/piutang/" + i.ID.String()
	rina.Page(one, i.Number, "Tunda surat penagihan")
	rina.Sees(rina.Post(one+"/tunda", "until", "2030-01-01", "reason", ""), http.StatusUnprocessableEntity, "paling lama 180 hari", "Alasan")
	rina.Goes(rina.Post(one+"/tunda", "until", "2026-12-24", "reason", "Kota sedang menunggu pencairan"), one)
	rina.Page(one, "Ditunda", "24 Desember 2026", "Kota sedang menunggu pencairan", "Rina Keuangan")
	rina.Goes(rina.Post(one+"/lanjut"), one)
	rina.Sees(rina.Post(one+"/lanjut"), http.StatusConflict, "tidak sedang ditunda")
	rina.Page(one, "Diakhiri")
	rina.Sees(rina.Post("/bumd/piutang/"+uuid.NewString()+"/tunda", "until", "2026-12-24", "reason", "x"), http.StatusNotFound)
}

// TestAPartyFromADayOn: an invoice takes what holds on its day, and collection by Stripe needs its key.
func TestAPartyFromADayOn(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	rina.Page("/bumd/pihak", "Kota Batam", "belum pernah ditagih", "transfer bank")
	one := "/bumd/pihak/batam"
	rina.Page(one, "Kota ini belum pernah ditagih", "Kunci Stripe belum dipasang")
	rina.Sees(rina.Post(one, "effective_from", "2026-11-01", "name", "", "address", "", "npwp", "12", "ppn", "none", "collector", "x", "basis", "", "reason", ""), http.StatusUnprocessableEntity,
		"hari ini atau sesudahnya", "16 angka", "Alasan")
	good := func(day, name, npwp, ppn string) []string {
		return []string{"effective_from", day, "name", name, "address", "Jl. Engku Putri 1", "npwp", npwp, "ppn", ppn, "collector", "government", "free_zone", "yes", "basis", "PP 41/2021", "reason", "Surat Pemko 12/2026"}
	}
	draft := s.CloseMonth(pagetest.HostBatam, time.October)
	rina.Page(one, "jasa-kpbpb", "pph23-jasa")
	rina.Goes(rina.Post(one, good("2026-11-24", "Pemerintah Kota Batam (BPKAD)", "01.234.567.8-901.000", "jasa-kpbpb")...), one)
	rina.Goes(rina.Post(one, good("2027-01-01", "Pemerintah Kota Batam baru", "0123456789010001", "jasa-kpbpb")...), one)
	rina.Page(one, "Pemerintah Kota Batam (BPKAD)", "0012345678901000", "Akan berlaku", "1 Januari 2027", "Surat Pemko 12/2026", "bendahara pemerintah")
	i := s.Issue(draft)
	if i.Party.Name != "Pemerintah Kota Batam (BPKAD)" || i.Party.NPWP != "0012345678901000" {
		t.Errorf("%+v", i.Party)
	}
	rina.Page("/bumd/tagihan/"+i.ID.String(), "Pemerintah Kota Batam (BPKAD)")
	s.Wait(40 * 24 * time.Hour)
	later := s.Issue(s.CloseMonth(pagetest.HostBatam, time.November))
	if later.Party.Name != "Pemerintah Kota Batam baru" {
		t.Errorf("in January: %+v", later.Party)
	}
	rina = s.Staff(t, pagetest.HostPlatform, "Rini Keuangan", "bumd_finance", "")
	rina.Sees(rina.Post(one+"/cara-bayar", "by", "stripe", "charging", "send"), http.StatusConflict, "kuncinya belum dipasang")
	rina.Goes(rina.Post(one+"/cara-bayar", "by", "transfer", "charging", "send"), one)
	rina.Sees(rina.Get("/bumd/pihak/platform"), http.StatusNotFound)
}

// TestADraftHasWhatItsBuyerPaysBy, and the invoice that it becomes keeps it.
func TestADraftHasWhatItsBuyerPaysBy(t *testing.T) {
	t.Parallel()
	s := pagetest.OpenLedger(t)
	draft := s.CloseMonth(pagetest.HostBatam, time.October)
	rina := s.Staff(t, pagetest.HostPlatform, "Rina Keuangan", "bumd_finance", "")
	one := "/bumd/konsep/" + draft.String()
	rina.Page(one, "Isi data pengadaan")
	rina.Sees(rina.Post(one+"/pengadaan", "order", strings.Repeat("x", 101), "budget_year", "1999"), http.StatusUnprocessableEntity, "paling banyak 100", "Tahun anggaran")
	rina.Goes(rina.Post(one+"/pengadaan", "order", "PPBJ 12/2026", "dpa", "DPA 2.16.01", "budget_year", "2026", "bast", "BAST 7"), one)
	rina.Page(one, "PPBJ 12/2026", "DPA 2.16.01")
	rina.Page(one+"/pengadaan", "Bendahara pemerintah")
	i := s.Issue(draft)
	rina.Page("/bumd/tagihan/"+i.ID.String(), "PPBJ 12/2026", "BAST 7")
	s.Staff(t, pagetest.HostBatam, "Dina Bendahara", "treasurer", "").Page("/kelola/tagihan/"+i.ID.String(), "PPBJ 12/2026")
	rina.Sees(rina.Get(one+"/pengadaan"), http.StatusNotFound)
}
