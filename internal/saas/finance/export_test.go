package finance

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/faktur"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/tenants"
)

func (o *office) table(name string) string {
	o.t.Helper()
	var out []string
	day := o.Now().AddDate(0, 0, -1)
	err := o.Export(o.ctx, o.clerk, i18n.ID, name, day, day.AddDate(0, 1, 0), func(row []any) error {
		out = append(out, fmt.Sprint(row))
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func TestTablesForTheAccountant(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	own := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	i := o.issue(o.w.Other, 6_000_000)
	o.issue(o.w.Batam, 4_000_000)
	for method, amount := range map[string]int64{invoice.Slip: 780_000, invoice.Transfer: 880_000} {
		in := invoice.PaymentInput{Invoice: i.ID, Method: method, Reference: "R-" + method, On: o.Now()}
		if in.Amount = i.Withholdable; method != invoice.Slip {
			in.Amount = i.Total - i.Withholdable - 5_000_000
		}
		if int64(in.Amount) != amount {
			t.Fatal(in.Amount)
		}
		if _, err := o.Receive(o.ctx, o.clerk, in); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{
		invoice.InvoiceTable: {"[Nomor tagihan Pihak NPWP", "[INV/2026/000001 Pemerintah Kota Tanjungpinang  2026-11-26 2026-12-26 6000000 660000 6660000 880000 780000 0 0 5000000 Dibayar sebagian]"},
		invoice.PaymentTable: {"bukti potong R-slip 780000", "transfer R-transfer 880000"},
		invoice.TaxTable:     {"jasa-pemerintah 02 6000000 5500000 660000", "pph23-jasa  6000000 6000000 120000", "jasa-kpbpb 08 4000000 3666667 0 440000"},
	} {
		if got := o.table(name); !containsAll(got, want...) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	n := 0
	err := o.Export(o.w.Ctx(o.w.Other), own, i18n.EN, invoice.InvoiceTable, o.Now().AddDate(0, 0, -1), o.Now().AddDate(0, 0, 1), func([]any) error { n++; return nil })
	if err != nil || n != 2 {
		t.Errorf("a city gets %d rows, %v; want the heading and its own", n, err)
	}
}

// TestWhatIsCreditedIsNotPaid: an invoice that a credit note made smaller is as open as before, and one that it closed is credited, in the
// list, its filter and the table; the tables say what each note took off, what became balance and what was given back.
func TestWhatIsCreditedIsNotPaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	boss := o.staff(o.w.Platform, "kepala@bumd.id", "bumd_finance")
	credit := func(i invoice.Invoice, net money.Rupiah) {
		t.Helper()
		q, err := o.AskCredit(o.ctx, o.clerk, i.ID, map[int]money.Rupiah{1: net}, "Layanan terputus")
		if err == nil {
			_, err = o.Decide(o.ctx, boss, q.ID, true)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	receive := func(i invoice.Invoice, amount money.Rupiah) {
		t.Helper()
		if _, err := o.Receive(o.ctx, o.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "T-" + i.Number, Amount: amount, On: o.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	small, whole, paid := o.issue(o.w.Batam, 1_000_000), o.issue(o.w.Batam, 2_000_000), o.issue(o.w.Batam, 3_000_000)
	credit(small, 100_000)
	credit(whole, 2_000_000)
	receive(paid, 3_000_000)
	credit(paid, 500_000) // was paid, and becomes balance
	for state, want := range map[string]string{"open": small.Number, "credited": whole.Number, "paid": paid.Number, "part_paid": ""} {
		rows, err := o.List(o.ctx, o.clerk, Filter{State: state})
		if err != nil {
			t.Fatal(err)
		}
		var numbers []string
		for _, r := range rows {
			numbers = append(numbers, r.Number)
			if r.State() != state {
				t.Errorf("%s is %s in the filter and %s in the list", r.Number, state, r.State())
			}
		}
		if got := strings.Join(numbers, " "); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
	b, err := o.Find(o.ctx, o.clerk, paid.ID)
	if err != nil || len(b.Related.Notes) != 1 || b.Related.Notes[0].Number != "CN/2026/000003" {
		t.Errorf("the credit note of a paid invoice is not among what belongs to it: %+v, %v", b.Related.Notes, err)
	}
	if err := o.AskRefund(o.ctx, o.clerk, invoice.RefundInput{Party: b.PartyID, Amount: 200_000, Account: "BRK 1", Reason: "Diminta kembali"}); err != nil {
		t.Fatal(err)
	}
	asked, err := o.Refunds(o.ctx, boss, true)
	if err == nil {
		err = o.DecideRefund(o.ctx, boss, asked[0].ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		invoice.InvoiceTable: {"0 0 100000 0 900000 Belum dibayar]", "0 0 2000000 0 0 Dikreditkan]", "3000000 0 0 0 0 Lunas]"},
		invoice.NoteTable:    {"[CN/2026/000001 " + small.Number, "100000 0 100000 100000 0 Layanan terputus]", "[CN/2026/000003 " + paid.Number, "500000 0 500000 0 500000 Layanan terputus]"},
		invoice.RefundTable:  {"Pemerintah Kota Batam 200000 Diminta kembali]"},
		invoice.BalanceTable: {"[Pemerintah Kota Batam  0 500000 0 200000 0 300000]"},
	} {
		if got := o.table(name); !containsAll(got, want...) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// TestAPaymentThatWasTakenBackIsNotUsed: it came in and went out of the balance by itself, and the days of a table are days.
func TestAPaymentThatWasTakenBackIsNotUsed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	i := o.issue(o.w.Batam, 1_000_000)
	p, err := o.Receive(o.ctx, o.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "R-1", Amount: 1_250_000, On: o.Now()})
	if err == nil {
		err = o.Bank.UndoPayment(o.ctx, o.clerk, p.ID, "Salah pihak")
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := o.table(invoice.BalanceTable); !containsAll(got, "Pemerintah Kota Batam  0 250000 0 0 250000 0]") {
		t.Errorf("the balances:\n%s", got)
	}
	days := 0
	err = o.Export(o.ctx, o.clerk, i18n.ID, invoice.PaymentTable, o.Now().AddDate(0, 0, -1), o.Now().AddDate(0, 1, 0), func(row []any) error {
		if day, ok := row[0].(invoice.Day); ok && string(day) == o.Now().Format(time.DateOnly) {
			days++
		}
		return nil
	})
	if err != nil || days != 1 {
		t.Errorf("%d days, %v", days, err)
	}
}

func TestAFakturGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.issue(o.w.Other, 6_000_000)
	o.issue(o.w.Batam, 4_000_000)
	from, until := o.Now().AddDate(0, 0, -1), o.Now().AddDate(0, 0, 1)
	var file bytes.Buffer
	if _, err := o.Taxes.Faktur(o.ctx, o.clerk, tenants.Coretax, from, until, &file); !fault.Is(err, "faktur.no_npwp") {
		t.Errorf("without the seller's NPWP: %v", err)
	}
	all, err := faktur.List(o.ctx, o.Book, from, until)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	all[0].Buyer.Name = `Kota "A" & <B>`
	if err := faktur.Write(&file, tenants.Coretax, invoice.Seller{NPWP: "0123456789012345"}, all, o.Now()); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		TIN    string
		Faktur []struct {
			TrxCode, RefDesc, BuyerName       string
			AddInfo, CustomDoc, FacilityStamp string
			Lines                             []struct {
				TaxBase, OtherTaxBase, VAT int64
				VATRate                    string
			} `xml:"ListOfGoodService>GoodService"`
		} `xml:"ListOfTaxInvoice>TaxInvoice"`
	}
	if err := xml.Unmarshal(file.Bytes(), &doc); err != nil {
		t.Fatalf("%v:\n%s", err, &file)
	}
	f := doc.Faktur[0]
	if doc.TIN != "0123456789012345" || len(doc.Faktur) != 2 || f.TrxCode != "02" || f.RefDesc != "INV/2026/000001" || f.BuyerName != `Kota "A" & <B>` ||
		f.Lines[0].TaxBase != 6_000_000 || f.Lines[0].OtherTaxBase != 5_500_000 || f.Lines[0].VAT != 660_000 || f.Lines[0].VATRate != "12" {
		t.Errorf("%+v", doc)
	}
	if f := doc.Faktur[1]; f.TrxCode != "08" || f.AddInfo != "TD.00504" || f.FacilityStamp != "TD.01104" || f.CustomDoc != "" || doc.Faktur[0].AddInfo != "" {
		t.Errorf("the legal basis of what is exempt: %+v", doc)
	}
	if err := faktur.Write(&file, fstest.MapFS{}, invoice.Seller{NPWP: "1"}, nil, o.Now()); !fault.Is(err, "faktur.no_layout") {
		t.Errorf("before the first layout: %v", err)
	}
	answer := faktur.Answer{Number: "INV/2026/000001", Status: "approved", NSFP: "02002500000000001"}
	if err := o.Taxes.RecordFaktur(o.ctx, o.clerk, answer); !fault.Is(err, "faktur.not_found") {
		t.Errorf("never handed over: %v", err)
	}
	if _, err := o.w.DB.App.NewRaw(`UPDATE seller SET tenant_id = tenant_id WHERE false`).Exec(o.ctx); err == nil {
		t.Error("the seller of a day can be changed")
	}
	exported := func() {
		t.Helper()
		o.tx(func(ctx context.Context, tx bun.Tx) error { return faktur.Exported(ctx, tx, o.clerk, all, o.Now()) })
	}
	exported()
	for _, tt := range []struct {
		change func(*faktur.Answer)
		want   string
	}{
		{func(a *faktur.Answer) { a.NSFP = "12" }, "input.invalid"},
		{func(a *faktur.Answer) { a.Status = "lost" }, "input.invalid"},
		{func(*faktur.Answer) {}, ""},
		{func(a *faktur.Answer) { a.Number = "INV/2026/000002" }, "faktur.known"},
	} {
		a := answer
		tt.change(&a)
		if err := o.Taxes.RecordFaktur(o.ctx, o.clerk, a); tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	exported()
	if all, err = faktur.List(o.ctx, o.Book, from, until); err != nil || len(all) != 1 || all[0].Number != "INV/2026/000002" {
		t.Errorf("an approved one goes out again: %+v, %v", all, err)
	}
	if got := o.table(invoice.TaxTable); !containsAll(got, "02002500000000001 approved", "exported") {
		t.Error(got)
	}
}

// TestAFakturWithoutItsLegalBasisStays: Coretax takes none of codes 07 and 08 that does not name its legal basis, nor one to the free-trade
// area without the buyer's document, so neither is handed over; what is missing is filled in and then goes out.
func TestAFakturWithoutItsLegalBasisStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	i := o.issue(o.w.Batam, 4_000_000)
	from, until := o.Now().AddDate(0, 0, -1), o.Now().AddDate(0, 0, 1)
	if err := o.Taxes.RecordDocument(o.ctx, o.clerk, i.ID, " "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("a document without a number: %v", err)
	}
	if err := o.Taxes.RecordDocument(o.ctx, o.clerk, i.ID, "PPBJ-026/2026"); err != nil {
		t.Fatal(err)
	}
	all, err := faktur.List(o.ctx, o.Book, from, until)
	if err != nil || len(all) != 1 || all[0].CustomDoc != "PPBJ-026/2026" || all[0].Documented {
		t.Fatalf("%+v, %v", all, err)
	}
	seller := invoice.Seller{NPWP: "0123456789012345"}
	for name, tt := range map[string]struct {
		change func(*faktur.Faktur)
		want   string
	}{
		"no additional information":     {func(f *faktur.Faktur) { f.AddInfo = "" }, "faktur.no_basis"},
		"no facility stamp, of code 07": {func(f *faktur.Faktur) { f.TrxCode, f.FacilityStamp = "07", "" }, "faktur.no_basis"},
		"no document where one is due":  {func(f *faktur.Faktur) { f.Documented, f.CustomDoc = true, "" }, "faktur.no_document"},
		"another code needs none of it": {func(f *faktur.Faktur) { f.TrxCode, f.AddInfo, f.FacilityStamp = "04", "", "" }, ""},
		"all that is due":               {func(f *faktur.Faktur) { f.Documented = true }, ""},
	} {
		f := all[0]
		tt.change(&f)
		var file bytes.Buffer
		err := faktur.Write(&file, tenants.Coretax, seller, []faktur.Faktur{f}, o.Now())
		if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
		if name == "all that is due" && !containsAll(file.String(), "<AddInfo>TD.00504</AddInfo>", "<CustomDoc>PPBJ-026/2026</CustomDoc>", "<FacilityStamp>TD.01104</FacilityStamp>") {
			t.Errorf("the file says:\n%s", &file)
		}
	}
}
