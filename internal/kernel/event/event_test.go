package event_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

func newBus(t *testing.T, w *pgtest.World) (*event.Bus, *jobs.Runner) {
	t.Helper()
	r, err := jobs.New(w.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond,
		Retry: func(int) time.Duration { return 20 * time.Millisecond }},
		tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return event.New(r), r
}

func start(t *testing.T, r *jobs.Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		r.Stop(ctx)
	})
}

func publish(w *pgtest.World, b *event.Bus, city tenancy.City, f event.ApplicationSubmitted) error {
	return tenancy.InTx(w.Ctx(city), w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return event.Publish(ctx, tx, b, f)
	})
}

func waiting(t *testing.T, w *pgtest.World, city tenancy.City, state string) (n int) {
	t.Helper()
	if err := w.DB.App.NewRaw("SELECT count(*) FROM outbox WHERE state = ?", state).Scan(w.Ctx(city), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func submitted() event.ApplicationSubmitted {
	return event.ApplicationSubmitted{ApplicationID: uuid.New(), Number: "BTM-26-7K3QX-4", ServiceCode: "ktp-el-hilang",
		AgencyCode: "disdukcapil", AccountID: uuid.New(), Channel: event.ChannelWeb, At: time.Now().UTC().Truncate(time.Microsecond)}
}

func TestFactReachesEachSubscriberOnceInItsCity(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	b, r := newBus(t, w)
	f := submitted()
	var inTx atomic.Int64
	event.OnTx(b, func(ctx context.Context, _ bun.IDB, got event.ApplicationSubmitted) error {
		if inTx.Add(1); got != f {
			t.Errorf("in the transaction: %+v", got)
		}
		return nil
	})
	later := make(chan string, 9)
	for _, name := range []string{"dashboard", "survey"} {
		failed := false
		event.On(b, name, func(ctx context.Context, _ bun.Tx, got event.ApplicationSubmitted) error {
			if !failed { // one subscriber's trouble is not another's
				failed = true
				return errors.New("not yet")
			}
			if c, _ := tenancy.CityFrom(ctx); got != f || c.Slug != "batam" {
				t.Errorf("%s in %s: %+v", name, c.Slug, got)
			}
			later <- name
			return nil
		})
	}
	event.On(b, "dashboard", func(context.Context, bun.Tx, event.ApplicationDecided) error {
		t.Error("another fact was delivered")
		return nil
	})
	start(t, r)
	if err := publish(w, b, w.Batam, f); err != nil || inTx.Load() != 1 {
		t.Fatalf("%d in the transaction, %v", inTx.Load(), err)
	}
	if a, b := <-later, <-later; a == b {
		t.Errorf("%s twice", a)
	}
	deadline := time.Now().Add(90 * time.Second)
	for waiting(t, w, w.Batam, "done") < 2 && time.Now().Before(deadline) {
		select {
		case <-t.Context().Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	if n := waiting(t, w, w.Batam, "done"); n != 2 || len(later) != 0 {
		t.Errorf("%d done, %d deliveries too many", n, len(later))
	}
}

func TestRefusalOfAnOnTxSubscriberUndoesThePublisher(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	b, _ := newBus(t, w)
	no := errors.New("no")
	event.On(b, "survey", func(context.Context, bun.Tx, event.ApplicationSubmitted) error { return nil })
	event.OnTx(b, func(context.Context, bun.IDB, event.ApplicationSubmitted) error { return no })
	if err := publish(w, b, w.Batam, submitted()); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if n := waiting(t, w, w.Batam, "waiting"); n != 0 {
		t.Errorf("%d deliveries of what never was", n)
	}
	quiet, _ := newBus(t, w)
	if err := publish(w, quiet, w.Batam, submitted()); err != nil || waiting(t, w, w.Batam, "waiting") != 0 {
		t.Errorf("a fact that nobody wants: %v", err)
	}
}

type shouted struct{}

func (shouted) Topic() string { return "Not.A-Topic" }

func TestRegistrationRefuses(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	b, _ := newBus(t, w)
	nothing := func(context.Context, bun.Tx, event.StaffActive) error { return nil }
	event.On(b, "metering", nothing)
	for name, subscribe := range map[string]func(){
		"twice":            func() { event.On(b, "metering", nothing) },
		"no package":       func() { event.On(b, "Metering Co", nothing) },
		"a topic of noise": func() { event.On(b, "metering", func(context.Context, bun.Tx, shouted) error { return nil }) },
		"noise in the transaction": func() {
			event.OnTx(b, func(context.Context, bun.IDB, shouted) error { return nil })
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was accepted", name)
				}
			}()
			subscribe()
		}()
	}
}

// Facts pass through Redis and the outbox: each field has a wire name of its own, and none is named for a person.
func TestFactsHaveTopicsAndWireNames(t *testing.T) {
	t.Parallel()
	topics := map[string]bool{}
	for _, f := range []event.Fact{event.ApplicationSubmitted{}, event.CorrectionRequested{}, event.ApplicationCorrected{},
		event.ApplicationDecided{}, event.ApplicationEscalated{}, event.ApplicationCancelled{}, event.DocumentIssued{},
		event.NotificationSent{}, event.ExternalStatusReceived{}, event.StaffActive{}, event.APIRequested{}, event.AccountMail{}} {
		kind := reflect.TypeOf(f)
		if topics[f.Topic()] {
			t.Errorf("%s shares the topic %s", kind, f.Topic())
		}
		topics[f.Topic()] = true
		for i := range kind.NumField() {
			wire := kind.Field(i).Tag.Get("json")
			if wire == "" || strings.Contains(wire, "name") || strings.Contains(wire, "mail") || strings.Contains(wire, "phone") {
				t.Errorf("%s.%s is %q on the wire", kind, kind.Field(i).Name, wire)
			}
		}
		if _, err := json.Marshal(f); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
