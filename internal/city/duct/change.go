package duct

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// How a change came about.
const (
	ByImport  = "import"
	BySplit   = "split"    // a segment became two, at a new node
	ByCut     = "cut"      // the same, and a unit goes on beyond the node no more
	ByState   = "state"    // how a unit is, or what it is kept back for
	ByRemoval = "take_out" // of a unit
	ByUndo    = "undo"
)

// Change is one act on the network. Every state says which change brought it, ended it or voided it.
type Change struct {
	bun.BaseModel `bun:"table:duct_change,alias:c"`

	TenantID tenancy.ID    `bun:"tenant_id,pk"`
	ID       uuid.UUID     `bun:"id,pk"`
	Kind     string        `bun:"kind"`
	OnDay    time.Time     `bun:"on_day"` // from when it is so
	Why      string        `bun:"why"`
	ImportID uuid.NullUUID `bun:"import_id"`
	Undoes   uuid.NullUUID `bun:"undoes"`
	UndoneBy uuid.NullUUID `bun:"undone_by"`
	Segment  uuid.NullUUID `bun:"segment_id"` // that a change by hand is about
	Counts   Counts        `bun:"counts,type:jsonb"`
	At       time.Time     `bun:"at"`
	ByID     uuid.UUID     `bun:"by_id"`
}

// Begin writes down an act on the network, for the statements that follow it to name.
func Begin(ctx context.Context, tx bun.Tx, c Change) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	c.TenantID, c.ID = tenancy.Must(ctx), id
	_, err = tx.NewInsert().Model(&c).Exec(ctx)
	return id, err
}

// Counts is what a change brings, or would bring.
type Counts struct {
	Nodes    Count `json:"nodes"`
	Segments Count `json:"segments"`
	Units    int   `json:"units"`     // that are new
	LengthMM int64 `json:"length_mm"` // of the segments that are named, on the ellipsoid
}

// Count is how many things are new to the network, changed, and in it as they are.
type Count struct {
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

// states are the tables of what a change brings, ends and voids.
var states = []string{"duct_node_state", "duct_segment_state", "duct_unit_state", "duct_unit"}

// Turn makes whoever changes who holds what of a city's network, or the network under it, wait for the other until tx ends, counts the
// change and that so many leases were given a number, and returns how many have been. It comes before every other lock of the ducts.
func Turn(ctx context.Context, tx bun.Tx, leases int) (given int64, err error) {
	err = tx.NewRaw(`INSERT INTO duct_version (tenant_id, holds, leases) VALUES (?, 1, ?)
		ON CONFLICT (tenant_id) DO UPDATE SET holds = duct_version.holds + 1, leases = duct_version.leases + EXCLUDED.leases RETURNING leases`, tenancy.Must(ctx), leases).Scan(ctx, &given)
	if err != nil {
		return 0, fmt.Errorf("duct: turn: %w", err)
	}
	return given, nil
}

// Lock keeps other files and edits of the city's network away until the transaction ends.
func Lock(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "ducts of "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// TakeBack voids what a change brought and gives back what it ended or voided. It refuses Conflict "duct.held_since" and "duct.cabled"
// where a unit that it brought is or was held or has or had a cable in it, and where one is held in a segment that was only planned
// before it; and "duct.built_upon" once a later change has touched what this one brought, or has laid something in it. The caller has
// the Turn and the Lock.
func TakeBack(ctx context.Context, tx bun.Tx, c Change, undo uuid.UUID) error {
	if err := rests(ctx, tx, c); err != nil {
		return err
	}
	upon := `SELECT EXISTS (SELECT 1 FROM duct_segment s JOIN duct_segment_state later ON later.tenant_id = s.tenant_id AND later.segment_id = s.id AND later.voided_by IS NULL AND later.change_id <> ?1
		JOIN duct_node_state n ON n.tenant_id = s.tenant_id AND n.node_id IN (s.from_node, s.to_node) AND n.change_id = ?1 AND n.voided_by IS NULL
		WHERE s.tenant_id = ?0 AND NOT EXISTS (SELECT 1 FROM duct_node_state o WHERE o.tenant_id = ?0 AND o.node_id = n.node_id AND o.change_id <> ?1 AND (o.voided_by IS NULL OR o.voided_by = ?1)))`
	for _, table := range states {
		upon += " OR EXISTS (SELECT 1 FROM " + table + " x WHERE x.tenant_id = ?0 AND x.change_id = ?1 AND (x.ended_by IS NOT NULL OR x.voided_by IS NOT NULL))"
	}
	upon += " OR EXISTS (SELECT 1 FROM duct_unit u JOIN duct_unit_state x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id AND x.voided_by IS NULL AND x.change_id <> ?1 WHERE u.tenant_id = ?0 AND u.change_id = ?1)"
	// What another change laid: in a unit of this one, or in a segment that only this one says to be there.
	upon += " OR EXISTS (SELECT 1 FROM duct_unit u JOIN duct_unit x ON x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id AND x.parent_id = u.id AND x.voided_by IS NULL AND x.change_id <> ?1 WHERE u.tenant_id = ?0 AND u.change_id = ?1)"
	upon += ` OR EXISTS (SELECT 1 FROM duct_segment_state c JOIN duct_unit x ON x.tenant_id = c.tenant_id AND x.segment_id = c.segment_id AND x.voided_by IS NULL AND x.change_id <> ?1 WHERE c.tenant_id = ?0 AND c.change_id = ?1 AND c.voided_by IS NULL
		AND NOT EXISTS (SELECT 1 FROM duct_segment_state o WHERE o.tenant_id = ?0 AND o.segment_id = c.segment_id AND o.change_id <> ?1 AND (o.voided_by IS NULL OR o.voided_by = ?1)))`
	var built bool
	if err := tx.NewRaw(upon, c.TenantID, c.ID).Scan(ctx, &built); err != nil {
		return fmt.Errorf("duct: undo: %w", err)
	}
	if built {
		return fault.New(fault.Conflict, "duct.built_upon")
	}
	for _, sql := range undoing() {
		if _, err := tx.NewRaw(sql, c.TenantID, c.ID, undo).Exec(ctx); err != nil {
			return fmt.Errorf("duct: undo: %w", err)
		}
	}
	return nil
}

// rests refuses what TakeBack refuses of a change on which leases and cables rest.
func rests(ctx context.Context, tx bun.Tx, c Change) error {
	for _, x := range []struct{ code, arg, sql string }{
		{"duct.held_since", "lease", `SELECT l.number FROM duct_hold h JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id WHERE h.tenant_id = ?0 AND h.released_at IS NULL AND h.unit_id IN (
			SELECT u.id FROM duct_unit u WHERE u.tenant_id = ?0 AND u.change_id = ?1 AND u.voided_by IS NULL
			UNION ALL SELECT u.id FROM duct_segment_state s JOIN duct_segment_state p ON p.tenant_id = s.tenant_id AND p.segment_id = s.segment_id AND p.class = 'planned' AND ?1 IN (p.ended_by, p.voided_by)
				JOIN duct_unit u ON u.tenant_id = s.tenant_id AND u.segment_id = s.segment_id WHERE s.tenant_id = ?0 AND s.change_id = ?1 AND s.voided_by IS NULL AND s.class <> 'planned') ORDER BY 1 LIMIT 1`},
		{"duct.cabled", "cable", `SELECT k.code FROM duct_unit u JOIN duct_cable_run r ON r.tenant_id = u.tenant_id AND r.unit_id = u.id AND r.voided_by IS NULL JOIN duct_cable k ON k.tenant_id = r.tenant_id AND k.id = r.cable_id
			WHERE u.tenant_id = ?0 AND u.change_id = ?1 AND u.voided_by IS NULL ORDER BY 1 LIMIT 1`},
	} {
		var upon []string
		if err := tx.NewRaw(x.sql, c.TenantID, c.ID).Scan(ctx, &upon); err != nil {
			return fmt.Errorf("duct: undo: %w", err)
		}
		if len(upon) > 0 {
			return fault.New(fault.Conflict, x.code, x.arg, upon[0])
		}
	}
	return nil
}

// undoing are the statements that take back a change, what it brought before what it ended, so that no two states of a thing
// hold on one day. A state that it ended goes on until whatever followed then.
func undoing() []string {
	var out []string
	for _, t := range []struct{ table, of string }{{"duct_node_state", "node_id"}, {"duct_segment_state", "segment_id"}, {"duct_unit_state", "unit_id"}} {
		out = append(out,
			"UPDATE "+t.table+" SET voided_by = ?2 WHERE tenant_id = ?0 AND change_id = ?1 AND voided_by IS NULL",
			"UPDATE "+t.table+" x SET ended_by = NULL, until = (SELECT y.until FROM "+t.table+" y WHERE y.tenant_id = ?0 AND y."+t.of+" = x."+t.of+" AND y.change_id = ?1 AND y.since = x.until) WHERE x.tenant_id = ?0 AND x.ended_by = ?1",
			"UPDATE "+t.table+" SET voided_by = NULL WHERE tenant_id = ?0 AND voided_by = ?1")
	}
	return append(out,
		"UPDATE duct_unit SET voided_by = ?2 WHERE tenant_id = ?0 AND change_id = ?1 AND voided_by IS NULL",
		"UPDATE duct_unit SET ended_by = NULL, until = NULL WHERE tenant_id = ?0 AND ended_by = ?1",
		"UPDATE duct_change SET undone_by = ?2 WHERE tenant_id = ?0 AND id = ?1")
}
