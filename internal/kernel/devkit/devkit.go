// Package devkit runs PostgreSQL and Redis as children of this process, for `bedelau demo` and for the tests, so that
// neither needs a server that somebody has set up. A real deployment names its own servers and never comes here.
//
// Both services run from the system's binaries in a folder of their own, as an unprivileged account when the program
// itself is root, and end with the program, however it ends.
package devkit

import (
	"context"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// Options says where the services live and what they may risk.
type Options struct {
	Dir  string       // data folder; the services use Dir/services
	Fast bool         // tests only: PostgreSQL without fsync, Redis in memory without a password
	Log  *slog.Logger // nil discards
}

// Services are a running PostgreSQL and Redis.
type Services struct {
	RedisURL string // for redis.ParseURL; it holds the password
	Durable  bool   // false when there is no redis-server binary and the queue lives in memory

	pg    *Postgres
	redis *Redis
	home  *home
}

// Start runs both services in o.Dir and returns when they answer. It refuses, in one sentence that an operator can act
// on, when a binary is missing, when another process uses the folder, or when the folder cannot be used.
func Start(ctx context.Context, o Options) (*Services, error) {
	o = o.withDefaults()
	h, err := openHome(o)
	if err != nil {
		return nil, err
	}
	s := &Services{home: h}
	var g errgroup.Group // not bound to ctx: both results are wanted, so that one failure stops the other service
	g.Go(func() (err error) {
		s.pg, err = startPostgres(ctx, h, o)
		return err
	})
	g.Go(func() (err error) {
		s.redis, err = startRedisOrMemory(ctx, h, o)
		return err
	})
	if err := g.Wait(); err != nil {
		s.Stop()
		return nil, err
	}
	s.RedisURL, s.Durable = s.redis.URL(), s.redis.Durable()
	return s, nil
}

// SuperURL is the address of a database as the superuser, for storage.Bootstrap alone.
func (s *Services) SuperURL(database string) string { return s.pg.URL(superuser, database) }

// URL is the address of a database as a role. It needs no password: only this account reaches the socket.
func (s *Services) URL(role, database string) string { return s.pg.URL(role, database) }

// Stop ends both services cleanly and frees the folder. It may be called after a failed Start.
func (s *Services) Stop() {
	if s.redis != nil {
		s.redis.Stop()
	}
	if s.pg != nil {
		s.pg.stop()
	}
	s.home.close()
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// failure is an error of this package: what could not be done, and the reason that a person can act on.
func failure(what string, err error) error { return fmt.Errorf("devkit: %s: %w", what, err) }
