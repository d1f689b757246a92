package lease

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// published adds reasons for which one may be refused.
func (st *stage) published(t testing.TB) {
	t.Helper()
	for i, r := range []Refusal{{Code: "berkas", Operator: true}, {Code: "penuh", Lease: true}} {
		r.TenantID, r.Name, r.Source, r.Position, r.Offered = st.w.Batam.ID, i18n.Text{i18n.ID: r.Code, i18n.EN: r.Code}, "x", i+1, true
		if _, err := st.w.DB.App.NewInsert().Model(&r).Exec(st.ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatASegmentHolds: every unit is counted once, whoever holds it is named, and the days before and after say otherwise.
func TestWhatASegmentHolds(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	l := st.reserve(t, st.asks(t, "one", "BC"))
	bc := st.ids(t, "BC")[0]
	_, units, err := st.ducts.Segment(st.ctx, st.manager, "BC", st.at)
	if err != nil {
		t.Fatal(err)
	}
	kept := units[len(units)-1] // the last subduct of the second duct
	_, err = st.w.DB.App.NewRaw("INSERT INTO duct_unit_state (tenant_id, id, unit_id, since, condition, purpose, change_id) VALUES (?, ?, ?, '2026-01-01', 'good', 'maintenance', ?)",
		kept.TenantID, uuid.New(), kept.ID, kept.ChangeID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{
		"2026-11-30": "[{duct 2 0 0 2} {subduct 6 1 0 5}] 0",
		"2026-12-01": "[{duct 2 0 1 1} {subduct 6 1 1 4}] 1",
		"2025-12-31": "[] 0",
	} {
		stock, held, err := st.Occupancy(st.ctx, st.manager, bc, day(on))
		if got := fmt.Sprint(stock, " ", len(held)); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", on, got, err, want)
		}
		for _, h := range held {
			if h.Number != l.Number || h.OperatorName != "Operator Satu" || h.Units != 1 || h.Kind != duct.Subduct || !h.Until.IsZero() {
				t.Errorf("%+v", h)
			}
		}
	}
}

// TestWhatLiesInAShutDuct: while a duct is damaged, and nothing is said of what is in it, no subduct and no microduct in it is free to
// the segment's page, the map, the planner or who reserves; what is let stays held, and is renewed, unless the duct is kept back.
func TestWhatLiesInAShutDuct(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	line := [][2]float64{{0, 0}, {100, 0}}
	st.lay(t, "2026-01-01", node("A", 0, 0), node("B", 100, 0), segment("AB", "A", "B", line, `, "authority": "pemko", "ducts": 1, "subducts": 2, "micros": 2`))
	id := st.ids(t, "AB")[0]
	mine := st.asks(t, "mine", "AB")
	mine.Until = day("2027-02-01")
	held := st.reserve(t, mine)
	_, err := st.w.DB.App.NewRaw(`INSERT INTO duct_unit_state (tenant_id, id, unit_id, since, until, condition, purpose, change_id)
		SELECT u.tenant_id, gen_random_uuid(), u.id, d.since, d.until, d.condition, d.purpose, u.change_id
		FROM duct_unit u, (VALUES (date '2027-01-01', date '2027-03-01', 'damaged', ''), ('2027-05-01', '2027-06-01', 'good', 'government')) d (since, until, condition, purpose)
		WHERE u.tenant_id = ? AND u.kind = 'duct'`, st.w.Batam.ID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		on, stock  string
		fill       Fill
		subs, tiny int // free for a day
	}{
		{"2026-12-31", "[{duct 1 0 1 0} {subduct 2 0 1 1} {microduct 4 0 2 2}]", Fill{2, 1, 1}, 1, 2},
		{"2027-01-01", "[{duct 1 0 1 0} {subduct 2 1 1 0} {microduct 4 2 2 0}]", Fill{2, 1, 0}, 0, 0},
		{"2027-02-28", "[{duct 1 1 0 0} {subduct 2 2 0 0} {microduct 4 4 0 0}]", Fill{2, 0, 0}, 0, 0},
		{"2027-03-01", "[{duct 1 0 0 1} {subduct 2 0 0 2} {microduct 4 0 0 4}]", Fill{2, 0, 2}, 2, 4},
		{"2027-05-01", "[{duct 1 1 0 0} {subduct 2 2 0 0} {microduct 4 4 0 0}]", Fill{2, 0, 0}, 0, 0},
	} {
		stock, _, err := st.Occupancy(st.ctx, st.manager, id, day(tt.on))
		if got := fmt.Sprint(stock); err != nil || got != tt.stock {
			t.Errorf("%s: the page says %s %v, want %s", tt.on, got, err, tt.stock)
		}
		fills, err := st.Fills(st.ctx, day(tt.on))
		if err != nil || fills[id] != tt.fill {
			t.Errorf("%s: the map says %+v %v, want %+v", tt.on, fills[id], err, tt.fill)
		}
		for kind, want := range map[string]int{duct.Subduct: tt.subs, duct.Microduct: tt.tiny} {
			ask := st.asks(t, tt.on+kind, "AB")
			ask.Kind, ask.Since, ask.Until = kind, day(tt.on), day(tt.on).AddDate(0, 0, 1)
			ways, err := st.Plan(st.ctx, st.manager, PlanInput{From: "A", To: "B", Kind: kind, Quantity: 1, Since: ask.Since, Until: ask.Until})
			if err != nil || (len(ways) > 0) != (want > 0) || want > 0 && ways[0].Steps[0].Free != want {
				t.Errorf("%s: %+v is planned for a %s, %v; %d are free", tt.on, ways, kind, err, want)
			}
			ask.Quantity = max(want, 1)
			l, err := st.Reserve(st.ctx, st.manager, ask)
			if want == 0 && !fault.Is(err, "lease.full") || want > 0 && err != nil {
				t.Errorf("%s: a %s is reserved: %v", tt.on, kind, err)
			}
			if err == nil {
				err = st.Cancel(st.ctx, st.manager, l.ID, "x")
			}
			if want > 0 && err != nil {
				t.Fatal(err)
			}
		}
	}
	renewal := st.asks(t, "renewal", "AB")
	renewal.Since, renewal.Until, renewal.Renews = day("2027-02-01"), day("2027-05-02"), held.ID
	if _, err := st.Reserve(st.ctx, st.manager, renewal); !fault.Is(err, "lease.full") {
		t.Errorf("renewed into a time in which its duct is kept back: %v", err)
	}
	renewal.Until = day("2027-05-01")
	if _, err := st.Reserve(st.ctx, st.manager, renewal); err != nil {
		t.Errorf("renewed in a damaged duct: %v", err)
	}
}

// TestListsOfLeases are by page, state and operator, and one lease tells its segments and their units.
func TestListsOfLeases(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	other := st.company(t, "Operator Dua", "2234567890123")
	var made []uuid.UUID
	for i, days := range []int{14, 2, 5, 9} {
		in := st.asks(t, fmt.Sprint(i), "AD", "DC")
		if i == 1 {
			in.Operator = other
		}
		in.Days = days
		made = append(made, st.reserve(t, in).ID)
	}
	if err := st.Order(st.ctx, st.manager, made[0]); err != nil {
		t.Fatal(err)
	}
	runs := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	var ran []uuid.UUID
	for i, until := range []any{"2026-11-27", "2026-11-28", nil} { // today is 27 November: of the first, yesterday was the last day
		in := st.asks(t, fmt.Sprint("past", i), "AD", "DC")
		in.Operator = other
		ran = append(ran, st.reserve(t, in).ID)
		if _, err := st.w.DB.App.NewRaw("UPDATE duct_lease SET state = 'active', since = '2026-10-01', until = ? WHERE tenant_id = ? AND id = ?", until, st.w.Batam.ID, ran[i]).Exec(st.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if today := st.today(st.ctx); Standing(Active, today, today) != Over || Standing(Active, runs, today) != Active || Standing(Active, time.Time{}, today) != Active || Standing(Ended, today, today) != Ended {
		t.Error("a lease is over on the first day after its last, unless it was given notice")
	}
	for _, c := range []struct {
		f      Filter
		before uuid.UUID
		most   int
		want   []uuid.UUID
	}{
		{Filter{}, ran[0], 2, []uuid.UUID{made[3], made[2]}},
		{Filter{State: Active, Operator: other}, uuid.Max, 9, []uuid.UUID{ran[2], ran[1]}},
		{Filter{State: Over}, uuid.Max, 9, []uuid.UUID{ran[0]}},
		{Filter{}, made[1], 2, []uuid.UUID{made[0]}},
		{Filter{State: Reserved}, uuid.Max, 9, []uuid.UUID{made[1], made[2], made[3]}}, // by expiry
		{Filter{State: Reserved}, made[1], 1, []uuid.UUID{made[2]}},
		{Filter{State: Reserved}, made[0], 9, []uuid.UUID{made[1], made[2], made[3]}}, // it was ordered meanwhile
		{Filter{Operator: st.operator}, uuid.Max, 9, []uuid.UUID{made[3], made[2], made[0]}},
		{Filter{State: Ordered, Operator: other}, uuid.Max, 9, nil},
	} {
		all, err := st.Leases(st.ctx, st.manager, c.f, c.before, c.most)
		var got []uuid.UUID
		for _, l := range all {
			got = append(got, l.ID)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v %v, want %v", c.f, got, err, c.want)
		}
	}
	l, parts, err := st.Lease(st.ctx, st.manager, made[1])
	if err != nil || l.OperatorName != "Operator Dua" || len(parts) != 2 || parts[0].Code != "AD" || !slices.Equal(parts[0].Units, []string{"1.2"}) || parts[1].LengthMM < 170_000 {
		t.Errorf("%v %+v %+v", err, l, parts)
	}
	first, err := st.Operators(st.ctx, st.manager, "", uuid.Nil, 1)
	if err != nil || len(first) != 1 || first[0].Name != "Operator Dua" {
		t.Fatalf("%v %+v", err, first)
	}
	if rest, err := st.Operators(st.ctx, st.manager, OperatorApproved, first[0].ID, 9); err != nil || len(rest) != 1 || rest[0].ID != st.operator {
		t.Errorf("%v %+v", err, rest)
	}
	for typed, want := range map[string]string{"b": "[{B [Jalan AB Jalan BC]  0}]", "jalan ad": "[{A [Jalan AB Jalan AD]  0} {D [Jalan AD Jalan DC]  0}]", "Z": "[]", " ": "[]",
		beside(140, 10): "[{B [Jalan AB Jalan BC]  41}]", beside(0, 0): "[{A [Jalan AB Jalan AD]  0}]", "1.5, 104.5": "[]", "999, 1": "[]"} {
		if got, err := st.Places(st.ctx, st.manager, st.at, typed, 9); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v %v", typed, got, err)
		}
	}
}

// TestNobodyIsRefusedForAnUnpublishedReason, neither an operator nor an order; and what is refused is free again.
func TestNobodyIsRefusedForAnUnpublishedReason(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.square(t)
	st.published(t)
	o, err := st.Apply(st.ctx, st.manager, Operator{Name: "Baru", NIB: "9999999999990", Licence: "x", Email: "a@b.id"})
	if err != nil {
		t.Fatal(err)
	}
	l := st.reserve(t, st.asks(t, "a", "AB"))
	for _, code := range []string{"", "suka-suka"} {
		if err := st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorRefused, Refusal: code}); fault.From(err).Kind != fault.Invalid {
			t.Errorf("operator for %q: %v", code, err)
		}
		if err := st.Refuse(st.ctx, st.manager, l.ID, code, "sebab lain"); fault.From(err).Kind != fault.Invalid {
			t.Errorf("order for %q: %v", code, err)
		}
	}
	if err := st.Refuse(st.ctx, st.manager, l.ID, "berkas", ""); fault.From(err).Kind != fault.Invalid {
		t.Errorf("an order for what is wrong with operators: %v", err)
	}
	for _, err := range []error{
		st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorRefused, Refusal: "berkas", Why: "NIB tidak sesuai"}),
		st.Refuse(st.ctx, st.manager, l.ID, "penuh", ""), st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorApproved}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := st.Lease(st.ctx, st.manager, l.ID); err != nil || got.State != Refused || got.Refusal != "penuh" {
		t.Errorf("%v %+v", err, got)
	}
	if stock, held, err := st.Occupancy(st.ctx, st.manager, st.ids(t, "AB")[0], day("2026-12-01")); err != nil || len(held) != 0 || stock[1].Free != 2 {
		t.Errorf("%v %+v %+v", err, stock, held)
	}
	if err := st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorSuspended}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("suspended without a word: %v", err)
	}
	if err := st.Decide(st.ctx, st.manager, o.ID, Decision{State: OperatorApproved}); !fault.Is(err, "lease.decided") {
		t.Errorf("approved twice: %v", err)
	}
	if now, err := st.Operator(st.ctx, st.manager, o.ID); err != nil || now.State != OperatorApproved || now.Refusal != "" {
		t.Errorf("%v %+v", err, now)
	}
}
