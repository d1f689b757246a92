package ductcable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// State is whose a cable is and how it is for a span of days.
type State struct {
	bun.BaseModel `bun:"table:duct_cable_state,alias:s"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	CableID    uuid.UUID     `bun:"cable_id"`
	Since      time.Time     `bun:"since"`
	Until      time.Time     `bun:"until,nullzero"` // the first day on which it is not so any more; zero goes on
	Owner      string        `bun:"owner"`
	OperatorID uuid.NullUUID `bun:"operator_id"`
	OwnerName  string        `bun:"owner_name"` // of OfOther
	Use        string        `bun:"use"`
	Condition  string        `bun:"condition"` // one of duct.Conditions
	Fibres     int           `bun:"fibres,nullzero"`
	OuterTenth int           `bun:"outer_tenth,nullzero"` // tenths of a millimetre across; zero where nobody has measured it
	Note       string        `bun:"note"`
	Why        string        `bun:"why"`
	At         time.Time     `bun:"at"`
	ByID       uuid.UUID     `bun:"by_id"`
	VoidedAt   time.Time     `bun:"voided_at,nullzero"`
}

const (
	fibresMost = 2000
	tenthMost  = 2000 // 20 centimetres
	placesMost = 500
)

// codeShape is that of the codes of things of the network.
var codeShape = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,60}$`)

// check is what cannot be said of a cable, on any day.
func (st *State) check() []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	st.OwnerName, st.Note, st.Why = strings.TrimSpace(st.OwnerName), strings.TrimSpace(st.Note), strings.TrimSpace(st.Why)
	switch st.Owner {
	case OfOperator:
		st.OwnerName = ""
		if !st.OperatorID.Valid {
			add("operator", "required")
		}
	case OfOther:
		st.OperatorID = uuid.NullUUID{}
		bad = said(bad, "owner_name", st.OwnerName, true)
	case OfUnknown:
		st.OperatorID, st.OwnerName = uuid.NullUUID{}, ""
	default:
		add("owner", "not_an_option")
	}
	if !slices.Contains(Uses(), st.Use) {
		add("use", "not_an_option")
	}
	if !slices.Contains(duct.Conditions(), st.Condition) {
		add("condition", "not_an_option")
	}
	if st.Fibres < 0 || st.Fibres > fibresMost {
		add("fibres", "out_of_range", "min", 1, "max", fibresMost)
	}
	if st.OuterTenth < 0 || st.OuterTenth > tenthMost {
		add("outer", "out_of_range", "min", 1, "max", tenthMost/10)
	}
	return said(said(bad, "note", st.Note, false), "why", st.Why, true)
}

// day refuses a day that is missing or to come.
func (s *Service) day(ctx context.Context, bad []fault.Field, day time.Time) []fault.Field {
	switch {
	case day.IsZero():
		return append(bad, fault.Field{Name: "on_day", Code: "required"})
	case day.After(s.today(ctx)):
		return append(bad, fault.Field{Name: "on_day", Code: "date_future"})
	}
	return bad
}

// Place is a unit of a segment by its place from the ground inwards, such as 2.1.
type Place struct{ Segment, Unit string }

// Lay writes down a cable that lies in some units from a day on. It needs duct:manage. It refuses Invalid for what cannot be, for a
// code that another cable has (field "code"), and for a place that is not there, is no end of the tree, has a cable where it takes one,
// or would be too full (field "places").
func (s *Service) Lay(ctx context.Context, actor identity.Actor, code string, day time.Time, st State, places []Place) (id uuid.UUID, err error) {
	if id, err = uuid.NewV7(); err != nil {
		return id, err
	}
	code, day = strings.TrimSpace(code), duct.DayOf(day)
	bad := s.day(ctx, st.check(), day)
	switch {
	case code == "":
		bad = append(bad, fault.Field{Name: "code", Code: "required"})
	case !codeShape.MatchString(code):
		bad = append(bad, fault.Field{Name: "code", Code: "duct_bad_code"})
	}
	if len(places) == 0 {
		bad = append(bad, fault.Field{Name: "places", Code: "required"})
	}
	return id, s.act(ctx, actor, "ductcable.lay", &id, func(ctx context.Context, tx bun.Tx) (map[string]any, error) {
		var taken bool
		if err := tx.NewRaw("SELECT EXISTS (SELECT FROM duct_cable WHERE tenant_id = ? AND code = ?)", tenancy.Must(ctx), code).Scan(ctx, &taken); err != nil {
			return nil, fmt.Errorf("ductcable: lay: %w", err)
		}
		if taken {
			bad = append(bad, fault.Field{Name: "code", Code: "duct_code_taken"})
		}
		if err := s.known(ctx, tx, st, &bad); err != nil {
			return nil, err
		}
		if err := fault.Fields(bad); err != nil {
			return nil, err
		}
		if _, err := tx.NewRaw("INSERT INTO duct_cable (tenant_id, id, code, made_at, made_by) VALUES (?, ?, ?, ?, ?)", tenancy.Must(ctx), id, code, s.now(), actor.ID).Exec(ctx); err != nil {
			return nil, fmt.Errorf("ductcable: lay: %w", err)
		}
		if err := s.say(ctx, tx, actor, id, day, st); err != nil {
			return nil, err
		}
		return map[string]any{"code": code, "owner": st.Owner, "places": len(places), "day": day.Format(time.DateOnly)}, s.run(ctx, tx, id, day, st.OuterTenth, places)
	})
}

// known refuses an operator that there is not.
func (s *Service) known(ctx context.Context, tx bun.Tx, st State, bad *[]fault.Field) error {
	if !st.OperatorID.Valid {
		return nil
	}
	var there bool
	if err := tx.NewRaw("SELECT EXISTS (SELECT FROM duct_operator WHERE tenant_id = ? AND id = ?)", tenancy.Must(ctx), st.OperatorID.UUID).Scan(ctx, &there); err != nil {
		return fmt.Errorf("ductcable: operator: %w", err)
	}
	if !there {
		*bad = append(*bad, fault.Field{Name: "operator", Code: "not_an_option"})
	}
	return nil
}

// say writes a state from a day on. One that begins on the same day was never so.
func (s *Service) say(ctx context.Context, tx bun.Tx, actor identity.Actor, cable uuid.UUID, day time.Time, st State) (err error) {
	on := day.Format(time.DateOnly)
	if st.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	st.TenantID, st.CableID, st.Since, st.Until, st.At, st.ByID = tenancy.Must(ctx), cable, day, time.Time{}, s.now(), actor.ID
	for _, sql := range []string{"UPDATE duct_cable_state SET voided_at = ?3 WHERE tenant_id = ?0 AND cable_id = ?1 AND voided_at IS NULL AND since >= ?2",
		"UPDATE duct_cable_state SET until = ?2 WHERE tenant_id = ?0 AND cable_id = ?1 AND voided_at IS NULL AND (until IS NULL OR until > ?2)"} {
		if _, err := tx.NewRaw(sql, st.TenantID, cable, on, st.At).Exec(ctx); err != nil {
			return fmt.Errorf("ductcable: say: %w", err)
		}
	}
	if _, err = tx.NewInsert().Model(&st).Exec(ctx); err != nil {
		return fmt.Errorf("ductcable: say: %w", err)
	}
	return nil
}

// present is the state of a cable that goes on, locked. NotFound "duct.no_cable"; Conflict "duct.cable_removed".
func present(ctx context.Context, tx bun.Tx, cable uuid.UUID) (State, error) {
	var all []State
	err := tx.NewSelect().Model(&all).Where("s.tenant_id = ? AND s.cable_id = ? AND s.voided_at IS NULL AND s.until IS NULL", tenancy.Must(ctx), cable).For("UPDATE").Scan(ctx)
	switch {
	case err != nil:
		return State{}, fmt.Errorf("ductcable: present: %w", err)
	case len(all) == 0:
		return State{}, fault.New(fault.NotFound, "duct.no_cable")
	case all[0].Use == Removed:
		return State{}, fault.New(fault.Conflict, "duct.cable_removed")
	}
	return all[0], nil
}

// notBefore refuses a day before the last thing that is known of a cable: what was is changed by nobody.
func notBefore(ctx context.Context, bad []fault.Field, day, last time.Time) []fault.Field {
	if !day.IsZero() && day.Before(last) {
		return append(bad, fault.Field{Name: "on_day", Code: "duct_before_last", Args: []any{"day", i18n.From(ctx).Date(last)}})
	}
	return bad
}

// Change says whose a cable is and how it is from a day on. It needs duct:manage. It refuses Invalid for what cannot be, for a day to
// come and one before the last change (field "on_day"), and for a size with which a unit would be too full (field "outer"); NotFound
// "duct.no_cable" and Conflict "duct.cable_removed".
func (s *Service) Change(ctx context.Context, actor identity.Actor, cable uuid.UUID, day time.Time, st State) error {
	day = duct.DayOf(day)
	bad := s.day(ctx, st.check(), day)
	return s.act(ctx, actor, "ductcable.change", &cable, func(ctx context.Context, tx bun.Tx) (map[string]any, error) {
		was, err := present(ctx, tx, cable)
		if err != nil {
			return nil, err
		}
		if err := s.known(ctx, tx, st, &bad); err != nil {
			return nil, err
		}
		if err := fault.Fields(notBefore(ctx, bad, day, was.Since)); err != nil {
			return nil, err
		}
		if err := s.say(ctx, tx, actor, cable, day, st); err != nil {
			return nil, err
		}
		detail := map[string]any{"owner": st.Owner, "use": st.Use, "condition": st.Condition, "day": day.Format(time.DateOnly)}
		if st.OuterTenth <= was.OuterTenth {
			return detail, nil
		}
		units, err := unitsOf(ctx, tx, cable, day)
		if err == nil {
			err = roomy(ctx, tx, units, day, "outer")
		}
		return detail, err
	})
}

// Extend says that a cable lies in more units from a day on. It needs duct:manage. The refusals are those of Lay and of Change.
func (s *Service) Extend(ctx context.Context, actor identity.Actor, cable uuid.UUID, day time.Time, places []Place) error {
	day = duct.DayOf(day)
	bad := s.day(ctx, nil, day)
	if len(places) == 0 {
		bad = append(bad, fault.Field{Name: "places", Code: "required"})
	}
	return s.act(ctx, actor, "ductcable.extend", &cable, func(ctx context.Context, tx bun.Tx) (map[string]any, error) {
		was, err := present(ctx, tx, cable)
		if err != nil {
			return nil, err
		}
		if err := fault.Fields(notBefore(ctx, bad, day, was.Since)); err != nil {
			return nil, err
		}
		return map[string]any{"places": len(places), "day": day.Format(time.DateOnly)}, s.run(ctx, tx, cable, day, was.OuterTenth, places)
	})
}

// Remove says that a cable was pulled out on a day: it lies nowhere from then on. It needs duct:manage. The refusals are those of
// Change.
func (s *Service) Remove(ctx context.Context, actor identity.Actor, cable uuid.UUID, day time.Time, why string) error {
	day = duct.DayOf(day)
	bad := said(s.day(ctx, nil, day), "why", why, true)
	return s.act(ctx, actor, "ductcable.remove", &cable, func(ctx context.Context, tx bun.Tx) (map[string]any, error) {
		st, err := present(ctx, tx, cable)
		if err != nil {
			return nil, err
		}
		var last struct {
			Day time.Time `bun:"day,nullzero"`
		}
		if err := tx.NewRaw("SELECT max(since) AS day FROM duct_cable_run WHERE tenant_id = ? AND cable_id = ? AND voided_by IS NULL", tenancy.Must(ctx), cable).Scan(ctx, &last); err != nil {
			return nil, fmt.Errorf("ductcable: remove: %w", err)
		}
		if !last.Day.IsZero() {
			last.Day = last.Day.AddDate(0, 0, 1) // it lay there for a day at least
		}
		if last.Day.Before(st.Since) {
			last.Day = st.Since
		}
		if err := fault.Fields(notBefore(ctx, bad, day, last.Day)); err != nil {
			return nil, err
		}
		st.Use, st.Why = Removed, strings.TrimSpace(why)
		if err := s.say(ctx, tx, actor, cable, day, st); err != nil {
			return nil, err
		}
		_, err = tx.NewRaw("UPDATE duct_cable_run SET until = ? WHERE tenant_id = ? AND cable_id = ? AND voided_by IS NULL AND until IS NULL", day.Format(time.DateOnly), tenancy.Must(ctx), cable).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("ductcable: remove: %w", err)
		}
		return map[string]any{"day": day.Format(time.DateOnly)}, nil
	})
}

// refused is a refusal of the places of a cable, which of them it is about.
func refused(code string, p Place, args ...any) error {
	return fault.Fields([]fault.Field{{Name: "places", Code: code, Args: append([]any{"segment", p.Segment, "unit", p.Unit}, args...)}})
}

// run lays a cable in units that are there on a day and have nothing but cables in them.
func (s *Service) run(ctx context.Context, tx bun.Tx, cable uuid.UUID, day time.Time, outer int, places []Place) error {
	if len(places) > placesMost {
		return fault.Fields([]fault.Field{{Name: "places", Code: "too_many", Args: []any{"max", placesMost}}})
	}
	var units []uuid.UUID
	for _, p := range places {
		var found []struct {
			ID     uuid.UUID
			Kind   string
			Parted bool
		}
		err := tx.NewRaw(`SELECT u.id, u.kind, EXISTS (SELECT FROM duct_unit x WHERE x.tenant_id = u.tenant_id AND x.segment_id = u.segment_id AND x.parent_id = u.id AND x.voided_by IS NULL AND x.since <= ?3 AND (x.until IS NULL OR x.until > ?3)) AS parted
			FROM duct_segment k JOIN duct_unit u ON u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.voided_by IS NULL AND u.since <= ?3 AND u.until IS NULL
			LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
			WHERE k.tenant_id = ?0 AND k.code = ?1 AND concat_ws('.', z.position, y.position, u.position) = ?2`, tenancy.Must(ctx), p.Segment, p.Unit, day.Format(time.DateOnly)).Scan(ctx, &found)
		switch {
		case err != nil:
			return fmt.Errorf("ductcable: run: %w", err)
		case len(found) == 0:
			return refused("duct_no_place", p)
		case found[0].Parted:
			return refused("duct_parted", p)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("INSERT INTO duct_cable_run (tenant_id, id, cable_id, unit_id, alone, since) VALUES (?, ?, ?, ?, ?, ?)", tenancy.Must(ctx), id, cable, found[0].ID, found[0].Kind == duct.Microduct, day.Format(time.DateOnly)).Exec(ctx)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "23P01" {
			if pg.ConstraintName == "duct_cable_run_alone" {
				return refused("duct_has_cable", p)
			}
			return refused("duct_twice", p)
		}
		if err != nil {
			return fmt.Errorf("ductcable: run: %w", err)
		}
		units = append(units, found[0].ID)
	}
	if outer == 0 {
		return nil // nobody knows how much room it takes
	}
	return roomy(ctx, tx, units, day, "places")
}

// roomy refuses Invalid for the first of some units that is filled beyond the rule of its kind on a day. Where the size of a unit is
// not known, nothing can be said; a cable of unknown size counts for nothing.
func roomy(ctx context.Context, tx bun.Tx, units []uuid.UUID, day time.Time, field string) error {
	if len(units) == 0 {
		return nil
	}
	var all []struct {
		Kind, Segment, Place string
		Inner                int64
		Squares              int64 // of the diameters, in tenths of a millimetre: a cross-section is as its square
	}
	err := tx.NewRaw(`SELECT u.kind, k.code AS segment, concat_ws('.', z.position, y.position, u.position) AS place, u.inner_mm AS inner,
			(SELECT coalesce(sum(s.outer_tenth::bigint * s.outer_tenth), 0)::bigint FROM duct_cable_run r JOIN duct_cable_state s ON s.tenant_id = r.tenant_id AND s.cable_id = r.cable_id AND s.voided_at IS NULL AND s.until IS NULL
				WHERE r.tenant_id = u.tenant_id AND r.unit_id = u.id AND r.voided_by IS NULL AND (r.until IS NULL OR r.until > ?2)) AS squares
		FROM duct_unit u JOIN duct_segment k ON k.tenant_id = u.tenant_id AND k.id = u.segment_id LEFT JOIN duct_unit y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id
		WHERE u.tenant_id = ?0 AND u.id IN (?1) AND u.kind <> 'microduct' AND u.inner_mm IS NOT NULL ORDER BY k.code, place`, tenancy.Must(ctx), bun.List(units), day.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return fmt.Errorf("ductcable: room: %w", err)
	}
	for _, u := range all {
		percent, err := allowed(ctx, tx, u.Kind)
		if err != nil {
			return err
		}
		if full := u.Inner * u.Inner * 100; u.Squares*100 > full*int64(percent) {
			f := fault.Field{Name: field, Code: "duct_too_full", Args: []any{"segment", u.Segment, "unit", u.Place, "fill", (u.Squares*100 + full - 1) / full, "max", percent}}
			return fault.Fields([]fault.Field{f})
		}
	}
	return nil
}

// unitsOf are those in which a cable lies on a day.
func unitsOf(ctx context.Context, tx bun.Tx, cable uuid.UUID, day time.Time) (all []uuid.UUID, err error) {
	err = tx.NewRaw("SELECT unit_id FROM duct_cable_run WHERE tenant_id = ?0 AND cable_id = ?1 AND voided_by IS NULL AND since <= ?2 AND (until IS NULL OR until > ?2)", tenancy.Must(ctx), cable, day.Format(time.DateOnly)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductcable: units: %w", err)
	}
	return all, nil
}
