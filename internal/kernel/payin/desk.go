package payin

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// Desk is where the staff of a book bring statements of the bank into it. Each of its methods needs the one permission that the desk was
// made with, and refuses what the method of Service does.
type Desk struct {
	in    *Service
	guard *access.Guard
	needs access.Permission
}

// NewDesk returns the desk of a book for who holds a permission.
func NewDesk(in *Service, guard *access.Guard, needs access.Permission) *Desk {
	return &Desk{in, guard, needs}
}

func (d *Desk) may(ctx context.Context, actor identity.Actor) error {
	return d.guard.Allow(ctx, actor, d.needs)
}

// act runs fn in a transaction for who may.
func (d *Desk) act(ctx context.Context, actor identity.Actor, what string, fn func(ctx context.Context, tx bun.Tx) error) error {
	if err := d.may(ctx, actor); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, d.in.Book.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := InTurn(ctx, tx); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("payin: %s: %w", what, err)
	}
	return nil
}

// InTurn makes whoever else pays something in to the book of ctx wait until tx is over: a statement books many parties in the order of its
// lines, and a line that is split its own, with what is held for them. Who locks several of those takes its turn before.
func InTurn(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "payin "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// CheckStatement looks through a file of the bank, keeps it and returns it for PreviewStatement and ApplyStatement; without an
// account it is of the one that the file names.
func (d *Desk) CheckStatement(ctx context.Context, actor identity.Actor, account, name string, raw []byte) (b Statement, err error) {
	err = d.act(ctx, actor, "check", func(ctx context.Context, tx bun.Tx) error {
		b, err = d.in.Check(ctx, tx, actor, account, name, raw)
		return err
	})
	return b, err
}

// PreviewStatement is what ApplyStatement would do now.
func (d *Desk) PreviewStatement(ctx context.Context, actor identity.Actor, id uuid.UUID) (Result, error) {
	if err := d.may(ctx, actor); err != nil {
		return Result{}, err
	}
	return d.in.Preview(ctx, actor, id)
}

// ApplyStatement books a statement: what is certain is paid, and the rest is in Lines.
func (d *Desk) ApplyStatement(ctx context.Context, actor identity.Actor, id uuid.UUID) (r Result, err error) {
	err = d.act(ctx, actor, "apply", func(ctx context.Context, tx bun.Tx) error {
		r, err = d.in.Apply(ctx, tx, actor, id)
		return err
	})
	return r, err
}

// Lines lists the lines of a state (Proposed, Open …) from the latest on, 100 at most: those before one.
func (d *Desk) Lines(ctx context.Context, actor identity.Actor, state string, before uuid.UUID) ([]Line, error) {
	if err := d.may(ctx, actor); err != nil {
		return nil, err
	}
	return d.in.Lines(ctx, d.in.Book.DB.App, state, before)
}

// Waiting lists the invoices that wait for a withholding slip, 100 at most.
func (d *Desk) Waiting(ctx context.Context, actor identity.Actor) ([]Waiting, error) {
	if err := d.may(ctx, actor); err != nil {
		return nil, err
	}
	return d.in.Waiting(ctx, d.in.Book.DB.App)
}

// AcceptLine books a line as it was proposed.
func (d *Desk) AcceptLine(ctx context.Context, actor identity.Actor, line uuid.UUID) (p invoice.Payment, err error) {
	err = d.act(ctx, actor, "accept", func(ctx context.Context, tx bun.Tx) error {
		p, err = d.in.Accept(ctx, tx, actor, line)
		return err
	})
	return p, err
}

// DecideLine books a line as a person says.
func (d *Desk) DecideLine(ctx context.Context, actor identity.Actor, line uuid.UUID, c Choice) (p invoice.Payment, err error) {
	err = d.act(ctx, actor, "decide", func(ctx context.Context, tx bun.Tx) error {
		p, err = d.in.Decide(ctx, tx, actor, line, c)
		return err
	})
	return p, err
}

// SplitLine books a line as payments of several parties, and as what is held for them, as a person says.
func (d *Desk) SplitLine(ctx context.Context, actor identity.Actor, line uuid.UUID, in Split) (all []invoice.Payment, err error) {
	err = d.act(ctx, actor, "split", func(ctx context.Context, tx bun.Tx) error {
		all, err = d.in.Split(ctx, tx, actor, line, in)
		return err
	})
	return all, err
}

// SetLineAside says of a line that it pays nothing.
func (d *Desk) SetLineAside(ctx context.Context, actor identity.Actor, line uuid.UUID, reason string) error {
	return d.act(ctx, actor, "set aside", func(ctx context.Context, tx bun.Tx) error {
		return d.in.SetAside(ctx, tx, actor, line, reason)
	})
}

// UndoLine takes a wrong match back; the line is open again.
func (d *Desk) UndoLine(ctx context.Context, actor identity.Actor, line uuid.UUID, reason string) error {
	return d.act(ctx, actor, "undo", func(ctx context.Context, tx bun.Tx) error { return d.in.Undo(ctx, tx, actor, line, reason) })
}

// UndoPayment takes a payment or a slip back that was booked for the wrong invoice: all of its line where a statement brought it.
func (d *Desk) UndoPayment(ctx context.Context, actor identity.Actor, payment uuid.UUID, reason string) error {
	return d.act(ctx, actor, "undo", func(ctx context.Context, tx bun.Tx) error { return d.in.UndoPayment(ctx, tx, actor, payment, reason) })
}

// UndoPayment takes a payment back on today's day of the books, as part of tx and in its turn; where a line of a statement became it, the line
// is open again. It refuses what invoice.UndoPayment refuses.
func (s *Service) UndoPayment(ctx context.Context, tx bun.Tx, actor identity.Actor, payment uuid.UUID, reason string) error {
	if err := InTurn(ctx, tx); err != nil { // a line that was split has several parties
		return err
	}
	var line uuid.UUID
	err := tx.NewRaw("SELECT coalesce((SELECT line_id FROM bank_match WHERE tenant_id = ? AND payment_id = ?), ?)", tenancy.Must(ctx), payment, uuid.Nil).Scan(ctx, &line)
	if err != nil {
		return err
	}
	if line != uuid.Nil {
		return s.Undo(ctx, tx, actor, line, reason)
	}
	city, _ := tenancy.CityFrom(ctx)
	return s.Book.UndoPayment(ctx, tx, actor, payment, s.Book.Now().In(city.Location()), reason)
}

// Statements lists the files of the bank that were given, the latest first, and how many lines stand how over all of them.
func (d *Desk) Statements(ctx context.Context, actor identity.Actor, before uuid.UUID) ([]Brought, map[string]int, error) {
	if err := d.may(ctx, actor); err != nil {
		return nil, nil, err
	}
	counts, err := d.in.Counts(ctx, d.in.Book.DB.App)
	if err != nil {
		return nil, nil, err
	}
	all, err := d.in.Statements(ctx, d.in.Book.DB.App, before)
	return all, counts, err
}

// Statement reads a file of the bank with the lines that it brought first, those after one.
func (d *Desk) Statement(ctx context.Context, actor identity.Actor, id, after uuid.UUID) (b Statement, lines []Line, err error) {
	if err := d.may(ctx, actor); err != nil {
		return b, nil, err
	}
	if b, err = d.in.Find(ctx, d.in.Book.DB.App, id); err != nil {
		return b, nil, err
	}
	lines, err = d.in.Of(ctx, d.in.Book.DB.App, id, after)
	return b, lines, err
}

// Line reads a line with the payments that it became.
func (d *Desk) Line(ctx context.Context, actor identity.Actor, id uuid.UUID) (Line, []Match, error) {
	if err := d.may(ctx, actor); err != nil {
		return Line{}, nil, err
	}
	l, err := d.in.Line(ctx, d.in.Book.DB.App, id)
	if err != nil {
		return l, nil, err
	}
	all, err := d.in.Matches(ctx, d.in.Book.DB.App, id)
	return l, all, err
}

// Holds lists what of a line was taken in for something else than invoices, also what was taken back, the earliest first.
func (d *Desk) Holds(ctx context.Context, actor identity.Actor, line uuid.UUID) ([]Hold, error) {
	if err := d.may(ctx, actor); err != nil {
		return nil, err
	}
	return d.in.Holds(ctx, d.in.Book.DB.App, line)
}
