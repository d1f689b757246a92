package external

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// mineLimit bounds one resident's list, as that of native applications is.
const mineLimit = 200

// named selects applications with the names of their app and service, looked up for the rows that are shown alone.
func named(ctx context.Context, tx bun.IDB, into *[]Application) *bun.SelectQuery {
	return tx.NewSelect().Model(into).ExcludeColumn("nik_hash", "email_hash", "stamps", "service_name").
		ColumnExpr("(SELECT p.name FROM external_app AS p WHERE p.tenant_id = x.tenant_id AND p.id = x.app_id) AS app_name").
		ColumnExpr(`coalesce((SELECT coalesce(s.name ->> ?, s.name ->> 'id') FROM v_service AS s
			WHERE s.tenant_id = x.tenant_id AND s.code = x.service), x.service) AS service_label`, string(i18n.From(ctx))).
		Where("x.tenant_id = ?", tenancy.Must(ctx))
}

// Mine returns a resident's applications in other apps, the newest first: those that name the NIK which the resident has
// given to Link and the address of the account. Without such a NIK there are none.
func (s *Service) Mine(ctx context.Context, actor identity.Actor) ([]Application, error) {
	return s.mine(ctx, actor, mineLimit, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// Place is where an application stands in a resident's list; the zero Place is its beginning.
type Place struct {
	At time.Time // when it was first told of
	ID uuid.UUID
}

// MinePage is Mine page by page: what is open or what is over, after a place.
func (s *Service) MinePage(ctx context.Context, actor identity.Actor, over bool, after Place, limit int) ([]Application, error) {
	return s.mine(ctx, actor, limit, func(q *bun.SelectQuery) *bun.SelectQuery {
		if over {
			q = q.Where("x.closed_at IS NOT NULL")
		} else {
			q = q.Where("x.closed_at IS NULL")
		}
		if after.ID != uuid.Nil {
			q = q.Where("(x.first_at, x.id) < (?, ?)", after.At, after.ID)
		}
		return q
	})
}

func (s *Service) mine(ctx context.Context, actor identity.Actor, limit int, part func(*bun.SelectQuery) *bun.SelectQuery) ([]Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	address, err := s.d.Keys.Hash(ctx, useEmail, actor.Email)
	if err != nil {
		return nil, err
	}
	var mine []link
	err = s.d.DB.NewSelect().Model(&mine).Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", actor.ID).Scan(ctx)
	if err != nil || len(mine) == 0 || actor.Email == "" {
		return nil, err
	}
	var all []Application
	err = part(named(ctx, s.d.DB, &all).Where("x.nik_hash = ?", mine[0].NIKHash).Where("x.email_hash = ?", address)).
		OrderExpr("x.first_at DESC, x.id DESC").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("external: mine: %w", err)
	}
	return all, nil
}
