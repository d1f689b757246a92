package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// demoLease is a lease along a corridor of the made-up network: the operator by its place in the list, and how far it came.
type demoLease struct {
	operator int
	corridor string
	kind     string
	quantity int
	since    int // days from now
	years    int // 0 goes on
	state    string
}

var demoLeases = []demoLease{
	{0, "LB-BC", duct.Subduct, 2, -300, 5, lease.Active},
	{1, "LB-BC", duct.Subduct, 1, -200, 0, lease.Active},
	{0, "BC-NGS", duct.Duct, 1, -90, 10, lease.Active},
	{1, "MK-BC", duct.Microduct, 4, 14, 5, lease.Ordered},
	{0, "LB-BA", duct.Subduct, 3, 30, 3, lease.Reserved},
}

// demoCompanies are made-up operators; somebody of the first can sign in.
var demoCompanies = []string{"PT Serat Contoh Nusantara (contoh)", "PT Jaringan Misal Kepri (contoh)", "PT Calon Penyewa (contoh)"}

// seedLeases lets two made-up operators lease parts of the made-up network. A third one waits for a decision.
func (a *App) seedLeases(ctx context.Context, actor identity.Actor, now time.Time) error {
	var who []uuid.UUID
	for i, name := range demoCompanies {
		o, err := a.Leases.Apply(ctx, actor, lease.Operator{Name: name, NIB: fmt.Sprintf("000000000000%d", i+1), Licence: "Contoh, bukan izin nyata", Email: fmt.Sprintf("noc%d@contoh.localhost", i+1),
			Address: "Data contoh, bukan perusahaan nyata"})
		if err == nil && i < 2 {
			err = a.Leases.Decide(ctx, actor, o.ID, lease.Decision{State: lease.OperatorApproved, Why: "Data contoh"})
		}
		if err != nil {
			return err
		}
		who = append(who, o.ID)
	}
	person, err := a.seedPartner(ctx, actor, who[0])
	if err != nil {
		return fmt.Errorf("partner: %w", err)
	}
	for i, d := range demoLeases {
		if err := a.seedLease(ctx, actor, d, who[d.operator], now, i); err != nil {
			return fmt.Errorf("lease along %s: %w", d.corridor, err)
		}
	}
	return a.seedWait(ctx, person, now)
}

// seedPartner lets somebody of a made-up operator see the ducts around Batam Kota for half a year.
func (a *App) seedPartner(ctx context.Context, actor identity.Actor, company uuid.UUID) (uuid.UUID, error) {
	id, err := a.Identity.CreatePartner(ctx, identity.SeedInput{Name: demoPartner.name, Email: demoPartner.email, Password: demoPassword})
	if err == nil {
		err = a.Operators.Join(ctx, company, id, true)
	}
	if err != nil {
		return id, err
	}
	today := a.Operators.Today(ctx)
	_, err = a.Operators.Grant(ctx, actor, operator.GrantInput{Company: company, Name: "Sekitar Batam Kota (contoh)", Purpose: "Data contoh", Center: geo.Point{Lat: 1.112, Lon: 104.05}, RadiusM: 4000,
		Since: today, Until: today.AddDate(0, 6, 0)})
	return id, err
}

// seedLease makes one as far along its corridor as there is a way.
func (a *App) seedLease(ctx context.Context, actor identity.Actor, d demoLease, operator uuid.UUID, now time.Time, n int) error {
	since := now.AddDate(0, 0, d.since)
	var until time.Time
	if d.years > 0 {
		until = since.AddDate(d.years, 0, 0)
	}
	places, err := a.Leases.Places(ctx, actor, since, d.corridor+"-MH", 200)
	if err != nil || len(places) < 2 {
		return err
	}
	var ways []lease.Way
	for last := len(places) - 1; last > 0 && len(ways) == 0; last-- {
		ways, err = a.Leases.Plan(ctx, actor, lease.PlanInput{From: places[0].Code, To: places[last].Code, Kind: d.kind, Quantity: d.quantity, Since: since, Until: until})
		if err != nil {
			return err
		}
	}
	if len(ways) == 0 {
		return nil // what was made up is damaged right at its beginning
	}
	in := lease.ReserveInput{Operator: operator, Kind: d.kind, Quantity: d.quantity, Since: since, Until: until, Days: 21, Key: fmt.Sprint("contoh ", n)}
	for _, s := range ways[0].Steps {
		in.Segments = append(in.Segments, s.ID)
	}
	l, err := a.Leases.Reserve(ctx, actor, in)
	if err == nil && d.state != lease.Reserved {
		err = a.Leases.Order(ctx, actor, l.ID)
	}
	if err == nil && d.state == lease.Active {
		err = a.Leases.AcceptOn(ctx, actor, l.ID, since)
	}
	return err
}
