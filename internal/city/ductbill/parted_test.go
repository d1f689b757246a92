package ductbill

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

// TestADepositIsAskedOfWhatWasSplit: a lease whose route has a new node is asked for its deposit as it is billed, for the whole where it
// took that, and for the parts with their node where it begins with them.
func TestADepositIsAskedOfWhatWasSplit(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		y.must(err)
		return d
	}
	engine := pack.NewEngine()
	engine.Register(duct.Section())
	engine.Register(ducttariff.Section())
	p, err := pack.Load(tenants.FS, "batam")
	y.must(err)
	_, err = engine.Apply(t.Context(), y.w.DB, p)
	y.must(err)
	guard, err := access.New(y.w.DB, slog.New(slog.DiscardHandler))
	y.must(err)
	now, manager := func() time.Time { return y.at }, y.staff("duct_manager")
	ducts := duct.New(duct.Deps{DB: y.w.DB.App, Guard: guard})
	surveys := ductsurvey.New(ductsurvey.Deps{DB: y.w.DB.App, Guard: guard, Ducts: ducts, Now: now})
	leases := lease.New(lease.Deps{DB: y.w.DB.App, Guard: guard, Now: now})
	node := func(code, lon string) string {
		return `{"type": "Feature", "geometry": {"type": "Point", "coordinates": [` + lon + `, 1.12]}, "properties": {"code": "` + code + `", "kind": "manhole", "authority": "pemko", "condition": "good"}}`
	}
	_, err = surveys.Load(y.ctx, manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` +
		strings.Join([]string{node("MH-1", "104.05"), node("MH-2", "104.052"), `{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2",
			"road": "Jalan", "authority": "pemko", "condition": "good", "billed_m": 220, "ducts": 1, "subducts": 3}}`}, ",") + `]}`)})
	y.must(err)
	segment, _, err := ducts.Segment(y.ctx, manager, "R-1", y.at)
	y.must(err)
	company := y.company("PT Serat", 0)
	order := func(since string) uuid.UUID {
		l, err := leases.Reserve(y.ctx, manager, lease.ReserveInput{Operator: company, Kind: duct.Subduct, Quantity: 1, Since: day(since), Days: 300, Key: since, Segments: []uuid.UUID{segment.ID}})
		y.must(err)
		y.must(leases.Order(y.ctx, manager, l.ID))
		return l.ID
	}
	before, after := order("2026-11-01"), order("2026-12-01")
	edits := ductedit.New(ductedit.Deps{DB: y.w.DB.App, Guard: guard, Now: now})
	_, err = edits.Split(y.ctx, manager, ductedit.Split{Segment: "R-1", OnDay: day("2026-11-02"), MM: 90_000, Node: "HH-1", Kind: duct.Handhole, First: "R-1a", Second: "R-1b", Why: "Handhole baru"})
	y.must(err)
	y.tx(func(ctx context.Context, tx bun.Tx) error { return y.askDeposits(ctx, tx, y.at) })
	// 220 m × Rp14.350 ÷ 12 and two manholes, three times; and the handhole for Rp5.125 a month.
	for name, tt := range map[string]struct {
		lease uuid.UUID
		want  money.Rupiah
	}{"it took the whole": {before, 819_999}, "it takes the parts": {after, 819_999 + 3*5_125}} {
		d, _, _, err := y.Deposit(y.ctx, y.bima, tt.lease)
		if err != nil || d.Asked != tt.want {
			t.Errorf("%s: %v asked, %v", name, d.Asked, err)
		}
	}
}
