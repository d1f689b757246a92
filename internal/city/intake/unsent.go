package intake

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// unsentMost bounds the drafts of one officer that are listed; older ones are few, since a draft is kept for days.
const unsentMost = 50

// Unsent is what an officer has begun at a counter and not sent yet.
type Unsent struct {
	application.Application
	Name string // of who stood there
}

// UnsentAtCounter lists what this officer has begun at a counter and not sent yet, the latest first, so that they can go on
// with it. Staff with application:file call it, for what is their own.
func (s *Service) UnsentAtCounter(ctx context.Context, officer identity.Actor) ([]Unsent, error) {
	if err := s.Deps.Guard.Allow(ctx, officer, access.ApplicationFile); err != nil {
		return nil, err
	}
	var apps []application.Application
	err := s.Deps.DB.App.NewSelect().Model(&apps).
		Where("a.tenant_id = ? AND a.submitted_at IS NULL", tenancy.Must(ctx)).
		Where(`a.id IN (SELECT cf.application_id FROM counter_filing AS cf WHERE cf.tenant_id = ? AND cf.officer_id = ? AND cf.submitted_at IS NULL)`, tenancy.Must(ctx), officer.ID).
		OrderExpr("a.id DESC").Limit(unsentMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("intake: unsent at counter: %w", err)
	}
	var people []uuid.UUID
	for _, a := range apps {
		people = append(people, a.AccountID)
	}
	names, err := s.Deps.Staff.Names(ctx, people)
	if err != nil {
		return nil, err
	}
	var out []Unsent
	for _, a := range apps {
		out = append(out, Unsent{a, names[a.AccountID]})
	}
	return out, nil
}
