package app

import (
	"strings"
	"testing"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/identity"
)

// TestFirstAdminNeedsAnAddressOfTheirOwn: a resident's address makes no administrator, and the operator is told so.
func TestFirstAdminNeedsAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	_, ctx := a.city(t, "batam")
	if _, err := a.DB.App.NewRaw("DELETE FROM account_role WHERE role = 'city_admin'").Exec(ctx); err != nil {
		t.Fatal(err) // a city that has none yet
	}
	o := cli.AdminOptions{City: "batam", Email: "Warga@batam.localhost", Name: "Maya Putri"}
	password, err := a.firstAdmin(t.Context(), o)
	if err == nil || password != "" || !strings.Contains(err.Error(), "run this again with an --email that has none") ||
		strings.Contains(err.Error(), "\n") {
		t.Errorf("for a resident's address: password %q, %v", password, err)
	}
	o.Email = "kepala.tik@batam.localhost"
	if password, err = a.firstAdmin(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s, err := a.Identity.SignIn(ctx, identity.SignInInput{Login: o.Email, Password: password})
	if err != nil || s.Kind != identity.Staff {
		t.Errorf("the password opens %+v, %v", s, err)
	}
	if _, err := a.firstAdmin(t.Context(), o); err == nil || !strings.Contains(err.Error(), "has an administrator already") {
		t.Errorf("a second administrator: %v", err)
	}
}
