package casework

import (
	"context"
	"fmt"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/tenancy"
)

// TestSaveWritesWhatHasChanged holds that every change of a locked application is written, also one that is taken back
// before the transaction ends, and nothing that somebody else has written meanwhile is undone.
func TestSaveWritesWhatHasChanged(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.load(t, "tanjungpinang")
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		locked, err := application.LockAny(ctx, tx, app.ID)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("UPDATE application SET assignee_name = 'Budi' WHERE tenant_id = ? AND id = ?", app.TenantID, app.ID).Exec(ctx); err != nil {
			return err
		}
		batch, err := application.LockAll(ctx, tx, 2, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("a.id = ?", app.ID) })
		if err != nil || len(batch) != 1 {
			return fmt.Errorf("a batch of %d: %w", len(batch), err)
		}
		if _, err := tx.NewRaw("UPDATE application SET assignee_name = 'Rina' WHERE tenant_id = ? AND id = ?", app.TenantID, app.ID).Exec(ctx); err != nil {
			return err
		}
		batch[0].Channel = "counter"
		if err := application.Save(ctx, tx, batch[0]); err != nil {
			return err
		}
		copied := locked
		copied.Reason, copied.Version = "it's one", 7
		if err := application.Save(ctx, tx, copied); err != nil {
			return err
		}
		locked.Version = 8 // and the reason as it was read
		return application.Save(ctx, tx, locked)
	})
	if err != nil {
		t.Fatal(err)
	}
	// What an officer takes next is saved in the same way: here by the columns that its story moves.
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		r, err := st.Within(st.ctx, budi)
		if err != nil {
			return err
		}
		next, err := mostUrgent(ctx, tx, r, budi, application.Application{}, false)
		if err != nil || next.ID != app.ID {
			return fmt.Errorf("next is %s: %w", next.ID, err)
		}
		if _, err := tx.NewRaw("UPDATE application SET channel = 'api' WHERE tenant_id = ? AND id = ?", app.TenantID, app.ID).Exec(ctx); err != nil {
			return err
		}
		next.AssigneeName = "Tono"
		return application.Save(ctx, tx, next)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := application.Get(st.ctx, st.w.DB.App, app.ID)
	if err != nil || got.Reason != "" || got.Version != 8 || got.AssigneeName != "Tono" || got.Channel != "api" || got.ApplicantName != app.ApplicantName {
		t.Errorf("reason %q, version %d, assignee %q, %v", got.Reason, got.Version, got.AssigneeName, err)
	}
}
