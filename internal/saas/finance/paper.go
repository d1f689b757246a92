package finance

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
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

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

// print makes a paper, keeps it and has the invoice sent. A second run finds it printed.
func (s *Service) print(ctx context.Context, a paperArgs) error {
	if _, ok, err := s.paper(ctx, s.DB.App, a); ok || err != nil {
		return err
	}
	name, pdf, err := s.write(ctx, a)
	if err != nil {
		return fmt.Errorf("finance: print: %w", err)
	}
	f, err := s.Files.Receive(ctx, files.PutInput{Purpose: "invoice", Name: name, Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf)})
	if err != nil {
		return fmt.Errorf("finance: print: %w", err)
	}
	return tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if a.Payment != uuid.Nil {
			if err := invoice.ReceiptTurn(ctx, tx, a.Payment); err != nil {
				return err
			}
			if _, ok, err := s.paper(ctx, tx, a); ok || err != nil {
				return err // another run was first; these bytes are swept away
			}
		}
		row := paperRow{TenantID: tenancy.Must(ctx), InvoiceID: a.Invoice, PaymentID: a.Payment, FileID: f.ID, MadeAt: s.Now().UTC()}
		res, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err // another run was first; these bytes are swept away
		}
		if err := s.Files.Keep(ctx, tx, f); err != nil || a.Payment != uuid.Nil {
			return err
		}
		return jobs.Add(ctx, tx, sendKind(), a)
	})
}

// write is a paper with the name of its file.
func (s *Service) write(ctx context.Context, a paperArgs) (name string, pdf []byte, err error) {
	b, err := s.find(ctx, uuid.Nil, a.Invoice)
	if err != nil {
		return "", nil, err
	}
	seller, err := invoice.SellerOn(ctx, s.DB.App, b.IssuedOn)
	if err != nil {
		return "", nil, err
	}
	name = strings.ReplaceAll(b.Number, "/", "-") + ".pdf"
	if a.Payment == uuid.Nil {
		credits, err := s.Book.Credited(ctx, s.DB.App, b.Invoice)
		if err != nil {
			return "", nil, err
		}
		pdf, err = invoice.Print(seller, b.Invoice, b.Lines, b.Taxes, credits)
		return name, pdf, err
	}
	var p invoice.Payment
	if err := s.DB.App.NewSelect().Model(&p).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), a.Payment).Scan(ctx); err != nil {
		return "", nil, err
	}
	var numbers []string
	err = s.DB.App.NewRaw("SELECT DISTINCT i.number FROM invoice_entry e JOIN invoice i ON i.tenant_id = e.tenant_id AND i.id = e.invoice_id WHERE e.tenant_id = ? AND e.payment_id = ? ORDER BY 1",
		b.TenantID, p.ID).Scan(ctx, &numbers)
	if err != nil {
		return "", nil, err
	}
	pdf, err = invoice.PrintReceipt(seller, b.Invoice, p, numbers)
	return "kuitansi-" + name, pdf, err
}

// Open returns the paper of an invoice, or with a payment the receipt for it, for the caller to close. It needs invoice:read;
// one of another city is NotFound "invoice.not_found", Conflict "invoice.not_printed" while it is being printed. A receipt that is
// asked for before its job has run is printed at once; of a payment that is no money of this invoice, or was taken back, there is none (NotFound too).
func (s *Service) Open(ctx context.Context, actor identity.Actor, id, payment uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return files.File{}, nil, err
	}
	if _, err := s.find(ctx, of, id); err != nil {
		return files.File{}, nil, err
	}
	a := paperArgs{Invoice: id, Payment: payment}
	if payment != uuid.Nil {
		err = s.receipt(ctx, a)
	}
	if err != nil {
		return files.File{}, nil, err
	}
	row, ok, err := s.paper(ctx, s.DB.App, a)
	if err != nil {
		return files.File{}, nil, err
	}
	if !ok {
		return files.File{}, nil, fault.New(fault.Conflict, "invoice.not_printed")
	}
	return s.Files.Open(ctx, row.FileID)
}

// receipt prints the receipt of a payment that is money of the invoice, if it is not printed yet, and refuses another payment.
func (s *Service) receipt(ctx context.Context, a paperArgs) error {
	paid, err := invoice.Received(ctx, s.DB.App, a.Invoice)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(paid, func(p invoice.Payment) bool { return p.ID == a.Payment }) {
		return fault.New(fault.NotFound, "invoice.not_found")
	}
	return s.print(ctx, a)
}

// PathBill is the page of an invoice on the city's site.
const PathBill = "/kelola/tagihan/"

// send tells everyone of the party's city who may see its bills, each once. The letter is of the city, so it is written there;
// that it was written is kept with the invoice.
func (s *Service) send(ctx context.Context, a paperArgs) error {
	b, err := s.find(ctx, uuid.Nil, a.Invoice)
	if err != nil || !b.City.Valid {
		return err
	}
	var city tenancy.City
	if err := s.DB.App.NewSelect().Model(&city).Where("id = ?", b.City.UUID).Scan(tenancy.Platform(ctx)); err != nil {
		return fmt.Errorf("finance: send: %w", err)
	}
	told, err := s.tell(tenancy.With(ctx, city), b)
	if err != nil {
		return fmt.Errorf("finance: send: %w", err)
	}
	by := b.FinalisedBy
	if a.By != uuid.Nil {
		by = a.By
	}
	for _, account := range told {
		_, err := s.DB.App.NewRaw("INSERT INTO invoice_sending (tenant_id, invoice_id, account_id, sent_at, sent_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			tenancy.Must(ctx), b.ID, account, s.Now().UTC(), by).Exec(ctx)
		if err != nil {
			return fmt.Errorf("finance: send: %w", err)
		}
	}
	return nil
}

// Sending is one person who was written to about an invoice or a credit note: when, who had it sent, and what became of the e-mail.
type Sending struct {
	AccountID uuid.UUID
	SentAt    time.Time
	SentBy    uuid.NullUUID // not known of the earliest
	Mail      notify.Became // zero once it is forgotten
}

// letterKey makes the letter about an invoice one for each person.
func letterKey(id, to uuid.UUID) string { return "invoice:" + id.String() + ":" + to.String() }

// Sendings lists to whom an invoice was sent, in order, 200 at most. It needs invoice:read; one of another city is NotFound
// "invoice.not_found".
func (s *Service) Sendings(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Sending, error) {
	own := ctx
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, err
	}
	b, err := s.find(ctx, of, id)
	if err != nil {
		return nil, err
	}
	var all []Sending
	err = s.DB.App.NewRaw("SELECT account_id, sent_at, sent_by FROM invoice_sending WHERE tenant_id = ? AND invoice_id = ? ORDER BY sent_at, account_id LIMIT 200", tenancy.Must(ctx), id).Scan(ctx, &all)
	if err != nil || len(all) == 0 || !b.City.Valid {
		return all, err
	}
	if of == uuid.Nil { // the letters are the city's
		var city tenancy.City
		if err := s.DB.App.NewSelect().Model(&city).Where("id = ?", b.City.UUID).Scan(tenancy.Platform(ctx)); err != nil {
			return nil, fmt.Errorf("finance: sendings: %w", err)
		}
		if own, err = tenancy.Inside(own, city); err != nil {
			return nil, err
		}
	}
	var keys []string
	for _, x := range all {
		keys = append(keys, letterKey(id, x.AccountID))
	}
	mails, err := s.Notify.Became(own, keys...)
	for i, x := range all {
		all[i].Mail = mails[letterKey(id, x.AccountID)]
	}
	return all, err
}

func (s *Service) tell(ctx context.Context, b Bill) ([]uuid.UUID, error) {
	readers, err := s.readers(ctx)
	if err != nil {
		return nil, err
	}
	return readers, tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, to := range readers {
			m := notify.Message{To: to, Template: "invoice_issued", Locale: i18n.ID, Key: letterKey(b.ID, to),
				Data: map[string]string{"number": b.Number, "amount": b.Total.String(), "about": b.Note, "path": PathBill + b.ID.String()}}
			if b.Kind == invoice.CreditNote {
				m.Template = "invoice_credited"
			} else {
				m.Data["due"] = i18n.ID.Date(b.DueOn)
			}
			if err := s.Notify.Send(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// readers are the active accounts of ctx's city whose role may see its bills.
func (s *Service) readers(ctx context.Context) ([]uuid.UUID, error) {
	roles, err := s.Guard.Roles(ctx)
	if err != nil {
		return nil, err
	}
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, r := range roles {
		if r.Fixed || !holds(r, access.InvoiceRead) {
			continue
		}
		ids, err := identity.Holders(ctx, s.DB.App, r.Code, "")
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !seen[id] {
				out, seen[id] = append(out, id), true
			}
		}
	}
	return out, nil
}

func holds(r access.Role, p access.Permission) bool {
	for _, have := range r.Permissions {
		if have == p {
			return true
		}
	}
	return false
}
