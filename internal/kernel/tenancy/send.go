package tenancy

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

type laterKey struct{}

// Later returns a context for writes of a transaction whose answer nobody reads. They are sent with the transaction's
// next statement or with COMMIT, in their order, which saves a round trip each, and are Prepared. One that fails makes
// that next statement or the commit fail. How many rows they changed is not known. It is also for a lock that the next
// statement is to wait for. Outside a transaction nothing is later.
func Later(ctx context.Context) context.Context {
	return context.WithValue(Prepared(ctx), laterKey{}, true)
}

func isLater(ctx context.Context) bool {
	v, _ := ctx.Value(laterKey{}).(bool)
	return v
}

// waitingMax bounds what a transaction keeps back. It is below preparedMax, so that nothing of it is forgotten meanwhile.
const waitingMax = 50

// statement is one to be sent, with its values; without a name it is not prepared.
type statement struct {
	*pgconn.StatementDescription
	values []any
}

func plain(sql string) statement {
	return statement{&pgconn.StatementDescription{SQL: sql}, nil}
}

func asWritten(query string, args []driver.NamedValue) statement {
	st := plain(query)
	for _, a := range args {
		st.values = append(st.values, a.Value)
	}
	return st
}

// send runs all in one round trip, until one fails, and returns what each gave, as text. It is one pgx batch: extended
// protocol, a message for each statement.
func (c *conn) send(ctx context.Context, all []statement) ([]*pgconn.Result, error) {
	pc, b := c.Conn.Conn(), &pgconn.Batch{}
	for _, st := range all {
		var q pgx.ExtendedQueryBuilder
		if st.Name == "" {
			if err := q.Build(pc.TypeMap(), nil, st.values); err != nil {
				return nil, err
			}
			b.ExecParams(st.SQL, q.ParamValues, nil, q.ParamFormats, nil)
			continue
		}
		if err := q.Build(pc.TypeMap(), st.StatementDescription, st.values); err != nil {
			return nil, err
		}
		b.ExecPrepared(st.Name, q.ParamValues, q.ParamFormats, nil)
	}
	got, err := pc.PgConn().ExecBatch(ctx, b).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, r := range got {
		if r.Err != nil {
			return nil, r.Err
		}
	}
	if len(got) != len(all) {
		return nil, fmt.Errorf("tenancy: %d answers to %d statements", len(got), len(all))
	}
	return got, nil
}
