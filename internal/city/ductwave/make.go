package ductwave

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Rule is what a new wave of the city begins with, for staff with duct:read; zero where its pack says nothing.
func (s *Service) Rule(ctx context.Context, actor identity.Actor) (Rule, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Rule{}, err
	}
	r, err := rule(ctx, s.d.DB)
	if err != nil {
		return Rule{}, fmt.Errorf("ductwave: rule: %w", err)
	}
	return r, nil
}

// Input is what staff say of a wave.
type Input struct {
	Title, Note          string
	Kind                 string // of the units
	Target               int    // percent
	CostPerM, TariffPerM money.Rupiah
}

const (
	titleMost    = 200 // characters
	wordsMost    = 2000
	costMost     = money.Rupiah(1_000_000_000) // of building a metre
	tariffMost   = money.Rupiah(10_000_000)    // of a unit along a metre for a year
	roadsMost    = 50
	capacityMost = 10_000  // units along a road
	lengthMost   = 100_000 // metres
)

// spelt brings what is said to its one spelling and refuses what cannot be.
func (in *Input) spelt() error {
	in.Title, in.Note = strings.Join(strings.Fields(in.Title), " "), strings.TrimSpace(in.Note)
	var bad []fault.Field
	if in.Title == "" {
		bad = append(bad, fault.Field{Name: "title", Code: "required"})
	}
	bad = append(bad, short("title", in.Title, titleMost)...)
	bad = append(bad, short("note", in.Note, wordsMost)...)
	if !slices.Contains(duct.UnitKinds(), in.Kind) {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	bad = append(bad, within("target", int64(in.Target), 1, 100)...)
	bad = append(bad, within("cost", int64(in.CostPerM), 1, int64(costMost))...)
	return fault.Fields(append(bad, within("tariff", int64(in.TariffPerM), 1, int64(tariffMost))...))
}

func within(name string, n, least, most int64) []fault.Field {
	if n < least || n > most {
		return []fault.Field{{Name: name, Code: "wave_range", Args: []any{"min", least, "max", most}}}
	}
	return nil
}

func short(name, text string, most int) []fault.Field {
	if len([]rune(text)) > most {
		return []fault.Field{{Name: name, Code: "too_long", Args: []any{"max", most}}}
	}
	return nil
}

// Create begins a wave, for staff with duct:lease. It refuses Invalid what is missing or cannot be, and what tenancy.MayAdd refuses
// a city without the ducts in its plan.
func (s *Service) Create(ctx context.Context, actor identity.Actor, in Input) (Wave, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return Wave{}, err
	}
	if err := tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now()); err != nil {
		return Wave{}, err
	}
	if err := in.spelt(); err != nil {
		return Wave{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Wave{}, err
	}
	w := Wave{TenantID: tenancy.Must(ctx), ID: id, Title: in.Title, Note: in.Note, State: Draft, Kind: in.Kind, Target: in.Target, CostPerM: in.CostPerM, TariffPerM: in.TariffPerM, Orders: true, CreatedAt: s.now(), CreatedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if w.Number, err = s.number(ctx, tx, "wave", "PNT"); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&w).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: create: %w", err)
		}
		if err := s.came(ctx, tx, actor, w, ""); err != nil {
			return err
		}
		return record(ctx, tx, actor, "create", id, map[string]any{"number": w.Number})
	})
	return w, err
}

// Amend changes what is said of a wave, for staff with duct:lease. It refuses what Create does, Conflict "wave.changed" and, once
// building has started or the wave was dropped, "wave.not_now"; the kind of the units stays once companies were asked ("wave.asked").
func (s *Service) Amend(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int, in Input) error {
	if err := in.spelt(); err != nil {
		return err
	}
	return s.act(ctx, actor, id, &revision, "amend", func(_ context.Context, _ bun.Tx, w *Wave) (map[string]any, error) {
		switch {
		case w.Started() || w.State == Dropped:
			return nil, fault.New(fault.Conflict, "wave.not_now")
		case w.State != Draft && in.Kind != w.Kind:
			return nil, fault.New(fault.Conflict, "wave.asked")
		}
		detail := map[string]any{"target": in.Target, "target_before": w.Target}
		w.Title, w.Note, w.Kind, w.Target, w.CostPerM, w.TariffPerM = in.Title, in.Note, in.Kind, in.Target, in.CostPerM, in.TariffPerM
		return detail, nil
	})
}

// Road is one of a wave.
type Road struct {
	bun.BaseModel `bun:"table:duct_wave_road,alias:x"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	WaveID   uuid.UUID  `bun:"wave_id,pk"`
	Position int        `bun:"position,pk"`
	Name     string     `bun:"road"`
	LengthMM int64      `bun:"length_mm"`
	Capacity int        `bun:"capacity"` // units that are planned all along it
	Planned  bool       `bun:"planned"`  // the network had nothing there that is built

	Signed int `bun:"-"` // units that companies have committed themselves to
	Wanted int `bun:"-"` // units that they want now, by the survey
	Later  int `bun:"-"` // and in three years
	Cables int `bun:"-"` // in the air
	Poles  int `bun:"-"`
}

// RoadInput is a road to be added. Without a length it has that which the network has along it today.
type RoadInput struct {
	Name     string
	LengthM  int64
	Capacity int
}

// AddRoad puts a road into a wave whose companies were not asked yet, for staff with duct:lease. It refuses Invalid what cannot be,
// a road without a length of which the network knows nothing (field "length": "wave_corridor") and one that is there (field
// "road": "wave_repeated"); Conflict "wave.asked" afterwards.
func (s *Service) AddRoad(ctx context.Context, actor identity.Actor, id uuid.UUID, in RoadInput) error {
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	var bad []fault.Field
	if in.Name == "" {
		bad = append(bad, fault.Field{Name: "road", Code: "required"})
	}
	bad = append(bad, short("road", in.Name, titleMost)...)
	bad = append(bad, within("capacity", int64(in.Capacity), 1, capacityMost)...)
	if in.LengthM != 0 {
		bad = append(bad, within("length", in.LengthM, 1, lengthMost)...)
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "road", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.State != Draft {
			return nil, fault.New(fault.Conflict, "wave.asked")
		}
		all, err := roads(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		x := Road{TenantID: w.TenantID, WaveID: id, Position: 1, Name: in.Name, LengthMM: in.LengthM * 1000, Capacity: in.Capacity}
		for _, r := range all {
			x.Position = max(x.Position, r.Position+1)
			if strings.EqualFold(r.Name, in.Name) {
				return nil, fault.Fields([]fault.Field{{Name: "road", Code: "wave_repeated", Args: []any{"value", in.Name}}})
			}
		}
		if len(all) >= roadsMost {
			return nil, fault.Fields([]fault.Field{{Name: "road", Code: "too_many", Args: []any{"max", roadsMost}}})
		}
		var along, built int64
		today := s.d.Operators.Today(ctx)
		err = tx.NewRaw(`SELECT coalesce(sum(coalesce(c.billed_mm, c.surveyed_mm, c.length_mm)), 0)::bigint, count(*) FILTER (WHERE c.class <> ?3) FROM duct_segment_state c
			WHERE c.tenant_id = ?0 AND c.voided_by IS NULL AND c.road = ?1 AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)`, w.TenantID, in.Name, today, duct.Planned).Scan(ctx, &along, &built)
		if err != nil {
			return nil, fmt.Errorf("ductwave: road: %w", err)
		}
		if x.LengthMM == 0 {
			x.LengthMM = along
		}
		if x.LengthMM == 0 {
			return nil, fault.Fields([]fault.Field{{Name: "length", Code: "wave_corridor"}})
		}
		x.Planned = built == 0
		if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
			return nil, fmt.Errorf("ductwave: road: %w", err)
		}
		return map[string]any{"road": in.Name}, nil
	})
}

// RemoveRoad takes a road out of a wave whose companies were not asked yet, for staff with duct:lease; Conflict "wave.asked"
// afterwards.
func (s *Service) RemoveRoad(ctx context.Context, actor identity.Actor, id uuid.UUID, position int) error {
	return s.act(ctx, actor, id, nil, "road_remove", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.State != Draft {
			return nil, fault.New(fault.Conflict, "wave.asked")
		}
		_, err := tx.NewDelete().Model((*Road)(nil)).Where("tenant_id = ? AND wave_id = ? AND position = ?", w.TenantID, id, position).Exec(ctx)
		return map[string]any{"position": position}, err
	})
}

// Enlarge says how many units are planned along a road, for staff with duct:lease, until building starts ("wave.not_now"): what
// companies want may show that the first design is too small. It is never less than what is signed (field "capacity":
// "wave_small").
func (s *Service) Enlarge(ctx context.Context, actor identity.Actor, id uuid.UUID, position, capacity int) error {
	if err := fault.Fields(within("capacity", int64(capacity), 1, capacityMost)); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "capacity", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.Started() || w.State == Dropped {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		all, err := roads(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(r Road) bool { return r.Position == position })
		switch {
		case i < 0:
			return nil, fault.Fields([]fault.Field{{Name: "road", Code: "not_an_option"}})
		case capacity < all[i].Signed:
			return nil, fault.Fields([]fault.Field{{Name: "capacity", Code: "wave_small", Args: []any{"n", all[i].Signed}}})
		}
		_, err = tx.NewUpdate().Model((*Road)(nil)).Set("capacity = ?", capacity).Where("tenant_id = ? AND wave_id = ? AND position = ?", w.TenantID, id, position).Exec(ctx)
		return map[string]any{"road": all[i].Name, "from": all[i].Capacity, "to": capacity}, err
	})
}

// roads are those of a wave with what companies want and have signed for along each.
func roads(ctx context.Context, db bun.IDB, id uuid.UUID) ([]Road, error) {
	var all []Road
	if err := db.NewSelect().Model(&all).Where("x.tenant_id = ? AND x.wave_id = ?", tenancy.Must(ctx), id).OrderExpr("x.position").Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductwave: roads: %w", err)
	}
	var sums []struct{ Position, Signed, Wanted, Later, Cables, Poles int }
	err := db.NewRaw(`SELECT x.position, coalesce(p.units, 0) AS signed, coalesce(a.units_now, 0) AS wanted, coalesce(a.units_later, 0) AS later, coalesce(a.cables, 0) AS cables, coalesce(a.poles, 0) AS poles
		FROM duct_wave_road x
		LEFT JOIN (SELECT p.position, sum(p.units) AS units FROM duct_wave_promise p JOIN duct_wave_commitment m ON m.tenant_id = p.tenant_id AND m.id = p.commitment_id
			WHERE p.tenant_id = ?0 AND p.wave_id = ?1 AND m.released_at IS NULL GROUP BY 1) p USING (position)
		LEFT JOIN (SELECT position, sum(units_now) AS units_now, sum(units_later) AS units_later, sum(cables) AS cables, sum(poles) AS poles FROM duct_wave_answer
			WHERE tenant_id = ?0 AND wave_id = ?1 GROUP BY 1) a USING (position)
		WHERE x.tenant_id = ?0 AND x.wave_id = ?1`, tenancy.Must(ctx), id).Scan(ctx, &sums)
	if err != nil {
		return nil, fmt.Errorf("ductwave: roads: %w", err)
	}
	for _, n := range sums {
		for i := range all {
			if all[i].Position == n.Position {
				all[i].Signed, all[i].Wanted, all[i].Later, all[i].Cables, all[i].Poles = n.Signed, n.Wanted, n.Later, n.Cables, n.Poles
			}
		}
	}
	return all, nil
}
