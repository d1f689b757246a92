package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/devkit"
	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/internal/kernel/storage"
)

// demo runs the whole product on this machine alone: its own PostgreSQL, Redis and mail server, two cities, and
// people to sign in as. Everything lives under o.Dir and survives a stop.
func demo(ctx context.Context, o cli.DemoOptions) error {
	start := time.Now()
	on, err := demoDoors(o.Port)
	if err != nil {
		return err
	}
	defer on.close()
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(o.Dir, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	log := slog.New(slog.NewTextHandler(logFile, nil))

	services, err := devkit.Start(ctx, devkit.Options{Dir: o.Dir, Log: log})
	if err != nil {
		return err
	}
	defer services.Stop()
	box, err := mailbox.Open(filepath.Join(o.Dir, "mailbox"), log)
	if err != nil {
		return err
	}
	defer box.Close()
	cfg, err := demoConfig(o, on, services, box)
	if err != nil {
		return err
	}
	if err := writeEnv(filepath.Join(o.Dir, "demo.env"), cfg); err != nil {
		return err
	}
	if err := storage.Bootstrap(ctx, services.SuperURL("postgres"), storage.Roles{Database: demoDatabase}); err != nil {
		return err
	}
	if _, err := storage.Migrate(ctx, services.URL("bedelau_owner", demoDatabase), log); err != nil {
		return err
	}
	a, err := New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer a.Close()
	made, err := a.seedPeople(ctx)
	if err == nil {
		err = a.seedSigner(ctx, made)
	}
	if err == nil {
		err = a.seedCases(ctx, made)
	}
	if err == nil {
		err = a.seedCounter(ctx, made)
	}
	if err == nil {
		err = a.seedDuctMoney(ctx, made)
	}
	if err == nil {
		err = a.seedDucts(ctx, made)
	}
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	standIn, err := a.demoRegistry(ctx)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer standIn.Close()
	handler, err := a.Handler(box, demoCodes)
	if err != nil {
		return err
	}
	a.greet(os.Stdout, o, services.Durable, time.Since(start))
	err = a.serveOn(ctx, on, handler, true)
	fmt.Println("\nStopped. The data stays in " + o.Dir + "; make demo-reset drops it.")
	return err
}

const demoDatabase = "bedelau"

// demoDoors looks at the ports, the likeliest thing to fail, before anything is started. The port of the metrics matters
// to nobody: when it is taken, any other does, and the greeting names it.
func demoDoors(port int) (doors, error) {
	at := func(port int) (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)) }
	web, err := at(port)
	if errors.Is(err, syscall.EADDRINUSE) {
		return doors{}, fmt.Errorf("port %d is taken by another program: stop that, or run %s demo --port %d", port, os.Args[0], port+1)
	}
	if err != nil {
		return doors{}, fmt.Errorf("the demo cannot have port %d, choose another with --port: %w", port, err)
	}
	metrics, err := at(port + 1010)
	if err != nil {
		metrics, err = at(0)
	}
	if err != nil {
		_ = web.Close()
		return doors{}, fmt.Errorf("the demo finds no port for its metrics: %w", err)
	}
	return doors{web: web, metrics: metrics}, nil
}

func demoConfig(o cli.DemoOptions, on doors, s *devkit.Services, box *mailbox.Box) (config.Config, error) {
	key, err := demoKey(filepath.Join(o.Dir, "master.key"))
	if err != nil {
		return config.Config{}, err
	}
	host, port := box.Addr()
	cfg := config.Config{
		PublicURL: "http://localhost:" + strconv.Itoa(o.Port), DataDir: o.Dir, LogFormat: "text",
		Workers: 4, Drain: 10 * time.Second, DatabaseConns: 16,
		DatabaseURL:         config.Secret(s.URL("bedelau_app", demoDatabase)),
		DatabasePlatformURL: config.Secret(s.URL("bedelau_platform", demoDatabase)),
		RedisURL:            config.Secret(s.RedisURL), MasterKey: config.Secret(key),
		SMTPHost: host, SMTPPort: port, SMTPFrom: "tidak-membalas@bedelau.localhost", SMTPTLS: "none",
		Metrics: on.metrics.Addr().String(),
	}
	return cfg, cfg.Validate()
}

// writeEnv keeps the demo's settings as variables, for the operator's other commands to be tried on it. They are secrets
// of this start alone, but for the key.
func writeEnv(file string, cfg config.Config) error {
	text := ""
	for _, v := range []struct{ name, value string }{
		{"BEDELAU_PUBLIC_URL", cfg.PublicURL}, {"BEDELAU_DATA_DIR", cfg.DataDir}, {"BEDELAU_LOG", cfg.LogFormat},
		{"DATABASE_URL", string(cfg.DatabaseURL)}, {"DATABASE_PLATFORM_URL", string(cfg.DatabasePlatformURL)},
		{"REDIS_URL", string(cfg.RedisURL)}, {"BEDELAU_MASTER_KEY", string(cfg.MasterKey)},
	} {
		text += v.name + "='" + v.value + "'\n"
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // an old file might have wider permissions than WriteFile gives a new one
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

// demoKey keeps the demo's master key beside its data, so that a second start can read the first one's.
func demoKey(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if err == nil {
		return string(raw), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: see its documentation
	text := base64.StdEncoding.EncodeToString(key)
	return text, os.WriteFile(file, []byte(text), 0o600)
}

func (a *App) greet(w io.Writer, o cli.DemoOptions, durable bool, took time.Duration) {
	city := func(slug string) string { return fmt.Sprintf("http://%s.localhost:%d", slug, o.Port) }
	fmt.Fprintf(w, `
Bedelau is running (%.1f s). Ctrl-C stops it; the data stays in %s, with its log in demo.log.

  Batam            %s
  Tanjungpinang    %s
  Platform (BUMD)  http://localhost:%d
  Mail of Batam    %s/kotak-surat   what the city has sent, and the present codes of the staff below
  API              %s/openapi.json
  Metrics          http://%s/metrics
  Test signatures  %s/%s   the authority of the demo's test certificates, for pdfsig
  Settings         %s/demo.env   for the other commands, such as bedelau usage and bedelau doctor

Sign in at /masuk. The password of everybody is: %s
`, took.Seconds(), o.Dir, city("batam"), city("tanjungpinang"), o.Port, city("batam"), city("batam"), a.Config.Metrics, o.Dir, demoCA, o.Dir, demoPassword)
	for _, p := range demoPeople {
		fmt.Fprintf(w, "  %-14s %-34s %s\n", p.tenant, p.email, p.about)
	}
	if !durable {
		fmt.Fprintln(w, "\nNo redis-server on this machine: the queue lives in memory and background tasks wait for the next sweep after a stop.")
	}
}
