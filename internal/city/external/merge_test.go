package external

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyHeard draws an event whose time often is another's, so that the ids have to decide.
func anyHeard(t *rapid.T, i int) heard {
	at := time.Date(2026, 11, 1, 0, 0, rapid.IntRange(0, 6).Draw(t, "second"), 0, time.UTC)
	h := heard{id: fmt.Sprintf("%c%d", rapid.SampledFrom([]rune("abzAZ")).Draw(t, "id"), i), at: at, status: Status{
		Service: rapid.SampledFrom([]string{"sip-dokter", "reklame"}).Draw(t, "service"),
		Stage:   rapid.SampledFrom(Stages()).Draw(t, "stage"),
		Label:   rapid.SampledFrom([]string{"", "Diperiksa", "Ditandatangani"}).Draw(t, "label"),
	}}
	if rapid.Bool().Draw(t, "due") {
		due := at.AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "days"))
		h.status.DueAt = &due
	}
	if rapid.Bool().Draw(t, "url") {
		h.status.URL = "https://x.go.id/" + h.id
	}
	if rapid.Bool().Draw(t, "document") {
		h.status.DocumentURL = "https://x.go.id/d/" + h.id
	}
	if rapid.Bool().Draw(t, "person") {
		h.person = &person{nikHash: []byte(h.id), emailHash: []byte("m" + h.id), nameMasked: "S•••"}
	}
	return h
}

// TestEveryOrderOfTheSameEventsGivesTheSameState merges a set of events in many orders, some of them more than once.
func TestEveryOrderOfTheSameEventsGivesTheSameState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := make([]heard, rapid.IntRange(1, 12).Draw(t, "n"))
		for i := range events {
			events[i] = anyHeard(t, i)
		}
		var want Application
		for _, e := range events {
			want.merge(e)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 6 {
			order := r.Perm(len(events))
			for range len(events) / 2 { // and again, as a network repeats
				order = append(order, r.IntN(len(events)))
			}
			var got Application
			for _, i := range order {
				got.merge(events[i])
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("order %v gives\n%+v\nthe first order gave\n%+v", order, got, want)
			}
		}
	})
}

func TestTheStateIsWhatTheLatestSays(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 11, 2, hour, 0, 0, 0, time.UTC) }
	due := at(100)
	var a Application
	a.merge(heard{id: "3", at: at(3), status: Status{Service: "s", Stage: Completed}})
	a.merge(heard{id: "1", at: at(1), status: Status{Service: "s", Stage: Received, DueAt: &due, URL: "https://a/1"}})
	a.merge(heard{id: "2", at: at(2), status: Status{Service: "s", Stage: Approved}, person: &person{nameMasked: "S"}})
	if a.Stage != Completed || !a.FirstAt.Equal(at(1)) || !a.DecidedAt.Equal(at(2)) || !a.ClosedAt.Equal(at(3)) || a.URL == "" || a.NameMasked != "S" || a.Late(at(200)) {
		t.Errorf("closed: %+v", a)
	}
	a.merge(heard{id: "4", at: at(4), status: Status{Service: "s", Stage: InReview}})
	if !a.DecidedAt.IsZero() || !a.ClosedAt.IsZero() || a.QueueRank != rankDue || a.Late(at(99)) || !a.Late(at(101)) {
		t.Errorf("opened again: %+v", a)
	}
	a.merge(heard{id: "5", at: at(5), status: Status{Service: "s", Stage: NeedsCorrection}})
	if a.QueueRank != rankWaiting || a.Late(at(101)) {
		t.Errorf("waiting: %+v", a)
	}
}
