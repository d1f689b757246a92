// Package simulation answers, before an administrator publishes a changed workflow, term or calendar, what it would have
// made of the cases of the last months: which would have been late, which step of which office would have taken longer than
// its time, and which office would have held too much.
//
// It replays what is on record. Every person acts at the very moments at which they really did; only the clock, the
// promise and the calendar are the proposal's. So it shows what a rule would have said of the same work, and not how
// people would have worked under it. Cases that are still open are not in it.
//
// The history is read through views (v_case, v_case_step, v_case_task, v_workflow) that hold nothing of an applicant.
package simulation

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// Deps is what the package is built from.
type Deps struct {
	DB    *bun.DB // the application role's
	Guard *access.Guard
	Log   *slog.Logger     // slog.Default when nil
	Now   func() time.Time // time.Now when nil
	Most  int              // cases of one run; 300,000 when zero
}

// most bounds a run: what each office had in hand is kept until the end, some 300 bytes of a case.
const most = 300_000

// Service replays the cases of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its job.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Most == 0 {
		d.Most = most
	}
	return &Service{d: d}
}

type replayArgs struct {
	RunID uuid.UUID `json:"run_id"`
}

var replayKind = jobs.Kind[replayArgs]{Name: "simulation.replay.v1", Queue: jobs.Low, MaxRetry: 3, Timeout: 25 * time.Minute}

// keptFor is how long a result can be read.
const keptFor = 7 * 24 * time.Hour

// Register binds the job that replays many cases, and removes once a day what is older than a week.
func (s *Service) Register(r *jobs.Runner) error {
	jobs.EachCity(r, "simulation.sweep", 24*time.Hour, s.sweep)
	return jobs.HandleCall(r, replayKind, func(ctx context.Context, _ uuid.UUID, args replayArgs) error {
		return s.compute(ctx, args.RunID)
	})
}

func (s *Service) sweep(ctx context.Context, tx bun.Tx, _ time.Time) error {
	_, err := tx.NewRaw(`DELETE FROM simulation_run WHERE tenant_id = ? AND created_at < ?`, tenancy.Must(ctx), s.now().Add(-keptFor)).Exec(ctx)
	return err
}

// The states of a run.
const (
	Waiting = "waiting"
	Running = "running"
	Done    = "done"
)

// Run is one replay and what came of it.
type Run struct {
	bun.BaseModel `bun:"table:simulation_run,alias:r"`

	TenantID   tenancy.ID      `bun:"tenant_id,pk"`
	ID         uuid.UUID       `bun:"id,pk"`
	Service    string          `bun:"service"`
	Ask        Ask             `bun:"ask,type:jsonb"`
	State      string          `bun:"state"`
	Total      int             `bun:"total"`
	Done       int             `bun:"done"` // cases replayed so far
	Stored     json.RawMessage `bun:"result,type:jsonb,nullzero"`
	CreatedAt  time.Time       `bun:"created_at"`
	CreatedBy  uuid.UUID       `bun:"created_by"`
	FinishedAt time.Time       `bun:"finished_at,nullzero"`

	Result *Result `bun:"-"` // once it is done
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }
