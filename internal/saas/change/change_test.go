package change

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/saas/billing"
)

func TestHowAnOrderStands(t *testing.T) {
	t.Parallel()
	at, somebody, no := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), uuid.NullUUID{UUID: uuid.New(), Valid: true}, false
	for want, o := range map[State]Order{
		Waiting:   {},
		Refused:   {DecidedBy: somebody, DecidedAt: at, Approved: &no},
		Done:      {DoneAt: at},
		Withdrawn: {DoneAt: at, WithdrawnAt: at},
	} {
		if got := o.State(); got != want {
			t.Errorf("%+v is %s; want %s", o, got, want)
		}
	}
}

// A mark is the same for the same promise, whatever the running month comes to, and another one for any other.
func TestAMarkIsWhatIsPromised(t *testing.T) {
	t.Parallel()
	quote := func(change func(*Quote)) Quote {
		q := Quote{Kind: Raise, Prospect: billing.Prospect{On: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), MonthlyNow: 1, MonthlyThen: 2,
			Next: billing.Subscription{Plan: "besar", Version: 1, Addons: map[string]int64{"a": 1, "b": 2}}}}
		change(&q)
		return q
	}
	mark := quote(func(*Quote) {}).Mark()
	if same := quote(func(q *Quote) { q.MonthNow, q.MonthThen = 5, 6 }).Mark(); same != mark {
		t.Errorf("usage changes %q into %q", mark, same)
	}
	for what, change := range map[string]func(*Quote){
		"kind":    func(q *Quote) { q.Kind = Lower },
		"day":     func(q *Quote) { q.On = q.On.AddDate(0, 0, 1) },
		"plan":    func(q *Quote) { q.Next.Plan = "kecil" },
		"version": func(q *Quote) { q.Next.Version = 2 },
		"add-ons": func(q *Quote) { q.Next.Addons = map[string]int64{"a": 2, "b": 2} },
		"now":     func(q *Quote) { q.MonthlyNow++ },
		"then":    func(q *Quote) { q.MonthlyThen++ },
		"who":     func(q *Quote) { q.Waits = true },
	} {
		if quote(change).Mark() == mark {
			t.Errorf("another %s has the same mark", what)
		}
	}
}
