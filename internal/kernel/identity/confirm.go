package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// ConfirmInput follows the link of a registration.
type ConfirmInput struct {
	Token     string
	Password  string
	IP        string
	UserAgent string
}

// ConfirmEmail makes the account of a registration and signs its owner in. It asks for the password of that
// registration again: somebody else may have registered this address with a password of their own, and the link alone
// must not hand them the account. It refuses a dead link (Gone "identity.link_expired"), a wrong password
// ("identity.confirm_wrong"), and an address that got its account meanwhile (Conflict "identity.already_registered").
func (s *Service) ConfirmEmail(ctx context.Context, in ConfirmInput) (Session, error) {
	reg, err := s.registrationOf(ctx, s.DB, in.Token)
	if err != nil {
		return Session{}, err
	}
	handle, err := s.Keys.Hash(ctx, "registration", reg.ID.String())
	if err != nil {
		return Session{}, err
	}
	if err := s.reserve(ctx, handle); err != nil {
		return Session{}, err
	}
	ok, _, err := s.passwords.Verify(ctx, string(reg.Password), in.Password)
	if err != nil {
		return Session{}, err
	}
	if !ok {
		return Session{}, fault.New(fault.Unauthenticated, "identity.confirm_wrong")
	}
	account, err := uuid.NewV7()
	if err != nil {
		return Session{}, err
	}
	var out Session
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		// Deleting first makes the link good for one use, also when it is followed twice at once.
		res, err := tx.NewDelete().Model((*registrationRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("id = ?", reg.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errLink()
		}
		if err := s.createResident(ctx, tx, account, reg); err != nil {
			return err
		}
		if err := forgive(ctx, tx, handle); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, own(account, Resident, "account.confirm")); err != nil {
			return err
		}
		out, err = s.openSession(ctx, tx, account, Resident, in.IP, in.UserAgent)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("identity: confirm: %w", err)
	}
	return out, nil
}

// registrationOf finds a live registration by the secret of its link.
func (s *Service) registrationOf(ctx context.Context, db bun.IDB, token string) (registrationRow, error) {
	hash, ok := credential.HashToken(token)
	if !ok {
		return registrationRow{}, errLink()
	}
	var rows []registrationRow
	err := db.NewSelect().Model(&rows).Where("tenant_id = ?", tenancy.Must(ctx)).Where("hash = ?", hash).
		Where("expires_at > ?", s.now()).Scan(ctx)
	if err != nil {
		return registrationRow{}, fmt.Errorf("identity: confirm: %w", err)
	}
	if len(rows) != 1 {
		return registrationRow{}, errLink()
	}
	return rows[0], nil
}

// createResident turns a registration into an active account and drops the others that wait for the same address.
func (s *Service) createResident(ctx context.Context, tx bun.IDB, account uuid.UUID, reg registrationRow) error {
	now := s.now()
	made, err := insertAccount(ctx, tx, accountRow{
		TenantID: tenancy.Must(ctx), ID: account, Kind: Resident, Status: StatusActive, Name: reg.Name, Locale: reg.Locale,
		Email: reg.Email, EmailHash: reg.EmailHash, Phone: reg.Phone, PhoneHash: reg.PhoneHash,
		CreatedAt: now, SignedInAt: now,
	})
	if err != nil {
		return err
	}
	if !made {
		return fault.New(fault.Conflict, "identity.already_registered")
	}
	if err := putSecret(ctx, tx, account, credPassword, reg.Password, 0, now); err != nil {
		return err
	}
	_, err = tx.NewDelete().Model((*registrationRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("email_hash = ?", reg.EmailHash).Exec(ctx)
	return err
}
