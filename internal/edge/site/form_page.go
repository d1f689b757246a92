package site

import (
	"net/http"
	"net/url"
	"strings"
)

// pageOf is the page whose form is sent to an address: the address itself where it can be read too, the one that its
// route names, or else the nearest above that can be read. The answer can stand in a Location; it is false for an address
// that takes no form.
func (p *Pages) pageOf(path string) (string, bool) {
	page, ok := p.formPath(path)
	return (&url.URL{Path: page}).EscapedPath(), ok
}

func (p *Pages) formPath(path string) (string, bool) {
	for _, r := range p.routes {
		parts, ok := matched(r.Path, path)
		if r.Method != http.MethodPost || !ok {
			continue
		}
		if r.Page != "" {
			return filledIn(r.Page, parts), true
		}
		for up := path; up != ""; up = up[:strings.LastIndexByte(up, '/')] {
			if p.readable(up) {
				return up, true
			}
		}
		return "/", true
	}
	return "", false
}

func (p *Pages) readable(path string) bool {
	for _, r := range p.routes {
		if _, ok := matched(r.Path, path); ok && r.Method == http.MethodGet {
			return true
		}
	}
	return false
}

// matched reports whether an address is one of a route, and what stands for each parameter.
func matched(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	parts := map[string]string{}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, ":"):
			parts[w] = got[i]
		case w != got[i]:
			return nil, false
		}
	}
	return parts, true
}

func filledIn(pattern string, parts map[string]string) string {
	list := strings.Split(pattern, "/")
	for i, w := range list {
		if v, ok := parts[w]; ok {
			list[i] = v
		}
	}
	return strings.Join(list, "/")
}
