package inbox

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

var numberStart = regexp.MustCompile(`^[A-Z]{1,5}-[0-9]{2}-`)

// searchMax bounds what a person types into the search, and wordsMax how many words of it count.
const (
	searchMax = 100
	wordsMax  = 8
)

// search finds by number, or else by words.
func (s *Service) search(ctx context.Context, r scope, in Query) (out Page, err error) {
	db := s.d.DB.App
	typed := readable(in.Search)
	upper := strings.ToUpper(strings.TrimSpace(typed))
	if number, wrong := s.d.Number(typed); wrong == nil {
		err = all(ctx, db, r, in).Where("a.number = ?", number).Scan(ctx, &out.Items)
	} else if numberStart.MatchString(upper) {
		err = all(ctx, db, r, in).Where("a.number >= ? AND a.number < ?", upper, upper+lastRune).OrderExpr("a.number").Scan(ctx, &out.Items)
	} else {
		out.Items, err = s.byWords(ctx, db, r, in, typed)
	}
	if err != nil {
		return Page{}, err
	}
	if out.More = len(out.Items) > in.Limit; out.More {
		out.Items = out.Items[:in.Limit]
	}
	for _, x := range out.Items {
		out.Total = out.Total.with(1, x.Elsewhere)
	}
	return out, nil
}

// readable is what was typed, as far as it is text and no longer than a search can be.
func readable(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if letters := []rune(s); len(letters) > searchMax {
		s = string(letters[:searchMax])
	}
	return s
}

// all starts a search of everything that was ever submitted here.
func all(ctx context.Context, db bun.IDB, r scope, in Query) *bun.SelectQuery {
	return within(ctx, db, r, native).Column("a.id").Where("a.submitted_at IS NOT NULL").Limit(int64(in.Limit + 1))
}

// walked is how far the list is searched in its own order. A word that is in most applications fills the page from so
// many; any other is in few enough to look all of them up in the index of words.
const walked = 500

// found collects what one way after another finds, each application once, until a page is full.
type found struct {
	items []Item
	most  int
	of    []source

	limited bool // to areas
}

func (f *found) full() bool { return len(f.items) >= f.most }

func (f *found) add(ctx context.Context, q *bun.SelectQuery) error {
	var next []Item
	if err := q.Limit(int64(f.most)).Scan(ctx, &next); err != nil {
		return err
	}
	for _, x := range next {
		if !slices.Contains(f.items, x) && !f.full() {
			f.items = append(f.items, x)
		}
	}
	return nil
}

// byWords looks among open work in the order of the list, then among what was closed, the latest first, then for
// applicants whose name begins so, then in answers, then in notes and messages.
func (s *Service) byWords(ctx context.Context, db bun.IDB, r scope, in Query, typed string) ([]Item, error) {
	f := &found{most: in.Limit + 1, of: (Filter{}).sources(r), limited: len(r.Areas()) > 0}
	since, words := s.since(in.Months), wordsOf(typed)
	var ways []func() error
	if len(words) > 0 {
		open := func(x source, columns ...string) *bun.SelectQuery {
			return ViewAll.where(within(ctx, db, r, x).Column(columns...), r.mine, s.now())
		}
		closed := func(x source, columns ...string) *bun.SelectQuery {
			return within(ctx, db, r, x).Column(columns...).Where("a.closed_at IS NOT NULL").Where("a.closed_at > ?", since)
		}
		// The sums keep the planner from walking the lists again.
		ways = append(ways,
			func() error { return f.first(ctx, db, words, open, "a.queue_rank, a.queue_at, a.id") },
			func() error { return f.rest(ctx, db, words, open, "a.queue_rank + 0, a.queue_at, a.id") },
			func() error { return f.first(ctx, db, words, closed, "a.closed_at DESC, a.id DESC") },
			func() error { return f.rest(ctx, db, words, closed, "a.closed_at + interval '0' DESC, a.id") })
	}
	// A range of a "C"-collated column: comparison is leakproof, so the index serves under row-level security.
	key := nameKey(typed)
	ways = append(ways, func() error {
		q := all(ctx, db, r, in).Where("a.name_key >= ? AND a.name_key < ?", key, key+lastRune).OrderExpr("a.name_key, a.id")
		return f.add(tenancy.Prepared(ctx), q)
	})
	if len(words) > 0 {
		for _, view := range []string{"inbox_answer", "inbox_message"} {
			ways = append(ways, func() error { return f.add(ctx, s.toldIn(ctx, db, r, view, words, since)) })
		}
	}
	for _, way := range ways {
		if f.full() {
			break
		}
		if err := way(); err != nil {
			return nil, err
		}
	}
	return f.items, nil
}

// searched are the columns by which a list is searched and put in order.
var searched = []string{"a.id", "a.queue_rank", "a.queue_at", "a.closed_at", "a.words"}

// part is a list of a source, with these columns of it.
type part func(x source, columns ...string) *bun.SelectQuery

// first looks through the beginning of a list of each source alone. For who is limited to areas it begins with few among
// many, which the index tells apart, and the words are looked up for those.
func (f *found) first(ctx context.Context, db bun.IDB, w words, list part, order string) error {
	return f.both(ctx, db, order, func(x source) *bun.SelectQuery {
		if !f.limited {
			return w.in(db.NewSelect().TableExpr("(?) AS a", list(x, searched...).OrderExpr(order).Limit(walked)), "a")
		}
		begin := list(x, "a.id").OrderExpr(order).Limit(walked)
		q := db.NewSelect().TableExpr("(?) AS p", begin).Join("JOIN ? AS a ON a.tenant_id = ? AND a.id = p.id", bun.Ident(x.view), tenancy.Must(ctx))
		return w.in(q.Column("p.elsewhere").Column(searched...), "a")
	})
}

// rest looks up all of a list of each source in its index of words.
func (f *found) rest(ctx context.Context, db bun.IDB, w words, list part, order string) error {
	return f.both(ctx, db, order, func(x source) *bun.SelectQuery { return w.in(list(x, searched...), "a") })
}

// both adds what is found in either source, in one order.
func (f *found) both(ctx context.Context, db bun.IDB, order string, in func(source) *bun.SelectQuery) error {
	var parts []*bun.SelectQuery
	for _, x := range f.of {
		parts = append(parts, in(x).OrderExpr(order).Limit(int64(f.most)))
	}
	if len(parts) == 1 {
		return f.add(ctx, db.NewSelect().TableExpr("(?) AS a", parts[0]).Column("a.id", "a.elsewhere").OrderExpr(order))
	}
	return f.add(ctx, together(db, parts).Column("a.id", "a.elsewhere").OrderExpr(order))
}

// toldMost bounds how many answers, or notes and messages, with some words are looked up; who types more of them gets the
// rest.
const toldMost = 1000

// toldIn finds applications by one note or one message to the applicant, or by what was answered to their forms, in which
// all words stand.
func (s *Service) toldIn(ctx context.Context, db bun.IDB, r scope, view string, w words, since time.Time) *bun.SelectQuery {
	said := db.NewSelect().TableExpr("? AS m", bun.Ident(view)).Column("m.application_id").Where("m.tenant_id = ?", tenancy.Must(ctx)).Where("m.at > ?", since)
	if !r.City() {
		said = said.Where("m.agency_code = ?", r.Agency())
	}
	said = w.in(said, "m").Limit(toldMost)
	return within(ctx, db, r, native).Column("a.id").Where("a.id IN (?)", said).OrderExpr("a.submitted_at + interval '0' DESC, a.id")
}

const (
	usualMonths = 12
	// Ever is a search of all time.
	Ever = -1
)

// Spans lists how far back a search can look, in months.
func Spans() []int { return []int{3, usualMonths, 36, Ever} }

// since is the moment from which on a search looks.
func (s *Service) since(months int) time.Time {
	if months < 0 {
		return time.Time{}
	}
	return s.now().AddDate(0, -min(months, 1200), 0)
}

// words are what was typed. One of two letters or more stands for all that begin with it.
type words []struct{ text, written string }

// in keeps the rows of an alias in which every word stands: as it is written, or in another form of the same Indonesian word.
func (w words) in(q *bun.SelectQuery, of string) *bun.SelectQuery {
	for _, x := range w {
		q = q.Where("?.words @@ (to_tsquery('simple', ?) || plainto_tsquery('indonesian', ?))", bun.Ident(of), x.written, x.text)
	}
	return q
}

func wordsOf(typed string) words {
	var out words
	for _, w := range strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(out) == wordsMax {
			break
		}
		written := w
		if len([]rune(w)) > 1 {
			written += ":*"
		}
		out = append(out, struct{ text, written string }{w, written})
	}
	return out
}

// nameKey is how name_key holds a name: in small letters, one space between words.
func nameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// lastRune sorts behind everything that can follow a prefix.
const lastRune = "\U0010FFFF"
