package notify

import (
	"strconv"
	"time"

	ics "github.com/arran4/golang-ical"
)

// appointment is a message's time as an iCalendar file (RFC 5545), which the reader's own calendar takes. The identity is
// the appointment's and not the message's, so that a later one replaces the earlier. ok is false for a message about no
// time.
func appointment(data map[string]string, title, domain string, at time.Time) (file string, ok bool) {
	from, err := time.Parse(time.RFC3339, data["starts"])
	if err != nil {
		return "", false
	}
	to, err := time.Parse(time.RFC3339, data["ends"])
	if err != nil || !to.After(from) {
		return "", false
	}
	cal := ics.NewCalendarFor("Bedelau")
	cal.SetMethod(ics.MethodPublish)
	e := cal.AddEvent(data["uid"] + "@" + domain)
	e.SetDtStampTime(at)
	e.SetStartAt(from)
	e.SetEndAt(to)
	e.SetSummary(title)
	e.SetLocation(oneLine(data["counter"] + ", " + data["address"]))
	e.SetDescription(data["code"])
	if n, err := strconv.Atoi(data["sequence"]); err == nil {
		e.SetSequence(n)
	}
	alarm := e.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetTrigger("-PT2H")
	alarm.SetDescription(title)
	return cal.Serialize(), true
}
