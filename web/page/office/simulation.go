package office

import (
	"time"

	"bedelau/web/ui"
)

// SimulationRun is one replay in the list.
type SimulationRun struct {
	Href, What string
	At         time.Time
	Done       bool
}

// SimulationView asks what is to be tried on a service's past cases, and lists what was tried this week. Errors are of
// "from", "to", "version", "draft", "term", "days_off" and "days_on".
type SimulationView struct {
	ui.Shell
	Code, Service                                           string
	Window                                                  string // the one of Windows that From and To are; empty when they were typed
	Windows, Versions, Units                                []ui.Option
	From, To, Version, Draft, Amount, Unit, DaysOff, DaysOn string
	Wide                                                    bool
	Runs                                                    []SimulationRun
	Errors                                                  ui.Errors
}

// SimulationRow is the cases of one service in one office, before and after.
type SimulationRow struct{ Service, Agency, Cases, Decided, Before, After string }

// SimulationCase is a case that would have ended otherwise.
type SimulationCase struct {
	ID, Number, Service, Agency string
	Decided, Due                time.Time
	Late                        bool
}

// SimulationOffice is one office's work week by week, and what is to be said of it.
type SimulationOffice struct {
	Name, Text string
	Over       bool
	Mean, Peak ui.Chart
}

// SimulationStep is how often a step of one office was longer than its time, before and after. Worse: oftener than it was.
type SimulationStep struct {
	Name, Agency, Before, After string
	Worse                       bool
}

// SimulationResultView is what came of a replay. Progress is set while it runs.
type SimulationResultView struct {
	ui.Shell
	Code, Service, What string
	Progress            string
	Figures             []ui.Figure
	Picture             *ui.Diagram // of the workflow that was tried
	Notes               []string    // what must be known before relying on the figures
	Late                ui.Chart
	Rows                []SimulationRow
	Steps               []SimulationStep
	Changed             []SimulationCase
	ChangedText         string
	Offices             []SimulationOffice
	Unknown, Untaken    []string
	CSV                 string
}
