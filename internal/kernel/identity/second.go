package identity

import (
	"context"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

func errCode() error { return fault.New(fault.Unauthenticated, "identity.code_wrong") }

func decodeSecret(s string) ([]byte, error) {
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
}

// ConfirmTOTP gives the second factor in the session of token: a code of the authenticator, or a recovery code. The
// session gets its rights and a new token. It refuses a wrong or already used code with Unauthenticated
// "identity.code_wrong", repeated ones with "identity.locked", and staff without authenticator with Conflict
// "identity.totp_missing".
func (s *Service) ConfirmTOTP(ctx context.Context, token, code string) (Session, error) {
	a, handle, err := s.secondFactor(ctx, token)
	if err != nil {
		return Session{}, err
	}
	auth, err := s.authenticator(ctx, a.ID, credTOTP)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, fault.New(fault.Conflict, "identity.totp_missing")
	}
	if err != nil {
		return Session{}, fmt.Errorf("identity: second factor: %w", err)
	}
	var out Session
	action := "session.second_factor"
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		var spent bool
		var err error
		if at, ok := step(auth.secret, digits(code), s.now()); ok {
			spent, err = spendStep(ctx, tx, auth.row, at)
		} else {
			action = "session.recovery_code"
			spent, err = s.spendRecovery(ctx, tx, a.ID, code)
		}
		if err != nil {
			return err
		}
		if !spent {
			return errCode()
		}
		out, err = s.elevate(ctx, tx, a, handle, action)
		return err
	})
	return out, s.refuseCode(ctx, a, err)
}

// ActivateTOTP proves the authenticator that EnrollTOTP offered by its first code, which also gives the session its
// second factor. It returns the recovery codes, which are shown this once. The authenticator and codes from before
// stop working. The refusals are ConfirmTOTP's, and Gone "identity.totp_expired" for an offer older than an hour.
func (s *Service) ActivateTOTP(ctx context.Context, token, code string) (Session, []string, error) {
	a, handle, err := s.secondFactor(ctx, token)
	if err != nil {
		return Session{}, nil, err
	}
	offered, err := s.authenticator(ctx, a.ID, credTOTPNew)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, nil, fault.New(fault.Conflict, "identity.totp_missing")
	}
	if err != nil {
		return Session{}, nil, fmt.Errorf("identity: activate: %w", err)
	}
	if s.stale(offered) {
		return Session{}, nil, fault.New(fault.Gone, "identity.totp_expired")
	}
	at, ok := step(offered.secret, digits(code), s.now())
	if !ok {
		return Session{}, nil, s.refuseCode(ctx, a, errCode())
	}
	codes, rows, err := s.recoveryCodes(ctx, a.ID)
	if err != nil {
		return Session{}, nil, err
	}
	var out Session
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if set, err := hasTOTP(ctx, tx, a.ID); err != nil || set && !a.TOTP {
			return orForbidden(err)
		}
		if err := dropCredentials(ctx, tx, a.ID, credTOTPNew); err != nil {
			return err
		}
		if err := putSecret(ctx, tx, a.ID, credTOTP, offered.row.Secret, at, s.now()); err != nil {
			return err
		}
		if err := replaceRecovery(ctx, tx, a.ID, rows); err != nil {
			return err
		}
		out, err = s.elevate(ctx, tx, a, handle, "account.second_factor_set")
		return err
	})
	if err != nil {
		return Session{}, nil, fmt.Errorf("identity: activate: %w", err)
	}
	return out, codes, nil
}

func orForbidden(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "identity.totp_set")
}

// secondFactor names whose second factor is tried and counts the try.
func (s *Service) secondFactor(ctx context.Context, token string) (Actor, []byte, error) {
	a, err := s.Resolve(ctx, token)
	if err != nil {
		return Actor{}, nil, err
	}
	handle, err := s.tryCode(ctx, a)
	return a, handle, err
}

// tryCode counts a try to give a's second factor, wherever it is asked for, and returns what takes the count back.
func (s *Service) tryCode(ctx context.Context, a Actor) ([]byte, error) {
	if a.Kind != Staff {
		return nil, fault.New(fault.Forbidden, "identity.totp_staff")
	}
	handle, err := s.Keys.Hash(ctx, useTOTP, a.ID.String())
	if err != nil {
		return nil, err
	}
	return handle, s.reserve(ctx, handle)
}

// elevate gives the session its second factor under a new token, and counts the person as active.
func (s *Service) elevate(ctx context.Context, tx bun.IDB, a Actor, handle []byte, action string) (Session, error) {
	out, err := s.rotate(ctx, tx, a, true)
	if err != nil {
		return Session{}, err
	}
	if err := forgive(ctx, tx, handle); err != nil {
		return Session{}, err
	}
	if err := audit.Record(ctx, tx, by(a, action, a.ID, nil)); err != nil {
		return Session{}, err
	}
	return out, event.Publish(ctx, tx, s.Bus, event.StaffActive{AccountID: a.ID, AgencyCode: a.Agency, At: s.now()})
}

// refuseCode records a wrong code after its transaction is undone, and passes every error on.
func (s *Service) refuseCode(ctx context.Context, a Actor, err error) error {
	if err == nil {
		return nil
	}
	if fault.Is(err, "identity.code_wrong") {
		if rerr := audit.Record(ctx, s.DB, by(a, "session.code_refused", a.ID, nil)); rerr != nil {
			err = rerr
		}
	}
	return fmt.Errorf("identity: second factor: %w", err)
}

// spendStep notes the step of an accepted code; false when that code, or a later one, was taken already.
func spendStep(ctx context.Context, tx bun.IDB, row credentialRow, at int64) (bool, error) {
	res, err := tx.NewUpdate().Model((*credentialRow)(nil)).Set("last_step = ?", at).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", row.ID).Where("last_step < ?", at).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// ClearTOTP takes away the authenticator of a member of staff who has lost it with the recovery codes, and ends their
// sessions; at the next sign-in they set up a new one. The caller has checked staff:manage; nobody does it for
// themselves (Forbidden "identity.not_yourself").
func (s *Service) ClearTOTP(ctx context.Context, a Actor, account uuid.UUID) error {
	return s.manage(ctx, a, account, "account.second_factor_cleared", nil, func(ctx context.Context, tx bun.Tx, _ accountRow) error {
		if err := dropCredentials(ctx, tx, account, credTOTP, credTOTPNew, credRecovery); err != nil {
			return err
		}
		return endAll(ctx, tx, account)
	})
}

func digits(code string) string {
	return strings.Join(strings.Fields(code), "")
}
