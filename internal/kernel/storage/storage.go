// Package storage opens the database pools, migrates the schema, and proves that both still keep cities apart.
package storage

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/tenancy"
)

// DB is the open database, one pool for each of the two roles that may serve.
type DB struct {
	App      *bun.DB       // bedelau_app: a city's rows, through tenancy's door alone
	Platform *bun.DB       // bedelau_platform: the named cross-city reads
	Pool     *pgxpool.Pool // bedelau_app without the door, for LISTEN and for tables without rows of a city
}

// Open connects both roles and waits until the database answers. conns bounds each of the serving pools. What serves people opens with
// bun.WithDiscardUnknownColumns, so that it goes on under the schema of the version after it; without it a wrong name in a query is found.
func Open(ctx context.Context, appURL, platformURL string, conns int, opts ...bun.DBOption) (*DB, error) {
	app, err := pgx.ParseConfig(appURL)
	if err != nil {
		return nil, fmt.Errorf("storage: DATABASE_URL: %w", err)
	}
	platform, err := pgx.ParseConfig(platformURL)
	if err != nil {
		return nil, fmt.Errorf("storage: DATABASE_PLATFORM_URL: %w", err)
	}
	tune(app)
	tune(platform)
	poolCfg, err := pgxpool.ParseConfig(appURL)
	if err != nil {
		return nil, fmt.Errorf("storage: DATABASE_URL: %w", err)
	}
	tune(poolCfg.ConnConfig)
	poolCfg.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, poolCfg)
	if err != nil {
		return nil, fmt.Errorf("storage: open: %w", err)
	}
	db := &DB{
		App:      open(sql.OpenDB(tenancy.NewConnector(*app)), conns, opts),
		Platform: open(sql.OpenDB(stdlib.GetConnector(*platform)), max(conns/2, 4), opts),
		Pool:     pool,
	}
	if err := pool.Ping(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("storage: connect as the application role: %w", err)
	}
	if err := db.Platform.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("storage: connect as the platform role: %w", err)
	}
	return db, nil
}

// Close ends every connection.
func (d *DB) Close() {
	_ = d.App.Close()
	_ = d.Platform.Close()
	d.Pool.Close()
}

// tune sets what every connection needs. bun writes arguments into the SQL text, so a statement cache would only
// thrash: exec mode is twice as fast here and works behind PgBouncer. What returns often the Connector prepares itself
// (tenancy.Prepared). Of a client's parameters PgBouncer takes these two and refuses timeouts, which are therefore set
// on the roles (bootstrap_roles.sql).
func tune(c *pgx.ConnConfig) {
	c.DefaultQueryExecMode = pgx.QueryExecModeExec
	if c.RuntimeParams == nil {
		c.RuntimeParams = map[string]string{}
	}
	for k, v := range map[string]string{"timezone": "UTC", "application_name": "bedelau"} {
		if _, ok := c.RuntimeParams[k]; !ok {
			c.RuntimeParams[k] = v
		}
	}
}

func open(db *sql.DB, conns int, opts []bun.DBOption) *bun.DB {
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return bun.NewDB(db, pgdialect.New(), opts...)
}
