package pagetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/edge/site"
)

// Browser is somebody before a screen: it keeps cookies and follows nothing by itself.
type Browser struct {
	t      testing.TB
	site   *Site
	host   string
	Client *http.Client
	IP     string
	Extra  http.Header // sent with every request
}

// Browser opens one on a host, from a network of its own so that limits by address do not meet.
func (s *Site) Browser(t testing.TB, host string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.srv.Listener.Addr().String())
	}
	tr := &http.Transport{DialContext: dial}
	t.Cleanup(tr.CloseIdleConnections)
	id := uuid.New()
	return &Browser{t: t, site: s, host: host, Extra: http.Header{}, IP: fmt.Sprintf("10.%d.%d.%d", id[0], id[1], id[2]),
		Client: &http.Client{Jar: jar, Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// To is where a redirect leads.
func (a Answer) To() string { return a.Header.Get("Location") }

// Send asks for path as a page of the same site would, with a body of this type unless kind is "". Redirects are answers.
func (b *Browser) Send(method, path, kind string, body io.Reader) Answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.host+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header = b.Extra.Clone()
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPost && req.Header.Get("Sec-Fetch-Site") == "" {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	req.Header.Set("X-Forwarded-For", b.IP)
	res, err := b.Client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{res.StatusCode, res.Header, string(raw)}
}

// Get opens path.
func (b *Browser) Get(path string) Answer {
	b.t.Helper()
	return b.Send(http.MethodGet, path, "", nil)
}

// Post sends a form of these names and values by turns.
func (b *Browser) Post(path string, pairs ...string) Answer {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.Send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// Upload posts one file the way a browser does, after what was typed before it: name, value …
func (b *Browser) Upload(path, field, name string, content []byte, typed ...string) Answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(typed); i += 2 {
		if err := w.WriteField(typed[i], typed[i+1]); err != nil {
			b.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return b.Send(http.MethodPost, path, w.FormDataContentType(), &body)
}

// Page gets path and must see it, with these words on it.
func (b *Browser) Page(path string, words ...string) string {
	b.t.Helper()
	a := b.Get(path)
	b.Sees(a, http.StatusOK, words...)
	return a.Body
}

var faultLink = regexp.MustCompile(`href="#([^"]+)"`)

// Lists fails the test unless an answer refuses a form with a list of these faults alone, in this order, each of which leads to a place on the
// page.
func (b *Browser) Lists(a Answer, faults ...string) {
	b.t.Helper()
	_, list, _ := strings.Cut(a.Body, `class="error-box"`)
	list, _, _ = strings.Cut(list, "</ul>")
	text, at := Text(list), 0
	for _, f := range faults {
		i := strings.Index(text[at:], f)
		if i < 0 {
			b.t.Errorf("status %d: the list lacks %q after %q: %q", a.Status, f, text[:at], text)
			return
		}
		at += i
	}
	if got := strings.Count(list, "<li>"); a.Status != http.StatusUnprocessableEntity || got != len(faults) {
		b.t.Errorf("status %d with %d faults, want %d: %q", a.Status, got, len(faults), text)
	}
	for _, to := range faultLink.FindAllStringSubmatch(list, -1) {
		if !strings.Contains(a.Body, `id="`+to[1]+`"`) {
			b.t.Errorf("a fault leads to #%s, which is nowhere", to[1])
		}
	}
}

// Sees fails the test unless an answer has this status and these words.
func (b *Browser) Sees(a Answer, status int, words ...string) {
	b.t.Helper()
	if a.Status != status {
		b.t.Fatalf("status %d (to %q), want %d\n%s", a.Status, a.To(), status, Text(a.Body))
	}
	for _, w := range words {
		if !strings.Contains(Text(a.Body), w) {
			b.t.Errorf("the page does not say %q:\n%s", w, Text(a.Body))
		}
	}
}

// Goes fails the test unless an answer sends the browser to this path.
func (b *Browser) Goes(a Answer, path string) {
	b.t.Helper()
	if a.Status != http.StatusSeeOther || a.To() != path {
		b.t.Fatalf("status %d to %q, want 303 to %q\n%s", a.Status, a.To(), path, Text(a.Body))
	}
}

// Follow gets what a redirect leads to.
func (b *Browser) Follow(a Answer) Answer {
	b.t.Helper()
	if a.Status != http.StatusSeeOther {
		b.t.Fatalf("status %d, want a redirect\n%s", a.Status, Text(a.Body))
	}
	return b.Get(a.To())
}

// Text is what a person reads of a page: no tags, one space between words.
func Text(html string) string {
	if i := strings.Index(html, "<main"); i >= 0 {
		html = html[i:]
	}
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>' && in:
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	plain := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(b.String())
	return strings.Join(strings.Fields(plain), " ")
}

// Hidden is the value of a hidden field of a page.
func Hidden(t testing.TB, html, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(html, `name="`+name+`" value="`)
	value, _, end := strings.Cut(rest, `"`)
	if !ok || !end {
		t.Fatalf("no hidden field %q", name)
	}
	return value
}

// Session is the token in the browser's cookie.
func (b *Browser) Session() string {
	for _, c := range b.Client.Jar.Cookies(&url.URL{Scheme: "http", Host: b.host}) {
		if c.Name == site.CookieSession {
			return c.Value
		}
	}
	return ""
}

// Quiet fails the test when a page tells something of the machine behind it, or gives back a script.
func Quiet(t *testing.T, a Answer) {
	t.Helper()
	for _, word := range []string{"SQLSTATE", "pq:", "goroutine ", ".go:", "casework:", "<script>alert"} {
		if strings.Contains(a.Body, word) {
			t.Errorf("the page says %q:\n%.500s", word, a.Body)
		}
	}
	if a.Status >= 500 {
		t.Errorf("status %d: %s", a.Status, fmt.Sprintf("%.500s", Text(a.Body)))
	}
}
