package services_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// diggers are the offices of a permit to dig.
type diggers struct{ marga, zone, hub *officer }

// permitted applies for a permit to dig along the same road, and takes it to its issue.
func (c *city) permitted(o diggers, owner, nib, from, to string) *story {
	c.t.Helper()
	s := c.apply("galian-utilitas")
	s.says("syarat", "paham_syarat", "yes")
	s.says("pemohon", with(reporter("pemohon"), "nama_perusahaan", owner, "nib", nib, "npwp", "0012345674901000")...)
	s.says("pekerjaan", "jenis_utilitas", "fiber-optik", "metode", "bor", "panjang_galian", "120", "lebar_galian", "0,6", "kedalaman", "1,5")
	s.says("lokasi", "nama_ruas", "Jl. Yos Sudarso", "penyelenggara_jalan", "kawasan", "lokasi.district", "Batam Kota", "lokasi.subdistrict", "Teluk Tering")
	s.says("jalur", "jalur", "2", "jalur.1.jalur_titik", "1.1301, 104.0529", "jalur.1.jalur_catatan", "Simpang Jam", "jalur.2.jalur_titik", "1.1310, 104.0540", "jalur.2.jalur_catatan", "")
	s.says("waktu", "kerja_mulai", from, "kerja_selesai", to, "jam_kerja", "malam")
	s.says("berkas", "file_surat", file, "file_peta", file, "file_metode", file, "file_jadwal", file, "file_k3", file, "sanggup_memulihkan", "yes")
	s.says("jaminan", "jaminan_bank", "BRK Syariah", "jaminan_nomor", "JB-77", "jaminan_nilai", "50.000.000", "jaminan_berlaku", "2027-12-31", "file_jaminan", file)
	s.states()
	s.sends(owner)
	s.takes(o.marga, "start_review", "")
	s.takes(o.marga, "ask_zone", "")
	s.answers(o.hub, "jalan_kawasan_lalin", "disetujui", "")
	s.answers(o.zone, "jalan_kawasan_teknis", "direkomendasikan", "", "jalan_kawasan_nomor", "REK/BP/9", "jalan_kawasan_jaminan", "50000000")
	s.in(o.marga, "recommended")
	s.takes(o.marga, "approve", "", "jaminan_asli_diterima", "2026-11-24")
	s.issued("IZIN PEMANFAATAN RUANG JALAN", owner)
	return s
}

// TestAPermitToDigReachesTheWorks: the permit of the city's own service opens works. Whose number its applicant has typed proves nothing: what that
// company has planned there stays as it is until staff confirm the permit, once, and takes its number, days and place then. What is withdrawn is
// said on the works, which then must not begin. Nothing that concerns the person who applied is taken over.
func TestAPermitToDigReachesTheWorks(t *testing.T) {
	c := open(t)
	ctx := c.In(t, pagetest.HostBatam)
	manager := identity.Actor{ID: uuid.New(), TenantID: c.World.Batam.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
	company, err := c.Leases.Apply(ctx, manager, lease.Operator{Name: "PT Serat Teratai", NIB: "1234567890123", Licence: "Jartaplok 1/2026", Email: "noc@serat.id"})
	if err == nil {
		err = c.Leases.Decide(ctx, manager, company.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	planned, err := c.DuctWorks.Plan(ctx, manager, uuid.Nil, ductwork.Input{Owner: ductwork.ByOperator, Operator: company.ID, Kind: ductwork.Cable, Title: "Kabel distribusi", Road: "Jalan Yos Sudarso", Place: ductwork.Place{Points: []geo.Point{{Lat: 1.13012, Lon: 104.05291}}},
		From: day("2026-12-01"), To: day("2026-12-12"), Method: ductwork.OpenCut, Contact: "Bagian jaringan", Phone: "0778 123456"})
	if err != nil {
		t.Fatal(err)
	}
	o := diggers{c.officer("Yusuf Hakim", "officer", "binamarga"), c.officer("Rudi Hartono", "officer", "bp-kawasan"), c.officer("Dewi Lestari", "officer", "dishub")}
	first := c.permitted(o, "PT Serat Teratai", "1234567890123", "2026-12-10", "2026-12-31")
	all := func(n int) []ductwork.Listed {
		t.Helper()
		var found []ductwork.Listed
		c.Soon(t, "the permit on the works", func() bool {
			found, err = c.DuctWorks.Works(ctx, manager, uuid.Nil, ductwork.Filter{}, uuid.Max, 10)
			return err == nil && len(found) == n && found[0].Permit != ""
		})
		return found
	}
	number := first.detail(o.marga).Application.Number
	sari, ida := c.Staff(t, pagetest.HostBatam, "Sari Ducting", "duct_manager", ""), c.Staff(t, pagetest.HostBatam, "Ida Keuangan", "duct_finance", "")
	const list = "/petugas/ducting/pekerjaan/"
	found := all(2)
	if plan, typed := found[1], found[0]; plan.ID != planned.ID || plan.State != ductwork.Planned || plan.Permit != "" || plan.Revision != planned.Revision || typed.OperatorID.Valid || typed.State != ductwork.Permitted {
		t.Fatalf("a number that somebody has typed moves a company's works, or makes works its own:\n%+v\n%+v", plan.Work, typed.Work)
	}
	typed := list + found[0].ID.String()
	sari.Page(list+planned.ID.String(), "Izin yang mungkin untuk pekerjaan ini", found[0].Permit, "sampai petugas memastikannya")
	sari.Page(typed, "Pemohon izin ini mengisi NIB PT Serat Teratai", planned.Number, "hasil pengawasan dan pemeriksaan, berkas, dan permintaan memasang bersama dari perusahaan lain", "dapat membaca semuanya", "Bukan milik PT Serat Teratai")
	if page := ida.Page(typed); strings.Contains(page, "Bukan milik") {
		t.Error("who may not manage works is offered to say whose the permit is")
	}
	ida.Sees(ida.Post(typed+"/izin-milik", "jawaban", "ya"), 403)
	sari.Sees(sari.Post(typed+"/izin-milik", "jawaban", ""), 422)
	seen := strconv.Itoa(found[0].Revision)
	sari.Sees(sari.Post(typed+"/izin-milik", "revision", strconv.Itoa(found[0].Revision-1), "jawaban", "ya"), 409)
	sari.Goes(sari.Post(typed+"/izin-milik", "revision", seen, "jawaban", "ya"), typed)
	sari.Sees(sari.Post(typed+"/izin-milik", "revision", seen, "jawaban", "ya"), 409)
	sari.Page(typed, "Dibatalkan", "Izinnya milik rencana "+planned.Number)
	var told int
	if err := c.World.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'ductwork.permit_whose' AND object_id = ?", c.World.Batam.ID, found[0].ID).Scan(ctx, &told); err != nil || told != 1 {
		t.Errorf("the audit record tells of it %d times, %v", told, err)
	}
	w := all(2)[1]
	if w.ID != planned.ID || w.State != ductwork.Permitted || !strings.Contains(w.Permit, "GALIAN") || w.Application != number || !strings.Contains(w.PermitBy, "Bina Marga") || w.From.Format(time.DateOnly) != "2026-12-10" || w.To.Format(time.DateOnly) != "2026-12-31" {
		t.Errorf("%+v", w)
	}
	if places, err := c.DuctWorks.PlacesOf(ctx, []uuid.UUID{w.ID}, false); err != nil || len(places) != 1 {
		t.Errorf("%v, %v", places, err)
	}

	// Nobody has planned the second: a utility that leases nothing.
	c.permitted(o, "PT Gas Teratai", "9234567890123", "2027-01-10", "2027-01-20")
	opened := all(3)[0]
	if opened.Owner != ductwork.ByUtility || opened.OwnerName != "PT Gas Teratai" || opened.Kind != ductwork.Cable || opened.Method != ductwork.Drilling || opened.Authority != "bp_batam" || opened.State != ductwork.Permitted || opened.Road != "Jl. Yos Sudarso" {
		t.Errorf("%+v", opened)
	}
	at := list + opened.ID.String()
	if page := sari.Page(at, "PT Gas Teratai", opened.Permit, "10 Januari 2027"); strings.Contains(page, "Siti Rahma") || strings.Contains(page, "1270001234") {
		t.Error("the works say who applied")
	}

	// Delivered again, as after a crash, the permits change nothing.
	const kind = "ductwork.on_document_issued.v1"
	var payloads []json.RawMessage
	if err := c.World.DB.Platform.NewRaw("SELECT payload FROM outbox WHERE kind = ?", kind).Scan(tenancy.Platform(t.Context()), &payloads); err != nil || len(payloads) != 2 {
		t.Fatal(len(payloads), err)
	}
	err = tenancy.InTx(ctx, c.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, x := range payloads {
			if err := jobs.Add(ctx, tx, jobs.Kind[json.RawMessage]{Name: kind, MaxRetry: 1, Timeout: time.Minute}, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Soon(t, "the second delivery", func() bool {
		var n int
		err := c.World.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = ? AND state = 'done'", kind).Scan(tenancy.Platform(t.Context()), &n)
		return err == nil && n == 4
	})
	if again := all(3); again[0].ID != opened.ID || again[0].Revision != opened.Revision || again[2].Revision != w.Revision {
		t.Errorf("a second delivery changes works: %+v", again)
	}

	head := c.officer("Hadi Kepala", "agency_head", "binamarga")
	var document uuid.UUID
	if err := c.World.DB.App.NewRaw("SELECT document_id FROM duct_work WHERE tenant_id = ? AND id = ?", c.World.Batam.ID, opened.ID).Scan(ctx, &document); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Documents.Revoke(ctx, head.Actor, document, "Rencana lalu lintas tidak dijalankan"); err != nil {
		t.Fatal(err)
	}
	c.Soon(t, "the withdrawal on the works", func() bool {
		x, err := c.DuctWorks.Work(ctx, manager, uuid.Nil, opened.ID)
		return err == nil && !x.PermitEndedAt.IsZero()
	})
	sari.Page(at, "Izin dicabut", "Rencana lalu lintas tidak dijalankan", "tidak boleh dimulai atau diteruskan")
	sari.Sees(sari.Post(at+"/mulai", "form", "mulai", "day", "2026-11-24"), 409, "sudah dicabut")
	sari.Goes(sari.Post(at+"/izin", "form", "izin", "permit", "IZ-8", "permit_by", "Dinas Bina Marga", "permit_day", "2026-11-24"), at)
	if page := sari.Page(at, "IZ-8"); strings.Contains(page, "Izin dicabut") {
		t.Error("a new permit does not take the place of the one that was withdrawn")
	}
	if n := len(all(3)); n != 3 {
		t.Errorf("%d works of two permits and a plan", n)
	}
}
