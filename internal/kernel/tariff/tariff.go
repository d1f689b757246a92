// Package tariff is what a city charges by, as data: tables of amounts, each in force from a day on, with the regulation
// that set it and whether anybody has compared it with that.
//
// A form names the tables whose amounts its computations use; an application is charged by those in force on the day on
// which it is sent. Nothing here knows what the amounts are for.
package tariff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Table is one version of a tariff, in force from a day until the next version's.
type Table struct {
	bun.BaseModel `bun:"table:tariff,alias:t"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	Code          string    `bun:"code,pk"`
	EffectiveFrom string    `bun:"effective_from,pk,type:date"` // "2026-01-01"
	Name          i18n.Text `bun:"name,type:jsonb"`
	Unit          i18n.Text `bun:"unit,type:jsonb"` // what an amount counts, such as rupiah per m² a day
	Basis         string    `bun:"basis"`           // the regulation
	Source        string    `bun:"source"`          // where the amounts were read
	Verified      bool      `bun:"verified"`        // somebody has compared them with the regulation
	Rows          []Row     `bun:"rows,type:jsonb"`
	Own           bool      `bun:"own"` // written by the city itself: its pack leaves it alone
}

// Row is one amount. Its key is what an expression names.
type Row struct {
	Key    string    `json:"key" yaml:"key"`
	Label  i18n.Text `json:"label" yaml:"label"`
	Amount int64     `json:"amount" yaml:"amount"`
}

// InForce returns the versions of some tariffs of ctx's city that hold on day, read through db, in the order of their
// codes. One that has none is left out.
func InForce(ctx context.Context, db bun.IDB, codes []string, day time.Time) ([]Table, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	var all []Table
	err := db.NewSelect().Model(&all).DistinctOn("code").
		ColumnExpr(columns).
		Where("tenant_id = ? AND code IN (?) AND effective_from <= ?::date", tenancy.Must(ctx), bun.List(codes), day.Format(time.DateOnly)).
		OrderExpr("code, t.effective_from DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("tariff: %w", err)
	}
	return all, nil
}

// Known lists the codes of every tariff of ctx's city that some version is there of, in force or to come.
func Known(ctx context.Context, db bun.IDB) ([]string, error) {
	var codes []string
	err := db.NewRaw("SELECT DISTINCT code FROM tariff WHERE tenant_id = ? ORDER BY code LIMIT 1000", tenancy.Must(ctx)).Scan(ctx, &codes)
	if err != nil {
		return nil, fmt.Errorf("tariff: %w", err)
	}
	return codes, nil
}

// Rates are the amounts of tables, by code and key, as expressions name them.
func Rates(tables []Table) map[string]map[string]int64 {
	out := map[string]map[string]int64{}
	for _, t := range tables {
		out[t.Code] = map[string]int64{}
		for _, r := range t.Rows {
			out[t.Code][r.Key] = r.Amount
		}
	}
	return out
}
