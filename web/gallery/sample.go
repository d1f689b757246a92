package main

import (
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

func topics(s ui.Shell) []public.Topic {
	var out []public.Topic
	for _, t := range []struct {
		code string
		n    int
	}{
		{"kependudukan", 11}, {"perizinan", 7}, {"kesehatan", 2}, {"pajak", 4}, {"sosial", 2}, {"tenaga-kerja", 1},
		{"pendidikan", 1}, {"perhubungan", 1}, {"lingkungan", 1}, {"air-lahan", 2}, {"darurat", 1}, {"informasi", 2},
	} {
		out = append(out, public.Topic{Code: t.code, Label: s.L.T("catalog.category." + t.code), Count: t.n})
	}
	return out
}

func services(s ui.Shell) []public.ServiceItem {
	item := func(code, nameID, nameEN, sumID, sumEN, agency, timeID, timeEN, feeID, feeEN string, i ui.Integration, ok bool) public.ServiceItem {
		return public.ServiceItem{
			Code: code, Name: in(s, nameID, nameEN), Summary: in(s, sumID, sumEN), Agency: agency, Time: in(s, timeID, timeEN),
			Fee: in(s, feeID, feeEN), Integration: i, Verified: ok,
		}
	}
	return []public.ServiceItem{
		item("ktp-el-hilang", "KTP-el hilang", "Lost electronic ID card (KTP-el)", "Cetak ulang KTP-el Anda yang hilang. Ajukan dari ponsel, lalu ambil sendiri penggantinya di loket.", "Get a replacement for your lost KTP-el. Apply from your phone, then collect the new card at the counter.", "Disdukcapil", "2 hari kerja", "2 working days", "Gratis", "Free", "native", true),
		item("ktp-el-rusak-ubah-data", "KTP-el rusak atau ubah data", "Damaged KTP-el or changed details", "Ganti KTP-el yang rusak atau datanya berubah.", "Replace a damaged KTP-el, or one with changed details.", "Disdukcapil", "1–2 hari kerja", "1–2 working days", "Gratis", "Free", "status", true),
		item("akta-kelahiran", "Akta kelahiran", "Birth certificate", "Catat kelahiran anak dan terima kutipan akta kelahirannya.", "Register a birth and receive the certificate.", "Disdukcapil", "1–3 hari kerja", "1–3 working days", "Gratis", "Free", "status", true),
		item("nib", "NIB dan perizinan berusaha", "Business licence (NIB)", "Daftarkan usaha Anda dan terima Nomor Induk Berusaha lewat OSS.", "Register your business and receive its identification number through OSS.", "DPMPTSP", "15 menit", "15 minutes", "Gratis", "Free", "link", false),
		item("izin-reklame", "Izin penyelenggaraan reklame", "Advertising permit", "Izin memasang reklame di tempat yang ditentukan.", "A permit to put up advertising where it is allowed.", "DPMPTSP", "5–7 hari kerja", "5–7 working days", "25% × NSR", "25% × NSR", "status", false),
		item("pbb-p2", "PBB-P2: objek baru, mutasi, pecah, keberatan, dan salinan SPPT", "Land and building tax: new, transfer, split, objection, copy", "Perubahan data pajak bumi dan bangunan perdesaan dan perkotaan.", "Changes to the land and building tax register.", "Bapenda", "3–14 hari kerja", "3–14 working days", "Gratis", "Free", "info", false),
		item("kartu-ak1", "Kartu pencari kerja (AK-1)", "Job seeker card (AK-1)", "Kartu tanda pencari kerja.", "A card that shows you are looking for work.", "Disnaker", "1 hari kerja", "1 working day", "Gratis", "Free", "link", false),
	}
}

func agencies(s ui.Shell) []public.AgencyItem {
	return []public.AgencyItem{
		{Code: "disdukcapil", Name: in(s, "Dinas Kependudukan dan Pencatatan Sipil", "Population and Civil Registration Office"), Short: "Disdukcapil", Services: 11, Verified: true},
		{Code: "dpmptsp", Name: in(s, "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu", "Investment and One-Stop Service Office"), Short: "DPMPTSP", Services: 7, Verified: true},
		{Code: "dinkes", Name: in(s, "Dinas Kesehatan", "Health Office"), Short: "Dinkes", Services: 2},
		{Code: "disperpusip", Name: in(s, "Dinas Perpustakaan dan Arsip", "Library and Archive Office"), Short: "Disperpusip"},
		{Code: "dishub", Name: in(s, "Dinas Perhubungan", "Transport Office"), Short: "Dishub", Services: 1},
	}
}

func service(s ui.Shell) public.ServiceView {
	name := in(s, "KTP-el hilang", "Lost electronic ID card (KTP-el)")
	file := &ui.FileRule{Types: []string{"jpg", "png", "pdf"}, MaxMB: 5, MaxCount: 1}
	return public.ServiceView{
		Shell: at(s, "/layanan/ktp-el-hilang", name), Code: "ktp-el-hilang", Name: name, Topic: topics(s)[0],
		Summary: services(s)[0].Summary, Agency: agencies(s)[0], Joint: nil, Integration: "native",
		LevelText: s.L.T("catalog.level_text.native"), Verified: true, Source: "tribunbatam 2021; disdukcapil.batam.go.id/faq", InPerson: true, CooldownMonths: 3,
		Standard: &public.Standard{
			Requirements: []public.Requirement{
				{Name: in(s, "NIK terdaftar di Kota Batam dan rekaman biometrik tunggal", "NIK registered in Batam with a single biometric record"), Note: in(s, "Petugas memeriksanya; Anda tidak perlu melampirkan apa pun.", "The officer checks this; you do not attach anything.")},
				{Name: in(s, "Kartu Keluarga (KK)", "Family Card (KK)"), BringOriginal: true, File: file, Note: in(s, "Unggah foto atau pindaiannya.", "Upload a photo or scan.")},
				{Name: in(s, "Surat keterangan kehilangan dari Kepolisian", "Police report of loss"), BringOriginal: true, File: file},
				{Name: in(s, "Bukti hubungan keluarga", "Proof of family relation"), When: in(s, "KK belum diperbarui", "the Family Card is out of date"), AnyOf: []public.Requirement{
					{Name: in(s, "Buku nikah atau kutipan akta perkawinan", "Marriage book or certificate")},
					{Name: in(s, "SPTJM kebenaran sebagai pasangan suami istri (F-2.04)", "Statement of marriage (F-2.04)"), When: in(s, "tidak punya buku nikah", "there is no marriage book")},
				}},
			},
			Procedure: []public.Step{
				{Actor: in(s, "Pemohon", "Applicant"), Text: in(s, "Mengurus surat keterangan kehilangan di kantor polisi terdekat.", "Gets a report of loss from the nearest police station.")},
				{Actor: in(s, "Pemohon", "Applicant"), Text: in(s, "Mengisi permohonan, mengunggah KK dan surat kehilangan, lalu mengirimkannya.", "Fills in the application, uploads the documents, and submits.")},
				{Actor: in(s, "Petugas Disdukcapil", "Civil registry officer"), Text: in(s, "Memeriksa berkas dan kecocokan NIK serta biometrik.", "Checks the documents, the NIK and the biometric record.")},
				{Actor: in(s, "Pemohon", "Applicant"), Text: in(s, "Mengambil sendiri KTP-el di loket.", "Collects the card in person at the counter.")},
			},
			Time: in(s, "2 hari kerja", "2 working days"), TimeStarts: in(s, "sejak berkas lengkap", "once the documents are complete"),
			Fee: in(s, "Tidak dipungut biaya", "Free of charge"), FeeLegalBasis: "UU 24/2013 Pasal 79A",
			Products: []public.Product{
				{Name: in(s, "Surat Keterangan Penggantian KTP-el", "KTP-el replacement letter"), Delivery: in(s, "Diunduh setelah disetujui.", "Downloaded after approval.")},
				{Name: in(s, "KTP-el pengganti", "Replacement KTP-el"), Validity: in(s, "seumur hidup", "for life"), Delivery: in(s, "Diambil sendiri di loket, tidak dapat diwakilkan.", "Collected in person; not by proxy.")},
			},
			Complaints:    in(s, "Sampaikan ke loket pengaduan Disdukcapil Kota Batam, atau lewat SP4N-LAPOR! di www.lapor.go.id atau SMS 1708.", "Tell the complaints counter of the civil registry, or use SP4N-LAPOR! at www.lapor.go.id or SMS 1708."),
			LegalBasis:    []string{"UU 24/2013 tentang Perubahan atas UU 23/2006 tentang Administrasi Kependudukan", "Perpres 96/2018", "Permendagri 108/2019"},
			Internal:      []public.InternalPart{{Label: in(s, "Jaminan pelayanan", "Service guarantee"), Text: in(s, "Diproses sesuai waktu yang dijanjikan.", "Handled in the time promised.")}},
			EffectiveFrom: now.AddDate(0, -10, -23),
		},
	}
}

func figures(s ui.Shell, defined bool) []ui.Figure {
	out := []ui.Figure{
		{Value: "35", Label: in(s, "Layanan", "Services")},
		{Value: s.L.Number(1248), Label: in(s, "Permohonan masuk bulan ini", "Applications received this month")},
		{Value: s.L.Number(1102), Label: in(s, "Diputus bulan ini", "Decided this month")},
		{Value: in(s, "96,4%", "96.4%"), Label: in(s, "Tepat waktu", "On time")},
	}
	if defined {
		out[0].Meaning = in(s, "Layanan yang tercantum dan masih diselenggarakan.", "Services that are listed and still offered.")
		out[1].Meaning = in(s, "Permohonan yang dikirim pemohon sejak tanggal 1.", "Applications sent by applicants since the 1st.")
		out[2].Meaning = in(s, "Permohonan yang disetujui atau ditolak sejak tanggal 1.", "Applications approved or rejected since the 1st.")
		out[3].Meaning = in(s, "Bagian yang diputus sebelum tenggat, dari semua yang diputus bulan ini.", "Share decided before the deadline, of all decided this month.")
	}
	return out
}

func dashboard(s ui.Shell) public.DashboardView {
	names, days := agencies(s), in(s, "1,8 hari kerja", "1.8 working days")
	return public.DashboardView{
		Shell: at(s, "/dasbor", s.L.T("dashboard.title")), Figures: figures(s, true), At: now, Month: s.L.Month(now), DataURL: "/dasbor.json", TableURL: "/dasbor.csv",
		Levels: []public.LevelRow{
			{Label: in(s, "Ajukan di sini", "Apply here"), Meaning: in(s, "Diajukan dan diproses di sini.", "Applied for and handled here."), Count: 2},
			{Label: in(s, "Tautan", "Link"), Meaning: in(s, "Diurus di aplikasi lain. Kami menunjukkan jalannya.", "Done in another application. We show you the way."), Count: 6},
		},
		Agencies: []public.DashboardRow{
			{Code: "disdukcapil", Name: names[0].Name, Services: 11, Received: s.L.Number(1010), Decided: "905", OnTime: in(s, "97,1%", "97.1%"), WorkingDays: days},
			{Code: "dinkes", Name: names[2].Name, Services: 2, Received: "<5", Decided: "<5", OnTime: "–", WorkingDays: "–"},
		},
		Services: []public.DashboardRow{
			{Code: "ktp-el-hilang", Name: in(s, "KTP-el hilang", "Lost electronic ID card"), Received: s.L.Number(1010), Decided: "905", OnTime: in(s, "97,1%", "97.1%"), WorkingDays: days},
		},
	}
}

func events(s ui.Shell) []ui.Event {
	return []ui.Event{
		{Title: in(s, "Dalam verifikasi", "In review"), Text: in(s, "Petugas mulai memeriksa permohonan.", "An officer started to check the application."), At: now.Add(-50 * 60e9), Icon: "eye", Now: true},
		{Title: in(s, "Terkirim", "Received"), Text: in(s, "Permohonan diterima dan mendapat nomor.", "The application was received and got its number."), At: now.AddDate(0, 0, -1), Icon: "inbox"},
	}
}
