package main

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"bedelau/web/page/office"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// desk is the shell of a staff page.
func desk(s ui.Shell, path, title string) ui.Shell {
	s = at(s, path, title)
	s.Frame, s.NoIndex = ui.FrameOffice, true
	s.User = &ui.User{Name: "Budi Hartono", Role: in(s, "Petugas, Disdukcapil", "Officer, civil registry"), Links: ui.DeskNav(s.L, func(x ui.Section) bool { return x != ui.SectionUsage })}
	return s
}

func officePages() []entry {
	return []entry{
		{"queue", func(s ui.Shell) templ.Component { return office.Queue(queue(s)) }},
		{"queue-none", func(s ui.Shell) templ.Component {
			v := queue(s)
			v.Rows, v.Next = nil, ""
			return office.Queue(v)
		}},
		{"case", func(s ui.Shell) templ.Component { return office.Case(caseFile(s)) }},
		{"case-viewing", func(s ui.Shell) templ.Component {
			v := caseFile(s)
			v.Show = picture[strings.LastIndexByte(picture, '/')+1:]
			return office.Case(v)
		}},
		{"bulk-step", func(s ui.Shell) templ.Component {
			return office.Bulk(office.BulkView{Shell: desk(s, "/petugas/antrean", s.L.T("bulk.title")), Back: "/petugas/antrean",
				Items:   []office.BulkItem{{Value: "1 2", Number: "BTM-26-7K3QX-4", Service: "KTP-el hilang"}, {Value: "2 2", Number: "BTM-26-9T2WH-6", Service: "KTP-el hilang"}},
				Actions: []office.BulkAction{{Action: office.Action{Code: "start_review", Label: in(s, "Mulai periksa", "Begin the review")}, Count: 2}, {Action: office.Action{Code: "approve", Label: in(s, "Setujui", "Approve")}, Count: 1}}})
		}},
		{"bulk-done", func(s ui.Shell) templ.Component {
			return office.Bulk(office.BulkView{Shell: desk(s, "/petugas/antrean", s.L.T("bulk.title")), Back: "/petugas/antrean", Done: true, Succeeded: 1, Results: []office.BulkResult{
				{ID: "1", Number: "BTM-26-7K3QX-4", Service: "KTP-el hilang", OK: true}, {ID: "2", Number: "BTM-26-9T2WH-6", Service: "KTP-el hilang", Text: in(s, "Ditangani Dewi. Ambil alih dulu.", "Dewi is handling this. Take it over first.")}, {ID: "3", Text: "x"}}})
		}},
		{"workload", func(s ui.Shell) templ.Component {
			n := func(n int) office.Figure { return office.Figure{N: n, Href: "/x"} }
			return office.Workload(office.WorkloadView{Shell: desk(s, "/petugas/beban", s.L.T("workload.title")), Days: 90, Steps: []office.StepTime{
				{State: in(s, "Menunggu rekomendasi", "Waiting for advice"), Service: in(s, "SIP dokter", "Doctor's licence"), N: 41, Usual: s.L.T("unit.day", "n", 4), Longest: s.L.T("unit.day", "n", 11), Kept: "44%", Slow: true},
				{State: in(s, "Dalam verifikasi", "In review"), Service: in(s, "SIP dokter", "Doctor's licence"), N: 52, Usual: s.L.T("unit.hour", "n", 20), Longest: s.L.T("unit.day", "n", 3), Kept: "92%"},
				{State: in(s, "Terkirim", "Submitted"), Service: in(s, "SIP dokter", "Doctor's licence"), N: 52, Usual: s.L.T("unit.hour", "n", 2), Longest: s.L.T("unit.hour", "n", 9)}}, Rows: []office.Load{
				{Nobody: true, Open: n(12), Late: n(2), Week: n(5)}, {Name: "Budi Hartono", Open: n(204), Late: n(3), Week: n(31), Waiting: n(8), Done: n(412)}, {Name: "Andi Wijaya"}}})
		}},
		{"case-error", func(s ui.Shell) templ.Component {
			v := caseFile(s)
			v.ErrorTitle, v.Tried, v.Fields = true, "request_correction", []string{"kk"}
			v.Errors = ui.Errors{{Name: "reason", Text: in(s, "Tulis apa yang perlu diperbaiki.", "Say what needs correcting.")}}
			return office.Case(v)
		}},
		{"case-changed", func(s ui.Shell) templ.Component {
			v := caseFile(s)
			v.ErrorTitle, v.Tried, v.Reason, v.Fields = true, "request_correction", in(s, "Surat kehilangan buram. Unggah lagi yang terbaca.", "The police report is blurred. Upload a readable one."), []string{"surat"}
			v.Changed = &office.Changed{
				Text:   in(s, "Permohonan ini sudah diubah oleh Dewi Lestari pada 24 November 2026 pukul 10.02 WIB dan sekarang berstatus Dalam verifikasi. Muat ulang, lalu putuskan lagi.", "Dewi Lestari changed this application on 24 November 2026, 10:02 WIB; it is now In review. Reload, then decide again."),
				Events: []ui.Event{{Title: in(s, "Dalam verifikasi", "In review"), By: "Dewi Lestari", At: now.Add(-3 * 60e9), Icon: "eye", Now: true}},
			}
			return office.Case(v)
		}},
		{"member", func(s ui.Shell) templ.Component {
			return office.Person(office.MemberView{
				Shell: desk(s, "/kelola/staf/1", "Andi Wijaya"), AgencyChosen: "disdukcapil", Agencies: []ui.Option{{Value: "disdukcapil", Label: "Disdukcapil"}},
				Member: office.Member{ID: "1", Name: "Andi Wijaya", Email: "andi@batam.example", Status: "active"},
				Held:   []office.Tick{{Value: "officer", Label: s.L.T("role.officer"), On: true}, {Value: "agency_head", Label: s.L.T("role.agency_head")}, {Value: "auditor", Label: s.L.T("role.auditor")}},
			})
		}},
		{"audit", func(s ui.Shell) templ.Component { return office.Audit(audit(s)) }},
		{"audit-broken", func(s ui.Shell) templ.Component {
			v := audit(s)
			v.Chain = &office.Chain{Title: s.L.T("audit.broken"), Text: s.L.T("audit.broken_text", "how", s.L.T("audit.how.changed", "seq", 1042)), At: now}
			v.Print = nil
			return office.Audit(v)
		}},
		{"staff", func(s ui.Shell) templ.Component { return office.Staff(staff(s)) }},
		{"roles", func(s ui.Shell) templ.Component { return office.Roles(roles(s)) }},
		{"calendar", func(s ui.Shell) templ.Component {
			holiday := func(day int, month int, id, en, kind string) office.Holiday {
				date := now.AddDate(0, month-11, day-24)
				return office.Holiday{Day: date, Name: in(s, id, en), Kind: kind, Verified: kind != "Cuti bersama",
					Row: office.DayRow{Day: date.Format(time.DateOnly), Date: date, Name: in(s, id, en), Kind: kind}}
			}
			return office.Calendar(office.CalendarView{
				Shell: desk(s, "/kelola/kalender", s.L.T("desk.calendar")), Year: 2026, Years: []int{2025, 2026, 2027}, Missing: []int{2027},
				Week: in(s, "Senin–Jumat", "Monday–Friday"), Hours: "07.30–16.00", Source: "SKB 3 Menteri 2026", Verified: true,
				Holidays: []office.Holiday{
					holiday(1, 1, "Tahun Baru Masehi", "New Year's Day", "Libur nasional"), holiday(17, 8, "Hari Kemerdekaan", "Independence Day", "Libur nasional"),
					holiday(24, 12, "Cuti bersama Natal", "Collective leave for Christmas", "Cuti bersama"), holiday(25, 12, "Hari Natal", "Christmas Day", "Libur nasional"),
				},
			})
		}},
		{"calendar-import", func(s ui.Shell) templ.Component { return office.Import(importing(s)) }},
		{"calendar-import-undo", func(s ui.Shell) templ.Component {
			return office.TryUndo(office.UndoTrial{Shell: desk(s, "/kelola/kalender/batal", s.L.T("days.undo_trial")), Change: "1", Source: "SKB 3 Menteri 2027", Year: 2027,
				Days: []string{s.L.T("calendar.became_working", "day", s.L.Date(now))}, Moves: importing(s).Preview.Moves})
		}},
		{"catalog", func(s ui.Shell) templ.Component {
			v := office.CatalogView{Shell: desk(s, "/kelola/layanan", s.L.T("catalog_desk.title")), Figures: []ui.Figure{
				{Value: "35", Label: in(s, "Layanan", "Services")}, {Value: "2", Label: in(s, "Diajukan di sini", "Applied for here")}, {Value: "21", Label: in(s, "Belum diverifikasi", "Not yet verified")},
			}}
			for _, x := range services(s) {
				v.Rows = append(v.Rows, office.CatalogRow{Code: x.Code, Name: x.Name, Agency: x.Agency, Integration: x.Integration, Version: 1, EffectiveFrom: now.AddDate(0, -10, -23), Verified: x.Verified})
			}
			v.Rows[6].Version = 0
			return office.Catalog(v)
		}},
		{"desk-account", func(s ui.Shell) templ.Component {
			v := ownAccount(s)
			v.Shell = desk(s, "/akun", s.L.T("account.title"))
			return resident.Account(v)
		}},
	}
}

func audit(s ui.Shell) office.AuditView {
	entry := func(minutes int, who, code, detail string) office.Entry {
		return office.Entry{At: now.Add(-time.Duration(minutes) * time.Minute), Who: who, Action: s.L.T("audit.act." + code), Detail: detail}
	}
	return office.AuditView{
		Shell: desk(s, "/kelola/audit", s.L.T("audit.title")), Next: "/x",
		Chain:   &office.Chain{Whole: true, Title: s.L.T("audit.whole"), Text: s.L.T("audit.whole_text", "from", 1, "to", s.L.Number(18204)), Proof: s.L.T("audit.unproven"), At: now},
		Print:   &office.Fingerprint{Link: s.L.Number(18204), Short: "18204:4f1e-93b0-77ac-0d2e-91c4", Full: "18204:4f1e93b077ac0d2e91c4a06b5d3f2e1c8b7a695847362514f3e2d1c0bfae9d8c"},
		Objects: []ui.Option{{Value: "application", Label: s.L.T("audit.object.application")}, {Value: "account", Label: s.L.T("audit.object.account")}},
		Entries: []office.Entry{
			entry(2, "Budi Hartono", "application.approve", "from: in_review, number: BTM-26-7K3QX-4, on_time: true, to: approved"),
			entry(9, "Budi Hartono", "application.reveal", "field: nik, number: BTM-26-7K3QX-4"),
			entry(60, s.L.T("case.by_system"), "application.escalate", "due: 2026-11-24T09:00:00Z, level: 1, number: BTM-26-9T2WH-6, told: 1"),
			entry(300, s.L.T("role.resident")+" 3d4e5f607182", "application.submit", "number: BTM-26-7K3QX-4, service: ktp-el-hilang, standard: 1"),
			entry(900, "Maya Putri", "role.permissions", "role: officer, taken: [application:reveal]"),
		},
	}
}

func queue(s ui.Shell) office.QueueView {
	row := func(id, number, who, status, label, assignee string, d ui.Deadline, level int) office.Row {
		return office.Row{MayClaim: assignee == "", Mine: assignee == "Budi Hartono", Version: 1, Agency: "Disdukcapil", ID: id, Number: number, Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Applicant: who, Status: ui.Status(status), StatusLabel: label, Assignee: assignee, Deadline: d, Submitted: now.AddDate(0, 0, -2), Level: level, StepLate: assignee == "Budi Hartono" && status == "in_review"}
	}
	review, sent := in(s, "Dalam verifikasi", "In review"), in(s, "Terkirim", "Submitted")
	v := office.QueueView{
		Shell: desk(s, "/petugas/antrean", s.L.T("queue.title")), Agency: agencies(s)[0].Name, Tab: "all", Now: now, From: "?dari=semua", Next: "/petugas/antrean?setelah=x",
		Total: 31, TotalHere: 27, MayClaim: true, MayAssign: true, MayExport: true, MayShare: true, Query: url.Values{"lihat": {"semua"}}, Colleagues: []ui.Option{{Value: "1", Label: "Andi Wijaya"}},
		Saved: []office.Saved{{ID: "1", Name: in(s, "Akta minggu ini", "Certificates this week"), Href: "/x", Current: true, MayForget: true}, {ID: "2", Name: in(s, "Terlambat di loket", "Late at the counter"), Href: "/x", Shared: true}},
		Filter: office.FilterForm{Open: true, Active: true, View: "semua", Clear: "/petugas/antrean", Fields: []ui.Field{
			{Name: "sumber", Label: s.L.T("queue.source"), Options: []ui.Option{{Label: s.L.T("queue.filter.any")}, {Value: "di-sini", Label: s.L.T("queue.source.here")}, {Value: "aplikasi-dinas", Label: s.L.T("queue.source.apps")}}},
			{Name: "layanan", Label: s.L.T("queue.filter.service"), Options: []ui.Option{{Label: s.L.T("queue.filter.any")}, {Value: "ktp", Label: "KTP-el hilang"}}, Value: "ktp"},
			{Name: "tahap", Label: s.L.T("queue.filter.stage"), Options: []ui.Option{{Label: s.L.T("queue.filter.any")}}},
			{Name: "urut", Label: s.L.T("queue.sort"), Options: []ui.Option{{Label: s.L.T("queue.sort.due")}}},
		}, Days: []office.DaySpan{{Label: s.L.T("queue.filter.due"), From: "tenggat_dari", To: "tenggat_sampai", FromDay: "2026-11-24"}}},
		Tabs: []office.Tab{
			{Code: "mine", Label: in(s, "Tugas saya", "Mine"), Count: 4}, {Code: "unassigned", Label: in(s, "Belum ditugaskan", "Unassigned"), Count: 12},
			{Code: "all", Label: in(s, "Semua", "All"), Count: 31}, {Code: "late", Label: in(s, "Terlambat", "Late"), Count: 2, Alarm: true},
			{Code: "waiting", Label: in(s, "Menunggu pemohon", "Waiting"), Count: 5}, {Code: "done", Label: in(s, "Selesai", "Done"), Count: 210},
		},
		Rows: []office.Row{
			row("1", "BTM-26-7K3QX-4", "Siti Rahmawati", "in_review", review, "Budi Hartono", ui.Deadline{State: "late", Due: now, Left: 1, Unit: "working_day"}, 1),
			row("2", "BTM-26-9T2WH-6", "Andi Saputra", "received", sent, "", ui.Deadline{State: "soon", Due: now.Add(6 * 3600e9), Left: 0, Unit: "working_day"}, 0),
			{Href: "/petugas/eksternal/1", Number: "SIAK/2026/0117", Service: "KTP-el", Applicant: "S••• R••••", App: "Siak Daerah", Status: "in_review", StatusLabel: s.L.T("status.in_review"),
				Label: in(s, "Menunggu cetak", "Waiting to be printed"), Submitted: now, Deadline: ui.Deadline{State: "running", Due: now.AddDate(0, 0, 1), Left: 1, Unit: "day"}},
			row("3", "BTM-26-4F8NB-2", "Maria Magdalena Simanjuntak", "received", sent, "", ui.Deadline{State: "running", Due: now.AddDate(0, 0, 1), Left: 1, Unit: "working_day"}, 0),
			row("4", "BTM-26-6J5YP-9", "Rahmat", "in_review", review, "Budi Hartono", ui.Deadline{State: "running", Due: now.AddDate(0, 0, 2), Left: 2, Unit: "working_day"}, 0),
			row("5", "BTM-26-3M7GW-1", "Dewi Lestari", "needs_correction", in(s, "Perlu perbaikan", "Needs correction"), "Budi Hartono", ui.Deadline{State: "paused"}, 0),
		},
	}
	return v
}

func caseFile(s ui.Shell) office.CaseView {
	return office.CaseView{
		Shell: desk(s, "/petugas/antrean", "BTM-26-7K3QX-4"), ID: "1", Number: "BTM-26-7K3QX-4", Service: in(s, "KTP-el hilang", "Lost electronic ID card"), Applicant: "Siti Rahmawati", Agency: agencies(s)[0].Name,
		Status: "in_review", StatusLabel: in(s, "Dalam verifikasi", "In review"), Deadline: ui.Deadline{State: "late", Due: now, Left: 1, Unit: "working_day"}, StepDue: now.Add(-2 * 3600e9), StepLate: true, Submitted: now.AddDate(0, 0, -3), Assignee: "Budi Hartono", Version: 4, Level: 1,
		MayNext: true, Before: "/x", After: "/x", MayNote: true,
		Term: in(s, "2 hari kerja", "2 working days"), ChannelLabel: s.L.T("case.channel.web"), Back: "/petugas/antrean",
		Warnings: []string{in(s, "Tanggal lahir berbeda dengan yang ada di NIK.", "The date of birth differs from that in the NIK.")},
		Answers: []office.Answer{
			{ID: "isi-1", Label: "NIK", Value: "•••• •••• •••• 0003", Reveal: "/petugas/permohonan/1/buka/nik"},
			{ID: "isi-2", Label: in(s, "Nama lengkap", "Full name"), Value: "Siti Rahmawati"},
			{ID: "isi-3", Label: in(s, "Tanggal lahir", "Date of birth"), Value: "•• •••• 1990", Reveal: "/petugas/permohonan/1/buka/lahir"},
			{ID: "isi-4", Label: in(s, "Tempat kehilangan", "Place of loss"), Value: in(s, "Pasar Botania", "Botania market"), Corrected: true},
			{ID: "isi-5", Label: in(s, "Kartu Keluarga", "Family Card"), Files: []ui.File{{Name: "Kartu Keluarga.jpg", Size: 1834000, Href: picture, Image: true}}},
			{ID: "isi-6", Label: in(s, "Surat keterangan kehilangan dari Kepolisian", "Police report of loss"), Files: []ui.File{{Name: "surat-kehilangan.pdf", Size: 402000, Href: "/x", PDF: true}}},
		},
		Events: []ui.Event{
			{Title: in(s, "Melewati tenggat", "Past the deadline"), By: in(s, "Sistem", "System"), At: now.Add(-2 * 3600e9), Icon: "alert-circle", Tone: "bad", Text: in(s, "Kepala dinas diberi tahu.", "The agency head was told.")},
			{Title: in(s, "Mulai diperiksa", "Review started"), By: "Budi Hartono", At: now.AddDate(0, 0, -1), Icon: "eye", Now: true},
			{Title: in(s, "Catatan internal", "Internal note"), By: "Budi Hartono", At: now.AddDate(0, 0, -2), Icon: "message", Quote: in(s, "Sudah dicek di basis data, biometrik tunggal.", "Checked in the database; single biometric record.")},
			{Title: in(s, "Terkirim", "Submitted"), By: "Siti Rahmawati", At: now.AddDate(0, 0, -3), Icon: "inbox"},
		},
		Actions: []office.Action{
			{Code: "approve", Label: in(s, "Setujui", "Approve"), Reason: "optional", Tone: "good", Issues: true},
			{Code: "request_correction", Label: in(s, "Minta perbaikan", "Ask for a correction"), Reason: "required", Correct: true},
			{Code: "reject", Label: in(s, "Tolak", "Reject"), Reason: "required", Tone: "bad"},
			{Code: "pass", Label: in(s, "Teruskan", "Pass on"), Reason: "none"},
		},
		Correctable: []ui.Option{{Value: "nama", Label: in(s, "Nama lengkap", "Full name")}, {Value: "kk", Label: in(s, "Foto atau pindaian Kartu Keluarga", "Photo or scan of the Family Card")}, {Value: "surat", Label: in(s, "Surat keterangan kehilangan", "Police report of loss")}},
		MayRelease:  true, MayAssign: true, Colleagues: []ui.Option{{Value: "1", Label: "Ani Wijaya"}, {Value: "2", Label: "Joko Susilo"}},
	}
}

func staff(s ui.Shell) office.StaffView {
	officer, head := in(s, "Petugas OPD", "Agency officer"), in(s, "Kepala OPD", "Agency head")
	return office.StaffView{
		Shell: desk(s, "/kelola/staf", s.L.T("staff.title")), MayInvite: true, Next: "/x",
		Roles: []ui.Option{{Value: "officer", Label: officer}, {Value: "agency_head", Label: head}}, Agencies: []ui.Option{{Value: "disdukcapil", Label: "Disdukcapil"}},
		Members: []office.Member{
			{ID: "1", Name: "Ani Wijaya", Email: "ani@batam.example", Roles: head, Agency: "Disdukcapil", Status: "active", SecondFactor: true},
			{ID: "2", Name: "Budi Hartono", Email: "budi@batam.example", Roles: officer, Agency: "Disdukcapil", Status: "active", SecondFactor: true},
			{ID: "3", Name: "Citra Ayu", Email: "citra@batam.example", Roles: in(s, "Administrator kota", "City administrator"), Status: "active"},
			{ID: "4", Name: "Dodi", Email: "dodi@batam.example", Roles: officer, Agency: "DPMPTSP", Status: "invited"},
			{ID: "5", Name: "Eka Putra", Email: "eka@batam.example", Roles: officer, Agency: "Bapenda", Status: "disabled"},
		},
	}
}

func roles(s ui.Shell) office.RolesView {
	v := office.RolesView{Shell: desk(s, "/kelola/peran", s.L.T("roles.title")), Roles: []office.RoleColumn{
		{Code: "officer", Label: s.L.T("role.officer")}, {Code: "agency_head", Label: s.L.T("role.agency_head")}, {Code: "auditor", Label: s.L.T("role.auditor")}, {Code: "city_admin", Label: s.L.T("role.city_admin"), Fixed: true},
	}}
	for i, p := range []string{"application:queue", "application:read", "application:review", "application:decide", "application:assign", "application:reveal", "service:configure", "calendar:manage", "staff:manage", "role:manage", "audit:read"} {
		v.Rows = append(v.Rows, office.PermissionRow{Code: p, Label: s.L.T("perm." + p), Cells: []office.PermissionCell{{On: i < 4}, {On: i < 6}, {On: i == 10 || i == 1}, {On: true, Locked: true}}})
	}
	return v
}
