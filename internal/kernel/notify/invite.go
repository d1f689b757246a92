package notify

import (
	"strconv"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
)

// Appointment is a time at a place as a file for one's calendar. A later one of the same ID, with a higher Sequence,
// replaces the earlier.
type Appointment struct {
	ID       uuid.UUID
	Sequence int
	Title    string
	Place    string
	Code     string
	From, To time.Time
}

// File writes the appointment as iCalendar (RFC 5545), with a reminder two hours before. domain names the house in its
// identity, and at is when the file is made.
func (a Appointment) File(domain string, at time.Time) string {
	cal := ics.NewCalendarFor("Bedelau")
	cal.SetMethod(ics.MethodPublish)
	e := cal.AddEvent(a.ID.String() + "@" + domain)
	e.SetDtStampTime(at)
	e.SetStartAt(a.From)
	e.SetEndAt(a.To)
	e.SetSummary(a.Title)
	e.SetLocation(oneLine(a.Place))
	e.SetDescription(a.Code)
	e.SetSequence(a.Sequence)
	alarm := e.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetTrigger("-PT2H")
	alarm.SetDescription(a.Title)
	return cal.Serialize()
}

// appointment is the one that a message is about; ok is false for a message about none.
func appointment(data map[string]string, title string) (a Appointment, ok bool) {
	from, err := time.Parse(time.RFC3339, data["starts"])
	if err != nil {
		return a, false
	}
	to, err := time.Parse(time.RFC3339, data["ends"])
	if err != nil || !to.After(from) {
		return a, false
	}
	id, err := uuid.Parse(data["uid"])
	if err != nil {
		return a, false
	}
	n, _ := strconv.Atoi(data["sequence"])
	return Appointment{ID: id, Sequence: n, Title: title, Place: data["counter"] + ", " + data["address"], Code: data["code"], From: from, To: to}, true
}
