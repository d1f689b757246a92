package damage

import (
	"time"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

// StateMark is how a damage stands.
func StateMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{
		ductdamage.Reported: {Tone: "care", Icon: "alert-triangle"}, ductdamage.Acknowledged: {Tone: "brand", Icon: "clock"}, ductdamage.OnSite: {Tone: "brand", Icon: "map-pin"},
		ductdamage.Temporary: {Tone: "brand", Icon: "hourglass"}, ductdamage.Repaired: {Tone: "good", Icon: "circle-check"}, ductdamage.Closed: {Tone: "good", Icon: "circle-check"}, ductdamage.Dismissed: {Icon: "ban"},
	}[state]
	m.Text = l.T("damage.state." + state)
	return m
}

// clockMark is how a promise stands at a moment: kept or not, or how much time is left, with care once three quarters of it are over.
func clockMark(l i18n.Locale, k ductdamage.Clock, began, now time.Time) ui.Mark {
	late := k.Late(now)
	switch {
	case !k.StoppedAt.IsZero() && k.DoneAt.IsZero():
		return ui.Mark{Icon: "ban", Text: l.T("damage.clock_stopped")}
	case !k.DoneAt.IsZero() && late > 0:
		return ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("damage.clock_done_late", "span", ducts.Span(l, late))}
	case !k.DoneAt.IsZero():
		return ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("damage.clock_kept")}
	}
	return runningMark(l, k.DueAt, began, now)
}

// runningMark is a promise that is still to be kept.
func runningMark(l i18n.Locale, due, began, now time.Time) ui.Mark {
	left := due.Sub(now)
	switch {
	case left < 0:
		return ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("damage.clock_late", "span", ducts.Span(l, left))}
	case left < due.Sub(began)/4:
		return ui.Mark{Tone: "care", Icon: "hourglass", Text: l.T("damage.clock_left", "span", ducts.Span(l, left))}
	}
	return ui.Mark{Icon: "clock", Text: l.T("damage.clock_left", "span", ducts.Span(l, left))}
}

// options are codes with their words, under a key.
func options(l i18n.Locale, key string, codes []string) []ui.Option {
	var out []ui.Option
	for _, code := range codes {
		out = append(out, ui.Option{Value: code, Label: l.T(key + "." + code)})
	}
	return out
}

// KindOptions are what somebody can report.
func KindOptions(l i18n.Locale) []ui.Option { return options(l, "damage.kind", ductdamage.Kinds()) }
