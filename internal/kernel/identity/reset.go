package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const (
	resetFor      = time.Hour
	resetsPerHour = 60
)

// ResetRequest mails a link to set a new password, if the address has an active account. Anyone may call it, and the
// answer and the work are the same when it has none. It refuses an address that cannot be one and too many tries from
// one network.
func (s *Service) ResetRequest(ctx context.Context, email, ip string) error {
	var fields []fault.Field
	email = emailField(email, &fields)
	if err := fault.Fields(fields); err != nil {
		return err
	}
	if err := s.limitIP(ctx, "reset", ip, resetsPerHour); err != nil {
		return err
	}
	handle, err := s.Keys.Hash(ctx, useEmail, email)
	if err != nil {
		return err
	}
	if !s.mayMail(ctx, "reset", handle, ip) {
		return nil
	}
	raw, hash := credential.NewToken()
	sealedLink, err := s.sealLink(ctx, raw)
	if err != nil {
		return err
	}
	if err := jobs.Add(ctx, s.DB, resetKind, resetArgs{Handle: handle, Hash: hash, Sealed: sealedLink}); err != nil {
		return fmt.Errorf("identity: reset: %w", err)
	}
	return nil
}

// Reset sets a new password by the link of ResetRequest, ends every session of the account and lifts its lock. The
// person signs in afterwards; staff still need their second factor. It refuses a weak password and a dead link (Gone
// "identity.link_expired").
func (s *Service) Reset(ctx context.Context, token, password string) error {
	link, account, err := s.linked(ctx, LinkReset, token)
	if err != nil {
		return err
	}
	phc, err := s.newPassword(ctx, account, password)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.useLink(ctx, tx, link); err != nil {
			return err
		}
		if err := putSecret(ctx, tx, account.ID, credPassword, phc, 0, s.now()); err != nil {
			return err
		}
		if err := endAll(ctx, tx, account.ID); err != nil {
			return err
		}
		if err := unlock(ctx, tx, account.EmailHash, account.PhoneHash); err != nil {
			return err
		}
		return audit.Record(ctx, tx, own(account.ID, account.Kind, "account.reset"))
	})
	if err != nil {
		return fmt.Errorf("identity: reset: %w", err)
	}
	return nil
}

// ChangePassword sets a new password for the actor, who proves the present one. Every other session ends and this one
// gets a new token. It refuses a wrong present password (field "current", code "password_wrong"), a weak new one, and
// staff who have yet to give their second factor (Forbidden "access.second_factor").
func (s *Service) ChangePassword(ctx context.Context, a Actor, present, next string) (Session, error) {
	if a.Kind == Staff && !a.TOTP {
		return Session{}, fault.New(fault.Forbidden, "access.second_factor")
	}
	account, err := findAccount(ctx, s.DB, a.ID)
	if err != nil {
		return Session{}, err
	}
	if err := s.fits(ctx, account, next); err != nil { // no guess at the present one, so it does not count as one
		return Session{}, err
	}
	try, err := s.reserveLogin(ctx, account.EmailHash, "session "+a.SessionID.String())
	if err != nil {
		return Session{}, err
	}
	who, err := s.claimant(ctx, "email_hash", account.EmailHash)
	if err != nil {
		return Session{}, fmt.Errorf("identity: change password: %w", err)
	}
	ok, _, err := s.passwords.Verify(ctx, string(who.Secret), present)
	if err != nil {
		return Session{}, err
	}
	if !ok {
		return Session{}, fault.Fields([]fault.Field{{Name: "current", Code: "password_wrong"}})
	}
	phc, err := s.hash(ctx, next)
	if err != nil {
		return Session{}, err
	}
	var out Session
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := putSecret(ctx, tx, a.ID, credPassword, phc, 0, s.now()); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("account_id = ?", a.ID).Where("id <> ?", a.SessionID).Exec(ctx)
		if err != nil {
			return err
		}
		if err := forgiveLogin(ctx, tx, try); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by(a, "account.password", a.ID, nil)); err != nil {
			return err
		}
		out, err = s.rotate(ctx, tx, a, a.TOTP)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("identity: change password: %w", err)
	}
	return out, nil
}
