// Package absence says who stands in for a member of staff who is away.
//
// On the days of an absence the substitute sees the other's work among their own, may take its steps, and is given what
// would be given to the other. Nothing changes hands: on the day after, all is as before.
package absence

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Absence is one member of staff being away. Days are local, 2006-01-02, the last one included.
type Absence struct {
	bun.BaseModel `bun:"table:absence,alias:b"`

	TenantID       uuid.UUID `bun:"tenant_id,pk"`
	ID             uuid.UUID `bun:"id,pk"`
	AgencyCode     string    `bun:"agency_code"`
	AccountID      uuid.UUID `bun:"account_id"`
	AccountName    string    `bun:"account_name"`
	SubstituteID   uuid.UUID `bun:"substitute_id"`
	SubstituteName string    `bun:"substitute_name"`
	FromDay        string    `bun:"from_day"`
	ToDay          string    `bun:"to_day"`
	SetBy          uuid.UUID `bun:"set_by"`
	SetAt          time.Time `bun:"set_at"`
	EndedAt        time.Time `bun:"ended_at,nullzero"`
}

// Service keeps the absences of every city.
type Service struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Staff *identity.Service
	Now   func() time.Time // time.Now when nil
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

// Input says who is away, who stands in and when. A zero Account is the actor's own.
type Input struct {
	Account    uuid.UUID
	Substitute uuid.UUID
	From, To   string
}

// farthest bounds how long an absence lasts; who is away longer has left.
const farthest = 366 * 24 * time.Hour

// Set notes an absence. Staff with application:review set their own, those with application:assign also that of others of
// their agency. It refuses Invalid: people who are not active staff of the agency, the same person twice, and days that
// are none, over already or too many; and Conflict "absence.twice" when the person is away on one of them already.
func (s *Service) Set(ctx context.Context, actor identity.Actor, in Input) (Absence, error) {
	need := access.ApplicationReview
	if in.Account == uuid.Nil {
		in.Account = actor.ID
	}
	if in.Account != actor.ID {
		need = access.ApplicationAssign
	}
	if err := s.Guard.Allow(ctx, actor, need); err != nil {
		return Absence{}, err
	}
	names, err := s.colleagues(ctx, actor)
	if err != nil {
		return Absence{}, err
	}
	if err := fault.Fields(s.wrong(ctx, in, names)); err != nil {
		return Absence{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Absence{}, err
	}
	a := Absence{TenantID: actor.TenantID, ID: id, AgencyCode: actor.Agency, AccountID: in.Account, AccountName: names[in.Account],
		SubstituteID: in.Substitute, SubstituteName: names[in.Substitute], FromDay: in.From, ToDay: in.To, SetBy: actor.ID, SetAt: s.now()}
	err = tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "absence.set", a)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23P01" {
		return Absence{}, fault.New(fault.Conflict, "absence.twice", "who", a.AccountName)
	}
	if err != nil {
		return Absence{}, fmt.Errorf("absence: %w", err)
	}
	return a, nil
}

// colleagues are the active staff of the actor's agency by id.
func (s *Service) colleagues(ctx context.Context, actor identity.Actor) (map[uuid.UUID]string, error) {
	if actor.Agency == "" {
		return nil, nil
	}
	members, err := s.Staff.ListStaff(ctx, identity.StaffFilter{Agency: actor.Agency, Limit: 200})
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]string{}
	for _, m := range members {
		if m.Status == identity.StatusActive {
			out[m.ID] = m.Name
		}
	}
	return out, nil
}

func (s *Service) wrong(ctx context.Context, in Input, names map[uuid.UUID]string) []fault.Field {
	var bad []fault.Field
	if names[in.Account] == "" {
		bad = append(bad, fault.Field{Name: "account", Code: "not_an_option"})
	}
	switch {
	case names[in.Substitute] == "":
		bad = append(bad, fault.Field{Name: "substitute", Code: "not_an_option"})
	case in.Substitute == in.Account:
		bad = append(bad, fault.Field{Name: "substitute", Code: "substitute_self"})
	}
	from, err := time.Parse(time.DateOnly, in.From)
	if err != nil {
		bad = append(bad, fault.Field{Name: "from", Code: "date_form"})
	}
	to, failed := time.Parse(time.DateOnly, in.To)
	switch {
	case failed != nil:
		bad = append(bad, fault.Field{Name: "to", Code: "date_form"})
	case err != nil:
	case to.Before(from) || in.To < Day(ctx, s.now()) || to.Sub(from) > farthest:
		bad = append(bad, fault.Field{Name: "to", Code: "date_range"})
	}
	return bad
}

// End takes an absence back. Who may set it may; NotFound "absence.not_found" for one that is over or of another agency.
func (s *Service) End(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	if err := s.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return err
	}
	deals := s.Guard.Allow(ctx, actor, access.ApplicationAssign) == nil
	return tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
		var a Absence
		err := tx.NewSelect().Model(&a).Where("b.tenant_id = ? AND b.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (a.AgencyCode != actor.Agency || !a.EndedAt.IsZero() || !deals && a.AccountID != actor.ID) {
			return fault.New(fault.NotFound, "absence.not_found")
		}
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*Absence)(nil)).Set("ended_at = ?", s.now()).Where("tenant_id = ? AND id = ?", a.TenantID, a.ID).Exec(ctx)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "absence.end", a)
	})
}

func (s *Service) record(ctx context.Context, tx bun.IDB, actor identity.Actor, action string, a Absence) error {
	return audit.Record(ctx, tx, audit.Entry{
		ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "absence", ObjectID: a.ID, At: s.now(),
		Detail: map[string]any{"account": a.AccountID, "substitute": a.SubstituteID, "from_day": a.FromDay, "to_day": a.ToDay},
	})
}

// listLimit bounds the absences of one agency that are not over.
const listLimit = 200

// List returns the absences of the actor's agency that are not over, the earliest first, and the staff among whom to
// choose, for staff with application:review.
func (s *Service) List(ctx context.Context, actor identity.Actor) ([]Absence, map[uuid.UUID]string, error) {
	if err := s.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return nil, nil, err
	}
	var all []Absence
	err := days(s.DB.NewSelect().Model(&all)).Where("b.tenant_id = ?", tenancy.Must(ctx)).Where("b.agency_code = ?", actor.Agency).
		Where("b.ended_at IS NULL").Where("b.to_day >= ?::date", Day(ctx, s.now())).OrderExpr("b.from_day, b.id").Limit(listLimit).Scan(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("absence: %w", err)
	}
	names, err := s.colleagues(ctx, actor)
	return all, names, err
}

// days reads an absence's dates as text.
func days(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ExcludeColumn("from_day", "to_day").ColumnExpr("to_char(b.from_day, 'YYYY-MM-DD') AS from_day, to_char(b.to_day, 'YYYY-MM-DD') AS to_day")
}

// Day is the local day of a moment in ctx's city.
func Day(ctx context.Context, at time.Time) string {
	if city, ok := tenancy.CityFrom(ctx); ok {
		at = at.In(city.Location())
	}
	return at.Format(time.DateOnly)
}

// StandsFor returns the account itself and those for whom it stands in at a moment.
func StandsFor(ctx context.Context, db bun.IDB, account uuid.UUID, at time.Time) ([]uuid.UUID, error) {
	all := []uuid.UUID{account}
	var away []uuid.UUID
	err := db.NewRaw(`SELECT account_id FROM absence WHERE tenant_id = ? AND substitute_id = ? AND ended_at IS NULL
		AND from_day <= ?::date AND to_day >= ?::date ORDER BY account_id LIMIT 200`, tenancy.Must(ctx), account, Day(ctx, at), Day(ctx, at)).Scan(tenancy.Prepared(ctx), &away)
	if err != nil {
		return nil, fmt.Errorf("absence: %w", err)
	}
	return slices.Concat(all, away), nil
}

// StandIn returns who stands in for an account at a moment; false when it is not away.
func StandIn(ctx context.Context, db bun.IDB, account uuid.UUID, at time.Time) (Absence, bool, error) {
	var all []Absence
	err := days(db.NewSelect().Model(&all)).Where("b.tenant_id = ? AND b.account_id = ? AND b.ended_at IS NULL", tenancy.Must(ctx), account).
		Where("b.from_day <= ?::date AND b.to_day >= ?::date", Day(ctx, at), Day(ctx, at)).Limit(1).Scan(ctx)
	if err != nil || len(all) == 0 {
		return Absence{}, false, err
	}
	return all[0], true, nil
}

// hops bounds how many stand in one for the other.
const hops = 5

// Present returns who does the work of an account at a moment: the account itself, or who stands in, and for them who
// stands in again. It is false when all of them are away.
func Present(ctx context.Context, db bun.IDB, account uuid.UUID, at time.Time) (uuid.UUID, bool, error) {
	for range hops {
		a, away, err := StandIn(ctx, db, account, at)
		if err != nil || !away {
			return account, !away, err
		}
		account = a.SubstituteID
	}
	return uuid.Nil, false, nil
}
