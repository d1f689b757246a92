package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	gomail "github.com/wneessen/go-mail"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

type sendArgs struct {
	MessageID uuid.UUID `json:"message_id"`
}

const (
	// maxAttempts is how often a mail is offered to a server that refuses it for now: for more than a day.
	maxAttempts = 36
	// keepTrying is how long a message waits while no server can be asked, which is nobody's no to it.
	keepTrying = 14 * 24 * time.Hour
)

// sendKind is urgent because a person who registers waits for the mail. Its retries, an hour apart at the most, last
// longer than keepTrying, so that it is the message and not the job that gives up.
func sendKind() jobs.Kind[sendArgs] {
	return jobs.Kind[sendArgs]{Name: "notify.send.v1", Queue: jobs.Urgent, MaxRetry: int(keepTrying/time.Hour) + 2*maxAttempts,
		Timeout: time.Minute, Closed: true} // a city that is closed still has invoices, and its people read of them
}

// unsendable is a message that no later try can deliver.
type unsendable struct{ reason string }

func (e unsendable) Error() string { return "notify: " + e.reason }

// deliver sends one message by e-mail, and records that or why not. A crash after the mail server has taken the mail
// repeats it under the same message id; nothing else does.
func (s *Service) deliver(ctx context.Context, _ uuid.UUID, a sendArgs) error {
	row, err := s.next(ctx, a.MessageID)
	if err != nil || row.Status != queued {
		return err
	}
	err = s.mail(ctx, row)
	var never unsendable
	var no refusal
	switch {
	case err == nil:
		return s.end(ctx, row, sent, "")
	case errors.As(err, &never):
		return s.end(ctx, row, failed, never.reason)
	case errors.As(err, &no):
		return s.refused(ctx, row, no)
	case s.Now().Sub(row.QueuedAt) > keepTrying:
		return s.end(ctx, row, failed, "unreachable")
	}
	return err
}

// next returns the message; the zero row when it has been forgotten.
func (s *Service) next(ctx context.Context, id uuid.UUID) (messageRow, error) {
	var rows []messageRow
	err := s.DB.NewSelect().Model(&rows).Column("tenant_id", "id", "account_id", "template", "locale", "data", "status", "attempts", "queued_at").
		Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return messageRow{}, err
	}
	return rows[0], nil
}

// refused counts the server's no to this message, and gives the message up when no later offer will help.
func (s *Service) refused(ctx context.Context, row messageRow, no refusal) error {
	_, err := s.DB.ExecContext(ctx, "UPDATE message SET attempts = attempts + 1 WHERE tenant_id = ? AND id = ?", row.TenantID, row.ID)
	if err != nil {
		return err
	}
	if no.final() || row.Attempts+1 >= maxAttempts {
		return s.end(ctx, row, failed, "smtp."+strconv.Itoa(no.code))
	}
	return fault.Wrap(fault.Unavailable, "notify.smtp", no)
}

func (s *Service) mail(ctx context.Context, row messageRow) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	to, err := s.Contacts.Contact(ctx, row.AccountID)
	switch {
	case err != nil && fault.From(err).Kind == fault.NotFound:
		return unsendable{"no_account"}
	case err != nil:
		return fmt.Errorf("notify: contact: %w", err)
	case to.Email == "":
		return unsendable{"no_address"}
	}
	path, err := s.path(ctx, row)
	if err != nil {
		return err
	}
	switch {
	case city.Status == tenancy.StatusClosed:
		path = "" // its pages are closed too
	case path != "":
		path = s.BaseURL(city) + path
	}
	l := localeOf(row.Locale, to.Locale)
	lt, err := s.letters.write(row.Template, l, city.Name, row.Data)
	if err != nil {
		return err
	}
	if kinds()[row.Template].unnamed {
		to.Name = ""
	}
	msg, err := s.mailer.compose(row.ID, to, frameOf(lt, l, city, oneLine(to.Name), path), city, s.Now(), row.Data)
	if err != nil {
		return unsendable{"bad_address"}
	}
	if err := s.attach(ctx, msg, row.Data["file"]); err != nil {
		return err
	}
	err = s.mailer.send(ctx, msg)
	if err == nil || errors.As(err, new(refusal)) {
		return err
	}
	// The cause may quote the server, and the server the address; the job's log gets its kind alone.
	return fault.Wrap(fault.Unavailable, "notify.smtp", errors.New(smtpTrouble(err)))
}

// attach puts a file of ctx's city to a mail; an empty id is none.
func (s *Service) attach(ctx context.Context, msg *gomail.Msg, id string) error {
	if id == "" {
		return nil
	}
	of, err := uuid.Parse(id)
	if err != nil {
		return unsendable{"no_file"}
	}
	f, body, err := s.Files.Open(ctx, of)
	if err != nil {
		if fault.From(err).Kind == fault.NotFound {
			return unsendable{"no_file"}
		}
		return fmt.Errorf("notify: file: %w", err)
	}
	defer func() { _ = body.Close() }()
	if err := msg.AttachReader(f.Name, body); err != nil { // it is read into the mail here
		return fmt.Errorf("notify: attach: %w", err)
	}
	return nil
}

// path returns the page that the mail's button opens, with the secret of the message unsealed there or in its data.
func (s *Service) path(ctx context.Context, row messageRow) (string, error) {
	k := kinds()[row.Template]
	pattern, use := row.Data["path"], secretUse
	if k.account {
		pattern, use = s.Links[row.Template], event.AccountMailUse
	}
	if row.Data["sealed"] == "" {
		return pattern, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(row.Data["sealed"])
	if err != nil {
		return "", unsendable{"unreadable"}
	}
	opened, err := s.Keys.Open(ctx, sealed, use)
	if errors.Is(err, privacy.ErrUnreadable) {
		return "", unsendable{"unreadable"}
	}
	if k.secret == codeSecret {
		row.Data["code"] = string(opened)
		return pattern, err
	}
	return strings.ReplaceAll(pattern, "{token}", string(opened)), err
}

// end records what became of a message, and announces one that was sent. The words of one that was sent go now, and the
// secret of an account mail in any case.
func (s *Service) end(ctx context.Context, row messageRow, status, reason string) error {
	now := s.Now().UTC()
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE message SET status = ?0, reason = ?1, ended_at = ?2,
				data = CASE ?0 WHEN 'sent' THEN '{}' ELSE data - 'sealed' END
			WHERE tenant_id = ?3 AND id = ?4 AND status = 'queued'`, status, reason, now, row.TenantID, row.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if status != sent {
			s.Log.Warn("message not sent", "id", row.ID, "tenant", row.TenantID, "template", row.Template, "code", reason)
			return nil
		}
		return event.Publish(ctx, tx, s.Bus, event.NotificationSent{MessageID: row.ID, Channel: "email", Template: row.Template, At: now})
	})
}

func localeOf(asked string, own i18n.Locale) i18n.Locale {
	if l, ok := i18n.Parse(asked); ok {
		return l
	}
	if l, ok := i18n.Parse(string(own)); ok {
		return l
	}
	return i18n.ID
}
