package ductsurvey

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// TestProgressIsSeenWhileAFileIsApplied: of a file with more features than are written at a time, everybody else reads after each step how many are,
// while the transaction that writes them is open and nothing of them is in the network. It is held open by others who are about to use the same codes.
func TestProgressIsSeenWhileAFileIsApplied(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.take(t, "2026-01-01", street())
	var all []string
	for n := range applyBatch + 1 {
		all = append(all, node(fmt.Sprintf("N-%04d", n), float64(n%100)*9, 1000+float64(n/100)*9))
	}
	i := st.upload(t, "2026-06-01", file(append(all, segment("R-9", [][2]float64{{0, 1000}, {9, 1000}}))...))
	if err := st.Apply(st.ctx, st.manager, i.ID); err != nil {
		t.Fatal(err)
	}
	held := []holder{
		st.holds(t, "INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, ?)", st.w.Batam.ID, uuid.New(), fmt.Sprintf("N-%04d", applyBatch)),
		st.holds(t, "INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) SELECT tenant_id, ?, 'R-9', from_node, to_node FROM duct_segment WHERE tenant_id = ? AND code = 'R-1'", uuid.New(), st.w.Batam.ID),
	}
	over := make(chan error, 1)
	go func() {
		over <- tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.apply(ctx, tx, importArgs{i.ID}) })
	}()
	for k, h := range held {
		st.awaits(t, h, over)
		if got := st.find(t, i.ID); got.Done != applyBatch+k || got.State != Applying {
			t.Errorf("%d features are said to be written, not %d: %s", got.Done, applyBatch+k, got.State)
		}
		var n int
		if err := st.w.DB.App.NewRaw("SELECT count(*) FROM duct_node WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &n); err != nil || n != 3 {
			t.Errorf("%d nodes are in the network already: %v", n, err)
		}
		h.release()
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	if got := st.find(t, i.ID); got.Done != applyBatch+2 || got.State != Applied {
		t.Errorf("%d features, %s", got.Done, got.State)
	}
}

// holder is a transaction that goes on until it is released, and then leaves nothing.
type holder struct {
	xid     string
	release func()
}

// holds runs a statement in a transaction of its own.
func (st *stage) holds(t *testing.T, sql string, args ...any) (h holder) {
	t.Helper()
	began, goes, over := make(chan error, 1), make(chan struct{}), make(chan struct{})
	back := errors.New("nothing is kept")
	go func() {
		defer close(over)
		err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.NewRaw(sql, args...).Exec(ctx); err != nil {
				return err
			}
			if err := tx.NewRaw("SELECT pg_current_xact_id()::xid::text").Scan(ctx, &h.xid); err != nil {
				return err
			}
			began <- nil
			<-goes
			return back
		})
		if !errors.Is(err, back) {
			began <- err
		}
	}()
	if err := <-began; err != nil {
		t.Fatal(err)
	}
	h.release = func() { close(goes); <-over }
	return h
}

// awaits returns once somebody waits for how a transaction ends.
func (st *stage) awaits(t *testing.T, h holder, over chan error) {
	t.Helper()
	for n := 0; n == 0; {
		select {
		case err := <-over:
			t.Fatalf("the file is applied, and waited for nobody: %v", err)
		default:
		}
		if err := st.w.DB.Pool.QueryRow(st.ctx, "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted AND transactionid::text = $1", h.xid).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
}
