package services_test

import (
	"net/http"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// reporter are the answers about the resident who applies.
func reporter(block string) []string {
	return []string{block + ".nik", siti, block + ".name", "Siti Rahma", block + ".birth_date", "1990-03-27", block + ".phone", "0812 7000 1234"}
}

func address(block string) []string {
	return []string{block + ".address", "Jl. Teratai 5 RT 003 RW 004", block + ".district", "Batam Kota", block + ".subdistrict", "Teluk Tering"}
}

// with are answers with others in their place, or besides them.
func with(a []string, more ...string) []string {
	out := append([]string{}, a...)
next:
	for i := 0; i+1 < len(more); i += 2 {
		for j := 0; j+1 < len(out); j += 2 {
			if out[j] == more[i] {
				out[j+1] = more[i+1]
				continue next
			}
		}
		out = append(out, more[i], more[i+1])
	}
	return out
}

// TestBirthCertificate goes the longest way: no birth letter, no marriage book, reported late.
func TestBirthCertificate(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := c.apply("akta-kelahiran", "SPTJM kebenaran data kelahiran (F-2.03) dengan 2 saksi", "Bila tidak memiliki surat keterangan lahir",
		"SPTJM kebenaran sebagai pasangan suami istri (F-2.04)", "1–3 hari kerja", "Tidak dipungut biaya", "UU 24/2013 Pasal 79A", "Perpres 96/2018", "SP4N-LAPOR!")
	s.says("syarat", "paham_syarat", "yes")
	known := s.by.Page(s.root + "/isi/pelapor")
	for _, want := range []string{`value="Siti Rahma"`, `value="081270001234"`} {
		if !strings.Contains(known, want) {
			s.t.Errorf("a first application does not start with the account's %s", want)
		}
	}
	s.refused("pelapor", "Pelapor harus sudah berusia 17 tahun.", with(reporter("pelapor"), "pelapor.birth_date", "2012-01-01", "hubungan_pelapor", "ibu")...)
	s.says("pelapor", with(reporter("pelapor"), "hubungan_pelapor", "ibu")...)
	child := []string{"jenis_kelamin", "perempuan", "tempat_lahir", "Batam", "tanggal_lahir_anak", "2026-11-01", "pukul_lahir", "14.30", "anak_ke", "2", "jenis_kelahiran", "tunggal"}
	s.refused("anak", "paling sedikit dua kata", with(child, "nama_anak", "Melati")...)
	s.says("anak", with(child, "nama_anak", "Melati Putri")...)
	if s.next != "asal_usul" {
		t.Errorf("born three weeks ago, the site asks %q", s.next)
	}
	s.again("anak", with(child, "nama_anak", "Melati Putri", "tanggal_lahir_anak", "2026-05-01")...)
	s.says("terlambat", "alasan_terlambat", "Orang tua bekerja di luar kota.")
	s.says("asal_usul", "status_orang_tua", "tidak-diketahui")
	if s.next != "alamat" {
		t.Errorf("of a foundling the site asks %q", s.next)
	}
	s.again("asal_usul", "status_orang_tua", "kawin-belum-tercatat")
	mother := []string{"ibu.nik", siti, "ibu.name", "Siti Rahma", "ibu.birth_place", "Batam"}
	s.refused("ibu", "Ibu tidak mungkin lahir setelah anaknya", with(mother, "ibu.birth_date", "2026-06-01")...)
	s.by.Sees(s.send("ibu", with(mother, "ibu.nik", budi, "ibu.birth_date", "1987-12-01")...), http.StatusOK, "NIK ini milik laki-laki", "Sudah benar, lanjutkan")
	s.says("ibu", with(mother, "ibu.birth_date", "1990-03-27")...)
	s.by.Sees(s.send("ayah", "ayah.nik", rini, "ayah.name", "Budi Santoso", "ayah.birth_place", "Medan", "ayah.birth_date", "1995-08-04"), http.StatusOK, "NIK ini milik perempuan")
	s.says("ayah", "ayah.nik", budi, "ayah.name", "Budi Santoso", "ayah.birth_place", "Medan", "ayah.birth_date", "1987-12-01")
	s.says("alamat", address("alamat")...)
	s.by.Sees(s.send("bukti_lahir", "bukti_lahir", "sptjm-lahir"), http.StatusOK, "memunculkan pertanyaan lain")
	s.hides("bukti_lahir", "file_surat_lahir")
	s.refused("bukti_lahir", "SPTJM kebenaran data kelahiran (F-2.03)", "bukti_lahir", "sptjm-lahir")
	s.says("bukti_lahir", "bukti_lahir", "sptjm-lahir", "file_sptjm_lahir", file)
	s.says("bukti_kawin", "file_sptjm_kawin", file)
	s.refused("saksi", "Saksi tidak boleh orang yang melaporkan.", "saksi", "2", "saksi.1.saksi_nik", siti, "saksi.1.saksi_nama", "Siti Rahma", "saksi.2.saksi_nik", rini, "saksi.2.saksi_nama", "Rini")
	s.refused("saksi", "sedikitnya 2", "saksi", "1", "saksi.1.saksi_nik", nenek, "saksi.1.saksi_nama", "Nurhayati")
	s.says("saksi", "saksi", "2", "saksi.1.saksi_nik", nenek, "saksi.1.saksi_nama", "Nurhayati", "saksi.2.saksi_nik", rini, "saksi.2.saksi_nama", "Rini Anggraini")
	s.says("berkas_kk", "nomor_kk", kk, "file_kk", file)
	s.states()
	s.sends("Melati Putri", "SPTJM", "Rini Anggraini")

	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "Data cocok.")
	s.issued("KUTIPAN AKTA KELAHIRAN", "Melati Putri", "1 Mei 2026", "Siti Rahma", "Budi Santoso", "Nurhayati", "Rini Anggraini", s.number)
	s.stands("Dokumen Anda sudah terbit")
}

// TestFamilyCard asks in turn for each event, and sends an added child.
func TestFamilyCard(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := c.apply("kartu-keluarga", "Formulir F-1.02", "Anda mengisinya di sini", "Bukti perubahan data", "1–3 hari kerja", "Tidak dipungut biaya")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", reporter("pemohon")...)
	s.says("peristiwa", "peristiwa", "ubah")
	home := with(address("alamat"), "nama_kepala_keluarga", "Budi Santoso")
	s.says("keluarga", with(home, "nomor_kk", kk)...)
	s.refused("perubahan", "isinya masih sama", "perubahan", "1", "perubahan.1.ubah_nik", budi, "perubahan.1.ubah_elemen", "pekerjaan", "perubahan.1.ubah_semula", "Guru", "perubahan.1.ubah_menjadi", "Guru")
	s.says("perubahan", "perubahan", "1", "perubahan.1.ubah_nik", budi, "perubahan.1.ubah_elemen", "pekerjaan", "perubahan.1.ubah_semula", "Guru", "perubahan.1.ubah_menjadi", "Dosen")
	s.asks("bukti", "Bukti perubahan data", "KK lama")
	s.again("peristiwa", "peristiwa", "kurang", "alasan_kurang", "kematian")
	s.says("keluarga", with(home, "nomor_kk", kk)...)
	s.says("keluar", "keluar", "1", "keluar.1.keluar_nik", nenek, "keluar.1.keluar_nama", "Nurhayati")
	s.asks("bukti", "Akta kematian", "KK lama")
	s.again("peristiwa", "peristiwa", "kk-baru")
	s.says("keluarga", home...)
	s.asks("bukti", "Buku nikah", "punya buku nikah")
	s.again("peristiwa", "peristiwa", "tambah", "alasan_tambah", "kelahiran")
	s.says("keluarga", with(home, "nomor_kk", kk)...)
	twins := []string{"anggota", "2", "anggota.1.anggota_nama", "Melati Putri", "anggota.1.anggota_nik", "", "anggota.1.anggota_lahir", "2026-11-01", "anggota.1.anggota_hubungan", "anak",
		"anggota.2.anggota_nama", "Mawar Putri", "anggota.2.anggota_nik", "", "anggota.2.anggota_lahir", "2026-11-01", "anggota.2.anggota_hubungan", "anak"}
	s.refused("anggota", "Isian ini wajib diisi", with(twins, "anggota.2.anggota_nama", "")...)
	s.says("anggota", twins...)
	s.says("bukti", "file_kk_lama", file, "file_akta_lahir", file)
	s.states()
	s.sends("Melati Putri", "Mawar Putri", "Kelahiran")
	s.mayNotStart(s.number)

	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "")
	said := s.issued("SURAT KETERANGAN PERUBAHAN KARTU KELUARGA", "Tambah anggota keluarga", "(1) Melati Putri", "(2) Mawar Putri", "Budi Santoso")
	if contains(said, "Dosen", "Nurhayati") {
		t.Errorf("the letter names what was not asked in the end:\n%s", said)
	}
}

// TestMovingLetter: who moves along is in the letter; a move within the city is another service's.
func TestMovingLetter(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := c.apply("pindah-keluar", "Formulir F-1.03", "siapa saja yang ikut pindah", "1 hari kerja", "Surat pengantar RT/RW tidak diperlukan")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", with(reporter("pemohon"), "nomor_kk", kk)...)
	s.says("asal", address("asal")...)
	to := []string{"tujuan_alamat", "Jl. Merdeka 10", "tujuan_kelurahan", "Kesawan", "tujuan_kecamatan", "Medan Barat", "tujuan_provinsi", "Sumatera Utara",
		"tanggal_pindah", "2026-12-01", "alasan_pindah", "pekerjaan"}
	s.refused("tujuan", "Untuk pindah di dalam Kota Batam, ajukan perubahan Kartu Keluarga", with(to, "tujuan_kota", "Kota Batam")...)
	s.says("tujuan", with(to, "tujuan_kota", "Kota Medan")...)
	s.says("ikut", "jenis_pindah", "sendiri", "kk_yang_tinggal", "nomor-tetap")
	s.refused("ikut", "isi hanya yang ikut", "jenis_pindah", "semua", "ikut", "1", "ikut.1.ikut_nik", siti, "ikut.1.ikut_nama", "Siti Rahma", "ikut.1.ikut_hubungan", "istri")
	s.again("ikut", "jenis_pindah", "semua", "ikut", "2", "ikut.1.ikut_nik", budi, "ikut.1.ikut_nama", "Budi Santoso", "ikut.1.ikut_hubungan", "suami",
		"ikut.2.ikut_nik", anak, "ikut.2.ikut_nama", "Bayu Santoso", "ikut.2.ikut_hubungan", "anak")
	s.says("berkas", "file_kk", file, "file_ktp", file)
	s.states()
	s.sends("Kota Medan", "Bayu Santoso", "Seluruh keluarga")
	s.mayNotStart(s.number)

	if page := pagetest.Text(andi.sees(s.desk())); !strings.Contains(page, "Alamat tujuan Jalan, nomor, RT/RW Jl. Merdeka 10") {
		t.Errorf("the officer cannot tell which of two addresses it is:\n%s", page)
	}
	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "")
	s.issued("SURAT KETERANGAN PINDAH", "Kota Medan", "Sumatera Utara", "Budi Santoso", "Bayu Santoso", "Seluruh keluarga", "1 Desember 2026", siti, budi)

	// The one that replaces it is read first, and the old one is not what is pressed first.
	_, rest, _ := strings.Cut(s.by.Get(s.root).Body, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, ".pdf")
	head := c.officer("Hendra Gunawan", "agency_head", "disdukcapil")
	head.sees("/petugas/dokumen/" + id)
	s.went("replaced", head.Post("/petugas/dokumen/"+id+"/ganti", "reason", "Salah nama"))
	s.Soon(t, "the replacement", func() bool { return strings.Count(s.by.Get(s.root).Body, `href="/dokumen/`) == 2 })
	page := s.by.Get(s.root).Body
	if first, _, _ := strings.Cut(page, `href="/dokumen/`+id); !strings.Contains(first, `href="/dokumen/`) || strings.Count(page, "btn-good") != 1 {
		t.Errorf("the document that was replaced comes first:\n%s", pagetest.Text(page))
	}
}

// TestChildCard: a photo from five years on, and no card from seventeen.
func TestChildCard(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := c.apply("kia", "Pasfoto anak", "Bila anak sudah berusia 5 tahun atau lebih", "1–3 hari kerja", "Permendagri 2/2016")
	s.says("syarat", "paham_syarat", "yes")
	child := []string{"anak_nik", anak, "anak_nama", "Bayu Santoso", "nomor_akta", "2171-LU-05052019-0001"}
	s.refused("anak", "KIA hanya untuk anak yang belum berusia 17 tahun", with(child, "anak_tanggal_lahir", "2009-11-24")...)
	s.says("anak", with(child, "anak_tanggal_lahir", "2022-05-05", "anak_nik", "2171040505220006")...)
	s.refused("jenis", "Anak belum berusia 5 tahun.", "jenis_permohonan", "ganti-usia")
	s.says("jenis", "jenis_permohonan", "baru")
	s.says("orang_tua", with(address("orang_tua"), "orang_tua.nik", siti, "orang_tua.name", "Siti Rahma", "orang_tua.phone", "081270001234", "nomor_kk", kk)...)
	s.hides("berkas", "file_foto")
	s.again("anak", with(child, "anak_tanggal_lahir", "2019-05-05")...)
	s.says("jenis", "jenis_permohonan", "hilang")
	s.says("orang_tua", with(address("orang_tua"), "orang_tua.nik", siti, "orang_tua.name", "Siti Rahma", "orang_tua.phone", "081270001234", "nomor_kk", kk)...)
	s.refused("berkas", "Pasfoto anak", "file_akta", file, "file_kk", file, "file_ktp_ortu", file)
	s.says("berkas", "file_foto", file, "file_kehilangan", file)
	s.states()
	s.sends("Bayu Santoso", "Pengganti karena hilang")

	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "Data cocok.")
	s.issued("SURAT KETERANGAN PENGAMBILAN KARTU IDENTITAS ANAK", "Bayu Santoso", "Siti Rahma")
	s.takes(andi, "hand_over", "")
	s.stands("Selesai")
}

// TestLostCard: one at a time, and the next one three months later.
func TestLostCard(t *testing.T) {
	c := open(t)
	andi := c.officer("Andi Wijaya", "officer", "disdukcapil")
	s := c.apply("ktp-el-hilang", "Surat keterangan kehilangan dari Kepolisian", "2 hari kerja", "Tidak dipungut biaya", "3 bulan", "Diambil sendiri")
	s.says("syarat", "pernyataan_awal", "yes")
	s.refused("nik", "16 angka", "nik", "2171")
	s.says("nik", "nik", siti)
	s.by.Sees(s.send("identitas", "nama_lengkap", "Siti Rahma", "tanggal_lahir", "2014-03-27"), http.StatusOK, "usianya belum 17 tahun", "Sudah benar, lanjutkan")
	s.says("identitas", "nama_lengkap", "Siti Rahma", "tanggal_lahir", "1990-03-27")
	s.says("kk", "nomor_kk", kk)
	s.refused("kontak", "diawali 08", "nomor_hp", "0778 123 4567")
	s.says("kontak", "nomor_hp", "081270001234")
	s.says("kecamatan", "kecamatan", "21.71.10")
	s.refused("kehilangan", "belum terjadi", "tanggal_hilang", "2026-12-01", "tempat_hilang", "Pasar")
	s.says("kehilangan", "tanggal_hilang", "2026-11-20", "tempat_hilang", "Pasar Mitra Raya")
	s.says("berkas_kk", "file_kk", file)
	s.refused("berkas_kepolisian", "Surat keterangan kehilangan")
	s.says("berkas_kepolisian", "file_surat_kehilangan", file)
	s.states()
	s.sends("Pasar Mitra Raya")
	s.mayNotStart(s.number)
	s.takes(andi, "start_review", "")
	s.takes(andi, "approve", "Biometrik tunggal.")
	s.issued("SURAT KETERANGAN PENGGANTIAN KTP-EL", "Siti Rahma", "dilakukan sendiri oleh pemilik", s.number)
	s.takes(andi, "hand_over", "")
	s.stands("dokumen sudah Anda terima")
	s.mayNotStart("24 Februari 2027")
}
