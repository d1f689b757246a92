package collection

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/saas/rating"
)

// spec is Stripe's own description of its calls, which takes half a second to read.
var spec = sync.OnceValues(func() (*server.StubServer, error) {
	described, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		return nil, err
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, err
	}
	return server.NewStubServer(fixtures, described, false, false)
})

// asked is a request that the client made.
type asked struct {
	method, path, key, version string
}

// Every call has the shape that Stripe's own description asks for, and every one that changes something has a key, the same
// when it is repeated.
func TestEveryCallHasStripesShape(t *testing.T) {
	t.Parallel()
	stub, err := spec()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var requests []asked
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests = append(requests, asked{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.Header.Get("Stripe-Version")})
		mu.Unlock()
		stub.HandleRequest(w, r)
	}))
	t.Cleanup(srv.Close)
	c := newClient("sk_test_123", srv.URL)
	ctx, city, of := t.Context(), uuid.MustParse("0193a000-0000-7000-8000-000000000001"), uuid.MustParse("0193a000-0000-7000-8000-000000000002")
	at := time.Date(2026, 12, 5, 5, 0, 0, 0, time.UTC)
	sent := holding{Items: []item{{Price: "price_1", Quantity: 2}, {Price: "price_2"}}}
	charged := holding{Items: sent.Items, Automatic: true}
	draft := document{Invoice: &stripe.Invoice{ID: "in_1", CollectionMethod: stripe.InvoiceCollectionMethodSendInvoice}}
	send, charge := terms{Number: "INV/2026/000001", Days: 30}, terms{Number: "INV/2026/000002", Automatic: true}
	name := i18n.Text{i18n.ID: "Langganan"}
	priceOf := func(x rating.Component) func() error {
		return func() error { _, err := c.price(ctx, "bedelau_a_v1_x", "bedelau_a_v1_x", "mtr_1", x); return err }
	}
	calls := []struct {
		name string
		do   func() error
	}{
		{"customer", func() error { _, err := c.customer(ctx, city); return err }},
		{"details", func() error {
			return c.describe(ctx, "cus_1", details{Name: "Pemerintah Kota", Email: "a@b.id", Address: "Jalan"}, 1)
		}},
		{"method", func() error { return c.charge(ctx, "cus_1", "pm_1") }},
		{"meter", func() error { _, err := c.meter(ctx, "documents_issued"); return err }},
		{"product", func() error { return c.product(ctx, "bedelau_a_v1_x", "Langganan") }},
		{"licensed price", func() error {
			_, err := c.price(ctx, "bedelau_a_v1_flat", "bedelau_a_v1_flat", "", rating.Component{Kind: rating.Flat, Price: 150_000, Name: name})
			return err
		}},
		{"unit price", priceOf(rating.Component{Kind: rating.Unit, Meter: "m", Price: 2_500})},
		{"unit price with included units", priceOf(rating.Component{Kind: rating.Unit, Meter: "m", Price: 2_500, Included: 10})},
		{"graduated price", priceOf(rating.Component{Kind: rating.Tiered, Meter: "m", Included: 5, Tiers: []rating.Tier{{UpTo: 4, Price: 1_000}, {Price: 333}}})},
		{"volume price", priceOf(rating.Component{Kind: rating.Volume, Meter: "m", Tiers: []rating.Tier{{UpTo: 4, Price: 1_000}, {Price: 333}}})},
		{"package price", priceOf(rating.Component{Kind: rating.Package, Meter: "m", Size: 3, Price: 7_000})},
		{"subscription", func() error { _, _, err := c.subscribe(ctx, "cus_1", city, sent, at, 1); return err }},
		{"subscription to charge", func() error { _, _, err := c.subscribe(ctx, "cus_1", city, charged, at, 1); return err }},
		{"change", func() error { return c.change(ctx, "sub_1", sent, 2) }},
		{"change to charging", func() error { return c.change(ctx, "sub_1", charged, 2) }},
		{"end of a subscription", func() error { return c.cancel(ctx, "sub_1") }},
		{"read subscription", func() error { _, err := c.ended(ctx, "sub_1"); return err }},
		{"usage", func() error { return c.use(ctx, "usage/1", "cus_1", "documents_issued", 12, at) }},
		{"checkout", func() error { _, _, err := c.checkout(ctx, "l1", "cus_1", "https://a.id/kelola/tagihan"); return err }},
		{"read checkout", func() error { _, _, err := c.left(ctx, "cs_1"); return err }},
		{"portal", func() error { _, _, err := c.portal(ctx, "l2", "cus_1", "https://a.id/kelola/tagihan"); return err }},
		{"read invoice", func() error { _, err := c.invoice(ctx, "in_1"); return err }},
		{"drafts", func() error { _, err := c.drafts(ctx, "cus_1"); return err }},
		{"invoices of some days", func() error { _, err := c.since(ctx, at); return err }},
		{"invoice to send", func() error { _, err := c.open(ctx, "cus_1", of, send); return err }},
		{"invoice to charge", func() error { _, err := c.open(ctx, "cus_1", of, charge); return err }},
		{"claim to send", func() error { return c.claim(ctx, draft, of, send) }},
		{"claim to charge", func() error { return c.claim(ctx, draft, of, charge) }},
		{"item", func() error { return c.add(ctx, "cus_1", "in_1", piece{"line/1", "Diskon", -15_000_000}) }},
		{"finalise and send", func() error { return c.finalise(ctx, "in_1", send) }},
		{"finalise and charge", func() error { return c.finalise(ctx, "in_1", charge) }},
		{"void", func() error { return c.void(ctx, "in_1", true) }},
		{"settle", func() error { return c.settle(ctx, "in_1") }},
	}
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			var keys [2][]string
			for n := range keys {
				from := len(requests)
				if err := call.do(); err != nil {
					t.Fatal(err)
				}
				for _, r := range requests[from:] {
					if r.version != "2023-10-16" {
						t.Errorf("%s %s is asked in version %q", r.method, r.path, r.version)
					}
					if r.method == http.MethodGet {
						continue
					}
					if r.key == "" || len(r.key) > 255 {
						t.Errorf("%s %s has the key %q", r.method, r.path, r.key)
					}
					keys[n] = append(keys[n], r.key)
				}
			}
			// The ones after the first can hold an id that was made by it.
			if len(keys[0]) != len(keys[1]) || len(keys[0]) > 0 && keys[0][0] != keys[1][0] {
				t.Errorf("repeated, the keys are %q and then %q", keys[0], keys[1])
			}
		})
	}
}

// Stripe's words can hold what was sent, so they go neither into a log nor into an incident.
func TestARefusalSaysWhichAndNotWhat(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Request-Id", "req_9")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error": {"type": "invalid_request_error", "code": "email_invalid", "message": "No such address: rina@kota.id"}}`))
	}))
	t.Cleanup(srv.Close)
	err := newClient("sk_test_123", srv.URL).describe(t.Context(), "cus_1", details{Email: "rina@kota.id"}, 1)
	const want = "collection: describe customer: Stripe answers 400 email_invalid (request req_9)"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// What does not answer is asked again, three times at the most and under the same key; nothing is created twice by it.
func TestACallIsTriedAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	var keys []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"error": {"type": "api_error", "message": "down"}}`))
	}))
	t.Cleanup(srv.Close)
	if _, err := newClient("sk_test_123", srv.URL).customer(t.Context(), uuid.Nil); err == nil {
		t.Error("no error")
	}
	if len(keys) != 3 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] {
		t.Errorf("%q", keys)
	}
}
