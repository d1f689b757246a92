package devkit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxSocket is the longest path of a unix socket that every system takes.
const maxSocket = 100

// home is the folder of the services, held by this process alone until close.
//
//	<dir>/services/lock      held while the services run
//	<dir>/services/pg        PostgreSQL's data
//	<dir>/services/redis     Redis's append-only file
//	<dir>/services/run       the socket; closed to every other account
//	<dir>/services/*.log     what the services said since their last start
type home struct {
	path string
	who  account
	run  string // the socket's folder: path/run, or a short one under /tmp
	lock *os.File
}

// openHome makes the folder where it is missing, and takes it.
func openHome(o Options) (*home, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, failure("data folder", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, failure("data folder", err)
	}
	h := &home{}
	if h.path, h.who, err = place(dir, o); err != nil {
		return nil, err
	}
	if h.lock, err = lockFile(filepath.Join(h.path, "lock")); err != nil {
		return nil, err
	}
	if h.run, err = h.socketFolder(); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// place finds or makes the folder of the services and says who runs them. A folder that the account cannot reach,
// such as a checkout under /root, is replaced by one under /var/lib with a link to it.
func place(dir string, o Options) (string, account, error) {
	link := filepath.Join(dir, "services")
	if path, err := filepath.EvalSymlinks(link); err == nil {
		who, err := resident(path)
		return path, who, err
	}
	_ = os.Remove(link) // a link whose folder is gone
	if info, err := os.Stat(dir); err == nil && info.Mode()&0o011 != 0o011 {
		_ = os.Chmod(dir, info.Mode().Perm()|0o011) // our own folder: passable, not listable; what is in it guards itself
	}
	for _, who := range candidates(dir) {
		if !who.reaches(dir) {
			continue
		}
		return link, who, makeHome(link, who)
	}
	who, ok := named("postgres")
	if !ok {
		if who, ok = named("nobody"); !ok {
			return "", who, failure("data folder", fmt.Errorf("no ordinary account can open %s", dir))
		}
	}
	sum := sha256.Sum256([]byte(dir))
	path := filepath.Join("/var/lib/bedelau", hex.EncodeToString(sum[:4]))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", who, failure("data folder", err)
	}
	if err := makeHome(path, who); err != nil {
		return "", who, err
	}
	if err := os.Symlink(path, link); err != nil {
		return "", who, failure("data folder", err)
	}
	o.Log.Warn("only root can open the data folder: PostgreSQL and Redis keep theirs elsewhere", "folder", path)
	return path, who, nil
}

// Remove deletes the services' data of a data folder for good. It refuses while a process uses them, and first ends
// what a crash has left running.
func Remove(dir string) error {
	link := filepath.Join(dir, "services")
	path, err := filepath.EvalSymlinks(link)
	if errors.Is(err, os.ErrNotExist) {
		return remove(link)
	}
	if err != nil {
		return failure("data folder", err)
	}
	lock, err := lockFile(filepath.Join(path, "lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	pg, redis := filepath.Join(path, "pg"), filepath.Join(path, "redis")
	if err := errors.Join(reap(filepath.Join(pg, "postmaster.pid"), pg), reap(filepath.Join(redis, "redis.pid"), redis)); err != nil {
		return failure("data folder", err)
	}
	if err := errors.Join(os.RemoveAll(path), os.RemoveAll(link)); err != nil {
		return failure("data folder", err)
	}
	return nil
}

func makeHome(path string, who account) error {
	for _, d := range []struct {
		path string
		mode os.FileMode
	}{{path, 0o711}, {filepath.Join(path, "run"), 0o700}, {filepath.Join(path, "redis"), 0o700}} {
		if err := os.MkdirAll(d.path, d.mode); err != nil {
			return failure("data folder", err)
		}
		if err := os.Chmod(d.path, d.mode); err != nil { // whatever the umask is
			return failure("data folder", err)
		}
		if d.path == path {
			continue
		}
		if err := who.own(d.path); err != nil {
			return failure("data folder", err)
		}
	}
	return nil
}

// resident is the account that an existing folder was made for; PostgreSQL starts for no other.
func resident(path string) (account, error) {
	who, ok := ownerOf(filepath.Join(path, "run"))
	if !ok {
		return who, failure("data folder", fmt.Errorf("%s is incomplete or belongs to root: drop it with make demo-reset", path))
	}
	if euid := os.Geteuid(); euid != 0 && uint32(euid) != who.uid {
		return who, failure("data folder", fmt.Errorf("%s belongs to another user (uid %d): run as that user or as root", path, who.uid))
	}
	return who, nil
}

// lockFile takes the lock or names the process that has it. The kernel frees it when its holder ends, however it ends,
// so that no lock is ever stale.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, failure("lock", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, failure("lock", err)
		}
		pid, _ := os.ReadFile(path)
		return nil, failure("lock", fmt.Errorf("%s is in use by another process (pid %s)", filepath.Dir(path), strings.TrimSpace(string(pid))))
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintln(f, os.Getpid())
	}
	return f, nil
}

// socketFolder is run, or a short one where the path is too long for a socket or has the comma that would part it in two.
func (h *home) socketFolder() (string, error) {
	run := filepath.Join(h.path, "run")
	if len(run)+len("/"+socketName) <= maxSocket && !strings.Contains(run, ",") {
		return run, nil
	}
	short, err := os.MkdirTemp("/tmp", "bedelau-")
	if err != nil {
		return "", failure("socket", err)
	}
	if err := h.who.own(short); err != nil {
		return "", failure("socket", err)
	}
	return short, nil
}

// openLog opens a service's log. It is emptied at each start: it serves to explain a failure, not to keep a history.
// Without a home it has no name, so that nothing is left behind.
func openLog(h *home, name string) (*os.File, error) {
	if h != nil {
		return os.OpenFile(filepath.Join(h.path, name+".log"), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	}
	f, err := os.CreateTemp("", "bedelau-*.log")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

func (h *home) close() {
	if h.run != "" && h.run != filepath.Join(h.path, "run") {
		_ = os.RemoveAll(h.run)
	}
	_ = h.lock.Close()
}
