package ductcable

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// Divide lets cables go on in the units that a change of the network has made of others (duct.Unit.WasID), from its day on. The caller
// has the network's lock, and refuses a day on which something of them began or later (see Last).
func Divide(ctx context.Context, tx bun.Tx, change uuid.UUID, day time.Time) error {
	var runs []struct {
		CableID, UnitID uuid.UUID
		Alone           bool
	}
	err := tx.NewRaw(`SELECT r.cable_id, n.id AS unit_id, r.alone FROM duct_unit n JOIN duct_cable_run r ON r.tenant_id = n.tenant_id AND r.unit_id = n.was_id AND r.voided_by IS NULL AND r.until IS NULL
		WHERE n.tenant_id = ?0 AND n.change_id = ?1 ORDER BY r.cable_id, n.id`, tenancy.Must(ctx), change).Scan(ctx, &runs)
	if err == nil {
		_, err = tx.NewRaw(`UPDATE duct_cable_run r SET until = ?2, parted_by = ?1 WHERE r.tenant_id = ?0 AND r.voided_by IS NULL AND r.until IS NULL AND r.unit_id IN (SELECT n.was_id FROM duct_unit n WHERE n.tenant_id = ?0 AND n.change_id = ?1)`,
			tenancy.Must(ctx), change, day.Format(time.DateOnly)).Exec(ctx)
	}
	for _, r := range runs {
		var id uuid.UUID
		if err == nil {
			id, err = uuid.NewV7()
		}
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO duct_cable_run (tenant_id, id, cable_id, unit_id, alone, since) VALUES (?, ?, ?, ?, ?, ?)", tenancy.Must(ctx), id, r.CableID, r.UnitID, r.Alone, day.Format(time.DateOnly)).Exec(ctx)
		}
	}
	if err != nil {
		return fmt.Errorf("ductcable: divide: %w", err)
	}
	return nil
}

// Rejoin takes Divide back for the change undo: what lies in the parts lies in what they were made of. It refuses Conflict "duct.cabled"
// once a cable was laid in a part or pulled out of it.
func Rejoin(ctx context.Context, tx bun.Tx, change, undo uuid.UUID) error {
	var since []string
	err := tx.NewRaw(`SELECT DISTINCT k.code FROM duct_unit n JOIN duct_cable_run r ON r.tenant_id = n.tenant_id AND r.unit_id = n.id AND r.voided_by IS NULL JOIN duct_cable k ON k.tenant_id = r.tenant_id AND k.id = r.cable_id
		WHERE n.tenant_id = ?0 AND n.change_id = ?1 AND (r.until IS NOT NULL OR NOT EXISTS (SELECT FROM duct_cable_run o WHERE o.tenant_id = n.tenant_id AND o.unit_id = n.was_id AND o.cable_id = r.cable_id AND o.parted_by = ?1)) ORDER BY 1`,
		tenancy.Must(ctx), change).Scan(ctx, &since)
	if err != nil {
		return fmt.Errorf("ductcable: rejoin: %w", err)
	}
	if len(since) > 0 {
		return fault.New(fault.Conflict, "duct.cabled", "cable", since[0])
	}
	for _, sql := range []string{"UPDATE duct_cable_run r SET voided_by = ?2 WHERE r.tenant_id = ?0 AND r.voided_by IS NULL AND r.unit_id IN (SELECT n.id FROM duct_unit n WHERE n.tenant_id = ?0 AND n.change_id = ?1)",
		"UPDATE duct_cable_run SET until = NULL, parted_by = NULL WHERE tenant_id = ?0 AND parted_by = ?1"} {
		if _, err := tx.NewRaw(sql, tenancy.Must(ctx), change, undo).Exec(ctx); err != nil {
			return fmt.Errorf("ductcable: rejoin: %w", err)
		}
	}
	return nil
}

// Last is the last day on which a cable of a segment began or ended to lie in it; zero for none.
func Last(ctx context.Context, tx bun.Tx, segment uuid.UUID) (time.Time, error) {
	var row struct {
		Day time.Time `bun:"day,nullzero"`
	}
	err := tx.NewRaw(`SELECT max(greatest(r.since, r.until)) AS day FROM duct_unit u JOIN duct_cable_run r ON r.tenant_id = u.tenant_id AND r.unit_id = u.id AND r.voided_by IS NULL
		WHERE u.tenant_id = ? AND u.segment_id = ? AND u.voided_by IS NULL`, tenancy.Must(ctx), segment).Scan(ctx, &row)
	if err != nil {
		return time.Time{}, fmt.Errorf("ductcable: last: %w", err)
	}
	return row.Day, nil
}

// Empty refuses Conflict "duct.cabled" where a cable lies in one of some units on a day or after it.
func Empty(ctx context.Context, tx bun.Tx, units []uuid.UUID, day time.Time) error {
	var all []string
	err := tx.NewRaw(`SELECT DISTINCT k.code FROM duct_cable_run r JOIN duct_cable k ON k.tenant_id = r.tenant_id AND k.id = r.cable_id
		WHERE r.tenant_id = ? AND r.unit_id IN (?) AND r.voided_by IS NULL AND (r.until IS NULL OR r.until > ?) ORDER BY 1`, tenancy.Must(ctx), bun.List(units), day.Format(time.DateOnly)).Scan(ctx, &all)
	switch {
	case err != nil:
		return fmt.Errorf("ductcable: empty: %w", err)
	case len(all) > 0:
		return fault.New(fault.Conflict, "duct.cabled", "cable", all[0])
	}
	return nil
}
