package operator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"bedelau/internal/kernel/tenancy"
)

// Areas are the grants of a company that are in force on a day, and the box around them. The zero Areas are none.
type Areas struct {
	tenant                   tenancy.ID
	grants                   []uuid.UUID
	West, South, East, North float64
}

// AreasOf are those of the company of an account at a moment, as db sees them; none for a company that is not approved.
func AreasOf(ctx context.Context, db bun.IDB, account uuid.UUID, at time.Time) (Areas, error) {
	return areas(ctx, db, at, bun.SafeQuery("o.id = (SELECT p.operator_id FROM duct_person p WHERE p.tenant_id = ? AND p.account_id = ? AND p.ended_at IS NULL)", tenancy.Must(ctx), account))
}

// AreasOfCompany are AreasOf of a company, whoever of it asks.
func AreasOfCompany(ctx context.Context, db bun.IDB, company uuid.UUID, at time.Time) (Areas, error) {
	return areas(ctx, db, at, bun.SafeQuery("o.id = ?", company))
}

func areas(ctx context.Context, db bun.IDB, at time.Time, of schema.QueryWithArgs) (Areas, error) {
	var rows []struct {
		ID                       uuid.UUID
		West, South, East, North float64
	}
	err := db.NewRaw(`SELECT g.id, ST_XMin(g.area) AS west, ST_YMin(g.area) AS south, ST_XMax(g.area) AS east, ST_YMax(g.area) AS north FROM duct_operator o
		JOIN duct_grant g ON g.tenant_id = o.tenant_id AND g.operator_id = o.id AND g.ended_at IS NULL AND g.since <= ?1 AND g.until > ?1
		WHERE o.tenant_id = ?0 AND o.state = 'approved' AND ?2 ORDER BY g.id`, tenancy.Must(ctx), today(ctx, at), of).Scan(ctx, &rows)
	if err != nil {
		return Areas{}, fmt.Errorf("operator: areas: %w", err)
	}
	out := Areas{tenant: tenancy.Must(ctx)}
	for i, r := range rows {
		if i == 0 {
			out.West, out.South, out.East, out.North = r.West, r.South, r.East, r.North
		}
		out.grants = append(out.grants, r.ID)
		out.West, out.South, out.East, out.North = min(out.West, r.West), min(out.South, r.South), max(out.East, r.East), max(out.North, r.North)
	}
	return out, nil
}

// Version tells these areas from others, of the same company and of another.
func (a Areas) Version() string {
	if len(a.grants) == 0 {
		return "none"
	}
	h := sha256.New()
	for _, id := range a.grants {
		h.Write(id[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Meet narrows a statement of SQL down to what lies in the areas or touches them, as " AND …". place is a column. The box stands
// there as a constant, because only that reaches the index of places.
func (a Areas) Meet(place string) schema.QueryAppender {
	if len(a.grants) == 0 {
		return bun.Safe(" AND false")
	}
	return bun.SafeQuery(" AND "+place+" && ST_MakeEnvelope(?, ?, ?, ?, 4326) AND ST_Intersects("+place+", (SELECT ST_Union(g.area) FROM duct_grant g WHERE g.tenant_id = ? AND g.id IN (?)))",
		a.West, a.South, a.East, a.North, a.tenant, bun.List(a.grants))
}
