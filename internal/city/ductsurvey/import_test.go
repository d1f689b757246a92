package ductsurvey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// street is three manholes with a segment between each two.
func street(more ...string) string {
	return file(append([]string{
		node("MH-1", 0, 0), node("MH-2", 200, 0), node("MH-3", 200, 150),
		segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"ducts": 2`, `"duct_od": 110`, `"subducts": 3`, `"surveyed_m": "203,5"`, `"condition": "good"`),
		segment("R-2", [][2]float64{{200, 0}, {200, 150}}, `"from_node": "MH-2"`, `"to_node": "MH-3"`, `"condition": "good"`),
	}, more...)...)
}

// TestTheNetworkOfADay: a survey is taken in, a later one changes it from its day on, and either day can be asked for; undone,
// the later one leaves no trace in the network and all of it on record.
func TestTheNetworkOfADay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	i := st.take(t, "2026-01-01", street())
	want := duct.Counts{Nodes: duct.Count{New: 3}, Segments: duct.Count{New: 2}, Units: 8, LengthMM: i.Counts.LengthMM}
	if i.Counts != want || i.Done != 5 || i.State != Applied {
		t.Errorf("%+v, %d %s", i.Counts, i.Done, i.State)
	}
	if m := i.Counts.LengthMM; m < 349_000 || m > 351_000 {
		t.Errorf("350 metres are %d mm", m)
	}
	s, units, err := st.ducts.Segment(st.ctx, st.manager, "R-1", day("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(units) != 8 || units[0].Kind != duct.Duct || units[0].OuterMM != 110 || units[7].Kind != duct.Subduct || s.Billed() != 203_500 || !s.FreeTrade {
		t.Errorf("%+v, %+v", s, units)
	}

	later := st.take(t, "2026-06-01", file(
		segment("R-2", [][2]float64{{200, 0}, {230, 75}, {200, 150}}, `"condition": "damaged"`),
		node("MH-4", 0, 300), node("MH-1", 0, 0),
		segment("R-3", [][2]float64{{0, 0}, {0, 300}}, `"condition": "good"`),
		segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"condition": "good"`),
	))
	all, err := st.Differences(st.ctx, st.manager, later.ID, 0, 9)
	if err != nil {
		t.Fatal(err)
	}
	var differs []string
	for _, d := range all {
		differs = append(differs, fmt.Sprintf("%s %s new %t %v", d.Kind, d.Code, d.New, d.Values))
	}
	if want := []string{"segment R-2 new false [{condition good damaged} {geometry <nil> <nil>}]", "node MH-4 new true []", "segment R-3 new true []"}; !slices.Equal(differs, want) {
		t.Errorf("%q, want %q", differs, want)
	}
	if line, ok := all[0].Place.(orb.LineString); !ok || len(line) != 3 {
		t.Errorf("%s lies at %v", all[0].Code, all[0].Place)
	}
	if few, err := st.Differences(st.ctx, st.manager, later.ID, 1, 1); err != nil || len(few) != 1 || few[0].Code != "MH-4" {
		t.Errorf("the second: %+v, %v", few, err)
	}
	if c := later.Counts; c.Nodes != (duct.Count{New: 1, Same: 1}) || c.Segments != (duct.Count{New: 1, Changed: 1, Same: 1}) {
		t.Errorf("%+v", c)
	}
	before, after := []string{"R-1 200 m good", "R-2 150 m good"}, []string{"R-1 200 m good", "R-2 162 m damaged", "R-3 300 m good"}
	for on, want := range map[string][]string{"2025-12-31": nil, "2026-01-01": before, "2026-05-31": before, "2026-06-01": after, "2030-01-01": after} {
		if got := st.lines(t, on); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", on, got, want)
		}
	}
	if err := st.Undo(st.ctx, st.manager, i.ID, "salah berkas"); !fault.Is(err, "duct.built_upon") {
		t.Errorf("undone under a later change: %v", err)
	}
	if err := st.Undo(st.ctx, st.manager, later.ID, "salah berkas"); err != nil {
		t.Fatal(err)
	}
	if got := st.lines(t, "2030-01-01"); !slices.Equal(got, before) {
		t.Errorf("after undoing: %q", got)
	}
	if err := st.Undo(st.ctx, st.manager, later.ID, "lagi"); !fault.Is(err, "duct.not_applied") {
		t.Errorf("undone twice: %v", err)
	}
	again := st.take(t, "2026-06-01", file(node("MH-4", 0, 300), segment("R-3", [][2]float64{{0, 0}, {0, 300}}, `"condition": "good"`)))
	if got := st.lines(t, "2030-01-01"); again.State != Applied || !slices.Equal(got, []string{"R-1 200 m good", "R-2 150 m good", "R-3 300 m good"}) {
		t.Errorf("applied again: %s %q", again.State, got)
	}
}

// TestAStateThatBeganOnTheSameDayIsReplaced: two surveys of one day leave one state of it, and undoing the second gives the
// first back.
func TestAStateThatBeganOnTheSameDayIsReplaced(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.take(t, "2026-01-01", street())
	second := st.take(t, "2026-01-01", file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"condition": "blocked"`)))
	if got := st.lines(t, "2026-01-01"); got[0] != "R-1 200 m blocked" {
		t.Errorf("%q", got)
	}
	if err := st.Undo(st.ctx, st.manager, second.ID, "salah"); err != nil {
		t.Fatal(err)
	}
	if got := st.lines(t, "2026-01-01"); got[0] != "R-1 200 m good" {
		t.Errorf("%q", got)
	}
	// What a survey says of an earlier day than is known holds until then.
	st.take(t, "2025-06-01", file(node("MH-1", 0, 0), node("MH-2", 200, 0), segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"condition": "damaged"`)))
	for on, want := range map[string]string{"2025-06-01": "R-1 200 m damaged", "2025-12-31": "R-1 200 m damaged", "2026-01-01": "R-1 200 m good"} {
		if got := st.lines(t, on); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %q", on, got)
		}
	}
}

// TestEveryFaultIsNamed: each with its feature, its column and its place; a file with one changes nothing.
func TestEveryFaultIsNamed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.take(t, "2026-01-01", street())
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"no code":              {file(feature(`{"type": "Point", "coordinates": `+at(9, 9)+`}`, []string{`"kind": "pole"`, `"authority": "pemko"`})), []string{"1 code required"}},
		"a code with a blank":  {file(node("MH 9", 9, 9)), []string{"1 code bad_code"}},
		"one code twice":       {file(node("MH-9", 9, 9), node("MH-9", 50, 9)), []string{"2 code twice"}},
		"unknown codes":        {file(node("MH-9", 9, 9, `"condition": "so-so"`, `"authority": "kelurahan"`)), []string{"1 authority unknown_code", "1 condition unknown_code"}},
		"no kind":              {file(feature(`{"type": "Point", "coordinates": `+at(9, 9)+`}`, []string{`"code": "MH-9"`, `"authority": "pemko"`})), []string{"1 kind required"}},
		"two nodes in one":     {file(node("MH-9", 0.2, 0)), []string{"1 geometry same_place"}},
		"a dangling end":       {file(segment("R-9", [][2]float64{{0, 0}, {0, 90}})), []string{"1 to_node dangling"}},
		"an end beside":        {file(segment("R-9", [][2]float64{{0, 0}, {200, 140}}, `"to_node": "MH-3"`)), []string{"1 to_node apart"}},
		"a node moved away":    {file(node("MH-2", 200, 40)), []string{"1 geometry apart"}},
		"and one line of two":  {file(node("MH-2", 200, 40), segment("R-1", [][2]float64{{0, 0}, {200, 40}})), []string{"1 geometry apart"}},
		"an unknown end":       {file(segment("R-9", [][2]float64{{0, 0}, {200, 150}}, `"to_node": "MH-77"`)), []string{"1 to_node unknown_node"}},
		"other ends":           {file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"to_node": "MH-3"`)), []string{"1 to_node other_ends"}},
		"a loop":               {file(segment("R-9", [][2]float64{{0, 0}, {50, 50}, {0, 100}, {0, 0}})), []string{"1 to_node loop"}},
		"a line over itself":   {file(segment("R-9", [][2]float64{{0, 0}, {100, 100}, {100, 0}, {0, 100}, {200, 150}})), []string{"1 geometry crosses_itself"}},
		"no length":            {file(segment("R-9", [][2]float64{{0, 0}, {0.01, 0}}, `"to_node": "MH-2"`)), []string{"1 geometry no_length", "1 to_node apart"}},
		"another length":       {file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"surveyed_m": 230`)), []string{"1 surveyed_m other_length?"}},
		"a length beyond":      {file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"surveyed_m": 2300`)), []string{"1 surveyed_m wrong_length"}},
		"numbers that are not": {file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"depth_m": "dalam"`, `"ducts": 2.5`)), []string{"1 depth_m unreadable", "1 ducts unreadable"}},
		"an area":              {file(feature(`{"type": "Polygon", "coordinates": [[`+at(0, 0)+`,`+at(9, 0)+`,`+at(9, 9)+`,`+at(0, 0)+`]]}`, []string{`"code": "R-9"`, `"road": "x"`, `"authority": "pemko"`})), []string{"1 geometry bad_shape"}},
		"microducts in ducts":  {file(segment("R-1", [][2]float64{{0, 0}, {200, 0}}, `"ducts": 1`, `"micros": 7`)), []string{"1 subducts no_parent"}},
		"swapped coordinates":  {file(feature(`{"type": "Point", "coordinates": [1.12, 104.05]}`, []string{`"code": "MH-9"`, `"kind": "pole"`, `"authority": "pemko"`})), []string{"1 geometry off_earth"}},
		"a line off the earth": {file(feature(`{"type": "LineString", "coordinates": [[1e300, 1.12], [1.13, 104.05]]}`, []string{`"code": "R-9"`, `"road": "x"`, `"authority": "pemko"`, `"surveyed_m": 9`})), []string{"1 geometry off_earth"}},
	} {
		i := st.upload(t, "2026-06-01", c.body)
		got := st.faults(t, i)
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		state := Refused
		if strings.HasSuffix(c.want[0], "?") {
			state = Checked
		}
		if i.State != state {
			t.Errorf("%s: %s", name, i.State)
		}
	}
	for name, body := range map[string]string{
		"with its lines":  file(node("MH-2", 200, 40), segment("R-1", [][2]float64{{0, 0}, {200, 40}}), segment("R-2", [][2]float64{{200, 40}, {200, 150}})),
		"by half a metre": file(node("MH-2", 200, 0.5)),
	} {
		if i := st.upload(t, "2026-06-01", body); i.State != Checked {
			t.Errorf("a node moved %s: %s %v", name, i.State, st.faults(t, i))
		}
	}
	i := st.upload(t, "2026-06-01", file(segment("R-9", [][2]float64{{0, 0}, {100, 100}, {100, 0}, {0, 100}, {200, 150}})))
	all, err := st.Faults(st.ctx, st.manager, i.ID, 0, 10)
	if err != nil || len(all) != 1 || all[0].Place == nil || all[0].Name != "R-9" {
		t.Fatalf("%v, %+v", err, all)
	}
	if p := *all[0].Place; p[0] < 104.05+49.0/111320 || p[0] > 104.05+51.0/111320 {
		t.Errorf("the crossing is at 50 m, not at %v", p)
	}
	if err := st.Apply(st.ctx, st.manager, i.ID); !fault.Is(err, "duct.not_checked") {
		t.Errorf("applied with a fault: %v", err)
	}
}

// TestAFileThatNoLongerFits: what changed between the check and its being applied is found then.
func TestAFileThatNoLongerFits(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, second := st.upload(t, "2026-01-01", street()), st.upload(t, "2026-01-01", file(node("MH-9", 0.2, 0)))
	for _, i := range []Import{first, second} {
		if err := st.Apply(st.ctx, st.manager, i.ID); err != nil {
			t.Fatal(err)
		}
		st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.apply(ctx, tx, importArgs{i.ID}) })
		st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.apply(ctx, tx, importArgs{i.ID}) }) // delivered twice
	}
	if a, b := st.find(t, first.ID), st.find(t, second.ID); a.State != Applied || b.State != Refused || b.Faults != 1 {
		t.Errorf("%+v, %+v", a, b)
	}
}

// TestTwoAtWorkApplyAFileOnce: a job that was thought dead and the one in its place make one change, which can be undone; what
// dies half way leaves nothing.
func TestTwoAtWorkApplyAFileOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	i := st.upload(t, "2026-01-01", street())
	if err := st.Apply(st.ctx, st.manager, i.ID); err != nil {
		t.Fatal(err)
	}
	dies := errors.New("the machine stops")
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return errors.Join(st.apply(ctx, tx, importArgs{i.ID}), dies)
	})
	if got := st.lines(t, "2026-06-01"); !errors.Is(err, dies) || len(got) != 0 || st.find(t, i.ID).State != Applying {
		t.Errorf("half a file is applied: %v, %q", err, got)
	}
	if err := st.Again(st.ctx, st.manager, i.ID); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.apply(ctx, tx, importArgs{i.ID}) }); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	var changes int
	if err := st.w.DB.App.NewRaw("SELECT count(*) FROM duct_change WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &changes); err != nil || changes != 1 {
		t.Errorf("%d changes, %v", changes, err)
	}
	if err := st.Undo(st.ctx, st.manager, i.ID, "salah"); err != nil {
		t.Error(err)
	}
	if err := st.Again(st.ctx, st.manager, i.ID); !fault.Is(err, "duct.not_waiting") {
		t.Errorf("what waits for nothing: %v", err)
	}
}

// TestAWholeNetworkTakesItsTime: a statement of the jobs that is slower than an answer to a person may be is not cut off.
func TestAWholeNetworkTakesItsTime(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	i := st.upload(t, "2026-01-01", street())
	slowly := func(job func(context.Context, bun.Tx, importArgs) error) {
		t.Helper()
		over := make(chan error, 1)
		st.run(t, func(ctx context.Context, other bun.Tx) error {
			if err := duct.Lock(ctx, other); err != nil {
				return err
			}
			go func() {
				over <- tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
					if _, err := tx.NewRaw("SET LOCAL statement_timeout = '200ms'").Exec(ctx); err != nil {
						return err
					}
					return job(ctx, tx, importArgs{i.ID})
				})
			}()
			for n := 0; n == 0; {
				select {
				case err := <-over:
					return errors.Join(errors.New("the job did not wait"), err)
				default:
				}
				if err := st.w.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'
					AND clock_timestamp() - query_start > '300ms'`).Scan(&n); err != nil {
					return err
				}
			}
			return nil
		})
		if err := <-over; err != nil {
			t.Fatal(err)
		}
	}
	slowly(st.check)
	if err := st.Apply(st.ctx, st.manager, i.ID); err != nil {
		t.Fatal(err)
	}
	slowly(st.apply)
}

// TestTheNetworkIsItsCitysAlone: no other city, and nobody without the permission, reads or changes it.
func TestTheNetworkIsItsCitysAlone(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	i := st.take(t, "2026-01-01", street())
	other, stranger := st.w.Ctx(st.w.Other), staff(st.w.Other, "duct_manager")
	if all, err := st.ducts.Segments(other, stranger, day("2026-06-01"), duct.Filter{}, "", 10); err != nil || len(all) != 0 {
		t.Errorf("%v, %d segments", err, len(all))
	}
	if err := st.Undo(other, stranger, i.ID, "x"); !fault.Is(err, "duct.no_import") {
		t.Errorf("%v", err)
	}
	officer := staff(st.w.Batam, "officer")
	if _, err := st.ducts.Segments(st.ctx, officer, day("2026-06-01"), duct.Filter{}, "", 10); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("%v", err)
	}
	if _, err := st.Upload(st.ctx, staff(st.w.Batam, "auditor"), ImportInput{}); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("%v", err)
	}
}

// TestATableIsRead: points and lines of a spreadsheet, as Indonesian programs write it.
func TestATableIsRead(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	body := "\ufeffKode;Jenis;Kewenangan;lat;lon;wkt;Jalan;pjg_survei\nMH-1;manhole;pemko;1,12;104,05;;;\nMH-2;manhole;pemko;1,12;104,052;;;\n" +
		"R-1;;pemko;;;LINESTRING(104.05 1.12, 104.052 1.12);Jalan Engku Putri;223,5\n"
	i, err := st.Upload(st.ctx, st.manager, ImportInput{Title: "Tabel", Source: "Dinas", OnDay: day("2026-01-01"), Format: CSV, Name: "x.csv", Body: strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.check(ctx, tx, importArgs{i.ID}) })
	if i = st.find(t, i.ID); i.State != Checked || i.Counts.Segments.New != 1 || i.Counts.Nodes.New != 2 {
		t.Errorf("%s %+v %v", i.State, i.Counts, st.faults(t, i))
	}
	for name, c := range map[string]struct{ format, body, code string }{
		"no JSON":      {GeoJSON, "code,lat,lon", "duct.unreadable"},
		"half a file":  {GeoJSON, file(node("MH-1", 0, 0))[:120], "duct.unreadable"},
		"no features":  {GeoJSON, file(), "duct.empty"},
		"no such WKT":  {CSV, "code,wkt\nx,LINE(1 2)", "duct.unreadable"},
		"no numbers":   {CSV, "code,lat,lon\nx,satu,dua", "duct.unreadable"},
		"a head alone": {CSV, "code,lat,lon\n", "duct.empty"},
	} {
		if _, err := st.Upload(st.ctx, st.manager, ImportInput{Title: "x", Source: "x", OnDay: day("2026-01-01"), Format: c.format, Body: strings.NewReader(c.body)}); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
