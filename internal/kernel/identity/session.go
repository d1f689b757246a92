package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// How long a session lives: unused, and in any case. Staff read other people's data on shared desks.
const (
	residentIdle  = 7 * 24 * time.Hour
	residentTotal = 30 * 24 * time.Hour
	staffIdle     = 30 * time.Minute
	staffTotal    = 12 * time.Hour
	halfTotal     = 15 * time.Minute // staff who have yet to give their second factor
	seenEvery     = time.Minute
)

// lifetime returns how long a session may lie unused and how long it may last.
func lifetime(k Kind, totp bool) (idle, total time.Duration) {
	switch {
	case k == Resident || k == Partner:
		return residentIdle, residentTotal
	case totp:
		return staffIdle, staffTotal
	}
	return halfTotal, halfTotal
}

// Session is what a sign-in gives: Token is shown here once and goes into the cookie or to the app.
type Session struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Kind      Kind
	Token     string
	ExpiresAt time.Time
	NeedsTOTP bool // staff: no permission until ConfirmTOTP, or ActivateTOTP when Enrolled is false
	Enrolled  bool // an authenticator is set up
}

type sessionRow struct {
	bun.BaseModel `bun:"table:session,alias:s"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	ID        uuid.UUID  `bun:"id,pk"`
	AccountID uuid.UUID  `bun:"account_id"`
	Hash      []byte     `bun:"hash"`
	TOTPAt    time.Time  `bun:"totp_at,nullzero"`
	CreatedAt time.Time  `bun:"created_at"`
	SeenAt    time.Time  `bun:"seen_at"`
	IdleAt    time.Time  `bun:"idle_at"`
	ExpiresAt time.Time  `bun:"expires_at"`
	IP        string     `bun:"ip"`
	Agent     string     `bun:"agent"`
}

// openSession starts a session for an account that has just proved itself.
func (s *Service) openSession(ctx context.Context, tx bun.IDB, account uuid.UUID, kind Kind, ip, agent string) (Session, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Session{}, err
	}
	raw, hash := credential.NewToken()
	now := s.now()
	idle, total := lifetime(kind, false)
	row := sessionRow{
		TenantID: tenancy.Must(ctx), ID: id, AccountID: account, Hash: hash,
		CreatedAt: now, SeenAt: now, IdleAt: now.Add(idle), ExpiresAt: now.Add(total), IP: ip, Agent: shortAgent(agent),
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Session{}, err
	}
	out := Session{ID: id, AccountID: account, Kind: kind, Token: raw, ExpiresAt: row.ExpiresAt, NeedsTOTP: kind == Staff}
	if kind == Staff {
		out.Enrolled, err = hasTOTP(ctx, tx, account)
	}
	return out, err
}

// rotate gives a live session a new token, so that one learned before the change of rights is worth nothing after it.
// It refuses a session that has ended meanwhile.
func (s *Service) rotate(ctx context.Context, tx bun.IDB, a Actor, totp bool) (Session, error) {
	raw, hash := credential.NewToken()
	now := s.now()
	idle, total := lifetime(a.Kind, totp)
	var expires []time.Time
	q := tx.NewUpdate().Model((*sessionRow)(nil)).Set("hash = ?", hash).Set("seen_at = ?", now).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", a.SessionID).Where("account_id = ?", a.ID).
		Where("expires_at > ?", now).Returning("expires_at")
	if totp && !a.TOTP {
		q = q.Set("totp_at = ?", now).Set("expires_at = ?", now.Add(total)).Set("idle_at = ?", now.Add(idle))
	} else {
		q = q.Set("idle_at = least(?, expires_at)", now.Add(idle))
	}
	if _, err := q.Exec(ctx, &expires); err != nil {
		return Session{}, err
	}
	if len(expires) != 1 {
		return Session{}, errNoSession()
	}
	return Session{ID: a.SessionID, AccountID: a.ID, Kind: a.Kind, Token: raw, ExpiresAt: expires[0], Enrolled: totp}, nil
}

func errNoSession() error { return fault.New(fault.Unauthenticated, "identity.no_session") }

// SignOut ends the session of token. A token that is worth nothing already is not an error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	a, err := s.Resolve(ctx, token)
	if fault.Is(err, "identity.no_session") {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.end(ctx, a, "session.sign_out", "id = ?", a.SessionID)
	return err
}

// Revoke ends one session of the actor's own; NotFound "identity.session_unknown" for any other.
func (s *Service) Revoke(ctx context.Context, a Actor, id uuid.UUID) error {
	n, err := s.end(ctx, a, "session.revoke", "id = ?", id)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "identity.session_unknown")
	}
	return err
}

// RevokeOthers ends every session of the actor but the present one, and returns how many there were.
func (s *Service) RevokeOthers(ctx context.Context, a Actor) (int, error) {
	return s.end(ctx, a, "session.revoke_others", "id <> ?", a.SessionID)
}

func (s *Service) end(ctx context.Context, a Actor, action, where string, arg any) (int, error) {
	var n int64
	err := tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
			Where("account_id = ?", a.ID).Where(where, arg).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, by(a, action, a.ID, map[string]any{"sessions": n}))
	})
	if err != nil {
		return 0, fmt.Errorf("identity: end session: %w", err)
	}
	return int(n), nil
}

// endAll ends every session of an account, after a reset or a deactivation.
func endAll(ctx context.Context, tx bun.IDB, account uuid.UUID) error {
	_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("account_id = ?", account).Exec(ctx)
	return err
}
