package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

const inboxLimit = 100

// Item is one message as its account sees it on the site.
type Item struct {
	ID         uuid.UUID
	Subject    string
	Action     string
	Path       string     // page on this site that Action opens; empty for none
	Paragraphs [][]string // of lines
	At         time.Time
	Read       bool
}

// List returns the newest 100 messages of an account of ctx's city. The caller has checked that the reader is that
// account. Mails about the account itself are not among them: they carry secrets.
func (s *Service) List(ctx context.Context, account uuid.UUID) ([]Item, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return nil, tenancy.ErrNone
	}
	var rows []messageRow
	err := s.DB.NewSelect().Model(&rows).Column("id", "template", "locale", "data", "created_at", "read_at").
		Where("tenant_id = ? AND account_id = ? AND inbox", tenant, account).OrderExpr("id DESC").Limit(inboxLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("notify: inbox: %w", err)
	}
	city, _ := tenancy.CityFrom(ctx)
	items := make([]Item, 0, len(rows))
	for _, r := range rows {
		lt, err := s.letters.write(r.Template, localeOf(r.Locale, i18n.From(ctx)), city.Name, r.Data)
		if err != nil {
			return nil, err
		}
		items = append(items, Item{ID: r.ID, Subject: lt.Subject, Action: lt.Action, Path: r.Data["path"],
			Paragraphs: lt.Paragraphs, At: r.CreatedAt, Read: !r.ReadAt.IsZero()})
	}
	return items, nil
}

// Unread counts the messages that an account has not seen, for the mark beside its name. The caller has checked that
// the reader is that account.
func (s *Service) Unread(ctx context.Context, account uuid.UUID) (int, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return 0, tenancy.ErrNone
	}
	n, err := s.DB.NewSelect().Model((*messageRow)(nil)).
		Where("tenant_id = ? AND account_id = ? AND inbox AND read_at IS NULL", tenant, account).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("notify: inbox: %w", err)
	}
	return int(n), nil
}

// MarkRead marks every message of an account as seen; its page calls it once it has shown them.
func (s *Service) MarkRead(ctx context.Context, account uuid.UUID) error {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	_, err := s.DB.NewUpdate().Model((*messageRow)(nil)).Set("read_at = ?", s.Now().UTC()).
		Where("tenant_id = ? AND account_id = ? AND inbox AND read_at IS NULL", tenant, account).Exec(ctx)
	if err != nil {
		return fmt.Errorf("notify: inbox: %w", err)
	}
	return nil
}
