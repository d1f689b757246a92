package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	ServeAsset().ServeHTTP(w, r)
	return w.Result()
}

func built(t *testing.T) {
	t.Helper()
	if err := Check(); err != nil {
		t.Fatal(err)
	}
}

func TestServeAssetNegotiatesAndKeeps(t *testing.T) {
	t.Parallel()
	built(t)
	address := Asset("public.css")
	for accept, want := range map[string]string{
		"":                      "",
		"gzip":                  "gzip",
		"gzip, deflate, br":     "br",
		"br;q=0, gzip;q=0.5":    "gzip",
		"identity;q=1, *;q=0.5": "",
	} {
		res := get(t, address, accept)
		if got := res.Header.Get("Content-Encoding"); res.StatusCode != 200 || got != want {
			t.Errorf("Accept-Encoding %q: status %d, %q, want %q", accept, res.StatusCode, got, want)
		}
		if got := res.Header.Get("Cache-Control"); got != forever {
			t.Errorf("Cache-Control %q", got)
		}
		if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/css") {
			t.Errorf("Content-Type %q", got)
		}
	}
	z, err := gzip.NewReader(get(t, address, "gzip").Body)
	if err != nil {
		t.Fatal(err)
	}
	if css, err := io.ReadAll(z); err != nil || !strings.Contains(string(css), "--brand-main") {
		t.Errorf("gzip body: %d bytes, %v", len(css), err)
	}
}

func TestServeAssetOfAnotherRelease(t *testing.T) {
	t.Parallel()
	built(t)
	if res := get(t, "/static/0123456789ab/public.css", ""); res.StatusCode != 200 || res.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("old address: %d %v", res.StatusCode, res.Header)
	}
	for _, path := range []string{"/static/x/manifest.json", "/static/x/../placeholder.txt", "/static/x/", "/x/public.css"} {
		if res := get(t, path, ""); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// The public pages promise to be light on a slow network; these are the parts every one of them loads.
func TestAssetBudgets(t *testing.T) {
	t.Parallel()
	built(t)
	for name, budget := range map[string]int{"public.css": 25 << 10, "office.css": 60 << 10, "app.js": 20 << 10, "desk.js": 4 << 10} {
		body, err := io.ReadAll(get(t, Asset(name), "gzip").Body)
		if err != nil || len(body) > budget {
			t.Errorf("%s is %d bytes gzipped, budget %d, %v", name, len(body), budget, err)
		}
	}
}
