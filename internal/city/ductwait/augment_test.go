package ductwait

import (
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
)

// TestARequestIsAnswered: asked for a segment that the company sees, answered step by step by its day, and read by the other company
// that sees the segment, without whose it was; refused only for a published reason, and late when it is.
func TestARequestIsAnswered(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	_, rani := st.company(t, 0)
	blind, tono := st.company(t, 1)
	_, err := st.Ask(st.ctx, rani, AskInput{Kind: More, Segment: "ZZ", Key: "a"})
	if f := fault.From(err).Fields; len(f) != 3 || f[0].Name != "units" || f[1].Name != "quantity" || f[2].Name != "segment" {
		t.Errorf("what cannot be: %v", err)
	}
	if _, err := st.Ask(st.ctx, rani, AskInput{Kind: Blockage, Segment: "AB", Key: "a"}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("a blockage without words: %v", err)
	}
	in := AskInput{Kind: More, Segment: "AB", Units: duct.Subduct, Quantity: 4, Note: "Pelanggan rahasia", Key: "a"}
	a, err := st.Ask(st.ctx, rani, in)
	if err != nil || a.Number != "PRL-2026-0001" || !a.DueAt.Equal(st.at.AddDate(0, 0, 60)) {
		t.Fatalf("%+v %v", a, err)
	}
	if again, err := st.Ask(st.ctx, rani, in); err != nil || again.ID != a.ID {
		t.Errorf("a repetition is another request: %v", err)
	}
	if err := st.Answer(st.ctx, rani, AnswerInput{ID: a.ID, Version: 1, State: Done, Answer: "x"}); err == nil {
		t.Error("a company answers itself")
	}
	answers := func(want string, x AnswerInput) {
		t.Helper()
		x.ID = a.ID
		if err := st.Answer(st.ctx, st.manager, x); want == "" && err != nil || want != "" && fault.From(err).Code != want {
			t.Errorf("%+v: %v", x, err)
		}
	}
	answers("input.invalid", AnswerInput{Version: 1, State: Planned})
	answers("", AnswerInput{Version: 1, State: InReview})
	answers("ductwait.augment_changed", AnswerInput{Version: 1, State: Planned, Answer: "x", Planned: day("2027-03-01")})
	if all, err := st.PublishedAugments(st.ctx, tono); err != nil || len(all) != 0 {
		t.Errorf("what is not answered is published: %v %v", all, err)
	}
	answers("", AnswerInput{Version: 2, State: Planned, Answer: "Empat subduct ditambah", Planned: day("2027-03-01")})
	if st.mails(t, "duct_augment_answered", rani) != 1 {
		t.Error("the company is not told once")
	}
	all, err := st.PublishedAugments(st.ctx, tono)
	if err != nil || len(all) != 1 || all[0].Answer != "Empat subduct ditambah" || all[0].OperatorID != uuid.Nil || all[0].OperatorName != "" || all[0].Note != "" {
		t.Errorf("published: %+v %v", all, err)
	}
	grants, err := st.operators.Grants(st.ctx, st.manager, blind)
	if err == nil {
		err = st.operators.EndGrant(st.ctx, st.manager, blind, grants[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if all, err := st.PublishedAugments(st.ctx, tono); err != nil || len(all) != 0 {
		t.Errorf("published where nothing is seen: %v %v", all, err)
	}
	if _, err := st.Ask(st.ctx, tono, AskInput{Kind: Blockage, Segment: "AB", Note: "x", Key: "b"}); fault.From(err).Kind != fault.Invalid {
		t.Errorf("asked where nothing is seen: %v", err)
	}
	answers("input.invalid", AnswerInput{Version: 3, State: Refused, Answer: "Tidak", Refusal: "entah"})
	answers("", AnswerInput{Version: 3, State: Refused, Answer: "Lahan tidak diizinkan", Refusal: "penuh"})
	answers("ductwait.augment_changed", AnswerInput{Version: 4, State: Done, Answer: "x"})
	late, err := st.Ask(st.ctx, rani, AskInput{Kind: Congestion, Segment: "BC", Note: "Sesak", Key: "c"})
	if err != nil {
		t.Fatal(err)
	}
	st.at = st.at.AddDate(0, 0, 61)
	f, err := st.AugmentFigures(st.ctx, st.manager)
	if err != nil || f != (AugmentFigures{Open: 1, Late: 1, Answered: 1, OnTime: 1}) {
		t.Errorf("%+v %v", f, err)
	}
	sooner, err := st.Ask(st.ctx, rani, AskInput{Kind: Blockage, Segment: "AB", Note: "Buntu", Key: "d"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.w.DB.App.NewRaw("UPDATE duct_augment SET due_at = ? WHERE tenant_id = ? AND id = ?", late.DueAt.AddDate(0, 0, -1), st.w.Batam.ID, sooner.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	one, err := st.Augments(st.ctx, st.manager, Received, uuid.Max, 1)
	if err != nil || len(one) != 1 || one[0].ID != sooner.ID {
		t.Fatalf("the nearest promise: %+v %v", one, err)
	}
	if rest, err := st.Augments(st.ctx, st.manager, Received, one[0].ID, 9); err != nil || len(rest) != 1 || rest[0].ID != late.ID {
		t.Errorf("after it: %+v %v", rest, err)
	}
	if x, err := st.FindAugment(st.ctx, st.manager, late.ID); err != nil || !x.Late(st.at) {
		t.Errorf("not late: %v", err)
	}
}
