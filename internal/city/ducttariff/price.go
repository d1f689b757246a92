// Package ducttariff is what the shared ducts of a city cost: prices from a day on, each with the rule that it rests on, and what
// they make of a lease in a span of days, line by line with its working.
//
// Rating is a pure function of the prices and of what is held, so that anybody can work a line out again. A price that was in
// force is never changed; a new one is asked for by one person and approved by another. Rent of the city's own land is kept
// apart from what the company charges: it is the city's revenue, and where no duct was laid the law gives no ground for it
// (Permendagri 7/2024 Pasal 128B), so that it takes a legal note and two people.
//
// Amounts are whole rupiah before tax, lengths millimetres, shares hundredths of a percent.
package ducttariff

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// What a tariff is charged for.
const (
	Metre = "metre" // each metre of a unit of its kind
	Node  = "node"  // each manhole and handhole on the way
	Pole  = "pole"  // each pole and riser
	Entry = "entry" // each entry of a building
	Order = "order" // each lease
	Land  = "land"  // each metre of the city's ground: the city's, and never on a lease
)

// For how long a tariff pays.
const (
	Month = "month"
	Year  = "year" // a twelfth of it each month
	Once  = "once" // with the lease's first day
)

// Charges and Periods are the words of a tariff, in the order in which they are shown.
func Charges() []string { return []string{Metre, Node, Pole, Entry, Order, Land} }

// Periods is described at Charges.
func Periods() []string { return []string{Month, Year, Once} }

// Head is what every entry of the price list has.
type Head struct {
	Code          string    `yaml:"code" json:"-"`
	EffectiveFrom string    `yaml:"effective_from" json:"-"` // 2026-01-31
	Name          i18n.Text `yaml:"name" json:"name"`
	Basis         string    `yaml:"basis" json:"basis"` // the rule that it rests on
	Source        string    `yaml:"source" json:"source"`
	Verified      bool      `yaml:"verified" json:"verified"` // compared with its decree
}

// Tariff is one price.
type Tariff struct {
	Head      `yaml:",inline"`
	Charge    string       `yaml:"charge" json:"charge"`
	Kind      string       `yaml:"kind" json:"kind,omitempty"` // of the unit, for metres
	Per       string       `yaml:"per" json:"per"`
	Rate      money.Rupiah `yaml:"rate" json:"rate"` // zero is charged no more
	Indexed   bool         `yaml:"indexed" json:"indexed,omitempty"`
	Renewals  bool         `yaml:"renewals" json:"renewals,omitempty"` // what is paid once is paid for each renewal too
	Factor    int          `yaml:"factor" json:"factor,omitempty"`     // of land: the faktor penyesuai that is in the rate
	Method    string       `yaml:"method" json:"method,omitempty"`     // how the rate was found
	LegalNote string       `yaml:"legal_note" json:"legal_note,omitempty"`
	English   English      `yaml:"en" json:"en,omitzero"`
}

// English says in English what a tariff says in the language of its decision, which is what holds.
type English struct {
	Method    string `yaml:"method" json:"method,omitempty"`
	LegalNote string `yaml:"legal_note" json:"legal_note,omitempty"`
}

// in are the method and the legal note for a reader: in English where they were translated.
func (e English) in(l i18n.Locale, method, legal string) (string, string) {
	if l == i18n.EN {
		return cmp.Or(e.Method, method), cmp.Or(e.LegalNote, legal)
	}
	return method, legal
}

// NotesIn are the method and the legal note for a reader.
func (t Tariff) NotesIn(l i18n.Locale) (method, legal string) {
	return t.English.in(l, t.Method, t.LegalNote)
}

// Index raises what is indexed and began before it.
type Index struct {
	Head `yaml:",inline"`
	Rise int `yaml:"rise" json:"rise"`
}

// Floor is what a metre of a kind for a year may not be charged below.
type Floor struct {
	Head `yaml:",inline"`
	Kind string       `yaml:"kind" json:"kind"`
	Rate money.Rupiah `yaml:"rate" json:"rate"`
}

// Step lets something off from an amount on.
type Step struct {
	From int64 `yaml:"from" json:"from"`
	Off  int   `yaml:"off" json:"off"`
}

// Span is the least and the most of something.
type Span struct {
	From int `yaml:"from" json:"from"`
	To   int `yaml:"to" json:"to"`
}

// Terms are those of everybody's lease.
type Terms struct {
	Head          `yaml:",inline"`
	MinimumMonths int         `yaml:"minimum_months" json:"minimum_months"`
	DepositMonths int         `yaml:"deposit_months" json:"deposit_months"`
	DueDays       int         `yaml:"due_days" json:"due_days"`
	Volume        []Step      `yaml:"volume" json:"volume,omitempty"` // from so many metres of unit that an operator holds
	Term          []Step      `yaml:"term" json:"term,omitempty"`     // from so many months that were agreed on
	Late          int         `yaml:"late" json:"late,omitempty"`     // of what is overdue, for a month
	LateMost      int         `yaml:"late_most" json:"late_most,omitempty"`
	PPNInside     string      `yaml:"ppn_inside" json:"ppn_inside"` // rules of tax, by where the segment lies
	PPNOutside    string      `yaml:"ppn_outside" json:"ppn_outside"`
	PPNLate       string      `yaml:"ppn_late" json:"ppn_late,omitempty"`
	PPh           string      `yaml:"pph" json:"pph,omitempty"`
	LandFactor    Span        `yaml:"land_factor" json:"land_factor"` // between which the law puts the factor of land
	Conditions    []i18n.Text `yaml:"conditions" json:"conditions,omitempty"`
}

// List is a city's price list, all of its days.
type List struct {
	Tariffs []Tariff `yaml:"tariffs"`
	Indexes []Index  `yaml:"indexes"`
	Floors  []Floor  `yaml:"floors"`
	Terms   []Terms  `yaml:"terms"`
}

// on is the latest of a series that is in force on a day; all are in the order of their days.
func on[T any](all []T, day time.Time, head func(T) Head, fits func(T) bool) (found T, ok bool) {
	d := day.Format(time.DateOnly)
	for _, x := range all {
		if fits(x) && head(x).EffectiveFrom <= d {
			found, ok = x, true
		}
	}
	return found, ok
}

// On are the tariffs that are in force on a day, in the order of what they are charged for and of the kinds.
func (p List) On(day time.Time) []Tariff {
	var out []Tariff
	seen := map[string]bool{}
	for _, t := range p.Tariffs {
		if seen[t.Code] {
			continue
		}
		seen[t.Code] = true
		if now, ok := on(p.Tariffs, day, func(t Tariff) Head { return t.Head }, func(x Tariff) bool { return x.Code == t.Code }); ok && now.Rate > 0 {
			out = append(out, now)
		}
	}
	rank := func(all []string, x string) int { return slices.Index(all, x) }
	slices.SortStableFunc(out, func(a, b Tariff) int {
		return cmp.Or(cmp.Compare(rank(Charges(), a.Charge), rank(Charges(), b.Charge)), cmp.Compare(rank(duct.UnitKinds(), a.Kind), rank(duct.UnitKinds(), b.Kind)), cmp.Compare(a.Code, b.Code))
	})
	return out
}

// TermsOn are the terms of a day; false before the first.
func (p List) TermsOn(day time.Time) (Terms, bool) {
	return on(p.Terms, day, func(t Terms) Head { return t.Head }, func(Terms) bool { return true })
}

// FloorOn is what a metre of a kind for a year may not be charged below; zero where nothing is said.
func (p List) FloorOn(kind string, day time.Time) Floor {
	f, _ := on(p.Floors, day, func(f Floor) Head { return f.Head }, func(f Floor) bool { return f.Kind == kind })
	return f
}

// RateOn is what a tariff comes to on a day: each index that has begun since the tariff raises it, in whole rupiah.
func (p List) RateOn(t Tariff, day time.Time) (money.Rupiah, error) {
	rate := t.Rate
	for _, x := range p.raises(t, day) {
		more, err := rate.FractionHalfUp(int64(x.Rise), whole)
		if err != nil {
			return 0, err
		}
		if rate, err = rate.Add(more); err != nil {
			return 0, err
		}
	}
	return rate, nil
}

// raises are the indexes that have raised a tariff by a day, one after the other.
func (p List) raises(t Tariff, day time.Time) (out []Index) {
	for _, x := range p.Indexes {
		if t.Indexed && x.EffectiveFrom > t.EffectiveFrom && x.EffectiveFrom <= day.Format(time.DateOnly) {
			out = append(out, x)
		}
	}
	return out
}

// whole is a hundred percent.
const whole = 10_000

// The parts of a price list.
const (
	partTariff = "tariff"
	partIndex  = "index"
	partFloor  = "floor"
	partTerms  = "terms"
)

// row is an entry of a list as it is kept.
type row struct {
	bun.BaseModel `bun:"table:duct_price,alias:p"`

	TenantID      tenancy.ID      `bun:"tenant_id,pk"`
	Part          string          `bun:"part,pk"`
	Code          string          `bun:"code,pk"`
	EffectiveFrom string          `bun:"effective_from,pk"`
	Body          json.RawMessage `bun:"body,type:jsonb"`
	ChangeID      uuid.NullUUID   `bun:"change_id"`
}

// rows are the entries of a list as they are kept.
func (p List) rows(tenant tenancy.ID) ([]row, error) {
	var out []row
	add := func(part string, h Head, body any) error {
		raw, err := json.Marshal(body)
		out = append(out, row{TenantID: tenant, Part: part, Code: h.Code, EffectiveFrom: h.EffectiveFrom, Body: raw})
		return err
	}
	for _, t := range p.Tariffs {
		if err := add(partTariff, t.Head, t); err != nil {
			return nil, err
		}
	}
	for _, x := range p.Indexes {
		if err := add(partIndex, x.Head, x); err != nil {
			return nil, err
		}
	}
	for _, f := range p.Floors {
		if err := add(partFloor, f.Head, f); err != nil {
			return nil, err
		}
	}
	for _, t := range p.Terms {
		if err := add(partTerms, t.Head, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Read reads a city's price list, each series in the order of its days.
func Read(ctx context.Context, db bun.IDB) (List, error) {
	var all []row
	err := db.NewSelect().Model(&all).ColumnExpr("p.part, p.code, to_char(p.effective_from, 'YYYY-MM-DD') AS effective_from, p.body").
		Where("p.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("p.effective_from, p.part, p.code").Scan(ctx)
	if err != nil {
		return List{}, fmt.Errorf("ducttariff: read: %w", err)
	}
	var p List
	for _, r := range all {
		if err := p.take(r); err != nil {
			return List{}, fmt.Errorf("ducttariff: read %s %s: %w", r.Part, r.Code, err)
		}
	}
	return p, nil
}

// take puts a kept entry at the end of its series.
func (p *List) take(r row) error {
	head := Head{Code: r.Code, EffectiveFrom: r.EffectiveFrom}
	switch r.Part {
	case partTariff:
		t := Tariff{Head: head}
		err := json.Unmarshal(r.Body, &t)
		p.Tariffs = append(p.Tariffs, t)
		return err
	case partIndex:
		x := Index{Head: head}
		err := json.Unmarshal(r.Body, &x)
		p.Indexes = append(p.Indexes, x)
		return err
	case partFloor:
		f := Floor{Head: head}
		err := json.Unmarshal(r.Body, &f)
		p.Floors = append(p.Floors, f)
		return err
	}
	t := Terms{Head: head}
	err := json.Unmarshal(r.Body, &t)
	p.Terms = append(p.Terms, t)
	return err
}

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Now   func() time.Time // time.Now when nil
}

// Service is the price lists of every city.
type Service struct{ d Deps }

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// today is the day in the city.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return duct.DayOf(s.d.Now().In(city.Location()))
}

// List is the price list of ctx's city. It is no secret: everybody is charged by the same.
func (s *Service) List(ctx context.Context) (List, error) { return Read(ctx, s.d.DB) }
