package ducttariff

import (
	"context"
	"slices"
	"time"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
)

// WayPrice is what segments of a way cost by the tariff of a day, before anything is let off, so that the cheapest way can be planned: its
// metres, and the manholes, poles and entries of buildings on it, for the time that is asked for or else for a year. What a lease is
// charged once however it runs makes no difference between ways.
type WayPrice struct {
	Tariffs []Tariff // that it is made of, at their rates of the day
	Months  float64  // for which it is reckoned
	perMM   float64
	stops   map[string]float64 // by kind of node
}

// Cost is the price of a segment in rupiah: of its length, and of half of the nodes at its ends, so that a way that goes on pays each node
// between two segments once. The ends of the whole way are the same for every way.
func (w WayPrice) Cost(lengthMM int64, ends [2]string) float64 {
	return w.perMM*float64(lengthMM) + (w.stops[ends[0]]+w.stops[ends[1]])/2
}

// WayPrice is described at the type, of so many units of a kind. It refuses Conflict "ducttariff.no_tariff" a kind without a price.
func (p List) WayPrice(kind string, quantity int, since, until time.Time) (WayPrice, error) {
	since, until = duct.DayOf(since), duct.DayOf(until)
	w := WayPrice{Months: 12, stops: map[string]float64{}}
	if until.After(since) {
		w.Months = float64(days(since, until)) * 12 / 365.25
	}
	for _, t := range p.On(since) {
		if t.Charge == Land || t.Charge == Order || t.Charge == Metre && t.Kind != kind {
			continue
		}
		rate, err := p.RateOn(t, since)
		if err != nil {
			return w, err
		}
		t.Rate = rate
		cost := float64(rate) * map[string]float64{Once: 1, Month: w.Months, Year: w.Months / 12}[t.Per]
		if t.Charge == Metre {
			w.perMM += cost * float64(quantity) / 1000
		}
		for _, k := range stops[t.Charge] {
			w.stops[k] += cost
		}
		w.Tariffs = append(w.Tariffs, t)
	}
	if !slices.ContainsFunc(w.Tariffs, func(t Tariff) bool { return t.Charge == Metre }) {
		return w, fault.New(fault.Conflict, "ducttariff.no_tariff", "kind", kind)
	}
	return w, nil
}

// WayPrice is that of ctx's city. The prices are public.
func (s *Service) WayPrice(ctx context.Context, kind string, quantity int, since, until time.Time) (WayPrice, error) {
	p, err := s.List(ctx)
	if err != nil {
		return WayPrice{}, err
	}
	return p.WayPrice(kind, quantity, since, until)
}
