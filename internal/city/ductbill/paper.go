package ductbill

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// paperArgs names a paper: of an invoice, or with Payment the receipt for it.
type paperArgs struct{ Invoice, Payment uuid.UUID }

type paperRow struct {
	bun.BaseModel `bun:"table:invoice_paper,alias:p"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	InvoiceID uuid.UUID `bun:"invoice_id,pk"`
	PaymentID uuid.UUID `bun:"payment_id,pk"`
	FileID    uuid.UUID `bun:"file_id"`
	MadeAt    time.Time `bun:"made_at"`
}

// paper reads which file a paper is, and whether it is printed. A payment of several invoices has one receipt for them all: the sum and its
// stamp stand on one paper.
func (s *Service) paper(ctx context.Context, db bun.IDB, a paperArgs) (paperRow, bool, error) {
	var row paperRow
	q := db.NewSelect().Model(&row).Where("tenant_id = ? AND payment_id = ?", tenancy.Must(ctx), a.Payment)
	if a.Payment == uuid.Nil {
		q.Where("invoice_id = ?", a.Invoice)
	} else {
		q.Where("invoice_id IN (SELECT e.invoice_id FROM invoice_entry e WHERE e.tenant_id = p.tenant_id AND e.payment_id = ?)", a.Payment).Order("made_at", "invoice_id").Limit(1)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// print makes a paper of what does not change any more, and keeps it: everybody has the same from then on.
func (s *Service) print(ctx context.Context, a paperArgs) error {
	name, pdf, err := s.paperOf(ctx, a)
	if err != nil {
		return fmt.Errorf("ductbill: print: %w", err)
	}
	f, err := s.d.Files.Receive(ctx, files.PutInput{Purpose: "invoice", Name: name, Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf)})
	if err != nil {
		return fmt.Errorf("ductbill: print: %w", err)
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if a.Payment != uuid.Nil {
			if err := invoice.ReceiptTurn(ctx, tx, a.Payment); err != nil {
				return err
			}
			if _, ok, err := s.paper(ctx, tx, a); ok || err != nil {
				return err // another run was first; these bytes are swept away
			}
		}
		row := paperRow{TenantID: tenancy.Must(ctx), InvoiceID: a.Invoice, PaymentID: a.Payment, FileID: f.ID, MadeAt: s.now()}
		res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err // another run was first; these bytes are swept away
		}
		return s.d.Files.Keep(ctx, tx, f)
	})
}

// paperOf is a paper with the name of its file.
func (s *Service) paperOf(ctx context.Context, a paperArgs) (name string, pdf []byte, err error) {
	b, err := s.find(ctx, a.Invoice)
	if err != nil {
		return "", nil, err
	}
	seller, err := invoice.SellerOn(ctx, s.d.DB.App, b.IssuedOn)
	if err != nil {
		return "", nil, err
	}
	name = strings.ReplaceAll(b.Number, "/", "-") + ".pdf"
	if a.Payment == uuid.Nil {
		credits, err := s.Book.Credited(ctx, s.d.DB.App, b.Invoice)
		if err != nil {
			return "", nil, err
		}
		pdf, err = invoice.Print(seller, b.Invoice, b.Lines, b.Taxes, credits)
		return name, pdf, err
	}
	var p invoice.Payment
	if err := s.d.DB.App.NewSelect().Model(&p).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), a.Payment).Scan(ctx); err != nil {
		return "", nil, err
	}
	var numbers []string
	err = s.d.DB.App.NewRaw("SELECT DISTINCT i.number FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id WHERE e.tenant_id = ? AND e.payment_id = ? ORDER BY 1", b.TenantID, p.ID).Scan(ctx, &numbers)
	if err != nil {
		return "", nil, err
	}
	pdf, err = invoice.PrintReceipt(seller, b.Invoice, p, numbers)
	return "kuitansi-" + name, pdf, err
}

// Open returns the paper of an invoice, or with a payment the receipt for it, for the caller to close; who opens it first prints it.
// It needs duct:read; the refusals are those of Find, and NotFound "invoice.not_found" for a payment of another invoice, one taken back, or a slip.
func (s *Service) Open(ctx context.Context, actor identity.Actor, id, payment uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return files.File{}, nil, err
	}
	return s.open(ctx, id, payment)
}

// OpenOf is Open of the actor's company; an invoice of another is NotFound. The refusals are those of operator.Of too.
func (s *Service) OpenOf(ctx context.Context, actor identity.Actor, id, payment uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.own(ctx, actor, id); err != nil {
		return files.File{}, nil, err
	}
	return s.open(ctx, id, payment)
}

func (s *Service) open(ctx context.Context, id, payment uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	_, err := s.find(ctx, id)
	if err == nil && payment != uuid.Nil {
		err = s.paidBy(ctx, id, payment)
	}
	if err != nil {
		return files.File{}, nil, err
	}
	a := paperArgs{id, payment}
	if err := s.printed(ctx, a); err != nil {
		return files.File{}, nil, err
	}
	row, _, err := s.paper(ctx, s.d.DB.App, a)
	if err != nil {
		return files.File{}, nil, err
	}
	return s.d.Files.Open(ctx, row.FileID)
}

// printed makes a paper that nobody has needed yet.
func (s *Service) printed(ctx context.Context, a paperArgs) error {
	_, ok, err := s.paper(ctx, s.d.DB.App, a)
	if err == nil && !ok {
		err = s.print(ctx, a)
	}
	return err
}

// paidBy refuses a payment that is not of the invoice, is no money, or was taken back.
func (s *Service) paidBy(ctx context.Context, id, payment uuid.UUID) error {
	paid, err := invoice.Received(ctx, s.d.DB.App, id)
	if err == nil && !slices.ContainsFunc(paid, func(p invoice.Payment) bool { return p.ID == payment }) {
		err = fault.New(fault.NotFound, "invoice.not_found")
	}
	return err
}
