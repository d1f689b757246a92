package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// sample is what one measurement found: how long each answer took, and all of them together.
type sample struct {
	took    []time.Duration
	elapsed time.Duration
}

// rate is in answers per second.
func (s sample) rate() float64 { return float64(len(s.took)) / s.elapsed.Seconds() }

// quantile returns the time within which a share q of the answers came.
func (s sample) quantile(q float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.took))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// join puts the rounds of one side together.
func join(rounds []sample) sample {
	var all sample
	for _, r := range rounds {
		all.took = append(all.took, r.took...)
		all.elapsed += r.elapsed
	}
	return all
}

// order is what a load asks for: each client takes its own next request, until there is none or the time is over.
type order struct {
	clients int
	time    time.Duration // zero: until next is exhausted
	want    int           // the status that every answer must have
	next    func(client, n int) []byte
}

// drive sends the requests of o to addr, each client one at a time over a connection of its own.
func drive(ctx context.Context, addr string, o order) (sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took := make([][]time.Duration, o.clients)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range o.clients {
		wg.Go(func() {
			var err error
			if took[i], err = client(ctx, addr, i, o, start); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return sample{}, err
	}
	return sample{took: slices.Concat(took...), elapsed: time.Since(start)}, nil
}

func client(ctx context.Context, addr string, id int, o order, start time.Time) ([]time.Duration, error) {
	var s sender
	defer s.close()
	took := make([]time.Duration, 0, 1024)
	for n := 0; o.time == 0 || time.Since(start) < o.time; n++ {
		request := o.next(id, n)
		if request == nil || ctx.Err() != nil {
			break
		}
		sent := time.Now()
		if err := s.ask(addr, request, o.want); err != nil {
			return nil, fmt.Errorf("bench: request %d of client %d: %w", n, id, err)
		}
		took = append(took, time.Since(sent))
	}
	return took, nil
}

// sender is one connection of a client. The requests are bytes made beforehand, and of an answer it reads what HTTP
// demands and no more: client and server share the machine, and a heavy client would make every server look alike.
type sender struct {
	to   string // where the last answer leads
	conn net.Conn
	in   *bufio.Reader
}

func (s *sender) ask(addr string, request []byte, want int) error {
	if s.conn == nil {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		s.conn, s.in = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	if err := s.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := s.conn.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	s.to = answer.Header.Get("Location")
	if answer.StatusCode != want {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 2000))
		return fmt.Errorf("answered %s, want %d: %s", answer.Status, want, said)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.Close {
		s.close()
	}
	return nil
}

func (s *sender) close() {
	if s.conn != nil {
		_ = s.conn.Close()
		s.conn = nil
	}
}
