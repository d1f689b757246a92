package finance

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

// said runs the planned work of a day three times, two of them at once, and then every job that it asked for twice. It returns
// what the ladder said of an invoice so far.
func (o *office) said(i invoice.Invoice, days int) string {
	o.t.Helper()
	at := i.DueOn.AddDate(0, 0, days).Add(3 * time.Hour)
	run := func() error {
		return tenancy.InTx(o.ctx, o.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return o.remindDue(ctx, tx, at) })
	}
	var both sync.WaitGroup
	failed := make(chan error, 3)
	for range 2 {
		both.Go(func() { failed <- run() })
	}
	both.Wait()
	failed <- run()
	for range 3 {
		if err := <-failed; err != nil {
			o.t.Fatal(err)
		}
	}
	var rungs []int
	if err := o.w.DB.App.NewRaw("SELECT days FROM invoice_reminder WHERE tenant_id = ? AND invoice_id = ? AND say <> '' ORDER BY days", o.w.Platform.ID, i.ID).Scan(o.ctx, &rungs); err != nil {
		o.t.Fatal(err)
	}
	for _, r := range rungs {
		for range 2 {
			if err := o.remind(o.ctx, remindArgs{i.ID, r}); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	return fmt.Sprint(rungs)
}

// record keeps whose record was written; billing's own is tested with the whole program.
type record struct{ cities []tenancy.ID }

func (r *record) Entitle(_ context.Context, city tenancy.City) error {
	r.cities = append(r.cities, city.ID)
	return nil
}

// An invoice that stays open climbs the ladder, each rung once whatever runs twice; what was missed is not said afterwards; and
// nobody is held back who was not told two weeks before.
func TestAnInvoiceIsRemindedOfOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	i := o.issue(o.w.Other, 6_000_000)
	late := o.issue(o.w.Other, 5_000_000)
	letters := func() int {
		return o.count(o.w.Ctx(o.w.Other), "SELECT count(*) FROM message WHERE tenant_id = ? AND account_id = ? AND template <> 'invoice_issued' AND data->>'number' = ?", o.w.Other.ID, reader.ID, i.Number)
	}
	for _, tt := range []struct {
		days    int
		said    string
		letters int
	}{
		{-8, "[]", 0}, {-7, "[-7]", 1}, {-3, "[-7]", 1}, {0, "[-7 0]", 2}, {6, "[-7 0]", 2}, {7, "[-7 0 7]", 3},
		{40, "[-7 0 7 30]", 4}, // the worker was off on the fourteenth day
		{50, "[-7 0 7 30 46]", 5}, {60, "[-7 0 7 30 46]", 5}, {63, "[-7 0 7 30 46]", 5}, {64, "[-7 0 7 30 46 60]", 6}, {200, "[-7 0 7 30 46 60]", 6},
	} {
		if got := o.said(i, tt.days); got != tt.said || letters() != tt.letters {
			t.Errorf("%d days after it was due: %s, %d letters; want %s, %d", tt.days, got, letters(), tt.said, tt.letters)
		}
	}
	if from, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID); err != nil || !from.Equal(i.DueOn.AddDate(0, 0, 64)) {
		t.Errorf("held back from %s, %v", from, err)
	}
	for _, x := range []invoice.Invoice{i, late} {
		if _, err := o.Receive(o.ctx, o.clerk, invoice.PaymentInput{Invoice: x.ID, Method: invoice.Transfer, Reference: x.Number, Amount: x.Total, On: o.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.count(o.ctx, "SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'finance.lift.v1'", o.w.Platform.ID); n < 2 {
		t.Errorf("%d jobs lift what held the city back", n)
	}
	lifted := &record{}
	o.Limits = lifted
	if err := o.lift(o.ctx, i.ID); err != nil || len(lifted.cities) != 1 || lifted.cities[0] != o.w.Other.ID {
		t.Errorf("lifted for %v, %v", lifted.cities, err)
	}
	if from, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID); err != nil || !from.IsZero() {
		t.Errorf("paid, and held back from %s, %v", from, err)
	}
}

// Letters that are held back with a reason wait, and limits that were announced do not begin before the hold is over.
func TestHeldLettersWait(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	i := o.issue(o.w.Other, 6_000_000)
	hold := func(until time.Time, reason string) error {
		return o.HoldLetters(o.ctx, o.clerk, arrears.HoldInput{Invoice: i.ID, Until: until, Reason: reason})
	}
	if err := hold(o.Now(), " "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := hold(o.Now().AddDate(0, 0, -1), "Menunggu pencairan"); fault.From(err).Kind != fault.Invalid {
		t.Errorf("until yesterday: %v", err)
	}
	if got := o.said(i, 7); got != "[7]" {
		t.Errorf("before: %s", got)
	}
	until := i.DueOn.AddDate(0, 0, 50)
	if err := hold(until, "Menunggu pencairan"); err != nil {
		t.Fatal(err)
	}
	if got := o.said(i, 40); got != "[7]" {
		t.Errorf("held: %s", got)
	}
	if got := o.said(i, 51); got != "[7 46]" {
		t.Errorf("after it: %s", got)
	}
	first, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID)
	if err != nil || first.IsZero() {
		t.Fatalf("announced for %s, %v", first, err)
	}
	if err := hold(first.AddDate(0, 0, 9), "Sengketa tagihan"); err != nil {
		t.Fatal(err)
	}
	if from, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID); err != nil || !from.Equal(first.AddDate(0, 0, 10)) {
		t.Errorf("held back from %s, %v; want ten days later than %s", from, err, first)
	}
	if err := o.ReleaseLetters(o.ctx, o.clerk, i.ID); err != nil {
		t.Fatal(err)
	}
	if from, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID); err != nil || !from.Equal(first) {
		t.Errorf("let go: held back from %s, %v; want %s", from, err, first)
	}
	if err := o.ReleaseLetters(o.ctx, o.clerk, i.ID); !fault.Is(err, "arrears.not_held") {
		t.Errorf("let go twice: %v", err)
	}
}

// A treasurer pays less what goes to the state, and the slip follows when the state has confirmed it: from the payment on nobody is
// held back, though the invoice is still open and reminded of.
func TestWaitingForASlipHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	i, next := o.issue(o.w.Other, 6_000_000), o.issue(o.w.Other, 5_000_000)
	for _, x := range []invoice.Invoice{i, next} {
		if got := o.said(x, 46); got != "[46]" {
			t.Fatalf("%s was reminded %s", x.Number, got)
		}
	}
	pay := func(x invoice.Invoice, amount money.Rupiah) {
		t.Helper()
		if _, err := o.Receive(o.ctx, o.clerk, invoice.PaymentInput{Invoice: x.ID, Method: invoice.Transfer, Reference: fmt.Sprint(x.Number, amount), Amount: amount, On: o.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	held := func() bool {
		t.Helper()
		from, err := arrears.LimitsFrom(o.ctx, o.w.DB.App, o.w.Other.ID)
		if err != nil {
			t.Fatal(err)
		}
		return !from.IsZero()
	}
	pay(i, i.Total-i.Withholdable)
	pay(next, next.Total-next.Withholdable-1)
	if !held() {
		t.Error("a rupiah is owed, and nobody is held back")
	}
	pay(next, 1)
	if held() {
		t.Error("only slips are missing, and the city is held back")
	}
	if got := o.said(i, 70); got != "[46]" {
		t.Errorf("with its slip missing it was reminded %s", got)
	}
}

func TestArrearsByAge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	own := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	now := o.Now()
	for days, amount := range map[int]money.Rupiah{100: 1_000_000, 75: 2_000_000, 45: 4_000_000, 30: 8_000_000, 0: 16_000_000} {
		o.Service.Now, o.Book.Now = func() time.Time { return now.AddDate(0, 0, -days-30) }, func() time.Time { return now.AddDate(0, 0, -days-30) }
		if i := o.issue(o.w.Batam, 1); i.Total != 1 {
			t.Fatal(i.Total)
		}
		o.issue(o.w.Other, amount)
	}
	o.Service.Now, o.Book.Now = func() time.Time { return now }, func() time.Time { return now }
	page, next, err := o.Arrears(o.ctx, o.clerk, uuid.Nil)
	if err != nil || next != uuid.Nil || len(page) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	for _, p := range page {
		if p.Open != p.NotDue+p.To30+p.To60+p.To90+p.Beyond {
			t.Errorf("%+v", p)
		}
		if p.City.UUID == o.w.Other.ID && (p.NotDue != 17_760_000 || p.To30 != 8_880_000 || p.To60 != 4_440_000 || p.To90 != 2_220_000 || p.Beyond != 1_110_000) {
			t.Errorf("%+v", p)
		}
	}
	if _, _, err := o.Arrears(o.w.Ctx(o.w.Other), own, uuid.Nil); !fault.Is(err, "access.denied") {
		t.Errorf("a city reads everyone's arrears: %v", err)
	}
}

// What a statement pays has its receipt over all its invoices, and whoever may not record payments may not import.
func TestAStatementIsBooked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reader := o.staff(o.w.Other, "bendahara@tpi.id", "treasurer")
	one, two := o.issue(o.w.Other, 6_000_000), o.issue(o.w.Other, 7_000_000)
	raw := fmt.Sprintf(":20:X\n:25:8202100123\n:28C:1/1\n:60F:C261126IDR0,00\n:61:261126C%d,00NTRFNONREF//FT-9\n:86:%s %s\n:62F:C261126IDR%d,00\n", one.Total+two.Total, one.Number, two.Number, one.Total+two.Total)
	if _, err := o.Bank.CheckStatement(o.w.Ctx(o.w.Other), reader, "", "mt940.txt", []byte(raw)); !fault.Is(err, "access.denied") {
		t.Errorf("a city imports: %v", err)
	}
	b, err := o.Bank.CheckStatement(o.ctx, o.clerk, "", "mt940.txt", []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	preview, err := o.Bank.PreviewStatement(o.ctx, o.clerk, b.ID)
	if err != nil || preview.Count(payin.Matched) != 1 {
		t.Fatalf("%+v, %v", preview, err)
	}
	r, err := o.Bank.ApplyStatement(o.ctx, o.clerk, b.ID)
	if err != nil || r.Count(payin.Matched) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	var payment uuid.UUID
	if err := o.w.DB.App.NewRaw("SELECT payment_id FROM bank_match WHERE tenant_id = ?", o.w.Platform.ID).Scan(o.ctx, &payment); err != nil {
		t.Fatal(err)
	}
	if err := o.print(o.ctx, paperArgs{Invoice: one.ID, Payment: payment}); err != nil {
		t.Fatal(err)
	}
	if text := o.text(o.w.Ctx(o.w.Other), reader, one.ID, payment); !containsAll(text, "tagihan "+one.Number+", "+two.Number, "FT-9") {
		t.Errorf("the receipt says:\n%s", text)
	}
	if err := o.Bank.UndoPayment(o.ctx, o.clerk, payment, "Salah tagihan."); err != nil {
		t.Fatal(err)
	}
	if lines, err := o.Bank.Lines(o.ctx, o.clerk, payin.Open, uuid.Nil); err != nil || len(lines) != 1 {
		t.Errorf("%+v, %v", lines, err)
	}
}
