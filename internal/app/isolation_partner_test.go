package app

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/identity"
)

// ductManager is who runs the ducts of a city.
func ductManager(city uuid.UUID) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city, Kind: identity.Staff, Roles: []string{"duct_manager"}, TOTP: true}
}

// partnered gives a company somebody who acts for it, an area and a paper.
func (a *App) partnered(t *testing.T, ctx context.Context, city uuid.UUID, company string) (person, grant, paper string) {
	t.Helper()
	manager, id := ductManager(city), uuid.MustParse(company)
	if err := a.Leases.Decide(ctx, manager, id, lease.Decision{State: lease.OperatorApproved}); err != nil {
		t.Fatal(err)
	}
	who, err := a.Operators.Invite(ctx, manager, id, operator.PersonInput{Name: "Orang Operator", Email: "orang" + city.String()[24:] + "@contoh.id"})
	if err != nil {
		t.Fatal(err)
	}
	today := a.Operators.Today(ctx)
	g, err := a.Operators.Grant(ctx, manager, operator.GrantInput{Company: id, Name: "Pusat", Purpose: "Uji", Center: geo.Point{Lat: 1.1, Lon: 104}, RadiusM: 1000, Since: today, Until: today.AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	f, err := a.Operators.Receive(ctx, manager, "nib.png", &b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Operators.File(ctx, manager, operator.Paper{OperatorID: id, Kind: operator.PaperNIB, Day: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, f)
	if err != nil {
		t.Fatal(err)
	}
	return who.String(), g.ID.String(), p.ID.String()
}

// anotherCompany signs in an administrator of a company of Batam that has nothing.
func (a *App) anotherCompany(t *testing.T) string {
	t.Helper()
	const email = "lain@mitra.localhost"
	city, ctx := a.city(t, "batam")
	manager := ductManager(city.ID)
	o, err := a.Leases.Apply(ctx, manager, lease.Operator{Name: "Operator Lain", NIB: "9999999999990", Licence: "x", Email: "noc@lain.id"})
	if err == nil {
		err = a.Leases.Decide(ctx, manager, o.ID, lease.Decision{State: lease.OperatorApproved})
	}
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Identity.CreatePartner(ctx, identity.SeedInput{Name: "Orang Lain", Email: email, Password: demoPassword})
	if err == nil {
		err = a.Operators.Join(ctx, o.ID, id, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Identity.SignIn(ctx, identity.SignInInput{Login: email, Password: demoPassword, IP: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return s.Token
}

// damaged is a damage with a photo of it, and a node with one.
func (a *App) damaged(t *testing.T, ctx context.Context, city uuid.UUID) (damage, photo, node, nodePhoto string) {
	t.Helper()
	manager := ductManager(city)
	take := func() files.File {
		t.Helper()
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		f, err := a.Damages.Receive(ctx, manager, "rusak.png", &b)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f, g := take(), take()
	d, err := a.Damages.Report(ctx, manager, ductdamage.ReportInput{Kind: "cover", Place: "Simpang", Photo: &f})
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	if _, err := a.DB.App.NewRaw("INSERT INTO duct_node (tenant_id, id, code) VALUES (?, ?, 'MH-UJI')", city, id).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Damages.AddNodePhoto(ctx, manager, id, "", g); err != nil {
		t.Fatal(err)
	}
	return d.ID.String(), f.ID.String(), id.String(), g.ID.String()
}
