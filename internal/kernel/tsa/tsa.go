// Package tsa asks a time-stamping authority (RFC 3161), within limits of its own, for the library that signs documents.
package tsa

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority is the time-stamping authority (RFC 3161) whose time signatures carry.
type Authority struct {
	URL      string        // empty for none
	Optional bool          // while it does not answer, documents are signed without its time instead of waiting for it
	Timeout  time.Duration // of one question; five seconds when zero
}

// Tries is how many questions are put for one signature, before whoever asked has to try again.
const Tries = 3

const (
	stampTimeout = 5 * time.Second
	stampPause   = 500 * time.Millisecond
	stampMost    = 256 << 10 // bytes of an answer
)

// ErrNoStamp is that the authority gave no usable answer.
var ErrNoStamp = errors.New("tsa: no time stamp")

// Relayed runs do with the address of a relay to the authority that lives as long as do does. The library that signs asks
// without a limit of its own and says nothing of why it was not answered; the relay bounds every question and remembers.
func (a Authority) Relayed(ctx context.Context, do func(url string) error) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("tsa: time stamp: %w", err)
	}
	var mu sync.Mutex
	var unanswered error
	path := "/" + rand.Text()
	srv := &http.Server{ReadTimeout: stampTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			http.NotFound(w, r)
			return
		}
		query, err := io.ReadAll(http.MaxBytesReader(w, r.Body, stampMost))
		var answer []byte
		if err == nil {
			answer, err = a.ask(ctx, query)
		}
		if err != nil {
			mu.Lock()
			unanswered = err
			mu.Unlock()
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = w.Write(answer) // a reader that has gone fails by itself
	})}
	go func() { _ = srv.Serve(l) }() // ends with Close
	defer srv.Close()
	err = do("http://" + l.Addr().String() + path)
	mu.Lock()
	defer mu.Unlock()
	if unanswered != nil {
		return fmt.Errorf("%w: %w", ErrNoStamp, unanswered)
	}
	return err
}

// ask puts a question to the authority, a few times before it gives up. An answer to another question is none.
func (a Authority) ask(ctx context.Context, query []byte) ([]byte, error) {
	want, err := timestamp.ParseRequest(query)
	if err != nil {
		return nil, err
	}
	var failed error
	for try := range Tries {
		if try > 0 {
			select {
			case <-time.After(stampPause << (try - 1)):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		answer, err := a.once(ctx, query)
		if err == nil {
			var got *timestamp.Timestamp
			if got, err = timestamp.ParseResponse(answer); err == nil && !bytes.Equal(got.HashedMessage, want.HashedMessage) {
				err = errors.New("the answer is for another signature")
			}
		}
		if err == nil {
			return answer, nil
		}
		failed = err
	}
	return nil, failed
}

func (a Authority) once(ctx context.Context, query []byte) ([]byte, error) {
	limit := a.Timeout
	if limit <= 0 {
		limit = stampTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the authority answers %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, stampMost+1))
	if err == nil && len(body) > stampMost {
		err = errors.New("the authority answers too much")
	}
	return body, err
}
