package revenue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// system is who acts where no person does.
var system = identity.Actor{Kind: identity.Kind(audit.System)}

const claimEvery = time.Hour

// Register claims rents of land when they are due. app calls it once, before r starts.
func (s *Service) Register(r *jobs.Runner) {
	jobs.EachCity(r, "revenue.claim_land", claimEvery, s.claimLand)
}

// span is days from one to before another.
type span struct{ From, Until time.Time }

// landOwed is an approved rent of land with the days that claims are for, in their order.
type landOwed struct {
	ducttariff.LandRent
	Operator string
	covered  []span
	bare     []span // days on which no duct lies in its segment, unless a legal note stands against that; the last may have no end
}

// lands are the approved rents that begin before a day: all of them, as sums and claims are made of them.
func lands(ctx context.Context, db bun.IDB, before time.Time) ([]*landOwed, error) {
	tenant := tenancy.Must(ctx)
	var all []*landOwed
	err := db.NewRaw(`SELECT r.*, o.name AS operator FROM duct_land_rent r JOIN duct_operator o ON o.tenant_id = r.tenant_id AND o.id = r.operator_id WHERE r.tenant_id = ? AND r.approved AND r.since < ? ORDER BY r.id`,
		tenant, before.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("revenue: land: %w", err)
	}
	of := map[uuid.UUID]*landOwed{}
	for _, r := range all {
		of[r.ID] = r
	}
	var rows []struct {
		LandRentID  uuid.UUID
		From, Until time.Time
	}
	err = db.NewRaw(`SELECT land_rent_id, covers_from AS "from", covers_until AS until FROM revenue_claim WHERE tenant_id = ? AND land_rent_id IS NOT NULL AND undone_on IS NULL ORDER BY covers_from`, tenant).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("revenue: land: %w", err)
	}
	for _, x := range rows {
		if r := of[x.LandRentID]; r != nil {
			r.covered = append(r.covered, span{duct.DayOf(x.From), duct.DayOf(x.Until)})
		}
	}
	return all, bare(ctx, db, of)
}

// open are the days from one to before another for which the rent is owed and no claim is.
func (r landOwed) open(from, until time.Time) []span {
	if since := duct.DayOf(r.Since); since.After(from) {
		from = since
	}
	if end := duct.DayOf(r.Until); !r.Until.IsZero() && end.Before(until) {
		until = end
	}
	var out []span
	for _, c := range r.covered {
		if c.From.After(from) && from.Before(until) {
			out = append(out, span{from, earlier(c.From, until)})
		}
		if c.Until.After(from) {
			from = c.Until
		}
	}
	if from.Before(until) {
		out = append(out, span{from, until})
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// lines are what the rent comes to in a span, with the rule of each. It refuses what ducttariff.RateLand does.
func (r landOwed) lines(list ducttariff.List, x span) ([]ducttariff.Line, error) {
	return list.RateLand(r.Tariff, ducttariff.Part{Code: r.Place, LengthMM: r.LengthMM, Ducts: r.Ducts}, r.Overridden(), x.From, x.Until)
}

func (r landOwed) amount(list ducttariff.List, x span) (money.Rupiah, error) {
	lines, err := r.lines(list, x)
	if err != nil {
		return 0, err
	}
	return ducttariff.Sum(lines)
}

// unrated reports whether an error only says that a rent has no price yet.
func unrated(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.Conflict
}

// landAccount is the code under which rents of land are kept: that of the account that says so, or of the only one for rent; empty for none.
func landAccount(all []Account) string {
	var rents []string
	for _, a := range all {
		if a.Channel == Rent && a.Land {
			return a.Code
		}
		if a.Channel == Rent {
			rents = append(rents, a.Code)
		}
	}
	if len(rents) == 1 {
		return rents[0]
	}
	return ""
}

// claimLand claims every approved rent of land that has begun to the end of the month, as far as no claim is for those days and ducts lie there
// on them. A repetition finds nothing. What has no price or no account is claimed once it has, and leaks until then; so do days without a duct,
// until the rent is ended or asked for with a legal note.
func (s *Service) claimLand(ctx context.Context, tx bun.Tx, _ time.Time) error {
	if err := ducttariff.LandTurn(ctx, tx); err != nil {
		return err
	}
	today := s.today(ctx)
	accounts, err := accountsOn(ctx, tx, today)
	code := landAccount(accounts)
	if err != nil || code == "" {
		return err
	}
	list, err := ducttariff.Read(ctx, tx)
	if err != nil {
		return err
	}
	all, err := lands(ctx, tx, today.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	next := time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	for _, r := range all {
		for _, x := range r.owed(duct.DayOf(r.Since), next) {
			if err := s.claimSpan(ctx, tx, list, *r, x, code); err != nil {
				return fmt.Errorf("revenue: claim land %s: %w", r.ID, err)
			}
		}
	}
	return nil
}

func (s *Service) claimSpan(ctx context.Context, tx bun.Tx, list ducttariff.List, r landOwed, x span, code string) error {
	lines, err := r.lines(list, x)
	if unrated(err) || err == nil && len(lines) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	amount, err := ducttariff.Sum(lines)
	if err != nil || amount <= 0 {
		return err
	}
	today := s.today(ctx)
	terms, _ := list.TermsOn(today)
	working := lines[0].Working.In(i18n.ID)
	if more := len(lines) - 1; more > 0 {
		working += i18n.ID.T("revenue.land_more", "n", more)
	}
	c := Claim{TenantID: tenancy.Must(ctx), Code: code, Payer: clip(r.Operator, textsMost), DecidedOn: today, DueOn: today.AddDate(0, 0, terms.DueDays), Amount: amount, MadeAt: s.now(), MadeBy: system.ID, LegalNote: r.LegalNote,
		LandRentID: uuid.NullUUID{UUID: r.ID, Valid: true}, CoversFrom: x.From, CoversUntil: x.Until,
		Basis: clip(i18n.ID.T("revenue.land_basis", "place", clip(r.Place, 80), "from", i18n.ID.Date(x.From), "last", i18n.ID.Date(x.Until.AddDate(0, 0, -1)), "basis", lines[0].Basis, "working", working), textsMost)}
	if c.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: system.ID, ActorKind: string(system.Kind), Action: "revenue.claim", Object: "revenue_claim", ObjectID: c.ID, At: s.now(),
		Detail: c.told()})
}

// clip bounds words to so many characters.
func clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// covers names what is wrong with a claim for days of a rent of land: that they are not owed, that another claim is for them, or that no duct
// lies there on them. The caller has ducttariff.LandTurn.
func covers(ctx context.Context, tx bun.Tx, c Claim) ([]fault.Field, error) {
	if !c.LandRentID.Valid || !c.CoversUntil.After(c.CoversFrom) {
		return nil, nil
	}
	all, err := lands(ctx, tx, c.CoversUntil)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.ID != c.LandRentID.UUID {
			continue
		}
		whole := []span{{c.CoversFrom, c.CoversUntil}}
		switch {
		case !slices.Equal(r.open(c.CoversFrom, c.CoversUntil), whole):
			return []fault.Field{{Name: "covers_from", Code: "revenue_covered"}}, nil
		case !slices.Equal(r.owed(c.CoversFrom, c.CoversUntil), whole):
			return []fault.Field{{Name: "covers_from", Code: "revenue_bare"}}, nil
		}
		return nil, nil
	}
	return []fault.Field{{Name: "land", Code: "not_an_option"}}, nil
}

// landRest is what approved rents of land come to from tomorrow to the end of the year for the days that no claim is for. One without a
// price comes to nothing, and so do days without a duct.
func (s *Service) landRest(ctx context.Context, day time.Time) (money.Rupiah, error) {
	list, err := ducttariff.Read(ctx, s.d.DB.App)
	if err != nil {
		return 0, err
	}
	next := time.Date(day.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	all, err := lands(ctx, s.d.DB.App, next)
	if err != nil {
		return 0, err
	}
	var sum money.Rupiah
	for _, r := range all {
		for _, x := range r.owed(day.AddDate(0, 0, 1), next) {
			part, err := r.amount(list, x)
			if unrated(err) {
				continue
			}
			if err != nil {
				return 0, err
			}
			if sum, err = sum.Add(part); err != nil {
				return 0, err
			}
		}
	}
	return sum, nil
}

// landLeaks finds approved rents of land that nothing is claimed for, or that are claimed without a ground.
func (s *Service) landLeaks(ctx context.Context, list ducttariff.List, today time.Time) ([]Leak, error) {
	all, err := lands(ctx, s.d.DB.App, today.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	out, err := unclaimed(all, list, today)
	return append(out, bareClaimed(all)...), err
}

// unclaimed finds rents that are owed for days for which nothing is claimed, also those on which no duct lies any more, for somebody to end
// them or ask with a legal note; those with a price of nothing are not owed.
func unclaimed(all []*landOwed, list ducttariff.List, today time.Time) (out []Leak, err error) {
	for _, r := range all {
		for _, x := range r.open(duct.DayOf(r.Since), today.AddDate(0, 0, 1)) {
			amount, err := r.amount(list, x)
			if err != nil && !unrated(err) {
				return nil, err
			}
			if err == nil && amount == 0 || len(out) > LeakMost {
				continue
			}
			k := Leak{Kind: Unclaimed, LandID: r.ID, What: r.Place, Operator: r.Operator, Units: 1, Since: x.From, MM: r.LengthMM}
			if k.Yearly, err = r.amount(list, span{today, today.AddDate(1, 0, 0)}); err != nil && !unrated(err) {
				return nil, err
			}
			out = append(out, k)
		}
	}
	return out, nil
}

// Lands are the approved rents of land that claims can be for, by id with what they are called. It needs revenue:read.
func (s *Service) Lands(ctx context.Context, actor identity.Actor) ([]LandName, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueRead); err != nil {
		return nil, err
	}
	var out []LandName
	err := s.d.DB.App.NewRaw(`SELECT r.id, r.place, o.name AS operator FROM duct_land_rent r JOIN duct_operator o ON o.tenant_id = r.tenant_id AND o.id = r.operator_id
		WHERE r.tenant_id = ? AND r.approved ORDER BY r.id DESC`, tenancy.Must(ctx)).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("revenue: lands: %w", err)
	}
	return out, nil
}

// LandName is a rent of land in a list.
type LandName struct {
	ID              uuid.UUID
	Place, Operator string
}
