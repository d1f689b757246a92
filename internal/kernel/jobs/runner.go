package jobs

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Options tunes a Runner. Only Redis is required; each zero field takes the value named beside it.
type Options struct {
	Redis   string                // redis://[:password@]host:port/db, rediss://…, or host:port
	Workers int                   // tasks at a time in this process; 10
	Drain   time.Duration         // time for running tasks to finish at Stop; 20s
	Metrics prometheus.Registerer // where the counters are registered; nowhere

	Poll  time.Duration             // between looks at the outbox and at idle queues; 200ms
	Sweep time.Duration             // between sweeps; 30s
	Lost  time.Duration             // after which a job that has given no sign of life is looked for; 5m
	Retry func(n int) time.Duration // delay before attempt n+1, n from 1; 5s doubling up to 1h
	Keep  time.Duration             // how long finished jobs stay readable; 7 days
}

// Runner moves jobs from the outbox to their handlers. A process that only adds jobs needs a Runner for registration
// (the kinds that event.Bus publishes to) and never starts it.
type Runner struct {
	db    *storage.DB
	dir   *tenancy.Directory
	log   *slog.Logger
	o     Options
	redis asynq.RedisConnOpt

	handlers map[string]handler
	plans    []plan
}

// New returns a Runner that has not started. It refuses a Redis address that cannot be read.
func New(db *storage.DB, o Options, dir *tenancy.Directory, log *slog.Logger) (*Runner, error) {
	uri := o.Redis
	if !strings.Contains(uri, "://") {
		uri = "redis://" + uri
	}
	redis, err := asynq.ParseRedisURI(uri)
	if err != nil {
		return nil, fmt.Errorf("jobs: REDIS_URL cannot be read") // its text would name the password
	}
	return &Runner{db: db, dir: dir, log: log, o: o.withDefaults(), redis: redis, handlers: map[string]handler{}}, nil
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.Drain, 20 * time.Second}, {&o.Poll, 200 * time.Millisecond}, {&o.Sweep, 30 * time.Second},
		{&o.Lost, 5 * time.Minute}, {&o.Keep, 7 * 24 * time.Hour},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Workers <= 0 {
		o.Workers = 10
	}
	if o.Retry == nil {
		o.Retry = func(n int) time.Duration { return min(5*time.Second<<min(max(n-1, 0), 12), time.Hour) }
	}
	return o
}
