package ductsurvey

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// stage is the package on a database of its own, with a manager of Batam's ducts.
type stage struct {
	*Service
	ducts   *duct.Service
	w       *pgtest.World
	ctx     context.Context // Batam
	manager identity.Actor
	at      time.Time
}

func newStage(t testing.TB) *stage {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC), manager: staff(w.Batam, "duct_manager")}
	st.ducts = duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	st.Service = New(Deps{DB: w.DB.App, Guard: guard, Ducts: st.ducts, Now: func() time.Time { return st.at }})
	for _, city := range []tenancy.City{w.Batam, w.Other} {
		for _, code := range []string{"pemko", "bp_batam"} {
			a := duct.Authority{TenantID: city.ID, Code: code, Name: i18n.Text{i18n.ID: code, i18n.EN: code}, FreeTrade: true, Source: "x"}
			if _, err := w.DB.App.NewInsert().Model(&a).Exec(w.Ctx(city)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return st
}

func staff(city tenancy.City, role string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// file is a feature collection.
func file(features ...string) string {
	return `{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`
}

// node is a manhole at metres east and north of a corner of the city.
func node(code string, east, north float64, more ...string) string {
	return feature(`{"type": "Point", "coordinates": `+at(east, north)+`}`, append([]string{`"code": "` + code + `"`, `"kind": "manhole"`, `"authority": "pemko"`}, more...))
}

// segment is a straight one between two places.
func segment(code string, places [][2]float64, more ...string) string {
	var all []string
	for _, p := range places {
		all = append(all, at(p[0], p[1]))
	}
	return feature(`{"type": "LineString", "coordinates": [`+strings.Join(all, ",")+`]}`, append([]string{`"code": "` + code + `"`, `"road": "Jalan Engku Putri"`, `"authority": "pemko"`}, more...))
}

func feature(geometry string, properties []string) string {
	return `{"type": "Feature", "geometry": ` + geometry + `, "properties": {` + strings.Join(properties, ",") + `}}`
}

// at is a place so many metres from a corner, near enough to the equator that a degree is as long either way.
func at(east, north float64) string {
	return fmt.Sprintf("[%.8f, %.8f]", 104.05+east/111320, 1.12+north/110574)
}

// upload takes in a file and lets it be checked.
func (st *stage) upload(t testing.TB, on, body string) Import {
	t.Helper()
	i, err := st.Upload(st.ctx, st.manager, ImportInput{Title: "Survei", Source: "Dinas", OnDay: day(on), Format: GeoJSON, Name: "jaringan.geojson", Body: strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.check(ctx, tx, importArgs{i.ID}) })
	return st.find(t, i.ID)
}

// take uploads a file that has no fault and makes it part of the network.
func (st *stage) take(t testing.TB, on, body string) Import {
	t.Helper()
	i := st.upload(t, on, body)
	if i.State != Checked {
		t.Fatalf("%s: %v", i.State, st.faults(t, i))
	}
	if err := st.Apply(st.ctx, st.manager, i.ID); err != nil {
		t.Fatal(err)
	}
	st.run(t, func(ctx context.Context, tx bun.Tx) error { return st.apply(ctx, tx, importArgs{i.ID}) })
	return st.find(t, i.ID)
}

func (st *stage) run(t testing.TB, fn func(context.Context, bun.Tx) error) {
	t.Helper()
	if err := tenancy.InTx(st.ctx, st.w.DB.App, fn); err != nil {
		t.Fatal(err)
	}
}

func (st *stage) find(t testing.TB, id uuid.UUID) Import {
	t.Helper()
	i, err := find(st.ctx, st.w.DB.App, id, false)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// faults are those of a file as "feature field code".
func (st *stage) faults(t testing.TB, i Import) []string {
	t.Helper()
	all, err := st.Faults(st.ctx, st.manager, i.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range all {
		text := fmt.Sprintf("%d %s %s", f.N, f.Field, f.Code)
		if f.Doubt {
			text += "?"
		}
		out = append(out, text)
	}
	return out
}

// lines are the segments of a day as "code length condition".
func (st *stage) lines(t testing.TB, on string) []string {
	t.Helper()
	all, err := st.ducts.Segments(st.ctx, st.manager, day(on), duct.Filter{}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%s %d m %s", s.Code, (s.LengthMM+500)/1000, s.Condition))
	}
	return out
}
