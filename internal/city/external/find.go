package external

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// foundMost bounds an exact search, as that of native applications is.
const foundMost = 200

// ByNIK lists the applications in agencies' apps that name a NIK, the newest first, and records that this officer has asked.
// Staff with application:queue and application:reveal call it, because an answer tells whose number it is; it finds what is
// within their reach.
func (s *Service) ByNIK(ctx context.Context, actor identity.Actor, nik string) ([]Application, error) {
	for _, need := range []access.Permission{access.ApplicationQueue, access.ApplicationReveal} {
		if err := s.d.Guard.Allow(ctx, actor, need); err != nil {
			return nil, err
		}
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return nil, err
	}
	hash, err := s.d.Keys.Hash(ctx, useNIK, nik)
	if err != nil {
		return nil, err
	}
	var all []Application
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		q := r.where(named(ctx, tx, &all)).Where("x.nik_hash = ?", hash)
		if err := q.OrderExpr("x.first_at DESC, x.id DESC").Limit(foundMost).Scan(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "external.find_identifier", Object: "external_application", At: s.now(),
			Detail: map[string]any{"kind": "nik", "found": len(all)},
		})
	})
	if err != nil {
		return nil, fmt.Errorf("external: find: %w", err)
	}
	return all, nil
}
