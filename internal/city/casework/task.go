package casework

import (
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/recount"
	"bedelau/internal/kernel/jobs"
)

type escalateArgs struct {
	ApplicationID uuid.UUID `json:"application_id"`
}

type timerArgs struct {
	TimerID uuid.UUID `json:"timer_id"`
}

var (
	timerKind    = jobs.Kind[timerArgs]{Name: "casework.timer.v1", MaxRetry: 12, Timeout: 30 * time.Second}
	escalateKind = jobs.Kind[escalateArgs]{Name: "casework.escalate.v2", MaxRetry: 12, Timeout: 30 * time.Second}
)

// Register binds casework's jobs, its look for late applications and its tidying; call it once, before the runner
// starts. Each job first looks at the rows it is about, locked, so a repeated delivery changes nothing.
func (s *Service) Register(r *jobs.Runner) error {
	if err := jobs.HandleCall(r, application.IssueKind, s.issue); err != nil {
		return err
	}
	if err := jobs.HandleCall(r, escalateKind, s.escalate); err != nil {
		return err
	}
	if err := jobs.HandleCall(r, timerKind, s.rang); err != nil {
		return err
	}
	if err := jobs.Handle(r, leftKind, s.putAllBack); err != nil {
		return err
	}
	if err := recount.New(s.Service.Service).Register(r); err != nil {
		return err
	}
	jobs.EachCity(r, "casework.deadlines", time.Minute, s.sweep)
	jobs.EachCity(r, "casework.timers", time.Minute, s.ring)
	jobs.EachCity(r, "casework.obstacles", ObstacleEvery, s.tryObstacles)
	jobs.EachCity(r, "casework.track_attempts", time.Hour, s.ForgetTries)
	jobs.EachCity(r, "casework.drafts", time.Hour, s.ForgetDrafts)
	jobs.EachCity(r, "casework.earlier_words", time.Minute, s.KeepEarlierWords)
	return nil
}
