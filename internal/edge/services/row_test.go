package services_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/workflow"
)

// TestTheFirstCardWaitsForTheRecording: the promise is counted but for the time in which the applicant has not come, and nothing
// of the form is sent back for it.
func TestTheFirstCardWaitsForTheRecording(t *testing.T) {
	c := open(t)
	c.publishes(1)
	s := c.apply("ktp-el-baru")
	who := append(append(reporter("pemohon"), address("pemohon")...), "pemohon.sex", "P")
	s.refused("isi", "Pilih", with(who, "pemohon.sex", "X", "kawin", "no")...)
	s.says("isi", with(who, "kawin", "no")...)
	s.sends("Perempuan")
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s.takes(andi, "start_review", "")
	s.offers(andi, "approve", false)
	s.takes(andi, "undang", "")
	waits := s.detail(andi).Application
	if waits.Stage != workflow.StageInReview || waits.Clock != workflow.Paused || !waits.DueAt.IsZero() || waits.Correction != nil {
		t.Fatalf("it waits as %s, %s, due %s, with %+v", waits.Stage, waits.Clock, waits.DueAt, waits.Correction)
	}
	s.stands("DATANGLAH")
	s.by.Page(s.root, "Batas waktu dijeda")
	s.turn("DATANGLAH")
	if page := pagetest.Text(andi.sees("/petugas/antrean?lihat=waiting")); !strings.Contains(page, s.number) {
		t.Error("it is not among what waits for the applicant")
	}
	c.Wait(12 * 24 * time.Hour)
	s.takes(andi, "rekam", "", "direkam", "2026-12-06")
	c.comesBack()
	if app := s.detail(andi).Application; app.Clock != workflow.Running || app.DueAt.Before(c.ClockNow()) {
		t.Errorf("after twelve days of waiting it is %s, due %s", app.Clock, app.DueAt)
	}
	s.takes(andi, "approve", "")
	if app := s.detail(andi).Application; app.OnTime == nil || !*app.OnTime {
		t.Error("the office is called late for the applicant's time")
	}
	s.issued()
}

// TestTheKelurahanOfTheAddressVisits: the agency has the case, the office of the applicant's address is asked, another's is not.
func TestTheKelurahanOfTheAddressVisits(t *testing.T) {
	c := open(t)
	c.publishes(25)
	s := c.apply("rekomendasi-sosial")
	who := append(reporter("pemohon"), address("pemohon")...)
	s.says("isi", with(who, "penghasilan", "1.500.000", "tanggungan", "2", "bersedia", "yes")...)
	s.sends("Rp500.000")
	dinsos, near, far := c.officer("Dewi Lestari", "officer", "dinsospm"), c.officer("Andi Wijaya", "officer", "kec-batam-kota"), c.officer("Yusuf Hakim", "officer", "kec-nongsa")
	s.takes(dinsos, "start_review", "")
	s.takes(dinsos, "minta", "")
	far.sees("/petugas/antrean")
	if a := far.Get(s.desk()); a.Status != http.StatusNotFound {
		t.Errorf("the office of another address gets %d", a.Status)
	}
	s.stands("Kecamatan Batam Kota")
	s.answers(near, "kunjungan", "layak", "", "lantai", "tanah")
	s.in(dinsos, "in_review")
	s.takes(dinsos, "approve", "")
	s.issued()
}

// TestTheOfficeWorksTheFeeOut: by the applicant's area, the officer's index and the tariff of the day; the applicant agrees to it
// or says why not, and only then owes it.
func TestTheOfficeWorksTheFeeOut(t *testing.T) {
	c := open(t)
	c.publishes(14)
	s := c.apply("pbg")
	who := append([]string{"pemohon.nik", siti, "pemohon.name", "Siti Rahma", "pemohon.birth_date", "1990-03-27", "pemohon.birth_place", "Batam"}, address("pemohon")...)
	s.says("isi", with(who, "luas", "120", "fungsi", "hunian", "gambar", file)...)
	s.sends("120")
	rina := c.officer("Rina Marlina", "officer", "dpmptsp")
	s.takes(rina, "start_review", "")
	s.takes(rina, "hitung", "", "indeks", "0,25")
	first := s.by.Page(s.root, "Langkah Anda", "RETRIBUSI, Rp150.000.000", "SETUJUI", "KEBERATAN") // 120 m² × 0,25 × Rp5.000.000
	s.by.Sees(s.own(first, "keberatan", ""), http.StatusUnprocessableEntity, "Catatan untuk petugas")
	s.by.Goes(s.own(first, "keberatan", "Luasnya 100 m²."), s.root)
	if page := pagetest.Text(rina.sees(s.desk())); !strings.Contains(page, "Luasnya 100 m².") {
		t.Error("the office does not read why")
	}
	s.in(rina, "in_review")
	s.takes(rina, "hitung", "", "indeks", "0,2")
	_, err := s.Casework.Correct(c.In(t, pagetest.HostBatam), s.applicant(rina), s.id())
	if !fault.Is(err, "application.no_action") {
		t.Fatalf("a correction that nobody asked for: %v", err)
	}
	s.in(rina, "persetujuan")
	s.turn("SETUJUKAH")
	s.written("SETUJUKAH\n\nYang harus Anda bayar setelah memilih SETUJUI: RETRIBUSI, Rp120.000.000.")
	s.by.Sees(s.own(first, "setuju", ""), http.StatusConflict, "Permohonan ini berubah", "RETRIBUSI, Rp120.000.000") // they agree to another sum
	s.in(rina, "persetujuan")
	_, err = s.Casework.Step(c.In(t, pagetest.HostBatam), s.applicant(rina), casework.ActInput{ID: s.id(), Action: "setuju", Version: 3})
	if f := fault.From(err); f.Code != "application.changed" || strings.Contains(fmt.Sprint(f.Args), "Rina") {
		t.Errorf("an old version is refused with %v, %v", err, f.Args)
	}
	second := s.by.Page(s.root, "RETRIBUSI, Rp120.000.000")
	s.by.Goes(s.own(second, "setuju", ""), s.root)
	d := s.detail(rina)
	if len(d.Fees) != 1 || d.Fees[0].Amount != 120_000_000 { // 120 m² × 0,2 × Rp5.000.000
		t.Fatalf("asked to pay %+v", d.Fees)
	}
	if a := s.own(second, "setuju", ""); a.Status != http.StatusConflict {
		t.Errorf("agreeing twice is %d", a.Status)
	}
	s.by.Page(s.root, "Rp120.000.000")
	s.turn("BAYARLAH")
	s.takes(rina, "catat", "", "paid_amount", "120000000", "paid_on", "2026-11-24", "paid_reference", "NTPD-9")
	s.turn("")
	s.takes(rina, "approve", "")
	s.issued()
}
