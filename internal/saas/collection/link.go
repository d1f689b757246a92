package collection

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// LinkKind says what a page of Stripe's is for.
type LinkKind string

// The kinds.
const (
	Checkout LinkKind = "checkout" // to leave a way to be charged
	Portal   LinkKind = "portal"   // to look after it and see what was sent
)

// Link is a page of Stripe's that someone has asked for. URL is empty while Stripe is being asked; it leads there for some
// minutes, so it is to be followed at once. Whoever has it can look after the city's payments, so it is forgotten after a day.
type Link struct {
	bun.BaseModel `bun:"table:stripe_link,alias:l"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	City      uuid.UUID `bun:"city"`
	Kind      LinkKind  `bun:"kind"`
	Back      string    `bun:"back"`
	AskedBy   uuid.UUID `bun:"asked_by"`
	AskedAt   time.Time `bun:"asked_at"`
	SessionID string    `bun:"session_id"`
	URL       string    `bun:"url"`
	ReadyAt   time.Time `bun:"ready_at,nullzero"`
}

// Ask asks for a page of Stripe's for the actor's city, which leads to the address back afterwards. It needs invoice:pay in the
// city, and refuses Conflict "collection.no_key" and, for a city that does not pay by Stripe, "collection.by_transfer".
func (s *Service) Ask(ctx context.Context, actor identity.Actor, kind LinkKind, back string) (Link, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoicePay); err != nil {
		return Link{}, err
	}
	ctx, city, err := s.books(ctx)
	if err != nil {
		return Link{}, err
	}
	if !s.Available() {
		return Link{}, fault.New(fault.Conflict, "collection.no_key")
	}
	if kind != Checkout && kind != Portal {
		return Link{}, fault.Fields([]fault.Field{{Name: "kind", Code: "not_an_option"}})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Link{}, err
	}
	l := Link{TenantID: tenancy.Must(ctx), ID: id, City: city, Kind: kind, Back: back, AskedBy: actor.ID, AskedAt: s.Now().UTC().Truncate(time.Microsecond)}
	err = tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		a, err := findAccount(ctx, tx, city)
		if err != nil {
			return err
		}
		if a.Collection != ByStripe {
			return fault.New(fault.Conflict, "collection.by_transfer")
		}
		if _, err := tx.NewInsert().Model(&l).Exec(ctx); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "collection.link", Object: "city", ObjectID: city, At: l.AskedAt,
			Detail: map[string]any{"kind": kind}})
		if err != nil {
			return err
		}
		return jobs.Add(ctx, tx, linkKind(), linkArgs{id})
	})
	if err != nil {
		return Link{}, fmt.Errorf("collection: ask: %w", err)
	}
	return l, nil
}

// linkTime is how long a link is of use.
const linkTime = 10 * time.Minute

// Latest is the last page that the actor has asked for, and whether it was within the last ten minutes. It needs invoice:pay.
func (s *Service) Latest(ctx context.Context, actor identity.Actor) (Link, bool, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoicePay); err != nil {
		return Link{}, false, err
	}
	ctx, city, err := s.books(ctx)
	if err != nil {
		return Link{}, false, err
	}
	var l Link
	err = s.DB.App.NewSelect().Model(&l).Where("tenant_id = ? AND city = ? AND asked_by = ? AND asked_at > ?", tenancy.Must(ctx), city, actor.ID, s.Now().Add(-linkTime).UTC()).
		Order("id DESC").Limit(1).Scan(ctx)
	if isNone(err) {
		return Link{}, false, nil
	}
	return l, err == nil, err
}

// makeLink asks Stripe for a page.
func (s *Service) makeLink(ctx context.Context, id uuid.UUID) error {
	l := Link{TenantID: tenancy.Must(ctx), ID: id}
	err := s.DB.App.NewSelect().Model(&l).WherePK().Scan(ctx)
	if err != nil || !l.ReadyAt.IsZero() {
		return err
	}
	a, err := findAccount(ctx, s.DB.App, l.City)
	if err != nil || a.Collection != ByStripe {
		return err
	}
	if a, err = s.enrol(ctx, a); err != nil {
		return err
	}
	page := s.stripe.portal
	if l.Kind == Checkout {
		page = s.stripe.checkout
	}
	if l.SessionID, l.URL, err = page(ctx, id.String(), a.CustomerID, l.Back); err != nil {
		return err
	}
	l.ReadyAt = s.Now().UTC()
	_, err = s.DB.App.NewUpdate().Model(&l).Column("session_id", "url", "ready_at").WherePK().Exec(ctx)
	return err
}

// Progress is how far Stripe has got with an invoice, as it was last read.
type Progress struct {
	Status   string       `bun:"status"` // draft, open, paid, void or uncollectible; empty before it is there
	URL      string       `bun:"url"`    // where it can be paid, while it is open
	Paid     money.Rupiah `bun:"paid"`   // by Stripe
	Attempts int          `bun:"attempts"`
	Failed   bool         `bun:"failed"` // the last attempt to charge it
	ReadAt   time.Time    `bun:"read_at,nullzero"`
}

// Progress is how far Stripe has got with an invoice of the books, and whether it is collecting it at all. It needs
// invoice:read; one of another city is as if there were none.
func (s *Service) Progress(ctx context.Context, actor identity.Actor, of uuid.UUID) (Progress, bool, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceRead); err != nil {
		return Progress{}, false, err
	}
	ctx, city, err := s.books(ctx)
	if err != nil {
		return Progress{}, false, err
	}
	var p Progress
	q := s.DB.App.NewSelect().Table("stripe_invoice").ColumnExpr("status, attempts, failed, read_at, paid / ? AS paid, CASE WHEN status = 'open' THEN url ELSE '' END AS url", hundredths).
		Where("tenant_id = ? AND invoice_id = ?", tenancy.Must(ctx), of)
	if city != uuid.Nil {
		q = q.Where("city = ?", city)
	}
	if err := q.Scan(ctx, &p); isNone(err) {
		return Progress{}, false, nil
	} else if err != nil {
		return Progress{}, false, err
	}
	return p, true, nil
}
