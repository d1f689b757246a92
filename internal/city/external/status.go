package external

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identifier"
	"bedelau/internal/kernel/identity"
)

// Stage is where an application stands, in the words that native applications have too.
type Stage string

// The stages.
const (
	Received        Stage = "received"
	InReview        Stage = "in_review"
	NeedsCorrection Stage = "needs_correction"
	Approved        Stage = "approved"
	Rejected        Stage = "rejected"
	Cancelled       Stage = "cancelled"
	Completed       Stage = "completed"
)

// Stages lists them in their order.
func Stages() []Stage {
	return []Stage{Received, InReview, NeedsCorrection, Approved, Rejected, Cancelled, Completed}
}

// TextKey is the i18n key of the stage's name, which native applications share.
func (s Stage) TextKey() string { return "status." + string(s) }

func (s Stage) decided() bool { return s == Approved || s == Rejected || s == Completed }
func (s Stage) closed() bool  { return s == Rejected || s == Cancelled || s == Completed }

// Status is the data of an event of StatusType. A part that is absent says nothing; what an earlier event said stays.
type Status struct {
	Service     string     `json:"service"`
	Stage       Stage      `json:"stage"`
	Label       string     `json:"label"`
	Applicant   *Applicant `json:"applicant"`
	DueAt       *time.Time `json:"due_at"`
	URL         string     `json:"url"`
	DocumentURL string     `json:"document_url"`
}

// Applicant is who made an application: the whole of it is replaced by a later one.
type Applicant struct {
	NIK   string `json:"nik"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

const (
	maxReference = 200
	maxLabel     = 200
	maxURL       = 1000
	maxSkew      = 5 * time.Minute // how far ahead of ours an app's clock may be
)

// checking gathers everything that is wrong with one event.
type checking struct{ bad []fault.Field }

func (c *checking) refuse(name, code string, args ...any) {
	c.bad = append(c.bad, fault.Field{Name: name, Code: code, Args: args})
}

func (c *checking) text(name, s string, most int) {
	switch {
	case !plain(s):
		c.refuse(name, "encoding")
	case utf8.RuneCountInString(s) > most:
		c.refuse(name, "too_long", "max", most)
	}
}

// readStatus holds an event to what its app may say at now, and names everything that is wrong. may are the services
// for which the app speaks.
func readStatus(e cloudevent.Event, app App, may map[string]bool, now time.Time) (Status, []fault.Field) {
	var c checking
	if e.Source != app.Source {
		c.refuse("source", "event_source")
	}
	if e.Type != StatusType {
		c.refuse("type", "event_type", "type", StatusType)
	}
	if e.Subject == "" {
		c.refuse("subject", "required")
	}
	c.text("subject", e.Subject, maxReference)
	c.text("id", e.ID, maxReference)
	switch {
	case e.Time.IsZero():
		c.refuse("time", "required")
	case e.Time.Year() < 2000:
		c.refuse("time", "event_time")
	case e.Time.After(now.Add(maxSkew)):
		c.refuse("time", "event_future")
	}
	st, bad := decodeStatus(e.Data)
	if len(bad) > 0 {
		return Status{}, append(c.bad, bad...)
	}
	c.status(&st, app, may)
	return st, c.bad
}

// decodeStatus reads data without leniency: a misspelt name would be a status that silently never arrives.
func decodeStatus(data json.RawMessage) (Status, []fault.Field) {
	var st Status
	if len(data) == 0 {
		return st, []fault.Field{{Name: "data", Code: "required"}}
	}
	for _, part := range []struct {
		at    string
		raw   json.RawMessage
		names []string
	}{
		{"data", data, []string{"service", "stage", "label", "applicant", "due_at", "url", "document_url"}},
		{"data.applicant", member(data, "applicant"), []string{"nik", "email", "name"}},
	} {
		if len(part.raw) == 0 || string(part.raw) == "null" && part.at != "data" {
			continue
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(part.raw, &members) != nil || members == nil {
			return st, []fault.Field{{Name: part.at, Code: "not_object"}}
		}
		for name := range members {
			if !slices.Contains(part.names, name) {
				return st, []fault.Field{{Name: part.at, Code: "event_member", Args: []any{"names", strings.Join(part.names, ", ")}}}
			}
		}
	}
	if err := json.Unmarshal(data, &st); err != nil {
		return st, []fault.Field{{Name: "data", Code: "event_member_type"}}
	}
	return st, nil
}

func member(data json.RawMessage, name string) json.RawMessage {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(data, &members) // what is no object has no members, and is refused as such
	return members[name]
}

func (c *checking) status(st *Status, app App, may map[string]bool) {
	switch {
	case st.Service == "":
		c.refuse("data.service", "required")
	case !may[st.Service]:
		c.refuse("data.service", "event_service")
	}
	if !slices.Contains(Stages(), st.Stage) {
		c.refuse("data.stage", "event_stage")
	}
	c.text("data.label", st.Label, maxLabel)
	if st.DueAt != nil {
		due := st.DueAt.UTC().Truncate(time.Microsecond)
		if st.DueAt = &due; due.Year() < 2000 || due.Year() > 2199 {
			c.refuse("data.due_at", "event_time")
		}
	}
	c.address("data.url", st.URL, app)
	c.address("data.document_url", st.DocumentURL, app)
	c.applicant(st.Applicant)
}

// address takes links to the app's own hosts alone: residents follow them from the city's page.
func (c *checking) address(name, s string, app App) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || !plain(s) || u.Scheme != "https" || u.User != nil || u.Port() != "" || !slices.Contains(app.Hosts, strings.ToLower(u.Host)) {
		c.refuse(name, "event_url")
	}
}

func (c *checking) applicant(a *Applicant) {
	if a == nil {
		return
	}
	if nik, _, _ := identifier.NIK(a.NIK); a.NIK != "" && nik != a.NIK {
		c.refuse("data.applicant.nik", "event_nik")
	}
	if a.Email != "" {
		normal, ok := identity.NormalEmail(a.Email)
		if !ok {
			c.refuse("data.applicant.email", "email")
		}
		a.Email = normal
	}
	c.text("data.applicant.name", a.Name, maxLabel)
}
