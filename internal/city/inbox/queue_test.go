package inbox

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

func TestTheQueueByDeadline(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi, dewi := d.officer("Budi", "disdukcapil", "officer"), d.officer("Dewi", "disdukcapil", "officer")
	day := 24 * time.Hour
	d.put(t,
		item{name: "Late", due: d.at.Add(-day), holder: dewi},
		item{name: "Waits", rank: rankWaiting, stage: "needs_correction", holder: budi},
		item{name: "Done", rank: rankDecided, stage: "completed", closed: d.at.Add(-time.Minute), holder: budi},
		item{name: "Ready", rank: rankDecided, stage: "approved", holder: budi},
		item{name: "Second", due: d.at.Add(2 * day)},
		item{name: "First", due: d.at.Add(day)},
		item{name: "Endless", rank: 1},
		item{name: "Other", agency: "dinkes", due: d.at.Add(day + time.Minute)},
	)
	for _, tt := range []struct {
		who  identity.Actor
		view View
		want string
	}{
		{budi, ViewAll, "Late First Second Endless Ready Waits"},
		{budi, ViewUnassigned, "First Second Endless"},
		{budi, ViewMine, "Ready Waits"},
		{dewi, ViewMine, "Late"},
		{budi, ViewLate, "Late"},
		{budi, ViewWaiting, "Waits"},
		{budi, ViewDone, "Done"},
		{d.officer("Kepala", "dinkes", "agency_head"), ViewAll, "Other"},
		{d.officer("Admin", "", "city_admin"), ViewAll, "Late First Other Second Endless Ready Waits"},
		{d.officer("Tanpa", "", "officer"), ViewAll, ""},
	} {
		q, err := d.Queue(d.ctx, tt.who, Query{Filter: Filter{View: tt.view}})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.names(t, q.Items); got != tt.want || q.Counts[tt.view].All() != len(q.Items) || q.Total.All() != len(q.Items) {
			t.Errorf("%s of %s: %s, counted %v; want %s", tt.view, tt.who.Name, got, q.Counts[tt.view], tt.want)
		}
	}
	other := d.officer("Admin", "", "city_admin")
	other.TenantID = d.w.Other.ID
	if q, err := d.Queue(d.w.Ctx(d.w.Other), other, Query{}); err != nil || len(q.Items) != 0 || q.Counts[ViewAll] != (Tally{}) {
		t.Errorf("another city's queue: %+v, %v", q, err)
	}
	_, err := d.Queue(d.w.Ctx(d.w.Other), budi, Query{})
	wants(t, err, "access.sign_in")
	d.on(d.at.Add(36 * day)) // done more than thirty days ago
	if q, err := d.Queue(d.ctx, budi, Query{Filter: Filter{View: ViewDone}}); err != nil || len(q.Items) != 0 || q.Counts[ViewDone] != (Tally{}) {
		t.Errorf("done long ago: %v, %v", q.Counts, err)
	}
	if q, err := d.Queue(d.ctx, budi, Query{Search: "done"}); err != nil || d.names(t, q.Items) != "Done" {
		t.Errorf("search finds %s, %v", d.names(t, q.Items), err)
	}
	_, err = d.Queue(d.ctx, identity.Actor{ID: uuid.New(), TenantID: d.w.Batam.ID, Kind: identity.Resident}, Query{})
	wants(t, err, "access.denied")
}

func TestAFilterNarrowsAViewDown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi, dewi := d.officer("Budi", "disdukcapil", "officer"), d.officer("Dewi", "disdukcapil", "officer")
	wib := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("WIB", 7*3600))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	d.put(t,
		item{name: "A", service: "akta-kelahiran", due: wib("2026-11-24 23:59"), sent: wib("2026-11-20 00:00"), holder: budi},
		item{name: "B", due: wib("2026-11-25 00:00"), sent: wib("2026-11-20 23:59"), channel: "api"},
		item{name: "C", due: wib("2026-11-23 09:00"), sent: wib("2026-11-21 00:00"), stage: "in_review", holder: dewi},
		item{name: "D", rank: rankWaiting, sent: wib("2026-11-19 08:00"), holder: budi},
		item{name: "E", rank: rankDecided, closed: wib("2026-11-22 08:00"), sent: wib("2026-11-18 08:00"), channel: "counter"},
	)
	for _, tt := range []struct {
		f    Filter
		want string
	}{
		{Filter{Service: "akta-kelahiran"}, "A"},
		{Filter{Service: "none"}, ""},
		{Filter{Agency: "disdukcapil"}, "C A B D"},
		{Filter{Agency: "dinkes"}, ""}, // out of reach
		{Filter{Stage: "in_review"}, "C"},
		{Filter{Channel: "api"}, "B"},
		{Filter{View: ViewDone, Channel: "counter"}, "E"},
		{Filter{View: ViewDone, Channel: "web"}, ""},
		{Filter{Assignee: Me}, "A D"},
		{Filter{Assignee: Nobody}, "B"},
		{Filter{Assignee: dewi.ID.String()}, "C"},
		{Filter{View: ViewMine, Assignee: dewi.ID.String()}, ""},
		{Filter{Late: true}, "C"},
		{Filter{DueWithin: 1}, "C A"},
		{Filter{DueWithin: 2}, "C A B"},
		{Filter{DueFrom: "2026-11-24", DueTo: "2026-11-24"}, "A"},
		{Filter{DueTo: "2026-11-23"}, "C"},
		{Filter{SentFrom: "2026-11-20", SentTo: "2026-11-20"}, "A B"},
		{Filter{SentFrom: "2026-11-21"}, "C"},
		{Filter{Sort: Newest}, "C B A D"},
		{Filter{Sort: Oldest}, "D A B C"},
	} {
		q, err := d.Queue(d.ctx, budi, Query{Filter: tt.f})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.names(t, q.Items); got != tt.want || q.Total.All() != len(q.Items) {
			t.Errorf("%+v: %s, %v in all; want %s", tt.f, got, q.Total, tt.want)
		}
		if q.Counts[ViewAll] != (Tally{Here: 4}) || q.Counts[ViewDone] != (Tally{Here: 1}) {
			t.Errorf("%+v changes the counts of the views: %v", tt.f, q.Counts)
		}
	}
	for name, f := range map[string]Filter{
		"view": {View: "everything"}, "source": {Source: "elsewhere"}, "service": {Service: "a b"}, "agency": {Agency: "'"}, "stage": {Stage: "A"}, "channel": {Channel: "fax"},
		"assignee": {Assignee: "budi"}, "due_within": {DueWithin: -1}, "sort": {Sort: "name"}, "due_from": {DueFrom: "besok"},
		"due_to": {DueFrom: "2026-11-24", DueTo: "2026-11-23"}, "sent_from": {SentFrom: "2026-13-01"}, "sent_to": {SentTo: "24-11-2026"},
	} {
		_, err := d.Queue(d.ctx, budi, Query{Filter: f})
		wants(t, err, "input.invalid")
		if got := fault.From(err).Fields; len(got) != 1 || got[0].Name != name {
			t.Errorf("%+v is refused as %v, want field %s", f, err, name)
		}
	}
}

func TestPagesOfTheQueueMeetWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi := d.officer("Budi", "disdukcapil", "officer")
	d.fill(t, 600, []identity.Actor{budi})
	d.fillApps(t, 400)
	for _, f := range []Filter{{View: ViewAll}, {View: ViewDone}, {Sort: Newest}, {Sort: Oldest}, {Service: "layanan-10"}, {Source: Here}, {Source: InApps, View: ViewDone}} {
		seen, cursor := map[Item]bool{}, ""
		for {
			q, err := d.Queue(d.ctx, budi, Query{Filter: f, Limit: 7, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range q.Items {
				if seen[id] {
					t.Fatalf("%v comes twice", id)
				}
				seen[id] = true
			}
			if cursor = q.Next; cursor == "" {
				if len(seen) != q.Total.All() || len(seen) == 0 || f.Source == "" && (q.Total.Here == 0 || q.Total.Elsewhere == 0) {
					t.Errorf("%+v: %d rows, counted %v", f, len(seen), q.Total)
				}
				break
			}
		}
	}
	for _, bad := range []string{"x", "%%%", base64.RawURLEncoding.EncodeToString([]byte("0 1 2")), base64.RawURLEncoding.EncodeToString([]byte("999 -1 " + d.w.Batam.ID.String()))} {
		_, err := d.Queue(d.ctx, budi, Query{Cursor: bad})
		wants(t, err, "request.cursor")
	}
}

func TestSearchByNumberAndByWords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi := d.officer("Budi", "disdukcapil", "officer")
	d.put(t, item{name: "Siti Rahma", due: d.at.Add(time.Hour)}, item{name: "Rahmat Hidayat", due: d.at.Add(2 * time.Hour)},
		item{name: "Rahma Lama", rank: rankDecided, stage: "completed", closed: d.at.AddDate(-1, 0, 0)}, item{name: "Siti Rahma", agency: "dinkes"})
	for range 30 {
		d.put(t, item{name: "Warga Biasa"})
	}
	for _, tt := range []struct {
		typed, want string
		n           int
	}{
		{"siti", "Siti Rahma", 1}, {"SITI  RAHMA", "Siti Rahma", 1}, {"rahma siti", "Siti Rahma", 1},
		{"Rahma", "Siti Rahma Rahmat Hidayat Rahma Lama", 3}, // open work first, by deadline; then what was closed, by name
		{"lama", "", 0}, {"rahma la", "Rahma Lama", 1}, // closed a year ago: by the beginning of the name alone
		{"penduduk hidayat", "Rahmat Hidayat", 1}, {"kartunya rahmat", "Rahmat Hidayat", 1}, // the stem of the service's name
		{"kehilangan siti", "Siti Rahma", 1},
		{"00002", "Rahmat Hidayat", 1}, {"BTM-26-00001-X", "Siti Rahma", 1}, {"btm2600001x", "Siti Rahma", 1}, {"BTM-26-00003", "Rahma Lama", 1},
		{"Warga", "", 25}, {"biasa", "", 25}, {"BTM-26-", "", 25},
		{"%", "", 0}, {"_", "", 0}, {"' OR 1=1 --", "", 0}, {"a & b | !c:*", "", 0}, {"<->", "", 0}, {strings.Repeat("w", 100_000), "", 0},
	} {
		q, err := d.Queue(d.ctx, budi, Query{Search: tt.typed})
		if err != nil || len(q.Items) != tt.n || q.More != (tt.n == 25) || tt.want != "" && d.names(t, q.Items) != tt.want {
			t.Errorf("%.40q finds %s, more %v, %v; want %d, %s", tt.typed, d.names(t, q.Items), q.More, err, tt.n, tt.want)
		}
	}
	q, err := d.Queue(d.ctx, d.officer("Lain", "perizinan", "officer"), Query{Search: "siti"})
	if err != nil || len(q.Items) != 0 {
		t.Errorf("another agency finds %d, %v", len(q.Items), err)
	}
}

// TestSearchFindsWhatIsClosedAndWhatWasWritten: closed cases by their words, and any case by a note or a message, as far
// back as is asked for, within the reader's reach.
func TestSearchFindsWhatIsClosedAndWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	budi, admin := d.officer("Budi", "disdukcapil", "officer"), d.officer("Admin", "", "city_admin")
	closed := func(months int) item {
		return item{name: "Andi Lama", rank: rankDecided, stage: "completed", closed: d.at.AddDate(0, -months, 0)}
	}
	ids := d.put(t, item{name: "Siti Rahma"}, closed(2), closed(11), closed(13), closed(40), item{name: "Andi Jauh", agency: "dinkes"}, item{name: "Dewi Ayu"})
	conn := d.super(t)
	say := func(to uuid.UUID, agency, action string, public bool, months int, text string) {
		t.Helper()
		_, err := conn.Exec(t.Context(), `INSERT INTO application_event (tenant_id, id, application_id, agency_code, at, version, action, actor_id, actor_kind, public, message)
			VALUES ($1, gen_random_uuid(), $2, $3, $4, 1, $5, $2, 'staff', $6, $7)`, d.w.Batam.ID, to, agency, d.at.AddDate(0, -months, 0), action, public, text)
		if err != nil {
			t.Fatal(err)
		}
	}
	say(ids[0], "disdukcapil", "note", false, 1, "Sudah ditelepon, berkas asli menyusul.")
	say(ids[3], "disdukcapil", "approve", true, 14, "Silakan mengambil berkasnya di loket.")
	say(ids[6], "disdukcapil", "assigned", false, 1, "Berkas Wijaya") // neither a note nor public
	say(ids[5], "dinkes", "note", false, 1, "Berkas menyusul.")
	for _, tt := range []struct {
		typed  string
		months int
		want   int
	}{
		{"andi lama", 0, 4}, // all, by the beginning of the name
		{"lama", 0, 2}, {"lama", 3, 1}, {"lama", 36, 3}, {"lama", Ever, 4},
		{"menyusul", 0, 1}, {"berkas menyusul", 0, 1}, {"menyusul loket", 0, 0}, {"telepon", 0, 1}, // its stem
		{"berkas", 0, 1}, {"berkas", 36, 2}, {"loket", 0, 0}, {"loket", Ever, 1}, {"wijaya", Ever, 0},
	} {
		q, err := d.Queue(d.ctx, budi, Query{Search: tt.typed, Months: tt.months})
		if err != nil || len(q.Items) != tt.want {
			t.Errorf("%q in %d months finds %s, %v; want %d", tt.typed, tt.months, d.names(t, q.Items), err, tt.want)
		}
	}
	if q, err := d.Queue(d.ctx, admin, Query{Search: "berkas"}); err != nil || d.names(t, q.Items) != "Andi Jauh Siti Rahma" && d.names(t, q.Items) != "Siti Rahma Andi Jauh" {
		t.Errorf("the city finds %s, %v", d.names(t, q.Items), err)
	}
	abroad := d.officer("Jauh", "disdukcapil", "officer")
	abroad.TenantID = d.w.Other.ID
	for _, typed := range []string{"lama", "berkas", "siti"} {
		if q, err := d.Queue(d.w.Ctx(d.w.Other), abroad, Query{Search: typed, Months: Ever}); err != nil || len(q.Items) != 0 {
			t.Errorf("another city finds %d by %q, %v", len(q.Items), typed, err)
		}
	}
}
