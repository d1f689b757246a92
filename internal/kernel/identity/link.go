package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/tenancy"
)

// Purpose says what a link in a mail is for.
type Purpose string

// The purposes of links.
const (
	LinkConfirm Purpose = "confirm"
	LinkReset   Purpose = "reset"
	LinkInvite  Purpose = "invite"
)

type linkRow struct {
	bun.BaseModel `bun:"table:account_link,alias:l"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	ID        uuid.UUID  `bun:"id,pk"`
	AccountID uuid.UUID  `bun:"account_id"`
	Purpose   Purpose    `bun:"purpose"`
	Hash      []byte     `bun:"hash"`
	CreatedAt time.Time  `bun:"created_at"`
	ExpiresAt time.Time  `bun:"expires_at"`
}

// LinkOwner returns whose link this is, so that the page behind it can greet them, without using it up. Anyone who
// holds the link may ask; Gone "identity.link_expired" for one that does not work.
func (s *Service) LinkOwner(ctx context.Context, p Purpose, token string) (Account, error) {
	if p == LinkConfirm {
		reg, err := s.registrationOf(ctx, s.DB, token)
		if err != nil {
			return Account{}, err
		}
		return s.openRegistration(ctx, reg)
	}
	_, row, err := s.linked(ctx, p, token)
	if err != nil {
		return Account{}, err
	}
	return s.open(ctx, row)
}

// linked finds a live link and its account, in the state that the purpose asks for.
func (s *Service) linked(ctx context.Context, p Purpose, token string) (linkRow, accountRow, error) {
	hash, ok := credential.HashToken(token)
	if !ok {
		return linkRow{}, accountRow{}, errLink()
	}
	var rows []linkRow
	err := s.DB.NewSelect().Model(&rows).Where("tenant_id = ?", tenancy.Must(ctx)).Where("hash = ?", hash).
		Where("purpose = ?", p).Where("expires_at > ?", s.now()).Scan(ctx)
	if err != nil {
		return linkRow{}, accountRow{}, fmt.Errorf("identity: link: %w", err)
	}
	if len(rows) != 1 {
		return linkRow{}, accountRow{}, errLink()
	}
	account, err := findAccount(ctx, s.DB, rows[0].AccountID)
	if err != nil {
		return linkRow{}, accountRow{}, err
	}
	want := StatusActive
	if p == LinkInvite {
		want = StatusInvited
	}
	if account.Status != want {
		return linkRow{}, accountRow{}, errLink()
	}
	return rows[0], account, nil
}

// newLink replaces the link of an account for a purpose; the one sent before stops working.
func (s *Service) newLink(ctx context.Context, tx bun.IDB, account uuid.UUID, p Purpose, hash []byte, life time.Duration) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := s.now()
	row := linkRow{
		TenantID: tenancy.Must(ctx), ID: id, AccountID: account, Purpose: p, Hash: hash, CreatedAt: now, ExpiresAt: now.Add(life),
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, account_id, purpose) DO UPDATE").
		Set("hash = EXCLUDED.hash, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at").Exec(ctx)
	return err
}

// useLink uses a link up. Of two who follow it at once, one is refused.
func (s *Service) useLink(ctx context.Context, tx bun.IDB, row linkRow) error {
	res, err := tx.NewDelete().Model((*linkRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("id = ?", row.ID).Where("hash = ?", row.Hash).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errLink()
	}
	return nil
}
