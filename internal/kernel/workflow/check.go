package workflow

import (
	"slices"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
)

// Draft is the state of a case that nobody has submitted; no workflow may name one of its own so.
const Draft = "draft"

// Rules are what a workflow is held to besides itself.
type Rules struct {
	Officers []access.Permission // that a step of this kind of case may ask for
	Agencies []string            // of the city; nil when they are not known
	Forms    []form.Form         // of the services that use the workflow; its conditions are checked against each
	Reserved []string            // codes that no field of the office may have
	Roles    []Role              // of the city; nil when they are not known, and the built-in ones are all there is to check
}

// Role is a role of the city's staff and what it may do.
type Role struct {
	Code string
	May  []access.Permission
}

// Check adds to c whatever would let a case get stuck, every step that nobody may take, and every condition that cannot
// be evaluated, each at the place where its author mends it.
func (w *Workflow) Check(c *pack.Check, r Rules) {
	c.Version("version", w.Version)
	states, fields := map[string]bool{}, map[string]bool{}
	for i, s := range w.States {
		at := pack.At("states", i)
		c.Once(states, at+".code", s.Code)
		checkState(c, at, s)
		w.checkBranches(c, at, s, r, fields)
		w.checkFee(c, at, s)
	}
	if !states[w.Start] {
		if w.Start == "" {
			c.Add("start", "no_start")
		} else {
			c.Add("start", "no_such_state", "value", w.Start)
		}
	}
	actions := map[string]bool{}
	for i, a := range w.Actions {
		at := pack.At("actions", i)
		c.Once(actions, at+".code", a.Code)
		w.checkAction(c, at, a)
		w.checkOfficer(c, at, a, r)
		w.checkSystem(c, at, a)
		checkFields(c, at, a.Fields, r, fields)
		checkNotices(c, at, a, r)
	}
	w.checkPaths(c)
	w.Ladder().Check(c, "")
	for _, f := range r.Forms {
		w.checkSheet(c, f)
	}
}

// checkPaths refuses states in which a case could get stuck, and those that no case comes to.
func (w *Workflow) checkPaths(c *pack.Check) {
	reached, ends, circles := w.reachable(), w.ending(), w.circles()
	for i, s := range w.States {
		at := pack.At("states", i)
		if !reached[s.Code] {
			c.Add(at, "unreachable", "value", s.Code)
		}
		if !ends[s.Code] {
			c.Add(at, "dead_end", "value", s.Code)
		}
		if slices.Contains(circles, s.Code) {
			c.Add(at, "circle", "value", s.Code)
		}
		if s.Stage == StageNeedsCorrection && !w.Correctable(s.Code) {
			c.Add(at, "no_correction", "value", s.Code)
		}
		if len(s.Branches) > 0 && !w.covered(s) {
			c.Add(at+".branches", "no_join", "value", s.Code)
		}
	}
}

func checkState(c *pack.Check, at string, s State) {
	c.Text(at+".label", s.Label)
	c.Text(at+".public", s.Public)
	var stages []string
	for _, one := range Stages()[1:] {
		stages = append(stages, string(one))
	}
	c.OneOf(at+".stage", string(s.Stage), stages...)
	c.OneOf(at+".clock", string(s.Clock), string(Running), string(Paused), string(Stopped))
	if s.Code == Draft {
		c.Add(at+".code", "reserved", "value", s.Code)
	}
	if s.Within != (workcal.Term{}) {
		checkTerm(c, at+".within", s.Within)
		if s.Clock != Running { // it is not the office's turn, or nothing is promised any more
			c.Add(at+".within", "only_for_type", "type", Running)
		}
	}
	// The clock follows from whose turn it is: it cannot run while the applicant has it, nor after a decision.
	want := map[Stage]Clock{
		StageReceived: Running, StageInReview: Running, StageNeedsCorrection: Paused,
		StageApproved: Stopped, StageRejected: Stopped, StageCancelled: Stopped, StageCompleted: Stopped,
	}[s.Stage]
	switch {
	case s.Stage != StageInReview:
	case s.Fee != nil:
		want = Paused // until the applicant has paid
	case s.Clock == Paused:
		want = Paused // until the applicant has come, or brought something
	}
	if want != "" && s.Clock != want {
		c.Add(at+".clock", "not_one_of", "value", s.Clock, "allowed", want)
	}
	over := s.Stage == StageRejected || s.Stage == StageCancelled || s.Stage == StageCompleted
	switch {
	case over && !s.Final:
		c.Add(at+".final", "end_goes_on")
	case s.Final && s.Clock != Stopped:
		c.Add(at+".final", "end_with_clock")
	}
}

func (w *Workflow) checkAction(c *pack.Check, at string, a Action) {
	c.Text(at+".label", a.Label)
	c.OptionalText(at+".message", a.Message)
	to, ok := w.State(a.To)
	if !ok {
		c.Add(at+".to", "no_such_state", "value", a.To)
	}
	if len(a.From) == 0 {
		c.Add(at+".from", "required")
	}
	for i, code := range a.From {
		s, ok := w.State(code)
		if !ok || s.Final {
			c.Add(pack.At(at+".from", i), "no_such_state", "value", code)
		}
		if a.Pays && s.Fee == nil {
			c.Add(pack.At(at+".from", i), "no_fee", "value", code)
		}
	}
	c.OneOf(at+".actor", a.Actor, ByOfficer, ByApplicant, BySystem)
	if a.FourEyes && a.Actor != ByOfficer {
		c.Add(at+".four_eyes", "only_for_type", "type", ByOfficer)
	}
	c.OneOf(at+".reason", a.Reason, ReasonNone, ReasonOptional, ReasonRequired)
	if (to.Stage == StageRejected || to.Stage == StageNeedsCorrection) && a.Actor != BySystem && a.Reason != ReasonRequired {
		c.Add(at+".reason", "not_one_of", "value", a.Reason, "allowed", ReasonRequired)
	}
	if to.waits() && a.Actor != ByApplicant && a.Reason != ReasonRequired && a.Message.Empty() {
		c.Add(at+".message", "wait_unsaid", "value", a.To)
	}
	if a.Issues && to.Stage != StageApproved && to.Stage != StageRejected {
		c.Add(at+".issues", "only_for_type", "type", string(StageApproved)+", "+string(StageRejected))
	}
	if a.Reissues && !a.Issues {
		c.Add(at+".reissues", "only_for_type", "type", "issues")
	}
	if a.Extends != (workcal.Term{}) {
		checkTerm(c, at+".extends", a.Extends)
		w.checkExtends(c, at+".extends", a, to)
	}
}

// checkExtends holds more time to a clock that runs before and after, and to be taken with its reason.
func (w *Workflow) checkExtends(c *pack.Check, at string, a Action, to State) {
	if a.Actor != ByOfficer || to.Clock != Running {
		c.Add(at, "only_for_type", "type", ByOfficer+", "+string(Running))
	}
	for _, code := range a.From {
		if s, ok := w.State(code); ok && s.Clock != Running {
			c.Add(at, "only_for_type", "type", Running)
		}
	}
}

// checkOfficer holds what only an officer's step can have.
func (w *Workflow) checkOfficer(c *pack.Check, at string, a Action, r Rules) {
	if a.Actor == ByOfficer {
		if !slices.Contains(r.Officers, a.Permission) {
			c.Add(at+".permission", "no_such_permission", "value", a.Permission)
		}
		for i, role := range a.Roles {
			c.Code(pack.At(at+".roles", i), role)
			r.checkRole(c, pack.At(at+".roles", i), role, a.Permission)
		}
		if len(a.Roles) == 0 {
			r.checkAnyone(c, at+".permission", a.Permission)
		}
		checkAgency(c, at+".agency", a.Agency, r)
		return
	}
	for key, has := range map[string]bool{"permission": a.Permission != "", "roles": len(a.Roles) > 0, "agency": a.Agency != "",
		"fields": len(a.Fields) > 0, "pays": a.Pays} {
		if has {
			c.Add(at+"."+key, "only_for_type", "type", ByOfficer)
		}
	}
}

// checkRole refuses a role that may not take the step, and where the city's roles are known one that is none of them.
func (r Rules) checkRole(c *pack.Check, at, role string, p access.Permission) {
	known, may := access.BuiltInMay(role, p)
	if r.Roles != nil {
		i := slices.IndexFunc(r.Roles, func(one Role) bool { return one.Code == role })
		if known = i >= 0; !known {
			c.Add(at, "no_such_role", "value", role)
			return
		}
		may = slices.Contains(r.Roles[i].May, p)
	}
	if known && !may {
		c.Add(at, "role_may_not", "value", role, "permission", p)
	}
}

// checkAnyone refuses a step that no role of the city may take.
func (r Rules) checkAnyone(c *pack.Check, at string, p access.Permission) {
	if slices.Contains(r.Officers, p) && r.Roles != nil && !slices.ContainsFunc(r.Roles, func(one Role) bool { return slices.Contains(one.May, p) }) {
		c.Add(at, "nobody_may", "permission", p)
	}
}

// checkSystem holds what only a step that is taken by itself can have.
func (w *Workflow) checkSystem(c *pack.Check, at string, a Action) {
	marks := map[string]bool{"after": a.After != (workcal.Term{}), "when": a.When != "", "join": a.Join != ""}
	n := 0
	for key, has := range marks {
		if has && a.Actor != BySystem {
			c.Add(at+"."+key, "only_for_type", "type", BySystem)
		}
		if has {
			n++
		}
	}
	if n > 1 {
		c.Add(at, "one_trigger")
	}
	if marks["after"] {
		checkTerm(c, at+".after", a.After)
	}
	if r := a.Remind; r != nil {
		checkTerm(c, at+".remind.before", r.Before)
		c.Text(at+".remind.message", r.Message)
		if !marks["after"] {
			c.Add(at+".remind", "only_for_type", "type", "after")
		}
	}
	if a.Join != "" {
		c.OneOf(at+".join", a.Join, JoinAll, JoinAny, JoinRefused)
	}
	for i, code := range a.From {
		if _, ok := w.State(code); ok && !w.possible(a, code) {
			c.Add(pack.At(at+".from", i), "never_taken", "value", code)
		}
	}
	if a.Actor != BySystem {
		return
	}
	if a.Reason != ReasonNone {
		c.Add(at+".reason", "not_one_of", "value", a.Reason, "allowed", ReasonNone)
	}
	// Nobody is there to write why: the message is the reason.
	if to, _ := w.State(a.To); to.Stage == StageRejected || to.Stage == StageCancelled || to.Stage == StageNeedsCorrection {
		c.Text(at+".message", a.Message)
	}
}

// checkBranches holds what is asked of offices at the same time.
func (w *Workflow) checkBranches(c *pack.Check, at string, s State, r Rules, fields map[string]bool) {
	if len(s.Branches) > 0 && (s.Final || s.Clock == Stopped || s.waits()) {
		c.Add(at+".branches", "only_for_type", "type", Running)
	}
	for i, b := range s.Branches {
		at := pack.At(at+".branches", i)
		c.Once(fields, at+".code", b.Code)
		c.Text(at+".label", b.Label)
		if slices.Contains(r.reserved(), b.Code) {
			c.Add(at+".code", "reserved", "value", b.Code)
		}
		checkAgency(c, at+".agency", b.Agency, r)
		if !slices.Contains(r.Officers, b.Permission) {
			c.Add(at+".permission", "no_such_permission", "value", b.Permission)
		}
		r.checkAnyone(c, at+".permission", b.Permission)
		if b.Term != (workcal.Term{}) {
			checkTerm(c, at+".term", b.Term)
		}
		if len(b.Outcomes) == 0 {
			c.Add(at+".outcomes", "required")
		}
		codes := map[string]bool{}
		for j, o := range b.Outcomes {
			at := pack.At(at+".outcomes", j)
			c.Once(codes, at+".code", o.Code)
			c.Text(at+".label", o.Label)
			c.OneOf(at+".reason", o.Reason, ReasonNone, ReasonOptional, ReasonRequired)
			if o.Refuses && o.Reason != ReasonRequired {
				c.Add(at+".reason", "not_one_of", "value", o.Reason, "allowed", ReasonRequired)
			}
		}
		checkFields(c, at, b.Fields, r, fields)
	}
}

// checkFee holds what an applicant is asked to pay, and that there is a step by which it is paid.
func (w *Workflow) checkFee(c *pack.Check, at string, s State) {
	if s.Fee == nil {
		return
	}
	at += ".fee"
	c.Text(at+".title", s.Fee.Title)
	c.Text(at+".how", s.Fee.How)
	checkNames(c, at+".how", s.Fee.How, FeeNames())
	if (s.Fee.Field != "") == (s.Fee.Amount != 0) || s.Fee.Amount < 0 {
		c.Add(at+".amount", "field_or_amount")
	}
	if s.Fee.Due != (workcal.Term{}) {
		checkTerm(c, at+".due", s.Fee.Due)
	}
	pays := slices.ContainsFunc(w.Actions, func(a Action) bool { return a.Pays && slices.Contains(a.From, s.Code) })
	if !pays || s.Final {
		c.Add(at, "never_paid", "value", s.Code)
	}
}

func checkFields(c *pack.Check, at string, all []form.Field, r Rules, seen map[string]bool) {
	for i, f := range all {
		one := pack.At(at+".fields", i)
		c.Once(seen, one+".code", f.Code)
		f.Check(c, one, r.reserved())
		if f.Type == form.Group || f.Type == form.Person {
			c.Add(one+".type", "not_for_office", "value", f.Type)
		}
	}
}

func checkNotices(c *pack.Check, at string, a Action, r Rules) {
	for i, n := range a.Notify {
		one := pack.At(at+".notify", i)
		c.Code(one+".to", n.To)
		checkAgency(c, one+".agency", n.Agency, r)
		for key, t := range map[string]i18n.Text{"title": n.Title, "body": n.Body} {
			c.Text(one+"."+key, t)
			checkNames(c, one+"."+key, t, NoticeNames())
		}
	}
}

func checkAgency(c *pack.Check, at, code string, r Rules) {
	if code != "" && r.Agencies != nil && !slices.Contains(r.Agencies, code) {
		c.Add(at, "unknown_agency", "value", code)
	}
}

// termMost bounds a term of a workflow; no law gives an office longer.
const termMost = 3650

func checkTerm(c *pack.Check, at string, t workcal.Term) {
	c.OneOf(at+".unit", string(t.Unit), string(workcal.Minute), string(workcal.Hour), string(workcal.Day), string(workcal.WorkingDay), string(workcal.Month))
	if t.Amount < 1 || t.Amount > termMost {
		c.Add(at+".amount", "not_between", "value", t.Amount, "low", 1, "high", termMost)
	}
}

// checkSheet refuses conditions that ask for what the applicant's form and the office do not answer, and answers that
// would have one code.
func (w *Workflow) checkSheet(c *pack.Check, f form.Form) {
	s := w.Sheet(&f)
	for _, code := range s.words {
		if _, taken := f.Field(code); taken {
			c.Add("code", "field_twice", "value", code, "form", f.Code)
		}
	}
	for _, x := range s.faults() {
		c.Add(x.Path, x.Code, x.Args()...)
	}
	for i, state := range w.States {
		for j, b := range state.Branches {
			if _, ok := f.Field(b.Office + ".district"); b.Office != "" && !ok {
				c.Add(pack.At(pack.At("states", i)+".branches", j)+".office", "no_such_field", "value", b.Office)
			}
		}
		if state.Fee == nil || state.Fee.Field == "" {
			continue
		}
		fd, ok := s.Field(state.Fee.Field)
		if !ok || fd.Type != form.Money && (fd.Type != form.Computed || fd.As != form.Money) {
			c.Add(pack.At("states", i)+".fee.field", "no_such_field", "value", state.Fee.Field)
		}
	}
}
