package inbox

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// place is where an application stands in a list.
type place struct {
	ID          uuid.UUID
	Elsewhere   bool
	QueueRank   int
	QueueAt     time.Time
	SubmittedAt time.Time
	ClosedAt    time.Time `bun:",nullzero"`
}

func itemsOf(found []place) []Item {
	var out []Item
	for _, p := range found {
		out = append(out, Item{ID: p.ID, Elsewhere: p.Elsewhere})
	}
	return out
}

// order is how a list is sorted: the columns of a cursor, and which way they run.
type order struct {
	by   string // the expression of ORDER BY
	back string // the same the other way round
	key  string // the columns in parentheses
	down bool
	of   func(place) cursor
}

func orderOf(f Filter) order {
	switch {
	case f.View == ViewDone:
		return order{by: "a.closed_at DESC, a.id DESC", back: "a.closed_at, a.id", key: "(a.closed_at, a.id)", down: true,
			of: func(p place) cursor { return cursor{at: p.ClosedAt, id: p.ID} }}
	case f.Sort == Newest:
		return order{by: "a.submitted_at DESC, a.id DESC", back: "a.submitted_at, a.id", key: "(a.submitted_at, a.id)", down: true, of: bySent}
	case f.Sort == Oldest:
		return order{by: "a.submitted_at, a.id", back: "a.submitted_at DESC, a.id DESC", key: "(a.submitted_at, a.id)", of: bySent}
	}
	return order{by: "a.queue_rank, a.queue_at, a.id", back: "a.queue_rank DESC, a.queue_at DESC, a.id DESC", key: "(a.queue_rank, a.queue_at, a.id)",
		of: func(p place) cursor { return cursor{ranked: true, rank: p.QueueRank, at: p.QueueAt, id: p.ID} }}
}

func bySent(p place) cursor { return cursor{at: p.SubmittedAt, id: p.ID} }

// after keeps what comes behind c in the list, before what comes ahead of it.
func (o order) after(q *bun.SelectQuery, c cursor) *bun.SelectQuery  { return o.beyond(q, c, !o.down) }
func (o order) before(q *bun.SelectQuery, c cursor) *bun.SelectQuery { return o.beyond(q, c, o.down) }

func (o order) beyond(q *bun.SelectQuery, c cursor, greater bool) *bun.SelectQuery {
	than := "<"
	if greater {
		than = ">"
	}
	if c.ranked {
		return q.Where("? ? (?::smallint, ?, ?)", bun.Safe(o.key), bun.Safe(than), c.rank, c.at, c.id)
	}
	return q.Where("? ? (?, ?)", bun.Safe(o.key), bun.Safe(than), c.at, c.id)
}

// cursor is a place in a list as it stands in an address: numbers and an id, nothing of a person.
type cursor struct {
	ranked bool // by deadline
	rank   int
	at     time.Time
	id     uuid.UUID
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %s", c.rank, c.at.UnixMicro(), c.id))
}

func parseCursor(s string, ranked bool) (cursor, error) {
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
	return cursor{ranked: ranked, rank: int(rank), at: time.UnixMicro(micro).UTC(), id: id}, err
}
