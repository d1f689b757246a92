package tenants_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

type workflow struct {
	Code   string
	Start  string
	States []struct {
		Code, Stage, Clock string
		Label, Public      map[string]string
		Final              bool
		Fee                any
	}
	Actions []struct {
		Code, To, Actor, Permission, Reason string
		Label                               map[string]string
		From                                []string
		Issues                              bool
	}
	Escalation []struct {
		After, Tell string
		Level       int
	}
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	for _, c := range cities(t) {
		for _, name := range c.files(t, "workflows") {
			var w workflow
			decode(t, name, &w)
			if w.Code != strings.TrimSuffix(path.Base(name), ".yaml") || len(w.Escalation) == 0 {
				t.Errorf("%s: code %q, %d escalations", name, w.Code, len(w.Escalation))
			}
			final := map[string]bool{}
			for _, s := range w.States {
				if _, ok := final[s.Code]; ok || len(s.Label) == 0 || len(s.Public) == 0 {
					t.Errorf("%s: state %q is repeated or unlabelled", name, s.Code)
				}
				final[s.Code] = s.Final
				if (s.Stage == "needs_correction" || s.Fee != nil) != (s.Clock == "paused") || s.Final && s.Clock != "stopped" {
					t.Errorf("%s: state %s of stage %s has clock %s", name, s.Code, s.Stage, s.Clock)
				}
			}
			checkActions(t, name, w, final)
		}
	}
}

// Every state is reached, every one that is not final is left, and each refusal says why.
func checkActions(t *testing.T, name string, w workflow, final map[string]bool) {
	t.Helper()
	reached, left, issues := map[string]bool{w.Start: true}, map[string]bool{}, 0
	for _, a := range w.Actions {
		for _, from := range a.From {
			if isFinal, ok := final[from]; !ok || isFinal {
				t.Errorf("%s: action %s leaves %q", name, a.Code, from)
			}
			left[from] = true
		}
		reached[a.To] = true
		if (a.To == "rejected" || a.To == "needs_correction") && a.Reason != "required" {
			t.Errorf("%s: action %s to %s gives no reason", name, a.Code, a.To)
		}
		if a.Actor == "officer" && !slices.Contains([]string{"application:review", "application:decide"}, a.Permission) {
			t.Errorf("%s: action %s needs %q", name, a.Code, a.Permission)
		}
		if (a.Issues || a.To == "rejected") && a.Permission != "application:decide" {
			t.Errorf("%s: action %s decides with %q", name, a.Code, a.Permission)
		}
		if a.Issues {
			issues++
		}
	}
	if issues < 1 {
		t.Errorf("%s: no action issues the document", name)
	}
	for code, isFinal := range final {
		if !reached[code] || left[code] == isFinal {
			t.Errorf("%s: state %s reached %v, left %v, final %v", name, code, reached[code], left[code], isFinal)
		}
	}
	if len(reached) != len(final) {
		t.Errorf("%s: an action leads to a state that is not declared", name)
	}
}
