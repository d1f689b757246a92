package collection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	stripeclient "github.com/stripe/stripe-go/v76/client"
)

// client is the one that talks to Stripe. Every call has a time, is tried three times at the most, and every writing one a key:
// repeated under it, it changes nothing. Stripe remembers keys for a day, so what is created is looked for first.
type client struct {
	api  *stripeclient.API
	live bool // the key is of the account's real money
}

const (
	attemptTime = 20 * time.Second
	retries     = 2
	currency    = "idr"

	// Stripe counts rupiah in hundredths, whatever banks in Indonesia do.
	hundredths = 100
)

func newClient(key, url string) *client {
	config := &stripe.BackendConfig{
		HTTPClient:        &http.Client{Timeout: attemptTime},
		MaxNetworkRetries: stripe.Int64(retries),
		EnableTelemetry:   stripe.Bool(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull}, // it would write bodies into the log
	}
	if url != "" {
		config.URL = stripe.String(url)
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, config)
	c := &client{api: &stripeclient.API{}, live: strings.Contains(key, "_live_")}
	c.api.Init(key, &stripe.Backends{API: backend, Connect: backend, Uploads: backend})
	return c
}

// refusal is what Stripe answers instead of doing something. Its words are not kept: they can hold what was sent.
type refusal struct {
	call    string
	status  int
	code    string
	request string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("collection: %s: Stripe answers %d %s (request %s)", r.call, r.status, r.code, r.request)
}

// final reports whether asking again would be answered the same.
func (r *refusal) final() bool {
	return r.status >= 400 && r.status < 500 && r.status != http.StatusConflict && r.status != http.StatusTooManyRequests
}

// failed names a call in its error.
func failed(call string, err error) error {
	if err == nil {
		return nil
	}
	var e *stripe.Error
	if errors.As(err, &e) {
		code := string(e.Code)
		if code == "" {
			code = string(e.Type)
		}
		return &refusal{call: call, status: e.HTTPStatusCode, code: code, request: e.RequestID}
	}
	return fmt.Errorf("collection: %s: %w", call, err)
}

// isCode reports whether Stripe refused with a code.
func isCode(err error, code string) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}

// write are the params of a call that changes something. The key is the given ids and what is asked: under one key Stripe
// refuses another request.
func write(ctx context.Context, what any, ids ...string) stripe.Params {
	p := stripe.Params{Context: ctx}
	key := strings.Join(ids, "/")
	if what != nil {
		raw, err := json.Marshal(what)
		if err != nil {
			panic(err) // plain data
		}
		sum := sha256.Sum256(raw)
		key += "/" + hex.EncodeToString(sum[:8])
	}
	p.SetIdempotencyKey("bedelau/" + key)
	return p
}

func read(ctx context.Context) stripe.Params { return stripe.Params{Context: ctx} }

func list(ctx context.Context) stripe.ListParams {
	return stripe.ListParams{Context: ctx, Limit: stripe.Int64(100)}
}
