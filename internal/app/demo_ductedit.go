package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductcable"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/identity"
)

// seedDuctEdits changes the made-up network by hand, as its manager does: a handhole for a building divides a segment, and one subduct
// of the first part was crushed a little later.
func (a *App) seedDuctEdits(ctx context.Context, actor identity.Actor, now time.Time) error {
	day := now.AddDate(0, 0, -45)
	all, err := a.Ducts.Segments(ctx, actor, day, duct.Filter{}, "LB-BC-MH", 20)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x duct.Segment) bool { return x.LengthMM > 100_000 && x.Condition == duct.Good })
	if i < 0 {
		return nil
	}
	x := all[i]
	_, err = a.DuctEdit.Split(ctx, actor, ductedit.Split{Segment: x.Code, OnDay: day, MM: x.LengthMM * 2 / 5, Node: "LB-BC-HH-BARU", Kind: duct.Handhole, First: x.Code + "-1", Second: x.Code + "-2", Why: "Handhole untuk gedung baru (contoh)"})
	if err != nil {
		return err
	}
	_, units, err := a.Ducts.Segment(ctx, actor, x.Code+"-1", day)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Kind != duct.Subduct {
			continue
		}
		_, err = a.DuctEdit.SetState(ctx, actor, ductedit.State{Unit: u.ID, OnDay: day.AddDate(0, 0, 5), Condition: duct.Damaged, Within: true, Why: "Tergencet saat penggalian (contoh)"})
		return err
	}
	return nil
}

// seedCables puts made-up cables into the first segments of a corridor: one of a company that leases there or not, one of the city's
// own, and one that nobody knows.
func (a *App) seedCables(ctx context.Context, actor identity.Actor, now time.Time) error {
	day := now.AddDate(0, 0, -40)
	all, err := a.Ducts.Segments(ctx, actor, day, duct.Filter{}, "LB-BC-MH", 6)
	if err != nil || len(all) < 6 {
		return err
	}
	companies, err := a.Leases.Operators(ctx, actor, lease.OperatorApproved, uuid.Nil, 1)
	if err != nil || len(companies) == 0 {
		return err
	}
	along := func(unit string, from, to int) (out []ductcable.Place) {
		for _, x := range all[from:to] {
			out = append(out, ductcable.Place{Segment: x.Code, Unit: unit})
		}
		return out
	}
	for code, x := range map[string]struct {
		state  ductcable.State
		places []ductcable.Place
	}{
		"KB-CONTOH-01": {ductcable.State{Owner: ductcable.OfOperator, OperatorID: uuid.NullUUID{UUID: companies[0].ID, Valid: true}, Use: ductcable.Live, Condition: duct.Good, Fibres: 96, OuterTenth: 125, Why: "Berita acara penarikan (contoh)"}, along("1.1", 3, 6)},
		"KB-CONTOH-02": {ductcable.State{Owner: ductcable.OfOther, OwnerName: "Dinas Komunikasi dan Informatika (contoh)", Use: ductcable.Live, Condition: duct.Good, Fibres: 24, OuterTenth: 98, Why: "Jaringan CCTV kota (contoh)"}, along("2.1", 3, 5)},
		"KB-CONTOH-03": {ductcable.State{Owner: ductcable.OfUnknown, Use: ductcable.Dead, Condition: duct.Unknown, Why: "Ditemukan saat pemeriksaan manhole (contoh)"}, along("1.2", 4, 5)},
	} {
		if _, err := a.Cables.Lay(ctx, actor, code, day, x.state, x.places); err != nil {
			return fmt.Errorf("%s: %w", code, err)
		}
	}
	return nil
}
