package main

import (
	"github.com/a-h/templ"

	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// signedIn is the shell of a resident's page.
func signedIn(s ui.Shell, path, title string) ui.Shell {
	s = at(s, path, title)
	s.User, s.NoIndex = residentUser(), true
	return s
}

func residentUser() *ui.User { return &ui.User{Name: "Siti Rahmawati"} }

func residentPages() []entry {
	return []entry{
		{"mine", func(s ui.Shell) templ.Component {
			ktp, info := in(s, "KTP-el hilang", "Lost electronic ID card"), in(s, "Permohonan informasi publik", "Request for public information")
			office := in(s, "Disdukcapil", "Civil registry")
			return resident.Mine(resident.MineView{
				Shell: signedIn(s, "/permohonan", s.L.T("mine.title")),
				Waiting: []resident.Item{
					{ID: "1", Number: "BTM-26-7K3QX-4", Service: ktp, Agency: office, Status: "needs_correction", Deadline: ui.Deadline{State: "paused"}},
					{ID: "2", Service: info, Agency: "PPID", Status: "draft", Updated: now},
				},
				Running: []resident.Item{{ID: "3", Number: "BTM-26-9T2WH-6", Service: info, Agency: "PPID", Status: "in_review", Deadline: ui.Deadline{State: "running", Due: now, Left: 7, Unit: "working_day"}}},
				Ready: []resident.Item{{ID: "5", Number: "BTM-26-6J5YP-9", Service: ktp, Agency: office, Status: "approved", Document: "/x", Updated: now,
					Text: in(s, "Permohonan Anda disetujui. Unduh suratnya, lalu ikuti petunjuk pengambilan di dalamnya.", "Your application is approved. Download the letter and follow the collection instructions in it.")}},
				Closed: []resident.Item{{ID: "4", Number: "BTM-26-4F8NB-2", Service: ktp, Agency: office, Status: "completed", Updated: now.AddDate(0, -3, 0)}},
			})
		}},
		{"mine-none", func(s ui.Shell) templ.Component {
			return resident.Mine(resident.MineView{Shell: signedIn(s, "/permohonan", s.L.T("mine.title"))})
		}},
		{"form-text", func(s ui.Shell) templ.Component {
			return resident.Form(form(s, in(s, "Nama dan tanggal lahir", "Name and date of birth"), 3, nil,
				ui.Field{Name: "nama", Label: in(s, "Nama lengkap", "Full name"), Hint: in(s, "Tulis persis seperti di Kartu Keluarga.", "Exactly as on the Family Card."), Value: "Siti Rahmawati"},
				ui.Field{Name: "lahir", Type: "date", Label: in(s, "Tanggal lahir", "Date of birth"), Hint: in(s, "Seperti di Kartu Keluarga, contohnya 27 3 1990.", "As on the Family Card, for example 27 3 1990."), Value: "1990-03-27"},
			))
		}},
		{"form-choice", func(s ui.Shell) templ.Component {
			return resident.Form(form(s, in(s, "Cara Anda mengambil", "How you will collect it"), 6, nil,
				ui.Field{Name: "cara", Type: "choice", Label: in(s, "Pilih satu", "Choose one"), Value: "sendiri", Options: []ui.Option{
					{Value: "sendiri", Label: in(s, "Saya ambil sendiri", "I collect it myself")},
					{Value: "kirim", Label: in(s, "Dikirim ke rumah", "Sent to my home"), Hint: in(s, "Hanya untuk dokumen kertas", "For paper documents only")},
				}},
				ui.Field{Name: "ada", Type: "yes_no", Label: in(s, "Apakah Anda punya surat kehilangan?", "Do you have a police report?")},
				ui.Field{Name: "kec", Type: "select", Label: in(s, "Kecamatan", "District"), Options: []ui.Option{{Value: "1", Label: "Batam Kota"}, {Value: "2", Label: "Nongsa"}}},
			))
		}},
		{"form-error", func(s ui.Shell) templ.Component {
			nik, date := in(s, "NIK terdiri dari 16 angka.", "A NIK has 16 digits."), in(s, "Tulis tanggal, bulan, dan tahun.", "Write day, month and year.")
			v := form(s, in(s, "NIK Anda", "Your NIK"), 2, ui.Errors{{Name: "nik", Text: nik}, {Name: "lahir", Text: date}},
				ui.Field{Name: "nik", Type: "nik", Label: in(s, "Nomor Induk Kependudukan (NIK)", "National identity number (NIK)"), Hint: in(s, "16 angka. Lihat di Kartu Keluarga.", "16 digits. See your Family Card."), Value: "217101", Error: nik},
				ui.Field{Name: "lahir", Type: "date", Label: in(s, "Tanggal lahir", "Date of birth"), Typed: []string{"31", "2", ""}, Error: date},
			)
			v.ErrorTitle = true
			return resident.Form(v)
		}},
		{"form-file", func(s ui.Shell) templ.Component {
			v := form(s, in(s, "Unggah Kartu Keluarga", "Upload your Family Card"), 8, nil,
				ui.Field{Name: "kk", Type: "file", Label: in(s, "Foto atau pindaian Kartu Keluarga", "Photo or scan of the Family Card"), Rule: ui.FileRule{Types: []string{"jpg", "png", "pdf"}, MaxMB: 5, MaxCount: 2},
					Files: []ui.File{{Name: "kartu-keluarga-halaman-depan-2026.jpg", Size: 1834000, Href: "/x", Remove: "/permohonan/1/berkas/2/hapus"}}},
				ui.Field{Name: "setuju", Type: "consent", Label: in(s, "Berkas ini asli dan milik saya.", "This document is genuine and mine.")},
			)
			v.Correction, v.Named = in(s, "Foto KK terpotong di bagian bawah. Unggah lagi agar semua tulisan terbaca.", "The bottom of the photo is cut off. Upload it again so that all text can be read."), true
			return resident.Form(v)
		}},
		{"form-kinds", func(s ui.Shell) templ.Component {
			part := func(name, kind, label string) ui.Field { return ui.Field{Name: name, Type: kind, Label: label} }
			v := form(s, in(s, "Usaha dan pemiliknya", "The business and its owner"), 4, nil,
				ui.Field{Name: "modal", Type: "money", Label: in(s, "Modal usaha", "Capital"), Value: "1.250.000"},
				ui.Field{Name: "luas", Type: "decimal", Label: in(s, "Luas (m²)", "Area (m²)"), Value: "12,5", Optional: true},
				ui.Field{Name: "biaya", Type: "computed", Label: in(s, "Biaya", "Fee"), Value: "Rp25.000"},
				ui.Field{Name: "jenis", Type: "multi_choice", Label: in(s, "Yang dijual", "What is sold"), Values: []string{"b"},
					Options: []ui.Option{{Value: "a", Label: in(s, "Makanan", "Food")}, {Value: "b", Label: in(s, "Minuman", "Drinks")}}},
				ui.Field{Name: "npwp", Type: "npwp", Label: "NPWP", Value: "1234 5678 9012 3456", Doubt: in(s, "Nomor ini tidak lazim. Periksa lagi.", "This number is unusual. Check again.")},
				ui.Field{Name: "titik", Type: "point", Label: in(s, "Lokasi usaha", "Place of the business"), Value: "1.130100,104.052900"},
				ui.Field{Name: "pemilik", Type: "person", Label: in(s, "Pemilik", "Owner"), Parts: []ui.Field{
					part("pemilik.nik", "nik", "NIK"), part("pemilik.birth_date", "date", in(s, "Tanggal lahir", "Date of birth")),
					{Name: "pemilik.subdistrict", Type: "select", Label: in(s, "Kelurahan", "Subdistrict"), Options: []ui.Option{{Value: "Sambau", Label: "Sambau", Group: "Nongsa"}, {Value: "Tiban Baru", Label: "Tiban Baru", Group: "Sekupang"}}}}},
				ui.Field{Name: "saksi", Type: "group", Label: in(s, "Saksi", "Witnesses"), Add: "?tambah=saksi", AddTo: in(s, "Tambah Saksi", "Add: Witness"), Rows: []ui.GroupRow{
					{Name: "saksi.1", Title: in(s, "Saksi 1", "Witness 1"), Remove: "?hapus=saksi.1", Fields: []ui.Field{part("saksi.1.nama", "text", in(s, "Nama", "Name"))}},
					{Name: "saksi.2", Title: in(s, "Saksi 2", "Witness 2"), Remove: "?hapus=saksi.2", Fields: []ui.Field{part("saksi.2.nama", "text", in(s, "Nama", "Name"))}}}},
			)
			v.Doubts, v.Seen = ui.Errors{{Name: "npwp", Label: "NPWP", Text: in(s, "Nomor ini tidak lazim. Periksa lagi.", "This number is unusual. Check again.")}}, "npwp/x"
			return resident.Form(v)
		}},
		{"form-locked", func(s ui.Shell) templ.Component {
			v := form(s, in(s, "NIK Anda", "Your NIK"), 2, nil, ui.Field{Name: "nik", Type: "info", Label: "NIK", Hint: "2171046703900003"})
			v.Correction, v.Named, v.Locked = in(s, "Foto KK terpotong.", "The photo is cut off."), true, true
			return resident.Form(v)
		}},
		{"form-info", func(s ui.Shell) templ.Component {
			return resident.Form(form(s, in(s, "Sebelum mulai", "Before you start"), 1, nil,
				ui.Field{Name: "i", Type: "info", Label: in(s, "Layanan ini untuk penduduk Kota Batam yang sudah merekam KTP-el. KTP-el pengganti diambil sendiri di loket dengan membawa berkas asli. Tidak ada biaya.", "This service is for residents of Batam who have been recorded for a KTP-el. You collect the new card yourself with the original documents. It is free.")},
				ui.Field{Name: "c", Type: "consent", Label: in(s, "Saya sudah merekam KTP-el, dan dalam 3 bulan terakhir belum mengajukan penggantian.", "I have been recorded, and have not applied for a replacement in the last 3 months.")},
			))
		}},
		{"review", func(s ui.Shell) templ.Component { return resident.Review(review(s)) }},
		{"review-correction", func(s ui.Shell) templ.Component {
			v := review(s)
			v.Title = s.L.T("review.title_correction")
			v.Correction = &resident.Correction{Message: in(s, "Foto KK terpotong di bagian bawah.", "The bottom of the photo is cut off.")}
			v.Asked = v.Sections[1].Rows
			v.Asked[0].Mark = ui.Mark{Tone: "good", Icon: "check", Text: s.L.T("review.done")}
			v.Asked[1].Mark = ui.Mark{Tone: "care", Icon: "edit", Text: s.L.T("review.todo")}
			v.Sections, v.Warnings = sections(s, "")[:1], nil
			return resident.Review(v)
		}},
		{"review-missing", func(s ui.Shell) templ.Component {
			v := review(s)
			v.ErrorTitle = true
			v.Missing = []resident.Todo{{Href: "/permohonan/1/isi/berkas_kk", Text: in(s, "Kartu Keluarga belum diunggah", "The Family Card is not uploaded")}}
			v.Sections[1].Rows[0] = ui.Row{Label: v.Sections[1].Rows[0].Label, Missing: in(s, "Belum diunggah", "Not uploaded"), Change: "/x"}
			return resident.Review(v)
		}},
		{"held", func(s ui.Shell) templ.Component {
			return resident.Held(resident.HeldView{Shell: signedIn(s, "/ajukan/x", s.L.T("held.open")), Other: "/ajukan/x", MayCancel: true,
				Text: in(s, "Anda sudah mengajukan layanan ini, dan permohonan itu belum selesai.", "You have already applied for this service, and that application is not finished."),
				Earlier: &resident.Item{ID: "1", Number: "BTM-26-7K3QX-4", Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Status: "in_review",
					Text: in(s, "Petugas sedang memeriksa data dan berkas Anda.", "An officer is checking your details and documents.")}})
		}},
		{"held-unknown", func(s ui.Shell) templ.Component {
			return resident.Held(resident.HeldView{Shell: signedIn(s, "/permohonan/1/kirim", s.L.T("held.not_now")), Draft: "/permohonan/1/periksa",
				Text:   in(s, "Permohonan dengan NIK ini tidak dapat dikirim sekarang.", "An application with this NIK cannot be sent now."),
				Agency: agencies(s)[0].Name, Phone: "0778 123 4567", Website: "https://disdukcapil.batam.go.id"})
		}},
		{"submitted", func(s ui.Shell) templ.Component {
			return resident.Submitted(resident.SubmittedView{Shell: signedIn(s, "/permohonan/1", s.L.T("submitted.title")), ID: "1", Case: "/permohonan/1", Number: "BTM-26-7K3QX-4",
				Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Agency: agencies(s)[0].Name, Email: "siti@warga.example", Due: now.AddDate(0, 0, 2), Term: in(s, "2 hari kerja", "2 working days")})
		}},
		{"receipt", func(s ui.Shell) templ.Component {
			return resident.Receipt(resident.ReceiptView{Shell: signedIn(s, "/permohonan/1/tanda-terima", s.L.T("receipt.kind")), ID: "1", Back: "/permohonan/1", Number: "BTM-26-7K3QX-4",
				Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Agency: agencies(s)[0].Name, Applicant: "Siti Rahmawati", Submitted: now, Due: now.AddDate(0, 0, 2),
				Term: in(s, "2 hari kerja", "2 working days"), QR: picture, Documents: []string{in(s, "Kartu Keluarga", "Family Card"), in(s, "Surat keterangan kehilangan", "Police report of loss")}})
		}},
		{"detail", func(s ui.Shell) templ.Component { return resident.Detail(detail(s)) }},
		{"detail-correct", func(s ui.Shell) templ.Component {
			v := detail(s)
			v.Status, v.Deadline = "needs_correction", ui.Deadline{State: "paused"}
			v.StatusText = in(s, "Ada yang perlu Anda perbaiki. Batas waktu kami berhenti sementara.", "Something needs your correction. Our deadline is on hold.")
			v.Correction = &resident.Correction{Message: in(s, "Foto KK terpotong di bagian bawah.", "The bottom of the photo is cut off."), Fields: []resident.Todo{{Href: "/x", Text: in(s, "Foto atau pindaian Kartu Keluarga", "Photo or scan of the Family Card")}}}
			return resident.Detail(v)
		}},
		{"detail-approved", func(s ui.Shell) templ.Component {
			v := detail(s)
			v.Status, v.Deadline, v.MayCancel = "approved", ui.Deadline{State: "on_time"}, false
			v.StatusText = in(s, "Permohonan Anda disetujui. Unduh suratnya, lalu ambil KTP-el di loket.", "Your application is approved. Download the letter, then collect the card.")
			v.Reason = in(s, "Data cocok. Ambil di loket 3 dengan membawa KK asli.", "The data match. Collect at counter 3 with the original Family Card.")
			v.Documents = []resident.Document{{Title: in(s, "Surat Keterangan Penggantian KTP-el", "KTP-el replacement letter"), Number: "12/SKP-KTP/Disdukcapil/XI/2026", Href: "/x", VerifyHref: "/verifikasi/x", Issued: now}}
			return resident.Detail(v)
		}},
		{"account", func(s ui.Shell) templ.Component { return resident.Account(ownAccount(s)) }},
	}
}

func form(s ui.Shell, heading string, step int, errs ui.Errors, fields ...ui.Field) resident.FormView {
	return resident.FormView{
		Shell: signedIn(s, "/permohonan/1/isi/x", heading), ID: "1", Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Page: "x",
		Heading: heading, Step: step, Of: 10, Back: "/permohonan/1/isi/w", Fields: fields, Errors: errs,
	}
}

func sections(s ui.Shell, change string) []resident.Section {
	return []resident.Section{
		{Title: in(s, "Identitas", "Identity"), Rows: []ui.Row{
			{Label: "NIK", Value: "2171 •••• •••• 0003", Change: change},
			{Label: in(s, "Nama lengkap", "Full name"), Value: "Siti Rahmawati", Change: change},
			{Label: in(s, "Tanggal lahir", "Date of birth"), Value: in(s, "27 Maret 1990", "27 March 1990"), Change: change},
		}},
		{Title: in(s, "Berkas", "Documents"), Rows: []ui.Row{
			{Label: in(s, "Kartu Keluarga", "Family Card"), Change: change, Files: []ui.File{{Name: "Kartu Keluarga.jpg", Size: 1834000, Href: "/x"}}},
			{Label: in(s, "Surat kehilangan", "Police report"), Change: change, Files: []ui.File{{Name: "surat-kehilangan.pdf", Size: 402000, Href: "/x"}}},
		}},
	}
}

func review(s ui.Shell) resident.ReviewView {
	return resident.ReviewView{
		Shell: signedIn(s, "/permohonan/1/periksa", s.L.T("review.title")), ID: "1", Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Agency: agencies(s)[0].Name, Key: "k", Back: "/x",
		Sections: sections(s, "/x"), Warnings: []resident.Todo{{Href: "/x", Text: in(s, "Tanggal lahir berbeda dengan yang ada di NIK.", "The date of birth differs from that in the NIK.")}},
	}
}

func detail(s ui.Shell) resident.DetailView {
	return resident.DetailView{
		Shell: signedIn(s, "/permohonan/1", "BTM-26-7K3QX-4"), ID: "1", Number: "BTM-26-7K3QX-4", Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Agency: agencies(s)[0].Name,
		Status: "in_review", StatusText: in(s, "Petugas sedang memeriksa data dan berkas Anda.", "An officer is checking your details and documents."),
		Deadline: ui.Deadline{State: "soon", Due: now.Add(6 * 3600e9), Left: 0, Unit: "working_day"}, Submitted: now.AddDate(0, 0, -1), Events: events(s), Sections: sections(s, ""), MayCancel: true,
	}
}

func ownAccount(s ui.Shell) resident.AccountView {
	return resident.AccountView{
		Shell: signedIn(s, "/akun", s.L.T("account.title")), Name: "Siti Rahmawati", Email: "siti@warga.example", Phone: "+62 812 3456 7890",
		Visits: []resident.Visit{
			{ID: "1", Agent: "Chrome · Android", IP: "103.10.66.7", Seen: now, Current: true}, {ID: "2", Agent: "Firefox · Windows", IP: "36.71.8.9", Seen: now.AddDate(0, 0, -3)},
		},
	}
}
