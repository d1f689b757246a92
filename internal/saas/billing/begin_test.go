package billing_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
)

// A subscription that begins in the past is billed from its first day, or refused: months that are neither closed nor corrected any more
// would never be paid. That it is there already is no refusal, however long ago it began.
func TestWhatBeginsInThePastIsBilledOrRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says     int
		earliest time.Time
		months   int
	}{{12, day(2027, 11, 1), 12}, {3, day(2028, 8, 1), 3}} {
		t.Run(fmt.Sprint(tt.says), func(t *testing.T) {
			t.Parallel()
			b := openBooks(t)
			b.loadSaying(t, func(s *invoice.Seller) { s.CorrectMonths = tt.says })
			b.now = day(2028, 11, 20)
			start := func(city tenancy.City, on time.Time) error {
				_, err := b.Subscribe(b.ctx, billing.SubscribeInput{City: city, Plan: "besar", StartsOn: on, ActorKind: audit.System})
				return err
			}
			err := start(b.w.Batam, tt.earliest.AddDate(0, 0, -1))
			if f := fault.From(err); !fault.Is(err, "billing.too_early") || i18n.ID.T("fault."+f.Code, f.Args...) != "Pilih "+i18n.ID.Date(tt.earliest)+" atau sesudahnya; bulan sebelum itu tidak ditagih lagi." {
				t.Errorf("a day too early: %v", err)
			}
			// One city has no month yet; of the other each was closed with nothing in it, since it left long ago.
			if err := start(b.w.Batam, tt.earliest); err != nil {
				t.Fatal(err)
			}
			b.now = tt.earliest.AddDate(0, -tt.says, 0)
			if err := start(b.w.Other, b.now); err != nil {
				t.Fatal(err)
			}
			if _, err := b.End(b.ctx, billing.EndInput{City: b.w.Other, On: b.now.AddDate(0, 1, 0), As: billing.Cancelled, Reason: "Uji.", ActorKind: audit.System}); err != nil {
				t.Fatal(err)
			}
			before := b.now
			r, err := jobs.New(b.w.DB, jobs.Options{Redis: "127.0.0.1:1"}, tenancy.NewDirectory(b.w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
			if err == nil {
				err = b.Register(r, nil)
			}
			for n := 0; n < 40 && err == nil && b.now.Before(day(2028, 11, 20)); n++ {
				b.now = before.AddDate(0, n+1, 4)
				err = errors.Join(r.Plan(t.Context(), b.now), r.Work(t.Context(), b.now))
			}
			b.now = day(2028, 11, 20)
			if err == nil {
				err = start(b.w.Other, tt.earliest)
			}
			b.now = day(2028, 12, 4)
			if err := errors.Join(err, r.Plan(t.Context(), b.now), r.Work(t.Context(), b.now)); err != nil {
				t.Fatal(err)
			}
			want := money.Rupiah(tt.months+1) * 9_300_000 // with November
			if sum, _ := b.drafted(t, b.w.Batam); sum != want {
				t.Errorf("%v were billed of a city without a month; want %v", sum, want)
			}
			if sum, _ := b.drafted(t, b.w.Other); sum != want+9_300_000 {
				t.Errorf("%v were billed of a city with closed months; want %v", sum, want+9_300_000)
			}
			b.now = day(2031, 1, 1)
			if err := start(b.w.Batam, tt.earliest); err != nil {
				t.Errorf("the same again, years later: %v", err)
			}
		})
	}
}
