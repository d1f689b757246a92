// Command gallery shows every page with sample data, in both languages and under the strict policy of the product, so
// that a designer can look at them without a database: go run ./web/gallery, then open the address it prints.
// check.mjs beside it looks at all of them with a browser and axe.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/a-h/templ"

	"bedelau/internal/kernel/i18n"
	"bedelau/tenants"
	"bedelau/web"
	"bedelau/web/ui"
)

// policy is what the edge sends with every page.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// entry is one page, or one state of it worth looking at.
type entry struct {
	name   string
	render func(s ui.Shell) templ.Component
}

func main() {
	addr := flag.String("addr", "127.0.0.1:7070", "address to listen on")
	color := flag.String("color", "#0b5cad", "brand colour to try")
	flag.Parse()
	if err := serve(*addr, *color); err != nil {
		log.Fatal(err)
	}
}

func serve(addr, color string) error {
	if err := web.Check(); err != nil {
		return err
	}
	brand, err := ui.DeriveBrand(color)
	if err != nil {
		return err
	}
	logo, err := tenants.FS.ReadFile("batam/brand/logo.svg")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", web.ServeAsset())
	mux.HandleFunc("GET "+brand.Path("batam"), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		fmt.Fprint(w, brand.CSS())
	})
	mux.HandleFunc("GET /brand/batam/logo.svg", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(logo)
	})
	pages := entries()
	mux.HandleFunc("GET /names", func(w http.ResponseWriter, _ *http.Request) {
		for _, e := range pages {
			fmt.Fprintln(w, e.name)
		}
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { index(w, pages) })
	for _, l := range i18n.All() {
		for _, e := range pages {
			mux.HandleFunc("GET /"+string(l)+"/"+e.name, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Security-Policy", policy)
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if err := e.render(shell(l, brand.Path("batam"))).Render(r.Context(), w); err != nil {
					log.Print(err)
				}
			})
		}
	}
	fmt.Fprintf(os.Stderr, "gallery: %d pages at http://%s\n", len(pages), addr)
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

func index(w http.ResponseWriter, pages []entry) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html><title>Gallery</title><h1>Gallery</h1><ul>")
	for _, e := range pages {
		fmt.Fprintf(w, `<li><a href="/id/%s">%s</a> · <a href="/en/%s">en</a>`, e.name, e.name, e.name)
	}
}

// shell is the frame of a sample page: a city in demonstration, nobody signed in.
func shell(l i18n.Locale, css string) ui.Shell {
	return ui.Shell{
		L: l, Demo: true, Path: "/",
		City: ui.City{
			Slug: "batam", Name: "Kota Batam", Short: "Batam", Logo: "/brand/batam/logo.svg", BrandCSS: css,
			Website: "https://kominfo.batam.go.id", Phone: "0778 123 4567", Email: "halo@batam.example",
			Number:  "BTM-26-7K3QX-G",
			Address: "Jl. Contoh No. 1, Batam Kota\nBatam, Kepulauan Riau",
		},
	}
}

// at is the shell of the page called title at path.
func at(s ui.Shell, path, title string) ui.Shell {
	s.Path, s.Title = path, title
	return s
}

// in picks a sample text by language: samples are not part of the product, so they are not in its catalogue.
func in(s ui.Shell, id, en string) string { return i18n.Text{i18n.ID: id, i18n.EN: en}.In(s.L) }

// now is when every sample happens.
var now = time.Date(2026, 11, 24, 10, 5, 0, 0, time.FixedZone("WIB", 7*3600))

func entries() []entry {
	var all []entry
	for _, area := range [][]entry{publicPages(), accountPages(), residentPages(), officePages(), otherPages(), platformPages()} {
		all = append(all, area...)
	}
	for _, e := range all {
		if strings.ContainsAny(e.name, "/ ") {
			panic("gallery: a name is one part of a path: " + e.name)
		}
	}
	return all
}
