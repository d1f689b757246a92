package services_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestBusinessLetter: the office of the business's address has it, and is held to minutes.
func TestBusinessLetter(t *testing.T) {
	c := open(t)
	s := c.apply("surat-keterangan-usaha", "15–60 menit", "Surat pengantar RT/RW", "6 bulan sejak terbit", "Tidak dipungut biaya")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", reporter("pemohon")...)
	shop := []string{"usaha_nama", "Warung Siti", "usaha_bidang", "Warung makan", "usaha_mulai", "2020-01-01", "keperluan", "Pengajuan KUR"}
	s.refused("usaha", "13 angka", with(shop, "punya_nib", "yes", "usaha_nib", "123")...)
	s.says("usaha", with(shop, "punya_nib", "no")...)
	s.says("lokasi", address("lokasi")...)
	s.says("berkas", "file_ktp", file, "file_pengantar", file, "file_foto_usaha", file)
	s.states()
	s.sends("Warung Siti")
	s.mayNotStart(s.number)
	s.by.Page(s.root, "Kecamatan Batam Kota")

	// Another district's officer does not know of it.
	other := c.officer("Dewi Lestari", "officer", "kec-nongsa")
	other.sees("/petugas/antrean")
	if a := other.Get(s.desk()); a.Status != http.StatusNotFound {
		t.Errorf("the officer of Nongsa gets %d", a.Status)
	}
	andi := c.officer("Andi Wijaya", "officer", "kec-batam-kota")
	page := pagetest.Text(andi.sees("/petugas/antrean"))
	if !strings.Contains(page, s.number) || !strings.Contains(page, "menit") && !strings.Contains(page, "jam") {
		t.Errorf("the queue tells no deadline within the hour:\n%s", page)
	}
	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "")
	s.issued("SURAT KETERANGAN USAHA", "Kecamatan Batam Kota", "Warung Siti", "Pengajuan KUR", "Teluk Tering", siti)
	s.stands("Surat Anda sudah terbit")

	// At their counter the office of an address files what goes by addresses, though the service is another agency's, and no more.
	if page := other.sees("/petugas/ajukan"); !strings.Contains(page, `value="surat-keterangan-usaha"`) || strings.Contains(page, `value="pindah-keluar"`) {
		t.Error("the district is not offered the services that go by addresses, or others too")
	}
	who := []string{"name", "Nurhayati", "seen", "ktp", "consent", "yes"}
	if a := other.Post("/petugas/ajukan", with(who, "service", "surat-keterangan-usaha")...); !strings.HasPrefix(a.To(), "/permohonan/") {
		t.Errorf("the counter of a district does not begin: %d\n%s", a.Status, pagetest.Text(a.Body))
	}
	if a := other.Post("/petugas/ajukan", with(who, "service", "pindah-keluar")...); a.Status == http.StatusSeeOther {
		t.Error("the district files another agency's service")
	}
}

func contains(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(pagetest.Text(text), w) {
			return true
		}
	}
	return false
}
