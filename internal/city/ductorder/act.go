package ductorder

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Upload is a file of a field that a step asks for.
type Upload struct {
	Field, Name string
	Body        io.Reader
}

// Signer is who signs an acceptance record for one side.
type Signer struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// ActInput is one step of an order. Version is that of the order as the actor saw it; people of a company may leave it out. What an
// effect does not ask for is left alone.
type ActInput struct {
	ID      uuid.UUID
	Action  string
	Version int
	Reason  string
	Answers map[string][]string // of the action's fields
	Files   []Upload            // of those that take files

	Way     string    // Route: the Key of the Choice
	Refusal string    // Refuse: the code of the published reason
	Day     time.Time // Accept: of the record; Notice: the first day without the lease
	City    Signer    // Accept: for the company that runs the ducts
	Company Signer    // Accept: for the one that leases them
	AsBuilt string    // AsBuilt: AsBuiltImport or AsBuiltSame
	Import  uuid.UUID // AsBuilt: the survey, for AsBuiltImport
}

const reasonMost = 2000

// step is an action while it is taken.
type step struct {
	flow    *ductflow.Flow
	action  workflow.Action
	effect  ductflow.Effect
	actor   identity.Actor
	in      ActInput
	answer  *workflow.Answer
	way     *Choice           // Route
	quote   *ducttariff.Quote // Quoting
	extends time.Time         // Extend
	from    string
	detail  map[string]any // of the event, besides
}

// Act takes a step: an officer's with the permission that the flow names, or one of the company's people. It refuses Forbidden
// "operator.not_admin" when somebody who is no administrator of a company accepts a quote or gives notice, Conflict
// "ductorder.changed" when the order is no longer the version that the actor saw, "ductorder.no_action" when it does not offer the
// step, what the step's effect lacks (see Offer.Lacks), and what the lease refuses; Invalid for a reason that is missing or too
// long, for fields that are missing or wrong.
func (s *Service) Act(ctx context.Context, actor identity.Actor, in ActInput) (Order, error) {
	seen, err := s.read(ctx, actor, in.ID)
	if err != nil {
		return Order{}, err
	}
	f, err := s.flows.Find(ctx, s.d.DB, seen.FlowVersion)
	if err != nil {
		return Order{}, err
	}
	a, ok := f.Action(in.Action)
	if !ok || a.Actor != partOf(actor) {
		return Order{}, noAction()
	}
	if err := s.mayTake(ctx, actor, a, f.Does[a.Code]); err != nil {
		return Order{}, err
	}
	stale := func(o Order) bool {
		return in.Version != o.Version && (in.Version != 0 || actor.Kind != identity.Partner)
	}
	if stale(seen) {
		return Order{}, changed()
	}
	if !slices.Contains(a.From, seen.State) {
		return Order{}, noAction()
	}
	st := step{flow: f, action: a, effect: f.Does[a.Code], actor: actor, in: in, detail: map[string]any{}}
	if err := s.prepare(ctx, seen, &st); err != nil {
		return Order{}, err
	}
	var o Order
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if o, err = s.locked(ctx, tx, st.effect, in.ID); err != nil {
			return err
		}
		if stale(o) || o.Version != seen.Version { // what was prepared is of what was seen
			return changed()
		}
		return s.take(ctx, tx, &o, st)
	})
	if err != nil {
		return Order{}, fmt.Errorf("ductorder: %s: %w", in.Action, err)
	}
	return o, nil
}

func noAction() error { return fault.New(fault.Conflict, "ductorder.no_action") }
func changed() error  { return fault.New(fault.Conflict, "ductorder.changed") }

// locked locks an order for a step; the ducts' turn comes first where the step changes who holds what.
func (s *Service) locked(ctx context.Context, tx bun.Tx, e ductflow.Effect, id uuid.UUID) (Order, error) {
	switch e {
	case ductflow.Route, ductflow.Reserve, ductflow.Ordering, ductflow.Extend, ductflow.Accept, ductflow.Notice, ductflow.Over, ductflow.Refuse, ductflow.Cancel, ductflow.Lapse:
		if err := s.d.Leases.Turn(ctx, tx); err != nil {
			return Order{}, err
		}
	}
	return s.lock(ctx, tx, id)
}

// partOf says which part an account plays in a flow.
func partOf(a identity.Actor) string {
	if a.Kind == identity.Partner {
		return workflow.ByApplicant
	}
	return workflow.ByOfficer
}

// mayTake refuses a step to whom the flow does not give it, and one that binds a company to anybody of it but its administrators. That
// the order is the company's own has been asked before.
func (s *Service) mayTake(ctx context.Context, actor identity.Actor, a workflow.Action, e ductflow.Effect) error {
	if a.Actor == workflow.ByApplicant {
		if err := s.d.Guard.Allow(ctx, actor, access.DuctOwn); err != nil || e != ductflow.Reserve && e != ductflow.Notice {
			return err
		}
		if self, err := s.d.Operators.Self(ctx, actor); err != nil || self.Admin {
			return err
		}
		return fault.New(fault.Forbidden, "operator.not_admin")
	}
	if len(a.Roles) > 0 && !slices.ContainsFunc(actor.Roles, func(r string) bool { return slices.Contains(a.Roles, r) }) {
		return noAction()
	}
	return s.d.Guard.Allow(ctx, actor, a.Permission)
}

// prepare judges what was filled in, and works out what takes long, before anything is locked.
func (s *Service) prepare(ctx context.Context, o Order, st *step) error {
	st.in.Reason = strings.TrimSpace(st.in.Reason)
	bad := checkReason(st.in.Reason, st.action.Reason)
	if len(st.action.Fields) > 0 || len(st.in.Answers) > 0 || len(st.in.Files) > 0 {
		wrong, err := s.readPage(ctx, o, st)
		if err != nil {
			return err
		}
		bad = append(bad, wrong...)
	}
	bad = append(bad, st.check(s.today(ctx))...)
	if st.effect == ductflow.Accept && !st.in.Day.IsZero() {
		p, ok, err := latest(ctx, s.d.DB, o.ID, PaperOrder)
		if err != nil {
			return err
		}
		if ok && st.in.Day.Before(p.Day) { // nothing was built before it was ordered
			bad = append(bad, fault.Field{Name: "day", Code: "accept_early", Args: []any{"day", i18n.From(ctx).Date(p.Day)}})
		}
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	switch st.effect {
	case ductflow.Route:
		return s.choose(ctx, o, st)
	case ductflow.Quoting:
		q, err := s.priced(ctx, o)
		st.quote = &q
		return err
	case ductflow.Extend:
		var err error
		st.extends, err = s.extendsOn(ctx, st.actor, o)
		return err
	}
	return nil
}

func checkReason(reason, asks string) []fault.Field {
	switch n := len([]rune(reason)); {
	case n == 0 && asks == workflow.ReasonRequired:
		return []fault.Field{{Name: "reason", Code: "required"}}
	case n > 0 && asks == workflow.ReasonNone:
		return []fault.Field{{Name: "reason", Code: "not_asked"}}
	case n > reasonMost:
		return []fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}}
	}
	return nil
}

// words are what conditions know of an order, beside what the office has answered.
func (s *Service) words(ctx context.Context, db bun.IDB, o Order) (workflow.Answered, error) {
	known, err := s.records().Of(ctx, db, o.Subject())
	if err != nil {
		return known, err
	}
	by, err := s.renewal(ctx, db, o.ID)
	if err != nil {
		return known, err
	}
	yes := func(is bool) []string {
		if is {
			return []string{"yes"}
		}
		return []string{"no"}
	}
	maps.Copy(known.Answers, form.Answers{ductflow.WordKind: {o.Kind}, ductflow.WordQuantity: {fmt.Sprint(o.Quantity)}, ductflow.WordRenewal: yes(o.Renews.Valid),
		ductflow.WordRenewed: yes(by != nil && by.LeaseID.Valid && by.Stage == workflow.StageApproved)})
	return known, nil
}

// stands is what conditions make of an order now.
func (s *Service) stands(ctx context.Context, db bun.IDB, f *ductflow.Flow, o Order) (workflow.Standing, error) {
	known, err := s.words(ctx, db, o)
	return f.Read.Stand(known.Answers, known.Counts(), s.at(ctx)), err
}

func (s *Service) at(ctx context.Context) form.At {
	city, _ := tenancy.CityFrom(ctx)
	return form.At{Now: s.now().In(city.Location())}
}

// readPage takes what was filled in on the action's page, and receives its files.
func (s *Service) readPage(ctx context.Context, o Order, st *step) ([]fault.Field, error) {
	known, err := s.words(ctx, s.d.DB, o)
	if err != nil {
		return nil, err
	}
	var bad []fault.Field
	out := &workflow.Answer{Page: workflow.ActionPage(st.action.Code), Actor: st.actor.ID, Files: map[string][]files.File{}}
	count := known.Counts()
	for _, f := range st.action.Fields {
		delete(count, f.Code) // each taking of a step brings its own
	}
	for _, u := range st.in.Files {
		i := slices.IndexFunc(st.action.Fields, func(f form.Field) bool { return f.Code == u.Field && f.File != nil })
		if i < 0 {
			bad = append(bad, fault.Field{Name: form.Clip(u.Field), Code: "unknown_field"})
			continue
		}
		if most := st.action.Fields[i].File.MaxCount; len(out.Files[u.Field]) >= most {
			bad = append(bad, fault.Field{Name: u.Field, Code: "too_many_files", Args: []any{"max", most}})
			continue
		}
		f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: st.actor.ID, Purpose: "duct_order", Name: u.Name, Rule: st.action.Fields[i].Rule(), Body: u.Body})
		if err != nil {
			refused := fault.From(files.Refuse(err, u.Field)).Fields
			if len(refused) == 0 {
				return nil, err
			}
			bad = append(bad, refused...)
			continue
		}
		out.Files[u.Field] = append(out.Files[u.Field], f)
		count[u.Field]++
	}
	var wrong []fault.Field
	out.Answers, wrong = st.flow.Read.Read(out.Page, st.in.Answers, known.Answers, count, s.at(ctx))
	st.answer = out
	return append(bad, wrong...), nil
}

// take moves a locked order along a step: what it means for the ducts, state, clock, story, audit, letter.
func (s *Service) take(ctx context.Context, tx bun.Tx, o *Order, st step) error {
	if !slices.Contains(st.action.From, o.State) {
		return noAction()
	}
	standing, err := s.stands(ctx, tx, st.flow, *o)
	if err != nil {
		return err
	}
	if !standing.Holds(st.action) {
		return noAction()
	}
	to, ok := st.flow.State(st.action.To)
	if !ok {
		return fmt.Errorf("flow %d has no state %q", o.FlowVersion, st.action.To)
	}
	if code, err := s.lacks(ctx, tx, *o, st.effect); err != nil {
		return err
	} else if code != "" {
		return fault.New(fault.Conflict, code)
	}
	if err := s.do(ctx, tx, o, &st); err != nil {
		return err
	}
	st.from, o.Reason = o.State, st.in.Reason
	o.Version++
	if err := s.enter(ctx, tx, st.flow, o, to); err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(o).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	if st.answer != nil {
		st.answer.At, st.answer.Version = o.UpdatedAt, o.Version
		if err := s.records().Put(ctx, tx, o.Subject(), st.flow.Read, *st.answer); err != nil {
			return err
		}
	}
	if err := record(ctx, tx, *o, st.actor, st.action.Code, st.from, st.in.Reason, st.detail); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, st.actor.Did(audit.Entry{Action: "ductorder.step", Object: "duct_order", ObjectID: o.ID, At: o.UpdatedAt,
		Detail: map[string]any{"number": o.Number, "from": st.from, "to": o.State, "step": st.action.Label.In(i18n.ID), "refusal": o.Refusal}}))
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, *o, st)
}

// route is what the order would be charged for.
func (o Order) route() ducttariff.Route {
	return ducttariff.Route{Segments: o.Segments, Kind: o.Kind, Quantity: o.Quantity, Since: o.Since, Until: o.Until}
}

// priced is what the order would be charged, along the way that a renewal has by now.
func (s *Service) priced(ctx context.Context, o Order) (q ducttariff.Quote, err error) {
	if err := s.follow(ctx, s.d.DB, &o); err != nil {
		return q, err
	}
	r := o.route()
	if o.Renews.Valid {
		if err := s.d.DB.NewRaw("SELECT lease_id FROM duct_order WHERE tenant_id = ? AND id = ?", o.TenantID, o.Renews.UUID).Scan(ctx, &r.Renews); err != nil {
			return q, fmt.Errorf("ductorder: renewed: %w", err)
		}
	}
	return s.d.Prices.Quote(ctx, o.OperatorID, r)
}

// plan asks for the ways of the order.
func (o Order) plan() lease.PlanInput {
	return lease.PlanInput{From: o.FromNode, To: o.ToNode, Kind: o.Kind, Quantity: o.Quantity, Since: o.Since, Until: o.Until, Ways: 3}
}

// AcceptQuote accepts an order's quote for its company, which keeps the units for it: Act by the step that reserves.
func (s *Service) AcceptQuote(ctx context.Context, actor identity.Actor, id uuid.UUID, version int) (Order, error) {
	return s.actBy(ctx, actor, ActInput{ID: id, Version: version}, ductflow.Reserve)
}

// GiveNotice ends an active order for its company: day is the first without the lease. Act by the company's step of notice.
func (s *Service) GiveNotice(ctx context.Context, actor identity.Actor, id uuid.UUID, version int, day time.Time, reason string) (Order, error) {
	return s.actBy(ctx, actor, ActInput{ID: id, Version: version, Day: day, Reason: reason}, ductflow.Notice)
}

// actBy is Act by the step with an effect that is the actor's to take now.
func (s *Service) actBy(ctx context.Context, actor identity.Actor, in ActInput, e ductflow.Effect) (Order, error) {
	o, err := s.read(ctx, actor, in.ID)
	if err != nil {
		return Order{}, err
	}
	f, err := s.flows.Find(ctx, s.d.DB, o.FlowVersion)
	if err != nil {
		return Order{}, err
	}
	for _, a := range f.Offered(o.State, partOf(actor)) {
		if f.Does[a.Code] == e {
			in.Action = a.Code
			return s.Act(ctx, actor, in)
		}
	}
	return Order{}, noAction()
}
