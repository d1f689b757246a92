package collection

import (
	"context"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"

	"bedelau/internal/kernel/tenancy"
)

// metaCity is under what Stripe's objects carry our city's id.
const metaCity = "bedelau_city"

// customer makes the customer that a city is.
func (c *client) customer(ctx context.Context, city tenancy.ID) (string, error) {
	out, err := c.api.Customers.New(&stripe.CustomerParams{Params: write(ctx, nil, "customer", city.String()), Metadata: map[string]string{metaCity: city.String()}})
	if err != nil {
		return "", failed("create customer", err)
	}
	return out.ID, nil
}

// details are what Stripe writes on what it sends to a customer.
type details struct {
	Name, Email, Address string
}

func (c *client) describe(ctx context.Context, customer string, d details, revision int) error {
	p := &stripe.CustomerParams{Params: write(ctx, d, "describe", customer, strconv.Itoa(revision)), Name: stripe.String(d.Name),
		PreferredLocales: []*string{stripe.String("id"), stripe.String("en")}}
	if d.Email != "" {
		p.Email = stripe.String(d.Email)
	}
	if d.Address != "" {
		p.Address = &stripe.AddressParams{Line1: stripe.String(d.Address), Country: stripe.String("ID")}
	}
	_, err := c.api.Customers.Update(customer, p)
	return failed("describe customer", err)
}

// charge has what is charged to a customer go to a payment method.
func (c *client) charge(ctx context.Context, customer, method string) error {
	_, err := c.api.Customers.Update(customer, &stripe.CustomerParams{Params: write(ctx, method, "method", customer),
		InvoiceSettings: &stripe.CustomerInvoiceSettingsParams{DefaultPaymentMethod: stripe.String(method)}})
	return failed("set payment method", err)
}

// item is one price of a subscription; Quantity is 0 for usage, which is counted there.
type item struct {
	Price    string
	Quantity int64
}

// holding is what a subscription there is to be.
type holding struct {
	Items     []item
	Automatic bool // its drafts are to be charged
}

// dueDays is what a subscription must say whose drafts are sent; each invoice says its own.
const dueDays = 30

func (h holding) into(p *stripe.SubscriptionParams) *stripe.SubscriptionParams {
	p.ProrationBehavior, p.CollectionMethod = stripe.String("none"), stripe.String("charge_automatically")
	if !h.Automatic {
		p.CollectionMethod, p.DaysUntilDue = stripe.String("send_invoice"), stripe.Int64(dueDays)
	}
	return p
}

// subscribe finds the city's subscription or makes one, which bills for the first time at anchor, and reports which. What it
// drafts stays a draft.
func (c *client) subscribe(ctx context.Context, customer string, city tenancy.ID, h holding, anchor time.Time, revision int) (id string, found bool, err error) {
	if id, err = c.subscribed(ctx, customer, city); err != nil {
		return "", false, err
	}
	found = id != ""
	if !found {
		p := h.into(&stripe.SubscriptionParams{Params: write(ctx, []any{h, anchor.Unix()}, "subscribe", city.String(), strconv.Itoa(revision)), Customer: stripe.String(customer),
			Currency: stripe.String(currency), BillingCycleAnchor: stripe.Int64(anchor.Unix()), Metadata: map[string]string{metaCity: city.String()}})
		for _, i := range h.Items {
			p.Items = append(p.Items, i.params())
		}
		made, err := c.api.Subscriptions.New(p)
		if err != nil {
			return "", false, failed("create subscription", err)
		}
		id = made.ID
	}
	_, err = c.api.Subscriptions.Update(id, &stripe.SubscriptionParams{Params: write(ctx, nil, "keep", id),
		PauseCollection: &stripe.SubscriptionPauseCollectionParams{Behavior: stripe.String("keep_as_draft")}})
	return id, found, failed("keep drafts", err)
}

func (c *client) subscribed(ctx context.Context, customer string, city tenancy.ID) (string, error) {
	it := c.api.Subscriptions.List(&stripe.SubscriptionListParams{ListParams: list(ctx), Customer: stripe.String(customer)})
	for it.Next() {
		if s := it.Subscription(); s.Metadata[metaCity] == city.String() {
			return s.ID, nil
		}
	}
	return "", failed("list subscriptions", it.Err())
}

func (i item) params() *stripe.SubscriptionItemsParams {
	p := &stripe.SubscriptionItemsParams{Price: stripe.String(i.Price)}
	if i.Quantity > 0 {
		p.Quantity = stripe.Int64(i.Quantity)
	}
	return p
}

// change makes a subscription have these items and no others, without a charge for the days between.
func (c *client) change(ctx context.Context, id string, h holding, revision int) error {
	now, err := c.api.Subscriptions.Get(id, &stripe.SubscriptionParams{Params: read(ctx)})
	if err != nil {
		return failed("read subscription", err)
	}
	wanted := map[string]item{}
	for _, i := range h.Items {
		wanted[i.Price] = i
	}
	p := h.into(&stripe.SubscriptionParams{Params: write(ctx, h, "change", id, strconv.Itoa(revision))})
	for _, have := range now.Items.Data {
		change := &stripe.SubscriptionItemsParams{ID: stripe.String(have.ID)}
		if want, ok := wanted[have.Price.ID]; !ok {
			change.Deleted = stripe.Bool(true)
		} else if want.Quantity > 0 {
			change.Quantity = stripe.Int64(want.Quantity)
		}
		delete(wanted, have.Price.ID)
		p.Items = append(p.Items, change)
	}
	for _, i := range h.Items {
		if _, ok := wanted[i.Price]; ok {
			p.Items = append(p.Items, i.params())
		}
	}
	_, err = c.api.Subscriptions.Update(id, p)
	return failed("change subscription", err)
}

// cancel ends a subscription at once; nothing is billed for it.
func (c *client) cancel(ctx context.Context, id string) error {
	_, err := c.api.Subscriptions.Cancel(id, &stripe.SubscriptionCancelParams{Params: write(ctx, nil, "cancel", id), InvoiceNow: stripe.Bool(false), Prorate: stripe.Bool(false)})
	if err = failed("cancel subscription", err); isCode(err, string(stripe.ErrorCodeResourceMissing)) {
		return nil // it has ended
	}
	return err
}

// ended reports whether a subscription has come to its end there.
func (c *client) ended(ctx context.Context, id string) (bool, error) {
	s, err := c.api.Subscriptions.Get(id, &stripe.SubscriptionParams{Params: read(ctx)})
	if err != nil {
		return false, failed("read subscription", err)
	}
	return s.Status == stripe.SubscriptionStatusCanceled || s.Status == stripe.SubscriptionStatusIncompleteExpired, nil
}

// use reports a quantity to a meter, once for each id.
func (c *client) use(ctx context.Context, id, customer, meter string, quantity int64, at time.Time) error {
	_, err := c.api.BillingMeterEvents.New(&stripe.BillingMeterEventParams{Params: write(ctx, nil, "usage", id), EventName: stripe.String(eventName(meter)),
		Identifier: stripe.String(id), Timestamp: stripe.Int64(at.Unix()), Payload: map[string]string{"stripe_customer_id": customer, "value": strconv.FormatInt(quantity, 10)}})
	if err = failed("report usage", err); isCode(err, "duplicate_meter_event") {
		return nil
	}
	return err
}

// checkout makes a page on which a customer leaves a way to be charged, and leads back afterwards.
func (c *client) checkout(ctx context.Context, id, customer, back string) (session, url string, err error) {
	out, err := c.api.CheckoutSessions.New(&stripe.CheckoutSessionParams{Params: write(ctx, nil, "checkout", id), Mode: stripe.String("setup"), Customer: stripe.String(customer),
		Currency: stripe.String(currency), SuccessURL: stripe.String(back), CancelURL: stripe.String(back), Locale: stripe.String("id"), ClientReferenceID: stripe.String(id)})
	if err != nil {
		return "", "", failed("create checkout", err)
	}
	return out.ID, out.URL, nil
}

// portal makes a page on which a customer looks after its ways to pay and sees what Stripe has sent it.
func (c *client) portal(ctx context.Context, id, customer, back string) (session, url string, err error) {
	out, err := c.api.BillingPortalSessions.New(&stripe.BillingPortalSessionParams{Params: write(ctx, nil, "portal", id), Customer: stripe.String(customer),
		ReturnURL: stripe.String(back), Locale: stripe.String("id")})
	if err != nil {
		return "", "", failed("create portal", err)
	}
	return out.ID, out.URL, nil
}

// left reads of a finished checkout which customer left which way to be charged; empty while there is none.
func (c *client) left(ctx context.Context, session string) (customer, method string, err error) {
	p := &stripe.CheckoutSessionParams{Params: read(ctx)}
	p.AddExpand("setup_intent")
	out, err := c.api.CheckoutSessions.Get(session, p)
	if err != nil {
		return "", "", failed("read checkout", err)
	}
	if out.Customer == nil || out.SetupIntent == nil || out.SetupIntent.PaymentMethod == nil {
		return "", "", nil
	}
	return out.Customer.ID, out.SetupIntent.PaymentMethod.ID, nil
}
