package ductwave

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
)

// TestAWaveFromSurveyToAerialDown: companies are asked, answer and commit themselves, building waits for enough of it, each company
// cuts over by its checklist, and what was in the air comes down.
func TestAWaveFromSurveyToAerialDown(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rani, budi := st.company(t, "PT Serat", "1234567890123"), st.company(t, "PT Lain", "3234567890123")
	id := st.wave(t)
	refused(t, st.step(id, st.manager, Survey, ""), "wave.no_roads")
	refused(t, st.AddRoad(st.ctx, st.manager, id, RoadInput{Name: "Jalan Entah", Capacity: 4}), "length=wave_corridor")
	must(st.AddRoad(st.ctx, st.manager, id, RoadInput{Name: "Jalan Engku Putri", Capacity: 6}))
	must(st.AddRoad(st.ctx, st.manager, id, RoadInput{Name: "Jalan Baru", LengthM: 400, Capacity: 2}))
	refused(t, st.AddRoad(st.ctx, st.manager, id, RoadInput{Name: "jalan baru", LengthM: 400, Capacity: 2}), "road=wave_repeated")
	refused(t, st.Step(st.ctx, st.manager, id, StepInput{To: Survey, Until: day("2026-11-27"), Revision: 2}), "until=wave_past")
	refused(t, st.Step(st.ctx, st.manager, id, StepInput{To: Survey, Until: day("2026-12-17"), Revision: 0}), "wave.changed")
	_, err := st.Mine(st.ctx, rani, id)
	refused(t, err, "wave.not_found")
	st.goes(t, id, Survey)
	if n := st.told(t, "wave_survey"); n != 2 {
		t.Errorf("%d were asked", n)
	}

	refused(t, st.Answer(st.ctx, rani, id, "", []Answer{{Position: 1, Cables: -1}}), "cables_1=wave_range")
	must(st.Answer(st.ctx, rani, id, "Dua kabel tua", []Answer{{Position: 1, Cables: 2, Poles: 5, UnitsNow: 2, UnitsLater: 3}, {Position: 2, UnitsNow: 1, UnitsLater: 1}}))
	refused(t, st.step(id, st.manager, Committing, ""), "wave.survey_runs")
	must(st.Answer(st.ctx, budi, id, "", []Answer{{Position: 1, Cables: 1}}))
	must(st.Answer(st.ctx, budi, id, "", []Answer{{Position: 1, Cables: 3}})) // until the last day it can be said otherwise
	_, err = st.commit(t, rani, id, map[int]int{1: 2})
	refused(t, err, "wave.commit_over")
	st.goes(t, id, Committing)
	refused(t, st.Answer(st.ctx, budi, id, "", nil), "wave.survey_over")

	_, err = st.commit(t, rani, id, map[int]int{1: 7})
	refused(t, err, "units_1=wave_full")
	_, err = st.commit(t, rani, id, map[int]int{})
	refused(t, err, "units_1=required")
	once := CommitInput{Wave: id, Key: uuid.New(), Units: map[int]int{1: 2, 2: 1}, Months: 36, Paper: st.paper(t, rani)}
	m, err := st.Commit(st.ctx, rani, once)
	must(err)
	if m.Number != "KMT-2026-0001" {
		t.Errorf("number %s", m.Number)
	}
	once.Paper = st.paper(t, rani)
	if again, err := st.Commit(st.ctx, rani, once); err != nil || again.ID != m.ID {
		t.Errorf("the same form sent again is %s (%v), not %s", again.Number, err, m.Number)
	}
	refused(t, st.Enlarge(st.ctx, st.manager, id, 1, 1), "capacity=wave_small")
	st.goes(t, id, Plan)
	v, err := st.Get(st.ctx, st.manager, id)
	must(err)
	// 2 of 6 along 1.100 m and 1 of 2 along 400 m: 2.600 of 7.400 unit-metres.
	if v.Sum.Permille != 351 || v.Sum.Cost != 1500*1_200_000 || v.Sum.Yearly != 2600*13_500 || v.Sum.Payback != 513 {
		t.Errorf("%+v", v.Sum)
	}
	refused(t, st.step(id, st.manager, Building, ""), "wave.no_dates")
	for _, who := range []uuid.UUID{st.whose(t, rani), st.whose(t, budi)} {
		must(st.Schedule(st.ctx, st.manager, id, who, day("2027-02-01"), day("2027-02-05")))
	}
	refused(t, st.step(id, st.manager, Building, ""), "wave.below_target")
	refused(t, st.step(id, st.manager, Building, "Jalan utama"), "access.denied")
	must(st.step(id, st.director, Building, "Jalan utama, kabel lain menyusul"))
	_, err = st.commit(t, budi, id, map[int]int{1: 1})
	refused(t, err, "wave.commit_over")
	refused(t, st.Release(st.ctx, st.manager, id, m.ID, "x"), "wave.not_now")
	if n := st.told(t, "wave_planned"); n != 2 {
		t.Errorf("%d were told their days", n)
	}

	st.at = st.at.AddDate(0, 3, 0)
	photo := st.paper(t, rani)
	tick := CheckInput{Wave: id, Item: "foto_sebelum", On: st.at, Photo: &photo}
	refused(t, st.Tick(st.ctx, rani, tick), "wave.not_now")
	st.goes(t, id, CutOver)
	refused(t, st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "foto_sebelum", On: st.at}), "photo=required")
	refused(t, st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "kabel_baru", On: st.at.AddDate(0, 0, 2)}), "on=wave_future")
	must(st.Tick(st.ctx, rani, tick))
	refused(t, st.Tick(st.ctx, rani, tick), "wave.done")
	refused(t, st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "pindah", On: st.at}), "wave.staff_item")
	refused(t, st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "kabel_turun", On: st.at}), "wave.staff_item")
	refused(t, st.Tick(st.ctx, budi, CheckInput{Wave: id, Item: "kabel_baru", On: st.at}), "wave.no_item") // it signed for nothing
	refused(t, st.step(id, st.manager, AerialDown, ""), "wave.open_items")
	for _, item := range []string{"kabel_baru", "uji", "kabel_mati"} {
		must(st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: item, On: st.at}))
	}
	must(st.Tick(st.ctx, st.manager, CheckInput{Wave: id, Company: st.whose(t, rani), Item: "pindah", On: st.at}))
	must(st.Reopen(st.ctx, st.manager, id, st.whose(t, rani), "uji", "Hasil uji keliru"))
	refused(t, st.step(id, st.manager, AerialDown, ""), "wave.open_items")
	must(st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "uji", On: st.at}))
	refused(t, st.Tick(st.ctx, st.manager, CheckInput{Wave: id, Company: st.whose(t, budi), Item: "foto_sebelum", Skip: true}), "note=required")
	must(st.Tick(st.ctx, st.manager, CheckInput{Wave: id, Company: st.whose(t, budi), Item: "foto_sebelum", Skip: true, Note: "Sudah difoto dinas"}))
	over, err := st.Overview(st.ctx, st.manager)
	must(err)
	if len(over.Late) != 2 || over.States[CutOver] != 1 || len(over.Roads) != 2 || over.Permille() != 351 {
		t.Errorf("%+v", over)
	}
	must(st.Tick(st.ctx, budi, CheckInput{Wave: id, Item: "kabel_mati", On: st.at}))
	st.goes(t, id, AerialDown)
	for _, who := range []uuid.UUID{st.whose(t, rani), st.whose(t, budi)} {
		for _, item := range []string{"kabel_turun", "tiang"} {
			after := st.paper(t, st.manager)
			must(st.Tick(st.ctx, st.manager, CheckInput{Wave: id, Company: who, Item: item, On: st.at, Photo: &after}))
		}
	}
	refused(t, st.step(id, st.manager, Closed, ""), "wave.not_taken_down")
	must(st.TakenDown(st.ctx, st.manager, id, st.whose(t, rani), 2200, 5, st.at))
	must(st.TakenDown(st.ctx, st.manager, id, st.whose(t, budi), 3300, 0, st.at))
	st.goes(t, id, Closed)
	all, err := st.List(st.ctx, st.manager, Closed, uuid.Max, 10)
	must(err)
	if len(all) != 1 || all[0].Permille() != 351 || all[0].Percent() != 100 {
		t.Errorf("%+v", all)
	}
}

// TestNothingOfAnotherCompany: one company sees neither what another answers nor what it signs, its checklist or its photos.
func TestNothingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rani, budi := st.company(t, "PT Serat", "1234567890123"), st.company(t, "PT Lain", "3234567890123")
	id := st.wave(t, 6)
	st.goes(t, id, Survey)
	must(st.Answer(st.ctx, rani, id, "Rahasia", []Answer{{Position: 1, Cables: 2, UnitsNow: 3}}))
	must(st.Answer(st.ctx, budi, id, "", []Answer{{Position: 1, Cables: 1}}))
	st.goes(t, id, Committing)
	m, err := st.commit(t, rani, id, map[int]int{1: 3})
	must(err)
	st.goes(t, id, Plan)
	for _, who := range []uuid.UUID{st.whose(t, rani), st.whose(t, budi)} {
		must(st.Schedule(st.ctx, st.manager, id, who, day("2026-12-01"), day("2026-12-05")))
	}
	st.goes(t, id, Building)
	st.goes(t, id, CutOver)
	photo := st.paper(t, rani)
	must(st.Tick(st.ctx, rani, CheckInput{Wave: id, Item: "foto_sebelum", On: st.at, Photo: &photo}))
	own, err := st.Mine(st.ctx, rani, id)
	must(err)
	if len(own.Companies) != 1 || len(own.Commitments) != 1 || len(own.Photos) != 1 {
		t.Fatalf("its own: %+v", own)
	}
	theirs, err := st.Mine(st.ctx, budi, id)
	must(err)
	if len(theirs.Companies) != 1 || theirs.Companies[0].Name != "PT Lain" || len(theirs.Commitments)+len(theirs.Photos) != 0 || theirs.Roads[0].Signed+theirs.Roads[0].Wanted+theirs.Roads[0].Cables != 0 || theirs.Sum != (Sum{}) {
		t.Errorf("another's: %+v", theirs)
	}
	_, _, err = st.Paper(st.ctx, budi, id, m.ID)
	refused(t, err, "wave.no_commitment")
	_, _, err = st.OpenPhoto(st.ctx, budi, id, own.Photos[0].ID)
	refused(t, err, "wave.no_photo")
	_, _, err = st.ShownPhoto(st.ctx, own.Photos[0].ID)
	refused(t, err, "wave.no_photo")
	refused(t, st.Publish(st.ctx, budi, id, true), "access.denied")
	must(st.Publish(st.ctx, st.manager, id, true))
	must(st.ShowPhoto(st.ctx, st.manager, id, own.Photos[0].ID, true, 1, "Kabel semrawut"))
	_, body, err := st.ShownPhoto(st.ctx, own.Photos[0].ID)
	must(err)
	if b, err := io.ReadAll(body); err != nil || len(b) == 0 {
		t.Error("nothing is shown")
	}
	_ = body.Close()
	shown, err := st.Shown(st.ctx)
	must(err)
	if len(shown) != 1 || len(shown[0].Roads) != 1 || len(shown[0].Roads[0].Photos) != 1 {
		t.Errorf("%+v", shown)
	}
	must(st.Publish(st.ctx, st.manager, id, false))
	_, _, err = st.ShownPhoto(st.ctx, own.Photos[0].ID)
	refused(t, err, "wave.no_photo")
	if _, err := st.Get(st.ctx, rani, id); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("a company reads all: %v", err)
	}
	other := st.w.Ctx(st.w.Other)
	if _, err := st.Get(other, st.manager, id); err == nil {
		t.Error("another city's wave is read")
	}
}

// TestWhoIsAskedAndReminded: a company that is approved later is asked too, and each is reminded once for each of the days before the
// last one, those alone who have not answered.
func TestWhoIsAskedAndReminded(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	rani := st.company(t, "PT Serat", "1234567890123")
	id := st.wave(t, 6)
	st.goes(t, id, Survey) // until 17 December
	st.company(t, "PT Baru", "4234567890123")
	st.reminds(t)
	if n := st.told(t, "wave_survey"); n != 2 {
		t.Errorf("%d were asked", n)
	}
	st.at = st.at.AddDate(0, 0, 13)
	st.reminds(t)
	st.reminds(t)
	if n := st.told(t, "wave_remind_survey"); n != 2 {
		t.Errorf("%d reminders a week before", n)
	}
	if err := st.Answer(st.ctx, rani, id, "", []Answer{{Position: 1, UnitsNow: 1}}); err != nil {
		t.Fatal(err)
	}
	st.at = st.at.AddDate(0, 0, 6)
	st.reminds(t)
	st.reminds(t)
	if n := st.told(t, "wave_remind_survey"); n != 3 {
		t.Errorf("%d reminders a day before", n)
	}
	if err := st.Extend(st.ctx, st.manager, id, day("2026-12-31")); err != nil {
		t.Fatal(err)
	}
	if n := st.told(t, "wave_survey"); n != 3 {
		t.Errorf("%d told of the longer time", n)
	}
	st.at = day("2027-01-02").Add(3 * time.Hour)
	st.reminds(t)
	if n := st.told(t, "wave_remind_survey"); n != 3 {
		t.Errorf("%d reminders after the last day", n)
	}
	st.goes(t, id, Committing)
	st.at = st.at.AddDate(0, 0, 14)
	st.reminds(t)
	if n := st.told(t, "wave_remind_commit"); n != 1 { // who wants something
		t.Errorf("%d reminded to commit", n)
	}
	if err := st.step(id, st.manager, Dropped, ""); err == nil {
		t.Error("dropped without a reason")
	}
	if err := st.step(id, st.manager, Dropped, "Anggaran dialihkan"); err != nil {
		t.Error(err)
	}
	if n := st.told(t, "wave_dropped"); n != 2 {
		t.Errorf("%d told that it was called off", n)
	}
}

// TestSignedOccupancyIsWhatSQLSays: whatever companies sign and are released from, what is signed of a wave and of each road is what a
// statement of its own finds, and no road has more signed than is planned.
func TestSignedOccupancyIsWhatSQLSays(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	one, two := st.company(t, "PT Serat", "1234567890123"), st.company(t, "PT Lain", "3234567890123")
	rapid.Check(t, func(r *rapid.T) {
		capacities := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 3).Draw(r, "capacities")
		id := st.wave(t, capacities...)
		st.goes(t, id, Survey)
		for _, by := range []identity.Actor{one, two} {
			if err := st.Answer(st.ctx, by, id, "", nil); err != nil {
				t.Fatal(err)
			}
		}
		st.goes(t, id, Committing)
		var made []uuid.UUID
		for i := range rapid.IntRange(1, 5).Draw(r, "acts") {
			by := one
			if rapid.Bool().Draw(r, "two") {
				by = two
			}
			if len(made) > 0 && rapid.IntRange(0, 3).Draw(r, "release") == 0 {
				_ = st.Release(st.ctx, st.manager, id, made[0], "Uji")
				made = made[1:]
				continue
			}
			units := map[int]int{}
			for p := range capacities {
				units[p+1] = rapid.IntRange(0, 3).Draw(r, fmt.Sprintf("units %d", i))
			}
			if m, err := st.commit(t, by, id, units); err == nil {
				made = append(made, m.ID)
			}
		}
		v, err := st.Get(st.ctx, st.manager, id)
		if err != nil {
			t.Fatal(err)
		}
		var permille, most int64
		err = st.w.DB.App.NewRaw(`WITH s AS (SELECT x.length_mm, x.capacity, (SELECT coalesce(sum(p.units), 0) FROM duct_wave_promise p, duct_wave_commitment m
				WHERE p.tenant_id = x.tenant_id AND p.wave_id = x.wave_id AND p.position = x.position AND m.tenant_id = p.tenant_id AND m.id = p.commitment_id AND m.released_at IS NULL) AS signed
			FROM duct_wave_road x WHERE x.tenant_id = ? AND x.wave_id = ?)
			SELECT floor(1000.0 * sum(length_mm * signed) / sum(length_mm * capacity))::bigint, max(signed - capacity) FROM s`, st.w.Batam.ID, id).Scan(st.ctx, &permille, &most)
		if err != nil {
			t.Fatal(err)
		}
		all, err := st.List(st.ctx, st.manager, Committing, uuid.Max, 1)
		if err != nil {
			t.Fatal(err)
		}
		if v.Sum.Permille != permille || all[0].Permille() != permille || most > 0 {
			r.Fatalf("%d and %d, by SQL %d; most over %d", v.Sum.Permille, all[0].Permille(), permille, most)
		}
	})
}

// TestTenths rounds the years of a payback up.
func TestTenths(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ cost, yearly, want int64 }{{100, 10, 100}, {101, 10, 101}, {1, 3, 4}, {0, 5, 0}, {5, 0, 0}, {5_000_000_000_000_000, 1, 50_000_000_000_000_000}} {
		if got := tenths(money.Rupiah(x.cost), money.Rupiah(x.yearly)); got != x.want {
			t.Errorf("%d / %d: %d, want %d", x.cost, x.yearly, got, x.want)
		}
	}
}
