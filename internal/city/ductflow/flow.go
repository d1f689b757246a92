// Package ductflow is how a city deals with orders of its shared ducts: a workflow of casework's engine whose steps mean something for
// the ducts. A city's pack brings it, and each version that orders were placed by is kept.
package ductflow

import (
	"slices"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Effect is what a step of a flow means for the ducts.
type Effect string

// The effects. Each is refused where what it rests on is not there.
const (
	Route    Effect = "route"    // a way with enough free has been chosen
	Quoting  Effect = "quote"    // the company is offered the way at today's prices
	Reserve  Effect = "reserve"  // the company takes the quote: the units are kept for it until the state's timer rings
	Ordering Effect = "order"    // the reservation becomes an order, with its letter (SPK)
	Extend   Effect = "extend"   // of a renewal: ordered and accepted at once, because the cable lies there
	Permits  Effect = "permits"  // every authority has permitted
	Access   Effect = "access"   // a manhole may be opened
	Shown    Effect = "shown"    // the company has sent what shows its work
	Rework   Effect = "rework"   // something of that was rejected
	Reviewed Effect = "reviewed" // everything of it is approved
	Accept   Effect = "accept"   // the acceptance record (BAST): both sides sign, the lease is active
	AsBuilt  Effect = "as_built" // the record of the network says what was built
	Billing  Effect = "bill"     // the lease is charged for
	Notice   Effect = "notice"   // the lease will end on a day
	Over     Effect = "over"     // the lease's agreed time is over; taken by itself when it is
	Refuse   Effect = "refuse"   // for a published reason; what was kept is given back
	Cancel   Effect = "cancel"   // by the company; what was kept is given back
	Lapse    Effect = "lapse"    // nobody went on in time; what was kept is given back
)

// effects are all, those that every flow has to have first.
func effects() (needed, others []Effect) {
	return []Effect{Route, Quoting, Reserve, Ordering, Extend, Permits, Shown, Reviewed, Accept, Billing, Notice, Over, Refuse, Lapse},
		[]Effect{Access, Rework, AsBuilt, Cancel}
}

// Flow is one version of how a city deals with orders.
type Flow struct {
	workflow.Workflow `yaml:",inline"`

	Does        map[string]Effect `json:"does" yaml:"does"`                 // by the code of the action
	Renewal     string            `json:"renewal" yaml:"renewal"`           // the state in which a renewal begins
	Permits     []string          `json:"permits" yaml:"permits"`           // the states in which permits are written down
	Windows     []string          `json:"windows" yaml:"windows"`           // in which access to manholes is asked for
	Evidence    []string          `json:"evidence" yaml:"evidence"`         // in which the company shows its work
	Review      []string          `json:"review" yaml:"review"`             // in which the office looks at that
	Removal     []string          `json:"removal" yaml:"removal"`           // of those of Evidence and Review: it is the removal that is shown
	RemovalDays int               `json:"removal_days" yaml:"removal_days"` // after the lease, in which the cable is to be taken out

	Read *workflow.Sheet `json:"-" yaml:"-"` // what its steps ask and its conditions name, once it is Store.Find's
}

// flowFile is where a pack has it.
const flowFile = "duct/order.yaml"

// The words of an order that conditions of a flow may name. Whoever asks a flow what holds answers them.
const (
	WordKind     = "kind"
	WordQuantity = "quantity"
	WordRenewal  = "renewal" // it renews another
	WordRenewed  = "renewed" // another renews it
)

// Routed is the state to which an order comes once its way is chosen.
func (f *Flow) Routed() string {
	for _, a := range f.Actions {
		if f.Does[a.Code] == Route {
			return a.To
		}
	}
	return f.Start // no flow is without that step
}

// orderForm is what conditions know of an order.
func orderForm() *form.Form {
	text := func(key string) i18n.Text {
		out := i18n.Text{}
		for _, l := range i18n.All() {
			out[l] = l.T(key)
		}
		return out
	}
	kind := form.Field{Code: WordKind, Type: form.Choice, Label: text("lease.kind"), Required: true}
	for _, k := range []string{duct.Duct, duct.Subduct, duct.Microduct} {
		kind.Options = append(kind.Options, form.Option{Value: k, Label: text("duct.unit." + k)})
	}
	return &form.Form{Code: "duct_order", Version: 1, Pages: []form.Page{{Code: "order", Title: text("ductorder.order"), Fields: []form.Field{kind,
		{Code: WordQuantity, Type: form.Number, Label: text("lease.quantity"), Required: true}, {Code: WordRenewal, Type: form.YesNo, Label: text("ductorder.is_renewal"), Required: true},
		{Code: WordRenewed, Type: form.YesNo, Label: text("ductorder.is_renewed"), Required: true}}}}}
}

// officers are the permissions that a step of an order may ask for.
func officers() []access.Permission { return []access.Permission{access.DuctLease} }

// check is workflow.Check, and adds what an order needs besides: every effect has its step, taken by whom it can be.
func (f *Flow) check(c *pack.Check) {
	f.Workflow.Check(c, workflow.Rules{Officers: officers(), Forms: []form.Form{*orderForm()}, Reserved: []string{WordKind, WordQuantity, WordRenewal, WordRenewed}})
	for i, s := range f.States { // one company runs the ducts, and what an order costs is on its invoices
		if len(s.Branches) > 0 || s.Fee != nil {
			c.Add(pack.At("states", i), "not_in_flow", "value", s.Code)
		}
	}
	for i, a := range f.Actions {
		if a.Issues || a.Pays || !a.Extends.IsZero() {
			c.Add(pack.At("actions", i), "not_in_flow", "value", a.Code)
		}
		if e, ok := f.Does[a.Code]; ok {
			f.checkEffect(c, pack.At("actions", i), a, e)
		}
	}
	needed, others := effects()
	has := map[Effect]bool{}
	for code, e := range f.Does {
		if _, ok := f.Action(code); !ok {
			c.Add("does."+code, "no_such_action", "value", code)
		}
		if !slices.Contains(needed, e) && !slices.Contains(others, e) {
			c.Add("does."+code, "not_one_of", "value", e, "allowed", join(needed, others))
		}
		has[e] = true
	}
	for _, e := range needed {
		if !has[e] {
			c.Add("does", "no_effect", "value", e)
		}
	}
	for key, all := range map[string][]string{"renewal": {f.Renewal}, "permits": f.Permits, "windows": f.Windows, "evidence": f.Evidence, "review": f.Review, "removal": f.Removal} {
		for _, code := range all {
			if s, ok := f.State(code); !ok || s.Final {
				c.Add(key, "no_such_state", "value", code)
			}
		}
	}
	if f.RemovalDays < 1 || f.RemovalDays > 730 {
		c.Add("removal_days", "not_between", "value", f.RemovalDays, "low", 1, "high", 730)
	}
}

func join(all ...[]Effect) string {
	out := ""
	for _, list := range all {
		for _, e := range list {
			if out != "" {
				out += ", "
			}
			out += string(e)
		}
	}
	return out
}

// checkEffect holds an effect to who takes its step and to where that leads.
func (f *Flow) checkEffect(c *pack.Check, at string, a workflow.Action, e Effect) {
	by := workflow.ByOfficer
	switch e {
	case Reserve, Shown, Cancel:
		by = workflow.ByApplicant
	case Lapse:
		by = workflow.BySystem
	case Notice:
		by = a.Actor // either side gives it
	}
	if a.Actor != by || a.Actor == workflow.BySystem && e != Lapse {
		c.Add(at+".actor", "not_one_of", "value", a.Actor, "allowed", by)
	}
	to, _ := f.State(a.To)
	want := map[Effect]workflow.Stage{Refuse: workflow.StageRejected, Cancel: workflow.StageCancelled, Lapse: workflow.StageCancelled}[e]
	if want != "" && to.Stage != want {
		c.Add(at+".to", "not_one_of", "value", to.Stage, "allowed", want)
	}
	if e == Quoting || e == Reserve { // an offer and a reservation end by themselves
		if t, ok := f.Ends(a.To); !ok || t.Unit != workcal.Day || t.Amount > 365 {
			c.Add(at+".to", "no_lapse", "value", a.To)
		}
	}
	if e != Refuse && to.Stage == workflow.StageRejected {
		c.Add(at+".to", "not_one_of", "value", to.Stage, "allowed", Refuse)
	}
}

// Ends is after how long a state lapses.
func (f *Flow) Ends(state string) (workcal.Term, bool) {
	for _, a := range f.Timed(state) {
		if f.Does[a.Code] == Lapse {
			return a.After, true
		}
	}
	return workcal.Term{}, false
}

// Lapses is the step by which a state ends by itself.
func (f *Flow) Lapses(state string) (workflow.Action, bool) {
	for _, a := range f.Timed(state) {
		if f.Does[a.Code] == Lapse {
			return a, true
		}
	}
	return workflow.Action{}, false
}

// Dropped is the state of an order that its company does not go on with: that of one which is withdrawn, or else which lapses.
func (f *Flow) Dropped() (workflow.State, bool) {
	for _, e := range []Effect{Cancel, Lapse} {
		for _, a := range f.Actions {
			if f.Does[a.Code] == e {
				return f.State(a.To)
			}
		}
	}
	return workflow.State{}, false
}

// Removes reports whether the cable is to be taken out in a state.
func (f *Flow) Removes(state string) bool { return slices.Contains(f.Removal, state) }

// ready compiles what is asked once, before f is shared.
func (f *Flow) ready() *Flow {
	f.Read = f.Sheet(orderForm())
	return f
}
