package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
)

func TestJobThatKeepsKillingItsWorkerIsSetAside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	add(t, w, w.Batam, take, note{uuid.New()})
	if _, err := w.DB.Platform.ExecContext(t.Context(),
		"UPDATE outbox SET state = 'sent', sends = 1, attempts = max_retry + 4, check_at = now() - interval '1 hour'"); err != nil {
		t.Fatal(err)
	}
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	handleBoth(t, w, r)
	start(t, r)
	eventually(t, "failed", func() bool { return theJob(t, w, w.Batam).State == "failed" })
	if j := theJob(t, w, w.Batam); j.LastError != "crashed" || j.Sends != 1 {
		t.Errorf("%+v", j)
	}
}

// What waits in a long queue of Redis is alive, however long it waits: the sweep must not send it twice.
func TestSweepLeavesWhatRedisStillHolds(t *testing.T) {
	t.Parallel()
	w, redis := newWorld(t), pgtest.Redis(t)
	o := quick(redis)
	o.Workers, o.Lost = 1, 50*time.Millisecond
	o.Retry = func(int) time.Duration { return time.Second } // the task rests in Redis while the sweep looks
	r := newRunner(t, w, o)
	handleBoth(t, w, r)
	old := newRunner(t, w, o) // knows no kind, so its tasks are left for a later retry
	start(t, old)
	add(t, w, w.Batam, take, note{uuid.New()})
	eventually(t, "sent", func() bool { return theJob(t, w, w.Batam).State == "sent" })
	var looked int
	eventually(t, "the sweep has looked more than once", func() bool {
		err := w.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE check_at > sent_at + interval '200 milliseconds'").Scan(w.Ctx(w.Batam), &looked)
		return err == nil && looked == 1
	})
	stop(old)
	start(t, r)
	eventually(t, "done", func() bool { return theJob(t, w, w.Batam).State == "done" })
	if j := theJob(t, w, w.Batam); j.Sends != 1 {
		t.Errorf("sent %d times", j.Sends)
	}
}

func TestEndedJobsAreForgottenInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, k := range []jobs.Kind[note]{take, call} {
		add(t, w, w.Batam, k, note{uuid.New()})
	}
	for _, sql := range []string{
		"UPDATE outbox SET state = 'done', ended_at = now() - CASE WHEN kind = 'note.take.v1' THEN interval '8 days' ELSE interval '6 days' END",
	} {
		if _, err := w.DB.Platform.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for at, name := range map[string]string{"9 days": "note.old", "3 hours": "note.weekly"} {
		for _, sql := range []string{
			"INSERT INTO processed (tenant_id, task_id, at) VALUES (?0, gen_random_uuid(), now() - ?1::interval)",
			"INSERT INTO planned_run (tenant_id, name, planned_at) VALUES (?0, ?2, now() - ?1::interval)",
		} {
			if _, err := w.DB.App.ExecContext(w.Ctx(w.Batam), sql, w.Batam.ID, at, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := newRunner(t, w, quick(pgtest.Redis(t)))
	// Plans that are not due in this test: the prune at the start is what is looked at.
	jobs.EachCity(r, "note.old", 24*time.Hour, func(context.Context, bun.Tx, time.Time) error { return errTest })
	jobs.EachCity(r, "note.weekly", 7*24*time.Hour, func(context.Context, bun.Tx, time.Time) error { return errTest })
	start(t, r)
	for _, table := range []string{"outbox", "processed", "planned_run"} {
		eventually(t, "one row is left of "+table, func() bool {
			var n int
			err := w.DB.App.NewRaw("SELECT count(*) FROM "+table).Scan(w.Ctx(w.Batam), &n)
			return err == nil && n == 1
		})
	}
}
