package identity_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
)

func TestOwnerCorrectsProfile(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.resident(t, st.batam, "ada@contoh.id", "081234567890")
	st.resident(t, st.batam, "budi@contoh.id", "085555555555")
	s := st.signIn(t, st.batam, "ada@contoh.id")
	update := func(name, phone, locale string) error {
		return st.UpdateProfile(st.batam, st.actor(t, st.batam, s.Token), identity.ProfileInput{Name: name, Phone: phone, Locale: locale})
	}
	if err := update("Ada Rasa", "0812 9999 8888", "en"); err != nil {
		t.Fatal(err)
	}
	a := st.actor(t, st.batam, s.Token)
	if a.Name != "Ada Rasa" || a.Phone != "+6281299998888" || a.Locale != "en" {
		t.Errorf("actor = %+v", a)
	}
	if got := st.signIn(t, st.batam, "081299998888"); got.AccountID != a.ID {
		t.Error("the new number signs in somebody else")
	}
	if err := update("Ada Rasa", "085555555555", "id"); err != nil { // Budi's
		t.Fatal(err)
	}
	if got := st.signIn(t, st.batam, "085555555555"); got.AccountID == a.ID {
		t.Error("Ada took over Budi's number")
	}
	if err := update("Ada Rasa", "", "id"); err != nil {
		t.Fatal(err)
	}
	if a := st.actor(t, st.batam, s.Token); a.Phone != "" {
		t.Errorf("number = %q after its removal", a.Phone)
	}
	wantField(t, update("", "", "id"), "name", "required")
	wantField(t, update("Ada", "12", "id"), "phone", "phone")
	wantField(t, update("Ada", "", "fr"), "locale", "invalid")
}

type queryCount struct{ n atomic.Int32 }

func (q *queryCount) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (q *queryCount) AfterQuery(context.Context, *bun.QueryEvent)                        { q.n.Add(1) }

func TestResolveIsOneQuery(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	st.staff(t, st.batam, "p@batam.go.id", "disdukcapil", "officer", "auditor")
	_, token := st.signInStaff(t, st.batam, "p@batam.go.id")
	hook := &queryCount{}
	st.DB = st.DB.WithQueryHook(hook)
	st.actor(t, st.batam, token)
	if n := hook.n.Load(); n != 1 {
		t.Errorf("%d queries, want 1", n)
	}
}

func TestEachSecurityActIsRecorded(t *testing.T) {
	t.Parallel()
	st := newStage(t, nil)
	ctx := st.batam
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(st.Register(ctx, identity.RegisterInput{Name: "Ada", Email: "ada@contoh.id", Password: goodPassword}))
	_, link := st.lastMail(t, ctx)
	s, err := st.ConfirmEmail(ctx, identity.ConfirmInput{Token: link, Password: goodPassword})
	ok(err)
	ok(st.Register(ctx, identity.RegisterInput{Name: "Ada", Email: "ada@contoh.id", Password: goodPassword}))
	_, err = st.SignIn(ctx, identity.SignInInput{Login: "ada@contoh.id", Password: otherPassword})
	wantFault(t, err, "identity.wrong")
	st.signIn(t, ctx, "ada@contoh.id")
	_, err = st.RevokeOthers(ctx, st.actor(t, ctx, s.Token))
	ok(err)
	ok(st.ResetRequest(ctx, "ada@contoh.id", ""))
	_, link = st.lastMail(t, ctx)
	ok(st.Reset(ctx, link, otherPassword))
	st.staff(t, ctx, "admin@batam.go.id", "", "city_admin")
	admin, token := st.signInStaff(t, ctx, "admin@batam.go.id")
	id, err := st.Invite(ctx, admin, identity.InviteInput{Name: "P", Email: "p@batam.go.id", Role: "officer", Agency: "disdukcapil"})
	ok(err)
	_, link = st.lastMail(t, ctx)
	_, err = st.AcceptInvite(ctx, identity.AcceptInput{Token: link, Password: goodPassword})
	ok(err)
	ok(st.SetRoles(ctx, admin, id, []string{"auditor"}, ""))
	ok(st.Deactivate(ctx, admin, id))
	ok(st.SignOut(ctx, token))

	var got []string
	ok(st.w.DB.App.NewRaw("SELECT DISTINCT action FROM audit_entry ORDER BY action").Scan(ctx, &got))
	want := []string{
		"account.accept", "account.confirm", "account.create", "account.deactivate", "account.invite", "account.register",
		"account.register_again", "account.reset", "account.reset_request", "account.roles", "session.refused",
		"session.revoke_others", "session.second_factor", "session.sign_in", "session.sign_out",
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %v\nwant     %v", got, want)
	}
}
