package ductbill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Unrated is a lease that a month could not charge and does not forget: its price or its network was not there.
type Unrated struct {
	LeaseID  uuid.UUID
	Number   string
	Kind     string // of the units
	Operator string
	Month    time.Time
	Why      string // the code of the refusal
}

// Unrated lists what months could not charge, the earliest first, 100 at most. It needs duct:read.
func (s *Service) Unrated(ctx context.Context, actor identity.Actor) ([]Unrated, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Unrated
	err := s.d.DB.App.NewRaw(`SELECT r.lease_id, l.number, l.kind, o.name AS operator, r.month, r.why FROM duct_unrated r
			JOIN duct_lease l ON l.tenant_id = r.tenant_id AND l.id = r.lease_id JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
		WHERE r.tenant_id = ? ORDER BY r.month, l.number LIMIT ?`, tenancy.Must(ctx), listMost).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: unrated: %w", err)
	}
	return all, nil
}

// unratable is why a lease alone cannot be rated as things are; anything else stops the month.
func unratable(err error) (why string, ok bool) {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Conflict {
		return f.Code, true
	}
	return "", false
}

// keepUnrated puts down what the month could not charge.
func (m bill) keepUnrated(ctx context.Context, tx bun.Tx, at time.Time) error {
	for lease, why := range m.unrated {
		_, err := tx.NewRaw("INSERT INTO duct_unrated (tenant_id, lease_id, month, why, found_at) VALUES (?, ?, ?, ?, ?)", tenancy.Must(ctx), lease, m.month.Format(time.DateOnly), why, at).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductbill: unrated: %w", err)
		}
	}
	return nil
}

// again charges what months before could not, as far as it can be by now, in drafts of its own.
func (s *Service) again(ctx context.Context, tx bun.Tx, actor identity.Actor, seller invoice.Seller) error {
	if err := turn(ctx, tx); err != nil {
		return err
	}
	var rows []struct {
		LeaseID uuid.UUID
		Month   time.Time
	}
	if err := tx.NewRaw("SELECT lease_id, month FROM duct_unrated WHERE tenant_id = ? ORDER BY month, lease_id", tenancy.Must(ctx)).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return err
	}
	list, err := ducttariff.Read(ctx, tx)
	if err != nil {
		return err
	}
	var months []bill
	for _, r := range rows {
		if n := len(months); n == 0 || !months[n-1].month.Equal(r.Month) {
			months = append(months, bill{month: monthOf(r.Month), seller: seller, list: list, of: map[uuid.UUID]*owed{}, again: map[uuid.UUID]bool{}})
		}
		months[len(months)-1].again[r.LeaseID] = true
	}
	for _, m := range months {
		if err := s.chargeAgain(ctx, tx, actor, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) chargeAgain(ctx context.Context, tx bun.Tx, actor identity.Actor, m bill) error {
	if err := m.leases(ctx, tx); err != nil {
		return err
	}
	if len(m.again) == len(m.unrated) {
		return nil
	}
	tenant, month := tenancy.Must(ctx), m.month.Format(time.DateOnly)
	for lease := range m.again {
		if _, still := m.unrated[lease]; still {
			continue
		}
		if _, err := tx.NewRaw("DELETE FROM duct_unrated WHERE tenant_id = ? AND lease_id = ? AND month = ?", tenant, lease, month).Exec(ctx); err != nil {
			return fmt.Errorf("ductbill: unrated: %w", err)
		}
	}
	return s.writeAll(ctx, tx, actor, m, func(leases int, sum money.Rupiah) error {
		_, err := tx.NewRaw("UPDATE duct_bill_month SET leases = leases + ?, amount = amount + ? WHERE tenant_id = ? AND month = ?", leases, sum, tenant, month).Exec(ctx)
		return err
	})
}
