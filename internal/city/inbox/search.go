package inbox

import (
	"context"
	"regexp"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
)

var numberStart = regexp.MustCompile(`^[A-Z]{1,5}-[0-9]{2}-`)

// searchMax bounds what a person types into the search.
const searchMax = 100

// search finds by number or by the beginning of a name. Both are ranges of a "C"-collated column: comparison is
// leakproof, so the index serves under row-level security, as LIKE would not everywhere.
func (s *Service) search(ctx context.Context, tx bun.IDB, r access.Reach, in Query, out *Page) error {
	typed := strings.ToValidUTF8(strings.ReplaceAll(in.Search, "\x00", ""), "")
	if letters := []rune(typed); len(letters) > searchMax {
		typed = string(letters[:searchMax])
	}
	q := within(ctx, tx, r).Column("a.id").Where("a.submitted_at IS NOT NULL").Limit(int64(in.Limit + 1))
	upper := strings.ToUpper(strings.TrimSpace(typed))
	if number, err := s.d.Number(typed); err == nil {
		q = q.Where("a.number = ?", number)
	} else if numberStart.MatchString(upper) {
		q = q.Where("a.number >= ? AND a.number < ?", upper, upper+lastRune).OrderExpr("a.number")
	} else {
		key := nameKey(typed)
		q = q.Where("a.name_key >= ? AND a.name_key < ?", key, key+lastRune).OrderExpr("a.name_key, a.id")
	}
	if err := q.Scan(ctx, &out.IDs); err != nil {
		return err
	}
	if out.More = len(out.IDs) > in.Limit; out.More {
		out.IDs = out.IDs[:in.Limit]
	}
	out.Total = len(out.IDs)
	return nil
}

// nameKey is how name_key holds a name: in small letters, one space between words.
func nameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// lastRune sorts behind everything that can follow a prefix.
const lastRune = "\U0010FFFF"
