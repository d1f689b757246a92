package metering

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
)

// Collector records requests of the API without making them wait: it gathers up to 1,000 or for 50 ms and writes them
// in one statement per city. A request is counted in at most that time after it; a process that is killed loses the
// requests of its last 50 ms, which are the city's gain and never its cost.
type Collector struct {
	db   *bun.DB
	log  *slog.Logger
	in   chan collected
	done chan struct{}

	closing sync.RWMutex // held for reading while an event is handed in, so that none is sent on a closed channel
	closed  bool
	dropped atomic.Int64
}

type collected struct {
	tenant tenancy.ID
	event  Event
}

const (
	collectWait   = 50 * time.Millisecond
	collectBuffer = 50 * maxBatch // what an outage of the database may hold back, about 20 MB
	collectRetry  = time.Second
)

// NewCollector returns a Collector that has not started; it writes through db, the application role's pool.
func NewCollector(db *bun.DB, log *slog.Logger) *Collector {
	return &Collector{db: db, log: log, in: make(chan collected, collectBuffer), done: make(chan struct{})}
}

// Requested counts one request of ctx's city and returns at once. Without a city in ctx there is nobody to count it
// for. A request that cannot be counted (its fact is malformed, or the database has been away for so long that the buffer
// is full) is dropped, and Dropped says so.
func (c *Collector) Requested(ctx context.Context, f event.APIRequested) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return
	}
	e := apiEvent(f)
	e.Type = f.Topic()
	c.closing.RLock()
	defer c.closing.RUnlock()
	if c.closed || len(e.validate(0)) > 0 { // a batch with a malformed event would be refused whole
		c.dropped.Add(1)
		return
	}
	select {
	case c.in <- collected{tenant: tenant, event: e}:
	default:
		c.dropped.Add(1)
	}
}

// Dropped is how many requests were not counted since the start; above zero it wants an operator, who sees it in
// /metrics.
func (c *Collector) Dropped() int64 { return c.dropped.Load() }

// Start begins to write, until Stop.
func (c *Collector) Start() { go c.run() }

// Stop writes what is gathered and returns when it is written or ctx is done. Call it after the last request.
func (c *Collector) Stop(ctx context.Context) error {
	c.closing.Lock()
	if !c.closed {
		c.closed = true
		close(c.in)
	}
	c.closing.Unlock()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Collector) run() {
	defer close(c.done)
	for {
		first, ok := <-c.in
		if !ok {
			return
		}
		c.write(c.gather(first))
	}
}

// gather returns the events of the next 50 ms, or 1,000.
func (c *Collector) gather(first collected) map[tenancy.ID][]Event {
	batch := map[tenancy.ID][]Event{first.tenant: {first.event}}
	timer := time.NewTimer(collectWait)
	defer timer.Stop()
	for n := 1; n < maxBatch; n++ {
		select {
		case next, ok := <-c.in:
			if !ok {
				return batch
			}
			batch[next.tenant] = append(batch[next.tenant], next.event)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// write records each city's events. A database that is away is waited for while the buffer takes what comes; when the
// process is stopping there is no buffer left to wait with, so the last attempt is the only one.
func (c *Collector) write(batch map[tenancy.ID][]Event) {
	for tenant, events := range batch {
		for {
			err := c.record(tenant, events)
			if err == nil {
				break
			}
			c.log.Error("usage of the API not recorded", "tenant", tenant, "events", len(events), "err", err)
			if c.stopping() {
				c.dropped.Add(int64(len(events)))
				break
			}
			time.Sleep(collectRetry)
		}
	}
}

func (c *Collector) record(tenant tenancy.ID, events []Event) error {
	ctx, cancel := context.WithTimeout(tenancy.WithID(context.Background(), tenant), 10*time.Second)
	defer cancel()
	_, err := RecordBatch(ctx, c.db, events, nil)
	return err
}

func (c *Collector) stopping() bool {
	c.closing.RLock()
	defer c.closing.RUnlock()
	return c.closed
}
