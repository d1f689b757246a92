package metering_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// The path of one application, told in facts: every step is on the bill, once, when it commits.
func TestEveryStepIsMetered(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	bus := event.New(nil) // no subscriber after commit, so no runner
	metering.Register(bus)

	app, doc, officer := uuid.New(), uuid.New(), uuid.New()
	path := func(ctx context.Context, tx bun.Tx) error {
		return errors.Join(
			event.Publish(ctx, tx, bus, event.ApplicationSubmitted{ApplicationID: app, ServiceCode: "ktp-el-hilang", AgencyCode: "disdukcapil", Channel: event.ChannelWeb, At: noon}),
			event.Publish(ctx, tx, bus, event.StaffActive{AccountID: officer, AgencyCode: "disdukcapil", At: noon}),
			event.Publish(ctx, tx, bus, event.StaffActive{AccountID: officer, AgencyCode: "disdukcapil", At: noon.Add(time.Minute)}),
			event.Publish(ctx, tx, bus, event.StaffActive{AccountID: officer, AgencyCode: "disdukcapil", At: noon.AddDate(0, 0, 1)}),
			event.Publish(ctx, tx, bus, event.StaffActive{AccountID: uuid.New(), AgencyCode: "dpmptsp", At: noon}),
			event.Publish(ctx, tx, bus, event.ApplicationDecided{ApplicationID: app, ServiceCode: "ktp-el-hilang", AgencyCode: "disdukcapil", Outcome: event.Approved, Channel: event.ChannelWeb, At: noon.Add(time.Hour)}),
			event.Publish(ctx, tx, bus, event.DocumentIssued{DocumentID: doc, ApplicationID: app, ServiceCode: "ktp-el-hilang", AgencyCode: "disdukcapil", Channel: event.ChannelWeb, At: noon.Add(time.Hour)}),
			event.Publish(ctx, tx, bus, event.NotificationSent{MessageID: uuid.New(), Channel: "email", At: noon.Add(time.Hour)}),
			event.Publish(ctx, tx, bus, event.NotificationSent{MessageID: uuid.New(), Channel: "email", At: noon.Add(time.Hour)}),
			event.Publish(ctx, tx, bus, event.APIRequested{RequestID: uuid.New(), AccountID: officer, Route: "/api/v1/applications", At: noon}),
		)
	}
	undone := errors.New("undone")
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return errors.Join(path(ctx, tx), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if err := tenancy.InTx(ctx, w.DB.App, path); err != nil {
		t.Fatal(err)
	}

	u := usageOf(ctx, t, w, w.Batam)
	for meter, want := range map[string]int64{
		"applications_submitted": 1, "applications_decided": 1, "documents_issued": 1, "notifications_sent": 2,
		"active_staff": 2, "api_requests": 1, "storage": 0,
	} {
		if n := quantity(t, u, meter); n != want {
			t.Errorf("%s = %d; want %d", meter, n, want)
		}
	}
	if diff := cmp.Diff([]metering.Share{{Code: "email", Quantity: 2}}, reading(t, u, "notifications_sent").ByChannel); diff != "" {
		t.Errorf("notifications by channel (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]metering.Share{{Code: "ktp-el-hilang", Quantity: 1}}, reading(t, u, "applications_submitted").ByService); diff != "" {
		t.Errorf("applications by service (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]metering.Share{{Code: "disdukcapil", Quantity: 1}, {Code: "dpmptsp", Quantity: 1}}, reading(t, u, "active_staff").ByAgency); diff != "" {
		t.Errorf("staff by agency (-want +got):\n%s", diff)
	}
	if r := reading(t, u, "api_requests"); r.ByAgency != nil || r.ByService != nil || len(r.ByChannel) != 1 {
		t.Errorf("calls of programs divide by more than their channel: %+v", r)
	}
	if u.Readings[0].Meter.Code != "applications_submitted" || u.Readings[0].Meter.Name.In("id") != "Permohonan diajukan" {
		t.Errorf("first meter is %+v", u.Readings[0].Meter)
	}
	if theirs := usageOf(w.Ctx(w.Other), t, w, w.Other); quantity(t, theirs, "applications_submitted") != 0 {
		t.Error("the other city is billed for Batam's application")
	}
}
