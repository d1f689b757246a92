package absence_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
)

// TestWhoStandsInForWhom sets an absence as everybody who may and may not, and asks before, on and after its days.
func TestWhoStandsInForWhom(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	quiet := slog.New(slog.DiscardHandler)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(w.DB, quiet)
	if err != nil {
		t.Fatal(err)
	}
	staff := identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: event.New(nil), Roles: guard, Log: quiet})
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	s := &absence.Service{DB: w.DB.App, Guard: guard, Staff: staff, Now: func() time.Time { return now }}
	person := func(name, role, agency string) identity.Actor {
		t.Helper()
		id, err := staff.CreateStaff(ctx, identity.SeedInput{Name: name, Email: name + "@kota.id", Password: "kata sandi yang panjang", Roles: []string{role}, Agency: agency})
		if err != nil {
			t.Fatal(err)
		}
		return identity.Actor{ID: id, TenantID: w.Batam.ID, Kind: identity.Staff, Name: name, Agency: agency, Roles: []string{role}, TOTP: true}
	}
	budi, ani, head := person("budi", "officer", "disdukcapil"), person("ani", "officer", "disdukcapil"), person("kepala", "agency_head", "disdukcapil")
	dewi := person("dewi", "officer", "dinkes")

	week := absence.Input{Substitute: ani.ID, From: "2026-11-25", To: "2026-11-27"}
	for _, tt := range []struct {
		name  string
		who   identity.Actor
		in    absence.Input
		field string
	}{
		{"by oneself", budi, absence.Input{Substitute: budi.ID, From: week.From, To: week.To}, "substitute"},
		{"by another agency", budi, absence.Input{Substitute: dewi.ID, From: week.From, To: week.To}, "substitute"},
		{"backwards", budi, absence.Input{Substitute: ani.ID, From: week.To, To: week.From}, "to"},
		{"over", budi, absence.Input{Substitute: ani.ID, From: "2026-11-01", To: "2026-11-23"}, "to"},
		{"for ever", budi, absence.Input{Substitute: ani.ID, From: week.From, To: "2029-01-01"}, "to"},
		{"on no day", budi, absence.Input{Substitute: ani.ID, From: "besok", To: week.To}, "from"},
		{"of another agency's", head, absence.Input{Account: dewi.ID, Substitute: ani.ID, From: week.From, To: week.To}, "account"},
	} {
		_, err := s.Set(ctx, tt.who, tt.in)
		if f := fault.From(err); len(f.Fields) != 1 || f.Fields[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := s.Set(ctx, budi, absence.Input{Account: ani.ID, Substitute: budi.ID, From: week.From, To: week.To}); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("an officer sends a colleague away: %v", err)
	}
	a, err := s.Set(ctx, head, absence.Input{Account: budi.ID, Substitute: ani.ID, From: week.From, To: week.To})
	if err != nil || a.AccountName != "budi" || a.SubstituteName != "ani" {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := s.Set(ctx, budi, absence.Input{Substitute: head.ID, From: week.To, To: "2026-12-01"}); !fault.Is(err, "absence.twice") {
		t.Errorf("two substitutes on one day: %v", err)
	}
	for day, want := range map[string]int{"2026-11-24T16:59:00Z": 1, "2026-11-24T17:00:00Z": 2, "2026-11-27T16:59:00Z": 2, "2026-11-27T17:00:00Z": 1} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		got, err := absence.StandsFor(ctx, w.DB.App, ani.ID, at)
		if err != nil || len(got) != want {
			t.Errorf("%s: stands for %v, %v", day, got, err)
		}
		_, away, err := absence.StandIn(ctx, w.DB.App, budi.ID, at)
		if err != nil || away != (want == 2) {
			t.Errorf("%s: away %v, %v", day, away, err)
		}
	}
	if list, names, err := s.List(ctx, ani); err != nil || len(list) != 1 || list[0].ToDay != "2026-11-27" || len(names) != 3 {
		t.Errorf("listed %+v, %v, %v", list, names, err)
	}
	if list, _, err := s.List(ctx, dewi); err != nil || len(list) != 0 {
		t.Errorf("another agency lists %+v, %v", list, err)
	}
	for _, who := range []identity.Actor{dewi, ani} {
		if err := s.End(ctx, who, a.ID); !fault.Is(err, "absence.not_found") {
			t.Errorf("%s ends it: %v", who.Name, err)
		}
	}
	if err := s.End(ctx, budi, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.End(ctx, budi, a.ID); !fault.Is(err, "absence.not_found") {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := s.Set(ctx, budi, week); err != nil {
		t.Errorf("set again: %v", err)
	}
	if got, err := absence.StandsFor(w.Ctx(w.Other), w.DB.App, ani.ID, now.AddDate(0, 0, 2)); err != nil || len(got) != 1 || got[0] == uuid.Nil {
		t.Errorf("in another city %v, %v", got, err)
	}
}
