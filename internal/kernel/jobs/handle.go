package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

var errUnreadable = errors.New("jobs: payload cannot be read")

// handler is a registered kind with its payload type erased. Exactly one of inTx and call is set.
type handler struct {
	closed bool
	inTx   func(ctx context.Context, tx bun.Tx, payload []byte) error
	call   func(ctx context.Context, id uuid.UUID, payload []byte) error
}

// Handle binds k to fn, whose effect is rows. fn runs in a transaction for the job's city, with the City in ctx; the
// mark that the job is done commits with it, so the effect happens once however often the job is delivered. It
// refuses a malformed kind and a name that is, or is a prefix of, another's. Call it before Start.
func Handle[P any](r *Runner, k Kind[P], fn func(ctx context.Context, tx bun.Tx, args P) error) error {
	return register(r, k, handler{inTx: func(ctx context.Context, tx bun.Tx, payload []byte) error {
		args, err := read[P](payload)
		if err != nil {
			return err
		}
		return fn(ctx, tx, args)
	}})
}

// HandleCall binds k to fn, whose effect is on another system. fn runs outside any transaction, with the City in ctx,
// and never twice at a time; id is the same on every attempt: use it as the other system's idempotency key, because a
// crash after the call and before the mark repeats the call. It refuses what Handle refuses.
func HandleCall[P any](r *Runner, k Kind[P], fn func(ctx context.Context, id uuid.UUID, args P) error) error {
	return register(r, k, handler{call: func(ctx context.Context, id uuid.UUID, payload []byte) error {
		args, err := read[P](payload)
		if err != nil {
			return err
		}
		return fn(ctx, id, args)
	}})
}

func read[P any](payload []byte) (P, error) {
	var args P
	if err := json.Unmarshal(payload, &args); err != nil {
		return args, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return args, nil
}

func register[P any](r *Runner, k Kind[P], h handler) error {
	if err := k.validate(); err != nil {
		return err
	}
	for name := range r.handlers {
		if strings.HasPrefix(name, k.Name) || strings.HasPrefix(k.Name, name) {
			return fmt.Errorf("jobs: %s and %s: a kind may not be, or be a prefix of, another", k.Name, name)
		}
	}
	h.closed = k.Closed
	r.handlers[k.Name] = h
	return nil
}
