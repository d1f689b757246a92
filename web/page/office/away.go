package office

import "bedelau/web/ui"

// AwayView lists who of an agency is away and who stands in. From and To are as they were typed.
type AwayView struct {
	ui.Shell
	Rows                []AwayRow
	Staff               []ui.Option
	StandIns            []ui.Option // who of them may stand in
	Others              bool        // the reader may also set the absence of others
	Me                  string
	Account, Substitute string
	From, To            []string
	Errors              ui.Errors // of "account", "substitute", "from" and "to"
}

// AwayRow is one absence.
type AwayRow struct {
	ID, Name, Substitute, From, To string
	MayEnd                         bool
}

// account is who is chosen to be away.
func (v AwayView) account() string {
	if v.Account == "" {
		return v.Me
	}
	return v.Account
}

func (v AwayView) day(name, label string, typed []string) ui.Field {
	return ui.Field{Name: name, Type: "date", Label: label, Typed: typed, Error: v.Errors.Of(name)}
}

// Phrase is a reason to pick. Href is where the form of a step goes to come back with it.
// For says of what it is a reason, in words.
type Phrase struct{ ID, Title, Body, Href, For string }

// PhrasesView lists the reasons of an agency, and takes a new one.
type PhrasesView struct {
	ui.Shell
	Rows              []Phrase
	Services, Actions []ui.Option
	Service, Action   string // codes; empty for any
	Title, Body       string
	Errors            ui.Errors // of "title", "body", "service" and "action"
}

// any puts the choice of all before the others.
func (v PhrasesView) any(key string, of []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: v.L.T(key)}}, of...)
}
