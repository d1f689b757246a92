package faktur

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// Desk is where the staff of a book give the tax office what it needs of it. Its methods need the one permission that the desk was made
// with, where they do not say otherwise.
type Desk struct {
	book  *invoice.Book
	guard *access.Guard
	needs access.Permission
}

// NewDesk returns the desk of a book for who holds a permission.
func NewDesk(book *invoice.Book, guard *access.Guard, needs access.Permission) *Desk {
	return &Desk{book, guard, needs}
}

// act runs fn in a transaction for who may.
func (d *Desk) act(ctx context.Context, actor identity.Actor, what string, fn func(ctx context.Context, tx bun.Tx) error) error {
	if err := d.guard.Allow(ctx, actor, d.needs); err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, d.book.DB.App, fn); err != nil {
		return fmt.Errorf("faktur: %s: %w", what, err)
	}
	return nil
}

// Faktur writes the faktur pajak of what was issued from one day to before another for Coretax and marks them as handed over; what
// is approved is left out. The refusals are those of List and Write.
func (d *Desk) Faktur(ctx context.Context, actor identity.Actor, layouts fs.FS, from, until time.Time, w io.Writer) (int, error) {
	if err := d.guard.Allow(ctx, actor, d.needs); err != nil {
		return 0, err
	}
	return d.WriteFaktur(ctx, actor, layouts, from, until, w)
}

// WriteFaktur is Faktur for operators, who hold the database and need no permission.
func (d *Desk) WriteFaktur(ctx context.Context, actor identity.Actor, layouts fs.FS, from, until time.Time, w io.Writer) (int, error) {
	last := until.AddDate(0, 0, -1)
	seller, err := invoice.SellerOn(ctx, d.book.DB.App, last)
	if err != nil {
		return 0, err
	}
	all, err := List(ctx, d.book, from, until)
	if err != nil {
		return 0, err
	}
	var file bytes.Buffer // whole before anything is marked
	if err := Write(&file, layouts, seller, all, last); err != nil {
		return 0, err
	}
	err = tenancy.InTx(ctx, d.book.DB.App, func(ctx context.Context, tx bun.Tx) error { return Exported(ctx, tx, actor, all, d.book.Now()) })
	if err != nil {
		return 0, err
	}
	_, err = w.Write(file.Bytes())
	return len(all), err
}

// RecordFaktur keeps what the tax office says of a faktur. The refusals are those of Record.
func (d *Desk) RecordFaktur(ctx context.Context, actor identity.Actor, a Answer) error {
	return d.act(ctx, actor, "record", func(ctx context.Context, tx bun.Tx) error { return Record(ctx, tx, actor, a, d.book.Now()) })
}

// RecordDocument keeps the number of the customs document of an invoice. The refusals are those of the package's function.
func (d *Desk) RecordDocument(ctx context.Context, actor identity.Actor, id uuid.UUID, number string) error {
	return d.act(ctx, actor, "document", func(ctx context.Context, tx bun.Tx) error {
		return RecordDocument(ctx, tx, actor, id, number, d.book.Now())
	})
}

// FakturStates lists how the faktur and returns of invoices stand.
func (d *Desk) FakturStates(ctx context.Context, actor identity.Actor, w Which) ([]State, error) {
	if err := d.guard.Allow(ctx, actor, d.needs); err != nil {
		return nil, err
	}
	return States(ctx, d.book.DB.App, w)
}

// RecordReturn keeps what the buyer's return of a credit note became. The refusals are those of package function RecordReturn.
func (d *Desk) RecordReturn(ctx context.Context, actor identity.Actor, a ReturnAnswer) error {
	return d.act(ctx, actor, "return", func(ctx context.Context, tx bun.Tx) error { return RecordReturn(ctx, tx, actor, a, d.book.Now()) })
}

// WriteReturnFile writes what the buyer of a credit note of a day needs to take its VAT back in Coretax, for a caller who has checked
// that whoever asks may read the note. The refusals are those of Returns and WriteReturns.
func (d *Desk) WriteReturnFile(ctx context.Context, layouts fs.FS, note uuid.UUID, issued time.Time, w io.Writer) error {
	seller, err := invoice.SellerOn(ctx, d.book.DB.App, issued)
	if err != nil {
		return err
	}
	all, err := Returns(ctx, d.book, note)
	if err != nil {
		return err
	}
	return WriteReturns(w, layouts, seller, all, issued)
}
