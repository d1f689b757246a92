package ductorder

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/identity"
)

// TestAnOrderThatEndsGivesItsManholesBack: another crew is let in on its days then; what was opened before stays on record.
func TestAnOrderThatEndsGivesItsManholesBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*stage, uuid.UUID){
		"withdrawn by the company": func(st *stage, id uuid.UUID) { st.step(st.mine, id, "withdraw") },
		"refused by staff": func(st *stage, id uuid.UUID) {
			st.step(st.manager, id, "refuse", func(in *ActInput) { in.Refusal = "izin_lahan" })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := newStage(t)
			ready := func(who identity.Actor) uuid.UUID {
				o := st.quoted(who)
				_, err := st.AcceptQuote(st.ctx, who, o.ID, 0)
				st.must(err)
				st.step(st.manager, o.ID, "order")
				st.permit(o.ID)
				return st.step(st.manager, o.ID, "permitted").ID
			}
			a, b := ready(st.mine), ready(st.other)
			let := func(order, window uuid.UUID) error {
				return st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: order, Window: window, Grant: true})
			}
			was, granted, asked := st.window(st.mine, a, "B", "2026-11-28", "2026-11-29"), st.window(st.mine, a, "B", "2026-12-01", "2026-12-03"), st.window(st.mine, a, "C", "2026-12-01", "2026-12-01")
			st.must(let(a, was.ID))
			st.must(let(a, granted.ID))
			st.at = day("2026-12-01").Add(3 * 3600e9)
			end(st, a)
			states := map[uuid.UUID]Window{}
			for _, w := range st.find(a).Windows {
				states[w.ID] = w
			}
			if states[was.ID].State != WindowGranted || states[granted.ID].State != WindowWithdrawn || states[asked.ID].State != WindowWithdrawn || states[asked.ID].DecidedAt.IsZero() || !states[asked.ID].DecidedBy.Valid {
				t.Errorf("opened before %s, granted %s, asked for %+v", states[was.ID].State, states[granted.ID].State, states[asked.ID])
			}
			if err := let(b, st.window(st.other, b, "B", "2026-12-02", "2026-12-02").ID); err != nil {
				t.Errorf("another crew is kept out: %v", err)
			}
		})
	}
}

// TestAnActiveLeaseClosesWhatNobodyDecided about its manholes, with word to the company; what was opened stays on record.
func TestAnActiveLeaseClosesWhatNobodyDecided(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.permitted()
	asked, granted := st.window(st.mine, o.ID, "C", "2026-12-20", "2026-12-20"), st.window(st.mine, o.ID, "B", "2026-12-01", "2026-12-02")
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: o.ID, Window: granted.ID, Grant: true}))
	st.step(st.manager, o.ID, "open_access")
	st.at = st.at.AddDate(0, 0, 7)
	e, err := st.show(st.mine, o.ID, "B", uuid.Nil)
	st.must(err)
	st.step(st.mine, o.ID, "installed")
	st.must(st.Review(st.ctx, st.manager, ReviewInput{Order: o.ID, Evidence: e.ID, Approve: true}))
	st.step(st.manager, o.ID, "inspected")
	st.step(st.manager, o.ID, "accept", signed("2026-12-03"))
	st.step(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt = AsBuiltSame })
	st.step(st.manager, o.ID, "bill")
	states := map[uuid.UUID]Window{}
	for _, w := range st.find(o.ID).Windows {
		states[w.ID] = w
	}
	if states[asked.ID].State != WindowWithdrawn || states[asked.ID].DecidedAt.IsZero() || states[granted.ID].State != WindowGranted {
		t.Errorf("asked for: %s, granted: %s", states[asked.ID].State, states[granted.ID].State)
	}
	var told []string
	st.must(st.w.DB.App.NewRaw("SELECT data->>'body' FROM message WHERE tenant_id = ?", st.w.Batam.ID).Scan(st.ctx, &told))
	if !strings.Contains(strings.Join(told, "\n"), "belum diputus ditutup: C.") {
		t.Errorf("the company was told:\n%s", strings.Join(told, "\n"))
	}
}
