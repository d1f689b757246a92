package mailbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/google/uuid"
	"golang.org/x/net/html"

	"bedelau/internal/kernel/fault"
)

// Mail is one mail as a page shows it: text alone, whatever it was sent as.
type Mail struct {
	Summary
	Text  string
	Links []string // the http addresses in Text, in order, each once
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// Read returns one mail of a city (any for an empty slug), or NotFound "mailbox.unknown", also for another city's.
func (b *Box) Read(city, id string) (Mail, error) {
	s, err := b.find(city, id)
	if err != nil {
		return Mail{}, err
	}
	f, err := os.Open(b.file(s.ID))
	if errors.Is(err, os.ErrNotExist) { // trimmed meanwhile
		return Mail{}, fault.New(fault.NotFound, "mailbox.unknown")
	}
	if err != nil {
		return Mail{}, fmt.Errorf("mailbox: %w", err)
	}
	defer f.Close()
	m := Mail{Summary: s, Text: textOf(f)}
	for _, link := range address.FindAllString(m.Text, -1) {
		if link = strings.TrimRight(link, ".,;:!?)]'"); !slices.Contains(m.Links, link) {
			m.Links = append(m.Links, link)
		}
	}
	return m, nil
}

// summarize reads the header of a mail; a mail that cannot be parsed is listed all the same, under its time alone.
func summarize(id uuid.UUID, r io.Reader) Summary {
	sec, nsec := id.Time().UnixTime()
	s := Summary{ID: id.String(), At: time.Unix(sec, nsec).UTC()}
	e, err := message.Read(r)
	if err != nil && !message.IsUnknownCharset(err) {
		return s
	}
	h := mail.Header{Header: e.Header}
	s.City = clean(h.Get(cityHeader))
	s.From, s.To = people(h, "From"), people(h, "To")
	subject, err := h.Subject()
	if err != nil {
		subject = h.Get("Subject")
	}
	s.Subject = clean(subject)
	return s
}

func people(h mail.Header, key string) string {
	list, err := h.AddressList(key)
	if err != nil {
		return clean(h.Get(key))
	}
	var out []string
	for _, a := range list {
		if a.Name == "" {
			out = append(out, a.Address)
			continue
		}
		out = append(out, a.Name+" <"+a.Address+">")
	}
	return clean(strings.Join(out, ", "))
}

// clean makes a header safe for one line of a page.
func clean(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// textOf returns the plain text of a mail: of its first text part, or else what its first HTML part says.
func textOf(r io.Reader) string {
	mr, err := mail.CreateReader(r)
	if err != nil && !message.IsUnknownCharset(err) {
		return ""
	}
	fallback := ""
	for {
		part, err := mr.NextPart()
		if err != nil && !message.IsUnknownCharset(err) {
			return fallback // the end, or a broken mail: what there is
		}
		h, ok := part.Header.(*mail.InlineHeader)
		if !ok {
			continue
		}
		kind, _, err := h.ContentType()
		if err != nil {
			kind = "text/plain"
		}
		body, err := io.ReadAll(io.LimitReader(part.Body, maxBytes))
		if err != nil && len(body) == 0 {
			continue
		}
		text := strings.ToValidUTF8(strings.ReplaceAll(string(body), "\r\n", "\n"), "\ufffd")
		switch {
		case kind == "text/plain":
			return strings.TrimSpace(text)
		case kind == "text/html" && fallback == "":
			fallback = said(text)
		}
	}
}

// said returns the text between the tags of an HTML mail.
func said(page string) string {
	var out strings.Builder
	skip := 0
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(out.String())
		case html.StartTagToken:
			if name, _ := z.TagName(); hidden(string(name)) {
				skip++
			} else if breaks(string(name)) {
				out.WriteString("\n")
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); hidden(string(name)) && skip > 0 {
				skip--
			}
		case html.TextToken:
			if text := strings.Join(strings.Fields(string(z.Text())), " "); skip == 0 && text != "" {
				out.WriteString(text + " ")
			}
		}
	}
}

func hidden(tag string) bool { return tag == "script" || tag == "style" || tag == "title" }

func breaks(tag string) bool {
	return slices.Contains([]string{"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table"}, tag)
}
