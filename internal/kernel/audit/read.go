package audit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// pageLimit bounds one page of List.
const pageLimit = 200

// Filter narrows List; a zero field does not. To is exclusive.
type Filter struct {
	ActorID  uuid.UUID
	Action   string
	Object   string
	ObjectID uuid.UUID // of the kind Object, which must be named with it
	From, To time.Time
	Cursor   string // Page.Next of the page before
	Limit    int    // 50 when zero, at most 200
}

// Page is one page of the record, newest first; Next is empty on the last.
type Page struct {
	Entries []Stored
	Next    string
}

// List reads the record of ctx's city for its auditor; the caller has checked that the reader is one. It refuses a
// cursor it did not make with Malformed "audit.cursor".
func List(ctx context.Context, db bun.IDB, f Filter) (Page, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Page{}, tenancy.ErrNone
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, pageLimit)
	var p Page
	q := db.NewSelect().Model(&p.Entries).Where("tenant_id = ?", tenant).OrderExpr("at DESC, id DESC").Limit(int64(f.Limit) + 1)
	for _, c := range []struct {
		set   bool
		where string
		value any
	}{
		{f.ActorID != uuid.Nil, "actor_id = ?", f.ActorID},
		{f.Action != "", "action = ?", f.Action},
		{f.Object != "", "object = ?", f.Object},
		{f.ObjectID != uuid.Nil, "object_id = ?", f.ObjectID},
		{!f.From.IsZero(), "at >= ?", f.From.UTC()},
		{!f.To.IsZero(), "at < ?", f.To.UTC()},
	} {
		if c.set {
			q = q.Where(c.where, c.value)
		}
	}
	if f.Cursor != "" {
		at, id, err := parseCursor(f.Cursor)
		if err != nil {
			return Page{}, fault.Wrap(fault.Malformed, "audit.cursor", err)
		}
		q = q.Where("(at, id) < (?, ?)", at, id)
	}
	if err := q.Scan(ctx); err != nil {
		return Page{}, fmt.Errorf("audit: list: %w", err)
	}
	if len(p.Entries) > f.Limit {
		p.Entries = p.Entries[:f.Limit]
		last := p.Entries[f.Limit-1]
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(last.At.UTC().Format(time.RFC3339Nano) + " " + last.ID.String()))
	}
	return p, nil
}

func parseCursor(s string) (time.Time, uuid.UUID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return time.Time{}, uuid.Nil, err
	}
	stamp, key, _ := strings.Cut(string(raw), " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return time.Time{}, uuid.Nil, err
	}
	id, err := uuid.Parse(key)
	return at, id, err
}
