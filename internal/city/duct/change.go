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

// Lock keeps other files and edits of the city's network away until the transaction ends.
func Lock(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "ducts of "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// TakeBack voids what a change brought and gives back what it ended or voided. It refuses Conflict "duct.built_upon" once a later
// change has touched what this one brought.
func TakeBack(ctx context.Context, tx bun.Tx, c Change, undo uuid.UUID) error {
	upon := `SELECT EXISTS (SELECT 1 FROM duct_segment s JOIN duct_segment_state later ON later.tenant_id = s.tenant_id AND later.segment_id = s.id AND later.voided_by IS NULL AND later.change_id <> ?1
		JOIN duct_node_state n ON n.tenant_id = s.tenant_id AND n.node_id IN (s.from_node, s.to_node) AND n.change_id = ?1 AND n.voided_by IS NULL
		WHERE s.tenant_id = ?0 AND NOT EXISTS (SELECT 1 FROM duct_node_state o WHERE o.tenant_id = ?0 AND o.node_id = n.node_id AND o.change_id <> ?1 AND (o.voided_by IS NULL OR o.voided_by = ?1)))`
	for _, table := range states {
		upon += " OR EXISTS (SELECT 1 FROM " + table + " x WHERE x.tenant_id = ?0 AND x.change_id = ?1 AND (x.ended_by IS NOT NULL OR x.voided_by IS NOT NULL))"
	}
	upon += " OR EXISTS (SELECT 1 FROM duct_unit u JOIN duct_unit_state x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id AND x.voided_by IS NULL AND x.change_id <> ?1 WHERE u.tenant_id = ?0 AND u.change_id = ?1)"
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
