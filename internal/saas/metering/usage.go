package metering

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Usage is what one city used in a window.
type Usage struct {
	City     tenancy.ID
	From, To time.Time // To is the first instant after it
	AsOf     time.Time // when it was read; an event committed before is in it
	Readings []Reading // every meter, in the order of Meters
}

// Reading is one meter's quantity and how it divides. Events without a dimension stand last, under the empty code, where
// others have one. Counts and sums add up to the quantity; unique counts may come to more, since one person can work for
// two agencies, and peaks and latest values do not add up at all.
type Reading struct {
	Meter     Meter
	Quantity  int64
	ByAgency  []Share
	ByService []Share
	ByChannel []Share
}

// Share is the quantity of one agency, service or channel.
type Share struct {
	Code     string
	Quantity int64
}

// Month returns city's usage in a month of the city's own time zone; of month only the year and the month count. It
// is for requests of the city itself and of the platform; from another city it is NotFound "city.unknown".
func (s *Service) Month(ctx context.Context, city tenancy.City, month time.Time) (Usage, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Usage{}, err
	}
	w, err := monthOf(city, month)
	if err != nil {
		return Usage{}, err
	}
	meters, err := s.Meters(ctx)
	if err != nil {
		return Usage{}, err
	}
	figures, err := read(ctx, s.db.App, sharesSQL, w)
	if err != nil {
		return Usage{}, fmt.Errorf("metering: month: %w", err)
	}
	return s.usageOf(w, meters, figures), nil
}

// Quantities returns city's total of each meter from one instant to another, both full hours; a meter without events
// is zero. Of a part of a month a meter that is weighted by time is that part's share of the month's mean, so that the parts
// of a month add up to it, but for a begun unit each. Callers and refusals are those of Month.
func (s *Service) Quantities(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	return s.totals(ctx, window{city: city.ID, from: from, to: to})
}

// totals reads one figure of each meter.
func (s *Service) totals(ctx context.Context, w window) (map[string]int64, error) {
	if err := w.validate(); err != nil {
		return nil, err
	}
	meters, err := s.Meters(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := read(ctx, s.db.App, totalsSQL, w)
	if err != nil {
		return nil, fmt.Errorf("metering: quantities: %w", err)
	}
	out := make(map[string]int64, len(meters))
	for _, m := range meters {
		out[m.Code] = 0
	}
	for _, f := range figures {
		out[f.Meter] = f.Quantity
	}
	return out, nil
}

// Cities returns the totals of several cities for a month, each in its own time zone and in the order given. It reads
// across cities as the platform role, so only requests of the platform and operators' commands may call it.
func (s *Service) Cities(ctx context.Context, cities []tenancy.City, month time.Time) ([]Usage, error) {
	if len(cities) == 0 {
		return nil, nil
	}
	if id, ok := tenancy.From(ctx); ok {
		if caller, _ := tenancy.CityFrom(ctx); caller.ID != id || caller.Kind != tenancy.KindPlatform {
			return nil, fault.New(fault.NotFound, "city.unknown", "host", "")
		}
	}
	windows := make([]window, len(cities))
	for i, c := range cities {
		var err error
		if windows[i], err = monthOf(c, month); err != nil {
			return nil, err
		}
	}
	meters, err := s.Meters(ctx)
	if err != nil {
		return nil, err
	}
	figures, err := read(ctx, s.db.Platform, totalsSQL, windows...)
	if err != nil {
		return nil, fmt.Errorf("metering: cities: %w", err)
	}
	byCity := map[tenancy.ID][]figure{}
	for _, f := range figures {
		byCity[f.TenantID] = append(byCity[f.TenantID], f)
	}
	out := make([]Usage, len(cities))
	for i, w := range windows {
		out[i] = s.usageOf(w, meters, byCity[w.city])
	}
	return out, nil
}

// window is a span of one city's time. Of the corrections in it those count that a month before bound has taken; the
// zero bound is all of them.
type window struct {
	city     tenancy.ID
	from, to time.Time
	bound    time.Time
}

func monthOf(city tenancy.City, month time.Time) (window, error) {
	loc := city.Location()
	w := window{
		city: city.ID,
		from: time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, loc),
		to:   time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, loc),
	}
	return w, w.validate()
}

// validate refuses what roll-ups by hour of UTC cannot answer. Every zone of Indonesia is whole hours away from UTC.
func (w window) validate() error {
	if !w.from.Equal(w.from.Truncate(time.Hour)) || !w.to.Equal(w.to.Truncate(time.Hour)) || !w.from.Before(w.to) {
		return fmt.Errorf("metering: the window from %s to %s is not made of full hours", w.from, w.to)
	}
	return nil
}

// whole is by how many hours levels within w are divided: those of the month, where its instants show the city's clock, or its own
// when it is longer.
func (w window) whole() int64 {
	from, to := w.from, w.to.Add(-time.Hour)
	if from.Year() != to.Year() || from.Month() != to.Month() {
		return hoursIn(w.from, w.to)
	}
	month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, from.Location())
	return hoursIn(month, month.AddDate(0, 1, 0))
}

// forever is after every event.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// figure is one number of a reading: a total when Dimension is empty.
type figure struct {
	TenantID  tenancy.ID
	Meter     string
	Dimension string
	Code      string
	Quantity  int64
}

func read(ctx context.Context, db bun.IDB, query string, windows ...window) ([]figure, error) {
	ids, from, to, bound := make([]tenancy.ID, len(windows)), make([]time.Time, len(windows)), make([]time.Time, len(windows)), make([]time.Time, len(windows))
	whole := make([]int64, len(windows))
	for i, w := range windows {
		ids[i], from[i], to[i], bound[i], whole[i] = w.city, w.from, w.to, w.bound, w.whole()
		if w.bound.IsZero() {
			bound[i] = forever
		}
	}
	var figures []figure
	first, last := slices.MinFunc(from, time.Time.Compare), slices.MaxFunc(to, time.Time.Compare)
	err := db.NewRaw(query, pgdialect.Array(ids), pgdialect.Array(from), pgdialect.Array(to), pgdialect.Array(bound), pgdialect.Array(whole),
		first, last, first.Add(-levelStands), last).Scan(ctx, &figures)
	return figures, err
}

func (s *Service) usageOf(w window, meters []Meter, figures []figure) Usage {
	u := Usage{City: w.city, From: w.from, To: w.to, AsOf: s.now(), Readings: make([]Reading, len(meters))}
	at := make(map[string]*Reading, len(meters))
	for i, m := range meters {
		u.Readings[i].Meter = m
		at[m.Code] = &u.Readings[i]
	}
	for _, f := range figures {
		r := at[f.Meter]
		if r == nil || f.Dimension != "" && !slices.Contains(r.Meter.Dimensions, Dimension(f.Dimension)) {
			continue // a meter made between the two statements, or a dimension that means nothing to it
		}
		switch f.Dimension {
		case string(ByAgency):
			r.ByAgency = shared(r.ByAgency, f)
		case string(ByService):
			r.ByService = shared(r.ByService, f)
		case string(ByChannel):
			r.ByChannel = shared(r.ByChannel, f)
		default:
			r.Quantity = f.Quantity
		}
	}
	return u
}

// shared adds a figure to a division. What has no code comes last, and alone it divides nothing.
func shared(parts []Share, f figure) []Share {
	if f.Code == "" && len(parts) == 0 {
		return nil
	}
	return append(parts, Share{Code: f.Code, Quantity: f.Quantity})
}
