package application

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/pack"
)

// LiesIn keeps the district and subdistrict that an application is about: of the first question that form.Where puts
// forward whose answer is an area of the city. The address by which the service chooses the office counts before the
// applicant's own. Of a point it is the district whose middle is nearest, and no subdistrict.
func (s *Service) LiesIn(ctx context.Context, tx bun.IDB, app *Application, o Offer, f *form.Form, answers form.Answers) error {
	app.DistrictCode, app.SubdistrictCode = "", ""
	for _, fd := range f.Where(o.OfficeOf) {
		var err error
		switch fd.Type {
		case form.Choice:
			app.DistrictCode, app.SubdistrictCode, err = pack.AreaCoded(ctx, tx, answers.Get(fd.Code))
		case form.Point:
			err = s.nearest(ctx, tx, app, answers.Get(fd.Code))
		default:
			app.DistrictCode, app.SubdistrictCode, err = pack.AreaNamed(ctx, tx, answers.Get(fd.Code+".district"), answers.Get(fd.Code+".subdistrict"))
		}
		if err != nil || app.DistrictCode != "" {
			return err
		}
	}
	return nil
}

func (s *Service) nearest(ctx context.Context, tx bun.IDB, app *Application, answer string) error {
	at, ok := geo.Parse(answer)
	if !ok {
		return nil
	}
	ground, err := pack.LoadMap(ctx, tx, s.Local(ctx))
	if err != nil {
		return err
	}
	near, ok := ground.Nearest(at)
	if !ok {
		return nil
	}
	app.DistrictCode, _, err = pack.AreaNamed(ctx, tx, near.Name, "")
	return err
}
