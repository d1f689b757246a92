package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/rating"
)

// Proposal is a version of a price list that is being written, or that waits for a second person. It is of the platform's tenant,
// and so is every act on it; the edge has checked who may.
type Proposal struct {
	bun.BaseModel `bun:"table:plan_proposal,alias:o"`

	TenantID      uuid.UUID          `bun:"tenant_id,pk"`
	ID            uuid.UUID          `bun:"id,pk"`
	Plan          string             `bun:"plan"` // one that there is, or a new one
	Name          i18n.Text          `bun:"name,type:jsonb"`
	Summary       i18n.Text          `bun:"summary,type:jsonb"`
	EffectiveFrom time.Time          `bun:"effective_from"`
	Components    []rating.Component `bun:"components,type:jsonb"`
	Entitlements  Entitlements       `bun:"entitlements,type:jsonb"`
	Reason        string             `bun:"reason"`
	Revision      int                `bun:"revision"` // counts the changes, so that none is lost
	MadeBy        uuid.UUID          `bun:"made_by"`  // who changed it last
	MadeAt        time.Time          `bun:"made_at"`
	WrittenBy     []uuid.UUID        `bun:"written_by,array"` // everybody who began, changed or submitted it
	SubmittedAt   time.Time          `bun:"submitted_at,nullzero"`
	DecidedBy     uuid.NullUUID      `bun:"decided_by"`
	DecidedAt     time.Time          `bun:"decided_at,nullzero"`
	Approved      *bool              `bun:"approved"`
	Version       int                `bun:"version,nullzero"` // that it became
}

// AsVersion is what the proposal would be.
func (o Proposal) AsVersion() Version {
	return Version{Plan: o.Plan, Number: o.Version, EffectiveFrom: o.EffectiveFrom, Components: o.Components, Entitlements: o.Entitlements}
}

// Open reports whether the proposal can still be changed.
func (o Proposal) Open() bool { return o.SubmittedAt.IsZero() && !o.DecidedBy.Valid }

// MayApprove reports whether somebody had no hand in it, and so can be the second person.
func (o Proposal) MayApprove(who uuid.UUID) bool {
	return o.MayRefuse(who) && !slices.Contains(o.WrittenBy, who)
}

// MayRefuse reports whether somebody is not who changed or submitted it last. Who wrote some of it may refuse it: where all did, it would wait
// for ever.
func (o Proposal) MayRefuse(who uuid.UUID) bool { return o.MadeBy != who }

// hand makes actor the one who changed it last.
func (o *Proposal) hand(actor identity.Actor) {
	if o.MadeBy = actor.ID; !slices.Contains(o.WrittenBy, actor.ID) {
		o.WrittenBy = append(o.WrittenBy, actor.ID)
	}
}

// Waits reports whether the proposal waits for a second person.
func (o Proposal) Waits() bool { return !o.SubmittedAt.IsZero() && !o.DecidedBy.Valid }

var planCode = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Propose begins a version of a plan with what its newest has, or a new plan with nothing. It refuses Invalid for a code that is
// none or a new plan without a name, and Conflict "billing.proposal_open" while another one of the plan is not decided.
func (s *Service) Propose(ctx context.Context, actor identity.Actor, plan string, name i18n.Text) (Proposal, error) {
	o := Proposal{TenantID: tenancy.Must(ctx), Plan: strings.TrimSpace(plan), Name: name, Summary: i18n.Text{}, Components: []rating.Component{}, Revision: 1, MadeAt: s.stamp()}
	o.hand(actor)
	if !planCode.MatchString(o.Plan) || len(o.Plan) > 40 {
		return o, fault.Fields([]fault.Field{{Name: "plan", Code: "plan_new_code"}})
	}
	p, err := s.FindPlan(ctx, o.Plan)
	switch {
	case err == nil:
		all, err := s.Versions(ctx, o.Plan)
		if err != nil {
			return o, err
		}
		o.Name, o.Summary = p.Name, p.Summary
		if len(all) > 0 {
			o.Components, o.Entitlements = all[0].Components, all[0].Entitlements
		}
	case !fault.Is(err, "billing.plan_unknown"):
		return o, err
	case o.Name.Empty():
		return o, fault.Fields([]fault.Field{{Name: "name_id", Code: "required"}})
	}
	o.EffectiveFrom = s.here(ctx).AddDate(0, 0, 1)
	if o.ID, err = uuid.NewV7(); err != nil {
		return o, err
	}
	return o, tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "plan "+o.Plan).Exec(ctx); err != nil {
			return err
		}
		open, err := tx.NewSelect().Model((*Proposal)(nil)).Where("tenant_id = ? AND plan = ? AND decided_by IS NULL", o.TenantID, o.Plan).Exists(ctx)
		if err != nil {
			return err
		}
		if open {
			return fault.New(fault.Conflict, "billing.proposal_open")
		}
		if _, err := tx.NewInsert().Model(&o).Exec(ctx); err != nil {
			return fmt.Errorf("billing: propose: %w", err)
		}
		return s.told(ctx, tx, actor, "plan.propose", o, nil)
	})
}

// here is today where the platform is.
func (s *Service) here(ctx context.Context) time.Time {
	platform, _ := tenancy.CityFrom(ctx)
	return s.today(platform)
}

func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func (s *Service) told(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, o Proposal, more map[string]any) error {
	detail := map[string]any{"plan": o.Plan, "effective_from": o.EffectiveFrom.Format(time.DateOnly)}
	for k, v := range more {
		detail[k] = v
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "plan", ObjectID: o.ID, At: s.stamp(), Detail: detail})
}

// Proposals lists proposals, the latest first, 100 at most; of one plan when it is named.
func (s *Service) Proposals(ctx context.Context, plan string) ([]Proposal, error) {
	var all []Proposal
	q := s.db.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(100)
	if plan != "" {
		q = q.Where("plan = ?", plan)
	}
	return all, q.Scan(ctx)
}

// FindProposal reads one, or NotFound "billing.no_proposal".
func (s *Service) FindProposal(ctx context.Context, id uuid.UUID) (Proposal, error) {
	return s.proposal(ctx, s.db.App, id, false)
}

func (s *Service) proposal(ctx context.Context, db bun.IDB, id uuid.UUID, lock bool) (Proposal, error) {
	var o Proposal
	q := db.NewSelect().Model(&o).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id)
	if lock {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "billing.no_proposal")
	}
	return o, err
}

// Revise changes an open proposal as fn does, for who saw its revision. It refuses NotFound "billing.no_proposal" and Conflict
// "billing.proposal_closed" for one that is submitted, or "billing.proposal_changed" when somebody else was first.
func (s *Service) Revise(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int, fn func(*Proposal) error) error {
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		o, err := s.proposal(ctx, tx, id, true)
		switch {
		case err != nil:
			return err
		case !o.Open():
			return fault.New(fault.Conflict, "billing.proposal_closed")
		case o.Revision != revision:
			return fault.New(fault.Conflict, "billing.proposal_changed")
		}
		if err := fn(&o); err != nil {
			return err
		}
		o.hand(actor)
		o.MadeAt, o.Revision = s.stamp(), o.Revision+1
		_, err = tx.NewUpdate().Model(&o).Column("name", "summary", "effective_from", "components", "entitlements", "reason", "revision", "made_by", "made_at", "written_by").WherePK().Exec(ctx)
		if err != nil {
			return fmt.Errorf("billing: revise: %w", err)
		}
		return s.told(ctx, tx, actor, "plan.revise", o, map[string]any{"components": len(o.Components)})
	})
}

// Submit hands a proposal to a second person. It refuses Invalid without a reason, without a component, for components that no
// version can have (as Version.Validate names them, and a meter that there is not), for what none can allow and for a day that has passed, and what
// Revise refuses.
func (s *Service) Submit(ctx context.Context, actor identity.Actor, id uuid.UUID, revision int) error {
	known, err := noUsage(tenancy.Platform(ctx), s.db.App)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		o, err := s.proposal(ctx, tx, id, true)
		switch {
		case err != nil:
			return err
		case !o.Open():
			return fault.New(fault.Conflict, "billing.proposal_closed")
		case o.Revision != revision:
			return fault.New(fault.Conflict, "billing.proposal_changed")
		}
		if err := checkProposal(o, known, s.here(ctx)); err != nil {
			return err
		}
		o.hand(actor)
		o.SubmittedAt = s.stamp()
		if _, err := tx.NewUpdate().Model(&o).Column("made_by", "written_by", "submitted_at").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("billing: submit: %w", err)
		}
		return s.told(ctx, tx, actor, "plan.submit", o, map[string]any{"reason": o.Reason})
	})
}

func checkProposal(o Proposal, known rating.Quantities, today time.Time) error {
	var bad []fault.Field
	if n := utf8.RuneCountInString(o.Reason); n == 0 {
		bad = append(bad, fault.Field{Name: "reason", Code: "required"})
	} else if n > reasonMost {
		bad = append(bad, fault.Field{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}})
	}
	if rating.DateOf(o.EffectiveFrom).Before(today) {
		bad = append(bad, fault.Field{Name: "effective_from", Code: "plan_past"})
	}
	if len(o.Components) == 0 {
		bad = append(bad, fault.Field{Name: "components", Code: "required"})
	}
	for i, c := range o.Components {
		if _, ok := known[c.Meter]; c.Meter != "" && !ok {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("components.%d.meter", i), Code: "usage_meter", Args: []any{"meter", c.Meter}})
		}
	}
	bad = append(bad, o.Entitlements.check(known)...)
	var f *fault.Error
	if err := o.AsVersion().Validate(); errors.As(err, &f) {
		bad = append(bad, f.Fields...)
	}
	return fault.Fields(bad)
}

// Decide approves or refuses what somebody else has submitted. Approved, it is the plan's next version, to which a subscription
// can be moved from its day on; nobody is moved by it. It refuses NotFound "billing.no_proposal" and Conflict
// "billing.proposal_decided", "billing.proposal_not_submitted" or "billing.own_proposal" where MayApprove or MayRefuse
// says so.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) (Proposal, error) {
	var o Proposal
	err := tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) (err error) {
		o, err = s.proposal(ctx, tx, id, true)
		switch {
		case err != nil:
			return err
		case o.DecidedBy.Valid:
			return fault.New(fault.Conflict, "billing.proposal_decided")
		case o.SubmittedAt.IsZero():
			return fault.New(fault.Conflict, "billing.proposal_not_submitted")
		case !o.MayRefuse(actor.ID), approve && !o.MayApprove(actor.ID):
			return fault.New(fault.Conflict, "billing.own_proposal")
		}
		o.DecidedBy, o.DecidedAt, o.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.stamp(), &approve
		if approve {
			if o.Version, err = s.publish(ctx, o); err != nil {
				return err
			}
		}
		if _, err := tx.NewUpdate().Model(&o).Column("decided_by", "decided_at", "approved", "version").WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.told(ctx, tx, actor, "plan.decide", o, map[string]any{"approved": approve, "version": o.Version, "reason": o.Reason})
	})
	if err != nil {
		return o, fmt.Errorf("billing: decide: %w", err)
	}
	return o, nil
}

// publish writes a proposal into the price list, which the platform's role alone may; one that is there is the one.
func (s *Service) publish(ctx context.Context, o Proposal) (version int, err error) {
	ctx = tenancy.Platform(ctx)
	err = s.db.Platform.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		p := Plan{Code: o.Plan, Name: o.Name, Summary: o.Summary}
		if _, err := tx.NewInsert().Model(&p).Column("code", "name", "summary").On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		var there []int
		if err := tx.NewRaw("SELECT version FROM plan_version WHERE proposal = ?", o.ID).Scan(ctx, &there); err != nil || len(there) > 0 {
			version = slices.Max(append(there, 0))
			return err
		}
		return tx.NewRaw(`INSERT INTO plan_version (plan, version, effective_from, components, entitlements, proposal)
			SELECT o.plan, coalesce((SELECT max(version) FROM plan_version WHERE plan = o.plan), 0) + 1, o.day, o.components, o.entitlements, o.id
			  FROM (SELECT ?::text AS plan, ?::date AS day, ?::jsonb AS components, ?::jsonb AS entitlements, ?::uuid AS id) o RETURNING version`,
			o.Plan, o.EffectiveFrom.Format(time.DateOnly), jsonText(o.Components), jsonText(o.Entitlements), o.ID).Scan(ctx, &version)
	})
	return version, err
}
