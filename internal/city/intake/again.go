package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Hold is the cause of a refusal to apply again: the applicant's own application that is in the way.
type Hold struct {
	ID    uuid.UUID
	ByNIK bool // the rule is about the person who is applied for, so that the account may apply for somebody else
}

func (h *Hold) Error() string { return "held by application " + h.ID.String() }

// MayStart tells a resident before the first question what Submit would refuse after the last: Conflict
// "application.one_open", "application.not_collected" (it is approved and waits for them) or "application.cooldown",
// each with the Hold as its cause, or "application.quota" and "application.quota_month", or
// "service.not_open" and "service.closed" between two seasons. It looks at every application
// of the account, whomever that was for; Submit knows the NIK.
func (s *Service) MayStart(ctx context.Context, actor identity.Actor, service string) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return err
	}
	db := s.Deps.DB.App
	o, err := s.Deps.Standards.InForce(ctx, db, service, s.Local(ctx))
	if err != nil || !o.Native {
		return err
	}
	if err := o.Refuse(ctx); err != nil {
		return err
	}
	if err := s.quotaLeft(ctx, db, o); err != nil || !o.Limited() {
		return err
	}
	list, err := s.earlier(ctx, db, o, "account_id", actor.ID, uuid.Nil)
	if err != nil {
		return err
	}
	hold, date := s.heldBy(ctx, o, list)
	if hold == nil {
		return nil
	}
	version, err := application.Newest(ctx, db, application.FormTable, o.Form)
	if err != nil {
		return err
	}
	form, err := application.Define[form.Form](ctx, s.Defs, db, application.FormTable, o.Form, version)
	if err != nil {
		return err
	}
	return refuseAgain(ctx, *hold, o, date, form.Identified().NIK != "")
}

// mayApply holds the service's rules on how often one person may apply. Two submissions of one person wait for each
// other, because neither could see the other's row yet. What another account has applied for with the same NIK is not
// this one's to know: it hears that it cannot apply now, and not why.
func (s *Service) mayApply(ctx context.Context, tx bun.IDB, app application.Application, form *form.Form, o application.Offer) error {
	if !o.Limited() {
		return nil
	}
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(? || ? || encode(?, 'hex'), 0))",
		app.TenantID.String(), app.ServiceCode, app.SubjectHash).Exec(tenancy.Later(ctx)); err != nil {
		return err
	}
	list, err := s.earlier(ctx, tx, o, "subject_hash", app.SubjectHash, app.ID)
	if err != nil {
		return err
	}
	var own []earlier
	for _, e := range list {
		if e.AccountID == app.AccountID {
			own = append(own, e)
		}
	}
	if hold, date := s.heldBy(ctx, o, own); hold != nil {
		return refuseAgain(ctx, *hold, o, date, form.Identified().NIK != "")
	}
	if hold, _ := s.heldBy(ctx, o, list); hold != nil {
		return fault.New(fault.Conflict, "application.not_now", "agency", o.AgencyName.In(i18n.From(ctx)))
	}
	return nil
}

// earlier is an application as far as it bears on the next one.
type earlier struct {
	ID          uuid.UUID      `bun:"id"`
	AccountID   uuid.UUID      `bun:"account_id"`
	Number      string         `bun:"number"`
	Stage       workflow.Stage `bun:"stage"`
	SubmittedAt time.Time      `bun:"submitted_at"`
	ClosedAt    time.Time      `bun:"closed_at,nullzero"`
}

// earlierLimit bounds what is looked at; an account that helps a neighbourhood has fewer of one service at a time.
const earlierLimit = 200

// earlier lists what was submitted for a service by an account, or for a subject, the newest first. A refused or
// withdrawn application does not count: its applicant was told to apply again.
func (s *Service) earlier(ctx context.Context, db bun.IDB, o application.Offer, column string, whose any, except uuid.UUID) ([]earlier, error) {
	var list []earlier
	err := db.NewRaw(`SELECT id, account_id, number, stage, submitted_at, closed_at FROM application
		WHERE tenant_id = ? AND service_code = ? AND ? = ? AND submitted_at IS NOT NULL AND id <> ? AND stage NOT IN (?, ?)
		ORDER BY submitted_at DESC LIMIT ?`,
		tenancy.Must(ctx), o.Service, bun.Ident(column), whose, except, workflow.StageRejected, workflow.StageCancelled, earlierLimit).Scan(tenancy.Prepared(ctx), &list)
	if err != nil {
		return nil, fmt.Errorf("intake: earlier applications: %w", err)
	}
	return list, nil
}

// heldBy returns which of some applications, the newest first, is in the way of another, and the day from which the time
// to wait is over, zero when it is over already. One that is open comes before one that is only recent.
func (s *Service) heldBy(ctx context.Context, o application.Offer, list []earlier) (*earlier, time.Time) {
	if len(list) == 0 {
		return nil, time.Time{}
	}
	var date time.Time
	if o.CooldownMonths > 0 {
		again := workcal.AddMonths(list[0].SubmittedAt.In(s.Local(ctx).Location()), o.CooldownMonths)
		if s.Now().Before(again) {
			date = again
		}
	}
	for _, e := range list {
		if o.OneOpen && e.ClosedAt.IsZero() {
			return &e, date
		}
	}
	if date.IsZero() {
		return nil, date
	}
	return &list[0], date
}

func refuseAgain(ctx context.Context, e earlier, o application.Offer, date time.Time, byNIK bool) error {
	l := i18n.From(ctx)
	f := &fault.Error{Kind: fault.Conflict, Code: "application.cooldown", Args: []any{"number", e.Number, "months", o.CooldownMonths, "date", l.Date(date)},
		Err: &Hold{ID: e.ID, ByNIK: byNIK}}
	if !o.OneOpen || !e.ClosedAt.IsZero() {
		return f
	}
	f.Code = "application.one_open"
	if e.Stage == workflow.StageApproved {
		f.Code = "application.not_collected"
	}
	when := l.T("casework.again.at_once")
	if !date.IsZero() {
		when = l.T("casework.again.from", "date", l.Date(date))
	}
	f.Args = []any{"number", e.Number, "when", when}
	return f
}
