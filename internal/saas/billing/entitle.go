package billing

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Entitlements are what a version of a plan allows: its feature switches, and its limits by meter or tenancy.LimitStaff.
type Entitlements struct {
	Modules []string                 `json:"modules"`
	Limits  map[string]tenancy.Limit `json:"limits"`
}

// Everything reports whether a version says nothing of what it allows, and so allows everything.
func (e Entitlements) Everything() bool { return e.Modules == nil && e.Limits == nil }

// Modules are the feature switches that a version can have.
func Modules() []string { return []string{tenancy.ModuleApps, tenancy.ModuleDuct} }

// graceMost bounds for how long a soft limit may be passed, in days.
const graceMost = 366

// check refuses what no version can allow, by its place: "limits.staff.most". Known are the codes of meters.
func (e Entitlements) check(known rating.Quantities) (bad []fault.Field) {
	for _, m := range e.Modules {
		if !slices.Contains(Modules(), m) {
			bad = append(bad, fault.Field{Name: "modules", Code: "not_an_option"})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(e.Limits)) {
		l := e.Limits[code]
		refuse := func(field, why string, args ...any) {
			bad = append(bad, fault.Field{Name: "limits." + code + "." + field, Code: why, Args: args})
		}
		if _, ok := known[code]; !ok && code != tenancy.LimitStaff {
			refuse("code", "not_an_option")
		}
		if l.Most < 1 {
			refuse("most", "amount_positive")
		}
		if l.GraceDays < 0 || l.GraceDays > graceMost {
			refuse("grace_days", "limit_grace", "max", graceMost)
		}
		if l.Name.Empty() {
			refuse("name", "required")
		}
	}
	return bad
}

// CheckLimit refuses a limit that no version can have, by the names of its own form.
func (s *Service) CheckLimit(ctx context.Context, code string, l tenancy.Limit) error {
	known, err := noUsage(tenancy.Platform(ctx), s.db.App)
	if err != nil {
		return err
	}
	bad := Entitlements{Limits: map[string]tenancy.Limit{code: l}}.check(known)
	for i := range bad {
		bad[i].Name = strings.TrimPrefix(bad[i].Name, "limits."+code+".")
	}
	return fault.Fields(bad)
}

// levels are the shares of a limit, in percent, of which a city and the platform are told once a month each.
func levels() []int64 { return []int64{120, 100, 80} }

type alertArgs struct {
	City  string `json:"city"`
	Month string `json:"month"`
	Code  string `json:"code"`
	Level int    `json:"level"`
}

func alertKind() jobs.Kind[alertArgs] {
	return jobs.Kind[alertArgs]{Name: "billing.alert.v1", MaxRetry: 8, Timeout: time.Minute, Closed: true}
}

const entitleEvery = 10 * time.Minute

// PathUsage is where a city's administrators see its usage, and PathCities where the platform's staff see all.
const (
	PathUsage  = "/kelola/pemakaian"
	PathCities = "/bumd"
)

// entitleArgs are of the job's own city.
type entitleArgs struct{}

func entitleKind() jobs.Kind[entitleArgs] {
	return jobs.Kind[entitleArgs]{Name: "billing.allow.v1", MaxRetry: 8, Timeout: time.Minute, Closed: true}
}

// Entitle puts on city's record what it may do as of now. Whatever changes a subscription has it done by a job that commits with the change,
// and the planned run does it every ten minutes; whoever calls it so that the next page shows it need not care whether it failed. Nobody
// works any more in a city that is closed: its record stays as it is.
func (s *Service) Entitle(ctx context.Context, city tenancy.City) error {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil || city.Status == tenancy.StatusClosed {
		return err
	}
	used, err := s.taken(ctx, city, s.now())
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error { return s.entitle(ctx, tx, used, s.now()) })
}

// entitleDue is Entitle as a planned run.
func (s *Service) entitleDue(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	used, err := s.taken(ctx, city, at)
	if err != nil {
		return err
	}
	return s.entitle(ctx, tx, used, at)
}

// taken is what a city has used in the running month, and from when what it owes holds its staff back.
type taken struct {
	month   rating.Period
	used    map[string]int64
	arrears time.Time
}

// taken is read on connections of its own, so outside a transaction where one is opened for it.
func (s *Service) taken(ctx context.Context, city tenancy.City, at time.Time) (taken, error) {
	t := taken{month: rating.MonthOf(at.In(city.Location()))}
	var err error
	if t.arrears, err = s.arrearsFrom(ctx, city); err != nil {
		return t, err
	}
	from, to := t.month.Window(city.Location())
	t.used, err = s.usage.Quantities(ctx, city, from, to)
	return t, err
}

// entitle writes what ctx's city may do today on its record, with what it has used of it, and tells of what is nearly or quite
// used up. Without a subscription that holds today the last one's plan stays: an end stops what is added by its limits.
func (s *Service) entitle(ctx context.Context, tx bun.Tx, read taken, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	plan, modules, err := s.allowed(ctx, tx, city)
	if err != nil || plan.Code == "" {
		return err
	}
	plan.ArrearsFrom = read.arrears
	if err := s.measure(ctx, tx, city, read.used, plan, at); err != nil {
		return err
	}
	text, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	_, err = s.db.Platform.NewRaw("UPDATE tenant SET plan = ?::jsonb, modules = ARRAY(SELECT jsonb_array_elements_text(?::jsonb)) WHERE id = ? AND (plan <> ?::jsonb OR modules <> ARRAY(SELECT jsonb_array_elements_text(?::jsonb)))",
		string(text), modules, city.ID, string(text), modules).Exec(tenancy.Platform(ctx))
	if err != nil {
		return fmt.Errorf("billing: entitle: %w", err)
	}
	for code, l := range plan.Limits {
		if err := s.alert(ctx, tx, city, read.month, code, l, at); err != nil {
			return err
		}
	}
	return nil
}

// allowed is what the subscription that holds today, or else the last, entitles to; modules is an array of JSON.
func (s *Service) allowed(ctx context.Context, tx bun.IDB, city tenancy.City) (plan tenancy.Plan, modules string, err error) {
	var rows []struct {
		Plan         string
		Entitlements json.RawMessage
	}
	err = tx.NewRaw(`SELECT s.plan, v.entitlements FROM subscription s JOIN plan_version v ON v.plan = s.plan AND v.version = s.version
		WHERE s.tenant_id = ? AND s.withdrawn_at IS NULL AND s.starts_on <= ? ORDER BY s.starts_on DESC LIMIT 1`, city.ID, s.today(city).Format(time.DateOnly)).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return plan, "[]", err
	}
	var e Entitlements
	if err := json.Unmarshal(rows[0].Entitlements, &e); err != nil {
		return plan, "[]", fmt.Errorf("billing: entitlements of plan %s: %w", rows[0].Plan, err)
	}
	if e.Everything() {
		return plan, "[]", nil // a version from before there were any allows everything
	}
	list, err := json.Marshal(append([]string{}, e.Modules...))
	return tenancy.Plan{Code: rows[0].Plan, Limits: e.Limits}, string(list), err
}

// arrearsFrom is since when, or from when, an invoice that is not paid stops what the city's staff add: what was announced to it.
func (s *Service) arrearsFrom(ctx context.Context, city tenancy.City) (time.Time, error) {
	platform, err := s.platform(ctx)
	if err != nil {
		return time.Time{}, err
	}
	day, err := arrears.LimitsFrom(tenancy.With(ctx, platform), s.db.App, city.ID)
	if day.IsZero() || err != nil {
		return time.Time{}, err
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, platform.Location()).UTC(), nil
}

// measure fills in what is used of each limit, and since when one is passed.
func (s *Service) measure(ctx context.Context, tx bun.IDB, city tenancy.City, used map[string]int64, plan tenancy.Plan, at time.Time) error {
	staff, err := identity.CountStaff(ctx, tx)
	if err != nil {
		return err
	}
	used[tenancy.LimitStaff] = int64(staff)
	for code, l := range plan.Limits {
		n, ok := used[code]
		if !ok {
			return fmt.Errorf("billing: plan %s limits %q, which nothing counts", plan.Code, code)
		}
		if l.Used = n; n > l.Most {
			if l.Over = city.Plan.Limits[code].Over; l.Over.IsZero() {
				l.Over = at.UTC()
			}
		}
		plan.Limits[code] = l
	}
	return nil
}

// alert tells of the highest level that a limit has reached this month, where that was not told yet.
func (s *Service) alert(ctx context.Context, tx bun.Tx, city tenancy.City, month rating.Period, code string, l tenancy.Limit, at time.Time) error {
	reached, err := untold(levels(), func(level int64) bool { return l.Used*100 >= l.Most*level }, func(level int64) (sql.Result, error) {
		return tx.NewRaw("INSERT INTO plan_alert (tenant_id, month, code, level, used, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			city.ID, month.First().Format(time.DateOnly), code, level, l.Used, at.UTC()).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("billing: alert: %w", err)
	}
	if reached == 0 {
		return nil
	}
	level := int(reached)
	admins, err := identity.Holders(ctx, tx, "city_admin", "")
	if err != nil {
		return err
	}
	data := alertData(city, month, l, level, PathUsage)
	for _, to := range admins {
		key := "plan_limit:" + data["month"] + ":" + code + ":" + strconv.Itoa(level) + ":" + to.String()
		if err := s.mail.Send(ctx, tx, notify.Message{To: to, Template: "plan_limit", Locale: i18n.ID, Data: data, Key: key}); err != nil {
			return err
		}
	}
	return jobs.Add(ctx, tx, alertKind(), alertArgs{City: city.ID.String(), Month: month.First().Format("2006-01"), Code: code, Level: level})
}

func alertData(city tenancy.City, month rating.Period, l tenancy.Limit, level int, path string) map[string]string {
	name := l.Name.In(i18n.ID)
	return map[string]string{"where": city.Name, "month": i18n.ID.Month(month.First()), "limit": name, "used": i18n.ID.Number(l.Used), "most": i18n.ID.Number(l.Most),
		"level": strconv.Itoa(level), "path": path}
}

// alertPlatform tells the platform's staff what its city was told; the letter is of the platform's tenant.
func (s *Service) alertPlatform(ctx context.Context, _ uuid.UUID, a alertArgs) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	month, err := time.Parse("2006-01", a.Month)
	if err != nil {
		return err
	}
	platform, err := s.platform(ctx)
	if err != nil {
		return err
	}
	l, ok := city.Plan.Limits[a.Code]
	if !ok || city.Status == tenancy.StatusClosed {
		return nil // the city has moved to another plan, or holds nothing any more
	}
	return tenancy.InTx(tenancy.With(ctx, platform), s.db.App, func(ctx context.Context, tx bun.Tx) error {
		people := map[uuid.UUID]bool{}
		for _, role := range []string{"bumd", "bumd_admin", "bumd_finance"} {
			ids, err := identity.Holders(ctx, tx, role, "")
			if err != nil {
				return err
			}
			for _, id := range ids {
				people[id] = true
			}
		}
		data := alertData(city, rating.MonthOf(month), l, a.Level, PathCities)
		for _, to := range slices.SortedFunc(maps.Keys(people), func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) }) {
			key := fmt.Sprintf("plan_limit:%s:%s:%s:%d:%s", a.City, a.Month, a.Code, a.Level, to)
			if err := s.mail.Send(ctx, tx, notify.Message{To: to, Template: "plan_limit", Locale: i18n.ID, Data: data, Key: key}); err != nil {
				return err
			}
		}
		return nil
	})
}
