package pack

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// Area is a district (kecamatan) or one of its parts (kelurahan). Its Kemendagri code says where it belongs:
// 21.71.04.1002 lies in 21.71.04, which lies in the city 21.71.
type Area struct {
	bun.BaseModel `bun:"table:area,alias:a"`

	TenantID  uuid.UUID `bun:"tenant_id,pk" json:"-" yaml:"-"`
	Code      string    `bun:"code,pk" json:"code" yaml:"code"`
	Parent    string    `bun:"parent,nullzero" json:"parent,omitempty" yaml:"-"` // code of the district; empty for a district
	Kind      string    `bun:"kind" json:"kind" yaml:"kind"`                     // District or Subdistrict
	Name      string    `bun:"name" json:"name" yaml:"name"`
	Kelurahan int       `bun:"kelurahan" json:"kelurahan,omitempty" yaml:"kelurahan"` // how many a district holds, listed or not
	Verified  bool      `bun:"verified" json:"verified" yaml:"verified"`
	Source    string    `bun:"source" json:"source" yaml:"source"`
}

// The kinds of area.
const (
	District    = "kecamatan"
	Subdistrict = "kelurahan"
)

var areaPattern = regexp.MustCompile(`^\d{2}\.\d{2}\.\d{2}(\.\d{4})?$`)

func areaSection() Section {
	return Section{
		Name: "areas",
		Check: func(p *Pack) error {
			_, err := readAreas(p)
			return err
		},
		Apply: applyAreas,
	}
}

func readAreas(p *Pack) ([]Area, error) {
	const name = "areas.yaml"
	if !p.Has(name) {
		return nil, nil
	}
	var areas []Area
	if err := p.Decode(name, &areas); err != nil {
		return nil, err
	}
	c, kinds := p.Check(name), map[string]string{}
	for i, a := range areas {
		at := At("", i)
		c.Pattern(at+".code", a.Code, areaPattern, "21.71.04.1002")
		c.Required(at+".name", a.Name)
		c.OneOf(at+".kind", a.Kind, District, Subdistrict)
		if _, ok := kinds[a.Code]; ok {
			c.Add(at+".code", "repeated", "value", a.Code)
		}
		kinds[a.Code] = a.Kind
		if !strings.HasPrefix(a.Code, p.City.Code+".") || (a.Kind == Subdistrict) != (strings.Count(a.Code, ".") == 3) {
			c.Add(at+".code", "area_elsewhere", "value", a.Code, "kind", a.Kind, "city", p.City.Code)
		}
		if a.Kelurahan < 0 || a.Kelurahan > 500 {
			c.Add(at+".kelurahan", "bad_form", "value", a.Kelurahan, "example", "6")
		}
	}
	for i := range areas {
		a := &areas[i]
		if a.Kind != Subdistrict {
			continue
		}
		a.Parent = a.Code[:max(strings.LastIndexByte(a.Code, '.'), 0)]
		if kinds[a.Parent] != District {
			c.Add(At("", i)+".code", "unknown_parent", "value", a.Parent)
		}
	}
	return areas, c.Err()
}

func applyAreas(ctx context.Context, tx bun.Tx, p *Pack) error {
	areas, err := readAreas(p)
	if err != nil {
		return err
	}
	tenant, codes := tenancy.Must(ctx), []string{""}
	for i := range areas {
		areas[i].TenantID = tenant
		codes = append(codes, areas[i].Code)
	}
	// Districts before their parts, for the foreign key of parent.
	slices.SortFunc(areas, func(a, b Area) int { return strings.Compare(a.Code, b.Code) })
	if len(areas) > 0 {
		_, err := tx.NewInsert().Model(&areas).On("CONFLICT (tenant_id, code) DO UPDATE").
			Set(`parent = EXCLUDED.parent, kind = EXCLUDED.kind, name = EXCLUDED.name, kelurahan = EXCLUDED.kelurahan,
				verified = EXCLUDED.verified, source = EXCLUDED.source`).Exec(ctx)
		if err != nil {
			return err
		}
	}
	_, err = tx.NewDelete().Model((*Area)(nil)).Where("tenant_id = ?", tenant).Where("code NOT IN (?)", bun.List(codes)).Exec(ctx)
	return err
}

// AreaNamed returns the codes of a district and of its part by their names in the city in ctx; empty for what it has not.
func AreaNamed(ctx context.Context, db bun.IDB, district, subdistrict string) (d, s string, err error) {
	if district == "" {
		return "", "", nil
	}
	return oneArea(ctx, db, `SELECT d.code AS district, coalesce(s.code, '') AS subdistrict FROM area d
		LEFT JOIN area s ON s.tenant_id = d.tenant_id AND s.parent = d.code AND lower(s.name) = lower(?2)
		WHERE d.tenant_id = ?0 AND d.parent IS NULL AND lower(d.name) = lower(?1) ORDER BY d.code, s.code LIMIT 1`, district, subdistrict)
}

// AreaCoded returns the codes of the district and the part that a code of either names in the city in ctx; empty for one
// that it has not.
func AreaCoded(ctx context.Context, db bun.IDB, code string) (d, s string, err error) {
	if code == "" {
		return "", "", nil
	}
	return oneArea(ctx, db, `SELECT coalesce(parent, code) AS district, CASE WHEN parent IS NULL THEN '' ELSE code END AS subdistrict
		FROM area WHERE tenant_id = ?0 AND code = ?1`, code)
}

func oneArea(ctx context.Context, db bun.IDB, query string, args ...any) (d, s string, err error) {
	var found []struct{ District, Subdistrict string }
	if err := db.NewRaw(query, append([]any{tenancy.Must(ctx)}, args...)...).Scan(tenancy.Prepared(ctx), &found); err != nil {
		return "", "", fmt.Errorf("pack: area: %w", err)
	}
	if len(found) == 0 {
		return "", "", nil
	}
	return found[0].District, found[0].Subdistrict, nil
}

// LoadAreas returns the areas of the city in ctx: each district before its parts.
func LoadAreas(ctx context.Context, db bun.IDB) ([]Area, error) {
	var all []Area
	err := db.NewSelect().Model(&all).Where("a.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("a.code").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("pack: areas: %w", err)
	}
	return all, nil
}
