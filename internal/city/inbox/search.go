package inbox

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

var numberStart = regexp.MustCompile(`^[A-Z]{1,5}-[0-9]{2}-`)

// searchMax bounds what a person types into the search, and wordsMax how many words of it count.
const (
	searchMax = 100
	wordsMax  = 8
)

// search finds by number, or else by words: open work in which all of them stand, in the order of the list, and after
// it whatever is of an applicant whose name begins with what was typed.
func (s *Service) search(ctx context.Context, r scope, in Query) (out Page, err error) {
	db := s.d.DB.App
	typed := strings.ToValidUTF8(strings.ReplaceAll(in.Search, "\x00", ""), "")
	if letters := []rune(typed); len(letters) > searchMax {
		typed = string(letters[:searchMax])
	}
	upper := strings.ToUpper(strings.TrimSpace(typed))
	if number, wrong := s.d.Number(typed); wrong == nil {
		err = all(ctx, db, r, in).Where("a.number = ?", number).Scan(ctx, &out.IDs)
	} else if numberStart.MatchString(upper) {
		err = all(ctx, db, r, in).Where("a.number >= ? AND a.number < ?", upper, upper+lastRune).OrderExpr("a.number").Scan(ctx, &out.IDs)
	} else {
		out.IDs, err = s.byWords(ctx, db, r, in, typed)
	}
	if err != nil {
		return Page{}, err
	}
	if out.More = len(out.IDs) > in.Limit; out.More {
		out.IDs = out.IDs[:in.Limit]
	}
	out.Total = len(out.IDs)
	return out, nil
}

// all starts a search of everything that was ever submitted.
func all(ctx context.Context, db bun.IDB, r scope, in Query) *bun.SelectQuery {
	return within(ctx, db, r).Column("a.id").Where("a.submitted_at IS NOT NULL").Limit(int64(in.Limit + 1))
}

// walked is how far the list is searched in its own order. A word that is in most applications fills the page from so
// many; any other is in few enough to look all of them up in the index of words.
const walked = 500

func (s *Service) byWords(ctx context.Context, db bun.IDB, r scope, in Query, typed string) (ids []uuid.UUID, err error) {
	if words := wordsOf(typed); len(words) > 0 {
		open := ViewAll.where(within(ctx, db, r).Column("a.id", "a.queue_rank", "a.queue_at", "a.words"), r.mine, s.now())
		begin := db.NewSelect().TableExpr("(?) AS a", open.OrderExpr("a.queue_rank, a.queue_at, a.id").Limit(walked)).Column("a.id").
			OrderExpr("a.queue_rank, a.queue_at, a.id")
		if err := words.in(begin).Limit(int64(in.Limit+1)).Scan(ctx, &ids); err != nil || len(ids) > in.Limit {
			return ids, err
		}
		// The sum keeps the planner from walking the list again.
		every := words.in(ViewAll.where(within(ctx, db, r).Column("a.id"), r.mine, s.now())).OrderExpr("a.queue_rank + 0, a.queue_at, a.id")
		ids = nil
		if err := every.Limit(int64(in.Limit+1)).Scan(ctx, &ids); err != nil || len(ids) > in.Limit {
			return ids, err
		}
	}
	// A range of a "C"-collated column: comparison is leakproof, so the index serves under row-level security.
	key := nameKey(typed)
	var named []uuid.UUID
	err = all(ctx, db, r, in).Where("a.name_key >= ? AND a.name_key < ?", key, key+lastRune).OrderExpr("a.name_key, a.id").
		Scan(tenancy.Prepared(ctx), &named)
	for _, id := range named {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// words are what was typed. One of two letters or more stands for all that begin with it.
type words []struct{ text, written string }

// in keeps the applications in which every word stands: as it is written, or in another form of the same Indonesian word.
func (w words) in(q *bun.SelectQuery) *bun.SelectQuery {
	for _, x := range w {
		q = q.Where("a.words @@ (to_tsquery('simple', ?) || plainto_tsquery('indonesian', ?))", x.written, x.text)
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
