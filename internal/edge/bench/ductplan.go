package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
)

// ductPair is two nodes, and what the least costly way between them costs by this program's planner; negative where it found none.
type ductPair struct {
	from, to       string
	length, tariff float64
}

// plan finds up to three ways between random nodes, by length and by what they cost, and has pgRouting say the least that each pair costs.
func (u *ductRun) plan(ctx context.Context) error {
	price, err := u.Tariffs.WayPrice(ctx, duct.Subduct, 1, u.day, time.Time{})
	if err != nil {
		return fmt.Errorf("bench: tariff: %w", err)
	}
	pairs := u.pairs(ductPlans)
	ask := func(to *sample, p ductPair, cost func(lease.Step) float64) (least float64, err error) {
		start := time.Now()
		ways, err := u.Leases.Plan(ctx, u.manager, lease.PlanInput{From: p.from, To: p.to, Kind: duct.Subduct, Quantity: 1, Since: u.day, Price: cost, Ways: 3})
		to.took = append(to.took, time.Since(start))
		u.found.found += len(ways)
		if err != nil || len(ways) == 0 {
			return -1, err
		}
		return ways[0].Cost, nil
	}
	var first sample
	if _, err := ask(&first, pairs[0], nil); err != nil {
		return err
	}
	if _, err := u.super.Exec(ctx, "UPDATE duct_version SET holds = holds + 1 WHERE tenant_id = $1", u.City.ID); err != nil {
		return err
	}
	if _, err := ask(&first, pairs[0], nil); err != nil {
		return err
	}
	u.found.read, u.found.reread, u.found.found = first.took[0], first.took[1], 0
	for i := range pairs {
		p := &pairs[i]
		if p.length, err = ask(&u.found.plans, *p, nil); err != nil {
			return err
		}
		if p.tariff, err = ask(&u.found.priced, *p, func(s lease.Step) float64 { return price.Cost(s.LengthMM, s.Ends) }); err != nil {
			return err
		}
	}
	if u.found.oracle, err = u.ask(ctx, pairs, price); err != nil {
		return fmt.Errorf("bench: pgRouting: %w", err)
	}
	return nil
}

// pairs are so many pairs of two different nodes, the same in every run.
func (u *ductRun) pairs(n int) []ductPair {
	draw := rand.New(rand.NewPCG(1, 2))
	out := make([]ductPair, 0, n)
	for len(out) < n {
		p := ductPair{from: nodeCode(draw.IntN(u.side), draw.IntN(u.side)), to: nodeCode(draw.IntN(u.side), draw.IntN(u.side))}
		if p.from != p.to {
			out = append(out, p)
		}
	}
	return out
}

// ductOracle is what pgRouting says of the pairs that were planned.
type ductOracle struct {
	asked          bool // pgRouting is installed
	pairs          int
	length, tariff int    // as many pairs cost the same
	differ         string // the first that does not
}

// ask has pgRouting find what each pair costs on the segments that SQL of its own finds open: there and sound, with a subduct that
// nobody holds and that does not lie in something held. What a segment costs by the tariff is the program's own; that is tested elsewhere.
func (u *ductRun) ask(ctx context.Context, pairs []ductPair, price ducttariff.WayPrice) (o ductOracle, err error) {
	o.pairs = len(pairs)
	if err := u.super.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgrouting')").Scan(&o.asked); err != nil || !o.asked {
		return o, err
	}
	if _, err := u.super.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pgrouting"); err != nil {
		return o, err
	}
	if err := u.edges(ctx, price); err != nil {
		return o, err
	}
	if _, err := u.super.Exec(ctx, "CREATE TABLE bench_asked (a text, b text)"); err != nil {
		return o, err
	}
	_, err = u.super.CopyFrom(ctx, pgx.Identifier{"bench_asked"}, []string{"a", "b"}, pgx.CopyFromSlice(len(pairs), func(i int) ([]any, error) { return []any{pairs[i].from, pairs[i].to}, nil }))
	if err != nil {
		return o, err
	}
	if o.length, err = u.equal(ctx, "length", pairs, func(p ductPair) float64 { return p.length }, &o.differ); err != nil {
		return o, err
	}
	o.tariff, err = u.equal(ctx, "tariff", pairs, func(p ductPair) float64 { return p.tariff }, &o.differ)
	return o, err
}

// edges makes the segments that can be had today into a table for pgRouting, with what each costs.
func (u *ductRun) edges(ctx context.Context, price ducttariff.WayPrice) error {
	for _, sql := range []string{
		"CREATE TABLE bench_place (number bigint GENERATED ALWAYS AS IDENTITY, id uuid, code text, kind text)",
		"CREATE TABLE bench_edge (id bigint, source bigint, target bigint, length float8, tariff float8)",
	} {
		if _, err := u.super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := u.super.Exec(ctx, `INSERT INTO bench_place (id, code, kind) SELECT k.id, k.code, c.kind FROM duct_node k JOIN duct_node_state c ON c.tenant_id = k.tenant_id AND c.node_id = k.id
		AND c.voided_by IS NULL AND daterange(c.since, c.until) @> $2::date WHERE k.tenant_id = $1`, u.City.ID, u.day); err != nil {
		return err
	}
	found, err := u.super.Query(ctx, `SELECT a.number AS a, b.number AS b, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS mm, a.kind AS kind_a, b.kind AS kind_b
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND daterange(c.since, c.until) @> $2::date
		JOIN bench_place a ON a.id = k.from_node JOIN bench_place b ON b.id = k.to_node
		WHERE k.tenant_id = $1 AND c.class <> $3 AND c.condition NOT IN ($4, $5) AND EXISTS (SELECT FROM duct_unit s
			WHERE s.tenant_id = k.tenant_id AND s.segment_id = k.id AND s.kind = $6 AND s.voided_by IS NULL AND NOT EXISTS (SELECT FROM duct_hold h
				WHERE h.tenant_id = s.tenant_id AND h.unit_id IN (s.id, s.parent_id) AND h.own AND h.released_at IS NULL AND upper(h.during) IS NULL))`,
		u.City.ID, u.day, duct.Planned, duct.Damaged, duct.Blocked, duct.Subduct)
	if err != nil {
		return err
	}
	type edge struct {
		A, B, MM     int64
		KindA, KindB string
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[edge])
	if err != nil {
		return err
	}
	_, err = u.super.CopyFrom(ctx, pgx.Identifier{"bench_edge"}, []string{"id", "source", "target", "length", "tariff"}, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		r := rows[i]
		return []any{int64(i), r.A, r.B, float64(r.MM), price.Cost(r.MM, [2]string{r.KindA, r.KindB})}, nil
	}))
	return err
}

// equal counts the pairs that cost the same by pgRouting, by one of the columns of a segment. Sums of fractions of a rupiah differ in their
// last places by the order in which they are made; lengths are whole and do not.
func (u *ductRun) equal(ctx context.Context, by string, pairs []ductPair, ours func(ductPair) float64, differ *string) (n int, err error) {
	found, err := u.super.Query(ctx, `SELECT a.code, b.code, r.agg_cost FROM pgr_dijkstraCost('SELECT id, source, target, `+by+` AS cost FROM bench_edge',
		'SELECT a.number AS source, b.number AS target FROM bench_asked p JOIN bench_place a ON a.code = p.a JOIN bench_place b ON b.code = p.b', false) r
		JOIN bench_place a ON a.number = r.start_vid JOIN bench_place b ON b.number = r.end_vid`)
	if err != nil {
		return 0, err
	}
	said := map[[2]string]float64{}
	var from, to string
	var cost float64
	if _, err := pgx.ForEachRow(found, []any{&from, &to, &cost}, func() error { said[[2]string{from, to}] = cost; return nil }); err != nil {
		return 0, err
	}
	for _, p := range pairs {
		want, ok := said[[2]string{p.from, p.to}]
		if !ok {
			want = -1
		}
		if got := ours(p); math.Abs(got-want) <= 1e-9*math.Abs(want) {
			n++
		} else if *differ == "" {
			*differ = fmt.Sprintf("from %s to %s by %s: %v, pgRouting says %v", p.from, p.to, by, got, want)
		}
	}
	return n, nil
}

// write says what was found, and returns an error where a way cost more or less than pgRouting's.
func (o ductOracle) write(out io.Writer) error {
	if !o.asked {
		_, err := fmt.Fprintf(out, "  pgRouting is not installed: nothing held the costs of these ways to it\n")
		return err
	}
	if _, err := fmt.Fprintf(out, "  cost of the first way: by length %d of %d equal to pgRouting, by tariff %d of %d\n", o.length, o.pairs, o.tariff, o.pairs); err != nil {
		return err
	}
	if o.differ != "" {
		return fmt.Errorf("bench: a way is not the least costly: %s", o.differ)
	}
	return nil
}
