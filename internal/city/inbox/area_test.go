package inbox

import (
	"fmt"
	"testing"
	"time"

	"bedelau/internal/kernel/identity"
)

// lies says where applications lie, by the codes of district and subdistrict.
func (d *desk) lies(t testing.TB, district, subdistrict string, names ...string) {
	t.Helper()
	_, err := d.super(t).Exec(t.Context(), "UPDATE application SET district_code = $1, subdistrict_code = nullif($2, '') WHERE applicant_name = ANY ($3)", district, subdistrict, names)
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheQueueByArea: lists are narrowed to a district or a part of one, and who is limited to areas finds nothing beyond
// them in any list, count, search or export.
func TestTheQueueByArea(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	all := d.officer("Budi", "disdukcapil", "officer", "agency_head")
	limited := func(name, agency, role string, areas ...string) identity.Actor {
		a := d.officer(name, agency, role)
		a.Areas = areas
		return a
	}
	nongsa := limited("Dewi", "disdukcapil", "agency_head", "21.71.04")
	kabil := limited("Andi", "disdukcapil", "officer", "21.71.04.1003")
	both := limited("Rina", "disdukcapil", "officer", "21.71.04.1003", "21.71.10")
	city := limited("Inspektur", "", "city_admin", "21.71.10")
	d.put(t,
		item{name: "Kabil", due: d.at.Add(time.Hour)}, item{name: "Sambau", due: d.at.Add(2 * time.Hour), holder: nongsa},
		item{name: "Kota", due: d.at.Add(-time.Hour)}, item{name: "Nowhere", due: d.at.Add(4 * time.Hour)},
		item{name: "Other", agency: "dinkes", due: d.at.Add(5 * time.Hour)},
		item{name: "Closed", rank: rankDecided, stage: "completed", closed: d.at.Add(-time.Minute)},
	)
	d.lies(t, "21.71.04", "21.71.04.1003", "Kabil", "Closed")
	d.lies(t, "21.71.04", "21.71.04.1001", "Sambau")
	d.lies(t, "21.71.10", "", "Kota", "Other")
	d.tell(t, 1, item{name: "App", due: d.at.Add(6 * time.Hour)})
	for _, tt := range []struct {
		who  identity.Actor
		f    Filter
		want string
	}{
		{all, Filter{}, "Kota Kabil Sambau Nowhere App"},
		{all, Filter{District: "21.71.04"}, "Kabil Sambau"},
		{all, Filter{District: "21.71.04", Subdistrict: "21.71.04.1001"}, "Sambau"},
		{all, Filter{Subdistrict: "21.71.04.1003", View: ViewDone}, "Closed"},
		{all, Filter{District: Nowhere}, "Nowhere"},
		{all, Filter{District: "21.71.04", Source: InApps}, ""},
		{nongsa, Filter{}, "Kabil Sambau"},
		{nongsa, Filter{District: "21.71.10"}, ""},
		{nongsa, Filter{District: Nowhere}, ""},
		{nongsa, Filter{Source: InApps}, ""},
		{kabil, Filter{}, "Kabil"},
		{kabil, Filter{View: ViewDone}, "Closed"},
		{both, Filter{}, "Kota Kabil"},
		{city, Filter{}, "Kota Other"},
	} {
		q, err := d.Queue(d.ctx, tt.who, Query{Filter: tt.f})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.names(t, q.Items); got != tt.want || q.Total.All() != len(q.Items) {
			t.Errorf("%s, %+v: %s of %v, want %s", tt.who.Name, tt.f, got, q.Total, tt.want)
		}
		if n, err := d.Export(d.ctx, tt.who, tt.f, "csv", func(items []Item) error {
			if got := d.names(t, items); got != tt.want {
				t.Errorf("%s exports %s of %+v, want %s", tt.who.Name, got, tt.f, tt.want)
			}
			return nil
		}); err != nil || n != len(q.Items) {
			t.Errorf("%s exports %d of %+v, %v", tt.who.Name, n, tt.f, err)
		}
	}
	q, err := d.Queue(d.ctx, nongsa, Query{})
	if err != nil || fmt.Sprint(q.Counts) != fmt.Sprint(map[View]Tally{ViewAll: {2, 0}, ViewMine: {1, 0}, ViewUnassigned: {1, 0}, ViewLate: {}, ViewWaiting: {}, ViewDone: {1, 0}}) {
		t.Errorf("counts of a limited reader: %v, %v", q.Counts, err)
	}
	for _, typed := range []string{"Kota", "Nowhere", "hilang", "App", "disdukcapil"} {
		q, err := d.Queue(d.ctx, kabil, Query{Search: typed})
		if err != nil || d.names(t, q.Items) != "Kabil Closed" && len(q.Items) > 0 {
			t.Errorf("search for %s finds %s, %v", typed, d.names(t, q.Items), err)
		}
	}
	if ids, _, err := d.Whole(d.ctx, kabil, Filter{}, 10); err != nil || len(ids) != 1 {
		t.Errorf("the whole of a limited list: %v, %v", ids, err)
	}
	for who, want := range map[*identity.Actor]string{
		&all:    "[{21.71.04 1 2 0 2 0 1} {21.71.10 1 1 1 1 0 0} { 1 1 0 1 0 0}]",
		&nongsa: "[{21.71.04 1 2 0 2 0 1}]",
	} {
		if loads, err := d.Areas(d.ctx, *who, ""); err != nil || fmt.Sprint(loads) != want {
			t.Errorf("%s: workload by district %v, %v; want %s", who.Name, loads, err, want)
		}
	}
	_, err = d.Areas(d.ctx, kabil, "")
	wants(t, err, "access.denied")
	for _, bad := range []Filter{{District: "nongsa"}, {District: "21.71.04' OR true"}, {Subdistrict: "none"}} {
		if err := bad.Check(); err == nil {
			t.Errorf("%+v is no filter", bad)
		}
	}
}
