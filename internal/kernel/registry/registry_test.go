package registry_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bedelau/internal/kernel/devkit/register"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/registry"
)

const nik = "2171046703900003"

// desk is a city that may ask a register.
type desk struct {
	*registry.Service
	w  *pgtest.World
	at atomic.Int64
}

func open(t *testing.T) *desk {
	t.Helper()
	w := pgtest.Open(t)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{w: w}
	d.at.Store(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC).UnixNano())
	d.Service = registry.New(registry.Deps{DB: w.DB.App, Keys: keys, Now: func() time.Time { return time.Unix(0, d.at.Load()) }})
	return d
}

// use points Batam at h and returns how it is reached.
func (d *desk) use(t *testing.T, h http.Handler) registry.Setting {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return d.point(t, srv.URL)
}

func (d *desk) point(t *testing.T, url string) registry.Setting {
	t.Helper()
	ctx := d.w.Ctx(d.w.Batam)
	err := d.Set(ctx, registry.SetInput{Kind: registry.Population, Name: register.Name, URL: url, Key: "rahasia", Timeout: 150 * time.Millisecond, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	r, ok, err := d.Find(ctx, registry.Population)
	if err != nil || !ok {
		t.Fatalf("found %v, %v", ok, err)
	}
	return r
}

func TestARegisterIsAskedAboutWhoAsks(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx := d.w.Ctx(d.w.Batam)
	stand := register.Handler("rahasia", map[string]map[string]register.Entry{"population": {
		nik: {"name": "Hj. Siti  Rahma, S.Pd.", "birth_date": "1990-03-27", "address": "Jl. Teratai 5", "family_card": "2171040102160008", "phone": "081270001234", "income": "9000000"},
		"2": {"name": "Siti Rahma", "birth_date": "1990-03-27"},
	}})
	var said []string
	r := d.use(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		said = append(said, q.Method+" "+q.URL.String()+" "+string(raw))
		q.Body = io.NopCloser(bytes.NewReader(raw))
		stand.ServeHTTP(w, q)
	}))
	for _, tt := range []struct {
		id, name string
		want     registry.Outcome
	}{
		{"2", "siti rahma", registry.Found},
		{"2", "Siti Rahma, S.Pd.", registry.Found},
		{"2", "Budi Santoso", registry.Unknown}, // somebody else's number
		{"2", "", registry.Unknown},
		{nik, "Siti Rahma", registry.Unknown}, // the register writes a title before the name
		{"3", "Siti Rahma", registry.Unknown},
	} {
		got, outcome, err := d.Ask(ctx, r, tt.id, tt.name)
		if err != nil || outcome != tt.want || (len(got) > 0) != (tt.want == registry.Found) {
			t.Errorf("%s as %q: %v, %s, %v; want %s", tt.id, tt.name, got, outcome, err, tt.want)
		}
	}
	got, _, _ := d.Ask(ctx, r, nik, "Hj. Siti Rahma")
	if len(got) != 1 || got["name"] == "" {
		t.Errorf("what a register may not tell is passed on: %v", got)
	}
	for _, s := range said {
		if first, _, _ := strings.Cut(s, "{"); !strings.HasPrefix(s, "POST /population ") || strings.Contains(first, nik) {
			t.Errorf("the register was asked %q", s)
		}
	}
	if _, ok, err := d.Find(d.w.Ctx(d.w.Other), registry.Population); ok || err != nil {
		t.Errorf("another city asks it: %v, %v", ok, err)
	}
}

// TestWhoGoesAwayRestsNoRegister: however many people leave before the answer, the next one is answered.
func TestWhoGoesAwayRestsNoRegister(t *testing.T) {
	t.Parallel()
	d := open(t)
	stand := register.Handler("rahasia", map[string]map[string]register.Entry{"population": {nik: {"name": "Siti Rahma"}}})
	leave := make(chan context.CancelFunc, 1)
	r := d.use(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		select {
		case gone := <-leave:
			_, _ = io.Copy(io.Discard, q.Body)
			gone()
			<-q.Context().Done()
		default:
			stand.ServeHTTP(w, q)
		}
	}))
	for range 8 {
		ctx, cancel := context.WithCancel(d.w.Ctx(d.w.Batam))
		select {
		case leave <- cancel:
		default: // the one before asked nothing
		}
		if _, outcome, err := d.Ask(ctx, r, nik, "Siti Rahma"); outcome != registry.Unavailable || err != nil {
			t.Errorf("who has gone: %s, %v", outcome, err)
		}
	}
	if _, outcome, err := d.Ask(d.w.Ctx(d.w.Batam), r, nik, "Siti Rahma"); outcome != registry.Found || err != nil {
		t.Errorf("the next: %s, %v", outcome, err)
	}
}

// TestABadRegisterCostsABoundedWait: slow, wrong, dead, and every kind of nonsense.
func TestABadRegisterCostsABoundedWait(t *testing.T) {
	t.Parallel()
	fixed := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
	}
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	for name, h := range map[string]http.HandlerFunc{
		"slow": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server notices a caller who has gone only behind the body
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"slow in the middle": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"attributes":{`)
			w.(http.Flusher).Flush()
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"broken": fixed(500, "panic"), "full": fixed(429, ""), "not ours": fixed(401, ""), "no JSON": fixed(200, "<html>"),
		"no attributes": fixed(200, `{"found":true}`), "a list": fixed(200, `[]`), "endless": fixed(200, `{"attributes":{"name":"`+strings.Repeat("x", 70<<10)+`"}}`),
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/population", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			r := d.use(t, h)
			start := time.Now()
			got, outcome, err := d.Ask(d.w.Ctx(d.w.Batam), r, nik, "Siti Rahma")
			if err != nil || outcome != registry.Unavailable || got != nil || time.Since(start) > 5*time.Second {
				t.Errorf("%v, %s, %v after %s", got, outcome, err, time.Since(start))
			}
		})
	}
	t.Run("dead", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		srv := httptest.NewServer(http.NotFoundHandler())
		srv.Close()
		if _, outcome, err := d.Ask(d.w.Ctx(d.w.Batam), d.point(t, srv.URL), nik, "Siti Rahma"); outcome != registry.Unavailable || err != nil {
			t.Errorf("%s, %v", outcome, err)
		}
	})
}

// TestADeadRegisterIsLeftAlone: after four failures it is asked no more for a while, then by one question, and comes back.
func TestADeadRegisterIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	ctx := d.w.Ctx(d.w.Batam)
	var asked, well atomic.Int64
	r := d.use(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if well.Load() == 0 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"attributes":{"name":"Siti Rahma"}}`)
	}))
	try := func(want registry.Outcome, count int64) {
		t.Helper()
		_, outcome, err := d.Ask(ctx, r, nik, "Siti Rahma")
		if err != nil || outcome != want || asked.Load() != count {
			t.Errorf("%s, %v after %d questions; want %s after %d", outcome, err, asked.Load(), want, count)
		}
	}
	for n := range int64(4) {
		try(registry.Unavailable, n+1)
	}
	well.Store(1)
	try(registry.Unavailable, 4)
	d.at.Add(int64(31 * time.Second))
	try(registry.Found, 5)
	try(registry.Found, 6)
}

func TestWhatCannotReachARegisterIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t)
	good := registry.SetInput{Kind: registry.Population, Name: "Dukcapil", URL: "https://contoh.go.id/api", Key: "k", Timeout: time.Second}
	for want, change := range map[string]func(*registry.SetInput){
		"kind":    func(in *registry.SetInput) { in.Kind = "tax" },
		"name":    func(in *registry.SetInput) { in.Name = " " },
		"key":     func(in *registry.SetInput) { in.Key = "a\r\nb" },
		"url":     func(in *registry.SetInput) { in.URL = "http://contoh.go.id" },
		"timeout": func(in *registry.SetInput) { in.Timeout = time.Minute },
	} {
		in := good
		change(&in)
		if f := fault.From(d.Set(d.w.Ctx(d.w.Batam), in)); len(f.Fields) != 1 || f.Fields[0].Name != want {
			t.Errorf("%s: %v", want, f)
		}
	}
	for _, url := range []string{"ftp://x", "https://u:p@x", "https://x?k=1", "http://169.254.169.254", "//x", "https://"} {
		in := good
		in.URL = url
		if err := d.Set(d.w.Ctx(d.w.Batam), in); err == nil {
			t.Errorf("%s is taken", url)
		}
	}
	if err := d.Set(d.w.Ctx(d.w.Batam), good); err != nil {
		t.Error(err)
	}
	var kept []byte
	if err := d.w.DB.App.NewRaw("SELECT key FROM registry WHERE tenant_id = ?", d.w.Batam.ID).Scan(d.w.Ctx(d.w.Batam), &kept); err != nil || bytes.Contains(kept, []byte("k")) && len(kept) < 20 {
		t.Errorf("the key is kept as %q, %v", kept, err)
	}
}
