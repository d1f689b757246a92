package app

import (
	"testing"
	"time"

	"bedelau/internal/city/inbox"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// TestLateApplicationIsRaised lets a deadline pass: the sweep finds it, Asynq carries the escalation, the head of the
// agency is told, the queue shows it and the audit record has it, once.
func TestLateApplicationIsRaised(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	city, ctx := a.city(t, "batam")
	_, siti := a.signIn(t, "warga@batam.localhost")
	_, head := a.signIn(t, "kepala@batam.localhost")
	d := a.fileKTP(t, ctx, siti, "2171046703900003")
	if _, err := a.DB.App.NewRaw("UPDATE application SET due_at = ?, queue_at = ?, next_alert_at = ?, counting = NULL WHERE tenant_id = ? AND id = ?",
		time.Now().Add(-time.Hour), time.Now().Add(-time.Hour), time.Now().Add(-time.Hour), city.ID, d.Application.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	a.work(t)
	eventually(t, "the application is raised", func() bool {
		now, err := a.Casework.Get(ctx, head, d.Application.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Application.EscalationLevel == 1
	})
	q, err := a.Inbox.Queue(ctx, head, inbox.Query{Filter: inbox.Filter{View: inbox.ViewLate}})
	if err != nil || len(q.Items) != 1 || q.Counts[inbox.ViewLate].All() != 1 {
		t.Errorf("the head's late queue = %+v, %v", q, err)
	}
	var told int
	if err := a.DB.App.NewRaw("SELECT count(*) FROM message WHERE account_id = ? AND template = 'application_escalated'", head.ID).
		Scan(ctx, &told); err != nil || told != 1 {
		t.Errorf("the head was told %d times, %v", told, err)
	}
	raised, err := audit.List(ctx, a.DB.App, audit.Filter{Object: "application", Action: "application.escalate"})
	if err != nil || len(raised.Entries) != 1 || raised.Entries[0].ObjectID != d.Application.ID {
		t.Errorf("the audit record has the escalations %+v, %v", raised.Entries, err)
	}
}

// TestUsageIsCountedWithTheAct holds what the BUMD sees against what was done.
func TestUsageIsCountedWithTheAct(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	city, ctx := a.city(t, "batam")
	other, _ := a.city(t, "tanjungpinang")
	_, siti := a.signIn(t, "warga@batam.localhost")
	a.fileKTP(t, ctx, siti, "2171046703900003")
	month := time.Now().In(city.Location())
	u, err := a.usage(ctx, "batam", "")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range u.Meters {
		if m.Meter == "applications_submitted" {
			found = m.Quantity == 1
		}
	}
	if !found || u.Plan == "" || u.Total <= 0 || len(u.Lines) == 0 {
		t.Errorf("usage of Batam = %+v", u)
	}
	all, err := a.Metering.Cities(t.Context(), []tenancy.City{city, other}, month)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		for _, r := range c.Readings {
			if want := map[bool]int64{true: 1}[c.City == city.ID]; r.Meter.Code == "applications_submitted" && r.Quantity != want {
				t.Errorf("the BUMD sees %d applications of %s, want %d", r.Quantity, c.City, want)
			}
		}
	}
}

// TestMailThatNobodyTookIsSentAgain gives up a message as the worker does, and does what the operator does then.
func TestMailThatNobodyTookIsSentAgain(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	_, ctx := a.city(t, "batam")
	_, siti := a.signIn(t, "warga@batam.localhost")
	a.fileKTP(t, ctx, siti, "2171046703900003")
	if _, err := a.DB.App.NewRaw("UPDATE message SET status = 'failed', ended_at = now()").Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if note, err := a.mailNote(ctx); err != nil || note != "0 wait, 1 failed" {
		t.Errorf("before: %q, %v", note, err)
	}
	r, err := a.retryMail(t.Context(), "batam")
	if err != nil || r.Queued != 1 || r.Left != 0 {
		t.Errorf("retry = %+v, %v", r, err)
	}
	if note, err := a.mailNote(ctx); err != nil || note != "1 wait, 0 failed" {
		t.Errorf("after: %q, %v", note, err)
	}
	if _, err := a.retryMail(t.Context(), "nirwana"); !fault.Is(err, "city.unknown") {
		t.Errorf("retry for a city that does not exist = %v", err)
	}
}

func TestTheMonthIsTheCitys(t *testing.T) {
	t.Parallel()
	batam := tenancy.City{Timezone: "Asia/Jakarta"}
	lateInLondon := time.Date(2026, 10, 31, 17, 30, 0, 0, time.UTC)
	for given, want := range map[string]string{"": "2026-11-01", "2026-10": "2026-10-01"} {
		if at, err := monthOf(batam, given, lateInLondon); err != nil || at.Format(time.DateOnly) != want {
			t.Errorf("month %q is %s, %v; want %s", given, at, err, want)
		}
	}
}
