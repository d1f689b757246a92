package external

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Application is one application in an agency's app, as far as its events tell.
type Application struct {
	bun.BaseModel `bun:"table:external_application,alias:x"`

	TenantID    tenancy.ID `bun:"tenant_id,pk"`
	ID          uuid.UUID  `bun:"id,pk"`
	AppID       uuid.UUID  `bun:"app_id"`
	Reference   string     `bun:"reference"` // the app's own
	Agency      string     `bun:"agency"`    // code
	Service     string     `bun:"service"`   // code
	Stage       Stage      `bun:"stage"`
	Label       string     `bun:"label"` // the app's own words for the stage, or empty
	StageAt     time.Time  `bun:"stage_at"`
	StageEvent  string     `bun:"stage_event"`
	Stamps      stamps     `bun:"stamps,type:jsonb"`
	NIKHash     []byte     `bun:"nik_hash"`
	EmailHash   []byte     `bun:"email_hash"`
	NameMasked  string     `bun:"name_masked"`
	DueAt       time.Time  `bun:"due_at,nullzero"`
	URL         string     `bun:"url"`
	DocumentURL string     `bun:"document_url"`
	FirstAt     time.Time  `bun:"first_at"`
	DecidedAt   time.Time  `bun:"decided_at,nullzero"`
	ClosedAt    time.Time  `bun:"closed_at,nullzero"`
	QueueRank   int        `bun:"queue_rank"`
	QueueAt     time.Time  `bun:"queue_at"`
	UpdatedAt   time.Time  `bun:"updated_at"` // when the city last heard of it

	ServiceWords i18n.Text `bun:"service_name,type:jsonb"` // when the last event came: what a search looks in

	// Of the registration and the catalogue, where a list was read.
	AppName     string `bun:"app_name,scanonly"`
	ServiceName string `bun:"service_label,scanonly"` // in the reader's language
}

// Late reports whether the day that the app promised had passed at now. What waits for the applicant or is decided is
// not late.
func (a Application) Late(now time.Time) bool { return a.QueueRank == rankDue && now.After(a.DueAt) }

// Clock says whether the promised time runs, in the words of native applications.
func (a Application) Clock() workflow.Clock {
	switch {
	case a.Stage.decided() || a.Stage.closed():
		return workflow.Stopped
	case a.Stage == NeedsCorrection:
		return workflow.Paused
	}
	return workflow.Running
}

// stamp is the time and id of the event that a part of an application is from.
type stamp struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

// older reports whether an event of (at, id) replaces what has this stamp. The id decides between events of one moment.
func (s stamp) older(o stamp) bool {
	return s.At.Before(o.At) || s.At.Equal(o.At) && strings.Compare(s.ID, o.ID) < 0
}

// stamps are those of the parts that an event may leave out, and when the application was first decided.
type stamps struct {
	Applicant stamp     `json:"applicant,omitzero"`
	Due       stamp     `json:"due,omitzero"`
	URL       stamp     `json:"url,omitzero"`
	Document  stamp     `json:"document,omitzero"`
	Decided   time.Time `json:"decided,omitzero"`
}

// heard is an event as an application takes it in: checked, and its applicant hashed.
type heard struct {
	id     string
	at     time.Time
	status Status
	person *person // nil: the event says nothing of the applicant
}

// person is what is kept of an applicant.
type person struct {
	nikHash, emailHash []byte
	nameMasked         string
}

// merge takes an event into the application. The result is the same for every order of the same events: each part is a
// register that the latest writes, the first moments are minima, and the rest follows from these.
func (a *Application) merge(e heard) {
	now := stamp{At: e.at, ID: e.id}
	if a.FirstAt.IsZero() || e.at.Before(a.FirstAt) {
		a.FirstAt = e.at
	}
	if (stamp{At: a.StageAt, ID: a.StageEvent}).older(now) {
		a.Stage, a.Label, a.Service, a.StageAt, a.StageEvent = e.status.Stage, e.status.Label, e.status.Service, e.at, e.id
	}
	if e.status.Stage.decided() && (a.Stamps.Decided.IsZero() || e.at.Before(a.Stamps.Decided)) {
		a.Stamps.Decided = e.at
	}
	if e.person != nil && a.Stamps.Applicant.older(now) {
		a.Stamps.Applicant = now
		a.NIKHash, a.EmailHash, a.NameMasked = e.person.nikHash, e.person.emailHash, e.person.nameMasked
	}
	if e.status.DueAt != nil && a.Stamps.Due.older(now) {
		a.Stamps.Due, a.DueAt = now, *e.status.DueAt
	}
	if e.status.URL != "" && a.Stamps.URL.older(now) {
		a.Stamps.URL, a.URL = now, e.status.URL
	}
	if e.status.DocumentURL != "" && a.Stamps.Document.older(now) {
		a.Stamps.Document, a.DocumentURL = now, e.status.DocumentURL
	}
	a.settle()
}

// The ranks of the queue, as native applications have them.
const (
	rankDue     = 0
	rankOpen    = 1
	rankDecided = 2
	rankWaiting = 3
)

// settle works out what follows from the parts.
func (a *Application) settle() {
	a.DecidedAt, a.ClosedAt = time.Time{}, time.Time{}
	if a.Stage.decided() {
		a.DecidedAt = a.Stamps.Decided
	}
	if a.Stage.closed() {
		a.ClosedAt = a.StageAt
	}
	switch {
	case a.Stage.decided() || a.Stage.closed():
		a.QueueRank, a.QueueAt = rankDecided, a.StageAt
	case a.Stage == NeedsCorrection:
		a.QueueRank, a.QueueAt = rankWaiting, a.StageAt
	case !a.DueAt.IsZero():
		a.QueueRank, a.QueueAt = rankDue, a.DueAt
	default:
		a.QueueRank, a.QueueAt = rankOpen, a.FirstAt
	}
}

// maskName keeps the first letter of each word.
func maskName(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		r := []rune(w)
		words[i] = string(r[:1]) + strings.Repeat("•", min(len(r)-1, 8))
	}
	return strings.Join(words, " ")
}
