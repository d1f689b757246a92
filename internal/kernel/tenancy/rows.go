package tenancy

import (
	"database/sql/driver"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
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

func readRows(types *pgtype.Map, r pgx.Rows) (*rows, error) {
	fields := r.FieldDescriptions()
	out := &rows{columns: make([]string, len(fields))}
	for i, f := range fields {
		out.columns[i] = f.Name
	}
	for r.Next() {
		raw := r.RawValues()
		row := make([]driver.Value, len(raw))
		for i, v := range raw {
			if v == nil {
				continue
			}
			var err error
			if row[i], err = value(types, fields[i].DataTypeOID, fields[i].Format, v); err != nil {
				return nil, err
			}
		}
		out.values = append(out.values, row)
	}
	return out, r.Err()
}

// value turns one field into the driver value that pgx's own database/sql driver would give, so that scanning is the
// same inside and outside a transaction.
func value(types *pgtype.Map, oid uint32, format int16, raw []byte) (driver.Value, error) {
	switch oid {
	case pgtype.BoolOID:
		return scan[bool](types, oid, format, raw)
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		if format == pgtype.TextFormatCode {
			return strconv.ParseInt(string(raw), 10, 64)
		}
		return scan[int64](types, oid, format, raw)
	case pgtype.Float4OID, pgtype.Float8OID:
		return scan[float64](types, oid, format, raw)
	case pgtype.TimestamptzOID, pgtype.TimestampOID, pgtype.DateOID:
		return scan[time.Time](types, oid, format, raw)
	case pgtype.ByteaOID:
		return scan[[]byte](types, oid, format, raw)
	default:
		return scan[string](types, oid, format, raw)
	}
}

func scan[T any](types *pgtype.Map, oid uint32, format int16, raw []byte) (driver.Value, error) {
	var v T
	if err := types.Scan(oid, format, raw, &v); err != nil {
		if format == pgtype.TextFormatCode {
			return string(raw), nil
		}
		return nil, err
	}
	return v, nil
}
