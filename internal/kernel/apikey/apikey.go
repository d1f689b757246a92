// Package apikey lets programs prove who they are: keys that an administrator makes, hands over once, replaces and
// takes away.
//
// A key belongs to an owner, such as an agency's app, and carries scopes: the permissions of programs (package access)
// that it may use. Of its secret only a hash is stored. Whoever owns the keys composes Issue, Rotate and Revoke into
// transactions of its own and has checked that the person may.
package apikey

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Lifetimes and limits.
const (
	MaxAge           = 2 * 366 * 24 * time.Hour // no key is for ever
	DefaultPerMinute = 600
)

// Owner is for what a key speaks. Kind is one word, such as "external_app".
type Owner struct {
	Kind string
	ID   uuid.UUID
}

// Key is a key as its administrator sees it.
type Key struct {
	bun.BaseModel `bun:"table:api_key,alias:k"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	ID         uuid.UUID  `bun:"id,pk"`
	OwnerKind  string     `bun:"owner_kind"`
	OwnerID    uuid.UUID  `bun:"owner_id"`
	Prefix     string     `bun:"prefix"` // the part by which people speak of it
	Hash       []byte     `bun:"hash"`
	Scopes     []string   `bun:"scopes,array"`
	PerMinute  int        `bun:"per_minute"` // how many requests
	CreatedAt  time.Time  `bun:"created_at"`
	CreatedBy  uuid.UUID  `bun:"created_by"`
	ExpiresAt  time.Time  `bun:"expires_at"`
	RevokedAt  time.Time  `bun:"revoked_at,nullzero"`
	LastUsedAt time.Time  `bun:"last_used_at,nullzero"` // to the minute; zero: never
}

// Live reports whether the key opens anything at now.
func (k Key) Live(now time.Time) bool { return k.RevokedAt.IsZero() && now.Before(k.ExpiresAt) }

// IssueInput asks for a key. For is how long it is to work, at most MaxAge; PerMinute is DefaultPerMinute when zero.
type IssueInput struct {
	Owner     Owner
	Scopes    []string
	For       time.Duration
	PerMinute int
}

var secretPattern = regexp.MustCompile(`^bdl_([a-z2-7]{10})_[a-z2-7]{26}$`)

// LooksLike reports whether a bearer token is a key and not a session.
func LooksLike(token string) bool { return strings.HasPrefix(token, "bdl_") }

// newSecret returns a key and the prefix by which it is found. The secret part has 130 bits, so a fast hash is enough.
func newSecret() (raw, prefix string, hash []byte) {
	prefix = strings.ToLower(rand.Text()[:10])
	raw = "bdl_" + prefix + "_" + strings.ToLower(rand.Text())
	sum := sha256.Sum256([]byte(raw))
	return raw, prefix, sum[:]
}

// Issue makes a key as part of tx and returns it with the secret, which is never to be had again. It refuses a life of
// none or too long (field "for") and no scopes.
func (s *Service) Issue(ctx context.Context, tx bun.IDB, by identity.Actor, in IssueInput) (Key, string, error) {
	if in.For <= 0 || in.For > MaxAge {
		return Key{}, "", fault.Fields([]fault.Field{{Name: "for", Code: "not_an_option"}})
	}
	if len(in.Scopes) == 0 || in.Owner.Kind == "" || in.Owner.ID == uuid.Nil {
		return Key{}, "", fmt.Errorf("apikey: a key needs an owner and scopes")
	}
	if in.PerMinute == 0 {
		in.PerMinute = DefaultPerMinute
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Key{}, "", err
	}
	raw, prefix, hash := newSecret()
	now := s.now()
	k := Key{TenantID: tenancy.Must(ctx), ID: id, OwnerKind: in.Owner.Kind, OwnerID: in.Owner.ID, Prefix: prefix, Hash: hash,
		Scopes: in.Scopes, PerMinute: in.PerMinute, CreatedAt: now, CreatedBy: by.ID, ExpiresAt: now.Add(in.For)}
	if _, err := tx.NewInsert().Model(&k).Exec(ctx); err != nil {
		return Key{}, "", fmt.Errorf("apikey: issue: %w", err)
	}
	return k, raw, record(ctx, tx, by, k, "issue", map[string]any{"prefix": k.Prefix, "scopes": k.Scopes, "expires": k.ExpiresAt})
}

// Rotate makes a successor of a key as part of tx, with the same scopes and as long a life; the old one works for
// overlap more, so that a program can change over without a gap. NotFound "apikey.unknown" for a key that is not the
// owner's or no longer works.
func (s *Service) Rotate(ctx context.Context, tx bun.IDB, by identity.Actor, o Owner, id uuid.UUID, overlap time.Duration) (Key, string, error) {
	old, err := s.lock(ctx, tx, o, id)
	if err != nil {
		return Key{}, "", err
	}
	now := s.now()
	if !old.Live(now) {
		return Key{}, "", errUnknown()
	}
	fresh, raw, err := s.Issue(ctx, tx, by, IssueInput{Owner: o, Scopes: old.Scopes, For: old.ExpiresAt.Sub(old.CreatedAt), PerMinute: old.PerMinute})
	if err != nil {
		return Key{}, "", err
	}
	if end := now.Add(overlap); end.Before(old.ExpiresAt) {
		old.ExpiresAt = end
	}
	_, err = tx.NewUpdate().Model(&old).Column("expires_at").WherePK().Exec(ctx)
	if err != nil {
		return Key{}, "", fmt.Errorf("apikey: rotate: %w", err)
	}
	return fresh, raw, record(ctx, tx, by, old, "rotate", map[string]any{"prefix": old.Prefix, "successor": fresh.Prefix, "expires": old.ExpiresAt})
}

// Revoke takes a key away as part of tx, at once. Taking it away again changes nothing. NotFound "apikey.unknown" for a
// key that is not the owner's.
func (s *Service) Revoke(ctx context.Context, tx bun.IDB, by identity.Actor, o Owner, id uuid.UUID) error {
	k, err := s.lock(ctx, tx, o, id)
	if err != nil || !k.RevokedAt.IsZero() {
		return err
	}
	k.RevokedAt = s.now()
	if _, err := tx.NewUpdate().Model(&k).Column("revoked_at").WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("apikey: revoke: %w", err)
	}
	return record(ctx, tx, by, k, "revoke", map[string]any{"prefix": k.Prefix})
}

// List returns an owner's keys, the newest first.
func (s *Service) List(ctx context.Context, db bun.IDB, o Owner) ([]Key, error) {
	var all []Key
	err := db.NewSelect().Model(&all).ExcludeColumn("hash").Where("tenant_id = ?", tenancy.Must(ctx)).
		Where("owner_id = ?", o.ID).Where("owner_kind = ?", o.Kind).OrderExpr("id DESC").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("apikey: list: %w", err)
	}
	return all, nil
}

func (s *Service) lock(ctx context.Context, tx bun.IDB, o Owner, id uuid.UUID) (Key, error) {
	var found []Key
	err := tx.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).
		Where("owner_id = ?", o.ID).Where("owner_kind = ?", o.Kind).For("UPDATE").Scan(ctx)
	if err != nil {
		return Key{}, fmt.Errorf("apikey: find: %w", err)
	}
	if len(found) != 1 {
		return Key{}, errUnknown()
	}
	return found[0], nil
}

func errUnknown() error { return fault.New(fault.NotFound, "apikey.unknown") }

func record(ctx context.Context, tx bun.IDB, by identity.Actor, k Key, what string, detail map[string]any) error {
	detail["owner"] = k.OwnerID
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: by.ID, ActorKind: string(by.Kind), Action: "api_key." + what, Object: "api_key", ObjectID: k.ID, Detail: detail,
	})
}
