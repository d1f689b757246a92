package ductorder

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

// TestAFormSentTwiceIsOne: a window and a piece of evidence whose form comes twice, at the same moment too, are there once; one that was
// filled in anew and says what cannot be is told so.
func TestAFormSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.permitted()
	in := WindowInput{Key: uuid.New(), Order: o.ID, Node: "B", Since: day("2026-12-01"), Until: day("2026-12-02"), Crew: "Regu 1", Leader: "Budi", Phone: "081234567890", People: 4, Safety: "Ahli K3 No. 12"}
	var windows [8]Window
	together(len(windows), func(i int) {
		w, err := st.RequestWindow(st.ctx, st.mine, in)
		if err != nil {
			t.Error(err)
		}
		windows[i] = w
	})
	for _, w := range windows {
		if w.ID != windows[0].ID || w.Leader != "Budi" {
			t.Errorf("another window: %+v", w)
		}
	}
	if n := len(st.find(o.ID).Windows); n != 1 {
		t.Errorf("%d windows", n)
	}
	other := in
	other.Leader, other.Until = "Sari", time.Time{}
	if w, err := st.RequestWindow(st.ctx, st.mine, other, fault.Field{Name: "until", Code: "date"}); fault.From(err).Fields == nil {
		t.Errorf("the form says another window, of which a day cannot be read: %+v, %v", w, err)
	}
	st.must(st.DecideWindow(st.ctx, st.manager, WindowDecision{Order: o.ID, Window: windows[0].ID, Grant: true}))
	st.step(st.manager, o.ID, "open_access")
	key := uuid.New()
	for range 2 {
		f, err := st.Receive(st.ctx, st.mine, "B.png", picture())
		st.must(err)
		_, err = st.UploadEvidence(st.ctx, st.mine, EvidenceInput{Key: key, Order: o.ID, Kind: After, Place: "B", File: f})
		st.must(err)
	}
	f, err := st.Receive(st.ctx, st.mine, "C.png", picture())
	st.must(err)
	if _, err = st.UploadEvidence(st.ctx, st.mine, EvidenceInput{Key: key, Order: o.ID, Kind: After, Place: "Z", File: f}); fault.From(err).Fields == nil {
		t.Errorf("the form shows a place that is not on the way: %v", err)
	}
	if n := len(st.find(o.ID).Evidence); n != 1 {
		t.Errorf("%d pieces of evidence", n)
	}
}

// TestAnOrderIsRenewedOnce: of several renewals that are asked for at the same moment, by different forms, one is placed.
func TestAnOrderIsRenewedOnce(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	o := st.active()
	var errs [6]error
	together(len(errs), func(i int) {
		_, errs[i] = st.AskRenewal(st.ctx, st.mine, RenewInput{ID: o.ID, Until: day("2032-12-01"), Key: uuid.NewString()})
	})
	placed := 0
	for _, err := range errs {
		if err == nil {
			placed++
		} else if !fault.Is(err, "ductorder.renewed") {
			t.Error(err)
		}
	}
	var n int
	st.must(st.w.DB.App.NewRaw("SELECT count(*) FROM duct_order WHERE tenant_id = ? AND renews = ?", st.w.Batam.ID, o.ID).Scan(st.ctx, &n))
	if placed != 1 || n != 1 {
		t.Errorf("%d were told of a renewal, %d are there", placed, n)
	}
}

// together runs fn so many times at once.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { fn(i) })
	}
	all.Wait()
}
