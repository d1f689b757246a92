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

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Change is what one act made of a calendar. It is open until every running promise that it touches has been counted
// again.
type Change struct {
	bun.BaseModel `bun:"table:calendar_change,alias:cc"`

	TenantID  uuid.UUID       `bun:"tenant_id,pk"`
	ID        uuid.UUID       `bun:"id,pk"`
	Agency    string          `bun:"agency"` // empty: the whole city
	Kind      string          `bun:"kind"`
	Year      int             `bun:"year"` // of an import
	Source    string          `bun:"source"`
	Days      []DayChange     `bun:"days,type:jsonb"`
	Before    json.RawMessage `bun:"before,type:jsonb,nullzero"` // the Year that an import replaced; see replacedBy
	ActorID   uuid.UUID       `bun:"actor_id"`
	ActorName string          `bun:"actor_name"`
	At        time.Time       `bun:"at"`
	UndoneAt  time.Time       `bun:"undone_at,nullzero"`
	Queued    bool            `bun:"queued"`
	DoneAt    time.Time       `bun:"done_at,nullzero"`
	Looked    int             `bun:"looked"` // running promises that were counted again
	Moved     int             `bun:"moved"`  // of which this many got another date
}

// What changes a calendar.
const (
	ByImport = "import" // of a year
	ByUndo   = "undo"   // of an import
	ByDay    = "day"    // one day was added or removed
	ByHours  = "hours"  // an agency's or a period's hours were set
	ByPack   = "pack"   // the city's pack was applied
)

// DayChange is one day that is no longer what it was. A zero span is a day off.
type DayChange struct {
	Day  string       `json:"day"`
	Was  workcal.Span `json:"was"`
	Now  workcal.Span `json:"now"`
	Name i18n.Text    `json:"name,omitempty"` // of the holiday that came or went
}

// In is the change of one day as a sentence without an end: "24 Desember 2026 menjadi hari libur (Cuti bersama Natal)".
func (d DayChange) In(l i18n.Locale) string {
	day, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		return d.Day
	}
	key := "calendar.became_hours"
	switch {
	case d.Now.IsZero():
		key = "calendar.became_off"
	case d.Was.IsZero():
		key = "calendar.became_working"
	}
	s := l.T(key, "day", l.Date(day), "open", d.Now.Open, "close", d.Now.Close)
	if name := d.Name.In(l); name != "" {
		s += " (" + name + ")"
	}
	return s
}

// cause is who changes a calendar, how and on what ground.
type cause struct {
	actorID   uuid.UUID
	actorName string
	kind      string
	source    string
	year      int
}

// reach bounds the days that are compared: no promise is counted from longer ago or goes farther.
const (
	reachBack    = 1 // years
	reachForward = 3
)

// change runs edit, which writes to the tables of a calendar, and notes what that made of its days. It returns a zero
// Change when the days are what they were.
func change(ctx context.Context, tx bun.IDB, agency string, c cause, now time.Time, edit func() error) (Change, error) {
	if err := lock(ctx, tx, false); err != nil {
		return Change{}, err
	}
	before, err := Load(ctx, tx, agency)
	if err != nil {
		return Change{}, err
	}
	old, err := names(ctx, tx, agency)
	if err != nil {
		return Change{}, err
	}
	var replaced *Year
	if c.kind == ByImport {
		if replaced, err = replacedBy(ctx, tx, c.year); err != nil {
			return Change{}, err
		}
	}
	if err := edit(); err != nil {
		return Change{}, err
	}
	after, err := Load(ctx, tx, agency)
	if err != nil {
		return Change{}, err
	}
	fresh, err := names(ctx, tx, agency)
	if err != nil {
		return Change{}, err
	}
	days := differences(before, after, old, fresh, now)
	if len(days) == 0 && c.kind != ByImport { // an import that moves no day can be taken back like any other
		return Change{}, nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Change{}, wrap("change", err)
	}
	out := Change{TenantID: tenancy.Must(ctx), ID: id, Agency: agency, Kind: c.kind, Year: c.year, Source: c.source, Days: days,
		ActorID: c.actorID, ActorName: c.actorName, At: now.UTC().Truncate(time.Microsecond)}
	if replaced != nil {
		if out.Before, err = json.Marshal(replaced); err != nil {
			return Change{}, wrap("change", err)
		}
	}
	_, err = tx.NewInsert().Model(&out).Exec(ctx)
	return out, wrap("change", err)
}

// replacedBy is what an import of a year replaces: the year as it is or, of one that was never imported, the city's local
// days, of which the import may say something else; without a Week it is no year. It is nil when there is neither.
func replacedBy(ctx context.Context, tx bun.IDB, year int) (*Year, error) {
	old, err := yearOf(ctx, tx, year)
	if err != nil || old != nil {
		return old, err
	}
	var days []Holiday
	err = tx.NewSelect().Model(&days).ColumnExpr("tenant_id, to_char(day, 'YYYY-MM-DD') AS day, name, kind, source, verified").
		Where("tenant_id = ? AND day BETWEEN make_date(?, 1, 1) AND make_date(?, 12, 31)", tenancy.Must(ctx), year, year).OrderExpr("h.day").Scan(ctx)
	if err != nil || len(days) == 0 {
		return nil, wrap("days", err)
	}
	return &Year{Year: year, Days: days}, nil
}

// differences compares two calendars day by day.
func differences(before, after workcal.Calendar, old, fresh map[string]i18n.Text, now time.Time) []DayChange {
	out := []DayChange{}
	first := now.In(before.Zone).Year() - reachBack
	for day := time.Date(first, 1, 1, 12, 0, 0, 0, before.Zone); day.Year() <= first+reachBack+reachForward; day = day.AddDate(0, 0, 1) {
		was, is := before.On(day), after.On(day)
		if was == is {
			continue
		}
		d := DayChange{Day: day.Format(time.DateOnly), Was: was, Now: is}
		if d.Name = fresh[d.Day]; d.Name.Empty() || !is.IsZero() {
			d.Name = old[d.Day]
		}
		if d.Name.Empty() {
			d.Name = fresh[d.Day]
		}
		out = append(out, d)
	}
	return out
}

// names are the names of the days of a calendar that have one, in every language.
func names(ctx context.Context, tx bun.IDB, agency string) (map[string]i18n.Text, error) {
	var rows []struct {
		Day  string    `bun:"day"`
		Name i18n.Text `bun:"name"`
	}
	err := tx.NewRaw(`SELECT to_char(day, 'YYYY-MM-DD') AS day, name FROM holiday WHERE tenant_id = ?0
		UNION ALL SELECT to_char(day, 'YYYY-MM-DD'), name FROM agency_day WHERE tenant_id = ?0 AND agency = ?1 LIMIT 20000`,
		tenancy.Must(ctx), agency).Scan(ctx, &rows)
	out := make(map[string]i18n.Text, len(rows))
	for _, r := range rows {
		out[r.Day] = r.Name
	}
	return out, wrap("names", err)
}

// Open returns the changes whose counting again has not ended, the oldest first.
func Open(ctx context.Context, tx bun.IDB) ([]Change, error) {
	var out []Change
	err := tx.NewSelect().Model(&out).Where("tenant_id = ?", tenancy.Must(ctx)).Where("done_at IS NULL").OrderExpr("id").Limit(100).Scan(ctx)
	return out, wrap("open changes", err)
}

// Named returns some changes by their ids, those of one run, the oldest first.
func Named(ctx context.Context, tx bun.IDB, ids []uuid.UUID) ([]Change, error) {
	var out []Change
	err := tx.NewSelect().Model(&out).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id IN (?)", bun.List(ids)).OrderExpr("id").Scan(ctx)
	return out, wrap("changes", err)
}

// Take marks the open changes that nobody has begun to count again as begun, and returns them: each is taken once.
func Take(ctx context.Context, tx bun.IDB) ([]Change, error) {
	var out []Change
	err := tx.NewRaw(`UPDATE calendar_change SET queued = true WHERE tenant_id = ? AND done_at IS NULL AND NOT queued RETURNING *`,
		tenancy.Must(ctx)).Scan(ctx, &out)
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return out, wrap("take changes", err)
}

// Note adds to the changes of one run what a batch of it did, and with last that the run has ended. It belongs to the
// transaction of the batch.
func Note(ctx context.Context, tx bun.IDB, ids []uuid.UUID, looked, moved int, last bool, now time.Time) error {
	q := tx.NewUpdate().Model((*Change)(nil)).Set("looked = looked + ?, moved = moved + ?", looked, moved).
		Where("tenant_id = ?", tenancy.Must(ctx)).Where("id IN (?)", bun.List(ids))
	if last {
		q = q.Set("done_at = ?", now.UTC())
	}
	_, err := q.Exec(ctx)
	return wrap("note", err)
}

// becauseMost is how many days a reason names; the rest is a number.
const becauseMost = 3

// Because says in words which days of some changes moved a promise of an agency that runs from first to last: the days
// within it that became other than they were, with their ground. It is empty when none did.
func Because(changes []Change, agency string, first, last time.Time, l i18n.Locale) string {
	from, to := first.Format(time.DateOnly), last.Format(time.DateOnly)
	var parts []string
	more, ground := 0, ""
	for _, c := range changes {
		if c.Agency != "" && c.Agency != agency {
			continue
		}
		for _, d := range c.Days {
			if d.Day < from || d.Day > to {
				continue
			}
			if len(parts) == becauseMost {
				more++
				continue
			}
			if c.Source != "" && !strings.Contains(ground, c.Source) {
				ground = strings.TrimPrefix(ground+"; "+c.Source, "; ")
			}
			parts = append(parts, d.In(l))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, "; ")
	if more > 0 {
		s += "; " + l.T("calendar.and_more", "n", more)
	}
	if ground != "" {
		s += fmt.Sprintf(" [%s]", ground)
	}
	return s
}

// changeLimit bounds the history that a page shows.
const changeLimit = 30

// Changes lists the latest changes of ctx's city, its agencies' included, for whoever may manage the calendar.
func Changes(ctx context.Context, db bun.IDB) ([]Change, error) {
	var out []Change
	err := db.NewSelect().Model(&out).Where("tenant_id = ?", tenancy.Must(ctx)).OrderExpr("id DESC").Limit(changeLimit).Scan(ctx)
	return out, wrap("changes", err)
}
