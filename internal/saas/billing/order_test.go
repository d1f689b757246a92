package billing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
)

// TestTheOrderOfEventsNeverChangesWhatTheyCost: two cities tell of the same month, one in the order in which things happened, the other
// shuffled, in parts and some of it twice, with roll-ups in between. What stands at a level, and what happened in one instant, is among it.
func TestTheOrderOfEventsNeverChangesWhatTheyCost(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	for _, statement := range []string{`INSERT INTO plan (code, name, summary) VALUES ('urut', '{"id": "Urut"}', '{"id": "."}')`,
		`INSERT INTO plan_version (plan, version, effective_from, components)
			SELECT 'urut', 1, '2026-01-01', jsonb_agg(jsonb_build_object('code', 'c' || position, 'kind', 'tiered', 'meter', code, 'tiers', '[{"up_to": 3, "price": 1009}, {"price": 101}]'::jsonb, 'name', name, 'unit', unit) ORDER BY position) FROM meter`} {
		if _, err := b.w.DB.Platform.NewRaw(statement).Exec(b.ctx); err != nil {
			t.Fatal(err)
		}
	}
	type of struct {
		kind string
		most int64
	}
	kinds := []of{{"application_submitted", 1}, {"application_decided", 1}, {"document_issued", 1}, {"notification_sent", 9}, {"staff_active", 1}, {"api_requested", 1},
		{"storage_measured", 90_000}, {"complaint_received", 1}, {"duct_segments_counted", 40}}
	for n := range 8 {
		r := rand.New(rand.NewPCG(uint64(n), 7))
		month := day(2026, time.Month(3*n+1), 1) // far enough from the last that no level of it stands any more
		b.now = month.AddDate(0, 0, 9)
		if n == 0 {
			b.subscribe(t, b.w.Batam, "urut", month, billing.SubscribeInput{})
			b.subscribe(t, b.w.Other, "urut", month, billing.SubscribeInput{})
		}
		var events []metering.Event
		for i := range 60 {
			k := kinds[r.IntN(len(kinds))]
			at := month.Add(time.Duration(r.IntN(12)) * 2 * time.Hour) // several in one instant
			events = append(events, metering.Event{Source: "/urut", ID: fmt.Sprint(n, "-", i), Type: k.kind, Subject: fmt.Sprint(r.IntN(5)), Time: at, Quantity: 1 + r.Int64N(k.most)})
		}
		tell := func(city tenancy.City, all []metering.Event, roll bool) {
			t.Helper()
			ctx := b.w.Ctx(city)
			err := tenancy.InTx(ctx, b.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
				_, err := metering.Record(ctx, tx, all)
				if err == nil && roll {
					_, err = metering.Rollup(ctx, tx)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		tell(b.w.Batam, events, true)
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		for from := 0; from < len(events); {
			until := min(from+1+r.IntN(20), len(events))
			tell(b.w.Other, events[from:until], r.IntN(2) == 0)
			from = max(until-r.IntN(2), from+1) // one again
		}
		here, err := b.Estimate(b.ctx, b.w.Batam, month)
		if err != nil {
			t.Fatal(err)
		}
		there, err := b.Estimate(b.ctx, b.w.Other, month)
		if err != nil || here.Total == 0 {
			t.Fatal(err, here.Total)
		}
		if diff := cmp.Diff(here.Lines, there.Lines, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("month %d (-in order +in any):\n%s", n, diff)
		}
	}
}
