package invoice_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
)

// TestACrashInTheMiddleLeavesNoGap: whoever has taken a number dies on the server before it commits, while fifty wait for theirs: the number is the
// next one's, nothing of the dead one is left, and its draft can be issued again.
func TestACrashInTheMiddleLeavesNoGap(t *testing.T) {
	t.Parallel()
	s := open(t)
	super, err := pgx.Connect(s.ctx, s.w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.WithoutCancel(s.ctx))
	dying := s.draft(t, s.company, charge(1000, "jasa", ""))
	var drafts []invoice.Draft
	for range 50 {
		drafts = append(drafts, s.draft(t, s.company, charge(1000, "jasa", "")))
	}
	var others sync.WaitGroup
	err = s.try(func(ctx context.Context, tx bun.Tx) error {
		i, err := s.Finalise(ctx, tx, s.maker, dying.ID, day(2026, 11, 26))
		if err != nil || i.Number != "INV/2026/000001" {
			t.Errorf("the first: %s, %v", i.Number, err)
		}
		var backend int
		if err := tx.NewRaw("SELECT pg_backend_pid()").Scan(ctx, &backend); err != nil {
			return err
		}
		for _, d := range drafts {
			others.Go(func() {
				if _, err := s.finalise(s.ctx, d.ID, day(2026, 11, 26)); err != nil {
					t.Error(err)
				}
			})
		}
		for deadline, waiting := time.Now().Add(time.Minute), 0; waiting == 0; {
			err := super.QueryRow(s.ctx, "SELECT count(*) FROM pg_locks l WHERE NOT l.granted AND $1 = ANY (pg_blocking_pids(l.pid))", backend).Scan(&waiting)
			if err != nil || time.Now().After(deadline) {
				t.Errorf("nobody waits for the number: %v", err)
				break
			}
		}
		_, err = super.Exec(s.ctx, "SELECT pg_terminate_backend($1)", backend)
		return err
	})
	if err == nil {
		t.Error("the dead one has committed")
	}
	others.Wait()
	var seqs []int
	if err := s.w.DB.App.NewRaw("SELECT seq FROM invoice WHERE tenant_id = ? ORDER BY seq", s.w.Platform.ID).Scan(s.ctx, &seqs); err != nil {
		t.Fatal(err)
	}
	for n, seq := range seqs {
		if seq != n+1 {
			t.Fatalf("number %d in place %d of %v", seq, n+1, seqs)
		}
	}
	var left int
	err = s.w.DB.App.NewRaw(`SELECT (SELECT count(*) FROM invoice_entry WHERE tenant_id = ?0) - (SELECT count(*) FROM invoice WHERE tenant_id = ?0) + (SELECT count(*) FROM invoice_draft WHERE tenant_id = ?0 AND id = ?1 AND invoice_id IS NOT NULL)`,
		s.w.Platform.ID, dying.ID).Scan(s.ctx, &left)
	if err != nil || len(seqs) != 50 || left != 0 {
		t.Errorf("%d invoices, %d left of the dead one, %v", len(seqs), left, err)
	}
	i, err := s.finalise(s.ctx, dying.ID, day(2026, 11, 26))
	if err != nil || i.Number != "INV/2026/000051" {
		t.Errorf("issued again: %s, %v", i.Number, err)
	}
	if _, err := s.finalise(s.ctx, uuid.New(), day(2026, 11, 26)); !fault.Is(err, "invoice.not_found") {
		t.Error(err)
	}
}
