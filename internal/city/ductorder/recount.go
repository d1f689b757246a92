package ductorder

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

type recountArgs struct {
	OrderID uuid.UUID `json:"order_id"`
}

var recountKind = jobs.Kind[recountArgs]{Name: "ductorder.recount.v1", MaxRetry: 12, Timeout: 30 * time.Second}

// recount adds a job for each running order to which the city's calendar, as it is now, promises the next step for another day. It
// looks at every one each hour rather than when a calendar changes, so that none is missed, and holds a page of them at a time.
func (s *Service) recount(ctx context.Context, tx bun.Tx, _ time.Time) error {
	for after := uuid.Nil; ; {
		var all []Order
		err := tx.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.closed_at IS NULL AND r.id > ?", tenancy.Must(ctx), after).Where("r.queue_at < ? OR EXISTS (?)", never,
			tx.NewSelect().TableExpr("workflow_timer AS w").ColumnExpr("1").Where("w.tenant_id = r.tenant_id AND w.subject_kind = ? AND w.subject_id = r.id AND w.from_at IS NOT NULL", SubjectKind)).OrderExpr("r.id").Limit(int64(s.recountPage)).Scan(ctx)
		if err != nil {
			return err
		}
		if err := s.recountOf(ctx, tx, all); err != nil || len(all) < s.recountPage {
			return err
		}
		after = all[len(all)-1].ID
	}
}

// recountOf adds the jobs for some orders.
func (s *Service) recountOf(ctx context.Context, tx bun.Tx, all []Order) error {
	if len(all) == 0 {
		return nil
	}
	cal, err := calendar.Load(ctx, tx, "")
	if err != nil {
		return err
	}
	for _, o := range all {
		f, err := s.flows.Find(ctx, tx, o.FlowVersion)
		if err != nil {
			return err
		}
		_, moved, err := s.dueAgain(f, o, cal)
		if err != nil {
			return err
		}
		timers, err := s.timersAgain(ctx, tx, f, o, cal)
		if err != nil {
			return err
		}
		if moved || len(timers) > 0 {
			if err := jobs.Add(ctx, tx, recountKind, recountArgs{o.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// dueAgain is by when the next step is promised by a calendar, and whether that is another day. A promise that would have passed by it
// already stays: a day that turns out to have been a working day makes nobody late.
func (s *Service) dueAgain(f *ductflow.Flow, o Order, cal workcal.Calendar) (time.Time, bool, error) {
	st, ok := f.State(o.State)
	if !ok || st.Within.IsZero() || !st.Within.Unit.ByCalendar() || o.DueAt.IsZero() {
		return o.DueAt, false, nil
	}
	due, err := cal.Due(o.countedFrom(), st.Within)
	if _, missing := workcal.MissingYear(err); err != nil && !missing {
		return o.DueAt, false, err
	}
	due = due.UTC()
	return due, !due.Equal(o.DueAt) && !(due.Before(o.DueAt) && due.Before(s.now())), nil
}

// timed is a step that an order takes by itself, with its time.
type timed struct {
	timer  workflow.Timer
	action workflow.Action
}

// timersAgain are those that a calendar moves.
func (s *Service) timersAgain(ctx context.Context, tx bun.Tx, f *ductflow.Flow, o Order, cal workcal.Calendar) ([]timed, error) {
	timers, err := workflow.CountedTimersOf(ctx, tx, o.Subject())
	if err != nil {
		return nil, err
	}
	var out []timed
	for _, t := range timers {
		i := slices.IndexFunc(f.Timed(o.State), func(a workflow.Action) bool { return a.Code == t.Name })
		if i < 0 {
			continue
		}
		a := f.Timed(o.State)[i]
		_, moved, err := t.Recounted(a, cal, s.now())
		if err != nil {
			return nil, err
		}
		if moved {
			out = append(out, timed{t, a})
		}
	}
	return out, nil
}

// recounted moves what an order was promised to what the calendar says, with word to the company.
func (s *Service) recounted(ctx context.Context, tx bun.Tx, args recountArgs) error {
	o, err := s.lock(ctx, tx, args.OrderID)
	if err != nil || !o.ClosedAt.IsZero() {
		return err
	}
	f, err := s.flows.Find(ctx, tx, o.FlowVersion)
	if err != nil {
		return err
	}
	cal, err := calendar.Hold(ctx, tx, "")
	if err != nil {
		return err
	}
	changes, err := calendar.Changes(ctx, tx)
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c calendar.Change) bool { return c.At.Before(o.EnteredAt) })
	because := func(l i18n.Locale, was, is time.Time) string {
		last := is
		if was.After(is) {
			last = was
		}
		if why := calendar.Because(changes, "", o.EnteredAt.In(cal.Zone), last.In(cal.Zone), l); why != "" {
			return why
		}
		return l.T("casework.recount.calendar")
	}
	var said []func(i18n.Locale) string
	detail := map[string]any{}
	due, moved, err := s.dueAgain(f, o, cal)
	if err != nil {
		return err
	}
	if moved {
		was := o.DueAt
		said = append(said, func(l i18n.Locale) string {
			return l.T("casework.recount.due", "from", l.Due(was.In(cal.Zone)), "to", l.Due(due.In(cal.Zone)), "because", because(l, was, due))
		})
		detail["before"], detail["after"] = was, due
		o.DueAt, o.QueueAt = due, due
		if _, err := tx.NewUpdate().Model(&o).Column("due_at", "queue_at").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: recount: %w", err)
		}
	}
	timers, err := s.timersAgain(ctx, tx, f, o, cal)
	if err != nil {
		return err
	}
	for _, x := range timers {
		was := x.timer.At
		if _, err := workflow.RescheduleTimer(ctx, tx, &x.timer, x.action, cal, s.now()); err != nil {
			return err
		}
		said = append(said, func(l i18n.Locale) string {
			return l.T("casework.recount.step", "step", x.action.Label.In(l), "from", l.Due(was.In(cal.Zone)), "to", l.Due(x.timer.At.In(cal.Zone)), "because", because(l, was, x.timer.At))
		})
	}
	if len(said) == 0 {
		return nil
	}
	text := func(l i18n.Locale) string {
		parts := make([]string, len(said))
		for i, say := range said {
			parts[i] = say(l)
		}
		return strings.Join(parts, " ")
	}
	if err := s.noted(ctx, tx, o, bySystem(), EventRecounted, "ductorder.recount", text(i18n.ID), detail); err != nil {
		return err
	}
	return s.letter(ctx, tx, o, fmt.Sprintf("recount:%d", s.now().UnixMicro()), "recount", func(l i18n.Locale) map[string]string { return map[string]string{"text": text(l)} })
}
