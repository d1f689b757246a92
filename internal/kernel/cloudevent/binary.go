package cloudevent

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// readBinary reads one event whose attributes are headers and whose data is the body. Content-Type is datacontenttype.
func readBinary(h http.Header, body []byte) Read {
	var r reading
	names := 0
	for header, values := range h {
		name, ok := strings.CutPrefix(strings.ToLower(header), "ce-")
		if !ok {
			continue
		}
		if names++; names > maxNames {
			r.refuse("event", "too_many", "max", maxNames)
			break
		}
		if !attributeName(name) || name == "datacontenttype" {
			r.refuse("ce-"+printable(name), "attribute")
			continue
		}
		text, ok := headerValue(values[0])
		if len(values) > 1 || !ok {
			r.refuse(name, "invalid")
			continue
		}
		r.set(name, text)
	}
	if data := bytes.TrimSpace(body); string(data) != "null" {
		r.event.Data = data
	}
	return r.done()
}

// headerValue undoes what the binding asks of senders: a value may stand in double quotes with backslashes, and what is
// not printable ASCII is percent-encoded (HTTP binding 3.1.3.2).
func headerValue(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		var b strings.Builder
		for i := 1; i < len(s)-1; i++ {
			if s[i] == '\\' && i+1 < len(s)-1 {
				i++
			}
			b.WriteByte(s[i])
		}
		s = b.String()
	}
	text, err := url.PathUnescape(s)
	return text, err == nil && utf8.ValidString(text)
}
