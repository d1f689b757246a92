package ductbill

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// pledged is a lease of a company whose deposit was asked for, of so much.
func (y *world) pledged(company uuid.UUID, number, state string, amount money.Rupiah) uuid.UUID {
	y.t.Helper()
	id := uuid.New()
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO duct_lease (tenant_id, id, number, operator_id, state, kind, quantity, since, length_mm, segments, key, created_at, created_by, updated_at)
			VALUES (?0, ?1, ?2, ?3, ?4, 'subduct', 1, '2026-10-01', 1000, 1, ?2, now(), ?1, now())`, y.w.Batam.ID, id, number, company, state).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO duct_deposit (tenant_id, lease_id, amount, months, basis, asked_at, asked_by) VALUES (?, ?, ?, 3, 'x', now(), ?)", y.w.Batam.ID, id, amount, id).Exec(ctx)
		}
		return err
	})
	return id
}

// over ends a lease.
func (y *world) over(id uuid.UUID) {
	y.t.Helper()
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE duct_lease SET state = 'ended', until = '2026-11-03' WHERE tenant_id = ? AND id = ?", y.w.Batam.ID, id).Exec(ctx)
		return err
	})
}

// held is what is held of a deposit, and by rows that nothing else is made of.
func (y *world) held(id uuid.UUID) money.Rupiah {
	y.t.Helper()
	d, _, _, err := y.Deposit(y.ctx, y.bima, id)
	y.must(err)
	rows := y.count(`SELECT coalesce(sum(CASE WHEN kind IN ('received', 'taken_over') THEN amount ELSE -amount END), 0) FROM duct_deposit_entry e WHERE tenant_id = ? AND lease_id = ?
		AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = e.tenant_id AND u.payment_id = e.payment_id)
		AND NOT EXISTS (SELECT FROM bank_hold h WHERE h.tenant_id = e.tenant_id AND h.id = e.hold_id AND h.undone_at IS NOT NULL)`, y.w.Batam.ID, id)
	s, err := y.Statement(y.ctx, y.bima, d.OperatorID, y.at.AddDate(-1, 0, 0), y.at.AddDate(0, 0, 1))
	y.must(err)
	all, err := y.Deposits(y.ctx, y.bima, d.OperatorID)
	y.must(err)
	var account money.Rupiah
	for _, x := range all {
		account += x.Held()
	}
	if d.Held() != money.Rupiah(rows) || s.Deposit != account || d.Held() < 0 {
		y.t.Errorf("%v is held, the rows say %d and the account %v", d.Held(), rows, s.Deposit)
	}
	return d.Held()
}

// TestADepositIsHeldAndGivenBack: a deposit comes in while its lease is ordered or runs, is no revenue and no payment, pays an invoice once
// the lease is over, is held again when that is taken back, and goes back by two people; never more than is held, whoever asks at once.
func TestADepositIsHeldAndGivenBack(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat, misal := y.company("PT Serat", 0), y.company("PT Misal", 0)
	l := y.pledged(serat, "SWD-1", "ordered", 3_000_000)
	other := y.issue(misal, 1_000_000)
	take := func(amount money.Rupiah, reference string) error {
		return y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: l, Amount: amount, Reference: reference, On: y.at})
	}
	for name, tt := range map[string]struct {
		in   DepositInput
		want string
	}{
		"nothing":       {DepositInput{Lease: l, Reference: "x", On: y.at}, "input.invalid"},
		"no reference":  {DepositInput{Lease: l, Amount: 1, On: y.at}, "input.invalid"},
		"tomorrow":      {DepositInput{Lease: l, Amount: 1, Reference: "x", On: y.at.AddDate(0, 0, 2)}, "input.invalid"},
		"too much":      {DepositInput{Lease: l, Amount: 3_000_001, Reference: "x", On: y.at}, "deposit.too_much"},
		"another lease": {DepositInput{Lease: uuid.New(), Amount: 1, Reference: "x", On: y.at}, "deposit.not_found"},
	} {
		if err := y.TakeDeposit(y.ctx, y.bima, tt.in); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := y.TakeDeposit(y.ctx, y.staff("duct_manager"), DepositInput{Lease: l, Amount: 1, Reference: "x", On: y.at}); !fault.Is(err, "access.denied") {
		t.Errorf("who lets ducts takes deposits: %v", err)
	}
	y.must(take(1_000_000, "TRF-1"))
	if err := take(500_000, "TRF-1"); !fault.Is(err, "input.invalid") {
		t.Errorf("the same transfer twice: %v", err)
	}
	y.must(take(2_000_000, "TRF-2"))
	if got := y.held(l); got != 3_000_000 {
		t.Errorf("%v is held", got)
	}
	if n := y.count("SELECT count(*) FROM payment WHERE tenant_id = ?", y.w.Batam.ID); n != 0 {
		t.Errorf("%d deposits are payments", n)
	}
	i := y.issue(serat, 1_200_000)
	back := ReturnInput{Lease: l, Amount: 1_000_000, Account: "BRK 1, PT Serat", Reason: "Sewa berakhir"}
	if _, err := y.SetOffDeposit(y.ctx, y.bima, l, i.ID); !fault.Is(err, "deposit.lease_runs") {
		t.Errorf("set off while the lease runs: %v", err)
	}
	if _, err := y.AskReturn(y.ctx, y.bima, back); !fault.Is(err, "deposit.lease_runs") {
		t.Errorf("given back while the lease runs: %v", err)
	}
	y.over(l)
	if _, err := y.SetOffDeposit(y.ctx, y.bima, l, other.ID); !fault.Is(err, "invoice.not_found") {
		t.Errorf("another's invoice is paid: %v", err)
	}
	amount, err := y.SetOffDeposit(y.ctx, y.bima, l, i.ID)
	if err != nil || amount != 1_200_000 || y.held(l) != 1_800_000 {
		t.Errorf("%v set off, %v", amount, err)
	}
	b, err := y.Find(y.ctx, y.bima, i.ID)
	if err != nil || b.Standing.Open != 0 || b.Standing.Paid != 1_200_000 || len(b.Undoable) != 1 || b.Undoable[0].Method != invoice.Deposit {
		t.Fatalf("%+v, %v", b.Standing, err)
	}
	y.must(y.Undo(y.ctx, y.bima, i.ID, b.Undoable[0].ID, "Salah tagihan"))
	if got := y.held(l); got != 3_000_000 {
		t.Errorf("taken back, and %v is held", got)
	}
	if _, err := y.SetOffDeposit(y.ctx, y.bima, l, i.ID); err != nil || y.held(l) != 1_800_000 {
		t.Errorf("set off again: %v", err)
	}
	q, err := y.AskReturn(y.ctx, y.bima, back)
	y.must(err)
	if _, err := y.AskReturn(y.ctx, y.bima, back); !fault.Is(err, "deposit.nothing_held") {
		t.Errorf("asked for twice: %v", err)
	}
	if _, err := y.DecideReturn(y.ctx, y.bima, q.ID, true); !fault.Is(err, "invoice.own_request") {
		t.Errorf("who asks decides: %v", err)
	}
	_, err = y.DecideReturn(y.ctx, y.dewi, q.ID, true)
	y.must(err)
	if _, err := y.DecideReturn(y.ctx, y.dewi, q.ID, true); !fault.Is(err, "invoice.decided") || y.held(l) != 800_000 {
		t.Errorf("decided twice: %v", err)
	}
	said := func(action, text string) int {
		return y.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = ? AND object_id = ? AND detail::text LIKE ?", y.w.Batam.ID, action, l, "%"+text+"%")
	}
	if said("deposit.received", "TRF-1") != 1 || said("deposit.returned", `"amount": 1000000`) != 1 || said("deposit.returned", "BRK 1") != 0 {
		t.Error("the trail lacks a transfer or an amount, or tells the account of who is paid")
	}
	if _, err := y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: other.ID, Method: invoice.Deposit, Reference: "x", Amount: 1, On: y.at}); !fault.Is(err, "input.invalid") {
		t.Errorf("a deposit that nobody left pays: %v", err)
	}

	// Two set the rest off against two invoices at once: no more than is held is used.
	one, two := y.issue(serat, 700_000), y.issue(serat, 700_000)
	var both sync.WaitGroup
	used := make(chan money.Rupiah, 2)
	for _, id := range []uuid.UUID{one.ID, two.ID} {
		both.Go(func() {
			got, err := y.SetOffDeposit(y.ctx, y.bima, l, id)
			var f *fault.Error
			if err != nil && !errors.As(err, &f) {
				t.Error(err)
			}
			used <- got
		})
	}
	both.Wait()
	if sum := <-used + <-used; sum != 800_000 || y.held(l) != 0 {
		t.Errorf("%v of 800,000 was used", sum)
	}
	all, err := y.Deposits(y.ctx, y.bima, serat)
	if err != nil || len(all) != 1 || all[0].Received != all[0].Returned+all[0].SetOff || all[0].Missing() != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestADepositIsFreeOnceItsLeaseIsOver: what is held goes back when the last day of a lease is past in the city or the office refuses what
// was ordered, though nobody gave notice; before that it stays.
func TestADepositIsFreeOnceItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	y.at = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC) // the third in Batam
	serat := y.company("PT Serat", 0)
	for name, tt := range map[string]struct {
		state string
		until any // the first day that it is over
		want  string
	}{
		"SWD-1": {"active", "2026-11-03", ""},
		"SWD-2": {"active", "2026-11-04", "deposit.lease_runs"},
		"SWD-3": {"active", nil, "deposit.lease_runs"},
		"SWD-4": {"refused", nil, ""},
		"SWD-5": {"refused", "2027-11-01", ""},
		"SWD-6": {"ordered", "2027-11-01", "deposit.lease_runs"},
		"SWD-7": {"ended", "2026-12-31", "deposit.lease_runs"}, // under notice, and charged until then
		"SWD-8": {"ended", "2026-11-03", ""},
	} {
		l := y.pledged(serat, name, "ordered", 1_000_000)
		y.must(y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: l, Amount: 900_000, Reference: name, On: y.at}))
		y.tx(func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("UPDATE duct_lease SET state = ?, until = ? WHERE tenant_id = ? AND id = ?", tt.state, tt.until, y.w.Batam.ID, l).Exec(ctx)
			return err
		})
		i, missing := y.issue(serat, 300_000), money.Rupiah(100_000)
		if tt.want == "" {
			missing = 0
		}
		_, err := y.SetOffDeposit(y.ctx, y.bima, l, i.ID)
		if err != nil && !fault.Is(err, tt.want) || err == nil && tt.want != "" {
			t.Errorf("%s %s until %v: set off: %v", name, tt.state, tt.until, err)
		}
		_, err = y.AskReturn(y.ctx, y.bima, ReturnInput{Lease: l, Amount: 100_000, Account: "BRK 1, PT Serat", Reason: "Sewa berakhir"})
		if err != nil && !fault.Is(err, tt.want) || err == nil && tt.want != "" {
			t.Errorf("%s %s until %v: given back: %v", name, tt.state, tt.until, err)
		}
		if d, _, _, err := y.Deposit(y.ctx, y.bima, l); err != nil || d.Missing() != missing {
			t.Errorf("%s %s until %v: %v is missing, %v", name, tt.state, tt.until, d.Missing(), err)
		}
	}
	all, err := y.Deposits(y.ctx, y.bima, serat)
	y.must(err)
	for n, d := range all {
		if free := n < 4; free != (d.SetOff > 0) {
			t.Errorf("%s is at %d of the list", d.Number, n)
		}
	}
}
