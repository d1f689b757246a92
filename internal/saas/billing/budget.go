package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Budget is what a city means to spend on its subscription in a month, before tax, from a month on. It holds nothing back: its
// people are told when what was used, or what the month is foretold to come to, nears it.
type Budget struct {
	bun.BaseModel `bun:"table:billing_budget,alias:b"`

	TenantID  tenancy.ID   `bun:"tenant_id,pk"`
	ID        uuid.UUID    `bun:"id,pk"`
	FromMonth time.Time    `bun:"from_month"` // its first day
	Amount    money.Rupiah `bun:"amount"`     // zero is none
	MadeAt    time.Time    `bun:"made_at"`
	MadeBy    uuid.UUID    `bun:"made_by"`
}

// Share is an amount in percent of the budget, rounded down.
func (b Budget) Share(amount money.Rupiah) int64 {
	if b.Amount <= 0 || amount <= 0 {
		return 0
	}
	return int64(amount/b.Amount)*100 + int64(amount%b.Amount)*100/int64(b.Amount)
}

// budgetMost bounds a budget, so that shares of it can be worked out.
const budgetMost money.Rupiah = 1_000_000_000_000

// budgetLevels are the shares of a budget, in percent, of which a city is told once a month each.
func budgetLevels() []int64 { return []int64{100, 80} }

// BudgetOf is the budget of city in a month, with a zero Amount when there is none. Callers are those of Estimate.
func (s *Service) BudgetOf(ctx context.Context, city tenancy.City, month time.Time) (Budget, error) {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return Budget{}, err
	}
	return s.budget(ctx, s.db.App, month)
}

func (s *Service) budget(ctx context.Context, db bun.IDB, month time.Time) (Budget, error) {
	var b Budget
	err := db.NewSelect().Model(&b).Where("tenant_id = ? AND from_month <= ?", tenancy.Must(ctx), rating.MonthOf(month).First().Format(time.DateOnly)).
		Order("from_month DESC", "id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Budget{}, nil
	}
	return b, err
}

// SetBudget says what city means to spend in this month and each one after it; zero is no budget any more. The edge has checked who
// may. It refuses Invalid "amount" for one below zero or above a trillion.
func (s *Service) SetBudget(ctx context.Context, actor identity.Actor, city tenancy.City, amount money.Rupiah) error {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return err
	}
	switch {
	case amount < 0:
		return fault.Fields([]fault.Field{{Name: "amount", Code: "amount_negative"}})
	case amount > budgetMost:
		return fault.Fields([]fault.Field{{Name: "amount", Code: "amount_range"}})
	}
	b := Budget{TenantID: city.ID, FromMonth: rating.MonthOf(s.today(city)).First(), Amount: amount, MadeAt: s.stamp(), MadeBy: actor.ID}
	if b.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return fmt.Errorf("billing: budget: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "subscription.budget", Object: "subscription", ObjectID: b.ID, At: b.MadeAt,
			Detail: map[string]any{"from": b.FromMonth.Format("2006-01"), "amount": int64(amount)}})
	})
}

// budgetEvery is how often budgets are looked at.
const budgetEvery = time.Hour

// WatchBudget tells what there is to tell of city's budget as of now; the planned run does so every hour.
func (s *Service) WatchBudget(ctx context.Context, city tenancy.City) error {
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error { return s.watchBudget(ctx, tx, s.now()) })
}

// watchBudget tells of ctx's city what of its budget is used in this month, and what the month is foretold to come to.
func (s *Service) watchBudget(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	month := at.In(city.Location())
	b, err := s.budget(ctx, tx, month)
	if err != nil || b.Amount == 0 {
		return err
	}
	used, err := s.Estimate(ctx, city, month)
	if fault.Is(err, "billing.no_subscription") {
		return nil
	}
	if err != nil {
		return err
	}
	foretold, err := s.Forecast(ctx, city, month)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		what   string
		amount money.Rupiah
	}{{"used", used.Total}, {"forecast", foretold}} {
		if err := s.tellBudget(ctx, tx, city, rating.MonthOf(month), b, x.what, x.amount, at); err != nil {
			return err
		}
	}
	return nil
}

// tellBudget tells the administrators and the treasurers of the highest level that an amount has reached, where that was not told in
// this month.
func (s *Service) tellBudget(ctx context.Context, tx bun.Tx, city tenancy.City, month rating.Period, b Budget, what string, amount money.Rupiah, at time.Time) error {
	level, err := untold(budgetLevels(), func(level int64) bool { return b.Share(amount) >= level }, func(level int64) (sql.Result, error) {
		return tx.NewRaw("INSERT INTO budget_alert (tenant_id, month, what, level, amount, budget, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			city.ID, month.First().Format(time.DateOnly), what, level, amount, b.Amount, at.UTC()).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("billing: budget: %w", err)
	}
	if level == 0 {
		return nil
	}
	people, err := budgetReaders(ctx, tx)
	if err != nil {
		return err
	}
	data := map[string]string{"where": city.Name, "month": i18n.ID.Month(month.First()), "amount": amount.String(), "budget": b.Amount.String(), "level": strconv.FormatInt(level, 10), "path": PathBudget}
	for _, to := range people {
		m := notify.Message{To: to, Template: "budget_" + what, Locale: i18n.ID, Data: data, Key: fmt.Sprintf("budget:%s:%s:%d:%s", month.First().Format("2006-01"), what, level, to)}
		if err := s.mail.Send(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// untold is the highest level that is reached and was not told: zero when there is none. Keep keeps that a level is told, or
// affects no row when it was; those below it count as told with it.
func untold(levels []int64, reached func(level int64) bool, keep func(level int64) (sql.Result, error)) (tell int64, err error) {
	for _, level := range levels { // the highest first
		if !reached(level) {
			continue
		}
		res, err := keep(level)
		if err != nil {
			return tell, err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return tell, err
		}
		tell = max(tell, level)
	}
	return tell, nil
}

// PathBudget is where a city's people see and set its budget.
const PathBudget = "/kelola/tagihan"

// budgetReaders are the administrators and the treasurers of ctx's city, each once.
func budgetReaders(ctx context.Context, tx bun.Tx) ([]uuid.UUID, error) {
	var all []uuid.UUID
	for _, role := range []string{"city_admin", "treasurer"} {
		ids, err := identity.Holders(ctx, tx, role, "")
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	slices.SortFunc(all, func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) })
	return slices.Compact(all), nil
}
