package ductwave

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// from says from which states a wave may come to another.
var from = map[string][]string{
	Survey: {Draft}, Committing: {Survey}, Plan: {Committing}, Building: {Plan}, CutOver: {Building}, AerialDown: {CutOver}, Closed: {AerialDown},
	Dropped: {Draft, Survey, Committing, Plan},
}

// StepInput is where a wave shall come. Until is the last day of what companies are then asked for (Survey, Committing); Why has to
// be said to drop one and to start building below the target. Revision is that of what was read.
type StepInput struct {
	To       string
	Until    time.Time
	Why      string
	Revision int
}

// Step brings a wave to its next state, for staff with duct:lease, and tells the companies that it concerns. It refuses:
//   - Conflict "wave.changed", and "wave.not_now" a state that does not follow;
//   - Survey: "wave.no_roads", and Invalid a last day that is not to come (field "until");
//   - Committing: "wave.survey_runs" while there is time and somebody has not answered, and a last day as above;
//   - Building: "wave.no_dates" without the days of every company that moves, and below the target "wave.below_target", unless Why
//     is said by who has duct:waive (else Forbidden);
//   - AerialDown and Closed: "wave.open_items" while an item of the stage is open, and Closed "wave.not_taken_down" while it was not
//     said of every company how much of its cable came down;
//   - Dropped: a missing Why (field "why"). Its commitments are released.
func (s *Service) Step(ctx context.Context, actor identity.Actor, id uuid.UUID, in StepInput) error {
	in.Why = strings.TrimSpace(in.Why)
	if err := fault.Fields(short("why", in.Why, wordsMost)); err != nil {
		return err
	}
	return s.act(ctx, actor, id, &in.Revision, "step", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		was := w.State
		if !slices.Contains(from[in.To], was) {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		w.State = in.To
		if err := s.step(ctx, tx, actor, w, in); err != nil {
			return nil, err
		}
		return map[string]any{"from": was, "to": in.To, "why": in.Why}, s.came(ctx, tx, actor, *w, in.Why)
	})
}

func (s *Service) step(ctx context.Context, tx bun.Tx, actor identity.Actor, w *Wave, in StepInput) error {
	switch in.To {
	case Survey:
		return s.openSurvey(ctx, tx, w, in.Until)
	case Committing:
		return s.openCommitment(ctx, tx, w, in.Until)
	case Building:
		return s.build(ctx, tx, actor, w, in.Why)
	case AerialDown, Closed:
		return s.finish(ctx, tx, w)
	case Dropped:
		if in.Why == "" {
			return fault.Fields([]fault.Field{{Name: "why", Code: "required"}})
		}
		_, err := tx.NewRaw("UPDATE duct_wave_commitment SET released_at = ?, released_by = ?, released_why = ? WHERE tenant_id = ? AND wave_id = ? AND released_at IS NULL", s.now(), actor.ID, in.Why, w.TenantID, w.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductwave: step: %w", err)
		}
		return s.tell(ctx, tx, *w, "wave_dropped", "", map[string]string{"reason": in.Why}, everyone)
	}
	return nil
}

// came writes down that a wave came to its state.
func (s *Service) came(ctx context.Context, tx bun.Tx, actor identity.Actor, w Wave, why string) error {
	_, err := tx.NewRaw(`INSERT INTO duct_wave_step (tenant_id, wave_id, position, state, why, at, by_id)
		SELECT ?0, ?1, coalesce(max(position), 0) + 1, ?2, ?3, ?4, ?5 FROM duct_wave_step WHERE tenant_id = ?0 AND wave_id = ?1`, w.TenantID, w.ID, w.State, why, s.now(), actor.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	return nil
}

// toCome refuses a last day that is not to come, or is more than a year away (field "until").
func (s *Service) toCome(ctx context.Context, until time.Time) error {
	today := s.d.Operators.Today(ctx)
	switch {
	case until.IsZero():
		return fault.Fields([]fault.Field{{Name: "until", Code: "required"}})
	case !until.After(today):
		return fault.Fields([]fault.Field{{Name: "until", Code: "wave_past"}})
	case until.After(today.AddDate(1, 0, 0)):
		return fault.Fields([]fault.Field{{Name: "until", Code: "wave_year"}})
	}
	return nil
}

func (s *Service) openSurvey(ctx context.Context, tx bun.Tx, w *Wave, until time.Time) error {
	if err := s.toCome(ctx, until); err != nil {
		return err
	}
	n, err := tx.NewSelect().Model((*Road)(nil)).Where("x.tenant_id = ? AND x.wave_id = ?", w.TenantID, w.ID).Count(ctx)
	if err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "wave.no_roads")
	}
	w.SurveyUntil = until
	return s.ask(ctx, tx, *w)
}

func (s *Service) openCommitment(ctx context.Context, tx bun.Tx, w *Wave, until time.Time) error {
	if err := s.toCome(ctx, until); err != nil {
		return err
	}
	if !s.d.Operators.Today(ctx).After(w.SurveyUntil) {
		var waits int
		err := tx.NewRaw("SELECT count(*) FROM duct_wave_company WHERE tenant_id = ? AND wave_id = ? AND answered_at IS NULL", w.TenantID, w.ID).Scan(ctx, &waits)
		if err != nil {
			return fmt.Errorf("ductwave: step: %w", err)
		}
		if waits > 0 {
			return fault.New(fault.Conflict, "wave.survey_runs", "n", waits)
		}
	}
	w.CommitUntil = until
	if _, err := tx.NewRaw("UPDATE duct_wave_company SET reminded = 0 WHERE tenant_id = ? AND wave_id = ?", w.TenantID, w.ID).Exec(ctx); err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	return s.tell(ctx, tx, *w, "wave_commit", until.Format(time.DateOnly), nil, everyone)
}

// build starts building, with the checklist of every company that moves.
func (s *Service) build(ctx context.Context, tx bun.Tx, actor identity.Actor, w *Wave, why string) error {
	movers, err := moving(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	undated := 0
	for _, m := range movers {
		if m.CutUntil.IsZero() {
			undated++
		}
	}
	if undated > 0 {
		return fault.New(fault.Conflict, "wave.no_dates", "n", undated)
	}
	all, err := roads(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	sum, err := w.sum(all)
	if err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	if !sum.Reached(w.Target) {
		if why == "" {
			return fault.New(fault.Conflict, "wave.below_target", "percent", sum.Permille/10, "target", w.Target)
		}
		if err := s.d.Guard.Allow(ctx, actor, access.DuctWaive); err != nil {
			return err
		}
		w.WaivedWhy, w.WaivedBy = why, uuid.NullUUID{UUID: actor.ID, Valid: true}
		if err := record(ctx, tx, actor, "waive", w.ID, map[string]any{"permille": sum.Permille, "target": w.Target, "why": why}); err != nil {
			return err
		}
	}
	list, err := items(ctx, tx)
	if err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	var checks []Check
	for _, m := range movers {
		for _, x := range list {
			if x.Offered && (m.Signed > 0 || !x.NewCable) {
				checks = append(checks, Check{TenantID: w.TenantID, WaveID: w.ID, OperatorID: m.OperatorID, Item: x.Code})
			}
		}
	}
	if len(checks) > 0 {
		if _, err := tx.NewInsert().Model(&checks).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: step: %w", err)
		}
	}
	return s.tell(ctx, tx, *w, "wave_planned", "", nil, whoMoves)
}

// finish refuses to leave a stage while something of it is open.
func (s *Service) finish(ctx context.Context, tx bun.Tx, w *Wave) error {
	var open int
	stages := []string{StageCutOver}
	if w.State == Closed {
		stages = append(stages, StageAerial)
	}
	err := tx.NewRaw(`SELECT count(*) FROM duct_wave_check k JOIN duct_wave_item i ON i.tenant_id = k.tenant_id AND i.code = k.item
		WHERE k.tenant_id = ? AND k.wave_id = ? AND k.at IS NULL AND i.stage IN (?)`, w.TenantID, w.ID, bun.List(stages)).Scan(ctx, &open)
	if err != nil {
		return fmt.Errorf("ductwave: step: %w", err)
	}
	if open > 0 {
		return fault.New(fault.Conflict, "wave.open_items", "n", open)
	}
	if w.State != Closed {
		return nil
	}
	movers, err := moving(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	left := 0
	for _, m := range movers {
		if m.DownOn.IsZero() && m.Cables+m.Poles > 0 {
			left++
		}
	}
	if left > 0 {
		return fault.New(fault.Conflict, "wave.not_taken_down", "n", left)
	}
	return nil
}

// Extend gives more time for what companies are asked for now, for staff with duct:lease, and tells those who have yet to answer. It
// refuses a last day that is not later (field "until") and Conflict "wave.not_now" where nothing is asked.
func (s *Service) Extend(ctx context.Context, actor identity.Actor, id uuid.UUID, until time.Time) error {
	return s.act(ctx, actor, id, nil, "extend", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		due := w.Due()
		if due.IsZero() {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		if err := s.toCome(ctx, until); err != nil {
			return nil, err
		}
		if !until.After(due) {
			return nil, fault.Fields([]fault.Field{{Name: "until", Code: "wave_later"}})
		}
		template := "wave_commit"
		if w.State == Survey {
			w.SurveyUntil, template = until, "wave_survey"
		} else {
			w.CommitUntil = until
		}
		if _, err := tx.NewRaw("UPDATE duct_wave_company SET reminded = 0 WHERE tenant_id = ? AND wave_id = ?", w.TenantID, w.ID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("ductwave: extend: %w", err)
		}
		return map[string]any{"from": due.Format(time.DateOnly), "to": until.Format(time.DateOnly)}, s.tell(ctx, tx, *w, template, until.Format(time.DateOnly), nil, owing)
	})
}

// Publish lets everybody read how far a wave is, or no longer, for staff with duct:lease; one that is being put together or was
// dropped is nobody's business yet: Conflict "wave.not_now".
func (s *Service) Publish(ctx context.Context, actor identity.Actor, id uuid.UUID, on bool) error {
	return s.act(ctx, actor, id, nil, "publish", func(_ context.Context, _ bun.Tx, w *Wave) (map[string]any, error) {
		if on && (w.State == Draft || w.State == Dropped) {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		w.Published = on
		return map[string]any{"published": on}, nil
	})
}

// mover is a company that has something to move: it has signed, or hangs something there.
type mover struct {
	OperatorID            uuid.UUID
	Signed, Cables, Poles int
	CutUntil, DownOn      time.Time
}

// moving are the companies that move with a wave.
func moving(ctx context.Context, db bun.IDB, id uuid.UUID) ([]mover, error) {
	var all []mover
	err := db.NewRaw(`SELECT c.operator_id, c.cut_until, c.down_on, coalesce(p.units, 0) AS signed, coalesce(a.cables, 0) AS cables, coalesce(a.poles, 0) AS poles FROM duct_wave_company c
		LEFT JOIN (SELECT m.operator_id, sum(p.units) AS units FROM duct_wave_commitment m JOIN duct_wave_promise p ON p.tenant_id = m.tenant_id AND p.commitment_id = m.id
			WHERE m.tenant_id = ?0 AND m.wave_id = ?1 AND m.released_at IS NULL GROUP BY 1) p USING (operator_id)
		LEFT JOIN (SELECT operator_id, sum(cables) AS cables, sum(poles) AS poles FROM duct_wave_answer WHERE tenant_id = ?0 AND wave_id = ?1 GROUP BY 1) a USING (operator_id)
		WHERE c.tenant_id = ?0 AND c.wave_id = ?1 AND coalesce(p.units, 0) + coalesce(a.cables, 0) + coalesce(a.poles, 0) > 0 ORDER BY 1`, tenancy.Must(ctx), id).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductwave: moving: %w", err)
	}
	return all, nil
}
