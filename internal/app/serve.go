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
		return a.shut(ctx, srv)
	})
	g.Go(func() error { return a.serveMetrics(gctx, on.metrics) })
	if work {
		g.Go(func() error { return a.run(gctx) })
	}
	if err := a.Collection.Check(); err != nil {
		a.Log.InfoContext(ctx, "collection by Stripe", "note", err.Error())
	}
	a.Log.InfoContext(ctx, "serving", "address", on.web.Addr().String(), "work", work)
	return g.Wait()
}

// usageDrain is the time at a stop for writing the usage that has been gathered, whatever Config.Drain has left of itself.
const usageDrain = 5 * time.Second

// shut ends the server of ctx: first /readyz says so, and for Config.StopWait requests are answered as ever, because
// the load balancer goes on sending them until it has asked; then the port closes and what runs may finish.
func (a *App) shut(ctx context.Context, srv *http.Server) error {
	a.stopping.Store(true)
	if ctx.Err() != nil { // without a failure, which has nothing to wait for
		time.Sleep(a.Config.StopWait)
	}
	ctx = context.WithoutCancel(ctx)
	stop, cancel := context.WithTimeout(ctx, a.Config.Drain)
	defer cancel()
	err := srv.Shutdown(stop)
	stop, cancel = context.WithTimeout(ctx, usageDrain)
	defer cancel()
	return errors.Join(err, a.Collector.Stop(stop))
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

// ready reports whether requests should come here, and what is ill. Without Redis they should: the gate lets them
// through uncounted and background tasks wait in the outbox, so every page works.
func (a *App) ready(ctx context.Context) (ok bool, ill map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	ok, ill = true, map[string]string{}
	if a.stopping.Load() {
		ok, ill["program"] = false, "stopping"
	}
	for _, d := range []struct {
		name  string
		err   error
		needs bool
	}{
		{"database", a.DB.Pool.Ping(ctx), true},
		{"database_platform", a.DB.Platform.PingContext(ctx), true},
		{"redis", a.Redis.Ping(ctx).Err(), false},
	} {
		if d.err == nil {
			continue
		}
		a.Log.WarnContext(ctx, "dependency is ill", "dependency", d.name, "err", d.err)
		ill[d.name] = "degraded"
		if d.needs {
			ok, ill[d.name] = false, "unavailable"
		}
	}
	return ok, ill
}
