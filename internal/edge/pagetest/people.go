package pagetest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/testca"
	"bedelau/internal/saas/billing"
)

// In is the test's context, doing its work for the city of a host.
func (s *Site) In(t testing.TB, host string) context.Context {
	t.Helper()
	city, err := s.Directory.ByHost(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return tenancy.With(t.Context(), city)
}

// Resident makes an account and signs it in.
func (s *Site) Resident(t testing.TB, host, name, phone string) *Browser {
	t.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@contoh.id"
	if _, err := s.Identity.CreateResident(s.In(t, host), identity.SeedInput{Name: name, Email: email, Phone: phone, Password: Password}); err != nil {
		t.Fatal(err)
	}
	b := s.Browser(t, host)
	b.Goes(b.Post("/masuk", "login", email, "password", Password), "/permohonan")
	return b
}

// Staff makes an account with an authenticator and signs it in with both factors.
func (s *Site) Staff(t testing.TB, host, name, role, agency string) *Browser {
	t.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@kota.id"
	if _, err := s.Identity.CreateStaff(s.In(t, host), identity.SeedInput{
		Name: name, Email: email, Password: Password, Roles: []string{role}, Agency: agency, TOTPSecret: secret,
	}); err != nil {
		t.Fatal(err)
	}
	b := s.Browser(t, host)
	b.Goes(b.Post("/masuk", "login", email, "password", Password), "/masuk/kode")
	if a := b.Post("/masuk/kode", "code", s.Code(t)); a.Status != http.StatusSeeOther {
		t.Fatalf("second factor: %d\n%s", a.Status, Text(a.Body))
	}
	return b
}

// Code is what the authenticator of staff shows now.
func (s *Site) Code(t testing.TB) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, s.ClockNow())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// officer is a member of Disdukcapil's staff with a full session, without a browser.
func (s *Site) officer(t testing.TB) identity.Actor {
	t.Helper()
	ctx := s.In(t, HostBatam)
	id, err := s.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Andi Wijaya", Email: "andi@kota.id", Password: Password,
		Roles: []string{"officer"}, Agency: "disdukcapil", TOTPSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Identity.ActorFor(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Subscribe puts a city on the demonstration's plan from the beginning of the year.
func (s *Site) Subscribe(t testing.TB, host string) {
	t.Helper()
	ctx := s.In(t, host)
	city, _ := tenancy.CityFrom(ctx)
	_, err := s.Billing.Subscribe(ctx, billing.SubscribeInput{City: city, Plan: "demo-kota",
		StartsOn: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), ActorKind: audit.System})
	if err != nil {
		t.Fatal(err)
	}
}

// Signer has somebody sign for an agency of a city with a certificate for tests.
func (s *Site) Signer(t testing.TB, host, agency string) {
	t.Helper()
	ctx := s.In(t, host)
	id, err := s.Identity.CreateStaff(ctx, identity.SeedInput{Name: "Tata Usaha", Email: "tu." + agency + "@kota.id", Password: Password,
		Roles: []string{"city_admin"}, TOTPSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := s.Identity.ActorFor(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	by, err := s.Documents.Appoint(ctx, admin, document.OfficialInput{Agency: agency, Name: "Contoh Pejabat", From: "2026-01-01",
		Title: i18n.Text{"id": "Kepala Dinas", "en": "Head of the office"}})
	if err != nil {
		t.Fatal(err)
	}
	file, _, err := testca.Key("Contoh Pejabat", s.ClockNow())
	if err == nil {
		_, err = s.Documents.AddKey(ctx, admin, document.KeyInput{Official: by.ID, File: file, Test: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}
