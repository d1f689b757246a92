package bench

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// script is the SQL of one request, learned from two recordings of it: what is the same in both stays in the text of
// the statement, what differs is a parameter. A pgx handler runs it with its own statement cache, as a program
// written for speed would.
type script struct {
	groups []group
	tokens []string // the names in the values that differ, as the second recording has them
}

// group is the statements of one transaction, or those between transactions.
type group struct {
	tx    bool
	steps []step
}

type step struct {
	sql  string
	args []value
}

// value is a parameter in pieces, some of which are tokens.
type value []piece

type piece struct {
	text  string
	token int // index into script.tokens, or -1 for plain text
}

// tokenPattern finds what must be new in each request: ids, keyed hashes and sealed text, tracking numbers, tokens.
var tokenPattern = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}` +
	`|\\x[0-9a-f]{32,}` +
	`|\b[A-Z]{1,5}-[0-9]{2}-[0-9A-Z]{5}-[0-9A-Z]\b` +
	`|\b[a-z2-7]{26}\b`)

// learn makes a script from two recordings of the same request for different people.
func learn(first, second []string) (*script, error) {
	if !slices.EqualFunc(first, second, alike) {
		return nil, fmt.Errorf("bench: two requests ran different statements")
	}
	s := &script{}
	known := map[string]bool{} // tokens of the first recording: what both have does not change
	for _, sql := range first {
		for _, t := range tokenPattern.FindAllString(sql, -1) {
			known[t] = true
		}
	}
	tx := false
	for i, sql := range second {
		switch sql {
		case "BEGIN", "COMMIT":
			tx = sql == "BEGIN"
			continue
		}
		if n := len(s.groups); n == 0 || s.groups[n-1].tx != tx || tx && second[i-1] == "BEGIN" {
			s.groups = append(s.groups, group{tx: tx})
		}
		g := &s.groups[len(s.groups)-1]
		g.steps = append(g.steps, s.step(first[i], sql, known))
	}
	return s, nil
}

// step turns the literals in which two recordings of a statement differ into parameters.
func (s *script) step(first, second string, known map[string]bool) step {
	var out step
	before := literalPattern.FindAllString(first, -1)
	n := -1
	out.sql = literalPattern.ReplaceAllStringFunc(second, func(literal string) string {
		if n++; literal == before[n] {
			return literal
		}
		text := strings.ReplaceAll(literal[1:len(literal)-1], "''", "'")
		out.args = append(out.args, s.value(text, known))
		return fmt.Sprintf("$%d", len(out.args))
	})
	return out
}

func (s *script) value(text string, known map[string]bool) value {
	var v value
	at := 0
	for _, loc := range tokenPattern.FindAllStringIndex(text, -1) {
		token := text[loc[0]:loc[1]]
		if known[token] {
			continue
		}
		i := slices.Index(s.tokens, token)
		if i < 0 {
			i = len(s.tokens)
			s.tokens = append(s.tokens, token)
		}
		v = append(v, piece{text[at:loc[0]], -1}, piece{token: i})
		at = loc[1]
	}
	return append(v, piece{text[at:], -1})
}

func (v value) fill(tokens []string) string {
	var b strings.Builder
	for _, p := range v {
		if p.token < 0 {
			b.WriteString(p.text)
		} else {
			b.WriteString(tokens[p.token])
		}
	}
	return b.String()
}

// fresh returns new values for every token, except those that the caller gives: what the second recording had in
// each place, and what this request has there.
func (s *script) fresh(given map[string]string) ([]string, error) {
	out := make([]string, len(s.tokens))
	for i, t := range s.tokens {
		if v, ok := given[t]; ok {
			out[i] = v
			continue
		}
		switch {
		case strings.HasPrefix(t, `\x`):
			raw := make([]byte, (len(t)-2)/2)
			_, _ = rand.Read(raw) // never fails
			out[i] = `\x` + hex.EncodeToString(raw)
		case len(t) == 36:
			id, err := uuid.NewV7()
			if err != nil {
				return nil, err
			}
			out[i] = id.String()
		case len(t) == 26:
			out[i] = strings.ToLower(rand.Text())
		default: // a tracking number: BTM-26-7K3QX-4
			text := rand.Text()
			out[i] = t[:len(t)-7] + text[:5] + "-" + text[5:6]
		}
	}
	return out, nil
}

// run does the script over pool, the transactions as transactions. It reads every row and looks at none of it.
func (s *script) run(ctx context.Context, pool *pgxpool.Pool, given map[string]string) error {
	tokens, err := s.fresh(given)
	if err != nil {
		return err
	}
	for _, g := range s.groups {
		if !g.tx {
			err = g.run(ctx, pool, tokens)
		} else {
			err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return g.run(ctx, tx, tokens) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (g group) run(ctx context.Context, db querier, tokens []string) error {
	for _, st := range g.steps {
		args := make([]any, len(st.args))
		for i, v := range st.args {
			args[i] = v.fill(tokens)
		}
		rows, err := db.Query(ctx, st.sql, args...)
		if err != nil {
			return fmt.Errorf("%w in %s", err, st.sql)
		}
		for rows.Next() {
			_ = rows.RawValues()
		}
		if rows.Close(); rows.Err() != nil {
			return fmt.Errorf("%w in %s", rows.Err(), st.sql)
		}
	}
	return nil
}

// counts says how many statements a request runs, alone and in transactions.
func (s *script) counts() (single, inTx, txs int) {
	for _, g := range s.groups {
		if g.tx {
			inTx += len(g.steps)
			txs++
		} else {
			single += len(g.steps)
		}
	}
	return single, inTx, txs
}
