package external

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identifier"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// What the keyed hashes are for; the same value hashes differently elsewhere.
const (
	useNIK   = "external.nik"
	useEmail = "external.email"
)

// link is the NIK by which a resident asks to see applications of other apps.
type link struct {
	bun.BaseModel `bun:"table:external_link,alias:l"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	AccountID uuid.UUID  `bun:"account_id,pk"`
	NIKHash   []byte     `bun:"nik_hash"`
	LinkedAt  time.Time  `bun:"linked_at"`
}

// linkEvery is how long a resident waits before naming another NIK: trying one after the other is no way to learn which
// of them the address was used with.
const linkEvery = time.Hour

// Link keeps a keyed hash of the resident's NIK, so that Mine finds what other apps know of it. It refuses a NIK that
// can be none (field "nik") and RateLimited "external.link_often" for another NIK within the hour.
func (s *Service) Link(ctx context.Context, actor identity.Actor, nik string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return err
	}
	if strings.TrimSpace(nik) == "" {
		return fault.Fields([]fault.Field{{Name: "nik", Code: "required"}})
	}
	nik, wrong, _ := identifier.NIK(nik)
	if wrong != "" {
		return fault.Fields([]fault.Field{{Name: "nik", Code: wrong}})
	}
	hash, err := s.d.Keys.Hash(ctx, useNIK, nik)
	if err != nil {
		return err
	}
	now := s.now()
	row := link{TenantID: tenancy.Must(ctx), AccountID: actor.ID, NIKHash: hash, LinkedAt: now}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, account_id) DO UPDATE").
			Set("nik_hash = EXCLUDED.nik_hash, linked_at = EXCLUDED.linked_at").
			Where("l.nik_hash = EXCLUDED.nik_hash OR l.linked_at <= ?", now.Add(-linkEvery)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return &fault.Error{Kind: fault.RateLimited, Code: "external.link_often", RetryAfter: linkEvery, Err: err}
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "external.link", Object: "account", ObjectID: actor.ID, At: now,
		})
	})
	if err != nil {
		return fmt.Errorf("external: link: %w", err)
	}
	return nil
}

// Linked reports whether the resident has named a NIK.
func (s *Service) Linked(ctx context.Context, actor identity.Actor) (bool, error) {
	return s.d.DB.NewSelect().Model((*link)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", actor.ID).Exists(ctx)
}
