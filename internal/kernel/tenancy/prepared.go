package tenancy

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

type preparedKey struct{}

// Prepared returns a context whose statements each connection prepares once, with every quoted value as a parameter, so
// that PostgreSQL parses and plans them once and not at every request. It is for statements whose plan is the same for
// every city and value: reads by a whole key, inserts, and updates by key. One that walks a list needs a plan made for
// the city that asks, because what is right for most cities is wrong for the largest.
//
// A statement that comes with arguments ($1) keeps them, which go as PostgreSQL's own binary form: for arrays of thousands.
//
// A quoted value becomes a parameter without a type: PostgreSQL takes it from where the value stands, as it does for the
// value itself, but refuses it where anything would do, such as an argument of json_build_object; there it needs a cast.
func Prepared(ctx context.Context) context.Context {
	return context.WithValue(ctx, preparedKey{}, true)
}

// IsPrepared reports whether ctx is Prepared, for whoever watches statements.
func IsPrepared(ctx context.Context) bool {
	v, _ := ctx.Value(preparedKey{}).(bool)
	return v
}

// preparedMax bounds the statements that a connection keeps; the one that was used longest ago gives way.
const preparedMax = 160

// prepares reports whether statements prepared on c are there when it is used again. A pooler such as PgBouncer hands a
// client one server connection after another; it also answers with a key of its own for cancelling, where PostgreSQL
// names the very process.
func prepares(ctx context.Context, c *pgx.Conn) (bool, error) {
	var pid uint32
	if err := c.QueryRow(ctx, "SELECT pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return false, err
	}
	return pid == c.PgConn().PID(), nil
}

// prepared returns what to send for a query: its text with values as parameters, prepared on this connection, or the
// query as it was written.
func (c *conn) prepared(ctx context.Context, query string, args []driver.NamedValue) (statement, error) {
	if !c.keeps || !IsPrepared(ctx) {
		return asWritten(query, args), nil
	}
	if len(args) > 0 { // it has its parameters already
		st, err := c.keep(ctx, query)
		return statement{st, asWritten(query, args).values}, err
	}
	text, values, ok := parameters(query)
	if !ok {
		return asWritten(query, args), nil
	}
	st, err := c.keep(ctx, text)
	return statement{st, values}, err
}

// keep prepares a statement, unless it is prepared already.
func (c *conn) keep(ctx context.Context, text string) (*pgconn.StatementDescription, error) {
	pc := c.Conn.Conn()
	for i, st := range c.kept {
		if st.SQL == text {
			c.kept = append(slices.Delete(c.kept, i, i+1), st)
			return st, nil
		}
	}
	if len(c.kept) >= preparedMax {
		if err := pc.Deallocate(ctx, c.kept[0].SQL); err != nil {
			return nil, err
		}
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	st, err := pc.Prepare(ctx, text, text)
	if err == nil {
		c.kept = append(c.kept, st)
	}
	return st, err
}

// outdated reports that a prepared statement no longer says what it said: a migration changed the columns that it
// returns. rollback then forgets all of them, and the next use prepares them anew.
func (c *conn) outdated(err error) bool {
	var pg *pgconn.PgError
	if len(c.kept) == 0 || !errors.As(err, &pg) || pg.Code != "0A000" {
		return false
	}
	c.kept, c.stale = nil, true
	return true
}

// parametersMax is far below what the protocol allows; a longer list is not what returns.
const parametersMax = 400

// parameters takes the quoted values out of a statement that bun wrote. It declines what it does not know to be a plain
// statement.
func parameters(sql string) (text string, values []any, ok bool) {
	verb := strings.TrimLeft(sql, " \n\t")
	switch strings.ToUpper(verb[:max(strings.IndexAny(verb, " \n\t"), 0)]) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
	default:
		return "", nil, false
	}
	var b strings.Builder
	b.Grow(len(sql))
	written := 0 // how much of sql stands in b
	for i := 0; i < len(sql); i++ {
		switch sql[i] {
		case '"':
			end := strings.IndexByte(sql[i+1:], '"')
			if end < 0 {
				return "", nil, false
			}
			i += end + 1
		case '\'':
			end := closing(sql, i+1)
			if end < 0 || i > 0 && isWord(sql[i-1]) || end+1 < len(sql) && isWord(sql[end+1]) || len(values) == parametersMax {
				return "", nil, false // E'…' has rules of its own
			}
			if isValue(sql[:i]) {
				values = append(values, strings.ReplaceAll(sql[i+1:end], "''", "'"))
				b.WriteString(sql[written:i])
				b.WriteByte('$')
				b.WriteString(strconv.Itoa(len(values)))
				written = end + 1
			}
			i = end
		case '$':
			return "", nil, false
		case '-', '/':
			if strings.HasPrefix(sql[i:], "--") || strings.HasPrefix(sql[i:], "/*") {
				return "", nil, false
			}
		}
	}
	b.WriteString(sql[written:])
	return b.String(), values, true
}

// closing returns where the quote ends that was opened before from.
func closing(sql string, from int) int {
	for i := from; i < len(sql); i++ {
		end := strings.IndexByte(sql[i:], '\'')
		if end < 0 {
			return -1
		}
		if i += end; i+1 == len(sql) || sql[i+1] != '\'' {
			return i
		}
		i++ // two of them are one that is meant
	}
	return -1
}

// isValue reports whether a quoted text after before is a value, and not part of a constant such as interval '1 day'.
func isValue(before string) bool {
	i := len(before)
	for i > 0 && (before[i-1] == ' ' || before[i-1] == '\n' || before[i-1] == '\t') {
		i--
	}
	end := i
	for i > 0 && isWord(before[i-1]) {
		i--
	}
	switch strings.ToUpper(before[i:end]) {
	case "", "AND", "OR", "THEN", "ELSE", "WHEN", "BETWEEN", "SELECT", "FROM":
		return true
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || c == '&' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
