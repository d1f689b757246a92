package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
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
func findCoupon(ctx context.Context, db bun.IDB, code string, day time.Time) (rating.Coupon, bool, error) {
	var row couponRow
	on := day.Format(time.DateOnly)
	err := db.NewSelect().Model(&row).Where("code = ? AND given_from <= ? AND (given_until IS NULL OR given_until > ?)", code, on, on).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return rating.Coupon{}, false, nil
	}
	c := rating.Coupon{Code: row.Code, Percent: row.Percent, Amount: row.Amount, From: day, Only: row.Only}
	if row.Months > 0 {
		c.Until = rating.MonthsLater(day, row.Months)
	}
	return c, err == nil, err
}

// GivenCoupon is a coupon of the price list as it can be given.
type GivenCoupon struct {
	bun.BaseModel `bun:"table:coupon,alias:c"`

	Code       string       `bun:"code,pk"`
	Percent    int64        `bun:"percent"`
	Amount     money.Rupiah `bun:"amount"` // a month, where Percent is zero
	Months     int          `bun:"months"` // for which it holds; 0 is as long as the subscription
	Only       []string     `bun:"components,array"`
	GivenFrom  time.Time    `bun:"given_from"`
	GivenUntil time.Time    `bun:"given_until,nullzero"` // the first day it is no longer given
	Note       string       `bun:"note"`                 // why there is one
	CreatedAt  time.Time    `bun:"created_at"`
	Used       int          `bun:"used,scanonly"` // subscriptions that have it
}

// Coupons lists the coupons, the latest first, 200 at most. The edge has checked who asks.
func (s *Service) Coupons(ctx context.Context) ([]GivenCoupon, error) {
	var all []GivenCoupon
	err := s.db.Platform.NewSelect().Model(&all).ColumnExpr("c.code, c.percent, c.amount, c.months, c.components, c.given_from, c.given_until, c.note, c.created_at").
		ColumnExpr("(SELECT count(*) FROM subscription s WHERE s.withdrawn_at IS NULL AND s.coupon->>'code' = c.code) AS used").
		Order("c.created_at DESC", "c.code").Limit(200).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("billing: coupons: %w", err)
	}
	return all, nil
}

var couponCode = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

// check refuses what no coupon can be, by the names of a form.
func (c GivenCoupon) check(today time.Time) error {
	var bad []fault.Field
	refuse := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	if !couponCode.MatchString(c.Code) || len(c.Code) > 40 {
		refuse("code", "coupon_code")
	}
	if c.Percent < 0 || c.Percent > 100 || c.Amount < 0 || (c.Percent > 0) == (c.Amount > 0) {
		refuse("percent", "coupon_worth")
	}
	if c.Months < 0 || c.Months > 120 {
		refuse("months", "coupon_months")
	}
	if rating.DateOf(c.GivenFrom).Before(today) {
		refuse("given_from", "plan_past")
	}
	if !c.GivenUntil.IsZero() && !c.GivenUntil.After(c.GivenFrom) {
		refuse("given_until", "coupon_until")
	}
	if n := utf8.RuneCountInString(c.Note); n == 0 {
		refuse("note", "required")
	} else if n > reasonMost {
		refuse("note", "too_long", "max", reasonMost)
	}
	return fault.Fields(bad)
}
