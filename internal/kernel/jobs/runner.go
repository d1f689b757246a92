package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

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
	Hold  time.Duration             // that a batch may take to reach Redis while its rows are locked; 10s
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
	conn  asynq.RedisConnOpt
	redis *redis.Options

	handlers map[string]handler
	plans    []plan
	metrics  metrics

	link      *redis.Client // of client and inspector
	client    *asynq.Client
	inspector *asynq.Inspector
	server    *asynq.Server
	stop      context.CancelFunc
	loops     sync.WaitGroup
	running   sync.WaitGroup
}

// New returns a Runner that has not started. It refuses a Redis address that cannot be read.
func New(db *storage.DB, o Options, dir *tenancy.Directory, log *slog.Logger) (*Runner, error) {
	uri := o.Redis
	if !strings.Contains(uri, "://") {
		uri = "redis://" + uri
	}
	conn, err := asynq.ParseRedisURI(uri)
	opts, failed := redis.ParseURL(uri)
	if err != nil || failed != nil {
		return nil, fmt.Errorf("jobs: REDIS_URL cannot be read") // its text would name the password
	}
	opts.ContextTimeoutEnabled = true // else a Redis that hangs outlasts every deadline
	m, err := newMetrics(o.Metrics)
	if err != nil {
		return nil, fmt.Errorf("jobs: metrics: %w", err)
	}
	return &Runner{db: db, dir: dir, log: log, o: o.withDefaults(), conn: conn, redis: opts, metrics: m, handlers: map[string]handler{}}, nil
}

// Start begins to relay, to work, to plan and to sweep, and returns. Redis may be down: jobs then wait in the outbox.
// Call it once, after every registration.
func (r *Runner) Start(ctx context.Context) error {
	if r.stop != nil {
		return errors.New("jobs: started twice")
	}
	r.link = redis.NewClient(r.redis)
	r.client = asynq.NewClientFromRedisClient(r.link)
	r.inspector = asynq.NewInspectorFromRedisClient(r.link)
	r.server = asynq.NewServer(r.conn, asynq.Config{
		Concurrency:              r.o.Workers,
		Queues:                   weights(),
		BaseContext:              func() context.Context { return context.WithoutCancel(ctx) },
		TaskCheckInterval:        r.o.Poll,
		DelayedTaskCheckInterval: max(r.o.Poll, 100*time.Millisecond),
		ShutdownTimeout:          r.o.Drain,
		LogLevel:                 asynq.WarnLevel,
		Logger:                   asynqLog{r.log},
		RetryDelayFunc:           r.retryDelay,
		IsFailure: func(err error) bool {
			var d delivery
			return !errors.As(err, &d) || d.failure
		},
	})
	if err := r.server.Start(asynq.HandlerFunc(r.process)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	loop, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	for _, fn := range []func(context.Context){r.relayLoop, r.sweepLoop, r.pruneLoop, r.measureLoop} {
		r.loops.Go(func() { fn(loop) })
	}
	for _, p := range r.plans {
		r.loops.Go(func() { r.planLoop(loop, p) })
	}
	return nil
}

// retryDelay tells Asynq the delay that the row of the outbox was given; Asynq's own failures have none.
func (r *Runner) retryDelay(n int, err error, _ *asynq.Task) time.Duration {
	var d delivery
	if errors.As(err, &d) {
		return d.delay
	}
	return r.o.Retry(n + 1)
}

// Stop takes no new work, lets what runs finish for as long as Options.Drain, hands the rest back, and returns when
// all of it has ended or ctx has. What is cut short runs again elsewhere.
func (r *Runner) Stop(ctx context.Context) {
	if r.stop == nil {
		return
	}
	r.stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.server.Shutdown()
		r.running.Wait()
		r.loops.Wait()
		_ = r.link.Close()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		r.log.Warn("jobs: stopped before all work had ended")
	}
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.Drain, 20 * time.Second}, {&o.Poll, 200 * time.Millisecond}, {&o.Sweep, 30 * time.Second},
		{&o.Hold, 10 * time.Second}, {&o.Lost, 5 * time.Minute}, {&o.Keep, 7 * 24 * time.Hour},
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

// asynqLog writes what Asynq says about itself, from warnings up, into the program's log.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) Debug(args ...any) { l.log.Debug("asynq: " + fmt.Sprint(args...)) }
func (l asynqLog) Info(args ...any)  { l.log.Info("asynq: " + fmt.Sprint(args...)) }
func (l asynqLog) Warn(args ...any)  { l.log.Warn("asynq: " + fmt.Sprint(args...)) }
func (l asynqLog) Error(args ...any) { l.log.Error("asynq: " + fmt.Sprint(args...)) }
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq: " + fmt.Sprint(args...)) }
