package invoice_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

func TestAnInvoiceIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t)
	on := day(2026, 11, 20)
	i := s.final(t, day(2026, 11, 1), s.outside, charge(2_500_000, "jasa-pemerintah", "pph23")) // 2.775.000, of which 325.000 is kept back
	for _, tt := range []struct {
		name, method, reference string
		amount                  money.Rupiah
		want                    string
	}{
		{"nothing", invoice.Transfer, "T0", 0, "input.invalid"},
		{"less than nothing", invoice.Transfer, "T0", -5, "input.invalid"},
		{"without a reference", invoice.Transfer, "  ", 5, "input.invalid"},
		{"by a way there is not", "voucher", "V", 5, "input.invalid"},
		{"half", invoice.Transfer, "T1", 1_000_000, ""},
		{"the same again", invoice.Transfer, "T1", 1_000_000, "payment.known"},
		{"a slip of more than may be kept back", invoice.Slip, "BP-0", 325_001, "payment.slip_too_large"},
		{"the slip of PPN", invoice.Slip, "BP-1", 275_000, ""},
		{"the slip of PPh and a rupiah", invoice.Slip, "BP-2", 50_001, "payment.slip_too_large"},
		{"the slip of PPh", invoice.Slip, "BP-2", 50_000, ""},
		{"the rest, and more", invoice.VirtualAccount, "VA-1", 1_500_000, ""},
	} {
		err := s.pay(i, tt.method, tt.reference, tt.amount, on)
		if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
	got := s.standing(t, i)
	if got.Open != 0 || got.Paid != 2_450_000 || got.Withheld != 325_000 || got.State() != "paid" {
		t.Errorf("%+v, %s", got, got.State())
	}
	// What was paid beyond is put against the next invoice, and the rest of it given back.
	next := s.final(t, day(2026, 12, 1), s.outside, charge(20_000, "jasa-ftz", ""))
	var applied money.Rupiah
	s.tx(t, func(ctx context.Context, tx bun.Tx) (err error) {
		applied, err = s.Apply(ctx, tx, s.maker, next.ID, day(2026, 12, 1))
		return err
	})
	refund := func(amount money.Rupiah, reason string) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			return s.Refund(ctx, tx, s.maker, s.outside, amount, day(2026, 12, 2), reason)
		})
	}
	if applied != 20_000 || s.standing(t, next).State() != "paid" {
		t.Errorf("applied %v: %+v", applied, s.standing(t, next))
	}
	if err := refund(30_001, "Salah transfer."); !fault.Is(err, "payment.no_balance") {
		t.Errorf("more than there is: %v", err)
	}
	if err := refund(30_000, " "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := refund(30_000, "Salah transfer."); err != nil {
		t.Error(err)
	}
}

func TestTwoPeopleTakeSomethingBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	on := day(2026, 12, 5)
	i := s.final(t, day(2026, 11, 1), s.company, charge(1_000_000, "jasa", "")) // 1.110.000
	ask := func(reason, kind string, charges ...invoice.Charge) (q invoice.Request, err error) {
		in := invoice.RequestInput{Kind: kind, Invoice: i.ID, Charges: charges, Reason: reason}
		if kind == invoice.Void {
			in.Follows = invoice.Nothing
		}
		err = s.try(func(ctx context.Context, tx bun.Tx) (err error) {
			q, err = s.Ask(ctx, tx, s.maker, in)
			return err
		})
		return q, err
	}
	decide := func(q invoice.Request, who uuid.UUID, approve bool) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			actor := s.checker
			actor.ID = who
			_, err := s.Decide(ctx, tx, actor, q.ID, approve, on)
			return err
		})
	}
	if _, err := ask(" ", invoice.WriteOff); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	credit, err := ask("Salah hitung.", string(invoice.CreditNote), charge(400_000, "jasa", ""))
	if err != nil {
		t.Fatal(err)
	}
	// The same form sent again asks for nothing more, another amount does.
	if _, err := ask("Salah hitung.", string(invoice.CreditNote), charge(400_000, "jasa", "")); !fault.Is(err, "invoice.asked") {
		t.Errorf("asked twice: %v", err)
	}
	if other, err := ask("Salah hitung juga.", string(invoice.CreditNote), charge(1, "jasa", "")); err != nil {
		t.Error(err)
	} else if err := decide(other, s.checker.ID, false); err != nil {
		t.Error(err)
	}
	if err := decide(credit, s.maker.ID, true); !fault.Is(err, "invoice.own_request") {
		t.Errorf("approved by whoever asked: %v", err)
	}
	if got := s.standing(t, i); got.Open != 1_110_000 {
		t.Errorf("before it is approved: %+v", got)
	}
	if err := decide(credit, s.checker.ID, true); err != nil {
		t.Fatal(err)
	}
	if err := decide(credit, s.checker.ID, true); !fault.Is(err, "invoice.decided") {
		t.Errorf("approved twice: %v", err)
	}
	if got := s.standing(t, i); got.Credited != 444_000 || got.Open != 666_000 || got.State() != "open" {
		t.Errorf("after the credit note: %+v", got)
	}
	if err := s.pay(i, invoice.Transfer, "T1", 500_000, on); err != nil {
		t.Fatal(err)
	}
	// A second credit goes beyond what is open: the rest is the party's balance. A third would be more than was charged.
	second, _ := ask("Layanan terhenti.", string(invoice.CreditNote), charge(300_000, "jasa", ""))
	if err := decide(second, s.checker.ID, true); err != nil {
		t.Fatal(err)
	}
	if got := s.standing(t, i); got.Open != 0 || got.Credited != 444_000+166_000 {
		t.Errorf("after the second: %+v", got)
	}
	third, _ := ask("Masih salah.", string(invoice.CreditNote), charge(300_001, "jasa", ""))
	if err := decide(third, s.checker.ID, true); !fault.Is(err, "invoice.credit_too_large") {
		t.Errorf("more than was charged: %v", err)
	}
	off, _ := ask("Tidak tertagih.", invoice.WriteOff)
	if err := decide(off, s.checker.ID, true); !fault.Is(err, "invoice.nothing_open") {
		t.Errorf("nothing is open: %v", err)
	}
	i = s.final(t, day(2026, 11, 2), s.company, charge(1_000_000, "jasa", ""))
	off, _ = ask("Pailit.", invoice.WriteOff)
	if err := decide(off, s.checker.ID, false); err != nil || s.standing(t, i).Open != 1_110_000 {
		t.Errorf("refused: %v, %+v", err, s.standing(t, i))
	}
	off, _ = ask("Pailit.", invoice.WriteOff)
	if err := decide(off, s.checker.ID, true); err != nil || s.standing(t, i).State() != "written_off" {
		t.Errorf("written off: %v, %+v", err, s.standing(t, i))
	}
	i = s.final(t, day(2026, 11, 3), s.company, charge(1_000_000, "jasa", ""))
	void, _ := ask("Salah alamat.", invoice.Void)
	if err := decide(void, s.checker.ID, true); err != nil || s.standing(t, i).State() != "void" || s.standing(t, i).Open != 0 {
		t.Errorf("voided: %v, %+v", err, s.standing(t, i))
	}
	i = s.final(t, day(2026, 11, 4), s.company, charge(1_000_000, "jasa", ""))
	if err := s.pay(i, invoice.Transfer, "T2", 1, on); err != nil {
		t.Fatal(err)
	}
	void, _ = ask("Salah alamat.", invoice.Void)
	if err := decide(void, s.checker.ID, true); !fault.Is(err, "invoice.not_untouched") {
		t.Errorf("voided after a payment: %v", err)
	}
	i = s.final(t, day(2026, 12, 6), s.company, charge(1_000_000, "jasa", ""))
	off, _ = ask("Terlalu dini.", invoice.WriteOff)
	if err := decide(off, s.checker.ID, true); !fault.Is(err, "invoice.before_issue") {
		t.Errorf("written off before it was issued: %v", err)
	}
	var notes []string
	if err := s.w.DB.App.NewRaw("SELECT number FROM invoice WHERE tenant_id = ? AND kind = 'credit_note' ORDER BY seq", s.w.Platform.ID).Scan(s.ctx, &notes); err != nil || fmt.Sprint(notes) != "[CN/2026/000001 CN/2026/000002]" {
		t.Errorf("credit notes %v, %v", notes, err)
	}
}

// A credit note takes back what was charged under each rule and no more, whatever rule it names, and to the rupiah when it is
// in parts; what the buyer may keep back falls with it.
func TestACreditNoteStaysWithinItsInvoice(t *testing.T) {
	t.Parallel()
	s := open(t)
	on := day(2026, 12, 1)
	credit := func(i invoice.Invoice, c invoice.Charge) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error {
			q, err := s.Ask(ctx, tx, s.maker, invoice.RequestInput{Kind: string(invoice.CreditNote), Invoice: i.ID, Charges: []invoice.Charge{c}, Reason: "Alasan."})
			if err == nil {
				_, err = s.Decide(ctx, tx, s.checker, q.ID, true, on)
			}
			return err
		})
	}
	exempt := s.final(t, day(2026, 11, 1), s.inside, charge(1_000_000, "jasa-ftz", ""))
	if err := credit(exempt, charge(900_000, "jasa", "")); !fault.Is(err, "invoice.credit_too_large") {
		t.Errorf("PPN that was never charged: %v", err)
	}
	// 21 is taxed by 2, and each 7 alone by 1: the last part takes what is left, and is refused nothing.
	small := s.final(t, day(2026, 11, 1), s.company, charge(21, "jasa", ""))
	for range 3 {
		if err := credit(small, charge(7, "jasa", "")); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.standing(t, small); got.Open != 0 || got.Credited != 23 || got.State() != "credited" {
		t.Errorf("taken back in parts: %+v", got)
	}
	if err := credit(small, charge(1, "jasa", "")); !fault.Is(err, "invoice.credit_too_large") {
		t.Errorf("a rupiah more: %v", err)
	}
	city := s.final(t, day(2026, 11, 1), s.outside, charge(1_000_000, "jasa-pemerintah", "pph23"))
	if err := credit(city, charge(500_000, "jasa-pemerintah", "pph23")); err != nil {
		t.Fatal(err)
	}
	if err := s.pay(city, invoice.Slip, "BP-9", 65_001, on); !fault.Is(err, "payment.slip_too_large") { // 130.000 and half of it
		t.Errorf("kept back of what was credited: %v", err)
	}
	if err := s.pay(city, invoice.Slip, "BP-9", 65_000, on); err != nil {
		t.Error(err)
	}
}

// TestWhatWasWithheldIsNotPaidBack: what a buyer gave to the state never came in, so a credit note lessens its slip and only the rest
// is the buyer's balance. 1.110.000 of 2.775.000 is taken back, of which 130.000 of 325.000 was or is to be withheld.
func TestWhatWasWithheldIsNotPaidBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	on := day(2026, 12, 1)
	for n, tt := range []struct {
		name                              string
		cash                              money.Rupiah
		slips                             []money.Rupiah
		withheld, credited, open, balance money.Rupiah
	}{
		{"paid with its slips", 2_450_000, []money.Rupiah{275_000, 50_000}, 195_000, 130_000, 0, 980_000},
		{"paid, and the slips are to come", 2_450_000, nil, 0, 130_000, 195_000, 980_000},
		{"paid, and one slip is to come", 2_450_000, []money.Rupiah{275_000}, 195_000, 130_000, 0, 980_000},
		{"paid with what may be withheld", 2_775_000, nil, 0, 0, 0, 1_110_000},
		{"not paid", 0, nil, 0, 1_110_000, 1_665_000, 0},
		{"not paid, with its slips", 0, []money.Rupiah{275_000, 50_000}, 195_000, 1_110_000, 1_470_000, 0},
	} {
		var party uuid.UUID
		s.tx(t, func(ctx context.Context, tx bun.Tx) error {
			p, err := invoice.SaveParty(ctx, tx, s.maker, invoice.Party{Name: tt.name, Address: "Jl. Merdeka 1", PPN: "jasa-pemerintah", PPh: "pph23"})
			party = p.ID
			return err
		})
		i := s.final(t, day(2026, 11, 1), party, charge(2_500_000, "jasa-pemerintah", "pph23"))
		if tt.cash > 0 {
			if err := s.pay(i, invoice.Transfer, fmt.Sprint("T", n), tt.cash, on); err != nil {
				t.Fatal(err)
			}
		}
		for k, amount := range tt.slips {
			if err := s.pay(i, invoice.Slip, fmt.Sprint("BP", n, k), amount, on); err != nil {
				t.Fatal(err)
			}
		}
		s.tx(t, func(ctx context.Context, tx bun.Tx) error {
			q, err := s.Ask(ctx, tx, s.maker, invoice.RequestInput{Kind: string(invoice.CreditNote), Invoice: i.ID, Charges: []invoice.Charge{charge(1_000_000, "jasa-pemerintah", "pph23")}, Reason: "Alasan."})
			if err == nil {
				_, err = s.Decide(ctx, tx, s.checker, q.ID, true, on)
			}
			return err
		})
		books := func() invoice.PartyBooks {
			b, err := s.BooksOf(s.ctx, party, on)
			if err != nil {
				t.Fatal(err)
			}
			if b.Charged != b.Paid+b.Withheld+b.Credited+b.Open {
				t.Errorf("%s does not balance: %+v", tt.name, b)
			}
			return b
		}
		if b := books(); b.Withheld != tt.withheld || b.Credited != tt.credited || b.Open != tt.open || b.Balance != tt.balance {
			t.Errorf("%s: %+v", tt.name, b)
		}
		if len(tt.slips) == 0 {
			continue
		}
		// A slip that never was takes along what the note lessened it by.
		var slips []uuid.UUID
		if err := s.w.DB.App.NewRaw("SELECT id FROM payment WHERE tenant_id = ? AND party_id = ? AND method = 'slip'", s.w.Platform.ID, party).Scan(s.ctx, &slips); err != nil {
			t.Fatal(err)
		}
		for _, id := range slips {
			s.tx(t, func(ctx context.Context, tx bun.Tx) error {
				return s.UndoPayment(ctx, tx, s.maker, id, on, "Tidak ada bukti potong.")
			})
		}
		if b := books(); b.Withheld != 0 || b.Open != tt.open+tt.withheld || b.Balance != tt.balance {
			t.Errorf("%s, without its slips: %+v", tt.name, b)
		}
	}
}

// Whatever happens in whatever order, the books of every party balance at every day: what was charged is what was paid,
// withheld, credited, written off and is open, and the balance is what came in beyond. The other side of the sum is worked
// out from the invoices, the payments and the credit notes themselves.
func TestTheBooksBalance(t *testing.T) {
	t.Parallel()
	s := open(t)
	parties := []uuid.UUID{s.outside, s.inside, s.company}
	rules := []string{"jasa-pemerintah", "jasa-ftz", "jasa"}
	var run int
	rapid.Check(t, func(r *rapid.T) {
		run++
		var bills []invoice.Invoice
		when := day(2026, 1, 1)
		for step := range rapid.IntRange(1, 12).Draw(r, "steps") {
			when = when.AddDate(0, 0, rapid.IntRange(0, 20).Draw(r, "days"))
			amount := money.Rupiah(rapid.Int64Range(1, 3_000_000).Draw(r, "amount"))
			if len(bills) == 0 || rapid.IntRange(0, 3).Draw(r, "what") == 0 {
				n := rapid.IntRange(0, 2).Draw(r, "party")
				bills = append(bills, s.final(t, when, parties[n], charge(amount, rules[n], rapid.SampledFrom([]string{"", "pph23"}).Draw(r, "pph"))))
				continue
			}
			i := rapid.SampledFrom(bills).Draw(r, "invoice")
			switch rapid.IntRange(0, 3).Draw(r, "how") {
			case 0, 1:
				// Some came before the invoice. A slip may be refused.
				_ = s.pay(i, rapid.SampledFrom([]string{invoice.Transfer, invoice.Slip}).Draw(r, "method"), fmt.Sprintf("%d-%d", run, step), amount, when.AddDate(0, 0, -rapid.IntRange(0, 30).Draw(r, "earlier")))
			case 2:
				_ = s.try(func(ctx context.Context, tx bun.Tx) error {
					_, err := s.Apply(ctx, tx, s.maker, i.ID, when)
					return err
				})
			case 3:
				in := invoice.RequestInput{Kind: rapid.SampledFrom([]string{invoice.WriteOff, invoice.Void, string(invoice.CreditNote)}).Draw(r, "kind"), Invoice: i.ID,
					Charges: []invoice.Charge{charge(amount, "jasa", "")}, Reason: "Alasan."}
				if in.Kind == invoice.Void {
					in.Follows = invoice.Nothing
				}
				_ = s.try(func(ctx context.Context, tx bun.Tx) error { // may be more than was charged
					q, err := s.Ask(ctx, tx, s.maker, in)
					if err == nil {
						_, err = s.Decide(ctx, tx, s.checker, q.ID, true, when)
					}
					return err
				})
			}
		}
		s.balanced(r, when)
		s.balanced(r, when.AddDate(0, -1, 0))
	})
}

func (s *shop) balanced(t *rapid.T, until time.Time) {
	books, _, err := s.Books(s.ctx, until, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(books) > 0 { // a page goes on behind the party that the one before ended with
		rest, _, err := s.Books(s.ctx, until, books[0].PartyID)
		if err != nil || len(rest) != len(books)-1 {
			t.Fatalf("behind the first of %d are %d, %v", len(books), len(rest), err)
		}
	}
	for _, b := range books {
		if b.Charged != b.Paid+b.Withheld+b.Credited+b.WrittenOff+b.Voided+b.Open || b.Open < 0 || b.Balance < 0 {
			t.Fatalf("on %s: %+v", until.Format(time.DateOnly), b)
		}
		var charged, received, credited money.Rupiah
		for into, q := range map[*money.Rupiah]string{
			&charged:  "SELECT coalesce(sum(total), 0)::bigint FROM invoice WHERE tenant_id = ? AND party_id = ? AND kind = 'invoice' AND issued_on <= ?",
			&received: "SELECT coalesce(sum(amount), 0)::bigint FROM payment WHERE tenant_id = ? AND party_id = ? AND received_on <= ?",
			&credited: "SELECT coalesce(sum(total), 0)::bigint FROM invoice WHERE tenant_id = ? AND party_id = ? AND kind = 'credit_note' AND issued_on <= ?",
		} {
			if err := s.w.DB.App.NewRaw(q, s.w.Platform.ID, b.PartyID, until.Format(time.DateOnly)).Scan(s.ctx, into); err != nil {
				t.Fatal(err)
			}
		}
		if charged != b.Charged || received+credited != b.Paid+b.Withheld+b.Credited+b.Balance+b.Refunded {
			t.Fatalf("on %s: charged %v, received %v, credited %v; the books say %+v", until.Format(time.DateOnly), charged, received, credited, b)
		}
	}
}
