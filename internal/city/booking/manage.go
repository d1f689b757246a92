package booking

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

var codePattern = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// faults are the values of a rule that no counter can work by, each with what it is and an example of what could be.
func (r Rule) faults() []fault.Field {
	var bad []fault.Field
	add := func(name string, value any, example any) {
		code := "booking_" + name
		bad = append(bad, fault.Field{Name: name, Code: code, Args: []any{"value", value, "example", example}})
	}
	if len(r.Hours) == 0 {
		add("hours", "", "08:00-12:00")
	}
	for day, hours := range r.Hours {
		if _, ok := parseSpans(hours); !ok || !isWeekday(day) {
			add("hours", day+" "+hours, "08:00-12:00, 13:00-15:00")
			break
		}
	}
	for _, n := range []struct {
		name            string
		value, min, max int
		example         int
	}{
		{"slot_minutes", r.SlotMinutes, 5, 480, 30}, {"capacity", r.Capacity, 1, 1000, 10}, {"day_quota", r.DayQuota, 0, 100_000, 100},
		{"open_days", r.OpenDays, 1, 180, 14}, {"close_hours", r.CloseHours, 0, 720, 12}, {"no_show_limit", r.NoShowLimit, 0, 100, 2},
		{"no_show_days", r.NoShowDays, 0, 366, 30},
	} {
		if n.value < n.min || n.value > n.max {
			add(n.name, n.value, n.example)
		}
	}
	return bad
}

func (c Counter) validate(r Rule, today string) error {
	var bad []fault.Field
	if len(c.Code) > 64 || !codePattern.MatchString(c.Code) {
		bad = append(bad, fault.Field{Name: "code", Code: "booking_code"})
	}
	for name, text := range map[string]i18n.Text{"name": c.Name, "address": c.Address} {
		switch s := text[i18n.ID]; {
		case strings.TrimSpace(s) == "":
			bad = append(bad, fault.Field{Name: name, Code: "required"})
		case utf8.RuneCountInString(s) > reasonMax:
			bad = append(bad, fault.Field{Name: name, Code: "too_long", Args: []any{"max", reasonMax}})
		case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		}
	}
	if c.Agency == "" {
		bad = append(bad, fault.Field{Name: "agency", Code: "required"})
	}
	if len(c.Services) == 0 {
		bad = append(bad, fault.Field{Name: "services", Code: "required"})
	}
	if _, err := time.Parse(time.DateOnly, r.EffectiveFrom); err != nil {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "date_form"})
	} else if r.EffectiveFrom < today {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "booking_past"})
	}
	bad = append(bad, r.faults()...)
	slices.SortStableFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return fault.Fields(bad)
}

// SaveCounter makes a counter, or changes it from a day on: rule replaces whatever was to be in force from its day on, and
// the rules before it stay, because people have been served by them. It refuses Invalid with the fields at fault, an
// agency that is not the actor's with NotFound "booking.no_counter", and services that Matters does not know.
func (s *Service) SaveCounter(ctx context.Context, actor identity.Actor, c Counter, rule Rule) error {
	if err := s.d.Guard.Allow(ctx, actor, access.BookingManage); err != nil {
		return err
	}
	reach, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return err
	}
	if err := c.validate(rule, s.now().In(zone(ctx)).Format(time.DateOnly)); err != nil {
		return err
	}
	if !reach.City() && (reach.Agency() == "" || reach.Agency() != c.Agency) {
		return fault.New(fault.NotFound, "booking.no_counter")
	}
	for _, service := range c.Services {
		_, err := s.d.Matters.ServiceName(ctx, s.d.DB.App, service)
		if err != nil && fault.From(err).Kind != fault.Gone { // what is no longer offered may stay: nobody can book it
			return err
		}
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		// Who saves it at the same time is waited for: their rule stays.
		if _, err := tx.NewRaw("SELECT FROM counter WHERE tenant_id = ? AND code = ? FOR UPDATE", tenancy.Must(ctx), c.Code).Exec(ctx); err != nil {
			return err
		}
		before, err := counter(ctx, tx, c.Code)
		switch {
		case fault.Is(err, "booking.no_counter"):
		case err != nil:
			return err
		case !reach.City() && before.Agency != reach.Agency():
			return fault.New(fault.NotFound, "booking.no_counter")
		}
		c.TenantID, c.Managed = tenancy.Must(ctx), true
		for _, lang := range []i18n.Text{c.Name, c.Address} {
			if lang[i18n.EN] == "" {
				lang[i18n.EN] = lang[i18n.ID]
			}
		}
		c.Rules = slices.DeleteFunc(before.Rules, func(r Rule) bool { return r.EffectiveFrom >= rule.EffectiveFrom })
		c.Rules = append(c.Rules, rule)
		if err := writeCounter(ctx, tx, c, s.now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: kindOf(actor), Action: "booking.save_counter", Object: "counter",
			ObjectID: c.TenantID, At: s.now(), Detail: map[string]any{"counter": c.Code, "agency": c.Agency, "services": c.Services, "rule": map[string]any{
				"effective_from": rule.EffectiveFrom, "hours": rule.Hours, "slot_minutes": rule.SlotMinutes, "capacity": rule.Capacity,
				"day_quota": rule.DayQuota, "open_days": rule.OpenDays, "close_hours": rule.CloseHours, "no_show_limit": rule.NoShowLimit,
				"no_show_days": rule.NoShowDays}, "retired": c.RetiredAt != nil}})
	})
	if err != nil {
		return fmt.Errorf("booking: save counter: %w", err)
	}
	return nil
}
