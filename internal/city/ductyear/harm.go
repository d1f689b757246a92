package ductyear

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
)

// Break is a damage as people reported and mended it, for whoever reckons what it lets off anew.
type Break struct {
	Damage   uuid.UUID
	Segment  string // code of what was hit, with all that lies in it
	Reported time.Time
	Restored time.Time
	Decided  time.Time
	Cost     money.Rupiah      // of the repair
	Pay      map[uuid.UUID]int // percent of it by operator, uuid.Nil for whoever dug; the company pays the rest
}

// Dug is works with what their guarantees came to.
type Dug struct {
	Work uuid.UUID
	Held int64 // rupiah that banks still answer for when the years end
}

// breach is a damage to come: to which lease of the list, in which month and on which day of it, so many hours until service runs again,
// who has to answer, and how many months later two people decide what is let off and charged. What it costs to mend is paid by whoever dug and by
// the company of the lease, so many percent each, and from so many months later on by others.
type breach struct {
	lease, month, day, hours int
	liable                   string
	later                    int
	cost                     money.Rupiah
	dug, held                int
	amend                    int
	dugThen, heldThen        int
}

// The second takes a month of its company off altogether, the fourth comes to its lease after the last month that is charged.
var breaches = []breach{
	{lease: 0, month: 3, day: 11, hours: 40, liable: ductdamage.ThirdParty, cost: 48_500_001, dug: 100}, {lease: 8, month: 8, day: 4, hours: 300, liable: ductdamage.ByCompany},
	{lease: 6, month: 10, day: 19, hours: 20, liable: ductdamage.ThirdParty, later: 1, cost: 31_250_007, dug: 67, held: 13, amend: 3, dugThen: 40, heldThen: 13}, {lease: 13, month: 13, day: 9, hours: 96, liable: ductdamage.ByCompany, later: 2},
	{lease: 7, month: 15, day: 22, hours: 30, liable: ductdamage.Nobody}, {lease: 0, month: 15, day: 27, hours: 52, liable: ductdamage.ByCompany, cost: 12_000_000, held: 25},
	{lease: 12, month: 19, day: 3, hours: 66, liable: ductdamage.ThirdParty, later: 1, cost: 22_333_333, dug: 50, held: 50, amend: 2, dugThen: 100}, {lease: 18, month: 21, day: 14, hours: 26, liable: ductdamage.Nature},
}

// contractor is whoever dug.
const contractor = "Kontraktor contoh, bukan perusahaan nyata"

// hurt is a damage of which nobody has decided what is let off.
type hurt struct {
	made  int // in Made.Breaks
	month int // in which it is decided
	x     breach
	held  uuid.UUID // the company of the lease
}

// agree files the master agreement of a company.
func (m *maker) agree(ctx context.Context, company uuid.UUID, n int) error {
	papers := operator.New(operator.Deps{DB: m.DB.App, Guard: m.Guard, Leases: m.lease, Files: m.Files, Now: func() time.Time { return m.at }})
	var page bytes.Buffer
	if err := png.Encode(&page, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		return err
	}
	f, err := papers.Receive(ctx, m.Leasing, "pks-contoh.png", &page)
	if err == nil {
		_, err = papers.File(ctx, m.Leasing, operator.Paper{OperatorID: company, Kind: operator.PaperAgreement, Number: fmt.Sprintf("PKS/DUA-TAHUN/%02d", n+1), Day: m.first, Until: m.first.AddDate(12, 0, 0)}, f)
	}
	return err
}

// hurt lets what is to be hit in a month be hit, mended and judged.
func (m *maker) hurt(ctx context.Context, i int, begin time.Time) error {
	for _, x := range breaches {
		if x.month != i || m.held[x.lease] == uuid.Nil {
			continue
		}
		_, parts, err := m.lease.Lease(ctx, m.Leasing, m.held[x.lease])
		if err != nil {
			return err
		}
		b := Break{Segment: parts[len(parts)/2].Code, Reported: begin.AddDate(0, 0, x.day-1).Add(3 * time.Hour)}
		b.Restored = b.Reported.Add(time.Duration(x.hours) * time.Hour)
		if b.Restored.After(m.Now) {
			continue
		}
		m.at = b.Reported
		d, err := m.harm.Report(ctx, m.Leasing, ductdamage.ReportInput{Kind: "digging", Place: "Data contoh, dekat " + b.Segment, Words: "Data contoh: duct terkena"})
		if err == nil {
			err = m.harm.Hit(ctx, m.Leasing, ductdamage.HitInput{ID: d.ID, Segment: b.Segment})
		}
		for n, step := range []struct {
			state string
			after time.Duration
		}{{ductdamage.Acknowledged, 12 * time.Minute}, {ductdamage.OnSite, 3 * time.Hour}, {ductdamage.Temporary, b.Restored.Sub(b.Reported)}, {ductdamage.Repaired, b.Restored.Sub(b.Reported) + 5*time.Hour}} {
			if m.at = b.Reported.Add(step.after); err == nil {
				err = m.harm.Step(ctx, m.Leasing, ductdamage.StepInput{ID: d.ID, Revision: n + 1, State: step.state})
			}
		}
		b.Damage = d.ID
		h := hurt{len(m.made.Breaks), i + x.later, x, m.made.Operators[lets[x.lease].operator]}
		if err == nil {
			err = m.judge(ctx, &b, h, 5, x.dug, x.held)
		}
		if err == nil {
			err = m.harm.Close(ctx, m.Leasing, d.ID, 6, "Data contoh: sudah diperbaiki")
		}
		if err != nil {
			return err
		}
		m.made.Breaks, m.open = append(m.made.Breaks, b), append(m.open, h)
	}
	return nil
}

// judge puts down who answers for a damage, and who pays so many percent of what it costs.
func (m *maker) judge(ctx context.Context, b *Break, h hurt, revision, dug, held int) error {
	in := ductdamage.CauseInput{ID: b.Damage, Revision: revision, Cause: "excavation", Liable: h.x.liable, RootCause: "Data contoh: gambar terbangun tidak ada di lokasi galian", Cost: h.x.cost}
	if h.x.liable == ductdamage.ThirdParty {
		in.Name = contractor
	}
	b.Cost, b.Pay = h.x.cost, map[uuid.UUID]int{}
	if dug > 0 {
		in.Shares, b.Pay[uuid.Nil] = append(in.Shares, ductdamage.Share{Party: ductdamage.ThirdParty, Name: in.Name, Percent: dug}), dug
	}
	if held > 0 {
		in.Shares, b.Pay[h.held] = append(in.Shares, ductdamage.Share{Party: ductdamage.ByOperator, OperatorID: uuid.NullUUID{UUID: h.held, Valid: true}, Percent: held}), held
	}
	if rest := 100 - dug - held; rest > 0 && h.x.cost > 0 {
		in.Shares = append(in.Shares, ductdamage.Share{Party: ductdamage.ByCompany, Percent: rest})
	}
	_, err := m.harm.Judge(ctx, m.Leasing, in)
	return err
}

// repaid charges who answers for the damages of a month, or of some before, and changes that where others do from then on.
func (m *maker) repaid(ctx context.Context, i int) error {
	for _, h := range m.open {
		b := &m.made.Breaks[h.made]
		amends := h.x.amend > 0 && h.month+h.x.amend == i
		if amends {
			if err := m.judge(ctx, b, h, 7, h.x.dugThen, h.x.heldThen); err != nil {
				return err
			}
			asked, err := m.book.Requests(ctx, m.Maker, uuid.Nil)
			for _, q := range asked {
				if err == nil {
					_, err = m.book.Decide(ctx, m.Checker, q.ID, true)
				}
			}
			if err != nil {
				return err
			}
		}
		if h.x.dug+h.x.held == 0 || h.month != i && !amends {
			continue
		}
		now, err := m.harm.Find(ctx, m.Maker, b.Damage)
		if err != nil {
			return err
		}
		err = m.harm.AskBills(ctx, m.Maker, ductdamage.BillInput{ID: b.Damage, Revision: now.Revision, Debtors: []ductdamage.Debtor{{Name: contractor, Address: "Data contoh, bukan alamat nyata"}}})
		if fault.Is(err, "ductdamage.nothing_to_bill") && amends {
			continue // what is left is as before
		}
		if err == nil {
			err = m.harm.DecideBills(ctx, m.Checker, b.Damage, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// letOff decides what the damages of a month, or of some before, let off. One for which nobody answers lets nothing off.
func (m *maker) letOff(ctx context.Context, i int) error {
	for _, h := range m.open {
		b := &m.made.Breaks[h.made]
		if h.month != i {
			continue
		}
		err := m.harm.AskCredits(ctx, m.Maker, b.Damage)
		if fault.Is(err, "ductdamage.no_credit") {
			continue
		}
		if err == nil {
			err = m.harm.DecideCredits(ctx, m.Checker, b.Damage, true)
		}
		if err != nil {
			return err
		}
		b.Decided = m.at
	}
	return nil
}

// leftovers takes back of invoices what no month takes off any more.
func (m *maker) leftovers(ctx context.Context) error {
	all, err := m.book.Leftovers(ctx, m.Maker)
	if err != nil {
		return err
	}
	for _, k := range all {
		asked, err := m.book.AskLeftover(ctx, m.Maker, k.ID)
		for _, q := range asked {
			if err == nil {
				_, err = m.book.Decide(ctx, m.Checker, q.ID, true)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dug is works to come: along which lease of the list, from which month and day on, for how many days, and for how long banks answer.
type dug struct {
	lease, month, day, days int
	kind, title             string
	guarantee               int64
}

var digs = []dug{
	{0, 2, 12, 20, ductwork.Water, "Pipa distribusi (contoh)", 75_000_000}, {4, 6, 3, 31, ductwork.Power, "Kabel tanah 20 kV (contoh)", 120_000_000}, {8, 11, 18, 14, ductwork.Water, "Sambungan kawasan (contoh)", 40_000_000},
	{12, 16, 5, 25, ductwork.Power, "Gardu dan kabel tanah (contoh)", 90_000_000}, {18, 22, 2, 12, ductwork.Water, "Penggantian pipa (contoh)", 55_000_000},
}

// upkeep is how many months banks answer for the surface after works, and share the part of the guarantee by which they do.
const (
	upkeep = 6
	share  = 5
)

// dig takes the works that begin in a month through their steps, as far as the years go.
func (m *maker) dig(ctx context.Context, i int, begin time.Time) error {
	for n, x := range digs {
		if x.month != i || m.held[x.lease] == uuid.Nil {
			continue
		}
		_, parts, err := m.lease.Lease(ctx, m.Leasing, m.held[x.lease])
		if err != nil {
			return err
		}
		from := begin.AddDate(0, 0, x.day-1)
		day := func(d int) (time.Time, bool) {
			m.at = from.AddDate(0, 0, d).Add(4 * time.Hour)
			return from.AddDate(0, 0, d), !m.at.After(m.Now)
		}
		day(-40)
		w, err := m.works.Plan(ctx, m.Leasing, uuid.Nil, ductwork.Input{Owner: ductwork.ByUtility, OwnerName: "Pengelola utilitas (contoh)", Kind: x.kind, Title: x.title, Road: "Jalan contoh", Place: ductwork.Place{Segments: []string{parts[0].Code}},
			From: from, To: from.AddDate(0, 0, x.days-1), Method: ductwork.OpenCut, Contact: "Bagian teknik (contoh)", Phone: "0778 000 0000"})
		if err != nil {
			return err
		}
		steps := []struct {
			day  int
			held int64 // what banks answer for from then on
			do   func(on time.Time) error
		}{
			{-10, x.guarantee, func(on time.Time) error {
				err := m.works.Permit(ctx, m.Leasing, w.ID, ductwork.PermitInput{Number: fmt.Sprintf("DUA-TAHUN/%02d", n+1), By: "Dinas Bina Marga (contoh)", Day: on})
				if err == nil {
					_, err = m.works.Guarantee(ctx, m.Leasing, w.ID, ductwork.Guarantee{Kind: ductwork.Execution, Bank: "Bank Contoh", Number: fmt.Sprintf("JP-DT-%02d", n+1), Amount: money.Rupiah(x.guarantee), ValidUntil: w.To.AddDate(0, 0, 30)})
				}
				return err
			}},
			{0, x.guarantee, func(on time.Time) error { return m.works.Begin(ctx, m.Leasing, w.ID, on) }},
			{x.days - 1, x.guarantee, func(time.Time) error { return m.works.Restore(ctx, m.Leasing, w.ID) }},
			{x.days + 4, x.guarantee / share, func(on time.Time) error {
				_, err := m.works.Visit(ctx, m.Leasing, w.ID, ductwork.VisitInput{Kind: ductwork.Inspection, On: on, Good: true, Note: "Rata dengan permukaan lama (contoh)", Months: upkeep})
				if err == nil {
					_, err = m.works.Guarantee(ctx, m.Leasing, w.ID, ductwork.Guarantee{Kind: ductwork.Maintenance, Bank: "Bank Contoh", Number: fmt.Sprintf("JM-DT-%02d", n+1), Amount: money.Rupiah(x.guarantee / share), ValidUntil: on.AddDate(0, upkeep+2, 0)})
				}
				if err == nil {
					err = m.giveBack(ctx, w.ID, ductwork.Execution)
				}
				return err
			}},
			{x.days + 4 + 31*upkeep + 5, 0, func(time.Time) error {
				if err := m.giveBack(ctx, w.ID, ductwork.Maintenance); err != nil {
					return err
				}
				return m.works.Release(ctx, m.Leasing, w.ID)
			}},
		}
		made := Dug{Work: w.ID}
		for _, s := range steps {
			on, past := day(s.day)
			if !past {
				break
			}
			if err := s.do(on); err != nil {
				return fmt.Errorf("%s, day %d: %w", x.title, s.day, err)
			}
			made.Held = s.held
		}
		m.made.Works = append(m.made.Works, made)
	}
	return nil
}

// giveBack returns the guarantee of a kind, by two people.
func (m *maker) giveBack(ctx context.Context, work uuid.UUID, kind string) error {
	all, err := m.works.Guarantees(ctx, m.Leasing, uuid.Nil, work)
	for _, g := range all {
		if g.Kind != kind || err != nil {
			continue
		}
		if err = m.works.AskGuarantee(ctx, m.Leasing, work, g.ID, ductwork.Returned, ""); err == nil {
			err = m.works.SettleGuarantee(ctx, m.Maker, work, g.ID, ductwork.Returned, true)
		}
	}
	return err
}
