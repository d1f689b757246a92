package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/tenancy"
)

// Asked is the action of the record that says that a register was asked for somebody, with "registry" and "outcome" in
// its detail.
const Asked = "application.registry"

// Lately is how far State looks back.
const Lately = 7 * 24 * time.Hour

// State is how a register of a city does, without its address and key. Answered and Failed are zero when there was none
// among the newest 200 questions of Lately; a register that knows nobody has answered.
type State struct {
	Kind     Kind
	Name     string
	Active   bool
	Since    time.Time // when the operator set it as it is
	Answered time.Time
	Failed   time.Time
}

// States lists the registers of ctx's city, also those that are off, for a reader whom the caller has checked.
func (s *Service) States(ctx context.Context) ([]State, error) {
	var rows []Setting
	err := s.d.DB.NewSelect().Model(&rows).Column("kind", "name", "active", "updated_at").Where("r.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("r.kind DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("registry: states: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	asked, err := audit.List(ctx, s.d.DB, audit.Filter{Object: "application", Action: Asked, From: s.d.Now().Add(-Lately), Limit: 200})
	if err != nil {
		return nil, err
	}
	out := make([]State, len(rows))
	for i, r := range rows {
		out[i] = State{Kind: r.Kind, Name: r.Name, Active: r.Active, Since: r.UpdatedAt}
		out[i].last(asked.Entries)
	}
	return out, nil
}

// last reads when a register answered and failed last, of entries that are newest first.
func (st *State) last(entries []audit.Stored) {
	for _, e := range entries {
		var detail struct {
			Registry Kind
			Outcome  Outcome
		}
		if json.Unmarshal(e.Detail, &detail) != nil || detail.Registry != st.Kind {
			continue
		}
		at := &st.Answered
		if detail.Outcome == Unavailable {
			at = &st.Failed
		}
		if at.IsZero() {
			*at = e.At
		}
	}
}
