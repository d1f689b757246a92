package collection

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/collection/stripetest"
	"bedelau/internal/saas/finance"
	"bedelau/tenants"
)

type object = stripetest.Object

const signing = "whsec_test"

// office is the BUMD with a city on a plan, a clock and a Stripe of the test's.
type office struct {
	*Service
	t       *testing.T
	w       *pgtest.World
	ctx     context.Context // the platform's
	now     time.Time
	clerk   identity.Actor
	stripe  *stripetest.Standin
	finance *finance.Service
	used    map[string]int64 // in every month
	done    map[uuid.UUID]bool
}

// usage is what a city used in every month, as it is known now.
type usage struct{ o *office }

func (u usage) Quantities(context.Context, tenancy.City, time.Time, time.Time) (map[string]int64, error) {
	return u.o.used, nil
}

func (usage) Close(context.Context, tenancy.City, time.Time) error { return nil }

func (u usage) QuantitiesAsOf(context.Context, tenancy.City, time.Time, time.Time, time.Time) (map[string]int64, error) {
	return u.o.used, nil
}

// issued lets finance tell collection, which is made after it.
type issued struct{ o *office }

func (i issued) Issued(ctx context.Context, tx bun.IDB, x invoice.Invoice) error {
	return i.o.Service.Issued(ctx, tx, x)
}

func (i issued) TakenOff(ctx context.Context, tx bun.IDB, id uuid.UUID) error {
	return i.o.Service.TakenOff(ctx, tx, id)
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, w: pgtest.Open(t), now: day(2026, 11, 1), done: map[uuid.UUID]bool{},
		used: map[string]int64{"applications_submitted": 13, "documents_issued": 9, "applications_decided": 4}}
	o.ctx = o.w.Ctx(o.w.Platform)
	clock := func() time.Time { return o.now }
	guard, err := access.New(o.w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	bills := billing.New(o.w.DB, usage{o}, clock)
	o.finance = finance.New(finance.Deps{DB: o.w.DB, Guard: guard, Collector: issued{o}, Now: clock})
	o.stripe = stripetest.New(t, clock)
	o.Service = New(Deps{DB: o.w.DB, Guard: guard, Billing: bills, Receipts: o.finance, Key: "sk_test_1", Signing: []string{"whsec_old", signing}, URL: o.stripe.URL,
		Log: slog.New(slog.DiscardHandler), Now: clock})
	o.clerk = identity.Actor{ID: uuid.New(), TenantID: o.w.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd_finance"}, TOTP: true}
	for _, statement := range []string{
		`INSERT INTO plan (code, name, summary) VALUES ('uji', '{"id": "Uji"}', '{"id": "."}'), ('besar', '{"id": "Besar"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components) VALUES
			('uji', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 3100000, "name": {"id": "Langganan"}},
				{"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 10, "price": 2500, "name": {"id": "Permohonan"}},
				{"code": "dokumen", "kind": "tiered", "meter": "documents_issued", "tiers": [{"up_to": 4, "price": 1000}, {"price": 333}], "name": {"id": "Dokumen"}},
				{"code": "putusan", "kind": "package", "meter": "applications_decided", "size": 3, "price": 7000, "name": {"id": "Putusan"}},
				{"code": "ducting", "kind": "flat", "optional": true, "price": 600001, "name": {"id": "Ducting"}},
				{"code": "pemasangan", "kind": "once", "price": 1000000, "name": {"id": "Pemasangan"}},
				{"code": "minimum", "kind": "minimum", "price": 4444444, "name": {"id": "Paling sedikit"}}]'),
			('besar', 1, '2026-01-01', '[{"code": "langganan", "kind": "flat", "price": 9300000, "name": {"id": "Langganan"}},
				{"code": "permohonan", "kind": "volume", "meter": "applications_submitted", "tiers": [{"up_to": 10, "price": 2000}, {"price": 1000}], "name": {"id": "Permohonan"}}]')`,
	} {
		if _, err := o.w.DB.Platform.NewRaw(statement).Exec(o.ctx); err != nil {
			t.Fatal(err)
		}
	}
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, o.clerk, setup)
		return err
	}))
	return o
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 3, 0, 0, 0, time.UTC)
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) subscribe(plan string, on time.Time, addons map[string]int64) {
	o.t.Helper()
	_, err := o.Billing.Subscribe(o.ctx, billing.SubscribeInput{City: o.w.Other, Plan: plan, StartsOn: on, Addons: addons, ActorKind: "system"})
	o.must(err)
}

func (o *office) choose(how Charging) {
	o.t.Helper()
	_, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Other, By: ByStripe, Charging: how})
	o.must(err)
	o.work()
}

// look does what the hourly look asks for.
func (o *office) look() {
	o.t.Helper()
	o.must(tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return o.Service.look(ctx, tx, o.now) }))
	o.work()
}

// work does what waits in the outbox and is due, each twice: a worker may die after the work.
func (o *office) work() {
	o.t.Helper()
	for {
		var rows []struct {
			ID      uuid.UUID       `bun:"id"`
			Kind    string          `bun:"kind"`
			Payload json.RawMessage `bun:"payload"`
		}
		// Without a time of its own a job is due at once, by the clock of the database.
		o.must(o.w.DB.Platform.NewRaw("SELECT id, kind, payload FROM outbox WHERE kind LIKE 'collection.%' AND (run_at = created_at OR run_at <= ?) ORDER BY created_at, id", o.now).
			Scan(tenancy.Platform(o.ctx), &rows))
		worked := false
		for _, r := range rows {
			if o.done[r.ID] {
				continue
			}
			o.done[r.ID], worked = true, true
			for range 2 {
				o.must(o.job(r.Kind, r.Payload))
			}
		}
		if !worked {
			return
		}
	}
}

func (o *office) job(kind string, payload json.RawMessage) error {
	o.t.Helper()
	var args struct {
		City    uuid.UUID `json:"city"`
		Invoice uuid.UUID `json:"invoice"`
		ID      string    `json:"id"`
		Link    uuid.UUID `json:"link"`
	}
	o.must(json.Unmarshal(payload, &args))
	switch kind {
	case mirrorKind().Name:
		return o.mirror(o.ctx, args.City)
	case reportKind().Name:
		return o.report(o.ctx, args.City)
	case collectKind().Name:
		return o.collect(o.ctx, args.Invoice)
	case againKind().Name:
		return o.again(o.ctx, args.Invoice)
	case applyKind().Name:
		return o.apply(o.ctx, args.ID)
	case linkKind().Name:
		return o.makeLink(o.ctx, args.Link)
	}
	o.t.Fatalf("a job %s", kind)
	return nil
}

// close closes a month on the seller's day, as its hourly job does.
func (o *office) close(month time.Time) billing.Closing {
	o.t.Helper()
	o.now = day(month.Year(), month.Month()+1, 3)
	c, err := o.Billing.Close(o.ctx, o.w.Other, month)
	o.must(err)
	o.look()
	return c
}

// issue makes the invoice of a month, and has it collected.
func (o *office) issue(month time.Time) invoice.Invoice {
	o.t.Helper()
	i := o.issueOnly(month)
	o.work()
	return i
}

func (o *office) issueOnly(month time.Time) invoice.Invoice {
	o.t.Helper()
	var draft uuid.UUID
	o.must(o.w.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND source = ?", o.w.Platform.ID, billing.SourceOf(o.w.Other.ID, month)).Scan(o.ctx, &draft))
	i, err := o.finance.Issue(o.ctx, o.clerk, draft)
	o.must(err)
	return i
}

// anchor is the hour at which Stripe drafts a month, and then some.
func (o *office) anchor(month time.Time) {
	o.t.Helper()
	o.now = time.Date(month.Year(), month.Month()+1, 5, 7, 0, 0, 0, time.UTC)
	o.stripe.Turn()
	o.work()
}

// tell sends an event as Stripe does.
func (o *office) tell(e object) error {
	o.t.Helper()
	raw, err := json.Marshal(e)
	o.must(err)
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: raw, Secret: signing})
	return o.Receive(o.ctx, signed.Payload, signed.Header)
}

func (o *office) standing(i invoice.Invoice) invoice.Standing {
	o.t.Helper()
	st, err := o.book.Standing(o.ctx, o.w.DB.App, i.ID)
	o.must(err)
	return st
}

// document is what Stripe collects an invoice by; there is one.
func (o *office) document(i invoice.Invoice) object {
	o.t.Helper()
	return o.stripe.Find(o.t, "invoices", func(x object) bool { return x["metadata"].(object)[metaInvoice] == i.ID.String() })
}

func (o *office) incidents() (kinds []string) {
	o.t.Helper()
	all, err := o.Incidents(o.ctx, o.clerk, IncidentFilter{})
	o.must(err)
	for _, x := range all {
		kinds = append(kinds, x.Kind)
	}
	return kinds
}

func (o *office) count(query string, args ...any) (n int) {
	o.t.Helper()
	o.must(o.w.DB.App.NewRaw(query, args...).Scan(o.ctx, &n))
	return n
}

// wanted is what Stripe should ask for of an invoice, in hundredths.
func (o *office) wanted(i invoice.Invoice) int64 {
	o.t.Helper()
	want, err := o.due(o.ctx, i, o.standing(i))
	o.must(err)
	return int64(want) * 100
}

var november, december = day(2026, 11, 1), day(2026, 12, 1)

// end ends the city's subscription.
func (o *office) end(on time.Time) {
	o.t.Helper()
	_, err := o.Billing.End(o.ctx, billing.EndInput{City: o.w.Other, On: on, As: billing.Cancelled, Reason: "Uji", ActorKind: "system"})
	o.must(err)
}

// sql is done by whoever keeps the price list.
func (o *office) sql(statement string) error {
	_, err := o.w.DB.Platform.NewRaw(statement).Exec(o.ctx)
	return err
}
