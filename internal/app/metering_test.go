package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// TestVerifyProvesEveryCity counts usage again, and names the hour and the day that somebody changed.
func TestVerifyProvesEveryCity(t *testing.T) {
	t.Parallel()
	a, w := newAppAndWorld(t)
	batam, ctx := a.city(t, "batam")
	err := tenancy.InTx(ctx, a.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := metering.Record(ctx, tx, []metering.Event{{Source: "/test", ID: "1", Type: "application_submitted", Subject: "1",
			Time: time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC), Quantity: 1}})
		if err == nil {
			_, err = metering.Rollup(ctx, tx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.verifyUsage(t.Context(), "", "")
	if err != nil || len(all) == 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, v := range all {
		if len(v.Differences) != 0 {
			t.Errorf("%+v", v)
		}
	}
	owner, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	if _, err := owner.Exec(t.Context(), "UPDATE usage_hour SET events = events + 7 WHERE tenant_id = $1 AND type = 'application_submitted'", batam.ID); err != nil {
		t.Fatal(err)
	}
	all, err = a.verifyUsage(t.Context(), "batam", "")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, v := range all {
		told = append(told, v.Differences...)
	}
	if len(told) == 0 || !strings.Contains(told[0], "application_submitted") {
		t.Errorf("a changed roll-up is told as %q", told)
	}
	if _, err := a.verifyUsage(t.Context(), "atlantis", ""); err == nil {
		t.Error("a city that is none was verified")
	}
}
