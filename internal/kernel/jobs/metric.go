package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is what an operator watches: jobs_total for what happened, the gauges for what has not.
type metrics struct {
	jobs    *prometheus.CounterVec
	waiting prometheus.Gauge
	oldest  prometheus.Gauge
	failed  prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) (metrics, error) {
	m := metrics{
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jobs_total", Help: "Deliveries of jobs and planned runs by kind and outcome.",
		}, []string{"kind", "outcome"}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "outbox_waiting", Help: "Jobs that are due and not yet handed to Redis.",
		}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "outbox_oldest_seconds", Help: "For how long the oldest due job has not ended, handed to Redis or not.",
		}),
		failed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "outbox_failed", Help: "Jobs that ran out of retries and wait for a person.",
		}),
	}
	if reg == nil {
		return m, nil
	}
	return m, errors.Join(reg.Register(m.jobs), reg.Register(m.waiting), reg.Register(m.oldest), reg.Register(m.failed))
}

func (r *Runner) measureLoop(ctx context.Context) {
	for {
		if err := r.measure(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("jobs: measure", "err", err)
		}
		if !wait(ctx, measureEvery) {
			return
		}
	}
}

func (r *Runner) measure(ctx context.Context) error {
	b, err := r.Backlog(ctx)
	if err != nil {
		return err
	}
	r.metrics.waiting.Set(float64(b.Waiting))
	r.metrics.oldest.Set(b.Oldest.Seconds())
	r.metrics.failed.Set(float64(b.Failed))
	return nil
}

// Backlog is how far the jobs of all cities are behind.
type Backlog struct {
	Waiting int           // due and not handed to Redis
	Oldest  time.Duration // for how long the oldest due job has not ended
	Failed  int           // out of retries
}

// Backlog reads the outbox of all cities; for health pages and `doctor`.
func (r *Runner) Backlog(ctx context.Context) (Backlog, error) {
	var s struct {
		Waiting, Failed int
		Oldest          float64
	}
	err := r.db.Platform.NewRaw(`SELECT
		(SELECT count(*) FROM outbox WHERE state = 'waiting' AND run_at <= now()) AS waiting,
		(SELECT count(*) FROM outbox WHERE state = 'failed') AS failed,
		extract(epoch FROM now() - least(
			(SELECT min(run_at) FROM outbox WHERE state = 'waiting' AND run_at <= now()),
			(SELECT min(run_at) FROM outbox WHERE state = 'sent'), now()))::float8 AS oldest`).Scan(ctx, &s)
	return Backlog{Waiting: s.Waiting, Oldest: time.Duration(s.Oldest * float64(time.Second)), Failed: s.Failed}, err
}
