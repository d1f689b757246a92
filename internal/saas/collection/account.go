package collection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Way is how a city pays.
type Way string

// The ways.
const (
	ByTransfer Way = "transfer" // to an account of the seller's bank
	ByStripe   Way = "stripe"
)

// Charging is what Stripe does with an invoice.
type Charging string

// The two: it sends the invoice with a page to pay on, or takes the money from what the city has left with it. A city that has
// left nothing is sent the invoice.
const (
	Send      Charging = "send"
	Automatic Charging = "automatic"
)

// Account is how a city pays, and what it is at Stripe.
type Account struct {
	bun.BaseModel `bun:"table:stripe_account,alias:a"`

	TenantID       uuid.UUID `bun:"tenant_id,pk"`
	City           uuid.UUID `bun:"city,pk"`
	Collection     Way       `bun:"collection"`
	Charging       Charging  `bun:"charging"`
	ChosenAt       time.Time `bun:"chosen_at"`
	ChosenBy       uuid.UUID `bun:"chosen_by"`
	CustomerID     string    `bun:"customer_id"`
	SubscriptionID string    `bun:"subscription_id"`
	Mirrors        string    `bun:"mirrors"`
	MirroredAt     time.Time `bun:"mirrored_at,nullzero"`
	AnchorDay      int       `bun:"anchor_day"`
	Revision       int       `bun:"revision"`
	MethodAt       time.Time `bun:"method_at,nullzero"`
}

// automatic reports whether invoices are charged.
func (a Account) automatic() bool { return a.Charging == Automatic && !a.MethodAt.IsZero() }

// findAccount reads how a city pays; without a row it is by transfer.
func findAccount(ctx context.Context, db bun.IDB, city tenancy.ID) (Account, error) {
	a := Account{TenantID: tenancy.Must(ctx), City: city, Collection: ByTransfer, Charging: Send}
	err := db.NewSelect().Model(&a).Where("tenant_id = ? AND city = ?", a.TenantID, city).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{TenantID: tenancy.Must(ctx), City: city, Collection: ByTransfer, Charging: Send}, nil
	}
	return a, err
}

// Account is how a city pays. It needs invoice:read; a city's own people ask for their own, whatever city they name.
func (s *Service) Account(ctx context.Context, actor identity.Actor, city tenancy.ID) (Account, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceRead); err != nil {
		return Account{}, err
	}
	ctx, own, err := s.books(ctx)
	if err != nil {
		return Account{}, err
	}
	if own != uuid.Nil {
		city = own
	}
	return findAccount(ctx, s.DB.App, city)
}

// Accounts lists the cities for which a way to pay was chosen. It needs invoice:read on the platform.
func (s *Service) Accounts(ctx context.Context, actor identity.Actor) ([]Account, error) {
	if err := s.onPlatform(ctx, actor, access.InvoiceRead); err != nil {
		return nil, err
	}
	var all []Account
	err := s.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("city").Limit(1000).Scan(ctx)
	return all, err
}

// ChooseInput says how a city pays from now on.
type ChooseInput struct {
	City     tenancy.City
	By       Way
	Charging Charging // Send when empty
}

// Choose puts a city on a way to pay, from the next invoice that is issued on; what Stripe has sent before stays payable there.
// It needs invoice:issue on the platform, and refuses Conflict "collection.no_key" for Stripe when the program has no key of
// it, and Invalid for what there is not.
func (s *Service) Choose(ctx context.Context, actor identity.Actor, in ChooseInput) (Account, error) {
	if err := s.onPlatform(ctx, actor, access.InvoiceIssue); err != nil {
		return Account{}, err
	}
	if in.Charging == "" {
		in.Charging = Send
	}
	var bad []fault.Field
	if in.By != ByTransfer && in.By != ByStripe {
		bad = append(bad, fault.Field{Name: "by", Code: "not_an_option"})
	}
	if in.Charging != Send && in.Charging != Automatic {
		bad = append(bad, fault.Field{Name: "charging", Code: "not_an_option"})
	}
	if in.City.Kind != tenancy.KindCity {
		bad = append(bad, fault.Field{Name: "city", Code: "not_an_option"})
	}
	if err := fault.Fields(bad); err != nil {
		return Account{}, err
	}
	if in.By == ByStripe && !s.Available() {
		return Account{}, fault.New(fault.Conflict, "collection.no_key")
	}
	var a Account
	err := tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		if a, err = findAccount(ctx, tx, in.City.ID); err != nil {
			return err
		}
		if a.Collection == in.By && a.Charging == in.Charging && !a.ChosenAt.IsZero() {
			return nil
		}
		a.Collection, a.Charging, a.ChosenAt, a.ChosenBy = in.By, in.Charging, s.Now().UTC().Truncate(time.Microsecond), actor.ID
		_, err = tx.NewInsert().Model(&a).On("CONFLICT (tenant_id, city) DO UPDATE").
			Set("collection = EXCLUDED.collection, charging = EXCLUDED.charging, chosen_at = EXCLUDED.chosen_at, chosen_by = EXCLUDED.chosen_by").Exec(ctx)
		if err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "collection.choose", Object: "city", ObjectID: in.City.ID, At: a.ChosenAt,
			Detail: map[string]any{"by": a.Collection, "charging": a.Charging}})
		if err != nil || !s.Available() {
			return err
		}
		return jobs.Add(ctx, tx, mirrorKind(), cityArgs{in.City.ID})
	})
	if err != nil {
		return a, fmt.Errorf("collection: choose: %w", err)
	}
	return a, nil
}

// onPlatform asks for a permission where the books are.
func (s *Service) onPlatform(ctx context.Context, actor identity.Actor, p access.Permission) error {
	if err := s.Guard.Allow(ctx, actor, p); err != nil {
		return err
	}
	if city, _ := tenancy.CityFrom(ctx); city.Kind != tenancy.KindPlatform {
		return fault.New(fault.Forbidden, "access.denied")
	}
	return nil
}

// books is ctx for the platform's books, and the city that asks; uuid.Nil for the platform's own staff.
func (s *Service) books(ctx context.Context) (context.Context, tenancy.ID, error) {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return nil, uuid.Nil, tenancy.ErrNone
	}
	if city.Kind == tenancy.KindPlatform {
		return ctx, uuid.Nil, nil
	}
	platform, err := s.platform(ctx)
	return tenancy.With(ctx, platform), city.ID, err
}

func (s *Service) platform(ctx context.Context) (tenancy.City, error) {
	var c tenancy.City
	err := s.DB.App.NewSelect().Model(&c).Where("kind = ?", tenancy.KindPlatform).Scan(tenancy.Platform(ctx))
	if err != nil {
		return c, fmt.Errorf("collection: platform: %w", err)
	}
	return c, nil
}
