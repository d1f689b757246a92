package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bedelau/internal/kernel/i18n"
	"bedelau/web"
	"bedelau/web/ui"
)

// unresolved is a text that is still an i18n key: a code that no catalogue has.
var unresolved = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_:-]+)+$`)

func render(t *testing.T, e entry, l i18n.Locale) []byte {
	t.Helper()
	brand, err := ui.DeriveBrand("#0b5cad")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := e.render(shell(l, brand.Path("batam"))).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEveryPageHoldsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.All() {
		for _, e := range entries() {
			t.Run(string(l)+"/"+e.name, func(t *testing.T) {
				t.Parallel()
				doc, err := html.Parse(bytes.NewReader(render(t, e, l)))
				if err != nil {
					t.Fatal(err)
				}
				p := page{ids: map[string]int{}}
				p.read(t, doc)
				p.check(t)
			})
		}
	}
}

// page is what a document refers to and what it has.
type page struct {
	ids      map[string]int
	wanted   []string // ids that labels, descriptions and links within the page lead to
	headings int
}

func (p *page) read(t *testing.T, n *html.Node) {
	if n.Type == html.TextNode && unresolved.MatchString(strings.TrimSpace(n.Data)) && n.Parent.Data != "script" {
		if text := strings.TrimSpace(n.Data); !strings.HasPrefix(text, "www.") && !strings.Contains(text, ".go.id") {
			t.Errorf("%q is a key without a text", text)
		}
	}
	if n.Type == html.ElementNode {
		p.element(t, n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.read(t, c)
	}
}

func (p *page) element(t *testing.T, n *html.Node) {
	switch n.Data {
	case "h1":
		p.headings++
	case "style":
		t.Error("a style element, which the policy refuses")
	case "script":
		if n.FirstChild != nil {
			t.Error("a script in the page, which the policy refuses")
		}
	case "svg":
		if n.Parent.Data != "figure" && n.FirstChild != nil && !hasElement(n) {
			t.Error("an icon of a name that there is not")
		}
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "id":
			p.ids[a.Val]++
		case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby" || a.Key == "form":
			p.wanted = append(p.wanted, strings.Fields(a.Val)...)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#") && len(a.Val) > 1:
			p.wanted = append(p.wanted, a.Val[1:])
		case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(a.Val, "javascript:"):
			t.Errorf("%s has %s=%q, which the policy refuses", n.Data, a.Key, a.Val)
		}
	}
}

func hasElement(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return true
		}
	}
	return false
}

func (p *page) check(t *testing.T) {
	t.Helper()
	if p.headings != 1 {
		t.Errorf("%d headings of the first level", p.headings)
	}
	for id, n := range p.ids {
		if n > 1 {
			t.Errorf("id %s is there %d times", id, n)
		}
	}
	for _, id := range p.wanted {
		if p.ids[id] == 0 {
			t.Errorf("nothing has the id %s that something leads to", id)
		}
	}
}

// A resident on a slow network waits for the front page and what it loads: 100 KB at the most.
func TestFrontPageIsLight(t *testing.T) {
	t.Parallel()
	var total int
	for _, e := range publicPages() {
		if e.name == "home" {
			total = zipped(t, render(t, e, i18n.ID))
		}
	}
	for _, name := range []string{"public.css", "app.js"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", web.Asset(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		web.ServeAsset().ServeHTTP(w, r)
		total += w.Body.Len()
	}
	if total > 60<<10 {
		t.Errorf("the front page is %d bytes with style and script, budget 60 KB of its own", total)
	}
}

func zipped(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.Copy(z, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
