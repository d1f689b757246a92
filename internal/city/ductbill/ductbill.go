// Package ductbill is the commercial book of the company that runs a city's shared ducts: what each operator is charged for a month
// by the leases that it holds, its invoices and papers, what came in, what is late, and its account.
//
// It is the code of kernel/invoice with a book of the city's own, so that nothing of it mixes with the subscriptions of the
// platform. A month is charged after its end by a job, once; people issue the drafts that it leaves. Gross fees are the company's
// revenue and never the city's (PAD): city/revenue keeps the two apart.
package ductbill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *storage.DB
	Guard *access.Guard
	Files *files.Store

	Notify *notify.Service  // nobody is told anything when nil
	Now    func() time.Time // time.Now when nil
}

// Service is the book of every city's ducts.
type Service struct {
	d     Deps
	Book  *invoice.Book
	payin *payin.Service
	Bank  *payin.Desk  // statements of the bank, for who holds duct:bill
	Taxes *faktur.Desk // what the tax office gets, for the same
}

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{d: d, Book: &invoice.Book{DB: d.DB, Now: d.Now}}
	s.payin = &payin.Service{Book: s.Book, Holder: holder{s}, Paid: s.paid} // who opens a receipt first prints it
	s.Bank, s.Taxes = payin.NewDesk(s.payin, d.Guard, access.DuctBill), faktur.NewDesk(s.Book, d.Guard, access.DuctBill)
	return s
}

const (
	chargeEvery  = time.Hour
	depositEvery = time.Hour
	eraseEvery   = time.Hour
)

// Register charges the months that are over, asks for deposits, tells companies of their invoices and reminds them, and erases debtors. app calls it once, before r starts.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "ductbill.charge", chargeEvery, s.chargeDue)
	jobs.EachCity(r, "ductbill.climb", remindEvery, s.remindDue)
	jobs.EachCity(r, "ductbill.ask_deposits", depositEvery, s.AskDeposits)
	jobs.EachCity(r, "ductbill.erase", eraseEvery, s.eraseDebtors)
	return errors.Join(
		jobs.Handle(r, matchKind(), func(ctx context.Context, tx bun.Tx, _ matchArgs) error { return s.match(ctx, tx) }),
		jobs.HandleCall(r, tellKind(), func(ctx context.Context, _ uuid.UUID, a tellArgs) error { return s.tell(ctx, a.Invoice) }),
		jobs.HandleCall(r, remindKind(), func(ctx context.Context, _ uuid.UUID, a remindArgs) error { return s.remind(ctx, a) }),
		jobs.HandleCall(r, receiptKind(), func(ctx context.Context, _ uuid.UUID, a receiptArgs) error { return s.receipt(ctx, a) }),
	)
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// today is the day in the city, as midnight of UTC.
func (s *Service) today(ctx context.Context) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	d := s.d.Now().In(city.Location())
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}

const sellerFile = "duct/seller.yaml"

// Section is the book's part of a city pack: duct/seller.yaml, which no city inherits. Register it with the engine. What is there
// for a day stays as it is.
func Section() pack.Section {
	return pack.Section{
		Name: "ductbill",
		Check: func(p *pack.Pack) error {
			_, _, err := setup(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			in, ok, err := setup(p)
			if err != nil || !ok {
				return err
			}
			_, err = invoice.Load(ctx, tx, system, in)
			return err
		},
	}
}

func setup(p *pack.Pack) (invoice.Setup, bool, error) {
	raw, ok := p.Asset(sellerFile)
	if !ok {
		return invoice.Setup{}, false, nil
	}
	in, err := invoice.ReadSetup(raw)
	if err != nil {
		c := p.Check(sellerFile)
		c.Add("seller", "unreadable", "value", err.Error())
		return in, true, c.Err()
	}
	c := p.Check(sellerFile)
	for i, r := range in.Seller.Ladder {
		if r.Limited || r.LimitsAfter > 0 { // a company is no city, whose staff could be held back
			c.Add(fmt.Sprintf("seller.ladder.%d.say", i), "not_an_option", "value", r.Say, "options", "due_soon, overdue")
		}
	}
	return in, true, c.Err()
}

// act runs an act of the staff who keep the book, in a transaction. It needs duct:bill.
func (s *Service) act(ctx context.Context, actor identity.Actor, what string, fn func(context.Context, bun.Tx) error) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctBill); err != nil {
		return err
	}
	if err := tenancy.InTx(ctx, s.d.DB.App, fn); err != nil {
		return fmt.Errorf("ductbill: %s: %w", what, err)
	}
	return nil
}

// Seller is who sends the invoices of a day; false where the city has none. It needs duct:read.
func (s *Service) Seller(ctx context.Context, actor identity.Actor, day time.Time) (invoice.Seller, bool, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return invoice.Seller{}, false, err
	}
	x, err := invoice.SellerOn(ctx, s.d.DB.App, day)
	if fault.Is(err, "invoice.no_seller") {
		return x, false, nil
	}
	return x, err == nil, err
}

// SellerOf is who sends the invoices of a day, for people of a company; the refusals are those of operator.Of.
func (s *Service) SellerOf(ctx context.Context, actor identity.Actor, day time.Time) (invoice.Seller, error) {
	if _, err := operator.Of(ctx, s.d.DB.App, actor); err != nil {
		return invoice.Seller{}, err
	}
	return invoice.SellerOn(ctx, s.d.DB.App, day)
}
