package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bedelau/internal/kernel/config"
	"bedelau/internal/kernel/tenancy"
)

// Stripe has no account here: what it tells is heard on the platform alone, by its signature of the body as it came, and stored
// once for the job that deals with it. Without a key there is no such address.
func TestWhatStripeTells(t *testing.T) {
	t.Parallel()
	a, w := newEmptyApp(t)
	const body = `{"id": "evt_1", "object": "event", "type": "invoice.paid",  "api_version": "2023-10-16", "created": 1, "data": {"object": {"id": "in_1"}}}`
	sign := func(body string) string {
		at := time.Now().Unix()
		mac := hmac.New(sha256.New, []byte("whsec_1"))
		fmt.Fprintf(mac, "%d.%s", at, body)
		return fmt.Sprintf("t=%d,v1=%s", at, hex.EncodeToString(mac.Sum(nil)))
	}
	post := func(h http.Handler, host, body, signature string) int {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/stripe", strings.NewReader(body))
		r.Host = host
		r.Header.Set("Stripe-Signature", signature)
		out := httptest.NewRecorder()
		h.ServeHTTP(out, r)
		return out.Code
	}
	program := func() http.Handler {
		t.Helper()
		a.Metrics = metrics()
		h, err := a.Handler(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if code := post(program(), "localhost", body, sign(body)); code != http.StatusNotFound {
		t.Errorf("without a key: %d", code)
	}
	a.Config.StripeKey, a.Config.StripeSigning = "sk_test_1", []config.Secret{"whsec_0", "whsec_1"}
	a.buildCollection()
	h := program()
	for _, tt := range []struct {
		name, host, body, signature string
		want                        int
	}{
		{"on a city's site", "batam.localhost", body, sign(body), http.StatusNotFound},
		{"unsigned", "localhost", body, "", http.StatusBadRequest},
		{"another body", "localhost", strings.ReplaceAll(body, "  ", " "), sign(body), http.StatusBadRequest},
		{"too much", "localhost", body + strings.Repeat(" ", 2<<20), "", http.StatusRequestEntityTooLarge},
		{"signed", "localhost", body, sign(body), http.StatusNoContent},
		{"and again", "localhost", body, sign(body), http.StatusNoContent},
	} {
		if code := post(h, tt.host, tt.body, tt.signature); code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, code, tt.want)
		}
	}
	var stored, waiting int
	err := w.DB.App.NewRaw("SELECT count(*) FROM stripe_event WHERE tenant_id = ?", w.Platform.ID).Scan(w.Ctx(w.Platform), &stored)
	if err == nil {
		err = w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE kind = 'collection.apply.v1'").Scan(tenancy.Platform(t.Context()), &waiting)
	}
	if err != nil || stored != 1 || waiting != 1 {
		t.Errorf("%d events and %d jobs, %v", stored, waiting, err)
	}
}
