package site

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// Form is a posted form: values that are text, and nothing from the address.
type Form struct{ url.Values }

// ReadForm reads a form that carries no files. It refuses what is not a form ("request.not_a_form"), what cannot be
// decoded ("request.malformed"), and, naming each field, values that are not text and fields sent twice that are not
// among those that may be.
func ReadForm(c *gin.Context, many ...string) (Form, error) {
	return ReadFormWhere(c, func(name string) bool { return slices.Contains(many, name) })
}

// ReadFormWhere is ReadForm for a form whose fields are data: many tells which may be sent twice.
func ReadFormWhere(c *gin.Context, many func(name string) bool) (Form, error) {
	r := c.Request
	if kind := r.Header.Get("Content-Type"); kind != "" || r.ContentLength > 0 {
		if t, _, err := mime.ParseMediaType(kind); err != nil || t != "application/x-www-form-urlencoded" {
			return Form{}, fault.New(fault.Unsupported, "request.not_a_form")
		}
	}
	if err := r.ParseForm(); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return Form{}, err
		}
		return Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	var twice []string
	for name := range r.PostForm {
		if many(name) {
			twice = append(twice, name)
		}
	}
	return CheckText(r.PostForm, twice)
}

// CheckText takes out the values that no page can hold, broken encoding and NUL, and names their fields. The rest comes
// back beside the refusal, so that the form can be shown again with it.
func CheckText(v url.Values, many []string) (Form, error) {
	var bad []fault.Field
	for name, values := range v {
		switch {
		case !isText(name):
			delete(v, name)
			bad = append(bad, fault.Field{Name: Clip(ToText(name), 40), Code: "invalid"})
		case slices.ContainsFunc(values, func(s string) bool { return !isText(s) }):
			delete(v, name)
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		case len(values) > 1 && !slices.Contains(many, name):
			bad = append(bad, fault.Field{Name: name, Code: "invalid"})
		}
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return Form{v}, fault.Fields(bad)
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// ToText drops from what a stranger put into an address what no page can hold.
func ToText(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

// Clip keeps at most n characters.
func Clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Text is one answer with its edges trimmed.
func (a Form) Text(name string) string { return strings.TrimSpace(a.Get(name)) }

// Key is that of a form which does its act once however often it is sent; zero for one without.
func (a Form) Key() uuid.UUID {
	key, _ := uuid.Parse(a.Text("key"))
	return key
}

// Once is the hidden field by which a form that is sent twice counts once: the key that was sent, or a new one.
func (a Form) Once() ui.Option {
	key := a.Key()
	if key == uuid.Nil {
		key = uuid.New()
	}
	return ui.Option{Value: "key", Label: key.String()}
}

// Yes reports whether a box was ticked.
func (a Form) Yes(name string) bool { return a.Get(name) == "yes" }

// Invalid refuses one field.
func Invalid(field, code string) error { return fault.Fields([]fault.Field{{Name: field, Code: code}}) }

// Unread parts what is wrong with a form from what is wrong besides: the fields that could not be read, which are refused together with
// whatever else is, and another error or none. What several readings say of one field, the first says.
func Unread(all ...error) (fields []fault.Field, err error) {
	for _, err := range all {
		if err == nil {
			continue
		}
		f := fault.From(err)
		if len(f.Fields) == 0 || f.Code == "request.too_large" { // which breaks a form off, so that nobody knows what else is in it
			return nil, err
		}
		fields = fault.Also(fields, f.Fields...)
	}
	return fields, nil
}

// DateOf reads the three parts of a date, or one value of an ISO date.
func DateOf(in Form, name string) string {
	parts := in.Values[name]
	if len(parts) == 1 {
		return strings.TrimSpace(parts[0])
	}
	if len(parts) != 3 || strings.TrimSpace(strings.Join(parts, "")) == "" {
		return ""
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts[0]) == 1 {
		parts[0] = "0" + parts[0]
	}
	if len(parts[1]) == 1 {
		parts[1] = "0" + parts[1]
	}
	return parts[2] + "-" + parts[1] + "-" + parts[0]
}

// Require refuses a form in which one of these was left empty.
func Require(in Form, names ...string) error { return fault.Fields(Missing(in, names...)) }

// Missing names those of these that were left empty, for a form that is refused for more than that.
func Missing(in Form, names ...string) []fault.Field {
	var bad []fault.Field
	for _, n := range names {
		if in.Text(n) == "" {
			bad = append(bad, fault.Field{Name: n, Code: "required"})
		}
	}
	return bad
}

// LocalPath returns to if it is an address on this site, and other otherwise. Anything that a browser could read as
// another host is refused: "//host", "/\host", and control characters that it would drop.
func LocalPath(to, other string) string {
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

// PathID is an id in the address. One that cannot be one is an object that does not exist.
func PathID(c *gin.Context, name string) (uuid.UUID, error) {
	s := c.Param(name)
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return uuid.Nil, NotFound()
	}
	return id, nil
}

// ClientAgent is what the browser says of itself, as far as it is worth keeping.
func ClientAgent(r *http.Request) string {
	s := r.UserAgent()
	if !isText(s) {
		return ""
	}
	return strings.ToValidUTF8(s[:min(len(s), 300)], "")
}

// Both reads a text in every language; an empty one is none.
func (f Form) Both(name string) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		if s := f.Text(name + "_" + string(l)); s != "" {
			out[l] = s
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Line is one answer on one line, however it was broken.
func (f Form) Line(name string) string { return strings.Join(strings.Fields(f.Get(name)), " ") }

// BothLines is Both, each on one line.
func (f Form) BothLines(name string) i18n.Text {
	out := f.Both(name)
	for l, s := range out {
		out[l] = strings.Join(strings.Fields(s), " ")
	}
	return out
}

// Revision is the one that a form was made for.
func (f Form) Revision() int {
	n, err := strconv.Atoi(f.Get("revision"))
	if err != nil {
		return -1 // nobody has seen that one
	}
	return n
}
