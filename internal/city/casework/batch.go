package casework

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Look returns those of some applications that an actor may read, with little more than number, version and state, for lists
// that act on many. The rules are those of Get.
func (s *Service) Look(ctx context.Context, actor identity.Actor, ids []uuid.UUID) ([]application.Application, error) {
	if err := s.MayRead(ctx, actor); err != nil || len(ids) == 0 {
		return nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []application.Application
	q := s.Deps.DB.App.NewSelect().Model(&all).Column("tenant_id", "id", "number", "version", "state", "stage", "workflow_code", "workflow_version", "applicant_name", "service_name", "assignee_id").
		Where("a.tenant_id = ? AND a.id IN (?)", tenancy.Must(ctx), bun.List(ids))
	if err := r.Where(q).OrderExpr("a.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("casework: look: %w", err)
	}
	return all, nil
}
