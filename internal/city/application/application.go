package application

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Application is one request of a resident to the city, from its draft to its end.
type Application struct {
	bun.BaseModel `bun:"table:application,alias:a"`

	TenantID     uuid.UUID `bun:"tenant_id,pk"`
	ID           uuid.UUID `bun:"id,pk"`
	Number       string    `bun:"number,nullzero"`        // BTM-26-7K3QX-4; empty for a draft
	ReceiptToken string    `bun:"receipt_token,nullzero"` // of the receipt's verification page
	ServiceCode  string    `bun:"service_code"`
	ServiceName  i18n.Text `bun:"service_name,type:jsonb"`
	AgencyCode   string    `bun:"agency_code"`
	AgencyName   i18n.Text `bun:"agency_name,type:jsonb"`
	AgencyShort  string    `bun:"agency_short"`
	AccountID    uuid.UUID `bun:"account_id"`
	Channel      string    `bun:"channel"` // web, api or counter
	Locale       string    `bun:"locale"`  // in which the applicant is written to

	FormCode        string `bun:"form_code"`
	FormVersion     int    `bun:"form_version"`
	WorkflowCode    string `bun:"workflow_code"`
	WorkflowVersion int    `bun:"workflow_version"`
	DocumentCode    string `bun:"document_code"` // empty when the service issues nothing here
	DocumentVersion int    `bun:"document_version"`
	StandardVersion int    `bun:"standard_version"`

	State   string         `bun:"state"`
	Stage   workflow.Stage `bun:"stage"`
	Clock   workflow.Clock `bun:"clock"`
	Version int            `bun:"version"` // hand it back with an act: it shows that nothing happened meanwhile

	Answers       form.Answers `bun:"answers,type:jsonb"` // the open ones; Service.Get opens the rest
	Sealed        []byte       `bun:"sealed"`
	BeforeAnswers form.Answers `bun:"before_answers,type:jsonb,nullzero"` // both as they were when a correction was asked for
	BeforeSealed  []byte       `bun:"before_sealed"`
	SubjectHash   []byte       `bun:"subject_hash"`
	PhoneHash     []byte       `bun:"phone_hash"`
	ApplicantName string       `bun:"applicant_name"`
	NameKey       string       `bun:"name_key"`
	OneOpen       bool         `bun:"one_open"`

	// The area it is about, by Kemendagri codes; empty where the form or the city does not say.
	DistrictCode    string `bun:"district_code,nullzero"`
	SubdistrictCode string `bun:"subdistrict_code,nullzero"`

	SubmitKey       string             `bun:"submit_key,nullzero"`
	SubmittedAt     time.Time          `bun:"submitted_at,nullzero"`
	TermAmount      int                `bun:"term_amount"`
	TermUnit        workcal.Unit       `bun:"term_unit"`
	DueAt           time.Time          `bun:"due_at,nullzero"` // zero: nothing was promised, or the clock is paused and no day was named
	DueProvisional  bool               `bun:"due_provisional"`
	Remaining       *workcal.Remaining `bun:"remaining,type:jsonb,nullzero"`
	Counting        *Counting          `bun:"counting,type:jsonb,nullzero"`
	Stay            *Stay              `bun:"stay,type:jsonb,nullzero"`
	StepDueAt       time.Time          `bun:"step_due_at,nullzero"` // when the state's own time ends; read StepDue
	DecidedAt       time.Time          `bun:"decided_at,nullzero"`
	Outcome         string             `bun:"outcome"` // event.Approved or event.Rejected
	OnTime          *bool              `bun:"on_time"`
	Reason          string             `bun:"reason"` // the words of the decision
	ClosedAt        time.Time          `bun:"closed_at,nullzero"`
	Ladder          *workflow.Ladder   `bun:"ladder,type:jsonb,nullzero"` // of the service when it was sent; nil: the workflow's
	Reminded        int                `bun:"reminded"`
	NextAlertAt     time.Time          `bun:"next_alert_at,nullzero"`
	EscalationLevel int                `bun:"escalation_level"` // 0: never late for long enough that someone was told
	AssigneeID      uuid.NullUUID      `bun:"assignee_id"`
	AssigneeName    string             `bun:"assignee_name"`
	Correction      *Correction        `bun:"correction,type:jsonb,nullzero"`
	Confirmed       []Confirmed        `bun:"confirmed,type:jsonb"`

	QueueRank int       `bun:"queue_rank"`
	QueueAt   time.Time `bun:"queue_at"`
	CreatedAt time.Time `bun:"created_at"`
	UpdatedAt time.Time `bun:"updated_at"`

	stored *stored // of one that was locked
}

// Correction is what an officer asked the applicant to mend. No fields means any of them, where the form has none to name.
type Correction struct {
	Message string    `json:"message"`
	Fields  []string  `json:"fields,omitempty"`
	Changed []string  `json:"changed,omitempty"` // what the applicant has changed so far
	At      time.Time `json:"at"`
}

// Untouched reports whether an officer has named what to correct and nothing of it was.
func (c *Correction) Untouched() bool { return len(c.Fields) > 0 && len(c.Changed) == 0 }

// Draft reports whether the application has not been submitted.
func (a Application) Draft() bool { return a.Stage == workflow.StageDraft }

// Steps reports whether an applicant's action is neither a correction nor a withdrawal of a.
func (a Application) Steps(wf *workflow.Workflow, act workflow.Action) bool {
	to, ok := wf.State(act.To)
	return ok && act.Actor == workflow.ByApplicant && a.Stage != workflow.StageNeedsCorrection && to.Stage != workflow.StageCancelled
}

// Open reports whether the city still has something to do with it.
func (a Application) Open() bool { return !a.SubmittedAt.IsZero() && a.ClosedAt.IsZero() }

// Collectable reports whether it waits for its applicant at a counter.
func (a Application) Collectable() bool {
	return a.ClosedAt.IsZero() && a.Stage == workflow.StageApproved
}

// Late reports whether the promised time had ended at now. A paused or stopped clock is not late.
func (a Application) Late(now time.Time) bool {
	return a.Clock == workflow.Running && !a.DueAt.IsZero() && now.After(a.DueAt)
}

// Term is what was promised at submission.
func (a Application) Term() workcal.Term {
	return workcal.Term{Amount: a.TermAmount, Unit: a.TermUnit}
}

// The ranks of the queue, in its order.
const (
	RankDue     = 0 // the clock runs to a deadline
	RankOpen    = 1 // it runs to none
	RankDecided = 2 // decided, to be handed over
	rankWaiting = 3 // the applicant's turn
)

// SetQueue keeps the place in the queue in step with the clock.
func (a *Application) SetQueue(now time.Time) {
	switch {
	case a.Clock == workflow.Running && !a.DueAt.IsZero():
		a.QueueRank, a.QueueAt = RankDue, a.DueAt
	case a.Clock == workflow.Running:
		a.QueueRank, a.QueueAt = RankOpen, a.SubmittedAt
	case a.Clock == workflow.Paused:
		a.QueueRank, a.QueueAt = rankWaiting, now
	default:
		a.QueueRank, a.QueueAt = RankDecided, now
	}
}

// NameKey is how names are compared in a search.
func NameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// Confirmed is a warning at which the applicant has looked again and found the answer right. It falls when the answer
// changes.
type Confirmed struct {
	Field string    `json:"field"`
	Code  string    `json:"code"`
	At    time.Time `json:"at"`
}

// HeldByOther reports whether the application is in the hands of somebody other than this account.
func (a *Application) HeldByOther(id uuid.UUID) bool {
	return a.AssigneeID.Valid && a.AssigneeID.UUID != id
}

// Editable reports whether its applicant may answer a question now: any of a draft, those that a correction names.
func (a Application) Editable(field string) bool {
	switch a.Stage {
	case workflow.StageDraft:
		return true
	case workflow.StageNeedsCorrection:
		return a.Correction != nil && (len(a.Correction.Fields) == 0 || slices.ContainsFunc(a.Correction.Fields,
			func(named string) bool { return form.BelongsTo(field, named) }))
	}
	return false
}

// Assign puts the application into the hands of an officer; the nil id is nobody.
func (a *Application) Assign(id uuid.UUID, name string) {
	a.AssigneeID, a.AssigneeName = uuid.NullUUID{UUID: id, Valid: id != uuid.Nil}, name
}

// Describe keeps what the service and its office are called now.
func (a *Application) Describe(o Offer) {
	a.ServiceCode, a.ServiceName = o.Service, o.Name
	a.AgencyCode, a.AgencyName, a.AgencyShort = o.Agency, o.AgencyName, o.AgencyShort
}

// Before reports whether a stands ahead of b in the queue.
func (a Application) Before(b Application) bool {
	if a.QueueRank != b.QueueRank {
		return a.QueueRank < b.QueueRank
	}
	return a.QueueAt.Before(b.QueueAt)
}
