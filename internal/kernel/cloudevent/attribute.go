package cloudevent

import (
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

// reading gathers one event and everything that is wrong with it.
type reading struct {
	event     Event
	version   string
	mediaType string
	faults    []fault.Field
}

func (r *reading) refuse(name, code string, args ...any) {
	r.faults = append(r.faults, fault.Field{Name: name, Code: code, Args: args})
}

// set takes one attribute whose name has the right form. Extensions are read and left: nothing here depends on one.
func (r *reading) set(name, text string) {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		r.refuse(name, "encoding")
		return
	case len(text) > maxAttribute:
		r.refuse(name, "too_long", "max", maxAttribute)
		return
	}
	switch name {
	case "specversion":
		r.version = text
	case "id":
		r.event.ID = text
	case "source":
		r.event.Source = text
	case "type":
		r.event.Type = text
	case "subject":
		r.event.Subject = text
		if text == "" {
			r.refuse(name, "required")
		}
	case "dataschema":
		r.event.DataSchema = text
	case "datacontenttype":
		r.mediaType = text
	case "time":
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || at.Year() < 1 {
			r.refuse(name, "event_time")
			return
		}
		r.event.Time = at.UTC().Truncate(time.Microsecond)
	}
}

// done holds the event to what the specification requires of every one.
func (r *reading) done() Read {
	known := map[string]bool{}
	for _, f := range r.faults {
		known[f.Name] = true
	}
	for name, value := range map[string]string{"id": r.event.ID, "source": r.event.Source, "type": r.event.Type, "specversion": r.version} {
		if value == "" && !known[name] && !known["event"] {
			r.refuse(name, "required")
		}
	}
	if r.version != "" && r.version != "1.0" {
		r.refuse("specversion", "event_version")
	}
	if _, err := url.Parse(r.event.Source); err != nil || strings.ContainsFunc(r.event.Source, unicode.IsSpace) {
		r.refuse("source", "invalid")
	}
	if u, err := url.Parse(r.event.DataSchema); err != nil || r.event.DataSchema != "" && !u.IsAbs() {
		r.refuse("dataschema", "invalid")
	}
	if !jsonMedia(r.mediaType) {
		r.refuse("datacontenttype", "event_data")
	}
	slices.SortStableFunc(r.faults, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return Read{Event: r.event, Faults: r.faults}
}

// jsonMedia reports whether data of this media type is JSON; absent means so in the JSON format.
func jsonMedia(s string) bool {
	if s == "" {
		return true
	}
	media, params, err := mime.ParseMediaType(s)
	if err != nil || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return false
	}
	return media == mediaJSON || strings.HasSuffix(media, "+json")
}

// core reports whether an attribute is of the specification itself.
func core(name string) bool {
	return slices.Contains([]string{"specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"}, name)
}

// attributeName reports whether a name is one that the specification allows: small letters and digits.
func attributeName(name string) bool {
	return name != "" && len(name) <= 100 && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// printable bounds a name that a sender made up, before it goes back in an answer.
func printable(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	if name == "" {
		return "event"
	}
	return name
}
