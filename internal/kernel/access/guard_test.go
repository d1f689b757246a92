package access_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

func newGuard(t *testing.T, db *storage.DB) *access.Guard {
	t.Helper()
	g, err := access.New(db, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// person is somebody of city with a full session.
func person(city tenancy.City, kind identity.Kind, roles ...string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: kind, Roles: roles, TOTP: kind == identity.Staff}
}

// program is a program of city whose key has these scopes.
func program(city tenancy.City, scopes ...string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: city.ID, Kind: identity.Machine, Scopes: scopes}
}

func wantFault(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		t.Errorf("got %v, want %q", err, code)
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	suspended := w.Batam
	suspended.Status = tenancy.StatusSuspended
	half := person(w.Batam, identity.Staff, "officer")
	half.TOTP = false
	for _, tt := range []struct {
		name  string
		city  tenancy.City
		actor identity.Actor
		asks  access.Permission
		code  string
	}{
		{"visitor, public", w.Batam, identity.Actor{}, access.Public, ""},
		{"visitor, own account", w.Batam, identity.Actor{}, access.AccountSelf, "access.sign_in"},
		{"visitor, signed in", w.Batam, identity.Actor{}, access.SignedIn, "access.sign_in"},
		{"resident submits", w.Batam, person(w.Batam, identity.Resident, "resident"), access.ApplicationSubmit, ""},
		{"resident by kind alone", w.Batam, person(w.Batam, identity.Resident), access.ApplicationOwn, ""},
		{"resident decides", w.Batam, person(w.Batam, identity.Resident, "resident"), access.ApplicationDecide, "access.denied"},
		{"resident of another city", w.Batam, person(w.Other, identity.Resident, "resident"), access.ApplicationSubmit, "access.sign_in"},
		{"officer decides", w.Batam, person(w.Batam, identity.Staff, "officer"), access.ApplicationDecide, ""},
		{"officer submits", w.Batam, person(w.Batam, identity.Staff, "officer"), access.ApplicationSubmit, "access.denied"},
		{"officer assigns", w.Batam, person(w.Batam, identity.Staff, "officer"), access.ApplicationAssign, "access.denied"},
		{"officer before second factor", w.Batam, half, access.ApplicationQueue, "access.second_factor"},
		{"officer before second factor, own account", w.Batam, half, access.AccountSelf, "access.second_factor"},
		{"officer before second factor, signed in", w.Batam, half, access.SignedIn, ""},
		{"staff without role", w.Batam, person(w.Batam, identity.Staff), access.AccountSelf, ""},
		{"program, its scope", w.Batam, program(w.Batam, "status:write"), access.StatusWrite, ""},
		{"program, public", w.Batam, program(w.Batam), access.Public, ""},
		{"program without the scope", w.Batam, program(w.Batam), access.StatusWrite, "access.scope"},
		{"program in a suspended city", suspended, program(w.Batam, "status:write"), access.StatusWrite, "access.suspended"},
		{"program of another city", w.Batam, program(w.Other, "status:write"), access.StatusWrite, "access.sign_in"},
		{"program as a person", w.Batam, program(w.Batam, "application:decide", "account:self"), access.ApplicationDecide, "access.sign_in"},
		{"program, signed in", w.Batam, program(w.Batam, "status:write"), access.SignedIn, "access.sign_in"},
		{"person as a program", w.Batam, person(w.Batam, identity.Staff, "city_admin"), access.StatusWrite, "access.denied"},
		{"two roles", w.Batam, person(w.Batam, identity.Staff, "auditor", "agency_head"), access.ApplicationAssign, ""},
		{"administrator, every agency", w.Batam, person(w.Batam, identity.Staff, "city_admin"), access.ApplicationAll, ""},
		{"auditor, every agency", suspended, person(w.Batam, identity.Staff, "auditor"), access.ApplicationAll, ""},
		{"agency head, every agency", w.Batam, person(w.Batam, identity.Staff, "agency_head"), access.ApplicationAll, "access.denied"},
		{"administrator decides", w.Batam, person(w.Batam, identity.Staff, "city_admin"), access.ApplicationDecide, "access.denied"},
		{"administrator reads all cities", w.Batam, person(w.Batam, identity.Staff, "city_admin"), access.PlatformUsage, "access.denied"},
		{"BUMD role in a city", w.Batam, person(w.Batam, identity.Staff, "bumd_admin"), access.PlatformCities, "access.denied"},
		{"BUMD on the platform", w.Platform, person(w.Platform, identity.Staff, "bumd"), access.PlatformUsage, ""},
		{"BUMD administrator, staff", w.Platform, person(w.Platform, identity.Staff, "bumd_admin"), access.StaffManage, ""},
		{"city role on the platform", w.Platform, person(w.Platform, identity.Staff, "officer", "city_admin"), access.ApplicationRead, "access.denied"},
		{"unknown role", w.Batam, person(w.Batam, identity.Staff, "raja"), access.ApplicationRead, "access.denied"},
		{"suspended city, read", suspended, person(w.Batam, identity.Staff, "officer"), access.ApplicationRead, ""},
		{"suspended city, decide", suspended, person(w.Batam, identity.Staff, "officer"), access.ApplicationDecide, "access.suspended"},
		{"suspended city, resident", suspended, person(w.Batam, identity.Resident, "resident"), access.ApplicationSubmit, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantFault(t, g.Allow(w.Ctx(tt.city), tt.actor, tt.asks), tt.code)
		})
	}
	if err := g.Allow(t.Context(), person(w.Batam, identity.Resident), access.AccountSelf); err == nil {
		t.Error("allowed without a city")
	}
	if err := g.Allow(w.Ctx(w.Batam), person(w.Batam, identity.Staff, "officer"), "application:destroy"); err == nil || fault.From(err).Kind != fault.Internal {
		t.Errorf("a permission outside the catalogue: %v", err)
	}
}

// A second process, on pools of its own, obeys a change within two seconds: told by NOTIFY, by the poll when no
// notification arrives, and by its own check when neither runs.
func TestChangeReachesOtherProcesses(t *testing.T) {
	t.Parallel()
	for name, lossy := range map[string]string{"notified": "", "notification lost": "poll", "nothing runs": "none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pgtest.Open(t)
			second, err := storage.Open(t.Context(), w.AppURL, w.PlatformURL, 4)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(second.Close)
			here, there := newGuard(t, w.DB), newGuard(t, second)
			switch lossy {
			case "poll":
				second.Pool.Close() // nothing to listen on
				there.Start()
			case "":
				there.Start()
			}
			t.Cleanup(there.Stop)
			ctx := w.Ctx(w.Batam)
			admin, officer := person(w.Batam, identity.Staff, "city_admin"), person(w.Batam, identity.Staff, "officer")
			wantFault(t, there.Allow(ctx, officer, access.ApplicationDecide), "")
			for range 3 { // taken, given back, taken
				took := changeAndWait(t, ctx, here, there, admin, officer)
				t.Logf("seen after %s", took)
				if took > 2*time.Second {
					t.Errorf("seen after %s, want 2 s at most", took)
				}
			}
		})
	}
}

// changeAndWait takes a permission from officers in one process, or gives it back, and returns when another sees it.
func changeAndWait(t *testing.T, ctx context.Context, here, there *access.Guard, admin, officer identity.Actor) time.Duration {
	t.Helper()
	perms := []access.Permission{access.ApplicationQueue, access.ApplicationRead, access.ApplicationReview}
	before := there.Allow(ctx, officer, access.ApplicationDecide) == nil
	if !before {
		perms = append(perms, access.ApplicationDecide)
	}
	if err := here.SetPermissions(ctx, admin, map[string][]access.Permission{"officer": perms}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if (here.Allow(ctx, officer, access.ApplicationDecide) == nil) == before {
		t.Error("the process that made the change does not see it")
	}
	for time.Since(start) < 5*time.Second {
		if (there.Allow(ctx, officer, access.ApplicationDecide) == nil) != before {
			return time.Since(start)
		}
		time.Sleep(5 * time.Millisecond) // between looks at a condition
	}
	return time.Since(start)
}

func TestManyCitiesAtOnce(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	g.Start()
	t.Cleanup(g.Stop)
	cities := []tenancy.City{w.Batam, w.Other}
	errs := make(chan error)
	for i := range 16 {
		city := cities[i%2]
		ctx := w.Ctx(city)
		go func() {
			var err error
			for range 200 {
				if e := g.Allow(ctx, person(city, identity.Staff, "officer"), access.ApplicationRead); e != nil {
					err = e
				}
				if e := g.Allow(ctx, person(city, identity.Staff, "officer"), access.RoleManage); !fault.Is(e, "access.denied") {
					err = fmt.Errorf("officer manages roles: %w", e)
				}
			}
			errs <- err
		}()
	}
	admin := person(w.Batam, identity.Staff, "city_admin")
	for i := range 10 {
		perms := []access.Permission{access.ApplicationRead}
		if i%2 == 0 {
			perms = append(perms, access.ApplicationDecide)
		}
		if err := g.SetPermissions(w.Ctx(w.Batam), admin, map[string][]access.Permission{"officer": perms}); err != nil {
			t.Error(err)
		}
	}
	for range 16 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	g := newGuard(t, w.DB)
	ctx := w.Ctx(w.Batam)
	admin := person(w.Batam, identity.Staff, "city_admin")
	if err := g.SetPermissions(ctx, admin, map[string][]access.Permission{"auditor": {access.AuditRead, access.CalendarManage}}); err != nil {
		t.Fatal(err)
	}
	both := person(w.Batam, identity.Staff, "auditor", "city_admin")
	half := both
	half.TOTP = false
	for _, tt := range []struct {
		actor   identity.Actor
		asks    access.Permission
		roles   []string
		byCity  bool
		refusal string
	}{
		{both, access.AuditRead, []string{"auditor", "city_admin"}, false, ""},
		{both, access.CalendarManage, []string{"auditor", "city_admin"}, false, ""},
		{person(w.Batam, identity.Staff, "auditor"), access.CalendarManage, []string{"auditor"}, true, ""},
		{person(w.Batam, identity.Staff, "auditor"), access.AccountSelf, []string{"staff"}, false, ""},
		{person(w.Batam, identity.Staff, "auditor"), access.UsageRead, nil, false, "access.denied"},
		{half, access.AuditRead, nil, false, "access.second_factor"},
		{identity.Actor{}, access.AuditRead, nil, false, "access.sign_in"},
	} {
		x, err := g.Explain(ctx, tt.actor, tt.asks)
		if err != nil {
			t.Fatal(err)
		}
		if x.Allowed != (tt.refusal == "") || x.Refusal != tt.refusal || !slices.Equal(x.Roles, tt.roles) || x.ByCity != tt.byCity {
			t.Errorf("%v %s: %+v", tt.actor.Roles, tt.asks, x)
		}
	}
}

func BenchmarkAllow(b *testing.B) {
	w := pgtest.Open(b)
	g, err := access.New(w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	g.Start()
	b.Cleanup(g.Stop)
	ctx, officer := w.Ctx(w.Batam), person(w.Batam, identity.Staff, "officer")
	for b.Loop() {
		if err := g.Allow(ctx, officer, access.ApplicationDecide); err != nil {
			b.Fatal(err)
		}
	}
}
