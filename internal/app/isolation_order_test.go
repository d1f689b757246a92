package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// ordered gives a company an order with everything that can hang on one, as far as its addresses can tell.
func (a *App) ordered(t *testing.T, ctx context.Context, city uuid.UUID, company string, out things) {
	t.Helper()
	if out["duct_order"] != "" {
		return // one is enough, whoever asks for it
	}
	manager, now := ductManager(city), time.Now()
	states, err := a.Orders.States(ctx, manager) // the city has a flow from then on
	if err != nil || len(states) == 0 {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := a.Orders.Receive(ctx, manager, "bukti.png", &b)
	if err != nil {
		t.Fatal(err)
	}
	o := ductorder.Order{TenantID: city, ID: uuid.New(), Number: "PSN-1", OperatorID: uuid.MustParse(company), FlowVersion: 1, State: "inspection", Stage: workflow.StageInReview, Clock: workflow.Running, Version: 1, FromNode: "A", ToNode: "B",
		Kind: duct.Subduct, Quantity: 1, Since: now, Key: "uji", Segments: []uuid.UUID{}, Authorities: []string{"pemko"}, PlacedAt: now, PlacedBy: manager.ID, EnteredAt: now, QueueAt: now, UpdatedAt: now}
	permit := ductorder.Permit{TenantID: city, ID: uuid.New(), OrderID: o.ID, Authority: "pemko"}
	evidence := ductorder.Evidence{TenantID: city, ID: uuid.New(), OrderID: o.ID, Purpose: ductorder.OfInstallation, Kind: ductorder.After, Place: "A", FileID: f.ID, State: ductorder.EvidenceWaiting, SentAt: now, SentBy: manager.ID}
	paper := ductorder.Paper{TenantID: city, ID: uuid.New(), OrderID: o.ID, Kind: ductorder.PaperOrder, Number: "SPK-1", Day: now, MadeAt: now, MadeBy: manager.ID}
	node := uuid.New()
	window := ductorder.Window{TenantID: city, ID: uuid.New(), OrderID: o.ID, NodeID: node, Since: now, Until: now, Crew: "x", Leader: "x", Phone: "x", People: 1, Safety: "x", State: ductorder.WindowAsked, AskedAt: now, AskedBy: manager.ID}
	err = tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := a.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, 'MH-PESANAN')", city, node).Exec(ctx); err != nil {
			return err
		}
		for _, row := range []any{&o, &permit, &evidence, &paper, &window} {
			if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out["duct_order"], out["duct_order_permit"], out["duct_order_window"] = o.ID.String(), permit.ID.String(), window.ID.String()
	out["duct_order_evidence"], out["duct_order_file"], out["duct_order_paper"] = evidence.ID.String(), f.ID.String(), paper.ID.String()
}
