package app

import (
	"context"
	"fmt"

	"bedelau/internal/kernel/tenancy"
)

// demoPlans puts a second example plan on the price list, larger and with add-ons, so that a city has something to choose. Its prices are
// made up and its name says so.
func (a *App) demoPlans(ctx context.Context) error {
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary, example, offered) VALUES ('demo-kota-besar',
			'{"id": "Demo Kota Besar (contoh)", "en": "Demo Large City (example)"}',
			'{"id": "Paket contoh untuk kota dengan banyak layanan. Harganya karangan dan bukan penawaran.", "en": "An example plan for a city with many services. Its prices are made up and not an offer."}',
			true, true) ON CONFLICT DO NOTHING`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('demo-kota-besar', 1, '2026-01-01', '[
			{"code": "langganan", "kind": "flat", "price": 6000000, "name": {"id": "Langganan bulanan", "en": "Monthly subscription"}},
			{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 2000, "price": 2000,
			 "name": {"id": "Permohonan diajukan", "en": "Applications submitted"}, "unit": {"id": "permohonan", "en": "applications"}},
			{"code": "penyimpanan", "kind": "unit", "meter": "storage_average", "included": 50, "price": 15000,
			 "name": {"id": "Penyimpanan berkas, rata-rata sebulan", "en": "File storage, the month''s average"}, "unit": {"id": "GB", "en": "GB"}},
			{"code": "dukungan", "kind": "flat", "optional": true, "price": 900000, "name": {"id": "Dukungan di luar jam kerja", "en": "Support out of hours"}},
			{"code": "pelatihan", "kind": "once", "optional": true, "price": 1500000, "name": {"id": "Pelatihan petugas, sehari", "en": "A day of training for staff"}}]') ON CONFLICT DO NOTHING`,
	} {
		if _, err := a.DB.Platform.NewRaw(statement).Exec(tenancy.Platform(ctx)); err != nil {
			return fmt.Errorf("example plans: %w", err)
		}
	}
	return nil
}
