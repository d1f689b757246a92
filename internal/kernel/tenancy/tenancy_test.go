package tenancy_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

func TestInsideLetsInTheCityAndThePlatform(t *testing.T) {
	t.Parallel()
	batam := tenancy.City{ID: uuid.New(), Kind: tenancy.KindCity, Slug: "batam"}
	other := tenancy.City{ID: uuid.New(), Kind: tenancy.KindCity}
	platform := tenancy.City{ID: uuid.New(), Kind: tenancy.KindPlatform}
	unknown := func(err error) bool { return fault.Is(err, "city.unknown") }
	for name, tt := range map[string]struct {
		ctx  context.Context
		fits func(error) bool
	}{
		"the city":                             {tenancy.With(t.Context(), batam), func(err error) bool { return err == nil }},
		"the platform":                         {tenancy.With(t.Context(), platform), func(err error) bool { return err == nil }},
		"another city":                         {tenancy.With(t.Context(), other), unknown},
		"another, with the platform behind it": {tenancy.WithID(tenancy.With(t.Context(), platform), other.ID), unknown},
		"nobody":                               {t.Context(), func(err error) bool { return errors.Is(err, tenancy.ErrNone) }},
	} {
		ctx, err := tenancy.Inside(tt.ctx, batam)
		if !tt.fits(err) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if id, _ := tenancy.From(ctx); id != batam.ID {
			t.Errorf("%s works for %s", name, id)
		}
	}
}
