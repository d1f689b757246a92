package ductorder

import (
	"context"
	"testing"

	"github.com/uptrace/bun"
)

// TestACrewIsSealedAndErased: who opens a manhole lies sealed in the database, what an earlier version wrote in clear is sealed, and it
// is erased once the city's days after the last day of the access are over, with a trace of that.
func TestACrewIsSealedAndErased(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.permitted()
	w := st.window(st.mine, o.ID, "B", "2026-12-01", "2026-12-02")
	clear := func() (n int) {
		st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM duct_order_window WHERE tenant_id = ? AND (crew || leader || phone || safety <> '' OR sealed IS NULL)", st.w.Batam.ID).Scan(st.ctx, &n))
		return n
	}
	reads := func() bool {
		got := st.find(o.ID).Windows[0]
		return got.Crew == "Regu 1" && got.Leader == "Budi" && got.Phone == "081234567890" && got.Safety == "Ahli K3 No. 12"
	}
	if clear() != 0 || !reads() {
		t.Error("the crew lies in clear, or is not read")
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		st.inTx(func(ctx context.Context, tx bun.Tx) error { _, err := tx.NewRaw(sql, args...).Exec(ctx); return err })
	}
	exec("UPDATE duct_order_window SET sealed = NULL, crew = 'Regu 1', leader = 'Budi', phone = '081234567890', safety = 'Ahli K3 No. 12' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID)
	if clear() != 1 || !reads() {
		t.Error("a crew from before is not read")
	}
	for range 2 {
		st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.sealCrews(ctx, tx, st.at) })
	}
	if clear() != 0 || !reads() {
		t.Error("a crew from before lies in clear")
	}
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: o.ID, Window: w.ID, Grant: true}))
	erase := func() {
		st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.eraseCrews(ctx, tx, st.at) })
	}
	st.at = day("2027-12-02").Add(3e12) // 365 days later: the pack's days are not over
	if erase(); !reads() {
		t.Error("erased too early")
	}
	st.at = st.at.AddDate(0, 0, 1)
	erase()
	erase()
	if got := st.find(o.ID).Windows[0]; got.Crew+got.Leader+got.Phone+got.Safety != "" || got.ErasedAt.IsZero() || got.State != WindowGranted {
		t.Errorf("still there: %+v", got)
	}
	var n int
	st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'ductorder.crew_erase' AND object_id = ?", st.w.Batam.ID, o.ID).Scan(st.ctx, &n))
	if n != 1 {
		t.Errorf("%d entries tell of one that was erased", n)
	}
}
