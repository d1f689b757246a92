package app

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/tenancy"
)

// standards answers casework's question about a service from the catalogue.
type standards struct{ catalog *catalog.Catalog }

func (s standards) InForce(ctx context.Context, tx bun.IDB, service string, at time.Time) (casework.Offer, error) {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return casework.Offer{}, tenancy.ErrNone
	}
	d, err := s.catalog.FindAt(ctx, tx, service, at.In(city.Location()).Format(time.DateOnly))
	if err != nil {
		return casework.Offer{}, err
	}
	term, _ := d.Standard.Parts.Time.Term()
	return casework.Offer{
		Service: d.Service.Code, Name: d.Service.Name,
		Agency: d.Agency.Code, AgencyName: d.Agency.Name, AgencyShort: d.Agency.Short,
		Version: d.Standard.Version, Native: d.Service.Applicable(),
		Form: d.Service.Form, Workflow: d.Service.Workflow, Document: d.Service.Document,
		Term: term, CooldownMonths: d.Service.Rules.CooldownMonths, OneOpen: d.Service.Rules.OneOpen, OfficeOf: d.Service.Rules.Office,
	}, nil
}

func (s standards) OfficeAt(ctx context.Context, tx bun.IDB, district, subdistrict string) (casework.Office, bool, error) {
	a, ok, err := s.catalog.OfficeAt(ctx, tx, district, subdistrict)
	return casework.Office{Code: a.Code, Name: a.Name, Short: a.Short}, ok, err
}
