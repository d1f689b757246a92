package services_test

import (
	"testing"
	"time"

	"bedelau/internal/edge/pagetest"
)

// request fills in a request for public information of a legal entity.
func (c *city) request() *story {
	s := c.apply("informasi-publik", "10 hari kerja", "Dapat diperpanjang paling lama 7 hari kerja", "Bila pemohon badan hukum", "keberatan kepada atasan PPID", "UU 14/2008")
	s.says("pemohon", "jenis_pemohon", "badan-hukum")
	s.says("nik", "nik", siti)
	s.says("identitas", "nama_lengkap", "Siti Rahma", "alamat", "Jl. Teratai 5")
	s.refused("kontak", "email", "nomor_hp", "081270001234", "email", "bukan alamat")
	s.says("kontak", "nomor_hp", "081270001234", "email", "siti@contoh.id")
	s.says("informasi", "rincian_informasi", "Anggaran pemeliharaan drainase 2026.")
	s.says("tujuan", "tujuan_penggunaan", "Penelitian.")
	s.refused("cara", "tidak ada salinan yang dikirim", "cara_memperoleh", "melihat", "cara_mengirim", "unduh")
	s.says("cara", "cara_memperoleh", "salinan-lunak", "cara_mengirim", "unduh")
	s.says("berkas_ktp", "file_ktp", file)
	s.hides("berkas_wakil", "file_surat_kuasa")
	s.says("berkas_wakil", "file_badan_hukum", file)
	s.states()
	s.sends("Anggaran pemeliharaan drainase 2026.")
	return s
}

// TestInformationIsGrantedAfterOneExtension: 10 working days, once 7 more with notice, and no third time.
func TestInformationIsGrantedAfterOneExtension(t *testing.T) {
	c := open(t)
	s := c.request()
	ppid := c.officer("Rina Marlina", "officer", "diskominfo")
	day := func() string {
		return s.detail(ppid).Application.DueAt.In(time.FixedZone("WIB", 7*3600)).Format(time.DateOnly)
	}
	if day() != "2026-12-08" {
		t.Errorf("ten working days from 24 November end on %s", day())
	}
	s.takes(ppid, "start_review", "")
	s.mayNot(ppid, "input.invalid", "extend", "", "alasan_perpanjangan", "banyak")
	s.takes(ppid, "extend", "Datanya tersebar di tiga dinas.", "alasan_perpanjangan", "banyak")
	if day() != "2026-12-17" {
		t.Errorf("seven more end on %s", day())
	}
	s.stands("Datanya tersebar di tiga dinas.")
	s.Soon(t, "the notice of the extension", func() bool {
		var n int
		err := s.World.DB.App.NewRaw("SELECT count(*) FROM message WHERE template = 'generic'").Scan(c.In(t, pagetest.HostBatam), &n)
		return err == nil && n == 1
	})
	s.offers(ppid, "extend", false)
	s.mayNot(ppid, "application.no_action", "extend", "Sekali lagi.", "alasan_perpanjangan", "banyak")
	s.mayNot(ppid, "input.invalid", "approve", "Terlampir.", "keputusan", "sebagian")
	s.takes(ppid, "approve", "Terlampir.", "keputusan", "sebagian", "bagian_dikecualikan", "Nomor rekening penyedia (Pasal 17 huruf h).")
	s.issued("PEMBERITAHUAN TERTULIS", "DIBERIKAN Sebagian", "Nomor rekening penyedia", "Anggaran pemeliharaan drainase 2026.", "berhak mengajukan keberatan")
	s.takes(ppid, "hand_over", "")
	s.stands("Informasi sudah Anda terima")
}

// TestARefusalIsWrittenToo: with its ground and the right to object; and what is late cannot be extended.
func TestARefusalIsWrittenToo(t *testing.T) {
	c := open(t)
	s := c.request()
	ppid := c.officer("Rina Marlina", "officer", "diskominfo")
	s.takes(ppid, "start_review", "")
	s.mayNot(ppid, "input.invalid", "reject", "Lihat pertimbangan.", "alasan_penolakan", "dikecualikan")
	s.Wait(15 * 24 * time.Hour)
	s.mayNot(ppid, "application.extended_late", "extend", "Datanya banyak.", "alasan_perpanjangan", "banyak")
	s.takes(ppid, "reject", "Lihat pertimbangan.", "alasan_penolakan", "dikecualikan", "dasar_pengecualian", "Pasal 17 huruf h, UK-03/2026")
	s.comesBack()
	said := s.issued("DITOLAK", "Informasi dikecualikan (UU 14/2008 Pasal 17)", "UK-03/2026", "Lihat pertimbangan.", "berhak mengajukan keberatan")
	if contains(said, "DIBERIKAN") {
		t.Errorf("the refusal grants:\n%s", said)
	}
}
