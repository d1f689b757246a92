package ductwork

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// PermitInput is the permit for works. Application is the number of the application that it was given on, where the city's own
// service gave it.
type PermitInput struct {
	Number, By, Application string
	Day                     time.Time
}

// Permit writes the permit of works down, for staff with duct:manage: of planned ones, which are then permitted, of such whose permit was
// withdrawn, and of an emergency, whose permit comes afterwards. It refuses Invalid what is missing or cannot be, an application that the city does
// not have too, together with what whoever asks could not read, and Conflict "ductwork.wrong_state".
func (s *Service) Permit(ctx context.Context, actor identity.Actor, id uuid.UUID, in PermitInput, unread ...fault.Field) error {
	in.Number, in.By, in.Application = strings.TrimSpace(in.Number), strings.Join(strings.Fields(in.By), " "), strings.TrimSpace(in.Application)
	bad := fault.Also(unread, said(map[string]text{"permit": {in.Number, 100, true}, "permit_by": {in.By, 200, true}, "application": {in.Application, 40, false}})...)
	if in.Application != "" && s.d.Applications != nil {
		number, err := s.d.Applications.Numbered(ctx, s.d.DB, in.Application)
		if err != nil {
			return err
		}
		if number == "" {
			bad = fault.Also(bad, fault.Field{Name: "application", Code: "no_application"})
		}
		in.Application = number
	}
	if err := fault.Fields(fault.Also(bad, s.past(ctx, "permit_day", in.Day)...)); err != nil {
		return err
	}
	return s.step(ctx, actor, uuid.Nil, id, "ductwork.permit", []string{Planned, Permitted, Running, Reinstating}, func(_ context.Context, _ bun.Tx, w *Work) error {
		if w.State != Planned && (!w.Emergency || w.Permit != "") && w.PermitEndedAt.IsZero() {
			return fault.New(fault.Conflict, "ductwork.wrong_state")
		}
		w.Permit, w.PermitBy, w.PermitDay, w.Application = in.Number, in.By, in.Day, in.Application
		w.DocumentID, w.PermitEndedAt, w.PermitEndedWhy = uuid.NullUUID{}, time.Time{}, ""
		w.unclaim() // it was the permit before whose applicant named a company
		if w.State == Planned {
			w.State = Permitted
		}
		return nil
	})
}

// Begin says on which day permitted works began, for staff with duct:manage. It refuses Invalid field "day" one to come and one
// outside the window of the permit, Conflict "ductwork.permit_ended" works whose permit was withdrawn, and "ductwork.no_guarantee" works for which no bank guarantees the execution to
// their last day, where one has to.
func (s *Service) Begin(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) error {
	if err := fault.Fields(s.past(ctx, "day", day)); err != nil {
		return err
	}
	return s.step(ctx, actor, uuid.Nil, id, "ductwork.begin", []string{Permitted}, func(ctx context.Context, tx bun.Tx, w *Work) error {
		if !w.PermitEndedAt.IsZero() {
			return fault.New(fault.Conflict, "ductwork.permit_ended")
		}
		if day.Before(w.From) || day.After(w.To) {
			return fault.Fields([]fault.Field{{Name: "day", Code: "work_outside"}})
		}
		if w.guaranteed() {
			holds, err := tx.NewSelect().Model((*Guarantee)(nil)).Where("g.tenant_id = ? AND g.work_id = ? AND g.kind = ? AND g.settled = '' AND g.valid_until >= ?", w.TenantID, w.ID, Execution, w.To).Exists(ctx)
			if err != nil {
				return fmt.Errorf("ductwork: begin: %w", err)
			}
			if !holds {
				return fault.New(fault.Conflict, "ductwork.no_guarantee")
			}
		}
		w.State, w.BeganOn = Running, day
		return nil
	})
}

// Restore says that works are dug and the road is being restored, for staff with duct:manage.
func (s *Service) Restore(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.step(ctx, actor, uuid.Nil, id, "ductwork.restore", []string{Running}, func(_ context.Context, _ bun.Tx, w *Work) error {
		w.State = Reinstating
		return nil
	})
}

// Report makes the report of an emergency, once, by people of the company whose it is or by staff with duct:manage. Whether it
// is late shows from then on. Conflict "ductwork.wrong_state" for what was reported, or is no emergency.
func (s *Service) Report(ctx context.Context, actor identity.Actor, company, id uuid.UUID, report string) error {
	report = strings.TrimSpace(report)
	if err := fault.Fields(said(map[string]text{"report": {report, 2000, true}})); err != nil {
		return err
	}
	return s.step(ctx, actor, company, id, "ductwork.report", States(), func(_ context.Context, _ bun.Tx, w *Work) error {
		if !w.Emergency || !w.ReportedAt.IsZero() {
			return fault.New(fault.Conflict, "ductwork.wrong_state")
		}
		w.Report, w.ReportedAt = report, s.now()
		return nil
	})
}

// Cancel gives works up before they begin, by people of the company whose it is while it is planned, or by staff with
// duct:manage.
func (s *Service) Cancel(ctx context.Context, actor identity.Actor, company, id uuid.UUID, why string) error {
	why = strings.TrimSpace(why)
	if err := fault.Fields(said(map[string]text{"why": {why, 500, true}})); err != nil {
		return err
	}
	from := []string{Planned, Permitted}
	if actor.Kind == identity.Partner {
		from = from[:1]
	}
	return s.step(ctx, actor, company, id, "ductwork.cancel", from, func(_ context.Context, _ bun.Tx, w *Work) error {
		w.State, w.Why = Cancelled, why
		return nil
	})
}

// Release ends the answer of whoever dug for the road, for staff with duct:manage. It refuses Conflict "ductwork.upkeep_runs"
// before the maintenance period is over, and "ductwork.guarantee_held" while a guarantee is neither returned nor claimed.
func (s *Service) Release(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	today := s.Today(ctx)
	return s.step(ctx, actor, uuid.Nil, id, "ductwork.release", []string{Upkeep}, func(ctx context.Context, tx bun.Tx, w *Work) error {
		if today.Before(w.UpkeepUntil) {
			return fault.New(fault.Conflict, "ductwork.upkeep_runs", "day", i18n.From(ctx).Date(w.UpkeepUntil.AddDate(0, 0, -1)))
		}
		held, err := tx.NewSelect().Model((*Guarantee)(nil)).Where("g.tenant_id = ? AND g.work_id = ? AND g.settled = ''", w.TenantID, w.ID).Exists(ctx)
		if err != nil {
			return fmt.Errorf("ductwork: release: %w", err)
		}
		if held {
			return fault.New(fault.Conflict, "ductwork.guarantee_held")
		}
		w.State, w.ReleasedOn = Released, today
		return nil
	})
}

// text is what somebody said, how long it may be, and whether it has to be said.
type text struct {
	value string
	max   int
	need  bool
}

func said(all map[string]text) []fault.Field {
	var bad []fault.Field
	for name, x := range all {
		if n := len([]rune(x.value)); n == 0 && x.need {
			bad = append(bad, fault.Field{Name: name, Code: "required"})
		} else if n > x.max {
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", x.max}})
		}
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return bad
}

// past refuses a day that is missing or to come.
func (s *Service) past(ctx context.Context, field string, day time.Time) []fault.Field {
	switch {
	case day.IsZero():
		return []fault.Field{{Name: field, Code: "required"}}
	case day.After(s.Today(ctx)):
		return []fault.Field{{Name: field, Code: "date_future"}}
	}
	return nil
}

// step changes works that are in one of some states. What meets them is found anew once they are over.
func (s *Service) step(ctx context.Context, actor identity.Actor, company, id uuid.UUID, action string, from []string, change func(context.Context, bun.Tx, *Work) error) error {
	if err := s.mayWrite(ctx, actor, company); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		w, err := s.locked(ctx, tx, company, id)
		if err != nil {
			return err
		}
		return s.move(ctx, tx, actor, &w, action, from, nil, change)
	})
}

// move is step within tx, of works that are locked; detail is told in the audit record too.
func (s *Service) move(ctx context.Context, tx bun.Tx, actor identity.Actor, w *Work, action string, from []string, detail map[string]any, change func(context.Context, bun.Tx, *Work) error) error {
	was := w.State
	if !slices.Contains(from, was) {
		return fault.New(fault.Conflict, "ductwork.wrong_state")
	}
	if err := change(ctx, tx, w); err != nil {
		return err
	}
	w.UpdatedAt = s.now()
	_, err := tx.NewUpdate().Model(w).Column("state", "permit", "permit_day", "permit_by", "application", "document_id", "permit_ended_at", "permit_ended_why", "may_operator", "may_be", "began_on", "restored_on", "upkeep_until", "released_on", "reported_at", "report", "why", "updated_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	if w.State != was && !w.Open() {
		if err := s.check(ctx, tx, w, usual); err != nil { // which takes what it met away; no rule is asked
			return err
		}
	}
	told := map[string]any{"number": w.Number, "from": was, "to": w.State}
	for k, v := range detail {
		told[k] = v
	}
	return audit.Record(ctx, tx, entry(actor, action, w.ID, told))
}
