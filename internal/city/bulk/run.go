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

const (
	// atOnce is how many steps one run of the job takes; it then makes room for other work and comes back.
	atOnce = 50
	// attemptsMost is how often an application is tried that fails for reasons of ours before it is noted as failed, so
	// that none holds up the others for ever.
	attemptsMost = 4
)

var errTaken = errors.New("bulk: the step was taken before")

// run takes the next steps of a batch. Running again, it finds only what waits.
func (s *Service) run(ctx context.Context, _ uuid.UUID, args runArgs) error {
	var b Batch
	err := s.d.DB.App.NewSelect().Model(&b).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), args.BatchID).Scan(ctx)
	if err != nil {
		return fmt.Errorf("bulk: run: %w", err)
	}
	n, err := s.portion(ctx, b)
	if err != nil || n == 0 {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error { return jobs.Add(ctx, tx, runKind, args) })
}

// portion takes the next steps of a batch, those that were not tried yet first, and returns how many it looked at. One that
// fails for reasons of ours holds up no other; its error comes back at the end, for the job to try again later.
func (s *Service) portion(ctx context.Context, b Batch) (int, error) {
	var items []Item
	err := s.d.DB.App.NewSelect().Model(&items).Where("tenant_id = ? AND batch_id = ? AND state = ?", b.TenantID, b.ID, Waiting).
		OrderExpr("attempts, application_id").Limit(atOnce).Scan(ctx)
	if err != nil || len(items) == 0 {
		return 0, err
	}
	actor, err := identity.Acting(ctx, s.d.DB.App, b.CreatedBy)
	if err != nil && !fault.Is(err, "identity.no_session") {
		return 0, err
	}
	gone := err
	var ours error
	for _, i := range items {
		err := gone // whoever asked has left: nothing is done in their name
		if err == nil {
			err = s.d.Steps.Take(ctx, actor, Step{Application: i.ApplicationID, Version: i.Version, Action: b.Action, Reason: b.Reason},
				func(ctx context.Context, tx bun.Tx) error { return s.mark(ctx, tx, i, Done, nil) })
		}
		failed, err := s.settle(ctx, i, err)
		if err != nil {
			return 0, err
		}
		ours = errors.Join(ours, failed)
	}
	return len(items), ours
}

// settle notes why a step was refused. What is no refusal comes back as failed and is tried again, a few times.
func (s *Service) settle(ctx context.Context, i Item, err error) (failed, _ error) {
	var refused *fault.Error
	switch {
	case err == nil, errors.Is(err, errTaken):
		return nil, nil
	case ctx.Err() != nil:
		return nil, err // the run was stopped, which is nobody's fault
	case !errors.As(err, &refused) || refused.Kind == fault.Internal || refused.Kind == fault.Unavailable:
		if i.Attempts+1 < attemptsMost {
			return err, s.count(ctx, i)
		}
		s.d.Log.ErrorContext(ctx, "bulk: given up", "batch", i.BatchID, "application", i.ApplicationID, "err", err)
		refused = fault.New(fault.Internal, "bulk.given_up")
	}
	err = s.mark(ctx, s.d.DB.App, i, Failed, refused)
	if errors.Is(err, errTaken) {
		err = nil
	}
	return nil, err
}

// count notes that an item could not be tried.
func (s *Service) count(ctx context.Context, i Item) error {
	_, err := s.d.DB.App.NewUpdate().Model((*Item)(nil)).Set("attempts = attempts + 1").
		Where("tenant_id = ? AND batch_id = ? AND application_id = ? AND state = ?", i.TenantID, i.BatchID, i.ApplicationID, Waiting).Exec(ctx)
	if err != nil {
		return fmt.Errorf("bulk: count: %w", err)
	}
	return nil
}

// mark writes what became of an item that waits.
func (s *Service) mark(ctx context.Context, db bun.IDB, i Item, state string, refused *fault.Error) error {
	code, args := "", json.RawMessage("[]")
	if refused != nil {
		var err error
		if code, args, err = stored(refused); err != nil {
			return err
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

// stored is a refusal as it is kept: its sentence, with what stands in it.
func stored(refused *fault.Error) (code string, args json.RawMessage, err error) {
	code, a := refused.Code, refused.Args
	if len(refused.Fields) > 0 { // "this answer is missing" says more than "something is wrong"
		code, a = "field."+refused.Fields[0].Code, refused.Fields[0].Args
	}
	if a == nil {
		return code, json.RawMessage("[]"), nil
	}
	args, err = json.Marshal(a)
	return code, args, err
}
