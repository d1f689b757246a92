package app

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
)

// contacts tells notify where to write to an account.
type contacts struct{ identity *identity.Service }

func (c contacts) Contact(ctx context.Context, account uuid.UUID) (notify.Contact, error) {
	p, err := c.identity.AccountContact(ctx, account)
	if err != nil {
		return notify.Contact{}, err
	}
	return notify.Contact{Name: p.Name, Email: p.Email, Locale: i18n.Locale(p.Locale)}, nil
}

func (a *App) buildNotify() error {
	var err error
	a.Notify, err = notify.New(notify.Deps{
		DB: a.DB.App, Bus: a.Bus, Keys: a.Keys, Contacts: contacts{a.Identity}, BaseURL: a.CityURL, Log: a.Log,
		SMTP: notify.SMTPConfig{Host: a.Config.SMTPHost, Port: a.Config.SMTPPort, User: a.Config.SMTPUser,
			Password: string(a.Config.SMTPPassword), From: a.Config.SMTPFrom, TLS: a.Config.SMTPTLS},
		Links: map[string]string{
			"account_confirm": "/konfirmasi/{token}",
			"account_exists":  "/masuk",
			"password_reset":  "/atur-sandi/{token}",
			"staff_invite":    "/undangan/{token}",
		},
	})
	if err != nil {
		return err
	}
	return a.Notify.Register(a.Bus, a.Runner)
}
