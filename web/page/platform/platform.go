// Package platform is the platform's own pages: what Bedelau is and which cities run on it, the BUMD's desk, which sees
// what each city uses and what that would cost and never a person, and the mailbox of a demonstration.
//
// Each page function takes the view declared beside it. On the platform's host the Shell has FramePlatform, and
// FrameOffice behind the BUMD's sign-in; the months of a usage page are chosen with ?bulan=2026-11.
package platform

import (
	"time"

	"bedelau/web/ui"
)

// City is one city on the platform, as anyone may see it.
type City struct {
	Name, Province, URL string
	Services            int
	Demo                bool
}

// HomeView is the front page of the platform.
type HomeView struct {
	ui.Shell
	Cities []City
}

// CityUsage is one city's month: the quantity of each meter, as written, in the order of UsageView.Meters.
type CityUsage struct {
	Slug, Name, Plan string
	Quantities       []string
	Amount           string // empty when the city had no subscription
}

// UsageView is what all cities used in a month and what that would cost.
type UsageView struct {
	ui.Shell
	Month  string      // value of the month shown, "2026-11"
	Months []ui.Option // that can be chosen, the latest first
	Meters []string    // what the quantities are
	Cities []CityUsage
	Totals []string // of the quantities; empty where a sum would mean nothing
	Amount string   // of all cities
	Notes  []string // what an estimate is not
	AsOf   time.Time
}

// Line is one component of the bill with how it comes about.
type Line struct{ Name, Working, Amount string }

// Share is one agency's, service's or channel's part of a meter.
type Share struct{ Name, Quantity string }

// Reading is one meter of one city, and how it divides. Empty divisions are not shown.
type Reading struct {
	Name, Unit, Quantity           string
	ByAgency, ByService, ByChannel []Share
}

// divided reports whether there is anything to unfold.
func (r Reading) divided() bool { return len(r.ByAgency)+len(r.ByService)+len(r.ByChannel) > 0 }

// CityUsageView is one city's month in full, for the BUMD and for the city itself. Here is the address of the page and
// Back that of the page above it, empty when there is none.
type CityUsageView struct {
	ui.Shell
	Here, Back string
	Name, Plan string // Plan is empty when the city had no subscription
	Month      string
	Months     []ui.Option
	Lines      []Line
	Amount     string
	Notes      []string
	Readings   []Reading
	AsOf       time.Time
}

// Person is one prepared account of a demonstration. Code is the present second factor, empty for residents.
type Person struct{ Label, Login, Password, Code string }

// Message is one e-mail of a demonstration. Body is its plain text; Links are the addresses in it, to click on.
type Message struct {
	ID, To, Subject, Body string
	Links                 []string
	At                    time.Time
}

// MailboxView is the mailbox of a demonstration, the latest message first. Open is the one being read, or nil.
type MailboxView struct {
	ui.Shell
	Messages []Message
	Open     *Message
	To       string // shows one person's mail only
	People   []Person
}
