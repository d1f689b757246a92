package lease

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// TestTheLastSubductHasOneHolder: of two hundred operators who ask for it at the same time one gets it, and the others are told
// which segment is full.
func TestTheLastSubductHasOneHolder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	st.reserve(t, st.asks(t, "first", "AB", "BC")) // one of two on AB
	in := st.asks(t, "", "AB", "BC")
	var won, full atomic.Int32
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			ask := in
			ask.Key = fmt.Sprint("order ", i)
			switch _, err := st.Reserve(st.ctx, st.manager, ask); {
			case err == nil:
				won.Add(1)
			case fault.Is(err, "lease.full"):
				full.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || full.Load() != 199 {
		t.Errorf("%d won, %d were told that it is full", won.Load(), full.Load())
	}
	var held int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM duct_hold WHERE tenant_id = ? AND own AND released_at IS NULL", st.w.Batam.ID).Scan(st.ctx, &held); err != nil || held != 4 {
		t.Errorf("%d units are held, want 4: %v", held, err)
	}
}

// TestTheDatabaseRefusesASecondHold: whatever the code does.
func TestTheDatabaseRefusesASecondHold(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	a, b := st.reserve(t, st.asks(t, "a", "AB")), st.reserve(t, st.asks(t, "b", "AB"))
	_, err := st.w.DB.App.NewRaw("UPDATE duct_hold h SET unit_id = (SELECT unit_id FROM duct_hold WHERE tenant_id = ?0 AND lease_id = ?1 AND own) WHERE tenant_id = ?0 AND lease_id = ?2 AND own",
		st.w.Batam.ID, a.ID, b.ID).Exec(st.ctx)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "23P01" || pg.ConstraintName != "duct_hold_once" {
		t.Errorf("one subduct is held twice: %v", err)
	}
}

// TestWhatLiesInAnother: a duct is not free while a subduct in it is held, nor a subduct while its duct is; and each is again
// when the other was given back.
func TestWhatLiesInAnother(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	whole := func(key string) ReserveInput {
		in := st.asks(t, key, "AB")
		in.Kind = duct.Duct
		return in
	}
	sub := st.reserve(t, st.asks(t, "sub", "AB"))
	if _, err := st.Reserve(st.ctx, st.manager, whole("whole")); !fault.Is(err, "lease.full") {
		t.Errorf("a duct with a held subduct: %v", err)
	}
	if err := st.Cancel(st.ctx, st.manager, sub.ID, "tidak jadi"); err != nil {
		t.Fatal(err)
	}
	duct := st.reserve(t, whole("whole"))
	if _, err := st.Reserve(st.ctx, st.manager, st.asks(t, "again", "AB")); !fault.Is(err, "lease.full") {
		t.Errorf("a subduct in a held duct: %v", err)
	}
	// From the day on which the duct is given back, the subduct is free.
	for _, err := range []error{st.Order(st.ctx, st.manager, duct.ID), st.Accept(st.ctx, st.manager, duct.ID), st.End(st.ctx, st.manager, duct.ID, day("2027-06-01"), "berakhir")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	later := st.asks(t, "later", "AB")
	later.Since = day("2027-05-31")
	if _, err := st.Reserve(st.ctx, st.manager, later); !fault.Is(err, "lease.full") {
		t.Errorf("a day too early: %v", err)
	}
	later.Since = day("2027-06-01")
	st.reserve(t, later)
}

// TestAReservationRunsOut: what nobody orders in time is free again; what was ordered stays.
func TestAReservationRunsOut(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	a, b := st.reserve(t, st.asks(t, "a", "AB")), st.reserve(t, st.asks(t, "b", "AB"))
	if again := st.reserve(t, st.asks(t, "b", "AB")); again.ID != b.ID || again.Number != b.Number {
		t.Errorf("a repetition is another lease: %+v", again)
	}
	if err := st.Order(st.ctx, st.manager, a.ID); err != nil {
		t.Fatal(err)
	}
	st.at = st.at.AddDate(0, 0, 31)
	if err := st.Order(st.ctx, st.manager, b.ID); !fault.Is(err, "lease.wrong_state") {
		t.Errorf("ordered after it had run out: %v", err)
	}
	for range 2 {
		if err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.expire(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	st.reserve(t, st.asks(t, "c", "AB"))
	if _, err := st.Reserve(st.ctx, st.manager, st.asks(t, "d", "AB")); !fault.Is(err, "lease.full") {
		t.Errorf("what was ordered is free: %v", err)
	}
}

// TestWhatCannotBeReserved names each fault.
func TestWhatCannotBeReserved(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	unknown, err := st.Apply(st.ctx, st.manager, Operator{Name: "Baru", NIB: "9999999999990", Licence: "x", Email: "a@b.id"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*ReserveInput)
		code   string
	}{
		"no operator":        {func(in *ReserveInput) { in.Operator = uuid.New() }, "lease.no_operator"},
		"one not approved":   {func(in *ReserveInput) { in.Operator = unknown.ID }, "lease.not_approved"},
		"no segment":         {func(in *ReserveInput) { in.Segments = []uuid.UUID{uuid.New()} }, "lease.no_segment"},
		"one twice":          {func(in *ReserveInput) { in.Segments = append(in.Segments, in.Segments[0]) }, "input.invalid"},
		"before it was laid": {func(in *ReserveInput) { in.Since, in.Until = day("2025-06-01"), day("2025-07-01") }, "lease.no_segment"},
		"ends first":         {func(in *ReserveInput) { in.Until = in.Since }, "input.invalid"},
		"too many":           {func(in *ReserveInput) { in.Quantity = 3 }, "lease.full"},
		"no such kind":       {func(in *ReserveInput) { in.Kind = "pipa" }, "input.invalid"},
		"none lies there":    {func(in *ReserveInput) { in.Kind = duct.Microduct }, "lease.full"},
	} {
		in := st.asks(t, name, "AB")
		c.change(&in)
		if _, err := st.Reserve(st.ctx, st.manager, in); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := st.Apply(st.ctx, st.manager, Operator{Name: "Lagi", NIB: "9999999999990", Licence: "x", Email: "a@b.id"}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("one business number for two: %v", err)
	}
}

// shut are segments that works shut.
type shut map[uuid.UUID]string

func (s shut) Under(context.Context, time.Time, time.Time) (map[uuid.UUID]string, error) {
	return s, nil
}

// TestAWayIsPlanned: the shortest with enough free first, others after it, around what is full, damaged or under works, with
// whose ground it crosses.
func TestAWayIsPlanned(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	in := PlanInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Ways: 3}
	short, long := "A-B-C 200 m", "A-D-C 430 m"
	if got := st.ways(t, in); !slices.Equal(got, []string{short, long}) {
		t.Errorf("%q", got)
	}
	all, err := st.Plan(st.ctx, st.manager, in)
	if err != nil || !slices.Equal(all[0].Authorities, []string{"pemko", "bp_batam"}) || all[0].Steps[0].Free != 2 {
		t.Errorf("%v %+v", err, all)
	}
	two := in
	two.Quantity = 3
	if got := st.ways(t, two); !slices.Equal(got, []string{long}) {
		t.Errorf("three: %q", got)
	}
	st.reserve(t, st.asks(t, "a", "AB"))
	st.reserve(t, st.asks(t, "b", "AB"))
	if got := st.ways(t, in); !slices.Equal(got, []string{long}) {
		t.Errorf("full: %q", got)
	}
	before := in
	before.Since, before.Until = day("2026-06-01"), day("2026-12-01")
	if got := st.ways(t, before); !slices.Equal(got, []string{short, long}) {
		t.Errorf("before it is held: %q", got)
	}
	dear := in
	dear.Since = day("2026-06-01")
	dear.Until = day("2026-12-01")
	dear.Price = func(s Step) float64 {
		return map[string]float64{"pemko": 1, "bp_batam": 100}[s.Authority] * float64(s.LengthMM)
	}
	if got := st.ways(t, dear); !slices.Equal(got, []string{long}) { // the other is 23 times as dear, and so no choice
		t.Errorf("by price: %q", got)
	}
	works := in
	ad := st.ids(t, "AD")[0]
	works.Avoid = func(id uuid.UUID) string {
		if id == ad {
			return "works"
		}
		return ""
	}
	if got := st.ways(t, works); len(got) != 0 {
		t.Errorf("under works: %q", got)
	}
	// What works shut is avoided besides, whatever else is.
	st.d.Works = shut{st.ids(t, "AB")[0]: "PKJ-1"}
	for avoid, want := range map[uuid.UUID][]string{uuid.Nil: {long}, ad: nil} {
		both := before
		both.Avoid = func(id uuid.UUID) string {
			if id == avoid {
				return "claimed"
			}
			return ""
		}
		if got := st.ways(t, both); !slices.Equal(got, want) {
			t.Errorf("works and %s: %q", avoid, got)
		}
	}
	st.d.Works = nil
	// One reading serves every day: a segment that is damaged from a day on is avoided by whoever wants it until then or later.
	st.lay(t, "2027-06-01", segment("AD", "A", "D", [][2]float64{{0, 0}, {0, 250}}, `, "authority": "pemko", "condition": "damaged"`))
	for days, want := range map[[2]string][]string{{"2027-05-01", "2027-06-01"}: {long}, {"2027-05-01", "2027-06-02"}: nil, {"2027-05-01", ""}: nil, {"2027-06-01", "2027-06-02"}: nil} {
		late, ask := in, st.asks(t, days[0]+days[1], "AD")
		late.Since, ask.Since = day(days[0]), day(days[0])
		if days[1] != "" {
			late.Until, ask.Until = day(days[1]), day(days[1])
		}
		if got := st.ways(t, late); !slices.Equal(got, want) {
			t.Errorf("%v: %q", days, got)
		}
		l, err := st.Reserve(st.ctx, st.manager, ask)
		if (err == nil) != (want != nil) || err != nil && !fault.Is(err, "lease.unfit") {
			t.Errorf("%v is reserved: %v", days, err)
		}
		if err == nil {
			if err := st.Cancel(st.ctx, st.manager, l.ID, "x"); err != nil {
				t.Error(err)
			}
		}
	}
	// What is damaged for some days in the middle is on no way that needs them, and can be kept by who lies in it already.
	st.lay(t, "2027-08-01", segment("AD", "A", "D", [][2]float64{{0, 0}, {0, 250}}, `, "authority": "pemko", "condition": "good"`))
	for days, want := range map[[2]string][]string{{"2027-05-01", "2027-09-01"}: nil, {"2027-08-01", ""}: {long}} {
		late := in
		late.Since = day(days[0])
		if days[1] != "" {
			late.Until = day(days[1])
		}
		if got := st.ways(t, late); !slices.Equal(got, want) {
			t.Errorf("damaged in between, %v: %q", days, got)
		}
	}
	mine := st.asks(t, "mine", "AD")
	mine.Since, mine.Until = day("2027-04-01"), day("2027-05-01")
	renewal := st.asks(t, "renewal", "AD")
	renewal.Since, renewal.Renews = day("2027-05-01"), st.reserve(t, mine).ID
	if _, err := st.Reserve(st.ctx, st.manager, renewal); err != nil {
		t.Errorf("renewed: %v", err)
	}
	for _, none := range []PlanInput{{From: "A", To: "Z", Since: st.at}, {From: "A", To: "C", Since: day("2025-12-31")}} {
		none.Kind = duct.Subduct
		if _, err := st.Plan(st.ctx, st.manager, none); !fault.Is(err, "lease.no_node") {
			t.Errorf("%s to %s: %v", none.From, none.To, err)
		}
	}
}

// TestWhatIsOnlyPlanned is no way and holds nothing until the day from which it is built: nobody plans over it, reserves it, or sees it as
// free, and from that day on it is a segment like any other.
func TestWhatIsOnlyPlanned(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	ab := [][2]float64{{0, 0}, {100, 0}}
	st.lay(t, "2026-01-01", node("A", 0, 0), node("B", 100, 0), node("C", 100, 100),
		segment("AB", "A", "B", ab, `, "authority": "pemko", "class": "planned", "ducts": 1, "subducts": 2`),
		segment("BC", "B", "C", [][2]float64{{100, 0}, {100, 100}}, `, "authority": "pemko", "class": "as_built", "ducts": 1, "subducts": 2`))
	id := st.ids(t, "AB")[0]
	look := func(name, since, until string, free int, code string) {
		t.Helper()
		in, ask := PlanInput{From: "B", To: "A", Kind: duct.Subduct, Quantity: 1, Since: day(since)}, st.asks(t, name, "AB")
		ask.Since = in.Since
		if until != "" {
			in.Until, ask.Until = day(until), day(until)
		}
		ways, err := st.Plan(st.ctx, st.manager, in)
		if err != nil && !fault.Is(err, "lease.no_node") || (len(ways) > 0) != (code == "") {
			t.Errorf("%s: %d ways, %v", name, len(ways), err)
		}
		fills, err := st.Fills(st.ctx, in.Since)
		if err != nil || fills[id].Free != free || (fills[id].Places > 0) != (free > 0) {
			t.Errorf("%s: %+v, %v", name, fills[id], err)
		}
		stock, _, err := st.Occupancy(st.ctx, st.manager, id, in.Since)
		if err != nil || len(stock) != 2 || stock[1].Free != free || stock[1].Free+stock[1].Kept != 2 {
			t.Errorf("%s: %+v, %v", name, stock, err)
		}
		l, err := st.Reserve(st.ctx, st.manager, ask)
		if code == "" && err == nil {
			err = st.Cancel(st.ctx, st.manager, l.ID, "x")
		}
		if code == "" && err != nil || code != "" && !fault.Is(err, code) {
			t.Errorf("%s is reserved: %v", name, err)
		}
	}
	look("planned", "2026-12-01", "", 0, "lease.no_segment")
	st.lay(t, "2027-03-01", segment("AB", "A", "B", ab, `, "authority": "pemko", "class": "as_built"`))
	look("before it is built", "2026-12-01", "2027-02-01", 0, "lease.no_segment")
	look("from before it is built", "2027-02-28", "", 0, "lease.no_segment")
	look("from the day", "2027-03-01", "", 2, "")
}

// TestAPriceKnowsWhatIsOnTheWay: where a pole costs more than a detour, the cheapest way goes around it, on the days on which it is one.
func TestAPriceKnowsWhatIsOnTheWay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	st.lay(t, "2026-06-01", strings.Replace(node("B", 100, 0), "manhole", "pole", 1))
	in := PlanInput{From: "A", To: "C", Kind: duct.Subduct, Quantity: 1, Since: day("2026-12-01"), Price: func(s Step) float64 {
		cost := float64(s.LengthMM) / 1000
		for _, k := range s.Ends {
			if k == duct.Pole {
				cost += 300 // half of it
			}
		}
		return cost
	}}
	if got := st.ways(t, in); len(got) != 1 || !strings.HasPrefix(got[0], "A-D-C") {
		t.Errorf("%v", got)
	}
	in.Since = day("2026-03-01")
	if got := st.ways(t, in); len(got) != 1 || !strings.HasPrefix(got[0], "A-B-C") {
		t.Errorf("before it was a pole: %v", got)
	}
}
