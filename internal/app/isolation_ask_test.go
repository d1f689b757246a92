package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
)

func fill(t *testing.T, r gate.Route, of things) string {
	t.Helper()
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		at := strings.IndexAny(part, ":*")
		if at < 0 {
			continue
		}
		name, suffix, _ := strings.Cut(part[at+1:], ".")
		if suffix != "" {
			suffix = "." + suffix
		}
		value, ok := of[r.IDs[name]]
		if !ok {
			value, ok = samples[name]
		}
		if !ok && r.IDs[name] != "" {
			value, ok = uuid.NewString(), len(of) == 0
		}
		if !ok {
			t.Fatalf("%s %s: the test knows no value for %q (kind %q); add one to thingsOf or samples", r.Method, r.Path, name, r.IDs[name])
		}
		parts[i] = part[:at] + value + suffix
	}
	return strings.Join(parts, "/")
}

// program is the running program, with its own description of its API.
type program struct {
	base  string
	doc   map[string]any
	calls int
}

func start(t *testing.T, g *gate.Gate) *program {
	t.Helper()
	srv := httptest.NewServer(g.Engine())
	t.Cleanup(srv.Close)
	s := &program{base: srv.URL}
	s.doc = s.document(t)
	return s
}

// ask sends one request with the session both as a cookie and as a bearer token; a body that any handler can read.
func (s *program) ask(t *testing.T, who asker, method, route, path string) (status int, location, body string) {
	t.Helper()
	var payload io.Reader
	kind := "application/x-www-form-urlencoded"
	if method != http.MethodGet && method != http.MethodHead && method != http.MethodDelete {
		form := "action=approve&version=1&reason=Lengkap&text=Catatan&field=nik&role=officer&key=00000000-0000-0000-0000-000000000001&officer=" + uuid.NewString()
		if strings.HasPrefix(path, "/api/") {
			var query string
			query, kind, form = s.apiInput(t, method, route)
			path += query
		}
		payload = strings.NewReader(form)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.base+path, payload)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = who.host
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Idempotency-Key", uuid.NewString())
	req.Header.Set("If-Match", `"1"`)
	s.calls++ // each from an address of its own: the limit on one is tested elsewhere
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.%d.%d", s.calls/250, s.calls%250))
	if who.token != "" {
		req.Header.Set("Authorization", "Bearer "+who.token)
		req.AddCookie(&http.Cookie{Name: "bedelau_session", Value: who.token})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// apiInput makes a query and a body that the API's own document accepts, so that what is refused is the asker and not
// the input.
func (s *program) apiInput(t *testing.T, method, route string) (query, kind, body string) {
	t.Helper()
	doc := s.doc
	parts := strings.Split(strings.TrimPrefix(route, "/api/v1"), "/") // the document's server
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	op, ok := dig(doc, "paths", strings.Join(parts, "/"), strings.ToLower(method)).(map[string]any)
	if !ok {
		t.Fatalf("%s %s is not in the document", method, route)
	}
	params, _ := op["parameters"].([]any)
	values := url.Values{}
	for _, p := range params {
		if dig(p, "in") == "query" && dig(p, "required") == true {
			values.Set(dig(p, "name").(string), fmt.Sprint(plausible(doc, dig(p, "schema").(map[string]any))))
		}
	}
	if len(values) > 0 {
		query = "?" + values.Encode()
	}
	if dig(op, "requestBody", "content", "image/png") != nil {
		return query, "image/png", string(picture(t))
	}
	if schema, ok := dig(op, "requestBody", "content", "application/json", "schema").(map[string]any); ok {
		raw, err := json.Marshal(plausible(doc, schema))
		if err != nil {
			t.Fatal(err)
		}
		body = string(raw)
	}
	return query, "application/json", body
}

func (s *program) document(t *testing.T) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "batam.localhost"
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc map[string]any
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func dig(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// plausible fills what a schema requires.
func plausible(doc, schema map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = dig(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
	}
	if examples, ok := schema["examples"].([]any); ok && len(examples) > 0 {
		return examples[0]
	}
	kind, _ := schema["type"].(string)
	switch kind {
	case "object":
		out := map[string]any{}
		required, _ := schema["required"].([]any)
		for _, name := range required {
			field, _ := dig(schema, "properties", name.(string)).(map[string]any)
			out[name.(string)] = plausible(doc, field)
		}
		return out
	case "integer", "number":
		return 1
	case "boolean":
		return true
	case "array":
		return []any{}
	}
	if schema["format"] == "uuid" {
		return uuid.NewString()
	}
	return "approve"
}
