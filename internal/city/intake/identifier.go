package intake

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// identifier makes an application found by a number of a person, business or property in it, wherever in the form it
// stands. Only the keyed hash is kept.
type identifier struct {
	bun.BaseModel `bun:"table:application_identifier,alias:i"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	Hash          []byte    `bun:"hash,pk"`
	ApplicationID uuid.UUID `bun:"application_id,pk"`
}

// identifies reports whether an answer to f names one person, family, business or property.
func identifies(f form.Field) bool {
	switch f.Type {
	case form.NIK, form.KK, form.NPWP, form.NIB, form.NOP:
		return true
	}
	return false
}

func (s *Service) identifierHash(ctx context.Context, kind form.Type, value string) ([]byte, error) {
	return s.Deps.Keys.Hash(ctx, "application.identifier", string(kind)+":"+value)
}

// identify keeps the hashes of the numbers in answers, and drops those of before.
func (s *Service) identify(ctx context.Context, tx bun.IDB, app application.Application, f *form.Form, answers form.Answers) error {
	seen := map[string]bool{}
	var rows []identifier
	for code, v := range answers {
		fd, ok := f.Field(code)
		if !ok || !identifies(fd) {
			continue
		}
		hash, err := s.identifierHash(ctx, fd.Type, v[0])
		if err != nil {
			return err
		}
		if !seen[string(hash)] {
			rows = append(rows, identifier{TenantID: app.TenantID, Hash: hash, ApplicationID: app.ID})
		}
		seen[string(hash)] = true
	}
	_, err := tx.NewDelete().Model((*identifier)(nil)).Where("tenant_id = ? AND application_id = ?", app.TenantID, app.ID).Exec(tenancy.Later(ctx))
	if err == nil && len(rows) > 0 {
		_, err = tx.NewInsert().Model(&rows).Exec(tenancy.Later(ctx))
	}
	if err != nil {
		return fmt.Errorf("intake: identifiers: %w", err)
	}
	return nil
}

// foundMost bounds an exact search; no number is in more.
const foundMost = 200

// ByIdentifier lists the applications in which a number stands as an answer of this type (nik, kk, npwp, nib or nop), the
// newest first, and records that this officer has asked. Staff with application:reveal call it, because an answer tells
// whose number it is; it finds what is within their reach. The number is in the spelling in which answers are kept.
func (s *Service) ByIdentifier(ctx context.Context, actor identity.Actor, kind form.Type, value string) ([]application.Application, error) {
	for _, need := range []access.Permission{access.ApplicationRead, access.ApplicationReveal} {
		if err := s.Deps.Guard.Allow(ctx, actor, need); err != nil {
			return nil, err
		}
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return nil, err
	}
	hash, err := s.identifierHash(ctx, kind, value)
	if err != nil {
		return nil, err
	}
	var all []application.Application
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		q := application.WithoutAnswers(tx, &all).Where("a.tenant_id = ?", tenancy.Must(ctx)).
			Where("a.id IN (SELECT i.application_id FROM application_identifier i WHERE i.tenant_id = ? AND i.hash = ?)", tenancy.Must(ctx), hash)
		if err := r.Where(q).OrderExpr("a.id DESC").Limit(foundMost).Scan(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "application.find_identifier", Object: "application", At: s.Now(),
			Detail: map[string]any{"kind": kind, "found": len(all)},
		})
	})
	return all, err
}
