package paper

import (
	"strings"
	"time"

	"bedelau/web/ui"
)

// Batch is one step that was asked for on many applications.
type Batch struct {
	ID, Label, Reason   string
	At                  time.Time
	Total, Done, Failed int
	Stalled             bool // it waits and nothing happens
}

// Waiting is how many are still to be done.
func (b Batch) Waiting() int { return b.Total - b.Done - b.Failed }

// Over reports whether nothing waits any more.
func (b Batch) Over() bool { return b.Waiting() == 0 }

func (b Batch) path() string { return "/petugas/antrean/massal/" + b.ID }

// ProgressView is how far a batch is, and what became of its applications.
type ProgressView struct {
	ui.Shell
	Batch
	State  string // of the applications that are listed: waiting, done or failed
	Back   string // to the list that the batch was begun from
	From   string // the query by which the pages of a case lead back there
	Items  []BatchItem
	Next   string
	Errors ui.Errors
}

// BatchItem is one application of a batch; Text says why nothing was done.
type BatchItem struct{ ID, Number, Who, Text string }

// here is the page as it is seen, for loading it again.
func (v ProgressView) here() string { return v.Of(v.State) }

// Of is the page with the applications of one outcome.
func (v ProgressView) Of(state string) string {
	to := v.path() + "?hasil=" + outcomeWords[state]
	if from, ok := strings.CutPrefix(v.From, "?"); ok {
		to += "&" + from
	}
	return to
}

// outcomeWords are the outcomes as they stand in an address.
var outcomeWords = map[string]string{"failed": "gagal", "done": "selesai", "waiting": "menunggu"}

// Outcome is what a word of an address stands for; what is no such word stands for itself.
func Outcome(word string) string {
	for outcome, w := range outcomeWords {
		if w == word {
			return outcome
		}
	}
	return word
}

// tab is one of the lists of a batch.
type tab struct {
	state, key string
	n          int
}

func (v ProgressView) tabs() []tab {
	return []tab{{"failed", "progress.tab.failed", v.Failed}, {"done", "progress.tab.done", v.Done}, {"waiting", "progress.tab.waiting", v.Waiting()}}
}

// BatchesView lists the batches that an officer has begun lately.
type BatchesView struct {
	ui.Shell
	Rows []Batch
}
