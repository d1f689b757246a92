package casework

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TakeNext gives an officer what to work on after the application but, which may be none: of their own work and of what
// nobody has, the most urgent behind it, and behind the last the first again. What nobody had is theirs with that. Two
// officers who ask at the same moment never get the same. It needs application:review and refuses NotFound
// "application.no_next" when nothing is left to do.
func (s *Service) TakeNext(ctx context.Context, actor identity.Actor, but uuid.UUID) (application.Application, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return application.Application{}, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return application.Application{}, err
	}
	var app application.Application
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		from, err := application.Find(ctx, tx, r, but)
		if err != nil && !fault.Is(err, "application.not_found") {
			return err
		}
		behind := err == nil && from.Open()
		app, err = mostUrgent(ctx, tx, r, actor, from, behind)
		if fault.Is(err, "application.no_next") && behind {
			app, err = mostUrgent(ctx, tx, r, actor, from, false)
		}
		if err != nil || app.AssigneeID.Valid {
			return err
		}
		app.Assign(actor.ID, actor.Name)
		return s.handed(ctx, tx, actor, &app, application.Event{Action: application.EventAssigned, Message: actor.Name}, uuid.NullUUID{})
	})
	if err != nil {
		return application.Application{}, fmt.Errorf("casework: next: %w", err)
	}
	return app, nil
}

// mostUrgent locks the first that an officer can work on, behind from in the queue or from its beginning. What another
// transaction holds is passed over: somebody is taking it.
func mostUrgent(ctx context.Context, tx bun.IDB, r access.Reach, actor identity.Actor, from application.Application, behind bool) (application.Application, error) {
	first := func(whose string, args ...any) (application.Application, error) {
		var app application.Application
		q := r.Where(tx.NewSelect().Model(&app).Where("a.tenant_id = ?", tenancy.Must(ctx))).Where("a.submitted_at IS NOT NULL").Where("a.closed_at IS NULL").
			Where(whose, args...).Where("a.queue_rank < ?", application.RankDecided).Where("a.id <> ?", from.ID)
		if behind {
			q = q.Where("(a.queue_rank, a.queue_at, a.id) > (?::smallint, ?, ?)", from.QueueRank, from.QueueAt, from.ID)
		}
		err := q.OrderExpr("a.queue_rank, a.queue_at, a.id").Limit(1).For("UPDATE SKIP LOCKED").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			err = fault.New(fault.NotFound, "application.no_next")
		}
		if err == nil {
			application.Locked(tx, &app)
		}
		return app, err
	}
	own, err := first("a.assignee_id = ?", actor.ID)
	if err != nil && !fault.Is(err, "application.no_next") {
		return application.Application{}, err
	}
	free, freeErr := first("a.assignee_id IS NULL")
	switch {
	case freeErr != nil && !fault.Is(freeErr, "application.no_next"):
		return application.Application{}, freeErr
	case err != nil:
		return free, freeErr
	case freeErr != nil || !free.Before(own):
		return own, nil
	}
	return free, nil
}
