package ducttariff

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

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// LandEnd asks that an approved rent of land ends on another day than was agreed on, earlier or later, and is what another person decided.
// To change what is paid, a rent is ended and a new one asked for from that day on.
type LandEnd struct {
	bun.BaseModel `bun:"table:duct_land_end,alias:e"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	RentID    uuid.UUID     `bun:"rent_id"`
	Until     time.Time     `bun:"until"` // the first day without it
	Reason    string        `bun:"reason"`
	AskedBy   uuid.UUID     `bun:"asked_by"`
	AskedAt   time.Time     `bun:"asked_at"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	Approved  *bool         `bun:"approved"`
}

// LandTurn makes whoever claims rents of ctx's city, or changes how long they are owed, wait for the other until tx ends.
func LandTurn(ctx context.Context, tx bun.Tx) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "land rents of "+tenancy.Must(ctx).String()).Exec(ctx)
	return err
}

// AskLandEnd asks that a rent ends on a day; a second person decides. It needs duct:tariff. It refuses NotFound "ducttariff.no_change" a
// rent that there is not, Conflict "ducttariff.land_not_owed" one that was not approved and "ducttariff.land_ending" one of which another
// end is asked for, and Invalid without a reason, and for a day (field "until") on or before its first, or that is claimed already.
func (s *Service) AskLandEnd(ctx context.Context, actor identity.Actor, e LandEnd) (LandEnd, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return e, err
	}
	e.TenantID, e.Until, e.Reason, e.AskedBy, e.AskedAt, e.DecidedBy, e.Approved = tenancy.Must(ctx), duct.DayOf(e.Until), strings.TrimSpace(e.Reason), actor.ID, s.now(), uuid.NullUUID{}, nil
	var bad []fault.Field
	if n := utf8.RuneCountInString(e.Reason); n == 0 {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if n > reasonMost {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}})
	}
	if e.Until.IsZero() {
		bad = append(bad, fault.Field{Name: "until", Code: "required"})
	}
	if err := fault.Fields(bad); err != nil {
		return e, err
	}
	var err error
	if e.ID, err = uuid.NewV7(); err != nil {
		return e, err
	}
	return e, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		r, err := endable(ctx, tx, e)
		if err != nil {
			return err
		}
		var pg *pgconn.PgError
		_, err = tx.NewInsert().Model(&e).Exec(ctx)
		if errors.As(err, &pg) && pg.Code == "23505" {
			return fault.New(fault.Conflict, "ducttariff.land_ending")
		}
		if err != nil {
			return fmt.Errorf("ducttariff: land end: %w", err)
		}
		return s.landTold(ctx, tx, actor, "ducttariff.land_end_ask", r, map[string]any{"until": e.Until.Format(time.DateOnly), "reason": e.Reason})
	})
}

// endable reads the rent that would end, and refuses what cannot be. Nothing of it is claimed until tx ends.
func endable(ctx context.Context, tx bun.Tx, e LandEnd) (LandRent, error) {
	if err := LandTurn(ctx, tx); err != nil {
		return LandRent{}, err
	}
	var all []LandRent
	if err := tx.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.id = ?", e.TenantID, e.RentID).For("UPDATE").Scan(ctx); err != nil {
		return LandRent{}, fmt.Errorf("ducttariff: land: %w", err)
	}
	if len(all) == 0 {
		return LandRent{}, fault.New(fault.NotFound, "ducttariff.no_change")
	}
	r := all[0]
	if r.Approved == nil || !*r.Approved {
		return r, fault.New(fault.Conflict, "ducttariff.land_not_owed")
	}
	if !e.Until.After(r.Since) {
		return r, fault.Fields([]fault.Field{{Name: "until", Code: "not_after"}})
	}
	var row struct {
		Claimed time.Time `bun:"claimed,nullzero"` // the first day that is not
	}
	if err := tx.NewRaw("SELECT max(covers_until) AS claimed FROM revenue_claim WHERE tenant_id = ? AND land_rent_id = ? AND undone_on IS NULL", e.TenantID, e.RentID).Scan(ctx, &row); err != nil {
		return r, fmt.Errorf("ducttariff: land: %w", err)
	}
	if e.Until.Before(row.Claimed) {
		return r, fault.Fields([]fault.Field{{Name: "until", Code: "land_claimed", Args: []any{"last", i18n.From(ctx).Date(row.Claimed.AddDate(0, 0, -1))}}})
	}
	return r, nil
}

// DecideLandEnd approves or refuses the end of a rent that somebody else asked for; approved, it is owed until then. It needs duct:tariff. It
// refuses NotFound "ducttariff.no_change" where none is asked for, Conflict "ducttariff.own_change" to who asked and
// "ducttariff.land_overlaps" where the operator owes another rent of the segment by then, and Invalid for a day that was claimed meanwhile.
func (s *Service) DecideLandEnd(ctx context.Context, actor identity.Actor, rent uuid.UUID, approve bool) (LandRent, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return LandRent{}, err
	}
	var r LandRent
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := LandTurn(ctx, tx); err != nil {
			return err
		}
		var all []LandEnd
		err := tx.NewSelect().Model(&all).Where("e.tenant_id = ? AND e.rent_id = ? AND e.decided_by IS NULL", tenancy.Must(ctx), rent).For("UPDATE").Scan(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("ducttariff: land end: %w", err)
		case len(all) == 0:
			return fault.New(fault.NotFound, "ducttariff.no_change")
		case all[0].AskedBy == actor.ID:
			return fault.New(fault.Conflict, "ducttariff.own_change")
		}
		e := all[0]
		e.DecidedBy, e.DecidedAt, e.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.now(), &approve
		if _, err := tx.NewUpdate().Model(&e).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ducttariff: land end: %w", err)
		}
		if r, err = endable(ctx, tx, e); err != nil && approve {
			return err
		}
		if r.ID = rent; approve {
			r.Until = e.Until
			if _, err := tx.NewUpdate().Model(&r).Column("until").WherePK().Exec(ctx); err != nil {
				return overlaps(err)
			}
		}
		return s.landTold(ctx, tx, actor, "ducttariff.land_end_decide", r, map[string]any{"until": e.Until.Format(time.DateOnly), "approved": approve})
	})
	return r, err
}

// overlaps says of a refusal of the database that the operator owes the rent of these days already.
func overlaps(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23P01" {
		return fault.New(fault.Conflict, "ducttariff.land_overlaps")
	}
	return fmt.Errorf("ducttariff: land: %w", err)
}

// LandEnds are the ends of rents that wait for a second person, by rent. It needs duct:read.
func (s *Service) LandEnds(ctx context.Context, actor identity.Actor) (map[uuid.UUID]LandEnd, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []LandEnd
	if err := s.d.DB.NewSelect().Model(&all).Where("e.tenant_id = ? AND e.decided_by IS NULL", tenancy.Must(ctx)).Limit(500).Scan(ctx); err != nil {
		return nil, fmt.Errorf("ducttariff: land ends: %w", err)
	}
	out := map[uuid.UUID]LandEnd{}
	for _, e := range all {
		out[e.RentID] = e
	}
	return out, nil
}
