package calendar

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// ImportInput is a year as it was decreed. Its days are a list in any of the forms that ParseDays reads, Text, or where that is
// blank one by one in Days, of which the date, the kind and the name are taken.
type ImportInput struct {
	Year     int
	Week     []string // working days: mon … sun
	Open     string   // "07:30"
	Close    string
	Source   string // the number of the joint decree
	Verified bool   // the text of the decree was seen
	Days     []Holiday
	Text     string
}

// Preview is what an import would do. A year that is imported already is replaced; the city's local days stay.
type Preview struct {
	Year     Year
	Faults   []Fault // refuse the import
	Added    []Holiday
	Removed  []Holiday
	Kept     int
	Replaces bool
	Off      int // days off that fall on a working day of the week
	National int
	Leave    int
}

// Fault is one line of an import that cannot be read. The sentence is the i18n key "calendar.fault.<code>".
type Fault struct {
	Line int
	Text string
	Code string
}

func (in ImportInput) year() (Year, []Fault, error) {
	var bad []fault.Field
	if in.Year < 2000 || in.Year > 2199 {
		bad = append(bad, fault.Field{Name: "year", Code: "calendar_four"})
	}
	if len(in.Week) == 0 || slices.ContainsFunc(in.Week, func(d string) bool { return !slices.Contains(weekdays, d) }) {
		bad = append(bad, fault.Field{Name: "week", Code: "required"})
	}
	if _, ok := ParseSpan(in.Open + "-" + in.Close); !ok {
		bad = append(bad, fault.Field{Name: "open", Code: "calendar_hours"})
	}
	bad = append(bad, written("source", in.Source)...)
	bad = append(bad, in.checkDays()...)
	if err := fault.Fields(bad); err != nil {
		return Year{}, nil, err
	}
	days, faults := in.Days, []Fault(nil)
	if in.listed() {
		days, faults = ParseDays(in.Text, in.Year)
	}
	days = slices.SortedFunc(slices.Values(days), func(a, b Holiday) int { return strings.Compare(a.Day, b.Day) })
	for i := range days {
		d := &days[i]
		d.Name, d.Source, d.Verified = both(d.Name), in.Source, in.Verified
	}
	return Year{Year: in.Year, Week: in.Week, Open: in.Open, Close: in.Close, Source: in.Source, Verified: in.Verified, Managed: true, Days: days}, faults, nil
}

func (in ImportInput) listed() bool { return strings.TrimSpace(in.Text) != "" }

// checkDays refuses an import without a day, and names what is wrong with one by its position: "day_3", "kind_3",
// "name_id_3" and "name_en_3".
func (in ImportInput) checkDays() []fault.Field {
	switch {
	case in.listed():
		return nil
	case len(in.Days) == 0:
		return []fault.Field{{Name: "days", Code: "required"}}
	}
	var bad []fault.Field
	seen := map[string]bool{}
	for i, d := range in.Days {
		at := func(field string) string { return fmt.Sprintf("%s_%d", field, i) }
		day, err := time.Parse(time.DateOnly, d.Day)
		switch {
		case err != nil || day.Year() != in.Year:
			bad = append(bad, fault.Field{Name: at("day"), Code: "calendar_day"})
		case seen[d.Day]:
			bad = append(bad, fault.Field{Name: at("day"), Code: "calendar_repeated"})
		}
		seen[d.Day] = true
		if d.Kind != NationalDay && d.Kind != JointLeave {
			bad = append(bad, fault.Field{Name: at("kind"), Code: "required"})
		}
		bad = append(bad, written(at("name_id"), d.Name[i18n.ID])...)
		if d.Name[i18n.EN] != "" {
			bad = append(bad, written(at("name_en"), d.Name[i18n.EN])...)
		}
	}
	return bad
}

// whole is the year, if every line of it can be read.
func (in ImportInput) whole() (Year, error) {
	y, faults, err := in.year()
	if err == nil && len(faults) > 0 {
		err = fault.New(fault.Invalid, "calendar.faults", "n", len(faults))
	}
	return y, err
}

// Preview reads an import and says what it would change, without changing anything. It refuses Invalid for what is no
// import at all; lines that cannot be read are in the result.
func (s *Service) Preview(ctx context.Context, actor identity.Actor, in ImportInput) (Preview, error) {
	if err := s.guard.Allow(ctx, actor, access.CalendarManage); err != nil {
		return Preview{}, err
	}
	y, faults, err := in.year()
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Year: y, Faults: faults}
	old, err := yearOf(ctx, s.db, y.Year)
	if err != nil {
		return Preview{}, err
	}
	p.Replaces = old != nil
	had := map[string]Holiday{}
	if old != nil {
		for _, d := range old.Days {
			had[d.Day] = d
		}
	}
	for _, d := range y.Days {
		if _, ok := had[d.Day]; ok {
			p.Kept++
		} else {
			p.Added = append(p.Added, d)
		}
		delete(had, d.Day)
		day, err := time.Parse(time.DateOnly, d.Day)
		if err == nil && slices.Contains(y.Week, weekdays[day.Weekday()]) {
			p.Off++
		}
		if d.Kind == JointLeave {
			p.Leave++
		} else {
			p.National++
		}
	}
	for _, d := range had {
		if d.Kind != LocalDay {
			p.Removed = append(p.Removed, d)
		}
	}
	slices.SortFunc(p.Removed, func(a, b Holiday) int { return strings.Compare(a.Day, b.Day) })
	return p, nil
}

// yearOf returns one year as it is, its local days included, or nil.
func yearOf(ctx context.Context, db bun.IDB, year int) (*Year, error) {
	years, err := Years(ctx, db)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(years, func(y Year) bool { return y.Year == year }); i >= 0 {
		return &years[i], nil
	}
	return nil, nil
}

// Import makes the city's calendar of a year what was decreed, in one transaction. It refuses what Preview refuses, and
// Invalid "calendar.faults" while a line cannot be read.
func (s *Service) Import(ctx context.Context, actor identity.Actor, in ImportInput) (Change, error) {
	y, err := in.whole()
	if err != nil {
		return Change{}, err
	}
	detail := map[string]any{"year": y.Year, "holidays": len(y.Days), "source": y.Source, "verified": y.Verified}
	c := cause{kind: ByImport, source: y.Source, year: y.Year}
	return s.act(ctx, actor, "", c, "calendar.import", detail, func(ctx context.Context, tx bun.Tx) error { return saveYear(ctx, tx, y) })
}

// Undo takes an import back: the year is what it was before, and gone when it was not there. It refuses NotFound
// "calendar.no_import", and Conflict "calendar.changed_since" when something else of that year was changed after it.
func (s *Service) Undo(ctx context.Context, actor identity.Actor, id uuid.UUID) (out Change, err error) {
	if err := s.guard.Allow(ctx, actor, access.CalendarManage); err != nil {
		return Change{}, err
	}
	now := s.now()
	err = tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx, false); err != nil {
			return err
		}
		done, err := s.undoable(ctx, tx, id)
		if err != nil {
			return err
		}
		c := cause{actorID: actor.ID, actorName: actor.Name, kind: ByUndo, year: done.Year, source: done.Source}
		out, err = change(ctx, tx, "", c, now, func() error { return restore(ctx, tx, done) })
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*Change)(nil)).Set("undone_at = ?", now.UTC()).Where("tenant_id = ? AND id = ?", done.TenantID, id).Exec(ctx)
		if err != nil {
			return wrap("undo", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "calendar.undo", Object: "calendar",
			ObjectID: id, At: now, Detail: map[string]any{"year": done.Year, "days": len(out.Days), "change": out.ID}})
	})
	if err != nil {
		return Change{}, fmt.Errorf("calendar: %w", err)
	}
	return out, nil
}

// undoable returns the import, if nothing of its year came after it.
func (s *Service) undoable(ctx context.Context, tx bun.IDB, id uuid.UUID) (Change, error) {
	var later []Change
	err := tx.NewSelect().Model(&later).Where("tenant_id = ?", tenancy.Must(ctx)).Where("agency = ''").Where("id >= ?", id).OrderExpr("id").
		Limit(1000).Scan(ctx)
	if err != nil {
		return Change{}, wrap("undo", err)
	}
	if len(later) == 0 || later[0].ID != id || later[0].Kind != ByImport || !later[0].UndoneAt.IsZero() {
		return Change{}, fault.New(fault.NotFound, "calendar.no_import")
	}
	done := later[0]
	for _, c := range later[1:] {
		prefix := fmt.Sprint(done.Year) + "-"
		if c.Year == done.Year || slices.ContainsFunc(c.Days, func(d DayChange) bool { return strings.HasPrefix(d.Day, prefix) }) {
			return Change{}, fault.New(fault.Conflict, "calendar.changed_since", "year", done.Year)
		}
	}
	return done, nil
}

// restore writes the year back that an import replaced.
func restore(ctx context.Context, tx bun.IDB, done Change) error {
	var y Year
	if len(done.Before) > 0 && string(done.Before) != "null" {
		if err := json.Unmarshal(done.Before, &y); err != nil {
			return wrap("restore", err)
		}
	}
	if len(y.Week) > 0 {
		y.Managed = true
		return saveYear(ctx, tx, y)
	}
	_, err := tx.NewRaw(`DELETE FROM holiday WHERE tenant_id = ?0 AND kind <> ?2 AND day BETWEEN make_date(?1, 1, 1) AND make_date(?1, 12, 31)`,
		done.TenantID, done.Year, LocalDay).Exec(ctx)
	if err != nil {
		return wrap("restore", err)
	}
	_, err = tx.NewRaw("DELETE FROM calendar_year WHERE tenant_id = ? AND year = ?", done.TenantID, done.Year).Exec(ctx)
	if err != nil {
		return wrap("restore", err)
	}
	return saveDays(ctx, tx, y.Days)
}

// textOf makes a name of what a line says.
func textOf(id, en string) i18n.Text { return both(i18n.Text{i18n.ID: id, i18n.EN: en}) }
