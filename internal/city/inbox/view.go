package inbox

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// View is one way to look at an office's work.
type View string

// The views. All but Done are open work, ordered by deadline; what waits for the applicant comes last.
const (
	ViewMine       View = "mine"
	ViewUnassigned View = "unassigned"
	ViewAll        View = "all"
	ViewLate       View = "late"
	ViewWaiting    View = "waiting" // for the applicant
	ViewDone       View = "done"    // closed in the last thirty days, the latest first; search finds older ones
)

// Views lists the views in the order they are offered.
func Views() []View {
	return []View{ViewMine, ViewUnassigned, ViewAll, ViewLate, ViewWaiting, ViewDone}
}

// TextKey is the i18n key of the view's name.
func (v View) TextKey() string { return "casework.view." + string(v) }

const doneFor = 30 * 24 * time.Hour

// where narrows a read down to the view of this actor at this moment.
func (v View) where(q *bun.SelectQuery, mine []uuid.UUID, now time.Time) *bun.SelectQuery {
	if v == ViewDone {
		return q.Where("a.closed_at IS NOT NULL").Where("a.closed_at > ?", now.Add(-doneFor))
	}
	q = q.Where("a.submitted_at IS NOT NULL").Where("a.closed_at IS NULL")
	switch v {
	case ViewMine:
		q = q.Where("a.assignee_id IN (?)", bun.List(mine))
	case ViewUnassigned:
		q = q.Where("a.assignee_id IS NULL").Where("a.queue_rank < ?", rankDecided)
	case ViewLate:
		q = q.Where("a.queue_rank = ?", rankDue).Where("a.queue_at < ?", now)
	case ViewWaiting:
		q = q.Where("a.queue_rank = ?", rankWaiting)
	}
	return q
}
