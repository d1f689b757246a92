package ductwork

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Join is a company's wish to lay its own in somebody else's works.
type Join struct {
	bun.BaseModel `bun:"table:duct_work_join,alias:j"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	WorkID     uuid.UUID  `bun:"work_id,pk"`
	OperatorID uuid.UUID  `bun:"operator_id,pk"`
	Note       string     `bun:"note"`
	MadeAt     time.Time  `bun:"made_at"`
	MadeBy     uuid.UUID  `bun:"made_by"`
	Name       string     `bun:"name,scanonly"` // of the company, and how to reach it
	Email      string     `bun:"email,scanonly"`
	Phone      string     `bun:"phone,scanonly"`
}

// Join says that a company would lay its own in the works of a number, for people of it.
// Said again, the later words count. It refuses Invalid a missing or too long note, NotFound "ductwork.not_found" what is not in
// the public calendar or is the company's own, and Conflict "ductwork.not_offered" works that have begun, or that neither are the
// road's nor offer it.
func (s *Service) Join(ctx context.Context, actor identity.Actor, company uuid.UUID, number, note string) error {
	if err := s.own(ctx, actor, company); err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	if err := fault.Fields(said(map[string]text{"note": {note, 500, true}})); err != nil {
		return err
	}
	published, err := s.Calendar(ctx, CalendarFilter{})
	if err != nil {
		return err
	}
	var w Work
	for _, x := range published {
		if x.Number == number && x.OperatorID.UUID != company {
			w = x
		}
	}
	switch {
	case w.ID == uuid.Nil:
		return fault.New(fault.NotFound, "ductwork.not_found")
	case !(Beside{Work: w}).Chance():
		return fault.New(fault.Conflict, "ductwork.not_offered")
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		j := Join{TenantID: tenancy.Must(ctx), WorkID: w.ID, OperatorID: company, Note: note, MadeAt: s.now(), MadeBy: actor.ID}
		_, err := tx.NewInsert().Model(&j).On("CONFLICT (tenant_id, work_id, operator_id) DO UPDATE").Set("note = EXCLUDED.note, made_at = EXCLUDED.made_at, made_by = EXCLUDED.made_by").Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductwork: join: %w", err)
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.join", w.ID, map[string]any{"number": w.Number, "operator": company}))
	})
}

// Joins are the companies that would lay theirs in some works, the first first; for staff with duct:read and for people of the
// company whose the works are.
func (s *Service) Joins(ctx context.Context, actor identity.Actor, company, work uuid.UUID) ([]Join, error) {
	if _, err := s.Work(ctx, actor, company, work); err != nil {
		return nil, err
	}
	var all []Join
	err := s.d.DB.NewSelect().Model(&all).ColumnExpr("j.*, o.name, o.email, o.phone").Join("JOIN duct_operator AS o ON o.tenant_id = j.tenant_id AND o.id = j.operator_id").
		Where("j.tenant_id = ? AND j.work_id = ?", tenancy.Must(ctx), work).OrderExpr("j.made_at, j.operator_id").Limit(metMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductwork: joins: %w", err)
	}
	return all, nil
}

// Programme is what a company has said that it plans in a year, or has not.
type Programme struct {
	OperatorID uuid.UUID
	Name       string
	Filed      int       // works when it was filed
	FiledAt    time.Time // zero: not yet
	Works      int       // of the year by now, those that were cancelled left out
}

// FileProgramme says that what stands on record for a year is what a company plans in it, if nothing is, that it plans nothing;
// for people of it. Filed again, the later day counts. It refuses Invalid field "year" one that is over, or more than two years
// ahead.
func (s *Service) FileProgramme(ctx context.Context, actor identity.Actor, company uuid.UUID, year int) error {
	if err := s.own(ctx, actor, company); err != nil {
		return err
	}
	if now := s.Today(ctx).Year(); year < now || year > now+2 {
		return fault.Fields([]fault.Field{{Name: "year", Code: "work_year", Args: []any{"min", fmt.Sprint(now), "max", fmt.Sprint(now + 2)}}})
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO duct_programme (tenant_id, operator_id, year, works, filed_at, filed_by)
			SELECT ?0, ?1, ?2, count(w.id), ?3, ?4 FROM (SELECT 1) one LEFT JOIN duct_work w ON w.tenant_id = ?0 AND w.operator_id = ?1 AND w.state <> 'cancelled' AND w.from_day >= make_date(?2, 1, 1) AND w.from_day < make_date(?2 + 1, 1, 1)
			ON CONFLICT (tenant_id, operator_id, year) DO UPDATE SET works = EXCLUDED.works, filed_at = EXCLUDED.filed_at, filed_by = EXCLUDED.filed_by`, tenancy.Must(ctx), company, year, s.now(), actor.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductwork: programme: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "ductwork.programme", Object: "duct_operator", ObjectID: company, Detail: map[string]any{"year": year}})
	})
}

// Programmes are those of a year by the companies that may lease, by name, who has filed none among them; for staff with
// duct:read, and for people of a company, who see their own.
func (s *Service) Programmes(ctx context.Context, actor identity.Actor, company uuid.UUID, year int) ([]Programme, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	var all []Programme
	q := s.d.DB.NewSelect().TableExpr("duct_operator AS o").ColumnExpr("o.id AS operator_id, o.name, coalesce(y.works, 0) AS filed, y.filed_at").
		ColumnExpr("(SELECT count(*) FROM duct_work w WHERE w.tenant_id = o.tenant_id AND w.operator_id = o.id AND w.state <> 'cancelled' AND w.from_day >= make_date(?0, 1, 1) AND w.from_day < make_date(?0 + 1, 1, 1)) AS works", year).
		Join("LEFT JOIN duct_programme AS y ON y.tenant_id = o.tenant_id AND y.operator_id = o.id AND y.year = ?", year).Where("o.tenant_id = ? AND o.state = 'approved'", tenancy.Must(ctx))
	if company != uuid.Nil {
		q = q.Where("o.id = ?", company)
	}
	if err := q.OrderExpr("o.name, o.id").Limit(metMost).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwork: programmes: %w", err)
	}
	return all, nil
}
