package apikey

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Service makes and reads the keys of every city.
type Service struct {
	db  *bun.DB
	now func() time.Time
}

// New returns a Service over the application role's pool. now is time.Now when nil.
func New(db *bun.DB, now func() time.Time) *Service {
	if now == nil {
		now = time.Now
	}
	return &Service{db: db, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
}

// usedEvery is how exactly a key's last use is known; once a minute costs a busy key nothing.
const usedEvery = time.Minute

// Resolve returns the program behind a key of ctx's city, as it is at this moment. Unauthenticated "apikey.invalid" for
// what is no key here, and "apikey.expired", which only its holder learns, for one that has ended or was taken away.
func (s *Service) Resolve(ctx context.Context, raw string) (identity.Actor, Key, error) {
	city, ok := tenancy.From(ctx)
	if !ok {
		return identity.Actor{}, Key{}, tenancy.ErrNone
	}
	m := secretPattern.FindStringSubmatch(raw)
	if m == nil {
		return identity.Actor{}, Key{}, errInvalid()
	}
	var found []Key
	err := s.db.NewSelect().Model(&found).Where("tenant_id = ?", city).Where("prefix = ?", m[1]).Scan(ctx)
	if err != nil {
		return identity.Actor{}, Key{}, fmt.Errorf("apikey: resolve: %w", err)
	}
	sum := sha256.Sum256([]byte(raw))
	if len(found) != 1 || subtle.ConstantTimeCompare(sum[:], found[0].Hash) != 1 {
		return identity.Actor{}, Key{}, errInvalid()
	}
	k, now := found[0], s.now()
	if !k.Live(now) {
		return identity.Actor{}, Key{}, fault.New(fault.Unauthenticated, "apikey.expired")
	}
	if now.Sub(k.LastUsedAt) >= usedEvery {
		_, err = s.db.NewUpdate().Model((*Key)(nil)).Set("last_used_at = ?", now).Where("tenant_id = ?", city).Where("id = ?", k.ID).
			Where("last_used_at IS NULL OR last_used_at < ?", now).Exec(ctx)
		if err != nil {
			return identity.Actor{}, Key{}, fmt.Errorf("apikey: note use: %w", err)
		}
	}
	return identity.Actor{ID: k.OwnerID, TenantID: city, Kind: identity.Machine, Name: k.Prefix, Scopes: k.Scopes, SessionID: k.ID}, k, nil
}

func errInvalid() error { return fault.New(fault.Unauthenticated, "apikey.invalid") }
