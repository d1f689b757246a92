package httpapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// operationDoc is what these tests read of an operation.
type operationDoc struct {
	ID          string `json:"operationId"`
	Summary     string
	Description string
	Tags        []string
	Security    *[]map[string][]string
	Parameters  []struct {
		Name        string
		Description string
	}
	RequestBody *struct {
		Content map[string]any
	} `json:"requestBody"`
	Responses map[string]any
}

func documented(t *testing.T, w *world) map[string]operationDoc {
	t.Helper()
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]operationDoc
	}
	a := w.at(batam).do(t, "GET", "/openapi.json", nil)
	if err := json.Unmarshal(a.body, &doc); err != nil || a.status != 200 || doc.OpenAPI != "3.1.0" {
		t.Fatalf("the document: %d, OpenAPI %q, %v", a.status, doc.OpenAPI, err)
	}
	out := map[string]operationDoc{}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			out[strings.ToUpper(method)+" "+path] = op
		}
	}
	return out
}

// TestTheDocumentIsTheRoutes reads both ways: what is described is served, and what is served is described.
func TestTheDocumentIsTheRoutes(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	described := documented(t, w)
	var served []string
	for _, r := range w.gate.Engine().Routes() {
		path, ours := strings.CutPrefix(r.Path, rest.Base)
		if !ours {
			continue
		}
		parts := strings.Split(path, "/")
		for i, p := range parts {
			if name, ok := strings.CutPrefix(p, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		served = append(served, r.Method+" "+strings.Join(parts, "/"))
	}
	slices.Sort(served)
	if want := slices.Sorted(maps.Keys(described)); !slices.Equal(served, want) {
		t.Errorf("served and described differ:\n%s\n\n%s", strings.Join(served, "\n"), strings.Join(want, "\n"))
	}
	if len(w.Table()) != len(served) {
		t.Errorf("%d routes in the gate's table, %d served", len(w.Table()), len(served))
	}
	ids := map[string]bool{}
	for _, r := range w.Table() {
		at := r.Method + " " + openAPIPath(r.Path)
		op := described[at]
		if op.ID == "" || ids[op.ID] || op.Summary == "" || op.Description == "" || len(op.Tags) != 1 {
			t.Errorf("%s: id %q, summary %q, %d tags", at, op.ID, op.Summary, len(op.Tags))
		}
		ids[op.ID] = true
		if r.Needs == "" || r.Scope == 0 {
			t.Errorf("%s declares no permission or no host", at)
		}
		if open := op.Security != nil && len(*op.Security) == 0; open != (r.Needs == access.Public) {
			t.Errorf("%s needs %s and says %v", at, r.Needs, op.Security)
		}
		for _, p := range op.Parameters {
			if p.Description == "" {
				t.Errorf("%s: parameter %s is not described", at, p.Name)
			}
		}
		for _, part := range strings.Split(r.Path, "/") {
			if name, ok := strings.CutPrefix(part, ":"); ok && (name == "id" || name == "file") && r.IDs[name] == "" {
				t.Errorf("%s: the gate's table does not say what %s is", at, name)
			}
		}
		for status := range op.Responses {
			if status == "default" {
				t.Errorf("%s has an unnamed refusal", at)
			}
		}
	}
}

func openAPIPath(ginPath string) string {
	parts := strings.Split(strings.TrimPrefix(ginPath, rest.Base), "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// TestTheDocumentIsTheOneInTheTree keeps the linters, the readers of a diff and the server on one text.
func TestTheDocumentIsTheOneInTheTree(t *testing.T) {
	t.Parallel()
	got := newAPI(t).at(batam).do(t, "GET", "/openapi.json", nil).body
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("openapi.json is not what is served (%v): go test ./internal/edge/httpapi -run InTheTree -update", err)
	}
}
