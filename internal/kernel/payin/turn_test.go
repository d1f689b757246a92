package payin_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
)

// TestPaymentsOfABookTakeOneTurn: the statements of two accounts name the same invoices of two parties in opposite orders, one brought by the desk and
// one by a command, a third is looked through, and three people decide about other lines for them, all at once. Nobody falls over the other, no
// invoice is paid twice, and what came in is in the books to the rupiah.
func TestPaymentsOfABookTakeOneTurn(t *testing.T) {
	t.Parallel()
	s := open(t, func(x *invoice.Seller) {
		for _, number := range []string{"820-21-00999", "820-21-00777"} {
			another := x.Accounts[0]
			another.Number = number
			x.Accounts = append(x.Accounts, another)
		}
	})
	guard, err := access.New(s.w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Paid = nil
	desk, clerk := payin.NewDesk(s.Service, guard, access.InvoiceIssue), identity.Actor{ID: uuid.New(), TenantID: s.w.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd_finance"}, TOTP: true}
	var other invoice.Party
	s.tx(func(ctx context.Context, tx bun.Tx) (err error) {
		other, err = invoice.SaveParty(ctx, tx, s.clerk, invoice.Party{Name: "PT Kabel Kedua", Address: "Jl. C"})
		return err
	})
	parties := []uuid.UUID{s.fibre, other.ID}
	var all []invoice.Invoice
	var there, back []string
	for n := range 24 {
		i := s.bill(parties[n%2], day(1), money.Rupiah(100_000+n*1_000))
		all, there, back = append(all, i), append(there, came(3, i.Total, i.Number, "")), append([]string{came(4, i.Total, i.Number, "")}, back...)
	}
	check := func(account string, lines ...string) uuid.UUID {
		t.Helper()
		b, err := desk.CheckStatement(s.ctx, clerk, account, "mutasi.csv", []byte("day,amount,text,from,ref\n"+strings.Join(lines, "\n")+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		return b.ID
	}
	// What nobody knows is decided by hand: for the first, the last and one in the middle.
	byHand := []invoice.Invoice{all[0], all[len(all)-1], all[11]}
	var unclear []string
	for n, i := range byHand {
		unclear = append(unclear, came(2, i.Total, fmt.Sprint("setoran ", n), ""))
	}
	hand, err := desk.ApplyStatement(s.ctx, clerk, check("820-21-00123", unclear...))
	if err != nil || hand.Count(payin.Matched) != 0 {
		t.Fatalf("%+v, %v", hand, err)
	}

	var together sync.WaitGroup
	start, results := make(chan struct{}), make([]payin.Result, 2)
	first, second := check("820-21-00123", there...), check("820-21-00999", back...)
	for n, apply := range []func() (payin.Result, error){
		func() (payin.Result, error) { return desk.ApplyStatement(s.ctx, clerk, first) },
		func() (r payin.Result, err error) {
			err = s.try(func(ctx context.Context, tx bun.Tx) error {
				r, err = s.Apply(ctx, tx, s.clerk, second)
				return err
			})
			return r, err
		},
	} {
		together.Go(func() {
			<-start
			var err error
			if results[n], err = apply(); err != nil {
				t.Errorf("a statement fell over the others: %v", err)
			}
		})
	}
	third := check("820-21-00777", back...)
	for range 3 {
		together.Go(func() {
			<-start
			if _, err := desk.PreviewStatement(s.ctx, clerk, third); err != nil {
				t.Errorf("a look at a statement fell over the others: %v", err)
			}
		})
	}
	for n, i := range byHand {
		together.Go(func() {
			<-start
			if _, err := desk.DecideLine(s.ctx, clerk, hand.Lines[n].ID, payin.Choice{Party: i.PartyID, Against: []uuid.UUID{i.ID}}); err != nil {
				t.Errorf("a decision fell over the others: %v", err)
			}
		})
	}
	close(start)
	together.Wait()

	var charged money.Rupiah
	for _, i := range all {
		charged += i.Total
		if got := s.standing(i); got.Open != 0 || got.Paid != i.Total {
			t.Errorf("%s: %+v", i.Number, got)
		}
	}
	// A statement books no more than what is open when its turn comes; what is paid by then is left to a person.
	for n, r := range results {
		for _, l := range r.Lines {
			if l.State != payin.Matched && (l.State != payin.Proposed || l.Proposal.Why != "closed") {
				t.Errorf("statement %d: %s %+v", n, l.State, l.Proposal)
			}
		}
	}
	var lines, booked, balance money.Rupiah
	err = s.w.DB.App.NewRaw("SELECT (SELECT coalesce(sum(sen) / 100, 0)::bigint FROM bank_line WHERE tenant_id = ?0 AND state = 'matched'), (SELECT coalesce(sum(amount), 0)::bigint FROM payment WHERE tenant_id = ?0)", s.w.Platform.ID).Scan(s.ctx, &lines, &booked)
	if err != nil {
		t.Fatal(err)
	}
	books, _, err := s.Book.Books(s.ctx, day(28), uuid.Nil)
	if err != nil || len(books) != 2 {
		t.Fatalf("%+v, %v", books, err)
	}
	for _, b := range books {
		if b.Charged != b.Paid || b.Open != 0 {
			t.Errorf("the books: %+v", b)
		}
		balance += b.Balance
	}
	if lines != booked || booked != charged+balance {
		t.Errorf("%v came in and %v is booked, for %v that was charged and a balance of %v", lines, booked, charged, balance)
	}
	// Only a person's decision can bring more than is open, which is of the balance: at most one line for each of the three.
	most := byHand[0].Total + byHand[1].Total + byHand[2].Total
	if balance > most {
		t.Errorf("a statement was booked beyond what is open: a balance of %v", balance)
	}
}

// TestAPaymentIsTakenBackInItsTurn: while a statement has one of two parties and is about to book the other, somebody takes a payment of a line
// back that was split over both, which has both of them; neither falls over the other.
func TestAPaymentIsTakenBackInItsTurn(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	one, two := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.city, day(1), 1_000_000)
	l := s.csv(came(2, 200_000, "SETORAN BERSAMA", "")).Lines[0]
	var paid []invoice.Payment
	s.tx(func(ctx context.Context, tx bun.Tx) (err error) {
		paid, err = s.Split(ctx, tx, s.clerk, l.ID, payin.Split{Parts: []invoice.Share{{Invoice: one.ID, Most: 100_000}, {Invoice: two.ID, Most: 100_000}}})
		return err
	})
	parties := []uuid.UUID{s.fibre, s.city}
	slices.SortFunc(parties, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	undone := make(chan error, 1)
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := payin.InTurn(ctx, tx); err != nil {
			return err
		}
		if err := invoice.LockParties(ctx, tx, parties[1]); err != nil {
			return err
		}
		var pid int
		if err := tx.NewRaw("SELECT pg_backend_pid()").Scan(ctx, &pid); err != nil {
			return err
		}
		go func() {
			undone <- s.try(func(ctx context.Context, tx bun.Tx) error {
				return s.UndoPayment(ctx, tx, s.clerk, paid[0].ID, "Salah bagi.")
			})
		}()
		for deadline, waiting := time.Now().Add(time.Minute), 0; waiting == 0; {
			err := tx.NewRaw("SELECT count(*) FROM pg_locks l WHERE NOT l.granted AND ? = ANY (pg_blocking_pids(l.pid))", pid).Scan(ctx, &waiting)
			if err != nil || time.Now().After(deadline) {
				return fmt.Errorf("the undo does not wait for its turn: %w", err)
			}
		}
		return invoice.LockParties(ctx, tx, parties[0])
	})
	if err := <-undone; err != nil {
		t.Errorf("the undo fell over the statement: %v", err)
	}
	if s.standing(one).Paid != 0 || s.standing(two).Paid != 0 {
		t.Errorf("taken back: %+v, %+v", s.standing(one), s.standing(two))
	}
}
