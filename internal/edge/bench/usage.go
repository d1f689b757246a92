package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// UsageOptions bounds a measurement of metering.
type UsageOptions struct {
	Events int // of one city in one month
	Cities int // others beside it, at the second reading
}

const (
	usageBatches = 30 // of each side in each round
	usageBatch   = 1000
	usageReads   = 100
)

// usageBars are what was promised of metering.
const (
	ingestBar = 0.5
	totalBar  = 10 * time.Millisecond
)

// usageResult is what was found.
type usageResult struct {
	ingest, copied, copiedWhole []float64 // events a second, by rounds
	rolledUp                    time.Duration
	few, many                   sample // the month's totals, with one other city and with all
	rows                        [2]int // of roll-ups by hour: the city's, and all
}

// Usage measures what metering promises: batches of new events against COPY of the same rows into the same partitioned
// table with its unique index, and the totals of a month of one city from its roll-ups, with few and many other cities.
func Usage(ctx context.Context, out io.Writer, d Deps, o UsageOptions) error {
	if o.Events < 1000 || o.Cities < 1 {
		return errors.New("bench: --events must be at least 1000 and --cities at least 1")
	}
	a, err := connect(ctx, d.SuperURL)
	if err != nil {
		return err
	}
	defer a.close()
	p, err := d.Build(ctx, d.Database, Variant{})
	if err != nil {
		return err
	}
	defer p.Close()
	conn, err := a.open(ctx, d.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	ctx = tenancy.With(ctx, p.City)
	u := &usageRun{Program: p, super: conn, meters: metering.New(p.DB, time.Now)}
	u.from, u.to = lastMonth(p.City)
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }

	say("Measuring batches of %d events, %d times %d for each side …", usageBatch, rounds, usageBatches)
	if err := u.ingest(ctx); err != nil {
		return err
	}
	say("Filling a month of one city with %d events …", o.Events)
	if err := u.fill(ctx, o.Events); err != nil {
		return err
	}
	say("Rolling up …")
	if err := u.rollUp(ctx); err != nil {
		return err
	}
	for i, cities := range []int{1, o.Cities} {
		say("Reading the month beside %d other cities …", cities)
		if err := u.others(ctx, cities); err != nil {
			return err
		}
		got, err := u.read(ctx)
		if err != nil {
			return err
		}
		if i == 0 {
			u.found.few = got
		} else {
			u.found.many = got
		}
	}
	m, err := machineOf(ctx, a)
	if err != nil {
		return err
	}
	return u.found.write(out, m, o)
}

// usageRun is one measurement under way.
type usageRun struct {
	*Program
	super    *pgx.Conn
	meters   *metering.Service
	from, to time.Time // a month of the city that is over
	there    int       // other cities so far
	found    usageResult
}

func lastMonth(city tenancy.City) (from, to time.Time) {
	now := time.Now().In(city.Location())
	return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, city.Location()), time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, city.Location())
}

// arrivals are new events, as a gateway would report them.
func arrivals(n int, at time.Time) []metering.Event {
	events := make([]metering.Event, n)
	for i := range events {
		id := uuid.Must(uuid.NewV7()).String()
		events[i] = metering.Event{Source: "https://sms.example.id", ID: id, Type: "notification_sent", Subject: id, Time: at.Add(time.Duration(i) * time.Millisecond),
			Agency: "disdukcapil", Service: service, Channel: "sms", Quantity: 1}
	}
	return events
}

// ingest writes as many events by metering as by COPY, in turns; another city's rows stand for COPY's. Each batch commits,
// as COPY does; once more COPY writes all of a round's rows at one go, which no producer could.
func (u *usageRun) ingest(ctx context.Context) error {
	other, at := uuid.New(), u.to.Add(time.Hour) // in the present month, apart from what is read
	for round := range rounds + 1 {
		var took [3]time.Duration
		for range usageBatches {
			at = at.Add(time.Second)
			events := arrivals(usageBatch, at)
			start := time.Now()
			r, err := metering.RecordBatch(ctx, u.DB.App, events, nil)
			if took[0] += time.Since(start); err != nil || r.New != usageBatch {
				return fmt.Errorf("bench: %d of %d events recorded: %w", r.New, usageBatch, err)
			}
			if took[1], err = u.copyIn(ctx, took[1], other, arrivals(usageBatch, at)); err != nil {
				return err
			}
		}
		var err error
		if took[2], err = u.copyIn(ctx, 0, other, arrivals(usageBatches*usageBatch, at)); err != nil {
			return err
		}
		if round == 0 {
			continue // fills caches and pools
		}
		const n = usageBatches * usageBatch
		u.found.ingest = append(u.found.ingest, n/took[0].Seconds())
		u.found.copied = append(u.found.copied, n/took[1].Seconds())
		u.found.copiedWhole = append(u.found.copiedWhole, n/took[2].Seconds())
	}
	return nil
}

var usageColumns = []string{"tenant_id", "time", "source", "id", "type", "subject", "agency", "service", "channel", "quantity"}

func (u *usageRun) copyIn(ctx context.Context, before time.Duration, city uuid.UUID, events []metering.Event) (time.Duration, error) {
	start := time.Now()
	_, err := u.super.CopyFrom(ctx, pgx.Identifier{"usage_event"}, usageColumns, pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
		e := events[i]
		return []any{city, e.Time, e.Source, e.ID, e.Type, e.Subject, e.Agency, e.Service, e.Channel, e.Quantity}, nil
	}))
	return before + time.Since(start), err
}

// fill writes the month's events as a city has them: mostly calls of programs and messages, 120 services of 40 agencies,
// 1,000 members of staff; and marks all of its hours as the product does.
func (u *usageRun) fill(ctx context.Context, n int) error {
	for _, sql := range []string{
		`INSERT INTO usage_event (tenant_id, time, source, id, type, subject, agency, service, channel, quantity)
		 SELECT $1, $2::timestamptz + ($3::timestamptz - $2::timestamptz) * (i::float8 / $4), '/bench', i::text,
		        (ARRAY['api_requested','api_requested','api_requested','api_requested','notification_sent','notification_sent',
		               'application_submitted','document_issued','application_decided','staff_active'])[1 + i % 10],
		        CASE WHEN i % 10 = 9 THEN 'staff ' || (i / 10) % 1000 ELSE i::text END,
		        CASE WHEN i % 10 < 6 THEN '' ELSE 'agency ' || (i / 10) % 40 END, CASE WHEN i % 10 IN (6, 7, 8) THEN 'service ' || (i / 10) % 120 ELSE '' END,
		        CASE WHEN i % 10 = 9 THEN '' ELSE (ARRAY['api','email','web'])[1 + CASE WHEN i % 10 < 4 THEN 0 WHEN i % 10 < 6 THEN 1 ELSE 2 END] END, 1
		   FROM generate_series(0, $4::bigint - 1) i`,
		`INSERT INTO usage_touch SELECT $1, hour, gen_random_uuid() FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 hour', interval '1 hour') hour
		  WHERE $4::bigint > 0`,
	} {
		if _, err := u.super.Exec(ctx, sql, u.City.ID, u.from, u.to, n); err != nil {
			return fmt.Errorf("bench: fill: %w", err)
		}
	}
	_, err := u.super.Exec(ctx, "ANALYZE usage_event, usage_touch")
	return err
}

// rollUp does what the planned job does until nothing is left.
func (u *usageRun) rollUp(ctx context.Context) error {
	start := time.Now()
	for left := 1; left > 0; {
		err := tenancy.InTx(ctx, u.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
			left, err = metering.Rollup(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	u.found.rolledUp = time.Since(start)
	return u.super.QueryRow(ctx, "SELECT count(*) FROM usage_hour WHERE tenant_id = $1", u.City.ID).Scan(&u.found.rows[0])
}

// others gives so many other cities roll-ups of the same month: the first the same as the city's, the rest a tenth of them.
func (u *usageRun) others(ctx context.Context, cities int) error {
	for ; u.there < cities; u.there++ {
		id, most := uuid.New(), "tenant_id = $2"
		if u.there > 0 {
			most += " AND abs(hashtext(agency || service || subject)) % 10 = 0"
		}
		for _, sql := range []string{
			"INSERT INTO usage_month SELECT $1, starts, ends, type, subject, taken, events, total, peak, latest FROM usage_month WHERE tenant_id = $2",
			"INSERT INTO usage_hour SELECT $1, hour, type, agency, service, channel, subject, events, total, peak, latest, taken FROM usage_hour WHERE " + most,
			"INSERT INTO usage_day SELECT $1, day, type, agency, service, channel, subject, taken, events, total, peak, latest FROM usage_day WHERE " + most,
		} {
			if _, err := u.super.Exec(ctx, sql, id, u.City.ID); err != nil {
				return fmt.Errorf("bench: other cities: %w", err)
			}
		}
	}
	if _, err := u.super.Exec(ctx, "VACUUM ANALYZE usage_hour, usage_day, usage_month"); err != nil {
		return err
	}
	return u.super.QueryRow(ctx, "SELECT count(*) FROM usage_hour").Scan(&u.found.rows[1])
}

// read asks for the month's totals again and again, after they were held to a plain count of the events.
func (u *usageRun) read(ctx context.Context) (sample, error) {
	s := sample{took: make([]time.Duration, 0, usageReads)}
	got, err := u.meters.Quantities(ctx, u.City, u.from, u.to)
	if err != nil {
		return s, err
	}
	if err := u.agree(ctx, got); err != nil {
		return s, err
	}
	start := time.Now()
	for range usageReads {
		asked := time.Now()
		if _, err := u.meters.Quantities(ctx, u.City, u.from, u.to); err != nil {
			return s, err
		}
		s.took = append(s.took, time.Since(asked))
	}
	s.elapsed = time.Since(start)
	return s, nil
}

// agree holds the totals to what SQL counts in the events.
func (u *usageRun) agree(ctx context.Context, got map[string]int64) error {
	rows, err := u.super.Query(ctx, `SELECT m.code, CASE m.aggregation WHEN 'unique' THEN count(DISTINCT e.subject) WHEN 'sum' THEN sum(e.quantity) ELSE count(*) END::bigint
		FROM usage_event e JOIN meter m ON m.type = e.type WHERE e.tenant_id = $1 AND e.time >= $2 AND e.time < $3 AND m.aggregation IN ('count', 'sum', 'unique')
		GROUP BY m.code, m.aggregation`, u.City.ID, u.from, u.to)
	if err != nil {
		return err
	}
	want := map[string]int64{}
	var code string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&code, &n}, func() error { want[code] = n; return nil }); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(want)) {
		if got[code] != want[code] {
			return fmt.Errorf("bench: the roll-ups say %d of %s, the events %d", got[code], code, want[code])
		}
	}
	return nil
}

func (r usageResult) write(out io.Writer, m machine, o UsageOptions) error {
	against := func(side []float64) spread {
		values := make([]float64, len(side))
		for i := range side {
			values[i] = r.ingest[i] / side[i]
		}
		return spreadOf(values)
	}
	batched, whole := against(r.copied), against(r.copiedWhole)
	rate := spreadOf(slices.Clone(r.ingest))
	few, many := r.few.quantile(.5), r.many.quantile(.5)
	met := func(ok bool) string {
		if ok {
			return "met"
		}
		return "NOT MET"
	}
	_, err := fmt.Fprintf(out, `
%s

Batches of %d new events, each once by its identity, medians of %d rounds (lowest–highest)
  %.0f events/s (%.0f–%.0f), %.2f (%.2f–%.2f) of COPY of the same rows in the same batches; at least %.2f: %s
  %.2f (%.2f–%.2f) of one COPY of %d rows

The totals of a month of %d events in one city, held in %d roll-ups by hour, and those by day and month
  beside 1 other city       p50 %s, p95 %s; under %d ms: %s
  beside %d other cities   p50 %s, p95 %s (%d roll-ups by hour in all), %.2f of that
  Rolling the month up took %s.

COPY writes as a superuser into usage_event, partitioned by month, with its unique index; metering writes as the application
role under row-level security, the identities into a table of their own besides. The totals were held to a count of the events.
`, m.line(), usageBatch, rounds, rate.median, rate.low, rate.high, batched.median, batched.low, batched.high, ingestBar, met(batched.median >= ingestBar),
		whole.median, whole.low, whole.high, usageBatches*usageBatch,
		o.Events, r.rows[0], milli(few), milli(r.few.quantile(.95)), totalBar.Milliseconds(), met(few < totalBar && many < totalBar),
		o.Cities, milli(many), milli(r.many.quantile(.95)), r.rows[1], float64(many)/float64(few), r.rolledUp.Round(time.Millisecond))
	return err
}
