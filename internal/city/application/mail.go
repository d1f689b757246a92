package application

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Tell writes to the applicant as part of tx, in the language in which they applied. The words are notify's; of the
// application they hold its number, the service, the office, the deadline and what the officer wrote.
func (s *Service) Tell(ctx context.Context, tx bun.IDB, app Application, template, reason string) error {
	return s.send(ctx, tx, app, app.AccountID, i18n.Locale(app.Locale), template, map[string]string{
		"reason": reason, "path": "/permohonan/" + app.ID.String(),
	})
}

// tellPlain writes what the workflow says to the applicant of a step that has no letter of its own, and what they will be
// asked to pay if they agree to it.
func (s *Service) tellPlain(ctx context.Context, tx bun.IDB, app Application, st Step) error {
	l := i18n.Locale(app.Locale)
	prices, err := s.prices(ctx, tx, app, st.Workflow, l)
	if err != nil {
		return err
	}
	return s.send(ctx, tx, app, app.AccountID, l, "generic", map[string]string{
		"title": app.Number + ": " + app.ServiceName.In(l), "body": st.Action.Message.In(l) + prices, "path": "/permohonan/" + app.ID.String(),
	})
}

// TellStaff writes to an officer's superior about a late application, or to who stands in for one.
func (s *Service) TellStaff(ctx context.Context, tx bun.IDB, app Application, to uuid.UUID, standin bool) error {
	data := map[string]string{"path": "/petugas/permohonan/" + app.ID.String()}
	if standin {
		data["standin"] = "yes"
	}
	return s.send(ctx, tx, app, to, i18n.ID, "application_escalated", data)
}

// TellHolder writes to the officer who has app, or who stands in today, unless it was they who acted, in their own
// language. The letter holds the number alone of what is a person's.
func (s *Service) TellHolder(ctx context.Context, tx bun.IDB, app Application, actor uuid.UUID, template string) error {
	if !app.HeldByOther(actor) {
		return nil
	}
	to, ok, err := s.AtWork(ctx, tx, app, app.AssigneeID.UUID)
	if err != nil || ok && to == actor {
		return err
	}
	if !ok {
		to = app.AssigneeID.UUID // who finds it on coming back
	}
	return s.TellOfficer(ctx, tx, app, to, template, occasion(template, app, to))
}

// TellOfficer writes to an officer about app, once for a key, in their own language.
func (s *Service) TellOfficer(ctx context.Context, tx bun.IDB, app Application, to uuid.UUID, template, key string) error {
	err := s.Deps.Notify.Send(ctx, tx, notify.Message{
		To: to, Template: template, Key: key,
		Data: map[string]string{"number": app.Number, "path": "/petugas/permohonan/" + app.ID.String()},
	})
	if err != nil {
		return fmt.Errorf("application: tell: %w", err)
	}
	return nil
}

// occasion is the key under which one thing that happened to app is told to one person, once. Of another deadline the same
// is told again.
func occasion(template string, app Application, to uuid.UUID) string {
	return fmt.Sprintf("%s:%s:%s:%d:%d:%d", template, app.ID, to, app.Version, app.EscalationLevel, app.DueAt.Unix())
}

func (s *Service) send(ctx context.Context, tx bun.IDB, app Application, to uuid.UUID, l i18n.Locale, template string,
	data map[string]string) error {
	data["number"], data["service"], data["agency"] = app.Number, app.ServiceName.In(l), app.AgencyName.In(l)
	if !app.DueAt.IsZero() {
		city, _ := tenancy.CityFrom(ctx)
		data["due"] = l.Due(app.DueAt.In(city.Location()))
	}
	err := s.Deps.Notify.Send(ctx, tx, notify.Message{
		To: to, Template: template, Locale: l, Data: data,
		Key: occasion(template, app, to),
	})
	if err != nil {
		return fmt.Errorf("application: tell: %w", err)
	}
	return nil
}

// BothTexts is one of our own texts as a city would write it.
func BothTexts(key string) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		out[l] = l.T(key)
	}
	return out
}
