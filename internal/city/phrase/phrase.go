// Package phrase keeps the words that an agency's officers give as a reason again and again. An officer picks one in the
// form of a step and then edits it; what is sent is the officer's own.
package phrase

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Phrase is one reason. Action is that of a workflow; an empty one fits every action that asks for a reason. Service is the
// code of one; an empty one fits every service of the agency.
type Phrase struct {
	bun.BaseModel `bun:"table:reason_template,alias:p"`

	TenantID   uuid.UUID `bun:"tenant_id,pk"`
	ID         uuid.UUID `bun:"id,pk"`
	AgencyCode string    `bun:"agency_code"`
	Service    string    `bun:"service_code"`
	Action     string    `bun:"action"`
	Title      string    `bun:"title"`
	Body       string    `bun:"body"`
	ChangedBy  uuid.UUID `bun:"changed_by"`
	ChangedAt  time.Time `bun:"changed_at"`
}

// Fits reports whether a phrase may be offered for an action on an application for a service.
func (p Phrase) Fits(service, action string) bool {
	return (p.Service == "" || p.Service == service) && (p.Action == "" || p.Action == action)
}

// Service keeps the phrases of every city.
type Service struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Now   func() time.Time // time.Now when nil
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

const (
	titleMax = 80
	bodyMax  = 2000
	most     = 200 // of one agency
)

// List returns the phrases of an agency by title, for its staff with application:read and for those who reach the city.
func (s *Service) List(ctx context.Context, actor identity.Actor, agency string) ([]Phrase, error) {
	if err := s.Guard.Allow(ctx, actor, access.ApplicationRead); err != nil {
		return nil, err
	}
	r, err := s.Guard.Reach(ctx, actor)
	if err != nil || !r.City() && (agency == "" || r.Agency() != agency) {
		return nil, err
	}
	var all []Phrase
	err = s.DB.NewSelect().Model(&all).Where("p.tenant_id = ? AND p.agency_code = ?", tenancy.Must(ctx), agency).
		OrderExpr("p.title, p.id").Limit(most).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("phrase: %w", err)
	}
	return all, nil
}

// Input is a phrase to keep. Agency is left out by who has one. Key is that of the form that asks: the same key is the same
// phrase; none when zero.
type Input struct {
	Key                                  uuid.UUID
	Agency, Service, Action, Title, Body string
}

// mayChange returns the agency whose phrases the actor changes: heads, with application:assign, their own; administrators,
// with service:configure, any.
func (s *Service) mayChange(ctx context.Context, actor identity.Actor, agency string) (string, error) {
	if s.Guard.Allow(ctx, actor, access.ServiceConfigure) == nil && agency != "" {
		return agency, nil
	}
	if err := s.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return "", err
	}
	if actor.Agency == "" {
		return "", fault.Fields([]fault.Field{{Name: "agency", Code: "required"}})
	}
	return actor.Agency, nil
}

// Add keeps a phrase. It refuses Invalid: a title or words that are missing or too long, and a title that the agency has
// for the service and the action already. The caller has seen that both exist.
func (s *Service) Add(ctx context.Context, actor identity.Actor, in Input) (Phrase, error) {
	agency, err := s.mayChange(ctx, actor, in.Agency)
	if err != nil {
		return Phrase{}, err
	}
	in.Title, in.Body = strings.Join(strings.Fields(in.Title), " "), strings.TrimSpace(in.Body)
	var bad []fault.Field
	for _, f := range []struct {
		name, value string
		max         int
	}{{"title", in.Title, titleMax}, {"body", in.Body, bodyMax}, {"service", in.Service, 64}, {"action", in.Action, 64}} {
		switch {
		case f.value == "" && (f.name == "title" || f.name == "body"):
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		case !utf8.ValidString(f.value) || strings.ContainsRune(f.value, 0):
			bad = append(bad, fault.Field{Name: f.name, Code: "invalid"})
		case utf8.RuneCountInString(f.value) > f.max:
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", f.max}})
		}
	}
	if err := fault.Fields(bad); err != nil {
		return Phrase{}, err
	}
	id := in.Key
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return Phrase{}, err
		}
	}
	p := Phrase{TenantID: actor.TenantID, ID: id, AgencyCode: agency, Service: in.Service, Action: in.Action, Title: in.Title, Body: in.Body, ChangedBy: actor.ID, ChangedAt: s.now()}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "phrase.add", p)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		var kept Phrase // by the same form, a moment ago
		err := s.DB.NewSelect().Model(&kept).Where("p.tenant_id = ? AND p.id = ? AND p.changed_by = ?", p.TenantID, id, actor.ID).Scan(ctx)
		if err == nil {
			return kept, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return Phrase{}, fmt.Errorf("phrase: %w", err)
		}
		return Phrase{}, fault.Fields([]fault.Field{{Name: "title", Code: "phrase_taken"}})
	}
	if err != nil {
		return Phrase{}, fmt.Errorf("phrase: %w", err)
	}
	return p, nil
}

// Drop forgets a phrase; NotFound "phrase.not_found" for one that is not the actor's to change.
func (s *Service) Drop(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	var p Phrase
	err := s.DB.NewSelect().Model(&p).Where("p.tenant_id = ? AND p.id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("phrase: %w", err)
	}
	if p.ID == uuid.Nil {
		if err := s.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
			return err
		}
		return fault.New(fault.NotFound, "phrase.not_found")
	}
	agency, err := s.mayChange(ctx, actor, p.AgencyCode)
	if err != nil {
		return err
	}
	if agency != p.AgencyCode {
		return fault.New(fault.NotFound, "phrase.not_found")
	}
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model(&p).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "phrase.drop", p)
	})
}

func (s *Service) record(ctx context.Context, tx bun.IDB, actor identity.Actor, action string, p Phrase) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "phrase", ObjectID: p.ID, At: s.now(),
		Detail: map[string]any{"agency": p.AgencyCode, "service": p.Service, "action": p.Action, "title": p.Title},
	})
}
