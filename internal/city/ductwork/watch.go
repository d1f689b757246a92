package ductwork

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// roleManager is the built-in role that looks after works.
const roleManager = "duct_manager"

// ending writes to who looks after works once for each guarantee that ends within the city's days, and once more when it has
// ended.
func (s *Service) ending(ctx context.Context, tx bun.Tx) error {
	today := s.Today(ctx)
	rule, err := ruleOn(ctx, tx, today)
	if err != nil {
		return err
	}
	all, err := endingBy(ctx, tx, today.AddDate(0, 0, rule.ExpiryDays))
	if err != nil || len(all) == 0 {
		return err
	}
	who, err := identity.Holders(ctx, tx, roleManager, "")
	if err != nil {
		return fmt.Errorf("ductwork: ending: %w", err)
	}
	for _, g := range all {
		template := "work_guarantee_ends"
		if g.ValidUntil.Before(today) {
			template = "work_guarantee_ended"
		}
		for _, to := range who {
			err := s.d.Notify.Send(ctx, tx, notify.Message{To: to, Template: template, Key: fmt.Sprintf("%s:%s:%s", template, g.ID, to),
				Data: map[string]string{"number": g.WorkNumber, "owner": g.OwnerName, "day": g.ValidUntil.Format(time.DateOnly), "path": "/petugas/ducting/pekerjaan/" + g.WorkID.String() + "#jaminan"}})
			if err != nil {
				return fmt.Errorf("ductwork: ending: %w", err)
			}
		}
	}
	return nil
}

// owing is an emergency whose report is owed.
type owing struct {
	ID         uuid.UUID
	Number     string
	Title      string
	OperatorID uuid.NullUUID
	ReportDue  time.Time
}

// lateMost bounds after how long an overdue report is still told of: what has been late for longer is known.
const lateMost = 7 * 24 * time.Hour

// owed writes to whoever owes the report of an emergency: so many hours before it is due, and when it is overdue, once each. The
// people of the company owe that of its works, and who looks after works that of all others.
func (s *Service) owed(ctx context.Context, tx bun.Tx) error {
	rule, err := ruleOn(ctx, tx, s.Today(ctx))
	if err != nil {
		return err
	}
	now := s.now()
	for _, x := range []struct {
		template, told string
		from, until    time.Time
	}{{"work_report_due", "due_told_at", now, now.Add(time.Duration(rule.RemindHours) * time.Hour)}, {"work_report_late", "late_told_at", now.Add(-lateMost), now}} {
		var all []owing
		err := tx.NewRaw("UPDATE duct_work SET ?5 = ?2 WHERE tenant_id = ?0 AND emergency AND reported_at IS NULL AND state <> ?1 AND report_due > ?3 AND report_due <= ?4 AND ?5 IS NULL RETURNING id, number, title, operator_id, report_due",
			tenancy.Must(ctx), Cancelled, now, x.from, x.until, bun.Ident(x.told)).Scan(ctx, &all)
		if err != nil {
			return fmt.Errorf("ductwork: owed: %w", err)
		}
		for _, w := range all {
			if err := s.remind(ctx, tx, w, x.template); err != nil {
				return fmt.Errorf("ductwork: owed: %w", err)
			}
		}
	}
	return nil
}

// remind writes to each who owes a report, in their own language.
func (s *Service) remind(ctx context.Context, tx bun.Tx, w owing, template string) error {
	var who []struct {
		ID     uuid.UUID
		Locale string
	}
	path := "/mitra/pekerjaan/"
	q := tx.NewSelect().TableExpr("account AS a").ColumnExpr("a.id, a.locale").Where("a.tenant_id = ? AND a.status = ?", tenancy.Must(ctx), identity.StatusActive).OrderExpr("a.id")
	if w.OperatorID.Valid {
		q = q.Join("JOIN duct_person AS p ON p.tenant_id = a.tenant_id AND p.account_id = a.id AND p.ended_at IS NULL").Where("p.operator_id = ?", w.OperatorID.UUID)
	} else {
		holders, err := identity.Holders(ctx, tx, roleManager, "")
		if err != nil || len(holders) == 0 {
			return err
		}
		path, q = "/petugas/ducting/pekerjaan/", q.Where("a.id IN (?)", bun.List(holders))
	}
	if err := q.Scan(ctx, &who); err != nil {
		return err
	}
	due := w.ReportDue
	if city, ok := tenancy.CityFrom(ctx); ok {
		due = due.In(city.Location())
	}
	for _, p := range who {
		l, ok := i18n.Parse(p.Locale)
		if !ok {
			l = i18n.ID
		}
		err := s.d.Notify.Send(ctx, tx, notify.Message{To: p.ID, Template: template, Locale: l, Key: fmt.Sprintf("%s:%s:%s", template, w.ID, p.ID),
			Data: map[string]string{"number": w.Number, "title": w.Title, "due": l.DateTime(due), "path": path + w.ID.String()}})
		if err != nil {
			return err
		}
	}
	return nil
}
