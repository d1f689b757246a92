package finance

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/tenants"
)

// uncollected is the draft of an invoice whose faktur is of code 07, with a PPBJ that was known before.
func (o *office) uncollected(document string) uuid.UUID {
	o.t.Helper()
	var d invoice.Draft
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, o.Now())
		if err != nil {
			return err
		}
		p, err := invoice.PartyOf(ctx, tx, o.clerk, seller, o.w.Batam)
		if err != nil {
			return err
		}
		d, err = o.Book.Write(ctx, tx, invoice.Draft{PartyID: p.ID, Series: seller.Series, DueDays: 30, Purchase: invoice.Purchase{Order: "SP-1", CustomDoc: document},
			Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Langganan"}, Amount: 1_000_000, PPN: "tidak-dipungut"}}})
		return err
	})
	return d.ID
}

// anew has two people void an invoice and returns the draft that bills it anew.
func (o *office) anew(i invoice.Invoice, second identity.Actor) invoice.Draft {
	o.t.Helper()
	var d invoice.Draft
	q, err := o.Ask(o.ctx, o.clerk, invoice.RequestInput{Kind: invoice.Void, Invoice: i.ID, Follows: invoice.Replacement, Reason: "Salah alamat"})
	if err == nil {
		_, err = o.Decide(o.ctx, second, q.ID, true)
	}
	if err == nil {
		err = o.w.DB.App.NewSelect().Model(&d).Where("tenant_id = ? AND replaces = ?", o.w.Platform.ID, i.ID).Scan(o.ctx)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// TestAReplacementNamesThePPBJ: one PPBJ is of one faktur (PMK 173/PMK.03/2021). The replacement of a void invoice names what was recorded last; that
// of a faktur which the tax office has numbered stays with it and cannot be changed, so the replacement is asked for its own before it goes out.
func TestAReplacementNamesThePPBJ(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	second := o.staff(o.w.Platform, "kedua@bumd.id", "bumd_finance")
	from, until := o.Now().AddDate(0, 0, -1), o.Now().AddDate(0, 0, 2)
	seller := invoice.Seller{NPWP: "0123456789012345"}
	issue := func(draft uuid.UUID) invoice.Invoice {
		t.Helper()
		i, err := o.Issue(o.ctx, o.clerk, draft)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	record := func(i invoice.Invoice, number string) error {
		return o.Taxes.RecordDocument(o.ctx, o.clerk, i.ID, number)
	}
	answer := func(i invoice.Invoice, status, nsfp string) {
		t.Helper()
		if err := o.Taxes.RecordFaktur(o.ctx, o.clerk, faktur.Answer{Number: i.Number, Status: status, NSFP: nsfp}); err != nil {
			t.Fatal(err)
		}
	}
	export := func() (string, error) {
		all, err := faktur.List(o.ctx, o.Book, from, until)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := faktur.Write(&file, tenants.Coretax, seller, all, o.Now()); err != nil {
			return "", err
		}
		o.tx(func(ctx context.Context, tx bun.Tx) error { return faktur.Exported(ctx, tx, o.clerk, all, o.Now()) })
		return file.String(), nil
	}

	first := issue(o.uncollected("PPBJ-LAMA"))
	if err := record(first, "PPBJ-001/2026"); err != nil {
		t.Fatal(err)
	}
	d := o.anew(first, second)
	if d.Purchase.CustomDoc != "PPBJ-001/2026" || d.Purchase.Order != "SP-1" {
		t.Errorf("the replacement has %+v", d.Purchase)
	}
	next := issue(d.ID)
	if file, err := export(); err != nil || !containsAll(file, "<CustomDoc>PPBJ-001/2026</CustomDoc>", next.Number) {
		t.Fatalf("%v\n%s", err, file)
	}
	answer(next, "approved", "0702600000000001")
	if err := record(next, "PPBJ-002/2026"); !fault.Is(err, "faktur.approved") {
		t.Errorf("changed under an approved faktur: %v", err)
	}

	// Of a numbered faktur it is not named again, nor can it be: the invoice waits for one of its own.
	d = o.anew(next, second)
	if d.Purchase.CustomDoc != "" || d.Purchase.Order != "SP-1" {
		t.Errorf("the replacement of a numbered one has %+v", d.Purchase)
	}
	third := issue(d.ID)
	if _, err := export(); !fault.Is(err, "faktur.no_document") {
		t.Errorf("without a document: %v", err)
	}
	if err := record(third, "PPBJ-001/2026"); err != nil {
		t.Fatal(err)
	}
	if _, err := export(); !fault.Is(err, "faktur.document_used") {
		t.Errorf("with that of another faktur: %v", err)
	}
	answer(next, "cancelled", "") // in Coretax: then it is free
	if _, err := export(); err != nil {
		t.Errorf("with that of a cancelled one: %v", err)
	}
	if err := record(third, "PPBJ-002/2026"); err != nil {
		t.Errorf("changed before it is approved: %v", err)
	}
	fourth := issue(o.uncollected("PPBJ-002/2026"))
	if _, err := export(); !fault.Is(err, "faktur.document_used") {
		t.Errorf("two of one file name the same: %v", err)
	}
	if err := record(fourth, "PPBJ-003/2026"); err != nil {
		t.Fatal(err)
	}
	if file, err := export(); err != nil || !containsAll(file, "PPBJ-002/2026", "PPBJ-003/2026") {
		t.Errorf("%v\n%s", err, file)
	}
}
