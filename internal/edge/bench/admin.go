package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// admin works as the superuser of the benchmark's own server.
type admin struct {
	url  string
	conn *pgx.Conn
}

func connect(ctx context.Context, url string) (*admin, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return &admin{url: url, conn: conn}, nil
}

func (a *admin) close() { _ = a.conn.Close(context.Background()) }

// open connects to a database.
func (a *admin) open(ctx context.Context, database string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(a.url)
	if err != nil {
		return nil, err
	}
	cfg.Database = database
	return pgx.ConnectConfig(ctx, cfg)
}

// clone copies a database to which nobody is connected, and has all of it written out, so that what is measured next
// does not pay for it. drop ends the copy.
func (a *admin) clone(ctx context.Context, from, to string) (drop func(), err error) {
	for _, sql := range []string{"CREATE DATABASE " + to + " TEMPLATE " + from + " OWNER bedelau_owner STRATEGY file_copy", "CHECKPOINT"} {
		if _, err := a.conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
	}
	return func() {
		// A copy that cannot be dropped goes with the server's folder.
		_, _ = a.conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+to+" WITH (FORCE)")
	}, nil
}

// rows counts the rows of every table.
func (a *admin) rows(ctx context.Context, database string) (map[string]int, error) {
	conn, err := a.open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// A partition's rows are its parent's.
	found, err := conn.Query(ctx, `SELECT relname::text FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`)
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	n := make(map[string]int, len(tables))
	for _, t := range tables {
		var count int
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{t}.Sanitize()).Scan(&count); err != nil {
			return nil, err
		}
		n[t] = count
	}
	return n, nil
}
