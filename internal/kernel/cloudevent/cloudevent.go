// Package cloudevent reads what other programs send as CloudEvents 1.0 over HTTP: one event with its attributes in the
// headers (binary), one as JSON (structured), or a list of them (batch).
//
// It reads by the specification and no more leniently: attribute names in their one spelling, values of their types,
// percent-encoded headers decoded, JSON data alone. A batch is read event by event, so that one malformed event is that
// event's fault and not its neighbours'. The official SDK is not used to read, because it refuses a batch as a whole,
// leaves percent-encoding in place and panics on some malformed input; the tests hold this package to what it writes.
package cloudevent

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

// Mode is how the events of a request were written.
type Mode string

// The modes of the HTTP protocol binding.
const (
	Binary     Mode = "binary"
	Structured Mode = "structured"
	Batch      Mode = "batch"
)

// The media types of the JSON format.
const (
	mediaEvent = "application/cloudevents+json"
	mediaBatch = "application/cloudevents-batch+json"
	mediaJSON  = "application/json"
)

// MediaTypes lists the bodies that Read takes.
func MediaTypes() []string { return []string{mediaEvent, mediaBatch, mediaJSON} }

const (
	maxAttribute = 1024 // bytes of one attribute
	maxNames     = 64   // members of one event
)

// Event is one occurrence as its producer tells it. Source and ID identify it; Data is JSON, or empty.
type Event struct {
	ID         string
	Source     string // a URI reference, as it was written
	Type       string
	Subject    string
	Time       time.Time // zero when the producer did not say
	DataSchema string
	Data       json.RawMessage
}

// Read is one event of a request, or what is wrong with it; then Event holds what could be read all the same.
type Read struct {
	Event  Event
	Faults []fault.Field // names attributes; none: the event is well formed
}

// FromHTTP reads the events of a request, whose body the caller has bounded. It refuses Unsupported
// "request.media_type" for a body that is none of the three modes, and Malformed "request.malformed" for one that is
// not JSON in UTF-8, for a batch that is no list, and for one of more than most events.
func FromHTTP(h http.Header, body []byte, most int) ([]Read, Mode, error) {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return nil, "", unsupported()
	}
	binary := h.Get("Ce-Specversion") != "" || h.Get("Ce-Id") != ""
	if media != mediaEvent && media != mediaBatch && (media != mediaJSON || !binary) {
		return nil, "", unsupported()
	}
	if err := wellFormed(body); err != nil {
		return nil, "", err
	}
	switch media {
	case mediaBatch:
		all, err := readBatch(body, most)
		return all, Batch, err
	case mediaEvent:
		return []Read{readStructured(body)}, Structured, nil
	}
	return []Read{readBinary(h, body)}, Binary, nil
}

func unsupported() error {
	return &fault.Error{Kind: fault.Unsupported, Code: "request.media_type", Args: []any{"type", strings.Join(MediaTypes(), ", ")}}
}

func malformed(code string, args ...any) error {
	return &fault.Error{Kind: fault.Malformed, Code: "request.malformed", Fields: []fault.Field{{Name: "body", Code: code, Args: args}}}
}

// wellFormed looks at the bytes before anything is made of them: encoding/json would put replacement characters where
// they cannot be read.
func wellFormed(body []byte) error {
	switch {
	case len(strings.TrimSpace(string(body))) == 0:
		return malformed("required")
	case !utf8.Valid(body):
		return malformed("encoding")
	case !json.Valid(body):
		return malformed("json", "n", len(body))
	}
	return nil
}

func readBatch(body []byte, most int) ([]Read, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, malformed("not_list")
	}
	if len(raw) > most {
		return nil, malformed("too_many", "max", most)
	}
	out := make([]Read, len(raw))
	for i, one := range raw {
		out[i] = readStructured(one)
	}
	return out, nil
}
