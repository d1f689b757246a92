package tenancy

import (
	"slices"
	"strconv"
	"testing"
)

func TestParametersTakesTheValuesOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sql, text string
		values    []any
	}{
		{`SELECT "a"."id" FROM t AS "a" WHERE (a.tenant_id = '1' AND a.n = 3)`, `SELECT "a"."id" FROM t AS "a" WHERE (a.tenant_id = $1 AND a.n = 3)`, []any{"1"}},
		{`INSERT INTO t VALUES ('', 'it''s', '''', NULL, '\x00', '$1 ? -- /*')`, `INSERT INTO t VALUES ($1, $2, $3, NULL, $4, $5)`, []any{"", "it's", "'", `\x00`, "$1 ? -- /*"}},
		{"\nWITH x AS (SELECT 'a'::text) SELECT 1 WHERE b BETWEEN 'c'\n\tAND 'd'", "\nWITH x AS (SELECT $1::text) SELECT 1 WHERE b BETWEEN $2\n\tAND $3", []any{"a", "c", "d"}},
		{`UPDATE t SET "it's" = 'x', at = now() - interval '1 day' || 'y'`, `UPDATE t SET "it's" = $1, at = now() - interval '1 day' || $2`, []any{"x", "y"}},
		{`DELETE FROM t WHERE a = CASE WHEN 'p' = b THEN 'q' ELSE 'r' END - 1`, `DELETE FROM t WHERE a = CASE WHEN $1 = b THEN $2 ELSE $3 END - 1`, []any{"p", "q", "r"}},
		{`SELECT a->>'id', b AT TIME ZONE 'UTC'`, `SELECT a->>$1, b AT TIME ZONE 'UTC'`, []any{"id"}},
		{`SELECT 1 `, `SELECT 1 `, nil},
	} {
		text, values, ok := parameters(tt.sql)
		if !ok || text != tt.text || !slices.Equal(values, tt.values) {
			t.Errorf("%s\n became %v %s %q", tt.sql, ok, text, values)
		}
	}
	for _, sql := range []string{
		"", "SELECT", "NOTIFY x, 'y'", "SET LOCAL a = 'b'", "SELECT E'\\''", "SELECT U&'x'", "SELECT 1 -- it's", "SELECT 1 /* ' */", "SELECT $$'$$", "SELECT $1",
		"SELECT 'open", `SELECT "open`,
	} {
		if text, _, ok := parameters(sql); ok {
			t.Errorf("%q became %q", sql, text)
		}
	}
}

// FuzzParameters puts the values back where they were taken out.
func FuzzParameters(f *testing.F) {
	f.Add("SELECT 'a', \"b\", 'c''d' FROM x WHERE interval '1 day' > '2'")
	f.Add("INSERT INTO t VALUES ('$1', '''', '')")
	f.Fuzz(func(t *testing.T, sql string) {
		text, values, ok := parameters(sql)
		if !ok {
			return
		}
		var back []byte
		n := 0
		for i := 0; i < len(text); i++ {
			switch text[i] {
			case '$':
				back = append(back, quoted(values[n].(string))...)
				n++
				i += len(strconv.Itoa(n))
			case '"', '\'':
				end := i + 1
				for end < len(text) && text[end] != text[i] {
					end++
				}
				back = append(back, text[i:min(end+1, len(text))]...)
				i = end
			default:
				back = append(back, text[i])
			}
		}
		if string(back) != sql {
			t.Errorf("%q became %q with %q, which is %q", sql, text, values, back)
		}
	})
}

func quoted(s string) string {
	out := []byte{'\''}
	for i := range len(s) {
		if s[i] == '\'' {
			out = append(out, '\'')
		}
		out = append(out, s[i])
	}
	return string(append(out, '\''))
}
