package identity

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// ProfileInput is what people say about themselves. The address is not part of it: it proves who they are.
type ProfileInput struct {
	Name   string
	Phone  string // empty removes the number
	Locale string // "id" or "en"
}

// UpdateProfile corrects the actor's own name, number and language. It refuses bad fields, and staff before their
// second factor (Forbidden "access.second_factor"). A number that another account signs in with is kept for contact
// only.
func (s *Service) UpdateProfile(ctx context.Context, a Actor, in ProfileInput) error {
	if a.Kind == Staff && !a.TOTP {
		return fault.New(fault.Forbidden, "access.second_factor")
	}
	var fields []fault.Field
	in.Name, in.Phone = nameField(in.Name, &fields), phoneField(in.Phone, &fields)
	if in.Locale != "id" && in.Locale != "en" {
		fields = append(fields, fault.Field{Name: "locale", Code: "invalid"})
	}
	if err := fault.Fields(fields); err != nil {
		return err
	}
	c, err := s.sealContact(ctx, a.Email, in.Phone)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		city := tenancy.Must(ctx)
		_, err := tx.NewRaw(`
UPDATE account SET name = ?, locale = ?, phone = ?, phone_hash = CASE WHEN EXISTS (
         SELECT FROM account o WHERE o.tenant_id = ? AND o.phone_hash = ? AND o.id <> ?) THEN NULL ELSE ?::bytea END
 WHERE tenant_id = ? AND id = ?`,
			in.Name, in.Locale, c.phone, city, c.phoneHash, a.ID, c.phoneHash, city, a.ID).Exec(ctx)
		if err != nil {
			return err
		}
		changed := map[string]any{"name": in.Name != a.Name, "phone": in.Phone != a.Phone, "locale": in.Locale != a.Locale}
		return audit.Record(ctx, tx, by(a, "account.profile", a.ID, changed))
	})
	if err != nil {
		return fmt.Errorf("identity: profile: %w", err)
	}
	return nil
}
