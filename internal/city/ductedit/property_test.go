package ductedit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
)

// TestTheNetworkHolds: whatever is split, cut, taken out, said, laid by a file, let, given back and undone in whatever order, nothing is
// held twice, nothing lies in what is not there, what a segment's page, the map, the planner and a reservation take to be free is on any
// day what the tables say of each unit, all that is billed for a road is what was, a lease holds its units on every part of its way, and
// the network of an earlier day is as it was.
func TestTheNetworkHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := &walk{stage: newStage(t), rand: rand.New(rand.NewPCG(seed, 7)), on: day("2026-02-01")}
			w.early, w.billed = w.seen(t, "2026-01-15"), w.roads(t, "2026-01-15")
			done := map[string]int{}
			for range 60 {
				act, err := w.step(t)
				switch f := fault.From(err); {
				case err == nil:
					done[act]++
				case f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Kind == fault.NotFound:
				default:
					t.Fatalf("%s: %v", act, err)
				}
				w.check(t, act)
			}
			t.Logf("%v", done)
			for _, act := range []string{"split", "undo", "reserve", "import", "undo import"} {
				if done[act] == 0 {
					t.Errorf("nothing was %s", act)
				}
			}
		})
	}
}

// walk is a random way through a year.
type walk struct {
	*stage
	rand    *rand.Rand
	on      time.Time // the day of the next act
	n       int
	changes []uuid.UUID
	files   []uuid.UUID
	held    []uuid.UUID
	early   []string
	billed  map[string]int64
	kept    []kept
}

// kept is how the network was on a day when it was the present.
type kept struct {
	on   string
	seen []string
}

func (w *walk) step(t *testing.T) (string, error) {
	w.on = w.on.AddDate(0, 0, w.rand.IntN(4))
	on := w.on.Format(time.DateOnly)
	all, err := w.ducts.Segments(w.ctx, w.manager, w.on, duct.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	s := all[w.rand.IntN(len(all))]
	_, units, err := w.ducts.Segment(w.ctx, w.manager, s.Code, w.on)
	if err != nil {
		t.Fatal(err)
	}
	var unit uuid.UUID
	if len(units) > 0 {
		unit = units[w.rand.IntN(len(units))].ID
	}
	did := func(id uuid.UUID, err error) error {
		if err == nil {
			w.changes = append(w.changes, id)
		}
		return err
	}
	switch x := w.rand.IntN(14); {
	case x >= 12 && len(w.files) > 0:
		k := len(w.files) - 1 - w.rand.IntN(min(3, len(w.files)))
		err := w.surveys.Undo(w.ctx, w.manager, w.files[k], "x")
		if err == nil {
			w.kept = nil
		}
		return "undo import", err
	case x >= 10:
		return "import", w.load(t, s)
	case x < 3:
		w.n++
		in := Split{Segment: s.Code, OnDay: w.on, MM: 1 + w.rand.Int64N(s.LengthMM), Node: fmt.Sprintf("N%d", w.n), Kind: duct.Handhole, First: fmt.Sprintf("P%dA", w.n), Second: fmt.Sprintf("P%dB", w.n), Why: "x"}
		if act := "split"; x > 0 || unit == uuid.Nil {
			return act, did(w.Split(w.ctx, w.manager, in))
		}
		in.Cut, in.CutAs, in.Backward = unit, CutAs()[w.rand.IntN(3)], w.rand.IntN(2) == 0
		return "cut", did(w.Split(w.ctx, w.manager, in))
	case x == 3:
		return "state", did(w.SetState(w.ctx, w.manager, State{Unit: unit, OnDay: w.on, Condition: duct.Conditions()[w.rand.IntN(4)], Purpose: []string{"", "", duct.Government}[w.rand.IntN(3)], Within: w.rand.IntN(2) == 0, Why: "x"}))
	case x == 4:
		return "take out", did(w.TakeOut(w.ctx, w.manager, unit, w.on, "x"))
	case x < 7 && len(w.changes) > 0:
		k := len(w.changes) - 1 - w.rand.IntN(min(3, len(w.changes)))
		err := w.Undo(w.ctx, w.manager, w.changes[k], "x")
		if err == nil {
			w.kept = nil // what the undone change had made of those days was never so
		}
		return "undo", err
	case x < 9 || len(w.held) == 0:
		w.n++
		in := lease.ReserveInput{Operator: w.operator, Kind: duct.UnitKinds()[w.rand.IntN(3)], Quantity: 1, Since: w.on.AddDate(0, 0, w.rand.IntN(60)), Days: 300, Key: fmt.Sprint("w", w.n)}
		if w.rand.IntN(2) == 0 {
			in.Until = in.Since.AddDate(0, 0, 30+w.rand.IntN(300))
		}
		for _, s := range all {
			if w.rand.IntN(2) == 0 {
				in.Segments = append(in.Segments, s.ID)
			}
		}
		free := w.free(t, all, in)
		l, err := w.leases.Reserve(w.ctx, w.manager, in)
		if err == nil {
			w.held = append(w.held, l.ID)
		}
		if err == nil && free == 0 || fault.Is(err, "lease.full") && free > 0 {
			t.Fatalf("%d of a %s are free for %s to %s by the plan, and it is reserved: %v", free, in.Kind, in.Since.Format(time.DateOnly), in.Until.Format(time.DateOnly), err)
		}
		return "reserve", err
	default:
		id := w.held[w.rand.IntN(len(w.held))]
		if w.rand.IntN(2) == 0 {
			return "cancel", w.leases.Cancel(w.ctx, w.manager, id, "x")
		}
		err := w.leases.Order(w.ctx, w.manager, id)
		if err == nil {
			err = w.leases.AcceptOn(w.ctx, w.manager, id, day(on))
		}
		if err == nil {
			err = w.leases.End(w.ctx, w.manager, id, w.on.AddDate(0, 0, 30+w.rand.IntN(90)), "x")
		}
		return "end", err
	}
}

// load lays more in a segment than it has, or less, by a file.
func (w *walk) load(t *testing.T, s duct.Segment) error {
	t.Helper()
	f := geojson.NewFeature(s.Line)
	f.Properties = geojson.Properties{"code": s.Code, "ducts": 1 + w.rand.IntN(3), "subducts": 1 + w.rand.IntN(4), "micros": w.rand.IntN(3)}
	body, err := json.Marshal(geojson.NewFeatureCollection().Append(f))
	if err != nil {
		t.Fatal(err)
	}
	i, err := w.surveys.Load(w.ctx, w.manager, ductsurvey.ImportInput{Title: "Saluran tambahan", Source: "Dinas", OnDay: w.on, Format: ductsurvey.GeoJSON, Body: bytes.NewReader(body)})
	if err == nil {
		w.files = append(w.files, i.ID)
	}
	return err
}

// roads are the billed lengths of a day by road.
func (w *walk) roads(t *testing.T, on string) map[string]int64 {
	t.Helper()
	all, err := w.ducts.Segments(w.ctx, w.manager, day(on), duct.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, s := range all {
		out[s.Road] += s.Billed()
	}
	return out
}

func (w *walk) check(t *testing.T, act string) {
	t.Helper()
	on := w.on.Format(time.DateOnly)
	if got := w.seen(t, "2026-01-15"); !slices.Equal(got, w.early) {
		t.Fatalf("after %s an earlier day is\n%s\nand was\n%s", act, strings.Join(got, "\n"), strings.Join(w.early, "\n"))
	}
	for _, k := range w.kept {
		if got := w.structure(w.seen(t, k.on)); k.on < on && !slices.Equal(got, k.seen) {
			t.Fatalf("after %s on %s, %s is\n%s\nand was\n%s", act, on, k.on, strings.Join(got, "\n"), strings.Join(k.seen, "\n"))
		}
	}
	if got := w.roads(t, on); fmt.Sprint(got) != fmt.Sprint(w.billed) {
		t.Fatalf("after %s %v is billed, and was %v", act, got, w.billed)
	}
	for _, days := range []int{-20, 0, 45} {
		w.agree(t, fmt.Sprintf("after %s on %s (%+d)", act, on, days), w.on.AddDate(0, 0, days))
	}
	var wrong []string
	// A unit is held once at most; what is let lies there all the time, what is in it is held whether it still does or not; and of every lease each day of its holds as many units on each part as it took.
	err := w.w.DB.App.NewRaw(`SELECT 'twice ' || a.unit_id FROM duct_hold a JOIN duct_hold b ON b.tenant_id = a.tenant_id AND b.unit_id = a.unit_id AND b.lease_id <> a.lease_id AND a.during && b.during AND b.released_at IS NULL WHERE a.tenant_id = ?0 AND a.released_at IS NULL
		UNION ALL SELECT 'hold of what is not there ' || l.number || ' ' || u.id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = h.unit_id JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
			WHERE h.tenant_id = ?0 AND h.released_at IS NULL AND (u.voided_by IS NOT NULL OR h.own AND NOT daterange(u.since, u.until) @> h.during)
		UNION ALL SELECT 'orphan ' || u.id FROM duct_unit u LEFT JOIN duct_unit p ON p.tenant_id = u.tenant_id AND p.id = u.parent_id WHERE u.tenant_id = ?0 AND u.voided_by IS NULL
			AND (p.voided_by IS NOT NULL OR NOT EXISTS (SELECT FROM duct_segment_state c WHERE c.tenant_id = u.tenant_id AND c.segment_id = u.segment_id AND c.voided_by IS NULL))
		UNION ALL SELECT 'gap ' || l.number FROM duct_lease l JOIN duct_hold h ON h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own AND h.released_at IS NULL
			WHERE l.tenant_id = ?0 AND h.taken_id IS NOT NULL AND NOT EXISTS (SELECT FROM duct_hold o WHERE o.tenant_id = h.tenant_id AND o.lease_id = h.lease_id AND o.released_at IS NULL AND upper(o.during) = lower(h.during)
				AND o.unit_id = (SELECT was_id FROM duct_unit u WHERE u.tenant_id = h.tenant_id AND u.id = h.unit_id))
		UNION ALL SELECT 'unheld half ' || l.number FROM duct_hold o JOIN duct_lease l ON l.tenant_id = o.tenant_id AND l.id = o.lease_id
			WHERE o.tenant_id = ?0 AND o.parted_by IS NOT NULL AND o.released_at IS NULL AND l.state IN ('reserved', 'ordered', 'active')
			AND (SELECT count(*) FROM duct_unit n JOIN duct_hold h ON h.tenant_id = n.tenant_id AND h.unit_id = n.id AND h.lease_id = o.lease_id AND h.released_at IS NULL WHERE n.tenant_id = o.tenant_id AND n.was_id = o.unit_id AND n.voided_by IS NULL) <> 2`, w.w.Batam.ID).Scan(w.ctx, &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 {
		t.Fatalf("after %s: %v", act, wrong)
	}
	w.kept = slices.DeleteFunc(w.kept, func(k kept) bool { return k.on == on })
	w.kept = append(w.kept, kept{on, w.structure(w.seen(t, on))})
	if len(w.kept) > 4 {
		k := w.rand.IntN(4)
		w.kept = slices.Delete(w.kept, k, k+1)
	}
}

// free is how many units the planner finds for a reservation where it finds the fewest; none where a segment is not there all the time.
func (w *walk) free(t *testing.T, all []duct.Segment, in lease.ReserveInput) int {
	t.Helper()
	fewest := math.MaxInt
	for _, s := range all {
		if !slices.Contains(in.Segments, s.ID) {
			continue
		}
		from, to, err := w.Ends(w.ctx, w.manager, s)
		if err != nil {
			t.Fatal(err)
		}
		ways, err := w.leases.PlanOn(w.ctx, lease.PlanInput{From: from, To: to, Kind: in.Kind, Since: in.Since, Until: in.Until, Only: map[uuid.UUID]bool{s.ID: true}, Full: true})
		switch {
		case fault.Is(err, "lease.no_node") || err == nil && len(ways) == 0:
			return 0
		case err != nil:
			t.Fatal(err)
		}
		fewest = min(fewest, ways[0].Steps[0].Free)
	}
	return fewest
}

// agree checks what is said of each segment on a day by its page, by the map and by the planner against what the tables say of its units,
// one at a time: held with anything around or in it, else kept back with anything around it, else free.
func (w *walk) agree(t *testing.T, when string, on time.Time) {
	t.Helper()
	var units []*struct {
		ID, SegmentID uuid.UUID
		ParentID      uuid.NullUUID
		Kind          string
		Held, Shut    bool
	}
	err := w.w.DB.App.NewRaw(`SELECT u.id, u.segment_id, u.parent_id, u.kind,
			EXISTS (SELECT FROM duct_hold h WHERE h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.own AND h.released_at IS NULL AND h.during @> ?1::date) AS held,
			EXISTS (SELECT FROM duct_unit_state b WHERE b.tenant_id = u.tenant_id AND b.unit_id = u.id AND b.voided_by IS NULL AND daterange(b.since, b.until) @> ?1::date AND (b.condition <> 'good' OR b.purpose <> '')) AS shut
		FROM duct_unit u WHERE u.tenant_id = ?0 AND u.voided_by IS NULL AND daterange(u.since, u.until) @> ?1::date`, w.w.Batam.ID, on.Format(time.DateOnly)).Scan(w.ctx, &units)
	if err != nil {
		t.Fatal(err)
	}
	outer, shut, held, parted := map[uuid.UUID]uuid.UUID{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, u := range units {
		outer[u.ID], shut[u.ID], held[u.ID], parted[u.ParentID.UUID] = u.ParentID.UUID, u.Shut, u.Held, true
	}
	around := func(id uuid.UUID) (all []uuid.UUID) { // with itself
		for ; id != uuid.Nil; id = outer[id] {
			all = append(all, id)
		}
		return all
	}
	for _, u := range units {
		of := around(u.ID)
		u.Shut = slices.ContainsFunc(of, func(id uuid.UUID) bool { return shut[id] })
		u.Held = slices.ContainsFunc(of, func(id uuid.UUID) bool { return held[id] })
		for _, x := range units {
			u.Held = u.Held || held[x.ID] && slices.Contains(around(x.ID), u.ID)
		}
	}
	type place struct {
		segment uuid.UUID
		kind    string
	}
	stocks, fills := map[place]lease.Stock{}, map[uuid.UUID]lease.Fill{}
	for _, u := range units {
		k, f := stocks[place{u.SegmentID, u.Kind}], fills[u.SegmentID]
		k.Kind = u.Kind
		k.Units++
		free := false
		switch {
		case u.Held:
			k.Held++
		case u.Shut:
			k.Kept++
		default:
			k.Free++
			free = true
		}
		bare := u.Kind == duct.Duct && !parted[u.ID]
		if u.Kind == duct.Subduct || bare {
			f.Places++
			if u.Held {
				f.Held++
			}
			if free && !bare {
				f.Free++
			}
		}
		stocks[place{u.SegmentID, u.Kind}], fills[u.SegmentID] = k, f
	}
	mapped, err := w.leases.Fills(w.ctx, on)
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.ducts.Segments(w.ctx, w.manager, on, duct.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range all {
		if mapped[s.ID] != fills[s.ID] {
			t.Fatalf("%s the map says %+v of %s, which is %+v", when, mapped[s.ID], s.Code, fills[s.ID])
		}
		stock, _, err := w.leases.Occupancy(w.ctx, w.manager, s.ID, on)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]lease.Stock{}
		for _, k := range stock {
			said[k.Kind] = k
		}
		for n, kind := range duct.UnitKinds() {
			k := stocks[place{s.ID, kind}]
			if said[kind] != k {
				t.Fatalf("%s the page says %+v of %s, which has %+v", when, said[kind], s.Code, k)
			}
			if n != (w.n+i)%3 {
				continue // the planner is asked about one kind of each segment
			}
			in := lease.ReserveInput{Segments: []uuid.UUID{s.ID}, Kind: kind, Since: on, Until: on.AddDate(0, 0, 1)}
			if free := w.free(t, []duct.Segment{s}, in); free != k.Free {
				t.Fatalf("%s the planner says that %d %ss of %s are free, which has %+v", when, free, kind, s.Code, k)
			}
		}
	}
}

// structure is the network without who holds it, which is let for days gone by too.
func (w *walk) structure(seen []string) []string {
	out := make([]string, len(seen))
	for i, line := range seen {
		var words []string
		for _, x := range strings.Fields(line) {
			if !strings.HasPrefix(x, "SWD-") {
				words = append(words, strings.TrimSuffix(x, ","))
			}
		}
		out[i] = strings.Join(words, " ")
	}
	return out
}
