package external

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// storyMost bounds the events that the page of one application tells; an app that sends more has told the same often.
const storyMost = 500

// List returns the applications of these ids that are within the actor's reach, in their order, for staff with
// application:queue. Which ids a list has, city/inbox knows.
func (s *Service) List(ctx context.Context, actor identity.Actor, ids []uuid.UUID) ([]Application, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.seen(ctx, actor, ids)
	if err != nil {
		return nil, fmt.Errorf("external: list: %w", err)
	}
	byID := map[uuid.UUID]Application{}
	for _, x := range found {
		byID[x.ID] = x
	}
	var out []Application
	for _, id := range ids {
		if x, ok := byID[id]; ok {
			out = append(out, x)
		}
	}
	return out, nil
}

// Detail is an application in an agency's app, with what the app has told of it, the latest first.
type Detail struct {
	Application
	Story []Happening
}

// Get returns one application for staff with application:queue who reach its agency. Any other is NotFound
// "external.no_application".
func (s *Service) Get(ctx context.Context, actor identity.Actor, id uuid.UUID) (Detail, error) {
	found, err := s.seen(ctx, actor, []uuid.UUID{id})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "external.no_application")
	}
	if err != nil {
		return Detail{}, fmt.Errorf("external: get: %w", err)
	}
	out := Detail{Application: found[0]}
	err = s.d.DB.NewSelect().Model(&out.Story).Where("tenant_id = ?", tenancy.Must(ctx)).Where("application_id = ?", id).
		OrderExpr("at DESC, event_id DESC").Limit(storyMost).Scan(ctx)
	if err != nil {
		return Detail{}, fmt.Errorf("external: get: %w", err)
	}
	return out, nil
}

func (s *Service) seen(ctx context.Context, actor identity.Actor, ids []uuid.UUID) ([]Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return nil, err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return nil, err
	}
	var found []Application
	err = r.where(named(ctx, s.d.DB, &found)).Where("x.id IN (?)", bun.List(ids)).Scan(ctx)
	return found, err
}

// Source is an app as a list names it.
type Source struct {
	ID   uuid.UUID
	Name string
}

// Sources are the apps, by name, whose applications are within the actor's reach, for staff with application:queue; also
// those that were closed, because their applications stay.
func (s *Service) Sources(ctx context.Context, actor identity.Actor) ([]Source, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return nil, err
	}
	r, err := s.within(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []Source
	q := s.d.DB.NewSelect().TableExpr("external_app AS x").Column("x.id", "x.name").Where("x.tenant_id = ?", tenancy.Must(ctx))
	if err := r.where(q).OrderExpr("x.name, x.id").Limit(500).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("external: sources: %w", err)
	}
	return all, nil
}
