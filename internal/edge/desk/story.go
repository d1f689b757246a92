package desk

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/city/cosign"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// caseEvents is the story of a case for its office, the latest first: everything after version, with names and internal
// notes.
func (p *Pages) caseEvents(c *gin.Context, d casework.Detail, version int) []ui.Event {
	l := gate.LocaleOf(c)
	var out []ui.Event
	for i := len(d.Timeline) - 1; i >= 0; i-- {
		e := d.Timeline[i]
		if e.Version <= version && version > 0 {
			continue
		}
		v := ui.Event{At: site.Zoned(c, e.At), By: e.ActorName, Quote: e.Message, Icon: "file-text"}
		if v.By == "" {
			v.By = l.T("case.by_system")
		}
		if to, ok := d.Workflow.State(e.ToState); ok && e.ToState != e.FromState {
			v.Title, v.Icon, v.Now = to.Label.In(l), site.StageIcon(to.Stage), e.ToState == d.Application.State && !shown(out)
		}
		special(&v, d, e, l)
		if len(e.Fields) > 0 {
			v.Text = fieldList(d, e, l)
		}
		out = append(out, v)
	}
	return out
}

// shown reports whether the state that the case is in has its event already.
func shown(events []ui.Event) bool {
	for _, e := range events {
		if e.Now {
			return true
		}
	}
	return false
}

// special words what is not a step of the workflow.
func special(v *ui.Event, d casework.Detail, e application.Event, l i18n.Locale) {
	named, why, _ := strings.Cut(e.Message, "\n") // of what changes hands
	switch e.Action {
	case application.EventNote:
		v.Title, v.Icon = l.T("case.event.note"), "message"
	case application.EventAssigned:
		v.Title, v.Icon, v.Quote = l.T("case.event.assigned", "name", named), "user-check", why
	case application.EventTakenOver:
		v.Title, v.Icon, v.Quote = l.T("case.event.taken_over", "by", v.By, "name", named), "user-check", why
	case application.EventReleased:
		v.Title, v.Icon, v.Quote = l.T("case.event.released"), "users", why
	case application.EventTaskAssigned:
		v.Title, v.Icon, v.Quote = l.T("case.event.task_assigned", "name", named), "user-check", why
	case application.EventTaskTakenOver:
		v.Title, v.Icon, v.Quote = l.T("case.event.task_taken_over", "by", v.By, "name", named), "user-check", why
	case application.EventTaskReleased:
		v.Title, v.Icon, v.Quote = l.T("case.event.task_released", "office", named), "users", why
	case application.EventHolderLeft:
		v.Title, v.Icon, v.Quote = l.T("case.event.holder_left", "name", e.Message), "users", ""
	case application.EventEscalated:
		v.Title, v.Icon, v.Tone = l.T("case.event.escalated"), "flag", "bad"
	case application.EventReminded:
		v.Title, v.Icon = l.T("case.event.reminded"), "clock"
	case application.EventTaskAnswered:
		v.Title, v.Icon = l.T("case.event.task_answered"), "users"
	case application.EventTaskLate:
		v.Title, v.Icon, v.Tone, v.Quote = l.T("case.event.task_late", "name", e.Message), "flag", "bad", ""
	case application.EventDueChanged:
		v.Title, v.Icon, v.Tone = l.T("portal.event.due_changed"), "calendar", "care"
	case application.EventCalendarMissing:
		v.Title, v.Icon, v.Tone, v.Quote = l.T("case.event.calendar_missing", "year", e.Message), "calendar", "care", ""
	case application.EventIssued:
		v.Title, v.Icon = l.T("portal.event.issued"), "award"
	case application.EventReissued:
		v.Title, v.Icon, v.Quote = l.T("case.event.reissued", "number", e.Message), "award", ""
	case application.EventRevoked:
		v.Title, v.Icon, v.Tone = l.T("portal.event.revoked"), "ban", "bad"
	case application.EventPaidPart:
		v.Title, v.Icon = l.T("portal.event.paid_part"), "coin"
	case application.EventRefunded:
		v.Title, v.Icon = l.T("portal.event.refunded"), "coin"
	case application.EventSubmitted:
		v.Title, v.Icon = l.T("portal.event.submitted"), "send"
	case application.EventAtCounter:
		v.Title, v.Icon = l.T("portal.event.at_counter"), "user-check"
	case cosign.EventAsked, cosign.EventAgreed, cosign.EventDeclined, cosign.EventVoid:
		v.Title, v.Icon = l.T("portal.event."+e.Action), "users"
	default:
		if corrected(d, e) {
			v.Title = l.T("portal.event.correct")
		}
	}
}

// corrected reports whether an event is the answer to a request for correction, by the applicant or at a counter for them.
func corrected(d casework.Detail, e application.Event) bool {
	from, ok := d.Workflow.State(e.FromState)
	return ok && from.Stage == workflow.StageNeedsCorrection && len(e.Fields) > 0
}

func fieldList(d casework.Detail, e application.Event, l i18n.Locale) string {
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = fieldLabel(d, f, l)
	}
	if corrected(d, e) {
		return l.T("case.fields_done", "fields", strings.Join(names, ", "))
	}
	return l.T("case.fields", "fields", strings.Join(names, ", "))
}

// changed tells what happened since the officer looked. What they wrote stays in the form of its step; when that step
// is gone it is shown, so that nobody has to write it twice.
func (p *Pages) changed(c *gin.Context, d casework.Detail, t try) *office.Changed {
	v := &office.Changed{Text: site.Refusal(gate.LocaleOf(c), t.changed), Kept: t.reason}
	if t.changed.Code == "application.changed" {
		v.Text = gate.LocaleOf(c).T("case.changed_by", t.changed.Args...) // the fault asks to reload, which is done
	}
	if t.version > 0 {
		v.Events = p.caseEvents(c, d, t.version)
	}
	if slices.ContainsFunc(d.Actions, func(a workflow.Action) bool { return a.Code == t.action }) {
		v.Kept = ""
		return v
	}
	for _, code := range t.fields {
		v.Fields = append(v.Fields, fieldLabel(d, code, gate.LocaleOf(c)))
	}
	return v
}
