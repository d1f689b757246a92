package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
)

// dug plans works of a company with a guarantee and a file.
func (a *App) dug(t *testing.T, ctx context.Context, city uuid.UUID, company string) (work, guarantee, paper string) {
	t.Helper()
	manager, today := ductManager(city), a.DuctWorks.Today(ctx)
	ground, err := pack.LoadMap(ctx, a.DB.App, today)
	if err != nil {
		t.Fatal(err)
	}
	at := geo.Point{Lat: (ground.Bounds.South + ground.Bounds.North) / 2, Lon: (ground.Bounds.West + ground.Bounds.East) / 2}
	w, err := a.DuctWorks.Plan(ctx, manager, uuid.Nil, ductwork.Input{Owner: ductwork.ByOperator, Operator: uuid.MustParse(company), Kind: ductwork.NewDucts, Title: "Uji", Road: "Jalan", Place: ductwork.Place{Points: []geo.Point{at}},
		From: today, To: today, Method: ductwork.OpenCut, Contact: "x", Phone: "0778 123456"})
	if err != nil {
		t.Fatal(err)
	}
	g, err := a.DuctWorks.Guarantee(ctx, manager, w.ID, ductwork.Guarantee{Kind: ductwork.Execution, Bank: "Bank", Number: "1", Amount: money.Rupiah(1), ValidUntil: today})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := a.DuctWorks.Receive(ctx, manager, "lalin.png", &b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.DuctWorks.Attach(ctx, manager, uuid.Nil, w.ID, ductwork.PaperTraffic, f)
	if err != nil {
		t.Fatal(err)
	}
	return w.ID.String(), g.ID.String(), p.ID.String()
}
