package app

import (
	"context"
	"errors"
	"fmt"

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

// filesSealed tells how many files, of all tenants, lie on the disk as they were before files were sealed.
func (a *App) filesSealed(ctx context.Context) error {
	all, err := a.Directory.IDs(ctx)
	var open int64
	for _, id := range all {
		if err != nil {
			return err
		}
		var n int64
		n, err = a.Files.Unsealed(tenancy.WithID(ctx, id))
		open += n
	}
	if err == nil && open > 0 {
		err = fmt.Errorf("%d files lie open: `bedelau work` seals them from two days after the upgrade on, except those whose bytes are not what was stored, which its log names", open)
	}
	return err
}
