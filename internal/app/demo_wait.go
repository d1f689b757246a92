package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// seedWait lets a made-up operator wait for one subduct more than there is from one end to the other of the first corridor that it
// sees.
func (a *App) seedWait(ctx context.Context, person uuid.UUID, now time.Time) error {
	who := identity.Actor{ID: person, TenantID: tenancy.Must(ctx), Kind: identity.Partner}
	since := now.AddDate(0, 1, 0)
	places, err := a.Operators.Places(ctx, who, since, "LB-BC-MH", 200)
	if err != nil || len(places) < 2 {
		return err
	}
	in := lease.PlanInput{From: places[0].Code, To: places[min(len(places), 8)-1].Code, Kind: duct.Subduct, Since: since}
	for in.Quantity = 1; in.Quantity <= 100; in.Quantity++ {
		ways, err := a.Operators.Plan(ctx, who, in)
		if err != nil {
			return err
		}
		if len(ways) > 0 {
			continue
		}
		if in.Quantity == 1 {
			return nil // it is damaged
		}
		_, err = a.DuctWaits.Join(ctx, who, ductwait.JoinInput{From: in.From, To: in.To, Kind: in.Kind, Quantity: in.Quantity, Since: in.Since, Key: "contoh"})
		return err
	}
	return nil
}
