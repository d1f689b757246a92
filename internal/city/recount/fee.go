package recount

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/workcal"
)

var feeKind = jobs.Kind[Batch]{Name: "casework.recount_fee.v1", MaxRetry: 20, Timeout: 5 * time.Minute}

// Fees is Applications for the last day on which a fee may be paid, and for the words that name it.
func (c *Counter) Fees(ctx context.Context, tx bun.Tx, args Batch) error {
	return beside(ctx, tx, args, feeKind, fee.Dated, func(f fee.Fee) (id, of uuid.UUID) { return f.ID, f.SubjectID },
		func(f *fee.Fee, cals calendars, changes []calendar.Change) error {
			return c.waits(ctx, tx, args, f.SubjectID, cals, changes)
		})
}

// countFeeAgain moves the last day of the fee that a locked application waits for, and returns what its applicant is to be
// told when it is another day: another hour of the same day they read on its page.
func (c *Counter) countFeeAgain(ctx context.Context, tx bun.Tx, app application.Application, cal workcal.Calendar, changes []calendar.Change) (string, error) {
	f, err := fee.DueOf(ctx, tx, application.SubjectKind, app.ID)
	if fault.Is(err, "fee.not_due") { // paid or dropped meanwhile
		return "", nil
	}
	if err != nil {
		return "", err
	}
	wf, err := c.Workflow(ctx, tx, app)
	if err != nil {
		return "", err
	}
	state, _ := wf.State(app.State)
	if state.Fee == nil || state.Fee.Due.IsZero() {
		return "", nil
	}
	due, err := cal.Due(f.OpenedAt, state.Fee.Due)
	if _, missing := workcal.MissingYear(err); err != nil && !missing {
		return "", err
	}
	was, now := f.DueAt, c.Now()
	if due.Equal(was) || due.Before(was) && due.Before(now) {
		return "", nil
	}
	f.DueAt = due.UTC()
	if err := fee.Move(ctx, tx, f, due, application.HowToPay(ctx, app, *state.Fee, f)); err != nil {
		return "", err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.recount_fee", Object: "application", ObjectID: app.ID, At: now,
		Detail: map[string]any{"number": app.Number, "fee": f.ID, "before": was, "after": f.DueAt, "changes": idsOf(changes)},
	})
	if err != nil || was.In(cal.Zone).Format(time.DateOnly) == due.In(cal.Zone).Format(time.DateOnly) {
		return "", err
	}
	l := i18n.Locale(app.Locale)
	because := calendar.Because(changes, app.AgencyCode, f.OpenedAt.In(cal.Zone), later(was, due).In(cal.Zone), l)
	if because == "" {
		because = l.T("casework.recount.calendar")
	}
	text := l.T("casework.recount.fee", "title", f.Title.In(l), "from", l.Due(was.In(cal.Zone)), "to", l.Due(due.In(cal.Zone)), "because", because)
	err = application.Record(ctx, tx, app, application.Event{At: now, Action: application.EventDueChanged, FromState: app.State, ToState: app.State,
		ActorKind: audit.System, Public: true, Message: text})
	return text, err
}
