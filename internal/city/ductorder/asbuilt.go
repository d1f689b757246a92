package ductorder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Survey is a file of the network by which what was built along an order's way can have been written down.
type Survey struct {
	ID    uuid.UUID
	Title string
	OnDay time.Time // from which the network is so
}

// Surveys are those that were applied since an order was placed and hold a segment of its way, the latest first, at most a hundred; for
// who may see the order, which it refuses otherwise with NotFound "ductorder.not_found".
func (s *Service) Surveys(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Survey, error) {
	o, err := s.read(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return surveys(ctx, s.d.DB, o)
}

func surveys(ctx context.Context, db bun.IDB, o Order) ([]Survey, error) {
	way, err := keeps(ctx, db, o)
	if err != nil || len(way) == 0 {
		return nil, err
	}
	var all []Survey
	err = db.NewRaw(`SELECT i.id, i.title, i.on_day FROM duct_import i WHERE i.tenant_id = ?0 AND i.state = 'applied' AND i.created_at >= ?1
		AND EXISTS (SELECT 1 FROM duct_segment k JOIN duct_feature f ON f.tenant_id = k.tenant_id AND f.import_id = i.id AND f.kind = 'segment' AND f.code = k.code WHERE k.tenant_id = ?0 AND k.id IN (?2))
		ORDER BY i.created_at DESC, i.id DESC LIMIT 100`, o.TenantID, o.PlacedAt, bun.List(way)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductorder: surveys of %s: %w", o.Number, err)
	}
	return all, nil
}

// asBuilt says how the record of the network came to what was built: by one of the order's Surveys, or it was so before.
func (s *Service) asBuilt(ctx context.Context, tx bun.Tx, o *Order, in ActInput) error {
	if o.AsBuilt = in.AsBuilt; in.AsBuilt != AsBuiltImport {
		return nil
	}
	all, err := surveys(ctx, tx, *o)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(x Survey) bool { return x.ID == in.Import }) {
		return fault.Fields([]fault.Field{{Name: "import", Code: "not_of_this_way"}})
	}
	o.ImportID = uuid.NullUUID{UUID: in.Import, Valid: true}
	return nil
}
