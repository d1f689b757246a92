package ductorder

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Filter narrows the orders down; what is empty asks for nothing.
type Filter struct {
	State    string // of the flow
	Operator uuid.UUID
	Late     bool // what is promised of them has not come
	Turn     workflow.Clock
	Closed   bool // those that are over, the latest first; else those that are not, the most urgent first
}

// Listed is an order with whose it is and how it stands in words.
type Listed struct {
	Order        `bun:",extend"`
	OperatorName string
	StateName    i18n.Text `bun:"-"`
	Public       i18n.Text `bun:"-"` // what the state means to the company
}

// Orders are the orders of the city, for staff with duct:read: at most so many after one of them, uuid.Nil to begin with.
func (s *Service) Orders(ctx context.Context, actor identity.Actor, f Filter, after uuid.UUID, most int) ([]Listed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	q := s.listed(ctx)
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	if f.Operator != uuid.Nil {
		q = q.Where("r.operator_id = ?", f.Operator)
	}
	if f.Late {
		q = q.Where("r.due_at < ?", s.now())
	}
	if f.Turn != "" {
		q = q.Where("r.clock = ?", f.Turn)
	}
	if f.Closed {
		q = q.Where("r.closed_at IS NOT NULL").OrderExpr("r.id DESC")
		if after != uuid.Nil {
			q = q.Where("r.id < ?", after)
		}
		return s.scan(ctx, q, most)
	}
	q = q.Where("r.closed_at IS NULL").OrderExpr("r.queue_at, r.id")
	if after != uuid.Nil {
		q = q.Where("(r.queue_at, r.id) > ((SELECT x.queue_at FROM duct_order AS x WHERE x.tenant_id = ? AND x.id = ?), ?)", tenancy.Must(ctx), after, after)
	}
	return s.scan(ctx, q, most)
}

// MyOrders are the orders of the actor's own company, the latest first: at most so many before one of them, uuid.Max to begin with.
func (s *Service) MyOrders(ctx context.Context, actor identity.Actor, before uuid.UUID, most int) ([]Listed, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	return s.scan(ctx, s.listed(ctx).Where("r.operator_id = ? AND r.id < ?", self.Company.ID, before).OrderExpr("r.id DESC"), most)
}

func (s *Service) listed(ctx context.Context) *bun.SelectQuery {
	return s.d.DB.NewSelect().TableExpr("duct_order AS r").ColumnExpr("r.*, (SELECT o.name FROM duct_operator AS o WHERE o.tenant_id = r.tenant_id AND o.id = r.operator_id) AS operator_name").
		Where("r.tenant_id = ?", tenancy.Must(ctx))
}

func (s *Service) scan(ctx context.Context, q *bun.SelectQuery, most int) ([]Listed, error) {
	var all []Listed
	if err := q.Limit(int64(most)).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductorder: orders: %w", err)
	}
	for i := range all {
		if err := s.say(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// say names the state of an order in the words of its flow.
func (s *Service) say(ctx context.Context, x *Listed) error {
	f, err := s.flows.Find(ctx, s.d.DB, x.FlowVersion)
	if err != nil {
		return err
	}
	state, _ := f.State(x.State)
	x.StateName, x.Public = state.Label, state.Public
	return nil
}

// States are those of the flow by which orders are placed now, in its order, for staff with duct:read.
func (s *Service) States(ctx context.Context, actor identity.Actor) ([]workflow.State, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	version, err := s.flows.Newest(ctx, s.d.DB)
	if err != nil {
		return nil, err
	}
	f, err := s.flows.Find(ctx, s.d.DB, version)
	if err != nil {
		return nil, err
	}
	return f.States, nil
}

// Offer is a step that the reader may take now, or could if there were not something lacking.
type Offer struct {
	Action workflow.Action
	Effect ductflow.Effect
	Fields []form.Field // that it asks for now
	Lacks  string       // the fault code of what is not there yet; empty when it can be taken
}

// Detail is one order with all that hangs on it.
type Detail struct {
	Listed
	Flow      *ductflow.Flow
	Lease     lease.Lease // the zero Lease before the reservation
	Events    []Event     // the oldest first
	Papers    []Paper     // the newest first
	Permits   []Permit
	Windows   []Window
	Evidence  []Evidence
	Answered  workflow.Answered
	Offers    []Offer
	RenewedBy *Order   // the order that renews this one
	Falls     []string // numbers of the renewals that end with it when notice is given, the next one first
	Renewed   *Order   // the one that this renews
	Binds     bool     // there is a step that binds the company, which the reader may not take because they are no administrator of it
	Import    string   // the title of the survey that wrote down what was built
	// What the reader may add now.
	MayPermit, MayWindow, MayEvidence, MayReview bool
}

// Said is what was said of an event in the order's history; of a window that was refused the published reason too.
func (d Detail) Said(l i18n.Locale, e Event) string {
	if id, _ := e.Detail["window"].(string); e.Action == EventWindow && e.Detail["state"] == WindowRefused {
		if i := slices.IndexFunc(d.Windows, func(w Window) bool { return w.ID.String() == id }); i >= 0 {
			return d.Windows[i].Why(l)
		}
	}
	return e.Reason
}

// eventsMost bounds the history of one order.
const eventsMost = 1000

// Find returns one order with all that hangs on it, for staff with duct:read, and for people of its company; NotFound
// "ductorder.not_found".
func (s *Service) Find(ctx context.Context, actor identity.Actor, id uuid.UUID) (Detail, error) {
	o, err := s.read(ctx, actor, id)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	if err := s.listed(ctx).Where("r.id = ?", o.ID).Scan(ctx, &d.Listed); err != nil {
		return Detail{}, fmt.Errorf("ductorder: find: %w", err)
	}
	if err := s.say(ctx, &d.Listed); err != nil {
		return Detail{}, err
	}
	db := s.d.DB
	steps := []func() error{
		func() (err error) { d.Flow, err = s.flows.Find(ctx, db, d.FlowVersion); return err },
		func() (err error) { d.Lease, err = s.leaseOf(ctx, db, d.Order); return err },
		func() error {
			return db.NewSelect().Model(&d.Events).Where("e.tenant_id = ? AND e.order_id = ?", d.TenantID, d.ID).OrderExpr("e.id").Limit(eventsMost).Scan(ctx)
		},
		func() (err error) { d.Papers, err = papers(ctx, db, d.ID); return err },
		func() (err error) { d.Permits, err = permits(ctx, db, d.ID); return err },
		func() error {
			err := db.NewSelect().Model(&d.Windows).ColumnExpr(windowColumns).
				Where("w.tenant_id = ? AND w.order_id = ?", d.TenantID, d.ID).OrderExpr("w.since, w.id").Limit(windowsMost).Scan(ctx)
			if err != nil {
				return err
			}
			return s.openCrews(ctx, d.Windows)
		},
		func() (err error) { d.Evidence, err = evidence(ctx, db, d.ID); return err },
		func() (err error) { d.Answered, err = s.words(ctx, db, d.Order); return err },
		func() (err error) { d.RenewedBy, err = s.renewal(ctx, db, d.ID); return err },
		func() error {
			all, _, err := s.falling(ctx, db, d.ID)
			for _, o := range all {
				d.Falls = append(d.Falls, o.Number)
			}
			return err
		},
		func() error {
			if !d.Renews.Valid {
				return nil
			}
			d.Renewed = new(Order)
			return db.NewSelect().Model(d.Renewed).Where("r.tenant_id = ? AND r.id = ?", d.TenantID, d.Renews.UUID).Scan(ctx)
		},
		func() error {
			if !d.ImportID.Valid {
				return nil
			}
			return db.NewRaw("SELECT title FROM duct_import WHERE tenant_id = ? AND id = ?", d.TenantID, d.ImportID.UUID).Scan(ctx, &d.Import)
		},
		func() error { return s.offers(ctx, actor, &d) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Detail{}, fmt.Errorf("ductorder: find: %w", err)
		}
	}
	return d, nil
}

// offers are the steps that the reader may take, and what they may add.
func (s *Service) offers(ctx context.Context, actor identity.Actor, d *Detail) error {
	staff := s.d.Guard.Allow(ctx, actor, access.DuctLease) == nil
	own := actor.Kind == identity.Partner
	in := func(all []string) bool {
		for _, code := range all {
			if code == d.State {
				return true
			}
		}
		return false
	}
	d.MayPermit, d.MayReview = staff && in(d.Flow.Permits), staff && in(d.Flow.Review)
	d.MayWindow, d.MayEvidence = (staff || own) && in(d.Flow.Windows), (staff || own) && in(d.Flow.Evidence)
	standing := d.Flow.Read.Stand(d.Answered.Answers, d.Answered.Counts(), s.at(ctx))
	for _, a := range d.Flow.Offered(d.State, partOf(actor)) {
		if err := s.mayTake(ctx, actor, a, d.Flow.Does[a.Code]); err != nil || !standing.Holds(a) {
			d.Binds = d.Binds || fault.Is(err, "operator.not_admin") && standing.Holds(a)
			continue
		}
		x := Offer{Action: a, Effect: d.Flow.Does[a.Code]}
		if page, ok := standing.Page(workflow.ActionPage(a.Code)); ok {
			x.Fields = page.Fields
		}
		var err error
		if x.Lacks, err = s.lacks(ctx, s.d.DB, d.Order, x.Effect); err != nil {
			return err
		}
		d.Offers = append(d.Offers, x)
	}
	return nil
}

// Nodes are the codes of the nodes on an order's way, in which a window can be asked for, for whom Find is.
func (s *Service) Nodes(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]string, error) {
	o, err := s.read(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	found, err := s.nodes(ctx, s.d.DB, o)
	if err != nil {
		return nil, err
	}
	return sortedKeys(found), nil
}

// File opens a file of an order: of a permit, of evidence, or of what the office answered, for whom Find is; NotFound
// "ductorder.not_found" for one that is none of these.
func (s *Service) File(ctx context.Context, actor identity.Actor, order, file uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	o, err := s.read(ctx, actor, order)
	if err != nil {
		return files.File{}, nil, err
	}
	var ours bool
	err = s.d.DB.NewRaw(`SELECT EXISTS (SELECT 1 FROM duct_order_permit WHERE tenant_id = ?0 AND order_id = ?1 AND file_id = ?2)
		OR EXISTS (SELECT 1 FROM duct_order_evidence WHERE tenant_id = ?0 AND order_id = ?1 AND file_id = ?2)`, o.TenantID, o.ID, file).Scan(ctx, &ours)
	if err == nil && !ours {
		ours, err = s.records().Holds(ctx, s.d.DB, o.Subject(), file)
	}
	if err != nil {
		return files.File{}, nil, fmt.Errorf("ductorder: file: %w", err)
	}
	if !ours {
		return files.File{}, nil, fault.New(fault.NotFound, "ductorder.not_found")
	}
	return s.d.Files.Open(ctx, file)
}
