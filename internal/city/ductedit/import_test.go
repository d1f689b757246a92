package ductedit

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// undoable asks that a file cannot be undone for a reason, and that nothing came of asking.
func (st *stage) undoable(t *testing.T, file ductsurvey.Import, code, word string) {
	t.Helper()
	before := st.seen(t, "2026-11-27")
	err := st.surveys.Undo(st.ctx, st.manager, file.ID, "Salah berkas")
	f := fault.From(err)
	if !fault.Is(err, code) || f.Kind != fault.Conflict {
		t.Errorf("undone: %v, want %s", err, code)
		return
	}
	for _, l := range []i18n.Locale{i18n.ID, i18n.EN} {
		if text := l.T("fault."+f.Code, f.Args...); !strings.Contains(text, word) {
			t.Errorf("%s: %q does not say %q", l, text, word)
		}
	}
	if got := st.seen(t, "2026-11-27"); !slices.Equal(got, before) {
		t.Errorf("the network is\n%q\nand was\n%q", got, before)
	}
}

// TestWhatRestsOnAFile keeps it from being undone: a lease of what it brought, running or over, and a cable in it. What was only
// reserved and given back does not.
func TestWhatRestsOnAFile(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	more := st.lay(t, "2026-02-01", node("D", 400, 200), segment("CD", "C", "D", [][2]float64{{200, 200}, {400, 200}}, `, "ducts": 2, "subducts": 3`))
	l := st.reserve(t, duct.Subduct, "2026-03-01", "2026-06-01", "BC", "CD")
	st.undoable(t, more, "duct.held_since", l.Number)
	if err := st.leases.Cancel(st.ctx, st.manager, l.ID, "x"); err != nil {
		t.Fatal(err)
	}
	cables := ductcable.New(ductcable.Deps{DB: st.w.DB.App, Guard: st.guard, Now: st.d.Now})
	id, err := cables.Lay(st.ctx, st.manager, "KB-7", day("2026-03-01"), ductcable.State{Owner: ductcable.OfUnknown, Use: ductcable.Live, Condition: duct.Good, Why: "x"}, []ductcable.Place{{Segment: "CD", Unit: "1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	st.undoable(t, more, "duct.cabled", "KB-7")
	if err := cables.Remove(st.ctx, st.manager, id, day("2026-04-01"), "x"); err != nil {
		t.Fatal(err)
	}
	st.undoable(t, more, "duct.cabled", "KB-7")
	// Nothing rests on what another file brought.
	other := st.lay(t, "2026-02-01", node("E", 400, 400), segment("CE", "C", "E", [][2]float64{{200, 200}, {400, 400}}, `, "ducts": 1, "subducts": 1`))
	given := st.reserve(t, duct.Subduct, "2026-03-01", "", "CE")
	if err := st.leases.Cancel(st.ctx, st.manager, given.ID, "x"); err != nil {
		t.Fatal(err)
	}
	if err := st.surveys.Undo(st.ctx, st.manager, other.ID, "Salah berkas"); err != nil {
		t.Error(err)
	}
	over := st.reserve(t, duct.Subduct, "2026-03-01", "2026-05-01", "CD")
	if err := st.leases.Order(st.ctx, st.manager, over.ID); err != nil {
		t.Fatal(err)
	}
	if err := st.leases.AcceptOn(st.ctx, st.manager, over.ID, day("2026-03-02")); err != nil {
		t.Fatal(err)
	}
	if err := st.leases.End(st.ctx, st.manager, over.ID, day("2026-04-01"), "Pindah"); err != nil {
		t.Fatal(err)
	}
	st.undoable(t, more, "duct.held_since", over.Number)
}

// TestAFileUnderAnother stays while the second has laid something in what it brought, and goes after it.
func TestAFileUnderAnother(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	line := [][2]float64{{200, 200}, {400, 200}}
	first := st.lay(t, "2026-02-01", node("D", 400, 200), segment("CD", "C", "D", line, `, "ducts": 1`))
	for name, bank := range map[string]string{"subducts in a duct": `, "ducts": 1, "subducts": 3`, "a duct beside it": `, "ducts": 2`} {
		second := st.lay(t, "2026-03-01", segment("CD", "C", "D", line, bank))
		st.undoable(t, first, "duct.built_upon", "")
		if err := st.surveys.Undo(st.ctx, st.manager, second.ID, "Salah berkas"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := st.surveys.Undo(st.ctx, st.manager, first.ID, "Salah berkas"); err != nil {
		t.Error(err)
	}
}

// TestAFileIsUndoneOrLet: of one who undoes a file and one who leases what it brought at once, one comes first and the other finds it.
func TestAFileIsUndoneOrLet(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	for n := range 6 {
		code := "CD" + string(rune('0'+n))
		file := st.lay(t, "2026-02-01", node("D"+code, 400, 200+10*float64(n)), segment(code, "C", "D"+code, [][2]float64{{200, 200}, {400, 200 + 10*float64(n)}}, `, "ducts": 1, "subducts": 1`))
		s, _, err := st.ducts.Segment(st.ctx, st.manager, code, day("2026-03-01"))
		if err != nil {
			t.Fatal(err)
		}
		var let, undone error
		var both sync.WaitGroup
		both.Go(func() {
			_, let = st.leases.Reserve(st.ctx, st.manager, lease.ReserveInput{Operator: st.operator, Kind: duct.Subduct, Quantity: 1, Since: day("2026-03-01"), Days: 300, Key: "race " + code, Segments: []uuid.UUID{s.ID}})
		})
		both.Go(func() { undone = st.surveys.Undo(st.ctx, st.manager, file.ID, "x") })
		both.Wait()
		if (let == nil) == (undone == nil) || let != nil && !fault.Is(let, "lease.no_segment") || undone != nil && !fault.Is(undone, "duct.held_since") {
			t.Errorf("let: %v, undone: %v", let, undone)
		}
	}
}
