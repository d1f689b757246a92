package calendar

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Service is how administrators change a calendar. Every act needs calendar:manage, is audited, and leaves a Change.
type Service struct {
	db    *bun.DB
	guard *access.Guard
	now   func() time.Time
}

// New returns a Service over the application role's pool.
func New(db *bun.DB, guard *access.Guard, now func() time.Time) *Service {
	if now == nil {
		now = time.Now
	}
	return &Service{db: db, guard: guard, now: now}
}

// DayInput is one day as an administrator adds it. With an Agency it is that agency's alone, and Hours ("08:00-12:00")
// make it a day on which the agency is open; without Hours it is off. Source is the decree that says so.
type DayInput struct {
	Agency   string
	Day      string // "2026-12-24"
	Kind     string // NationalDay, JointLeave or LocalDay; of the city's days alone
	Name     i18n.Text
	Hours    string
	Source   string
	Verified bool // the text of the decree was seen
}

const textMax = 200

// Validate refuses a day that is none, and one without a name or a ground; what is added is explained to people whose
// deadline it moves.
func (in DayInput) Validate() error {
	var bad []fault.Field
	if _, err := time.Parse(time.DateOnly, in.Day); err != nil || in.Day < "2000" || in.Day > "2199" {
		bad = append(bad, fault.Field{Name: "day", Code: "date_form"})
	}
	if in.Agency == "" && !slices.Contains([]string{NationalDay, JointLeave, LocalDay}, in.Kind) {
		bad = append(bad, fault.Field{Name: "kind", Code: "required"})
	}
	if _, ok := ParseSpan(in.Hours); in.Hours != "" && !ok {
		bad = append(bad, fault.Field{Name: "hours", Code: "calendar_hours"})
	}
	bad = append(bad, written("name_id", in.Name[i18n.ID])...)
	if in.Name[i18n.EN] != "" {
		bad = append(bad, written("name_en", in.Name[i18n.EN])...)
	}
	return fault.Fields(append(bad, written("source", in.Source)...))
}

// written refuses a text that is missing, too long or not printable.
func written(name, s string) []fault.Field {
	switch {
	case strings.TrimSpace(s) == "":
		return []fault.Field{{Name: name, Code: "required"}}
	case utf8.RuneCountInString(s) > textMax:
		return []fault.Field{{Name: name, Code: "too_long", Args: []any{"max", textMax}}}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }):
		return []fault.Field{{Name: name, Code: "invalid"}}
	}
	return nil
}

// both fills a name that was given in Indonesian alone.
func both(t i18n.Text) i18n.Text {
	out := i18n.Text{i18n.ID: strings.TrimSpace(t[i18n.ID]), i18n.EN: strings.TrimSpace(t[i18n.EN])}
	if out[i18n.EN] == "" {
		out[i18n.EN] = out[i18n.ID]
	}
	return out
}

// AddDay adds a day to the city's calendar or to an agency's, or says anew what it is. It refuses Invalid with the fields
// at fault. The Change is zero when the day already is so.
func (s *Service) AddDay(ctx context.Context, actor identity.Actor, in DayInput) (Change, error) {
	if err := in.Validate(); err != nil {
		return Change{}, err
	}
	detail := map[string]any{"day": in.Day, "agency": in.Agency, "kind": in.Kind, "hours": in.Hours, "name": in.Name[i18n.ID],
		"source": in.Source, "verified": in.Verified}
	return s.act(ctx, actor, in.Agency, cause{kind: ByDay, source: in.Source}, "calendar.add_day", detail, func(ctx context.Context, tx bun.Tx) error {
		return addDay(ctx, tx, in)
	})
}

func addDay(ctx context.Context, tx bun.IDB, in DayInput) error {
	tenant := tenancy.Must(ctx)
	if in.Agency != "" {
		if err := own(ctx, tx, in.Agency); err != nil {
			return err
		}
		d := AgencyDay{TenantID: tenant, Agency: in.Agency, Day: in.Day, Hours: in.Hours, Name: both(in.Name), Source: in.Source, Verified: in.Verified}
		_, err := tx.NewInsert().Model(&d).On("CONFLICT (tenant_id, agency, day) DO UPDATE").
			Set("hours = EXCLUDED.hours, name = EXCLUDED.name, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
		return wrap("add day", err)
	}
	h := Holiday{TenantID: tenant, Day: in.Day, Kind: in.Kind, Name: both(in.Name), Source: in.Source, Verified: in.Verified}
	_, err := tx.NewInsert().Model(&h).On("CONFLICT (tenant_id, day) DO UPDATE").
		Set("name = EXCLUDED.name, kind = EXCLUDED.kind, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
	if err != nil {
		return wrap("add day", err)
	}
	return manage(ctx, tx, in.Day[:4])
}

// own makes sure that an agency has a calendar of its own, which the pack then leaves alone.
func own(ctx context.Context, tx bun.IDB, agency string) error {
	_, err := tx.NewRaw(`INSERT INTO agency_calendar (tenant_id, agency, managed) VALUES (?, ?, true)
		ON CONFLICT (tenant_id, agency) DO UPDATE SET managed = true`, tenancy.Must(ctx), agency).Exec(ctx)
	return wrap("own", err)
}

// manage marks a year that the pack then leaves alone.
func manage(ctx context.Context, tx bun.IDB, year string) error {
	_, err := tx.NewRaw("UPDATE calendar_year SET managed = true WHERE tenant_id = ? AND year = ?::int", tenancy.Must(ctx), year).Exec(ctx)
	return wrap("manage", err)
}

// RemoveDay takes a day out of the city's calendar, or out of an agency's; source is the decree that says so. It refuses
// NotFound "calendar.no_day" when there is none, and Invalid without a source.
func (s *Service) RemoveDay(ctx context.Context, actor identity.Actor, agency, day, source string) (Change, error) {
	if err := fault.Fields(written("source", source)); err != nil {
		return Change{}, err
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return Change{}, fault.New(fault.NotFound, "calendar.no_day")
	}
	detail := map[string]any{"day": day, "agency": agency, "source": source}
	return s.act(ctx, actor, agency, cause{kind: ByDay, source: source}, "calendar.remove_day", detail, func(ctx context.Context, tx bun.Tx) error {
		return removeDay(ctx, tx, agency, day)
	})
}

func removeDay(ctx context.Context, tx bun.IDB, agency, day string) error {
	q, args := "DELETE FROM holiday WHERE tenant_id = ? AND day = ?", []any{tenancy.Must(ctx), day}
	if agency != "" {
		q, args = "DELETE FROM agency_day WHERE tenant_id = ? AND day = ? AND agency = ?", append(args, agency)
	}
	res, err := tx.NewRaw(q, args...).Exec(ctx)
	if err != nil {
		return wrap("remove day", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return orElse(err, fault.New(fault.NotFound, "calendar.no_day"))
	}
	if agency != "" {
		return own(ctx, tx, agency)
	}
	return manage(ctx, tx, day[:4])
}

// orElse is err, or other when there is none.
func orElse(err error, other error) error {
	if err != nil {
		return err
	}
	return other
}

// HoursInput is what an agency does differently all the time and for a time; its single days are AddDay's.
type HoursInput struct {
	Agency        string // empty: the city's own periods, of which Year says which are replaced
	Year          int
	WorksHolidays bool
	Periods       []Period
	Source        string
}

// maxPeriods bounds the periods of one agency.
const maxPeriods = 50

// Validate refuses periods that are no periods, with the position of the one at fault in the field's name.
func (in HoursInput) Validate() error {
	bad := written("source", in.Source)
	if len(in.Periods) > maxPeriods {
		bad = append(bad, fault.Field{Name: "periods", Code: "too_long", Args: []any{"max", maxPeriods}})
	}
	for i, p := range in.Periods {
		at := func(field string) string { return fmt.Sprintf("%s_%d", field, i) }
		if _, err := time.Parse(time.DateOnly, p.First); err != nil {
			bad = append(bad, fault.Field{Name: at("from"), Code: "date_form"})
		}
		if _, err := time.Parse(time.DateOnly, p.Last); p.Last != "" && (err != nil || p.Last < p.First) {
			bad = append(bad, fault.Field{Name: at("to"), Code: "calendar_order"})
		}
		if in.Agency == "" && p.First[:min(4, len(p.First))] != fmt.Sprint(in.Year) {
			bad = append(bad, fault.Field{Name: at("from"), Code: "calendar_year", Args: []any{"year", in.Year}})
		}
		bad = append(bad, written(at("name"), p.Name[i18n.ID])...)
		if len(p.Hours) == 0 {
			bad = append(bad, fault.Field{Name: at("mon"), Code: "required"})
		}
		for day, hours := range p.Hours {
			if _, ok := ParseSpan(hours); !ok || !slices.Contains(weekdays, day) {
				bad = append(bad, fault.Field{Name: at(day), Code: "calendar_hours"})
			}
		}
	}
	return fault.Fields(bad)
}

// SetHours replaces an agency's other hours, or the city's of one year.
func (s *Service) SetHours(ctx context.Context, actor identity.Actor, in HoursInput) (Change, error) {
	if err := in.Validate(); err != nil {
		return Change{}, err
	}
	in = in.complete()
	detail := map[string]any{"agency": in.Agency, "year": in.Year, "works_holidays": in.WorksHolidays, "periods": len(in.Periods), "source": in.Source}
	c := cause{kind: ByHours, source: in.Source, year: in.Year}
	return s.act(ctx, actor, in.Agency, c, "calendar.set_hours", detail, func(ctx context.Context, tx bun.Tx) error { return setHours(ctx, tx, in) })
}

// complete gives each period its code and its ground.
func (in HoursInput) complete() HoursInput {
	in.Periods = slices.Clone(in.Periods)
	for i := range in.Periods {
		p := &in.Periods[i]
		p.Name, p.Source = both(p.Name), in.Source
		if p.Code == "" {
			p.Code = fmt.Sprintf("%s-%d", strings.ReplaceAll(p.First, "-", ""), i+1)
		}
	}
	return in
}

func setHours(ctx context.Context, tx bun.IDB, in HoursInput) error {
	if in.Agency == "" {
		if err := manage(ctx, tx, fmt.Sprint(in.Year)); err != nil {
			return err
		}
		return replacePeriods(ctx, tx, "", in.Periods, in.Year)
	}
	return saveAgency(ctx, tx, Agency{Agency: in.Agency, WorksHolidays: in.WorksHolidays, Source: in.Source, Managed: true, Periods: in.Periods})
}

// act is one act of an administrator on a calendar, in one transaction with its audit entry.
func (s *Service) act(ctx context.Context, actor identity.Actor, agency string, c cause, action string, detail map[string]any,
	edit func(context.Context, bun.Tx) error) (out Change, err error) {
	if err := s.guard.Allow(ctx, actor, access.CalendarManage); err != nil {
		return Change{}, err
	}
	c.actorID, c.actorName = actor.ID, actor.Name
	now := s.now()
	err = tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = change(ctx, tx, agency, c, now, func() error { return edit(ctx, tx) })
		if err != nil {
			return err
		}
		detail["change"], detail["days"] = out.ID, len(out.Days)
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "calendar",
			ObjectID: orNil(out.ID, tenancy.Must(ctx)), At: now, Detail: detail})
	})
	if err != nil {
		return Change{}, fmt.Errorf("calendar: %w", err)
	}
	return out, nil
}

// orNil is the object of an act: the change, or the city when no day was moved.
func orNil(id uuid.UUID, city uuid.UUID) uuid.UUID {
	if id == uuid.Nil {
		return city
	}
	return id
}
