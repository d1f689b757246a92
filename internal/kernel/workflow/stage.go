package workflow

// Stage is where a case stands, in words that hold for every workflow.
type Stage string

// The stages.
const (
	StageDraft           Stage = "draft"
	StageReceived        Stage = "received"
	StageInReview        Stage = "in_review"
	StageNeedsCorrection Stage = "needs_correction"
	StageApproved        Stage = "approved"
	StageRejected        Stage = "rejected"
	StageCancelled       Stage = "cancelled"
	StageCompleted       Stage = "completed"
)

// Stages lists them in the order of a case's life.
func Stages() []Stage {
	return []Stage{StageDraft, StageReceived, StageInReview, StageNeedsCorrection, StageApproved, StageRejected, StageCancelled, StageCompleted}
}

// TextKey is the i18n key of the stage in words.
func (s Stage) TextKey() string { return "status." + string(s) }

// Clock says whether the promised time runs in a state.
type Clock string

// The clocks.
const (
	Running Clock = "running"
	Paused  Clock = "paused"  // it is the applicant's turn
	Stopped Clock = "stopped" // decided, or over
)
