package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Result is what became of one application or task of many that were acted on at once: refused, or not.
type Result struct {
	ID   uuid.UUID       `json:"id"`
	Code string          `json:"code,omitempty"` // of the refusal
	Args json.RawMessage `json:"args,omitempty"`
}

// NewResult is the Result of an item that was refused, or with nil of one that was not.
func NewResult(id uuid.UUID, refused *fault.Error) (Result, error) {
	r := Result{ID: id}
	if refused == nil {
		return r, nil
	}
	var err error
	r.Code, r.Args, err = stored(refused)
	return r, err
}

// Text is why an item was refused, in the reader's language; "" when it was not.
func (r Result) Text(l i18n.Locale) string { return Item{Code: r.Code, Args: r.Args}.Text(l) }

// told is one telling.
type told struct {
	bun.BaseModel `bun:"table:bulk_told,alias:bt"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	CreatedBy uuid.UUID `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`
	Results   []Result  `bun:"results,type:jsonb"`
}

// toldFor is how long results can be read again.
const toldFor = 24 * time.Hour

// Tell keeps for a day what became of what the actor has acted on, for Told to read. It needs application:queue.
func (s *Service) Tell(ctx context.Context, actor identity.Actor, results []Result) (uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("bulk: tell: %w", err)
	}
	t := told{TenantID: tenancy.Must(ctx), ID: id, CreatedBy: actor.ID, CreatedAt: s.now(), Results: results}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*told)(nil)).Where("tenant_id = ? AND created_by = ? AND created_at < ?", t.TenantID, actor.ID, t.CreatedAt.Add(-toldFor)).
			Exec(tenancy.Later(ctx))
		if err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&t).Exec(ctx)
		return err
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("bulk: tell: %w", err)
	}
	return id, nil
}

// Told returns what Tell has kept, to whoever did it; anything else is NotFound "bulk.not_found".
func (s *Service) Told(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Result, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return nil, err
	}
	var t told
	err := s.d.DB.App.NewSelect().Model(&t).Where("tenant_id = ? AND id = ? AND created_by = ?", tenancy.Must(ctx), id, actor.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "bulk.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("bulk: told: %w", err)
	}
	return t.Results, nil
}
