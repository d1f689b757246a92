package inbox

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The load of the plan test: 100,000 applications, of which a tenth is open. A million behave the same, because no plan
// may touch what was closed; `bedelau bench lifecycle` proves that.
const (
	crowded  = 100_000
	openWork = crowded / 10
)

// TestTheQueueReadsOpenWorkAlone asks PostgreSQL, as the role that serves under row-level security, how it answers each
// statement of the queue. No plan may read the table from end to end, nor touch more than what is open (or closed in the
// last thirty days, for that view), and what reads more than a page of rows reads an index alone.
func TestTheQueueReadsOpenWorkAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	heard := &listener{}
	d.Service.d.DB.App = d.w.DB.App.WithQueryHook(heard)
	var officers []identity.Actor
	for range 40 {
		officers = append(officers, d.officer("Petugas", "disdukcapil", "officer"))
	}
	d.fill(t, crowded, officers)
	d.fillApps(t, crowded/2)
	done := crowded / 4 // two minutes apart: thirty days of them
	area := d.officer("Wilayah", "disdukcapil", "officer")
	area.Areas = []string{"21.71.03", "21.71.05.1001"}
	for who, actor := range map[string]identity.Actor{"an agency": officers[3], "the city": d.officer("Admin", "", "city_admin"), "two areas": area} {
		for _, f := range []Filter{
			{View: ViewMine}, {View: ViewUnassigned}, {View: ViewAll}, {View: ViewLate}, {View: ViewWaiting}, {View: ViewDone},
			{Service: "layanan-10", Stage: "received"}, {Channel: "api", Sort: Newest}, {Assignee: officers[5].ID.String()},
			{View: ViewDone, Service: "layanan-3"}, {DueFrom: "2026-11-20", DueTo: "2026-11-24"}, {SentFrom: "2026-11-01", Late: true},
			{Service: "none"}, {StepLate: true}, {StepLate: true, Service: "layanan-10", Sort: Oldest}, {District: "21.71.03"}, {Subdistrict: "21.71.05.1001", View: ViewDone}, {District: Nowhere, Sort: Newest}, {Source: Here}, {Source: InApps, View: ViewDone}, {Source: appOf(3).String(), Service: "layanan-3"}, {Source: InApps, Sort: Newest},
		} {
			if who == "two areas" && f.Source != "" && f.Source != Here {
				continue // such a list is empty: apps say nothing of areas
			}
			heard.sent = nil
			q, err := d.Queue(d.ctx, actor, Query{Filter: f})
			if err != nil {
				t.Fatal(err)
			}
			if who != "two areas" && (q.Counts[ViewAll].Here != openWork && q.Counts[ViewAll].Here != openWork/2 || q.Counts[ViewAll].Elsewhere != openWork/2 && q.Counts[ViewAll].Elsewhere != openWork/4) {
				t.Fatalf("%s has %v open", who, q.Counts[ViewAll])
			}
			if f.StepLate && (q.Total.Here == 0 && who != "two areas" || q.Total.Here >= openWork || q.Total.Elsewhere > 0) {
				t.Errorf("%s has %v past the time of their step", who, q.Total)
			}
			if len(heard.sent) < 3 {
				t.Fatalf("%+v sends %d statements", f, len(heard.sent))
			}
			for _, sql := range heard.sent {
				most := openWork
				if strings.Contains(sql, "closed_at IS NOT NULL") {
					most = done
				}
				if p := d.explain(t, sql); p.judge(most, fewRows, listsIn(sql)) != "" {
					t.Errorf("%s, %+v %s:\n%s\n%s", who, f, p.judge(most, fewRows, listsIn(sql)), sql, p.raw)
				}
			}
		}
		for _, typed := range []string{"0000500 kartu", "BTM-26-000", "warga 00005", "tiada", "0099999", "langka", "SIP/0003000 izin", "izin usaha"} {
			heard.sent = nil
			if _, err := d.Queue(d.ctx, actor, Query{Search: typed, Months: Ever}); err != nil {
				t.Fatal(err)
			}
			for _, sql := range heard.sent {
				if notes := strings.Contains(sql, "inbox_message"); notes || strings.Contains(sql, "inbox_answer") {
					index := "application_answer_words"
					if notes {
						index = "application_event_words"
					}
					if p := d.explain(t, sql); p.judge(toldMost, 6*toldMost, 1) != "" || !strings.Contains(p.raw, index) {
						t.Errorf("%s, notes or answers with %s %s:\n%s\n%s", who, typed, p.judge(toldMost, 6*toldMost, 1), sql, p.raw)
					}
					continue
				}
				if strings.Contains(sql, "interval '0' DESC") && !strings.Contains(d.explain(t, sql).raw, "application_words_closed") {
					t.Errorf("%s, closed with %s: %s\n%s", who, typed, sql, d.explain(t, sql).raw)
				}
				most, few := walked, walked
				if who == "two areas" {
					most, few = done, fewRows // of the index alone, to find as many of theirs
				}
				if p := d.explain(t, sql); p.judge(most, few, listsIn(sql)) != "" || strings.Contains(sql, "rank + 0") && !strings.Contains(p.raw, "application_words") {
					t.Errorf("%s, search for %s %s:\n%s\n%s", who, typed, p.judge(most, few, listsIn(sql)), sql, p.raw)
				}
			}
		}
	}
}

// listener keeps the reads that are sent.
type listener struct {
	mu   sync.Mutex
	sent []string
}

func (l *listener) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (l *listener) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.HasPrefix(e.Query, "SELECT") && (strings.Contains(e.Query, "inbox_case") || strings.Contains(e.Query, "inbox_external")) {
		l.sent = append(l.sent, e.Query)
	}
}

// plan is a node of what EXPLAIN (FORMAT JSON) says.
type plan struct {
	Node    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Heap    float64 `json:"Heap Fetches"`
	Hit     int     `json:"Shared Hit Blocks"`
	Read    int     `json:"Shared Read Blocks"`
	Plans   []plan  `json:"Plans"`
	raw     string
}

func (d *desk) explain(t *testing.T, sql string) plan {
	t.Helper()
	var raw string
	err := d.w.DB.App.NewRaw("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+strings.ReplaceAll(sql, "?", "??")).Scan(tenancy.WithID(t.Context(), d.w.Batam.ID), &raw)
	if err != nil {
		t.Fatal(err)
	}
	var out []struct{ Plan plan }
	if err := json.Unmarshal([]byte(raw), &out); err != nil || len(out) != 1 {
		t.Fatalf("%v of %s", err, raw)
	}
	out[0].Plan.raw = raw
	return out[0].Plan
}

// listsIn counts the lists that a statement reads: of native applications, of those in apps, or of both.
func listsIn(sql string) int { return strings.Count(sql, `FROM "inbox_`) }

// fewRows may be looked up in the table one by one.
const fewRows = 1000

// judge says what is wrong with a plan that may touch at most so many rows, and few of them outside the index.
// lists are how many are read by it.
func (p plan) judge(most, few, lists int) string {
	if (p.Table == "application_event" || p.Table == "application_answer") && p.Node == "Seq Scan" {
		return "reads all that was ever written"
	}
	if p.Table == "application" || p.Table == "external_application" {
		touched := (p.Rows + p.Removed) * p.Loops
		switch {
		case p.Node == "Seq Scan":
			return "reads the table from end to end"
		case p.Node != "Index Only Scan" && touched > float64(few) || p.Heap > 0:
			return "leaves the index"
		case touched > float64(most):
			return "touches what is closed"
		}
	}
	if p.Hit+p.Read > lists*(most/20+100+few) { // an index page holds some fifty entries
		return "reads too many pages"
	}
	for _, below := range p.Plans {
		if bad := below.judge(most, few, lists); bad != "" {
			return bad
		}
	}
	return ""
}
