package ductwave

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// PathMine is where a company finds the waves that it is asked about.
const PathMine = "/mitra/penataan"

// Answer is what a company says of one road in the survey. It binds nobody.
type Answer struct {
	bun.BaseModel `bun:"table:duct_wave_answer,alias:a"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	WaveID     uuid.UUID  `bun:"wave_id,pk"`
	OperatorID uuid.UUID  `bun:"operator_id,pk"`
	Position   int        `bun:"position,pk"` // of the road
	Cables     int        `bun:"cables"`      // in the air today
	Poles      int        `bun:"poles"`       // its own
	UnitsNow   int        `bun:"units_now"`
	UnitsLater int        `bun:"units_later"` // in three years
}

// countMost bounds what a company says of one road.
const countMost = 1000

// ask asks every approved company that was not asked yet.
func (s *Service) ask(ctx context.Context, tx bun.Tx, w Wave) error {
	var asked []uuid.UUID
	err := tx.NewRaw(`INSERT INTO duct_wave_company (tenant_id, wave_id, operator_id, asked_at) SELECT o.tenant_id, ?1, o.id, ?2 FROM duct_operator o WHERE o.tenant_id = ?0 AND o.state = ?3
		ON CONFLICT DO NOTHING RETURNING operator_id`, w.TenantID, w.ID, s.now(), lease.OperatorApproved).Scan(ctx, &asked)
	if err != nil || len(asked) == 0 {
		return err
	}
	return s.tell(ctx, tx, w, "wave_survey", w.SurveyUntil.Format(time.DateOnly), nil, func(q string) (string, []any) { return q + " AND c.operator_id IN (?)", []any{bun.List(asked)} })
}

// Answer keeps what the actor's company says in the survey, one line for each road; until the last day it can say otherwise. It
// refuses Invalid a number that cannot be (fields "cables_1", "poles_1", "now_1", "later_1" by the road), NotFound "wave.not_found",
// Conflict "wave.survey_over", and "lease.not_approved" a company that may not lease.
func (s *Service) Answer(ctx context.Context, actor identity.Actor, id uuid.UUID, note string, lines []Answer) error {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	bad := short("note", note, wordsMost)
	for _, a := range lines {
		for _, x := range []struct {
			name string
			n    int
		}{{"cables", a.Cables}, {"poles", a.Poles}, {"now", a.UnitsNow}, {"later", a.UnitsLater}} {
			bad = append(bad, within(fmt.Sprintf("%s_%d", x.name, a.Position), int64(x.n), 0, countMost)...)
		}
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := s.mine(ctx, tx, id, self.Company)
		if err != nil {
			return err
		}
		if w.State != Survey || s.d.Operators.Today(ctx).After(w.SurveyUntil) {
			return fault.New(fault.Conflict, "wave.survey_over")
		}
		all, err := roads(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*Answer)(nil)).Where("tenant_id = ? AND wave_id = ? AND operator_id = ?", w.TenantID, id, self.Company.ID).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: answer: %w", err)
		}
		var keep []Answer
		for _, r := range all {
			for _, a := range lines {
				if a.Position == r.Position {
					a.TenantID, a.WaveID, a.OperatorID = w.TenantID, id, self.Company.ID
					keep = append(keep, a)
					break
				}
			}
		}
		if len(keep) > 0 {
			if _, err := tx.NewInsert().Model(&keep).Exec(ctx); err != nil {
				return fmt.Errorf("ductwave: answer: %w", err)
			}
		}
		if _, err := tx.NewRaw("UPDATE duct_wave_company SET answered_at = ?, answered_by = ?, note = ? WHERE tenant_id = ? AND wave_id = ? AND operator_id = ?", s.now(), actor.ID, note, w.TenantID, id, self.Company.ID).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: answer: %w", err)
		}
		return record(ctx, tx, actor, "answer", id, map[string]any{"operator": self.Company.ID})
	})
}

// mine is a wave that a company was asked about, which stays as it is until tx ends. A company that was not asked is told that there
// is none, and one that may not lease that it may not.
func (s *Service) mine(ctx context.Context, tx bun.Tx, id uuid.UUID, company lease.Operator) (Wave, error) {
	w, err := locked(ctx, tx, id)
	if err != nil {
		return w, err
	}
	asked, err := tx.NewSelect().TableExpr("duct_wave_company AS c").Where("c.tenant_id = ? AND c.wave_id = ? AND c.operator_id = ?", w.TenantID, id, company.ID).Exists(ctx)
	if err != nil {
		return w, fmt.Errorf("ductwave: %w", err)
	}
	if !asked {
		return w, fault.New(fault.NotFound, "wave.not_found")
	}
	return w, s.d.Leases.MayLease(ctx, tx, company.ID)
}

// whom narrows down which companies of a wave are told, beginning with a condition on duct_wave_company c.
type whom func(q string) (string, []any)

func everyone(q string) (string, []any) { return q, nil }

// owing are those who have yet to do what is asked now: to answer, or to sign for what they want.
func owing(q string) (string, []any) {
	return q + ` AND CASE (SELECT w.state FROM duct_wave w WHERE w.tenant_id = c.tenant_id AND w.id = c.wave_id) WHEN 'survey' THEN c.answered_at IS NULL
		ELSE EXISTS (SELECT 1 FROM duct_wave_answer a WHERE a.tenant_id = c.tenant_id AND a.wave_id = c.wave_id AND a.operator_id = c.operator_id AND a.units_now > 0)
			AND NOT EXISTS (SELECT 1 FROM duct_wave_commitment m WHERE m.tenant_id = c.tenant_id AND m.wave_id = c.wave_id AND m.operator_id = c.operator_id AND m.released_at IS NULL) END`, nil
}

// whoMoves are those who have a checklist.
func whoMoves(q string) (string, []any) {
	return q + " AND EXISTS (SELECT 1 FROM duct_wave_check k WHERE k.tenant_id = c.tenant_id AND k.wave_id = c.wave_id AND k.operator_id = c.operator_id)", nil
}

// tell writes to the people of companies of a wave, once for an occasion. until is the last day of what they are asked for.
func (s *Service) tell(ctx context.Context, tx bun.Tx, w Wave, template, until string, more map[string]string, to whom) error {
	where, args := to("")
	var people []struct {
		AccountID         uuid.UUID
		Locale            string
		CutFrom, CutUntil time.Time
	}
	err := tx.NewRaw(`SELECT p.account_id, u.locale, c.cut_from, c.cut_until FROM duct_wave_company c JOIN duct_person p ON p.tenant_id = c.tenant_id AND p.operator_id = c.operator_id AND p.ended_at IS NULL
		JOIN account u ON u.tenant_id = p.tenant_id AND u.id = p.account_id AND u.status = 'active' WHERE c.tenant_id = ? AND c.wave_id = ?`+where+" ORDER BY 1",
		append([]any{w.TenantID, w.ID}, args...)...).Scan(ctx, &people)
	if err != nil {
		return fmt.Errorf("ductwave: tell: %w", err)
	}
	for _, p := range people {
		l, ok := i18n.Parse(p.Locale)
		if !ok {
			l = i18n.ID
		}
		data := map[string]string{"wave": w.Title, "path": PathMine + "/" + w.ID.String()}
		if day, err := time.Parse(time.DateOnly, until); err == nil {
			data["until"] = l.Date(day)
		}
		if template == "wave_planned" {
			data["from"], data["to"] = l.Date(p.CutFrom), l.Date(p.CutUntil)
		}
		for k, v := range more {
			data[k] = v
		}
		m := notify.Message{To: p.AccountID, Template: template, Locale: l, Data: data, Key: strings.Join([]string{template, w.ID.String(), until, more["nth"], p.AccountID.String()}, ":")}
		delete(m.Data, "nth")
		if err := s.d.Notify.Send(ctx, tx, m); err != nil {
			return fmt.Errorf("ductwave: tell: %w", err)
		}
	}
	return nil
}

// remind asks companies that came after a survey was opened, and reminds those who have yet to do what is asked, so many days before
// the last one as the city's rule says. What stands in the last day's past is left alone.
func (s *Service) remind(ctx context.Context, tx bun.Tx) error {
	today := s.d.Operators.Today(ctx)
	r, err := rule(ctx, tx)
	if err != nil {
		return fmt.Errorf("ductwave: remind: %w", err)
	}
	var open []Wave
	err = tx.NewSelect().Model(&open).Where("w.tenant_id = ? AND w.state IN (?)", tenancy.Must(ctx), bun.List([]string{Survey, Committing, Plan})).OrderExpr("w.id").For("UPDATE").Scan(ctx)
	if err != nil {
		return fmt.Errorf("ductwave: remind: %w", err)
	}
	for _, w := range open {
		due := w.Due()
		if due.IsZero() || today.After(due) {
			continue
		}
		if w.State == Survey {
			if err := s.ask(ctx, tx, w); err != nil {
				return fmt.Errorf("ductwave: remind: %w", err)
			}
		}
		n := 0 // of the reminders whose time has come
		for _, d := range r.RemindDays {
			if !today.Before(due.AddDate(0, 0, -d)) {
				n++
			}
		}
		if n == 0 {
			continue
		}
		template := map[bool]string{true: "wave_remind_survey", false: "wave_remind_commit"}[w.State == Survey]
		behind := func(q string) (string, []any) {
			q, _ = owing(q)
			return q + " AND c.reminded < ? AND c.asked_at < ?", []any{n, s.now().Add(-12 * time.Hour)} // who was asked today needs no reminder
		}
		if err := s.tell(ctx, tx, w, template, due.Format(time.DateOnly), map[string]string{"nth": fmt.Sprint(n)}, behind); err != nil {
			return err
		}
		where, _ := owing("")
		if _, err := tx.NewRaw("UPDATE duct_wave_company c SET reminded = ? WHERE c.tenant_id = ? AND c.wave_id = ? AND c.reminded < ?"+where, n, w.TenantID, w.ID, n).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: remind: %w", err)
		}
	}
	return nil
}
