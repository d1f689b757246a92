package tenancy

import (
	"database/sql/driver"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rows holds the whole result of a single statement: it must be read before COMMIT's answer, which follows it in
// the same batch. Lists carry a LIMIT, so the result is small.
type rows struct {
	columns []string
	values  [][]driver.Value
	next    int
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if r.next >= len(r.values) {
		return io.EOF
	}
	copy(dest, r.values[r.next])
	r.next++
	return nil
}

func readRows(types *pgtype.Map, r *pgconn.Result) (*rows, error) {
	out := &rows{columns: make([]string, len(r.FieldDescriptions)), values: make([][]driver.Value, len(r.Rows))}
	for i, f := range r.FieldDescriptions {
		out.columns[i] = f.Name
	}
	for n, raw := range r.Rows {
		row := make([]driver.Value, len(raw))
		for i, v := range raw {
			if v == nil {
				continue
			}
			var err error
			if row[i], err = value(types, r.FieldDescriptions[i].DataTypeOID, v); err != nil {
				return nil, err
			}
		}
		out.values[n] = row
	}
	return out, nil
}

// value turns one field, which is text, into the driver value that pgx's own database/sql driver would give, so that
// scanning is the same inside and outside a transaction.
func value(types *pgtype.Map, oid uint32, raw []byte) (driver.Value, error) {
	switch oid {
	case pgtype.BoolOID:
		return scan[bool](types, oid, raw)
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return strconv.ParseInt(string(raw), 10, 64)
	case pgtype.Float4OID, pgtype.Float8OID:
		return scan[float64](types, oid, raw)
	case pgtype.TimestamptzOID, pgtype.TimestampOID, pgtype.DateOID:
		return scan[time.Time](types, oid, raw)
	case pgtype.ByteaOID:
		return scan[[]byte](types, oid, raw)
	default:
		return string(raw), nil
	}
}

// scan falls back to the text for what has no such value, as infinity among the times has not.
func scan[T any](types *pgtype.Map, oid uint32, raw []byte) (driver.Value, error) {
	var v T
	if err := types.Scan(oid, pgtype.TextFormatCode, raw, &v); err != nil {
		return string(raw), nil
	}
	return v, nil
}
