package portal

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

// answers is a posted form: values that are text, and nothing from the address.
type answers struct{ url.Values }

// readForm reads a form that carries no files. It refuses what is not a form ("request.not_a_form"), what cannot be
// decoded ("request.malformed"), and values that are not text, naming each field.
func readForm(c *gin.Context) (answers, error) {
	r := c.Request
	if kind := r.Header.Get("Content-Type"); kind != "" || r.ContentLength > 0 {
		if t, _, err := mime.ParseMediaType(kind); err != nil || t != "application/x-www-form-urlencoded" {
			return answers{}, fault.New(fault.Unsupported, "request.not_a_form")
		}
	}
	if err := r.ParseForm(); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return answers{}, err
		}
		return answers{}, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	return checkText(r.PostForm)
}

// checkText refuses values that no page can hold: broken encoding and NUL.
func checkText(v url.Values) (answers, error) {
	var bad []fault.Field
	for name, values := range v {
		if !isText(name) {
			return answers{}, fault.New(fault.Malformed, "request.malformed")
		}
		if !slices.ContainsFunc(values, func(s string) bool { return !isText(s) }) {
			continue
		}
		bad = append(bad, fault.Field{Name: name, Code: "invalid"})
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return answers{v}, fault.Fields(bad)
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// text is one answer with its edges trimmed.
func (a answers) text(name string) string { return strings.TrimSpace(a.Get(name)) }

// yes reports whether a box was ticked.
func (a answers) yes(name string) bool { return a.Get(name) == "yes" }

// one refuses fields that were sent more than once: which of them counts would be a guess.
func (a answers) one(names ...string) error {
	var bad []fault.Field
	for _, n := range names {
		if len(a.Values[n]) > 1 {
			bad = append(bad, fault.Field{Name: n, Code: "invalid"})
		}
	}
	return fault.Fields(bad)
}

// localPath returns to if it is an address on this site, and other otherwise. Anything that a browser could read as
// another host is refused: "//host", "/\host", and control characters that it would drop.
func localPath(to, other string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\") {
		return other
	}
	if strings.ContainsFunc(to, func(r rune) bool { return r < 0x20 || r == 0x7f || r == utf8.RuneError }) {
		return other
	}
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return other
	}
	return to
}

// pathID is an id in the address. One that cannot be one is an object that does not exist.
func pathID(c *gin.Context, name string) (uuid.UUID, error) {
	s := c.Param(name)
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return uuid.Nil, notFound()
	}
	return id, nil
}

// clientAgent is what the browser says of itself, as far as it is worth keeping.
func clientAgent(r *http.Request) string {
	s := r.UserAgent()
	if !isText(s) {
		return ""
	}
	return strings.ToValidUTF8(s[:min(len(s), 300)], "")
}
