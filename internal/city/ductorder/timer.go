package ductorder

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

type timerArgs struct {
	TimerID uuid.UUID `json:"timer_id"`
}

type overArgs struct {
	OrderID uuid.UUID `json:"order_id"`
	Version int       `json:"version"` // that was found; a later one has been dealt with
}

var (
	timerKind = jobs.Kind[timerArgs]{Name: "ductorder.timer.v1", MaxRetry: 12, Timeout: 30 * time.Second}
	overKind  = jobs.Kind[overArgs]{Name: "ductorder.over.v1", MaxRetry: 12, Timeout: 30 * time.Second}
)

// sweepBatch is how many orders a sweep takes up at a time.
const sweepBatch = 100

// Register binds the steps that a flow takes by itself. Call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "ductorder.ring", time.Minute, s.ring)
	jobs.EachCity(r, "ductorder.over", time.Hour, s.over)
	jobs.EachCity(r, "ductorder.open_promises", time.Minute, s.promises)
	jobs.EachCity(r, "ductorder.seal_crews", time.Minute, s.sealCrews)
	jobs.EachCity(r, "ductorder.erase_crews", time.Hour, s.eraseCrews)
	jobs.EachCity(r, "ductorder.recount", time.Hour, s.recount)
	return errors.Join(jobs.Handle(r, timerKind, s.rang), jobs.Handle(r, promiseKind, s.openPromise), jobs.Handle(r, overKind, s.ended), jobs.Handle(r, recountKind, s.recounted))
}

// ring adds a job for each timer whose time has come, once.
func (s *Service) ring(ctx context.Context, tx bun.Tx, _ time.Time) error {
	due, err := workflow.DueTimers(ctx, tx, SubjectKind, s.now(), sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := jobs.Add(ctx, tx, timerKind, timerArgs{TimerID: id}); err != nil {
			return err
		}
	}
	return nil
}

// rang does what a timer is for, unless its order has left the state meanwhile.
func (s *Service) rang(ctx context.Context, tx bun.Tx, args timerArgs) error {
	t, ok, err := workflow.FindTimer(ctx, tx, args.TimerID)
	if err != nil || !ok {
		return err
	}
	o, err := s.locked(ctx, tx, ductflow.Lapse, t.SubjectID)
	if err != nil {
		return err
	}
	if mine, err := workflow.SpendTimer(ctx, tx, t); err != nil || !mine {
		return err
	}
	f, err := s.flows.Find(ctx, tx, o.FlowVersion)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(f.Timed(o.State), func(a workflow.Action) bool { return a.Code == t.Name })
	if i < 0 {
		return nil
	}
	a := f.Timed(o.State)[i]
	if t.What == workflow.TimerRemind {
		text := a.Remind.Message.In(i18n.ID)
		if err := s.noted(ctx, tx, o, bySystem(), EventReminded, "ductorder.remind", text, map[string]any{"step": a.Code}); err != nil {
			return err
		}
		state, _ := f.State(o.State)
		return s.letter(ctx, tx, o, "remind:"+t.ID.String(), "step", func(l i18n.Locale) map[string]string {
			return map[string]string{"state": state.Label.In(l), "text": a.Remind.Message.In(l)}
		})
	}
	return s.takeItself(ctx, tx, &o, f, a)
}

// takeItself takes a step that nobody takes; the flow's message is its reason. One whose condition does not hold is left.
func (s *Service) takeItself(ctx context.Context, tx bun.Tx, o *Order, f *ductflow.Flow, a workflow.Action) error {
	standing, err := s.stands(ctx, tx, f, *o)
	if err != nil || !standing.Holds(a) {
		return err
	}
	in := ActInput{ID: o.ID, Action: a.Code, Reason: a.Message.In(i18n.ID)}
	return s.take(ctx, tx, o, step{flow: f, action: a, effect: f.Does[a.Code], actor: bySystem(), in: in, detail: map[string]any{}})
}

// over adds a job for each order whose lease is over by its agreement, or whose reservation has run out.
func (s *Service) over(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var due []Order
	err := tx.NewSelect().Model(&due).Column("r.id", "r.version").Join("JOIN duct_lease AS l ON l.tenant_id = r.tenant_id AND l.id = r.lease_id").
		Where("r.tenant_id = ? AND r.closed_at IS NULL AND (r.stage = ? AND r.until <= ? OR l.state = ?)", tenancy.Must(ctx), workflow.StageApproved, s.today(ctx), lease.Expired).
		OrderExpr("r.queue_at, r.id").Limit(sweepBatch).Scan(ctx)
	if err != nil {
		return err
	}
	for _, o := range due {
		if err := jobs.Add(ctx, tx, overKind, overArgs{OrderID: o.ID, Version: o.Version}); err != nil {
			return err
		}
	}
	return nil
}

// ended takes the step that ends an order whose time is over.
func (s *Service) ended(ctx context.Context, tx bun.Tx, args overArgs) error {
	o, err := s.locked(ctx, tx, ductflow.Over, args.OrderID)
	if err != nil || o.Version != args.Version {
		return err
	}
	f, err := s.flows.Find(ctx, tx, o.FlowVersion)
	if err != nil {
		return err
	}
	l, err := s.leaseOf(ctx, tx, o)
	if err != nil {
		return err
	}
	if a, ok := f.Lapses(o.State); ok && l.State == lease.Expired {
		return s.takeItself(ctx, tx, &o, f, a)
	}
	standing, err := s.stands(ctx, tx, f, o)
	if err != nil {
		return err
	}
	for _, a := range f.Offered(o.State, workflow.ByOfficer) {
		if code, err := s.lacks(ctx, tx, o, f.Does[a.Code]); err != nil {
			return err
		} else if f.Does[a.Code] == ductflow.Over && code == "" && standing.Holds(a) {
			return s.takeItself(ctx, tx, &o, f, a)
		}
	}
	return nil
}
