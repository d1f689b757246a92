package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Whether an address has an account is looked up by a job and never by the request that names the address: the request
// does the same for every address, so that the time it takes says nothing. Sealed is the secret of the link for the
// mail, as in event.AccountMail.
type (
	registrationArgs struct {
		RegistrationID uuid.UUID `json:"registration_id"`
		Sealed         string    `json:"sealed"`
	}
	resetArgs struct {
		Handle []byte `json:"handle"` // the keyed hash of the address
		Hash   []byte `json:"hash"`   // of the link's secret
		Sealed string `json:"sealed"`
	}
)

var (
	registrationKind = jobs.Kind[registrationArgs]{Name: "identity.answer_registration.v1", Queue: jobs.Urgent, MaxRetry: 12, Timeout: 30 * time.Second}
	resetKind        = jobs.Kind[resetArgs]{Name: "identity.answer_reset.v1", Queue: jobs.Urgent, MaxRetry: 12, Timeout: 30 * time.Second}
)

// Plan binds identity's jobs to r, and lets it remove what has expired, every hour in every city and on the platform.
// Call it once, before the runner starts.
func (s *Service) Plan(r *jobs.Runner) error {
	jobs.EachTenant(r, "identity.sweep", time.Hour, s.sweep)
	if err := jobs.Handle(r, registrationKind, s.answerRegistration); err != nil {
		return err
	}
	return jobs.Handle(r, resetKind, s.answerReset)
}

// answerRegistration mails the link of a registration, or tells the owner of an address that has an account. Staff who
// have yet to accept an invitation have that mail already.
func (s *Service) answerRegistration(ctx context.Context, tx bun.Tx, args registrationArgs) error {
	var waiting []registrationRow
	err := tx.NewSelect().Model(&waiting).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", args.RegistrationID).Scan(ctx)
	if err != nil || len(waiting) == 0 {
		return err // over before its turn came
	}
	owner, err := findByHash(ctx, tx, "email_hash", waiting[0].EmailHash)
	if fault.Is(err, "identity.no_account") {
		return s.mail(ctx, tx, args.RegistrationID, mailConfirm, args.Sealed)
	}
	if err != nil {
		return fmt.Errorf("identity: answer registration: %w", err)
	}
	if _, err := tx.NewDelete().Model(&waiting[0]).WherePK().Exec(ctx); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, by(Actor{}, "account.register_again", owner.ID, nil)); err != nil || owner.Status != StatusActive {
		return err
	}
	return s.mail(ctx, tx, owner.ID, mailExists, "")
}

// answerReset mails the link of a reset, if the address has an active account.
func (s *Service) answerReset(ctx context.Context, tx bun.Tx, args resetArgs) error {
	owner, err := findByHash(ctx, tx, "email_hash", args.Handle)
	if fault.Is(err, "identity.no_account") || err == nil && owner.Status != StatusActive {
		return nil
	}
	if err != nil {
		return fmt.Errorf("identity: answer reset: %w", err)
	}
	if err := s.newLink(ctx, tx, owner.ID, LinkReset, args.Hash, resetFor); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, by(Actor{}, "account.reset_request", owner.ID, nil)); err != nil {
		return err
	}
	return s.mail(ctx, tx, owner.ID, mailReset, args.Sealed)
}
