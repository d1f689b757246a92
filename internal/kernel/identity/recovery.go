package identity

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

const (
	recoveryCount = 10
	recoveryChars = 10 // of 32 letters: 50 bits each, behind a lock and a keyed hash
	crockford     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	useRecovery   = "account.recovery"
)

// RenewRecoveryCodes replaces the actor's recovery codes and returns the new ones, which are shown this once. It asks for
// the present code of the authenticator, so that a desk left open gives nobody a way in for later. The session must have
// passed the second factor: Forbidden "access.second_factor" otherwise. The other refusals are ConfirmTOTP's.
func (s *Service) RenewRecoveryCodes(ctx context.Context, a Actor, code string) ([]string, error) {
	if a.Kind == Staff && !a.TOTP {
		return nil, fault.New(fault.Forbidden, "access.second_factor")
	}
	handle, err := s.tryCode(ctx, a)
	if err != nil {
		return nil, err
	}
	auth, err := s.authenticator(ctx, a.ID, credTOTP)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "identity.totp_missing")
	}
	if err != nil {
		return nil, fmt.Errorf("identity: recovery codes: %w", err)
	}
	codes, rows, err := s.recoveryCodes(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		at, ok := step(auth.secret, digits(code), s.now())
		if ok {
			if ok, err = spendStep(ctx, tx, auth.row, at); err != nil {
				return err
			}
		}
		if !ok {
			return errCode()
		}
		if err := replaceRecovery(ctx, tx, a.ID, rows); err != nil {
			return err
		}
		if err := forgive(ctx, tx, handle); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by(a, "account.recovery_renewed", a.ID, nil))
	})
	if err != nil {
		return nil, s.refuseCode(ctx, a, err)
	}
	return codes, nil
}

// recoveryCodes makes codes for a person and the rows that know them again.
func (s *Service) recoveryCodes(ctx context.Context, account uuid.UUID) ([]string, []credentialRow, error) {
	codes, rows := make([]string, recoveryCount), make([]credentialRow, recoveryCount)
	for i := range codes {
		b := make([]byte, recoveryChars)
		_, _ = rand.Read(b) // never fails
		for j := range b {
			b[j] = crockford[b[j]%32]
		}
		hash, err := s.Keys.Hash(ctx, useRecovery, account.String()+string(b))
		if err != nil {
			return nil, nil, err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, nil, err
		}
		codes[i] = string(b[:5]) + "-" + string(b[5:])
		rows[i] = credentialRow{
			TenantID: tenancy.Must(ctx), ID: id, AccountID: account, Kind: credRecovery, Handle: hash, CreatedAt: s.now(),
		}
	}
	return codes, rows, nil
}

func replaceRecovery(ctx context.Context, tx bun.IDB, account uuid.UUID, rows []credentialRow) error {
	if err := dropCredentials(ctx, tx, account, credRecovery); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// spendRecovery takes a recovery code as people type it; false when there is no such code or it was used.
func (s *Service) spendRecovery(ctx context.Context, tx bun.IDB, account uuid.UUID, code string) (bool, error) {
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
	if len(code) != recoveryChars {
		return false, nil
	}
	hash, err := s.Keys.Hash(ctx, useRecovery, account.String()+code)
	if err != nil {
		return false, err
	}
	res, err := tx.NewUpdate().Model((*credentialRow)(nil)).Set("used_at = ?", s.now()).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("kind = ?", credRecovery).Where("handle = ?", hash).
		Where("account_id = ?", account).Where("used_at IS NULL").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
