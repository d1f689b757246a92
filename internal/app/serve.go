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

// Serve answers HTTP until ctx ends, then lets running requests finish. With work it runs the background tasks too.
func (a *App) Serve(ctx context.Context, handler http.Handler, work bool) error {
	ln, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("app: cannot listen on %s, is another program using it? (%w)", a.Config.Listen, err)
	}
	return a.serveOn(ctx, ln, handler, work)
}

func (a *App) serveOn(ctx context.Context, ln net.Listener, handler http.Handler, work bool) error {
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
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
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
	g.Go(func() error { return a.serveMetrics(gctx) })
	if work {
		g.Go(func() error { return a.run(gctx) })
	}
	a.Log.InfoContext(ctx, "serving", "address", ln.Addr().String(), "work", work)
	return g.Wait()
}

// Work runs background tasks until ctx ends, then lets running ones finish.
func (a *App) Work(ctx context.Context) error {
	a.Guard.Start()
	defer a.Guard.Stop()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.run(gctx) })
	g.Go(func() error { return a.serveMetrics(gctx) })
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

func (a *App) serveMetrics(ctx context.Context) error {
	if a.Config.Metrics == "" {
		return nil
	}
	ln, err := net.Listen("tcp", a.Config.Metrics)
	if err != nil {
		return fmt.Errorf("app: cannot listen on %s for metrics (BEDELAU_METRICS_LISTEN): %w", a.Config.Metrics, err)
	}
	mux := http.NewServeMux()
	both := prometheus.Gatherers{a.Metrics, prometheus.DefaultGatherer}
	mux.Handle("GET /metrics", promhttp.HandlerFor(both, promhttp.HandlerOpts{}))
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
