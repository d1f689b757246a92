package devkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestReapEndsOnlyWhatWorksInTheFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	elsewhere := exec.CommandContext(t.Context(), "sleep", "60")
	elsewhere.Dir = "/"
	here := exec.CommandContext(t.Context(), "sleep", "60")
	here.Dir = dir
	for _, cmd := range []*exec.Cmd{elsewhere, here} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- here.Wait() }()
	for _, tt := range []struct{ name, text string }{
		{"not a number", "?"},
		{"a number that nobody has", "999999999\n" + dir},
		{"a process that works elsewhere", strconv.Itoa(elsewhere.Process.Pid) + "\n" + dir},
		{"a service left by a crash", strconv.Itoa(here.Process.Pid) + "\n" + dir},
	} {
		file := filepath.Join(t.TempDir(), "postmaster.pid")
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := reap(file, dir); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("%s: the file is still there", tt.name)
		}
	}
	select {
	case <-ended:
	case <-time.After(90 * time.Second):
		t.Error("the service left by a crash still runs")
	}
	if !worksIn(elsewhere.Process.Pid, "/") {
		t.Error("somebody else's process was ended")
	}
}

// TestRootInAClosedFolder is a checkout under /root: the account of the services cannot pass through it.
func TestRootInAClosedFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("only root has folders that its services cannot reach")
		return
	}
	closed := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "data")
	for range 2 { // the second start finds the same place
		s, err := Start(t.Context(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		s.Stop()
	}
	place, err := filepath.EvalSymlinks(filepath.Join(dir, "services"))
	if err != nil || !strings.HasPrefix(place, "/var/lib/bedelau/") {
		t.Fatalf("the services are in %q, %v", place, err)
	}
	if err := Remove(dir); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{place, filepath.Join(dir, "services")} {
		if _, err := os.Lstat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there", gone)
		}
	}
}

func TestRemoveRefusesWhileInUse(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	h, err := openHome(Options{Dir: dir}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if err := Remove(dir); err == nil {
		t.Error("removed under a running service")
	}
	h.close()
	if err := Remove(dir); err != nil {
		t.Error(err)
	}
	if err := Remove(dir); err != nil {
		t.Errorf("removing nothing: %v", err)
	}
}

func TestAnUnusualPathWorks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("panjang-", 12), "Data, Kota Batam", "kota 'Ø' \"x\""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Start(t.Context(), Options{Dir: filepath.Join(folder(t), name)})
			if err != nil {
				t.Fatal(err)
			}
			run := s.home.run
			s.Stop()
			if _, err := os.Stat(filepath.Join(run, socketName)); !os.IsNotExist(err) {
				t.Errorf("%s was left behind", run)
			}
		})
	}
}

func TestMemoryStandsInForRedis(t *testing.T) {
	t.Parallel()
	r, err := startMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	if r.Durable() {
		t.Error("it claims to be durable")
	}
	opt, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	defer c.Close()
	if err := c.Set(t.Context(), "lock", "held", 200*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(90 * time.Second); c.Exists(t.Context(), "lock").Val() == 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("its clock stands still")
		}
	}
}

func TestAStartThatFailsSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, tt := range []struct {
		name  string
		spoil func(services string) error
		want  string
	}{
		{"a version that is not installed", func(s string) error {
			return os.WriteFile(filepath.Join(s, "pg", "PG_VERSION"), []byte("9\n"), 0o600)
		}, "PostgreSQL 9, which is no longer installed"},
		{"a damaged folder", func(s string) error { return os.Remove(filepath.Join(s, "pg", "global", "pg_control")) }, "pg_control"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(dir, strconv.Itoa(len(tt.name)))
			pg, err := StartPostgres(t.Context(), Options{Dir: dir, Fast: true})
			if err != nil {
				t.Fatal(err)
			}
			pg.Stop()
			if err := tt.spoil(filepath.Join(dir, "services")); err != nil {
				t.Fatal(err)
			}
			if pg, err = StartPostgres(t.Context(), Options{Dir: dir, Fast: true}); err == nil {
				pg.Stop()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says %q, want %q", err, tt.want)
			}
		})
	}
}
