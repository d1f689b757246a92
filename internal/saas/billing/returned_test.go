package billing_test

import (
	"testing"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// A city leaves for good in the middle of a year that it has paid: the month says what is given back and comes to nothing, no later
// month counts it, and what comes late is billed in full.
func TestWhatTheEndLeavesIsGivenBack(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Other
	b.subscribe(t, city, "tahunan", day(2026, 8, 1), billing.SubscribeInput{})
	b.now = day(2026, 9, 3)
	b.close(t, city, day(2026, 8, 1))
	if _, err := b.End(b.ctx, billing.EndInput{City: city, On: day(2026, 9, 30), As: billing.Cancelled, Reason: "Uji.", ActorKind: audit.System}); err != nil {
		t.Fatal(err)
	}
	b.now = day(2026, 11, 3)
	c := b.close(t, city, day(2026, 9, 1))
	last := c.Lines[len(c.Lines)-1]
	if c.Total != 0 || last.Kind != billing.Returned || last.Amount != 30_500_000 { // 305 of 365 days
		t.Errorf("the month of the end: %v with %+v", c.Total, last)
	}
	all, err := b.Returns(b.ctx)
	if err != nil || len(all) != 1 || all[0].City != city.ID || all[0].Amount != 30_500_000 || len(all[0].Of) != 1 || all[0].Of[0].Component != "setahun" {
		t.Fatalf("given back: %+v, %v", all, err)
	}
	if c := b.close(t, city, day(2026, 10, 1)); c.Total != 0 || len(c.Lines) != 0 {
		t.Errorf("the next month: %+v", c)
	}
	if sum, many := b.drafted(t, city); sum != 36_500_000 || many != 1 {
		t.Errorf("%d drafts of %v", many, sum)
	}
	if _, err := b.Returns(b.w.Ctx(b.w.Batam)); err == nil {
		t.Error("a city reads what others are given back")
	}
}

// A pause may end, so what it leaves is carried as long as anything is corrected, and is then given back.
func TestWhatAPauseLeavesIsGivenBackInTheEnd(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	city := b.w.Other
	b.subscribe(t, city, "tahunan", day(2026, 8, 1), billing.SubscribeInput{})
	b.now = day(2026, 9, 3)
	b.close(t, city, day(2026, 8, 1))
	if _, err := b.End(b.ctx, billing.EndInput{City: city, On: day(2026, 9, 30), As: billing.Paused, Reason: "Uji.", ActorKind: audit.System}); err != nil {
		t.Fatal(err)
	}
	b.now = day(2028, 1, 3)
	month := day(2026, 9, 1)
	for n := 0; ; n++ {
		c, err := b.Close(b.ctx, city, month)
		if err != nil || n > 24 {
			t.Fatalf("%s: %v", month.Format("2006-01"), err)
		}
		if c.Total == 0 {
			if n == 0 || c.Lines[len(c.Lines)-1].Kind != billing.Returned || c.Lines[len(c.Lines)-1].Amount != 30_500_000 {
				t.Errorf("after %d months: %+v", n, c.Lines)
			}
			break
		}
		if c.Total != -30_500_000 {
			t.Errorf("%s: %v", month.Format("2006-01"), c.Total)
		}
		month = month.AddDate(0, 1, 0)
	}
	if _, err := b.Close(b.ctx, city, month.AddDate(0, 1, 0)); err == nil {
		t.Error("a month after the last one is closed")
	}
}

// Which months are late is one read over all cities, and says of each what the city's own closing would begin with.
func TestLateMonths(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	b.load(t)
	cities := []tenancy.City{b.w.Batam, b.w.Other}
	b.subscribe(t, b.w.Batam, "uji", day(2026, 8, 1), billing.SubscribeInput{})
	b.subscribe(t, b.w.Other, "besar", day(2026, 9, 1), billing.SubscribeInput{})
	if late, err := b.Late(b.ctx, cities); err != nil || len(late) != 0 {
		t.Fatalf("before anything is due: %+v, %v", late, err)
	}
	b.now = day(2026, 11, 20)
	b.close(t, b.w.Batam, day(2026, 8, 1))
	late, err := b.Late(b.ctx, cities)
	if err != nil || len(late) != 2 || late[0].City.ID != b.w.Batam.ID || !late[0].Month.Equal(day(2026, 9, 1)) || late[1].City.ID != b.w.Other.ID || !late[1].Month.Equal(day(2026, 9, 1)) {
		t.Fatalf("%+v, %v", late, err)
	}
	for _, month := range []int{9, 10} {
		b.close(t, b.w.Batam, day(2026, 8, 1).AddDate(0, month-8, 0))
	}
	if late, err := b.Late(b.ctx, cities); err != nil || len(late) != 1 || late[0].City.ID != b.w.Other.ID {
		t.Errorf("closed meanwhile: %+v, %v", late, err)
	}
	if _, err := b.Late(b.w.Ctx(b.w.Batam), cities); err == nil {
		t.Error("a city reads the months of others")
	}
}
