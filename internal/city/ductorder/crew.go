package ductorder

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// crew is who opens a manhole, as it is sealed: copied into another row it does not open.
type crew struct {
	Crew   string `json:"crew"`
	Leader string `json:"leader"`
	Phone  string `json:"phone"`
	Safety string `json:"safety"`
}

func (w Window) crewUse() string { return "duct_order_window.crew:" + w.ID.String() }

// sealCrew seals who opens the manhole; whoever writes the row leaves the columns in clear empty.
func (s *Service) sealCrew(ctx context.Context, w *Window) (err error) {
	w.Sealed, err = s.d.Keys.SealJSON(ctx, crew{w.Crew, w.Leader, w.Phone, w.Safety}, w.crewUse())
	return err
}

// openCrews reads who opens the manholes. A row that no run of sealCrews has come to yet has it in clear.
func (s *Service) openCrews(ctx context.Context, all []Window) error {
	for i := range all {
		w := &all[i]
		if w.Sealed == nil {
			continue
		}
		var c crew
		if err := s.d.Keys.OpenJSON(ctx, w.Sealed, &c, w.crewUse()); err != nil {
			return fmt.Errorf("ductorder: crew of %s: %w", w.ID, err)
		}
		w.Crew, w.Leader, w.Phone, w.Safety = c.Crew, c.Leader, c.Phone, c.Safety
	}
	return nil
}

// crewsMost is how many windows one run seals, or erases the crews of; the next run finds the rest.
const crewsMost = 500

// sealCrews seals the crews that stand in clear from before. A repetition finds none.
func (s *Service) sealCrews(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var all []Window
	err := tx.NewSelect().Model(&all).Where("w.tenant_id = ? AND w.sealed IS NULL AND w.erased_at IS NULL", tenancy.Must(ctx)).OrderExpr("w.id").Limit(crewsMost).For("UPDATE SKIP LOCKED").Scan(ctx)
	if err != nil {
		return fmt.Errorf("ductorder: seal crews: %w", err)
	}
	for i := range all {
		if err := s.sealCrew(ctx, &all[i]); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&all[i]).Column("sealed").Set("crew = '', leader = '', phone = '', safety = ''").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: seal crews: %w", err)
		}
	}
	return nil
}

// eraseCrews erases who opened the manholes once the city's days after the last day of the access are over.
func (s *Service) eraseCrews(ctx context.Context, tx bun.Tx, _ time.Time) error {
	before, ok, err := pack.KeptBefore(ctx, tx, pack.KeptCrews, s.today(ctx))
	if err != nil || !ok {
		return err
	}
	var all []Window
	err = tx.NewRaw(`UPDATE duct_order_window SET sealed = NULL, crew = '', leader = '', phone = '', safety = '', erased_at = ?1 WHERE tenant_id = ?0 AND id IN (
			SELECT id FROM duct_order_window WHERE tenant_id = ?0 AND erased_at IS NULL AND until < ?2 ORDER BY until, id LIMIT ?3 FOR UPDATE SKIP LOCKED) RETURNING id, order_id, until`,
		tenancy.Must(ctx), s.now(), before, crewsMost).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductorder: erase crews: %w", err)
	}
	for _, w := range all {
		err := audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "ductorder.crew_erase", Object: SubjectKind, ObjectID: w.OrderID, At: s.now(),
			Detail: map[string]any{"window": w.ID, "until": w.Until.Format(time.DateOnly), "kept_before": before.Format(time.DateOnly)}})
		if err != nil {
			return err
		}
	}
	return nil
}
