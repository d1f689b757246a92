package services_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
	err := c.Registers.Set(c.World.Ctx(c.World.Batam), registry.SetInput{Kind: registry.Population, Name: register.Name, URL: srv.URL, Key: "k", Timeout: 5 * time.Second, Active: true})
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

// TestARegisterFillsInWithConsent: one number of an account, marked, checked, changed and recorded; nothing that was not typed.
func TestARegisterFillsInWithConsent(t *testing.T) {
	c := open(t)
	s := c.apply("pindah-keluar")
	s.says("syarat", "paham_syarat", "yes")
	if strings.Contains(s.by.Page(s.root+"/isi/pemohon"), "/data/") {
		t.Error("a city without a register offers one")
	}
	s.by.Sees(s.by.Get(s.root+"/data/population"), http.StatusNotFound)
	c.registers(standIn())
	s.by.Page(s.root+"/isi/pemohon", "Cocokkan dengan Data contoh (bukan Dukcapil)")
	at := s.root + "/data/population"
	s.by.Page(at, "nomor Kartu Keluarga tidak diambil", "NIK pertama yang cocok", "UU 27/2022", "Saya setuju data saya diambil")
	s.by.Sees(s.by.Get(s.root+"/data/business"), http.StatusNotFound)

	s.by.Sees(s.by.Post(at, "identifier", siti), http.StatusUnprocessableEntity, "Centang pernyataan ini")
	s.by.Sees(s.by.Post(at, "identifier", "217", "consent", "yes"), http.StatusUnprocessableEntity, "NIK terdiri dari 16 angka")
	s.by.Sees(s.by.Post(at, "identifier", budi, "consent", "yes"), http.StatusOK, "Tidak ada data dengan nomor ini dan nama di akun Anda")
	s.by.Goes(s.by.Post(at, "identifier", siti, "consent", "yes"), s.root+"/isi/pemohon")
	page := s.by.Page(s.root+"/isi/pemohon", "Dari data yang sudah ada. Mohon periksa.")
	if !strings.Contains(page, `value="SITI RAHMA"`) || strings.Contains(page, `value="1990"`) || strings.Contains(page, kk) || strings.Contains(page, "/data/population") {
		t.Error("the page does not hold what the register has answered, or offers it again")
	}
	s.by.Sees(s.by.Post(at, "identifier", rini, "consent", "yes"), http.StatusForbidden, "sudah dicocokkan dengan NIK lain")

	s.says("pemohon", with(reporter("pemohon"), "nomor_kk", kk)...)
	page = s.by.Page(s.root + "/isi/pemohon")
	if n := strings.Count(page, "Mohon periksa."); n != 1 { // the number is as the register has it; the name was typed otherwise
		t.Errorf("%d answers are marked", n)
	}
	if page = s.by.Page(s.root + "/isi/asal"); strings.Contains(page, "Jl. Teratai 5") || strings.Contains(page, "Atlantis") {
		t.Error("an address is told to who has not typed it")
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

// TestQuestionsAtOnceFindOnePerson: two people of the account's name are asked about together, and one is told.
func TestQuestionsAtOnceFindOnePerson(t *testing.T) {
	c := open(t)
	both, stand := make(chan struct{}), standIn()
	var asked atomic.Int64
	c.registers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 2 {
			close(both)
		}
		select { // nobody is answered before both have asked
		case <-both:
			stand.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	s := c.apply("pindah-keluar")
	got := make(chan int, 2)
	for _, nik := range []string{siti, rini} {
		go func() { got <- s.by.Post(s.root+"/data/population", "identifier", nik, "consent", "yes").Status }()
	}
	if one, two := <-got, <-got; min(one, two) != http.StatusSeeOther || max(one, two) != http.StatusForbidden {
		t.Errorf("of two at once: %d, %d", one, two)
	}
	var trail string
	err := c.World.DB.App.NewRaw(`SELECT string_agg(detail->>'outcome', ' ' ORDER BY detail->>'outcome') FROM audit_entry WHERE tenant_id = ? AND action = 'application.registry'`,
		c.World.Batam.ID).Scan(c.World.Ctx(c.World.Batam), &trail)
	if err != nil || trail != "found not_own" {
		t.Errorf("the audit record has %q, %v", trail, err)
	}
}
