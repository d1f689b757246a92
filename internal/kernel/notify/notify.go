// Package notify tells a person, once, what has happened to their matter, by e-mail.
//
// Send writes a row of table message and a job in the caller's transaction, so a message exists exactly when what it
// tells of does, and a key makes it one message however often the caller runs. The name and address of the person are
// looked up when the mail leaves and are stored nowhere here; what it tells of is deleted then. What a mail says is in
// template/, one file for each language; its frame carries the city's name and colour.
package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Contact is who a message is for, as it is known when the message leaves.
type Contact struct {
	Name   string
	Email  string
	Locale i18n.Locale // empty when the person has not chosen
}

// Contacts finds the person of an account of ctx's city. It refuses an account that is gone with a fault.NotFound.
type Contacts interface {
	Contact(ctx context.Context, accountID uuid.UUID) (Contact, error)
}

// Deps is what a Service works with.
type Deps struct {
	DB       *bun.DB // the application role's
	Bus      *event.Bus
	Keys     *privacy.Keys
	Contacts Contacts
	Files    *files.Store // of what goes with a message
	SMTP     SMTPConfig
	BaseURL  func(tenancy.City) string // the city's address without a trailing slash
	Links    map[string]string         // path for the link of each account mail, {token} where its secret goes
	Log      *slog.Logger
	Now      func() time.Time // time.Now when nil
}

// Service sends messages.
type Service struct {
	Deps
	letters letters
	mailer  mailer
}

// New returns a Service. It refuses a mail server's settings that cannot work and an account mail without its path.
func New(d Deps) (*Service, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	l, err := parseLetters()
	if err != nil {
		return nil, err
	}
	for name, k := range kinds() {
		if k.account && !localPath(d.Links[name]) {
			return nil, fmt.Errorf("notify: Links has no path for %s", name)
		}
	}
	m, err := newMailer(d.SMTP)
	if err != nil {
		return nil, err
	}
	return &Service{Deps: d, letters: l, mailer: m}, nil
}

// Message is one thing to tell one account. Data fills the template: see kinds for what each needs; its values are in
// Locale. Key names the occasion, such as "submitted:<application id>": a second message with the same key is not
// sent. An empty Key means that every call is an occasion of its own.
type Message struct {
	To       uuid.UUID
	Template string
	Locale   i18n.Locale // empty: the person's own
	Data     map[string]string
	Key      string
	Sealed   string // what Seal returned: the secret of a template that has one
}

type messageRow struct {
	bun.BaseModel `bun:"table:message,alias:m"`

	TenantID  uuid.UUID         `bun:"tenant_id,pk"`
	ID        uuid.UUID         `bun:"id,pk"`
	AccountID uuid.UUID         `bun:"account_id"`
	Template  string            `bun:"template"`
	Locale    string            `bun:"locale"`
	Data      map[string]string `bun:"data,type:jsonb"`
	Key       string            `bun:"key"`
	Status    string            `bun:"status"`
	Attempts  int               `bun:"attempts"` // how often the mail server refused this message
	CreatedAt time.Time         `bun:"created_at"`
	QueuedAt  time.Time         `bun:"queued_at"`
}

// The states of a message.
const (
	queued = "queued"
	sent   = "sent"
	failed = "failed"
)

// Send tells m.To, as part of tx. Any capability may call it, for an account of ctx's city. A missing or hostile
// value in Data is an error and not a fault: the caller's code gives the values their form.
func (s *Service) Send(ctx context.Context, tx bun.IDB, m Message) error {
	k, ok := kinds()[m.Template]
	if !ok || k.account {
		return fmt.Errorf("notify: no template %q to send", m.Template)
	}
	if err := k.check(m.Data); err != nil {
		return fmt.Errorf("notify: %s: %w", m.Template, err)
	}
	if (m.Sealed != "") != (k.secret != noSecret) {
		return fmt.Errorf("notify: %s: a secret is missing or has no place", m.Template)
	}
	clean := make(map[string]string, len(m.Data)+1)
	for key, v := range m.Data {
		clean[key] = printable(v) // jsonb cannot hold U+0000, and a pasted one must not undo the decision it came with
	}
	if m.Data = clean; m.Sealed != "" {
		m.Data["sealed"] = m.Sealed
	}
	return s.add(ctx, tx, m)
}

// secretUse is the use under which the secret of a message is sealed.
const secretUse = "notify.secret"

// Seal hides the secret of a message, such as a code, until its mail is written. Call it before the transaction begins.
func (s *Service) Seal(ctx context.Context, secret string) (string, error) {
	b, err := s.Keys.Seal(ctx, []byte(secret), secretUse)
	return base64.StdEncoding.EncodeToString(b), err
}

func (s *Service) add(ctx context.Context, tx bun.IDB, m Message) error {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	if m.To == uuid.Nil {
		return errors.New("notify: a message needs an account")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	if m.Key == "" {
		m.Key = id.String()
	}
	now := s.Now().UTC()
	row := messageRow{TenantID: tenant, ID: id, AccountID: m.To, Template: m.Template, Locale: string(m.Locale),
		Data: m.Data, Key: m.Key, Status: queued, CreatedAt: now, QueuedAt: now}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, key) DO NOTHING").Exec(tenancy.Prepared(ctx))
	if err != nil {
		return fmt.Errorf("notify: %s: %w", m.Template, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err // told already
	}
	return jobs.Add(ctx, tx, sendKind(), sendArgs{MessageID: id})
}

// Register makes s send on r and write the mails that identity asks for. Call it before the runner starts.
func (s *Service) Register(b *event.Bus, r *jobs.Runner) error {
	event.On(b, "notify", s.onAccountMail)
	jobs.EachTenant(r, "notify.forget", 24*time.Hour, s.forget)
	return jobs.HandleCall(r, sendKind(), s.deliver)
}

// onAccountMail queues a mail about an account. The link's secret stays sealed until the mail is written.
func (s *Service) onAccountMail(ctx context.Context, tx bun.Tx, f event.AccountMail) error {
	if k, ok := kinds()[f.Purpose]; !ok || !k.account {
		return fmt.Errorf("notify: no account mail %q", f.Purpose)
	}
	return s.add(ctx, tx, Message{To: f.AccountID, Template: f.Purpose, Data: map[string]string{"sealed": f.Sealed}})
}

// keep is how long it can be seen that a message was sent, or why not.
const keep = 90 * 24 * time.Hour

// forget deletes messages that nobody needs any more.
func (s *Service) forget(ctx context.Context, tx bun.Tx, _ time.Time) error {
	_, err := tx.NewDelete().Model((*messageRow)(nil)).Where("tenant_id = ? AND created_at < ?", tenancy.Must(ctx), s.Now().UTC().Add(-keep)).
		Exec(ctx)
	return err
}
