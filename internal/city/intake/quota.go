package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// span is a day or a month of the city in which a service takes so many applications. from is its first day and opens the
// first moment of the next.
type span struct {
	table, column string
	most          int
	from          string
	opens         time.Time
	refusal       string
}

// quotas are the spans that count an application to a service now, the shorter one first, which is the order of the locks.
func (s *Service) quotas(ctx context.Context, o application.Offer) []span {
	var out []span
	now := s.Local(ctx)
	first := func(month time.Month, day int) time.Time {
		return time.Date(now.Year(), month, day, 0, 0, 0, 0, now.Location())
	}
	if o.DailyQuota > 0 {
		out = append(out, span{"service_day", "day", o.DailyQuota, now.Format(time.DateOnly), first(now.Month(), now.Day()+1), "application.quota"})
	}
	if o.MonthlyQuota > 0 {
		out = append(out, span{"service_month", "month", o.MonthlyQuota, first(now.Month(), 1).Format(time.DateOnly), first(now.Month()+1, 1), "application.quota_month"})
	}
	return out
}

// takeQuota counts an application against what its service takes in a day and in a month of the city. The row of the span
// cannot count above the quota, so that no number of simultaneous submissions exceeds it; one that is refused later gives
// its place back with the transaction. A quota that is set in the midst of a span counts from then on.
func (s *Service) takeQuota(ctx context.Context, tx bun.IDB, o application.Offer) error {
	tenant := tenancy.Must(ctx)
	for _, q := range s.quotas(ctx, o) {
		_, err := tx.NewRaw("INSERT INTO ? (tenant_id, service_code, ?, quota) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			bun.Ident(q.table), bun.Ident(q.column), tenant, o.Service, q.from, q.most).Exec(ctx)
		if err != nil {
			return fmt.Errorf("intake: quota: %w", err)
		}
		res, err := tx.NewRaw(`UPDATE ?4 SET used = used + 1, quota = greatest(?0, used + 1)
			WHERE tenant_id = ?1 AND service_code = ?2 AND ?5 = ?3 AND used < ?0`, q.most, tenant, o.Service, q.from, bun.Ident(q.table), bun.Ident(q.column)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("intake: quota: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return fmt.Errorf("intake: quota: %w", err)
		}
		if n == 0 {
			return q.refuse(ctx)
		}
	}
	return nil
}

// quotaLeft tells before the first question what takeQuota would refuse after the last.
func (s *Service) quotaLeft(ctx context.Context, db bun.IDB, o application.Offer) error {
	for _, q := range s.quotas(ctx, o) {
		var used []int
		err := db.NewRaw("SELECT used FROM ? WHERE tenant_id = ? AND service_code = ? AND ? = ?",
			bun.Ident(q.table), tenancy.Must(ctx), o.Service, bun.Ident(q.column), q.from).Scan(ctx, &used)
		if err != nil {
			return fmt.Errorf("intake: quota: %w", err)
		}
		if len(used) > 0 && used[0] >= q.most {
			return q.refuse(ctx)
		}
	}
	return nil
}

// refuse says when the service takes applications again: with the city's next day, or its next month.
func (q span) refuse(ctx context.Context) error {
	return fault.New(fault.Conflict, q.refusal, "n", q.most, "when", i18n.From(ctx).DateTime(q.opens))
}
