package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

type runArgs struct {
	BatchID uuid.UUID `json:"batch_id"`
}

var runKind = jobs.Kind[runArgs]{Name: "bulk.run.v1", MaxRetry: 12, Timeout: 5 * time.Minute}

// Register binds the job; call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) error { return jobs.HandleCall(r, runKind, s.run) }

// portion is how many steps one run of the job takes; it then makes room for other work and comes back.
const portion = 50

var errTaken = errors.New("bulk: the step was taken before")

// run takes the next steps of a batch. Running again, it finds only what waits.
func (s *Service) run(ctx context.Context, _ uuid.UUID, args runArgs) error {
	var b Batch
	err := s.d.DB.App.NewSelect().Model(&b).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), args.BatchID).Scan(ctx)
	if err != nil {
		return fmt.Errorf("bulk: run: %w", err)
	}
	items, err := s.items(ctx, b.ID, Waiting, portion)
	if err != nil || len(items) == 0 {
		return err
	}
	actor, err := identity.Acting(ctx, s.d.DB.App, b.CreatedBy)
	if err != nil && !fault.Is(err, "identity.no_session") {
		return err
	}
	gone := err
	for _, i := range items {
		err := gone // whoever asked has left: nothing is done in their name
		if err == nil {
			err = s.d.Steps.Take(ctx, actor, Step{Application: i.ApplicationID, Version: i.Version, Action: b.Action, Reason: b.Reason},
				func(ctx context.Context, tx bun.Tx) error { return s.mark(ctx, tx, i, Done, nil) })
		}
		if err = s.settle(ctx, i, err); err != nil {
			return err
		}
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error { return jobs.Add(ctx, tx, runKind, args) })
}

// settle notes why a step was refused. What is no refusal is the job's to try again.
func (s *Service) settle(ctx context.Context, i Item, err error) error {
	var refused *fault.Error
	switch {
	case err == nil, errors.Is(err, errTaken):
		return nil
	case !errors.As(err, &refused) || refused.Kind == fault.Internal || refused.Kind == fault.Unavailable:
		return err
	}
	err = s.mark(ctx, s.d.DB.App, i, Failed, refused)
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// mark writes what became of an item that waits.
func (s *Service) mark(ctx context.Context, db bun.IDB, i Item, state string, refused *fault.Error) error {
	code, args := "", []byte("[]")
	if refused != nil {
		code = refused.Code
		a := refused.Args
		if len(refused.Fields) > 0 { // "this answer is missing" says more than "something is wrong"
			code, a = "field."+refused.Fields[0].Code, refused.Fields[0].Args
		}
		if a != nil {
			var err error
			if args, err = json.Marshal(a); err != nil {
				return err
			}
		}
	}
	res, err := db.NewUpdate().Model((*Item)(nil)).Set("state = ?", state).Set("code = ?", code).Set("args = ?::jsonb", string(args)).Set("done_at = ?", s.now()).
		Where("tenant_id = ? AND batch_id = ? AND application_id = ? AND state = ?", i.TenantID, i.BatchID, i.ApplicationID, Waiting).Exec(ctx)
	if err != nil {
		return fmt.Errorf("bulk: mark: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errTaken, err)
	}
	return nil
}

func (s *Service) items(ctx context.Context, batch uuid.UUID, state string, limit int64) ([]Item, error) {
	var all []Item
	err := s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND batch_id = ? AND state = ?", tenancy.Must(ctx), batch, state).
		OrderExpr("application_id").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("bulk: items: %w", err)
	}
	return all, nil
}
