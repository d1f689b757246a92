package ductorder

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
	"bedelau/tenants"
)

// Effect is what a step of a flow means for the ducts.
type Effect string

// The effects. Each is refused where what it rests on is not there; see lacks.
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

	sheet *workflow.Sheet
}

// flowFile is where a pack has it.
const flowFile = "duct/order.yaml"

// The words of an order that conditions of a flow may name.
const (
	wordKind     = "kind"
	wordQuantity = "quantity"
	wordRenewal  = "renewal" // it renews another
	wordRenewed  = "renewed" // another renews it
)

// routed is the state to which an order comes once its way is chosen.
func (f *Flow) routed() string {
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
	kind := form.Field{Code: wordKind, Type: form.Choice, Label: text("lease.kind"), Required: true}
	for _, k := range []string{duct.Duct, duct.Subduct, duct.Microduct} {
		kind.Options = append(kind.Options, form.Option{Value: k, Label: text("duct.unit." + k)})
	}
	return &form.Form{Code: "duct_order", Version: 1, Pages: []form.Page{{Code: "order", Title: text("ductorder.order"), Fields: []form.Field{kind,
		{Code: wordQuantity, Type: form.Number, Label: text("lease.quantity"), Required: true}, {Code: wordRenewal, Type: form.YesNo, Label: text("ductorder.is_renewal"), Required: true},
		{Code: wordRenewed, Type: form.YesNo, Label: text("ductorder.is_renewed"), Required: true}}}}}
}

// officers are the permissions that a step of an order may ask for.
func officers() []access.Permission { return []access.Permission{access.DuctLease} }

// check is workflow.Check, and adds what an order needs besides: every effect has its step, taken by whom it can be.
func (f *Flow) check(c *pack.Check) {
	f.Workflow.Check(c, workflow.Rules{Officers: officers(), Forms: []form.Form{*orderForm()}, Reserved: []string{wordKind, wordQuantity, wordRenewal, wordRenewed}})
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
		if t, ok := f.ends(a.To); !ok || t.Unit != workcal.Day || t.Amount > 365 {
			c.Add(at+".to", "no_lapse", "value", a.To)
		}
	}
	if e != Refuse && to.Stage == workflow.StageRejected {
		c.Add(at+".to", "not_one_of", "value", to.Stage, "allowed", Refuse)
	}
}

// ends is after how long a state lapses.
func (f *Flow) ends(state string) (workcal.Term, bool) {
	for _, a := range f.Timed(state) {
		if f.Does[a.Code] == Lapse {
			return a.After, true
		}
	}
	return workcal.Term{}, false
}

// lapse is the step by which a state ends by itself.
func (f *Flow) lapse(state string) (workflow.Action, bool) {
	for _, a := range f.Timed(state) {
		if f.Does[a.Code] == Lapse {
			return a, true
		}
	}
	return workflow.Action{}, false
}

// ready compiles what is asked once, before f is shared.
func (f *Flow) ready() *Flow {
	f.sheet = f.Sheet(orderForm())
	return f
}

// Section is the orders' part of a city pack: duct/order.yaml. Register it with the engine. A flow that changed becomes a new
// version; orders that were placed keep theirs.
func Section() pack.Section {
	return pack.Section{
		Name: "ductorder",
		Check: func(p *pack.Pack) error {
			_, err := readFlow(p)
			return err
		},
		Apply: func(ctx context.Context, tx bun.Tx, p *pack.Pack) error {
			f, err := readFlow(p)
			if err != nil || f == nil {
				return err
			}
			return publish(ctx, tx, *f)
		},
	}
}

// readFlow is the flow of a pack; nil where it has none.
func readFlow(p *pack.Pack) (*Flow, error) {
	if !p.Has(flowFile) {
		return nil, nil
	}
	var f Flow
	if err := p.Decode(flowFile, &f); err != nil {
		return nil, err
	}
	c := p.Check(flowFile)
	f.check(c)
	return &f, c.Err()
}

// model is the flow of a city whose pack brings none: that of the pack which every other is modelled on.
var model = sync.OnceValues(func() (Flow, error) {
	found, err := fs.Glob(tenants.FS, "*/"+flowFile)
	if err != nil || len(found) == 0 {
		return Flow{}, fmt.Errorf("ductorder: no pack has a flow: %w", err)
	}
	p, err := pack.Load(tenants.FS, strings.TrimSuffix(found[0], "/"+flowFile))
	if err != nil {
		return Flow{}, err
	}
	f, err := readFlow(p)
	if err != nil {
		return Flow{}, err
	}
	return *f, nil
})

// publish makes f the newest version unless that says the same.
func publish(ctx context.Context, tx bun.IDB, f Flow) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO duct_flow (tenant_id, version, body, created_at)
		SELECT ?0, greatest(?1, coalesce(max(d.version), 0) + 1), ?2::jsonb, now() FROM duct_flow d WHERE d.tenant_id = ?0
		HAVING NOT coalesce((SELECT l.body = ?2::jsonb FROM duct_flow l WHERE l.tenant_id = ?0 ORDER BY l.version DESC LIMIT 1), false)`,
		tenancy.Must(ctx), f.Version, string(raw)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductorder: publish: %w", err)
	}
	return nil
}

// flows remembers parsed versions. They never change, and there are few, so nothing is ever dropped.
type flows struct {
	mu     sync.RWMutex
	parsed map[flowKey]*Flow
}

type flowKey struct {
	tenant  tenancy.ID
	version int
}

// flow returns one version, parsed once in this process.
func (s *Service) flow(ctx context.Context, db bun.IDB, version int) (*Flow, error) {
	key := flowKey{tenancy.Must(ctx), version}
	s.flows.mu.RLock()
	known, ok := s.flows.parsed[key]
	s.flows.mu.RUnlock()
	if ok {
		return known, nil
	}
	var body string
	if err := db.NewRaw("SELECT body FROM duct_flow WHERE tenant_id = ? AND version = ?", key.tenant, version).Scan(ctx, &body); err != nil {
		return nil, fmt.Errorf("ductorder: flow %d: %w", version, err)
	}
	f := new(Flow)
	if err := json.Unmarshal([]byte(body), f); err != nil {
		return nil, fmt.Errorf("ductorder: flow %d: %w", version, err)
	}
	f.ready()
	s.flows.mu.Lock()
	s.flows.parsed[key] = f
	s.flows.mu.Unlock()
	return f, nil
}

// newest is the version by which orders are placed now. A city that has none is given the model.
func (s *Service) newest(ctx context.Context, tx bun.IDB) (version int, err error) {
	for range 2 {
		err = tx.NewRaw("SELECT version FROM duct_flow WHERE tenant_id = ? ORDER BY version DESC LIMIT 1", tenancy.Must(ctx)).Scan(ctx, &version)
		if !errors.Is(err, sql.ErrNoRows) {
			break
		}
		f, err := model()
		if err != nil {
			return 0, err
		}
		if err := publish(ctx, tx, f); err != nil {
			return 0, err
		}
	}
	if err != nil {
		return 0, fmt.Errorf("ductorder: flow: %w", err)
	}
	return version, nil
}
