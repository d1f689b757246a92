package office

import (
	"time"

	"bedelau/web/ui"
)

// DayForm is a day that is added to a calendar. Its errors are of "day", "kind", "name_id", "name_en", "hours" and "source".
type DayForm struct {
	Agency                                   string // empty: the whole city
	Day, Kind, NameID, NameEN, Hours, Source string
	Verified                                 bool
	Kinds                                    []ui.Option
	Errors                                   ui.Errors
}

// DayRow is one day off, or one of special hours.
type DayRow struct {
	Day, Name, Kind, Source string // Day is "2026-12-24"
	Date                    time.Time
	Verified                bool
}

// DayTrial is what a day would move, before it is added.
type DayTrial struct {
	ui.Shell
	Form  DayForm
	Date  time.Time
	Kind  string
	Back  string
	Moves DayMoves
}

// RemovalTrial is what the end of a day off would move, before it is taken out. An empty Agency is the whole city.
type RemovalTrial struct {
	ui.Shell
	Agency, Day, Source string
	Date                time.Time
	Back                string
	Moves               DayMoves
}

// HoursTrial is what other hours would move, before they are saved. Sends are the values of the form by their names, which
// are the labels.
type HoursTrial struct {
	ui.Shell
	Action, Source string
	Says           []string
	Sends          []ui.Option
	Moves          DayMoves
}

// DayMoves is what another calendar would move: how many of each kind, and which.
type DayMoves struct {
	Totals []ui.Figure
	Lines  []DayMove
	Whole  bool // false: there is more than was counted
}

// DayMove is how many deadlines of one kind of a service would get one day.
type DayMove struct {
	Service, What string
	Day           time.Time
	N             int
}

// ChangeRow is one change of a calendar with what followed from it.
type ChangeRow struct {
	ID, Who, What, Whose string
	At                   time.Time
	Days                 []string
	More                 int
	Looked, Moved        int
	Open                 bool // running deadlines are still being counted again
	MayUndo              bool
	Undone               bool
}

// UndoTrial is what an import that is taken back would change and move, before it is.
type UndoTrial struct {
	ui.Shell
	Change, Source string
	Year           int
	Days           []string
	Moves          DayMoves
}

// ImportRow is one day of the year's table as it is typed.
type ImportRow struct{ Day, Month, Kind, NameID, NameEN string }

// ImportView asks for the holidays of a year, and shows what an import of them would do. Errors are of "year", "week",
// "open", "source", "days" (the table), and of "day", "kind", "name_id" and "name_en" with the position of their row behind:
// "day_3".
type ImportView struct {
	ui.Shell
	Year, Open, Close, Source, Text string
	Rows                            []ImportRow
	Months, Kinds                   []ui.Option
	More                            bool   // rows can be added
	Focus                           string // the position of the row that was just added
	Week                            []Tick
	Verified                        bool
	Preview                         *ImportPreview
	Errors                          ui.Errors
}

// ImportPreview is what an import would do.
type ImportPreview struct {
	Faults         []string
	Added, Removed []DayRow
	Kept           int
	Figures        []ui.Figure
	Replaces       bool
	Moves          DayMoves
}

// PeriodForm is another week for a time, as it is typed. N is its place in the form.
type PeriodForm struct {
	N        string
	Name     string
	From, To string
	Week     []PeriodDay
	Title    string
}

// PeriodDay is the hours of one weekday.
type PeriodDay struct{ Name, Label, Value string }

// HoursView is other hours: of an agency, or of the city in one year.
type HoursView struct {
	ui.Shell
	Action, Back, Lead string
	Agency             string // empty: the city's
	Year               string
	WorksHolidays      bool
	Source             string
	Periods            []PeriodForm
	Days               []DayRow
	Day                DayForm
	Errors             ui.Errors
}
