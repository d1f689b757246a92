package billing

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/money"
)

// couponRow is a coupon of the price list. It says until when it can be given, and for how many months it then holds.
type couponRow struct {
	bun.BaseModel `bun:"table:coupon,alias:c"`

	Code    string       `bun:"code,pk"`
	Percent int64        `bun:"percent"`
	Amount  money.Rupiah `bun:"amount"`
	Months  int          `bun:"months"` // 0: as long as the subscription
	Only    []string     `bun:"components,array"`
}

// findCoupon reads a coupon that can be given on a day, as it then holds, and whether there is one.
func findCoupon(ctx context.Context, db bun.IDB, code string, day time.Time) (Coupon, bool, error) {
	var row couponRow
	on := day.Format(time.DateOnly)
	err := db.NewSelect().Model(&row).Where("code = ? AND given_from <= ? AND (given_until IS NULL OR given_until > ?)", code, on, on).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Coupon{}, false, nil
	}
	c := Coupon{Code: row.Code, Percent: row.Percent, Amount: row.Amount, From: day, Only: row.Only}
	if row.Months > 0 {
		c.Until = monthsLater(day, row.Months)
	}
	return c, err == nil, err
}
