package office

import (
	"slices"
	"time"

	"bedelau/web/ui"
)

// Member is one of the staff. Status is "invited", "active" or "disabled".
type Member struct {
	ID, Name, Email, Roles, Agency, Status string
	Areas                                  string // to which they are limited; empty without a limit
	SecondFactor                           bool
	Nowhere                                bool // has no agency and needs one
}

// StaffView lists who works for the city, and invites more: Name, Email, Role, AgencyChosen and what is chosen of Areas are
// those of a refused invitation, and Errors are of "name", "email", "role", "agency" and "areas".
type StaffView struct {
	ui.Shell
	Search, Next                    string
	Members                         []Member
	MayInvite                       bool
	Roles, Agencies                 []ui.Option
	Name, Email, Role, AgencyChosen string
	Areas                           []AreaTick
	Errors                          ui.Errors
}

// Tick is something of which any number may be chosen.
type Tick struct {
	Value, Label string
	On           bool
}

// MemberView is one of the staff, and what can be changed about them. Nobody changes their own: Self only shows.
type MemberView struct {
	ui.Shell
	Member
	Self         bool
	Held         []Tick // the roles
	Agencies     []ui.Option
	AgencyChosen string
	Areas        []AreaTick
	Errors       ui.Errors // of "role", "agency" and "areas"
}

// AreaTick is a district of the city with its parts, any of which can be chosen. Open shows the parts.
type AreaTick struct {
	Tick
	Parts []Tick
	Open  bool
}

// limited reports whether any area is chosen.
func limited(all []AreaTick) bool {
	return slices.ContainsFunc(all, func(a AreaTick) bool { return a.On || a.Open })
}

// RoleColumn is a role; Fixed cannot be changed.
type RoleColumn struct {
	Code, Label string
	Fixed       bool
}

// PermissionCell says whether a role has a permission.
type PermissionCell struct{ On, Locked bool }

// PermissionRow is a permission, and which roles have it in the order of the columns.
type PermissionRow struct {
	Code, Label string
	Cells       []PermissionCell
}

// RolesView is the matrix of roles and permissions.
type RolesView struct {
	ui.Shell
	Roles  []RoleColumn
	Rows   []PermissionRow
	Idle   []IdleService
	Errors ui.Errors
}

// IdleService is one whose workflow, at Path, has a step that no role may take.
type IdleService struct{ Name, Path string }

// Holiday is a day on which no office works. Kind is its name in words.
type Holiday struct {
	Day        time.Time
	Name, Kind string
	Verified   bool
	Row        DayRow
}

// AgencyLink leads to the calendar of an agency; Own says that it differs from the city's.
type AgencyLink struct {
	Code, Name string
	Own        bool
}

// CalendarView is when the offices work in one year. Missing are the years that promises run into and that have no
// calendar. Verified is of the year as it was loaded; a day is marked only where the year is not.
type CalendarView struct {
	ui.Shell
	Year                int
	Years, Missing      []int
	Week, Hours, Source string
	Verified            bool
	Holidays            []Holiday
	Form                DayForm
	Changes             []ChangeRow
	Agencies            []AgencyLink
}

// CatalogRow is one service as its administrator sees it.
type CatalogRow struct {
	Code, Name, Agency string
	Integration        ui.Integration
	Version            int
	EffectiveFrom      time.Time
	Verified           bool
	Document           bool // it issues one, whose words can be edited
	Retired            bool
}

// CatalogView shows what the city offers.
type CatalogView struct {
	ui.Shell
	Figures []ui.Figure
	Rows    []CatalogRow
	Begun   []ui.Option // services that are not published yet
}

func memberTone(status string) (tone, icon string) {
	switch status {
	case "active":
		return "good", "circle-check"
	case "invited":
		return "care", "mail"
	}
	return "", "ban"
}

// Entry is one act of the record. Action is in words, or as it is stored where there are none.
type Entry struct {
	At                  time.Time
	Who, Action, Detail string
	Href                string // of what it was done to, when that has a page
	Same                string // the record of the same member of staff; empty of others
	Thing               string // the record of the same thing
}

// Chain is what checking the record said. Proof is about what an auditor had written down; Next leads to the links that
// were not checked yet.
type Chain struct {
	Whole              bool
	Title, Text, Proof string
	At                 time.Time
	Next               string
}

func (c Chain) tone() string {
	if c.Whole {
		return "good"
	}
	return "bad"
}

// Fingerprint is the end of the record's chain, for an auditor to write down.
type Fingerprint struct{ Link, Short, Full string }

// AuditFilter is what of the record is shown, as the address says it; all of it when empty. Thing and Who are ids, Number
// that of an application, From and To days as 2026-11-26.
type AuditFilter struct{ Object, Thing, Number, Who, From, To string }

// Narrow reports whether anything is left out.
func (f AuditFilter) Narrow() bool { return f != AuditFilter{} }

// AuditView is a page of the record, the latest act first. Chain is set when it was just checked; Print is nil where no
// link is, and of a broken chain. Noted is the fingerprint that was given, and Errors are of "sidik".
type AuditView struct {
	ui.Shell
	Entries     []Entry
	Filter      AuditFilter
	OfName      string // of the member of staff whose acts are shown alone
	OfThing     bool   // one thing's history is shown alone
	Objects     []ui.Option
	Chain       *Chain
	Print       *Fingerprint
	Noted       string
	Errors      ui.Errors
	First, Next string
}
