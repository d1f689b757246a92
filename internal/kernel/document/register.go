package document

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Filter narrows the register of issued documents. Its zero value is everything that the reader reaches.
type Filter struct {
	Search  string // the beginning of a document's number, or a subject's number in full
	Status  string // one of the statuses, Expired and Failed included
	Service string
	From    time.Time // issued from this moment on
	To      time.Time // and before this one
	Cursor  string
	Limit   int // RegisterPage when zero
}

// RegisterPage is how many documents a page of the register has.
const RegisterPage = 50

// RegisterMost is the most that one call returns.
const RegisterMost = 500

// List returns the documents that an office has issued, the newest first, with the cursor of the next page. It needs
// document:register: heads see their own office's, with application:all the whole city's. It refuses Malformed
// "document.bad_cursor".
func (s *Service) List(ctx context.Context, actor identity.Actor, f Filter) ([]Document, string, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DocumentRegister); err != nil {
		return nil, "", err
	}
	return s.list(ctx, actor, f)
}

// Export hands the whole of a filtered register to each, the newest first and in parts of at most RegisterMost. It needs
// document:register and is recorded before the first part, with how the register is written and what of it was asked for;
// of a search only that there was one.
func (s *Service) Export(ctx context.Context, actor identity.Actor, f Filter, format string, each func([]Document) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DocumentRegister); err != nil {
		return err
	}
	f.Limit, f.Cursor = RegisterMost, ""
	all, next, err := s.list(ctx, actor, f)
	if err != nil {
		return err
	}
	detail := map[string]any{"format": format}
	for name, value := range map[string]string{"status": f.Status, "service": f.Service, "from": onDay(f.From), "until": onDay(f.To)} {
		if value != "" {
			detail[name] = value
		}
	}
	if f.Search != "" {
		detail["searched"] = true
	}
	err = audit.Record(ctx, s.d.DB.App, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "document.export", Object: "document", At: s.now(), Detail: detail})
	if err != nil {
		return fmt.Errorf("document: export: %w", err)
	}
	for len(all) > 0 {
		if err := each(all); err != nil {
			return fmt.Errorf("document: export: %w", err)
		}
		if next == "" {
			break
		}
		f.Cursor = next
		if all, next, err = s.list(ctx, actor, f); err != nil {
			return err
		}
	}
	return nil
}

// onDay is a moment for the record, in UTC; empty for none.
func onDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Waiting returns the documents of an office that wait for a signature, the newest first. It needs document:sign.
func (s *Service) Waiting(ctx context.Context, actor identity.Actor, cursor string) ([]Document, string, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DocumentSign); err != nil {
		return nil, "", err
	}
	return s.list(ctx, actor, Filter{Status: Unsigned, Cursor: cursor})
}

func (s *Service) list(ctx context.Context, actor identity.Actor, f Filter) ([]Document, string, error) {
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return nil, "", err
	}
	if f.Limit = min(f.Limit, RegisterMost); f.Limit <= 0 {
		f.Limit = RegisterPage
	}
	var all []Document
	q := s.d.DB.App.NewSelect().Model(&all).Where("d.tenant_id = ?", tenancy.Must(ctx))
	q = reached(q, r)
	now := s.now()
	switch f.Status {
	case "":
	case Valid:
		q = q.Where("d.status = ?", Valid).Where("d.valid_until IS NULL OR d.valid_until >= ?", now)
	case Expired:
		q = q.Where("d.status = ?", Valid).Where("d.valid_until < ?", now)
	case Failed:
		q = q.Where("d.status = ? AND d.sign_failed_at IS NOT NULL", Unsigned)
	default:
		q = q.Where("d.status = ?", f.Status)
	}
	if f.Service != "" {
		q = q.Where("d.service_code = ?", f.Service)
	}
	if !f.From.IsZero() {
		q = q.Where("d.issued_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("d.issued_at < ?", f.To)
	}
	if search := strings.TrimSpace(f.Search); search != "" {
		q = q.Where(`(d.number COLLATE "C" >= ? AND d.number COLLATE "C" < ?) OR d.subject_number = ?`, search, search+"\U0010FFFF", strings.ToUpper(search))
	}
	if f.Cursor != "" {
		at, id, err := readCursor(f.Cursor)
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(d.issued_at, d.id) < (?, ?)", at, id)
	}
	if err := q.OrderExpr("d.issued_at DESC, d.id DESC").Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("document: list: %w", err)
	}
	next := ""
	if len(all) > f.Limit {
		all = all[:f.Limit]
		next = writeCursor(all[f.Limit-1])
	}
	return all, next, nil
}

func writeCursor(d Document) string {
	return strconv.FormatInt(d.IssuedAt.UnixMicro(), 36) + "." + d.ID.String()
}

func readCursor(s string) (time.Time, uuid.UUID, error) {
	at, rest, _ := strings.Cut(s, ".")
	micro, err := strconv.ParseInt(at, 36, 64)
	id, err2 := uuid.Parse(rest)
	if err != nil || err2 != nil {
		return time.Time{}, uuid.Nil, fault.New(fault.Malformed, "document.bad_cursor")
	}
	return time.UnixMicro(micro).UTC(), id, nil
}
