// Package dashboard is what the city shows everyone of its own work: how many applications came and were decided, how
// many in time, how long they took.
//
// It learns of applications by their facts alone and keeps, of each, when it came and what became of it; nothing of
// who made it. From those rows it keeps sums by local day, agency and service, which the public page reads. A figure
// says what it means and when it was computed, and a small number that could point at a person is not shown.
package dashboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Dashboard keeps and shows the figures of the city in the context.
type Dashboard struct {
	db  *bun.DB
	now func() time.Time
}

// New returns a Dashboard over the application role's pool.
func New(db *bun.DB) *Dashboard { return &Dashboard{db: db, now: time.Now} }

// Register subscribes to the facts of applications. Call it before the bus publishes.
func (d *Dashboard) Register(bus *event.Bus) {
	event.On(bus, "dashboard", func(ctx context.Context, tx bun.Tx, f event.ApplicationSubmitted) error {
		return record(ctx, tx, application{ApplicationID: f.ApplicationID, Service: f.ServiceCode, Agency: f.AgencyCode,
			ReceivedAt: f.At})
	})
	event.On(bus, "dashboard", func(ctx context.Context, tx bun.Tx, f event.ApplicationDecided) error {
		return record(ctx, tx, application{ApplicationID: f.ApplicationID, Service: f.ServiceCode, Agency: f.AgencyCode,
			ReceivedAt: f.SubmittedAt, DecidedAt: f.At, Outcome: f.Outcome, OnTime: &f.OnTime})
	})
	event.On(bus, "dashboard", func(ctx context.Context, tx bun.Tx, f event.ApplicationEscalated) error {
		return record(ctx, tx, application{ApplicationID: f.ApplicationID, Service: f.ServiceCode, Agency: f.AgencyCode,
			EscalatedAt: f.At})
	})
	event.On(bus, "dashboard", func(ctx context.Context, tx bun.Tx, f event.ApplicationCancelled) error {
		return record(ctx, tx, application{ApplicationID: f.ApplicationID, Service: f.ServiceCode, Agency: f.AgencyCode,
			CancelledAt: f.At})
	})
}

// application is what the dashboard keeps of one application. Days are local to the city.
type application struct {
	bun.BaseModel `bun:"table:dashboard_application,alias:a"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ApplicationID uuid.UUID `bun:"application_id,pk"`
	Service       string    `bun:"service"`
	Agency        string    `bun:"agency"`
	ReceivedAt    time.Time `bun:"received_at,nullzero"`
	ReceivedDay   string    `bun:"received_day,nullzero,type:date"`
	DecidedAt     time.Time `bun:"decided_at,nullzero"`
	DecidedDay    string    `bun:"decided_day,nullzero,type:date"`
	Outcome       string    `bun:"outcome,nullzero"`
	OnTime        *bool     `bun:"on_time"`
	WorkingDays   *int      `bun:"working_days"`
	EscalatedAt   time.Time `bun:"escalated_at,nullzero"`
	EscalatedDay  string    `bun:"escalated_day,nullzero,type:date"`
	CancelledAt   time.Time `bun:"cancelled_at,nullzero"`
	CancelledDay  string    `bun:"cancelled_day,nullzero,type:date"`
}

// record notes what a fact says and recounts the days it touches. Facts may arrive twice and in any order: what is
// known already stays, and a day is counted anew, never incremented.
func record(ctx context.Context, tx bun.Tx, a application) error {
	cal, err := calendar.Load(ctx, tx, a.Agency)
	if err != nil {
		return err
	}
	a.TenantID = tenancy.Must(ctx)
	var days []string
	for _, d := range []struct {
		at  time.Time
		day *string
	}{
		{a.ReceivedAt, &a.ReceivedDay}, {a.DecidedAt, &a.DecidedDay}, {a.EscalatedAt, &a.EscalatedDay}, {a.CancelledAt, &a.CancelledDay},
	} {
		if !d.at.IsZero() {
			*d.day = d.at.In(cal.Zone).Format(time.DateOnly)
			days = append(days, *d.day)
		}
	}
	if !a.ReceivedAt.IsZero() && !a.DecidedAt.IsZero() {
		n := workingDays(cal, a.ReceivedAt, a.DecidedAt)
		a.WorkingDays = &n
	}
	_, err = tx.NewInsert().Model(&a).On("CONFLICT (tenant_id, application_id) DO UPDATE").
		Set(`received_at = coalesce(a.received_at, EXCLUDED.received_at), received_day = coalesce(a.received_day, EXCLUDED.received_day),
			decided_at = coalesce(a.decided_at, EXCLUDED.decided_at), decided_day = coalesce(a.decided_day, EXCLUDED.decided_day),
			outcome = coalesce(a.outcome, EXCLUDED.outcome), on_time = coalesce(a.on_time, EXCLUDED.on_time),
			working_days = coalesce(a.working_days, EXCLUDED.working_days),
			escalated_at = coalesce(a.escalated_at, EXCLUDED.escalated_at), escalated_day = coalesce(a.escalated_day, EXCLUDED.escalated_day),
			cancelled_at = coalesce(a.cancelled_at, EXCLUDED.cancelled_at), cancelled_day = coalesce(a.cancelled_day, EXCLUDED.cancelled_day)`).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("dashboard: record: %w", err)
	}
	slices.Sort(days) // locks in one order
	for _, day := range slices.Compact(days) {
		if err := recount(ctx, tx, a, day); err != nil {
			return fmt.Errorf("dashboard: recount %s: %w", day, err)
		}
	}
	return nil
}

// recount makes the sums of one day of a's service equal to its applications. The lock makes a recount that runs at
// the same time wait, and so see what this one commits; without it both would count only their own.
func recount(ctx context.Context, tx bun.Tx, a application, day string) error {
	lock := fmt.Sprintf("dashboard %s %s %s %s", a.TenantID, a.Agency, a.Service, day)
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", lock).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw(`INSERT INTO dashboard_day AS d
			(tenant_id, day, agency, service, received, approved, rejected, on_time, working_days, escalated, cancelled)
		SELECT ?0, ?3, ?1, ?2,
			count(*) FILTER (WHERE received_day = ?3),
			count(*) FILTER (WHERE decided_day = ?3 AND outcome = 'approved'),
			count(*) FILTER (WHERE decided_day = ?3 AND outcome = 'rejected'),
			count(*) FILTER (WHERE decided_day = ?3 AND on_time),
			coalesce(sum(working_days) FILTER (WHERE decided_day = ?3), 0),
			count(*) FILTER (WHERE escalated_day = ?3),
			count(*) FILTER (WHERE cancelled_day = ?3)
		FROM dashboard_application WHERE tenant_id = ?0 AND agency = ?1 AND service = ?2
			AND (received_day = ?3 OR decided_day = ?3 OR escalated_day = ?3 OR cancelled_day = ?3)
		ON CONFLICT (tenant_id, day, agency, service) DO UPDATE SET received = EXCLUDED.received,
			approved = EXCLUDED.approved, rejected = EXCLUDED.rejected, on_time = EXCLUDED.on_time,
			working_days = EXCLUDED.working_days, escalated = EXCLUDED.escalated, cancelled = EXCLUDED.cancelled`,
		a.TenantID, a.Agency, a.Service, day).Exec(ctx)
	return err
}

// workingDays counts the days on which the offices worked after the day of from, up to and with the day of to; an
// application decided on the day it came took none.
func workingDays(cal workcal.Calendar, from, to time.Time) int {
	n, last := 0, to.In(cal.Zone).Format(time.DateOnly)
	y, m, d := from.In(cal.Zone).Date()
	for {
		d++
		day := time.Date(y, m, d, 12, 0, 0, 0, cal.Zone)
		if day.Format(time.DateOnly) > last {
			return n
		}
		if cal.Working(day) {
			n++
		}
	}
}
