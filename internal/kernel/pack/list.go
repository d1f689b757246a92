package pack

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// ListSection is a Section of one file, a list of T that a pack need not have. key tells them apart; check says of each what is
// wrong with it, at its place; keep makes what the list says the city's, in the transaction of the pack, and gets an empty list
// where there is none.
func ListSection[T any](name, file string, key func(T) string, check func(c *Check, at string, x T), keep func(ctx context.Context, tx bun.Tx, all []T) error) Section {
	read := func(p *Pack) ([]T, error) {
		var all []T
		if !p.Has(file) {
			return nil, nil
		}
		if err := p.Decode(file, &all); err != nil {
			return nil, err
		}
		c, seen := p.Check(file), map[string]bool{}
		for i, x := range all {
			at := At("", i)
			check(c, at, x)
			if k := key(x); seen[k] {
				c.Add(at+".code", "repeated", "value", k)
			} else {
				seen[k] = true
			}
		}
		return all, c.Err()
	}
	return Section{
		Name: name,
		Check: func(p *Pack) error {
			_, err := read(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *Pack) error {
			all, err := read(p)
			if err != nil {
				return err
			}
			if err := keep(ctx, tx, all); err != nil {
				return fmt.Errorf("%s: apply pack: %w", name, err)
			}
			return nil
		},
	}
}
