package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// atOnce is how many cases are replayed while the administrator waits; more are left to the job, which also finds what a
// crash has left of few.
const atOnce = 300

// Start replays the cases that an ask names, for staff with service:configure: at once when they are few, else in the
// background. It refuses an ask that cannot be read, field by field, a window with more cases than a run can take, and a version of the workflow that does not exist
// (field "version").
func (s *Service) Start(ctx context.Context, actor identity.Actor, ask Ask) (uuid.UUID, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return uuid.Nil, err
	}
	zone := time.UTC
	if city, ok := tenancy.CityFrom(ctx); ok {
		zone = city.Location()
	}
	from, until, err := ask.validate(zone, s.now())
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	run := Run{TenantID: tenancy.Must(ctx), ID: id, Service: ask.Service, Ask: ask, State: Waiting, CreatedAt: s.now(), CreatedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		of, err := s.scope(ctx, tx, ask, from, until)
		if err != nil {
			return err
		}
		if err := s.mustExist(ctx, tx, ask); err != nil {
			return err
		}
		n, err := of.where(tx.NewSelect().Model((*caseRow)(nil)).Where("c.tenant_id = ?", tenancy.Must(ctx))).Count(ctx)
		if err != nil {
			return err
		}
		if run.Total = int(n); run.Total > s.d.Most {
			return fault.Fields([]fault.Field{{Name: "to", Code: "simulation_many", Args: []any{"n", run.Total, "max", s.d.Most}}})
		}
		if _, err := tx.NewInsert().Model(&run).Exec(ctx); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, replayKind, replayArgs{RunID: id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "simulation.start",
			Object: "simulation", ObjectID: id, At: run.CreatedAt, Detail: map[string]any{"service": ask.Service, "from": ask.From, "to": ask.To, "cases": run.Total}})
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("simulation: start: %w", err)
	}
	if run.Total <= atOnce {
		if err := s.compute(ctx, id); err != nil { // the job does it
			s.d.Log.WarnContext(ctx, "simulation: a small replay is left to its job", "run", id, "err", err)
		}
	}
	return id, nil
}

func (s *Service) scope(ctx context.Context, db bun.IDB, ask Ask, from, until time.Time) (scope, error) {
	of := scope{service: ask.Service, from: from, until: until}
	if !ask.Wide {
		return of, nil
	}
	var err error
	of.workflow, err = workflowOf(ctx, db, ask.Service)
	return of, err
}

// mustExist refuses a version that the service's workflow does not have.
func (s *Service) mustExist(ctx context.Context, db bun.IDB, ask Ask) error {
	if ask.Version == 0 || len(ask.Draft) > 0 {
		return nil
	}
	code, err := workflowOf(ctx, db, ask.Service)
	if err != nil {
		return err
	}
	w, err := workflows{}.version(ctx, db, code, ask.Version)
	if err == nil && w == nil {
		err = fault.Fields([]fault.Field{{Name: "version", Code: "not_an_option"}})
	}
	return err
}

// compute replays a run's cases and keeps what came of it. It may run again: the same cases give the same result.
func (s *Service) compute(ctx context.Context, id uuid.UUID) error {
	var runs []Run
	err := s.d.DB.NewSelect().Model(&runs).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).Scan(ctx)
	if err != nil || len(runs) == 0 || runs[0].State == Done {
		return err // removed meanwhile, or done by an earlier attempt
	}
	run := runs[0]
	cals, err := s.calendars(ctx, run.Ask)
	if err != nil {
		return err
	}
	from, until, err := run.Ask.validate(cals.zone, s.now())
	if err != nil {
		return err
	}
	of, err := s.scope(ctx, s.d.DB, run.Ask, from, until)
	if err != nil {
		return err
	}
	known := workflows{}
	proposed, err := s.proposed(ctx, known, run.Ask)
	if err != nil {
		return err
	}
	t := newTally(proposed, run.Ask.Term, cals.now, cals.then)
	after, last := from.Add(-time.Second), uuid.Nil
	for {
		part, err := s.cases(ctx, known, of, after, last)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			break
		}
		for _, c := range part {
			if err := t.add(c); err != nil {
				return fmt.Errorf("simulation: case %s: %w", c.ID, err)
			}
		}
		after, last = part[len(part)-1].Closed, part[len(part)-1].ID
		if err := s.progress(ctx, id, t.out.Cases); err != nil {
			return err
		}
	}
	return s.finish(ctx, id, t.result(from, until))
}

// calendars are those of today and of the proposal, by agency.
type calendars struct {
	zone      *time.Location
	now, then map[string]workcal.Calendar
}

func (s *Service) calendars(ctx context.Context, ask Ask) (calendars, error) {
	var agencies []string
	if err := s.d.DB.NewRaw(`SELECT code FROM v_agency WHERE tenant_id = ? ORDER BY code`, tenancy.Must(ctx)).Scan(ctx, &agencies); err != nil {
		return calendars{}, err
	}
	now, err := calendar.LoadFor(ctx, s.d.DB, append(agencies, "")...)
	if err != nil {
		return calendars{}, err
	}
	out := calendars{zone: now[""].Zone, now: now, then: map[string]workcal.Calendar{}}
	for agency, c := range now {
		out.then[agency] = ask.changed(c)
	}
	return out, nil
}

func (s *Service) proposed(ctx context.Context, known workflows, ask Ask) (*workflow.Workflow, error) {
	if w, err := ask.draft(); w != nil || err != nil {
		return w, err
	}
	if ask.Version == 0 {
		return nil, nil
	}
	code, err := workflowOf(ctx, s.d.DB, ask.Service)
	if err != nil {
		return nil, err
	}
	return known.version(ctx, s.d.DB, code, ask.Version)
}

func (s *Service) progress(ctx context.Context, id uuid.UUID, done int) error {
	_, err := s.d.DB.NewRaw(`UPDATE simulation_run SET state = ?, done = ? WHERE tenant_id = ? AND id = ? AND state <> ?`,
		Running, done, tenancy.Must(ctx), id, Done).Exec(ctx)
	return err
}

func (s *Service) finish(ctx context.Context, id uuid.UUID, r Result) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.d.DB.NewRaw(`UPDATE simulation_run SET state = ?, done = ?, total = ?, result = ?::jsonb, finished_at = ? WHERE tenant_id = ? AND id = ?`,
		Done, r.Cases, r.Cases, string(raw), s.now(), tenancy.Must(ctx), id).Exec(ctx)
	return err
}

// Find returns a run of a service, for staff with service:configure. Of the cases that would have ended otherwise it holds
// those within the reader's reach alone (see access.Reach), and none without application:read; its counts are of all of
// them, as the rule would be. NotFound "simulation.not_found" for another service's and for what is older than a week.
func (s *Service) Find(ctx context.Context, actor identity.Actor, service string, id uuid.UUID) (Run, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Run{}, err
	}
	var found []Run
	err := s.d.DB.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", id).Where("service = ?", service).
		Where("created_at > ?", s.now().Add(-keptFor)).Scan(ctx)
	if err != nil {
		return Run{}, fmt.Errorf("simulation: find: %w", err)
	}
	if len(found) != 1 {
		return Run{}, fault.New(fault.NotFound, "simulation.not_found")
	}
	run := found[0]
	if run.State != Done {
		return run, nil
	}
	run.Result = &Result{}
	if err := json.Unmarshal(run.Stored, run.Result); err != nil {
		return Run{}, fmt.Errorf("simulation: find: %w", err)
	}
	run.Result.Changed, err = s.within(ctx, actor, run.Result.Changed)
	return run, err
}

// within keeps the cases that a reader may know of.
func (s *Service) within(ctx context.Context, actor identity.Actor, all []Change) ([]Change, error) {
	if len(all) == 0 || s.d.Guard.Allow(ctx, actor, access.ApplicationRead) != nil {
		return nil, nil
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	var known []uuid.UUID
	q := s.d.DB.NewSelect().TableExpr("v_case AS a").Column("a.id").Where("a.tenant_id = ? AND a.id IN (?)", tenancy.Must(ctx), bun.List(ids))
	if err := r.Where(q).Scan(ctx, &known); err != nil {
		return nil, fmt.Errorf("simulation: within: %w", err)
	}
	return slices.DeleteFunc(all, func(c Change) bool { return !slices.Contains(known, c.ID) }), nil
}

// Tried returns the workflow that a run was about: the one that was proposed, or else the version that is in force now; nil
// where there is none. The run has been found for its reader before.
func (s *Service) Tried(ctx context.Context, run Run) (*workflow.Workflow, error) {
	known := workflows{}
	w, err := s.proposed(ctx, known, run.Ask)
	if w != nil || err != nil {
		return w, err
	}
	code, err := workflowOf(ctx, s.d.DB, run.Service)
	if err != nil || code == "" {
		return nil, err
	}
	var newest int
	if err := s.d.DB.NewRaw("SELECT coalesce(max(version), 0) FROM v_workflow WHERE tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Scan(ctx, &newest); err != nil {
		return nil, fmt.Errorf("simulation: tried: %w", err)
	}
	return known.version(ctx, s.d.DB, code, newest)
}

// Runs lists the latest runs of a service, for staff with service:configure, without their results.
func (s *Service) Runs(ctx context.Context, actor identity.Actor, service string) ([]Run, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Run
	err := s.d.DB.NewSelect().Model(&all).ExcludeColumn("result").Where("tenant_id = ?", tenancy.Must(ctx)).Where("service = ?", service).
		Where("created_at > ?", s.now().Add(-keptFor)).OrderExpr("id DESC").Limit(20).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("simulation: runs: %w", err)
	}
	return all, nil
}

// Versions lists the versions of the workflow by which a service's cases are dealt with, the newest first, for staff with
// service:configure.
func (s *Service) Versions(ctx context.Context, actor identity.Actor, service string) ([]int, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	code, err := workflowOf(ctx, s.d.DB, service)
	if err != nil || code == "" {
		return nil, err
	}
	var out []int
	err = s.d.DB.NewRaw(`SELECT version FROM v_workflow WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 50`, tenancy.Must(ctx), code).Scan(ctx, &out)
	return out, err
}
