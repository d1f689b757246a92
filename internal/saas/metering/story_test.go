package metering_test

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
)

// What the tests of this package share.

func clock() time.Time { return time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC) }

func bunIdent(name string) bun.Ident { return bun.Ident(name) }

func second[T any](_ T, err error) error { return err }

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
