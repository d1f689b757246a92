package devkit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// TestMain lets the test program play the product in a process of its own, for the test that kills it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("DEVKIT_TEST_HOLD"); dir != "" {
		hold(dir)
	}
	os.Exit(m.Run())
}

// folder is a folder that an unprivileged account can reach, unlike t.TempDir, in memory where the system has that.
func folder(t *testing.T) string {
	t.Helper()
	top := "/dev/shm"
	if _, err := os.Stat(top); err != nil {
		top = "/tmp"
	}
	dir, err := os.MkdirTemp(top, "devkit-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *Services {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func query(t *testing.T, s *Services, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.SuperURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return out
}

func client(t *testing.T, s *Services) *redis.Client {
	t.Helper()
	opt, err := redis.ParseURL(s.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestServicesKeepTheirDataOverARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	if !s.Durable {
		t.Fatal("redis-server is installed, and the queue is not durable")
	}
	query(t, s, "CREATE TABLE kept (v text)")
	query(t, s, "INSERT INTO kept VALUES ('still here')")
	if err := client(t, s).Set(t.Context(), "kept", "too", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Stop()

	began := time.Now()
	s = start(t, dir)
	defer s.Stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the second start took %s", took)
	}
	if got := query(t, s, "SELECT v FROM kept"); got != "still here" {
		t.Errorf("PostgreSQL kept %q", got)
	}
	if got := client(t, s).Get(t.Context(), "kept").Val(); got != "too" {
		t.Errorf("Redis kept %q", got)
	}
}

func TestServicesAreSafeAndClosed(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	defer s.Stop()
	for setting, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"listen_addresses": "", "TimeZone": "UTC", "server_encoding": "UTF8"} {
		if got := query(t, s, "SELECT setting FROM pg_settings WHERE name = '"+setting+"'"); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "services", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder is %s, open to others", info.Mode())
	}
	opt, err := redis.ParseURL(s.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	stranger := redis.NewClient(&redis.Options{Addr: opt.Addr})
	defer stranger.Close()
	if err := stranger.Ping(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("Redis answers a stranger: %v", err)
	}
	for name, want := range map[string]string{"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""} {
		if got := client(t, s).ConfigGet(t.Context(), name).Val()[name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	defer s.Stop()
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "is in use by") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("a second start: %v", err)
	}
}

func TestAKilledProcessLeavesNothingRunningAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "DEVKIT_TEST_HOLD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, 64)
	n, err := out.Read(ready)
	if err != nil || !bytes.HasPrefix(ready[:n], []byte("ready")) {
		rest, _ := io.ReadAll(out)
		t.Fatalf("the other process: %v %s%s", err, ready[:n], rest)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(90 * time.Second); ; {
		left := workingIn(t, dir)
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still running after a kill -9: %v", left)
		}
		time.Sleep(5 * time.Millisecond) // between looks at a condition
	}
	s := start(t, dir)
	defer s.Stop()
	if got := query(t, s, "SELECT v FROM kept"); got != "by the killed" {
		t.Errorf("PostgreSQL kept %q", got)
	}
}

// hold starts the services, writes a row and waits to be killed.
func hold(dir string) {
	ctx := context.Background()
	s, err := Start(ctx, Options{Dir: dir, Log: slog.Default()})
	if err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(1)
	}
	conn, err := pgx.Connect(ctx, s.SuperURL("postgres"))
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE TABLE kept AS SELECT 'by the killed' AS v")
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString("ready")
	select {}
}

// workingIn lists the processes whose working folder is under dir.
func workingIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir) {
			found = append(found, link)
		}
	}
	return found
}
