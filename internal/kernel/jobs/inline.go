package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/tenancy"
)

// Plan runs every plan once for every tenant as of the tick at, here and now. Without Start it lets a test have the time: a year
// of planned work in seconds. It returns what failed.
func (r *Runner) Plan(ctx context.Context, at time.Time) error {
	all, err := r.dir.All(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range r.plans {
		for _, city := range all {
			if city.Kind == tenancy.KindPlatform && !p.platform {
				continue
			}
			if _, err := r.runPlan(ctx, p, city, at); err != nil {
				failed = append(failed, fmt.Errorf("jobs: %s of %s: %w", p.name, city.Slug, err))
			}
		}
	}
	return errors.Join(failed...)
}

// Work does the jobs that are due by an instant and those that they add, as many at a time as Options.Workers says, here and
// without Redis; a job without a time of its own is due at once. Kinds that nobody handles wait. It returns what failed, of which
// each is tried again by the next call. It is Plan's companion, and not for a Runner that was started.
func (r *Runner) Work(ctx context.Context, until time.Time) error {
	tried := map[uuid.UUID]bool{}
	for {
		var due []row
		err := r.db.Platform.NewSelect().Model(&due).Column("tenant_id", "id", "kind", "payload").
			Where("state = 'waiting' AND (run_at = created_at OR run_at <= ?)", until.UTC()).OrderExpr("created_at, id").Scan(tenancy.Platform(ctx))
		if err != nil {
			return fmt.Errorf("jobs: work: %w", err)
		}
		due = slices.DeleteFunc(due, func(j row) bool { return tried[j.ID] || !r.handles(j.Kind) })
		if len(due) == 0 {
			return nil
		}
		var lanes errgroup.Group
		lanes.SetLimit(r.o.Workers)
		failed := make([]error, len(due))
		for i, j := range due {
			tried[j.ID] = true
			lanes.Go(func() error {
				if _, _, err := r.attempt(ctx, j.Kind, envelope{Tenant: j.TenantID, ID: j.ID, Args: j.Payload}); err != nil {
					failed[i] = fmt.Errorf("jobs: %s of %s: %w", j.Kind, j.TenantID, err)
				}
				return nil
			})
		}
		_ = lanes.Wait()
		if err := errors.Join(failed...); err != nil {
			return err
		}
	}
}

func (r *Runner) handles(kind string) bool {
	_, ok := r.handlers[kind]
	return ok
}
