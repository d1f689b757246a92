package pack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/tenancy"
)

// cityMap is what map.yaml says of the city's ground from a day on.
type cityMap struct {
	bun.BaseModel `bun:"table:city_map,alias:cm"`

	TenantID uuid.UUID `bun:"tenant_id,pk"`
	From     time.Time `bun:"effective_from,pk,type:date"`
	Body     geo.Map   `bun:"body,type:jsonb"`
	Verified bool      `bun:"verified"`
	Source   string    `bun:"source"`
	Licence  string    `bun:"licence"`
}

// mapFile is one entry of map.yaml. Bounds alone are enough for a map; land and places make it one to find one's way by.
type mapFile struct {
	From     string  `yaml:"from"`
	Kind     string  `yaml:"kind"` // geo.Schematic or geo.Surveyed
	Verified bool    `yaml:"verified"`
	Source   string  `yaml:"source"`
	Licence  string  `yaml:"licence"`
	Bounds   geo.Box `yaml:"bounds"`
	Land     []struct {
		Name string       `yaml:"name"`
		Ring [][2]float64 `yaml:"ring"` // latitude, longitude
	} `yaml:"land"`
	Places []struct {
		Area string     `yaml:"area"` // code of the district that the point stands for
		Name string     `yaml:"name"` // or what else is there
		At   [2]float64 `yaml:"at"`
	} `yaml:"places"`
}

const (
	mapName     = "map.yaml"
	mostCorners = 5000 // of all land together: every page with a map carries them
)

func mapSection() Section {
	return Section{
		Name: "map",
		Check: func(p *Pack) error {
			_, err := readMaps(p)
			return err
		},
		Apply: applyMaps,
	}
}

func readMaps(p *Pack) ([]cityMap, error) {
	if !p.Has(mapName) {
		return nil, nil
	}
	var files []mapFile
	if err := p.Decode(mapName, &files); err != nil {
		return nil, err
	}
	areas, err := readAreas(p)
	if err != nil {
		return nil, nil //nolint:nilerr // the areas' own section tells
	}
	names := map[string]string{}
	for _, a := range areas {
		names[a.Code] = a.Name
	}
	c, days := p.Check(mapName), map[string]bool{}
	var out []cityMap
	for i, f := range files {
		at := At("", i)
		day, err := time.Parse(time.DateOnly, f.From)
		if err != nil {
			c.Add(at+".from", "bad_form", "value", f.From, "example", "2026-01-01")
		}
		if days[f.From] {
			c.Add(at+".from", "repeated", "value", f.From)
		}
		days[f.From] = true
		c.OneOf(at+".kind", f.Kind, geo.Schematic, geo.Surveyed)
		c.Required(at+".source", f.Source)
		c.Required(at+".licence", f.Licence)
		out = append(out, cityMap{From: day, Body: f.read(c, at, names), Verified: f.Verified, Source: f.Source, Licence: f.Licence})
	}
	return out, c.Err()
}

// read checks the ground and gives its districts their names.
func (f mapFile) read(c *Check, at string, names map[string]string) geo.Map {
	m := geo.Map{Kind: f.Kind, Bounds: f.Bounds, Source: f.Source}
	if b := f.Bounds; b.Empty() || !geo.Indonesia.Holds(geo.Point{Lat: b.South, Lon: b.West}) || !geo.Indonesia.Holds(geo.Point{Lat: b.North, Lon: b.East}) {
		c.Add(at+".bounds", "bad_bounds")
	}
	corners := 0
	for i, l := range f.Land {
		here := At(at+".land", i) + ".ring"
		ring := make(geo.Ring, len(l.Ring))
		for j, x := range l.Ring {
			ring[j] = geo.Point{Lat: x[0], Lon: x[1]}
			if !geo.Indonesia.Holds(ring[j]) {
				c.Add(At(here, j), "bad_point", "value", fmt.Sprint(x))
			}
		}
		if corners += len(ring); len(ring) < 3 || corners > mostCorners {
			c.Add(here, "bad_ring", "most", mostCorners)
		}
		m.Land = append(m.Land, ring)
	}
	for i, x := range f.Places {
		here := At(at+".places", i)
		place := geo.Place{Name: x.Name, At: geo.Point{Lat: x.At[0], Lon: x.At[1]}, District: x.Area != ""}
		if place.District {
			if place.Name = names[x.Area]; place.Name == "" {
				c.Add(here+".area", "unknown_parent", "value", x.Area)
			}
		} else {
			c.Required(here+".name", x.Name)
		}
		if !f.Bounds.Holds(place.At) {
			c.Add(here+".at", "bad_point", "value", fmt.Sprint(x.At))
		}
		m.Places = append(m.Places, place)
	}
	return m
}

func applyMaps(ctx context.Context, tx bun.Tx, p *Pack) error {
	maps, err := readMaps(p)
	if err != nil {
		return err
	}
	tenant := tenancy.Must(ctx)
	if _, err := tx.NewDelete().Model((*cityMap)(nil)).Where("tenant_id = ?", tenant).Exec(ctx); err != nil || len(maps) == 0 {
		return err
	}
	for i := range maps {
		maps[i].TenantID = tenant
	}
	_, err = tx.NewInsert().Model(&maps).Exec(ctx)
	return err
}

// LoadMap returns the map of the city in ctx that holds on a day; the zero Map for a city that has brought none.
func LoadMap(ctx context.Context, db bun.IDB, day time.Time) (geo.Map, error) {
	var m cityMap
	err := db.NewSelect().Model(&m).Column("body").Where("cm.tenant_id = ?", tenancy.Must(ctx)).
		Where("cm.effective_from <= ?", day.Format(time.DateOnly)).OrderExpr("cm.effective_from DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return geo.Map{}, nil
	}
	if err != nil {
		return geo.Map{}, fmt.Errorf("pack: map: %w", err)
	}
	return m.Body, nil
}
