package finance

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

const renewEvery = time.Hour

// renewParties puts on the parties of the platform what is said of them from today on.
func (s *Service) renewParties(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok || city.Kind != tenancy.KindPlatform {
		return nil
	}
	return s.Book.RenewParties(ctx, tx, at.In(city.Location()))
}

// ReviseParty says something else of a city from a day on. One that was never billed becomes a party first. It needs invoice:issue
// on the platform; the refusals are those of the guard and of invoice.ReviseParty, and Conflict "invoice.no_seller".
func (s *Service) ReviseParty(ctx context.Context, actor identity.Actor, city tenancy.City, p invoice.Party, from time.Time, reason string) error {
	return s.issuing(ctx, actor, "revise a party", func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, s.today(ctx))
		if err != nil {
			return err
		}
		kept, err := invoice.PartyOf(ctx, tx, actor, seller, city)
		if err != nil {
			return err
		}
		p.ID = kept.ID
		_, err = s.Book.ReviseParty(ctx, tx, actor, p, from, s.today(ctx), reason)
		return err
	})
}

// PartyVersions lists what was and will be said of a party, the latest day first. It needs invoice:issue on the platform.
func (s *Service) PartyVersions(ctx context.Context, actor identity.Actor, party uuid.UUID) ([]invoice.PartyVersion, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.Book.PartyVersions(ctx, party)
}

// Rules lists the tax rules of a kind as they are today. It needs invoice:issue on the platform.
func (s *Service) Rules(ctx context.Context, actor identity.Actor, kind string) ([]invoice.Rule, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return s.Book.Rules(ctx, kind, s.today(ctx))
}

// partiesMost bounds the list of parties.
const partiesMost = 1000

// Parties lists whom the platform bills, by name, 1,000 at most. It needs invoice:issue on the platform.
func (s *Service) Parties(ctx context.Context, actor identity.Actor) ([]invoice.Party, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []invoice.Party
	err := s.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("name", "id").Limit(partiesMost).Scan(ctx)
	return all, err
}

// Balance is what a party has paid beyond its invoices.
type Balance struct {
	PartyID uuid.UUID     `bun:"party_id"`
	City    uuid.NullUUID `bun:"city"`
	Name    string        `bun:"name"`
	Balance money.Rupiah  `bun:"balance"`
	Open    money.Rupiah  `bun:"open"` // of its invoices, against which it can be put instead
}

// Balances lists the parties that have one, by name; with a party that one alone, whatever it has. It needs invoice:issue on the
// platform.
func (s *Service) Balances(ctx context.Context, actor identity.Actor, party uuid.UUID) ([]Balance, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []Balance
	q := s.DB.App.NewSelect().TableExpr("party AS y").ColumnExpr("y.id AS party_id, y.city, y.name, e.balance, e.open").
		Join(`CROSS JOIN LATERAL (SELECT coalesce(-sum(amount) FILTER (WHERE invoice_id IS NULL), 0)::bigint AS balance, coalesce(sum(amount) FILTER (WHERE invoice_id IS NOT NULL), 0)::bigint AS open
			FROM invoice_entry WHERE tenant_id = y.tenant_id AND party_id = y.id) e`).
		Where("y.tenant_id = ?", tenancy.Must(ctx)).Order("y.name", "y.id").Limit(partiesMost)
	if party != uuid.Nil {
		q = q.Where("y.id = ?", party)
	} else {
		q = q.Where("e.balance > 0")
	}
	return all, q.Scan(ctx, &all)
}

// BalanceEntries lists what made up the balance of a party, in order. It needs invoice:issue on the platform.
func (s *Service) BalanceEntries(ctx context.Context, actor identity.Actor, party uuid.UUID) ([]invoice.Entry, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []invoice.Entry
	err := s.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND party_id = ? AND invoice_id IS NULL", tenancy.Must(ctx), party).Order("id").Limit(500).Scan(ctx)
	return all, err
}

// AskRefund keeps a request to pay some of a balance back, which another person decides. It needs invoice:issue on the platform; the
// refusals are those of the guard and of invoice.AskRefund.
func (s *Service) AskRefund(ctx context.Context, actor identity.Actor, in invoice.RefundInput) error {
	return s.issuing(ctx, actor, "ask for a refund", func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.AskRefund(ctx, tx, actor, in, s.today(ctx))
		return err
	})
}

// DecideRefund approves or refuses the request of somebody else. It needs invoice:issue on the platform; the refusals are those of
// the guard and of invoice.DecideRefund.
func (s *Service) DecideRefund(ctx context.Context, actor identity.Actor, request uuid.UUID, approve bool) error {
	return s.issuing(ctx, actor, "decide a refund", func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.DecideRefund(ctx, tx, actor, request, approve, s.today(ctx))
		return err
	})
}

// RefundAsked is a request for a refund in a list.
type RefundAsked struct {
	bun.BaseModel `bun:"table:refund_request,alias:q"`

	invoice.RefundRequest
	Party string `bun:"party"`
}

// Refunds lists what was asked to be paid back, the latest first, 100 at most; those that nobody has decided alone when waiting. It
// needs invoice:issue on the platform.
func (s *Service) Refunds(ctx context.Context, actor identity.Actor, waiting bool) ([]RefundAsked, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []RefundAsked
	q := s.DB.App.NewSelect().Model(&all).ColumnExpr("q.*").ColumnExpr("y.name AS party").Join("JOIN party AS y ON y.tenant_id = q.tenant_id AND y.id = q.party_id").
		Where("q.tenant_id = ?", tenancy.Must(ctx)).Order("q.id DESC").Limit(listMost)
	if waiting {
		q = q.Where("q.decided_by IS NULL")
	}
	return all, q.Scan(ctx)
}

// HoldLetters keeps the letters about an invoice back until a day. It needs invoice:issue on the platform; the refusals are those of
// the guard and of arrears.HoldBack.
func (s *Service) HoldLetters(ctx context.Context, actor identity.Actor, in arrears.HoldInput) error {
	return s.issuing(ctx, actor, "hold", func(ctx context.Context, tx bun.Tx) error {
		if err := arrears.HoldBack(ctx, tx, actor, in, s.today(ctx), s.Now()); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, liftKind(), liftArgs{in.Invoice}) // the city's record says from which day on
	})
}

// ReleaseLetters lets the letters about an invoice go out again. It needs invoice:issue on the platform; the refusals are those of
// the guard and of arrears.Release.
func (s *Service) ReleaseLetters(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.issuing(ctx, actor, "release", func(ctx context.Context, tx bun.Tx) error {
		if err := arrears.Release(ctx, tx, actor, id, s.today(ctx)); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, liftKind(), liftArgs{id})
	})
}

// Letters lists what was said of invoices that are late, the latest first: of one, or of all. It needs invoice:issue on the platform.
func (s *Service) Letters(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]arrears.Letter, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return arrears.Letters(ctx, s.DB.App, id, s.today(ctx))
}

// Holds lists what was held back of an invoice, the latest first. It needs invoice:issue on the platform.
func (s *Service) Holds(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]arrears.Hold, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	return arrears.Holds(ctx, s.DB.App, id)
}
