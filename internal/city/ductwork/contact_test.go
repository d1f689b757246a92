package ductwork

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// TestAContactIsSealedAndErased: whom to speak to about works lies sealed in the database, stands in the calendar while they are open,
// what an earlier version wrote in clear is sealed, and it is erased once the city's days are over, with a trace of that.
func TestAContactIsSealedAndErased(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	in := says("2026-12-01", "2026-12-20", at(0, 0), at(50, 0))
	in.Contact, in.Phone, in.Email = "Budi", "081270001234", "budi@contoh.id"
	w, other := st.plan(t, in), st.plan(t, says("2026-12-01", "2026-12-20", at(0, 10), at(50, 10)))
	run := func(fn func(context.Context, bun.Tx) error) {
		t.Helper()
		must(t, tenancy.InTx(st.ctx, st.w.DB.App, fn))
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		run(func(ctx context.Context, tx bun.Tx) error { _, err := tx.NewRaw(sql, args...).Exec(ctx); return err })
	}
	clear := func() (n int) {
		must(t, st.w.DB.App.NewRaw("SELECT count(*) FROM duct_work WHERE tenant_id = ? AND (contact || phone || email <> '' OR sealed IS NULL)", st.w.Batam.ID).Scan(st.ctx, &n))
		return n
	}
	reads := func() bool {
		calendar, err := st.Calendar(st.ctx, CalendarFilter{})
		must(t, err)
		listed, err := st.Works(st.ctx, st.manager, uuid.Nil, Filter{}, uuid.Max, 10)
		must(t, err)
		_, beside, err := st.Clashes(st.ctx, st.manager, uuid.Nil, other.ID)
		must(t, err)
		for _, x := range []Work{st.is(t, w.ID), calendar[0], listed[1].Work, beside[0].Work} {
			if x.ID != w.ID || x.Contact != "Budi" || x.Phone != "081270001234" || x.Email != "budi@contoh.id" {
				return false
			}
		}
		return true
	}
	if clear() != 0 || !reads() {
		t.Error("the contact lies in clear, or is not read")
	}
	exec("UPDATE duct_work SET sealed = NULL, contact = 'Budi', phone = '081270001234', email = 'budi@contoh.id' WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, w.ID)
	if clear() != 1 || !reads() {
		t.Error("a contact from before is not read")
	}
	for range 2 {
		run(func(ctx context.Context, tx bun.Tx) error { return st.sealContacts(ctx, tx) })
	}
	if clear() != 0 || !reads() {
		t.Error("a contact from before lies in clear")
	}
	in.Phone = "081370001234"
	must(t, st.Change(st.ctx, st.manager, uuid.Nil, w.ID, 0, in))
	if got := st.is(t, w.ID); clear() != 0 || got.Phone != "081370001234" || got.Contact != "Budi" {
		t.Errorf("changed: %+v", got)
	}
	must(t, st.Cancel(st.ctx, st.manager, uuid.Nil, w.ID, "Tidak jadi"))
	exec("UPDATE duct_work SET state = 'running', began_on = from_day WHERE tenant_id = ? AND id = ?", st.w.Batam.ID, other.ID)
	exec("INSERT INTO retention (tenant_id, data, effective_from, days, basis, source) VALUES (?, 'duct_contacts', '2024-01-01', 30, 'x', 'x')", st.w.Batam.ID)
	erase := func() {
		run(func(ctx context.Context, tx bun.Tx) error { return st.eraseContacts(ctx, tx) })
	}
	st.at = time.Date(2027, 1, 19, 3, 0, 0, 0, time.UTC) // 30 days after the last day
	if erase(); st.is(t, w.ID).Contact != "Budi" {
		t.Error("erased too early")
	}
	st.at = st.at.AddDate(0, 0, 1)
	erase()
	erase()
	if got := st.is(t, w.ID); got.Contact+got.Phone+got.Email != "" || got.ErasedAt.IsZero() {
		t.Errorf("still there: %+v", got)
	}
	if st.is(t, other.ID).Contact != "Bagian teknik" {
		t.Error("works that go on have nobody to speak to")
	}
	var n int
	must(t, st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'ductwork.contact_erase'", st.w.Batam.ID).Scan(st.ctx, &n))
	if n != 1 {
		t.Errorf("%d entries tell of one that was erased", n)
	}
}
