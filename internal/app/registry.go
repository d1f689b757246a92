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
			"2171046703900003": {"name": "Siti Rahma"},
			"2171040112870001": {"name": "Budi Santoso"},
		},
		string(registry.Business): {
			"9120001234567": {"name": "Warung Siti", "holder": "Siti Rahma", "activity": "Warung makan"},
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
