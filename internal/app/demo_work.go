package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// demoWork is made-up works: on which road of the network (by its place in the list), when, and how far they came.
type demoWork struct {
	road      int
	from      int // the first day, from today
	days      int
	owner     string
	name      string
	kind      string
	title     string
	state     string
	colay     string // on which terms others may join; empty offers nothing
	emergency int    // hours since it began; 0 is none
	reported  int    // hours after that; 0 is not reported
	failed    bool   // an inspection was not passed
}

var demoWorks = []demoWork{
	{0, 40, 20, ductwork.ByOperator, "", ductwork.Cable, "Penarikan kabel distribusi (contoh)", ductwork.Planned, "", 0, 0, false},
	{0, 95, 45, ductwork.ByAgency, "Dinas Bina Marga (contoh)", ductwork.Road, "Pelapisan ulang badan jalan (contoh)", ductwork.Planned, "Konfirmasi sebulan sebelum mulai; galian dibagi menurut panjang.", 0, 0, false},
	{0, 120, 30, ductwork.ByUtility, "Pengelola air minum (contoh)", ductwork.Water, "Pipa distribusi HDPE 160 mm (contoh)", ductwork.Planned, "", 0, 0, false},
	{1, 12, 14, ductwork.ByOperator, "", ductwork.NewDucts, "Ducting baru empat pipa (contoh)", ductwork.Permitted, "Pipa tambahan dipasang dengan biaya sendiri.", 0, 0, false},
	{1, 30, 21, ductwork.ByUtility, "Penyedia listrik (contoh)", ductwork.Power, "Kabel tanah 20 kV (contoh)", ductwork.Planned, "", 0, 0, false},
	{2, -6, 25, ductwork.ByOperator, "", ductwork.NewDucts, "Galian ducting sisi selatan (contoh)", ductwork.Running, "", 0, 0, false},
	{3, -25, 15, ductwork.ByUtility, "Pengelola air minum (contoh)", ductwork.Water, "Penggantian pipa bocor (contoh)", ductwork.Running, "", 0, 0, false},
	{4, -40, 30, ductwork.ByOperator, "", ductwork.Cable, "Kabel pelanggan kawasan industri (contoh)", ductwork.Reinstating, "", 0, 0, true},
	{5, -120, 30, ductwork.ByOperator, "", ductwork.NewDucts, "Ducting penghubung dua manhole (contoh)", ductwork.Upkeep, "", 0, 0, false},
	{6, -400, 40, ductwork.ByUtility, "Penyedia listrik (contoh)", ductwork.Power, "Gardu dan kabel tanah (contoh)", ductwork.Released, "", 0, 0, true},
	{2, 0, 3, ductwork.ByOperator, "", ductwork.Repair, "Kabel putus terkena alat berat (contoh)", ductwork.Running, "", 5, 0, false},
	{3, -4, 5, ductwork.ByUtility, "Pengelola air minum (contoh)", ductwork.Repair, "Pipa pecah di tepi jalan (contoh)", ductwork.Reinstating, "", 96, 41, false},
	{7, 60, 10, ductwork.ByAuthority, "Badan pengusahaan kawasan (contoh)", ductwork.Road, "Pelebaran simpang (contoh)", ductwork.Cancelled, "", 0, 0, false},
}

// demoPartnerNIB is the business number of the company for which demoPartner works.
const demoPartnerNIB = "0000000000001"

// seedWorks has works planned and done around the made-up network, each step on its day.
func (a *App) seedWorks(ctx context.Context, actor, finance identity.Actor, now time.Time) error {
	at := now
	s := ductwork.New(ductwork.Deps{DB: a.DB.App, Guard: a.Guard, Files: a.Files, Notify: a.Notify, Keys: a.Keys, Now: func() time.Time { return at }})
	total, err := a.Ducts.Total(ctx, actor, now, duct.Filter{})
	if err != nil || len(total.Roads) == 0 {
		return err
	}
	companies, err := a.Leases.Operators(ctx, actor, lease.OperatorApproved, uuid.Nil, 100)
	if err != nil || len(companies) == 0 {
		return err
	}
	company := companies[0].ID
	for _, o := range companies {
		if o.NIB == demoPartnerNIB {
			company = o.ID
		}
	}
	for i, d := range demoWorks {
		road := total.Roads[d.road*7%len(total.Roads)]
		segments, err := a.Ducts.Segments(ctx, actor, now, duct.Filter{Road: road}, "", 3)
		if err != nil {
			return err
		}
		if err := seedWork(ctx, s, actor, finance, d, road, segments, company, now, &at, i); err != nil {
			return fmt.Errorf("works %q: %w", d.title, err)
		}
	}
	return nil
}

// seedWork takes one through its steps; at is the moment of each.
func seedWork(ctx context.Context, s *ductwork.Service, actor, finance identity.Actor, d demoWork, road string, segments []duct.Segment, company uuid.UUID, now time.Time, at *time.Time, n int) error {
	*at = now
	from := s.Today(ctx).AddDate(0, 0, d.from)
	in := ductwork.Input{Owner: d.owner, OwnerName: d.name, Kind: d.kind, Title: d.title, Road: road, From: from, To: from.AddDate(0, 0, d.days-1), Method: ductwork.OpenCut,
		Contact: "Bagian teknik (contoh)", Phone: "0778 000 0000", Colay: d.colay != "", ColayNote: d.colay}
	if d.owner == ductwork.ByOperator {
		in.Operator = company
	}
	for _, x := range segments {
		in.Place.Segments = append(in.Place.Segments, x.Code)
	}
	on := func(days int) { // a moment on that day of the works
		*at = now.AddDate(0, 0, d.from+days)
		if at.After(now) {
			*at = now
		}
	}
	on(-30)
	if d.emergency > 0 {
		first := segments[0].Line[0]
		in.Place = ductwork.Place{Points: []geo.Point{{Lat: first.Lat(), Lon: first.Lon()}}}
		*at = now.Add(-time.Duration(d.emergency)*time.Hour + 20*time.Minute)
		in.Emergency, in.StartedAt = true, now.Add(-time.Duration(d.emergency)*time.Hour)
	}
	w, err := s.Plan(ctx, actor, uuid.Nil, in)
	if err != nil || d.state == ductwork.Planned {
		return err
	}
	if d.state == ductwork.Cancelled {
		*at = now
		return s.Cancel(ctx, actor, uuid.Nil, w.ID, "Anggaran digeser ke tahun berikutnya (contoh)")
	}
	if d.reported > 0 {
		*at = now.Add(time.Duration(d.reported-d.emergency) * time.Hour)
		err = s.Report(ctx, actor, uuid.Nil, w.ID, "Pipa pecah karena umur; aliran dialihkan dan disambung (contoh)")
	}
	day := func() time.Time { return s.Today(ctx) }
	if err == nil && d.emergency == 0 {
		on(-10)
		if err = s.Permit(ctx, actor, w.ID, ductwork.PermitInput{Number: fmt.Sprintf("CONTOH/%03d", n+1), By: "Dinas Bina Marga (contoh)", Day: day()}); err != nil {
			return err
		}
		if d.owner == ductwork.ByOperator || d.owner == ductwork.ByUtility {
			_, err = s.Guarantee(ctx, actor, w.ID, ductwork.Guarantee{Kind: ductwork.Execution, Bank: "Bank Contoh", Number: fmt.Sprintf("JP-%03d", n+1), Amount: 75_000_000, ValidUntil: in.To.AddDate(0, 0, 14)})
		}
		if err != nil || d.state == ductwork.Permitted {
			return err
		}
		on(0)
		err = s.Begin(ctx, actor, w.ID, day())
	}
	if err == nil {
		on(2)
		_, err = s.Visit(ctx, actor, w.ID, ductwork.VisitInput{Kind: ductwork.Supervision, On: day(), Good: n%2 == 0, Note: "Rambu dan pagar diperiksa (contoh)"})
	}
	if err != nil || d.state == ductwork.Running {
		return err
	}
	on(d.days - 1)
	if err = s.Restore(ctx, actor, w.ID); err == nil && d.failed {
		_, err = s.Visit(ctx, actor, w.ID, ductwork.VisitInput{Kind: ductwork.Inspection, On: day(), Note: "Permukaan turun 4 cm di dekat manhole (contoh)"})
	}
	if err != nil || d.state == ductwork.Reinstating {
		return err
	}
	return seedUpkeep(ctx, s, actor, finance, d, w.ID, func(days int) { on(d.days + days) }, n)
}

// seedUpkeep passes the inspection of works and, where they are released, has their guarantees returned; on is a day after them.
func seedUpkeep(ctx context.Context, s *ductwork.Service, actor, finance identity.Actor, d demoWork, id uuid.UUID, on func(days int), n int) error {
	on(3)
	if _, err := s.Visit(ctx, actor, id, ductwork.VisitInput{Kind: ductwork.Inspection, On: s.Today(ctx), Good: true, Note: "Rata dengan permukaan lama (contoh)", Months: 6}); err != nil {
		return err
	}
	_, err := s.Guarantee(ctx, actor, id, ductwork.Guarantee{Kind: ductwork.Maintenance, Bank: "Bank Contoh", Number: fmt.Sprintf("JM-%03d", n+1), Amount: 15_000_000, ValidUntil: s.Today(ctx).AddDate(0, 7, 0)})
	if err != nil || d.state == ductwork.Upkeep {
		return err
	}
	on(200)
	all, err := s.Guarantees(ctx, actor, uuid.Nil, id)
	for _, g := range all {
		if err == nil {
			err = s.AskGuarantee(ctx, actor, id, g.ID, ductwork.Returned, "")
		}
		if err == nil {
			err = s.SettleGuarantee(ctx, finance, id, g.ID, ductwork.Returned, true)
		}
	}
	if err != nil {
		return err
	}
	return s.Release(ctx, actor, id)
}
