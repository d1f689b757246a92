package app

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ductyear"
	"bedelau/tenants"
)

// seedDucts lays a made-up network of ducts under Batam, once, as its manager would: by a file that is checked. Made-up operators
// lease some of it, and have been charged for two years.
func (a *App) seedDucts(ctx context.Context, made map[string]uuid.UUID) error {
	const manager = "ducting@batam.localhost"
	if made[manager] == uuid.Nil {
		return nil
	}
	ctx, actor, err := a.demoActor(ctx, made, manager)
	if err != nil {
		return err
	}
	corridors, err := fs.ReadFile(tenants.FS, "batam/duct/corridors.yaml")
	if err != nil {
		return err
	}
	file, err := ductsurvey.Sample(corridors)
	if err != nil {
		return err
	}
	_, err = a.Surveying.Load(ctx, actor, ductsurvey.ImportInput{Title: "Jaringan contoh", Source: "Data buatan untuk demonstrasi", OnDay: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		Format: ductsurvey.GeoJSON, Name: "jaringan-contoh.geojson", Body: bytes.NewReader(file)})
	if err != nil {
		return fmt.Errorf("ducts: %w", err)
	}
	if err := a.seedLeases(ctx, actor, time.Now()); err != nil {
		return err
	}
	years := ductyear.Deps{DB: a.DB, Guard: a.Guard, Files: a.Files, Keys: a.Keys, Leasing: actor, Now: time.Now()}
	if _, years.Maker, err = a.demoActor(ctx, made, "keuangan.ducting@batam.localhost"); err != nil {
		return err
	}
	if _, years.Checker, err = a.demoActor(ctx, made, "keuangan2.ducting@batam.localhost"); err != nil {
		return err
	}
	if err := a.seedWorks(ctx, actor, years.Maker, years.Now); err != nil {
		return err
	}
	if _, err = ductyear.Make(ctx, years); err != nil {
		return err
	}
	if err := a.seedDamages(ctx, actor, years.Maker, time.Now()); err != nil {
		return fmt.Errorf("damages: %w", err)
	}
	if err := a.seedDuctEdits(ctx, actor, time.Now()); err != nil {
		return fmt.Errorf("changes of the ducts: %w", err)
	}
	if err := a.seedCables(ctx, actor, time.Now()); err != nil {
		return fmt.Errorf("cables: %w", err)
	}
	if err := a.seedWaves(ctx, actor, time.Now()); err != nil {
		return fmt.Errorf("waves: %w", err)
	}
	return nil
}
