package casework

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fault"
)

// Item names an application, or a task, and the version of it that somebody saw when choosing it.
type Item struct {
	ID      uuid.UUID
	Version int
}

// Outcome is what became of one item of many. Application is as it is now, and zero for a task and when Err refuses it.
type Outcome struct {
	Item
	Application application.Application
	Err         error
}

// bulkMax is how many items one act may be about.
const bulkMax = 100

// Bulk does the same to each of up to 100 applications or tasks, one after the other and each in its own transaction, and tells
// for each what became of it: a refusal of one stops no other. What is done, and to whom it is allowed, is do's. It
// refuses Invalid, field "items", for none and for too many, and stops where ctx ends.
func Bulk(ctx context.Context, items []Item, do func(context.Context, Item) (application.Application, error)) ([]Outcome, error) {
	switch {
	case len(items) == 0:
		return nil, fault.Fields([]fault.Field{{Name: "items", Code: "required"}})
	case len(items) > bulkMax:
		return nil, fault.Fields([]fault.Field{{Name: "items", Code: "too_many", Args: []any{"max", bulkMax}}})
	}
	out := make([]Outcome, 0, len(items))
	done := map[uuid.UUID]bool{}
	for _, it := range items {
		if done[it.ID] {
			continue
		}
		done[it.ID] = true
		app, err := do(ctx, it)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		out = append(out, Outcome{Item: it, Application: app, Err: err})
	}
	return out, nil
}
