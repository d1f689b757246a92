package pagetest

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/city/bulk"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/catalog"
	"bedelau/internal/city/cosign"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
)

// What one room asks of another is handed on here as it is by app.

// contacts tells notify where to write, as the program does.
type contacts struct {
	people *identity.Service
	db     *bun.DB
	keys   *privacy.Keys
}

func (c contacts) Contact(ctx context.Context, id uuid.UUID) (notify.Contact, error) {
	p, err := c.people.AccountContact(ctx, id)
	if fault.Is(err, "identity.no_account") {
		to, err := cosign.Contact(ctx, c.db, c.keys, id)
		if fault.Is(err, "cosign.no_signer") {
			return ductbill.Contact(ctx, c.db, id)
		}
		return to, err
	}
	return notify.Contact{Name: p.Name, Email: p.Email}, err
}

// standards answers casework from the catalogue, as the program does.
type standards struct{ catalog *catalog.Catalog }

func (s standards) InForce(ctx context.Context, tx bun.IDB, service string, at time.Time) (application.Offer, error) {
	d, err := s.catalog.FindAt(ctx, tx, service, at.Format(time.DateOnly))
	if err != nil {
		return application.Offer{}, err
	}
	now := d.Standard.Parts.At(at)
	return application.Offer{Service: d.Service.Code, Name: d.Service.Name, Agency: d.Agency.Code, AgencyName: d.Agency.Name,
		AgencyShort: d.Agency.Short, Version: d.Standard.Version, Native: d.Service.Applicable(), Form: d.Service.Form,
		Workflow: d.Service.Workflow, Document: d.Service.Document, Term: now.Term, Season: application.Season{Shut: now.Shut, Opens: now.Opens, Closes: now.Closes},
		CooldownMonths: d.Service.Rules.CooldownMonths, OneOpen: d.Service.Rules.OneOpen, OfficeOf: d.Service.Rules.Office,
		DailyQuota: d.Service.Rules.DailyQuota, MonthlyQuota: d.Service.Rules.MonthlyQuota, Ladder: d.Service.Rules.Ladder}, nil
}

func (s standards) OfficeAt(ctx context.Context, tx bun.IDB, district, subdistrict string) (application.Office, bool, error) {
	a, ok, err := s.catalog.OfficeAt(ctx, tx, district, subdistrict)
	return application.Office{Code: a.Code, Name: a.Name, Short: a.Short}, ok, err
}

// matters answers booking from the catalogue and casework, as the program does.
type matters struct {
	catalog  *catalog.Catalog
	casework *casework.Service
}

func (m matters) ServiceName(ctx context.Context, db bun.IDB, service string) (i18n.Text, error) {
	return m.catalog.Offered(ctx, db, service)
}

func (m matters) ToCollect(ctx context.Context, actor identity.Actor, application uuid.UUID) (string, error) {
	d, err := m.casework.Get(ctx, actor, application)
	if err != nil {
		return "", err
	}
	if !d.Application.Collectable() {
		return "", fault.New(fault.Conflict, "booking.not_collectable")
	}
	return d.Application.ServiceCode, nil
}

// steps answers bulk's need to act on applications, as package app does.
type steps struct{ casework *casework.Service }

func (s steps) Look(ctx context.Context, actor identity.Actor, ids []uuid.UUID) (map[uuid.UUID]bulk.Seen, error) {
	all, err := s.casework.Look(ctx, actor, ids)
	out := map[uuid.UUID]bulk.Seen{}
	for _, a := range all {
		out[a.ID] = bulk.Seen{Number: a.Number, Version: a.Version}
	}
	return out, err
}

func (s steps) Take(ctx context.Context, actor identity.Actor, x bulk.Step, also func(context.Context, bun.Tx) error) error {
	_, err := s.casework.Act(ctx, actor, casework.ActInput{ID: x.Application, Version: x.Version, Action: x.Action, Reason: x.Reason, Also: also})
	return err
}
