package casework

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// TestTwoOfficersNeverTakeTheSame has eight officers take from ten applications at once until nothing is left.
func TestTwoOfficersNeverTakeTheSame(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	const officers, work = 8, 10
	for i := range work {
		st.on(t, time.Date(2026, 11, 24, 9, i, 0, 0, time.UTC).Format("2006-01-02 15:04"))
		st.submitted(t, st.resident(t, st.ctx, "Warga"), nikOf(i))
	}
	var mu sync.Mutex
	taken := map[uuid.UUID]string{}
	var wg sync.WaitGroup
	for i := range officers {
		who := st.officer(t, string(rune('A'+i)), "disdukcapil", "officer")
		wg.Go(func() {
			last, mine := uuid.Nil, map[uuid.UUID]bool{}
			for {
				app, err := st.TakeNext(st.ctx, who, last)
				if err != nil || mine[app.ID] { // back at the first of one's own: nothing is left that nobody has
					if err != nil && len(mine) > 1 {
						t.Errorf("%s: %v", who.Name, err)
					}
					return
				}
				mu.Lock()
				if taken[app.ID] != "" {
					t.Errorf("%s and %s have %s", taken[app.ID], who.Name, app.Number)
				}
				taken[app.ID] = who.Name
				mu.Unlock()
				mine[app.ID], last = true, app.ID
			}
		})
	}
	wg.Wait()
	// What was locked by a colleague for the moment was passed over, so some may be left; nobody has them.
	rest := st.officer(t, "Z", "disdukcapil", "officer")
	for last := uuid.Nil; len(taken) < work; {
		app, err := st.TakeNext(st.ctx, rest, last)
		if err != nil {
			t.Fatal(err)
		}
		taken[app.ID], last = "Z", app.ID
	}
}

func TestWhatComesNext(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	var apps []application.Application
	for i, at := range []string{"2026-11-23 09:00", "2026-11-24 09:00", "2026-11-25 09:00", "2026-11-26 09:00"} {
		st.on(t, at)
		apps = append(apps, st.submitted(t, st.resident(t, st.ctx, "Warga"), nikOf(i)))
	}
	claim := func(who identity.Actor, i int) {
		t.Helper()
		var err error
		if apps[i], err = st.Claim(st.ctx, who, apps[i].ID, apps[i].Version, false, ""); err != nil {
			t.Fatal(err)
		}
	}
	claim(dewi, 0)
	claim(budi, 2)
	next := func(but uuid.UUID, want int) {
		t.Helper()
		app, err := st.TakeNext(st.ctx, budi, but)
		if err != nil || app.ID != apps[want].ID || app.AssigneeID.UUID != budi.ID {
			t.Fatalf("next is %s of %s, %v; want number %d", app.ID, app.AssigneeName, err, want)
		}
		apps[want] = app
	}
	next(uuid.Nil, 1)   // nobody's, ahead of his own; dewi's is not for him
	next(apps[1].ID, 2) // his own
	next(apps[2].ID, 3) // nobody's
	next(apps[3].ID, 1) // behind the last the first again
	next(uuid.New(), 1) // from elsewhere
	next(apps[0].ID, 1) // from a colleague's, which is ahead
	d, err := st.Get(st.ctx, budi, apps[3].ID)
	if last := d.Timeline[len(d.Timeline)-1]; err != nil || last.Action != application.EventAssigned || last.ActorName != "Budi" {
		t.Errorf("the story ends with %+v, %v", last, err)
	}
	if trail := st.trail(t, apps[3].ID); len(trail) != 2 || trail[1].Action != "application.assigned" {
		t.Errorf("audit %+v", trail)
	}
	_, err = st.TakeNext(st.ctx, st.officer(t, "Lain", "dinkes", "officer"), uuid.Nil)
	wants(t, err, "application.no_next")
	_, err = st.TakeNext(st.ctx, st.officer(t, "Inspektur", "", "auditor"), uuid.Nil)
	wants(t, err, "access.denied")
	_, err = st.TakeNext(st.ctx, st.resident(t, st.ctx, "Siti"), uuid.Nil)
	wants(t, err, "access.denied")
}

// TestManyAtOnceAreToldApart: what one of them refuses stops no other, and nothing is done twice.
func TestManyAtOnceAreToldApart(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	budi, dewi := st.officer(t, "Budi", "disdukcapil", "officer"), st.officer(t, "Dewi", "disdukcapil", "officer")
	var items []Item
	for i := range 3 {
		app := st.submitted(t, st.resident(t, st.ctx, "Warga"), nikOf(i))
		items = append(items, Item{app.ID, app.Version})
	}
	if _, err := st.Claim(st.ctx, dewi, items[1].ID, items[1].Version, false, ""); err != nil {
		t.Fatal(err)
	}
	items = append(items, items[0], Item{uuid.New(), 1})
	out, err := Bulk(st.ctx, items, func(ctx context.Context, it Item) (application.Application, error) {
		return st.Claim(ctx, budi, it.ID, it.Version, false, "")
	})
	if err != nil || len(out) != 4 {
		t.Fatalf("%d results, %v", len(out), err)
	}
	for i, want := range []string{"", "application.changed", "", "application.not_found"} {
		switch {
		case want != "":
			wants(t, out[i].Err, want)
		case out[i].Err != nil || out[i].Application.AssigneeID.UUID != budi.ID:
			t.Errorf("%d: %+v", i, out[i])
		}
	}
	_, err = Bulk(st.ctx, nil, nil)
	wants(t, err, "input.invalid")
	_, err = Bulk(st.ctx, make([]Item, bulkMax+1), nil)
	wants(t, err, "input.invalid")
	ctx, stop := context.WithCancel(st.ctx)
	out, err = Bulk(ctx, items, func(context.Context, Item) (application.Application, error) {
		stop()
		return application.Application{}, nil
	})
	if len(out) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("stopped with %+v, %v", out, err)
	}
}

// TestAPersonsNumberIsAskedForOnRecord: the exact number finds what is within reach, for those who may see such numbers,
// and the record has who asked and not what for.
func TestAPersonsNumberIsAskedForOnRecord(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	app := st.submitted(t, st.resident(t, st.ctx, "Siti"), sitiNIK)
	budi := st.officer(t, "Budi", "disdukcapil", "officer")
	find := func(who identity.Actor, number string, want int) {
		t.Helper()
		found, err := st.ByIdentifier(st.ctx, who, form.NIK, number)
		if err != nil || len(found) != want || want == 1 && (found[0].ID != app.ID || found[0].Answers != nil) {
			t.Errorf("%s finds %d, %v", who.Name, len(found), err)
		}
	}
	find(budi, sitiNIK, 1)
	find(budi, nikOf(1), 0)
	find(st.officer(t, "Lain", "dinkes", "officer"), sitiNIK, 0)
	_, err := st.ByIdentifier(st.ctx, st.officer(t, "Inspektur", "", "auditor"), form.NIK, sitiNIK)
	wants(t, err, "access.denied") // reads every application, but no such number
	var trail audit.Page
	err = tenancy.InTx(st.ctx, st.Deps.DB.App, func(ctx context.Context, tx bun.Tx) (err error) {
		trail, err = audit.List(ctx, tx, audit.Filter{Action: "application.find_identifier"})
		return err
	})
	if err != nil || len(trail.Entries) != 3 || trail.Entries[2].ActorID != budi.ID {
		t.Fatalf("recorded %+v, %v", trail.Entries, err)
	}
	for _, e := range trail.Entries {
		if string(e.Detail) == "" || strings.Contains(string(e.Detail), sitiNIK) {
			t.Errorf("the record says %s", e.Detail)
		}
	}
}
