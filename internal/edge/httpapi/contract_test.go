package httpapi

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bedelau/internal/edge/rest"
)

// contract is the document as every answer of every test is held to it.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	mu       sync.Mutex // the compiler is not for several goroutines
}

func newContract(t *testing.T, document []byte) *contract {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler()}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return c
}

// check fails the test when an answer is not one that the document describes for this method and path.
func (k *contract) check(t testing.TB, method, path string, a answered) {
	t.Helper()
	template, ok := k.template(path)
	if !ok {
		return
	}
	ops := k.doc["paths"].(map[string]any)[template].(map[string]any)
	op, ok := ops[strings.ToLower(method)].(map[string]any)
	if !ok {
		return
	}
	status := strconv.Itoa(a.status)
	at := []string{"paths", template, strings.ToLower(method), "responses", status}
	res, ok := op["responses"].(map[string]any)[status].(map[string]any)
	if !ok {
		if a.status != 206 { // HTTP's own answer to Range
			t.Errorf("%s %s: the document has no %d", method, template, a.status)
		}
		return
	}
	if ref, ok := res["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/responses/")
		at = []string{"components", "responses", name}
		res = k.doc["components"].(map[string]any)["responses"].(map[string]any)[name].(map[string]any)
	}
	content, ok := res["content"].(map[string]any)
	if !ok {
		if len(a.body) > 0 {
			t.Errorf("%s %s: a body of %d bytes that the document does not have", method, template, len(a.body))
		}
		return
	}
	kind := a.header.Get("Content-Type")
	if content[kind] == nil {
		t.Errorf("%s %s: %d as %q", method, template, a.status, kind)
		return
	}
	if strings.HasSuffix(kind, "json") {
		k.valid(t, append(at, "content", kind, "schema"), a.body)
	}
}

func (k *contract) valid(t testing.TB, at []string, body []byte) {
	t.Helper()
	for i, part := range at {
		at[i] = url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	schema, err := k.compiler.Compile("openapi.json#/" + strings.Join(at, "/"))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(body)); err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(at, "/"), err, body[:min(len(body), 2000)])
	}
}

// template finds the described path of an address; one without parameters goes first.
func (k *contract) template(address string) (string, bool) {
	path, _, _ := strings.Cut(strings.TrimPrefix(address, rest.Base), "?")
	paths := k.doc["paths"].(map[string]any)
	if _, ok := paths[path]; ok {
		return path, true
	}
	parts := strings.Split(path, "/")
	for template := range paths {
		ours := strings.Split(template, "/")
		fits := len(ours) == len(parts)
		for i := 0; fits && i < len(ours); i++ {
			fits = ours[i] == parts[i] || strings.HasPrefix(ours[i], "{")
		}
		if fits {
			return template, true
		}
	}
	return "", false
}

// TestEveryExampleIsValid holds the examples of the document to the schemas they stand in.
func TestEveryExampleIsValid(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	var n int
	for name, s := range w.OpenAPI().Components.Schemas.Map() {
		for field, p := range s.Properties {
			for _, example := range p.Examples {
				raw, err := json.Marshal(example)
				if err != nil {
					t.Fatal(err)
				}
				w.contract.valid(t, []string{"components", "schemas", name, "properties", field}, raw)
				n++
			}
		}
	}
	if n < 30 {
		t.Errorf("%d examples", n)
	}
}
