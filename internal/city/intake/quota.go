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

// takeQuota counts an application against what its service takes in a day of the city. The row of the day cannot count
// above the quota, so that no number of simultaneous submissions exceeds it; one that is refused later gives its place
// back with the transaction.
func (s *Service) takeQuota(ctx context.Context, tx bun.IDB, o application.Offer) error {
	if o.DailyQuota == 0 {
		return nil
	}
	tenant, day := tenancy.Must(ctx), s.Local(ctx).Format(time.DateOnly)
	_, err := tx.NewRaw("INSERT INTO service_day (tenant_id, service_code, day, quota) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tenant, o.Service, day, o.DailyQuota).Exec(ctx)
	if err != nil {
		return fmt.Errorf("intake: quota: %w", err)
	}
	res, err := tx.NewRaw(`UPDATE service_day SET used = used + 1, quota = greatest(?0, used + 1)
		WHERE tenant_id = ?1 AND service_code = ?2 AND day = ?3 AND used < ?0`, o.DailyQuota, tenant, o.Service, day).Exec(ctx)
	if err != nil {
		return fmt.Errorf("intake: quota: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return s.refuseQuota(ctx, o)
}

// quotaLeft tells before the first question what takeQuota would refuse after the last.
func (s *Service) quotaLeft(ctx context.Context, db bun.IDB, o application.Offer) error {
	if o.DailyQuota == 0 {
		return nil
	}
	var used []int
	err := db.NewRaw("SELECT used FROM service_day WHERE tenant_id = ? AND service_code = ? AND day = ?",
		tenancy.Must(ctx), o.Service, s.Local(ctx).Format(time.DateOnly)).Scan(ctx, &used)
	if err != nil {
		return fmt.Errorf("intake: quota: %w", err)
	}
	if len(used) > 0 && used[0] >= o.DailyQuota {
		return s.refuseQuota(ctx, o)
	}
	return nil
}

// refuseQuota says when the service takes applications again: with the city's next day.
func (s *Service) refuseQuota(ctx context.Context, o application.Offer) error {
	now := s.Local(ctx)
	opens := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location())
	return fault.New(fault.Conflict, "application.quota", "n", o.DailyQuota, "when", i18n.From(ctx).DateTime(opens))
}
