package application

import (
	"context"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// Office is an office of the city, as an application keeps it.
type Office struct {
	Code  string
	Name  i18n.Text
	Short string
}

// GoesTo gives an application to the office of the address that its service names, where the city lists one; else the
// service's own office has it.
func (s *Service) GoesTo(ctx context.Context, tx bun.IDB, app *Application, o Offer, answers form.Answers) error {
	district := answers.Get(o.OfficeOf + ".district")
	if o.OfficeOf == "" || district == "" {
		return nil
	}
	office, ok, err := s.Deps.Standards.OfficeAt(ctx, tx, district, answers.Get(o.OfficeOf+".subdistrict"))
	if err != nil || !ok {
		return err
	}
	app.AgencyCode, app.AgencyName, app.AgencyShort = office.Code, office.Name, office.Short
	return nil
}

// checkOffices refuses a service that goes by an address which its form does not ask for.
func checkOffices(p *pack.Pack, uses []use, forms []form.Form) error {
	var errs []error
	for _, u := range uses {
		c := p.Check(u.file)
		for _, f := range forms {
			if _, ok := f.Field(u.Rules.Office + ".district"); u.Rules.Office != "" && f.Code == u.Form && !ok {
				c.Add("rules.office", "no_such_field", "value", u.Rules.Office)
			}
		}
		errs = append(errs, c.Err())
	}
	return pack.Join(errs...)
}
