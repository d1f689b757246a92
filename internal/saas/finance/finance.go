// Package finance is what the BUMD's finance staff do with the drafts that a closed month leaves: they issue them, each becomes
// a numbered invoice on paper, and the people of the city who may see its bills are told and can download it. What comes in is
// recorded, and a receipt printed for it.
//
// Every act is of the platform's tenant, whose books hold the invoices; a city reads its own through the same methods. What
// follows an act (print, send) travels with it as a job and may run twice: a paper is printed once and kept.
package finance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Collector is told, as part of tx, of every invoice that is issued, so that it can ask for the money, and of one of which two people have taken
// something off, so that it asks for that no more. collection provides it.
type Collector interface {
	Issued(ctx context.Context, tx bun.IDB, i invoice.Invoice) error
	TakenOff(ctx context.Context, tx bun.IDB, invoice uuid.UUID) error
}

// Deps is what a Service works with.
type Deps struct {
	DB        *storage.DB
	Guard     *access.Guard
	Files     *files.Store
	Notify    *notify.Service
	Collector Collector        // nobody when nil
	Limits    Limits           // without it no limit is put on a city or lifted
	Now       func() time.Time // time.Now when nil
}

// Service issues invoices and keeps their papers.
type Service struct {
	Deps
	Book  *invoice.Book
	Payin *payin.Service
	Bank  *payin.Desk  // statements of the bank, for who holds invoice:issue on the platform
	Taxes *faktur.Desk // what the tax office gets, for the same
}

// New returns a Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{Deps: d, Book: &invoice.Book{DB: d.DB, Now: d.Now}}
	s.Payin = &payin.Service{Book: s.Book, Paid: s.paid}
	s.Bank, s.Taxes = payin.NewDesk(s.Payin, d.Guard, access.InvoiceIssue), faktur.NewDesk(s.Book, d.Guard, access.InvoiceIssue)
	return s
}

// paperArgs names a paper: of an invoice, or with Payment the receipt for it.
type paperArgs struct {
	Invoice uuid.UUID `json:"invoice"`
	Payment uuid.UUID `json:"payment,omitzero"`
	By      uuid.UUID `json:"by,omitzero"` // who had an invoice sent, where it was not whoever issued it
}

func printKind() jobs.Kind[paperArgs] {
	return jobs.Kind[paperArgs]{Name: "finance.print.v1", MaxRetry: 12, Timeout: time.Minute}
}

func sendKind() jobs.Kind[paperArgs] {
	return jobs.Kind[paperArgs]{Name: "finance.send.v1", MaxRetry: 12, Timeout: time.Minute}
}

// Register binds the jobs that follow an act. app calls it once, before r starts.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachTenant(r, "finance.remind_due", remindEvery, s.remindDue)
	jobs.EachTenant(r, "finance.renew_parties", renewEvery, s.renewParties)
	return errors.Join(
		jobs.HandleCall(r, remindKind(), func(ctx context.Context, _ uuid.UUID, a remindArgs) error { return s.remind(ctx, a) }),
		jobs.Handle(r, matchKind(), func(ctx context.Context, tx bun.Tx, _ matchArgs) error { return s.match(ctx, tx) }),
		jobs.HandleCall(r, liftKind(), func(ctx context.Context, _ uuid.UUID, a liftArgs) error { return s.lift(ctx, a.Invoice) }),
		jobs.HandleCall(r, printKind(), func(ctx context.Context, _ uuid.UUID, a paperArgs) error { return s.print(ctx, a) }),
		jobs.HandleCall(r, sendKind(), func(ctx context.Context, _ uuid.UUID, a paperArgs) error { return s.send(ctx, a) }),
	)
}

// today is the day in the books of ctx's tenant.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return s.Now().In(city.Location())
}

// Issue makes an invoice of a draft, today by the seller's clock: from now on it has its number and does not change. Its paper
// and the mails follow. It needs invoice:issue on the platform; the refusals are those of the guard and of invoice.Finalise.
func (s *Service) Issue(ctx context.Context, actor identity.Actor, draft uuid.UUID) (invoice.Invoice, error) {
	return s.issue(ctx, actor, draft, func(context.Context, bun.Tx) error { return nil })
}

// IssueSeen is Issue of the draft that was seen, by its Mark; it refuses what invoice.Unchanged does as well.
func (s *Service) IssueSeen(ctx context.Context, actor identity.Actor, draft uuid.UUID, seen string) (invoice.Invoice, error) {
	return s.issue(ctx, actor, draft, func(ctx context.Context, tx bun.Tx) error { return s.Book.Unchanged(ctx, tx, draft, seen) })
}

func (s *Service) issue(ctx context.Context, actor identity.Actor, draft uuid.UUID, first func(context.Context, bun.Tx) error) (invoice.Invoice, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return invoice.Invoice{}, err
	}
	var i invoice.Invoice
	err := tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if err := first(ctx, tx); err != nil {
			return err
		}
		if i, err = s.Book.Finalise(ctx, tx, actor, draft, s.today(ctx)); err != nil {
			return err
		}
		if s.Collector != nil {
			if err := s.Collector.Issued(ctx, tx, i); err != nil {
				return err
			}
		}
		if err := jobs.Add(ctx, tx, matchKind(), matchArgs{}); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, printKind(), paperArgs{Invoice: i.ID})
	})
	if err != nil {
		return i, fmt.Errorf("finance: issue: %w", err)
	}
	return i, nil
}

// Receive records what came in for an invoice; a receipt follows for money, not for a slip. It needs invoice:issue on the
// platform; the refusals are those of the guard, of invoice.Pay, and Invalid "on" for a day that is still to come.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, in invoice.PaymentInput) (invoice.Payment, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return invoice.Payment{}, err
	}
	if in.On.Format(time.DateOnly) > s.today(ctx).Format(time.DateOnly) {
		return invoice.Payment{}, fault.Fields([]fault.Field{{Name: "on", Code: "date_future"}})
	}
	var p invoice.Payment
	err := tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if p, err = s.Book.Pay(ctx, tx, actor, in); err != nil {
			return err
		}
		return s.Receipt(ctx, tx, in.Invoice, p)
	})
	if err != nil {
		return p, fmt.Errorf("finance: receive: %w", err)
	}
	return p, nil
}

// Receipt asks for the receipt of a payment, and for an end to what held its city back, as part of tx, for whatever records payments: a statement of the bank, Stripe.
func (s *Service) Receipt(ctx context.Context, tx bun.IDB, of uuid.UUID, p invoice.Payment) error {
	if err := jobs.Add(ctx, tx, liftKind(), liftArgs{of}); err != nil || p.Method == invoice.Slip {
		return err
	}
	return jobs.Add(ctx, tx, printKind(), paperArgs{Invoice: of, Payment: p.ID})
}

// SendAgain tells those of the city who may see its bills by now and have not been told of an invoice. It needs invoice:issue
// on the platform.
func (s *Service) SendAgain(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		err := audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "invoice.send", Object: "invoice", ObjectID: id, At: s.Now().UTC(), Detail: map[string]any{}})
		if err != nil {
			return err
		}
		return jobs.Add(ctx, tx, sendKind(), paperArgs{Invoice: id, By: actor.ID})
	})
}

// books is ctx for reading the seller's books, and the city whose invoices alone may be read there: uuid.Nil for the platform's
// own staff, who see everyone's.
func (s *Service) books(ctx context.Context, actor identity.Actor) (context.Context, tenancy.ID, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceRead); err != nil {
		return nil, uuid.Nil, err
	}
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return nil, uuid.Nil, tenancy.ErrNone
	}
	if city.Kind == tenancy.KindPlatform {
		return ctx, uuid.Nil, nil
	}
	var platform tenancy.City
	err := s.DB.App.NewSelect().Model(&platform).Where("kind = ?", tenancy.KindPlatform).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("finance: platform: %w", err)
	}
	return tenancy.With(ctx, platform), city.ID, nil
}

// Find reads an invoice with its lines, its taxes and how it stands. It needs invoice:read; one of another city is NotFound
// "invoice.not_found", as if there were none.
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Bill, error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return Bill{}, err
	}
	return s.find(ctx, of, id)
}

// Bill is an invoice with everything that a page shows of it.
type Bill struct {
	invoice.Invoice
	City     uuid.NullUUID // that the party is
	Lines    []invoice.Line
	Taxes    []invoice.Tax
	Standing invoice.Standing
	Related  invoice.Related
}

func (s *Service) find(ctx context.Context, of tenancy.ID, id uuid.UUID) (b Bill, err error) {
	if b.Invoice, b.Lines, b.Taxes, err = s.Book.Find(ctx, id); err != nil {
		return Bill{}, err
	}
	err = s.DB.App.NewRaw("SELECT city FROM party WHERE tenant_id = ? AND id = ?", b.TenantID, b.PartyID).Scan(ctx, &b.City)
	if err != nil {
		return Bill{}, fmt.Errorf("finance: party: %w", err)
	}
	if of != uuid.Nil && b.City.UUID != of {
		return Bill{}, fault.New(fault.NotFound, "invoice.not_found")
	}
	if b.Standing, err = s.Book.Standing(ctx, s.DB.App, id); err != nil {
		return b, err
	}
	b.Related, err = s.Book.Related(ctx, s.DB.App, b.Invoice)
	return b, err
}
