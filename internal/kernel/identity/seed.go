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

// SeedInput is an account that an operator makes ready to use, without mail: the first administrator of a city, or the
// people of a demonstration.
type SeedInput struct {
	Name     string
	Email    string
	Phone    string
	Password string

	// Of staff alone.
	Roles      []string
	Agency     string
	Areas      []string // to which they are limited; none is no limit
	TOTPSecret string   // base32; empty leaves the second factor to be set up at the first sign-in
}

// CreateStaff makes a member of staff. Only an operator's command may call it: it asks nobody's permission. It refuses
// bad fields, and an address that has an account already, of whatever kind (Conflict "identity.email_taken"); then
// nothing has changed.
func (s *Service) CreateStaff(ctx context.Context, in SeedInput) (uuid.UUID, error) {
	return s.seed(ctx, Staff, in)
}

// CreateResident makes a resident whose address counts as confirmed. The rules are CreateStaff's.
func (s *Service) CreateResident(ctx context.Context, in SeedInput) (uuid.UUID, error) {
	return s.seed(ctx, Resident, in)
}

func (s *Service) seed(ctx context.Context, kind Kind, in SeedInput) (uuid.UUID, error) {
	var fields []fault.Field
	in.Name, in.Email, in.Phone = nameField(in.Name, &fields), emailField(in.Email, &fields), phoneField(in.Phone, &fields)
	credential.PasswordField("password", in.Password, &fields, in.Email, in.Phone)
	if err := fault.Fields(fields); err != nil {
		return uuid.Nil, err
	}
	c, err := s.sealContact(ctx, in.Email, in.Phone)
	if err != nil {
		return uuid.Nil, err
	}
	if _, err := findByHash(ctx, s.DB, "email_hash", c.emailHash); err == nil { // before the costly hash
		return uuid.Nil, errTaken()
	} else if !fault.Is(err, "identity.no_account") {
		return uuid.Nil, fmt.Errorf("identity: seed: %w", err)
	}
	phc, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		now := s.now()
		made, err := insertAccount(ctx, tx, accountRow{
			TenantID: tenancy.Must(ctx), ID: id, Kind: kind, Status: StatusActive, Name: in.Name, Locale: localeOf(ctx),
			Email: c.email, EmailHash: c.emailHash, Phone: c.phone, PhoneHash: c.phoneHash, CreatedAt: now,
		})
		if err != nil {
			return err
		}
		if !made {
			return errTaken()
		}
		if err := putSecret(ctx, tx, id, credPassword, []byte(phc), 0, now); err != nil {
			return err
		}
		if err := s.seedStaff(ctx, tx, id, kind, in); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorKind: audit.System, Action: "account.create", Object: "account", ObjectID: id,
			Detail: map[string]any{"kind": kind, "roles": in.Roles, "agency": in.Agency},
		})
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("identity: seed: %w", err)
	}
	return id, nil
}

func (s *Service) seedStaff(ctx context.Context, tx bun.IDB, id uuid.UUID, kind Kind, in SeedInput) error {
	if kind != Staff {
		return nil
	}
	if err := s.putRoles(ctx, tx, uuid.Nil, id, in.Roles, in.Agency, in.Areas); err != nil || in.TOTPSecret == "" {
		return err
	}
	if _, err := decodeSecret(in.TOTPSecret); err != nil {
		return fmt.Errorf("identity: the secret of the authenticator is not base32: %w", err)
	}
	sealed, err := s.Keys.Seal(ctx, []byte(in.TOTPSecret), useTOTP)
	if err != nil {
		return err
	}
	return putSecret(ctx, tx, id, credTOTP, sealed, 0, s.now())
}
