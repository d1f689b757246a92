package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/cosign"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// contacts tells notify where to write to an account, or to who is asked to sign or is charged without one.
type contacts struct {
	identity *identity.Service
	db       *bun.DB
	keys     *privacy.Keys
}

func (c contacts) Contact(ctx context.Context, account uuid.UUID) (notify.Contact, error) {
	p, err := c.identity.AccountContact(ctx, account)
	if fault.Is(err, "identity.no_account") {
		to, err := cosign.Contact(ctx, c.db, c.keys, account)
		if fault.Is(err, "cosign.no_signer") {
			return ductbill.Contact(ctx, c.db, account)
		}
		return to, err
	}
	if err != nil {
		return notify.Contact{}, err
	}
	return notify.Contact{Name: p.Name, Email: p.Email, Locale: i18n.Locale(p.Locale)}, nil
}

func (a *App) buildNotify() error {
	var err error
	a.Notify, err = notify.New(notify.Deps{
		DB: a.DB.App, Bus: a.Bus, Keys: a.Keys, Contacts: contacts{a.Identity, a.DB.App, a.Keys}, Files: a.Files, BaseURL: a.CityURL, Log: a.Log,
		SMTP: notify.SMTPConfig{Host: a.Config.SMTPHost, Port: a.Config.SMTPPort, User: a.Config.SMTPUser,
			Password: string(a.Config.SMTPPassword), From: a.Config.SMTPFrom, TLS: a.Config.SMTPTLS},
		Links: map[string]string{
			"account_confirm": "/konfirmasi/{token}",
			"account_exists":  "/masuk",
			"password_reset":  "/atur-sandi/{token}",
			"staff_invite":    "/undangan/{token}",
			"invite_held":     "/masuk",
		},
	})
	if err != nil {
		return err
	}
	return a.Notify.Register(a.Bus, a.Runner)
}

func (a *App) retryMail(ctx context.Context, slug string) (cli.MailRetry, error) {
	t, err := a.Directory.BySlug(ctx, slug)
	if err != nil {
		return cli.MailRetry{}, err
	}
	queued, left, err := a.Notify.Retry(tenancy.With(ctx, t))
	return cli.MailRetry{Queued: queued, Left: left}, err
}

// mailNote says how the mail of ctx's tenant stands. Neither figure is a fault of the installation by itself: mail waits
// while its server is away, and an address may be wrong.
func (a *App) mailNote(ctx context.Context) (string, error) {
	waiting, lost, err := a.Notify.Backlog(ctx)
	return fmt.Sprintf("%d wait, %d failed", waiting, lost), err
}
