package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// side is one of those that are compared, listening on a port of its own.
type side struct {
	addr string
	stop func() error
}

// product serves the whole program on a database.
func (b *run) product(ctx context.Context, database string, v Variant) (*side, *Program, error) {
	p, err := b.Build(ctx, database, v)
	if err != nil {
		return nil, nil, err
	}
	h := p.Handler
	if v.Recorder != nil {
		h = v.Recorder.Around(h)
	}
	s, err := listen(ctx, func(ctx context.Context, ln net.Listener) error { return p.Serve(ctx, ln, h) })
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	stop := s.stop
	s.stop = func() error { defer p.Close(); return stop() }
	return s, p, nil
}

// bare serves what a program of net/http and pgx alone would be, on a database.
func (b *run) bare(ctx context.Context, database string) (*side, error) {
	cfg, err := pgxpool.ParseConfig(b.SuperURL)
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.Database, cfg.MaxConns = database, int32(b.Conns)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	srv := &http.Server{Handler: b.bareHandler(pool), ReadHeaderTimeout: 10 * time.Second}
	s, err := listen(ctx, func(ctx context.Context, ln net.Listener) error {
		context.AfterFunc(ctx, func() { _ = srv.Close() })
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	stop := s.stop
	s.stop = func() error { defer pool.Close(); return stop() }
	return s, nil
}

func (b *run) bareHandler(pool *pgxpool.Pool) http.Handler {
	owner := make(map[string]draft, len(b.drafts))
	for _, d := range b.drafts {
		owner[d.id.String()] = d
	}
	rec := b.recorded
	mux := http.NewServeMux()
	mux.HandleFunc("GET /layanan/{code}", func(w http.ResponseWriter, r *http.Request) {
		if err := rec.page.run(r.Context(), pool, nil); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(rec.body)
	})
	mux.HandleFunc("POST /permohonan/{id}/kirim", func(w http.ResponseWriter, r *http.Request) {
		d := owner[r.PathValue("id")]
		if _, err := r.Cookie(sessionCookie); err != nil {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		if err := rec.submit.run(r.Context(), pool, rec.given(d)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, "/permohonan/"+d.id.String(), http.StatusSeeOther)
	})
	return mux
}

// listen runs serve on a free port until stop.
func listen(ctx context.Context, serve func(context.Context, net.Listener) error) (*side, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- serve(ctx, ln) }()
	return &side{addr: ln.Addr().String(), stop: func() error { cancel(); return <-done }}, nil
}

// fetch asks once and returns the body.
func (s *side) fetch(ctx context.Context, host, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		return nil, err
	}
	r.Host = host
	r.Header.Set("Accept-Encoding", acceptEncoding)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("bench: %s answered %s: %s", path, res.Status, strings.TrimSpace(string(body)))
	}
	return body, err
}
