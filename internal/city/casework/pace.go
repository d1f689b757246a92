package casework

import (
	"context"
	"fmt"
	"time"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Pace is how long the applications of a service stood in one state of its workflow, the applicants' turns left out. Timed
// are those that had a time there, Kept of these the ones that left within it.
type Pace struct {
	Service  string // code
	Workflow string
	State    string
	Label    i18n.Text
	N        int
	Usual    time.Duration // half of them stood no longer
	Longest  time.Duration
	Timed    int
	Kept     int
}

const (
	// PaceDays is how far back Paces looks.
	PaceDays = 90

	paceRows = 50_000 // the latest are looked at
	paceMost = 100
)

// Paces tells which states take the time of an agency: of the last PaceDays days, the ones that applications stood in the
// longest first. It is for staff with application:assign; those who reach one agency see that one's, whatever they ask
// for, and others name one (Invalid "agency"). Who is limited to areas sees what lay there.
func (s *Service) Paces(ctx context.Context, actor identity.Actor, agency string) ([]Pace, error) {
	if err := s.Deps.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	r, err := s.Within(ctx, actor)
	if err != nil {
		return nil, err
	}
	if !r.City() {
		if agency = r.Agency(); agency == "" {
			return nil, nil // reaches nothing
		}
	}
	if agency == "" {
		return nil, fault.Fields([]fault.Field{{Name: "agency", Code: "required"}})
	}
	var rows []struct {
		Service, Workflow, State string
		N, Timed, Kept           int
		Usual, Longest           int64
	}
	db := s.Deps.DB.App
	latest := db.NewSelect().TableExpr("application_stay AS l").Column("l.service_code", "l.workflow_code", "l.state", "l.stood", "l.kept").
		Where("l.tenant_id = ? AND l.agency_code = ? AND l.left_at > ?", tenancy.Must(ctx), agency, s.Now().AddDate(0, 0, -PaceDays))
	latest = r.Placed(latest, "l").OrderExpr("l.left_at DESC").Limit(paceRows)
	err = db.NewRaw(`SELECT service_code AS service, workflow_code AS workflow, state, count(*) AS n, count(kept) AS timed, count(*) FILTER (WHERE kept) AS kept,
			percentile_disc(0.5) WITHIN GROUP (ORDER BY stood) AS usual, max(stood) AS longest
		FROM (?) l GROUP BY 1, 2, 3 ORDER BY usual DESC, n DESC, service, state LIMIT ?`, latest, paceMost).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("casework: paces: %w", err)
	}
	out, flows := make([]Pace, len(rows)), map[string]workflow.Workflow{}
	for i, x := range rows {
		out[i] = Pace{Service: x.Service, Workflow: x.Workflow, State: x.State, Label: i18n.Text{i18n.ID: x.State}, N: x.N, Timed: x.Timed, Kept: x.Kept,
			Usual: time.Duration(x.Usual) * time.Second, Longest: time.Duration(x.Longest) * time.Second}
		wf, known := flows[x.Workflow]
		if !known {
			wf, err = s.LatestWorkflow(ctx, s.Deps.DB.App, x.Workflow)
			if err != nil && !fault.Is(err, "casework.no_definition") {
				return nil, err
			}
			flows[x.Workflow] = wf
		}
		if st, ok := wf.State(x.State); ok { // else it has left the workflow since
			out[i].Label = st.Label
		}
	}
	return out, nil
}
