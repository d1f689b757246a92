package main

import (
	"github.com/a-h/templ"

	"bedelau/web/page/office"
	"bedelau/web/page/public"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// otherPages are about the agencies' own apps, and what past cases would have come to.
func otherPages() []entry {
	return []entry{
		{"mine-other", func(s ui.Shell) templ.Component {
			return resident.Mine(resident.MineView{Shell: signedIn(s, "/permohonan", s.L.T("mine.title")), Linked: true,
				Running: []resident.Item{
					{Number: "SIP/2026/0117", Service: in(s, "SIP dokter", "Doctor's licence"), Agency: "Dinkes", Status: "in_review", Updated: now, App: "Simpus Batam",
						URL: "https://simpus.example.go.id/117", Label: in(s, "Menunggu tanda tangan kepala dinas", "Waiting for the head's signature")},
					{ID: "3", Number: "BTM-26-9T2WH-6", Service: "KTP-el", Agency: "Disdukcapil", Status: "in_review", Updated: now},
				},
				Ready: []resident.Item{{Number: "SIP/2025/0009", Service: in(s, "SIP dokter", "Doctor's licence"), Agency: "Dinkes", Status: "approved", Updated: now,
					App: "Simpus Batam", Document: "https://simpus.example.go.id/9.pdf", Text: s.L.T("mine.ask_app", "app", "Simpus Batam")}}})
		}},
		{"apps", func(s ui.Shell) templ.Component {
			return office.Apps(office.AppsView{Shell: desk(s, "/kelola/aplikasi", s.L.T("apps.title")), Agencies: []ui.Option{{Value: "dinkes", Label: "Dinkes"}},
				Rows: []office.AppRow{{ID: "1", Name: "Simpus Batam", Agency: "Dinkes", Services: 4}, {ID: "2", Name: "Siak", Agency: "Disdukcapil", Services: 1, Closed: true}}})
		}},
		{"app-new", func(s ui.Shell) templ.Component {
			bad := ui.Errors{{Name: "services", Text: s.L.T("field.required")}, {Name: "hosts", Text: s.L.T("field.app_host")}}
			return office.NewApp(office.NewAppView{Shell: desk(s, "/kelola/aplikasi/baru", s.L.T("apps.register")), Agency: "dinkes", AgencyName: "Dinas Kesehatan",
				AppForm: office.AppForm{Name: "Simpus Batam", Source: "https://simpus.example.go.id", Contact: "Bidang SDK", Hosts: "localhost", Errors: bad,
					Services: []office.Tick{{Value: "sip-dokter", Label: in(s, "SIP dokter", "Doctor's licence")}, {Value: "laik", Label: "Laik Higiene", On: true}}}})
		}},
		{"app", func(s ui.Shell) templ.Component { return office.App(appView(s)) }},
		{"other", func(s ui.Shell) templ.Component {
			return office.Other(office.OtherView{Shell: desk(s, "/petugas/eksternal/1", "SIP/2026/0117"), Back: "/petugas/antrean", Before: "/petugas/permohonan/1", After: "/petugas/eksternal/2",
				Reference: "SIP/2026/0117", Service: in(s, "SIP dokter", "Doctor's licence"), App: "Simpus Batam", Agency: "Dinas Kesehatan", Applicant: "S••• R••••", Status: "in_review",
				Deadline: ui.Deadline{State: "late", Due: now, Left: 2, Unit: "day"}, URL: "https://simpus.example.go.id/117", Document: "https://simpus.example.go.id/117.pdf",
				First: now, Due: now, Heard: now, Events: []ui.Event{
					{Title: s.L.T("status.in_review"), Text: in(s, "Menunggu tanda tangan", "Waiting for a signature"), By: "Simpus Batam", At: now, Icon: "eye", Now: true},
					{Title: s.L.T("status.received"), By: "Simpus Batam", At: now, Icon: "inbox"}}})
		}},
		{"simulation", func(s ui.Shell) templ.Component {
			return office.Simulation(office.SimulationView{Shell: desk(s, "/kelola/layanan/ktp-el-hilang/simulasi", s.L.T("simulation.title")), Code: "ktp-el-hilang",
				Service: in(s, "KTP-el hilang", "Lost electronic ID card"), From: "2026-07-01", To: "2026-09-30", DaysOff: "besok", Window: "kuartal",
				Windows:  []ui.Option{{Value: "kuartal", Label: s.L.T("simulation.window.kuartal")}, {Value: "bulan", Label: s.L.T("simulation.window.bulan")}},
				Versions: []ui.Option{{Value: "1", Label: s.L.T("simulation.version_n", "n", 1)}}, Units: []ui.Option{{Value: "day", Label: s.L.T("simulation.unit_of.day")}},
				Errors: ui.Errors{{Name: "days_off", Text: s.L.T("field.simulation_day")}},
				Runs:   []office.SimulationRun{{Href: "/x", What: s.L.T("simulation.said_nothing"), At: now}}})
		}},
		{"workflow", func(s ui.Shell) templ.Component { return office.Workflow(drafted(s)) }},
		{"workflow-text", func(s ui.Shell) templ.Component {
			return office.DefinitionText(office.DefinitionTextView{Shell: desk(s, "/kelola/layanan/ktp-el-hilang/alur/lanjutan", s.L.T("flow.advanced")), Service: in(s, "KTP-el hilang", "Lost electronic ID card"),
				Path: "/kelola/layanan/ktp-el-hilang/alur", Revision: 2, Problems: drafted(s).Problems,
				Field: ui.Field{Name: "text", Type: "long_text", Label: s.L.T("flow.input.text"), Value: "code: adminduk\nversion: 1\nstart: submitted\n"}})
		}},
		{"service-home", func(s ui.Shell) templ.Component { return office.ServiceHome(serviceHome(s)) }},
		{"service-standard", func(s ui.Shell) templ.Component {
			return office.Standard(office.StandardView{Shell: desk(s, "/kelola/layanan/x/standar", s.L.T("standard.edit")), Code: "x", Service: "SKU", Revision: 2, Changed: "Joko",
				Problems: []office.StandardProblem{{Href: "#f-name_id", Place: s.L.T("standard.name_id"), Text: s.L.T("pack.problem.required")}},
				Sections: []office.StandardSection{
					{Title: s.L.T("standard.about"), Fields: []ui.Field{{Name: "name_id", Label: s.L.T("standard.name_id"), Error: s.L.T("pack.problem.required")}}},
					{Title: s.L.T("standard.requirement_part", "n", 1), Lead: "KTP-el", Fold: true, Open: true, Fields: []ui.Field{
						{Name: "requirements_0_any_of", Type: "long_text", Label: s.L.T("standard.requirement_any_of"), Hint: s.L.T("standard.requirement_any_of_hint"), Value: "ktp | KTP-el | Identity card", Optional: true},
						{Name: "requirements_0_bring_original", Type: "consent", Label: s.L.T("standard.requirement_bring_original")}}},
					{Title: s.L.T("standard.force"), Add: true, Fields: []ui.Field{{Name: "effective_from", Type: "date", Label: s.L.T("standard.effective_from"), Value: "2026-12-01"}}}}})
		}},
		{"service-new", func(s ui.Shell) templ.Component {
			return office.NewService(office.NewServiceView{Shell: desk(s, "/kelola/layanan-baru", s.L.T("standard.new")), Errors: ui.Errors{{Name: "code", Text: s.L.T("field.service_code_taken")}},
				Fields: []ui.Field{{Name: "code", Label: s.L.T("standard.code"), Hint: s.L.T("standard.code_hint"), Error: s.L.T("field.service_code_taken")}},
				Parts:  []ui.Field{{Name: "copy_workflow", Type: "select", Label: s.L.T("standard.copy_workflow"), Options: []ui.Option{{Value: "adminduk", Label: "adminduk"}}, Optional: true}}})
		}},
		{"service-retired", func(s ui.Shell) templ.Component {
			return public.Retired(public.RetiredView{Shell: at(s, "/layanan/x", "SKU"), Name: "SKU", Instead: in(s, "Urus di kelurahan.", "Go to the subdistrict's office.")})
		}},
		{"simulation-result", func(s ui.Shell) templ.Component { return office.SimulationResult(replayed(s)) }},
	}
}

func serviceHome(s ui.Shell) office.ServiceHomeView {
	return office.ServiceHomeView{Shell: desk(s, "/kelola/layanan/x", "SKU"), Code: "x", Name: in(s, "Surat keterangan usaha", "Statement on a business"), Latest: 1, Revision: 2, Native: true, Document: true,
		Workflow: true, Integration: "native", From: now, Last: s.L.T("standard.last", "who", "Rina", "at", s.L.DateTime(now)), Rows: []ui.Row{{Label: s.L.T("staff.agency"), Value: "Disdukcapil"}},
		Versions: []office.StandardVersion{{Version: "1", From: now, Source: "https://contoh.go.id/standar-pelayanan-surat-keterangan-usaha", InForce: true}}}
}

func appView(s ui.Shell) office.AppView {
	return office.AppView{Shell: desk(s, "/kelola/aplikasi/1", "Simpus Batam"), ID: "1", AgencyName: "Dinas Kesehatan", AppSource: "https://simpus.example.go.id",
		Form:   office.AppForm{Name: "Simpus Batam", Contact: "Bidang SDK", Hosts: "simpus.example.go.id", Services: []office.Tick{{Value: "sip-dokter", Label: "SIP dokter", On: true}}},
		Keys:   []office.AppKey{{ID: "1", Prefix: "k3vq2m7x5a", Made: now, Ends: now.AddDate(0, 3, 0), Used: now, Works: true}, {ID: "2", Prefix: "a5x7m2qv3k", Ends: now}},
		Ages:   []ui.Option{{Value: "90", Label: s.L.T("apps.days", "n", 90)}},
		Secret: "bdl_k3vq2m7x5a_abcdefghijklmnopqrstuvwxyz",
		Deliveries: []office.AppDelivery{{At: now, Mode: "batch", Accepted: 12, Duplicates: 3, Refused: 1,
			Refusals: []string{"#7 9f0c2f7e-0007 · data.stage: " + s.L.T("field.event_stage")}}},
		Trial: `{"specversion": "1.0"}`, Tried: []string{s.L.T("apps.outcome.refused") + " #1 · id: " + s.L.T("field.required")},
		Type:    "id.bedelau.application.status.v1",
		Example: "curl https://batam.example.id/api/v1/status-events \\\n-H 'Authorization: Bearer bdl_…' \\\n-d '{\"specversion\":\"1.0\",\"id\":\"uji-1\",\"source\":\"https://simpus.example.go.id\",\"type\":\"id.bedelau.application.status.v1\"}'"}
}

func replayed(s ui.Shell) office.SimulationResultView {
	before, after := s.L.T("simulation.before"), s.L.T("simulation.after")
	ktp := in(s, "KTP-el hilang", "Lost electronic ID card")
	weeks := func(title string) ui.Chart {
		return ui.Chart{Title: s.L.T(title, "agency", "Disdukcapil"), Column: s.L.T("simulation.week"), Line: true, Labels: []string{"6 Jul", "13 Jul", "20 Jul", "27 Jul"},
			Series: []ui.Series{{Name: before, Values: []int64{4, 9, 7, 5}}, {Name: after, Values: []int64{4, 12, 15, 9}}}}
	}
	return office.SimulationResultView{Shell: desk(s, "/kelola/layanan/ktp-el-hilang/simulasi/1", s.L.T("simulation.result")), Code: "ktp-el-hilang", Service: ktp,
		What: s.L.T("simulation.said_nothing"), CSV: "/x", Notes: []string{s.L.T("simulation.assumed"), s.L.T("simulation.missing_year", "year", "2027")},
		Figures: []ui.Figure{{Value: "40", Label: s.L.T("simulation.decided")}, {Value: "20", Label: s.L.T("simulation.late_before")}, {Value: "30", Label: s.L.T("simulation.late_after")}},
		Late: ui.Chart{Title: s.L.T("simulation.rows"), Column: s.L.T("catalog_desk.service"), Labels: []string{ktp},
			Series: []ui.Series{{Name: before, Values: []int64{20}}, {Name: after, Values: []int64{30}}}},
		Rows: []office.SimulationRow{{Service: ktp, Agency: "Disdukcapil", Cases: "40", Decided: "40", Before: "20", After: "30"}},
		Steps: []office.SimulationStep{{Name: in(s, "Dalam verifikasi", "In review"), Agency: "Disdukcapil", Before: s.L.T("simulation.step_late", "late", "3", "timed", "40"),
			After: s.L.T("simulation.step_late", "late", "12", "timed", "40"), Worse: true},
			{Name: in(s, "Terkirim", "Submitted"), Agency: "Disdukcapil", Before: s.L.T("simulation.step_untimed"), After: s.L.T("simulation.step_late", "late", "0", "timed", "40")}},
		Changed:     []office.SimulationCase{{ID: "1", Number: "BTM-26-7K3QX-4", Service: ktp, Agency: "Disdukcapil", Decided: now, Due: now, Late: true}, {ID: "2", Number: "BTM-26-9T2WH-6", Service: ktp, Agency: "Disdukcapil", Decided: now}},
		ChangedText: s.L.T("simulation.changed_text", "n", 2, "shown", 2),
		Offices: []office.SimulationOffice{{Name: "Disdukcapil", Text: s.L.T("simulation.office_text", "officers", 3, "best", 10, "before", 0, "after", 2), Over: true,
			Mean: weeks("simulation.mean"), Peak: weeks("simulation.peak")}},
		Unknown: []string{s.L.T("simulation.unknown_state", "name", "checked", "n", 40)}, Untaken: []string{s.L.T("simulation.untaken", "name", "grant checked>granted", "n", 40)}}
}

// drafted is a workflow with a fault in it, which somebody else has changed meanwhile.
func drafted(s ui.Shell) office.WorkflowView {
	path, ktp := "/kelola/layanan/ktp-el-hilang/alur", in(s, "KTP-el hilang", "Lost electronic ID card")
	return office.WorkflowView{Shell: desk(s, path, s.L.T("flow.title", "service", ktp)), Service: ktp, Path: path, Simulation: "/kelola/layanan/ktp-el-hilang/simulasi",
		Version: 1, Base: 1, Revision: 2, Shared: []string{"Kartu Identitas Anak (KIA)"}, Changed: s.L.T("builder.step.add", "who", "Rina", "what", "tinjau", "at", s.L.DateTime(now)),
		Problems: []office.BuilderProblem{{Href: path + "/status/tinjau", Place: s.L.T("flow.place.state", "name", "Tinjau lapangan"), Text: s.L.T("pack.problem.unreachable", "value", "tinjau")}},
		Picture: &ui.Diagram{Title: s.L.T("flow.picture_of", "service", ktp), Head: []string{s.L.T("flow.picture_from"), s.L.T("flow.picture_step")},
			Nodes: []ui.DiagramNode{{Kind: ui.DiagramStart, Label: "Terkirim"}, {Kind: ui.DiagramBar}, {Kind: ui.DiagramBranch, Label: "Rekomendasi", Note: "Dinkes"},
				{Kind: ui.DiagramBranch, Label: "Pemeriksaan"}, {Kind: ui.DiagramBar}, {Kind: ui.DiagramAuto, Label: "Lanjut"}, {Kind: ui.DiagramTimer, Label: "Gugur"}, {Kind: ui.DiagramEnd, Label: "Selesai"}},
			Links: [][2]int{{0, 1}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 5}, {5, 7}, {0, 6}, {6, 7}}, Rows: [][]string{{"Terkirim", "Rekomendasi"}}},
		States: []office.WorkflowState{
			{Code: "submitted", Label: "Terkirim", Public: "Permohonan Anda sudah kami terima.", Stage: s.L.T("status.received"), Clock: s.L.T("flow.clock.running"), Start: true, First: true,
				Actions: []office.WorkflowAction{{Code: "start_review", ID: "tindakan-start_review", Label: "Mulai periksa", Who: s.L.T("flow.by.officer"), To: s.L.T("flow.to", "state", "Selesai"),
					ToHref: "#status-completed", Facts: []string{s.L.T("flow.reason_required"), s.L.T("flow.issues")}, First: true, Last: true}}},
			{Code: "tinjau", Label: "Tinjau lapangan", Public: "Petugas meninjau lokasi.", Stage: s.L.T("status.in_review"), Clock: s.L.T("flow.clock.running"), Fee: s.L.T("flow.fee", "amount", "Rp25.000"),
				Branches: []office.WorkflowBranch{{Code: "dinkes", Label: "Rekomendasi", Facts: []string{s.L.T("flow.refuses", "name", "Ditolak")}}}},
			{Code: "completed", Label: "Selesai", Public: "Layanan selesai.", Stage: s.L.T("status.completed"), Clock: s.L.T("flow.clock.stopped"), Final: true, Last: true},
		},
		Levels: []office.WorkflowLine{{N: 1, Text: s.L.T("flow.level_due", "n", 1, "who", s.L.T("role.agency_head"))}}}
}
