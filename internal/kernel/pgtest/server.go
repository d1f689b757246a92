package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"bedelau/internal/kernel/devkit"
)

// server is this test process's PostgreSQL.
type server struct {
	pg    *devkit.Postgres
	slot  *os.File // held until the process ends, so that no other process takes the folder
	count atomic.Int64
}

// start runs the server at the first test that asks. It ends with the process: the kernel interrupts it.
var start = sync.OnceValues(func() (*server, error) {
	base, err := baseFolder()
	if err != nil {
		return nil, err
	}
	s, err := startIn(base)
	if err != nil { // a damaged master, such as after a power cut (it is written without fsync), is made anew, once
		if again := forgetMaster(base); again != nil {
			return nil, errors.Join(err, again)
		}
		s, err = startIn(base)
	}
	return s, err
})

func serverFor(t testing.TB) *server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s
}

// roomy is how much memory must be free for the folders to live there.
const roomy = 2 << 30

// baseFolder is where the master and the copies live, kept between runs: 80 MB for each process that tests at a time.
// In memory where there is plenty, because ext4 takes half a second to make the files of a database after another was
// dropped, and memory 40 ms. TMPDIR decides otherwise.
func baseFolder() (string, error) {
	top := os.TempDir()
	var shm syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs("/dev/shm", &shm) == nil && shm.Bavail*uint64(shm.Bsize) >= roomy {
		top = "/dev/shm"
	}
	base := filepath.Join(top, fmt.Sprintf("bedelau-pgtest-%d", os.Geteuid()))
	if err := os.MkdirAll(base, 0o711); err != nil {
		return "", err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", err
	}
	// The name can be guessed, and the folder above is everybody's.
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s belongs to somebody else: remove it or set TMPDIR", base)
	}
	return base, os.Chmod(base, 0o711) // whatever the umask is: the server's account passes through
}

// startIn runs the server on a fresh copy of the master, so that whatever a test did to its roles is forgotten.
func startIn(base string) (*server, error) {
	slot, dir, err := takeSlot(base)
	if err != nil {
		return nil, err
	}
	pg, err := startCopy(base, dir)
	if err != nil {
		slot.Close()
		return nil, err
	}
	return &server{pg: pg, slot: slot}, nil
}

func startCopy(base, dir string) (*devkit.Postgres, error) {
	if err := devkit.Remove(dir); err != nil { // waits for the server of a process that has just ended
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	if err := copyMaster(base, dir); err != nil {
		return nil, err
	}
	return devkit.StartPostgres(context.Background(), devkit.Options{Dir: dir, Fast: true})
}

// takeSlot holds the first folder that no running process holds.
func takeSlot(base string) (slot *os.File, dir string, err error) {
	for n := range 64 {
		dir := filepath.Join(base, fmt.Sprintf("slot-%d", n))
		slot, err := os.OpenFile(dir+".lock", os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, "", err
		}
		if syscall.Flock(int(slot.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return slot, dir, nil
		}
		slot.Close()
	}
	return nil, "", errors.New("64 test processes are running at once")
}

// copyMaster copies the migrated folder, making it first where this set of migrations has none yet.
func copyMaster(base, dir string) error {
	for {
		found := false
		err := locked(base, syscall.LOCK_SH, func() error {
			master := filepath.Join(base, masterKey(), "services")
			info, err := os.Lstat(master)
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			if !info.IsDir() {
				return fmt.Errorf("the server's account cannot reach %s: set TMPDIR to a folder like /tmp", base)
			}
			found = true
			out, err := exec.Command("cp", "-a", master, dir).CombinedOutput() // keeps the server's account as the owner
			if err != nil {
				return fmt.Errorf("copy: %w: %s", err, out)
			}
			return nil
		})
		if err != nil || found {
			return err
		}
		if err := locked(base, syscall.LOCK_EX, func() error { return makeMaster(base) }); err != nil {
			return err
		}
	}
}

// locked runs fn while other processes may read the masters (LOCK_SH) or do nothing (LOCK_EX).
func locked(base string, how int, fn func() error) error {
	f, err := os.OpenFile(filepath.Join(base, "master.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return err
	}
	return fn()
}
