package booking

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// TestFiveHundredAtOnceGetExactlyThePlacesThereAre lets 500 people ask for the same ten places in the same moment, each
// over a connection of the pool. Ten get one, everyone else hears which times are free, and asking again with the same key
// gives each winner the place that they have.
func TestFiveHundredAtOnceGetExactlyThePlacesThereAre(t *testing.T) {
	t.Parallel()
	const people, capacity = 500, 10
	st := newStage(t)
	r := rule()
	r.Capacity = capacity
	st.counter(t, Counter{Code: desk, Services: []string{service}}, r)
	all := make([]identity.Actor, people)
	for i := range all {
		all[i] = st.resident(t, fmt.Sprintf("Warga %d", i))
	}
	const at = "2026-12-01 09:00"
	var won, full, other atomic.Int64
	var winners sync.Map
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i, who := range all {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-gate
			b, err := st.Book(st.ctx, who, st.ask(desk, at, "k", t))
			var f *Full
			switch {
			case err == nil:
				won.Add(1)
				winners.Store(i, b)
			case errors.As(err, &f) && fault.Is(err, "booking.full") && len(f.Next) == nextMost && !f.Next[0].StartsAt.Equal(moment(t, at)):
				full.Add(1)
			default:
				other.Add(1)
				t.Errorf("person %d: %v", i, err)
			}
		}()
	}
	began := time.Now()
	close(gate)
	wg.Wait()
	t.Logf("%d people in %v", people, time.Since(began))
	if won.Load() != capacity || full.Load() != people-capacity || other.Load() != 0 {
		t.Errorf("%d won, %d heard that it is full, %d something else", won.Load(), full.Load(), other.Load())
	}
	if counted, live := st.places(t, at); counted != capacity || live != capacity {
		t.Errorf("%d places counted, %d bookings", counted, live)
	}
	winners.Range(func(i, b any) bool {
		again, err := st.Book(st.ctx, all[i.(int)], st.ask(desk, at, "k", t))
		if err != nil || again.ID != b.(Booking).ID {
			t.Errorf("again: %+v, %v", again, err)
		}
		return true
	})
	if n := len(st.facts); n != capacity {
		t.Errorf("%d facts", n)
	}
}

// TestOnePersonAtOnceHasOnePlace presses the button twenty times together, with one key and with twenty.
func TestOnePersonAtOnceHasOnePlace(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	r := rule()
	r.Capacity = 50
	st.counter(t, Counter{Code: desk, Services: []string{service}}, r)
	for name, key := range map[string]func(int) string{"one key": func(int) string { return "same" }, "many keys": func(i int) string { return fmt.Sprint(i) }} {
		who := st.resident(t, name)
		var got sync.Map
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				b, err := st.Book(st.ctx, who, st.ask(desk, "2026-12-01 09:00", key(i), t))
				if err != nil && !fault.Is(err, "booking.live") {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil {
					got.Store(b.ID, true)
				} else if name == "one key" {
					t.Errorf("%s: refused: %v", name, err)
				}
			})
		}
		wg.Wait()
		n := 0
		got.Range(func(any, any) bool { n++; return true })
		if n != 1 {
			t.Errorf("%s: %d bookings", name, n)
		}
	}
	if counted, live := st.places(t, "2026-12-01 09:00"); counted != 2 || live != 2 {
		t.Errorf("%d counted, %d live", counted, live)
	}
}

// TestMovesAndBookingsTogetherLoseNoPlace lets people book, swap and cancel between two slots of one day, with walk-ins
// and a day that closes at the end, all at once; afterwards the counts are those of the bookings.
func TestMovesAndBookingsTogetherLoseNoPlace(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	times := []string{"2026-12-01 09:00", "2026-12-01 09:30", "2026-12-02 09:00"}
	var wg sync.WaitGroup
	for i := range 12 {
		who := st.resident(t, fmt.Sprintf("Warga %d", i))
		wg.Go(func() {
			b, err := st.Book(st.ctx, who, BookInput{Counter: desk, Service: service, StartsAt: moment(t, times[i%3]), Key: "k", Channel: event.ChannelAPI})
			for n := range 6 {
				if err != nil {
					break
				}
				b, err = st.Reschedule(st.ctx, who, b.ID, moment(t, times[(i+n)%3]))
			}
			if err == nil && i%4 == 0 {
				_, err = st.Cancel(st.ctx, who, b.ID)
			}
			if err != nil && !fault.Is(err, "booking.full") && !fault.Is(err, "booking.full_all") {
				t.Errorf("person %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for _, at := range times {
		if counted, live := st.places(t, at); counted != live || counted > 2 {
			t.Errorf("%s: %d counted, %d live", at, counted, live)
		}
	}
	var days, bookings int
	err := st.w.DB.App.NewRaw(`SELECT (SELECT sum(booked) FROM counter_day WHERE tenant_id = ?0), (SELECT count(*) FROM booking WHERE tenant_id = ?0 AND state = 'booked')`,
		st.w.Batam.ID).Scan(st.ctx, &days, &bookings)
	if err != nil || days != bookings {
		t.Errorf("%d counted by day, %d bookings, %v", days, bookings, err)
	}
}
