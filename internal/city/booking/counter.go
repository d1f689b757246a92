package booking

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Counter is where residents come in person.
type Counter struct {
	bun.BaseModel `bun:"table:counter,alias:c"`

	TenantID         uuid.UUID  `bun:"tenant_id,pk" yaml:"-"`
	Code             string     `bun:"code,pk" yaml:"code"`
	Agency           string     `bun:"agency" yaml:"agency"`
	Position         int        `bun:"position" yaml:"order"`
	Name             i18n.Text  `bun:"name,type:jsonb" yaml:"name"`
	Address          i18n.Text  `bun:"address,type:jsonb" yaml:"address"`
	Latitude         *float64   `bun:"latitude" yaml:"latitude"`
	Longitude        *float64   `bun:"longitude" yaml:"longitude"`
	Services         []string   `bun:"services,array" yaml:"services"`
	NeedsApplication bool       `bun:"needs_application" yaml:"needs_application"` // one comes to collect what was applied for
	Source           string     `bun:"source" yaml:"source"`
	Verified         bool       `bun:"verified" yaml:"verified"`
	Managed          bool       `bun:"managed" yaml:"-"` // an administrator has changed it: the pack no longer does
	RetiredAt        *time.Time `bun:"retired_at" yaml:"-"`
	Rules            []Rule     `bun:"-" yaml:"rules"` // the earliest first
}

// Rule is how a counter gives out its places from a day on.
type Rule struct {
	bun.BaseModel `bun:"table:counter_rule,alias:r"`

	TenantID      uuid.UUID `bun:"tenant_id,pk" yaml:"-"`
	Counter       string    `bun:"counter,pk" yaml:"-"`
	EffectiveFrom string    `bun:"effective_from,pk,type:date" yaml:"effective_from"`
	Hours         Hours     `bun:"hours,type:jsonb" yaml:"hours"`
	SlotMinutes   int       `bun:"slot_minutes" yaml:"slot_minutes"`
	Capacity      int       `bun:"capacity" yaml:"capacity"`           // of one slot
	DayQuota      int       `bun:"day_quota" yaml:"day_quota"`         // 0: none
	OpenDays      int       `bun:"open_days" yaml:"open_days"`         // how many days ahead one may book
	CloseHours    int       `bun:"close_hours" yaml:"close_hours"`     // how long before the slot booking ends
	NoShowLimit   int       `bun:"no_show_limit" yaml:"no_show_limit"` // who stayed away as often within NoShowDays waits; 0: nobody does
	NoShowDays    int       `bun:"no_show_days" yaml:"no_show_days"`
	Source        string    `bun:"source" yaml:"source"`
}

// Hours are the times of a week in which a counter gives out places: {"mon": "08:00-12:00, 13:00-15:00"}. They lie within
// the agency's own hours; what of them does not is left out.
type Hours map[string]string

// parseSpans reads the times of one day.
func parseSpans(s string) ([]workcal.Span, bool) {
	var out []workcal.Span
	for part := range strings.SplitSeq(s, ",") {
		span, ok := calendar.ParseSpan(strings.TrimSpace(part))
		if !ok || len(out) > 0 && out[len(out)-1].Close > span.Open {
			return nil, false
		}
		out = append(out, span)
	}
	return out, true
}

// inForce returns the rule of a day; ok is false before the first.
func (c Counter) inForce(day string) (r Rule, ok bool) {
	for _, rule := range c.Rules {
		if rule.EffectiveFrom <= day {
			r, ok = rule, true
		}
	}
	return r, ok
}

// Offers reports whether the counter is there for a service.
func (c Counter) Offers(service string) bool { return slices.Contains(c.Services, service) }

// slots lays a day out: the slots of the rule in force within what both the agency and the rule have open. They do not
// know yet who has taken them.
func (c Counter) slots(cal workcal.Calendar, day time.Time) []Slot {
	r, ok := c.inForce(day.Format(time.DateOnly))
	if !ok || c.RetiredAt != nil {
		return nil
	}
	open := cal.On(day)
	spans, _ := parseSpans(r.Hours[calendar.Weekdays()[day.Weekday()]])
	if open.IsZero() || len(spans) == 0 {
		return nil
	}
	var out []Slot
	length := time.Duration(r.SlotMinutes) * time.Minute
	for _, span := range spans {
		from, to := clockOn(day, max(span.Open, open.Open)), clockOn(day, min(span.Close, open.Close))
		for at := from; !at.Add(length).After(to); at = at.Add(length) {
			out = append(out, Slot{StartsAt: at, EndsAt: at.Add(length), Capacity: r.Capacity, Free: r.Capacity})
		}
	}
	return out
}

// clockOn is "07:30" on day's date.
func clockOn(day time.Time, clock string) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return day // the rules are checked before they are written
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, day.Location())
}

// Filter narrows a list of counters. The zero Filter is every counter that is open to the public.
type Filter struct {
	Service string
	Agency  string
	Retired bool // those too that are no longer used
}

const counterLimit = 500

// Counters lists the counters of ctx's city in their order, with their rules. Anyone may read: nothing in it is about a
// person.
func (s *Service) Counters(ctx context.Context, f Filter) ([]Counter, error) {
	return counters(ctx, s.d.DB.App, f)
}

func counters(ctx context.Context, db bun.IDB, f Filter) ([]Counter, error) {
	ctx = tenancy.Prepared(ctx) // a city has few
	var out []Counter
	q := db.NewSelect().Model(&out).Where("c.tenant_id = ?", tenancy.Must(ctx))
	if f.Service != "" {
		q = q.Where("? = ANY (c.services)", f.Service)
	}
	if f.Agency != "" {
		q = q.Where("c.agency = ?", f.Agency)
	}
	if !f.Retired {
		q = q.Where("c.retired_at IS NULL")
	}
	if err := q.OrderExpr("c.position, c.code").Limit(counterLimit).Scan(ctx); err != nil {
		return nil, fmt.Errorf("booking: counters: %w", err)
	}
	return out, withRules(ctx, db, out)
}

// withRules reads the rules of some counters by one query.
func withRules(ctx context.Context, db bun.IDB, all []Counter) error {
	if len(all) == 0 {
		return nil
	}
	codes := make([]string, len(all))
	for i, c := range all {
		codes[i] = c.Code
	}
	var rules []Rule
	err := db.NewSelect().Model(&rules).ColumnExpr("r.*, to_char(effective_from, 'YYYY-MM-DD') AS effective_from").
		Where("r.tenant_id = ?", tenancy.Must(ctx)).Where("r.counter IN (?)", bun.List(codes)).OrderExpr("r.counter, r.effective_from").Scan(ctx)
	if err != nil {
		return fmt.Errorf("booking: rules: %w", err)
	}
	for _, r := range rules {
		i := slices.Index(codes, r.Counter)
		all[i].Rules = append(all[i].Rules, r)
	}
	return nil
}

// Counter returns one counter, or refuses NotFound "booking.no_counter".
func (s *Service) Counter(ctx context.Context, code string) (Counter, error) {
	return counter(ctx, s.d.DB.App, code)
}

func counter(ctx context.Context, db bun.IDB, code string) (Counter, error) {
	var all []Counter
	err := db.NewSelect().Model(&all).Where("c.tenant_id = ? AND c.code = ?", tenancy.Must(ctx), code).Scan(ctx)
	if err != nil {
		return Counter{}, fmt.Errorf("booking: counter: %w", err)
	}
	if len(all) == 0 {
		return Counter{}, fault.New(fault.NotFound, "booking.no_counter")
	}
	return all[0], withRules(ctx, db, all)
}
