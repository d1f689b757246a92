package ductbill

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
)

// came is a line of the company's account that nothing was booked of, and cameAs one with the bank's reference.
func (y *world) came(on string, amount money.Rupiah, text string) uuid.UUID {
	y.t.Helper()
	return y.cameAs(on, amount, text, "")
}

func (y *world) cameAs(on string, amount money.Rupiah, text, reference string) uuid.UUID {
	y.t.Helper()
	b, err := y.Bank.CheckStatement(y.ctx, y.bima, "", "mutasi.csv", fmt.Appendf(nil, "day,amount,text,ref\n%s,%d,%s,%s\n", on, amount, text, reference))
	y.must(err)
	r, err := y.Bank.ApplyStatement(y.ctx, y.bima, b.ID)
	y.must(err)
	if len(r.Lines) != 1 || r.Lines[0].State == payin.Matched {
		y.t.Fatalf("%+v", r)
	}
	return r.Lines[0].ID
}

func pledge(lease uuid.UUID, amount money.Rupiah) payin.Held {
	return payin.Held{For: lease, Amount: amount}
}

// TestOneTransferPaysTwoDepositsAndAnInvoice: a line of the bank is split over the deposits of a company and an invoice of it, once however
// often that is posted; the deposits are no payment; all of it is taken back together, unless some of it was used.
func TestOneTransferPaysTwoDepositsAndAnInvoice(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	one, two := y.pledged(serat, "SWD-1", "ordered", 3_000_000), y.pledged(serat, "SWD-2", "ordered", 2_000_000)
	i := y.issue(serat, 1_000_000) // exempt, and 20.000 may be kept back
	line := y.came("2026-11-02", 6_000_000, "SETORAN SERAT")
	part := func(amount money.Rupiah) []invoice.Share {
		return []invoice.Share{{Invoice: i.ID, Most: amount}}
	}
	for name, tt := range map[string]struct {
		in   payin.Split
		code string
	}{
		"nothing":           {payin.Split{}, "required"},
		"less than nothing": {payin.Split{Held: []payin.Held{pledge(one, -1)}}, "amount_positive"},
		"twice the same":    {payin.Split{Held: []payin.Held{pledge(one, 1), pledge(one, 1)}}, "invalid"},
		"more than came in": {payin.Split{Held: []payin.Held{pledge(one, 3_000_000), pledge(two, 2_000_000)}, Parts: part(1_000_001)}, "payin.over"},
		"a rest of nobody":  {payin.Split{Held: []payin.Held{pledge(one, 3_000_001)}, Parts: part(1)}, "payin_rest"},
		"too much of one":   {payin.Split{Held: []payin.Held{pledge(one, 1_000_000), pledge(two, 2_000_001)}, Rest: i.PartyID}, "deposit.too_much"},
		"no deposit":        {payin.Split{Held: []payin.Held{pledge(uuid.New(), 1)}, Rest: i.PartyID}, "deposit.not_found"},
	} {
		_, err := y.Bank.SplitLine(y.ctx, y.bima, line, tt.in)
		got := fault.From(err).Code
		if fields := fault.From(err).Fields; len(fields) > 0 {
			got = fields[0].Code
		}
		if err == nil || got != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := payin.Split{Held: []payin.Held{pledge(one, 3_000_000), pledge(two, 2_000_000)}, Parts: part(1_000_000)}
	var both sync.WaitGroup
	done := make(chan error, 2)
	for range 2 {
		both.Go(func() {
			_, err := y.Bank.SplitLine(y.ctx, y.bima, line, in)
			done <- err
		})
	}
	both.Wait()
	if a, b := <-done, <-done; !(a == nil && fault.Is(b, "payin.settled") || b == nil && fault.Is(a, "payin.settled")) {
		t.Fatalf("posted twice: %v, %v", a, b)
	}
	payments := func() int {
		return y.count("SELECT coalesce(sum(amount), 0) FROM payment p WHERE tenant_id = ? AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = p.tenant_id AND u.payment_id = p.id)", y.w.Batam.ID)
	}
	open := func() money.Rupiah {
		b, err := y.Find(y.ctx, y.bima, i.ID)
		y.must(err)
		return b.Standing.Open
	}
	if y.held(one) != 3_000_000 || y.held(two) != 2_000_000 || open() != 0 || payments() != 1_000_000 {
		t.Errorf("%v and %v held, %v open, payments of %d", y.held(one), y.held(two), open(), payments())
	}
	_, entries, _, err := y.Deposit(y.ctx, y.bima, two)
	if err != nil || len(entries) != 1 || entries[0].LineID.UUID != line || !entries[0].OnDay.Equal(day("2026-11-02")) || entries[0].Undone {
		t.Errorf("%+v, %v", entries, err)
	}

	// What was used holds all of it fast.
	undo := func() error { return y.Bank.UndoLine(y.ctx, y.bima, line, "Salah bagi") }
	y.over(two)
	q, err := y.AskReturn(y.ctx, y.bima, ReturnInput{Lease: two, Amount: 1, Account: "BRK 1", Reason: "Sewa berakhir"})
	y.must(err)
	if err := undo(); !fault.Is(err, "deposit.used") || y.held(one) != 3_000_000 || open() != 0 {
		t.Errorf("some of it is asked back: %v", err)
	}
	_, err = y.DecideReturn(y.ctx, y.dewi, q.ID, false)
	y.must(err)
	y.must(undo())
	if y.held(one) != 0 || y.held(two) != 0 || open() != 1_000_000 || payments() != 0 {
		t.Errorf("taken back: %v and %v held, %v open, payments of %d", y.held(one), y.held(two), open(), payments())
	}
	if err := undo(); !fault.Is(err, "payin.not_matched") {
		t.Errorf("taken back twice: %v", err)
	}
	// And split again: the deposit of the lease that is over lacks nothing any more.
	if _, err := y.Bank.SplitLine(y.ctx, y.bima, line, in); !fault.Is(err, "deposit.too_much") {
		t.Errorf("a deposit that is not owed: %v", err)
	}
	_, err = y.Bank.SplitLine(y.ctx, y.bima, line, payin.Split{Held: []payin.Held{pledge(one, 3_000_000)}, Rest: i.PartyID})
	y.must(err)
	if y.held(one) != 3_000_000 || payments() != 3_000_000 {
		t.Errorf("split again: %v held, payments of %d", y.held(one), payments())
	}
	if n := y.count("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action IN ('deposit.received', 'deposit.undo') AND object_id IN (?, ?)", y.w.Batam.ID, one, two); n != 5 {
		t.Errorf("%d acts on record", n)
	}
}

// TestALineOfDepositsAloneIsLeftToPeople once it was taken back: no later look at it books it.
func TestALineOfDepositsAloneIsLeftToPeople(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	one, two := y.pledged(serat, "SWD-1", "ordered", 700_000), y.pledged(serat, "SWD-2", "active", 300_000)
	line := y.came("2026-11-02", 1_000_000, "DCT/2026/000001")
	_, err := y.Bank.SplitLine(y.ctx, y.bima, line, payin.Split{Held: []payin.Held{pledge(two, 300_000), pledge(one, 700_000)}})
	y.must(err)
	if n := y.count("SELECT count(*) FROM payment WHERE tenant_id = ?", y.w.Batam.ID); n != 0 || y.held(one)+y.held(two) != 1_000_000 {
		t.Errorf("%d payments, %v held", n, y.held(one)+y.held(two))
	}
	y.must(y.Bank.UndoLine(y.ctx, y.bima, line, "Bukan jaminan"))
	i := y.issue(serat, 1_000_000)
	if i.Number != "DCT/2026/000001" {
		t.Fatal(i.Number)
	}
	y.tx(y.match)
	if l, _, err := y.Bank.Line(y.ctx, y.bima, line); err != nil || l.State != payin.Open {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestTheSameTransferOfTwoDeposits recorded by hand counts for both of one company and once for each, whoever records it at the same time;
// for another company it is another transfer.
func TestTheSameTransferOfTwoDeposits(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat, misal := y.company("PT Serat", 0), y.company("PT Misal", 0)
	one, two, other := y.pledged(serat, "SWD-1", "ordered", 3_000_000), y.pledged(serat, "SWD-2", "ordered", 2_000_000), y.pledged(misal, "SWD-3", "ordered", 1_000_000)
	take := func(lease uuid.UUID, amount money.Rupiah) error {
		return y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: lease, Amount: amount, Reference: "TRF-1", On: y.at})
	}
	var all sync.WaitGroup
	taken := make(chan money.Rupiah, 6)
	for range 2 {
		for lease, amount := range map[uuid.UUID]money.Rupiah{one: 1_500_000, two: 1_000_000} {
			all.Go(func() {
				err := take(lease, amount)
				var f *fault.Error
				switch {
				case err == nil:
					taken <- amount
				case !errors.As(err, &f) || !fault.Is(err, "input.invalid") || f.Fields[0].Code != "deposit_known":
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	close(taken)
	var sum money.Rupiah
	for x := range taken {
		sum += x
	}
	if sum != 2_500_000 || y.held(one) != 1_500_000 || y.held(two) != 1_000_000 {
		t.Errorf("%v taken; %v and %v held", sum, y.held(one), y.held(two))
	}
	if err := take(other, 1); !fault.Is(err, "input.invalid") {
		t.Errorf("the transfer of another company: %v", err)
	}
}

// TestATransferIsOfItsLineOrOfAHand: what was recorded by hand is not booked from its line as well, nor the other way round: neither by the bank's
// reference nor, where the bank gives none, on the same day by the same amount for the same deposit. Another transfer is.
func TestATransferIsOfItsLineOrOfAHand(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	one, two := y.pledged(serat, "SWD-1", "ordered", 3_000_000), y.pledged(serat, "SWD-2", "ordered", 3_000_000)
	byHand := func(lease uuid.UUID, amount money.Rupiah, reference, on string) error {
		return y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: lease, Amount: amount, Reference: reference, On: day(on)})
	}
	split := func(line uuid.UUID, all ...payin.Held) error {
		_, err := y.Bank.SplitLine(y.ctx, y.bima, line, payin.Split{Held: all})
		return err
	}
	y.must(byHand(one, 1_000_000, "trf-1", "2026-11-01"))
	known := y.cameAs("2026-11-02", 2_000_000, "SETORAN", "TRF-1")
	if err := split(known, pledge(one, 1_000_000), pledge(two, 1_000_000)); !fault.Is(err, "deposit.by_hand") {
		t.Errorf("the bank's reference was recorded by hand: %v", err)
	}
	if err := split(y.came("2026-11-01", 1_000_000, "TANPA NOMOR"), pledge(one, 1_000_000)); !fault.Is(err, "deposit.by_hand") {
		t.Errorf("its day and amount were recorded by hand: %v", err)
	}
	y.must(byHand(two, 1_000_000, "TRF-1", "2026-11-01")) // the other part, as the refusal says
	if y.held(one) != 1_000_000 || y.held(two) != 1_000_000 {
		t.Errorf("%v and %v held", y.held(one), y.held(two))
	}

	line := y.cameAs("2026-11-02", 900_000, "SETORAN", "TRF-2")
	y.must(split(line, pledge(one, 400_000), pledge(two, 500_000)))
	for name, err := range map[string]error{"its reference": byHand(one, 1, "trf-2", "2026-11-03"), "its day and amount": byHand(two, 500_000, "SETORAN 2", "2026-11-02")} {
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Code != "deposit_in_line" {
			t.Errorf("%s came by a line: %v", name, err)
		}
	}
	y.must(byHand(two, 400_000, "TRF-3", "2026-11-02")) // the amount of the other deposit
	y.must(y.Bank.UndoLine(y.ctx, y.bima, line, "Dicatat tanpa mutasi"))
	y.must(byHand(one, 400_000, "TRF-2", "2026-11-02"))
	if y.held(one) != 1_400_000 || y.held(two) != 1_400_000 {
		t.Errorf("%v and %v held", y.held(one), y.held(two))
	}
}

// TestWhoIsAskedForADepositCanBeBookedOn before its first invoice.
func TestWhoIsAskedForADepositCanBeBookedOn(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat := y.company("PT Serat", 0)
	lease := y.pledged(serat, "SWD-1", "ordered", 1_000_000)
	for range 2 {
		y.tx(func(ctx context.Context, tx bun.Tx) error { return y.AskDeposits(ctx, tx, time.Time{}) })
	}
	all, err := y.Payers(y.ctx, y.bima)
	if err != nil || len(all) != 1 || all[0].OperatorID != serat {
		t.Fatalf("%+v, %v", all, err)
	}
	lacks, err := y.Pledged(y.ctx, y.bima, all[0].PartyID)
	if err != nil || len(lacks) != 1 || lacks[0].LeaseID != lease || lacks[0].Missing() != 1_000_000 {
		t.Errorf("%+v, %v", lacks, err)
	}
	y.must(y.TakeDeposit(y.ctx, y.bima, DepositInput{Lease: lease, Amount: 1_000_000, Reference: "T", On: y.at}))
	if lacks, err = y.Pledged(y.ctx, y.bima, all[0].PartyID); err != nil || len(lacks) != 0 {
		t.Errorf("it is complete: %+v, %v", lacks, err)
	}
	if x, err := y.Statement(y.ctx, y.bima, serat, y.at.AddDate(0, -1, 0), y.at.AddDate(0, 0, 1)); err != nil || x.Known || x.Deposit != 1_000_000 {
		t.Errorf("its account says that it was charged: %+v, %v", x, err)
	}
}
