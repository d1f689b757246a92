package casework

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// View is one way to look at an office's work.
type View string

// The views. All but Done are open work, ordered by deadline; what waits for the applicant comes last.
const (
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewAll        View = "all"
	ViewLate       View = "late"
	ViewWaiting    View = "waiting" // for the applicant
	ViewDone       View = "done"    // closed in the last thirty days, the latest first; search finds older ones
)

// Views lists the views in the order they are offered.
func Views() []View {
	return []View{ViewMine, ViewUnassigned, ViewAll, ViewLate, ViewWaiting, ViewDone}
}

// TextKey is the i18n key of the view's name.
func (v View) TextKey() string { return "casework.view." + string(v) }

const doneFor = 30 * 24 * time.Hour

// QueueFilter asks for a page of the queue. With Search the view is left aside: everything in the actor's reach whose
// number is, or whose applicant's name begins with, what was typed.
type QueueFilter struct {
	View   View // ViewAll when empty
	Search string
	Cursor string // Queue.Next of the page before
	Limit  int    // 25 when zero, at most 100
}

// Queue is a page of an office's work.
type Queue struct {
	Rows   []Application
	Counts map[View]int
	Next   string // empty on the last page, and for a search
	More   bool   // of a search: there are more; type more
}

// Queue returns a page of the work within the actor's reach, for staff with application:queue. Counts are exact. It
// refuses a view that does not exist (Invalid, field "view") and a cursor it did not make (Malformed "request.cursor").
func (s *Service) Queue(ctx context.Context, actor identity.Actor, f QueueFilter) (Queue, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationQueue); err != nil {
		return Queue{}, err
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
		return Queue{}, err
	}
	var out Queue
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Counts, err = s.count(ctx, tx, actor, r); err != nil {
			return err
		}
		if strings.TrimSpace(f.Search) != "" {
			return s.search(ctx, tx, r, f, &out)
		}
		return s.page(ctx, tx, actor, r, f, &out)
	})
	if err != nil {
		return Queue{}, fmt.Errorf("casework: queue: %w", err)
	}
	return out, nil
}

// rowsOf selects what a list shows; the answers stay where they are.
func rowsOf(ctx context.Context, tx bun.IDB, r reach, into *[]Application) *bun.SelectQuery {
	q := tx.NewSelect().Model(into).ExcludeColumn("answers", "sealed", "before_answers", "before_sealed", "subject_hash", "phone_hash").
		Where("a.tenant_id = ?", tenancy.Must(ctx))
	return r.where(q)
}

func (s *Service) page(ctx context.Context, tx bun.IDB, actor identity.Actor, r reach, f QueueFilter, out *Queue) error {
	q := rowsOf(ctx, tx, r, &out.Rows).Limit(int64(f.Limit + 1))
	if f.View == ViewDone {
		q = q.Where("a.closed_at IS NOT NULL").Where("a.closed_at > ?", s.now().Add(-doneFor)).OrderExpr("a.closed_at DESC, a.id DESC")
	} else {
		q = q.Where("a.closed_at IS NULL").OrderExpr("a.queue_rank, a.queue_at, a.id")
	}
	switch f.View {
	case ViewAll, ViewDone:
	case ViewMine:
		q = q.Where("a.assignee_id = ?", actor.ID)
	case ViewUnassigned:
		q = q.Where("a.assignee_id IS NULL").Where("a.queue_rank < ?", rankDecided)
	case ViewLate:
		q = q.Where("a.queue_rank = ?", rankDue).Where("a.queue_at < ?", s.now())
	case ViewWaiting:
		q = q.Where("a.queue_rank = ?", rankWaiting)
	default:
		return fault.Fields([]fault.Field{{Name: "view", Code: "not_an_option"}})
	}
	if f.Cursor != "" {
		c, err := parseCursor(f.Cursor)
		switch {
		case err != nil:
			return fault.Wrap(fault.Malformed, "request.cursor", err)
		case f.View == ViewDone:
			q = q.Where("(a.closed_at, a.id) < (?, ?)", c.at, c.id)
		default:
			q = q.Where("(a.queue_rank, a.queue_at, a.id) > (?::smallint, ?, ?)", c.rank, c.at, c.id)
		}
	}
	if err := q.Scan(ctx); err != nil {
		return err
	}
	if len(out.Rows) > f.Limit {
		out.Rows = out.Rows[:f.Limit]
		last := out.Rows[f.Limit-1]
		c := cursor{rank: last.QueueRank, at: last.QueueAt, id: last.ID}
		if f.View == ViewDone {
			c.at = last.ClosedAt
		}
		out.Next = c.String()
	}
	return nil
}

// cursor is the place of a row in the queue: numbers and an id, nothing of a person, because it stands in an address.
type cursor struct {
	rank int
	at   time.Time
	id   uuid.UUID
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", c.rank, c.at.UnixMicro(), c.id))
}

func parseCursor(s string) (cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return cursor{}, err
	}
	parts := strings.Split(string(raw), " ")
	if len(parts) != 3 {
		return cursor{}, fmt.Errorf("a cursor of %d parts", len(parts))
	}
	rank, err := strconv.ParseInt(parts[0], 10, 8)
	if err != nil {
		return cursor{}, err
	}
	micro, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || micro < 0 || micro > 1<<53 {
		return cursor{}, fmt.Errorf("a cursor at %q", parts[1])
	}
	id, err := uuid.Parse(parts[2])
	return cursor{rank: int(rank), at: time.UnixMicro(micro).UTC(), id: id}, err
}

// count reads every count of the actor's views from the index of open work, and the closed ones from theirs.
func (s *Service) count(ctx context.Context, tx bun.IDB, actor identity.Actor, r reach) (map[View]int, error) {
	var n struct{ Mine, Unassigned, Everything, Late, Waiting, Done int }
	open := tx.NewSelect().TableExpr("application AS a").
		ColumnExpr("count(*) FILTER (WHERE a.assignee_id = ?) AS mine", actor.ID).
		ColumnExpr("count(*) FILTER (WHERE a.assignee_id IS NULL AND a.queue_rank < ?) AS unassigned", rankDecided).
		ColumnExpr("count(*) AS everything").
		ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ? AND a.queue_at < ?) AS late", rankDue, s.now()).
		ColumnExpr("count(*) FILTER (WHERE a.queue_rank = ?) AS waiting", rankWaiting).
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.closed_at IS NULL")
	if err := r.where(open).Scan(ctx, &n); err != nil {
		return nil, err
	}
	done := tx.NewSelect().TableExpr("application AS a").ColumnExpr("count(*) AS done").
		Where("a.tenant_id = ?", tenancy.Must(ctx)).Where("a.closed_at IS NOT NULL").Where("a.closed_at > ?", s.now().Add(-doneFor))
	if err := r.where(done).Scan(ctx, &n); err != nil {
		return nil, err
	}
	return map[View]int{
		ViewMine: n.Mine, ViewUnassigned: n.Unassigned, ViewAll: n.Everything, ViewLate: n.Late, ViewWaiting: n.Waiting, ViewDone: n.Done,
	}, nil
}

var numberStart = regexp.MustCompile(`^[A-Z]{1,5}-[0-9]{2}-`)

// searchMax bounds what a person types into the search.
const searchMax = 100

// search finds by number or by the beginning of a name. Both are ranges of a "C"-collated column: comparison is
// leakproof, so the index serves under row-level security, as LIKE would not everywhere.
func (s *Service) search(ctx context.Context, tx bun.IDB, r reach, f QueueFilter, out *Queue) error {
	typed := strings.ToValidUTF8(strings.ReplaceAll(f.Search, "\x00", ""), "")
	if letters := []rune(typed); len(letters) > searchMax {
		typed = string(letters[:searchMax])
	}
	q := rowsOf(ctx, tx, r, &out.Rows).Where("a.submitted_at IS NOT NULL").Limit(int64(f.Limit + 1))
	upper := strings.ToUpper(strings.TrimSpace(typed))
	if number, err := ParseNumber(typed); err == nil {
		q = q.Where("a.number = ?", number)
	} else if numberStart.MatchString(upper) {
		q = q.Where("a.number >= ? AND a.number < ?", upper, upper+lastRune).OrderExpr("a.number")
	} else {
		key := nameKey(typed)
		q = q.Where("a.name_key >= ? AND a.name_key < ?", key, key+lastRune).OrderExpr("a.name_key, a.id")
	}
	if err := q.Scan(ctx); err != nil {
		return err
	}
	if out.More = len(out.Rows) > f.Limit; out.More {
		out.Rows = out.Rows[:f.Limit]
	}
	return nil
}

// lastRune sorts behind everything that can follow a prefix.
const lastRune = "\U0010FFFF"
