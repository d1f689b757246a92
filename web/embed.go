// Package web is what the browser gets besides pages: stylesheets, one script, pictures. They are built by
// `make assets` into static/dist, compressed once, and embedded; a file's address contains a hash of its content, so
// browsers keep it for good.
package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed all:static
var static embed.FS

// ErrNotBuilt is returned by Check in a binary that was built before its assets.
var ErrNotBuilt = errors.New("web: stylesheets and scripts are not built: run `make assets`, then build again")

// manifest maps a file's name to the hash in its address. It is empty when the assets were not built.
var manifest = sync.OnceValues(func() (map[string]string, error) {
	raw, err := static.ReadFile("static/dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("web: manifest: %w", err)
	}
	return m, nil
})

// Check refuses to start a server whose pages would have no stylesheet.
func Check() error {
	_, err := manifest()
	return err
}

// Asset returns the address of a built file such as "public.css".
func Asset(name string) string {
	m, err := manifest()
	if err != nil || m[name] == "" {
		return "/static/none/" + name
	}
	return "/static/" + m[name] + "/" + name
}
