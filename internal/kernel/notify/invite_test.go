package notify

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
)

// TestAnAppointmentIsAFileForACalendar reads the file back as a calendar would.
func TestAnAppointmentIsAFileForACalendar(t *testing.T) {
	t.Parallel()
	data := map[string]string{"starts": "2026-12-01T02:00:00Z", "ends": "2026-12-01T02:30:00Z", "uid": "01a2184d-c9c8-7283-8c11-35a86fd928ef",
		"sequence": "2", "counter": "Loket, Sekupang", "address": "Jl. Sekupang 1", "code": "J-7K3Q-X4MP"}
	a, ok := appointment(data, "Janji temu: KIA")
	if !ok {
		t.Fatal("no appointment")
	}
	cal, err := ics.ParseCalendar(strings.NewReader(a.File("kota.example", time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))))
	if err != nil || len(cal.Events()) != 1 {
		t.Fatal(err)
	}
	e := cal.Events()[0]
	at, err := e.GetStartAt()
	if err != nil || !at.Equal(time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("starts %v, %v", at, err)
	}
	for property, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertyUniqueId: "01a2184d-c9c8-7283-8c11-35a86fd928ef@kota.example", ics.ComponentPropertySummary: "Janji temu: KIA",
		ics.ComponentPropertySequence: "2", ics.ComponentPropertyLocation: "Loket, Sekupang, Jl. Sekupang 1",
	} {
		if got := ics.FromText(e.GetProperty(property).Value); got != want {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
	if len(e.Alarms()) != 1 {
		t.Error("no reminder")
	}
	for name, broken := range map[string]string{"starts": "besok", "ends": "2026-12-01T01:00:00Z", "uid": "x"} {
		bad := map[string]string{}
		for k, v := range data {
			bad[k] = v
		}
		bad[name] = broken
		if _, ok := appointment(bad, "x"); ok {
			t.Errorf("an appointment of %s %q", name, broken)
		}
	}
}
