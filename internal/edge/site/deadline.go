package site

import (
	"context"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/ui"
)

// Deadlines are the promises on apps as their tags say them, in the same order.
func (p *Pages) Deadlines(ctx context.Context, apps ...application.Application) ([]ui.Deadline, error) {
	promises, err := p.Casework.Promises(ctx, apps...)
	if err != nil {
		return nil, err
	}
	out := make([]ui.Deadline, len(promises))
	for i, x := range promises {
		out[i] = DeadlineOf(x)
	}
	return out, nil
}

// ForApplicant leaves out what is not worth a word to whoever has applied: how long a refusal took, or what they have
// taken back.
func ForApplicant(d ui.Deadline, stage workflow.Stage) ui.Deadline {
	switch stage {
	case workflow.StageDraft, workflow.StageRejected, workflow.StageCancelled:
		return ui.Deadline{}
	}
	return d
}

// DeadlineOf is how a promise stands, as a page shows it.
func DeadlineOf(x application.Promise) ui.Deadline {
	return ui.Deadline{State: x.State, Due: x.Due, Left: x.Left, Unit: string(x.Unit)}
}
