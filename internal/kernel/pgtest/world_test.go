package pgtest_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

func TestWorldsAreApart(t *testing.T) {
	t.Parallel()
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			w := pgtest.Open(t)
			t.Logf("open: %s", time.Since(began))
			owner, err := pgx.Connect(t.Context(), w.OwnerURL)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := owner.Exec(t.Context(), "CREATE TABLE only_here ()"); err != nil {
				t.Errorf("another test's table is here: %v", err)
			}
			if err := owner.Close(t.Context()); err != nil {
				t.Error(err)
			}
			for city, want := range map[*tenancy.City][2]string{
				&w.Batam: {"batam", "BTM"}, &w.Other: {"tanjungpinang", "TPI"}, &w.Platform: {"platform", ""},
			} {
				if city.Slug != want[0] || city.NumberPrefix != want[1] {
					t.Errorf("city %q with prefix %q, want %q", city.Slug, city.NumberPrefix, want)
				}
				if id, ok := tenancy.From(w.Ctx(*city)); !ok || id != city.ID {
					t.Errorf("the context of %s is for %s", city.Slug, id)
				}
			}
		})
	}
}

// TestAFilledWorldIsWrittenOnce: each test has what was written at the first, and nothing of another's. A first test that fails
// leaves the rest theirs.
func TestAFilledWorldIsWrittenOnce(t *testing.T) {
	t.Parallel()
	var filled pgtest.Filled
	done := make(chan struct{})
	go func() { // as a test that ends within what it writes
		defer close(done)
		filled.Open(t, func(*pgtest.World) { runtime.Goexit() })
	}()
	<-done
	var written atomic.Int64
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			w := filled.Open(t, func(w *pgtest.World) {
				written.Add(1)
				if _, err := w.DB.Platform.NewRaw("UPDATE tenant SET demo = true WHERE slug = 'batam'").Exec(w.Ctx(w.Platform)); err != nil {
					t.Fatal(err)
				}
			})
			var marked []string
			if err := w.DB.Platform.NewRaw("SELECT slug FROM tenant WHERE demo").Scan(w.Ctx(w.Platform), &marked); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(marked, []string{"batam"}) || written.Load() != 1 {
				t.Errorf("%v are marked, which was written %d times", marked, written.Load())
			}
			if _, err := w.DB.Platform.NewRaw("UPDATE tenant SET demo = true").Exec(w.Ctx(w.Platform)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestEmptyHasNoTables(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var n int
	err = conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys'").Scan(&n)
	if err != nil || n != 0 {
		t.Errorf("%d tables, %v", n, err)
	}
}

func TestRedisIsOneTestsAlone(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			c := redis.NewClient(&redis.Options{Addr: pgtest.Redis(t)})
			defer c.Close()
			if n, err := c.Incr(t.Context(), "seen").Result(); err != nil || n != 1 {
				t.Errorf("seen %d times, %v", n, err)
			}
		})
	}
}
