package ducttariff_test

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/fault"
)

// rent is an approved rent of R-1.
func (st *stage) rent(t *testing.T, since, until string) (ducttariff.LandRent, error) {
	t.Helper()
	ask := ducttariff.LandRent{OperatorID: st.operator, Place: "R-1", Tariff: "sewa-lahan", Since: day(since)}
	if until != "" {
		ask.Until = day(until)
	}
	r, err := st.AskLand(st.ctx, st.maker, ask)
	if err != nil {
		return r, err
	}
	return st.DecideLand(st.ctx, st.checker, r.ID, true)
}

// TestOneRentOfASegmentForADay: an operator does not owe it twice, whether the second is asked for after the first was approved or before.
func TestOneRentOfASegmentForADay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	before, err := st.AskLand(st.ctx, st.maker, ducttariff.LandRent{OperatorID: st.operator, Place: "R-1", Tariff: "sewa-lahan", Since: day("2027-06-01")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.rent(t, "2027-01-01", "2028-01-01"); err != nil {
		t.Fatal(err)
	}
	if _, err := st.DecideLand(st.ctx, st.checker, before.ID, true); !fault.Is(err, "ducttariff.land_overlaps") {
		t.Errorf("approved: %v", err)
	}
	if _, err := st.rent(t, "2027-12-31", ""); !fault.Is(err, "ducttariff.land_overlaps") {
		t.Errorf("asked for: %v", err)
	}
	if _, err := st.rent(t, "2028-01-01", ""); err != nil {
		t.Errorf("the day after the other ends: %v", err)
	}
}

// TestARentEndsByTwoPeople: not by one, not before its first day or what is claimed, and not over another rent.
func TestARentEndsByTwoPeople(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	r, err := st.rent(t, "2027-01-01", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.w.DB.App.NewRaw(`INSERT INTO revenue_claim (tenant_id, id, code, payer, basis, decided_on, due_on, amount, made_at, made_by, land_rent_id, covers_from, covers_until)
		VALUES (?0, ?1, '4.1.04', 'x', 'x', '2027-01-01', '2027-01-31', 1, now(), ?1, ?2, '2027-01-01', '2027-04-01')`, st.w.Batam.ID, uuid.New(), r.ID).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(until string) error {
		_, err := st.AskLandEnd(st.ctx, st.maker, ducttariff.LandEnd{RentID: r.ID, Until: day(until), Reason: "Kabel dicabut"})
		return err
	}
	for until, want := range map[string]string{"2026-12-31": "not_after", "2027-03-31": "land_claimed"} {
		if f := fault.From(ask(until)).Fields; len(f) != 1 || f[0].Name != "until" || f[0].Code != want {
			t.Errorf("%s: %+v, want %s", until, f, want)
		}
	}
	if err := ask("2027-07-01"); err != nil {
		t.Fatal(err)
	}
	if err := ask("2027-08-01"); !fault.Is(err, "ducttariff.land_ending") {
		t.Errorf("two ends wait: %v", err)
	}
	if _, err := st.DecideLandEnd(st.ctx, st.maker, r.ID, true); !fault.Is(err, "ducttariff.own_change") {
		t.Errorf("who asks decides: %v", err)
	}
	if r, err = st.DecideLandEnd(st.ctx, st.checker, r.ID, true); err != nil || !r.Until.Equal(day("2027-07-01")) {
		t.Fatalf("%v %+v", err, r)
	}
	if _, err := st.rent(t, "2027-07-01", ""); err != nil {
		t.Errorf("a new one from then on: %v", err)
	}
	if err := ask("2027-09-01"); err != nil {
		t.Fatal(err)
	}
	if _, err := st.DecideLandEnd(st.ctx, st.checker, r.ID, true); !fault.Is(err, "ducttariff.land_overlaps") {
		t.Errorf("longer over the new one: %v", err)
	}
}
