package ductorder

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// countAgain runs the hourly look and the jobs that it added, each twice as a delivery may, and returns how many there were.
func (st *stage) countAgain() (n int) {
	st.t.Helper()
	var before int
	st.must(st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = 'ductorder.recount.v1'").Scan(st.ctx, &before))
	st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.recount(ctx, tx, st.at) })
	var ids []uuid.UUID
	st.must(st.w.DB.Platform.NewRaw("SELECT (payload->>'order_id')::uuid FROM outbox WHERE kind = 'ductorder.recount.v1' ORDER BY id OFFSET ?", before).Scan(st.ctx, &ids))
	for _, id := range ids {
		for range 2 {
			st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.recounted(ctx, tx, recountArgs{id}) })
		}
	}
	return len(ids)
}

func (st *stage) dayOff(day, name string) {
	st.t.Helper()
	admin := identity.Actor{ID: uuid.Must(uuid.NewV7()), TenantID: st.w.Batam.ID, Kind: identity.Staff, Name: "Admin", Roles: []string{"city_admin"}, TOTP: true}
	_, err := calendar.New(st.w.DB.App, st.d.Guard, st.now).AddDay(st.ctx, admin, calendar.DayInput{Day: day, Kind: calendar.LocalDay, Name: i18n.Text{i18n.ID: name}, Source: "Keppres 30/2026"})
	st.must(err)
}

// TestALateHolidayMovesWhatAnOrderWasPromised: the step that is due after it, in the queue too, once, and the company is told why in its own language; not
// an order whose time runs out before it.
func TestALateHolidayMovesWhatAnOrderWasPromised(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, err := st.w.DB.App.NewRaw("UPDATE account SET locale = 'en' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, st.mine.ID).Exec(st.ctx)
	st.must(err)
	o := st.place(st.mine) // on Friday the 27th, to be taken up within two working days
	if n := st.countAgain(); n != 0 {
		t.Fatalf("%d orders moved and nothing had changed", n)
	}
	was := st.find(o.ID).DueAt
	st.dayOff("2026-12-25", "Jauh sesudahnya")
	if n := st.countAgain(); n != 0 {
		t.Errorf("a day after it moved %d", n)
	}
	st.at = st.at.Add(time.Minute)
	st.dayOff("2026-11-30", "Hari pemilihan")
	if n := st.countAgain(); n != 1 {
		t.Fatalf("%d orders", n)
	}
	d := st.find(o.ID)
	if want := was.AddDate(0, 0, 1); !d.DueAt.Equal(want) || !d.QueueAt.Equal(want) {
		t.Errorf("due %s, in the queue at %s, want %s", d.DueAt, d.QueueAt, want)
	}
	if n := st.countAgain(); n != 0 {
		t.Errorf("moved again: %d", n)
	}
	var said []string
	for _, e := range d.Events {
		if e.Action == EventRecounted {
			said = append(said, e.Reason)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "Hari pemilihan") || !strings.Contains(said[0], "Keppres 30/2026") || !strings.Contains(said[0], "1 Desember 2026") {
		t.Errorf("the story says %q", said)
	}
	var told []string
	st.must(st.w.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ? AND data->>'title' LIKE '%deadline changed'", st.w.Batam.ID).Scan(st.ctx, &told))
	if len(told) != 1 || !strings.Contains(told[0], "1 December 2026") || strings.Contains(told[0], "Tenggat") {
		t.Errorf("the company was told %q", told)
	}
}

// TestARecountLooksAtEveryOrder: however few orders it holds at once, it finds the same ones.
func TestARecountLooksAtEveryOrder(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	for range 3 {
		st.place(st.mine)
	}
	st.at = st.at.Add(time.Minute)
	st.dayOff("2026-11-30", "Hari pemilihan")
	found := func() (ids []string) {
		t.Helper()
		st.must(st.w.DB.Platform.NewRaw("SELECT payload->>'order_id' FROM outbox WHERE kind = 'ductorder.recount.v1' ORDER BY id").Scan(st.ctx, &ids))
		return ids
	}
	for i, page := range []int{1, 2, 3, 500} {
		st.recountPage = page
		st.inTx(func(ctx context.Context, tx bun.Tx) error { return st.recount(ctx, tx, st.at) })
		ids := found()[3*i:]
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 3 {
			t.Errorf("%d at once: found %v", page, ids)
		}
	}
}
