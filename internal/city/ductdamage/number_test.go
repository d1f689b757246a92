package ductdamage

import (
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/tenancy"
)

// TestTheYearOfANumberIsTheCitys: at half past eleven of the last evening of the year in UTC it is next year in Batam.
func TestTheYearOfANumberIsTheCitys(t *testing.T) {
	t.Parallel()
	ctx := tenancy.With(t.Context(), tenancy.City{Timezone: "Asia/Jakarta"})
	s := New(Deps{})
	if got := newNumber(s.day(ctx, time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC))); !strings.HasPrefix(got, "RSK-27-") {
		t.Errorf("got %s", got)
	}
	if got := newNumber(s.day(ctx, time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC))); !strings.HasPrefix(got, "RSK-26-") {
		t.Errorf("got %s", got)
	}
}
