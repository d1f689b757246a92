package workcal

import (
	"errors"
	"testing"
	"time"
)

var wib = time.FixedZone("WIB", 7*3600)

// batam2026 is the calendar of domain.md 4.3: 17 national holidays and 8 days of joint leave.
func batam2026() Calendar {
	c := Calendar{
		Zone: wib, Week: [7]bool{false, true, true, true, true, true, false},
		Holidays: map[string]string{}, Years: map[int]bool{2026: true}, Open: "07:30", Close: "16:00",
	}
	for _, d := range []string{
		"01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01", "05-14", "05-27", "05-31",
		"06-01", "06-16", "08-17", "08-25", "12-25",
	} {
		c.Holidays["2026-"+d] = "libur"
	}
	for _, d := range []string{"02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24"} {
		c.Holidays["2026-"+d] = "cuti bersama"
	}
	return c
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, s, wib); err == nil {
			return at
		}
	}
	t.Fatalf("not a moment: %q", s)
	return time.Time{}
}

func TestTheYear2026Has17HolidaysAnd8DaysOfJointLeave(t *testing.T) {
	t.Parallel()
	c := batam2026()
	if len(c.Holidays) != 25 {
		t.Fatalf("%d days off", len(c.Holidays))
	}
	n := 0
	for day := moment(t, "2026-01-01 12:00"); day.Year() == 2026; day = nextDay(day) {
		if c.Working(day) {
			n++
		}
	}
	// 261 weekdays; of the 25 days off, 4 fall on a weekend (21 and 22 March, 5 April, 31 May).
	if n != 240 {
		t.Errorf("%d working days in 2026, want 240", n)
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	c := batam2026()
	for _, tt := range []struct {
		name, start string
		amount      int
		unit        Unit
		want        string
	}{
		{"two working days in a plain week", "2026-11-24 10:00", 2, WorkingDay, "2026-11-26 16:00"},
		{"the day of start does not count even at dawn", "2026-11-24 00:01", 1, WorkingDay, "2026-11-25 16:00"},
		{"after office hours counts as the same day", "2026-11-24 22:00", 1, WorkingDay, "2026-11-25 16:00"},
		{"over a weekend", "2026-11-27 15:59", 2, WorkingDay, "2026-12-01 16:00"},
		{"from a Saturday", "2026-11-28 09:00", 2, WorkingDay, "2026-12-01 16:00"},
		{"over Nyepi, Idulfitri and joint leave", "2026-03-17 09:00", 2, WorkingDay, "2026-03-26 16:00"},
		{"joint leave before Christmas", "2026-12-22 09:00", 2, WorkingDay, "2026-12-28 16:00"},
		{"Imlek with its joint leave", "2026-02-13 10:00", 1, WorkingDay, "2026-02-18 16:00"},
		{"a holiday on a Thursday and leave on the Friday", "2026-05-13 10:00", 1, WorkingDay, "2026-05-18 16:00"},
		{"same day, before closing", "2026-11-24 10:00", 0, WorkingDay, "2026-11-24 16:00"},
		{"same day, after closing", "2026-11-24 16:01", 0, WorkingDay, "2026-11-25 16:00"},
		{"same day, on a Sunday", "2026-11-22 10:00", 0, WorkingDay, "2026-11-23 16:00"},
		{"28 working days", "2026-11-02 08:00", 28, WorkingDay, "2026-12-10 16:00"},
		{"2x24 hours run over the weekend", "2026-11-27 17:30", 48, Hour, "2026-11-29 17:30"},
		{"3x24 hours run over Idulfitri", "2026-03-20 08:00", 72, Hour, "2026-03-23 08:00"},
		{"calendar days end with the day", "2026-11-27 08:00", 3, Day, "2026-11-30 23:59:59"},
		{"60 minutes at an open counter", "2026-11-24 10:00", 60, Minute, "2026-11-24 11:00"},
		{"60 minutes over closing time", "2026-11-24 15:30", 60, Minute, "2026-11-25 08:00"},
		{"60 minutes from the evening", "2026-11-27 20:00", 60, Minute, "2026-11-30 08:30"},
		{"60 minutes before opening", "2026-11-24 05:00", 60, Minute, "2026-11-24 08:30"},
		{"a month", "2026-11-30 10:00", 1, Month, "2026-12-30 23:59:59"},
		{"a month shorter than the day", "2026-01-31 10:00", 1, Month, "2026-02-28 23:59:59"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.Due(moment(t, tt.start), Term{tt.amount, tt.unit})
			if err != nil || !got.Equal(moment(t, tt.want)) {
				t.Errorf("Due = %v, %v; want %s", got, err, tt.want)
			}
		})
	}
}

func TestDueReadsTheStartInTheCitysZone(t *testing.T) {
	t.Parallel()
	// 18:00 UTC on the 24th is 01:00 on the 25th in Batam, so the next working day is the 26th.
	got, err := batam2026().Due(time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC), Term{1, WorkingDay})
	if err != nil || !got.Equal(moment(t, "2026-11-26 16:00")) {
		t.Errorf("Due = %v, %v", got, err)
	}
}

func TestDueNamesTheMissingYearAndStillAnswers(t *testing.T) {
	t.Parallel()
	got, err := batam2026().Due(moment(t, "2026-12-30 10:00"), Term{3, WorkingDay})
	if year, ok := MissingYear(err); !ok || year != 2027 {
		t.Fatalf("error = %v, want the year 2027", err)
	}
	if want := "workcal: the holidays of 2027 have not been imported"; err.Error() != want {
		t.Errorf("error = %q, want %q", err, want)
	}
	if !got.Equal(moment(t, "2027-01-04 16:00")) {
		t.Errorf("Due = %v", got)
	}
	if _, ok := MissingYear(errors.New("other")); ok {
		t.Error("MissingYear found a year in another error")
	}
	if _, err := batam2026().Due(moment(t, "2026-12-31 10:00"), Term{72, Hour}); err != nil {
		t.Errorf("hours need no holidays, got %v", err)
	}
}

func TestDueRefuses(t *testing.T) {
	t.Parallel()
	good := batam2026()
	noWeek, badHours, turned, allOff := good, good, good, good
	noWeek.Week = [7]bool{}
	badHours.Open = "7.30"
	turned.Open, turned.Close = "16:00", "07:30"
	allOff.Week = [7]bool{true}
	allOff.Holidays = map[string]string{}
	for day := moment(t, "2026-01-01 12:00"); day.Year() < 2050; day = nextDay(day) {
		allOff.Holidays[day.Format(dayLayout)] = "off"
	}
	start := moment(t, "2026-11-24 10:00")
	for _, tt := range []struct {
		name string
		c    Calendar
		term Term
	}{
		{"no working day", noWeek, Term{1, WorkingDay}},
		{"the zero calendar", Calendar{}, Term{1, WorkingDay}},
		{"hours that are no time", badHours, Term{1, WorkingDay}},
		{"minutes without hours", badHours, Term{5, Minute}},
		{"closing before opening", turned, Term{1, WorkingDay}},
		{"only holidays", allOff, Term{1, WorkingDay}},
		{"only holidays, minutes", allOff, Term{1, Minute}},
		{"unknown unit", good, Term{1, "fortnight"}},
		{"no unit", good, Term{}},
		{"negative", good, Term{-1, WorkingDay}},
		{"absurd", good, Term{1 << 40, Hour}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := tt.c.Due(start, tt.term); err == nil {
				t.Errorf("Due = %v, want an error", got)
			} else if _, ok := MissingYear(err); ok {
				t.Errorf("a refusal, not a warning: %v", err)
			}
		})
	}
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	c := batam2026()
	for _, tt := range []struct {
		name                     string
		unit                     Unit
		due, paused, resumed, to string
	}{
		{"two days left", WorkingDay, "2026-11-26 16:00", "2026-11-24 11:00", "2026-12-03 20:00", "2026-12-07 16:00"},
		{"one day left, resumed on a Saturday", WorkingDay, "2026-11-26 16:00", "2026-11-25 11:00", "2026-11-28 09:00", "2026-11-30 16:00"},
		{"the last day, resumed in the morning", WorkingDay, "2026-11-26 16:00", "2026-11-26 11:00", "2026-12-03 08:00", "2026-12-03 16:00"},
		{"the last day, resumed in the evening", WorkingDay, "2026-11-26 16:00", "2026-11-26 11:00", "2026-12-03 20:00", "2026-12-04 16:00"},
		{"over joint leave", WorkingDay, "2026-12-28 16:00", "2026-12-22 11:00", "2026-12-23 11:00", "2026-12-29 16:00"},
		{"hours", Hour, "2026-11-26 10:00", "2026-11-25 10:00", "2026-11-30 12:00", "2026-12-01 12:00"},
		{"calendar days", Day, "2026-11-27 23:59:59", "2026-11-25 10:00", "2026-12-03 12:00", "2026-12-05 23:59:59"},
		{"open minutes over a night", Minute, "2026-11-25 08:00", "2026-11-24 15:45", "2026-11-27 15:50", "2026-11-30 08:05"},
		{"late stays late by as much", WorkingDay, "2026-11-24 16:00", "2026-11-25 10:00", "2026-11-30 12:00", "2026-11-29 18:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			left, err := c.Remaining(moment(t, tt.paused), moment(t, tt.due), tt.unit)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Resume(moment(t, tt.resumed), left)
			if err != nil || !got.Equal(moment(t, tt.to)) {
				t.Errorf("%+v resumes to %v, %v; want %s", left, got, err, tt.to)
			}
		})
	}
}

func TestPauseWarnsOfTheMissingYear(t *testing.T) {
	t.Parallel()
	left, err := batam2026().Remaining(moment(t, "2026-12-30 10:00"), moment(t, "2027-01-04 16:00"), WorkingDay)
	if year, ok := MissingYear(err); !ok || year != 2027 || left.Days != 3 {
		t.Errorf("Remaining = %+v, %v", left, err)
	}
}
