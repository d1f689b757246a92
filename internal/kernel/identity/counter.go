package identity

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Counter makes, as part of tx, the account of a resident who stands at a counter and has none: it has no address and
// nothing to sign in with, and exists so that what is filed for them is theirs. phone may be empty. Whoever calls it has
// checked that the officer may. It refuses bad fields. The city's keys must have been used before tx began.
func (s *Service) Counter(ctx context.Context, tx bun.IDB, name, phone string) (Actor, error) {
	var fields []fault.Field
	name, phone = nameField(name, &fields), phoneField(phone, &fields)
	if err := fault.Fields(fields); err != nil {
		return Actor{}, err
	}
	c, err := s.sealContact(ctx, "", phone)
	if err != nil {
		return Actor{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Actor{}, err
	}
	nobody := make([]byte, 32) // in the place of an address's hash, which is unique
	_, _ = rand.Read(nobody)   // never fails
	// The phone is kept for the tracking of the application; nobody has proved that it is theirs, so nobody is found by it.
	_, err = insertAccount(ctx, tx, accountRow{
		TenantID: tenancy.Must(ctx), ID: id, Kind: Resident, Status: StatusActive, Name: name, Locale: localeOf(ctx),
		Email: c.email, EmailHash: nobody, Phone: c.phone, CreatedAt: s.now(),
	})
	if err != nil {
		return Actor{}, fmt.Errorf("identity: counter: %w", err)
	}
	return Actor{ID: id, TenantID: tenancy.Must(ctx), Kind: Resident, Name: name, Phone: phone, Locale: localeOf(ctx)}, nil
}

// ForgetCounter deletes, as part of tx, people whom Counter wrote down and for whom nothing was sent in the end. Nobody who can
// sign in is deleted.
func (s *Service) ForgetCounter(ctx context.Context, tx bun.IDB, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`DELETE FROM account AS x WHERE x.tenant_id = ? AND x.id IN (?) AND x.kind = ? AND x.signed_in_at IS NULL
		AND NOT EXISTS (SELECT FROM credential AS c WHERE c.tenant_id = x.tenant_id AND c.account_id = x.id)`, tenancy.Must(ctx), bun.List(ids), Resident).Exec(ctx)
	if err != nil {
		return fmt.Errorf("identity: forget counter: %w", err)
	}
	return nil
}
