package ductwork

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
)

// stage is the package on a database of its own, with the ducts of Batam, who manages them and who keeps their money.
type stage struct {
	*Service
	ducts   *duct.Service
	surveys *ductsurvey.Service
	leases  *lease.Service
	w       *pgtest.World
	ctx     context.Context // Batam
	manager identity.Actor
	finance identity.Actor
	at      time.Time
	company uuid.UUID // approved
	rani    identity.Actor
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)}
	actor := func(kind identity.Kind, role string) identity.Actor {
		return identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: kind, Roles: []string{role}, TOTP: true}
	}
	st.manager, st.finance, st.rani = actor(identity.Staff, "duct_manager"), actor(identity.Staff, "duct_finance"), actor(identity.Partner, "partner")
	now := func() time.Time { return st.at }
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Files: store, Keys: keys, Now: now})
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	st.surveys = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: now})
	st.leases = lease.New(lease.Deps{DB: w.DB.App, Guard: guard, Works: st.Service, Now: now})
	a := duct.Authority{TenantID: w.Batam.ID, Code: "pemko", Name: i18n.Text{i18n.ID: "Pemko"}, Source: "x"}
	if _, err := w.DB.App.NewInsert().Model(&a).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	o, err := st.leases.Apply(st.ctx, st.manager, lease.Operator{Name: "PT Serat", NIB: "1234567890123", Licence: "x", Email: "noc@contoh.id"})
	if err == nil {
		err = st.leases.Decide(st.ctx, st.manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	st.company = o.ID
	people := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: event.New(nil), Roles: guard})
	if st.rani.ID, err = people.CreatePartner(st.ctx, identity.SeedInput{Name: "Rani", Email: "rani@contoh.id", Password: "sebuah kata sandi panjang"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.App.NewRaw("INSERT INTO duct_person (tenant_id, account_id, operator_id, admin, added_at) VALUES (?, ?, ?, true, now())", w.Batam.ID, st.rani.ID, o.ID).Exec(st.ctx); err != nil {
		t.Fatal(err)
	}
	return st
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// corner is a corner of the city, from which the tests measure in metres.
var corner = geo.Point{Lat: 1.02, Lon: 104.05}

// at is a place so many metres from the corner: a degree of latitude there is 110,575 m on the ellipsoid, and one of longitude
// 111,302 m.
func at(east, north float64) geo.Point {
	return geo.Point{Lat: corner.Lat + north/110575, Lon: corner.Lon + east/111302}
}

// lay makes a network of segments called by their places: "A 0 0 B 100 0".
func (st *stage) lay(t testing.TB, segments ...string) {
	t.Helper()
	var features []string
	seen := map[string]bool{}
	for _, s := range segments {
		var a, b string
		var x1, y1, x2, y2 float64
		if _, err := fmt.Sscan(s, &a, &x1, &y1, &b, &x2, &y2); err != nil {
			t.Fatal(err)
		}
		p, q := at(x1, y1), at(x2, y2)
		for _, n := range []struct {
			code string
			at   geo.Point
		}{{a, p}, {b, q}} {
			if !seen[n.code] {
				features = append(features, fmt.Sprintf(`{"type": "Feature", "geometry": {"type": "Point", "coordinates": [%.9f, %.9f]}, "properties": {"code": %q, "kind": "manhole", "authority": "pemko", "condition": "good"}}`, n.at.Lon, n.at.Lat, n.code))
			}
			seen[n.code] = true
		}
		features = append(features, fmt.Sprintf(`{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[%.9f, %.9f], [%.9f, %.9f]]}, "properties": {"code": %q, "from_node": %q, "to_node": %q, "road": %q, "authority": "pemko", "condition": "good", "ducts": 1, "subducts": 2}}`,
			p.Lon, p.Lat, q.Lon, q.Lat, a+b, a, b, "Jalan "+a))
	}
	i, err := st.surveys.Load(st.ctx, st.manager, ductsurvey.ImportInput{Title: "x", Source: "x", OnDay: day("2026-01-01"), Format: ductsurvey.GeoJSON, Body: strings.NewReader(`{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`)})
	if err != nil {
		all, _ := st.surveys.Faults(st.ctx, st.manager, i.ID, 0, 20)
		t.Fatalf("%v: %+v", err, all)
	}
}

// says is what is planned along points, by a utility unless it is changed.
func says(from, to string, points ...geo.Point) Input {
	return Input{Owner: ByUtility, OwnerName: "Perusahaan Air", Kind: Water, Title: "Galian pipa", Road: "Jalan A", Place: Place{Points: points}, From: day(from), To: day(to), Method: OpenCut, Contact: "Bagian teknik", Phone: "0778-123456"}
}

func (st *stage) plan(t testing.TB, in Input) Work {
	t.Helper()
	w, err := st.Plan(st.ctx, st.manager, uuid.Nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (st *stage) is(t testing.TB, id uuid.UUID) Work {
	t.Helper()
	w, err := st.Work(st.ctx, st.manager, uuid.Nil, id)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// refusedFor holds an error against a code, and the fields that it names.
func refusedFor(t testing.TB, err error, code string, fields ...string) {
	t.Helper()
	f := fault.From(err)
	if err == nil || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name+" "+x.Code)
	}
	if len(fields) > 0 && strings.Join(names, ", ") != strings.Join(fields, ", ") {
		t.Errorf("fields %q, want %q", names, fields)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// photo takes in a picture.
func (st *stage) photo(t testing.TB) files.File {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	f, err := st.Receive(st.ctx, st.manager, "foto.png", &b)
	must(t, err)
	return f
}
