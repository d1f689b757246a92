package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// scope is which cases are replayed.
type scope struct {
	service, workflow string // one of them
	from, until       time.Time
}

func (c scope) where(q *bun.SelectQuery) *bun.SelectQuery {
	q = q.Where("c.closed_at IS NOT NULL").Where("c.closed_at >= ?", c.from).Where("c.closed_at < ?", c.until)
	if c.workflow != "" {
		return q.Where("c.workflow_code = ?", c.workflow)
	}
	return q.Where("c.service_code = ?", c.service)
}

type caseRow struct {
	bun.BaseModel `bun:"table:v_case,alias:c"`

	ID              uuid.UUID    `bun:"id"`
	Number          string       `bun:"number"`
	ServiceCode     string       `bun:"service_code"`
	AgencyCode      string       `bun:"agency_code"`
	WorkflowCode    string       `bun:"workflow_code"`
	WorkflowVersion int          `bun:"workflow_version"`
	SubmittedAt     time.Time    `bun:"submitted_at"`
	TermAmount      int          `bun:"term_amount"`
	TermUnit        workcal.Unit `bun:"term_unit"`
	DecidedAt       time.Time    `bun:"decided_at,nullzero"`
	OnTime          *bool        `bun:"on_time"`
	ClosedAt        time.Time    `bun:"closed_at"`
}

type stepRow struct {
	bun.BaseModel `bun:"table:v_case_step,alias:s"`

	ApplicationID uuid.UUID     `bun:"application_id"`
	At            time.Time     `bun:"at"`
	Action        string        `bun:"action"`
	FromState     string        `bun:"from_state"`
	ToState       string        `bun:"to_state"`
	OfficerID     uuid.NullUUID `bun:"officer_id"`
}

type taskRow struct {
	bun.BaseModel `bun:"table:v_case_task,alias:k"`

	ApplicationID uuid.UUID `bun:"application_id"`
	Branch        string    `bun:"branch"`
	AgencyCode    string    `bun:"agency_code"`
	OpenedAt      time.Time `bun:"opened_at"`
}

// workflows reads each version of a workflow once.
type workflows map[string]*workflow.Workflow

func (w workflows) version(ctx context.Context, db bun.IDB, code string, version int) (*workflow.Workflow, error) {
	key := fmt.Sprintf("%s %d", code, version)
	if known, ok := w[key]; ok {
		return known, nil
	}
	var bodies []json.RawMessage
	err := db.NewRaw(`SELECT body FROM v_workflow WHERE tenant_id = ? AND code = ? AND version = ?`, tenancy.Must(ctx), code, version).Scan(ctx, &bodies)
	if err != nil || len(bodies) == 0 {
		return nil, err
	}
	one := &workflow.Workflow{}
	if err := json.Unmarshal(bodies[0], one); err != nil {
		return nil, fmt.Errorf("simulation: workflow %s: %w", key, err)
	}
	w[key] = one
	return one, nil
}

// batch is how many cases are in memory at a time.
const batch = 300

// cases reads the next cases after one that was closed at, by the order in which they were closed.
func (s *Service) cases(ctx context.Context, known workflows, of scope, after time.Time, id uuid.UUID) ([]Case, error) {
	var out []Case
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var rows []caseRow
		q := of.where(tx.NewSelect().Model(&rows).Where("c.tenant_id = ?", tenancy.Must(ctx))).
			Where("(c.closed_at, c.id) > (?, ?)", after, id).OrderExpr("c.closed_at, c.id").Limit(batch)
		if err := q.Scan(ctx); err != nil || len(rows) == 0 {
			return err
		}
		ids, place := make([]uuid.UUID, len(rows)), map[uuid.UUID]int{}
		for i, r := range rows {
			own, err := known.version(ctx, tx, r.WorkflowCode, r.WorkflowVersion)
			if err != nil {
				return err
			}
			ids[i], place[r.ID] = r.ID, i
			c := Case{ID: r.ID, Number: r.Number, Service: r.ServiceCode, Agency: r.AgencyCode, Submitted: r.SubmittedAt, Decided: r.DecidedAt,
				Closed: r.ClosedAt, OnTime: r.OnTime, Own: own}
			if r.TermUnit != "" {
				c.Term = workcal.Term{Amount: r.TermAmount, Unit: r.TermUnit}
			}
			out = append(out, c)
		}
		var steps []stepRow
		err := tx.NewSelect().Model(&steps).Where("s.tenant_id = ?", tenancy.Must(ctx)).Where("s.application_id IN (?)", bun.List(ids)).
			OrderExpr("s.application_id, s.id").Scan(ctx)
		for _, r := range steps {
			c := &out[place[r.ApplicationID]]
			c.Steps = append(c.Steps, Step{At: r.At, Action: r.Action, From: r.FromState, To: r.ToState, Officer: r.OfficerID.UUID})
		}
		if err != nil {
			return err
		}
		var tasks []taskRow
		err = tx.NewSelect().Model(&tasks).Where("k.tenant_id = ?", tenancy.Must(ctx)).Where("k.application_id IN (?)", bun.List(ids)).
			OrderExpr("k.application_id, k.id").Scan(ctx)
		for _, r := range tasks {
			c := &out[place[r.ApplicationID]]
			c.Asked = append(c.Asked, Asking{At: r.OpenedAt, Branch: r.Branch, Agency: r.AgencyCode})
		}
		return err
	})
	return out, err
}

// workflowOf is the workflow by which the latest case of a service was dealt with; "" when there was none.
func workflowOf(ctx context.Context, db bun.IDB, service string) (string, error) {
	var codes []string
	err := db.NewRaw(`SELECT c.workflow_code FROM v_case AS c WHERE c.tenant_id = ? AND c.service_code = ? AND c.closed_at IS NOT NULL
		ORDER BY c.closed_at DESC LIMIT 1`, tenancy.Must(ctx), service).Scan(ctx, &codes)
	if err != nil || len(codes) == 0 {
		return "", err
	}
	return codes[0], nil
}
