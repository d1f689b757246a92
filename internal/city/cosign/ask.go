package cosign

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// The bounds of asking. The letter goes to an address that a stranger typed, so that nobody may send many.
const (
	LinkFor  = 14 * 24 * time.Hour // how long a link works
	asksMost = 6                   // letters to one person of one application
	dayMost  = 20                  // letters that one person causes in a day of the city; an officer at all counters together
)

// AskInput names one person whom an application needs, and how to reach them.
type AskInput struct {
	ID     uuid.UUID // of the application
	Role   string
	Place  int
	Name   string
	Email  string
	Locale i18n.Locale // of the letter
}

// Ask sends somebody a link to what they are asked to sign. Its applicant calls it, for a draft or a correction in which
// nothing else is missing; a second time replaces the person, or sends a new link to the same one, and the link before
// stops working. It refuses Invalid with the fields "name" and "email", "cosign.own_address" for the applicant's own,
// "cosign.not_ready" while answers are missing, "cosign.not_needed", Conflict "cosign.agreed" for who has agreed already
// and RateLimited "cosign.too_often".
func (s *Service) Ask(ctx context.Context, actor identity.Actor, in AskInput) error {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
		return err
	}
	if err := in.clean(actor); err != nil {
		return err
	}
	token, hash := credential.NewToken()
	secret, err := s.Deps.Notify.Seal(ctx, token)
	if err != nil {
		return err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return err
	}
	err = tenancy.InTx(ctx, s.Deps.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := application.Lock(ctx, tx, r, in.ID)
		if err != nil {
			return err
		}
		p, err := s.askable(ctx, tx, app, in)
		if err != nil {
			return err
		}
		if err := s.countAsk(ctx, tx, actor.Hand()); err != nil {
			return err
		}
		return s.ask(ctx, tx, actor, app, p, in, hash, secret)
	})
	if err != nil {
		return fmt.Errorf("cosign: ask: %w", err)
	}
	return nil
}

// clean brings what was typed into its one spelling.
func (in *AskInput) clean(actor identity.Actor) error {
	var bad []fault.Field
	name, ok := identity.NormalName(in.Name)
	if !ok {
		bad = append(bad, fault.Field{Name: "name", Code: "name"})
	}
	email, ok := identity.NormalEmail(in.Email)
	switch {
	case !ok:
		bad = append(bad, fault.Field{Name: "email", Code: "email"})
	case email == actor.Email, email == actor.Officer.Email:
		bad = append(bad, fault.Field{Name: "email", Code: "own_address"})
	}
	in.Name, in.Email = name, email
	return fault.Fields(bad)
}

// askable returns the place that somebody is asked for.
func (s *Service) askable(ctx context.Context, tx bun.IDB, app application.Application, in AskInput) (Place, error) {
	if app.Stage != workflow.StageDraft && app.Stage != workflow.StageNeedsCorrection {
		return Place{}, fault.New(fault.Conflict, "application.not_editable")
	}
	c, err := s.read(ctx, tx, app)
	if err != nil {
		return Place{}, err
	}
	if len(c.faults) > 0 {
		return Place{}, fault.New(fault.Invalid, "cosign.not_ready")
	}
	places, err := s.places(ctx, tx, app, c)
	if err != nil {
		return Place{}, err
	}
	for _, p := range places {
		if p.Role.Code != in.Role || p.N != in.Place {
			continue
		}
		switch {
		case p.Agreed():
			return p, fault.New(fault.Conflict, "cosign.agreed")
		case p.Signer != nil && p.Signer.Asks >= asksMost:
			return p, &fault.Error{Kind: fault.RateLimited, Code: "cosign.too_often", RetryAfter: 24 * time.Hour}
		}
		return p, nil
	}
	return Place{}, fault.New(fault.Invalid, "cosign.not_needed")
}

func (s *Service) countAsk(ctx context.Context, tx bun.IDB, account uuid.UUID) error {
	res, err := tx.NewRaw(`INSERT INTO cosign_day AS d (tenant_id, account_id, day, asked) VALUES (?0, ?1, ?2, 1)
		ON CONFLICT (tenant_id, account_id, day) DO UPDATE SET asked = d.asked + 1 WHERE d.asked < ?3`,
		tenancy.Must(ctx), account, s.Local(ctx).Format(time.DateOnly), dayMost).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return &fault.Error{Kind: fault.RateLimited, Code: "cosign.too_often", RetryAfter: 24 * time.Hour}
}

func (s *Service) ask(ctx context.Context, tx bun.IDB, actor identity.Actor, app application.Application, p Place, in AskInput, hash []byte, secret string) error {
	now := s.Now()
	x := p.Signer
	if x == nil {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		x = &Signer{TenantID: app.TenantID, ID: id, ApplicationID: app.ID, Role: in.Role, Place: in.Place, Story: []told{}, CreatedAt: now}
	}
	email, err := s.Deps.Keys.Seal(ctx, []byte(in.Email), sealFor(x.ID))
	if err != nil {
		return err
	}
	x.Name, x.Email, x.Locale, x.State, x.Reason = in.Name, email, string(in.Locale), Asked, ""
	x.TokenHash, x.ExpiresAt, x.Asks = hash, now.Add(LinkFor), x.Asks+1
	x.Codes, x.CodeHash, x.CodeUntil, x.CodeTries, x.Seen, x.AnsweredAt = 0, nil, time.Time{}, 0, nil, time.Time{}
	p.Signer = x
	if _, err := tx.NewInsert().Model(x).On("CONFLICT (tenant_id, id) DO UPDATE").Exec(ctx); err != nil {
		return err
	}
	if err := s.record(ctx, tx, app, p, EventAsked, actor, nil); err != nil {
		return err
	}
	return s.Deps.Notify.Send(ctx, tx, notify.Message{
		To: x.ID, Template: "cosign_asked", Locale: in.Locale, Sealed: secret, Key: fmt.Sprintf("cosign_asked:%s:%d", x.ID, x.Asks),
		Data: map[string]string{"service": app.ServiceName.In(in.Locale), "applicant": privacy.MaskName(actor.Name), "role": p.Role.Label.In(in.Locale),
			"until": in.Locale.Date(x.ExpiresAt.In(s.Local(ctx).Location())), "path": "/tanda-tangan/{token}"},
	})
}
