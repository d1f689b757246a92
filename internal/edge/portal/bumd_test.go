package portal

import (
	"net"
	"net/http"
	"net/smtp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// subscribe puts a city on the demonstration's plan from the beginning of the year.
func (s *pages) subscribe(t testing.TB, host string) {
	t.Helper()
	ctx := s.in(t, host)
	city, _ := tenancy.CityFrom(ctx)
	_, err := s.Billing.Subscribe(ctx, billing.SubscribeInput{City: city, Plan: "demo-kota",
		StartsOn: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), ActorKind: audit.System})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheBUMDSeesFiguresAndNoPerson: totals of every city, each line with its working, and nothing about anyone.
func TestTheBUMDSeesFiguresAndNoPerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	siti := s.resident(t, hostBatam, "Siti Rahma", "081270001234")
	_, number := siti.apply(sitiNIK)
	s.subscribe(t, hostBatam)
	yusuf := s.staff(t, hostPlatform, "Yusuf Hakim", "bumd", "")

	all := yusuf.page("/bumd", "Pemakaian kota", "Kota Batam", "Kota Tanjungpinang", "Tidak berlangganan", "Permohonan diajukan", "November 2026", "belum termasuk pajak", "harganya karangan")
	one := yusuf.page("/bumd/kota/batam?bulan=2026-11", "Kota Batam", "1 permohonan, semuanya dalam", "Disdukcapil", "KTP-el hilang", "belum termasuk pajak")
	for _, private := range []string{"Siti", number, sitiNIK, "081270001234", "Maya"} {
		if strings.Contains(all+one, private) {
			t.Errorf("the BUMD sees %q", private)
		}
	}
	yusuf.page("/bumd/kota/tanjungpinang", "tidak berlangganan")
	yusuf.page("/bumd?bulan=2026-10", "Oktober 2026")
	yusuf.sees(yusuf.get("/bumd?bulan=2026-99"), http.StatusUnprocessableEntity, "bulan")
	yusuf.sees(yusuf.get("/bumd/kota/atlantis"), http.StatusNotFound)
	yusuf.sees(yusuf.get("/bumd/kota/platform"), http.StatusNotFound)
	yusuf.sees(yusuf.get("/petugas/antrean"), http.StatusNotFound) // a page of cities
	yusuf.sees(yusuf.get("/kelola/staf"), http.StatusForbidden)

	admin := s.staff(t, hostBatam, "Maya Putri", "city_admin", "")
	admin.sees(admin.get("/bumd"), http.StatusNotFound) // a page of the platform
	s.browser(t, hostPlatform).goes(s.browser(t, hostPlatform).get("/bumd"), "/masuk?lanjut=%2Fbumd")
	boss := s.staff(t, hostPlatform, "Ratna Dewi", "bumd_admin", "")
	page := boss.page("/kelola/staf", "Yusuf Hakim", "Staf BUMD")
	if strings.Contains(page, "Maya") {
		t.Error("the platform lists the staff of a city")
	}
	boss.page("/kelola/peran", "Staf BUMD")
	boss.page("/kelola/audit")
}

// deliver puts a letter into the mailbox of a demonstration.
func deliver(t testing.TB, box *mailbox.Box, city, subject, words string) {
	t.Helper()
	host, port := box.Addr()
	letter := "X-Bedelau-City: " + city + "\r\nFrom: a@contoh.id\r\nTo: siti@contoh.id\r\nSubject: " + subject +
		"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + words + "\r\n"
	if err := smtp.SendMail(net.JoinHostPort(host, strconv.Itoa(port)), nil, "a@contoh.id", []string{"siti@contoh.id"}, []byte(letter)); err != nil {
		t.Fatal(err)
	}
}

// TestTheMailboxIsOfOneCityAndADemonstration alone.
func TestTheMailboxIsOfOneCityAndADemonstration(t *testing.T) {
	t.Parallel()
	plain := open(t)
	b := plain.browser(t, hostBatam)
	b.sees(b.get("/kotak-surat"), http.StatusNotFound)
	if strings.Contains(b.page("/"), "/kotak-surat") {
		t.Error("a page opens a mailbox that is not there")
	}

	box, err := mailbox.Open(t.TempDir(), plain.Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	s := openWith(t, func(d *site.Deps) {
		d.Mailbox = box
		d.StaffCodes = func(tenant string) []site.StaffCode {
			return []site.StaffCode{{Label: "Petugas " + tenant, Login: "petugas@" + tenant + ".localhost", Password: "sandi", Code: "123456"}}
		}
	})
	deliver(t, box, "batam", "Untuk Batam", "Halo <b>Siti</b>, buka http://batam.localhost/permohonan/"+uuid.Nil.String())
	deliver(t, box, "tanjungpinang", "Untuk Tanjungpinang", "Halo")

	b = s.browser(t, hostBatam)
	page := b.page("/kotak-surat", "Untuk Batam", "petugas@batam.localhost", "123456")
	if !strings.Contains(page, "demo-ribbon") {
		t.Error("a page of a demonstration does not say so")
	}
	if strings.Contains(page, "Untuk Tanjungpinang") {
		t.Error("a city reads another's mail")
	}
	_, rest, _ := strings.Cut(page, "/kotak-surat?surat=")
	id, _, _ := strings.Cut(rest, `"`)
	letter := b.page("/kotak-surat?surat="+id, "Halo <b>Siti</b>", "http://batam.localhost/permohonan/")
	if strings.Contains(letter, "<b>Siti</b>") {
		t.Error("a letter is shown as a page")
	}
	other := s.browser(t, hostOther)
	other.sees(other.get("/kotak-surat?surat="+id), http.StatusNotFound)
	other.sees(other.get("/kotak-surat?surat=../../etc/passwd"), http.StatusNotFound)
}
