package finance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// office is the BUMD's finance with its seller, two cities as parties, and people on both sides.
type office struct {
	*Service
	t       *testing.T
	w       *pgtest.World
	ctx     context.Context // the platform's
	clerk   identity.Actor
	people  *identity.Service
	drafted int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w := pgtest.Open(t)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: t.TempDir(), MaxBytes: 10 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	bus := event.New(nil)
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, BaseURL: func(tenancy.City) string { return "http://localhost" },
		SMTP:  notify.SMTPConfig{Host: "localhost", Port: 25, From: "kota@localhost", TLS: "none"},
		Links: map[string]string{"account_confirm": "/k/{token}", "account_exists": "/masuk", "password_reset": "/a/{token}", "staff_invite": "/u/{token}", "invite_held": "/masuk"}})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: w, ctx: w.Ctx(w.Platform), people: identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard})}
	o.Service = New(Deps{DB: w.DB, Guard: guard, Files: store, Notify: mail, Now: func() time.Time { return time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC) }})
	o.clerk = o.staff(w.Platform, "keuangan@bumd.id", "bumd_finance")
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00123", Holder: "BUMD Batam Bedelau"}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "88990"}
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, o.clerk, setup)
		return err
	})
	return o
}

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := tenancy.InTx(o.ctx, o.w.DB.App, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) staff(city tenancy.City, email, role string) identity.Actor {
	o.t.Helper()
	id, err := o.people.CreateStaff(o.w.Ctx(city), identity.SeedInput{Name: "Rina", Email: email, Password: "kapal putih di selat", Roles: []string{role}, TOTPSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
	if err != nil {
		o.t.Fatal(err)
	}
	return identity.Actor{ID: id, TenantID: city.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
}

func (o *office) draft(city tenancy.City, amount money.Rupiah) invoice.Draft {
	o.t.Helper()
	o.drafted++
	var d invoice.Draft
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		seller, err := invoice.SellerOn(ctx, tx, o.Now())
		if err != nil {
			return err
		}
		p, err := invoice.PartyOf(ctx, tx, o.clerk, seller, city)
		if err != nil {
			return err
		}
		d, err = o.Book.Write(ctx, tx, invoice.Draft{PartyID: p.ID, Series: seller.Series, DueDays: seller.DueDays, Note: "Langganan Bedelau, Oktober 2026",
			Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Langganan bulanan"}, Working: i18n.Text{i18n.ID: "sebulan penuh"}, Amount: amount, PPN: p.PPN, PPh: p.PPh}}})
		return err
	})
	return d
}

// issue finalises a draft and does what its jobs do, each twice.
func (o *office) issue(city tenancy.City, amount money.Rupiah) invoice.Invoice {
	o.t.Helper()
	i, err := o.Issue(o.ctx, o.clerk, o.draft(city, amount).ID)
	if err != nil {
		o.t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(o.print(o.ctx, paperArgs{Invoice: i.ID}), o.send(o.ctx, paperArgs{Invoice: i.ID})); err != nil {
			o.t.Fatal(err)
		}
	}
	return i
}

func (o *office) text(ctx context.Context, who identity.Actor, id, payment uuid.UUID) string {
	o.t.Helper()
	f, body, err := o.Open(ctx, who, id, payment)
	if err != nil {
		o.t.Fatal(err)
	}
	defer body.Close()
	pdf, err := io.ReadAll(body)
	if err != nil || f.Mime != "application/pdf" {
		o.t.Fatalf("%+v, %v", f, err)
	}
	path := filepath.Join(o.t.TempDir(), f.Name)
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		o.t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		o.t.Fatal(err)
	}
	if keep := os.Getenv("TEST_KEEP_PDF"); keep != "" {
		_ = os.WriteFile(filepath.Join(keep, f.Name), pdf, 0o600)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func (o *office) count(ctx context.Context, query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.w.DB.App.NewRaw(query, args...).Scan(ctx, &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// A treasurer gets what the papers of a payment order need: base and tax with its law, what is withheld, the words, where to pay.
func TestAnInvoiceOnPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	i := o.issue(o.w.Other, 6_000_000)
	text := o.text(o.w.Ctx(o.w.Other), reader, i.ID, uuid.Nil)
	for _, want := range []string{
		"INV/2026/000001", "26 November 2026", "26 Desember 2026", "Pemerintah Kota Tanjungpinang", "Langganan bulanan", "sebulan penuh", "Rp6.000.000",
		"DPP Rp5.500.000, kode 02", "Rp660.000", "Rp6.660.000", "-Rp660.000", "-Rp120.000", "Rp5.880.000", "PMK 131/2024",
		"Terbilang jumlah tagihan: enam juta enam ratus enam puluh ribu rupiah", "820-21-00123 atas nama BUMD Batam Bedelau", "8899026000001", "bea meterai Rp10.000 (UU 10/2020",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper:\n%s", want, text)
		}
	}
	exempt := o.issue(o.w.Batam, 4_000_000)
	text = o.text(o.ctx, o.clerk, exempt.ID, uuid.Nil)
	for _, want := range []string{"PPN dibebaskan di KPBPB", "kode 08 Rp0", "PP 41/2021 Pasal 55 ayat (2)", "Jumlah tagihan Rp4.000.000"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper:\n%s", want, text)
		}
	}
	if strings.Contains(text, "meterai") {
		t.Error("a stamp below five million")
	}
}

// Whatever comes in, and however often a job runs, a paper is printed once and people are told once.
func TestAPaperIsPrintedOnceAndSentOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	o.staff(o.w.Other, "admin@tpi.id", "city_admin")
	o.staff(o.w.Other, "petugas@tpi.id", "officer") // has nothing to do with bills
	o.staff(o.w.Batam, "admin@batam.id", "city_admin")
	i := o.issue(o.w.Other, 6_000_000)
	before, _, err := o.Open(o.ctx, o.clerk, i.ID, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	pay := func(method, reference string, amount money.Rupiah) invoice.Payment {
		p, err := o.Receive(o.ctx, o.clerk, invoice.PaymentInput{Invoice: i.ID, Method: method, Reference: reference, Amount: amount, On: o.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	slip, p := pay(invoice.Slip, "BP-1", 780_000), pay(invoice.Transfer, "T-1", 5_880_000)
	if receipts, err := o.Receipts(o.w.Ctx(o.w.Other), reader, i.ID); err != nil || len(receipts) != 1 || receipts[0].ID != p.ID {
		t.Errorf("before its receipt is printed: %+v, %v", receipts, err)
	}
	first, _, err := o.Open(o.w.Ctx(o.w.Other), reader, i.ID, p.ID)
	if err != nil {
		t.Errorf("a receipt that is asked for before its job has run: %v", err)
	}
	if err := errors.Join(o.print(o.ctx, paperArgs{Invoice: i.ID, Payment: p.ID}), o.print(o.ctx, paperArgs{Invoice: i.ID, Payment: p.ID})); err != nil {
		t.Fatal(err)
	}
	if again, _, err := o.Open(o.ctx, o.clerk, i.ID, p.ID); err != nil || again.ID != first.ID {
		t.Errorf("the receipt is printed again: %+v, %v", again, err)
	}
	text := o.text(o.w.Ctx(o.w.Other), reader, i.ID, p.ID)
	for _, want := range []string{"KUITANSI", "Pemerintah Kota Tanjungpinang", "lima juta delapan ratus delapan puluh ribu rupiah", "tagihan INV/2026/000001", "Rp5.880.000", "transfer, T-1", "Tempat meterai"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the receipt:\n%s", want, text)
		}
	}
	if _, _, err := o.Open(o.ctx, o.clerk, i.ID, slip.ID); !fault.Is(err, "invoice.not_found") {
		t.Errorf("a receipt for a slip: %v", err)
	}
	if again, _, err := o.Open(o.ctx, o.clerk, i.ID, uuid.Nil); err != nil || again.ID != before.ID || !bytes.Equal(again.SHA256, before.SHA256) {
		t.Errorf("printed again: %+v, %v", again, err)
	}
	b, err := o.Find(o.w.Ctx(o.w.Other), reader, i.ID)
	if err != nil || b.Standing.State() != "paid" || len(b.Lines) != 1 {
		t.Errorf("%+v, %v", b, err)
	}
	if n := o.count(o.w.Ctx(o.w.Other), "SELECT count(*) FROM message WHERE tenant_id = ? AND template = 'invoice_issued'", o.w.Other.ID); n != 2 {
		t.Errorf("%d letters; want one to each of two", n)
	}
	if n := o.count(o.w.Ctx(o.w.Batam), "SELECT count(*) FROM message WHERE tenant_id = ?", o.w.Batam.ID); n != 0 {
		t.Errorf("%d letters to another city", n)
	}
	rows, err := o.List(o.ctx, o.clerk, Filter{})
	if err != nil || len(rows) != 1 || rows[0].Sent != 2 || rows[0].Open != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
	receipts, err := o.Receipts(o.w.Ctx(o.w.Other), reader, i.ID)
	if err != nil || len(receipts) != 1 || receipts[0].ID != p.ID {
		t.Errorf("%+v, %v", receipts, err)
	}
}

// One transfer for two invoices has one receipt, whichever page it is fetched from; a payment that was taken back has none.
func TestOnePaymentHasOneReceipt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader, city := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer"), o.w.Ctx(o.w.Other)
	bills := []invoice.Invoice{o.issue(o.w.Other, 1_000_000), o.issue(o.w.Other, 2_000_000)}
	take := func(reference string) (p invoice.Payment) {
		t.Helper()
		err := tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
			p, err = o.Book.Take(ctx, tx, o.clerk, invoice.TakeInput{Party: bills[0].PartyID, Against: []invoice.Share{{Invoice: bills[0].ID}, {Invoice: bills[1].ID}}, Method: invoice.Transfer,
				Reference: reference, Amount: bills[0].Total + bills[1].Total, On: o.Now()})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	wrong := take("T-1")
	if err := tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return o.Book.UndoPayment(ctx, tx, o.clerk, wrong.ID, o.Now(), "Salah kota")
	}); err != nil {
		t.Fatal(err)
	}
	right := take("T-2")
	var both sync.WaitGroup // at the same moment from both pages
	for _, i := range bills {
		for range 3 {
			both.Go(func() {
				if err := o.print(o.ctx, paperArgs{Invoice: i.ID, Payment: right.ID}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	both.Wait()
	if n := o.count(o.ctx, "SELECT count(*) FROM invoice_paper WHERE tenant_id = ? AND payment_id = ?", o.w.Platform.ID, right.ID); n != 1 {
		t.Errorf("%d receipts were printed", n)
	}
	papers := map[uuid.UUID]bool{}
	for _, i := range bills {
		if got, err := o.Receipts(city, reader, i.ID); err != nil || len(got) != 1 || got[0].ID != right.ID {
			t.Errorf("%s: %+v, %v", i.Number, got, err)
		}
		if _, _, err := o.Open(city, reader, i.ID, wrong.ID); !fault.Is(err, "invoice.not_found") {
			t.Errorf("%s: a receipt for a payment that was taken back: %v", i.Number, err)
		}
		if err := o.print(o.ctx, paperArgs{Invoice: i.ID, Payment: right.ID}); err != nil {
			t.Error(err)
		}
		f, body, err := o.Open(city, reader, i.ID, right.ID)
		if err != nil {
			t.Fatal(err)
		}
		papers[f.ID] = true
		if err := body.Close(); err != nil {
			t.Error(err)
		}
		if text := o.text(city, reader, i.ID, right.ID); !strings.Contains(text, bills[0].Number) || !strings.Contains(text, bills[1].Number) {
			t.Errorf("not for both:\n%s", text)
		}
	}
	if len(papers) != 1 {
		t.Errorf("%d receipts of one payment", len(papers))
	}
}

// A credit note is a paper of its own, which the city is told of and can download.
func TestACreditNoteOnPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader, boss := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer"), o.staff(o.w.Platform, "kepala@bumd.id", "bumd_finance")
	i := o.issue(o.w.Other, 6_000_000)
	q, err := o.Ask(o.ctx, o.clerk, invoice.RequestInput{Kind: string(invoice.CreditNote), Invoice: i.ID, Reason: "Layanan terputus dua hari.",
		Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Layanan terputus"}, Amount: 400_000, PPN: "jasa-pemerintah", PPh: "pph23-jasa"}}})
	if err == nil {
		_, err = o.Decide(o.ctx, boss, q.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	var asked []uuid.UUID
	if err := o.w.DB.App.NewRaw("SELECT (payload->>'invoice')::uuid FROM outbox WHERE tenant_id = ? AND kind = 'finance.print.v1' AND payload->>'invoice' <> ?", o.w.Platform.ID, i.ID.String()).Scan(o.ctx, &asked); err != nil || len(asked) != 1 {
		t.Fatalf("asked to print %v, %v", asked, err)
	}
	for range 2 {
		if err := errors.Join(o.print(o.ctx, paperArgs{Invoice: asked[0]}), o.send(o.ctx, paperArgs{Invoice: asked[0]})); err != nil {
			t.Fatal(err)
		}
	}
	text := o.text(o.w.Ctx(o.w.Other), reader, asked[0], uuid.Nil)
	for _, want := range []string{"NOTA KREDIT", "CN/2026/000001", "Layanan terputus dua hari.", "Rp400.000", "Rp444.000"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper:\n%s", want, text)
		}
	}
	if n := o.count(o.w.Ctx(o.w.Other), "SELECT count(*) FROM message WHERE tenant_id = ? AND template = 'invoice_credited' AND data->>'number' = 'CN/2026/000001'", o.w.Other.ID); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestWhoMayIssueAndWhoMayRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	own, strange := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer"), o.staff(o.w.Batam, "bendahara@batam.id", "treasurer")
	officer, bumd := o.staff(o.w.Other, "petugas@tpi.id", "officer"), o.staff(o.w.Platform, "staf@bumd.id", "bumd")
	d := o.draft(o.w.Other, 1_000_000)
	for name, who := range map[string]identity.Actor{"BUMD staff": bumd, "a city's treasurer": own} {
		if _, err := o.Issue(o.ctx, who, d.ID); fault.From(err).Kind != fault.Forbidden && fault.From(err).Kind != fault.Unauthenticated {
			t.Errorf("%s issues: %v", name, err)
		}
	}
	if drafts, err := o.Drafts(o.ctx, o.clerk); err != nil || len(drafts) != 1 || drafts[0].Net != 1_000_000 || drafts[0].Party != "Pemerintah Kota Tanjungpinang" {
		t.Errorf("%+v, %v", drafts, err)
	}
	i := o.issue(o.w.Other, 6_000_000)
	for _, tt := range []struct {
		name string
		city tenancy.City
		who  identity.Actor
		want string
		rows int
	}{
		{"its own treasurer", o.w.Other, own, "", 1},
		{"finance of the BUMD", o.w.Platform, o.clerk, "", 1},
		{"another city's treasurer", o.w.Batam, strange, "invoice.not_found", 0},
		{"another city's treasurer in this city", o.w.Other, strange, "access.sign_in", -1},
		{"a treasurer on the platform", o.w.Platform, own, "access.sign_in", -1},
		{"an officer", o.w.Other, officer, "access.denied", -1},
	} {
		ctx := o.w.Ctx(tt.city)
		_, found := o.Find(ctx, tt.who, i.ID)
		_, _, opened := o.Open(ctx, tt.who, i.ID, uuid.Nil)
		_, receipts := o.Receipts(ctx, tt.who, i.ID)
		for what, err := range map[string]error{"find": found, "open": opened, "receipts": receipts} {
			if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
				t.Errorf("%s, %s: %v; want %q", tt.name, what, err, tt.want)
			}
		}
		rows, err := o.List(ctx, tt.who, Filter{City: o.w.Other.ID})
		if tt.rows >= 0 && (err != nil || len(rows) != tt.rows) || tt.rows < 0 && !fault.Is(err, tt.want) {
			t.Errorf("%s lists %d, %v", tt.name, len(rows), err)
		}
	}
}

// A city that has nobody to tell yet is told when it has.
func TestSendAgainReachesWhoCameLater(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	i := o.issue(o.w.Other, 6_000_000)
	late := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	if err := errors.Join(o.SendAgain(o.ctx, o.clerk, i.ID), o.send(o.ctx, paperArgs{Invoice: i.ID})); err != nil {
		t.Fatal(err)
	}
	if err := o.SendAgain(o.w.Ctx(o.w.Other), late, i.ID); !fault.Is(err, "access.denied") {
		t.Errorf("a city sends: %v", err)
	}
	if n := o.count(o.w.Ctx(o.w.Other), "SELECT count(*) FROM message WHERE tenant_id = ? AND account_id = ?", o.w.Other.ID, late.ID); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func containsAll(text string, all ...string) bool {
	for _, want := range all {
		if !strings.Contains(text, want) {
			return false
		}
	}
	return true
}
