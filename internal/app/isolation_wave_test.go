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

	"bedelau/internal/city/ductwave"
	"bedelau/internal/kernel/tenancy"
)

// waved gives a company a wave that takes commitments, one of its own, and a photo.
func (a *App) waved(t *testing.T, ctx context.Context, city uuid.UUID, company string) (wave, commitment, photo string) {
	t.Helper()
	manager := ductManager(city)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := a.Waves.ReceivePhoto(ctx, manager, "surat.png", &b)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	w := ductwave.Wave{TenantID: city, ID: uuid.New(), Number: "PNT-UJI", Title: "Uji", State: ductwave.Committing, Kind: "subduct", Target: 40, CostPerM: 1, TariffPerM: 1, CommitUntil: now.AddDate(0, 1, 0), CreatedAt: now, CreatedBy: manager.ID}
	r := ductwave.Road{TenantID: city, WaveID: w.ID, Position: 1, Name: "Jalan Uji", LengthMM: 1000, Capacity: 4}
	m := ductwave.Commitment{TenantID: city, ID: uuid.New(), WaveID: w.ID, OperatorID: uuid.MustParse(company), Key: uuid.New(), Number: "KMT-UJI", Months: 12, FileID: f.ID, MadeAt: now, MadeBy: manager.ID}
	p := ductwave.Photo{TenantID: city, ID: uuid.New(), WaveID: w.ID, OperatorID: uuid.NullUUID{UUID: m.OperatorID, Valid: true}, Phase: ductwave.Before, FileID: f.ID, AddedAt: now, AddedBy: manager.ID}
	err = tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := a.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		for _, x := range []any{&w, &r} {
			if _, err := tx.NewInsert().Model(x).Exec(ctx); err != nil {
				return err
			}
		}
		if _, err := tx.NewRaw("INSERT INTO duct_wave_company (tenant_id, wave_id, operator_id, asked_at) VALUES (?, ?, ?, ?)", city, w.ID, m.OperatorID, now).Exec(ctx); err != nil {
			return err
		}
		for _, x := range []any{&m, &p} {
			if _, err := tx.NewInsert().Model(x).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.ID.String(), m.ID.String(), p.ID.String()
}
