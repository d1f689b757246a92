package revenue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Target is what a year is to bring under an account.
type Target struct {
	bun.BaseModel `bun:"table:revenue_target,alias:t"`

	TenantID tenancy.ID   `bun:"tenant_id,pk"`
	ID       uuid.UUID    `bun:"id,pk"`
	Year     int          `bun:"year"`
	Code     string       `bun:"code"`
	Amount   money.Rupiah `bun:"amount"`
	Basis    string       `bun:"basis"` // the regional budget, or its change
	MadeAt   time.Time    `bun:"made_at"`
	MadeBy   uuid.UUID    `bun:"made_by"`
}

// Receipt is what came into the city's treasury (RKUD). A negative one takes another back.
type Receipt struct {
	bun.BaseModel `bun:"table:revenue_receipt,alias:r"`

	TenantID tenancy.ID    `bun:"tenant_id,pk"`
	ID       uuid.UUID     `bun:"id,pk"`
	Code     string        `bun:"code"`
	ClaimID  uuid.NullUUID `bun:"claim_id"`
	OnDay    time.Time     `bun:"on_day"`
	Number   string        `bun:"number"` // of the STS or TBP
	Payer    string        `bun:"payer"`
	Amount   money.Rupiah  `bun:"amount"`
	Undoes   uuid.NullUUID `bun:"undoes"`
	Reason   string        `bun:"reason"`
	MadeAt   time.Time     `bun:"made_at"`
	MadeBy   uuid.UUID     `bun:"made_by"`
}

// textsMost bounds what is said, and notesMost a legal note, in characters.
const (
	textsMost = 300
	notesMost = 1000
)

func said(name, text string) []fault.Field {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case n == 0:
		return []fault.Field{{Name: name, Code: "required"}}
	case n > textsMost:
		return []fault.Field{{Name: name, Code: "too_long", Args: []any{"max", textsMost}}}
	}
	return nil
}

// account refuses a code without an account on a day, or today where the day is not known. Of an account that is in force today it is the day
// that is wrong, which is in a field of its own.
func (s *Service) account(ctx context.Context, code string, day time.Time, field string) ([]fault.Field, error) {
	today, its := s.today(ctx), func(a Account) bool { return a.Code == code }
	if day.IsZero() {
		day = today
	}
	all, err := accountsOn(ctx, s.d.DB.App, day)
	if err != nil || slices.ContainsFunc(all, its) {
		return nil, err
	}
	if all, err = accountsOn(ctx, s.d.DB.App, today); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, its) {
		return []fault.Field{{Name: field, Code: "revenue_not_in_force"}}, nil
	}
	return []fault.Field{{Name: "code", Code: "not_an_option"}}, nil
}

// act keeps a row of the city's ledger with what it says of itself. It needs revenue:manage.
func (s *Service) act(ctx context.Context, actor identity.Actor, what, object string, id uuid.UUID, detail map[string]any, fn func(context.Context, bun.Tx) error) error {
	err := tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: object, ObjectID: id, At: s.now(), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// SetTarget says what a year is to bring under an account; what was said before stays on record. It needs revenue:manage. It refuses
// Invalid for a year, an account or an amount that cannot be, and without a basis, together with what whoever asks could not read.
func (s *Service) SetTarget(ctx context.Context, actor identity.Actor, t Target, unread ...fault.Field) error {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return err
	}
	t.Basis = strings.TrimSpace(t.Basis)
	bad, last := fault.Also(unread, said("basis", t.Basis)...), time.Date(t.Year, 12, 31, 0, 0, 0, 0, time.UTC)
	if t.Year < 2000 || t.Year > 2199 {
		bad, last = fault.Also(bad, fault.Field{Name: "year", Code: "invalid"}), time.Time{}
	}
	if t.Amount < 0 {
		bad = fault.Also(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	more, err := s.account(ctx, t.Code, last, "year")
	if err != nil {
		return err
	}
	if err := fault.Fields(fault.Also(bad, more...)); err != nil {
		return err
	}
	if t.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	t.TenantID, t.MadeAt, t.MadeBy = tenancy.Must(ctx), s.now(), actor.ID
	return s.act(ctx, actor, "revenue.target", "revenue_target", t.ID, map[string]any{"year": t.Year, "code": t.Code, "amount": int64(t.Amount), "basis": t.Basis}, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&t).Exec(ctx)
		return err
	})
}

// Receive keeps what came into the treasury. It needs revenue:manage. It refuses Invalid for what is missing or cannot be, a number
// of a receipt that was not taken back (field "number"), one that is an invoice of the company: what operators pay is not the city's revenue; and more than
// is open of a claim (field "amount"); together with what whoever asks could not read.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, r Receipt, unread ...fault.Field) (Receipt, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return r, err
	}
	r.Number, r.Payer, r.OnDay, r.Undoes, r.Reason = strings.TrimSpace(r.Number), strings.TrimSpace(r.Payer), duct.DayOf(r.OnDay), uuid.NullUUID{}, ""
	bad := fault.Also(unread, slices.Concat(said("number", r.Number), said("payer", r.Payer))...)
	if r.Amount <= 0 {
		bad = fault.Also(bad, fault.Field{Name: "amount", Code: "amount_positive"})
	}
	if r.OnDay.IsZero() {
		bad = fault.Also(bad, fault.Field{Name: "on_day", Code: "required"})
	} else if r.OnDay.After(s.today(ctx)) {
		bad = fault.Also(bad, fault.Field{Name: "on_day", Code: "date_future"})
	}
	more, err := s.account(ctx, r.Code, r.OnDay, "on_day")
	if err != nil {
		return r, err
	}
	bad = fault.Also(bad, more...)
	if r.ID, err = uuid.NewV7(); err != nil {
		return r, err
	}
	r.TenantID, r.MadeAt, r.MadeBy = tenancy.Must(ctx), s.now(), actor.ID
	return r, s.act(ctx, actor, "revenue.receive", "revenue_receipt", r.ID, map[string]any{"code": r.Code, "number": r.Number, "amount": int64(r.Amount), "on": r.OnDay.Format(time.DateOnly)}, func(ctx context.Context, tx bun.Tx) error {
		misfits, err := s.fits(ctx, tx, r, len(more) > 0)
		if err != nil {
			return err
		}
		if err := fault.Fields(fault.Also(bad, misfits...)); err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&r).Exec(ctx)
		return err
	})
}

// fits names what is written down already, what is no revenue of the city, a claim of another account, and more than a claim has open. Where
// the account is unknown, the claim is not blamed for it.
func (s *Service) fits(ctx context.Context, tx bun.Tx, r Receipt, unknown bool) (bad []fault.Field, err error) {
	// Two with one number would both find none.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "receipt "+r.TenantID.String()+" "+r.Number).Exec(ctx); err != nil {
		return nil, err
	}
	var known bool
	if err := tx.NewRaw(`SELECT EXISTS (SELECT FROM revenue_receipt r WHERE r.tenant_id = ?0 AND r.number = ?1 AND r.undoes IS NULL
		AND NOT EXISTS (SELECT FROM revenue_receipt u WHERE u.tenant_id = r.tenant_id AND u.undoes = r.id))`, r.TenantID, r.Number).Scan(ctx, &known); err != nil {
		return nil, err
	}
	if known {
		bad = append(bad, fault.Field{Name: "number", Code: "revenue_known"})
	}
	var gross bool
	err = tx.NewRaw(`SELECT EXISTS (SELECT FROM invoice i WHERE i.tenant_id = ?0 AND i.number = ?1) OR EXISTS (SELECT FROM payment y WHERE y.tenant_id = ?0 AND y.reference = ?1)`, r.TenantID, r.Number).Scan(ctx, &gross)
	if err != nil {
		return nil, err
	}
	if gross {
		bad = append(bad, fault.Field{Name: "number", Code: "revenue_gross"})
	}
	if !r.ClaimID.Valid {
		return bad, nil
	}
	if err := claimTurn(ctx, tx, r.ClaimID.UUID); err != nil {
		return nil, err
	}
	var open []struct {
		Code string
		Open money.Rupiah
	}
	err = tx.NewRaw("SELECT c.code, c.amount - (SELECT coalesce(sum(r.amount), 0) FROM revenue_receipt r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id) AS open FROM revenue_claim c WHERE c.tenant_id = ? AND c.id = ? AND c.undone_on IS NULL", r.TenantID, r.ClaimID.UUID).Scan(ctx, &open)
	switch {
	case err != nil:
		return nil, err
	case len(open) == 0 || !unknown && open[0].Code != r.Code:
		bad = append(bad, fault.Field{Name: "claim", Code: "not_an_option"})
	case r.Amount > open[0].Open:
		bad = append(bad, fault.Field{Name: "amount", Code: "revenue_claim", Args: []any{"most", open[0].Open}})
	}
	return bad, nil
}

// Undo takes a receipt back that was wrong, with the reason. It needs revenue:manage. It refuses Invalid without a reason, NotFound
// "revenue.no_receipt", and Conflict "revenue.undone" for one that was taken back.
func (s *Service) Undo(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return err
	}
	if err := fault.Fields(said("reason", reason)); err != nil {
		return err
	}
	own, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return s.act(ctx, actor, "revenue.undo", "revenue_receipt", id, map[string]any{"reason": strings.TrimSpace(reason)}, func(ctx context.Context, tx bun.Tx) error {
		var all []Receipt
		if err := tx.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.id = ?", tenancy.Must(ctx), id).Scan(ctx); err != nil {
			return err
		}
		if len(all) == 0 || all[0].Undoes.Valid {
			return fault.New(fault.NotFound, "revenue.no_receipt")
		}
		r := all[0]
		r.ID, r.Undoes, r.Amount, r.Reason, r.OnDay, r.MadeAt, r.MadeBy = own, uuid.NullUUID{UUID: id, Valid: true}, -r.Amount, strings.TrimSpace(reason), s.today(ctx), s.now(), actor.ID
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "23505" {
			return fault.New(fault.Conflict, "revenue.undone")
		}
		return err
	})
}

// Line is an account in a year.
type Line struct {
	Account
	Target   money.Rupiah
	Basis    string           // of the target
	Months   [12]money.Rupiah // what came in
	Realised money.Rupiah     // until the day that was asked for
	Owed     money.Rupiah     // claims that are due this year and open
	Overdue  money.Rupiah     // of those, past their day
	Expected money.Rupiah     // rent of land for the rest of the year that no claim is for, and retribution at the pace so far
	Forecast money.Rupiah     // realised, owed and expected
	Short    money.Rupiah     // by which the forecast stays below the target
}

// Share is how much of the target came in, in hundredths of a percent, half of one up; 0 without a target.
func (l Line) Share() int64 {
	if l.Target <= 0 {
		return 0
	}
	return (int64(l.Realised)*20_000 + int64(l.Target)) / (2 * int64(l.Target))
}

// Ledger is the city's own revenue of a year up to a day, by account: what was to come, what came and what is still to be expected. Of
// the company's fees nothing is in it. It needs revenue:read.
func (s *Service) Ledger(ctx context.Context, actor identity.Actor, day time.Time) ([]Line, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return nil, err
	}
	day = duct.DayOf(day)
	all, err := accountsOn(ctx, s.d.DB.App, day)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(all))
	at := map[string]*Line{}
	for i, a := range all {
		out[i].Account = a
		at[a.Code] = &out[i]
	}
	if err := s.fill(ctx, at, day); err != nil {
		return nil, fmt.Errorf("revenue: ledger: %w", err)
	}
	land := landAccount(all)
	for i := range out {
		if out[i].Code == land {
			if out[i].Expected, err = s.landRest(ctx, day); err != nil {
				return nil, err
			}
		}
		out[i].foretell(day)
	}
	return out, nil
}

// foretell says what the year will come to: what is open and due in it, and for retribution the pace so far.
func (l *Line) foretell(day time.Time) {
	if l.Channel == Retribusi {
		gone := int64(day.YearDay())
		of := int64(time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay())
		if whole, err := l.Realised.FractionHalfUp(of, gone); err == nil {
			l.Expected = max(whole-l.Realised, 0)
		}
	}
	l.Forecast = l.Realised + l.Owed + l.Expected
	l.Short = max(l.Target-l.Forecast, 0)
}

// fill reads targets, receipts and claims of the year of a day.
func (s *Service) fill(ctx context.Context, at map[string]*Line, day time.Time) error {
	tenant, year := tenancy.Must(ctx), day.Year()
	first, last, now := fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year), day.Format(time.DateOnly)
	var targets []Target
	err := s.d.DB.App.NewSelect().Model(&targets).DistinctOn("t.code").Where("t.tenant_id = ? AND t.year = ?", tenant, year).OrderExpr("t.code, t.id DESC").Scan(ctx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if l := at[t.Code]; l != nil {
			l.Target, l.Basis = t.Amount, t.Basis
		}
	}
	var rows []struct {
		Code   string
		Month  int
		Amount money.Rupiah
	}
	err = s.d.DB.App.NewRaw("SELECT code, extract(month FROM on_day)::int AS month, sum(amount)::bigint AS amount FROM revenue_receipt WHERE tenant_id = ? AND on_day >= ? AND on_day <= ? GROUP BY 1, 2", tenant, first, now).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if l := at[r.Code]; l != nil {
			l.Months[r.Month-1], l.Realised = r.Amount, l.Realised+r.Amount
		}
	}
	var owed []struct {
		Code          string
		Open, Overdue money.Rupiah
	}
	err = s.d.DB.App.NewRaw(`SELECT code, sum(open)::bigint AS open, coalesce(sum(open) FILTER (WHERE due_on < ?2), 0)::bigint AS overdue FROM (
			SELECT c.code, c.due_on, c.amount - (SELECT coalesce(sum(r.amount), 0) FROM revenue_receipt r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id AND r.on_day <= ?2) AS open FROM revenue_claim c
			WHERE c.tenant_id = ?0 AND c.due_on <= ?1 AND c.decided_on <= ?2 AND (c.undone_on IS NULL OR c.undone_on > ?2)) x WHERE open > 0 GROUP BY code`, tenant, last, now).Scan(ctx, &owed)
	if err != nil {
		return err
	}
	for _, o := range owed {
		if l := at[o.Code]; l != nil {
			l.Owed, l.Overdue = o.Open, o.Overdue
		}
	}
	return nil
}

// ListMost bounds the lists of a page; one more is read, by which whoever shows them knows that there are more.
const ListMost = 200

// Receipts lists what came in during a year, the latest first, ListMost and one at most. It needs revenue:read.
func (s *Service) Receipts(ctx context.Context, actor identity.Actor, year int) ([]Receipt, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return nil, err
	}
	var all []Receipt
	err := s.d.DB.App.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.on_day >= ? AND r.on_day < ?", tenancy.Must(ctx), fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-01-01", year+1)).
		OrderExpr("r.on_day DESC, r.id DESC").Limit(ListMost + 1).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("revenue: receipts: %w", err)
	}
	return all, nil
}
