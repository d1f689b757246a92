package ductwave

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Overview is what directors read of all waves.
type Overview struct {
	States    map[string]int // how many waves are in each
	PlannedMM int64          // unit-millimetres of the waves that were not dropped
	SignedMM  int64
	DownMM    int64 // cable in the air that came down
	DownPoles int
	Roads     []RoadOf
	Late      []LateOf
}

// Permille is how much of all that is planned is signed, rounded down.
func (o Overview) Permille() int64 {
	if o.PlannedMM == 0 {
		return 0
	}
	return o.SignedMM * 1000 / o.PlannedMM
}

// RoadOf is a road with the wave that it moves in.
type RoadOf struct {
	Road
	Wave   uuid.UUID
	Number string
	State  string
	Target int // percent
}

// LateOf is a company that is behind in a wave.
type LateOf struct {
	Company
	Wave   uuid.UUID
	Number string
	Title  string
	State  string
}

// overviewMost bounds the waves of an overview: the latest, in which something happens.
const overviewMost = 100

// Overview returns how all waves stand, for staff with duct:read. Roads and companies are those of waves that go on, of which it looks
// at the latest hundred.
func (s *Service) Overview(ctx context.Context, actor identity.Actor) (Overview, error) {
	out := Overview{States: map[string]int{}}
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return out, err
	}
	today := s.d.Operators.Today(ctx)
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var counts []struct {
			State string
			N     int
		}
		if err := tx.NewRaw("SELECT state, count(*) AS n FROM duct_wave WHERE tenant_id = ? GROUP BY 1", tenancy.Must(ctx)).Scan(ctx, &counts); err != nil {
			return err
		}
		for _, x := range counts {
			out.States[x.State] = x.N
		}
		err := tx.NewRaw(`SELECT coalesce(sum(c.down_mm), 0)::bigint, coalesce(sum(c.down_poles), 0) FROM duct_wave_company c WHERE c.tenant_id = ?`, tenancy.Must(ctx)).Scan(ctx, &out.DownMM, &out.DownPoles)
		if err != nil {
			return err
		}
		err = tx.NewRaw(`SELECT coalesce(sum(x.length_mm * x.capacity), 0)::bigint, coalesce(sum(x.length_mm * coalesce(p.units, 0)), 0)::bigint FROM duct_wave_road x JOIN duct_wave w ON w.tenant_id = x.tenant_id AND w.id = x.wave_id AND w.state <> ?1
			LEFT JOIN (SELECT p.wave_id, p.position, sum(p.units) AS units FROM duct_wave_promise p JOIN duct_wave_commitment m ON m.tenant_id = p.tenant_id AND m.id = p.commitment_id AND m.released_at IS NULL WHERE p.tenant_id = ?0 GROUP BY 1, 2) p
				ON p.wave_id = x.wave_id AND p.position = x.position WHERE x.tenant_id = ?0`, tenancy.Must(ctx), Dropped).Scan(ctx, &out.PlannedMM, &out.SignedMM)
		if err != nil {
			return err
		}
		var open []Wave
		err = tx.NewSelect().Model(&open).Where("w.tenant_id = ? AND w.state NOT IN (?)", tenancy.Must(ctx), bun.List([]string{Draft, Closed, Dropped})).OrderExpr("w.id DESC").Limit(overviewMost).Scan(ctx)
		if err != nil {
			return err
		}
		list, err := items(ctx, tx)
		if err != nil {
			return err
		}
		for _, w := range open {
			along, err := roads(ctx, tx, w.ID)
			if err != nil {
				return err
			}
			for _, r := range along {
				out.Roads = append(out.Roads, RoadOf{Road: r, Wave: w.ID, Number: w.Number, State: w.State, Target: w.Target})
			}
			who, err := companies(ctx, tx, w.ID, uuid.Nil, nil, list)
			if err != nil {
				return err
			}
			for _, c := range who {
				if c.Late(w, today) {
					out.Late = append(out.Late, LateOf{Company: c, Wave: w.ID, Number: w.Number, Title: w.Title, State: w.State})
				}
			}
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("ductwave: overview: %w", err)
	}
	slices.SortStableFunc(out.Roads, func(a, b RoadOf) int { return int(a.Permille() - b.Permille()) })
	return out, nil
}
