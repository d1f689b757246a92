package casework

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"bedelau/internal/city/application"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// TestADailyQuotaIsNeverExceeded sends twelve applications at once to a service that takes five a day.
func TestADailyQuotaIsNeverExceeded(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.DailyQuota = 5
	drafts := make([]application.Application, 12)
	for i := range drafts {
		drafts[i] = st.draft(t, st.ctx, st.resident(t, st.ctx, fmt.Sprintf("Warga %d", i)), nikOf(i))
	}
	var took, refused atomic.Int64
	var wg sync.WaitGroup
	for _, d := range drafts {
		wg.Go(func() {
			actor := st.actorOf(d)
			_, err := st.Submit(st.ctx, actor, intake.SubmitInput{ID: d.ID, Key: "k"})
			switch {
			case err == nil:
				took.Add(1)
			case fault.Is(err, "application.quota"):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if took.Load() != 5 || refused.Load() != 7 {
		t.Errorf("%d taken, %d refused", took.Load(), refused.Load())
	}
	// Whoever comes later is told before the first question, and when it opens again: with the city's next day.
	late := st.resident(t, st.ctx, "Terlambat")
	err := st.MayStart(st.ctx, late, ktp)
	wants(t, err, "application.quota")
	if args := fault.From(err).Args; args[3] != "25 November 2026 pukul 00.00 WIB" {
		t.Errorf("it opens %v", args)
	}
	st.on(t, "2026-11-25 00:01")
	if err := st.MayStart(st.ctx, late, ktp); err != nil {
		t.Error(err)
	}
	var left application.Application
	for _, d := range drafts {
		if app := st.read(t, d.ID); app.Draft() {
			left = app
		}
	}
	if _, err := st.Submit(st.ctx, st.actorOf(left), intake.SubmitInput{ID: left.ID, Key: "k"}); err != nil {
		t.Error(err)
	}
}

// actorOf is the session of the applicant of an application.
func (st *stage) actorOf(app application.Application) identity.Actor {
	return identity.Actor{ID: app.AccountID, TenantID: app.TenantID, Kind: identity.Resident}
}

// TestAMonthlyQuotaIsNeverExceeded, and holds beside a daily one: the month opens again with the city's next one.
func TestAMonthlyQuotaIsNeverExceeded(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.offer.DailyQuota, st.offer.MonthlyQuota = 2, 3
	drafts := make([]application.Application, 6)
	for i := range drafts {
		drafts[i] = st.draft(t, st.ctx, st.resident(t, st.ctx, fmt.Sprintf("Warga %d", i)), nikOf(i))
	}
	day := func() (took int) {
		for _, d := range drafts {
			if app := st.read(t, d.ID); !app.Draft() {
				continue
			}
			_, err := st.Submit(st.ctx, st.actorOf(d), intake.SubmitInput{ID: d.ID, Key: "k"})
			switch {
			case err == nil:
				took++
			case !fault.Is(err, "application.quota") && !fault.Is(err, "application.quota_month"):
				t.Error(err)
			}
		}
		return took
	}
	if n := day(); n != 2 {
		t.Errorf("%d taken on the first day", n)
	}
	st.on(t, "2026-11-25 09:00")
	if n := day(); n != 1 {
		t.Errorf("%d taken on the second day of a month that takes 3", n)
	}
	late := st.resident(t, st.ctx, "Terlambat")
	err := st.MayStart(st.ctx, late, ktp)
	wants(t, err, "application.quota_month")
	if args := fault.From(err).Args; args[1] != 3 || args[3] != "1 Desember 2026 pukul 00.00 WIB" {
		t.Errorf("it says %v", args)
	}
	st.on(t, "2026-12-01 09:00")
	if n := day(); n != 2 {
		t.Errorf("%d taken in the next month", n)
	}
}
