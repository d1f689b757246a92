package ductwave

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Shown is what everybody reads of a wave that staff have published. It names no company.
type Shown struct {
	ID        uuid.UUID
	Title     string
	State     string
	Roads     []ShownRoad
	Percent   int   // of the checklists
	DownMM    int64 // cable in the air that came down
	DownPoles int
}

// ShownRoad is a road of a wave with the photos that staff have published of it.
type ShownRoad struct {
	Position int
	Name     string
	LengthMM int64
	Photos   []Photo // before, then after
}

// shownMost bounds what one page shows.
const shownMost = 50

// Shown returns the waves that staff have published, the latest first, for everybody.
func (s *Service) Shown(ctx context.Context) ([]Shown, error) {
	var out []Shown
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []struct {
			ID           uuid.UUID
			Title, State string
			Checks, Left int
			DownMM       int64
			DownPoles    int
		}
		err := tx.NewRaw(`SELECT w.id, w.title, w.state, k.checks, k.open AS left, d.down_mm, d.down_poles FROM duct_wave w
			CROSS JOIN LATERAL (SELECT count(*) AS checks, count(*) FILTER (WHERE k.at IS NULL) AS open FROM duct_wave_check k WHERE k.tenant_id = w.tenant_id AND k.wave_id = w.id) k
			CROSS JOIN LATERAL (SELECT coalesce(sum(c.down_mm), 0)::bigint AS down_mm, coalesce(sum(c.down_poles), 0) AS down_poles FROM duct_wave_company c WHERE c.tenant_id = w.tenant_id AND c.wave_id = w.id) d
			WHERE w.tenant_id = ? AND w.published AND w.state NOT IN (?, ?) ORDER BY w.id DESC LIMIT ?`, tenancy.Must(ctx), Draft, Dropped, shownMost).Scan(ctx, &all)
		if err != nil || len(all) == 0 {
			return err
		}
		ids := make([]uuid.UUID, len(all))
		for i, w := range all {
			ids[i] = w.ID
		}
		var along []Road
		if err := tx.NewSelect().Model(&along).Where("x.tenant_id = ? AND x.wave_id IN (?)", tenancy.Must(ctx), bun.List(ids)).OrderExpr("x.wave_id, x.position").Scan(ctx); err != nil {
			return err
		}
		var seen []Photo
		if err := tx.NewSelect().Model(&seen).Where("f.tenant_id = ? AND f.wave_id IN (?) AND f.published_at IS NOT NULL", tenancy.Must(ctx), bun.List(ids)).OrderExpr("f.phase DESC, f.id").Scan(ctx); err != nil {
			return err
		}
		for _, w := range all {
			x := Shown{ID: w.ID, Title: w.Title, State: w.State, Percent: percent(w.State, w.Checks, w.Left), DownMM: w.DownMM, DownPoles: w.DownPoles}
			for _, r := range along {
				if r.WaveID != w.ID {
					continue
				}
				road := ShownRoad{Position: r.Position, Name: r.Name, LengthMM: r.LengthMM}
				for _, p := range seen {
					if p.WaveID == w.ID && p.Road == r.Position {
						road.Photos = append(road.Photos, p)
					}
				}
				x.Roads = append(x.Roads, road)
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ductwave: shown: %w", err)
	}
	return out, nil
}
