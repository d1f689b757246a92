package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/tenancy"
)

// ArgonRuns is how many password hashes s has computed.
func (s *Service) ArgonRuns() int64 { return s.passwords.Runs.Load() }

// Sweep runs the hourly sweep for ctx's city.
func (s *Service) Sweep(ctx context.Context, at time.Time) error {
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error { return s.sweep(ctx, tx, at) })
}

// Work does the jobs of identity that wait in ctx's city, each in a transaction.
func (s *Service) Work(ctx context.Context) error {
	var waiting []struct {
		ID      uuid.UUID
		Kind    string
		Payload json.RawMessage
	}
	err := s.DB.NewRaw("SELECT id, kind, payload FROM outbox WHERE state = 'waiting' ORDER BY id").Scan(ctx, &waiting)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		err := tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.NewRaw("UPDATE outbox SET state = 'done' WHERE id = ?", w.ID).Exec(ctx); err != nil {
				return err
			}
			switch w.Kind {
			case registrationKind.Name:
				return do(ctx, tx, w.Payload, s.answerRegistration)
			case resetKind.Name:
				return do(ctx, tx, w.Payload, s.answerReset)
			}
			return fmt.Errorf("no job %s here", w.Kind)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func do[P any](ctx context.Context, tx bun.Tx, payload []byte, fn func(context.Context, bun.Tx, P) error) error {
	var args P
	if err := json.Unmarshal(payload, &args); err != nil {
		return err
	}
	return fn(ctx, tx, args)
}

// CheapHash is a hash of an older, weaker cost.
func CheapHash(ctx context.Context, password string) (string, error) {
	return credential.NewHasher(credential.ArgonParams{Memory: 64, Passes: 1, Threads: 1}).Hash(ctx, password)
}

// HashTogether hashes n passwords at once and returns how many were in work at the same time, and the bound.
func HashTogether(ctx context.Context, n int) (most, bound int, err error) {
	h := credential.NewHasher(credential.ArgonParams{Memory: 1024, Passes: 1, Threads: 1})
	errs := make(chan error, n)
	for range n {
		go func() {
			_, err := h.Hash(ctx, "a password of length")
			errs <- err
		}()
	}
	for range n {
		most = max(most, len(h.Slots))
		if e := <-errs; e != nil {
			err = e
		}
	}
	return most, cap(h.Slots), err
}

// ShortAgent, Network and PasswordField are the rules of one input each.
var (
	ShortAgent    = shortAgent
	Network       = network
	PasswordField = credential.PasswordField
)
