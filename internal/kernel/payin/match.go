package payin

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
)

// openMost bounds the open invoices that are compared by their amount.
const openMost = 5000

// bill is an invoice that a line may pay.
type bill struct {
	ID             uuid.UUID    `bun:"id"`
	Number         string       `bun:"number"`
	PartyID        uuid.UUID    `bun:"party_id"`
	Party          string       `bun:"party"`
	VirtualAccount string       `bun:"virtual_account"`
	DueOn          time.Time    `bun:"due_on"`
	Open           money.Rupiah `bun:"open"`
	KeepBack       money.Rupiah `bun:"keep_back"` // of the open amount, what the buyer may give to the state
}

// matcher knows what the lines of a file name.
type matcher struct {
	book    *invoice.Book
	format  statement.Format
	closed  bool // whether virtual accounts take one amount alone
	series  *regexp.Regexp
	byName  map[string]bill               // by the number of the invoice
	virtual map[string][]bill             // by the virtual account
	payers  map[string]uuid.UUID          // the party that an account has paid for
	open    []bill                        // the earliest due first
	left    map[uuid.UUID]invoice.Invoice // read once more for each that is weighed
}

var digits = regexp.MustCompile(`[0-9]{8,}`)

// matcher reads what the lines may be about: everything at once, whatever their number.
func (s *Service) matcher(ctx context.Context, tx bun.Tx, format statement.Format, lines []Line) (*matcher, error) {
	m := &matcher{book: s.Book, format: format, byName: map[string]bill{}, virtual: map[string][]bill{}, payers: map[string]uuid.UUID{}, left: map[uuid.UUID]invoice.Invoice{}}
	seller, err := invoice.SellerOn(ctx, tx, s.Book.Now())
	if err != nil {
		return nil, err
	}
	m.closed = seller.VirtualAccount.Closed
	var series []string
	if err := tx.NewRaw("SELECT DISTINCT series FROM invoice_counter WHERE tenant_id = ? AND year > 0", tenancy.Must(ctx)).Scan(ctx, &series); err != nil {
		return nil, err
	}
	for i := range series {
		series[i] = regexp.QuoteMeta(series[i])
	}
	if len(series) > 0 {
		m.series = regexp.MustCompile(`(` + strings.Join(series, "|") + `)[^A-Z0-9]{0,3}(20[0-9]{2})[^A-Z0-9]{0,3}([0-9]{6})(?:[^0-9]|$)`)
	}
	var numbers, accounts, payers []string
	for _, l := range lines {
		if l.State != Out {
			numbers, accounts = append(numbers, m.numbers(l)...), append(accounts, l.accounts()...)
			if l.PayerAccount != "" {
				payers = append(payers, l.PayerAccount)
			}
		}
	}
	named, err := bills(ctx, tx, "i.number = ANY (?) OR i.virtual_account <> '' AND i.virtual_account = ANY (?)", false, pgdialect.Array(unique(numbers)), pgdialect.Array(unique(accounts)))
	if err != nil {
		return nil, err
	}
	for _, x := range named {
		m.byName[x.Number] = x
		if x.VirtualAccount != "" {
			m.virtual[x.VirtualAccount] = append(m.virtual[x.VirtualAccount], x)
		}
	}
	if m.open, err = bills(ctx, tx, "true", true); err != nil {
		return nil, err
	}
	return m, m.learn(ctx, tx, unique(payers))
}

func unique(all []string) []string {
	slices.Sort(all)
	return append([]string{}, slices.Compact(all)...)
}

// bills reads invoices with what is open of each.
func bills(ctx context.Context, tx bun.IDB, where string, openOnly bool, args ...any) ([]bill, error) {
	if openOnly {
		where = "(" + where + ") AND o.open > 0"
	}
	var all []bill
	err := tx.NewRaw(`SELECT i.id, i.number, i.party_id, i.party->>'name' AS party, i.virtual_account, i.due_on, o.open,
			greatest(least(i.withholdable - o.withheld - (SELECT coalesce(sum(n.withholdable), 0) FROM invoice n WHERE n.tenant_id = i.tenant_id AND n.credits = i.id), o.open), 0)::bigint AS keep_back
		FROM invoice i CROSS JOIN LATERAL (SELECT coalesce(sum(e.amount), 0)::bigint AS open, coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'withheld'), 0)::bigint AS withheld
			FROM invoice_entry e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) o
		WHERE i.tenant_id = ? AND i.kind = 'invoice' AND (`+where+`) ORDER BY i.due_on, i.seq LIMIT ?`,
		append(append([]any{tenancy.Must(ctx)}, args...), openMost)...).Scan(ctx, &all)
	return all, err
}

// learn finds whose accounts have paid for one party and no other.
func (m *matcher) learn(ctx context.Context, tx bun.IDB, accounts []string) error {
	if len(accounts) == 0 {
		return nil
	}
	var rows []struct {
		Account string    `bun:"payer_account"`
		Party   uuid.UUID `bun:"party_id"`
	}
	err := tx.NewRaw(`SELECT DISTINCT l.payer_account, y.party_id FROM bank_line l JOIN bank_match m ON m.tenant_id = l.tenant_id AND m.line_id = l.id
		JOIN payment y ON y.tenant_id = m.tenant_id AND y.id = m.payment_id
		WHERE l.tenant_id = ? AND l.payer_account = ANY (?) AND l.state = 'matched' AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id)`,
		tenancy.Must(ctx), pgdialect.Array(accounts)).Scan(ctx, &rows)
	seen := map[string]int{}
	for _, r := range rows {
		m.payers[r.Account] = r.Party
		seen[r.Account]++
	}
	for account, n := range seen {
		if n > 1 {
			delete(m.payers, account)
		}
	}
	return err
}

// texts are a line's words, once with its breaks as blanks and once without them: a bank may break a number in two.
func (l Line) texts() []string {
	all := strings.ToUpper(l.Text + "\n" + l.Reference + "\n" + l.Payer)
	return []string{strings.ReplaceAll(all, "\n", " "), strings.ReplaceAll(all, "\n", "")}
}

// numbers are the invoices that a line names, as the books write them.
func (m *matcher) numbers(l Line) []string {
	var out []string
	if m.series == nil {
		return nil
	}
	for _, text := range l.texts() {
		for text != "" {
			at := m.series.FindStringSubmatchIndex(text)
			if at == nil {
				break
			}
			number := fmt.Sprintf("%s/%s/%s", text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]])
			if !slices.Contains(out, number) {
				out = append(out, number)
			}
			text = text[at[7]:]
		}
	}
	return out
}

// accounts are what may be virtual accounts in a line.
func (l Line) accounts() []string {
	out := digits.FindAllString(strings.Join(l.texts(), " "), -1)
	if l.Virtual != "" {
		out = append(out, l.Virtual)
	}
	return out
}

// match says what a line pays, and whether that is certain.
func (m *matcher) match(ctx context.Context, tx bun.Tx, l Line) (Proposal, bool, error) {
	amount, whole := l.Amount.Rupiah()
	if !whole {
		return Proposal{}, false, nil
	}
	p, certain, err := m.find(ctx, tx, l, amount)
	if err != nil || !certain {
		return p, false, err
	}
	// The same money may have been recorded by hand, be in a file of another format, or stand twice in this one by the bank's own reference.
	var known bool
	err = tx.NewRaw(`SELECT EXISTS (SELECT FROM payment y WHERE y.tenant_id = ? AND y.party_id = ? AND y.amount = ? AND y.received_on BETWEEN ?::date - 5 AND ?::date + 5
			AND y.method <> 'slip' AND y.method <> 'stripe' AND NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = y.tenant_id AND u.payment_id = y.id)
			AND NOT EXISTS (SELECT FROM bank_match b WHERE b.tenant_id = y.tenant_id AND b.payment_id = y.id))
		OR EXISTS (SELECT FROM bank_line o JOIN bank_statement b ON b.tenant_id = o.tenant_id AND b.id = o.statement_id
			WHERE o.tenant_id = ? AND o.account = ? AND o.day = ? AND o.sen = ? AND o.id <> ? AND (b.format <> ? OR o.reference <> '' AND o.reference = ? AND o.id < ?))`,
		l.TenantID, p.Party, amount, l.Day.Format(time.DateOnly), l.Day.Format(time.DateOnly),
		l.TenantID, l.Account, l.Day.Format(time.DateOnly), l.Amount, l.ID, m.format, l.Reference, l.ID).Scan(ctx, &known)
	if known {
		p.Why = whyKnown
	}
	return p, !known, err
}

func (m *matcher) find(ctx context.Context, tx bun.Tx, l Line, amount money.Rupiah) (Proposal, bool, error) {
	for _, account := range l.accounts() {
		if found := m.virtual[account]; len(found) > 0 {
			return m.weigh(ctx, tx, found, amount, ByVirtual)
		}
	}
	var found []bill
	for _, number := range m.numbers(l) {
		if x, ok := m.byName[number]; ok {
			found = append(found, x)
		}
	}
	if len(found) > 0 {
		return m.weigh(ctx, tx, found, amount, ByNumber)
	}
	return m.guess(ctx, tx, l, amount)
}

// fresh reads again what is open of bills: lines before this one may have paid.
func fresh(ctx context.Context, tx bun.Tx, all []bill) ([]bill, error) {
	ids := make([]string, 0, len(all))
	for _, x := range all {
		ids = append(ids, x.ID.String())
	}
	return bills(ctx, tx, "i.id = ANY (?::uuid[])", false, pgdialect.Array(ids))
}

// weigh compares an amount with what is open of the invoices that a line names. One that is named is paid, in part or beyond;
// several must come to their sum, unless they share the virtual account of their party, which pays the earliest due first.
func (m *matcher) weigh(ctx context.Context, tx bun.Tx, named []bill, amount money.Rupiah, by string) (Proposal, bool, error) {
	now, err := fresh(ctx, tx, named)
	if err != nil {
		return Proposal{}, false, err
	}
	p := Proposal{Why: by, Party: now[0].PartyID}
	for _, x := range now {
		if x.PartyID != p.Party {
			return ofParties(now, amount), false, nil
		}
	}
	all := slices.DeleteFunc(now, func(x bill) bool { return x.Open <= 0 })
	if len(all) == 0 {
		p.Why = whyClosed
		return p, false, nil
	}
	if by == ByVirtual { // it may be exactly one of the party's
		for _, x := range all {
			if waits, ok := m.pays(ctx, tx, x, amount); ok {
				p.add(x, 0)
				p.Waits = waits
				return p, true, nil
			}
		}
	}
	open, keep := sum(all)
	switch {
	case amount == open-keep && keep > 0:
		for _, x := range all {
			p.add(x, x.Open-x.KeepBack)
		}
		p.Waits = keep
		return p, true, nil
	case len(all) == 1:
		p.add(all[0], 0)
		p.Waits, _ = m.pays(ctx, tx, all[0], amount)
		if by == ByVirtual && m.closed {
			p.Why = whyAmount
			return p, false, nil
		}
		return p, true, nil
	}
	for _, x := range all {
		p.add(x, 0)
	}
	if by == ByNumber && amount < open {
		p.Why = whySum
		return p, false, nil
	}
	return p, true, nil
}

// ofParties is how an amount may be split over invoices of several parties: with what each is paid where that comes to the amount.
func ofParties(named []bill, amount money.Rupiah) Proposal {
	p := Proposal{Why: whyParties}
	open, keep := money.Rupiah(0), money.Rupiah(0)
	for _, x := range named {
		if !slices.Contains(p.Parties, x.PartyID) {
			p.Parties = append(p.Parties, x.PartyID)
		}
		if x.Open <= 0 {
			continue
		}
		sum, err := open.Add(x.Open)
		if err != nil { // no amount of a line comes to it
			return p
		}
		open, keep = sum, keep+x.KeepBack
	}
	for _, x := range named {
		switch {
		case x.Open <= 0:
		case amount == open:
			p.add(x, x.Open)
		case amount == open-keep:
			p.add(x, x.Open-x.KeepBack)
			p.Waits += x.KeepBack
		default:
			p.add(x, 0)
		}
	}
	return p
}

func (p *Proposal) add(x bill, most money.Rupiah) {
	p.Against, p.Numbers = append(p.Against, invoice.Share{Invoice: x.ID, Most: most}), append(p.Numbers, x.Number)
}

func sum(all []bill) (open, keep money.Rupiah) {
	for _, x := range all {
		open, keep = open+x.Open, keep+x.KeepBack // amounts of one party's open invoices were added up before
	}
	return open, keep
}

// pays reports whether an amount is what is open of an invoice, or that less what a buyer keeps back of it: every tax, or one
// of them.
func (m *matcher) pays(ctx context.Context, tx bun.Tx, x bill, amount money.Rupiah) (waits money.Rupiah, ok bool) {
	short := x.Open - amount
	switch {
	case short == 0:
		return 0, true
	case short < 0 || short > x.KeepBack:
		return 0, false
	case short == x.KeepBack:
		return short, true
	}
	i, ok := m.left[x.ID]
	if !ok {
		if err := tx.NewSelect().Model(&i).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), x.ID).Scan(ctx); err != nil {
			return 0, false // the transaction has failed, and its next statement says so
		}
		m.left[x.ID] = i
	}
	_, each, err := m.book.KeepBack(ctx, tx, i, invoice.Standing{Open: x.Open})
	if err != nil {
		return 0, false
	}
	return short, slices.Contains(each, short)
}

// guess looks for the one open invoice that an amount is of: of the party whose account it comes from, which is certain; of the
// party that its text names; or of all.
func (m *matcher) guess(ctx context.Context, tx bun.Tx, l Line, amount money.Rupiah) (Proposal, bool, error) {
	payer, known := m.payers[l.PayerAccount]
	text := " " + strings.Join(words(strings.Join(l.texts(), " ")), " ") + " "
	var of, named, any []bill
	for _, x := range m.open {
		if _, ok := m.pays(ctx, tx, x, amount); ok {
			any = append(any, x)
			if names(text, x.Party) {
				named = append(named, x)
			}
			if known && x.PartyID == payer {
				of = append(of, x)
			}
		}
	}
	for _, t := range []struct {
		why     string
		all     []bill
		certain bool
	}{{ByPayer, of, true}, {ByName, named, false}, {ByAmount, any, false}} {
		if len(t.all) != 1 {
			continue
		}
		p, _, err := m.weigh(ctx, tx, t.all, amount, t.why)
		if err != nil || p.Why == whyClosed { // an earlier line has paid it
			return Proposal{}, false, err
		}
		return p, t.certain, nil
	}
	return m.whole(text, payer, amount), false, nil
}

// whole proposes everything that is open of the party that a line names or comes from, where it comes to the amount.
func (m *matcher) whole(text string, payer uuid.UUID, amount money.Rupiah) Proposal {
	parties := map[uuid.UUID][]bill{}
	for _, x := range m.open {
		if x.PartyID == payer || names(text, x.Party) {
			parties[x.PartyID] = append(parties[x.PartyID], x)
		}
	}
	if len(parties) != 1 {
		return Proposal{}
	}
	for party, all := range parties {
		if open, _ := sum(all); open == amount {
			p := Proposal{Why: ByName, Party: party}
			for _, x := range all {
				p.add(x, 0)
			}
			return p
		}
	}
	return Proposal{}
}

// common are words of names that say nothing about whose they are.
func common() map[string]bool {
	return map[string]bool{"PT": true, "CV": true, "TBK": true, "PERSERO": true, "PEMERINTAH": true, "PEMDA": true, "PEMKOT": true, "PEMKAB": true, "DAERAH": true,
		"KOTA": true, "KABUPATEN": true, "KAB": true, "PROVINSI": true}
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
}

// names reports whether every word of a party's name that is its own stands in a text.
func names(text, party string) bool {
	own, skip := 0, common()
	for _, w := range words(party) {
		if skip[w] {
			continue
		}
		if !strings.Contains(text, " "+w+" ") {
			return false
		}
		own += len(w)
	}
	return own >= 4
}
