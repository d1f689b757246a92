package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/intake"
	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

// peopled has the demonstration's cities and people.
var peopled pgtest.Filled

// newApp builds the whole program on a database and a Redis of its own, with the demonstration's cities and people.
func newApp(t testing.TB) *App {
	t.Helper()
	a, _ := newAppAndWorld(t)
	return a
}

// newAppAndWorld is newApp and its database. A hook for each role, where given, sees what the services send.
func newAppAndWorld(t testing.TB, change ...func(*App)) (*App, *pgtest.World) {
	t.Helper()
	w := peopled.Open(t, func(w *pgtest.World) {
		a := appOn(t, w)
		defer a.Close()
		if err := a.seed(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return appOn(t, w, change...), w
}

// newEmptyApp is newApp before anything was loaded.
func newEmptyApp(t testing.TB) (*App, *pgtest.World) {
	t.Helper()
	w := pgtest.Open(t)
	return appOn(t, w), w
}

// appOn is the program on w, changed once its databases are open and before its services are built.
func appOn(t testing.TB, w *pgtest.World, change ...func(*App)) *App {
	t.Helper()
	cfg := config.Config{
		PublicURL: "http://localhost", DataDir: t.TempDir(), LogFormat: "text", Workers: 4,
		Drain: 5 * time.Second, DatabaseConns: 8, Proxies: []string{"127.0.0.1"}, SMTPFrom: "kota@localhost", SMTPTLS: "none",
		DatabaseURL: config.Secret(w.AppURL), DatabasePlatformURL: config.Secret(w.PlatformURL),
		RedisURL:  config.Secret("redis://" + pgtest.Redis(t) + "/0"),
		MasterKey: config.Secret(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))),
	}
	a := &App{Config: cfg, Log: slog.New(slog.DiscardHandler), Metrics: metrics()}
	t.Cleanup(a.Close)
	if err := a.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(a)
	}
	if err := a.build(); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *App) city(t testing.TB, slug string) (tenancy.City, context.Context) {
	t.Helper()
	c, err := a.Directory.BySlug(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return c, tenancy.With(t.Context(), c)
}

// signIn returns a full session of one of the demonstration's people.
func (a *App) signIn(t testing.TB, email string) (token string, actor identity.Actor) {
	t.Helper()
	for _, p := range demoPeople {
		if p.email != email {
			continue
		}
		_, ctx := a.city(t, p.tenant)
		return a.signInWith(t, ctx, email, p.secret)
	}
	t.Fatalf("nobody is called %s", email)
	return "", identity.Actor{}
}

// signInWith is signIn for somebody who is not of the demonstration.
func (a *App) signInWith(t testing.TB, ctx context.Context, email, secret string) (token string, actor identity.Actor) {
	t.Helper()
	s, err := a.Identity.SignIn(ctx, identity.SignInInput{Login: email, Password: demoPassword, IP: "127.0.0.1"})
	if err != nil {
		t.Fatalf("sign in %s: %v", email, err)
	}
	if secret != "" {
		code, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if s, err = a.Identity.ConfirmTOTP(ctx, s.Token, code); err != nil {
			t.Fatalf("second factor of %s: %v", email, err)
		}
	}
	if actor, err = a.Identity.Resolve(ctx, s.Token); err != nil {
		t.Fatal(err)
	}
	return s.Token, actor
}

// fileKTP sends one resident's application for a lost KTP-el, as the form of the pack asks.
func (a *App) fileKTP(t testing.TB, ctx context.Context, who identity.Actor, nik string) casework.Detail {
	t.Helper()
	draft := a.draftKTP(t, ctx, who, nik)
	if _, err := a.Casework.Submit(ctx, who, intake.SubmitInput{ID: draft.ID, Key: uuid.NewString()}); err != nil {
		t.Fatalf("submit: %v", err)
	}
	d, err := a.Casework.Get(ctx, who, draft.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (a *App) draftKTP(t testing.TB, ctx context.Context, who identity.Actor, nik string) application.Application {
	t.Helper()
	app, err := a.Casework.Start(ctx, who, "ktp-el-hilang", "web")
	if err != nil {
		t.Fatal(err)
	}
	draft, err := a.Casework.Draft(ctx, who, app.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range draft.Form.Pages {
		typed := map[string][]string{}
		for _, f := range page.Fields {
			if f.Type == form.File {
				if _, err := a.Casework.Attach(ctx, who, app.ID, f.Code, f.Code+".png", bytes.NewReader(picture(t))); err != nil {
					t.Fatalf("attach %s: %v", f.Code, err)
				}
				continue
			}
			if f.Type != form.Info {
				typed[f.Code] = []string{sample(f, nik)}
			}
		}
		if err := a.Casework.SavePage(ctx, who, app.ID, page.Code, typed); err != nil {
			t.Fatalf("page %s: %v", page.Code, err)
		}
	}
	return app
}

// sample answers a field of any form plausibly.
func sample(f form.Field, nik string) string {
	switch f.Type {
	case form.NIK:
		return nik
	case form.KK:
		return "2171010101100001"
	case form.Phone:
		return "081270001234"
	case form.Email:
		return "siti@contoh.id"
	case form.Date:
		if f.Code == "tanggal_lahir" {
			return "1990-03-27"
		}
		return time.Now().AddDate(0, 0, -3).Format(time.DateOnly)
	case form.Choice:
		return f.Options[0].Value
	case form.YesNo, form.Consent:
		return "yes"
	default:
		return "Siti Rahma"
	}
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// work runs the background tasks until the test ends.
func (a *App) work(t testing.TB) {
	t.Helper()
	if err := a.Runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		a.Runner.Stop(ctx)
	})
}

// issue waits until the document of an approved application has been made.
func (a *App) issue(t testing.TB, ctx context.Context, who identity.Actor, id uuid.UUID) uuid.UUID {
	t.Helper()
	var d casework.Detail
	eventually(t, "the document is issued", func() bool {
		var err error
		if d, err = a.Casework.Get(ctx, who, id); err != nil {
			t.Fatal(err)
		}
		return len(d.Documents) > 0
	})
	return d.Documents[0].ID
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(90 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
