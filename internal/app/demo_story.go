package app

import (
	"maps"
	"time"
)

const (
	demoSiti    = "warga@batam.localhost"
	demoBudi    = "warga2@batam.localhost"
	demoDukcap  = "petugas@batam.localhost"
	demoKominfo = "kominfo@batam.localhost"
	demoPTSP    = "ptsp@batam.localhost"
	demoDinkes  = "dinkes@batam.localhost"
	demoBapenda = "bapenda@batam.localhost"
	demoMarga   = "binamarga@batam.localhost"
)

// demoDay is a day so far from today, as a form takes it.
func demoDay(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }

// filledIn puts answers together with those that every form asks.
func filledIn(all ...map[string]string) map[string]string {
	out := map[string]string{"paham_syarat": "yes", "paham_data_pribadi": "yes", "pernyataan_benar": "yes"}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

func demoPersonSiti(block string) map[string]string {
	return map[string]string{block + ".nik": "2171046703900003", block + ".name": "Siti Rahma", block + ".birth_date": "1990-03-27", block + ".phone": "081270001234"}
}

func demoPersonBudi(block string) map[string]string {
	return map[string]string{block + ".nik": "2171040112870001", block + ".name": "Budi Santoso", block + ".birth_date": "1987-12-01", block + ".phone": "081270005678"}
}

// demoPart is a kelurahan of each district in which somebody of the demonstration lives or works.
var demoPart = map[string]string{"Batam Kota": "Teluk Tering", "Nongsa": "Sambau", "Lubuk Baja": "Baloi Indah", "Sekupang": "Tiban Indah"}

func demoAddress(block, district string) map[string]string {
	return map[string]string{block + ".address": "Jl. Teratai 5 RT 003 RW 004", block + ".district": district, block + ".subdistrict": demoPart[district]}
}

// demoCases are what the demonstration begins with. The numbers in them are of no living person.
func demoCases() []demoCase {
	return []demoCase{
		{service: "kia", by: demoBudi, answers: filledIn(demoAddress("orang_tua", "Batam Kota"), demoPersonBudi("orang_tua"), map[string]string{
			"anak_nik": "2171040505190005", "anak_nama": "Bayu Santoso", "anak_tanggal_lahir": "2019-05-05", "nomor_akta": "2171-LU-05052019-0001",
			"jenis_permohonan": "baru", "nomor_kk": "2171040102160008"}),
			steps: []demoStep{{by: demoDukcap, action: "start_review"}, {by: demoDukcap, action: "approve", reason: "Data anak cocok."}}},
		{service: "informasi-publik", by: demoSiti, answers: filledIn(map[string]string{"jenis_pemohon": "perorangan", "nik": "2171046703900003",
			"nama_lengkap": "Siti Rahma", "alamat": "Jl. Teratai 5", "nomor_hp": "081270001234", "email": "siti@contoh.id",
			"rincian_informasi": "Anggaran dan realisasi pemeliharaan drainase per kecamatan.", "tujuan_penggunaan": "Penelitian mahasiswa.",
			"cara_memperoleh": "salinan-lunak", "cara_mengirim": "unduh"}),
			steps: []demoStep{{by: demoKominfo, action: "start_review"}, {by: demoKominfo, action: "extend", reason: "Datanya tersebar di beberapa dinas.",
				answers: map[string]string{"alasan_perpanjangan": "banyak"}}}},
		{service: "surat-keterangan-usaha", by: demoSiti, answers: filledIn(demoPersonSiti("pemohon"), demoAddress("lokasi", "Batam Kota"), map[string]string{
			"usaha_nama": "Warung Siti", "usaha_bidang": "Warung makan", "usaha_mulai": "2020-01-01", "punya_nib": "no", "keperluan": "Pengajuan KUR"})},
		{service: "izin-reklame", by: demoSiti, answers: filledIn(demoPersonSiti("pemohon"), demoAddress("lokasi", "Batam Kota"), map[string]string{
			"jenis_pemohon": "perorangan", "npwpd": "P.1.001", "jenis_reklame": "neon", "naskah": "Warung Siti", "panjang": "2", "lebar": "1", "sisi": "2", "jumlah": "1",
			"nama_jalan": "Jl. Sudirman", "kelas_jalan": "kolektor", "titik": "1.1301,104.0529", "mulai": demoDay(14), "lama": "3", "satuan": "bulan", "paham_perkiraan": "yes"}),
			steps: []demoStep{{by: demoPTSP, action: "start_review"}, {by: demoPTSP, action: "ask_offices"},
				{by: demoBapenda, branch: "penetapan_pajak", outcome: "ditetapkan", answers: map[string]string{"nomor_skpd": "SKPD-DEMO-1", "pajak_ditetapkan": "405000"}}}},
		{service: "akta-kelahiran", by: demoBudi, answers: filledIn(demoPersonBudi("pelapor"), demoPersonSiti("ibu"), demoPersonBudi("ayah"), demoAddress("alamat", "Nongsa"), map[string]string{
			"hubungan_pelapor": "ayah", "nama_anak": "Melati Putri", "jenis_kelamin": "perempuan", "tempat_lahir": "Batam", "tanggal_lahir_anak": demoDay(-20),
			"anak_ke": "2", "jenis_kelahiran": "tunggal", "status_orang_tua": "kawin-tercatat", "ibu.birth_place": "Batam", "ayah.birth_place": "Medan",
			"bukti_lahir": "surat-lahir", "saksi": "2", "saksi.1.saksi_nik": "2171045505550002", "saksi.1.saksi_nama": "Nurhayati",
			"saksi.2.saksi_nik": "2171044408950004", "saksi.2.saksi_nama": "Rini Anggraini", "nomor_kk": "2171040102160008"}),
			steps: []demoStep{{by: demoDukcap, action: "start_review"},
				{by: demoDukcap, action: "request_correction", reason: "Foto surat keterangan lahir tidak terbaca.", fields: []string{"file_surat_lahir"}}}},
		{service: "sip-dokter", by: demoBudi, answers: filledIn(demoPersonBudi("pemohon"), demoAddress("tempat", "Lubuk Baja"), map[string]string{
			"profesi": "dokter", "nomor_str": "STR-DEMO-1", "str_seumur_hidup": "yes", "jenis_sip": "baru", "jenis_tempat": "klinik", "nama_tempat": "Klinik Teratai",
			"jadwal": "Senin sampai Jumat, 17.00 sampai 20.00", "praktik_ke": "1"}),
			steps: []demoStep{{by: demoPTSP, action: "start_review"}, {by: demoPTSP, action: "ask_offices"},
				{by: demoDinkes, branch: "rekomendasi_dinkes", outcome: "direkomendasikan", answers: map[string]string{"nomor_rekomendasi": "440/REK/DEMO-1"}},
				{by: demoPTSP, branch: "administrasi", outcome: "lengkap"}, {by: demoPTSP, action: "approve"}}},
		{service: "pindah-keluar", by: demoBudi, answers: filledIn(demoPersonBudi("pemohon"), demoAddress("asal", "Sekupang"), map[string]string{
			"nomor_kk": "2171040102160008", "tujuan_alamat": "Jl. Merdeka 10", "tujuan_kelurahan": "Kesawan", "tujuan_kecamatan": "Medan Barat", "tujuan_kota": "Kota Medan",
			"tujuan_provinsi": "Sumatera Utara", "tanggal_pindah": demoDay(30), "alasan_pindah": "pekerjaan", "jenis_pindah": "sendiri", "kk_yang_tinggal": "nomor-tetap"})},
		{service: "galian-utilitas", by: demoBudi, answers: filledIn(demoPersonBudi("pemohon"), map[string]string{
			"nama_perusahaan": "PT Serat Teratai", "nib": "1234567890123", "npwp": "0012345674901000", "jenis_utilitas": "fiber-optik", "metode": "galian-terbuka",
			"panjang_galian": "1250", "lebar_galian": "0,6", "kedalaman": "1,5", "nama_ruas": "Jl. Yos Sudarso", "penyelenggara_jalan": "kota",
			"lokasi.district": "Batam Kota", "lokasi.subdistrict": "Teluk Tering", "jalur": "2", "jalur.1.jalur_titik": "1.1301,104.0529", "jalur.2.jalur_titik": "1.1320,104.0551",
			"kerja_mulai": demoDay(20), "kerja_selesai": demoDay(50), "jam_kerja": "malam", "sanggup_memulihkan": "yes"}),
			steps: []demoStep{{by: demoMarga, action: "start_review"}, {by: demoMarga, action: "ask_city"}}},
	}
}
