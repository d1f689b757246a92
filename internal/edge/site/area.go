package site

import (
	"context"
	"slices"

	"bedelau/internal/kernel/pack"
)

// Areas are the districts and subdistricts of the city, for pages that name them: each district before its parts.
type Areas []pack.Area

// CityAreas reads them; a city without a list has none.
func (p *Pages) CityAreas(ctx context.Context) (Areas, error) {
	all, err := pack.LoadAreas(ctx, p.DB.App)
	return all, err
}

// Name is what an area is called, or its code where the city has it no more.
func (a Areas) Name(code string) string {
	for _, x := range a {
		if x.Code == code {
			return x.Name
		}
	}
	return code
}

// Place names a subdistrict with its district, or the district alone; empty for what lies nowhere.
func (a Areas) Place(district, subdistrict string) string {
	if subdistrict == "" {
		return a.Name(district)
	}
	return a.Name(subdistrict) + ", " + a.Name(district)
}

// Of are the parts of a district, or with an empty code the districts.
func (a Areas) Of(district string) Areas {
	return slices.DeleteFunc(slices.Clone(a), func(x pack.Area) bool { return x.Parent != district })
}

// Within are the areas in which somebody finds work who is limited to some; all of them without a limit.
func (a Areas) Within(limit []string) Areas {
	if len(limit) == 0 {
		return a
	}
	return slices.DeleteFunc(slices.Clone(a), func(x pack.Area) bool {
		return !slices.Contains(limit, x.Code) && (x.Parent == "" || !slices.Contains(limit, x.Parent)) &&
			!slices.ContainsFunc(a, func(part pack.Area) bool { return part.Parent == x.Code && slices.Contains(limit, part.Code) })
	})
}

// KnownAreas refuses an area that neither the city has nor the member had.
func (p *Pages) KnownAreas(ctx context.Context, codes, had []string) error {
	if len(codes) == 0 {
		return nil
	}
	all, err := p.CityAreas(ctx)
	if err != nil {
		return err
	}
	for _, c := range codes {
		if !slices.Contains(had, c) && !slices.ContainsFunc(all, func(x pack.Area) bool { return x.Code == c }) {
			return Invalid("areas", "not_an_option")
		}
	}
	return nil
}
