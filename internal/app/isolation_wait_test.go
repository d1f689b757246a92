package app

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/kernel/tenancy"
)

// waited writes down a place of an operator in the line for a way.
func (a *App) waited(t *testing.T, ctx context.Context, city uuid.UUID, operator string) string {
	t.Helper()
	w := ductwait.Wait{TenantID: city, ID: uuid.New(), Place: 1, Number: "ANT-1", OperatorID: uuid.MustParse(operator), From: "A", To: "B", Kind: duct.Subduct, Quantity: 1, Since: time.Now(), State: ductwait.Waiting, Key: "uji",
		JoinedAt: time.Now(), JoinedBy: uuid.New()}
	if _, err := a.DB.App.NewInsert().Model(&w).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	return w.ID.String()
}

// augmented writes down what an operator asks to be changed in the network.
func (a *App) augmented(t *testing.T, ctx context.Context, city uuid.UUID, operator string) string {
	t.Helper()
	node, segment, now := uuid.New(), uuid.New(), time.Now()
	x := ductwait.Augment{TenantID: city, ID: uuid.New(), Number: "PRL-1", OperatorID: uuid.MustParse(operator), Kind: ductwait.Blockage, SegmentID: segment, Note: "x", Key: "uji", State: ductwait.Received, Version: 1, AskedAt: now, AskedBy: uuid.New(), DueAt: now, UpdatedAt: now}
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, 'MH-PERLUASAN')", city, node).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_segment (tenant_id, id, code, from_node, to_node) VALUES (?, ?, 'R-PERLUASAN', ?, ?)", city, segment, node, node).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&x).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return x.ID.String()
}
