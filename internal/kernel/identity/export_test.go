package identity

import (
	"context"
	"time"

	"bedelau/internal/kernel/tenancy"

	"github.com/uptrace/bun"
)

// ArgonRuns is how many password hashes s has computed.
func (s *Service) ArgonRuns() int64 { return s.passwords.runs.Load() }

// Sweep runs the hourly sweep for ctx's city.
func (s *Service) Sweep(ctx context.Context, at time.Time) error {
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error { return s.sweep(ctx, tx, at) })
}

// CheapHash is a hash of an older, weaker cost.
func CheapHash(ctx context.Context, password string) (string, error) {
	return newHasher(argonParams{memory: 64, passes: 1, threads: 1}).make(ctx, password)
}

// HashTogether hashes n passwords at once and returns how many were in work at the same time, and the bound.
func HashTogether(ctx context.Context, n int) (most, bound int, err error) {
	h := newHasher(argonParams{memory: 1024, passes: 1, threads: 1})
	errs := make(chan error, n)
	for range n {
		go func() {
			_, err := h.make(ctx, "a password of length")
			errs <- err
		}()
	}
	for range n {
		most = max(most, len(h.slots))
		if e := <-errs; e != nil {
			err = e
		}
	}
	return most, cap(h.slots), err
}

// ShortAgent, Network and PasswordField are the rules of one input each.
var (
	ShortAgent    = shortAgent
	Network       = network
	PasswordField = passwordField
)

// ResolveSQL is the query of every request of a signed-in person.
const ResolveSQL = resolveSQL
