package ductbill

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/payin"
	"bedelau/internal/kernel/tenancy"
)

// Deposit is the security of a lease: what was asked for, and what is held of it. It is owed back and no revenue.
type Deposit struct {
	LeaseID    uuid.UUID
	Number     string // of the lease
	Standing   string // of the lease today, as lease.Standing says
	Over       bool   // so that what is held goes back or is set off: its last day is past and no renewal is to have it, or it never began and will not
	Past       bool   // its last day is past, although a renewal may yet be to have what is held
	OperatorID uuid.UUID
	Operator   string
	Asked      money.Rupiah
	Months     int // of the fee
	Basis      string
	AskedAt    time.Time
	Received   money.Rupiah
	TakenOver  money.Rupiah // of the lease that it renews
	PassedOn   money.Rupiah // to the lease that renews it
	Returned   money.Rupiah
	SetOff     money.Rupiah // against invoices
	Waiting    money.Rupiah // asked to be returned, and not decided
}

// Held is what the company has of it.
func (d Deposit) Held() money.Rupiah {
	return d.Received + d.TakenOver - d.PassedOn - d.Returned - d.SetOff
}

// Missing is what has not come in while the lease is to begin or runs; nothing of it is missing once its last day is past.
func (d Deposit) Missing() money.Rupiah {
	if d.Over || d.Past {
		return 0
	}
	return max(d.Asked-d.Held(), 0)
}

// DepositEntry is one thing that changed what is held.
type DepositEntry struct {
	bun.BaseModel `bun:"table:duct_deposit_entry,alias:e"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	LeaseID   uuid.UUID     `bun:"lease_id"`
	Kind      string        `bun:"kind"` // DepositReceived and those beside it
	Amount    money.Rupiah  `bun:"amount"`
	OnDay     time.Time     `bun:"on_day"`
	Reference string        `bun:"reference"`
	PaymentID uuid.NullUUID `bun:"payment_id"`
	HoldID    uuid.NullUUID `bun:"hold_id"` // of the line of the bank that brought it; none where it was recorded by hand
	MadeAt    time.Time     `bun:"made_at"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	Undone    bool          `bun:"undone,scanonly"`     // the payment that it became was taken back, and it is held again; or its line was, and it is not
	InvoiceID uuid.NullUUID `bun:"invoice_id,scanonly"` // that it paid
	LineID    uuid.NullUUID `bun:"line_id,scanonly"`    // of the bank
}

// The kinds of entries of a deposit.
const (
	DepositReceived = "received"
	DepositReturned = "returned"
	DepositSetOff   = "set_off"

	DepositPassedOn  = "passed_on"  // to the lease that renews it
	DepositTakenOver = "taken_over" // the same, there
)

// DepositReturn asks that some of a deposit be paid back. It takes effect when another person approves it.
type DepositReturn struct {
	bun.BaseModel `bun:"table:duct_deposit_return,alias:q"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	LeaseID   uuid.UUID     `bun:"lease_id"`
	Amount    money.Rupiah  `bun:"amount"`
	Account   string        `bun:"account"`
	Reason    string        `bun:"reason"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	MadeAt    time.Time     `bun:"made_at"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	Approved  *bool         `bun:"approved"`
}

// heldSQL are the columns of a Deposit on the day ?1 of its entries, of which those are left out that were taken back. A lease that
// simply comes to its end stays active, so that its days tell that it is over; one that was given notice runs until its last day. While
// a renewal is on its way or runs and has not what is asked for it, the deposit of the lease before it stays. What follows it says which leases,
// by l: their deposits are looked up one by one (OFFSET 0), for otherwise those of the whole city are read for the few of one company.
const heldSQL = `SELECT d.lease_id, l.number, CASE WHEN l.state = 'active' AND l.until <= ?1 THEN 'over' ELSE l.state END AS standing, v.over, coalesce(l.until <= ?1, false) AS past, l.operator_id, o.name AS operator, d.amount AS asked, d.months, d.basis, d.asked_at, e.received, e.taken_over, e.passed_on, e.returned, e.set_off,
		(SELECT coalesce(sum(q.amount), 0)::bigint FROM duct_deposit_return q WHERE q.tenant_id = d.tenant_id AND q.lease_id = d.lease_id AND q.decided_by IS NULL) AS waiting
	FROM duct_lease l JOIN duct_operator o ON o.tenant_id = l.tenant_id AND o.id = l.operator_id
	CROSS JOIN LATERAL (SELECT d.* FROM duct_deposit d WHERE d.tenant_id = l.tenant_id AND d.lease_id = l.id OFFSET 0) d
	CROSS JOIN LATERAL (SELECT l.state IN ('cancelled', 'expired', 'refused') OR coalesce(l.until <= ?1, false) AND NOT EXISTS (SELECT FROM duct_lease r WHERE r.tenant_id = l.tenant_id AND r.renews_id = l.id
			AND (r.state = 'ordered' OR r.state = 'active' AND coalesce(r.until > ?1, true) OR r.state = 'reserved' AND r.expires_at::date >= ?1 OR r.state = 'ended' AND r.until > ?1)
			AND NOT EXISTS (SELECT FROM duct_deposit n WHERE n.tenant_id = r.tenant_id AND n.lease_id = r.id
				AND n.amount <= (SELECT coalesce(sum(` + signedSQL + `), 0) FROM duct_deposit_entry x WHERE x.tenant_id = n.tenant_id AND x.lease_id = n.lease_id AND ` + standsSQL + `))) AS over) v
	CROSS JOIN LATERAL (SELECT coalesce(sum(x.amount) FILTER (WHERE x.kind = 'received'), 0)::bigint AS received, coalesce(sum(x.amount) FILTER (WHERE x.kind = 'taken_over'), 0)::bigint AS taken_over,
			coalesce(sum(x.amount) FILTER (WHERE x.kind = 'passed_on'), 0)::bigint AS passed_on, coalesce(sum(x.amount) FILTER (WHERE x.kind = 'returned'), 0)::bigint AS returned,
			coalesce(sum(x.amount) FILTER (WHERE x.kind = 'set_off'), 0)::bigint AS set_off
		FROM duct_deposit_entry x WHERE x.tenant_id = d.tenant_id AND x.lease_id = d.lease_id AND ` + standsSQL + `) e `

// signedSQL is by how much an entry x changes what is held, and standsSQL whether it counts: not where its payment, or the line of the bank that
// brought it, was taken back.
const (
	signedSQL = "CASE WHEN x.kind IN ('received', 'taken_over') THEN x.amount ELSE -x.amount END"
	standsSQL = `NOT EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = x.tenant_id AND u.payment_id = x.payment_id)
		AND NOT EXISTS (SELECT FROM bank_hold h WHERE h.tenant_id = x.tenant_id AND h.id = x.hold_id AND h.undone_at IS NOT NULL)`
)

// AskDeposits asks for the deposit of each lease that is ordered, or renews another, and of which none was asked for, by the terms and the
// prices of its first day. One that was accepted before an hour had found it ordered is asked all the same while it runs, unless it was
// agreed under terms that asked for none. A lease that cannot be rated waits, and one whose terms ask for none is asked for nothing. Then what is held
// of a lease that is over passes to its renewal. Register has it run every hour; a repetition asks for nothing.
func (s *Service) AskDeposits(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var all []held
	err := tx.NewRaw(`SELECT l.id, l.number, l.operator_id, l.kind, l.quantity, l.since, l.agreed_until AS agreed, l.length_mm, l.created_at AS made, l.state = ?1 AS ordered,
			l.renews_id AS renews, ARRAY(SELECT DISTINCT u.segment_id FROM duct_hold h JOIN duct_unit u ON u.tenant_id = h.tenant_id AND u.id = coalesce(h.taken_id, h.unit_id) WHERE h.tenant_id = l.tenant_id AND h.lease_id = l.id AND h.own AND h.released_at IS NULL ORDER BY 1) AS segments
		FROM duct_lease l WHERE l.tenant_id = ?0 AND (l.state = ?1 OR l.state = ?2 AND (l.renews_id IS NOT NULL OR coalesce(l.until > ?4, true)) OR l.renews_id IS NOT NULL AND l.state = ?3 AND l.until > ?4) AND NOT EXISTS (SELECT FROM duct_deposit d WHERE d.tenant_id = l.tenant_id AND d.lease_id = l.id) ORDER BY l.id`,
		tenancy.Must(ctx), lease.Ordered, lease.Active, lease.Ended, s.today(ctx).Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return err
	}
	var list ducttariff.List
	if len(all) > 0 {
		if list, err = ducttariff.Read(ctx, tx); err != nil {
			return err
		}
	}
	city, _ := tenancy.CityFrom(ctx)
	for _, l := range all {
		if t, _ := list.TermsOn(l.Made.In(city.Location())); !l.Ordered && !l.Renews.Valid && t.DepositMonths == 0 {
			continue
		}
		if err := s.askDeposit(ctx, tx, list, l); err != nil {
			return fmt.Errorf("ductbill: deposit of %s: %w", l.Number, err)
		}
	}
	if err := s.payAhead(ctx, tx); err != nil {
		return err
	}
	return s.passDeposits(ctx, tx)
}

func (s *Service) askDeposit(ctx context.Context, tx bun.Tx, list ducttariff.List, l held) error {
	q, err := list.QuoteOf(ctx, tx, l.OperatorID, ducttariff.Route{Segments: l.Segments, Kind: l.Kind, Quantity: l.Quantity, Since: l.Since, Until: l.Agreed, Renews: l.Renews.UUID})
	if _, waits := unratable(err); waits {
		return nil
	}
	if err != nil || q.Deposit <= 0 && !l.Renews.Valid {
		return err
	}
	res, err := tx.NewRaw("INSERT INTO duct_deposit (tenant_id, lease_id, amount, months, basis, asked_at, asked_by) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tenancy.Must(ctx), l.ID, q.Deposit, q.Terms.DepositMonths, q.Terms.Basis, s.now(), system.ID).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return err // another run was first
	}
	return s.depositDid(ctx, tx, system, "deposit.ask", l.ID, map[string]any{"amount": int64(q.Deposit), "months": q.Terms.DepositMonths})
}

func (s *Service) depositDid(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, id uuid.UUID, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "duct_deposit", ObjectID: id, At: s.now(), Detail: detail})
}

// Deposits lists what was asked for and is held, of one operator or of all with uuid.Nil: what is missing or to be given back first, 200 at
// most. It needs duct:read.
func (s *Service) Deposits(ctx context.Context, actor identity.Actor, operator uuid.UUID) (all []Deposit, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.deposits(ctx, operator)
}

// DepositsOf are the Deposits of the actor's company; the refusals are those of operator.Of.
func (s *Service) DepositsOf(ctx context.Context, actor identity.Actor) ([]Deposit, error) {
	of, err := operator.Of(ctx, s.d.DB.App, actor)
	if err != nil {
		return nil, err
	}
	return s.deposits(ctx, of)
}

func (s *Service) deposits(ctx context.Context, operator uuid.UUID) (all []Deposit, err error) {
	of := ""
	if operator != uuid.Nil {
		of = "AND l.operator_id = ?2"
	}
	err = s.d.DB.App.NewRaw(heldSQL+`WHERE l.tenant_id = ?0 `+of+`
		ORDER BY v.over = (e.received + e.taken_over - e.passed_on - e.returned - e.set_off > 0) DESC, d.asked_at DESC, d.lease_id`, tenancy.Must(ctx), s.today(ctx).Format(time.DateOnly), operator).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: deposits: %w", err)
	}
	return all, nil
}

// Deposit reads that of a lease with all that happened to it, or NotFound "deposit.not_found". It needs duct:read.
func (s *Service) Deposit(ctx context.Context, actor identity.Actor, id uuid.UUID) (d Deposit, entries []DepositEntry, asked []DepositReturn, err error) {
	if err = s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return d, nil, nil, err
	}
	return s.wholeDeposit(ctx, uuid.Nil, id)
}

// DepositOf is Deposit of the actor's company; that of a lease of another is NotFound. The refusals are those of operator.Of too.
func (s *Service) DepositOf(ctx context.Context, actor identity.Actor, id uuid.UUID) (d Deposit, entries []DepositEntry, asked []DepositReturn, err error) {
	of, err := operator.Of(ctx, s.d.DB.App, actor)
	if err != nil {
		return d, nil, nil, err
	}
	return s.wholeDeposit(ctx, of, id)
}

// wholeDeposit reads the deposit of a lease of an operator, or of anyone with uuid.Nil.
func (s *Service) wholeDeposit(ctx context.Context, operator, id uuid.UUID) (d Deposit, entries []DepositEntry, asked []DepositReturn, err error) {
	if d, err = s.deposit(ctx, s.d.DB.App, id); err == nil && operator != uuid.Nil && d.OperatorID != operator {
		err = fault.New(fault.NotFound, "deposit.not_found")
	}
	if err != nil {
		return Deposit{}, nil, nil, err
	}
	tenant := tenancy.Must(ctx)
	err = s.d.DB.App.NewSelect().Model(&entries).ColumnExpr("e.*").ColumnExpr("EXISTS (SELECT FROM payment_undo u WHERE u.tenant_id = e.tenant_id AND u.payment_id = e.payment_id) OR h.undone_at IS NOT NULL AS undone").
		ColumnExpr("h.line_id").Join("LEFT JOIN bank_hold AS h ON h.tenant_id = e.tenant_id AND h.id = e.hold_id").
		ColumnExpr("(SELECT i.invoice_id FROM invoice_entry i WHERE i.tenant_id = e.tenant_id AND i.payment_id = e.payment_id ORDER BY i.id LIMIT 1) AS invoice_id").
		Where("e.tenant_id = ? AND e.lease_id = ?", tenant, id).Order("e.id").Limit(listMost).Scan(ctx)
	if err == nil {
		err = s.d.DB.App.NewSelect().Model(&asked).Where("q.tenant_id = ? AND q.lease_id = ?", tenant, id).Order("q.id DESC").Limit(listMost).Scan(ctx)
	}
	return d, entries, asked, err
}

func (s *Service) deposit(ctx context.Context, db bun.IDB, id uuid.UUID) (d Deposit, err error) {
	err = db.NewRaw(heldSQL+"WHERE l.tenant_id = ?0 AND l.id = ?2", tenancy.Must(ctx), s.today(ctx).Format(time.DateOnly), id).Scan(ctx, &d)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "deposit.not_found")
	}
	return d, err
}

// lockDeposit reads a deposit for a change: whoever is next waits until tx ends.
func (s *Service) lockDeposit(ctx context.Context, tx bun.Tx, id uuid.UUID) (Deposit, error) {
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "deposit "+id.String()).Exec(ctx); err != nil {
		return Deposit{}, err
	}
	return s.deposit(ctx, tx, id)
}

// DepositInput is money that came in for a deposit.
type DepositInput struct {
	Lease     uuid.UUID
	Amount    money.Rupiah
	Reference string // of the bank
	On        time.Time
}

// TakeDeposit records it by hand; what a line of the bank brings is split there. One transfer may pay several deposits of a company, each once. It
// needs duct:bill. It refuses Invalid for what is missing, for a day that is to come, for a reference that was recorded for this deposit or
// for one of another company, and for a transfer that a line of the bank brought, NotFound "deposit.not_found", and Conflict "deposit.too_much" for more than is missing.
func (s *Service) TakeDeposit(ctx context.Context, actor identity.Actor, in DepositInput) error {
	in.Reference = strings.TrimSpace(in.Reference)
	bad := saidOf("reference", in.Reference, 140)
	if in.Amount <= 0 {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	if in.On.Format(time.DateOnly) > s.today(ctx).Format(time.DateOnly) {
		bad = append(bad, fault.Field{Name: "on", Code: "date_future"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return s.act(ctx, actor, "deposit", func(ctx context.Context, tx bun.Tx) error {
		if err := payin.InTurn(ctx, tx); err != nil { // a line of the bank may bring the same transfer
			return err
		}
		d, err := s.lockDeposit(ctx, tx, in.Lease)
		if err != nil {
			return err
		}
		if err := s.notInLine(ctx, tx, in); err != nil {
			return err
		}
		known, err := depositKnown(ctx, tx, d, in.Reference)
		if err != nil {
			return err
		}
		if known {
			return fault.Fields([]fault.Field{{Name: "reference", Code: "deposit_known"}})
		}
		if in.Amount > d.Missing() {
			return fault.New(fault.Conflict, "deposit.too_much", "most", d.Missing())
		}
		return s.enterDeposit(ctx, tx, actor, DepositEntry{LeaseID: in.Lease, Kind: DepositReceived, Amount: in.Amount, OnDay: in.On, Reference: in.Reference})
	})
}

// depositKnown reports whether a reference of the bank was recorded for a deposit, or for that of another company; whoever records the same
// waits until tx ends.
func depositKnown(ctx context.Context, tx bun.Tx, d Deposit, reference string) (known bool, err error) {
	tenant := tenancy.Must(ctx)
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "deposit reference "+tenant.String()+reference).Exec(ctx); err != nil {
		return false, err
	}
	err = tx.NewRaw(`SELECT EXISTS (SELECT FROM duct_deposit_entry e JOIN duct_lease l ON l.tenant_id = e.tenant_id AND l.id = e.lease_id
		WHERE e.tenant_id = ? AND e.reference = ? AND e.kind = 'received' AND (e.lease_id = ? OR l.operator_id <> ?))`, tenant, reference, d.LeaseID, d.OperatorID).Scan(ctx, &known)
	return known, err
}

// enterDeposit keeps an entry and that it was made.
func (s *Service) enterDeposit(ctx context.Context, tx bun.Tx, actor identity.Actor, e DepositEntry) (err error) {
	if e.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	e.TenantID, e.MadeAt, e.MadeBy = tenancy.Must(ctx), s.now(), actor.ID
	if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
		return err
	}
	detail := map[string]any{"amount": int64(e.Amount), "on": e.OnDay.Format(time.DateOnly)}
	if e.Kind != DepositReturned { // whose reference is the account that it goes to
		detail["reference"] = e.Reference
	}
	return s.depositDid(ctx, tx, actor, "deposit."+e.Kind, e.LeaseID, detail)
}

// SetOffDeposit pays by the deposit of a lease that is over what is open of an invoice of the same operator, as far as both go, and returns
// how much. It needs duct:bill. It refuses NotFound "deposit.not_found" and "invoice.not_found", and Conflict "deposit.lease_runs"
// before the lease is over and "deposit.nothing_held" where nothing is held beside what is asked to be returned, or nothing is open.
func (s *Service) SetOffDeposit(ctx context.Context, actor identity.Actor, id, bill uuid.UUID) (amount money.Rupiah, err error) {
	b, err := s.find(ctx, bill)
	if err != nil {
		return 0, err
	}
	err = s.act(ctx, actor, "deposit", func(ctx context.Context, tx bun.Tx) error {
		d, err := s.lockDeposit(ctx, tx, id)
		if err != nil {
			return err
		}
		if !d.Over {
			return fault.New(fault.Conflict, "deposit.lease_runs")
		}
		if b.OperatorID != d.OperatorID {
			return fault.New(fault.NotFound, "invoice.not_found")
		}
		now, err := s.Book.Standing(ctx, tx, bill)
		if err != nil {
			return err
		}
		if amount = min(now.Open, d.Held()-d.Waiting); amount <= 0 {
			return fault.New(fault.Conflict, "deposit.nothing_held")
		}
		part, err := uuid.NewV7()
		if err != nil {
			return err
		}
		p, err := s.Book.Take(ctx, tx, actor, invoice.TakeInput{Party: b.PartyID, Against: []invoice.Share{{Invoice: bill}}, Method: invoice.Deposit, Reference: d.Number + "/" + part.String()[24:], Amount: amount, On: s.today(ctx)})
		if err != nil {
			return err
		}
		return s.enterDeposit(ctx, tx, actor, DepositEntry{LeaseID: id, Kind: DepositSetOff, Amount: amount, OnDay: s.today(ctx), Reference: b.Number, PaymentID: uuid.NullUUID{UUID: p.ID, Valid: true}})
	})
	return amount, err
}

// ReturnInput asks that some of the deposit of a lease that is over be paid back to an account.
type ReturnInput struct {
	Lease           uuid.UUID
	Amount          money.Rupiah
	Account, Reason string
}

// AskReturn keeps a request for a second person to decide. It needs duct:bill. It refuses Invalid for what is missing or too long, NotFound
// "deposit.not_found", and Conflict "deposit.lease_runs" before the lease is over and "deposit.nothing_held" for more than is held beside what was asked before.
func (s *Service) AskReturn(ctx context.Context, actor identity.Actor, in ReturnInput) (q DepositReturn, err error) {
	q = DepositReturn{TenantID: tenancy.Must(ctx), LeaseID: in.Lease, Amount: in.Amount, Account: strings.TrimSpace(in.Account), Reason: strings.TrimSpace(in.Reason), MadeBy: actor.ID, MadeAt: s.now()}
	bad := append(saidOf("account", q.Account, 140), saidOf("reason", q.Reason, 500)...)
	if q.Amount <= 0 {
		bad = append(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	if err := fault.Fields(bad); err != nil {
		return q, err
	}
	err = s.act(ctx, actor, "deposit", func(ctx context.Context, tx bun.Tx) error {
		d, err := s.lockDeposit(ctx, tx, in.Lease)
		switch {
		case err != nil:
			return err
		case !d.Over:
			return fault.New(fault.Conflict, "deposit.lease_runs")
		case q.Amount > d.Held()-d.Waiting:
			return fault.New(fault.Conflict, "deposit.nothing_held")
		}
		if q.ID, err = uuid.NewV7(); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
			return err
		}
		return s.depositDid(ctx, tx, actor, "deposit.ask_return", q.LeaseID, map[string]any{"amount": int64(q.Amount), "reason": q.Reason})
	})
	return q, err
}

// DecideReturn approves or refuses the request of somebody else; approved, what is held is less by it from today on. It needs duct:bill; it
// refuses what invoice.MayDecide does.
func (s *Service) DecideReturn(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) (q DepositReturn, err error) {
	err = s.act(ctx, actor, "deposit", func(ctx context.Context, tx bun.Tx) error {
		err := tx.NewSelect().Model(&q).Where("q.tenant_id = ? AND q.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
		if err := invoice.MayDecide(err, q.DecidedBy, q.MadeBy, actor); err != nil {
			return err
		}
		q.DecidedBy, q.DecidedAt, q.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.now(), &approve
		if _, err := tx.NewUpdate().Model(&q).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return err
		}
		if approve {
			if err := s.enterDeposit(ctx, tx, actor, DepositEntry{LeaseID: q.LeaseID, Kind: DepositReturned, Amount: q.Amount, OnDay: s.today(ctx), Reference: q.Account}); err != nil {
				return err
			}
		}
		return s.depositDid(ctx, tx, actor, "deposit.decide_return", q.LeaseID, map[string]any{"amount": int64(q.Amount), "approved": approve})
	})
	return q, err
}

// saidOf refuses words that are missing or too long.
func saidOf(name, text string, most int) []fault.Field {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return []fault.Field{{Name: name, Code: "required"}}
	case n > most:
		return []fault.Field{{Name: name, Code: "too_long", Args: []any{"max", most}}}
	}
	return nil
}
