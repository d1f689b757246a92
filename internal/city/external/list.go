package external

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// mineLimit bounds one resident's list, as that of native applications is.
const mineLimit = 200

// named selects applications with the names of their app and service, looked up for the rows that are shown alone.
func named(ctx context.Context, tx bun.IDB, into *[]Application) *bun.SelectQuery {
	return tx.NewSelect().Model(into).ExcludeColumn("nik_hash", "email_hash", "stamps").
		ColumnExpr("(SELECT p.name FROM external_app AS p WHERE p.tenant_id = x.tenant_id AND p.id = x.app_id) AS app_name").
		ColumnExpr(`coalesce((SELECT coalesce(s.name ->> ?, s.name ->> 'id') FROM v_service AS s
			WHERE s.tenant_id = x.tenant_id AND s.code = x.service), x.service) AS service_name`, string(i18n.From(ctx))).
		Where("x.tenant_id = ?", tenancy.Must(ctx))
}

// Mine returns a resident's applications in other apps, the newest first: those that name the NIK which the resident has
// given to Link and the address of the account. Without such a NIK there are none.
func (s *Service) Mine(ctx context.Context, actor identity.Actor) ([]Application, error) {
	return s.mine(ctx, actor, mineLimit, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

// Place is where an application stands in a resident's list; the zero Place is its beginning.
type Place struct {
	At time.Time // when it was first told of
	ID uuid.UUID
}

// MinePage is Mine page by page: what is open or what is over, after a place.
func (s *Service) MinePage(ctx context.Context, actor identity.Actor, over bool, after Place, limit int) ([]Application, error) {
	return s.mine(ctx, actor, limit, func(q *bun.SelectQuery) *bun.SelectQuery {
		if over {
			q = q.Where("x.closed_at IS NOT NULL")
		} else {
			q = q.Where("x.closed_at IS NULL")
		}
		if after.ID != uuid.Nil {
			q = q.Where("(x.first_at, x.id) < (?, ?)", after.At, after.ID)
		}
		return q
	})
}

func (s *Service) mine(ctx context.Context, actor identity.Actor, limit int, part func(*bun.SelectQuery) *bun.SelectQuery) ([]Application, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	address, err := s.d.Keys.Hash(ctx, useEmail, actor.Email)
	if err != nil {
		return nil, err
	}
	var mine []link
	err = s.d.DB.NewSelect().Model(&mine).Where("tenant_id = ?", tenancy.Must(ctx)).Where("account_id = ?", actor.ID).Scan(ctx)
	if err != nil || len(mine) == 0 || actor.Email == "" {
		return nil, err
	}
	var all []Application
	err = part(named(ctx, s.d.DB, &all).Where("x.nik_hash = ?", mine[0].NIKHash).Where("x.email_hash = ?", address)).
		OrderExpr("x.first_at DESC, x.id DESC").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("external: mine: %w", err)
	}
	return all, nil
}

// View is one way to look at an agency's applications in its apps; the words are those of the native queue.
type View string

// The views. All but Done are open, ordered by deadline.
const (
	ViewAll     View = "all"
	ViewLate    View = "late"
	ViewWaiting View = "waiting" // for the applicant
	ViewDone    View = "done"    // closed in the last thirty days, the latest first
)

// Views lists them in the order they are offered.
func Views() []View { return []View{ViewAll, ViewLate, ViewWaiting, ViewDone} }

// TextKey is the i18n key of the view's name.
func (v View) TextKey() string { return "casework.view." + string(v) }

const doneFor = 30 * 24 * time.Hour

// Filter asks for a page of an agency's applications.
type Filter struct {
	View   View   // ViewAll when empty
	Cursor string // Page.Next of the page before
	Limit  int    // 25 when zero, at most 100
}

// Page is a part of an agency's applications, with exact counts.
type Page struct {
	Rows   []Application
	Counts map[View]int
	Stages map[Stage]int // of the open ones, and of those closed in the last thirty days
	Next   string        // empty on the last page
}

// Queue returns a page of the applications in other apps within the actor's reach, for staff with application:queue. It
// refuses a view that does not exist (field "view") and a cursor it did not make (Malformed "request.cursor").
func (s *Service) Queue(ctx context.Context, actor identity.Actor, f Filter) (Page, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return Page{}, err
	}
	if f.View == "" {
		f.View = ViewAll
	}
	if f.Limit <= 0 {
		f.Limit = 25
	}
	f.Limit = min(f.Limit, 100)
	r, err := s.within(ctx, actor)
	if err != nil {
		return Page{}, err
	}
	var out Page
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		if err = s.count(ctx, tx, r, &out); err != nil {
			return err
		}
		return s.page(ctx, tx, r, f, &out)
	})
	if err != nil {
		return Page{}, fmt.Errorf("external: queue: %w", err)
	}
	return out, nil
}

func (s *Service) page(ctx context.Context, tx bun.IDB, r reach, f Filter, out *Page) error {
	q := r.where(named(ctx, tx, &out.Rows)).Limit(int64(f.Limit + 1))
	if f.View == ViewDone {
		q = q.Where("x.closed_at IS NOT NULL").Where("x.closed_at > ?", s.now().Add(-doneFor)).OrderExpr("x.closed_at DESC, x.id DESC")
	} else {
		q = q.Where("x.closed_at IS NULL").OrderExpr("x.queue_rank, x.queue_at, x.id")
	}
	switch f.View {
	case ViewAll, ViewDone:
	case ViewLate:
		q = q.Where("x.queue_rank = ?", rankDue).Where("x.queue_at < ?", s.now())
	case ViewWaiting:
		q = q.Where("x.queue_rank = ?", rankWaiting)
	default:
		return fault.Fields([]fault.Field{{Name: "view", Code: "not_an_option"}})
	}
	if f.Cursor != "" {
		rank, at, id, err := parseCursor(f.Cursor)
		switch {
		case err != nil:
			return fault.Wrap(fault.Malformed, "request.cursor", err)
		case f.View == ViewDone:
			q = q.Where("(x.closed_at, x.id) < (?, ?)", at, id)
		default:
			q = q.Where("(x.queue_rank, x.queue_at, x.id) > (?::smallint, ?, ?)", rank, at, id)
		}
	}
	if err := q.Scan(ctx); err != nil {
		return err
	}
	if len(out.Rows) > f.Limit {
		out.Rows = out.Rows[:f.Limit]
		last := out.Rows[f.Limit-1]
		at := last.QueueAt
		if f.View == ViewDone {
			at = last.ClosedAt
		}
		out.Next = cursor(last.QueueRank, at, last.ID)
	}
	return nil
}

// count reads the counts of every view and stage from the two indexes of the queue.
func (s *Service) count(ctx context.Context, tx bun.IDB, r reach, out *Page) error {
	out.Counts, out.Stages = map[View]int{}, map[Stage]int{}
	now := s.now()
	for _, closed := range []bool{false, true} {
		var rows []struct {
			Stage         Stage
			N, Late, Wait int
		}
		q := r.where(tx.NewSelect().TableExpr("external_application AS x").ColumnExpr("x.stage, count(*) AS n").
			ColumnExpr("count(*) FILTER (WHERE x.queue_rank = ? AND x.queue_at < ?) AS late", rankDue, now).
			ColumnExpr("count(*) FILTER (WHERE x.queue_rank = ?) AS wait", rankWaiting).
			Where("x.tenant_id = ?", tenancy.Must(ctx))).GroupExpr("x.stage")
		if closed {
			q = q.Where("x.closed_at IS NOT NULL").Where("x.closed_at > ?", now.Add(-doneFor))
		} else {
			q = q.Where("x.closed_at IS NULL")
		}
		if err := q.Scan(ctx, &rows); err != nil {
			return err
		}
		for _, row := range rows {
			out.Stages[row.Stage] += row.N
			if closed {
				out.Counts[ViewDone] += row.N
				continue
			}
			out.Counts[ViewAll] += row.N
			out.Counts[ViewLate] += row.Late
			out.Counts[ViewWaiting] += row.Wait
		}
	}
	return nil
}

// cursor is the place of a row in the queue: numbers and an id, because it stands in an address.
func cursor(rank int, at time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", rank, at.UnixMicro(), id))
}

func parseCursor(s string) (rank int, at time.Time, id uuid.UUID, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return 0, time.Time{}, uuid.Nil, err
	}
	parts := strings.Split(string(raw), " ")
	if len(parts) != 3 {
		return 0, time.Time{}, uuid.Nil, fmt.Errorf("a cursor of %d parts", len(parts))
	}
	r, err := strconv.ParseInt(parts[0], 10, 8)
	if err != nil {
		return 0, time.Time{}, uuid.Nil, err
	}
	micro, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || micro < 0 || micro > 1<<53 {
		return 0, time.Time{}, uuid.Nil, fmt.Errorf("a cursor at %q", parts[1])
	}
	id, err = uuid.Parse(parts[2])
	return int(r), time.UnixMicro(micro).UTC(), id, err
}
