package finance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// Agreement says how what cities pay is shared from a month on, once a second person has approved it. The last one of a city holds,
// or else the last that names none; what its parts leave is the company's own.
type Agreement struct {
	bun.BaseModel `bun:"table:revenue_share,alias:a"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	City      uuid.NullUUID `bun:"city"`
	FromMonth time.Time     `bun:"from_month"`
	Parts     []SharePart   `bun:"parts,type:jsonb"`
	Reason    string        `bun:"reason"`
	MadeBy    uuid.UUID     `bun:"made_by"`
	MadeAt    time.Time     `bun:"made_at"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	Approved  *bool         `bun:"approved"`
}

// SharePart is what a city or a partner gets, in hundredths of a percent.
type SharePart struct {
	Name  string `json:"name"`
	Share int64  `json:"share"`
}

// wholeShare is everything, in hundredths of a percent; partsMost bounds who shares in it.
const (
	wholeShare = 10_000
	partsMost  = 10
)

// AgreementInput asks for an agreement. City may be nil.
type AgreementInput struct {
	City   uuid.NullUUID
	From   time.Time // any day of its first month
	Parts  []SharePart
	Reason string
}

// AskAgreement keeps a request for a second person to decide. It needs invoice:issue on the platform. It refuses Invalid for a month
// that is over, no reason, and parts that are no names or come to more than everything.
func (s *Service) AskAgreement(ctx context.Context, actor identity.Actor, in AgreementInput) (Agreement, error) {
	a := Agreement{TenantID: tenancy.Must(ctx), City: in.City, FromMonth: firstOf(in.From), Parts: in.Parts, Reason: strings.TrimSpace(in.Reason), MadeBy: actor.ID, MadeAt: s.Now().UTC().Truncate(time.Microsecond)}
	err := s.issuing(ctx, actor, "share", func(ctx context.Context, tx bun.Tx) (err error) {
		if err := a.check(firstOf(s.today(ctx))); err != nil {
			return err
		}
		if a.ID, err = uuid.NewV7(); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return err
		}
		return a.told(ctx, tx, actor, "share.ask")
	})
	return a, err
}

// firstOf is the first day of t's month, as midnight of UTC.
func firstOf(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

func (a Agreement) check(month time.Time) error {
	var bad []fault.Field
	if a.FromMonth.Before(month) {
		bad = append(bad, fault.Field{Name: "from", Code: "share_past"})
	}
	if a.Reason == "" {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if utf8.RuneCountInString(a.Reason) > 500 {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", 500}})
	}
	seen, sum := map[string]bool{}, int64(0)
	for _, p := range a.Parts {
		if n := utf8.RuneCountInString(p.Name); n == 0 || n > 120 || seen[p.Name] || p.Share < 1 || p.Share > wholeShare {
			sum = wholeShare + 1
			break
		}
		seen[p.Name], sum = true, sum+p.Share
	}
	if sum > wholeShare || len(a.Parts) == 0 || len(a.Parts) > partsMost {
		bad = append(bad, fault.Field{Name: "parts", Code: "share_parts", Args: []any{"max", partsMost}})
	}
	return fault.Fields(bad)
}

func (a Agreement) told(ctx context.Context, tx bun.Tx, actor identity.Actor, what string) error {
	detail := map[string]any{"from": a.FromMonth.Format("2006-01"), "parts": a.Parts, "reason": a.Reason}
	if a.City.Valid {
		detail["city"] = a.City.UUID
	}
	if a.Approved != nil {
		detail["approved"] = *a.Approved
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "revenue_share", ObjectID: a.ID, Detail: detail})
}

// DecideAgreement approves or refuses what somebody else asked for. It needs invoice:issue on the platform. It refuses NotFound
// "invoice.no_request", and Conflict "invoice.decided", "invoice.own_request", "share.over" when its first month is over by now and
// "share.known" when there is one of that city from that month on.
func (s *Service) DecideAgreement(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) error {
	err := s.issuing(ctx, actor, "share", func(ctx context.Context, tx bun.Tx) error {
		var a Agreement
		// The row itself cannot be locked: only some of its columns may be written.
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "share "+id.String()).Exec(ctx); err != nil {
			return err
		}
		err := tx.NewSelect().Model(&a).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
		if err := invoice.MayDecide(err, a.DecidedBy, a.MadeBy, actor); err != nil {
			return err
		}
		if approve && a.FromMonth.Before(firstOf(s.today(ctx))) {
			return fault.New(fault.Conflict, "share.over")
		}
		a.DecidedBy, a.DecidedAt, a.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.Now().UTC().Truncate(time.Microsecond), &approve
		if _, err := tx.NewUpdate().Model(&a).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return err
		}
		return a.told(ctx, tx, actor, "share.decide")
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "revenue_share_month" {
		return fault.Wrap(fault.Conflict, "share.known", err)
	}
	return err
}

// Agreements lists what was asked for, the latest first, 100 at most. It needs invoice:issue on the platform.
func (s *Service) Agreements(ctx context.Context, actor identity.Actor) ([]Agreement, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	var all []Agreement
	return all, s.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(listMost).Scan(ctx)
}

// Divided is the money of a party that came in during a month, and among whom it is shared.
type Divided struct {
	Party     uuid.UUID
	City      uuid.NullUUID
	Name      string
	Collected money.Rupiah
	VAT       money.Rupiah // of that, which is the state's
	Agreement uuid.UUID    // uuid.Nil when all of it is the company's own
	Parts     []Amount     // the company's own, without a name, first
}

// Amount is what somebody gets.
type Amount struct {
	Name   string
	Amount money.Rupiah
}

// Base is what is shared.
func (d Divided) Base() money.Rupiah { return d.Collected - d.VAT }

// DividedIn shares out the money that was booked as coming in for invoices during a month, party by party, less what credit notes put
// into a balance again. A month that is over never changes: what is booked later, for whatever day, is of the month in which it is
// booked. It needs invoice:issue on the platform.
func (s *Service) DividedIn(ctx context.Context, actor identity.Actor, month time.Time) ([]Divided, error) {
	if err := s.Guard.Allow(ctx, actor, access.InvoiceIssue); err != nil {
		return nil, err
	}
	moves, err := s.moved(ctx, month, uuid.Nil)
	if err != nil {
		return nil, err
	}
	var agreed []Agreement
	err = s.DB.App.NewSelect().Model(&agreed).Where("tenant_id = ? AND approved AND from_month <= ?", tenancy.Must(ctx), firstOf(month).Format(time.DateOnly)).Order("from_month DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("finance: shares: %w", err)
	}
	var out []Divided
	for _, m := range moves {
		if len(out) == 0 || out[len(out)-1].Party != m.Party {
			out = append(out, Divided{Party: m.Party, City: m.City, Name: m.Name})
		}
		d := &out[len(out)-1]
		if d.Collected, err = d.Collected.Add(m.After - m.Before); err != nil {
			return nil, err
		}
		vat, err := m.vat()
		if err != nil {
			return nil, err
		}
		d.VAT += vat // a part of what was collected
	}
	for i := range out {
		if err := out[i].divide(agreed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// divide shares the base of a party out by the agreement that holds for it, to the rupiah: what is left over goes to the largest
// remainders.
func (d *Divided) divide(agreed []Agreement) error {
	weights, names := []int64{wholeShare}, []string{""}
	for _, own := range []bool{true, false} {
		for _, a := range agreed {
			if d.Agreement != uuid.Nil || own && (!a.City.Valid || a.City != d.City) || !own && a.City.Valid {
				continue
			}
			d.Agreement = a.ID
			for _, p := range a.Parts {
				weights, names = append(weights, p.Share), append(names, p.Name)
				weights[0] -= p.Share
			}
		}
	}
	amounts, err := d.Base().Allocate(weights...)
	if err != nil {
		return fmt.Errorf("finance: shares: %w", err)
	}
	for i, n := range names {
		d.Parts = append(d.Parts, Amount{n, amounts[i]})
	}
	return nil
}
