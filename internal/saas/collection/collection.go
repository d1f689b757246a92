// Package collection has Stripe collect what a city owes, for those cities that the BUMD has put on it; every other city pays
// by transfer, and without a key of Stripe's all of them do.
//
// The books decide what is owed; Stripe collects exactly that. A city's subscription there mirrors the one here: a licensed
// item for each monthly price, a metered one for each price of usage, which is reported when a month is closed. Stripe's own
// draft of the month is kept back (pause_collection: keep_as_draft) until the invoice is issued here. Then it gets items for
// what Stripe cannot know, such as days of a month, a minimum, a coupon, a correction, tax and what a treasurer keeps back,
// and it is sent or charged if it then comes to the rupiah to what the books say. If not, it stays a draft and an incident
// says where they part. A month without such a draft, and any other invoice, is collected by one of its own.
//
// What Stripe tells is stored before it is answered and dealt with once, by reading the object again: the order, the number
// and the version of what it tells make no difference to the books. Every call to Stripe is made by a job, through the one
// client in this package, under a key made of our own ids.
package collection

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// Receipts asks for the receipt of a payment as part of tx. finance provides it.
type Receipts interface {
	Receipt(ctx context.Context, tx bun.IDB, of uuid.UUID, p invoice.Payment) error
}

// Deps is what a Service works with.
type Deps struct {
	DB       *storage.DB
	Guard    *access.Guard
	Billing  *billing.Service
	Receipts Receipts
	Key      string   // of Stripe's account; without one nothing is collected by it
	Signing  []string // secrets of its webhook; while one replaces another, both
	URL      string   // of something that speaks its protocol; Stripe's own when empty
	Log      *slog.Logger
	Now      func() time.Time // time.Now when nil
}

// Service says how cities pay, and has Stripe collect from those that pay by it.
type Service struct {
	Deps
	book   *invoice.Book
	stripe *client // nil without a key
}

// New returns a Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{Deps: d, book: &invoice.Book{DB: d.DB, Now: d.Now}}
	if d.Key != "" {
		s.stripe = newClient(d.Key, d.URL)
	}
	return s
}

// Available reports whether Stripe can collect at all; pages offer transfer alone when it cannot.
func (s *Service) Available() bool { return s.stripe != nil }

// Check says why Stripe collects nothing, or that it is only tried out; for doctor.
func (s *Service) Check() error {
	if !s.Available() {
		return errors.New("STRIPE_SECRET_KEY is not set: cities pay by transfer alone")
	}
	if !s.stripe.live {
		return errors.New("STRIPE_SECRET_KEY is a key for tests: no money moves")
	}
	return nil
}

// cityArgs names a city of which Stripe is to be told.
type cityArgs struct {
	City tenancy.ID `json:"city"`
}

// invoiceArgs names an invoice of the books.
type invoiceArgs struct {
	Invoice uuid.UUID `json:"invoice"`
}

// objectArgs names something of Stripe's: an event that it told, or an invoice.
type objectArgs struct {
	ID string `json:"id"`
}

// linkArgs names a page that was asked for.
type linkArgs struct {
	Link uuid.UUID `json:"link"`
}

// noArgs are of a job that is about everything.
type noArgs struct{}

// callTime bounds a job: several calls, each of which may be tried three times.
const callTime = 3 * time.Minute

func mirrorKind() jobs.Kind[cityArgs] {
	return jobs.Kind[cityArgs]{Name: "collection.mirror.v1", MaxRetry: 8, Timeout: callTime}
}

func reportKind() jobs.Kind[cityArgs] {
	return jobs.Kind[cityArgs]{Name: "collection.report.v1", MaxRetry: 8, Timeout: callTime}
}

func collectKind() jobs.Kind[invoiceArgs] {
	return jobs.Kind[invoiceArgs]{Name: "collection.collect.v1", MaxRetry: 8, Timeout: callTime}
}

func againKind() jobs.Kind[invoiceArgs] {
	return jobs.Kind[invoiceArgs]{Name: "collection.again.v1", MaxRetry: 8, Timeout: callTime}
}

func applyKind() jobs.Kind[objectArgs] {
	return jobs.Kind[objectArgs]{Name: "collection.apply.v1", MaxRetry: 12, Timeout: time.Minute}
}

func linkKind() jobs.Kind[linkArgs] {
	return jobs.Kind[linkArgs]{Name: "collection.link.v1", Queue: jobs.Urgent, MaxRetry: 4, Timeout: time.Minute}
}

func compareKind() jobs.Kind[noArgs] {
	return jobs.Kind[noArgs]{Name: "collection.compare.v1", Queue: jobs.Low, MaxRetry: 8, Timeout: 10 * time.Minute}
}

const (
	lookEvery    = time.Hour
	compareEvery = 24 * time.Hour
)

// Register binds the jobs, and plans the looks at what Stripe has not been told and the nightly comparison. app calls it once,
// before r starts. Without a key the jobs that there are wait for one.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachTenant(r, "collection.look", lookEvery, s.look)
	jobs.EachTenant(r, "collection.compare_all", compareEvery, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		if city, _ := tenancy.CityFrom(ctx); city.Kind != tenancy.KindPlatform || !s.Available() {
			return nil
		}
		return jobs.Add(ctx, tx, compareKind(), noArgs{})
	})
	return errors.Join(
		jobs.HandleCall(r, mirrorKind(), func(ctx context.Context, _ uuid.UUID, a cityArgs) error {
			return s.guarded(ctx, a.City.String(), a.City, func() error { return s.mirror(ctx, a.City) })
		}),
		jobs.HandleCall(r, reportKind(), func(ctx context.Context, _ uuid.UUID, a cityArgs) error {
			return s.guarded(ctx, a.City.String(), a.City, func() error { return s.report(ctx, a.City) })
		}),
		jobs.HandleCall(r, collectKind(), func(ctx context.Context, _ uuid.UUID, a invoiceArgs) error {
			return s.guarded(ctx, a.Invoice.String(), uuid.Nil, func() error { return s.collect(ctx, a.Invoice) })
		}),
		jobs.HandleCall(r, againKind(), func(ctx context.Context, _ uuid.UUID, a invoiceArgs) error {
			return s.guarded(ctx, a.Invoice.String(), uuid.Nil, func() error { return s.again(ctx, a.Invoice) })
		}),
		jobs.HandleCall(r, applyKind(), func(ctx context.Context, _ uuid.UUID, a objectArgs) error {
			return s.guarded(ctx, a.ID, uuid.Nil, func() error { return s.apply(ctx, a.ID) })
		}),
		jobs.HandleCall(r, linkKind(), func(ctx context.Context, _ uuid.UUID, a linkArgs) error {
			return s.guarded(ctx, a.Link.String(), uuid.Nil, func() error { return s.makeLink(ctx, a.Link) })
		}),
		jobs.HandleCall(r, compareKind(), func(ctx context.Context, _ uuid.UUID, _ noArgs) error {
			return s.guarded(ctx, "compare", uuid.Nil, func() error { return s.Compare(ctx) })
		}),
	)
}

// errNoKey keeps a job until there is a key again.
var errNoKey = errors.New("collection: STRIPE_SECRET_KEY is not set")

// guarded runs a job's calls. What Stripe refuses for good is an incident besides, which goes once it does not: trying again
// alone will not mend it.
func (s *Service) guarded(ctx context.Context, object string, city tenancy.ID, fn func() error) error {
	if !s.Available() {
		return errNoKey
	}
	err := fn()
	var r *refusal
	if errors.As(err, &r) && r.final() {
		return errors.Join(err, s.note(ctx, incident{Kind: refused, Object: object, Part: r.call, City: some(city), Note: r.Error()}))
	}
	if err == nil {
		_, err = s.DB.App.NewRaw("UPDATE stripe_incident SET closed_at = ?, closed_by = ? WHERE tenant_id = ? AND kind = ? AND object = ? AND closed_at IS NULL",
			s.Now().UTC(), uuid.Nil, tenancy.Must(ctx), refused, object).Exec(ctx)
	}
	return err
}

// look asks for what Stripe has not been told: of each city that it collects from, the subscription and the usage of closed
// months. And it forgets links that lead nowhere by now.
func (s *Service) look(ctx context.Context, tx bun.Tx, _ time.Time) error {
	if city, _ := tenancy.CityFrom(ctx); city.Kind != tenancy.KindPlatform || !s.Available() {
		return nil
	}
	var cities []uuid.UUID
	err := tx.NewRaw("SELECT city FROM stripe_account WHERE tenant_id = ? AND (collection = ? OR subscription_id <> '') ORDER BY city",
		tenancy.Must(ctx), ByStripe).Scan(ctx, &cities)
	for _, c := range cities {
		if err == nil {
			err = errors.Join(jobs.Add(ctx, tx, mirrorKind(), cityArgs{c}), jobs.Add(ctx, tx, reportKind(), cityArgs{c}))
		}
	}
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE stripe_link SET url = '' WHERE tenant_id = ? AND url <> '' AND asked_at < ?", tenancy.Must(ctx), s.Now().Add(-24*time.Hour).UTC()).Exec(ctx)
	return err
}

// system is who does what no person did.
func system() identity.Actor { return identity.Actor{Kind: identity.Kind(audit.System)} }

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// today is the day in the books of ctx's tenant.
func (s *Service) today(ctx context.Context) time.Time { return s.dayOf(ctx, s.Now()) }

func (s *Service) dayOf(ctx context.Context, at time.Time) time.Time {
	city, _ := tenancy.CityFrom(ctx)
	return at.In(city.Location())
}

// cityOf reads a tenant.
func (s *Service) cityOf(ctx context.Context, id tenancy.ID) (tenancy.City, error) {
	var c tenancy.City
	err := s.DB.App.NewSelect().Model(&c).Where("id = ?", id).Scan(tenancy.Platform(ctx))
	return c, err
}
