// Package payin brings what a bank's statements say came in into the books of a seller: it imports each line once, pays by it what
// it certainly pays, proposes what it probably pays, and leaves the rest for a person to see.
//
// A file is kept as it was given and looked through before anything happens; then all of it is applied in one transaction or
// none. Nothing that was booked is edited: a wrong match is taken back by entries against it, and its line is open again.
// Whether the caller may do so is the caller's to check.
package payin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
)

// Service imports statements into Book.
type Service struct {
	Book *invoice.Book

	// Paid is told of each payment as part of its transaction, with the invoices that it closed or closed in part, the first
	// first: a receipt is asked for, a limit lifted.
	Paid func(ctx context.Context, tx bun.Tx, of []uuid.UUID, p invoice.Payment) error

	// Holder takes in what of a line pays no invoice; nil where the seller holds nothing for anybody.
	Holder Holder
}

// Statement is a file that was checked, and since AppliedAt is in the books.
type Statement struct {
	bun.BaseModel `bun:"table:bank_statement,alias:b"`

	TenantID  uuid.UUID        `bun:"tenant_id,pk"`
	ID        uuid.UUID        `bun:"id,pk"`
	Account   string           `bun:"account"`
	Format    statement.Format `bun:"format"`
	From      time.Time        `bun:"from_day"`
	To        time.Time        `bun:"to_day"`
	Name      string           `bun:"name"`
	Raw       []byte           `bun:"raw"`
	SHA256    []byte           `bun:"sha256"`
	CheckedAt time.Time        `bun:"checked_at"`
	CheckedBy uuid.UUID        `bun:"checked_by"`
	AppliedAt time.Time        `bun:"applied_at,nullzero"`
	AppliedBy uuid.NullUUID    `bun:"applied_by"`
}

// Line is a movement of an account as it was imported, and what became of it.
type Line struct {
	bun.BaseModel `bun:"table:bank_line,alias:l"`

	TenantID     uuid.UUID     `bun:"tenant_id,pk"`
	ID           uuid.UUID     `bun:"id,pk"`
	StatementID  uuid.UUID     `bun:"statement_id"`
	Account      string        `bun:"account"`
	Identity     string        `bun:"identity"`
	Day          time.Time     `bun:"day"`
	Amount       statement.Sen `bun:"sen"`
	Text         string        `bun:"text"`
	Reference    string        `bun:"reference"`
	Payer        string        `bun:"payer"`
	PayerAccount string        `bun:"payer_account"`
	Virtual      string        `bun:"virtual"`
	State        string        `bun:"state"`
	Proposal     Proposal      `bun:"proposal,type:jsonb"`
	Reason       string        `bun:"reason"`
}

// What becomes of a line.
const (
	Out      = "out"      // it went out, and is none of ours
	Open     = "open"     // nobody knows what it pays
	Proposed = "proposed" // a person is to decide
	Matched  = "matched"
	Aside    = "aside" // a person has said that it pays nothing
)

// Proposal is what a line pays, or probably pays. Without a Party it is of several, and a person has to say how it is split.
type Proposal struct {
	Why     string          `json:"why,omitempty"` // Because says it in words
	Party   uuid.UUID       `json:"party,omitzero"`
	Parties []uuid.UUID     `json:"parties,omitempty"` // of the invoices that it names, where they are several
	Against []invoice.Share `json:"against,omitempty"`
	Numbers []string        `json:"numbers,omitempty"` // of those invoices
	Waits   money.Rupiah    `json:"waits,omitempty"`   // for a slip: what the buyer gave to the state instead
}

// Because says in words why.
func (p Proposal) Because(in i18n.Locale) string {
	if p.Why == "" {
		return ""
	}
	return in.T("payin.why." + p.Why)
}

// The reasons.
const (
	ByVirtual  = "virtual_account"
	ByNumber   = "number"
	ByPayer    = "payer"  // whose account has paid for the party before, by the amount
	ByName     = "name"   // in the text, by the amount
	ByAmount   = "amount" // which one invoice alone has
	ByPerson   = "person"
	BySplit    = "split"        // by a person, over several parties or by amounts of his own
	whyClosed  = "closed"       // nothing is open of what it names
	whyParties = "parties"      // it names invoices of several parties
	whySum     = "sum"          // it names several invoices and is not their sum
	whyKnown   = "known"        // a payment like it was recorded by hand, by a file of another format, or by a line of the same reference
	whyAmount  = "other_amount" // not that of a closed virtual account
)

// Check reads a file of the account with a number (of the statement's own where that is empty), keeps it and returns it for
// Preview and Apply. The same file again is the same statement. It refuses what statement.Read refuses, Invalid
// "payin.account" for an account that is not the seller's or not the file's, "payin.future" for movements of days that are
// still to come, and "statement.balance" where one page does not go on where the one before ended.
func (s *Service) Check(ctx context.Context, tx bun.Tx, actor identity.Actor, account, name string, raw []byte) (Statement, error) {
	out := Statement{TenantID: tenancy.Must(ctx), Name: name, Raw: raw, CheckedAt: s.Book.Now().UTC().Truncate(time.Microsecond), CheckedBy: actor.ID}
	pages, number, err := s.read(ctx, tx, account, raw)
	if err != nil {
		return out, err
	}
	if out.ID, err = uuid.NewV7(); err != nil {
		return out, err
	}
	sum := sha256.Sum256(raw)
	out.Account, out.Format, out.SHA256 = number, pages[0].Format, sum[:]
	out.From, out.To = span(pages, out.CheckedAt)
	city, _ := tenancy.CityFrom(ctx)
	if last := out.To.Format(time.DateOnly); last > out.CheckedAt.In(city.Location()).Format(time.DateOnly) {
		return out, fault.New(fault.Invalid, "payin.future", "day", last)
	}
	res, err := tx.NewInsert().Model(&out).On("CONFLICT (tenant_id, account, sha256) DO NOTHING").Exec(ctx)
	if err != nil {
		return out, fmt.Errorf("payin: check: %w", err)
	}
	if n, err := res.RowsAffected(); n == 1 || err != nil {
		return out, err
	}
	var kept Statement
	err = tx.NewSelect().Model(&kept).Where("tenant_id = ? AND account = ? AND sha256 = ?", out.TenantID, number, sum[:]).Scan(ctx)
	return kept, err
}

func span(pages []statement.Statement, now time.Time) (from, to time.Time) {
	for _, p := range pages {
		if !p.From.IsZero() && (from.IsZero() || p.From.Before(from)) {
			from = p.From
		}
		if p.To.After(to) {
			to = p.To
		}
	}
	if from.IsZero() { // an empty table says nothing of its days
		return now, now
	}
	return from, to
}

// read reads a file and finds the account that it is of.
func (s *Service) read(ctx context.Context, db bun.IDB, account string, raw []byte) ([]statement.Statement, string, error) {
	seller, err := invoice.SellerOn(ctx, db, s.Book.Now())
	if err != nil {
		return nil, "", err
	}
	wanted := statement.Plain(account)
	known := map[string]statement.Mapping{}
	for _, a := range seller.Accounts {
		known[statement.Plain(a.Number)] = a.CSV
	}
	mapping := known[wanted]
	if wanted == "" && len(known) == 1 {
		for wanted, mapping = range known {
		}
	}
	pages, err := statement.Read(raw, mapping)
	if err != nil {
		return nil, "", err
	}
	number := pages[0].Account
	if number == "" {
		number = wanted
	}
	if _, ok := known[number]; !ok || account != "" && number != wanted {
		return nil, "", fault.New(fault.Invalid, "payin.account", "number", number)
	}
	for i, p := range pages {
		if p.Account != pages[0].Account {
			return nil, "", fault.New(fault.Invalid, "payin.account", "number", p.Account)
		}
		if i > 0 && p.Stated && pages[i-1].Stated && p.Opening != pages[i-1].Closing {
			return nil, "", fault.New(fault.Invalid, "statement.balance", "stated", p.Opening.String(), "sum", pages[i-1].Closing.String())
		}
	}
	return pages, number, nil
}

// Find reads a statement, or NotFound "payin.no_statement".
func (s *Service) Find(ctx context.Context, db bun.IDB, id uuid.UUID) (Statement, error) {
	var b Statement
	err := db.NewSelect().Model(&b).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "payin.no_statement")
	}
	return b, err
}

// Result is what a statement brought. Known lines had been imported before.
type Result struct {
	Lines []Line // the new ones
	Known int
}

// Count counts the new lines of a state.
func (r Result) Count(state string) (n int) {
	for _, l := range r.Lines {
		if l.State == state {
			n++
		}
	}
	return n
}

var errPreview = errors.New("payin: nothing is kept of a preview")

// Preview is what Apply would do now, in its turn; nothing of it is kept. The refusals are those of Apply.
func (s *Service) Preview(ctx context.Context, actor identity.Actor, id uuid.UUID) (Result, error) {
	var r Result
	err := tenancy.InTx(ctx, s.Book.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if r, err = s.Apply(ctx, tx, actor, id); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return r, err
}

// Apply brings a statement into the books as part of tx, in its turn. Lines that were imported before, by this file or another, are passed
// over; doing it again brings nothing. The caller has checked who may. It refuses NotFound "payin.no_statement".
func (s *Service) Apply(ctx context.Context, tx bun.Tx, actor identity.Actor, id uuid.UUID) (Result, error) {
	var r Result
	b, err := s.Find(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if err := InTurn(ctx, tx); err != nil {
		return r, fmt.Errorf("payin: apply: %w", err)
	}
	// Two files of one account may hold the same lines.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "statements of "+b.TenantID.String()+b.Account).Exec(ctx); err != nil {
		return r, err
	}
	pages, _, err := s.read(ctx, tx, b.Account, bytes.Clone(b.Raw))
	if err != nil {
		return r, err
	}
	if r, err = keepLines(ctx, tx, b, pages); err != nil {
		return r, fmt.Errorf("payin: apply: %w", err)
	}
	m, err := s.matcher(ctx, tx, b.Format, r.Lines)
	if err != nil {
		return r, fmt.Errorf("payin: apply: %w", err)
	}
	for i := range r.Lines {
		if err := s.settle(ctx, tx, actor, m, &r.Lines[i]); err != nil {
			return r, fmt.Errorf("payin: apply: %w", err)
		}
	}
	now := s.Book.Now().UTC().Truncate(time.Microsecond)
	_, err = tx.NewRaw("UPDATE bank_statement SET applied_at = ?, applied_by = ? WHERE tenant_id = ? AND id = ? AND applied_at IS NULL", now, actor.ID, b.TenantID, b.ID).Exec(ctx)
	if err != nil || len(r.Lines) == 0 {
		return r, err
	}
	return r, audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "payin.apply", Object: "bank_statement", ObjectID: b.ID, At: now,
		Detail: map[string]any{"lines": len(r.Lines), "known": r.Known, "matched": r.Count(Matched), "proposed": r.Count(Proposed), "open": r.Count(Open)}})
}

// keepLines imports the lines that are new.
func keepLines(ctx context.Context, tx bun.Tx, b Statement, pages []statement.Statement) (Result, error) {
	var r Result
	var all []Line
	for _, p := range pages {
		for _, l := range p.Lines {
			id, err := uuid.NewV7()
			if err != nil {
				return r, err
			}
			line := Line{TenantID: b.TenantID, ID: id, StatementID: b.ID, Account: b.Account, Identity: l.Identity, Day: l.Day, Amount: l.Amount, Text: l.Text,
				Reference: l.Reference, Payer: l.Payer, PayerAccount: l.PayerAccount, Virtual: l.Virtual, State: Open}
			if l.Amount < 0 {
				line.State = Out
			}
			all = append(all, line)
		}
	}
	for start := 0; start < len(all); start += 500 {
		chunk := all[start:min(start+500, len(all))]
		var fresh []uuid.UUID
		if err := tx.NewInsert().Model(&chunk).On("CONFLICT (tenant_id, account, identity) DO NOTHING").Returning("id").Scan(ctx, &fresh); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return r, err
		}
		is := map[uuid.UUID]bool{}
		for _, id := range fresh {
			is[id] = true
		}
		for _, l := range all[start:min(start+500, len(all))] {
			if is[l.ID] {
				r.Lines = append(r.Lines, l)
			}
		}
	}
	r.Known = len(all) - len(r.Lines)
	return r, nil
}
