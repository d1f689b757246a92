package ducttariff

import (
	"context"
	"encoding/json"
	"fmt"
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

// Change is a price that somebody asks for, or asked for, and what another person decided.
type Change struct {
	bun.BaseModel `bun:"table:duct_price_change,alias:c"`

	TenantID      tenancy.ID      `bun:"tenant_id,pk"`
	ID            uuid.UUID       `bun:"id,pk"`
	Part          string          `bun:"part"`
	Code          string          `bun:"code"`
	EffectiveFrom string          `bun:"effective_from"`
	Body          json.RawMessage `bun:"body,type:jsonb"`
	Reason        string          `bun:"reason"`
	AskedBy       uuid.UUID       `bun:"asked_by"`
	AskedAt       time.Time       `bun:"asked_at"`
	DecidedBy     uuid.NullUUID   `bun:"decided_by"`
	DecidedAt     time.Time       `bun:"decided_at,nullzero"`
	Approved      *bool           `bun:"approved"`
}

// Entry is the price list that the change would be: one entry alone.
func (c Change) Entry() (List, error) {
	var p List
	err := p.take(row{Part: c.Part, Code: c.Code, EffectiveFrom: c.EffectiveFrom, Body: c.Body})
	return p, err
}

// reasonMost bounds what is said, in characters.
const reasonMost = 500

// AskTariff asks for a price from a day on, AskIndex for a rise of all that is indexed, and AskFloor for another floor; a second
// person decides. All need duct:tariff. They refuse Invalid without a reason, for what no price list can have, for a day that has
// begun, for a series that charges for something else, and for a rate below the floor of its kind (fields by their names).
func (s *Service) AskTariff(ctx context.Context, actor identity.Actor, t Tariff, reason string) (Change, error) {
	return s.ask(ctx, actor, partTariff, t.Head, t, reason, func(p List) []fault.Field {
		var bad []fault.Field
		refuse := func(field, code string, args ...any) {
			bad = append(bad, fault.Field{Name: field, Code: code, Args: args})
		}
		if !slices.Contains(Charges(), t.Charge) {
			refuse("charge", "not_an_option")
		}
		if !slices.Contains(Periods(), t.Per) || t.Charge == Order && t.Per != Once || t.Charge == Land && t.Per == Once {
			refuse("per", "not_an_option")
		}
		if (t.Charge == Metre) != slices.Contains(duct.UnitKinds(), t.Kind) {
			refuse("kind", "not_an_option")
		}
		switch {
		case t.Rate < 0:
			refuse("rate", "amount_negative")
		case t.Rate > rateMost:
			refuse("rate", "amount_range")
		}
		if i := slices.IndexFunc(p.Tariffs, func(x Tariff) bool { return x.Code == t.Code }); i >= 0 {
			if was := p.Tariffs[i]; was.Charge != t.Charge || was.Kind != t.Kind || was.Per != t.Per {
				refuse("code", "tariff_series")
			}
		}
		day, err := time.Parse(time.DateOnly, t.EffectiveFrom)
		if err != nil {
			return bad
		}
		if terms, ok := p.TermsOn(day); ok && t.Charge == Land && t.Rate > 0 && (t.Factor < terms.LandFactor.From || t.Factor > terms.LandFactor.To) {
			refuse("factor", "tariff_factor", "low", Percent(inID, terms.LandFactor.From), "high", Percent(inID, terms.LandFactor.To))
		}
		return bad
	})
}

// AskIndex is described at AskTariff.
func (s *Service) AskIndex(ctx context.Context, actor identity.Actor, x Index, reason string) (Change, error) {
	return s.ask(ctx, actor, partIndex, x.Head, x, reason, func(List) []fault.Field {
		if x.Rise == 0 || x.Rise < -whole/2 || x.Rise > whole {
			return []fault.Field{{Name: "rise", Code: "tariff_rise"}}
		}
		return nil
	})
}

// AskFloor is described at AskTariff.
func (s *Service) AskFloor(ctx context.Context, actor identity.Actor, f Floor, reason string) (Change, error) {
	return s.ask(ctx, actor, partFloor, f.Head, f, reason, func(List) []fault.Field {
		var bad []fault.Field
		if !slices.Contains(duct.UnitKinds(), f.Kind) {
			bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
		}
		switch {
		case f.Rate <= 0:
			bad = append(bad, fault.Field{Name: "rate", Code: "amount_positive"})
		case f.Rate > rateMost:
			bad = append(bad, fault.Field{Name: "rate", Code: "amount_range"})
		}
		return bad
	})
}

func (s *Service) ask(ctx context.Context, actor identity.Actor, part string, h Head, body any, reason string, more func(List) []fault.Field) (Change, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return Change{}, err
	}
	c := Change{TenantID: tenancy.Must(ctx), Part: part, Code: h.Code, EffectiveFrom: h.EffectiveFrom, Reason: strings.TrimSpace(reason), AskedBy: actor.ID, AskedAt: s.now()}
	p, err := s.List(ctx)
	if err != nil {
		return c, err
	}
	bad := h.faults(s.today(ctx))
	if n := utf8.RuneCountInString(c.Reason); n == 0 {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if n > reasonMost {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}})
	}
	if err := fault.Fields(append(bad, more(p)...)); err != nil {
		return c, err
	}
	if c.Body, err = json.Marshal(body); err != nil {
		return c, fmt.Errorf("ducttariff: ask: %w", err)
	}
	f, low, err := p.sunk(c.row())
	if err != nil {
		return c, fmt.Errorf("ducttariff: ask: %w", err)
	}
	if low {
		name := map[string]string{partTariff: "rate", partIndex: "rise"}[part]
		return c, fault.Fields([]fault.Field{{Name: name, Code: "tariff_floor", Args: []any{"floor", f.Rate}}})
	}
	if c.ID, err = uuid.NewV7(); err != nil {
		return c, err
	}
	return c, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&c).Exec(ctx); err != nil {
			return fmt.Errorf("ducttariff: ask: %w", err)
		}
		return s.told(ctx, tx, actor, "ducttariff.ask", c, nil)
	})
}

func (h Head) faults(today time.Time) []fault.Field {
	var bad []fault.Field
	if len(h.Code) > 40 || !codePattern(h.Code) {
		bad = append(bad, fault.Field{Name: "code", Code: "plan_new_code"})
	}
	if h.Name.Empty() {
		bad = append(bad, fault.Field{Name: "name", Code: "required"})
	}
	if h.Basis == "" {
		bad = append(bad, fault.Field{Name: "basis", Code: "required"})
	}
	if day, err := time.Parse(time.DateOnly, h.EffectiveFrom); err != nil {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "required"})
	} else if !day.After(today) {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "tariff_begun"})
	}
	return bad
}

// codePattern reports whether a code is small letters and digits in groups.
func codePattern(code string) bool {
	for _, part := range strings.Split(code, "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}

// Decide approves or refuses the change that somebody else asked for; approved, it is in the list. It needs duct:tariff. It refuses
// NotFound "ducttariff.no_change", and Conflict "ducttariff.decided", "ducttariff.own_change" for who asked, "ducttariff.begun" where
// its day has begun meanwhile, "ducttariff.below_floor" where the floor has been raised above it, and "ducttariff.there" where the list
// has an entry of that day.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) (Change, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctTariff); err != nil {
		return Change{}, err
	}
	var c Change
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []Change
		err := tx.NewSelect().Model(&all).ColumnExpr(changeColumns).Where("c.tenant_id = ? AND c.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("ducttariff: decide: %w", err)
		case len(all) == 0:
			return fault.New(fault.NotFound, "ducttariff.no_change")
		case all[0].DecidedBy.Valid:
			return fault.New(fault.Conflict, "ducttariff.decided")
		case all[0].AskedBy == actor.ID:
			return fault.New(fault.Conflict, "ducttariff.own_change")
		case approve && all[0].EffectiveFrom <= s.today(ctx).Format(time.DateOnly):
			return fault.New(fault.Conflict, "ducttariff.begun")
		}
		c = all[0]
		c.DecidedBy, c.DecidedAt, c.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.now(), &approve
		if _, err := tx.NewUpdate().Model(&c).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ducttariff: decide: %w", err)
		}
		if approve {
			p, err := Read(ctx, tx)
			if err != nil {
				return err
			}
			r := c.row()
			switch f, low, err := p.sunk(r); { // the floor can have been raised meanwhile
			case err != nil:
				return fmt.Errorf("ducttariff: decide: %w", err)
			case low:
				return fault.New(fault.Conflict, "ducttariff.below_floor", "floor", f.Rate)
			}
			res, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
			if err != nil {
				return fmt.Errorf("ducttariff: decide: %w", err)
			}
			if n, err := res.RowsAffected(); n == 0 || err != nil {
				return fault.Wrap(fault.Conflict, "ducttariff.there", err)
			}
		}
		return s.told(ctx, tx, actor, "ducttariff.decide", c, map[string]any{"approved": approve})
	})
	return c, err
}

// row is the entry that the change puts into the list.
func (c Change) row() row {
	return row{TenantID: c.TenantID, Part: c.Part, Code: c.Code, EffectiveFrom: c.EffectiveFrom, Body: c.Body, ChangeID: uuid.NullUUID{UUID: c.ID, Valid: true}}
}

// sunk is the floor below which a new tariff, or an index that falls, puts a metre for a year on the day from which it holds.
func (p List) sunk(r row) (Floor, bool, error) {
	day, err := time.Parse(time.DateOnly, r.EffectiveFrom)
	if err == nil {
		err = p.take(r)
	}
	if err != nil || r.Part != partTariff && (r.Part != partIndex || p.Indexes[len(p.Indexes)-1].Rise > 0) {
		return Floor{}, false, err
	}
	for _, t := range p.On(day) {
		if t.Charge != Metre || t.Per == Once || r.Part == partTariff && t.Code != r.Code {
			continue
		}
		if t.Rate, err = p.RateOn(t, day); err != nil {
			return Floor{}, false, err
		}
		if f := p.FloorOn(t.Kind, day); perYear(t) < f.Rate {
			return f, true, nil
		}
	}
	return Floor{}, false, nil
}

const changeColumns = "c.tenant_id, c.id, c.part, c.code, to_char(c.effective_from, 'YYYY-MM-DD') AS effective_from, c.body, c.reason, c.asked_by, c.asked_at, c.decided_by, c.decided_at, c.approved"

// Changes lists what was asked, the latest first, 100 at most: what waits alone, or all. It needs duct:read.
func (s *Service) Changes(ctx context.Context, actor identity.Actor, waiting bool) ([]Change, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Change
	q := s.d.DB.NewSelect().Model(&all).ColumnExpr(changeColumns).Where("c.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("c.id DESC").Limit(100)
	if waiting {
		q = q.Where("c.decided_by IS NULL")
	}
	return all, q.Scan(ctx)
}

func (s *Service) told(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, c Change, more map[string]any) error {
	detail := map[string]any{"part": c.Part, "code": c.Code, "effective_from": c.EffectiveFrom, "reason": c.Reason}
	for k, v := range more {
		detail[k] = v
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "duct_price", ObjectID: c.ID, At: s.now(), Detail: detail})
}
