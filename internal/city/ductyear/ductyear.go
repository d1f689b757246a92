// Package ductyear makes up two years of a city's shared ducts: eight operators that lease along the corridors of the made-up
// network under an agreement, are charged every month, and pay as companies do, early, late, in parts, less what they withhold, or not at all. All of it
// goes through the product itself, by a clock of its own, so that the books are what they would have become. Works dig along the
// corridors under guarantees, ducts are hit, who answers for it is charged the repair, and what a late restore lets off comes off the
// invoices after it, or of those before where the lease is over.
//
// SYNTHETIC: no operator and no payment of it exists, and every name says so. The demonstration shows it, and a test holds its books
// against a recomputation in SQL.
package ductyear

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/storage"
)

// Deps is what the years are made with. Maker and Checker are two people of the company, of whom one asks and the other decides.
type Deps struct {
	DB             *storage.DB
	Guard          *access.Guard
	Files          *files.Store
	Keys           *privacy.Keys
	Leasing        identity.Actor // who lets ducts
	Maker, Checker identity.Actor // of its finance
	Now            time.Time      // when the years end: the last month that is charged is the one before
	Months         int            // 24 when 0
}

// Made is what was made up.
type Made struct {
	Operators []uuid.UUID
	Leases    int
	Invoices  int
	Payments  int
	Received  money.Rupiah // money and slips
	First     time.Time    // month
	Last      time.Time
	Days      []Days
	Breaks    []Break
	Works     []Dug
	Closed    int // drafts by which nothing was to be paid
}

// Days are those of a lease as people said them, for whoever reckons its charges anew.
type Days struct {
	Lease    uuid.UUID
	Since    time.Time
	Until    *time.Time // nil goes on
	Accepted time.Time
	Ended    *time.Time // by notice
	Renews   *uuid.UUID // the lease whose units it holds for longer
}

// habit is how an operator pays: so many days after an invoice is issued, in so many parts, and which of its invoices it leaves.
type habit struct {
	name   string
	days   int
	parts  int
	slip   bool // it keeps PPh back and shows the slip later
	leaves int  // the last so many months stay open
	over   bool // it pays more than is asked, once in a while
}

var habits = []habit{
	{"PT Serat Contoh Nusantara (contoh)", 24, 1, true, 0, false},
	{"PT Jaringan Misal Kepri (contoh)", 28, 1, true, 0, true},
	{"PT Kabel Umpama Batam (contoh)", 44, 1, true, 1, false},
	{"PT Fiber Andai Barelang (contoh)", 20, 2, true, 0, false},
	{"PT Pita Lebar Rekaan (contoh)", 30, 1, false, 0, false},
	{"PT Cahaya Optik Fiktif (contoh)", 65, 1, true, 2, false},
	{"PT Simpul Data Khayal (contoh)", 15, 1, false, 0, true},
	{"PT Menara Serat Buatan (contoh)", 27, 3, true, 4, false},
}

// let is a lease: of which operator, from which month and day on, along which corridor, and how it ends: after so many months that
// were agreed on, or by notice in a month, on its first day where none was agreed on and else on its twentieth; zero goes on. One is accepted so many days late.
type let struct {
	operator, month, day int
	corridor, kind       string
	quantity             int
	years                int
	notice               int
	late                 int
}

var lets = []let{
	{0, 0, 10, "LB-BC", duct.Subduct, 2, 5, 0, 1}, {1, 0, 20, "LB-BC", duct.Subduct, 1, 0, 0, 0}, {0, 1, 1, "BC-NGS", duct.Duct, 1, 10, 7, 0}, {2, 1, 15, "LB-BC", duct.Subduct, 1, 0, 0, 0},
	{3, 2, 5, "BKL-LB", duct.Subduct, 2, 3, 0, 11}, {4, 2, 28, "LB-BA", duct.Subduct, 1, 0, 9, 3}, {1, 3, 12, "LB-BA", duct.Subduct, 2, 5, 17, 12}, {5, 4, 1, "LB-SKP", duct.Subduct, 1, 1, 0, 19},
	{6, 5, 17, "MK-BC", duct.Microduct, 4, 5, 0, 0}, {2, 6, 9, "BC-BKL", duct.Subduct, 2, 0, 0, 0}, {3, 7, 21, "LB-SKP", duct.Subduct, 2, 5, 0, 0}, {7, 8, 3, "SGL-MK", duct.Subduct, 1, 0, 0, 0},
	{0, 9, 14, "LB-SKP", duct.Duct, 1, 5, 0, 0}, {4, 10, 2, "SKP-BAJ", duct.Subduct, 1, 0, 14, 0}, {6, 11, 25, "MK-BC", duct.Microduct, 7, 0, 0, 0}, {5, 12, 8, "BAJ-SGL", duct.Subduct, 1, 0, 0, 0},
	{1, 13, 19, "MK-BC", duct.Microduct, 4, 5, 0, 0}, {7, 14, 6, "MK-BRL", duct.Subduct, 1, 3, 0, 0}, {2, 15, 11, "BC-HN", duct.Subduct, 1, 5, 0, 0}, {3, 16, 30, "BAJ-SGL", duct.Subduct, 1, 0, 0, 0},
	{0, 18, 4, "MK-BC", duct.Subduct, 2, 5, 0, 0}, {6, 19, 13, "LB-BC", duct.Subduct, 1, 0, 0, 0}, {5, 20, 22, "SGL-MK", duct.Subduct, 2, 3, 0, 0}, {7, 21, 16, "SKP-PLB", duct.Subduct, 1, 0, 0, 0},
}

// dear is when and to what the price of a subduct rises, in months from the first.
const (
	dearMonth = 18
	dearDay   = 16
	dearRate  = money.Rupiah(14_500)
)

// onceMonth is from which month on each manhole of a new lease is paid for once, for the time of the lease, and onceRate how much.
const (
	onceMonth = 5
	onceRate  = money.Rupiah(175_333)
)

// maker is the years in the making.
type maker struct {
	Deps
	at    time.Time
	first time.Time
	lease *lease.Service
	harm  *ductdamage.Service
	works *ductwork.Service
	price *ducttariff.Service
	book  *ductbill.Service
	made  Made
	held  map[int]uuid.UUID // leases by their place in the list
	rows  map[int]row       // terms by theirs
	due   []payment
	open  []hurt
	n     int
}

// payment is one to come.
type payment struct {
	on      time.Time
	invoice uuid.UUID
	method  string
	part    int64 // of parts; of a slip 0
	parts   int64
	over    money.Rupiah
}

// Make makes the years up in ctx's city, which has its pack and the made-up network. It is made once: a second time is refused by
// what is there.
func Make(ctx context.Context, d Deps) (Made, error) {
	if d.Months == 0 {
		d.Months = 24
	}
	m := &maker{Deps: d, held: map[int]uuid.UUID{}, rows: map[int]row{}}
	now := func() time.Time { return m.at }
	m.price = ducttariff.New(ducttariff.Deps{DB: d.DB.App, Guard: d.Guard, Now: now})
	m.book = ductbill.New(ductbill.Deps{DB: d.DB, Guard: d.Guard, Files: d.Files, Now: now})
	m.lease = lease.New(lease.Deps{DB: d.DB.App, Guard: d.Guard, Book: m.book, Now: now})
	m.harm = ductdamage.New(ductdamage.Deps{DB: d.DB.App, Guard: d.Guard, Files: d.Files, Keys: d.Keys, Ducts: duct.New(duct.Deps{DB: d.DB.App, Guard: d.Guard}), Book: m.book, Now: now})
	m.works = ductwork.New(ductwork.Deps{DB: d.DB.App, Guard: d.Guard, Files: d.Files, Keys: d.Keys, Now: now})
	m.first = time.Date(d.Now.Year(), d.Now.Month()-time.Month(d.Months), 1, 0, 0, 0, 0, time.UTC)
	m.made.First, m.made.Last = m.first, m.first.AddDate(0, d.Months-1, 0)
	m.at = m.first.Add(3 * time.Hour)
	if err := m.operators(ctx); err != nil {
		return m.made, fmt.Errorf("ductyear: operators: %w", err)
	}
	for i := range d.Months {
		if err := m.month(ctx, i); err != nil {
			return m.made, fmt.Errorf("ductyear: month %d: %w", i, err)
		}
	}
	return m.made, nil
}

// operators are registered and approved, those that are there before and the others after.
func (m *maker) operators(ctx context.Context) error {
	there, err := m.lease.Operators(ctx, m.Leasing, lease.OperatorApproved, uuid.Nil, 100)
	if err != nil {
		return err
	}
	known := map[string]uuid.UUID{}
	for _, o := range there {
		known[o.Name] = o.ID
	}
	for i, h := range habits {
		id, ok := known[h.name]
		if !ok {
			o, err := m.lease.Apply(ctx, m.Leasing, lease.Operator{Name: h.name, NIB: fmt.Sprintf("000000000010%d", i+1), Licence: "Contoh, bukan izin nyata", Email: fmt.Sprintf("keuangan%d@contoh.localhost", i+1), Address: "Data contoh, bukan perusahaan nyata"})
			if err == nil {
				err = m.lease.Decide(ctx, m.Leasing, o.ID, lease.Decision{State: lease.OperatorApproved, Why: "Data contoh"})
			}
			if err != nil {
				return err
			}
			id = o.ID
		}
		if err := m.agree(ctx, id, i); err != nil {
			return err
		}
		m.made.Operators = append(m.made.Operators, id)
	}
	return nil
}

// month lives through a month: what is let and ended in it, its charges on the third of the next, and what is paid until then.
func (m *maker) month(ctx context.Context, i int) error {
	begin := m.first.AddDate(0, i, 0)
	if i == dearMonth-2 {
		if err := m.dearer(ctx, begin); err != nil {
			return err
		}
	}
	if i == onceMonth-2 {
		if err := m.once(ctx, begin); err != nil {
			return err
		}
	}
	if err := m.renew(ctx, i); err != nil { // before others take what it holds
		return err
	}
	for n, x := range lets {
		if x.month == i {
			if err := m.let(ctx, n, x, begin.AddDate(0, 0, x.day-1)); err != nil {
				return fmt.Errorf("lease %d: %w", n, err)
			}
		}
		if x.notice > 0 && x.notice == i && m.held[n] != uuid.Nil {
			m.at = begin.AddDate(0, 0, 4).Add(3 * time.Hour)
			day := begin
			if x.years > 0 {
				day = begin.AddDate(0, 0, 19)
			}
			if err := m.lease.End(ctx, m.Leasing, m.held[n], day, "Data contoh: jaringan dipindahkan"); err != nil {
				return fmt.Errorf("end lease %d: %w", n, err)
			}
			m.ended(m.held[n], day)
		}
	}
	if err := m.dig(ctx, i, begin); err != nil {
		return fmt.Errorf("works: %w", err)
	}
	if err := m.hurt(ctx, i, begin); err != nil {
		return fmt.Errorf("damage: %w", err)
	}
	next := begin.AddDate(0, 1, 0)
	m.at = next.AddDate(0, 0, 2).Add(3 * time.Hour)
	if m.at.After(m.Now) {
		m.at = m.Now
	}
	if err := m.pledge(ctx, i); err != nil {
		return fmt.Errorf("deposits: %w", err)
	}
	if err := m.letOff(ctx, i); err != nil {
		return fmt.Errorf("credits: %w", err)
	}
	if err := m.repaid(ctx, i); err != nil {
		return fmt.Errorf("repairs: %w", err)
	}
	if _, err := m.book.Charge(ctx, m.Maker, begin); err != nil {
		return err
	}
	if err := m.issue(ctx, i); err != nil {
		return err
	}
	if err := m.leftovers(ctx); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	return m.pay(ctx, m.at.AddDate(0, 1, 0))
}

// dearer asks for another price of subducts, which somebody else approves, two months ahead.
func (m *maker) dearer(ctx context.Context, begin time.Time) error {
	m.at = begin.AddDate(0, 0, 5).Add(3 * time.Hour)
	list, err := m.price.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range list.On(begin) {
		if t.Charge != ducttariff.Metre || t.Kind != duct.Subduct {
			continue
		}
		t.EffectiveFrom, t.Rate = m.first.AddDate(0, dearMonth, dearDay-1).Format(time.DateOnly), dearRate
		t.Basis, t.Source, t.Verified = "Keputusan direksi (contoh)", "Data contoh", false
		c, err := m.price.AskTariff(ctx, m.Maker, t, "Data contoh: penyesuaian biaya pokok")
		if err == nil {
			_, err = m.price.Decide(ctx, m.Checker, c.ID, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// once asks for the price of opening a manhole for the time of a lease, which somebody else approves.
func (m *maker) once(ctx context.Context, begin time.Time) error {
	m.at = begin.AddDate(0, 0, 5).Add(3 * time.Hour)
	t := ducttariff.Tariff{Charge: ducttariff.Node, Per: ducttariff.Once, Rate: onceRate}
	t.Code, t.EffectiveFrom, t.Basis, t.Source = "akses-manhole-sekali", m.first.AddDate(0, onceMonth, 0).Format(time.DateOnly), "Keputusan direksi (contoh)", "Data contoh"
	t.Name = i18n.Text{i18n.ID: "Akses manhole selama masa sewa (contoh)", i18n.EN: "Access to manholes for the time of the lease (example)"}
	c, err := m.price.AskTariff(ctx, m.Maker, t, "Data contoh: dibayar sekali di muka")
	if err == nil {
		_, err = m.price.Decide(ctx, m.Checker, c.ID, true)
	}
	return err
}

// ended keeps the day of a notice.
func (m *maker) ended(id uuid.UUID, day time.Time) {
	for i := range m.made.Days {
		if m.made.Days[i].Lease == id {
			m.made.Days[i].Ended = &day
		}
	}
}

// let lets as far along a corridor as there is a way.
func (m *maker) let(ctx context.Context, n int, x let, since time.Time) error {
	m.at = since.Add(3 * time.Hour)
	var until time.Time
	if x.years > 0 {
		until = since.AddDate(x.years, 0, 0)
	}
	in, err := m.way(ctx, x, since, until)
	if err != nil || len(in.Segments) == 0 {
		return err
	}
	in.Operator, in.Days, in.Key = m.made.Operators[x.operator], 30, fmt.Sprint("dua tahun ", n)
	id, err := m.hold(ctx, in, since.AddDate(0, 0, x.late))
	if err != nil {
		return err
	}
	said := Days{Lease: id, Since: since, Accepted: since.AddDate(0, 0, x.late)}
	if !until.IsZero() {
		said.Until = &until
	}
	m.made.Days = append(m.made.Days, said)
	m.held[n] = id
	return nil
}

// way is as much of a corridor as there is a way along it: nothing where what was made up is damaged right at its beginning, or full.
func (m *maker) way(ctx context.Context, x let, since, until time.Time) (lease.ReserveInput, error) {
	in := lease.ReserveInput{Kind: x.kind, Quantity: x.quantity, Since: since, Until: until}
	places, err := m.lease.Places(ctx, m.Leasing, since, x.corridor+"-MH", 200)
	if err != nil || len(places) < 2 {
		return in, err
	}
	for last := len(places) - 1; last > 0 && len(in.Segments) == 0; last-- {
		ways, err := m.lease.Plan(ctx, m.Leasing, lease.PlanInput{From: places[0].Code, To: places[last].Code, Kind: x.kind, Quantity: x.quantity, Since: since, Until: until})
		if err != nil {
			return in, err
		}
		if len(ways) == 0 {
			continue
		}
		for _, s := range ways[0].Steps {
			in.Segments = append(in.Segments, s.ID)
		}
	}
	return in, nil
}

// hold reserves, orders and on a day accepts a lease.
func (m *maker) hold(ctx context.Context, in lease.ReserveInput, accepted time.Time) (uuid.UUID, error) {
	m.at = in.Since.Add(3 * time.Hour)
	l, err := m.lease.Reserve(ctx, m.Leasing, in)
	if err == nil {
		err = m.lease.Order(ctx, m.Leasing, l.ID)
	}
	if err == nil {
		m.at = accepted.Add(3 * time.Hour)
		err = m.lease.AcceptOn(ctx, m.Leasing, l.ID, accepted)
	}
	if err == nil {
		m.made.Leases++
	}
	return l.ID, err
}
