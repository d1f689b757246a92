package catalog

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
)

// asked counts statements.
type asked struct{ n atomic.Int64 }

func (a *asked) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (a *asked) AfterQuery(context.Context, *bun.QueryEvent)                        { a.n.Add(1) }

// TestAListIsDescribedAtOnce: every service costs the same few statements as one, and reads as Find says it.
func TestAListIsDescribedAtOnce(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	var count asked
	watched := New(w.DB.App.WithQueryHook(&count))
	all, err := watched.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	before := count.n.Load()
	cold, err := watched.Describe(ctx, all)
	if err != nil || len(cold) != len(all) {
		t.Fatalf("%d of %d described, %v", len(cold), len(all), err)
	}
	if n := count.n.Load() - before; n != 2 {
		t.Errorf("%d statements for %d services, want the version and the standards", n, len(all))
	}
	before = count.n.Load()
	if _, err := watched.Describe(ctx, all); err != nil || count.n.Load()-before != 1 {
		t.Errorf("%d statements the second time, %v", count.n.Load()-before, err)
	}
	for i, d := range cold {
		one, err := c.Find(ctx, all[i].Code)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, d, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
			t.Errorf("%s differs from Find (-Find +Describe):\n%s", all[i].Code, diff)
		}
	}
}

// TestAServiceThatLeftIsNotDescribed: the list was read before the pack changed.
func TestAServiceThatLeftIsNotDescribed(t *testing.T) {
	t.Parallel()
	c, ctx, w := batam(t)
	all, err := c.List(ctx, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine().Apply(t.Context(), w.DB, edited(t, map[string]string{"services/uwt.yaml": ""})); err != nil {
		t.Fatal(err)
	}
	left, err := c.Describe(ctx, all)
	if err != nil || len(left) != len(all)-1 {
		t.Errorf("%d of %d described, %v", len(left), len(all), err)
	}
}
