package ductorder

import (
	"slices"
	"testing"
	"time"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/kernel/fault"
)

// TestWhatWasBuiltIsWrittenDownByASurveyOfTheWay: not by one of before the order, nor by one of another road; and where the way was
// split since, by one of its parts, at whose ends the crew may open the manhole.
func TestWhatWasBuiltIsWrittenDownByASurveyOfTheWay(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	before := st.load("2026-11-01", stretch("BC", "B", "C", 100, 250, `"authority": "bp_batam", "note": "Diukur sebelum pesanan"`))
	st.at = st.at.Add(time.Hour)
	o := st.quoted(st.mine)
	_, err := st.AcceptQuote(st.ctx, st.mine, o.ID, 0)
	st.must(err)
	st.step(st.manager, o.ID, "order")
	edit := ductedit.New(ductedit.Deps{DB: st.d.DB, Guard: st.d.Guard, Now: st.now})
	_, err = edit.Split(st.ctx, st.manager, ductedit.Split{Segment: "BC", OnDay: day("2026-11-27"), MM: 60_000, Node: "N", Kind: duct.Handhole, First: "BN", Second: "NC", Why: "Handhole baru"})
	st.must(err)
	if all, err := st.Nodes(st.ctx, st.mine, o.ID); err != nil || !slices.Contains(all, "N") {
		t.Errorf("a crew cannot ask for the new handhole among %q, %v", all, err)
	}
	st.built(o.ID)
	elsewhere := st.load("2026-12-03", spot("X", 400), stretch("CX", "C", "X", 250, 400, `"authority": "pemko"`))
	part := st.load("2026-12-03", stretch("NC", "N", "C", 160, 250, `"authority": "bp_batam", "note": "Diukur setelah kabel ditarik"`))
	all, err := st.Surveys(st.ctx, st.manager, o.ID)
	st.must(err)
	if len(all) != 1 || all[0].ID != part.ID {
		t.Errorf("offered: %+v", all)
	}
	for name, i := range map[string]ActInput{"before the order": {Import: before.ID}, "of another road": {Import: elsewhere.ID}} {
		_, err := st.try(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt, in.Import = AsBuiltImport, i.Import })
		if f := fault.From(err).Fields; len(f) != 1 || f[0].Code != "not_of_this_way" {
			t.Errorf("a survey %s: %v", name, err)
		}
	}
	o = st.step(st.manager, o.ID, "record_as_built", func(in *ActInput) { in.AsBuilt, in.Import = AsBuiltImport, part.ID })
	if o.ImportID.UUID != part.ID {
		t.Errorf("%+v", o.ImportID)
	}
}
