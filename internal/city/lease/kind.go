package lease

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/tenancy"
)

// kindDays is what a node is on some days, and where, as far as it was written down.
type kindDays struct {
	kind    string
	address string
	at      geo.Point
	days    span
}

// readKinds reads what the nodes are, and when.
func (g *graph) readKinds(ctx context.Context, db bun.IDB) error {
	var rows []struct {
		Code, Kind, Address string
		Lat, Lon            float64
		Since, Until        time.Time
	}
	err := db.NewRaw("SELECT n.code, s.kind, s.address, ST_Y(s.at) AS lat, ST_X(s.at) AS lon, s.since, s.until FROM duct_node_state s JOIN duct_node n ON n.tenant_id = s.tenant_id AND n.id = s.node_id WHERE s.tenant_id = ? AND s.voided_by IS NULL", tenancy.Must(ctx)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	g.kinds = make([][]kindDays, len(g.codes))
	for _, r := range rows {
		if n, ok := g.node[r.Code]; ok { // else no segment ends there
			g.kinds[n] = append(g.kinds[n], kindDays{r.Kind, r.Address, geo.Point{Lat: r.Lat, Lon: r.Lon}, spanOf(r.Since, r.Until)})
		}
	}
	return nil
}

// kindsOf are what the nodes at the ends of a segment are on a day; empty where nobody knows.
func (g *graph) kindsOf(e, day int32) (out [2]string) {
	if g.kinds == nil {
		return out
	}
	for i, n := range g.ends[e] {
		out[i] = g.nodeOn(n, day).kind
	}
	return out
}

// nodeOn is a node on a day; an empty one where nobody knows.
func (g *graph) nodeOn(n, day int32) kindDays {
	if g.kinds != nil {
		for _, k := range g.kinds[n] {
			if k.days.has(day) {
				return k
			}
		}
	}
	return kindDays{}
}
