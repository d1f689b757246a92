package web

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// forever is for an address that contains the hash of what it returns.
const forever = "public, max-age=31536000, immutable"

// ServeAsset serves /static/<hash>/<name>, compressed as the browser prefers. A hash of an earlier release gets the
// current file, not to be kept, so that a page cached across a release still has its style.
func ServeAsset() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		m, err := manifest()
		hash, ok := m[name]
		if err != nil || !ok || !strings.HasPrefix(r.URL.Path, "/static/") {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		body, encoding := compressed("static/dist/"+hash+"/"+name, r.Header.Get("Accept-Encoding"))
		if encoding != "" {
			h.Set("Content-Encoding", encoding)
		}
		h.Set("Vary", "Accept-Encoding")
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		if r.URL.Path == Asset(name) {
			h.Set("Cache-Control", forever)
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the browser went away; there is nobody to tell
		}
	})
}

// compressed returns the smallest form of an embedded file that the browser accepts, and that form's name.
func compressed(file, accept string) (body []byte, encoding string) {
	for _, form := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, form.encoding) {
			continue
		}
		if body, err := static.ReadFile(file + form.suffix); err == nil {
			return body, form.encoding
		}
	}
	body, err := static.ReadFile(file)
	if err != nil {
		panic(err) // the manifest and the files are embedded together
	}
	return body, ""
}

func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == encoding {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}
