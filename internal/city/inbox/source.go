package inbox

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Item is an application in a list: one that is worked on here, or Elsewhere, in an agency's own app. The zero Item is
// none.
type Item struct {
	ID        uuid.UUID
	Elsewhere bool
}

// Where applications of a list are worked on, besides an app named by its id.
const (
	Here   = "here"
	InApps = "apps" // in any of the agencies' own
)

// source is one of the two views that a list is read from.
type source struct {
	view      string
	elsewhere bool
}

var (
	native   = source{view: "inbox_case"}
	external = source{view: "inbox_external", elsewhere: true}
)

// sources are those that can hold anything of the filter. Who has an application in hand, how it came and where it lies is
// known of native ones alone, so that who is limited to areas has no other.
func (f Filter) sources(r scope) []source {
	switch {
	case len(r.Areas()) > 0, f.Source == Here, f.Channel != "", f.District != "", f.Subdistrict != "", f.Assignee != "", f.StepLate, f.View == ViewMine, f.View == ViewUnassigned:
		return []source{native}
	case f.Source == "":
		return []source{native, external}
	}
	return []source{external}
}

// from keeps what the filter asks for of a source.
func (f Filter) from(q *bun.SelectQuery, x source) *bun.SelectQuery {
	switch {
	case f.Source == "", f.Source == Here, f.Source == InApps && x.elsewhere:
		return q
	case x.elsewhere:
		return q.Where("a.app_id = ?", f.Source)
	}
	return q.Where("FALSE")
}

// within starts a read of what the reach covers of a source, telling which it is.
func within(ctx context.Context, db bun.IDB, r scope, x source) *bun.SelectQuery {
	q := db.NewSelect().TableExpr("? AS a", bun.Ident(x.view)).Where("a.tenant_id = ?", tenancy.Must(ctx))
	return r.Where(q.ColumnExpr("?::boolean AS elsewhere", x.elsewhere))
}

// together makes one read of those of each source, so that a list and its counts take one statement, and a city whose
// agencies have no apps pays for an empty index.
func together(db bun.IDB, parts []*bun.SelectQuery) *bun.SelectQuery {
	if len(parts) == 1 {
		return parts[0]
	}
	return db.NewSelect().TableExpr("((?) UNION ALL (?)) AS a", parts[0], parts[1])
}

// Tally is how many applications there are here and in the agencies' apps.
type Tally struct{ Here, Elsewhere int }

// All is how many there are.
func (t Tally) All() int { return t.Here + t.Elsewhere }

// with is the tally and n more.
func (t Tally) with(n int, elsewhere bool) Tally {
	if elsewhere {
		return Tally{t.Here, t.Elsewhere + n}
	}
	return Tally{t.Here + n, t.Elsewhere}
}

// Parted are the ids of a list by where the applications are worked on, each in the order of the list.
func Parted(items []Item) (here, elsewhere []uuid.UUID) {
	for _, x := range items {
		if x.Elsewhere {
			elsewhere = append(elsewhere, x.ID)
		} else {
			here = append(here, x.ID)
		}
	}
	return here, elsewhere
}
