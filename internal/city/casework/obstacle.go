package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Obstacle is what keeps the system from going on with an application by itself: letters that its document could not show.
// It is tried again every ObstacleEvery until it works or the application has left the state in another way.
type Obstacle struct {
	bun.BaseModel `bun:"table:application_obstacle,alias:o"`

	TenantID      uuid.UUID     `bun:"tenant_id,pk"`
	ApplicationID uuid.UUID     `bun:"application_id,pk"`
	ServiceCode   string        `bun:"service_code"`
	State         string        `bun:"state"`
	TimerID       uuid.NullUUID `bun:"timer_id"` // of the step that waits; null: the document of a decision
	Action        string        `bun:"action"`   // the code of that step
	Letters       string        `bun:"letters"`  // and where they stand
	Since         time.Time     `bun:"since"`
	TriedAt       time.Time     `bun:"tried_at"`
	Number        string        `bun:"number,scanonly"` // of the application
}

// ObstacleEvery is how often what is held up is tried again.
const ObstacleEvery = 10 * time.Minute

// unprintable reports whether an error is about letters that no page can show.
func unprintable(err error) bool { return fault.Is(err, "document.unprintable") }

// obstruct notes why the system cannot go on, in a transaction of its own after the one that was taken back. Of the document
// of a decision timer is zero.
func (s *Service) obstruct(ctx context.Context, id uuid.UUID, timer workflow.Timer, why error) error {
	return tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.LockAny(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.noteObstacle(ctx, tx, app, timer, why)
	})
}

func (s *Service) noteObstacle(ctx context.Context, tx bun.Tx, app application.Application, timer workflow.Timer, why error) error {
	now := s.Now().UTC()
	o := Obstacle{TenantID: app.TenantID, ApplicationID: app.ID, ServiceCode: app.ServiceCode, State: app.State, Since: now, TriedAt: now,
		TimerID: uuid.NullUUID{UUID: timer.ID, Valid: timer.ID != uuid.Nil}, Action: timer.Name}
	args := fault.From(why).Args
	if i := slices.Index(args, any("what")); i >= 0 && i+1 < len(args) {
		o.Letters = fmt.Sprint(args[i+1])
	}
	_, err := tx.NewInsert().Model(&o).On("CONFLICT (tenant_id, application_id) DO UPDATE").
		Set("since = CASE WHEN o.state = EXCLUDED.state AND o.timer_id IS NOT DISTINCT FROM EXCLUDED.timer_id THEN o.since ELSE EXCLUDED.since END").
		Set("state = EXCLUDED.state, timer_id = EXCLUDED.timer_id, action = EXCLUDED.action, letters = EXCLUDED.letters, tried_at = EXCLUDED.tried_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("casework: obstacle: %w", err)
	}
	return nil
}

// clearObstacle forgets what held an application up.
func clearObstacle(ctx context.Context, tx bun.IDB, id uuid.UUID) error {
	_, err := tx.NewDelete().Model((*Obstacle)(nil)).Where("tenant_id = ? AND application_id = ?", tenancy.Must(ctx), id).Exec(ctx)
	return err
}

// obstacleBatch bounds how many are tried again at once; the rest is next.
const obstacleBatch = 100

// tryObstacles adds the job of each that is held up again, those that have waited longest first, and forgets those that have
// gone on in another way.
func (s *Service) tryObstacles(ctx context.Context, tx bun.Tx, _ time.Time) error {
	tenant := tenancy.Must(ctx)
	var held []Obstacle
	err := tx.NewRaw(`UPDATE application_obstacle SET tried_at = ?0 WHERE tenant_id = ?1 AND application_id IN (
			SELECT application_id FROM application_obstacle WHERE tenant_id = ?1 ORDER BY tried_at LIMIT ?2 FOR UPDATE SKIP LOCKED) RETURNING *`,
		s.Now().UTC(), tenant, obstacleBatch).Scan(ctx, &held)
	if err != nil || len(held) == 0 {
		return err
	}
	ids := make([]uuid.UUID, len(held))
	for i, o := range held {
		ids[i] = o.ApplicationID
	}
	var gone []uuid.UUID
	err = tx.NewRaw(`DELETE FROM application_obstacle o USING application a WHERE o.tenant_id = ?0 AND o.application_id IN (?1)
			AND a.tenant_id = ?0 AND a.id = o.application_id AND a.state <> o.state RETURNING o.application_id`, tenant, bun.List(ids)).Scan(ctx, &gone)
	if err != nil {
		return fmt.Errorf("casework: obstacles: %w", err)
	}
	held = slices.DeleteFunc(held, func(o Obstacle) bool { return slices.Contains(gone, o.ApplicationID) })
	for _, o := range held {
		if o.TimerID.Valid {
			err = jobs.Add(ctx, tx, timerKind, timerArgs{TimerID: o.TimerID.UUID})
		} else {
			err = jobs.Add(ctx, tx, application.IssueKind, application.IssueArgs{ApplicationID: o.ApplicationID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// obstacleOf is what holds an application up where it stands now; nil for nothing.
func (s *Service) obstacleOf(ctx context.Context, app application.Application) (*Obstacle, error) {
	var all []Obstacle
	err := s.Deps.DB.App.NewSelect().Model(&all).Where("o.tenant_id = ? AND o.application_id = ?", tenancy.Must(ctx), app.ID).Where("o.state = ?", app.State).Scan(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// obstaclesMost bounds the list of a service.
const obstaclesMost = 100

// Obstacles lists what is held up of a service, the longest first, for whoever writes its template: service:configure. It says
// nothing of an application but its number.
func (s *Service) Obstacles(ctx context.Context, actor identity.Actor, service string) ([]Obstacle, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Obstacle
	err := s.Deps.DB.App.NewSelect().Model(&all).ColumnExpr("o.*, a.number").
		Join("JOIN application AS a ON a.tenant_id = o.tenant_id AND a.id = o.application_id AND a.state = o.state").
		Where("o.tenant_id = ? AND o.service_code = ?", tenancy.Must(ctx), service).OrderExpr("o.since").Limit(obstaclesMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("casework: obstacles: %w", err)
	}
	return all, nil
}

// printable refuses the decision on an application whose document could not say what was answered, while it can still be
// corrected. Where the template that the application is pinned to cannot say it and the newest can, it is pinned to that.
func (s *Service) printable(ctx context.Context, tx bun.Tx, app *application.Application) error {
	r, err := s.request(ctx, tx, *app)
	if err != nil {
		return err
	}
	refused := s.Deps.Documents.Printable(ctx, tx, r)
	if !unprintable(refused) {
		return refused
	}
	was := r.Version
	if r.Version, err = document.Newest(ctx, tx, r.Template); err != nil {
		return err
	}
	if r.Version == was || s.Deps.Documents.Printable(ctx, tx, r) != nil {
		return refused
	}
	if fits, err := s.Deps.Documents.Fits(ctx, tx, r); err != nil {
		return err
	} else if !fits {
		return refused
	}
	app.DocumentVersion = r.Version
	if err := application.Save(ctx, tx, *app); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "application.retemplate", Object: "application", ObjectID: app.ID, At: s.Now(),
		Detail: map[string]any{"number": app.Number, "template": r.Template, "before": was, "after": r.Version}})
}
