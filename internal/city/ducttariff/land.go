package ducttariff

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// LandRent is rent of the city's own ground that an operator owes the city. Ducts is how many lay there when it was asked for.
type LandRent struct {
	bun.BaseModel `bun:"table:duct_land_rent,alias:r"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	OperatorID uuid.UUID     `bun:"operator_id"`
	Place      string        `bun:"place"` // code of a segment, or in words
	SegmentID  uuid.NullUUID `bun:"segment_id"`
	LengthMM   int64         `bun:"length_mm"`
	Ducts      int           `bun:"ducts"`
	Tariff     string        `bun:"tariff"`
	Since      time.Time     `bun:"since"`
	Until      time.Time     `bun:"until,nullzero"`
	LegalNote  string        `bun:"legal_note"` // by which it is asked where no duct lies
	AskedBy    uuid.UUID     `bun:"asked_by"`
	AskedAt    time.Time     `bun:"asked_at"`
	DecidedBy  uuid.NullUUID `bun:"decided_by"`
	DecidedAt  time.Time     `bun:"decided_at,nullzero"`
	Approved   *bool         `bun:"approved"`
}

// Overridden reports whether two people have put a legal note against the lack of a duct.
func (r LandRent) Overridden() bool { return r.Approved != nil && *r.Approved && r.LegalNote != "" }

// lengthMost bounds a length, in millimetres.
const lengthMost = 1_000_000_000

// AskLand asks that an operator pays rent for the city's ground; a second person decides. A place is the code of a segment, whose
// length is then taken, or words with a length. It needs duct:tariff. Where no duct lies it refuses Conflict
// "ducttariff.land_without_duct" without a legal note, and "ducttariff.land_overlaps" where the operator owes rent of the segment already. It refuses Invalid for what is missing or cannot be, together with
// what whoever asks could not read, and NotFound "lease.no_operator".
func (s *Service) AskLand(ctx context.Context, actor identity.Actor, r LandRent, unread ...fault.Field) (LandRent, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return r, err
	}
	r.TenantID, r.Place, r.LegalNote, r.AskedBy, r.AskedAt = tenancy.Must(ctx), strings.TrimSpace(r.Place), strings.TrimSpace(r.LegalNote), actor.ID, s.now()
	r.Since, r.Until, r.SegmentID, r.Ducts, r.DecidedBy, r.Approved = duct.DayOf(r.Since), duct.DayOf(r.Until), uuid.NullUUID{}, 0, uuid.NullUUID{}, nil
	if err := s.lie(ctx, &r); err != nil {
		return r, err
	}
	if err := s.checkLand(ctx, r, unread); err != nil {
		return r, err
	}
	if r.Ducts == 0 && r.LegalNote == "" {
		return r, fault.New(fault.Conflict, "ducttariff.land_without_duct")
	}
	var err error
	if r.ID, err = uuid.NewV7(); err != nil {
		return r, err
	}
	return r, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var there bool
		if err := tx.NewRaw("SELECT EXISTS (SELECT FROM duct_operator WHERE tenant_id = ? AND id = ?)", r.TenantID, r.OperatorID).Scan(ctx, &there); err != nil {
			return fmt.Errorf("ducttariff: land: %w", err)
		}
		if !there {
			return fault.New(fault.NotFound, "lease.no_operator")
		}
		if err := owed(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return fmt.Errorf("ducttariff: land: %w", err)
		}
		return s.landTold(ctx, tx, actor, "ducttariff.land_ask", r, nil)
	})
}

// owed refuses a rent of a segment that the operator owes for some of these days already. That it stays so is held by the database.
func owed(ctx context.Context, tx bun.Tx, r LandRent) error {
	var there bool
	err := tx.NewRaw("SELECT EXISTS (SELECT FROM duct_land_rent r WHERE r.tenant_id = ?0 AND r.operator_id = ?1 AND r.segment_id = ?2 AND r.approved AND daterange(r.since, r.until) && daterange(?3, ?4))",
		r.TenantID, r.OperatorID, r.SegmentID, r.Since.Format(time.DateOnly), bun.NullTime{Time: r.Until}).Scan(ctx, &there)
	if err != nil {
		return fmt.Errorf("ducttariff: land: %w", err)
	}
	if there {
		return fault.New(fault.Conflict, "ducttariff.land_overlaps")
	}
	return nil
}

// lie fills in what is known of the place: the segment that it names, with its length and its ducts on the first day. What is only planned does not
// lie there yet.
func (s *Service) lie(ctx context.Context, r *LandRent) error {
	var found []struct {
		ID       uuid.UUID
		LengthMM int64
		Ducts    int
	}
	err := s.d.DB.NewRaw(`SELECT k.id, coalesce(c.billed_mm, c.surveyed_mm, c.length_mm) AS length_mm,
			(SELECT count(*) FROM duct_unit u WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.kind = 'duct' AND u.voided_by IS NULL AND u.since <= ?1 AND (u.until IS NULL OR u.until > ?1) AND c.class <> 'planned') AS ducts
		FROM duct_segment k JOIN duct_segment_state c ON c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?1 AND (c.until IS NULL OR c.until > ?1)
		WHERE k.tenant_id = ?0 AND k.code = ?2`, r.TenantID, r.Since.Format(time.DateOnly), r.Place).Scan(ctx, &found)
	if err != nil {
		return fmt.Errorf("ducttariff: land: %w", err)
	}
	if len(found) == 1 {
		r.SegmentID, r.LengthMM, r.Ducts = uuid.NullUUID{UUID: found[0].ID, Valid: true}, found[0].LengthMM, found[0].Ducts
	}
	return nil
}

func (s *Service) checkLand(ctx context.Context, r LandRent, unread []fault.Field) error {
	var bad []fault.Field
	if r.OperatorID == uuid.Nil {
		bad = append(bad, fault.Field{Name: "operator", Code: "required"})
	}
	if r.Place == "" {
		bad = append(bad, fault.Field{Name: "place", Code: "required"})
	} else if utf8.RuneCountInString(r.Place) > 200 {
		bad = append(bad, fault.Field{Name: "place", Code: "too_long", Args: []any{"max", 200}})
	}
	switch {
	case r.LengthMM > lengthMost:
		bad = append(bad, fault.Field{Name: "length", Code: "land_length"})
	case r.LengthMM <= 0 && r.Place != "" && !r.Since.IsZero(): // without a day nobody knows what lies there
		bad = append(bad, fault.Field{Name: "length", Code: "land_no_segment"})
	}
	if utf8.RuneCountInString(r.LegalNote) > 2*reasonMost {
		bad = append(bad, fault.Field{Name: "legal_note", Code: "too_long", Args: []any{"max", 2 * reasonMost}})
	}
	if r.Since.IsZero() {
		bad = append(bad, fault.Field{Name: "since", Code: "required"})
	} else if !r.Until.IsZero() && !r.Until.After(r.Since) {
		bad = append(bad, fault.Field{Name: "until", Code: "not_after"})
	}
	p, err := s.List(ctx)
	if err != nil {
		return err
	}
	if r.Since.IsZero() && r.Tariff != "" { // which there are depends on the day
		return fault.Fields(fault.Also(unread, bad...))
	}
	if !slices.ContainsFunc(p.On(r.Since), func(t Tariff) bool { return t.Code == r.Tariff && t.Charge == Land }) {
		bad = append(bad, fault.Field{Name: "tariff", Code: "not_an_option"})
	}
	return fault.Fields(fault.Also(unread, bad...))
}

// DecideLand approves or refuses what somebody else asked for. It needs duct:tariff. It refuses NotFound "ducttariff.no_change", and
// Conflict "ducttariff.decided", "ducttariff.own_change" and "ducttariff.land_overlaps" where the operator owes another rent of the segment.
func (s *Service) DecideLand(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) (LandRent, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return LandRent{}, err
	}
	var r LandRent
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []LandRent
		err := tx.NewSelect().Model(&all).Where("r.tenant_id = ? AND r.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("ducttariff: land: %w", err)
		case len(all) == 0:
			return fault.New(fault.NotFound, "ducttariff.no_change")
		case all[0].DecidedBy.Valid:
			return fault.New(fault.Conflict, "ducttariff.decided")
		case all[0].AskedBy == actor.ID:
			return fault.New(fault.Conflict, "ducttariff.own_change")
		}
		r = all[0]
		r.DecidedBy, r.DecidedAt, r.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.now(), &approve
		if _, err := tx.NewUpdate().Model(&r).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return overlaps(err)
		}
		return s.landTold(ctx, tx, actor, "ducttariff.land_decide", r, nil)
	})
	return r, err
}

func (s *Service) landTold(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, r LandRent, more map[string]any) error {
	detail := map[string]any{"place": r.Place, "ducts": r.Ducts, "tariff": r.Tariff, "overridden": r.Ducts == 0, "legal_note": r.LegalNote, "approved": r.Approved}
	maps.Copy(detail, more)
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "duct_land_rent", ObjectID: r.ID, At: s.now(), Detail: detail})
}

// LandListed is rent of land with whose it is.
type LandListed struct {
	LandRent     `bun:",extend"`
	OperatorName string
}

// LandsMost bounds the rents of land of a page.
const LandsMost = 100

// LandRents lists rents of land, those first that nobody has decided, then the latest, LandsMost and one at most. It needs duct:read.
func (s *Service) LandRents(ctx context.Context, actor identity.Actor) ([]LandListed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []LandListed
	err := s.d.DB.NewSelect().TableExpr("duct_land_rent AS r").ColumnExpr("r.*, o.name AS operator_name").Join("JOIN duct_operator AS o ON o.tenant_id = r.tenant_id AND o.id = r.operator_id").
		Where("r.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("r.approved IS NULL DESC, r.id DESC").Limit(LandsMost+1).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ducttariff: land: %w", err)
	}
	return all, nil
}
