package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Reach says which of a city's applications an actor may know of. The zero Reach is none.
type Reach struct {
	city    bool      // every submitted one
	agency  string    // those submitted to this agency
	account uuid.UUID // their own, drafts included
	areas   []string  // of the first two, what lies in one of these districts and subdistricts alone; empty is no limit
}

// Reach is the rule of who may see what: residents their own, staff with application:all the whole city, all other
// staff their own agency, and of either no more than the areas to which they are limited. An actor of another tenant, and
// staff with neither, reach nothing. What a rule would do to all it is made for (a calendar, a workflow), what the city
// publishes and its audit record know no areas. Call Reach before a transaction begins: the guard may have to read the
// city's rules.
func (g *Guard) Reach(ctx context.Context, a identity.Actor) (Reach, error) {
	switch {
	case !a.SignedIn() || a.TenantID != tenancy.Must(ctx):
		return Reach{}, nil
	case a.Kind == identity.Resident:
		return Reach{account: a.ID}, nil
	}
	err := g.Allow(ctx, a, ApplicationAll)
	switch {
	case err == nil:
		return Reach{city: true, areas: a.Areas}, nil
	case fault.From(err).Kind == fault.Forbidden:
		return Reach{agency: a.Agency, areas: a.Areas}, nil
	}
	return Reach{}, err
}

// City reports whether every agency's applications are within reach.
func (r Reach) City() bool { return r.city }

// Agency is the code of the one agency that is within reach; empty when it is the whole city, one's own, or nothing.
func (r Reach) Agency() string { return r.agency }

// Covers reports whether what lies in a district and subdistrict is within the areas to which the actor is limited. What
// lies nowhere is for those without a limit.
func (r Reach) Covers(district, subdistrict string) bool {
	return len(r.areas) == 0 || slices.Contains(r.areas, district) || slices.Contains(r.areas, subdistrict)
}

// Areas are the districts and subdistricts to which the actor is limited; none is no limit.
func (r Reach) Areas() []string { return r.areas }

// Owns reports whether an application of this agency and applicant, in an area that Covers, is within reach to be worked
// on, and not only to be read (see Reading).
func (r Reach) Owns(agency string, account uuid.UUID) bool {
	return r.city || r.agency != "" && r.agency == agency || r.account != uuid.Nil && r.account == account
}

// Reading is Where for one application that is named: an agency also reads what it has been asked of another's.
func (r Reach) Reading(q *bun.SelectQuery) *bun.SelectQuery {
	if r.city || r.agency == "" {
		return r.Where(q)
	}
	return r.Placed(q.Where("a.submitted_at IS NOT NULL"), "a").Where(`(a.agency_code = ? OR EXISTS (SELECT FROM workflow_task k
		WHERE k.tenant_id = a.tenant_id AND k.subject_id = a.id AND k.agency_code = ? AND k.status <> 'withdrawn'))`, r.agency, r.agency)
}

// Where adds the rule to a query on application, or a view of it, AS a. Each form names equality on columns that lead
// an index.
func (r Reach) Where(q *bun.SelectQuery) *bun.SelectQuery {
	switch {
	case r.city:
		return r.Placed(q.Where("a.submitted_at IS NOT NULL"), "a")
	case r.agency != "":
		return r.Placed(q.Where("a.submitted_at IS NOT NULL").Where("a.agency_code = ?", r.agency), "a")
	case r.account != uuid.Nil:
		return q.Where("a.account_id = ?", r.account)
	}
	return q.Where("FALSE")
}

// Placed adds to a query no more of the rows of an alias than the areas to which the actor is limited, for readers with
// another rule beside.
func (r Reach) Placed(q *bun.SelectQuery, of string) *bun.SelectQuery {
	if len(r.areas) == 0 {
		return q
	}
	return q.Where("(?0.district_code IN (?1) OR ?0.subdistrict_code IN (?1))", bun.Ident(of), bun.List(r.areas))
}

// Covering keeps of some accounts of staff, in their order, those whose areas cover a district and subdistrict, as
// Reach.Covers does: who is written to of what lies there.
func Covering(ctx context.Context, db bun.IDB, accounts []uuid.UUID, district, subdistrict string) ([]uuid.UUID, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	var elsewhere []uuid.UUID
	err := db.NewRaw("SELECT account_id FROM account_role WHERE tenant_id = ? AND account_id IN (?) AND areas <> '{}' AND NOT areas && ARRAY[?, ?]",
		tenancy.Must(ctx), bun.List(accounts), district, subdistrict).Scan(ctx, &elsewhere)
	if err != nil {
		return nil, fmt.Errorf("access: covering: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(accounts), func(id uuid.UUID) bool { return slices.Contains(elsewhere, id) }), nil
}
