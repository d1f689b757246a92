package admin_test

import (
	"net"
	"net/http"
	"net/smtp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/devkit/mailbox"
)

// TestTheBUMDSeesFiguresAndNoPerson: totals of every city, each line with its working, and nothing about anyone.
func TestTheBUMDSeesFiguresAndNoPerson(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	_, number := siti.Apply(pagetest.SitiNIK)
	s.Subscribe(t, pagetest.HostBatam)
	yusuf := s.Staff(t, pagetest.HostPlatform, "Yusuf Hakim", "bumd", "")

	all := yusuf.Page("/bumd", "Pemakaian kota", "Kota Batam", "Kota Tanjungpinang", "Tidak berlangganan", "Permohonan diajukan", "November 2026", "belum termasuk pajak", "harganya karangan")
	one := yusuf.Page("/bumd/kota/batam?bulan=2026-11", "Kota Batam", "1 permohonan, semuanya dalam", "Disdukcapil", "KTP-el hilang", "belum termasuk pajak")
	for _, private := range []string{"Siti", number, pagetest.SitiNIK, "081270001234", "Maya"} {
		if strings.Contains(all+one, private) {
			t.Errorf("the BUMD sees %q", private)
		}
	}
	yusuf.Page("/bumd/kota/tanjungpinang", "tidak berlangganan")
	yusuf.Page("/bumd?bulan=2026-10", "Oktober 2026")
	yusuf.Sees(yusuf.Get("/bumd?bulan=2026-99"), http.StatusUnprocessableEntity, "Bulan:")
	yusuf.Sees(yusuf.Get("/bumd/kota/atlantis"), http.StatusNotFound)
	yusuf.Sees(yusuf.Get("/bumd/kota/platform"), http.StatusNotFound)
	yusuf.Sees(yusuf.Get("/petugas/antrean"), http.StatusNotFound) // a page of cities
	yusuf.Sees(yusuf.Get("/kelola/staf"), http.StatusForbidden)

	admin := s.Staff(t, pagetest.HostBatam, "Maya Putri", "city_admin", "")
	admin.Sees(admin.Get("/bumd"), http.StatusNotFound) // a page of the platform
	s.Browser(t, pagetest.HostPlatform).Goes(s.Browser(t, pagetest.HostPlatform).Get("/bumd"), "/masuk?lanjut=%2Fbumd")
	boss := s.Staff(t, pagetest.HostPlatform, "Ratna Dewi", "bumd_admin", "")
	page := boss.Page("/kelola/staf", "Yusuf Hakim", "Staf BUMD")
	if strings.Contains(page, "Maya") {
		t.Error("the platform lists the staff of a city")
	}
	boss.Page("/kelola/peran", "Staf BUMD")
	boss.Page("/kelola/audit")
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
	plain := pagetest.Open(t)
	b := plain.Browser(t, pagetest.HostBatam)
	b.Sees(b.Get("/kotak-surat"), http.StatusNotFound)
	if strings.Contains(b.Page("/"), "/kotak-surat") {
		t.Error("a page opens a mailbox that is not there")
	}

	box, err := mailbox.Open(t.TempDir(), plain.Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	s := pagetest.OpenWith(t, func(d *site.Deps) {
		d.Mailbox = box
		d.StaffCodes = func(tenant string) []site.StaffCode {
			return []site.StaffCode{{Label: "Petugas " + tenant, Login: "petugas@" + tenant + ".localhost", Password: "sandi", Code: "123456"}}
		}
	})
	deliver(t, box, "batam", "Untuk Batam", "Halo <b>Siti</b>, buka http://batam.localhost/permohonan/"+uuid.Nil.String())
	deliver(t, box, "tanjungpinang", "Untuk Tanjungpinang", "Halo")

	b = s.Browser(t, pagetest.HostBatam)
	page := b.Page("/kotak-surat", "Untuk Batam", "petugas@batam.localhost", "123456")
	if !strings.Contains(page, "demo-ribbon") {
		t.Error("a page of a demonstration does not say so")
	}
	if strings.Contains(page, "Untuk Tanjungpinang") {
		t.Error("a city reads another's mail")
	}
	_, rest, _ := strings.Cut(page, "/kotak-surat?surat=")
	id, _, _ := strings.Cut(rest, `"`)
	letter := b.Page("/kotak-surat?surat="+id, "Halo <b>Siti</b>", "http://batam.localhost/permohonan/")
	if strings.Contains(letter, "<b>Siti</b>") {
		t.Error("a letter is shown as a page")
	}
	other := s.Browser(t, pagetest.HostOther)
	other.Sees(other.Get("/kotak-surat?surat="+id), http.StatusNotFound)
	other.Sees(other.Get("/kotak-surat?surat=../../etc/passwd"), http.StatusNotFound)
}
