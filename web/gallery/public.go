package main

import (
	"time"

	"github.com/a-h/templ"

	"bedelau/web/page/public"
	"bedelau/web/ui"
)

func publicPages() []entry {
	return []entry{
		{"home", func(s ui.Shell) templ.Component {
			s = at(s, "/", "")
			s.Description = in(s, "Layanan publik Kota Batam", "Public services of Batam")
			return public.Home(public.HomeView{
				Shell: s, Often: []string{"KTP hilang", "akta kelahiran", "pindah", "surat usaha"},
				Popular: services(s)[:6], Topics: topics(s), Figures: figures(s, false), FiguresAt: now,
			})
		}},
		{"services", func(s ui.Shell) templ.Component {
			return public.Services(public.ServicesView{
				Shell: at(s, "/layanan", s.L.T("services.title")), Topics: topics(s), Items: services(s), Total: 35,
			})
		}},
		{"services-topic", func(s ui.Shell) templ.Component {
			return public.Services(public.ServicesView{
				Shell: at(s, "/layanan?kategori=kependudukan", s.L.T("services.title")), Topics: topics(s), Category: "kependudukan", Items: services(s)[:3], Total: 3,
			})
		}},
		{"search", func(s ui.Shell) templ.Component {
			items := services(s)[:2]
			items[0].Marked = []public.Span{{Text: "KTP", Hit: true}, {Text: "-el "}, {Text: "hilang", Hit: true}}
			items[1].Reason, items[1].ReasonText = in(s, "Kata kunci", "Keyword"), []public.Span{{Text: "ganti "}, {Text: "ktp", Hit: true}}
			return public.Services(public.ServicesView{
				Shell: at(s, "/layanan?q=ktp+ilang", s.L.T("services.title")), Query: "ktp ilang", Items: items, Total: 2,
			})
		}},
		{"search-none", func(s ui.Shell) templ.Component {
			return public.Services(public.ServicesView{
				Shell: at(s, "/layanan?q=xyzzy", s.L.T("services.title")), Query: "paspor kucing", Suggest: services(s)[:3],
			})
		}},
		{"service", func(s ui.Shell) templ.Component { return public.Service(service(s)) }},
		{"service-signed-in", func(s ui.Shell) templ.Component {
			v := service(s)
			v.User, v.Draft = residentUser(), "0199"
			return public.Service(v)
		}},
		{"service-link", func(s ui.Shell) templ.Component {
			v := service(s)
			v.Name, v.Integration, v.LinkName, v.LinkURL, v.Verified, v.InPerson = in(s, "NIB dan perizinan berusaha", "Business licence (NIB)"), "link", "OSS", "https://oss.example", false, false
			v.LevelText = s.L.T("catalog.level_text.link")
			v.Standard.Requirements = v.Standard.Requirements[:2]
			return public.Service(v)
		}},
		{"service-counter", func(s ui.Shell) templ.Component {
			v := service(s)
			v.Name, v.Integration, v.Verified = in(s, "Uji KIR kendaraan", "Vehicle inspection (KIR)"), "info", false
			v.Agency = public.AgencyItem{Code: "dishub", Name: in(s, "Dinas Perhubungan", "Transport Office"), Phone: "0778 765 432", Website: "https://dishub.example"}
			v.Joint = nil
			return public.Service(v)
		}},
		{"service-emergency", func(s ui.Shell) templ.Component {
			v := service(s)
			v.Name, v.Integration, v.Verified, v.InPerson, v.CooldownMonths = in(s, "Darurat 112", "Emergency 112"), "info", false, false, 0
			v.Topic, v.Agency = topics(s)[10], public.AgencyItem{Code: "layanan-112", Name: in(s, "Layanan darurat 112", "Emergency service 112"), Short: "112"}
			return public.Service(v)
		}},
		{"service-no-standard", func(s ui.Shell) templ.Component {
			v := service(s)
			v.Standard = nil
			return public.Service(v)
		}},
		{"agencies", func(s ui.Shell) templ.Component {
			return public.Agencies(public.AgenciesView{
				Shell: at(s, "/instansi", s.L.T("agencies.title")), Total: 45,
				Groups: []public.AgencyGroup{
					{Label: in(s, "Dinas", "Offices"), Items: agencies(s)},
					{Label: in(s, "Kecamatan", "Districts"), Items: []public.AgencyItem{{Code: "batam-kota", Name: "Kecamatan Batam Kota", Services: 1}, {Code: "nongsa", Name: "Kecamatan Nongsa", Services: 1}}},
				},
			})
		}},
		{"agency", func(s ui.Shell) templ.Component {
			a := agencies(s)[0]
			a.Website, a.Phone = "https://disdukcapil.batam.go.id", "0778 462 264"
			return public.Agency(public.AgencyView{Shell: at(s, "/instansi/disdukcapil", a.Name), Agency: a, Services: services(s)[:3]})
		}},
		{"dashboard", func(s ui.Shell) templ.Component { return public.Dashboard(dashboard(s)) }},
		{"charts", charts},
		{"track", func(s ui.Shell) templ.Component {
			return public.Track(public.TrackView{Shell: at(s, "/lacak", s.L.T("track.title"))})
		}},
		{"track-error", func(s ui.Shell) templ.Component {
			s = at(s, "/lacak", s.L.T("track.title"))
			s.ErrorTitle = true
			return public.Track(public.TrackView{Shell: s, Number: "BTM-26-7K3", Errors: ui.Errors{
				{Name: "number", Text: in(s, "Nomor permohonan tidak lengkap.", "The application number is incomplete.")},
				{Name: "phone", Text: in(s, "Isi 4 angka.", "Enter 4 digits.")},
			}})
		}},
		{"tracked", func(s ui.Shell) templ.Component { return public.Tracked(tracked(at(s, "/lacak", "BTM-26-7K3QX-4"))) }},
		{"verify-receipt", func(s ui.Shell) templ.Component {
			v := verified(s, "valid")
			followed := tracked(v.Shell)
			v.Title, v.Number, v.Signer, v.Signature, v.ValidUntil, v.Check = in(s, "Tanda terima permohonan: KTP-el hilang", "Receipt of application: Lost electronic ID card"), followed.Number, "", "", time.Time{}, ""
			v.Progress = &followed
			return public.Verify(v)
		}},
		{"verify-valid", func(s ui.Shell) templ.Component { return public.Verify(verified(s, "valid")) }},
		{"verify-revoked", func(s ui.Shell) templ.Component { return public.Verify(verified(s, "revoked")) }},
		{"verify-replaced", func(s ui.Shell) templ.Component { return public.Verify(verified(s, "replaced")) }},
		{"verify-expired", func(s ui.Shell) templ.Component { return public.Verify(verified(s, "expired")) }},
		{"verify-unsigned", func(s ui.Shell) templ.Component { return public.Verify(verified(s, "unsigned")) }},
		{"verify-compared", func(s ui.Shell) templ.Component {
			v := verified(s, "valid")
			v.Compared, v.Same = true, true
			return public.Verify(v)
		}},
		{"verify-unknown", func(s ui.Shell) templ.Component {
			return public.Verify(public.VerifyView{Shell: at(s, "/verifikasi/x", s.L.T("verify.unknown")), CheckedAt: now})
		}},
		{"privacy", func(s ui.Shell) templ.Component {
			return public.Privacy(public.PrivacyView{Shell: at(s, "/privasi", s.L.T("privacy.title"))})
		}},
	}
}

func tracked(s ui.Shell) public.TrackedView {
	return public.TrackedView{
		Shell: s, Number: "BTM-26-7K3QX-4", Service: in(s, "KTP-el hilang", "Lost electronic ID card"),
		Agency: agencies(s)[0].Name, Status: "in_review", Submitted: now.AddDate(0, 0, -1),
		StatusText: in(s, "Petugas sedang memeriksa data dan berkas Anda.", "An officer is checking your details and documents."),
		Deadline:   ui.Deadline{State: "running", Due: now.AddDate(0, 0, 1), Left: 1, Unit: "working_day"},
		Events:     events(s)[:2],
	}
}

func verified(s ui.Shell, status string) public.VerifyView {
	return public.VerifyView{
		Shell: at(s, "/verifikasi/abc", s.L.T("verify.document")), Status: status, CheckedAt: now,
		Title:  in(s, "Surat Keterangan Penggantian KTP-el", "Letter on Replacement of the Electronic ID Card"),
		Number: "12/SKP-KTP/Disdukcapil/XI/2026", Agency: agencies(s)[0].Name, IssuedAt: now.AddDate(0, 0, -2),
		Signer: in(s, "Kepala Dinas Kependudukan dan Pencatatan Sipil", "Head of the Civil Registry"), Holder: "S••• R••••",
		Signature: s.L.T("verify.by.qr"), ValidUntil: now.AddDate(1, 0, 0), EndedAt: now, Successor: "13/SKP-KTP/Disdukcapil/XI/2026", Check: "/verifikasi/abc",
	}
}

// charts shows every way of drawing numbers.
func charts(s ui.Shell) templ.Component {
	months := []string{"Jun", "Jul", in(s, "Agu", "Aug"), "Sep", in(s, "Okt", "Oct"), "Nov"}
	column := in(s, "Bulan", "Month")
	return drawings(at(s, "/dasbor", in(s, "Grafik", "Charts")), []ui.Chart{
		{Title: in(s, "Permohonan masuk dan diputus", "Applications received and decided"), Column: column, Labels: months, Series: []ui.Series{
			{Name: in(s, "Masuk", "Received"), Values: []int64{820, 940, 1010, 1180, 1320, 1248}},
			{Name: in(s, "Diputus", "Decided"), Values: []int64{760, 930, 990, 1150, 1290, 1102}},
		}},
		{Title: in(s, "Diputus tepat waktu", "Decided on time"), Column: column, Labels: months, Line: true, Unit: "%", Series: []ui.Series{
			{Name: in(s, "Tepat waktu", "On time"), Values: []int64{88, 91, 90, 94, 95, 96}},
		}},
	})
}
