package tenancy

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connector opens connections of the application role that cannot run a statement without saying for which city.
//
// Outside a transaction, BEGIN, SET LOCAL app.tenant_id, the statement and COMMIT travel as one pgx batch: one round
// trip, extended protocol, right behind PgBouncer and on Citus workers (shared/design measurements, section 10). A
// transaction sends BEGIN and SET LOCAL with its first statement, and what is Later with the next. With neither a city nor the Platform marker in the context,
// every call returns ErrNone before anything is sent. Statements of a Prepared context are prepared once on each connection.
type Connector struct {
	inner driver.Connector
	open  bool
}

// NewConnector returns a Connector for cfg, whose role must be the application role.
func NewConnector(cfg pgx.ConnConfig) *Connector {
	return &Connector{inner: stdlib.GetConnector(cfg)}
}

// NewOpenConnector is NewConnector without the door, so that a benchmark can say what the door costs: a statement goes
// alone, and none says for which city it is. The application role finds no row through it.
func NewOpenConnector(cfg pgx.ConnConfig) *Connector {
	return &Connector{inner: stdlib.GetConnector(cfg), open: true}
}

// Connect opens one connection; database/sql calls it.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	sc, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("tenancy: unexpected driver connection %T", inner)
	}
	keeps, err := prepares(ctx, sc.Conn())
	if err != nil {
		return nil, errors.Join(err, sc.Close())
	}
	return &conn{Conn: sc, open: c.open, keeps: keeps}, nil
}

// Driver returns the underlying driver; database/sql calls it.
func (c *Connector) Driver() driver.Driver { return c.inner.Driver() }

type conn struct {
	*stdlib.Conn
	open    bool // without the door
	inTx    bool
	begin   []statement                    // of a transaction from which nothing was sent yet
	waiting []statement                    // of a transaction, to be sent with its next statement or its end
	keeps   bool                           // what is prepared on it stays: there is no pooler between
	kept    []*pgconn.StatementDescription // what is, the longest unused first
	stale   bool                           // all of it is to be dropped
}

var errPrepare = errors.New("tenancy: prepared statements outside a transaction are not supported")

// Prepare would let a statement run later under another context, so it is refused; bun never needs it.
func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errPrepare }

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return nil, errPrepare
}

// IsValid keeps a connection that died in use out of the pool: database/sql asks before it hands one on to a request that
// waits for it, which has no second try.
func (c *conn) IsValid() bool { return !c.Conn.Conn().IsClosed() }

// Begin lacks a context and therefore a city.
func (c *conn) Begin() (driver.Tx, error) { return nil, ErrNone }

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	id, ok := From(ctx)
	if !ok && !isPlatform(ctx) {
		return nil, ErrNone
	}
	begin, err := beginSQL(opts)
	if err != nil {
		return nil, err
	}
	if c.open {
		id = ID{}
	}
	c.inTx, c.begin = true, opening(begin, id)
	return &tx{ctx: ctx, conn: c}, nil
}

// opening begins a transaction for a city, or for none.
func opening(begin string, id ID) []statement {
	if id == (ID{}) {
		return []statement{plain(begin)}
	}
	return []statement{plain(begin), plain(setLocal(id))}
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r, err := c.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return readRows(c.Conn.Conn().TypeMap(), r)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.inTx && isLater(ctx) && len(c.waiting) < waitingMax {
		st, err := c.prepared(ctx, query, args)
		if err != nil {
			return nil, retryable(err)
		}
		c.waiting = append(c.waiting, st)
		return driver.ResultNoRows, nil
	}
	r, err := c.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(r.CommandTag.RowsAffected()), nil
}

// run sends one statement and returns its answer: of the transaction that is open, or in one of its own.
func (c *conn) run(ctx context.Context, query string, args []driver.NamedValue) (*pgconn.Result, error) {
	st, err := c.prepared(ctx, query, args)
	if err != nil {
		return nil, retryable(err)
	}
	if c.inTx {
		all, err := c.send(ctx, c.unsent(st))
		if err != nil {
			c.outdated(err)
			return nil, retryable(err)
		}
		return all[len(all)-1], nil
	}
	id, ok := From(ctx)
	if !ok && !isPlatform(ctx) {
		return nil, ErrNone
	}
	single := append(opening("BEGIN", id), st, plain("COMMIT"))
	at := len(single) - 2
	if c.open {
		single, at = []statement{st}, 0
	}
	all, err := c.send(ctx, single)
	if err != nil {
		again := c.outdated(err)
		c.rollback()
		if again { // nothing was done: once more, as it was written
			single[at] = asWritten(query, args)
			if all, err = c.send(ctx, single); err != nil {
				c.rollback()
			}
		}
	}
	if err != nil {
		return nil, retryable(err)
	}
	return all[at], nil
}

// unsent takes all of a transaction that is still to be sent, up to st.
func (c *conn) unsent(st statement) []statement {
	all := append(append(c.begin, c.waiting...), st)
	c.begin, c.waiting = nil, nil
	return all
}

// rollback ends the transaction that a failed batch leaves open, before the connection returns to the pool. If that
// fails too the connection is closed, which database/sql notices.
func (c *conn) rollback() {
	pc := c.Conn.Conn()
	if pc.IsClosed() || pc.PgConn().TxStatus() == 'I' && !c.stale {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var err error
	if pc.PgConn().TxStatus() != 'I' {
		_, err = pc.Exec(ctx, "ROLLBACK")
	}
	if err == nil && c.stale {
		c.stale = false
		err = pc.DeallocateAll(ctx)
	}
	if err != nil {
		_ = pc.Close(ctx)
	}
}

type tx struct {
	ctx  context.Context
	conn *conn
}

var errRolledBack = errors.New("tenancy: commit of a transaction that had failed; it was rolled back")

func (t *tx) Commit() error {
	c := t.conn
	defer func() { c.inTx = false }()
	if c.begin != nil && len(c.waiting) == 0 { // there was nothing in it
		c.begin = nil
		return nil
	}
	all, err := c.send(t.ctx, c.unsent(plain("COMMIT")))
	if err != nil {
		c.outdated(err)
		c.rollback()
		return err
	}
	if all[len(all)-1].CommandTag.String() == "ROLLBACK" {
		return errRolledBack
	}
	return nil
}

func (t *tx) Rollback() error {
	t.conn.inTx, t.conn.begin, t.conn.waiting = false, nil, nil
	t.conn.rollback()
	return nil
}

// setLocal spells the tenant into the text because SET takes no parameters; a parsed UUID cannot carry SQL.
func setLocal(id ID) string { return "SET LOCAL app.tenant_id = '" + id.String() + "'" }

func beginSQL(opts driver.TxOptions) (string, error) {
	s := "BEGIN"
	switch sql.IsolationLevel(opts.Isolation) {
	case sql.LevelDefault:
	case sql.LevelReadCommitted:
		s += " ISOLATION LEVEL READ COMMITTED"
	case sql.LevelRepeatableRead:
		s += " ISOLATION LEVEL REPEATABLE READ"
	case sql.LevelSerializable:
		s += " ISOLATION LEVEL SERIALIZABLE"
	default:
		return "", fmt.Errorf("tenancy: unsupported isolation %v", opts.Isolation)
	}
	if opts.ReadOnly {
		s += " READ ONLY"
	}
	return s, nil
}

// retryable tells database/sql to try another connection when nothing had been sent on this one.
func retryable(err error) error {
	if pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	return err
}
