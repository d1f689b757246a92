package app

import (
	"context"
	"errors"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/tenancy"
)

// rotateKeys puts the keys of every tenant under the present master key, also past one whose keys do not open.
func (a *App) rotateKeys(ctx context.Context) (cli.KeyRotation, error) {
	all, err := a.Directory.IDs(ctx)
	if err != nil {
		return cli.KeyRotation{}, err
	}
	var r cli.KeyRotation
	var faults []error
	for _, id := range all {
		moved, err := a.Keys.Reseal(tenancy.WithID(ctx, id))
		switch {
		case err != nil:
			faults = append(faults, err)
		case moved:
			r.Moved++
		default:
			r.Kept++
		}
	}
	return r, errors.Join(faults...)
}
