package devkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrNoRedis is returned where a real Redis is asked for and the machine has none.
var ErrNoRedis = errors.New("devkit: no redis-server on this machine: run deploy/setup.sh (Debian, Ubuntu), or install Redis 6.2 or later")

// Redis is a running server on a port of 127.0.0.1, behind a password unless it serves a test.
type Redis struct {
	Addr string

	password string
	proc     *process
	memory   *memory
}

// StartRedis runs an empty redis-server in memory and without a password, for one test. On a machine without one it
// refuses with ErrNoRedis: a test never runs on an imitation.
func StartRedis(ctx context.Context) (*Redis, error) {
	bin, ok := redisBinary()
	if !ok {
		return nil, ErrNoRedis
	}
	return startRedis(ctx, bin, nil)
}

// startRedisOrMemory runs redis-server in the home, or an imitation in memory on a machine without one: the demo works
// then, and its queue is lost at every stop. The outbox in PostgreSQL survives that.
func startRedisOrMemory(ctx context.Context, h *home, o Options) (*Redis, error) {
	bin, ok := redisBinary()
	if !ok {
		o.Log.Warn("no redis-server on this machine: the queue is in memory and NOT DURABLE; deploy/setup.sh installs one")
		return startMemory()
	}
	if o.Fast {
		return startRedis(ctx, bin, nil)
	}
	dir := filepath.Join(h.path, "redis")
	if err := reap(filepath.Join(dir, "redis.pid"), dir); err != nil {
		return nil, failure("Redis", err)
	}
	return startRedis(ctx, bin, h)
}

// startRedis tries ports until one is still free when the server takes it.
func startRedis(ctx context.Context, bin string, h *home) (*Redis, error) {
	for range 10 {
		r, err := tryRedis(ctx, bin, h)
		if err == nil {
			return r, nil
		}
		if !strings.Contains(err.Error(), "listening") {
			return nil, failure("Redis", err)
		}
	}
	return nil, failure("Redis", errors.New("no free port on 127.0.0.1"))
}

func tryRedis(ctx context.Context, bin string, h *home) (*Redis, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	log, err := openLog(h, "redis")
	if err != nil {
		return nil, err
	}
	r := &Redis{Addr: addr}
	who := candidates("/")[0]
	if h != nil {
		who, r.password = h.who, rand.Text()
	}
	cmd := command(context.WithoutCancel(ctx), who, bin, "-") // the server outlives ctx, which bounds the start alone
	cmd.Stdin = strings.NewReader(r.settings(h))              // not arguments: those anybody can list
	if r.proc, err = spawn(cmd, log); err != nil {
		return nil, err
	}
	if err := r.proc.until(ctx, r.answers); err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// answers asks who is there: a server of somebody else may have taken the port meanwhile, and ours is about to say so.
// It connects anew each time, because a client that was refused waits a second before it tries again.
func (r *Redis) answers(ctx context.Context) error {
	client := redis.NewClient(&redis.Options{Addr: r.Addr, Password: r.password, MaxRetries: -1})
	defer client.Close()
	info, err := client.Info(ctx, "server").Result()
	if err == nil && !strings.Contains(info, fmt.Sprintf("process_id:%d\r\n", r.proc.pid)) {
		return fmt.Errorf("another server answers on %s", r.Addr)
	}
	return err
}

// settings: what is acknowledged survives a crash of Redis, and a full memory refuses instead of forgetting tasks.
func (r *Redis) settings(h *home) string {
	host, port, _ := net.SplitHostPort(r.Addr)
	s := fmt.Sprintf("bind %s\nport %s\ndaemonize no\nsave \"\"\nmaxmemory-policy noeviction\n", host, port)
	if h == nil {
		return s + "appendonly no\n"
	}
	dir := filepath.Join(h.path, "redis")
	return s + fmt.Sprintf("requirepass %s\nappendonly yes\nappendfsync everysec\ndir %q\npidfile %q\n",
		r.password, dir, filepath.Join(dir, "redis.pid"))
}

// URL is the address for redis.ParseURL, with the password.
func (r *Redis) URL() string {
	u := url.URL{Scheme: "redis", Host: r.Addr, Path: "/0"}
	if r.password != "" {
		u.User = url.UserPassword("", r.password)
	}
	return u.String()
}

// Durable reports whether what Redis has accepted survives its stop.
func (r *Redis) Durable() bool { return r.memory == nil }

// Stop ends the server, with its file complete. One that serves a test has nothing to complete.
func (r *Redis) Stop() {
	switch {
	case r.memory != nil:
		r.memory.stop()
	case r.password == "":
		r.proc.stop(0)
	default:
		r.proc.stop(10*time.Second, syscall.SIGTERM)
	}
}

// redisBinary finds the server under either of its names.
func redisBinary() (string, bool) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
