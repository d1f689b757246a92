package finance

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// Faktur writes the faktur pajak of what was issued from one day to before another for Coretax and marks them as handed over; what
// is approved is left out. It needs invoice:issue on the platform; the refusals are those of the guard and of package faktur.
func (s *Service) Faktur(ctx context.Context, actor identity.Actor, layouts fs.FS, from, until time.Time, w io.Writer) (int, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return 0, err
	}
	return s.WriteFaktur(ctx, actor, layouts, from, until, w)
}

// WriteFaktur is Faktur for operators, who hold the database: ctx is the platform's.
func (s *Service) WriteFaktur(ctx context.Context, actor identity.Actor, layouts fs.FS, from, until time.Time, w io.Writer) (int, error) {
	last := until.AddDate(0, 0, -1)
	seller, err := invoice.SellerOn(ctx, s.DB.App, last)
	if err != nil {
		return 0, err
	}
	all, err := faktur.List(ctx, s.Book, from, until)
	if err != nil {
		return 0, err
	}
	var file bytes.Buffer // whole before anything is marked
	if err := faktur.Write(&file, layouts, seller, all, last); err != nil {
		return 0, err
	}
	if err := s.exported(ctx, actor, all); err != nil {
		return 0, err
	}
	_, err = w.Write(file.Bytes())
	return len(all), err
}

func (s *Service) exported(ctx context.Context, actor identity.Actor, all []faktur.Faktur) error {
	return tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error { return faktur.Exported(ctx, tx, actor, all, s.Now()) })
}

// RecordFaktur keeps what the tax office says of a faktur. It needs invoice:issue on the platform; the refusals are those of the
// guard and of faktur.Record.
func (s *Service) RecordFaktur(ctx context.Context, actor identity.Actor, a faktur.Answer) error {
	return s.issuing(ctx, actor, "faktur", func(ctx context.Context, tx bun.Tx) error { return faktur.Record(ctx, tx, actor, a, s.Now()) })
}

// FakturStates lists how the faktur and returns of invoices stand. It needs invoice:issue on the platform.
func (s *Service) FakturStates(ctx context.Context, actor identity.Actor, w faktur.Which) ([]faktur.State, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return faktur.States(ctx, s.DB.App, w)
}

// ReturnFile writes what the buyer of a credit note needs to take its VAT back in Coretax. It needs invoice:read; one of another
// city is NotFound "invoice.not_found", and the other refusals are those of faktur.Returns and faktur.WriteReturns.
func (s *Service) ReturnFile(ctx context.Context, actor identity.Actor, layouts fs.FS, note uuid.UUID, w io.Writer) error {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return err
	}
	b, err := s.find(ctx, of, note)
	if err != nil {
		return err
	}
	seller, err := invoice.SellerOn(ctx, s.DB.App, b.IssuedOn)
	if err != nil {
		return err
	}
	all, err := faktur.Returns(ctx, s.Book, note)
	if err != nil {
		return err
	}
	return faktur.WriteReturns(w, layouts, seller, all, b.IssuedOn)
}

// RecordReturn keeps what the buyer's return of a credit note became. It needs invoice:issue on the platform; the refusals are those
// of the guard and of faktur.RecordReturn.
func (s *Service) RecordReturn(ctx context.Context, actor identity.Actor, a faktur.ReturnAnswer) error {
	return s.issuing(ctx, actor, "return", func(ctx context.Context, tx bun.Tx) error { return faktur.RecordReturn(ctx, tx, actor, a, s.Now()) })
}
