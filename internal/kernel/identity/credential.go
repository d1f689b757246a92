package identity

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// The kinds of credential. A passkey or an OIDC subject will be another kind, found by its handle; nothing that
// exists has to change for it.
const (
	credPassword = "password"
	credTOTP     = "totp"
	credTOTPNew  = "totp_new" // shown to its owner, not yet proved
	credRecovery = "recovery"
)

type credentialRow struct {
	bun.BaseModel `bun:"table:credential,alias:c"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	ID        uuid.UUID  `bun:"id,pk"`
	AccountID uuid.UUID  `bun:"account_id"`
	Kind      string     `bun:"kind"`
	Handle    []byte     `bun:"handle"`
	Secret    []byte     `bun:"secret"`
	LastStep  int64      `bun:"last_step"`
	CreatedAt time.Time  `bun:"created_at"`
	UsedAt    time.Time  `bun:"used_at,nullzero"`
}

// putSecret sets the one password or authenticator of an account, replacing what was there.
func putSecret(ctx context.Context, tx bun.IDB, account uuid.UUID, kind string, secret []byte, step int64, now time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	row := credentialRow{
		TenantID: tenancy.Must(ctx), ID: id, AccountID: account, Kind: kind, Secret: secret, LastStep: step, CreatedAt: now,
	}
	_, err = tx.NewInsert().Model(&row).
		On("CONFLICT (tenant_id, account_id, kind) WHERE kind IN ('password', 'totp', 'totp_new') DO UPDATE").
		Set("secret = EXCLUDED.secret, last_step = EXCLUDED.last_step, created_at = EXCLUDED.created_at, used_at = NULL").
		Exec(ctx)
	return err
}

func dropCredentials(ctx context.Context, tx bun.IDB, account uuid.UUID, kinds ...string) error {
	_, err := tx.NewDelete().Model((*credentialRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", account).Where("kind IN (?)", bun.List(kinds)).Exec(ctx)
	return err
}
