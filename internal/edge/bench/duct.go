package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/ductmap"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// DuctOptions bounds a measurement of the shared ducts.
type DuctOptions struct {
	Segments int // of the network
}

const (
	ductPlans  = 1000 // pairs of nodes, each planned by length and by tariff
	ductTiles  = 40   // of each zoom in each round
	ductRounds = 5
)

// ductBars are what was promised of the ducts.
const (
	tileBar   = 1.3
	planBar   = 20 * time.Millisecond
	importBar = time.Minute
)

// ductZooms are from the whole city down to a street; far away a tile shows all of the network.
var ductZooms = []int{11, 13, 14, 15, 16}

// ductResult is what was found.
type ductResult struct {
	segments, nodes, units int
	imported               time.Duration
	read, reread           time.Duration // the first plan, and one after a change of who holds what
	plans, priced          sample        // by length, and by the tariff of the day
	found                  int           // ways, of all plans
	oracle                 ductOracle
	tiles, raw, again      map[int][]sample // by zoom, by rounds: the last of a tile that the reader has already
}

// Ducts measures the ducts in one run: a survey of a whole network becomes the network, ways between random nodes are planned, and
// tiles of the map are drawn, against ST_AsMVT over a table that holds the same features ready-made in the same database.
func Ducts(ctx context.Context, out io.Writer, d Deps, o DuctOptions) error {
	if o.Segments < 100 {
		return errors.New("bench: --segments must be at least 100")
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
	u := &ductRun{Program: p, super: conn, day: time.Now().UTC().Truncate(24 * time.Hour), side: int(math.Ceil(math.Sqrt(float64(o.Segments) / 2))),
		manager: identity.Actor{ID: uuid.New(), TenantID: p.City.ID, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}}
	u.found.tiles, u.found.raw, u.found.again = map[int][]sample{}, map[int][]sample{}, map[int][]sample{}
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }

	say("Importing a network …")
	if err := u.load(ctx); err != nil {
		return err
	}
	say("Planning ways between %d pairs of nodes …", ductPlans)
	if err := u.plan(ctx); err != nil {
		return err
	}
	say("Drawing tiles, %d times %d of each zoom for each side …", ductRounds, ductTiles)
	if err := u.draw(ctx); err != nil {
		return err
	}
	m, err := machineOf(ctx, a)
	if err != nil {
		return err
	}
	return u.found.write(out, m)
}

// ductRun is one measurement under way.
type ductRun struct {
	*Program
	super   *pgx.Conn
	manager identity.Actor
	day     time.Time
	side    int // nodes along each side of the network
	found   ductResult
}

// Where the network lies, and how far its nodes are apart, in degrees: about 80 metres.
const (
	ductWest, ductSouth = 103.98, 1.00
	ductApart           = 0.0007
)

func (u *ductRun) at(x, y int) (lon, lat float64) {
	return ductWest + float64(x)*ductApart, ductSouth + float64(y)*ductApart
}

func nodeCode(x, y int) string { return fmt.Sprintf("N-%d-%d", x, y) }

// survey is a network of streets that cross, two ducts with three subducts each in every segment, as GeoJSON.
func (u *ductRun) survey() string {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	node := func(x, y int) {
		lon, lat := u.at(x, y)
		fmt.Fprintf(&b, `{"type":"Feature","geometry":{"type":"Point","coordinates":[%.6f,%.6f]},"properties":{"code":"%s","kind":"manhole","authority":"pemko","condition":"good"}},`, lon, lat, nodeCode(x, y))
		u.found.nodes++
	}
	segment := func(x, y, toX, toY int) {
		west, south := u.at(x, y)
		east, north := u.at(toX, toY)
		fmt.Fprintf(&b, `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]},"properties":{"code":"S-%d-%d-%d-%d","from_node":"%s","to_node":"%s","road":"Jalan %d","authority":"pemko","class":"as_built","condition":"good","ducts":2,"duct_od":110,"duct_id":100,"subducts":3,"sub_od":40,"sub_id":33}},`,
			west, south, (west+east)/2+0.00002, (south+north)/2+0.00002, east, north, x, y, toX, toY, nodeCode(x, y), nodeCode(toX, toY), x)
		u.found.segments++
	}
	for x := range u.side {
		for y := range u.side {
			node(x, y)
		}
	}
	for x := range u.side {
		for y := range u.side {
			if x > 0 {
				segment(x-1, y, x, y)
			}
			if y > 0 {
				segment(x, y-1, x, y)
			}
		}
	}
	u.found.units = u.found.segments * 8
	return strings.TrimSuffix(b.String(), ",") + "]}"
}

// load takes in the survey, checks it and applies it, and then lets a third of the subducts.
func (u *ductRun) load(ctx context.Context) error {
	file := u.survey()
	start := time.Now()
	i, err := u.Surveys.Load(ctx, u.manager, ductsurvey.ImportInput{Title: "Uji", Source: "Uji", OnDay: u.day.AddDate(0, -1, 0), Format: ductsurvey.GeoJSON, Name: "uji.geojson", Body: strings.NewReader(file)})
	u.found.imported = time.Since(start)
	if err != nil {
		return fmt.Errorf("bench: import: %w", err)
	}
	if i.Counts.Segments.New != u.found.segments || i.Counts.Units != u.found.units {
		return fmt.Errorf("bench: %d segments and %d units are new, not %d and %d", i.Counts.Segments.New, i.Counts.Units, u.found.segments, u.found.units)
	}
	for _, sql := range []string{
		"INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, state, created_at) VALUES ($1, $1, 'Uji', '1', 'x', 'x', 'approved', now())",
		`INSERT INTO duct_lease (tenant_id, id, number, operator_id, state, kind, quantity, since, length_mm, segments, key, created_at, created_by, updated_at)
			VALUES ($1, $1, 'SWD-UJI', $1, 'active', 'subduct', 1, current_date - 10, 1, 1, 'uji', now(), $1, now())`,
		`INSERT INTO duct_hold (tenant_id, lease_id, unit_id, own, during) SELECT $1, $1, id, true, daterange(current_date - 10, NULL) FROM duct_unit
			WHERE tenant_id = $1 AND kind = 'subduct' AND abs(hashtext(id::text)) % 3 = 0`,
		"INSERT INTO duct_version (tenant_id, holds, leases) VALUES ($1, 1, 1)",
	} {
		if _, err := u.super.Exec(ctx, sql, u.City.ID); err != nil {
			return fmt.Errorf("bench: leases: %w", err)
		}
	}
	_, err = u.super.Exec(ctx, "VACUUM ANALYZE duct_node, duct_node_state, duct_segment, duct_segment_state, duct_unit, duct_hold")
	return err
}

// rawTile is ST_AsMVT over features that lie ready, with nothing to find out about them.
const rawTile = `SELECT coalesce(ST_AsMVT(t, 'segments', 4096, 'geom'), '') FROM (
		SELECT code, road, condition, authority, occupancy, free, ST_AsMVTGeom(ST_Simplify(ST_Transform(line, 3857), $4), ST_TileEnvelope($1, $2, $3), 4096, 64) AS geom
		FROM bench_feature WHERE line && ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 0.015625), 4326)) t WHERE t.geom IS NOT NULL`

const rawNodes = `SELECT coalesce(ST_AsMVT(t, 'nodes', 4096, 'geom'), '') FROM (
		SELECT code, kind, condition, ST_AsMVTGeom(ST_Transform(at, 3857), ST_TileEnvelope($1, $2, $3), 4096, 64) AS geom
		FROM bench_node WHERE at && ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 0.015625), 4326)) t WHERE t.geom IS NOT NULL`

// resolution is how long half a pixel of a tile is, in metres of the projection; bends that are smaller are left out. Close by
// every bend is drawn.
func resolution(z int) float64 {
	const around, pixels = 40075016.68, 512
	if z >= ductmap.NodesFrom {
		return 0
	}
	return around / pixels / 2 / float64(int(1)<<z)
}

// ready makes the features that the product's tiles show into tables of their own.
func (u *ductRun) ready(ctx context.Context) error {
	for _, sql := range []string{
		"CREATE TABLE bench_feature (code text, road text, condition text, authority text, occupancy int, free int, line geometry(LineString, 4326))",
		"CREATE TABLE bench_fill (code text PRIMARY KEY, occupancy int, free int)",
		"CREATE TABLE bench_node AS SELECT k.code, c.kind, c.condition, c.at FROM duct_node k JOIN duct_node_state c USING (tenant_id) WHERE c.node_id = k.id",
	} {
		if _, err := u.super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	all, err := u.DuctMap.Segments(ctx, u.manager, u.day, ductmap.Filter{}, "", math.MaxInt32)
	if err != nil {
		return err
	}
	_, err = u.super.CopyFrom(ctx, pgx.Identifier{"bench_fill"}, []string{"code", "occupancy", "free"}, pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
		return []any{all[i].Code, all[i].Occupancy, all[i].Free}, nil
	}))
	if err != nil {
		return err
	}
	for _, sql := range []string{
		`INSERT INTO bench_feature SELECT k.code, c.road, c.condition, c.authority, f.occupancy, f.free, c.line
			FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id JOIN bench_fill f ON f.code = k.code`,
		"CREATE INDEX ON bench_feature USING gist (line)", "CREATE INDEX ON bench_node USING gist (at)", "VACUUM ANALYZE bench_feature, bench_node",
	} {
		if _, err := u.super.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// draw takes tiles of every zoom, the product's and the raw ones in turn, and holds each to the other.
func (u *ductRun) draw(ctx context.Context) error {
	if err := u.ready(ctx); err != nil {
		return fmt.Errorf("bench: features: %w", err)
	}
	draw := rand.New(rand.NewPCG(3, 4))
	for round := range ductRounds + 1 {
		for _, z := range ductZooms {
			var product, raw, again sample
			for range ductTiles {
				lon, lat := u.at(draw.IntN(u.side), draw.IntN(u.side))
				x, y := tileOf(lon, lat, z)
				start := time.Now()
				t, err := u.DuctMap.Tile(ctx, u.manager, u.day, z, x, y, nil)
				product.took = append(product.took, time.Since(start))
				if err != nil {
					return err
				}
				start = time.Now()
				want, err := u.rawTile(ctx, z, x, y)
				raw.took = append(raw.took, time.Since(start))
				if err != nil {
					return err
				}
				if off := len(t.Data) - len(want); max(off, -off)*50 > len(want) { // in another order some numbers are a byte longer
					return fmt.Errorf("bench: the tile %d/%d/%d has %d bytes, the raw one %d", z, x, y, len(t.Data), len(want))
				}
				start = time.Now()
				if _, err := u.DuctMap.Tile(ctx, u.manager, u.day, z, x, y, []string{t.Version}); err != nil {
					return err
				}
				again.took = append(again.took, time.Since(start))
			}
			if round > 0 { // the first fills caches and pools
				u.found.tiles[z], u.found.raw[z], u.found.again[z] = append(u.found.tiles[z], product), append(u.found.raw[z], raw), append(u.found.again[z], again)
			}
		}
	}
	return nil
}

func (u *ductRun) rawTile(ctx context.Context, z, x, y int) (out []byte, err error) {
	if err := u.super.QueryRow(ctx, rawTile, z, x, y, resolution(z)).Scan(&out); err != nil || z < ductmap.NodesFrom {
		return out, err
	}
	var nodes []byte
	err = u.super.QueryRow(ctx, rawNodes, z, x, y).Scan(&nodes)
	return append(out, nodes...), err
}

// tileOf is the square of the Web Mercator grid in which a place lies.
func tileOf(lon, lat float64, z int) (x, y int) {
	n := float64(int(1) << z)
	phi := lat * math.Pi / 180
	return int((lon + 180) / 360 * n), int((1 - math.Log(math.Tan(phi)+1/math.Cos(phi))/math.Pi) / 2 * n)
}

func (r ductResult) write(out io.Writer, m machine) error {
	met := func(ok bool) string {
		if ok {
			return "met"
		}
		return "NOT MET"
	}
	p50, priced := r.plans.quantile(.5), r.priced.quantile(.5)
	_, err := fmt.Fprintf(out, `
%s

A survey of %d segments, %d nodes and %d units is taken in, checked and applied in %.1f s; under %.0f s: %s
Up to three ways between two of the nodes (%d plans, %d ways) by length: p50 %s, p95 %s; under %d ms: %s
  by tariff: p50 %s, p95 %s; under %d ms: %s
  the first plan, which reads the network, took %s; the first after a change of who holds what %s
`, m.line(), r.segments, r.nodes, r.units, r.imported.Seconds(), importBar.Seconds(), met(r.imported < importBar),
		2*len(r.plans.took), r.found, milli(p50), milli(r.plans.quantile(.95)), planBar.Milliseconds(), met(p50 < planBar),
		milli(priced), milli(r.priced.quantile(.95)), planBar.Milliseconds(), met(priced < planBar), r.read.Round(time.Millisecond), r.reread.Round(time.Millisecond))
	if err != nil {
		return err
	}
	unequal := r.oracle.write(out)
	if _, err := fmt.Fprintf(out, "Tiles, medians of %d rounds (lowest–highest), against ST_AsMVT over the same features ready-made; under %.1f at p50\n", ductRounds, tileBar); err != nil {
		return err
	}
	half := func(s sample) float64 { return float64(s.quantile(.5)) }
	for _, z := range ductZooms {
		ratio := compare(r.tiles[z], r.raw[z], func(a, b sample) float64 { return half(a) / half(b) })
		known := compare(r.again[z], r.raw[z], func(a, b sample) float64 { return half(a) / half(b) })
		t, raw := join(r.tiles[z]), join(r.raw[z])
		_, err := fmt.Fprintf(out, "  zoom %d  p50 %s, p95 %s, raw p50 %s; ratio %.2f (%.2f–%.2f): %s; asked for again %.2f\n", z, milli(t.quantile(.5)), milli(t.quantile(.95)), milli(raw.quantile(.5)),
			ratio.median, ratio.low, ratio.high, met(ratio.median < tileBar), known.median)
		if err != nil {
			return err
		}
	}
	return unequal
}
