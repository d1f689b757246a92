package ductedit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/kernel/fault"
)

// TestASegmentIsSplit: both parts hold what the whole held, are as long as it was and billed as it was; a lease holds both from the
// day on and is still charged for what it took; days before are as they were, and so is everything after an undo.
func TestASegmentIsSplit(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	l := st.reserve(t, duct.Subduct, "2026-03-01", "2028-03-01", "AB", "BC")
	later := st.reserve(t, duct.Duct, "2026-12-01", "", "AB")
	if _, err := st.SetState(st.ctx, st.manager, State{Unit: st.unit(t, "AB", "1.3", "2026-02-01"), OnDay: day("2026-02-01"), Condition: duct.Blocked, Within: true, Why: "Lumpur"}); err != nil {
		t.Fatal(err)
	}
	before, after := st.seen(t, "2026-05-31"), st.seen(t, "2026-12-02")
	total, err := st.ducts.Total(st.ctx, st.manager, day("2026-05-31"), duct.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	change := st.splits(t, split(nil))
	if got := st.seen(t, "2026-05-31"); !slices.Equal(got, before) {
		t.Errorf("the day before has changed:\n%s\n%s", strings.Join(got, "\n"), strings.Join(before, "\n"))
	}
	now := st.seen(t, "2026-12-02")
	if len(now) != 3 {
		t.Fatalf("%q", now)
	}
	contents := func(line string) string { _, in, _ := strings.Cut(line, ": "); return in }
	if contents(now[0]) != contents(after[0]) || contents(now[2]) != contents(after[0]) {
		t.Errorf("the parts hold something else:\n%s\n%s", strings.Join(now, "\n"), after[0])
	}
	all, err := st.ducts.Total(st.ctx, st.manager, day("2026-12-02"), duct.Filter{})
	if err != nil || all.BilledMM != total.BilledMM || all.Nodes != total.Nodes+1 || all.Segments != total.Segments+1 {
		t.Errorf("%v: %+v, and was %+v", err, all, total)
	}
	if _, parts, err := st.leases.Lease(st.ctx, st.manager, l.ID); err != nil || len(parts) != 2 || parts[0].Code != "AB" {
		t.Errorf("the lease took %+v, %v", parts, err)
	}
	if x, parts, err := st.leases.Lease(st.ctx, st.manager, later.ID); err != nil || len(parts) != 2 || parts[0].Code != "AN" || x.Segments != 2 {
		t.Errorf("the later lease takes %+v, %v", parts, err)
	}
	of, parts, err := st.Family(st.ctx, st.manager, st.id(t, "AB", "2026-05-01"))
	if err != nil || len(of) != 0 || len(parts) != 2 {
		t.Errorf("%v %v %v", of, parts, err)
	}
	if err := st.leases.Cancel(st.ctx, st.manager, later.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	if err := st.Undo(st.ctx, st.manager, change, "Salah titik"); err != nil {
		t.Fatal(err)
	}
	if got := st.seen(t, "2026-05-31"); !slices.Equal(got, before) {
		t.Errorf("after the undo: %q", got)
	}
	if got := st.seen(t, "2026-12-02"); len(got) != 2 || strings.Contains(got[0], later.Number) || !strings.Contains(got[0], l.Number) {
		t.Errorf("after the undo: %q", got)
	}
	if again := st.splits(t, split(nil)); again == change {
		t.Error("the same change twice")
	}
	if got := st.seen(t, "2026-12-02"); len(got) != 3 {
		t.Errorf("split again: %q", got)
	}
}

func (st *stage) id(t testing.TB, code, on string) uuid.UUID {
	t.Helper()
	s, _, err := st.ducts.Segment(st.ctx, st.manager, code, day(on))
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

// TestWhatWasMeasuredIsShared: the surveyed and the billed length of the parts come to those of the whole.
func TestWhatWasMeasuredIsShared(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.splits(t, split(func(in *Split) { in.Segment, in.MM = "BC", 66_667 }))
	var surveyed, billed int64
	for _, code := range []string{"AN", "NB"} {
		s, _, err := st.ducts.Segment(st.ctx, st.manager, code, day("2026-06-01"))
		if err != nil {
			t.Fatal(err)
		}
		surveyed, billed = surveyed+*s.SurveyedMM, billed+*s.BilledMM
	}
	if surveyed != 203_500 || billed != 201_000 {
		t.Errorf("surveyed %d, billed %d", surveyed, billed)
	}
}

// TestADuctIsCut: beyond the node it is damaged, or no longer there; before it is as it was.
func TestADuctIsCut(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	l := st.reserve(t, duct.Subduct, "2026-03-01", "", "AB")
	cut := st.unit(t, "AB", "1.1", "2026-03-01")
	change := st.splits(t, split(func(in *Split) { in.Cut, in.CutAs = cut, duct.Damaged }))
	now := st.seen(t, "2026-06-01")
	if strings.Contains(now[0], "damaged") || !strings.Contains(now[2], "1.1 damaged "+l.Number) || !strings.Contains(now[2], "1.1.2 damaged") || strings.Contains(now[2], ", 1.2 damaged") {
		t.Errorf("%q", now)
	}
	if err := st.Undo(st.ctx, st.manager, change, "Bukan di sini"); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Split(st.ctx, st.manager, split(func(in *Split) { in.Cut, in.CutAs = cut, Gone })); !fault.Is(err, "duct.held") {
		t.Errorf("what is let is gone: %v", err)
	}
	other := st.unit(t, "AB", "2.3", "2026-03-01")
	st.splits(t, split(func(in *Split) { in.Cut, in.CutAs, in.Backward = other, Gone, true }))
	now = st.seen(t, "2026-06-01")
	if strings.Contains(now[0], "2.3") || !strings.Contains(now[2], "2.3.1") || !strings.Contains(now[0], "2.2.2") {
		t.Errorf("%q", now)
	}
}

// TestWhatCannotBeSplit is refused in words, with nothing changed.
func TestWhatCannotBeSplit(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	before := st.seen(t, "2026-11-27")
	for code, change := range map[string]func(*Split){
		"on_day date_future": func(in *Split) { in.OnDay = day("2026-11-28") }, "on_day duct_not_after": func(in *Split) { in.OnDay = day("2026-01-01") }, "on_day required": func(in *Split) { in.OnDay = day("0001-01-01") },
		"metres duct_off_line": func(in *Split) { in.MM = 200_700 }, "metres required": func(in *Split) { in.MM = 0 }, "node duct_code_taken": func(in *Split) { in.Node = "C" }, "first duct_code_taken": func(in *Split) { in.First = "BC" },
		"second twice": func(in *Split) { in.Second = in.First }, "kind not_an_option": func(in *Split) { in.Kind = "box" }, "why required": func(in *Split) { in.Why = " " }, "node duct_bad_code": func(in *Split) { in.Node = "A/1" },
		"cut_as not_an_option": func(in *Split) { in.Cut = uuid.New() },
	} {
		_, err := st.Split(st.ctx, st.manager, split(change))
		var found bool
		for _, f := range fault.From(err).Fields {
			found = found || f.Name+" "+f.Code == code
		}
		if !found {
			t.Errorf("%s: %v", code, err)
		}
	}
	for code, change := range map[string]func(*Split){"duct.no_segment": func(in *Split) { in.Segment = "XY" }, "duct.no_unit": func(in *Split) { in.Cut, in.CutAs = uuid.New(), Gone }} {
		if _, err := st.Split(st.ctx, st.manager, split(change)); !fault.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	reader := st.manager
	reader.Roles = []string{"auditor"}
	if _, err := st.Split(st.ctx, reader, split(nil)); err == nil || fault.From(err).Kind != fault.Forbidden {
		t.Errorf("who only reads: %v", err)
	}
	other := st.manager
	other.TenantID = st.w.Other.ID
	if _, err := st.Split(st.w.Ctx(st.w.Other), other, split(nil)); !fault.Is(err, "duct.no_segment") {
		t.Errorf("another city: %v", err)
	}
	if got := st.seen(t, "2026-11-27"); !slices.Equal(got, before) {
		t.Errorf("%q", got)
	}
}

// TestWhatRestsOnASplit keeps it from being undone: a part that was let by itself, split again, or of which something was said.
func TestWhatRestsOnASplit(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	change := st.splits(t, split(nil))
	l := st.reserve(t, duct.Microduct, "2026-07-01", "", "AN")
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.held_since") {
		t.Errorf("let by itself: %v", err)
	}
	if err := st.leases.Cancel(st.ctx, st.manager, l.ID, "x"); err != nil {
		t.Fatal(err)
	}
	second := st.splits(t, split(func(in *Split) {
		in.Segment, in.OnDay, in.MM, in.Node, in.First, in.Second = "AN", day("2026-08-01"), 20_000, "M", "AM", "MN"
	}))
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.built_upon") {
		t.Errorf("split again: %v", err)
	}
	if err := st.Undo(st.ctx, st.manager, second, "x"); err != nil {
		t.Fatal(err)
	}
	if err := st.Undo(st.ctx, st.manager, second, "x"); !fault.Is(err, "duct.undone") {
		t.Errorf("twice: %v", err)
	}
	state, err := st.SetState(st.ctx, st.manager, State{Unit: st.unit(t, "NB", "1", "2026-08-01"), OnDay: day("2026-08-01"), Condition: duct.Good, Purpose: duct.Government, Why: "Cadangan kota"})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.built_upon") {
		t.Errorf("kept back since: %v", err)
	}
	if err := st.Undo(st.ctx, st.manager, state, ""); err == nil || fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	for _, id := range []uuid.UUID{state, change} {
		if err := st.Undo(st.ctx, st.manager, id, "Keliru"); err != nil {
			t.Fatal(err)
		}
	}
	history, err := st.History(st.ctx, st.manager, st.id(t, "AB", "2026-08-01"))
	if err != nil || len(history) != 3 || history[0].Kind != duct.ByUndo || !history[1].Undone || history[2].Import != "Jaringan" || history[2].Units == 0 {
		t.Errorf("%v %+v", err, history)
	}
}

// TestALeaseEndsOnTwoParts: notice shortens both, and what was held before the split stays on record.
func TestALeaseEndsOnTwoParts(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	l := st.reserve(t, duct.Subduct, "2026-03-01", "2028-03-01", "AB")
	if err := st.leases.Order(st.ctx, st.manager, l.ID); err != nil {
		t.Fatal(err)
	}
	if err := st.leases.AcceptOn(st.ctx, st.manager, l.ID, day("2026-03-02")); err != nil {
		t.Fatal(err)
	}
	change := st.splits(t, split(nil))
	if err := st.leases.End(st.ctx, st.manager, l.ID, day("2026-12-31"), "Pindah"); err != nil {
		t.Fatal(err)
	}
	for on, held := range map[string]string{"2026-05-31": "AB", "2026-06-01": "AN NB", "2026-12-30": "AN NB", "2026-12-31": ""} {
		var got []string
		for _, line := range st.seen(t, on) {
			if strings.Contains(line, l.Number) {
				code, _, _ := strings.Cut(line, " ")
				got = append(got, code)
			}
		}
		if strings.Join(got, " ") != held {
			t.Errorf("on %s it holds %q", on, got)
		}
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); err != nil {
		t.Fatal(err)
	}
	if got := st.seen(t, "2026-12-30"); !strings.Contains(got[0], l.Number) {
		t.Errorf("%q", got)
	}
	if got := st.seen(t, "2026-12-31"); strings.Contains(got[0], l.Number) {
		t.Errorf("%q", got)
	}
}

// TestCablesGoOn in both parts, and keep what they lie in from being taken out or rejoined under them.
func TestCablesGoOn(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	cables := ductcable.New(ductcable.Deps{DB: st.w.DB.App, Guard: st.guard, Now: func() time.Time { return st.at }})
	nobody := ductcable.State{Owner: ductcable.OfUnknown, Use: ductcable.Live, Condition: duct.Good, Why: "x"}
	id, err := cables.Lay(st.ctx, st.manager, "KB-1", day("2026-02-01"), nobody, []ductcable.Place{{Segment: "AB", Unit: "1.1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	where := func(on string) string {
		x, runs, _, err := cables.Cable(st.ctx, st.manager, id, day(on))
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range runs {
			if !r.Since.After(day(on)) && (r.Until.IsZero() || r.Until.After(day(on))) {
				all = append(all, r.Segment+" "+r.Place)
			}
		}
		slices.Sort(all)
		return fmt.Sprintf("%d: %s", x.Segments, strings.Join(all, ", "))
	}
	if _, err := st.Split(st.ctx, st.manager, split(func(in *Split) { in.Cut, in.CutAs = st.unit(t, "AB", "1", "2026-02-01"), Gone })); !fault.Is(err, "duct.cabled") {
		t.Errorf("a cable lies in what would be gone: %v", err)
	}
	if _, err := st.TakeOut(st.ctx, st.manager, st.unit(t, "AB", "1.1", "2026-02-01"), day("2026-05-01"), "x"); !fault.Is(err, "duct.cabled") {
		t.Errorf("taken out around it: %v", err)
	}
	change := st.splits(t, split(nil))
	if got := where("2026-05-31"); got != "1: AB 1.1.1" {
		t.Error(got)
	}
	if got := where("2026-06-01"); got != "2: AN 1.1.1, NB 1.1.1" {
		t.Error(got)
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); err != nil {
		t.Fatal(err)
	}
	if got := where("2026-06-01"); got != "1: AB 1.1.1" {
		t.Error(got)
	}
	change = st.splits(t, split(nil))
	other, err := cables.Lay(st.ctx, st.manager, "KB-2", day("2026-07-01"), nobody, []ductcable.Place{{Segment: "NB", Unit: "1.1.2"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.cabled") {
		t.Errorf("a cable lies in a part: %v", err)
	}
	if err := cables.Remove(st.ctx, st.manager, other, day("2026-08-01"), "x"); err != nil {
		t.Fatal(err)
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.cabled") {
		t.Errorf("one lay in a part: %v", err)
	}
	second := st.splits(t, split(func(in *Split) { in.Segment, in.Node, in.First, in.Second = "BC", "M", "BM", "MC" }))
	if err := st.Undo(st.ctx, st.manager, second, "x"); err != nil {
		t.Error(err)
	}
}

// TestAFileAfterASplit names the parts: one that names the whole is refused, and one about the days before keeps the split from being
// undone.
func TestAFileAfterASplit(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	change := st.splits(t, split(nil))
	again := segment("AB", "A", "B", [][2]float64{{0, 0}, {50, 10}, {120, 0}, {200, 0}}, `, "note": "lagi"`)
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "Jaringan", Source: "Dinas", OnDay: day("2026-07-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + again + `]}`)})
	faults, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 10)
	if err == nil || len(faults) != 1 || faults[0].Code != "was_split" {
		t.Errorf("%v %+v", err, faults)
	}
	st.lay(t, "2026-03-01", again)
	if got := st.seen(t, "2026-07-01"); len(got) != 3 {
		t.Errorf("%q", got)
	}
	if err := st.Undo(st.ctx, st.manager, change, "x"); !fault.Is(err, "duct.built_upon") {
		t.Errorf("a file is about the days before: %v", err)
	}
}
