package main

import (
	"strconv"

	"github.com/a-h/templ"

	"bedelau/web/page/platform"
	"bedelau/web/ui"
)

// host is the shell of the platform's own pages.
func host(s ui.Shell, path, title string) ui.Shell {
	s = at(s, path, title)
	s.Frame, s.City = ui.FramePlatform, ui.City{Name: "Bedelau", Short: "Bedelau", BrandCSS: s.City.BrandCSS}
	return s
}

// bumd is the shell of the BUMD's desk.
func bumd(s ui.Shell, path, title string) ui.Shell {
	s = host(s, path, title)
	s.Frame = ui.FrameOffice
	s.User = &ui.User{Name: "Ratna Sari", Role: in(s, "Staf BUMD", "BUMD staff"), Links: ui.DeskNav(s.L, func(x ui.Section) bool { return x == ui.SectionUsage || x == ui.SectionStaff })}
	return s
}

func platformPages() []entry {
	return []entry{
		{"platform", func(s ui.Shell) templ.Component {
			return platform.Home(platform.HomeView{Shell: host(s, "/", ""), Cities: []platform.City{
				{Name: "Kota Batam", Province: "Kepulauan Riau", URL: "http://batam.localhost:8080", Services: 35, Demo: true},
				{Name: "Kota Tanjungpinang", Province: "Kepulauan Riau", URL: "http://tanjungpinang.localhost:8080", Services: 27, Demo: true},
			}})
		}},
		{"usage", func(s ui.Shell) templ.Component { return platform.Usage(usage(s)) }},
		{"usage-city", func(s ui.Shell) templ.Component { return platform.CityUsagePage(cityUsage(s)) }},
		{"mailbox", func(s ui.Shell) templ.Component { return platform.Mailbox(mailbox(s)) }},
		{"mailbox-open", func(s ui.Shell) templ.Component {
			v := mailbox(s)
			v.Open = &v.Messages[0]
			return platform.Mailbox(v)
		}},
		{"mailbox-none", func(s ui.Shell) templ.Component {
			return platform.Mailbox(platform.MailboxView{Shell: host(s, "/kotak-surat", s.L.T("mailbox.title"))})
		}},
	}
}

func usage(s ui.Shell) platform.UsageView {
	return platform.UsageView{
		Shell: bumd(s, "/bumd", s.L.T("usage.title")), Month: "2026-11", Months: months(s), AsOf: now,
		Meters: []string{in(s, "Permohonan", "Applications"), in(s, "Dokumen terbit", "Documents issued"), "API", in(s, "Petugas aktif", "Active staff")},
		Cities: []platform.CityUsage{
			{Slug: "batam", Name: "Kota Batam", Plan: in(s, "Contoh", "Example"), Quantities: []string{s.L.Number(1248), s.L.Number(1010), s.L.Number(84210), "46"}, Amount: "Rp18.420.000"},
			{Slug: "tanjungpinang", Name: "Kota Tanjungpinang", Quantities: []string{"212", "180", s.L.Number(9120), "12"}},
		},
		Totals: []string{s.L.Number(1460), s.L.Number(1190), s.L.Number(93330), ""}, Amount: "Rp18.420.000",
		Notes: []string{s.L.T("billing.note.no_tax"), s.L.T("billing.note.running")},
	}
}

func months(s ui.Shell) []ui.Option {
	var out []ui.Option
	for i := range 4 {
		m := now.AddDate(0, -i, 0)
		out = append(out, ui.Option{Value: m.Format("2006-01"), Label: s.L.Month(m)})
	}
	return out
}

func cityUsage(s ui.Shell) platform.CityUsageView {
	v := platform.CityUsageView{
		Shell: bumd(s, "/bumd/kota/batam", "Kota Batam"), Here: "/bumd/kota/batam", Back: "/bumd?bulan=2026-11", Name: "Kota Batam", Plan: in(s, "Contoh", "Example"), Month: "2026-11", Months: months(s), AsOf: now,
		Lines: []platform.Line{
			{Name: in(s, "Langganan dasar", "Base subscription"), Working: in(s, "Rp15.000.000 per bulan", "Rp15,000,000 per month"), Amount: "Rp15.000.000"},
			{Name: in(s, "Permohonan", "Applications"), Working: in(s, "1.248 permohonan, 500 sudah termasuk, 748 di atas yang termasuk; 748 × Rp2.500 = Rp1.870.000", "1,248 applications, 500 included, 748 above it; 748 × Rp2.500 = Rp1.870.000"), Amount: "Rp1.870.000"},
		},
		Amount: "Rp16.870.000", Notes: []string{s.L.T("billing.note.no_tax"), s.L.T("billing.note.running"), s.L.T("billing.note.example")},
		Readings: []platform.Reading{
			{Name: in(s, "Permohonan", "Applications"), Unit: in(s, "permohonan", "applications"), Quantity: s.L.Number(1248),
				ByAgency: []platform.Share{{Name: "Disdukcapil", Quantity: s.L.Number(1010)}, {Name: "PPID", Quantity: "238"}}, ByChannel: []platform.Share{{Name: "web", Quantity: s.L.Number(1201)}, {Name: "api", Quantity: "47"}}},
		},
	}
	for i, n := range []string{in(s, "Dokumen terbit", "Documents issued"), in(s, "Panggilan API", "API calls"), in(s, "Penyimpanan", "Storage")} {
		v.Readings = append(v.Readings, platform.Reading{Name: n, Unit: []string{in(s, "dokumen", "documents"), in(s, "panggilan", "calls"), "MB"}[i], Quantity: strconv.Itoa(i*1000 + 37)})
	}
	return v
}

func mailbox(s ui.Shell) platform.MailboxView {
	subject := in(s, "Permohonan Anda disetujui", "Your application is approved")
	body := in(s, "Halo Siti Rahmawati,\n\nPermohonan BTM-26-7K3QX-4 (KTP-el hilang) disetujui. Suratnya sudah dapat Anda unduh.\n\nKota Batam", "Hello Siti Rahmawati,\n\nApplication BTM-26-7K3QX-4 (lost ID card) is approved. You can download the letter now.\n\nKota Batam")
	return platform.MailboxView{Shell: host(s, "/kotak-surat", s.L.T("mailbox.title")), Messages: []platform.Message{
		{ID: "2", To: "siti@warga.example", Subject: subject, Body: body, At: now, Links: []string{"http://batam.localhost:8080/permohonan/0193a2b4-7c11-7a90-b1c2-3d4e5f607182"}},
		{ID: "1", To: "siti@warga.example", Subject: in(s, "Konfirmasi pendaftaran Anda", "Confirm your registration"), Body: body, At: now.AddDate(0, 0, -1)},
	}, People: []platform.Person{
		{Label: in(s, "Warga Batam", "Resident of Batam"), Login: "warga@batam.localhost", Password: "bedelau-demo-2026"},
		{Label: in(s, "Petugas Disdukcapil", "Civil registry officer"), Login: "petugas@batam.localhost", Password: "bedelau-demo-2026", Code: "123456"},
	}}
}
