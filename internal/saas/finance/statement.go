package finance

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

// issuing runs fn in a transaction of the platform for whoever holds invoice:issue there.
func (s *Service) issuing(ctx context.Context, actor identity.Actor, what string, fn func(ctx context.Context, tx bun.Tx) error) error {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, s.DB.App, fn); err != nil {
		return fmt.Errorf("finance: %s: %w", what, err)
	}
	return nil
}

// paid is what follows a payment of a statement: the receipt, and an end to what held its city back.
func (s *Service) paid(ctx context.Context, tx bun.Tx, of []uuid.UUID, p invoice.Payment) error {
	if len(of) == 0 {
		return nil // it is a balance, and no invoice has a receipt for it
	}
	return s.Receipt(ctx, tx, of[0], p)
}

// CheckStatement looks through a file of the bank, keeps it and returns it for PreviewStatement and ApplyStatement; without an
// account it is of the one that the file names. This and the methods below need invoice:issue on the platform; the refusals
// are those of the guard and of payin's method of that name.
func (s *Service) CheckStatement(ctx context.Context, actor identity.Actor, account, name string, raw []byte) (b payin.Statement, err error) {
	err = s.issuing(ctx, actor, "check", func(ctx context.Context, tx bun.Tx) error {
		b, err = s.Payin.Check(ctx, tx, actor, account, name, raw)
		return err
	})
	return b, err
}

// PreviewStatement is what ApplyStatement would do now.
func (s *Service) PreviewStatement(ctx context.Context, actor identity.Actor, id uuid.UUID) (payin.Result, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return payin.Result{}, err
	}
	return s.Payin.Preview(ctx, actor, id)
}

// ApplyStatement books a statement: what is certain is paid, and the rest is in Lines.
func (s *Service) ApplyStatement(ctx context.Context, actor identity.Actor, id uuid.UUID) (r payin.Result, err error) {
	err = s.issuing(ctx, actor, "apply", func(ctx context.Context, tx bun.Tx) error {
		r, err = s.Payin.Apply(ctx, tx, actor, id)
		return err
	})
	return r, err
}

// Lines lists the lines of a state (payin.Proposed, payin.Open …) from the latest on, 100 at most: those before one.
func (s *Service) Lines(ctx context.Context, actor identity.Actor, state string, before uuid.UUID) ([]payin.Line, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.Payin.Lines(ctx, s.DB.App, state, before)
}

// Waiting lists the invoices that wait for a withholding slip, 100 at most.
func (s *Service) Waiting(ctx context.Context, actor identity.Actor) ([]payin.Waiting, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.Payin.Waiting(ctx, s.DB.App)
}

// AcceptLine books a line as it was proposed.
func (s *Service) AcceptLine(ctx context.Context, actor identity.Actor, line uuid.UUID) (p invoice.Payment, err error) {
	err = s.issuing(ctx, actor, "accept", func(ctx context.Context, tx bun.Tx) error {
		p, err = s.Payin.Accept(ctx, tx, actor, line)
		return err
	})
	return p, err
}

// DecideLine books a line as a person says.
func (s *Service) DecideLine(ctx context.Context, actor identity.Actor, line uuid.UUID, c payin.Choice) (p invoice.Payment, err error) {
	err = s.issuing(ctx, actor, "decide", func(ctx context.Context, tx bun.Tx) error {
		p, err = s.Payin.Decide(ctx, tx, actor, line, c)
		return err
	})
	return p, err
}

// SetLineAside says of a line that it pays nothing.
func (s *Service) SetLineAside(ctx context.Context, actor identity.Actor, line uuid.UUID, reason string) error {
	return s.issuing(ctx, actor, "set aside", func(ctx context.Context, tx bun.Tx) error {
		return s.Payin.SetAside(ctx, tx, actor, line, reason)
	})
}

// UndoLine takes a wrong match back; the line is open again.
func (s *Service) UndoLine(ctx context.Context, actor identity.Actor, line uuid.UUID, reason string) error {
	return s.issuing(ctx, actor, "undo", func(ctx context.Context, tx bun.Tx) error {
		return s.Payin.Undo(ctx, tx, actor, line, reason)
	})
}

// UndoPayment takes a payment or a slip back that was recorded by hand for the wrong invoice. One of a statement is UndoLine's.
func (s *Service) UndoPayment(ctx context.Context, actor identity.Actor, payment uuid.UUID, reason string) error {
	return s.issuing(ctx, actor, "undo", func(ctx context.Context, tx bun.Tx) error {
		var line uuid.UUID
		err := tx.NewRaw("SELECT coalesce((SELECT line_id FROM bank_match WHERE tenant_id = ? AND payment_id = ?), ?)", tenancy.Must(ctx), payment, uuid.Nil).Scan(ctx, &line)
		if err != nil {
			return err
		}
		if line != uuid.Nil {
			return s.Payin.Undo(ctx, tx, actor, line, reason)
		}
		return s.Book.UndoPayment(ctx, tx, actor, payment, s.today(ctx), reason)
	})
}

// Amend puts the order, budget document, year, acceptance record and catalogue number of a government buyer on a draft.
func (s *Service) Amend(ctx context.Context, actor identity.Actor, draft uuid.UUID, p invoice.Purchase) error {
	return s.issuing(ctx, actor, "amend", func(ctx context.Context, tx bun.Tx) error { return s.Book.Amend(ctx, tx, actor, draft, p) })
}

// StampReceipt records the serial number of the stamp (meterai) on a receipt.
func (s *Service) StampReceipt(ctx context.Context, actor identity.Actor, payment uuid.UUID, serial string) error {
	return s.issuing(ctx, actor, "stamp", func(ctx context.Context, tx bun.Tx) error {
		return s.Book.StampReceipt(ctx, tx, actor, payment, serial)
	})
}

// Statements lists the files of the bank that were given, the latest first, and how many lines stand how over all of them.
func (s *Service) Statements(ctx context.Context, actor identity.Actor, before uuid.UUID) ([]payin.Brought, map[string]int, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, nil, err
	}
	counts, err := s.Payin.Counts(ctx, s.DB.App)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Payin.Statements(ctx, s.DB.App, before)
	return all, counts, err
}

// Statement reads a file of the bank with the lines that it brought first, those after one.
func (s *Service) Statement(ctx context.Context, actor identity.Actor, id, after uuid.UUID) (b payin.Statement, lines []payin.Line, err error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return b, nil, err
	}
	if b, err = s.Payin.Find(ctx, s.DB.App, id); err != nil {
		return b, nil, err
	}
	lines, err = s.Payin.Of(ctx, s.DB.App, id, after)
	return b, lines, err
}

// Line reads a line with the payments that it became.
func (s *Service) Line(ctx context.Context, actor identity.Actor, id uuid.UUID) (payin.Line, []payin.Match, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return payin.Line{}, nil, err
	}
	l, err := s.Payin.Line(ctx, s.DB.App, id)
	if err != nil {
		return l, nil, err
	}
	all, err := s.Payin.Matches(ctx, s.DB.App, id)
	return l, all, err
}
