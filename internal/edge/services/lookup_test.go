package services_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/devkit/register"
	"bedelau/internal/kernel/registry"
)

// registers points Batam at a stand-in that knows Siti and, by his own number, Budi.
func (c *city) registers(h http.Handler) {
	c.t.Helper()
	srv := httptest.NewServer(h)
	c.t.Cleanup(srv.Close)
	err := c.Registers.Set(c.World.Ctx(c.World.Batam), registry.SetInput{Kind: registry.Population, Name: register.Name, URL: srv.URL, Key: "k", Timeout: 500 * time.Millisecond, Active: true})
	if err != nil {
		c.t.Fatal(err)
	}
}

func standIn() http.Handler {
	return register.Handler("k", map[string]map[string]register.Entry{"population": {
		siti: {"name": "SITI RAHMA", "birth_date": "1990-03-27", "family_card": kk, "address": "Jl. Teratai 5", "district": "Atlantis"},
		budi: {"name": "Budi Santoso", "birth_date": "1987-12-01"},
		rini: {"name": "Siti Rahma", "birth_date": "1995-08-04"},
	}})
}

// TestARegisterFillsInWithConsent: only the applicant's own number, marked, checked, changed and recorded.
func TestARegisterFillsInWithConsent(t *testing.T) {
	c := open(t)
	s := c.apply("pindah-keluar")
	s.says("syarat", "paham_syarat", "yes")
	if strings.Contains(s.by.Page(s.root+"/isi/pemohon"), "/data/") {
		t.Error("a city without a register offers one")
	}
	s.by.Sees(s.by.Get(s.root+"/data/population"), http.StatusNotFound)
	c.registers(standIn())
	s.by.Page(s.root+"/isi/pemohon", "Isi otomatis dari Data contoh (bukan Dukcapil)")
	at := s.root + "/data/population"
	s.by.Page(at, "Tanggal lahir", "Nomor Kartu Keluarga", "UU 27/2022", "Saya setuju data saya diambil")
	s.by.Sees(s.by.Get(s.root+"/data/business"), http.StatusNotFound)

	s.by.Sees(s.by.Post(at, "identifier", siti), http.StatusUnprocessableEntity, "Centang pernyataan ini")
	s.by.Sees(s.by.Post(at, "identifier", "217", "consent", "yes"), http.StatusUnprocessableEntity, "NIK terdiri dari 16 angka")
	s.by.Sees(s.by.Post(at, "identifier", budi, "consent", "yes"), http.StatusOK, "Tidak ada data dengan nomor ini dan nama di akun Anda")
	s.by.Goes(s.by.Post(at, "identifier", siti, "consent", "yes"), s.root+"/isi/pemohon")
	page := s.by.Page(s.root+"/isi/pemohon", "Dari data yang sudah ada. Mohon periksa.")
	if !strings.Contains(page, `value="SITI RAHMA"`) || !strings.Contains(page, `value="1990"`) || strings.Contains(page, "/data/population") {
		t.Error("the page does not hold what the register has answered, or offers it again")
	}
	s.by.Sees(s.by.Post(at, "identifier", rini, "consent", "yes"), http.StatusForbidden, "hanya dapat diambil untuk NIK Anda sendiri")

	s.says("pemohon", with(reporter("pemohon"), "nomor_kk", kk)...)
	page = s.by.Page(s.root + "/isi/pemohon")
	if n := strings.Count(page, "Mohon periksa."); n != 3 { // the number, the birth date and the family card are as the register has them
		t.Errorf("%d answers are marked", n)
	}
	if page = s.by.Page(s.root + "/isi/asal"); !strings.Contains(page, "Jl. Teratai 5") || strings.Contains(page, "Atlantis") {
		t.Error("an address is not filled in, or with a place that there is not")
	}
	for range 2 {
		s.by.Sees(s.by.Post(at, "identifier", siti, "consent", "yes"), http.StatusSeeOther)
	}
	s.by.Sees(s.by.Post(at, "identifier", siti, "consent", "yes"), http.StatusTooManyRequests, "terlalu sering")

	var trail []string
	ctx := c.World.Ctx(c.World.Batam)
	err := c.World.DB.App.NewRaw("SELECT detail::text FROM audit_entry WHERE tenant_id = ? AND action = 'application.registry' ORDER BY id", c.World.Batam.ID).Scan(ctx, &trail)
	if err != nil || len(trail) != 4 || !strings.Contains(trail[0], "unknown") || !strings.Contains(trail[1], "found") || !strings.Contains(trail[1], "notice") {
		t.Errorf("the audit record has %q, %v", trail, err)
	}
	for _, line := range append(trail, c.Journal.String()) {
		if strings.Contains(line, siti) || strings.Contains(line, budi) {
			t.Errorf("a NIK is in %q", line)
		}
	}
	stranger := c.Resident(t, pagetest.HostBatam, "Rini Anggraini", "081270009999")
	stranger.Sees(stranger.Post(at, "identifier", rini, "consent", "yes"), http.StatusNotFound)
}

// TestADeadRegisterBlocksNothing: the form goes on by hand.
func TestADeadRegisterBlocksNothing(t *testing.T) {
	c := open(t)
	c.registers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	s := c.apply("pindah-keluar")
	s.says("syarat", "paham_syarat", "yes")
	s.by.Sees(s.by.Post(s.root+"/data/population", "identifier", siti, "consent", "yes"), http.StatusOK, "sedang tidak menjawab", "Isi sendiri")
	s.says("pemohon", with(reporter("pemohon"), "nomor_kk", kk)...)
	if s.next != "asal" {
		t.Errorf("led to %q", s.next)
	}
}
