package ductbill

import (
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/tenants"
)

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// network is one stretch of 220 billed metres with three subducts between two manholes, by the price list of Batam.
type network struct {
	guard   *access.Guard
	manager identity.Actor
	now     func() time.Time
	ducts   *duct.Service
	surveys *ductsurvey.Service
	leases  *lease.Service // that asks the book which months are charged
	prices  *ducttariff.Service
	segment uuid.UUID
}

const manholes = `{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.05, 1.12]}, "properties": {"code": "MH-1", "kind": "manhole", "authority": "pemko", "condition": "good"}},
	{"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.052, 1.12]}, "properties": {"code": "MH-2", "kind": "manhole", "authority": "pemko", "condition": "good"}}`

func (y *world) network() network {
	y.t.Helper()
	engine := pack.NewEngine()
	engine.Register(duct.Section())
	engine.Register(ducttariff.Section())
	p, err := pack.Load(tenants.FS, "batam")
	y.must(err)
	_, err = engine.Apply(y.t.Context(), y.w.DB, p)
	y.must(err)
	n := network{manager: y.staff("duct_manager"), now: func() time.Time { return y.at }}
	n.guard, err = access.New(y.w.DB, slog.New(slog.DiscardHandler))
	y.must(err)
	n.ducts = duct.New(duct.Deps{DB: y.w.DB.App, Guard: n.guard})
	n.surveys = ductsurvey.New(ductsurvey.Deps{DB: y.w.DB.App, Guard: n.guard, Ducts: n.ducts, Now: n.now})
	n.leases = lease.New(lease.Deps{DB: y.w.DB.App, Guard: n.guard, Book: y.Service, Now: n.now})
	n.prices = ducttariff.New(ducttariff.Deps{DB: y.w.DB.App, Guard: n.guard, Now: n.now})
	y.survey(n, "2026-01-01", "220", true)
	k, _, err := n.ducts.Segment(y.ctx, n.manager, "R-1", day("2026-01-02"))
	y.must(err)
	n.segment = k.ID
	return n
}

// survey writes the stretch down from a day on, with so many billed metres, inside the free-trade area or outside.
func (y *world) survey(n network, from, metres string, inside bool) {
	y.t.Helper()
	free := "true"
	if !inside {
		free = "false"
	}
	_, err := n.surveys.Load(y.ctx, n.manager, ductsurvey.ImportInput{Title: "Jalan", Source: "Uji", OnDay: day(from), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + manholes +
		`, {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[104.05, 1.12], [104.052, 1.12]]}, "properties": {"code": "R-1", "from_node": "MH-1", "to_node": "MH-2",
			"road": "Jalan", "authority": "pemko", "condition": "good", "billed_m": ` + metres + `, "free_trade": ` + free + `, "ducts": 1, "subducts": 3}}]}`)})
	y.must(err)
}

// ordered is a lease of one subduct.
func (y *world) ordered(n network, company uuid.UUID, since, until string, renews uuid.UUID) uuid.UUID {
	y.t.Helper()
	in := lease.ReserveInput{Operator: company, Kind: duct.Subduct, Quantity: 1, Since: day(since), Days: 300, Key: company.String() + since + until, Segments: []uuid.UUID{n.segment}, Renews: renews}
	if until != "" {
		in.Until = day(until)
	}
	l, err := n.leases.Reserve(y.ctx, n.manager, in)
	y.must(err)
	y.must(n.leases.Order(y.ctx, n.manager, l.ID))
	return l.ID
}

// route is the stretch for some days.
func (n network) route(since, until string, renews uuid.UUID) ducttariff.Route {
	return ducttariff.Route{Segments: []uuid.UUID{n.segment}, Kind: duct.Subduct, Quantity: 1, Since: day(since), Until: day(until), Renews: renews}
}
