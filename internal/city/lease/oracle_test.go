package lease

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/pgtest"
)

// TestWaysCostWhatPgRoutingSays: on a network of 900 nodes, 1,000 pairs of which have the same least cost here as by pgRouting on
// the same segments; where it finds no way, neither is one found here. deploy/setup.sh --test installs pgRouting.
func TestWaysCostWhatPgRoutingSays(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	conn, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "CREATE EXTENSION pgrouting"); err != nil {
		t.Fatalf("pgRouting is needed (deploy/setup.sh --test): %v", err)
	}
	const side = 30
	draw := rand.New(rand.NewPCG(9, 1))
	g := newGraph()
	for i := range side * side {
		g.nodeOf(fmt.Sprint(i))
	}
	var rows [][]any
	join := func(a, b int) {
		if draw.IntN(4) == 0 {
			return // so that some nodes are islands
		}
		e := edge{ID: uuid.New(), Code: fmt.Sprint(len(g.edges)), LengthMM: 1 + draw.Int64N(300_000), sound: true, days: always}
		rows = append(rows, []any{int64(len(g.edges)), int64(a), int64(b), float64(e.LengthMM)})
		g.lay(e, int32(a), int32(b), unit{kind: 's', days: always})
	}
	for x := range side {
		for y := range side {
			if x > 0 {
				join((x-1)*side+y, x*side+y)
			}
			if y > 0 {
				join(x*side+y-1, x*side+y)
			}
		}
	}
	g.link()
	var pairs [][]any
	for range 1000 {
		pairs = append(pairs, []any{int64(draw.IntN(side * side)), int64(draw.IntN(side * side))})
	}
	for table, columns := range map[string]string{"seg": "id bigint, source bigint, target bigint, cost float8", "pair": "source bigint, target bigint"} {
		if _, err := conn.Exec(t.Context(), "CREATE TEMP TABLE "+table+" ("+columns+")"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"seg"}, []string{"id", "source", "target", "cost"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"pair"}, []string{"source", "target"}, pgx.CopyFromRows(pairs)); err != nil {
		t.Fatal(err)
	}
	said := map[[2]int64]float64{}
	found, err := conn.Query(t.Context(), "SELECT start_vid, end_vid, agg_cost FROM pgr_dijkstraCost('SELECT * FROM seg', 'SELECT * FROM pair', false)")
	if err != nil {
		t.Fatal(err)
	}
	var pair [2]int64
	var cost float64
	if _, err := pgx.ForEachRow(found, []any{&pair[0], &pair[1], &cost}, func() error { said[pair] = cost; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(said) < 800 {
		t.Fatalf("pgRouting found %d ways", len(said))
	}
	for _, p := range pairs {
		from, to := p[0].(int64), p[1].(int64)
		ways := g.ways(int32(from), int32(to), PlanInput{Kind: duct.Subduct, Quantity: 1, Since: dayAt(20_000)})
		want, ok := said[[2]int64{from, to}]
		if from == to {
			continue
		}
		if ok != (len(ways) > 0) || ok && ways[0].Cost != want {
			t.Fatalf("%d to %d: %+v, pgRouting says %v", from, to, ways, want)
		}
	}
}
