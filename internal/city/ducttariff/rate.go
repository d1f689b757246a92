package ducttariff

import (
	"fmt"
	"slices"
	"time"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/workcal"
)

// Held is what is charged for: so many units of a kind on each part of a way.
type Held struct {
	Kind     string // duct.Duct, duct.Subduct or duct.Microduct
	Quantity int
	Since    time.Time // the first day that was agreed on, from which the minimum term and what it lets off count
	Until    time.Time // the first day after what was agreed on; zero goes on
	From     time.Time // the first day that is charged, if that is after Since
	Ended    time.Time // the first day that is not charged, if notice was given; else it is Until
	Parts    []Part
	Stops    []Stop
	VolumeMM int64     // of unit that the operator holds altogether; less than what is held here counts as that
	First    time.Time // the first day of the lease that it renews, of the one that that renewed and so on, from which the minimum term counts; zero renews none
	GoesOn   time.Time // the first day that a renewal of it is charged, which owes the minimum term from then on; zero where nothing renews it
	Waits    bool      // a renewal of it is on its way, and may not come about
}

// Part is a segment of a way.
type Part struct {
	Code      string
	LengthMM  int64 // billed
	FreeTrade bool
	Ducts     int // that lie in it
}

// Stop is a node that the way touches, once however many of its segments end there.
type Stop struct {
	Kind      string
	FreeTrade bool
}

// Line is one amount with what it was worked out from. A negative one lets something off.
type Line struct {
	Tariff      string // its code; of the one that is let off too
	Charge      string
	Per         string
	Name        i18n.Text
	Working     i18n.Text
	Amount      money.Rupiah
	From, Until time.Time // the days that it is for; equal where it is for none
	FreeTrade   bool      // of the ground, which decides the tax
	Off         bool
	Minimum     bool // for days after the lease, which its minimum term asks for
	Basis       string
	Method      string
	LegalNote   string
	English     English
	Verified    bool
}

// NotesIn are the method and the legal note for a reader.
func (l Line) NotesIn(in i18n.Locale) (method, legal string) {
	return l.English.in(in, l.Method, l.LegalNote)
}

// Sum adds lines.
func Sum(all []Line) (money.Rupiah, error) {
	var amounts []money.Rupiah
	for _, l := range all {
		amounts = append(amounts, l.Amount)
	}
	return money.Sum(amounts...)
}

// Rate is what is held charged from a day to before another: what is paid once, where it begins to be charged in these days; what is paid
// by time, for each month and each price apart, by the day; what volume and term let off, never below the floor; and, where one of these
// days is the first without the lease and its minimum term is not over, what is left of that. It refuses Conflict "ducttariff.no_terms" before the
// first terms, "ducttariff.no_tariff" for a kind of unit without a price, and "ducttariff.renewal_waits" while nobody knows whether a renewal
// goes on with the minimum term.
func (p List) Rate(h Held, from, until time.Time) ([]Line, error) {
	h.Since, h.Until, from, until = duct.DayOf(h.Since), duct.DayOf(h.Until), duct.DayOf(from), duct.DayOf(until)
	begin, end := h.span()
	var out []Line
	if !begin.Before(from) && begin.Before(until) {
		once, err := p.once(h)
		if err != nil {
			return nil, err
		}
		out = append(out, once...)
	}
	first, last := later(from, begin), until
	if !end.IsZero() {
		last = earlier(until, end)
	}
	lines, err := p.recurring(h, first, last, false)
	if err != nil {
		return nil, err
	}
	out = append(out, lines...)
	if end.IsZero() || end.Before(from) || !end.Before(until) {
		return out, nil
	}
	rest, err := p.rest(h, end)
	return append(out, rest...), err
}

// rest is what is left of the minimum term once a lease is over: of that of the first lease where it renews others, and only until a
// renewal of it is charged.
func (p List) rest(h Held, end time.Time) ([]Line, error) {
	until, err := p.minimum(h)
	if err != nil || !end.Before(until) {
		return nil, err
	}
	if h.Waits {
		return nil, fault.New(fault.Conflict, "ducttariff.renewal_waits")
	}
	if !h.GoesOn.IsZero() {
		until = earlier(until, duct.DayOf(h.GoesOn))
	}
	return p.recurring(h, end, until, true)
}

// minimum is the first day after the minimum term: a renewal begins no other.
func (p List) minimum(h Held) (time.Time, error) {
	first := h.Since
	if !h.First.IsZero() {
		first = duct.DayOf(h.First)
	}
	t, ok := p.TermsOn(first)
	if !ok {
		return time.Time{}, fault.New(fault.Conflict, "ducttariff.no_terms")
	}
	return workcal.AddMonths(first, t.MinimumMonths), nil
}

// span is the first day that is charged and the first that is not, which is zero for what goes on.
func (h Held) span() (begin, end time.Time) {
	begin, end = later(h.Since, duct.DayOf(h.From)), h.Until
	if !h.Ended.IsZero() {
		end = duct.DayOf(h.Ended)
	}
	return begin, end
}

// once are what the first day that is charged charges.
func (p List) once(h Held) ([]Line, error) {
	begin, _ := h.span()
	var out []Line
	for _, t := range p.On(begin) {
		if t.Per != Once || t.Charge == Land || !h.First.IsZero() && !t.Renewals {
			continue
		}
		for _, zone := range zones {
			n := h.count(t, zone)
			if n == 0 {
				continue
			}
			l, _, err := p.line(t, zone, n, piece{begin, begin}, false)
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// zones are inside and outside the free-trade area.
var zones = []bool{true, false}

// recurring are what the days of a span charge.
func (p List) recurring(h Held, from, until time.Time, minimum bool) ([]Line, error) {
	var out []Line
	for _, d := range p.pieces(from, until) {
		t, ok := p.TermsOn(d.from)
		if !ok {
			return nil, fault.New(fault.Conflict, "ducttariff.no_terms")
		}
		priced := false
		for _, x := range p.On(d.from) {
			if x.Per == Once || x.Charge == Land {
				continue
			}
			priced = priced || x.Charge == Metre && x.Kind == h.Kind
			for _, zone := range zones {
				n := h.count(x, zone)
				if n == 0 {
					continue
				}
				l, rate, err := p.line(x, zone, n, d, minimum)
				if err != nil {
					return nil, err
				}
				out = append(out, l)
				if x.Charge != Metre {
					continue
				}
				off, some, err := p.off(x, l, rate, n, d, h, t)
				if err != nil {
					return nil, err
				}
				if some {
					out = append(out, off)
				}
			}
		}
		if !priced {
			return nil, fault.New(fault.Conflict, "ducttariff.no_tariff", "kind", h.Kind)
		}
	}
	return out, nil
}

// count is how much of a tariff is held in a zone: millimetres of unit, or things.
func (h Held) count(t Tariff, zone bool) int64 {
	var n int64
	switch t.Charge {
	case Metre:
		if t.Kind != h.Kind {
			return 0
		}
		for _, x := range h.Parts {
			if x.FreeTrade == zone {
				n += x.LengthMM * int64(h.Quantity)
			}
		}
	case Order: // where most of the way lies
		inside := int64(0)
		for _, x := range h.Parts {
			if n += x.LengthMM; x.FreeTrade {
				inside += x.LengthMM
			}
		}
		if (2*inside >= n) == zone {
			return 1
		}
		return 0
	default:
		for _, x := range h.Stops {
			if x.FreeTrade == zone && slices.Contains(stops[t.Charge], x.Kind) {
				n++
			}
		}
	}
	return n
}

// stops are the kinds of node that a charge is for.
var stops = map[string][]string{Node: {duct.Manhole, duct.Handhole}, Pole: {duct.Pole, duct.Riser}, Entry: {duct.BuildingEntry}}

// piece is days of one month under the same prices, from one to before another; equal ones are none.
type piece struct{ from, until time.Time }

// pieces parts a span where a month begins and where something of the list comes into force.
func (p List) pieces(from, until time.Time) []piece {
	var cuts []string
	for _, t := range p.Tariffs {
		cuts = append(cuts, t.EffectiveFrom)
	}
	for _, x := range p.Indexes {
		cuts = append(cuts, x.EffectiveFrom)
	}
	for _, f := range p.Floors {
		cuts = append(cuts, f.EffectiveFrom)
	}
	for _, t := range p.Terms {
		cuts = append(cuts, t.EffectiveFrom)
	}
	var out []piece
	for d := from; d.Before(until); {
		end := earlier(until, time.Date(d.Year(), d.Month()+1, 1, 0, 0, 0, 0, time.UTC))
		for _, c := range cuts {
			if c > d.Format(time.DateOnly) && c < end.Format(time.DateOnly) {
				end, _ = time.Parse(time.DateOnly, c) // it was read from a date
			}
		}
		out = append(out, piece{d, end})
		d = end
	}
	return out
}

// days are those of the piece, and those of its month.
func (d piece) days() (n, of int64) {
	month := time.Date(d.from.Year(), d.from.Month(), 1, 0, 0, 0, 0, time.UTC)
	return days(d.from, d.until), days(month, month.AddDate(0, 1, 0))
}

func days(from, until time.Time) int64 { return int64(until.Sub(from).Hours()) / 24 }

// charge is a rate for so much during a piece: millimetres count by thousands, a year by twelfths and a month by its days.
func charge(t Tariff, rate money.Rupiah, n int64, d piece) (money.Rupiah, error) {
	num, den := n, int64(1)
	if t.Charge == Metre || t.Charge == Land {
		den = 1000
	}
	if t.Per != Once {
		part, of := d.days()
		num, den = num*part, den*of
	}
	if t.Per == Year {
		den *= 12
	}
	return rate.FractionHalfUp(num, den)
}

// line is what a tariff charges for so much during a piece, with its rate of that day.
func (p List) line(t Tariff, zone bool, n int64, d piece, minimum bool) (Line, money.Rupiah, error) {
	rate, err := p.RateOn(t, d.from)
	if err != nil {
		return Line{}, 0, err
	}
	amount, err := charge(t, rate, n, d)
	if err != nil {
		return Line{}, 0, fmt.Errorf("ducttariff: %s: %w", t.Code, err)
	}
	l := Line{Tariff: t.Code, Charge: t.Charge, Per: t.Per, Amount: amount, From: d.from, Until: d.until, FreeTrade: zone, Minimum: minimum,
		Basis: t.Basis, Method: t.Method, LegalNote: t.LegalNote, English: t.English, Verified: t.Verified}
	l.Name, l.Working = named(t.Name, l), working(t, p.raises(t, d.from), rate, n, d, amount)
	return l, rate, nil
}

// off is what volume and term let off of a line of metres. What is left of the rate is never below the floor.
func (p List) off(t Tariff, of Line, rate money.Rupiah, n int64, d piece, h Held, terms Terms) (Line, bool, error) {
	held := h.VolumeMM
	if own := h.length(); own > held {
		held = own
	}
	share := reached(terms.Volume, held/1000) + reached(terms.Term, h.months())
	less, err := rate.FractionHalfUp(int64(share), whole)
	if err != nil {
		return Line{}, false, err
	}
	floor := p.FloorOn(t.Kind, d.from).Rate
	if t.Per == Month {
		if floor, err = floor.FractionHalfUp(1, 12); err != nil {
			return Line{}, false, err
		}
	}
	asked := less
	if less = min(less, max(rate-floor, 0)); less <= 0 {
		return Line{}, false, nil
	}
	amount, err := charge(t, less, n, d)
	if err != nil || amount == 0 {
		return Line{}, false, err
	}
	l := of
	l.Amount, l.Off, l.Basis, l.Method, l.LegalNote, l.English, l.Verified = -amount, true, terms.Basis, "", "", English{}, terms.Verified
	l.Name = both("ductrate.off", func(in i18n.Locale) []any { return []any{"name", of.Name.In(in)} })
	key := "ductrate.off_working"
	if less < asked {
		key = "ductrate.off_floor"
	}
	l.Working = both(key, func(in i18n.Locale) []any {
		return []any{"share", percent(in, int64(share)), "rate", rate, "less", less, "floor", floor, "amount", amount}
	})
	return l, true, nil
}

// length is how many millimetres of unit are held.
func (h Held) length() (n int64) {
	for _, x := range h.Parts {
		n += x.LengthMM * int64(h.Quantity)
	}
	return n
}

// months is for how many whole months the lease was agreed on, however late it was accepted or early it ended; zero where it has
// no end.
func (h Held) months() int64 {
	if h.Until.IsZero() {
		return 0
	}
	n := int64(h.Until.Year()-h.Since.Year())*12 + int64(h.Until.Month()-h.Since.Month())
	if workcal.AddMonths(h.Since, int(n)).After(h.Until) {
		n--
	}
	return n
}

// reached is what the highest step that an amount has come to lets off.
func reached(steps []Step, n int64) (off int) {
	from := int64(-1)
	for _, s := range steps {
		if s.From <= n && s.From > from {
			from, off = s.From, s.Off
		}
	}
	return off
}

// RateLand is the rent of so much of the city's ground from a day to before another. Where no duct lies it refuses Conflict
// "ducttariff.land_without_duct", unless two people have put a legal note against it, and "ducttariff.no_tariff" days
// without a price. A price of nothing asks for nothing: there is no line for its days.
func (p List) RateLand(code string, x Part, overridden bool, from, until time.Time) ([]Line, error) {
	if x.Ducts == 0 && !overridden {
		return nil, fault.New(fault.Conflict, "ducttariff.land_without_duct")
	}
	var out []Line
	for _, d := range p.pieces(duct.DayOf(from), duct.DayOf(until)) {
		t, ok := on(p.Tariffs, d.from, func(t Tariff) Head { return t.Head }, func(t Tariff) bool { return t.Code == code && t.Charge == Land })
		if !ok {
			return nil, fault.New(fault.Conflict, "ducttariff.no_tariff", "kind", code)
		}
		if t.Rate == 0 {
			continue
		}
		l, _, err := p.line(t, x.FreeTrade, x.LengthMM, d, false)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
