package collection

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
)

// Under these Stripe's invoices carry the id of ours, and their items what they are for.
const (
	metaInvoice = "bedelau_invoice"
	metaPart    = "bedelau_part"
)

// document is an invoice of Stripe's with all its lines, in hundredths of a rupiah.
type document struct {
	*stripe.Invoice
	Items []*stripe.InvoiceLineItem
}

// of is the invoice of the books that a document says it collects, or uuid.Nil.
func (d document) of() uuid.UUID {
	id, err := uuid.Parse(d.Metadata[metaInvoice])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// cycle reports whether a document is what the subscription drafted by itself.
func (d document) cycle() bool {
	return d.BillingReason == stripe.InvoiceBillingReasonSubscriptionCycle
}

// invoice reads a document.
func (c *client) invoice(ctx context.Context, id string) (document, error) {
	out, err := c.api.Invoices.Get(id, &stripe.InvoiceParams{Params: read(ctx)})
	if err != nil {
		return document{}, failed("read invoice", err)
	}
	d := document{Invoice: out}
	if out.Lines != nil && !out.Lines.HasMore {
		d.Items = out.Lines.Data
		return d, nil
	}
	it := c.api.Invoices.ListLines(&stripe.InvoiceListLinesParams{ListParams: list(ctx), Invoice: stripe.String(id)})
	for it.Next() {
		d.Items = append(d.Items, it.InvoiceLineItem())
	}
	return d, failed("list lines", it.Err())
}

// drafts lists the ids of a customer's drafts.
func (c *client) drafts(ctx context.Context, customer string) (out []document, err error) {
	it := c.api.Invoices.List(&stripe.InvoiceListParams{ListParams: list(ctx), Customer: stripe.String(customer), Status: stripe.String("draft")})
	for it.Next() {
		out = append(out, document{Invoice: it.Invoice()})
	}
	return out, failed("list drafts", it.Err())
}

// since lists what the account has invoiced from an instant on, without lines.
func (c *client) since(ctx context.Context, from time.Time) (out []document, err error) {
	it := c.api.Invoices.List(&stripe.InvoiceListParams{ListParams: list(ctx), CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Unix()}})
	for it.Next() {
		out = append(out, document{Invoice: it.Invoice()})
	}
	return out, failed("list invoices", it.Err())
}

// terms are how an invoice is collected.
type terms struct {
	Number    string // in the books
	Automatic bool
	Days      int64 // until it is due, when it is sent
}

// into says the terms; the way of collecting only where now, that of the draft, is another.
func (t terms) into(p *stripe.InvoiceParams, of uuid.UUID, now string) *stripe.InvoiceParams {
	p.Metadata = map[string]string{metaInvoice: of.String()}
	p.Description = stripe.String(t.Number)
	p.AutoAdvance = stripe.Bool(false)
	how := "charge_automatically"
	if !t.Automatic {
		how = "send_invoice"
		p.DaysUntilDue = stripe.Int64(t.Days)
	}
	if how != now {
		p.CollectionMethod = stripe.String(how)
	}
	return p
}

// open makes a draft of its own for an invoice of the books.
func (c *client) open(ctx context.Context, customer string, of uuid.UUID, t terms) (string, error) {
	out, err := c.api.Invoices.New(t.into(&stripe.InvoiceParams{Params: write(ctx, nil, "invoice", of.String()), Customer: stripe.String(customer), Currency: stripe.String(currency),
		PendingInvoiceItemsBehavior: stripe.String("exclude")}, of, ""))
	if err != nil {
		return "", failed("create invoice", err)
	}
	return out.ID, nil
}

// claim makes a draft of the subscription the one that collects an invoice of the books.
func (c *client) claim(ctx context.Context, draft document, of uuid.UUID, t terms) error {
	_, err := c.api.Invoices.Update(draft.ID, t.into(&stripe.InvoiceParams{Params: write(ctx, t, "claim", draft.ID, of.String())}, of, string(draft.CollectionMethod)))
	return failed("claim invoice", err)
}

// add puts an item on a draft, once for each part.
func (c *client) add(ctx context.Context, customer, draft string, p piece) error {
	_, err := c.api.InvoiceItems.New(&stripe.InvoiceItemParams{Params: write(ctx, nil, "item", draft, p.Part), Customer: stripe.String(customer), Invoice: stripe.String(draft),
		Currency: stripe.String(currency), Amount: stripe.Int64(p.Amount), Description: stripe.String(p.Name), Metadata: map[string]string{metaPart: p.Part}})
	return failed("add item", err)
}

// finalise makes a draft payable. One that is charged goes on by itself; one that is sent is sent now.
func (c *client) finalise(ctx context.Context, draft string, t terms) error {
	_, err := c.api.Invoices.FinalizeInvoice(draft, &stripe.InvoiceFinalizeInvoiceParams{Params: write(ctx, nil, "finalise", draft), AutoAdvance: stripe.Bool(t.Automatic)})
	if err != nil || t.Automatic {
		return failed("finalise invoice", err)
	}
	return c.send(ctx, draft)
}

func (c *client) send(ctx context.Context, id string) error {
	_, err := c.api.Invoices.SendInvoice(id, &stripe.InvoiceSendInvoiceParams{Params: write(ctx, nil, "send", id)})
	return failed("send invoice", err)
}

// void takes an invoice back; a draft of the subscription has to be made final for it.
func (c *client) void(ctx context.Context, id string, draft bool) error {
	if draft {
		_, err := c.api.Invoices.FinalizeInvoice(id, &stripe.InvoiceFinalizeInvoiceParams{Params: write(ctx, nil, "end", id), AutoAdvance: stripe.Bool(false)})
		if err != nil {
			return failed("finalise invoice", err)
		}
	}
	_, err := c.api.Invoices.VoidInvoice(id, &stripe.InvoiceVoidInvoiceParams{Params: write(ctx, nil, "void", id)})
	return failed("void invoice", err)
}

// settle says that an invoice was paid otherwise, so that Stripe asks for it no more.
func (c *client) settle(ctx context.Context, id string) error {
	_, err := c.api.Invoices.Pay(id, &stripe.InvoicePayParams{Params: write(ctx, nil, "settle", id), PaidOutOfBand: stripe.Bool(true)})
	return failed("settle invoice", err)
}
