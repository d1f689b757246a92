package payin_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
)

// Each line says in its own way what it pays; what is certain is paid, and nothing else.
func TestWhatALinePays(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var all []invoice.Invoice
	for _, amount := range []money.Rupiah{1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 6_000_000, 7_000_000} {
		all = append(all, s.bill(s.fibre, day(1), amount)) // INV/2026/000001 of 1.110.000 and so on
	}
	gov := s.bill(s.city, day(1), 10_000_000)   // 000008: 11.100.000, of which 1.100.000 PPN and 200.000 PPh are kept back
	other := s.bill(s.city, day(1), 20_000_000) // 000009: 22.200.000
	third := s.bill(s.city, day(1), 30_000_000) // 000010: 33.300.000
	for _, tt := range []struct {
		name   string
		line   string
		state  string
		why    string
		number string
		waits  money.Rupiah
	}{
		{"its number", came(2, 1_110_000, "PEMBAYARAN INV/2026/000001 TERIMA KASIH", ""), payin.Matched, payin.ByNumber, "INV/2026/000001", 0},
		{"its number without strokes, in part", came(2, 20_000, "BYR INV2026000002", ""), payin.Matched, payin.ByNumber, "INV/2026/000002", 0},
		{"its number with more beyond", came(3, 2_300_000, "inv-2026-000002", ""), payin.Matched, payin.ByNumber, "INV/2026/000002", 0},
		{"what is closed", came(3, 5_000, "INV/2026/000001 lagi", ""), payin.Proposed, "closed", "", 0},
		{"its virtual account", came(4, 3_330_000, "VA 8899026000003", "9911"), payin.Matched, payin.ByVirtual, "INV/2026/000003", 0},
		{"two numbers and their sum", came(5, 4_440_000+5_550_000, "INV/2026/000004 INV/2026/000005", ""), payin.Matched, payin.ByNumber, "INV/2026/000004 INV/2026/000005", 0},
		{"the account that paid before, and the amount", came(6, 6_660_000, "trf", "9911"), payin.Matched, payin.ByPayer, "INV/2026/000006", 0},
		{"the amount alone", came(6, 7_770_000, "setoran", ""), payin.Proposed, payin.ByAmount, "INV/2026/000007", 0},
		{"the name and less than that by both taxes", came(7, 9_800_000, "SP2D RKUD TANJUNGPINANG", ""), payin.Proposed, payin.ByName, "INV/2026/000008", 1_300_000},
		{"its number and less than that by PPN", came(7, 20_000_000, "INV/2026/000009", ""), payin.Matched, payin.ByNumber, "INV/2026/000009", 2_200_000},
		{"invoices of two parties", came(8, 1_000, "INV/2026/000007 INV/2026/000010", ""), payin.Proposed, "parties", "INV/2026/000007 INV/2026/000010", 0},
		{"two numbers and not their sum", came(8, 12_000, "INV/2026/000008 INV/2026/000010", ""), payin.Proposed, "sum", "INV/2026/000008 INV/2026/000010", 0},
		{"nobody's", came(9, 123_456, "tidak jelas", ""), payin.Open, "", "", 0},
		{"a number that there is not", came(9, 123_457, "INV/2026/999999", ""), payin.Open, "", "", 0},
		{"what went out", came(9, -6_500, "BIAYA INV/2026/000010", ""), payin.Out, "", "", 0},
		{"cents", strings.Replace(came(9, 1_000, "JASA GIRO INV/2026/000010", ""), "1000", "1000.50", 1), payin.Open, "", "", 0},
	} {
		r := s.csv(tt.line)
		if len(r.Lines) != 1 {
			t.Fatalf("%s: %+v", tt.name, r)
		}
		l := r.Lines[0]
		if l.State != tt.state || l.Proposal.Why != tt.why || strings.Join(l.Proposal.Numbers, " ") != tt.number || l.Proposal.Waits != tt.waits {
			t.Errorf("%s: %s %+v", tt.name, l.State, l.Proposal)
		}
	}
	for n, want := range []string{"paid", "paid", "paid", "paid", "paid", "paid", "open"} {
		if got := s.standing(all[n]); got.State() != want {
			t.Errorf("invoice %d is %s: %+v", n+1, got.State(), got)
		}
	}
	if got := s.standing(other); got.Open != 2_200_000 {
		t.Errorf("%+v", got)
	}
	books, _, err := s.Book.Books(s.ctx, day(30), uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range books {
		if b.PartyID == s.fibre && b.Balance != 100_000 { // beyond 000002
			t.Errorf("balance %v", b.Balance)
		}
	}
	// The slip that is waited for closes it; a person accepts what was proposed.
	waiting, err := s.Waiting(s.ctx, s.w.DB.App)
	if err != nil || len(waiting) != 1 || waiting[0].Number != "INV/2026/000009" || waiting[0].Waits != 2_200_000 {
		t.Errorf("%+v, %v", waiting, err)
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Pay(ctx, tx, s.clerk, invoice.PaymentInput{Invoice: other.ID, Method: invoice.Slip, Reference: "BP-1", Amount: 2_200_000, On: day(20)})
		return err
	})
	proposed, err := s.Lines(s.ctx, s.w.DB.App, payin.Proposed, uuid.Nil)
	if err != nil || len(proposed) != 5 {
		t.Fatalf("%d proposed, %v", len(proposed), err)
	}
	for _, l := range proposed {
		if l.Proposal.Why != payin.ByName {
			continue
		}
		if err := s.try(func(ctx context.Context, tx bun.Tx) error { _, err := s.Accept(ctx, tx, s.clerk, l.ID); return err }); err != nil {
			t.Error(err)
		}
		if err := s.try(func(ctx context.Context, tx bun.Tx) error { _, err := s.Accept(ctx, tx, s.clerk, l.ID); return err }); !fault.Is(err, "payin.settled") {
			t.Errorf("accepted twice: %v", err)
		}
	}
	if got := s.standing(gov); got.Open != 1_300_000 || s.standing(third).Open != 33_300_000 {
		t.Errorf("%+v", got)
	}
	if waiting, err = s.Waiting(s.ctx, s.w.DB.App); err != nil || len(waiting) != 1 || waiting[0].Number != "INV/2026/000008" {
		t.Errorf("%+v, %v", waiting, err)
	}
	if s.paid == 0 {
		t.Error("nobody was told")
	}
}

// TestLinesWithIdentitiesThatBeginAlike: what a line is known by is all of its identity. These two begin with the same eight letters, by
// which their payments were once named, and then nothing of the statement could be booked.
func TestLinesWithIdentitiesThatBeginAlike(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	i := s.bill(s.fibre, day(1), 1_000_000)
	r := s.csv(came(2, 50_000, "INV/2026/000001 angsuran 34678", ""), came(2, 50_000, "INV/2026/000001 angsuran 118791", ""))
	if len(r.Lines) != 2 || r.Lines[0].Identity[:8] != r.Lines[1].Identity[:8] || r.Lines[0].Identity == r.Lines[1].Identity {
		t.Fatalf("the lines do not begin alike: %+v", r.Lines)
	}
	if got := s.standing(i); got.Paid != 100_000 || r.Count(payin.Matched) != 2 {
		t.Errorf("%+v, %+v", got, r.Lines)
	}
}

// A wrong match is taken back by entries; its line can then pay something else, and what its balance paid must be undone first.
func TestAWrongMatchIsTakenBack(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	i, right := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.city, day(1), 1_000_000)
	l := s.csv(came(2, 1_500_000, i.Number, "")).Lines[0]
	undo := func(reason string) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error { return s.Undo(ctx, tx, s.clerk, l.ID, reason) })
	}
	if err := undo(" "); fault.From(err).Kind != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	next := s.bill(s.fibre, day(3), 100_000)
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Apply(ctx, tx, s.clerk, next.ID, day(3))
		return err
	})
	if err := undo("Salah tagihan."); !fault.Is(err, "payment.balance_used") {
		t.Errorf("its balance is used: %v", err)
	}
	l = s.csv(came(4, 500_000, i.Number+" lagi", "")).Lines[0] // closed: proposed, and a person sends it to the balance
	s.tx(func(ctx context.Context, tx bun.Tx) error { _, err := s.Accept(ctx, tx, s.clerk, l.ID); return err })
	if err := undo("Salah pihak."); err != nil {
		t.Fatal(err)
	}
	if err := undo("Salah pihak."); !fault.Is(err, "payin.not_matched") {
		t.Errorf("twice: %v", err)
	}
	decide := func(c payin.Choice) error {
		return s.try(func(ctx context.Context, tx bun.Tx) error { _, err := s.Decide(ctx, tx, s.clerk, l.ID, c); return err })
	}
	if err := decide(payin.Choice{Party: s.fibre, Against: []uuid.UUID{right.ID}}); !fault.Is(err, "payment.other_party") {
		t.Errorf("an invoice of another party: %v", err)
	}
	if err := decide(payin.Choice{Party: s.city, Against: []uuid.UUID{right.ID}}); err != nil {
		t.Fatal(err)
	}
	if got := s.standing(right); got.Paid != 500_000 {
		t.Errorf("%+v", got)
	}
	if err := s.try(func(ctx context.Context, tx bun.Tx) error {
		return s.SetAside(ctx, tx, s.clerk, l.ID, "Bukan milik kami.")
	}); !fault.Is(err, "payin.settled") {
		t.Errorf("set aside when it is matched: %v", err)
	}
	if err := undo("Salah lagi."); err != nil {
		t.Fatal(err)
	}
	if err := s.try(func(ctx context.Context, tx bun.Tx) error {
		return s.SetAside(ctx, tx, s.clerk, l.ID, "Bukan milik kami.")
	}); err != nil {
		t.Error(err)
	}
}

// The same money is not booked twice because it was told by hand, by another file, or by a file that overlaps.
func TestMoneyIsBookedOnce(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	i := s.bill(s.fibre, day(1), 1_000_000)
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Pay(ctx, tx, s.clerk, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "FT1", Amount: 500_000, On: day(2)})
		return err
	})
	if l := s.csv(came(3, 500_000, i.Number, "")).Lines[0]; l.State != payin.Proposed || l.Proposal.Why != "known" {
		t.Errorf("%s %+v", l.State, l.Proposal)
	}
	one, two := came(4, 100, "A", ""), came(4, 200, "B", "")
	if r := s.csv(one, one, two); len(r.Lines) != 3 || r.Known != 0 {
		t.Errorf("%+v", r)
	}
	if r := s.csv(one, one, two, came(5, 300, "C", "")); len(r.Lines) != 1 || r.Known != 3 {
		t.Errorf("a file that overlaps brings %d and knows %d", len(r.Lines), r.Known)
	}
	again := came(5, 1_000, s.bill(s.fibre, day(1), 5_000_000).Number, "")
	if r := s.csv(again+"FT77", again+"FT77", again+"FT78"); r.Lines[0].State != payin.Matched || r.Lines[1].State != payin.Proposed || r.Lines[1].Proposal.Why != "known" || r.Lines[2].State != payin.Matched {
		t.Errorf("a reference of the bank that stands twice: %+v", r.Lines)
	}
	s.csv(came(6, 610_000, i.Number, ""))
	camt := fmt.Sprintf(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.04"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>82021-00123</Id></Othr></Id></Acct>
		<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-06</Dt></Dt></Bal>
		<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">610000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-06</Dt></Dt></Bal>
		<Ntry><Amt Ccy="IDR">610000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-06</Dt></BookgDt><AddtlNtryInf>%s</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt></Document>`, s.bill(s.fibre, day(1), 2_000_000).Number)
	if l := s.file([]byte(camt)).Lines[0]; l.State != payin.Proposed || l.Proposal.Why != "known" {
		t.Errorf("the same day by another format: %s %+v", l.State, l.Proposal)
	}
	for account, want := range map[string]string{"999": "payin.account", "820-21-00123": ""} {
		err := s.try(func(ctx context.Context, tx bun.Tx) error {
			_, err := s.Check(ctx, tx, s.clerk, account, "x.xml", []byte(camt))
			return err
		})
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("account %s: %v", account, err)
		}
	}
	if err := s.try(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Check(ctx, tx, s.clerk, "", "x.csv", []byte("day,amount,text,from,ref\n"+came(29, 1_000, "besok", "")+"\n"))
		return err
	}); !fault.Is(err, "payin.future") {
		t.Errorf("what is still to come: %v", err)
	}
	raw, err := os.ReadFile("../statement/testdata/bank.mt940") // of an account at another bank
	if err != nil {
		t.Fatal(err)
	}
	if err := s.try(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Check(ctx, tx, s.clerk, "", "x", raw)
		return err
	}); !fault.Is(err, "payin.account") {
		t.Errorf("a strange account: %v", err)
	}
}

// A transfer that came before its invoice pays it once that is issued, and what a person took back is not paid again.
func TestATransferBeforeItsInvoice(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	early := s.csv(came(2, 1_110_000, "INV/2026/000001", "")).Lines[0]
	if early.State != payin.Open {
		t.Fatalf("%+v", early)
	}
	i := s.bill(s.fibre, day(5), 1_000_000)
	again := func() (r payin.Result) {
		s.tx(func(ctx context.Context, tx bun.Tx) (err error) { r, err = s.Rematch(ctx, tx, s.clerk); return err })
		return r
	}
	if r := again(); r.Count(payin.Matched) != 1 || s.standing(i).Open != 0 {
		t.Errorf("%+v, %+v", r, s.standing(i))
	}
	if r := again(); len(r.Lines) != 0 {
		t.Errorf("a second time: %+v", r)
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		return s.Undo(ctx, tx, s.clerk, early.ID, "Salah tagihan.")
	})
	if r := again(); len(r.Lines) != 0 || s.standing(i).Open != 1_110_000 {
		t.Errorf("after it was taken back: %+v", r)
	}
}

// What a transfer seemed to pay is not proposed any more once it was paid otherwise.
func TestAProposalThatIsOverIsTakenBack(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	i := s.bill(s.fibre, day(1), 1_000_000)
	l := s.csv(came(9, 1_110_000, "setoran", "")).Lines[0]
	if l.State != payin.Proposed || l.Proposal.Why != payin.ByAmount {
		t.Fatalf("%s %+v", l.State, l.Proposal)
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := s.Book.Take(ctx, tx, s.clerk, invoice.TakeInput{Party: i.PartyID, Against: []invoice.Share{{Invoice: i.ID, Most: 1_110_000}}, Method: invoice.Cash, Reference: "KAS-1", Amount: 1_110_000, On: day(2)})
		return err
	})
	for _, want := range []int{1, 0} { // and then nothing changes any more
		var r payin.Result
		s.tx(func(ctx context.Context, tx bun.Tx) (err error) { r, err = s.Rematch(ctx, tx, s.clerk); return err })
		if r.Count(payin.Open) != want {
			t.Errorf("%+v", r.Lines)
		}
	}
	s.tx(func(ctx context.Context, tx bun.Tx) error {
		now, err := s.Line(ctx, tx, l.ID)
		if now.State != payin.Open || now.Proposal.Why != "" || len(now.Proposal.Against) > 0 {
			t.Errorf("%s %+v", now.State, now.Proposal)
		}
		return err
	})
}

// A party's own virtual account pays what is due first.
func TestAVirtualAccountOfAParty(t *testing.T) {
	t.Parallel()
	s := open(t, func(x *invoice.Seller) { x.VirtualAccount.Per = invoice.PerParty })
	first, second := s.bill(s.fibre, day(1), 1_000_000), s.bill(s.fibre, day(2), 2_000_000)
	if first.VirtualAccount != "8899000000001" || second.VirtualAccount != first.VirtualAccount {
		t.Fatalf("%q, %q", first.VirtualAccount, second.VirtualAccount)
	}
	if l := s.csv(came(3, 1_500_000, "VA "+first.VirtualAccount, "")).Lines[0]; l.State != payin.Matched {
		t.Errorf("%s %+v", l.State, l.Proposal)
	}
	if a, b := s.standing(first), s.standing(second); a.Open != 0 || b.Open != 2_220_000-390_000 {
		t.Errorf("%+v, %+v", a, b)
	}
	closed := open(t, func(x *invoice.Seller) { x.VirtualAccount.Closed = true })
	i := closed.bill(closed.fibre, day(1), 1_000_000)
	if l := closed.csv(came(3, 1_000, "VA "+i.VirtualAccount, "")).Lines[0]; l.State != payin.Proposed || l.Proposal.Why != "other_amount" {
		t.Errorf("%s %+v", l.State, l.Proposal)
	}
}

// Whatever is imported, decided and undone in whatever order, the books balance at every day, and hold exactly the money of the
// lines that are matched.
func TestImportsKeepTheBooksBalanced(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	rapid.Check(t, func(r *rapid.T) {
		var bills []invoice.Invoice
		for range rapid.IntRange(1, 3).Draw(r, "bills") {
			bills = append(bills, s.bill(rapid.SampledFrom([]uuid.UUID{s.city, s.fibre}).Draw(r, "party"), day(rapid.IntRange(1, 20).Draw(r, "issued")),
				money.Rupiah(rapid.Int64Range(1, 3_000_000).Draw(r, "charge"))))
		}
		var lines []payin.Line
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			i := rapid.SampledFrom(bills).Draw(r, "invoice")
			what := rapid.IntRange(0, 5).Draw(r, "what")
			if len(lines) == 0 {
				what = 0
			}
			var err error
			switch what {
			case 0, 1:
				s.files++
				amount := rapid.SampledFrom([]money.Rupiah{i.Total, i.Total - i.Withholdable, 777, 2 * i.Total}).Draw(r, "amount")
				text := rapid.SampledFrom([]string{i.Number, i.VirtualAccount, "TANJUNGPINANG", "?"}).Draw(r, "text")
				if amount > 0 {
					lines = append(lines, s.csv(came(rapid.IntRange(1, 25).Draw(r, "day"), amount, fmt.Sprintf("%s #%d", text, s.files), "")).Lines...)
				}
			case 2:
				l := rapid.SampledFrom(lines).Draw(r, "line")
				err = s.try(func(ctx context.Context, tx bun.Tx) error { return s.Undo(ctx, tx, s.clerk, l.ID, "Salah.") })
			case 3:
				l := rapid.SampledFrom(lines).Draw(r, "line")
				err = s.try(func(ctx context.Context, tx bun.Tx) error {
					_, err := s.Decide(ctx, tx, s.clerk, l.ID, payin.Choice{Party: i.PartyID, Against: []uuid.UUID{i.ID}})
					return err
				})
			case 4:
				l, split := rapid.SampledFrom(lines).Draw(r, "line"), payin.Split{Rest: rapid.SampledFrom([]uuid.UUID{s.city, s.fibre, uuid.Nil}).Draw(r, "rest")}
				for _, b := range bills {
					if part := rapid.SampledFrom([]money.Rupiah{0, 1, 777, b.Total, b.Total - b.Withholdable}).Draw(r, "part"); part > 0 {
						split.Parts = append(split.Parts, invoice.Share{Invoice: b.ID, Most: part})
					}
				}
				err = s.try(func(ctx context.Context, tx bun.Tx) error {
					_, err := s.Split(ctx, tx, s.clerk, l.ID, split)
					return err
				})
			case 5:
				err = s.try(func(ctx context.Context, tx bun.Tx) error {
					_, err := s.Book.Apply(ctx, tx, s.clerk, i.ID, day(26))
					return err
				})
			}
			if err != nil && fault.From(err).Kind == fault.Internal {
				r.Fatal(err)
			}
		}
		for _, until := range []time.Time{day(10), day(24), day(28)} {
			s.balanced(r, until)
		}
	})
}

func (s *till) balanced(r *rapid.T, until time.Time) {
	books, _, err := s.Book.Books(s.ctx, until, uuid.Nil)
	if err != nil {
		r.Fatal(err)
	}
	for _, b := range books {
		if b.Charged != b.Paid+b.Withheld+b.Credited+b.WrittenOff+b.Voided+b.Open || b.Open < 0 || b.Balance < 0 {
			r.Fatalf("on %s: %+v", until.Format(time.DateOnly), b)
		}
		var received money.Rupiah
		err := s.w.DB.App.NewRaw(`SELECT coalesce(sum(y.amount), 0)::bigint FROM payment y WHERE y.tenant_id = ? AND y.party_id = ? AND y.received_on <= ?
			AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id AND u.on_day <= ?)`,
			s.w.Platform.ID, b.PartyID, until.Format(time.DateOnly), until.Format(time.DateOnly)).Scan(s.ctx, &received)
		if err != nil || received != b.Paid+b.Balance {
			r.Fatalf("on %s: received %v, %v; the books say %+v", until.Format(time.DateOnly), received, err, b)
		}
	}
	var matched, booked int64
	err = s.w.DB.App.NewRaw(`SELECT (SELECT coalesce(sum(sen) / 100, 0)::bigint FROM bank_line WHERE tenant_id = ? AND state = 'matched'), (SELECT coalesce(sum(y.amount), 0)::bigint FROM payment y
		WHERE y.tenant_id = ? AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id))`, s.w.Platform.ID, s.w.Platform.ID).Scan(s.ctx, &matched, &booked)
	if err != nil || matched != booked {
		r.Fatalf("the lines brought %d, the books have %d, %v", matched, booked, err)
	}
}
