// Package event lets one capability learn what another has done without either knowing the other.
//
// Every fact that the system announces is a struct in facts.go. A publisher calls Publish inside the transaction that
// makes the fact true. OnTx subscribers run in that same transaction (counting, metering); On subscribers run after it
// has committed, each once, through the outbox.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
)

// Fact is something that happened. Topic is its stable name, lower case words joined by "_".
type Fact interface{ Topic() string }

// Bus holds who subscribes to what. Subscribe while the program is built; Publish from then on.
type Bus struct {
	runner *jobs.Runner
	inTx   map[string][]func(ctx context.Context, tx bun.IDB, f any) error
	after  map[string][]jobs.Kind[json.RawMessage]
}

// New returns a Bus without subscribers whose later deliveries run on r.
func New(r *jobs.Runner) *Bus {
	return &Bus{
		runner: r,
		inTx:   map[string][]func(context.Context, bun.IDB, any) error{},
		after:  map[string][]jobs.Kind[json.RawMessage]{},
	}
}

var topicPattern = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

func topicOf[F Fact]() string {
	var zero F
	topic := zero.Topic()
	if !topicPattern.MatchString(topic) {
		panic(fmt.Sprintf("event: %T has the topic %q, want words of a-z joined by _", zero, topic))
	}
	return topic
}

// OnTx calls fn for each F inside the publisher's transaction: an error of fn undoes what the publisher did. Keep it
// to the subscriber's own rows.
func OnTx[F Fact](b *Bus, fn func(ctx context.Context, tx bun.IDB, f F) error) {
	topic := topicOf[F]()
	b.inTx[topic] = append(b.inTx[topic], func(ctx context.Context, tx bun.IDB, f any) error {
		return fn(ctx, tx, f.(F))
	})
}

// On calls fn for each F after the publisher has committed, once, in a transaction of the same city, with retries; an
// error of fn concerns this subscriber alone. It panics when the subscriber already subscribes to F or its name is
// not a package's, which is a bug at start.
func On[F Fact](b *Bus, subscriber string, fn func(ctx context.Context, tx bun.Tx, f F) error) {
	topic := topicOf[F]()
	name := subscriber + ".on_" + topic + ".v1"
	const retries, timeout = 12, 30 * time.Second
	err := jobs.Handle(b.runner, jobs.Kind[F]{Name: name, MaxRetry: retries, Timeout: timeout}, fn)
	if err != nil {
		panic(fmt.Sprintf("event: %s subscribes to %s: %v", subscriber, topic, err))
	}
	b.after[topic] = append(b.after[topic], jobs.Kind[json.RawMessage]{Name: name, MaxRetry: retries, Timeout: timeout})
}

// Publish announces f as part of tx: every OnTx subscriber has run when it returns, and every On subscriber will run
// if tx commits.
func Publish[F Fact](ctx context.Context, tx bun.IDB, b *Bus, f F) error {
	topic := f.Topic()
	for _, fn := range b.inTx[topic] {
		if err := fn(ctx, tx, f); err != nil {
			return fmt.Errorf("event: %s: %w", topic, err)
		}
	}
	if len(b.after[topic]) == 0 {
		return nil
	}
	payload, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("event: %s: %w", topic, err)
	}
	for _, k := range b.after[topic] {
		if err := jobs.Add(ctx, tx, k, json.RawMessage(payload)); err != nil {
			return fmt.Errorf("event: %s: %w", topic, err)
		}
	}
	return nil
}
