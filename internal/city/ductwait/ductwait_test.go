package ductwait

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// TestTheFirstInLineIsServed: who finds no way joins the line; what is given back is kept for the first, who is written to, takes it
// or loses it after the days of the city's rule to the next.
func TestTheFirstInLineIsServed(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	_, rani := st.company(t, 1)
	_, tono := st.company(t, 2)
	if _, err := st.Join(st.ctx, rani, asks(1)); !fault.Is(err, "ductwait.free") {
		t.Errorf("a way that is free: %v", err)
	}
	held := st.holds(t, first, 2)
	in := asks(1)
	one := st.joins(t, rani, in)
	if again := st.joins(t, rani, in); again.ID != one.ID {
		t.Error("a repetition is another place")
	}
	two := st.joins(t, tono, asks(1))
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != "waiting after 0" || b != "waiting after 1" {
		t.Fatalf("%s, %s", a, b)
	}
	if _, _, err := st.Find(st.ctx, tono, one.ID); !fault.Is(err, "ductwait.not_found") {
		t.Errorf("another company's place: %v", err)
	}
	if d, err := st.Demands(st.ctx, st.manager, 10); err != nil || len(d) != 1 || d[0].Code != "AB" || d[0].Companies != 2 || d[0].Units != 2 {
		t.Errorf("demand: %+v %v", d, err)
	}

	if err := st.leases.Cancel(st.ctx, st.manager, held.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	st.looks(t)
	if got := st.stands(t, rani, one); got != Offered || st.mails(t, "duct_wait_offered", rani) != 1 {
		t.Fatalf("the first: %s", got)
	}
	offers, err := st.Offers(st.ctx, rani)
	if err != nil || len(offers) != 1 || !offers[0].OfferUntil.Equal(st.at.AddDate(0, 0, 14)) {
		t.Fatalf("%+v %v", offers, err)
	}
	if l, _, err := st.leases.LeaseOf(st.ctx, one.OperatorID, offers[0].LeaseID.UUID); err != nil || l.State != lease.Reserved || l.Quantity != 1 {
		t.Errorf("what is kept: %+v %v", l, err)
	}
	st.looks(t) // the second subduct is the second's
	if got := st.stands(t, tono, two); got != Offered {
		t.Fatalf("the second: %s", got)
	}
	if err := st.Decline(st.ctx, rani, two.ID); !fault.Is(err, "ductwait.not_found") {
		t.Errorf("another company declines: %v", err)
	}
	for _, state := range []string{lease.OperatorSuspended, lease.OperatorApproved} { // who was suspended since the offer takes nothing
		if err := st.leases.Decide(st.ctx, st.manager, two.OperatorID, lease.Decision{State: state, Why: "Berkas diperiksa"}); err != nil {
			t.Fatal(err)
		}
		if state == lease.OperatorSuspended {
			if err := st.take(tono, two.ID); !fault.Is(err, "lease.not_approved") {
				t.Errorf("taken while suspended: %v", err)
			}
		}
	}
	if err := st.take(tono, two.ID); err != nil {
		t.Fatal(err)
	}
	if err := st.take(tono, two.ID); !fault.Is(err, "ductwait.changed") {
		t.Errorf("taken twice: %v", err)
	}

	_, siti := st.company(t, 3)
	three := st.joins(t, siti, asks(1))
	st.at = st.at.AddDate(0, 0, 15)
	if err := st.take(rani, one.ID); !fault.Is(err, "lease.wrong_state") {
		t.Errorf("taken too late: %v", err)
	}
	st.expires(t)
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, siti, three); a != Lapsed || b != Offered || st.mails(t, "duct_wait_ended", rani) != 1 {
		t.Fatalf("after its time: %s, next: %s", a, b)
	}
	f, err := st.Figures(st.ctx, st.manager)
	if err != nil || f.Waiting != 0 || f.Offered != 1 || f.Answered != 2 || f.Taken != 1 {
		t.Errorf("%+v %v", f, err)
	}
}

// TestNobodyOvertakes: one unit of two that the first wants is kept from who wants one only, in the line and beside it, until the
// first has gone.
func TestNobodyOvertakes(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	_, rani := st.company(t, 1)
	second, tono := st.company(t, 2)
	held, _ := st.holds(t, first, 1), st.holds(t, first, 1)
	one, two := st.joins(t, rani, asks(2)), st.joins(t, tono, asks(1))
	if err := st.leases.Cancel(st.ctx, st.manager, held.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != "waiting after 0" || b != "waiting after 1" {
		t.Fatalf("%s, %s", a, b)
	}
	if _, err := st.reserves(second, 1); !fault.Is(err, "lease.others_wait") {
		t.Errorf("past the line: %v", err)
	}
	if _, err := st.Join(st.ctx, tono, asks(1)); err != nil {
		t.Errorf("what is kept for others can be waited for: %v", err)
	}
	if err := st.Close(st.ctx, st.manager, one.ID, "entah", ""); err == nil {
		t.Error("closed for no published reason")
	}
	if err := st.Close(st.ctx, st.manager, one.ID, "penuh", "Ruas tidak akan ditambah"); err != nil {
		t.Fatal(err)
	}
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != Closed || b != Offered || st.mails(t, "duct_wait_ended", rani) != 1 {
		t.Fatalf("%s, %s", a, b)
	}
}

// TestNobodyTakesTheWholeDuct: of a duct in which somebody waits for a subduct, nobody who came later has the whole, in the line or beside
// it, and of one in which somebody waits for the whole nobody has a subduct; a duct in which no subduct lies is in nobody's way.
func TestNobodyTakesTheWholeDuct(t *testing.T) {
	t.Parallel()
	for kind, other := range map[string]string{duct.Subduct: duct.Duct, duct.Duct: duct.Subduct} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			first, _ := st.company(t, 0)
			_, rani := st.company(t, 1)
			second, tono := st.company(t, 2)
			held := st.holds(t, first, 1)
			wanted, later := asks(2), asks(1)
			wanted.Kind, later.Kind = kind, other
			if kind == duct.Duct {
				wanted.Quantity = 1
			}
			one := st.joins(t, rani, wanted)
			take := func(code string) error {
				in := lease.ReserveInput{Operator: second, Kind: other, Quantity: 1, Since: day("2026-12-01"), Days: 30, Key: uuid.NewString()}
				if err := st.w.DB.App.NewRaw("SELECT id FROM duct_segment WHERE tenant_id = ? AND code = ?", st.w.Batam.ID, code).Scan(st.ctx, &in.Segments); err != nil {
					t.Fatal(err)
				}
				_, err := st.leases.Reserve(st.ctx, st.manager, in)
				return err
			}
			if err := take("AB"); !fault.Is(err, "lease.others_wait") {
				t.Errorf("past the line: %v", err)
			}
			two := st.joins(t, tono, later)
			st.looks(t)
			if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != "waiting after 0" || b != "waiting after 1" {
				t.Errorf("%s, %s", a, b)
			}
			if err := st.leases.Cancel(st.ctx, st.manager, held.ID, "Batal"); err != nil {
				t.Fatal(err)
			}
			if err := take("AB"); !fault.Is(err, "lease.others_wait") {
				t.Errorf("before the line is looked at: %v", err)
			}
			st.looks(t)
			if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != Offered || b != "waiting after 0" {
				t.Errorf("%s, %s", a, b)
			}
		})
	}
	st := newStage(t)
	st.lay(t, segment("AB3", "A", "B", 0, 200, 2, 0))
	company, _ := st.company(t, 0)
	_, rani := st.company(t, 1)
	st.holds(t, company, 2)
	in := asks(1)
	in.Kind = duct.Microduct
	st.joins(t, rani, in)
	st.looks(t)
	whole := lease.ReserveInput{Operator: company, Kind: duct.Duct, Quantity: 1, Since: day("2026-12-01"), Days: 30, Key: uuid.NewString()}
	if err := st.w.DB.App.NewRaw("SELECT id FROM duct_segment WHERE tenant_id = ? AND code = 'AB3'", st.w.Batam.ID).Scan(st.ctx, &whole.Segments); err != nil {
		t.Fatal(err)
	}
	if _, err := st.leases.Reserve(st.ctx, st.manager, whole); err != nil {
		t.Errorf("a duct in which nothing lies: %v", err)
	}
}

// TestWhoWaitsForVeryMuchKeepsNobodyWaiting: they have their turn first, and what is free meanwhile is let.
func TestWhoWaitsForVeryMuchKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	_, rani := st.company(t, 1)
	second, tono := st.company(t, 2)
	held := st.holds(t, first, 1)
	one := st.joins(t, rani, asks(50))
	st.looks(t)
	if _, err := st.Join(st.ctx, tono, asks(1)); !fault.Is(err, "ductwait.free") {
		t.Errorf("the other subduct: %v", err)
	}
	if _, err := st.reserves(second, 1); err != nil {
		t.Errorf("kept waiting by who wants fifty: %v", err)
	}
	two := st.joins(t, tono, asks(1))
	if err := st.leases.Cancel(st.ctx, st.manager, held.ID, "Batal"); err != nil {
		t.Fatal(err)
	}
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, tono, two); a != "waiting after 0" || b != Offered {
		t.Fatalf("%s, %s", a, b)
	}
}

// TestTheLineLooksAtTheNetwork: a duct that was laid is offered as one that was given back is, and nothing is offered where the
// company no longer sees the way.
func TestTheLineLooksAtTheNetwork(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	company, rani := st.company(t, 1)
	_, tono := st.company(t, 2)
	st.holds(t, first, 2)
	if _, err := st.Join(st.ctx, rani, JoinInput{From: "A", To: "C", Kind: "microduct", Quantity: 1, Since: day("2026-12-01"), Key: "x"}); err != nil {
		t.Errorf("what was never laid can be waited for: %v", err)
	}
	one, two := st.joins(t, rani, asks(1)), st.joins(t, tono, asks(1))
	st.looks(t)
	grants, err := st.operators.Grants(st.ctx, st.manager, company)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.operators.EndGrant(st.ctx, st.manager, company, grants[0].ID); err != nil {
		t.Fatal(err)
	}
	st.lay(t, segment("AB2", "A", "B", 0, 200, 1, 1))
	st.looks(t)
	if a, b := st.stands(t, rani, one), st.stands(t, tono, two); !strings.HasPrefix(a, Waiting) || b != Offered {
		t.Fatalf("who sees nothing: %s, who does: %s", a, b)
	}
	if _, way, err := st.Find(st.ctx, rani, one.ID); err != nil || len(way) != 0 {
		t.Errorf("a way that it no longer sees: %+v %v", way, err)
	}
	if _, err := st.Join(st.ctx, rani, asks(1)); !fault.Is(err, "lease.no_node") {
		t.Errorf("joins for what it does not see: %v", err)
	}
	if _, err := st.Join(st.ctx, st.manager, asks(1)); err == nil {
		t.Error("staff join for themselves")
	}
	if _, err := st.Waits(st.ctx, tono, Filter{}, 0, 10); err == nil {
		t.Error("a company reads the whole line")
	}
}

// TestPlacesAreGivenOneByOne: fifty who join at once have fifty places.
func TestPlacesAreGivenOneByOne(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	st.holds(t, first, 2)
	var who []identity.Actor
	for n := range 5 {
		_, a := st.company(t, n+1)
		who = append(who, a)
	}
	var wg sync.WaitGroup
	places := make([]int64, 50)
	for i := range places {
		wg.Go(func() {
			w, err := st.Join(st.ctx, who[i%5], asks(1))
			if err != nil {
				t.Error(err)
			}
			places[i] = w.Place
		})
	}
	wg.Wait()
	slices.Sort(places)
	if len(slices.Compact(places)) != 50 {
		t.Errorf("places: %v", places)
	}
	if _, err := st.Join(st.ctx, who[0], asks(1)); err != nil {
		t.Error(err)
	}
}

// TestTheLineIsStrict: whatever is joined, given back, declined and left to run out, nobody is offered a way while somebody before
// them waits for it.
func TestTheLineIsStrict(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	first, _ := st.company(t, 0)
	companies := map[uuid.UUID]identity.Actor{}
	var ids []uuid.UUID
	for n := range 4 {
		id, a := st.company(t, n+1)
		companies[id], ids = a, append(ids, id)
	}
	held := []lease.Lease{st.holds(t, first, 1), st.holds(t, first, 1)}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		all, err := st.Waits(st.ctx, st.manager, Filter{}, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		switch x := rng.IntN(6); {
		case x < 2:
			in := asks(1 + rng.IntN(2))
			in.Since = duct.DayOf(st.at).AddDate(0, 0, 10)
			if _, err := st.Join(st.ctx, companies[ids[rng.IntN(len(ids))]], in); err != nil && !fault.Is(err, "ductwait.free") && !fault.Is(err, "ductwait.too_many") {
				t.Fatal(err)
			}
		case x == 2 && len(held) > 0:
			if err := st.leases.Cancel(st.ctx, st.manager, held[0].ID, "Batal"); err != nil {
				t.Fatal(err)
			}
			held = held[1:]
		case x == 3:
			st.at = st.at.AddDate(0, 0, 15)
			st.expires(t)
		default:
			for _, w := range all {
				who := companies[w.OperatorID]
				if w.State == Offered && rng.IntN(2) == 0 {
					if err := st.Decline(st.ctx, who, w.ID); err != nil && !fault.Is(err, "lease.wrong_state") {
						t.Fatal(err)
					}
				} else if w.State == Waiting && rng.IntN(8) == 0 {
					if err := st.Withdraw(st.ctx, who, w.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		before, err := st.Waits(st.ctx, st.manager, Filter{State: Waiting}, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		st.looks(t)
		st.looks(t)
		for _, w := range before {
			now, _, err := st.Find(st.ctx, st.manager, w.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range before {
				if still, _, _ := st.Find(st.ctx, st.manager, o.ID); now.State == Offered && o.Place < w.Place && still.State == Waiting {
					t.Fatalf("%s (%d) was offered a way before %s (%d)", w.Number, w.Quantity, o.Number, o.Quantity)
				}
			}
		}
	}
	done, err := st.Waits(st.ctx, st.manager, Filter{}, 0, 100)
	if err != nil || !slices.ContainsFunc(done, func(l Listed) bool { return !l.OfferedAt.IsZero() }) {
		t.Errorf("nobody was offered anything: %v", err)
	}
}

// expires does what lease's planned work does.
func (st *stage) expires(t testing.TB) {
	t.Helper()
	_, err := st.w.DB.App.NewRaw(`WITH gone AS (UPDATE duct_lease SET state = 'expired' WHERE tenant_id = ?0 AND state = 'reserved' AND expires_at <= ?1 RETURNING id),
		free AS (UPDATE duct_hold SET released_at = ?1 WHERE tenant_id = ?0 AND lease_id IN (SELECT id FROM gone) AND released_at IS NULL)
		UPDATE duct_version SET holds = holds + 1 WHERE tenant_id = ?0`, st.w.Batam.ID, st.at).Exec(st.ctx)
	if err != nil {
		t.Fatal(err)
	}
}

// take takes an offer with the least that can be made of it: the reservation is ordered.
func (st *stage) take(who identity.Actor, id uuid.UUID) error {
	return st.Take(st.ctx, who, id, func(ctx context.Context, tx bun.Tx, w Wait, way []uuid.UUID) error {
		if len(way) == 0 {
			return errors.New("the way is not told")
		}
		return st.leases.Inside(tx, who, uuid.Nil).Order(ctx, w.LeaseID.UUID)
	})
}
