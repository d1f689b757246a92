package ductbill

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
)

// TestACompanyIsToldAndRemindedOnce: an invoice of ducts is told to each who is of its company, and climbs the seller's ladder, each rung
// once whatever runs twice; letters that are held back wait, and what is paid is said nothing of.
func TestACompanyIsToldAndRemindedOnce(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	serat, misal := y.company("PT Serat", 2), y.company("PT Misal", 1)
	i := y.issue(serat, 6_000_000)
	y.issue(misal, 1_000_000)
	lone := y.company("PT Tanpa Orang", 0)
	y.issue(lone, 1_000_000)
	if all, err := y.Unreached(y.ctx, y.bima); err != nil || len(all) != 1 || all[0].OperatorID != lone {
		t.Errorf("of whom nobody can be told: %+v, %v", all, err)
	}
	letters := func(template string) int {
		return y.count("SELECT count(*) FROM message WHERE tenant_id = ? AND template = ? AND data->>'number' = ?", y.w.Batam.ID, template, i.Number)
	}
	for range 2 {
		y.must(y.tell(y.ctx, i.ID))
	}
	told, err := y.Told(y.ctx, y.bima, i.ID)
	if err != nil || len(told) != 2 || letters("duct_bill_issued") != 2 {
		t.Errorf("%d were told by %d letters: %v", len(told), letters("duct_bill_issued"), err)
	}
	climb := func(days int) string {
		t.Helper()
		y.at = i.DueOn.AddDate(0, 0, days).Add(3 * time.Hour)
		for range 2 {
			y.tx(func(ctx context.Context, tx bun.Tx) error { return y.remindDue(ctx, tx, y.at) })
		}
		var rungs []int
		y.must(y.w.DB.App.NewRaw("SELECT days FROM invoice_reminder WHERE tenant_id = ? AND invoice_id = ? AND say <> '' ORDER BY days", y.w.Batam.ID, i.ID).Scan(y.ctx, &rungs))
		for _, r := range rungs {
			for range 2 {
				y.must(y.remind(y.ctx, remindArgs{i.ID, r}))
			}
		}
		return fmt.Sprint(rungs)
	}
	for _, tt := range []struct {
		days          int
		said          string
		soon, overdue int
	}{{-8, "[]", 0, 0}, {-7, "[-7]", 2, 0}, {0, "[-7]", 2, 0}, {1, "[-7 1]", 2, 2}, {40, "[-7 1 30]", 2, 4}} {
		if got := climb(tt.days); got != tt.said || letters("duct_bill_due_soon") != tt.soon || letters("duct_bill_overdue") != tt.overdue {
			t.Errorf("%d days after it was due: %s, %d and %d letters; want %s, %d and %d", tt.days, got, letters("duct_bill_due_soon"), letters("duct_bill_overdue"), tt.said, tt.soon, tt.overdue)
		}
	}
	y.must(y.HoldLetters(y.ctx, y.bima, arrears.HoldInput{Invoice: i.ID, Until: i.DueOn.AddDate(0, 0, 70), Reason: "Sengketa panjang ruas"}))
	if got := climb(65); got != "[-7 1 30]" {
		t.Errorf("held back, and said: %s", got)
	}
	y.must(y.ReleaseLetters(y.ctx, y.bima, i.ID))
	if err := y.ReleaseLetters(y.ctx, y.bima, i.ID); !fault.Is(err, "arrears.not_held") {
		t.Errorf("released twice: %v", err)
	}
	if err := y.HoldLetters(y.ctx, y.staff("duct_manager"), arrears.HoldInput{Invoice: i.ID, Until: y.at, Reason: "x"}); !fault.Is(err, "access.denied") {
		t.Errorf("who lets ducts holds letters back: %v", err)
	}
	if got := climb(65); got != "[-7 1 30 60]" || letters("duct_bill_overdue") != 6 {
		t.Errorf("released: %s, %d letters", got, letters("duct_bill_overdue"))
	}
	_, err = y.Receive(y.ctx, y.bima, invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: "TRF-1", Amount: i.Total, On: y.at})
	y.must(err)
	if got := climb(95); got != "[-7 1 30 60]" {
		t.Errorf("paid, and reminded of: %s", got)
	}
	late := y.issue(serat, 100_000)
	y.at = y.at.AddDate(0, 0, newsDays+2)
	y.must(y.tell(y.ctx, late.ID))
	if told, err := y.Told(y.ctx, y.bima, late.ID); err != nil || len(told) != 0 {
		t.Errorf("%d are told what is no news: %v", len(told), err)
	}
}

// TestDraftsArePartedBetweenLeases: what does not fit on one draft goes on the next, and no lease is on two.
func TestDraftsArePartedBetweenLeases(t *testing.T) {
	t.Parallel()
	lines := func(n int) part { return part{charges: make([]invoice.Charge, n), amount: money.Rupiah(n)} }
	for name, tt := range map[string]struct {
		parts []int
		want  string
	}{
		"none":              {nil, "[]"},
		"all on one":        {[]int{100, 300}, "[[100 300]]"},
		"one too many":      {[]int{100, 300, 1}, "[[100 300] [1]]"},
		"not cut":           {[]int{399, 2, 398}, "[[399] [2 398]]"},
		"larger than a one": {[]int{1, 450, 1}, "[[1] [450] [1]]"},
	} {
		var o owed
		for _, n := range tt.parts {
			o.parts = append(o.parts, lines(n))
		}
		got := [][]int{}
		for _, d := range o.drafts() {
			var sizes []int
			for _, p := range d {
				sizes = append(sizes, len(p.charges))
			}
			got = append(got, sizes)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
}
