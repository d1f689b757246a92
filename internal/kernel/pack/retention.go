package pack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

const retentionName = "retention.yaml"

// Personal data whose days a city sets. Each is counted from when its purpose is over.
const (
	KeptCrews    = "duct_crews"    // who opens a manhole: after the last day of the access
	KeptContacts = "duct_contacts" // whom to speak to about works in the road: after nobody answers for the road any more
	KeptReports  = "duct_reports"  // what somebody said of a damage, and where: after it was closed or dismissed
	KeptDebtors  = "duct_debtors"  // who answers for a damage without being an operator: after it was closed and nothing charged for it is open
)

// retention is how long a city keeps some personal data, from a day on.
type retention struct {
	bun.BaseModel `bun:"table:retention,alias:rt" yaml:"-"`

	TenantID uuid.UUID `bun:"tenant_id,pk" yaml:"-"`
	Data     string    `bun:"data,pk" yaml:"data"`
	From     string    `bun:"effective_from,pk,type:date" yaml:"effective_from"`
	Days     int       `bun:"days" yaml:"days"`
	Basis    string    `bun:"basis" yaml:"basis"`
	Source   string    `bun:"source" yaml:"source"`
	Verified bool      `bun:"verified" yaml:"verified"`
}

func retentionSection() Section {
	return ListSection("retention", retentionName, func(r retention) string { return r.Data + " " + r.From }, func(c *Check, at string, r retention) {
		c.OneOf(at+".data", r.Data, KeptCrews, KeptContacts, KeptReports, KeptDebtors)
		if _, err := time.Parse(time.DateOnly, r.From); err != nil {
			c.Add(at+".effective_from", "bad_form", "value", r.From, "example", "2026-01-01")
		}
		if r.Days < 1 || r.Days > 36500 {
			c.Add(at+".days", "not_between", "value", r.Days, "low", 1, "high", 36500)
		}
		c.Required(at+".basis", r.Basis)
		c.Required(at+".source", r.Source)
	}, func(ctx context.Context, tx bun.Tx, all []retention) error {
		tenant := tenancy.Must(ctx)
		if _, err := tx.NewDelete().Model((*retention)(nil)).Where("tenant_id = ?", tenant).Exec(ctx); err != nil || len(all) == 0 {
			return err
		}
		for i := range all {
			all[i].TenantID = tenant
		}
		_, err := tx.NewInsert().Model(&all).Exec(ctx)
		return err
	})
}

// KeptBefore is the first day for which ctx's city still keeps some personal data on a day: what was over earlier is to be erased.
// False where the city has not said, so that nothing is erased that nobody has decided about.
func KeptBefore(ctx context.Context, db bun.IDB, data string, day time.Time) (time.Time, bool, error) {
	var days int
	err := db.NewSelect().Model((*retention)(nil)).Column("days").Where("rt.tenant_id = ? AND rt.data = ? AND rt.effective_from <= ?", tenancy.Must(ctx), data, day.Format(time.DateOnly)).
		OrderExpr("rt.effective_from DESC").Limit(1).Scan(ctx, &days)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("pack: retention: %w", err)
	}
	return day.AddDate(0, 0, -days), true, nil
}
