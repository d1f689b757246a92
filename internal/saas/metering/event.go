package metering

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"bedelau/internal/kernel/fault"
)

// Event is one use of the platform, in the shape of a CloudEvent: (Source, ID) identifies it within its city, whatever
// the rest says. Subject is the id of what was used or of who used it, never a name.
type Event struct {
	Source  string // who says so, a URI reference: "/casework"
	ID      string
	Type    string // what happened, by which meters find it: "application_submitted"
	Subject string
	Time    time.Time // when it happened; it decides the month

	Agency  string // dimensions, by code; empty when they do not apply
	Service string
	Channel string

	Quantity int64 // 0 to 10^15; 1 for a plain occurrence
}

// Key identifies an event within its city.
type Key struct {
	Source string
	ID     string
}

// Key returns the event's identity.
func (e Event) Key() Key { return Key{Source: e.Source, ID: e.ID} }

const (
	maxBatch    = 1000
	maxText     = 200
	maxQuantity = 1_000_000_000_000_000
)

// validate names each field at fault as a producer sees it: "events.3.id".
func (e Event) validate(index int) []fault.Field {
	var out []fault.Field
	refuse := func(name, code string, args ...any) {
		out = append(out, fault.Field{Name: fmt.Sprintf("events.%d.%s", index, name), Code: code, Args: args})
	}
	for _, f := range []struct {
		name, value string
		required    bool
	}{
		{"source", e.Source, true}, {"id", e.ID, true}, {"type", e.Type, true}, {"subject", e.Subject, true},
		{"agency", e.Agency, false}, {"service", e.Service, false}, {"channel", e.Channel, false},
	} {
		switch {
		case f.value == "" && f.required:
			refuse(f.name, "required")
		case len(f.value) > maxText:
			refuse(f.name, "too_long", "max", maxText)
		case !utf8.ValidString(f.value) || strings.ContainsRune(f.value, 0):
			refuse(f.name, "invalid")
		}
	}
	if e.Time.IsZero() || e.Time.Year() < 2000 || e.Time.Year() > 2199 {
		refuse("time", "usage_time")
	}
	if e.Quantity < 0 || e.Quantity > maxQuantity {
		refuse("quantity", "usage_quantity")
	}
	return out
}
