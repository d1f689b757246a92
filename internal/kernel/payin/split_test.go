package payin_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
)

// balanceOf is what a party has paid beyond its invoices.
func (s *till) balanceOf(party uuid.UUID) money.Rupiah {
	s.t.Helper()
	b, err := s.Book.BooksOf(s.ctx, party, day(28))
	if err != nil {
		s.t.Fatal(err)
	}
	return b.Balance
}

// TestALineIsSplitOverParties: each party has its own payment of what it paid, never more than came in or is open; the rest is of the
// balance that a person chooses, a tax that is kept back waits for its slip, and all of it is taken back at once.
func TestALineIsSplitOverParties(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	one, two := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.fibre, day(1), 2_000_000) // 1.110.000 and 2.220.000
	gov := s.bill(s.city, day(1), 10_000_000)                                          // 11.100.000, of which 1.300.000 may be kept back
	l := s.csv(came(2, 12_000_000, "SP2D GABUNGAN", "")).Lines[0]
	split := func(in payin.Split) (all []invoice.Payment, err error) {
		err = s.try(func(ctx context.Context, tx bun.Tx) (err error) {
			all, err = s.Split(ctx, tx, s.clerk, l.ID, in)
			return err
		})
		return all, err
	}
	part := func(i invoice.Invoice, amount money.Rupiah) invoice.Share {
		return invoice.Share{Invoice: i.ID, Most: amount}
	}
	for _, tt := range []struct {
		name string
		in   payin.Split
		code string // of a fault, or of what is wrong with a field
	}{
		{"nothing", payin.Split{Rest: s.city}, "required"},
		{"no amount", payin.Split{Parts: []invoice.Share{part(one, 0)}, Rest: s.city}, "amount_positive"},
		{"less than nothing", payin.Split{Parts: []invoice.Share{part(one, -1), part(two, 1)}, Rest: s.city}, "amount_positive"},
		{"more than came in", payin.Split{Parts: []invoice.Share{part(gov, 11_000_000), part(one, 1_000_001)}}, "payin.over"},
		{"more than can be written", payin.Split{Parts: []invoice.Share{part(gov, 11_000_000), part(one, 1<<62), part(two, 1<<62)}}, "payin.over"},
		{"more than is open", payin.Split{Parts: []invoice.Share{part(one, 1_110_001)}, Rest: s.city}, "payin.over_open"},
		{"twice the same", payin.Split{Parts: []invoice.Share{part(one, 1), part(one, 1)}, Rest: s.city}, "invalid"},
		{"a rest of nobody", payin.Split{Parts: []invoice.Share{part(one, 1)}}, "payin_rest"},
		{"a rest of somebody who is not there", payin.Split{Parts: []invoice.Share{part(one, 1)}, Rest: uuid.New()}, "not_an_option"},
		{"an invoice that is not there", payin.Split{Parts: []invoice.Share{{Invoice: uuid.New(), Most: 1}}, Rest: s.city}, "invoice.not_found"},
	} {
		_, err := split(tt.in)
		got := fault.From(err).Code
		if fields := fault.From(err).Fields; len(fields) > 0 {
			got = fields[0].Code
		}
		if err == nil || got != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if n := s.paid; n != 0 {
		t.Fatalf("what was refused made %d payments", n)
	}

	// The city gives both taxes to the state; of the other party one invoice is paid in part, and 200.000 is left to it.
	in := payin.Split{Parts: []invoice.Share{part(one, 1_110_000), part(gov, 9_800_000), part(two, 890_000)}, Rest: s.fibre}
	all, err := split(in)
	if err != nil || len(all) != 2 || all[0].PartyID != s.fibre || all[0].Amount != 2_200_000 || all[1].PartyID != s.city || all[1].Amount != 9_800_000 {
		t.Fatalf("%+v, %v", all, err)
	}
	if all[0].Reference == all[1].Reference || !all[0].ReceivedOn.Equal(day(2)) {
		t.Errorf("%+v", all)
	}
	for _, tt := range []struct {
		of   invoice.Invoice
		open money.Rupiah
	}{{one, 0}, {two, 1_330_000}, {gov, 1_300_000}} {
		if got := s.standing(tt.of); got.Open != tt.open {
			t.Errorf("%s has %v open", tt.of.Number, got.Open)
		}
	}
	if s.balanceOf(s.fibre) != 200_000 || s.balanceOf(s.city) != 0 || s.paid != 2 {
		t.Errorf("balances of %v and %v, told %d times", s.balanceOf(s.fibre), s.balanceOf(s.city), s.paid)
	}
	waiting, err := s.Waiting(s.ctx, s.w.DB.App)
	if err != nil || len(waiting) != 1 || waiting[0].Number != gov.Number || waiting[0].Waits != 1_300_000 {
		t.Errorf("%+v, %v", waiting, err)
	}
	if _, err := split(in); !fault.Is(err, "payin.settled") {
		t.Errorf("a second time: %v", err)
	}
	matches, err := s.Matches(s.ctx, s.w.DB.App, l.ID)
	if err != nil || len(matches) != 2 || matches[0].Amount+matches[1].Amount != 12_000_000 || matches[0].Why != payin.BySplit {
		t.Errorf("%+v, %v", matches, err)
	}

	// A used balance holds all of it fast; then one of its payments takes the others back with it.
	next := s.bill(s.fibre, day(3), 100_000)
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Apply(ctx, tx, s.clerk, next.ID, day(3))
		return err
	})
	undo := func() error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			return s.UndoPayment(ctx, tx, s.clerk, all[1].ID, "Salah bagi.")
		})
	}
	if err := undo(); !fault.Is(err, "payment.balance_used") || s.standing(gov).Open != 1_300_000 {
		t.Errorf("its balance is used: %v, %+v", err, s.standing(gov))
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Pay(ctx, tx, s.clerk, invoice.PaymentInput{Invoice: next.ID, Method: invoice.Cash, Reference: "K-1", Amount: 200_000, On: day(4)})
		return err
	})
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if s.standing(one).Open != 1_110_000 || s.standing(two).Open != 2_220_000 || s.standing(gov).Open != 11_100_000 {
		t.Errorf("%+v, %+v, %+v", s.standing(one), s.standing(two), s.standing(gov))
	}
	if now, err := s.Service.Line(s.ctx, s.w.DB.App, l.ID); err != nil || now.State != payin.Open {
		t.Errorf("%+v, %v", now, err)
	}
	if _, err := split(payin.Split{Parts: []invoice.Share{part(gov, 11_000_000)}, Rest: s.city}); err != nil {
		t.Errorf("and it can be split again: %v", err)
	}
	if s.standing(gov).Open != 100_000 || s.balanceOf(s.city) != 1_000_000 {
		t.Errorf("%+v, balance %v", s.standing(gov), s.balanceOf(s.city))
	}
	var acts int
	err = s.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'payin.split' AND object_id = ?", s.w.Platform.ID, l.ID).Scan(s.ctx, &acts)
	if err != nil || acts != 2 {
		t.Errorf("%d acts on record, %v", acts, err)
	}
}

// TestALineThatNamesTwoParties: its invoices are proposed with what each gets, where that comes to the amount, and nothing is booked.
func TestALineThatNamesTwoParties(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	mine, gov := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.city, day(1), 10_000_000)
	for _, tt := range []struct {
		amount money.Rupiah
		parts  [2]money.Rupiah
		waits  money.Rupiah
	}{{12_210_000, [2]money.Rupiah{1_110_000, 11_100_000}, 0}, {10_910_000, [2]money.Rupiah{1_110_000, 9_800_000}, 1_300_000}, {10_910_001, [2]money.Rupiah{}, 0}} {
		l := s.csv(came(2, tt.amount, mine.Number+" "+gov.Number, "")).Lines[0]
		if l.State != payin.Proposed || l.Proposal.Party != uuid.Nil || len(l.Proposal.Parties) != 2 || len(l.Proposal.Against) != 2 ||
			l.Proposal.Against[0].Most != tt.parts[0] || l.Proposal.Against[1].Most != tt.parts[1] || l.Proposal.Waits != tt.waits {
			t.Errorf("%v: %s %+v", tt.amount, l.State, l.Proposal)
		}
		if err := s.try(func(ctx context.Context, tx bun.Tx) error { _, err := s.Accept(ctx, tx, s.clerk, l.ID); return err }); !fault.Is(err, "payin.settled") {
			t.Errorf("it is accepted without being split: %v", err)
		}
	}
	if s.paid != 0 {
		t.Error("something was booked")
	}
}

// TestTwoSplitsAtOnce over the same invoices do not wait for each other, and only one of them is booked.
func TestTwoSplitsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	a, b := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.city, day(1), 1_000_000)
	lines := s.csv(came(2, 2_220_000, "satu", ""), came(3, 2_220_000, "dua", "")).Lines
	parts := []invoice.Share{{Invoice: a.ID, Most: a.Total}, {Invoice: b.ID, Most: b.Total}}
	orders := [][]invoice.Share{parts, {parts[1], parts[0]}}
	done := make(chan error, 2)
	for n, l := range lines {
		go func() {
			done <- s.try(func(ctx context.Context, tx bun.Tx) error {
				_, err := s.Split(ctx, tx, s.clerk, l.ID, payin.Split{Parts: orders[n]})
				return err
			})
		}()
	}
	booked := 0
	for range lines {
		select {
		case err := <-done:
			if err == nil {
				booked++
			} else if !fault.Is(err, "payin.over_open") {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("they wait for each other")
		}
	}
	if booked != 1 || s.standing(a).Open != 0 || s.standing(b).Open != 0 {
		t.Errorf("%d booked, %+v, %+v", booked, s.standing(a), s.standing(b))
	}
}

// TestAPersonWaitsForNoMoreThanMayBeKeptBack: what no slip may close is not waited for, and the line stays as it was.
func TestAPersonWaitsForNoMoreThanMayBeKeptBack(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	gov := s.bill(s.city, day(1), 10_000_000) // 11.100.000, of which 1.300.000 may be kept back
	l := s.csv(came(2, 9_000_000, "SP2D", "")).Lines[0]
	decide := func(c payin.Choice) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			_, err := s.Decide(ctx, tx, s.clerk, l.ID, c)
			return err
		})
	}
	for name, c := range map[string]payin.Choice{
		"above both taxes":     {Party: s.city, Against: []uuid.UUID{gov.ID}, Waits: 1_300_001},
		"of one invoice twice": {Party: s.city, Against: []uuid.UUID{gov.ID, gov.ID}, Waits: 1_300_001},
		"of no invoice":        {Party: s.city, Waits: 1},
		"less than nothing":    {Party: s.city, Against: []uuid.UUID{gov.ID}, Waits: -1},
	} {
		if err := decide(c); fault.From(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := decide(payin.Choice{Party: s.city, Against: []uuid.UUID{uuid.New()}, Waits: 1}); !fault.Is(err, "invoice.not_found") {
		t.Errorf("of an invoice that is not there: %v", err)
	}
	if err := decide(payin.Choice{Party: s.city, Against: []uuid.UUID{gov.ID}, Waits: 1_300_000}); err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Waiting(s.ctx, s.w.DB.App)
	if err != nil || len(waiting) != 1 || waiting[0].Waits != 1_300_000 || waiting[0].Open != 2_100_000 {
		t.Errorf("%+v, %v", waiting, err)
	}
}
