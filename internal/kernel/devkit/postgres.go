package devkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser  = "postgres"
	socketName = ".s.PGSQL.5432"

	draftPrefix = "pg.new-"
)

// Postgres is a running PostgreSQL that listens on a unix socket alone, in a folder closed to other accounts: no port
// to be taken, no password to keep, and nobody else on the machine gets in.
type Postgres struct {
	proc *process
	home *home
	only bool // the folder is this server's alone, so Stop frees it
}

// StartPostgres runs PostgreSQL without Redis, for the tests.
func StartPostgres(ctx context.Context, o Options) (*Postgres, error) {
	o = o.withDefaults()
	h, err := openHome(o)
	if err != nil {
		return nil, err
	}
	pg, err := startPostgres(ctx, h, o)
	if err != nil {
		h.close()
		return nil, err
	}
	pg.only = true
	return pg, nil
}

// URL is the address of a database as a role.
func (p *Postgres) URL(role, database string) string {
	query := url.Values{"host": {p.home.run}, "port": {"5432"}}.Encode()
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database,
		RawQuery: strings.ReplaceAll(query, "+", "%20")} // neither pgx nor libpq reads a plus as a space
	return u.String()
}

// Stop ends the server and frees its folder.
func (p *Postgres) Stop() {
	p.stop()
	if p.only {
		p.home.close()
	}
}

// stop asks for a fast shutdown, then for an immediate one, which costs the next start a recovery and no data.
func (p *Postgres) stop() { p.proc.stop(15*time.Second, syscall.SIGINT, syscall.SIGQUIT) }

func startPostgres(ctx context.Context, h *home, o Options) (*Postgres, error) {
	data := filepath.Join(h.path, "pg")
	bin, err := postgresFor(data)
	if err != nil {
		return nil, failure("PostgreSQL", err)
	}
	if err := initialise(ctx, h, bin, data, o.Fast); err != nil {
		return nil, failure("PostgreSQL", err)
	}
	if err := reap(filepath.Join(data, "postmaster.pid"), data); err != nil {
		return nil, failure("PostgreSQL", err)
	}
	log, err := openLog(h, "pg")
	if err != nil {
		return nil, failure("PostgreSQL", err)
	}
	args := []string{"-D", data}
	for _, s := range settings(h, o.Fast) {
		args = append(args, "-c", s)
	}
	// The server outlives ctx, which bounds the start alone; Stop ends it.
	proc, err := spawn(command(context.WithoutCancel(ctx), h.who, filepath.Join(bin, "postgres"), args...), log)
	if err != nil {
		return nil, failure("PostgreSQL", err)
	}
	p := &Postgres{proc: proc, home: h}
	if err := proc.until(ctx, p.ping); err != nil {
		p.stop()
		return nil, failure("PostgreSQL", err)
	}
	return p, nil
}

func (p *Postgres) ping(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(p.home.run, socketName)); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, p.URL(superuser, superuser))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func settings(h *home, fast bool) []string {
	s := []string{
		"listen_addresses=", "unix_socket_directories=" + h.run, "unix_socket_permissions=0700",
		"timezone=UTC", "log_timezone=UTC", "logging_collector=off", "log_destination=stderr", "jit=off",
	}
	if !fast {
		return append(s, "shared_buffers=128MB", "max_connections=100")
	}
	return append(s, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
		"wal_level=minimal", "max_wal_senders=0", "min_wal_size=2MB", "max_wal_size=64MB", "shared_buffers=64MB", "max_connections=300")
}

// initialise makes the data folder aside and renames it when it is whole, so that an interrupted first start leaves
// nothing that looks finished. Each attempt has a folder of its own: the initdb of one that was killed a moment ago may
// still be clearing up.
func initialise(ctx context.Context, h *home, bin, data string, fast bool) error {
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		return nil
	}
	left, err := os.ReadDir(h.path)
	if err != nil {
		return err
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), draftPrefix) {
			_ = os.RemoveAll(filepath.Join(h.path, e.Name())) // what cannot go yet goes at the next first start
		}
	}
	draft, err := os.MkdirTemp(h.path, draftPrefix)
	if err != nil {
		return err
	}
	if err := h.who.own(draft); err != nil {
		return err
	}
	args := []string{"-D", draft, "-U", superuser, "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=reject"}
	if fast {
		args = append(args, "--no-sync", "--wal-segsize=1") // a small log: the folder is copied for every test process
	}
	out, err := command(ctx, h.who, filepath.Join(bin, "initdb"), args...).CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLine(out))
	}
	if err := os.Rename(draft, data); err != nil {
		return err
	}
	if fast {
		return nil
	}
	return errors.Join(syncFolder(h.path), syncFolder(data))
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func lastLine(out []byte) string {
	s := strings.TrimSpace(string(out))
	return s[strings.LastIndexByte(s, '\n')+1:]
}
