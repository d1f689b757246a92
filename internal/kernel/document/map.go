package document

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pack"
)

// places are the points of a row of a table that names a question about places: what the row prints whole is drawn below the
// table, in the order of its rows.
func (x Line) places(r Request, whole []string) []geo.Point {
	if x.Field == "" || r.Form == nil {
		return nil
	}
	return r.Form.Places(r.Answers, x.Field, whole...)
}

// ground is the city's map of a day, for a template that draws one.
func (t *Template) ground(ctx context.Context, db bun.IDB, f *form.Form, day time.Time) (geo.Map, error) {
	for _, b := range t.Body {
		for _, x := range b.Table {
			if f != nil && f.HasPlaces(x.Field) {
				return pack.LoadMap(ctx, db, day)
			}
		}
	}
	return geo.Map{}, nil
}
