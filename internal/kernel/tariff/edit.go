package tariff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Editor is where a city's administrator writes tariffs. A version begins on a day to come and is theirs to change until
// then; from that day on nobody changes it, because people are charged by it. Staff with service:configure use it, and
// only those who work for the whole city change anything.
type Editor struct {
	db    *bun.DB
	guard *access.Guard
	now   func() time.Time
}

// NewEditor returns the Editor over the application role's pool; now is time.Now when nil.
func NewEditor(db *bun.DB, guard *access.Guard, now func() time.Time) *Editor {
	if now == nil {
		now = time.Now
	}
	return &Editor{db, guard, now}
}

// columns are those of Table as it is read.
const columns = "tenant_id, code, to_char(effective_from, 'YYYY-MM-DD') AS effective_from, name, unit, basis, source, verified, rows, own"

// mostVersions bounds what a page shows of one tariff.
const mostVersions = 200

// Today is the day in ctx's city by which versions are past, in force or to come.
func (e *Editor) Today(ctx context.Context) string { return dayIn(ctx, e.now()) }

func dayIn(ctx context.Context, now time.Time) string {
	if city, ok := tenancy.CityFrom(ctx); ok {
		now = now.In(city.Location())
	}
	return now.Format(time.DateOnly)
}

// All lists the version of each tariff that is in force, or that begins first where none is yet, in the order of their codes.
func (e *Editor) All(ctx context.Context, actor identity.Actor) ([]Table, error) {
	if err := e.guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Table
	today := e.Today(ctx)
	err := e.db.NewSelect().Model(&all).DistinctOn("code").ColumnExpr(columns).Where("tenant_id = ?", tenancy.Must(ctx)).
		OrderExpr("code, t.effective_from <= ?::date DESC, CASE WHEN t.effective_from <= ?::date THEN t.effective_from END DESC, t.effective_from", today, today).
		Limit(1000).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("tariff: %w", err)
	}
	return all, nil
}

// Versions returns every version of a tariff, the newest first. NotFound "tariff.unknown" when there is none.
func (e *Editor) Versions(ctx context.Context, actor identity.Actor, code string) ([]Table, error) {
	if err := e.guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	all, err := versions(ctx, e.db, code)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "tariff.unknown", "code", code)
	}
	return all, err
}

func versions(ctx context.Context, db bun.IDB, code string) ([]Table, error) {
	var all []Table
	err := db.NewSelect().Model(&all).ColumnExpr(columns).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).
		OrderExpr("t.effective_from DESC").Limit(mostVersions).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("tariff: %w", err)
	}
	return all, nil
}

// Put adds a version to a tariff, or changes one that has not begun; isNew makes the first of a code that the city does not
// have. It refuses Conflict "tariff.past" for a day that has come, Forbidden "tariff.city_only", NotFound "tariff.unknown",
// and Invalid naming the field: "code", "name_id", "name_en", "unit_id", "unit_en", "effective_from", "basis", "source" or
// "rows". A key of the version before cannot be left out: formulas name it.
func (e *Editor) Put(ctx context.Context, actor identity.Actor, t Table, isNew bool) error {
	if err := e.mayChange(ctx, actor); err != nil {
		return err
	}
	t.TenantID, t.Own = tenancy.Must(ctx), true
	return tenancy.InTx(ctx, e.db, func(ctx context.Context, tx bun.Tx) error {
		before, err := versions(ctx, tx, t.Code)
		if err != nil {
			return err
		}
		bad := t.faults()
		switch {
		case isNew && len(before) > 0:
			bad = append(bad, fault.Field{Name: "code", Code: "tariff_code_taken"})
		case !isNew && len(before) == 0:
			return fault.New(fault.NotFound, "tariff.unknown", "code", t.Code)
		}
		for _, key := range gone(before, t) {
			bad = append(bad, fault.Field{Name: "rows", Code: "tariff_key_gone", Args: []any{"key", key}})
		}
		if len(bad) > 0 {
			return fault.Fields(bad)
		}
		// The first version of a tariff charges nobody yet, so it may begin today.
		if today := e.Today(ctx); t.EffectiveFrom < today || t.EffectiveFrom == today && len(before) > 0 {
			return fault.New(fault.Conflict, "tariff.past")
		}
		_, err = tx.NewInsert().Model(&t).On("CONFLICT (tenant_id, code, effective_from) DO UPDATE").
			Set(`name = EXCLUDED.name, unit = EXCLUDED.unit, basis = EXCLUDED.basis, source = EXCLUDED.source,
				verified = EXCLUDED.verified, rows = EXCLUDED.rows, own = true`).Exec(ctx)
		if err != nil {
			return fmt.Errorf("tariff: %w", err)
		}
		return e.note(ctx, tx, actor, "tariff.put", t)
	})
}

// Drop takes a version back that has not begun. It refuses Conflict "tariff.past", Forbidden "tariff.city_only", and NotFound
// "tariff.unknown".
func (e *Editor) Drop(ctx context.Context, actor identity.Actor, code, from string) error {
	if err := e.mayChange(ctx, actor); err != nil {
		return err
	}
	if from <= e.Today(ctx) {
		return fault.New(fault.Conflict, "tariff.past")
	}
	return tenancy.InTx(ctx, e.db, func(ctx context.Context, tx bun.Tx) error {
		all, err := versions(ctx, tx, code)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(t Table) bool { return t.EffectiveFrom == from })
		if i < 0 {
			return fault.New(fault.NotFound, "tariff.unknown", "code", code)
		}
		_, err = tx.NewDelete().Model((*Table)(nil)).Where("tenant_id = ? AND code = ? AND effective_from = ?::date", tenancy.Must(ctx), code, from).Exec(ctx)
		if err != nil {
			return fmt.Errorf("tariff: %w", err)
		}
		return e.note(ctx, tx, actor, "tariff.drop", all[i])
	})
}

// mayChange refuses whoever works for one agency: a tariff charges for services of them all.
func (e *Editor) mayChange(ctx context.Context, actor identity.Actor) error {
	if err := e.guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return err
	}
	reach, err := e.guard.Reach(ctx, actor)
	if err == nil && reach.Agency() != "" {
		err = fault.New(fault.Forbidden, "tariff.city_only")
	}
	return err
}

// faults is what is wrong with a version by itself, by the field where it is mended.
func (t Table) faults() []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	c := pack.CheckOf("")
	if c.Code("code", t.Code); c.Err() != nil {
		add("code", "service_code")
	}
	for name, text := range map[string]i18n.Text{"name": t.Name, "unit": t.Unit} {
		for _, l := range i18n.All() {
			if strings.TrimSpace(text[l]) == "" {
				add(name+"_"+string(l), "required")
			}
		}
	}
	if _, err := time.Parse(time.DateOnly, t.EffectiveFrom); err != nil {
		add("effective_from", "date")
	}
	if strings.TrimSpace(t.Basis) == "" {
		add("basis", "required")
	}
	if strings.TrimSpace(t.Source) == "" {
		add("source", "required")
	}
	if len(t.Rows) == 0 {
		add("rows", "required")
	}
	seen := map[string]bool{}
	for i, r := range t.Rows {
		c := pack.CheckOf("")
		c.Once(seen, "key", r.Key)
		c.Text("label", r.Label)
		if c.Err() != nil {
			add("rows", "tariff_row", "n", i+1)
			break
		}
		if r.Amount < 0 || r.Amount > most {
			add("rows", "tariff_amount", "n", i+1)
			break
		}
	}
	return bad
}

// gone are the keys that the version before t has and t does not.
func gone(before []Table, t Table) []string {
	var out []string
	for _, old := range before {
		if old.EffectiveFrom >= t.EffectiveFrom {
			continue
		}
		for _, r := range old.Rows {
			if !slices.ContainsFunc(t.Rows, func(x Row) bool { return x.Key == r.Key }) {
				out = append(out, r.Key)
			}
		}
		return out
	}
	return out
}

func (e *Editor) note(ctx context.Context, tx bun.Tx, actor identity.Actor, action string, t Table) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "tariff", At: e.now().UTC(),
		Detail: map[string]any{"tariff": t.Code, "from": t.EffectiveFrom, "basis": t.Basis, "rows": len(t.Rows)}})
}
