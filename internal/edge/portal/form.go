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
// decoded ("request.malformed"), and, naming each field, values that are not text and fields sent twice that are not
// among those that may be.
func readForm(c *gin.Context, many ...string) (answers, error) {
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
	return checkText(r.PostForm, many)
}

// checkText takes out the values that no page can hold, broken encoding and NUL, and names their fields. The rest comes
// back beside the refusal, so that the form can be shown again with it.
func checkText(v url.Values, many []string) (answers, error) {
	var bad []fault.Field
	for name, values := range v {
		switch {
		case !isText(name):
			delete(v, name)
			bad = append(bad, fault.Field{Name: clip(toText(name), 40), Code: "invalid"})
		case slices.ContainsFunc(values, func(s string) bool { return !isText(s) }):
			delete(v, name)
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		case len(values) > 1 && !slices.Contains(many, name):
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		}
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return answers{v}, fault.Fields(bad)
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// toText drops from what a stranger put into an address what no page can hold.
func toText(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// clip keeps at most n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// text is one answer with its edges trimmed.
func (a answers) text(name string) string { return strings.TrimSpace(a.Get(name)) }

// yes reports whether a box was ticked.
func (a answers) yes(name string) bool { return a.Get(name) == "yes" }

// invalid refuses one field.
func invalid(field, code string) error { return fault.Fields([]fault.Field{{Name: field, Code: code}}) }

// require refuses a form in which one of these was left empty.
func require(in answers, names ...string) error { return fault.Fields(missing(in, names...)) }

func missing(in answers, names ...string) []fault.Field {
	var bad []fault.Field
	for _, n := range names {
		if in.text(n) == "" {
			bad = append(bad, fault.Field{Name: n, Code: "required"})
		}
	}
	return bad
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
