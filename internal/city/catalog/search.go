package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Hit is one service that Search found, with why. The spans are plain text: whoever renders them escapes each and
// marks those that matched.
type Hit struct {
	Service Service
	Score   float64
	Name    []Span // the name in the reader's language
	Reason  Reason // where else it matched, when the name does not show it
}

// Reason is the place of a match outside the name; Field is empty when the name says it all.
type Reason struct {
	Field string // "keyword", "summary", "agency" or "requirement"
	Text  []Span
}

// Key is the i18n key of what Field is called; "" when there is no reason to show.
func (r Reason) Key() string { return key("catalog.match."+r.Field, r.Field) }

// Span is a piece of text that matched or did not.
type Span struct {
	Text string
	Hit  bool
}

// Search finds services by what a person typed, in everyday Indonesian or English, best first. Anyone may search. A
// word matches by its stem, the last one also as a beginning, and, where nothing is spelled that way, by likeness
// ("ilang", "keluarag"). A service that matches fewer than half of the words is not a hit. Nothing to look for finds
// nothing; odd input is never an error.
func (c *Catalog) Search(ctx context.Context, q string, limit int) ([]Hit, error) {
	looking := words(q)
	if len(looking) == 0 || limit <= 0 {
		return nil, nil
	}
	s, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	config, l := "indonesian", i18n.From(ctx)
	if l == i18n.EN {
		config = "english"
	}
	var rows []struct {
		Code                            string
		Score                           float64
		Name, Keywords, Summary, Detail string
	}
	err = c.db.NewRaw(searchSQL, pgdialect.Array(looking), tenancy.Must(ctx), strings.Join(looking, " "),
		min(limit, 50), config, string(l)).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap(err)
	}
	var hits []Hit
	for _, r := range rows {
		i := slices.IndexFunc(s.services, func(o Service) bool { return o.Code == r.Code })
		if i < 0 {
			continue // applied between the two statements; the next search has it
		}
		h := Hit{Service: s.services[i], Score: r.Score, Name: spans(r.Name)}
		if !marked(r.Name) {
			h.Reason = reason(h.Service, r.Keywords, r.Summary, r.Detail)
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// searchSQL ranks the services of one city. It reads all of them, some 35 to 500, through the key that starts with
// tenant_id: under row-level security an index on @@ or on trigrams would be used only if those operators were
// leakproof, and the scan takes 3 to 7 ms for 35 services, 12 to 45 ms for 500.
//
// Each word is worth its best place (A 1, B 0.4, C 0.2, by ts_rank's scale, where one occurrence in A is 0.61; more
// occurrences do not make it worth more) times how rare it is here; likeness counts half, and only for a word that is
// spelled so nowhere. The sum is scaled by the share of words that matched; a name like the whole line, or a keyword
// that is the whole line, goes before its equals.
// Arguments: words, tenant, the words as one line, limit, the reader's text search configuration, the reader's locale.
const searchSQL = `
WITH q AS MATERIALIZED (
	SELECT n, word, plainto_tsquery('indonesian', word) AS indonesian, plainto_tsquery('english', word) AS english,
		CASE WHEN n = count(*) OVER () AND length(word) >= 4 THEN to_tsquery('simple', word || ':*') ELSE ''::tsquery END AS start
	FROM unnest(?0::text[]) WITH ORDINALITY AS w (word, n)
), rated AS (
	SELECT s.code, q.n, q.word, s.words, indonesian || english || start AS query,
		least(0.61, greatest(ts_rank('{0.05,0.2,0.4,1}', s.search, indonesian), ts_rank('{0.05,0.2,0.4,1}', s.search, english))) AS whole,
		least(0.61, ts_rank('{0.05,0.2,0.4,1}', s.search, start)) AS begun
	FROM service AS s CROSS JOIN q WHERE s.tenant_id = ?1 AND s.retired_at IS NULL
), known AS (
	SELECT *, max(whole + begun) OVER (PARTITION BY n) > 0 AS known FROM rated
), likened AS (
	SELECT *, CASE WHEN NOT known AND length(word) >= 4 THEN strict_word_similarity(word, words) ELSE 0 END AS likeness FROM known
), valued AS (
	SELECT *, CASE WHEN known THEN greatest(whole, 0.7 * begun) WHEN likeness >= 0.4 THEN likeness / 2 ELSE 0 END AS value
	FROM likened
), weighed AS (
	SELECT *, value * ln(1 + count(*) OVER (PARTITION BY n)::float8 / greatest(count(*) FILTER (WHERE value > 0) OVER (PARTITION BY n), 1)) AS worth
	FROM valued
), ranked AS (
	SELECT code, sum(worth) * count(*) FILTER (WHERE value > 0) / count(*) AS score,
		(string_agg(query::text, ' | ') FILTER (WHERE query::text <> ''))::tsquery AS query,
		array_agg(word) FILTER (WHERE whole = 0 AND value > 0) AS inexact
	FROM weighed GROUP BY code HAVING count(*) FILTER (WHERE value > 0) * 2 >= count(*)
), best AS (
	SELECT s.*, r.query, r.inexact, r.score + CASE WHEN alike > 0.2 THEN 0.3 * alike ELSE 0 END AS score
	FROM ranked AS r JOIN service AS s ON s.tenant_id = ?1 AND s.code = r.code
		CROSS JOIN LATERAL (SELECT greatest(similarity(s.name->>'id', ?2), similarity(s.name->>'en', ?2), (?2 = ANY (s.keywords))::int) AS alike) AS whole_name
	WHERE r.score > 0
), hits AS (
	SELECT *, max(score) OVER () AS top FROM best
), marks AS (
	SELECT h.*, concat_ws(' | ', h.query::text, nullif((
		SELECT string_agg(plainto_tsquery(?4::regconfig, near.word)::text, ' | ')
		FROM unnest(h.inexact) AS m (word) CROSS JOIN LATERAL (
			SELECT x AS word FROM unnest(string_to_array(h.words, ' ')) AS x
			ORDER BY starts_with(x, m.word) DESC, similarity(x, m.word) DESC, x LIMIT 1
		) AS near), ''))::tsquery AS show
	FROM hits AS h WHERE score >= top * 0.3 ORDER BY score DESC, position, code LIMIT ?3
)
SELECT code, score,
	ts_headline(?4::regconfig, coalesce(name->>?5, name->>'id'), show, '` + headline + `') AS name,
	ts_headline('indonesian', array_to_string(keywords, chr(10)), show, '` + headline + `') AS keywords,
	ts_headline(?4::regconfig, coalesce(summary->>?5, summary->>'id'), show, '` + headline + `') AS summary,
	ts_headline(?4::regconfig, coalesce(detail->>?5, ''), show, '` + headline + `') AS detail
FROM marks ORDER BY score DESC, position, code`

// The marks around a match are control characters, which no text of a pack holds, so nothing needs unescaping.
const (
	markStart = "\x02"
	markEnd   = "\x03"
	headline  = "HighlightAll=true, StartSel=" + markStart + ", StopSel=" + markEnd
)

func marked(s string) bool { return strings.Contains(s, markStart) }

// spans cuts a marked line into its pieces.
func spans(s string) []Span {
	var out []Span
	for s != "" {
		before, rest, found := strings.Cut(s, markStart)
		if before != "" {
			out = append(out, Span{Text: strings.ReplaceAll(before, markEnd, "")})
		}
		if !found {
			break
		}
		hit, after, _ := strings.Cut(rest, markEnd)
		out, s = append(out, Span{Text: hit, Hit: true}), after
	}
	return out
}

// reason picks the place that explains the match best: a keyword, the summary, then a line of the details, whose
// first lines are the agencies.
func reason(s Service, keywords, summary, detail string) Reason {
	lines := strings.Split(keywords, "\n")
	if i := mostMarked(lines); i >= 0 {
		return Reason{Field: "keyword", Text: spans(lines[i])}
	}
	if marked(summary) {
		return Reason{Field: "summary", Text: spans(summary)}
	}
	lines = strings.Split(detail, "\n")
	switch i := mostMarked(lines); {
	case i < 0:
		return Reason{}
	case i <= len(s.JointAgencies):
		return Reason{Field: "agency", Text: spans(lines[i])}
	default:
		return Reason{Field: "requirement", Text: spans(lines[i])}
	}
}

// mostMarked returns the first line with the most matches, or -1 when none has one.
func mostMarked(lines []string) int {
	best, most := -1, 0
	for i, line := range lines {
		if n := strings.Count(line, markStart); n > most {
			best, most = i, n
		}
	}
	return best
}
