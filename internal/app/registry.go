package app

import (
	"context"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/devkit/register"
	"bedelau/internal/kernel/registry"
	"bedelau/internal/kernel/tenancy"
)

func (a *App) setRegistry(ctx context.Context, o cli.RegistryOptions) error {
	t, err := a.Directory.BySlug(ctx, o.City)
	if err != nil {
		return err
	}
	return a.Registry.Set(tenancy.With(ctx, t), registry.SetInput{Kind: registry.Kind(o.Kind), Name: o.Name, URL: o.URL, Key: o.Key,
		Timeout: o.Timeout, Active: !o.Off})
}

// demoRegisterKey is no secret: the stand-in knows nobody who lives.
const demoRegisterKey = "demo"

// demoEntries are the people and businesses that the demonstration's stand-in for a register knows, as its residents are
// called.
func demoEntries() map[string]map[string]register.Entry {
	return map[string]map[string]register.Entry{
		string(registry.Population): {
			"2171046703900003": {"name": "Siti Rahma", "birth_place": "Batam", "birth_date": "1990-03-27", "family_card": "2171040102160008",
				"address": "Jl. Teratai 5 RT 003 RW 004", "district": "Batam Kota", "subdistrict": "Teluk Tering"},
			"2171040112870001": {"name": "Budi Santoso", "birth_place": "Medan", "birth_date": "1987-12-01", "family_card": "2171040102160016",
				"address": "Jl. Kenanga 8 RT 001 RW 002", "district": "Sekupang", "subdistrict": "Tiban Indah"},
		},
		string(registry.Business): {
			"9120001234567": {"name": "Warung Siti", "holder": "Siti Rahma", "address": "Pasar Mitra Raya Blok B 12", "activity": "Warung makan"},
		},
	}
}

// demoRegistry lets the demonstration's city ask a stand-in, which says by its name that it is none of the state's.
func (a *App) demoRegistry(ctx context.Context) (*register.Server, error) {
	s, err := register.Open(demoRegisterKey, demoEntries())
	if err != nil {
		return nil, err
	}
	for _, kind := range []registry.Kind{registry.Population, registry.Business} {
		err := a.setRegistry(ctx, cli.RegistryOptions{City: "batam", Kind: string(kind), Name: register.Name, URL: s.URL(), Key: demoRegisterKey})
		if err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}
