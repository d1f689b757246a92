package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
)

func metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// doors are the addresses that a process holds before it starts anything; metrics is nil when they are turned off.
type doors struct{ web, metrics net.Listener }

func (d doors) close() {
	for _, ln := range []net.Listener{d.web, d.metrics} {
		if ln != nil {
			_ = ln.Close()
		}
	}
}

// Serve answers HTTP until ctx ends, then lets running requests finish. With work it runs the background tasks too.
func (a *App) Serve(ctx context.Context, handler http.Handler, work bool) error {
	var d doors
	var err error
	if d.web, err = net.Listen("tcp", a.Config.Listen); err != nil {
		return fmt.Errorf("app: cannot listen on %s (BEDELAU_LISTEN): %w", a.Config.Listen, err)
	}
	if d.metrics, err = a.listenMetrics(); err != nil {
		d.close()
		return err
	}
	return a.serveOn(ctx, d, handler, work)
}

func (a *App) serveOn(ctx context.Context, on doors, handler http.Handler, work bool) error {
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a 50 MB upload from a slow phone
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	a.Guard.Start()
	defer a.Guard.Stop()
	a.Collector.Start()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(on.web); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-gctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Drain)
		defer cancel()
		return errors.Join(srv.Shutdown(stop), a.Collector.Stop(stop))
	})
	g.Go(func() error { return a.serveMetrics(gctx, on.metrics) })
	if work {
		g.Go(func() error { return a.run(gctx) })
	}
	a.Log.InfoContext(ctx, "serving", "address", on.web.Addr().String(), "work", work)
	return g.Wait()
}

// Work runs background tasks until ctx ends, then lets running ones finish.
func (a *App) Work(ctx context.Context) error {
	metrics, err := a.listenMetrics()
	if err != nil {
		return err
	}
	a.Guard.Start()
	defer a.Guard.Stop()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.run(gctx) })
	g.Go(func() error { return a.serveMetrics(gctx, metrics) })
	return g.Wait()
}

func (a *App) run(ctx context.Context) error {
	if err := a.Runner.Start(ctx); err != nil {
		return fmt.Errorf("app: background tasks: %w", err)
	}
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Drain+5*time.Second)
	defer cancel()
	a.Runner.Stop(stop)
	return nil
}

func (a *App) listenMetrics() (net.Listener, error) {
	if a.Config.Metrics == "" {
		return nil, nil
	}
	ln, err := net.Listen("tcp", a.Config.Metrics)
	if err != nil {
		return nil, fmt.Errorf("app: cannot listen on %s (BEDELAU_METRICS_LISTEN): %w", a.Config.Metrics, err)
	}
	return ln, nil
}

// serveMetrics answers what a.Metrics holds, and nothing of the library's global registry: the same collector in both
// would make every answer an error.
func (a *App) serveMetrics(ctx context.Context, ln net.Listener) error {
	if ln == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ready reports which dependency keeps this process from serving; nil means none.
func (a *App) ready(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	state := map[string]string{}
	for name, err := range map[string]error{
		"database":          a.DB.Pool.Ping(ctx),
		"database_platform": a.DB.Platform.PingContext(ctx),
		"redis":             a.Redis.Ping(ctx).Err(),
	} {
		if err != nil {
			a.Log.WarnContext(ctx, "not ready", "dependency", name, "err", err)
			state[name] = "unavailable"
		}
	}
	return state
}
