package application

import (
	"bytes"
	"reflect"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// stored is a row of application as the database has it, so that Save writes what has changed and nothing else: an index
// of words, answers and sealed values need not be made anew because an officer takes a case. Copies of an Application
// share it.
type stored struct {
	table *schema.Table
	row   row
}

// row is the columns of a table as bun writes them into a statement, one behind the other.
type row struct {
	text []byte
	ends []int
}

func (r row) column(i int) []byte {
	from := 0
	if i > 0 {
		from = r.ends[i-1]
	}
	return r.text[from:r.ends[i]]
}

func storedOf(db bun.IDB, app *Application) *stored {
	s := &stored{table: db.Dialect().Tables().Get(reflect.TypeFor[Application]())}
	s.row = s.read(db, app)
	return s
}

func (s *stored) read(db bun.IDB, app *Application) row {
	gen, v := schema.NewQueryGen(db.Dialect()), reflect.ValueOf(app).Elem()
	r := row{make([]byte, 0, 4096), make([]int, len(s.table.Fields))}
	for i, f := range s.table.Fields {
		r.text = f.AppendValue(gen, r.text, v)
		r.ends[i] = len(r.text)
	}
	return r
}

// changed names the columns in which app differs from what is stored, and takes app for stored from then on.
func (s *stored) changed(db bun.IDB, app *Application) []string {
	var names []string
	now := s.read(db, app)
	for i, f := range s.table.Fields {
		if !bytes.Equal(now.column(i), s.row.column(i)) {
			names = append(names, f.Name)
		}
	}
	s.row = now
	return names
}
