package fee

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// TestTheSumsOfAFeeAlwaysAddUp pays and gives back at random, sensibly and not, in two cities at once. After each act, done
// or refused: paid - refunded + open = amount, nothing is negative, the entries are what the sums say, and the status
// follows from them.
func TestTheSumsOfAFeeAlwaysAddUp(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	for seed := range uint64(24) {
		city := w.Batam
		if seed%2 == 1 {
			city = w.Other
		}
		ctx, r := w.Ctx(city), rand.New(rand.NewPCG(seed, 1))
		b := &books{t: t, db: w.DB.App, ctx: ctx, subject: uuid.Must(uuid.NewV7()), r: r, model: Fee{Amount: money.Rupiah(1 + r.Int64N(1_000_000)), Status: Due}}
		if seed < 4 {
			b.model.Amount = money.Rupiah(seed + 1) // the smallest that there are
		}
		b.ask()
		for step := range 25 {
			b.act(fmt.Sprintf("%d-%d", seed, step))
			b.check(fmt.Sprintf("seed %d, step %d", seed, step))
		}
	}
}

// books are one fee and what the test expects of it.
type books struct {
	t       *testing.T
	db      *bun.DB
	ctx     context.Context
	subject uuid.UUID
	r       *rand.Rand
	id      uuid.UUID
	model   Fee
}

func (b *books) in(fn func(context.Context, bun.Tx) error) error {
	return tenancy.InTx(b.ctx, b.db, fn)
}

func (b *books) ask() {
	err := b.in(func(ctx context.Context, tx bun.Tx) error {
		f, err := Ask(ctx, tx, Fee{SubjectKind: "application", SubjectID: b.subject, Round: 1, AgencyCode: "dinkes", Title: i18n.Text{}, How: i18n.Text{},
			Code: "X", Amount: b.model.Amount}, time.Now())
		b.id = f.ID
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// sum is an amount around what would just do.
func (b *books) sum(around money.Rupiah) money.Rupiah {
	switch b.r.IntN(5) {
	case 0:
		return around
	case 1:
		return around + 1
	case 2:
		return money.Rupiah(b.r.Int64N(3)) - 1
	case 3:
		return money.Max
	}
	return money.Rupiah(b.r.Int64N(int64(b.model.Amount)) + 1)
}

func (b *books) act(name string) {
	e := Entry{Day: "2026-11-24", Reference: "BRK-" + name, Reason: "Salah hitung.", At: time.Now(), ByName: "Budi"}
	switch n := b.r.IntN(20); {
	case n == 0 && b.model.Status == Due:
		if err := b.in(func(ctx context.Context, tx bun.Tx) error { return Drop(ctx, tx, "application", b.subject) }); err != nil {
			b.t.Fatal(err)
		}
		b.model.Status = Dropped
	case n < 12:
		e.Amount = b.sum(b.model.Open())
		want := ""
		switch {
		case b.model.Status != Due:
			want = "fee.not_due"
		case e.Amount <= 0 || e.Amount > b.model.Open():
			want = "amount_over"
		}
		err := b.in(func(ctx context.Context, tx bun.Tx) error { _, err := Pay(ctx, tx, b.id, e); return err })
		if b.refused(name, err, want) {
			return
		}
		if b.model.Paid += e.Amount; b.model.Open() == 0 {
			b.model.Status = Paid
		}
	default:
		e.Amount = b.sum(b.model.Kept())
		want, all, seen := "", e.Amount, b.model.Refunded
		if b.r.IntN(4) == 0 {
			seen += money.Rupiah(b.r.IntN(3) - 1)
		}
		switch {
		case b.model.Kept() == 0:
			want = "fee.not_paid"
		case seen != b.model.Refunded:
			want = "fee.changed"
		case e.Amount == 0:
			all = b.model.Kept()
		case e.Amount < 0 || e.Amount > b.model.Kept():
			want = "refund_over"
		}
		err := b.in(func(ctx context.Context, tx bun.Tx) error {
			_, back, err := GiveBack(ctx, tx, "application", b.subject, b.id, seen, e)
			if err == nil && back.Amount != all {
				err = fmt.Errorf("gave %s back, want %s", back.Amount, all)
			}
			return err
		})
		if b.refused(name, err, want) {
			return
		}
		if b.model.Refunded += all; b.model.Status == Paid && b.model.Kept() == 0 {
			b.model.Status = Refunded
		}
	}
}

func (b *books) refused(name string, err error, want string) bool {
	b.t.Helper()
	f := fault.From(err)
	if want == "" && err == nil {
		return false
	}
	if want != "" && err != nil && (f.Code == want || len(f.Fields) == 1 && f.Fields[0].Name == "amount" && f.Fields[0].Code == want) {
		return true
	}
	b.t.Fatalf("%s: %v, want %q", name, err, want)
	return true
}

func (b *books) check(at string) {
	b.t.Helper()
	all, err := Of(b.ctx, b.db, "application", b.subject)
	if err != nil || len(all) != 1 {
		b.t.Fatal(all, err)
	}
	f := all[0]
	if f.Paid-f.Refunded+f.Open() != f.Amount || f.Paid < 0 || f.Refunded < 0 || f.Open() < 0 || f.Kept() < 0 {
		b.t.Fatalf("%s: %s paid, %s given back, %s open of %s", at, f.Paid, f.Refunded, f.Open(), f.Amount)
	}
	if f.Paid != b.model.Paid || f.Refunded != b.model.Refunded || f.Status != b.model.Status {
		b.t.Fatalf("%s: %+v, want %+v", at, f, b.model)
	}
	sums := map[string]money.Rupiah{}
	for _, e := range f.Entries {
		sums[e.Kind] += e.Amount
	}
	if sums[Payment] != f.Paid || sums[Refund] != f.Refunded {
		b.t.Fatalf("%s: the entries say %v, the fee %s and %s", at, sums, f.Paid, f.Refunded)
	}
}

// TestTheDatabaseRefusesSumsThatCannotBe: whatever the program does.
func TestTheDatabaseRefusesSumsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	b := &books{t: t, db: w.DB.App, ctx: w.Ctx(w.Batam), subject: uuid.Must(uuid.NewV7()), model: Fee{Amount: 100}}
	b.ask()
	for _, set := range []string{"paid = 101", "paid = -1", "refunded = 1", "paid = 100", "status = 'refunded'", "paid = 50, status = 'refunded'"} {
		if _, err := w.DB.App.NewRaw("UPDATE fee SET "+set+" WHERE tenant_id = ? AND id = ?", w.Batam.ID, b.id).Exec(b.ctx); err == nil {
			t.Errorf("%s is kept", set)
		}
	}
	if _, err := w.DB.App.NewRaw("DELETE FROM fee_entry WHERE tenant_id = ?", w.Batam.ID).Exec(b.ctx); err == nil {
		t.Error("the program can delete what was paid")
	}
	pay := func(ref string) error {
		return b.in(func(ctx context.Context, tx bun.Tx) error {
			_, err := Pay(ctx, tx, b.id, Entry{Amount: 10, Day: "2026-11-24", Reference: ref, At: time.Now(), ByName: "Budi"})
			return err
		})
	}
	if err := errors.Join(pay("A"), pay("B")); err != nil {
		t.Fatal(err)
	}
	if f := fault.From(pay("A")); len(f.Fields) != 1 || f.Fields[0].Code != "reference_used" {
		t.Errorf("the same slip twice: %+v", f)
	}
}
