package inbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/identity"
)

// TestWhatTheAppsTellStandsInTheSameList: by its own deadline between what is worked on here, whatever the page's length,
// counted with it, narrowed down with it, and within the same reach.
func TestWhatTheAppsTellStandsInTheSameList(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	day := 24 * time.Hour
	budi := d.officer("Budi", "disdukcapil", "officer")
	d.put(t,
		item{name: "Here1", due: d.at.Add(-2 * day), holder: budi, service: "ktp"},
		item{name: "Here3", due: d.at.Add(day), channel: "counter"},
		item{name: "HereWaits", rank: 3, due: d.at.Add(-day), stage: "needs_correction"},
		item{name: "HereDone", rank: 2, closed: d.at.Add(-2 * day), stage: "completed"},
		item{name: "HereOther", agency: "dinkes", due: d.at.Add(day)},
	)
	d.tell(t, 1,
		item{name: "App2", due: d.at.Add(-day), service: "ktp"},
		item{name: "App4", due: d.at.Add(2 * day), sent: d.at.Add(-90 * day)},
		item{name: "AppDone", rank: 2, closed: d.at.Add(-day), stage: "completed"},
		item{name: "AppOld", rank: 2, closed: d.at.Add(-40 * day), stage: "completed"},
	)
	d.tell(t, 2,
		item{name: "AppWaits", rank: 3, due: d.at.Add(-day + time.Minute), stage: "needs_correction"},
		item{name: "AppOther", agency: "dinkes", due: d.at.Add(day + time.Minute)},
	)
	head, admin := d.officer("Kepala", "dinkes", "agency_head"), d.officer("Admin", "", "city_admin")
	for _, tt := range []struct {
		who             identity.Actor
		f               Filter
		want            string
		here, elsewhere int
	}{
		{budi, Filter{}, "Here1 App2 Here3 App4 HereWaits AppWaits", 3, 3},
		{admin, Filter{}, "Here1 App2 Here3 HereOther AppOther App4 HereWaits AppWaits", 4, 4},
		{head, Filter{}, "HereOther AppOther", 1, 1},
		{d.officer("Lain", "diskominfo", "officer"), Filter{}, "", 0, 0},
		{d.officer("Tanpa", "", "officer"), Filter{}, "", 0, 0},
		{budi, Filter{View: ViewLate}, "Here1 App2", 1, 1},
		{budi, Filter{View: ViewWaiting}, "HereWaits AppWaits", 1, 1},
		{budi, Filter{View: ViewDone}, "AppDone HereDone", 1, 1},
		{budi, Filter{View: ViewMine}, "Here1", 1, 0},
		{budi, Filter{View: ViewUnassigned}, "Here3", 1, 0},
		{budi, Filter{Source: Here}, "Here1 Here3 HereWaits", 3, 0},
		{budi, Filter{Source: InApps}, "App2 App4 AppWaits", 0, 3},
		{budi, Filter{Source: appOf(1).String()}, "App2 App4", 0, 2},
		{budi, Filter{Source: uuid.NewString()}, "", 0, 0},
		{budi, Filter{Source: InApps, View: ViewMine}, "", 0, 0},
		{budi, Filter{Source: InApps, Assignee: Nobody}, "", 0, 0},
		{budi, Filter{Assignee: Nobody}, "Here3 HereWaits", 2, 0},
		{budi, Filter{Channel: "counter"}, "Here3", 1, 0},
		{budi, Filter{Service: "ktp"}, "Here1 App2", 1, 1},
		{budi, Filter{Stage: "needs_correction"}, "HereWaits AppWaits", 1, 1},
		{admin, Filter{Agency: "dinkes"}, "HereOther AppOther", 1, 1},
		{budi, Filter{Agency: "dinkes"}, "", 0, 0},
		{budi, Filter{Late: true}, "Here1 App2", 1, 1},
		{budi, Filter{DueFrom: "2026-11-25", DueTo: "2026-11-26"}, "Here3 App4", 1, 1},
		{budi, Filter{SentTo: "2026-10-01"}, "App4", 0, 1},
		{budi, Filter{DueFrom: "2026-11-20", Sort: Oldest}, "App4 Here1 Here3 App2", 2, 2},
	} {
		for _, most := range []int{1, 2, 3, 25} {
			var got []Item
			q, err := d.Queue(d.ctx, tt.who, Query{Filter: tt.f, Limit: most})
			for got = q.Items; err == nil && q.Next != ""; got = append(got, q.Items...) {
				q, err = d.Queue(d.ctx, tt.who, Query{Filter: tt.f, Limit: most, Cursor: q.Next})
			}
			if err != nil {
				t.Fatal(err)
			}
			names := d.names(t, got)
			if tt.f.Sort == Oldest { // sent at one moment, the others are in the order of their ids
				names = strings.Join(append(strings.Fields(names)[:1], "Here1 Here3 App2"), " ")
			}
			if names != tt.want || q.Total != (Tally{tt.here, tt.elsewhere}) {
				t.Errorf("%s, %+v by %d: %s, counted %v; want %s", tt.who.Name, tt.f, most, names, q.Total, tt.want)
			}
		}
	}
	q, err := d.Queue(d.ctx, budi, Query{})
	want := map[View]Tally{ViewMine: {1, 0}, ViewUnassigned: {1, 0}, ViewAll: {3, 3}, ViewLate: {1, 1}, ViewWaiting: {1, 1}, ViewDone: {1, 1}}
	for v, n := range want {
		if err != nil || q.Counts[v] != n {
			t.Errorf("%s counts %v, want %v; %v", v, q.Counts[v], n, err)
		}
	}
}

// TestWhatTheAppsTellIsFoundByWords: by the app's own number, its words for the stage and the service.
func TestWhatTheAppsTellIsFoundByWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi := d.officer("Budi", "disdukcapil", "officer")
	d.put(t, item{name: "Izin Santoso", due: d.at.Add(time.Hour)})
	d.tell(t, 1,
		item{name: "SIP/2026/0117", due: d.at},
		item{name: "SIP/2026/0118", due: d.at.Add(2 * time.Hour), rank: 2, closed: d.at.Add(-time.Hour)},
		item{name: "SIP/2024/0001", rank: 2, closed: d.at.AddDate(-2, 0, 0)},
		item{name: "SIP/2026/0119", agency: "dinkes"},
	)
	for _, tt := range []struct {
		typed, want string
		months      int
	}{
		{"sip/2026/0117", "SIP/2026/0117", 0},
		{"SIP 2026", "SIP/2026/0117 SIP/2026/0118", 0},
		{"izin", "SIP/2026/0117 Izin Santoso SIP/2026/0118", 0},
		{"mencetak usaha", "SIP/2026/0117 SIP/2026/0118", 0}, // another form of the word
		{"0001", "SIP/2024/0001", Ever},
		{"0001", "", 0},
		{"0119", "", Ever}, // another agency's
	} {
		q, err := d.Queue(d.ctx, budi, Query{Search: tt.typed, Months: tt.months})
		if got := d.names(t, q.Items); err != nil || got != tt.want || q.Total.All() != len(q.Items) {
			t.Errorf("%q finds %s, %v; want %s", tt.typed, got, err, tt.want)
		}
	}
}

// TestOneListIsActedOnAndHandedOutAsOne: what stands beside one, what goes into a file and what is acted on by hand.
func TestOneListIsActedOnAndHandedOutAsOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	head := d.officer("Kepala", "disdukcapil", "agency_head")
	ids := d.put(t, item{name: "Here1", due: d.at.Add(-time.Hour), holder: head}, item{name: "Here3", due: d.at.Add(time.Hour)})
	told := d.tell(t, 1, item{name: "App2", due: d.at.Add(-time.Minute)}, item{name: "App4", rank: 3, due: d.at}, item{name: "AppDone", rank: 2, closed: d.at.Add(-time.Hour)})
	d.tell(t, 1, item{name: "AppOther", agency: "dinkes"})
	n, err := d.Neighbours(d.ctx, head, Filter{}, told[0])
	if err != nil || n != (Neighbours{Item{ID: ids[0]}, Item{ID: ids[1]}}) {
		t.Errorf("beside an app's: %+v, %v", n, err)
	}
	n, err = d.Neighbours(d.ctx, head, Filter{}, ids[1])
	if err != nil || n != (Neighbours{Item{told[0], true}, Item{told[1], true}}) {
		t.Errorf("beside one of ours: %+v, %v", n, err)
	}
	var got []Item
	if _, err := d.Export(d.ctx, head, Filter{}, "csv", func(part []Item) error { got = append(got, part...); return nil }); err != nil || d.names(t, got) != "Here1 App2 Here3 App4" {
		t.Errorf("a file of %s, %v", d.names(t, got), err)
	}
	if trail, err := audit.List(d.ctx, d.w.DB.App, audit.Filter{Action: "application.export"}); err != nil || len(trail.Entries) != 1 {
		t.Errorf("recorded %+v, %v", trail, err)
	}
	whole, total, err := d.Whole(d.ctx, head, Filter{}, 1)
	if err != nil || total != 2 || len(whole) != 1 || whole[0] != ids[0] {
		t.Errorf("to act on: %v of %d, %v", whole, total, err)
	}
	if whole, total, err = d.Whole(d.ctx, head, Filter{Source: InApps}, 10); err != nil || total != 0 || len(whole) != 0 {
		t.Errorf("to act on in apps: %v of %d, %v", whole, total, err)
	}
	loads, err := d.Workload(d.ctx, head, "")
	if err != nil || len(loads) != 3 || loads[0] != (Load{Open: 1, Week: 1}) || loads[1] != (Load{Officer: head.ID, Open: 1, Late: 1, Week: 1}) ||
		loads[2] != (Load{Elsewhere: true, Open: 1, Late: 1, Week: 1, Waiting: 1, Done: 1}) {
		t.Errorf("workload: %+v, %v", loads, err)
	}
}
