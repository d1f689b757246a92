package devkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running service.
type process struct {
	pid  int
	done chan struct{} // closed when it has ended
	log  *os.File
}

// command prepares a program that runs as who, in a process group of its own so that Ctrl-C in a terminal reaches us
// first, with nothing of our environment.
func command(ctx context.Context, who account, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if who.change {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	dieWithParent(cmd.SysProcAttr)
	return cmd
}

// spawn starts cmd and watches it. The goroutine keeps its thread until the child has ended, because Linux sends the
// parent-death signal when the thread ends that made the child, not when the program does.
func spawn(cmd *exec.Cmd, log *os.File) (*process, error) {
	cmd.Stdout, cmd.Stderr = log, log
	p := &process{done: make(chan struct{}), log: log}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.pid = cmd.Process.Pid
		started <- nil
		_ = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		log.Close()
		return nil, err
	}
	return p, nil
}

// stop asks with each signal in turn, waiting for the answer, and kills the group at last.
func (p *process) stop(wait time.Duration, signals ...syscall.Signal) {
	defer p.log.Close()
	for _, s := range signals {
		_ = syscall.Kill(p.pid, s)
		select {
		case <-p.done:
			return
		case <-time.After(wait):
		}
	}
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	<-p.done
}

// complaint is the line of the service's log that says why it did not start.
func (p *process) complaint() string {
	last := "it ended without a word"
	lines := bufio.NewScanner(io.NewSectionReader(p.log, 0, 1<<20))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		for _, mark := range []string{"FATAL:", "PANIC:", "Fatal error, "} {
			if _, why, ok := strings.Cut(line, mark); ok {
				return strings.TrimSpace(why)
			}
		}
		if _, text, ok := strings.Cut(line, " # "); ok { // Redis puts its number and the time before
			line = text
		}
		if line != "" {
			last = line
		}
	}
	return last
}

// patience is how long a service may take to answer: after a crash it first replays its log.
const patience = 2 * time.Minute

// until repeats ready until it succeeds, the service ends, or patience does.
func (p *process) until(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not ready after %s", patience))
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New(p.complaint())
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// reap deals with the pid file that a crash left behind: it ends a service that still works in folder, and removes the
// file when the number now belongs to somebody else, whom PostgreSQL would take for its own.
func reap(pidFile, folder string) error {
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 || !worksIn(pid, folder) {
		return remove(pidFile)
	}
	_ = syscall.Kill(pid, syscall.SIGINT)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if !worksIn(pid, folder) {
			return remove(pidFile)
		}
	}
	return fmt.Errorf("the server of an earlier start still runs (pid %d): stop it first", pid)
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
