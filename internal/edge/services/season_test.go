package services_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bedelau/internal/city/application"
	"bedelau/internal/city/booking"
	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tariff"
)

// publishes puts a row of the catalogue into force in the city.
func (c *city) publishes(row int) {
	c.t.Helper()
	engine := pack.NewEngine()
	for _, s := range []pack.Section{catalog.Section(), tariff.Section(), application.Section(), booking.Section()} {
		engine.Register(s)
	}
	x := catalogue[0]
	for _, one := range catalogue {
		if one.row == row {
			x = one
		}
	}
	p, err := pack.Load(published(c.t, x), "batam")
	if err == nil {
		_, err = engine.Apply(c.t.Context(), c.World.DB, p)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.Directory.Forget()
}

// until moves the clock to a moment of the city.
func (c *city) until(moment string) {
	c.t.Helper()
	at, err := time.ParseInLocation(time.DateTime, moment, time.FixedZone("WIB", 7*3600))
	if err != nil {
		c.t.Fatal(err)
	}
	c.Wait(at.Sub(c.ClockNow()))
}

// TestAllowanceOfAPeriod: the allowance for older residents is applied for in periods and decided by the day on which the
// names are announced. Before and after a period nobody begins, by no door; what was begun in it is sent in it or not at all.
func TestAllowanceOfAPeriod(t *testing.T) {
	c := open(t)
	c.publishes(26)
	const service = "santunan-lansia"
	rini := c.Resident(t, pagetest.HostBatam, "Rini Anggraini", "081270009999")
	andi := c.officer("Andi Wijaya", "officer", "dinsospm")

	// The day before.
	page := c.resident.Page("/layanan/"+service, "Belum dibuka", "mulai 25 November 2026 pukul 08.00 WIB", "pada hari pengumuman", "Hasil diumumkan 10 Desember 2026", "15 Juni 2027")
	if strings.Contains(page, `action="/ajukan/`) || strings.Contains(page, "/masuk?next=") {
		t.Error("a service that is shut can be begun")
	}
	c.resident.Page("/layanan?q=santunan", "Dibuka 25 Nov")
	c.resident.Sees(c.resident.Post("/ajukan/"+service), http.StatusConflict, "baru dibuka 25 November 2026 pukul 08.00")
	andi.sees("/petugas/ajukan")
	andi.Sees(andi.Post("/petugas/ajukan", "service", service, "name", "Nurhayati", "seen", "ktp", "consent", "yes"), http.StatusConflict, "baru dibuka 25 November 2026")

	// In the period one is sent, and one is left as a draft.
	c.until("2026-11-25 08:00:00")
	c.comesBack()
	old := []string{"lansia.nik", nenek, "lansia.name", "Nurhayati", "lansia.birth_date", "1955-05-15", "lansia.birth_place", "Batam"}
	fills := func(s *story) {
		t.Helper()
		s.says("isi", with(append(old, address("lansia")...), "pengusul", "sendiri", "bersedia", "yes")...)
	}
	s := c.apply(service, "25 November 2026 pukul 08.00 WIB sampai 27 November 2026 pukul 16.00 WIB")
	c.resident.Page("/layanan?q=santunan", "Dibuka sampai 27 Nov")
	fills(s)
	s.sends("Kirim paling lambat 27 November 2026 pukul 16.00 WIB")
	s.by.Page(s.root+"/terkirim", "sampai 10 Desember 2026")

	c.until("2026-11-27 15:59:00")
	rini.Goes(rini.Post("/masuk", "login", "rini.anggraini@contoh.id", "password", pagetest.Password), "/permohonan")
	late := c.applyAs(rini, service)
	fills(late)
	key := pagetest.Hidden(t, rini.Page(late.root+"/periksa", "Kirim paling lambat"), "key")

	// A second too late.
	c.until("2026-11-27 16:00:01")
	rini.Sees(rini.Post(late.root+"/kirim", "key", key), http.StatusConflict, "baru dibuka 15 Juni 2027")
	if page := rini.Page(late.root+"/periksa", "baru dibuka 15 Juni 2027", "Nurhayati"); strings.Contains(page, `/kirim"`) {
		t.Error("a draft that is too late can be sent")
	}
	rini.Sees(rini.Post("/ajukan/"+service), http.StatusConflict, "baru dibuka 15 Juni 2027")
	rini.Page("/layanan/"+service, "Belum dibuka")

	// The promise is the day of the announcement, and it stays while the applicant corrects something.
	due := time.Date(2026, 12, 10, 9, 0, 0, 0, time.UTC) // the office closes at 16.00
	if got := s.detail(andi).Application.DueAt; !got.Equal(due) {
		t.Fatalf("due %s, want %s", got, due)
	}
	s.takes(andi, "start_review", "")
	s.sendsBack(andi, "Mohon periksa nama", "lansia.name")
	c.until("2026-12-02 10:00:00")
	c.comesBack()
	s.next = "isi"
	s.by.Page(s.root + "/isi/isi")
	if a := s.send("isi", "lansia.name", "Nurhayati Siregar"); a.Status != http.StatusSeeOther {
		t.Fatalf("the correction: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	if a := s.by.Post(s.root + "/kirim"); a.Status != http.StatusSeeOther {
		t.Fatalf("a correction is refused out of season: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	if got := s.detail(andi).Application; !got.DueAt.Equal(due) || got.Remaining != nil {
		t.Errorf("after a correction it is due %s", got.DueAt)
	}
	page = pagetest.Text(andi.sees(s.desk()))
	if !strings.Contains(page, "sampai 10 Desember 2026") || !strings.Contains(page, "hari kerja") {
		t.Errorf("the case does not tell the day:\n%s", page)
	}
	c.until("2026-12-10 15:30:00")
	s.takes(andi, "approve", "")
	c.comesBack()
	s.stands("Surat Anda sudah terbit")
	if x := s.detail(andi).Application; x.OnTime == nil || !*x.OnTime {
		t.Errorf("decided on the day it was announced for, and on time is %v", x.OnTime)
	}
	var counted bool
	if err := c.World.DB.App.NewRaw("SELECT on_time FROM dashboard_application WHERE tenant_id = ? AND application_id = ?", c.World.Batam.ID, s.id()).Scan(c.In(t, pagetest.HostBatam), &counted); err != nil || !counted {
		t.Errorf("the dashboard counts it as in time: %v, %v", counted, err)
	}
}
