package metering

import (
	"context"
	"fmt"
	"slices"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Step is how a window is cut into points, on the clock and calendar of the city.
type Step string

// The steps.
const (
	ByHour  Step = "hour"
	ByDay   Step = "day"
	ByMonth Step = "month"
)

// Query asks for one meter of a city from one instant to another, both full hours of the city's time. By divides the answer,
// Step cuts it into points; both may be empty. Agency, Service and Channel narrow it to what has that code; empty does not.
type Query struct {
	Meter                    string
	From, To                 time.Time
	By                       Dimension
	Step                     Step
	Agency, Service, Channel string
}

// Series answers a Query.
type Series struct {
	Meter    Meter
	From, To time.Time // To is the first instant after it
	AsOf     time.Time // when it was read; an event committed before is in it
	Quantity int64
	Shares   []Share // by the dimension asked for, largest first and what has none of it last
	Points   []Point // those in which there was anything, in order
}

// Point is the quantity of one step.
type Point struct {
	From     time.Time // where the city is
	Quantity int64
	Shares   []Share
}

// The longest windows: so many points can be shown, and so many hours be read at once.
const (
	maxPoints = 2000
	maxYears  = 5
)

// querySQL reads hours, since steps follow the city's clock. Filters that are empty let everything through.
var querySQL = `
WITH hours AS MATERIALIZED (
    SELECT DISTINCT tenant_id, hour, hour + interval '1 hour' AS ends FROM usage_touch WHERE tenant_id = ? AND hour >= ? AND hour < ?
), parts AS (
    SELECT hour, agency, service, channel, subject, events, total, peak, latest FROM usage_hour u
     WHERE tenant_id = ? AND hour >= ? AND hour < ? AND type = ? AND hour NOT IN (SELECT hour FROM hours)
    UNION ALL
    SELECT hour, agency, service, channel, subject, events, total, peak, latest FROM (` + hoursSQL + `) live WHERE type = ?
), asked AS (
    SELECT CASE ? WHEN 'agency' THEN agency WHEN 'service' THEN service WHEN 'channel' THEN channel ELSE '' END AS code,
           CASE WHEN ? = '' THEN NULL ELSE date_trunc(coalesce(nullif(?, ''), 'hour'), hour AT TIME ZONE ?) AT TIME ZONE ? END AS at,
           subject, events, total, peak, latest
      FROM parts
     WHERE (? = '' OR agency = ?) AND (? = '' OR service = ?) AND (? = '' OR channel = ?)
), figures AS (
    SELECT g.at, GROUPING(g.at) = 0 AS stepped, g.code, GROUPING(g.code) = 0 AS shared, m.scale, ` + quantitySQL + ` AS quantity
      FROM asked g JOIN meter m ON m.code = ?
     GROUP BY GROUPING SETS ((m.aggregation, m.scale), (m.aggregation, m.scale, g.code), (m.aggregation, m.scale, g.at), (m.aggregation, m.scale, g.at, g.code))
)
SELECT m.at, m.stepped, coalesce(m.code, '') AS code, m.shared, ` + scaled("m.quantity") + ` AS quantity
  FROM figures m ORDER BY m.at, coalesce(m.code, '') = '', quantity DESC, code`

// Query answers q for city. Callers and refusals are those of Month; it refuses a meter that is none and a dimension that
// the meter does not have (fields "meter", "by", "agency", "service", "channel"), and a window that is empty, not made of full hours, longer than
// five years or of more than 2,000 steps (fields "from", "to" and "step").
func (s *Service) Query(ctx context.Context, city tenancy.City, q Query) (Series, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Series{}, err
	}
	meters, err := s.Meters(ctx)
	if err != nil {
		return Series{}, err
	}
	m, err := q.validate(meters)
	if err != nil {
		return Series{}, err
	}
	var rows []struct {
		At              *time.Time
		Stepped, Shared bool
		Code            string
		Quantity        int64
	}
	id, step, zone := city.ID, string(q.Step), city.Timezone
	if m.Aggregation == Weighted {
		err = s.db.App.NewRaw(levelSeriesSQL, q.levelSeries(m, id, zone)...).Scan(ctx, &rows)
	} else {
		err = s.db.App.NewRaw(querySQL, id, q.From, q.To, id, q.From, q.To, m.Type, q.From, q.To, m.Type, string(q.By), step, step, zone, zone,
			q.Agency, q.Agency, q.Service, q.Service, q.Channel, q.Channel, m.Code).Scan(ctx, &rows)
	}
	if err != nil {
		return Series{}, fmt.Errorf("metering: query: %w", err)
	}
	out := Series{Meter: m, From: q.From, To: q.To, AsOf: s.now()}
	places := map[int64]int{}
	for _, r := range rows {
		switch {
		case !r.Stepped && !r.Shared:
			out.Quantity = r.Quantity
		case !r.Stepped && q.By != "":
			out.Shares = append(out.Shares, Share{r.Code, r.Quantity})
		case r.Stepped && q.Step != "" && r.At != nil:
			i, known := places[r.At.Unix()]
			if !known {
				i = len(out.Points)
				places[r.At.Unix()] = i
				out.Points = append(out.Points, Point{From: r.At.In(city.Location())})
			}
			if !r.Shared {
				out.Points[i].Quantity = r.Quantity
			} else if q.By != "" {
				out.Points[i].Shares = append(out.Points[i].Shares, Share{r.Code, r.Quantity})
			}
		}
	}
	return out, nil
}

func (q Query) validate(meters []Meter) (Meter, error) {
	var bad []fault.Field
	refuse := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	i := slices.IndexFunc(meters, func(m Meter) bool { return m.Code == q.Meter })
	if i < 0 {
		refuse("meter", "usage_meter", "meter", q.Meter)
		return Meter{}, fault.Fields(bad)
	}
	for _, f := range []struct {
		name   string
		of     Dimension
		wanted bool
	}{{"by", q.By, q.By != ""}, {"agency", ByAgency, q.Agency != ""}, {"service", ByService, q.Service != ""}, {"channel", ByChannel, q.Channel != ""}} {
		if f.wanted && !slices.Contains(meters[i].Dimensions, f.of) {
			refuse(f.name, "usage_dimension")
		}
	}
	if err := (window{from: q.From, to: q.To}).validate(); err != nil || q.To.After(q.From.AddDate(maxYears, 0, 0)) {
		refuse("to", "usage_window")
	}
	span := map[Step]time.Duration{"": forever.Sub(time.Unix(0, 0)), ByHour: time.Hour, ByDay: 24 * time.Hour, ByMonth: 28 * 24 * time.Hour}
	switch each, ok := span[q.Step]; {
	case !ok:
		refuse("step", "not_an_option")
	case q.To.Sub(q.From)/each > maxPoints:
		refuse("step", "usage_steps", "max", maxPoints)
	}
	return meters[i], fault.Fields(bad)
}
