package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// PartnerInput names somebody who works for a company.
type PartnerInput struct{ Name, Email string }

// InvitePartner creates an account of a partner that waits for its owner and mails them the link; also runs in the same
// transaction, to say for which company. Who may invite is the caller's concern. Inviting again replaces the link and the
// name. An account that ClosePartner ended waits for its owner anew, without what they signed in with. It refuses bad fields,
// and an address that has an account of another kind or one in use (Conflict "identity.email_taken").
func (s *Service) InvitePartner(ctx context.Context, a Actor, in PartnerInput, also func(ctx context.Context, tx bun.Tx, account uuid.UUID) error) (uuid.UUID, error) {
	var fields []fault.Field
	in.Name, in.Email = nameField(in.Name, &fields), emailField(in.Email, &fields)
	if err := fault.Fields(fields); err != nil {
		return uuid.Nil, err
	}
	c, err := s.sealContact(ctx, in.Email, "")
	if err != nil {
		return uuid.Nil, err
	}
	raw, hash := credential.NewToken()
	sealedLink, err := s.sealLink(ctx, raw)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		made, err := insertAccount(ctx, tx, accountRow{TenantID: tenancy.Must(ctx), ID: id, Kind: Partner, Status: StatusInvited, Name: in.Name, Locale: localeOf(ctx),
			Email: c.email, EmailHash: c.emailHash, CreatedAt: s.now()})
		if err == nil && !made {
			err = tx.NewUpdate().Model((*accountRow)(nil)).Set("name = ?", in.Name).Set("status = ?", StatusInvited).Where("tenant_id = ?", tenancy.Must(ctx)).
				Where("email_hash = ?", c.emailHash).Where("status IN (?, ?)", StatusInvited, StatusDeactivated).Where("kind = ?", Partner).Returning("id").Scan(ctx, &id)
			if errors.Is(err, sql.ErrNoRows) {
				return errTaken()
			}
			if err == nil {
				_, err = tx.NewDelete().Model((*credentialRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", id).Exec(ctx)
			}
		}
		if err != nil {
			return err
		}
		if err := also(ctx, tx, id); err != nil {
			return err
		}
		if err := s.newLink(ctx, tx, id, LinkInvite, hash, inviteFor); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by(a, "account.invite", id, map[string]any{"kind": Partner})); err != nil {
			return err
		}
		return s.mail(ctx, tx, id, mailInvite, sealedLink)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("identity: invite partner: %w", err)
	}
	return id, nil
}

// TellHeld tells whoever holds an address that somebody invited them there as a partner, which cannot be: the one who invited is
// answered as if the invitation had gone. Nobody is told of an address that has no account in use, nor too often.
func (s *Service) TellHeld(ctx context.Context, a Actor, email string) error {
	var fields []fault.Field
	email = emailField(email, &fields)
	if err := fault.Fields(fields); err != nil {
		return err
	}
	c, err := s.sealContact(ctx, email, "")
	if err != nil {
		return err
	}
	owner, err := findByHash(ctx, s.DB, "email_hash", c.emailHash)
	if fault.Is(err, "identity.no_account") || err == nil && (owner.Status != StatusActive || !s.mayMail(ctx, "held", c.emailHash, "")) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("identity: tell held: %w", err)
	}
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := audit.Record(ctx, tx, by(a, "account.invite_held", owner.ID, nil)); err != nil {
			return err
		}
		return s.mail(ctx, tx, owner.ID, mailHeld, "")
	})
}

// ClosePartner ends an account of a partner as part of tx: its sessions and links stop at once, its past stays. Who may is
// the caller's concern. NotFound "identity.no_account" for one of another kind.
func (s *Service) ClosePartner(ctx context.Context, tx bun.Tx, a Actor, account uuid.UUID) error {
	var row accountRow
	err := tx.NewSelect().Model(&row).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", account).Where("kind = ?", Partner).For("UPDATE").Scan(ctx)
	if err != nil {
		return orMissing(err)
	}
	if err := setStatus(ctx, tx, account, StatusDeactivated); err != nil {
		return err
	}
	_, err = tx.NewDelete().Model((*linkRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", account).Exec(ctx)
	if err != nil {
		return err
	}
	if err := endAll(ctx, tx, account); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by(a, "account.deactivate", account, nil))
}

// CreatePartner makes a partner whose account can be used at once. The rules are CreateStaff's.
func (s *Service) CreatePartner(ctx context.Context, in SeedInput) (uuid.UUID, error) {
	return s.seed(ctx, Partner, in)
}
