package identity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Acting returns a member of ctx's city's staff as they are at this moment, for work that they asked for in a session
// which had passed the second factor and that is done in their name afterwards. Unauthenticated "identity.no_session"
// for an account that is none or has been ended.
func Acting(ctx context.Context, db bun.IDB, account uuid.UUID) (Actor, error) {
	var found []resolved
	err := db.NewRaw(`SELECT a.id AS account_id, a.kind, a.name, a.locale,
		ARRAY(SELECT r.role FROM account_role r WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id ORDER BY r.role) AS roles,
		coalesce((SELECT max(r.agency) FROM account_role r WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id), '') AS agency,
		coalesce((SELECT max(r.areas) FROM account_role r WHERE r.tenant_id = a.tenant_id AND r.account_id = a.id), '{}') AS areas
		FROM account a WHERE a.tenant_id = ? AND a.id = ? AND a.status = 'active' AND a.kind = ?`, tenancy.Must(ctx), account, Staff).Scan(ctx, &found)
	if err != nil {
		return Actor{}, fmt.Errorf("identity: acting: %w", err)
	}
	if len(found) != 1 {
		return Actor{}, errNoSession()
	}
	r := found[0]
	return Actor{ID: r.AccountID, TenantID: tenancy.Must(ctx), Kind: r.Kind, Name: r.Name, Locale: r.Locale, Roles: r.Roles, Agency: r.Agency, Areas: r.Areas, TOTP: true}, nil
}
