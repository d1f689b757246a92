// Package visit is the pages of appointments at counters: choosing a time, one question a page, what its holder keeps,
// and the day as the officers of a counter see it.
package visit

import (
	"time"

	"bedelau/web/ui"
)

// Choice is one way on: a service, a counter or a day. An empty Href cannot be chosen; Note says why.
type Choice struct {
	Title, Text, Href string
	Icon, Note, Tone  string
}

// ChooseView asks one question of several ways on.
type ChooseView struct {
	ui.Shell
	Back                 string
	Step, Of             int
	Question, Lead       string
	Chosen               []ui.Row
	Choices              []Choice
	NoneTitle, NoneText  string
	NoneHref, NoneAction string
}

// Hidden is an answer of an earlier page, kept in the form.
type Hidden struct{ Name, Value string }

// SlotView asks for the time of a day. Other are times that are free elsewhere, when the one that was wanted is full.
type SlotView struct {
	ui.Shell
	Back     string
	Step, Of int
	Chosen   []ui.Row
	Action   string // where the form goes, with GET to the next page
	Keep     []Hidden
	Slots    []ui.Option
	Value    string
	Other    []Choice
	Errors   ui.Errors
}

// CheckView shows an appointment before it is made or moved.
type CheckView struct {
	ui.Shell
	Back     string
	Step, Of int
	Title    string
	Rows     []ui.Row
	Action   string
	Keep     []Hidden
	Label    string // of the button
	Other    []Choice
	Errors   ui.Errors
}

// Item is an appointment in its holder's list.
type Item struct {
	ID, Code, Service, Counter string
	At                         time.Time
	State                      ui.Mark
}

// MineView lists a person's appointments.
type MineView struct {
	ui.Shell
	Coming, Past []Item
}

// DetailView is one appointment as its holder keeps it.
type DetailView struct {
	ui.Shell
	Item
	Rows       []ui.Row
	QR         string // a picture of the code, as a data address
	Changeable bool
	Displaced  string // why the city called it off
	Fresh      bool   // it was made a moment ago
	Map        string // address of a map, or empty
	Errors     ui.Errors
}

// Desk is a counter in an officer's list.
type Desk struct {
	Code, Name, Agency, Services string
	Retired                      bool
}

// DesksView lists the counters that an officer serves.
type DesksView struct {
	ui.Shell
	Title, Lead string
	Desks       []Desk
	Base        string // address of one, before its code
	New         string // address of a new one; empty offers none
}

// Person is one place of the day.
type Person struct {
	ID, Code, Name, Service string
	At                      time.Time
	Queue                   int
	State                   ui.Mark
	Acts                    []Act
}

// Act is a button of a place.
type Act struct{ To, Label, Style string }

// RosterView is a day at a counter.
type RosterView struct {
	ui.Shell
	Code, Name, Address string
	Day                 time.Time
	Before, After       string // addresses of the days beside it
	Today               bool
	Closed              string
	Slots               []ui.Figure
	People              []Person
	Services            []ui.Option
	Service             string
	Key                 string
	MayManage, Past     bool
	Reason              string
	Errors              ui.Errors
}

// Weekday is the hours of one weekday in the form of a counter.
type Weekday struct{ Name, Label, Value string }

// CounterView is a counter as an administrator sets it up.
type CounterView struct {
	ui.Shell
	New                             bool
	Code, Agency, NameID, NameEN    string
	AddressID, AddressEN            string
	Latitude, Longitude             string
	Agencies                        []ui.Option
	Services                        []ui.Option
	Chosen                          []string
	NeedsApplication, Retired       bool
	From                            string
	Week                            []Weekday
	SlotMinutes, Capacity, DayQuota string
	OpenDays, CloseHours            string
	NoShowLimit, NoShowDays, Source string
	Rules                           []ui.Row // in force until now and to come
	Errors                          ui.Errors
}
