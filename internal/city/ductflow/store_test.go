package ductflow

import (
	"context"
	"errors"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// TestWhatWasRolledBackIsNotRemembered: a flow that a transaction publishes, reads and takes back does not stand in for the one that a pack then
// publishes under its number; one that is there for good is read once.
func TestWhatWasRolledBackIsNotRemembered(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx, s := w.Ctx(w.Batam), NewStore()
	back := errors.New("taken back")
	var version int
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if version, err = s.Newest(ctx, tx); err != nil {
			return err
		}
		if f, err := s.Find(ctx, tx, version); err != nil || f.RemovalDays != 30 {
			t.Errorf("the transaction does not read its own: %v, %v", f, err)
		}
		return back
	})
	if !errors.Is(err, back) {
		t.Fatal(err)
	}
	f, err := model()
	if err != nil {
		t.Fatal(err)
	}
	f.RemovalDays = 45
	if err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return publish(ctx, tx, f) }); err != nil {
		t.Fatal(err)
	}
	published, err := s.Newest(ctx, w.DB.App)
	if err != nil || published != version {
		t.Fatalf("version %d was taken back, and %d is published, %v", version, published, err)
	}
	var first *Flow
	err = tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		first, err = s.Find(ctx, tx, published)
		return err
	})
	if err != nil || first.RemovalDays != 45 {
		t.Errorf("the one that was taken back stands in for it: %d days, %v", first.RemovalDays, err)
	}
	if again, err := s.Find(ctx, w.DB.App, published); err != nil || again != first {
		t.Errorf("it is not remembered, %v", err)
	}
}
