package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/tenancy"
)

type resolved struct {
	SessionID uuid.UUID
	AccountID uuid.UUID
	TOTPAt    time.Time `bun:"totp_at,nullzero"`
	SeenAt    time.Time
	Kind      Kind
	Name      string
	Locale    string
	Email     []byte
	Phone     []byte
	Roles     []string `bun:",array"`
	Agency    string
	Areas     []string `bun:",array"`
}

// resolveSQL runs for every request of a signed-in person: one query, by a unique key.
const resolveSQL = `
SELECT s.id AS session_id, s.account_id, s.totp_at, s.seen_at, a.kind, a.name, a.locale, a.email, a.phone,
       ARRAY(SELECT r.role FROM account_role r
              WHERE r.tenant_id = s.tenant_id AND r.account_id = s.account_id ORDER BY r.role) AS roles,
       coalesce((SELECT max(r.agency) FROM account_role r
                  WHERE r.tenant_id = s.tenant_id AND r.account_id = s.account_id), '') AS agency,
       coalesce((SELECT max(r.areas) FROM account_role r
                  WHERE r.tenant_id = s.tenant_id AND r.account_id = s.account_id), '{}') AS areas
  FROM session s JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
 WHERE s.tenant_id = ? AND s.hash = ? AND s.expires_at > ? AND s.idle_at > ? AND a.status = 'active'`

// Resolve returns the person behind a session token of ctx's city, as they are at this moment: a role or an account
// taken away a second ago is gone. Unauthenticated "identity.no_session" for a token that is worth nothing here.
func (s *Service) Resolve(ctx context.Context, token string) (Actor, error) {
	hash, ok := credential.HashToken(token)
	if !ok {
		return Actor{}, errNoSession()
	}
	city, ok := tenancy.From(ctx)
	if !ok {
		return Actor{}, tenancy.ErrNone
	}
	now := s.now()
	var found []resolved
	if err := s.DB.NewRaw(resolveSQL, city, hash, now, now).Scan(tenancy.Prepared(ctx), &found); err != nil {
		return Actor{}, fmt.Errorf("identity: resolve: %w", err)
	}
	if len(found) != 1 {
		return Actor{}, errNoSession()
	}
	r := found[0]
	a := Actor{
		ID: r.AccountID, TenantID: city, Kind: r.Kind, Name: r.Name, Locale: r.Locale, Roles: r.Roles, Agency: r.Agency, Areas: r.Areas,
		SessionID: r.SessionID, TOTP: !r.TOTPAt.IsZero(),
	}
	if a.Kind == Resident {
		a.Roles = []string{RoleResident}
	}
	var err error
	if a.Email, a.Phone, err = s.openContact(ctx, r.Email, r.Phone); err != nil {
		return Actor{}, err
	}
	if now.Sub(r.SeenAt) >= seenEvery {
		err = s.touch(ctx, a, now)
	}
	return a, err
}

// touch notes that a session is in use. Once a minute is enough for its owner's list and for the idle limit.
func (s *Service) touch(ctx context.Context, a Actor, now time.Time) error {
	idle, _ := lifetime(a.Kind, a.TOTP)
	_, err := s.DB.NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", now).
		Set("idle_at = least(?, expires_at)", now.Add(idle)).
		Where("tenant_id = ?", a.TenantID).Where("id = ?", a.SessionID).Where("seen_at < ?", now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("identity: touch session: %w", err)
	}
	return nil
}

// Visit is one session as its owner sees it.
type Visit struct {
	ID        uuid.UUID
	Agent     string // "Chrome · Android", or empty
	IP        string
	CreatedAt time.Time
	SeenAt    time.Time
	Current   bool
}

// Sessions lists the actor's own live sessions, latest first.
func (s *Service) Sessions(ctx context.Context, a Actor) ([]Visit, error) {
	now := s.now()
	var rows []sessionRow
	err := s.DB.NewSelect().Model(&rows).Column("id", "agent", "ip", "created_at", "seen_at").
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", a.ID).
		Where("expires_at > ?", now).Where("idle_at > ?", now).OrderExpr("seen_at DESC, id").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("identity: sessions: %w", err)
	}
	out := make([]Visit, len(rows))
	for i, r := range rows {
		out[i] = Visit{ID: r.ID, Agent: r.Agent, IP: r.IP, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, Current: r.ID == a.SessionID}
	}
	return out, nil
}
