package ductorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The states of a window.
const (
	WindowAsked     = "asked"
	WindowGranted   = "granted"
	WindowRefused   = "refused"
	WindowWithdrawn = "withdrawn"
)

// Window is when a crew may open a manhole.
type Window struct {
	bun.BaseModel `bun:"table:duct_order_window,alias:w"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	OrderID   uuid.UUID     `bun:"order_id"`
	NodeID    uuid.UUID     `bun:"node_id"`
	Since     time.Time     `bun:"since"`
	Until     time.Time     `bun:"until"` // the last day
	Crew      string        `bun:"crew"`
	Leader    string        `bun:"leader"`
	Phone     string        `bun:"phone"`
	People    int           `bun:"people"`
	Safety    string        `bun:"safety"` // who watches over it (K3), with the certificate
	State     string        `bun:"state"`
	Beside    bool          `bun:"beside"`           // may work there beside another crew
	Refusal   string        `bun:"refusal,nullzero"` // the code of the published reason; "" for one refused before there was a list for windows
	Reason    string        `bun:"reason"`           // what was said beside
	AskedAt   time.Time     `bun:"asked_at"`
	AskedBy   uuid.UUID     `bun:"asked_by"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	Key       uuid.NullUUID `bun:"key"`                         // of the form, so that one sent twice is one window
	Sealed    []byte        `bun:"sealed"`                      // crew, leader, phone and safety, which stand in the columns above only in rows from before
	ErasedAt  time.Time     `bun:"erased_at,nullzero"`          // who it was is not known any more
	Node      string        `bun:"node,scanonly"`               // its code
	Refused   i18n.Text     `bun:"refused,type:jsonb,scanonly"` // what the reason is called
}

// windowColumns are those of a window as it is read.
const windowColumns = "w.*, (SELECT n.code FROM duct_node AS n WHERE n.tenant_id = w.tenant_id AND n.id = w.node_id) AS node, (SELECT f.name FROM duct_refusal AS f WHERE f.tenant_id = w.tenant_id AND f.code = w.refusal) AS refused"

// Why says why a window was refused: the published reason, and what was said beside.
func (w Window) Why(l i18n.Locale) string {
	if name := w.Refused.In(l); name != "" && w.Reason != "" {
		return name + ": " + w.Reason
	} else if name != "" {
		return name
	}
	return w.Reason
}

// WindowInput asks for a window.
type WindowInput struct {
	Key          uuid.UUID // of the form: a second request with it is the first one; uuid.Nil asks for another each time
	Order        uuid.UUID
	Node         string // code of one on the order's way
	Since, Until time.Time
	Crew         string
	Leader       string
	Phone        string
	People       int
	Safety       string
}

const (
	windowLongest = lease.PullDays
	crewMost      = 30
	windowsMost   = 500 // of one order
)

func (in *WindowInput) check(today time.Time) []fault.Field {
	var bad []fault.Field
	for _, x := range []struct {
		name  string
		value *string
	}{{"node", &in.Node}, {"crew", &in.Crew}, {"leader", &in.Leader}, {"phone", &in.Phone}, {"safety", &in.Safety}} {
		*x.value = strings.Join(strings.Fields(*x.value), " ")
		switch n := len([]rune(*x.value)); {
		case n == 0:
			bad = append(bad, fault.Field{Name: x.name, Code: "required"})
		case n > 200:
			bad = append(bad, fault.Field{Name: x.name, Code: "too_long", Args: []any{"max", 200}})
		}
	}
	if _, ok := identity.NormalPhone(in.Phone); in.Phone != "" && !ok {
		bad = append(bad, fault.Field{Name: "phone", Code: "phone"})
	}
	if in.People < 1 || in.People > crewMost {
		bad = append(bad, fault.Field{Name: "people", Code: "out_of_range", Args: []any{"min", 1, "max", crewMost}})
	}
	in.Since, in.Until = duct.DayOf(in.Since), duct.DayOf(in.Until)
	switch {
	case in.Since.IsZero():
		bad = append(bad, fault.Field{Name: "since", Code: "required"})
	case in.Since.Before(today):
		bad = append(bad, fault.Field{Name: "since", Code: "plan_past"})
	}
	switch {
	case in.Until.IsZero():
		bad = append(bad, fault.Field{Name: "until", Code: "required"})
	case in.Since.IsZero():
	case in.Until.Before(in.Since):
		bad = append(bad, fault.Field{Name: "until", Code: "not_after"})
	case in.Until.After(in.Since.AddDate(0, 0, windowLongest-1)):
		bad = append(bad, fault.Field{Name: "until", Code: "window_too_long", Args: []any{"max", windowLongest}})
	}
	return bad
}

// RequestWindow asks to open a manhole on the order's way, by people of its company or by staff with duct:lease for it. It refuses
// Invalid what cannot be (field "node" for one that is not on the way), and Conflict "ductorder.no_action" in a state in which none
// is asked for. What whoever asks could not read is refused together with that. A repetition without a fault returns the window that was
// asked for.
func (s *Service) RequestWindow(ctx context.Context, actor identity.Actor, in WindowInput, unread ...fault.Field) (Window, error) {
	if err := s.mayChange(ctx, actor, in.Order); err != nil {
		return Window{}, err
	}
	bad := fault.Also(unread, in.check(s.today(ctx))...)
	id, err := uuid.NewV7()
	if err != nil {
		return Window{}, err
	}
	var w Window
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		o, _, err := s.lockIn(ctx, tx, in.Order, func(f *ductflow.Flow) []string { return f.Windows })
		if err != nil {
			return err
		}
		if len(bad) == 0 { // else the form was changed since, and what it says now is told
			if again, err := s.askedWindow(ctx, tx, o, in.Key); err != nil || again != nil {
				if again != nil {
					w = *again
				}
				return err
			}
		}
		nodes, err := s.nodes(ctx, tx, o)
		if err != nil {
			return err
		}
		node, ok := nodes[in.Node]
		if !ok && in.Node != "" {
			bad = fault.Also(bad, fault.Field{Name: "node", Code: "not_on_way"})
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		n, err := tx.NewSelect().Model((*Window)(nil)).Where("w.tenant_id = ? AND w.order_id = ?", o.TenantID, o.ID).Count(ctx)
		if err != nil {
			return err
		}
		if n >= windowsMost {
			return fault.New(fault.Conflict, "ductorder.too_many_windows", "max", windowsMost)
		}
		w = Window{TenantID: o.TenantID, ID: id, OrderID: o.ID, NodeID: node, Node: in.Node, Since: in.Since, Until: in.Until, Crew: in.Crew, Leader: in.Leader, Phone: in.Phone, People: in.People, Safety: in.Safety,
			Key: uuid.NullUUID{UUID: in.Key, Valid: in.Key != uuid.Nil}, State: WindowAsked, AskedAt: s.now(), AskedBy: actor.ID}
		if err := s.sealCrew(ctx, &w); err != nil {
			return err
		}
		row := w
		row.Crew, row.Leader, row.Phone, row.Safety = "", "", "", ""
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: window: %w", err)
		}
		return s.noted(ctx, tx, o, actor, EventWindow, "ductorder.window_ask", "", map[string]any{"window": id, "node": in.Node, "state": w.State})
	})
	return w, err
}

// askedWindow is the window of an order that the same form asked for; nil where there is none. The order is locked, so that of two at
// once the second finds the first.
func (s *Service) askedWindow(ctx context.Context, tx bun.Tx, o Order, key uuid.UUID) (*Window, error) {
	if key == uuid.Nil {
		return nil, nil
	}
	var all []Window
	err := tx.NewSelect().Model(&all).ColumnExpr(windowColumns).
		Where("w.tenant_id = ? AND w.order_id = ? AND w.key = ?", o.TenantID, o.ID, key).Scan(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], s.openCrews(ctx, all)
}

// mayChange refuses who may not add to an order: staff without duct:lease, and people of another company (NotFound).
func (s *Service) mayChange(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	o, err := s.read(ctx, actor, id)
	if err != nil {
		return err
	}
	_, err = s.placer(ctx, actor, o.OperatorID)
	return err
}

// nodes are those on an order's way as it is now, by code: where a segment was split, the one between its parts too.
func (s *Service) nodes(ctx context.Context, db bun.IDB, o Order) (map[string]uuid.UUID, error) {
	out := map[string]uuid.UUID{}
	way, err := keeps(ctx, db, o)
	if err != nil || len(way) == 0 {
		return out, err
	}
	var rows []struct {
		ID   uuid.UUID
		Code string
	}
	err = db.NewRaw("SELECT n.id, n.code FROM duct_node n WHERE n.tenant_id = ?0 AND n.id IN (SELECT unnest(ARRAY[k.from_node, k.to_node]) FROM duct_segment k WHERE k.tenant_id = ?0 AND k.id IN (?1))",
		o.TenantID, bun.List(way)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductorder: nodes: %w", err)
	}
	for _, r := range rows {
		out[r.Code] = r.ID
	}
	return out, nil
}

// WindowDecision is what staff decide about a window. Beside lets the crew in although another is there on these days.
type WindowDecision struct {
	Order, Window uuid.UUID
	Grant         bool
	Beside        bool
	Refusal       string // the code of a published reason, for a refusal
	Reason        string // what there is to say beside
}

// DecideWindow grants or refuses a window that is asked for, for staff with duct:lease. It refuses Invalid a refusal without a published
// reason that fits (field "refusal"), Conflict "ductorder.window_taken" a window in which another crew is in the manhole and may not be joined, and
// "ductorder.window_decided" one that is not asked for any more.
func (s *Service) DecideWindow(ctx context.Context, actor identity.Actor, in WindowDecision) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if len([]rune(in.Reason)) > 500 {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", 500}}})
	}
	return s.window(ctx, actor, in.Order, in.Window, func(ctx context.Context, tx bun.Tx, w *Window) error {
		if w.State != WindowAsked {
			return fault.New(fault.Conflict, "ductorder.window_decided")
		}
		w.State, w.Reason, w.DecidedAt, w.DecidedBy = WindowRefused, in.Reason, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		if !in.Grant {
			r, err := s.d.Leases.PublishedWindow(ctx, tx, in.Refusal)
			w.Refusal, w.Refused = r.Code, r.Name
			return err
		}
		w.State, w.Beside = WindowGranted, in.Beside
		if in.Beside {
			return nil
		}
		return alone(ctx, tx, *w)
	})
}

// alone refuses a window in which another crew is in the manhole. Those who decide about a manhole wait for each other.
func alone(ctx context.Context, tx bun.Tx, w Window) error {
	var other []string
	err := tx.NewRaw(`SELECT r.number FROM duct_order_window x JOIN duct_order r ON r.tenant_id = x.tenant_id AND r.id = x.order_id
		WHERE x.tenant_id = ?0 AND x.node_id = ?1 AND x.state = ?2 AND x.id <> ?3 AND daterange(x.since, x.until, '[]') && daterange(?4, ?5, '[]') LIMIT 1`,
		w.TenantID, w.NodeID, WindowGranted, w.ID, w.Since, w.Until).Scan(ctx, &other)
	if err != nil {
		return fmt.Errorf("ductorder: window: %w", err)
	}
	if len(other) > 0 {
		return fault.New(fault.Conflict, "ductorder.window_taken", "number", other[0])
	}
	return nil
}

// WithdrawWindow gives back a window that was asked for or granted, by people of the company or staff with duct:lease; Conflict
// "ductorder.window_decided" for one that was refused or given back.
func (s *Service) WithdrawWindow(ctx context.Context, actor identity.Actor, order, id uuid.UUID) error {
	if err := s.mayChange(ctx, actor, order); err != nil {
		return err
	}
	return s.window(ctx, actor, order, id, func(ctx context.Context, tx bun.Tx, w *Window) error {
		if w.State != WindowAsked && w.State != WindowGranted {
			return fault.New(fault.Conflict, "ductorder.window_decided")
		}
		w.State, w.DecidedAt, w.DecidedBy = WindowWithdrawn, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		return nil
	})
}

// shut gives back the windows of an order that ends: those that nobody decided about, and those granted that are not over.
func (s *Service) shut(ctx context.Context, tx bun.Tx, o Order, actor identity.Actor) error {
	_, err := tx.NewUpdate().Model((*Window)(nil)).Set("state = ?, decided_at = ?, decided_by = ?", WindowWithdrawn, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: actor.ID != uuid.Nil}).
		Where("w.tenant_id = ? AND w.order_id = ? AND (w.state = ? OR w.state = ? AND w.until >= ?)", o.TenantID, o.ID, WindowAsked, WindowGranted, s.today(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductorder: windows: %w", err)
	}
	return nil
}

// shutAsked closes what was asked for and not decided once an order's lease is active, with word to the company: its cable is in.
func (s *Service) shutAsked(ctx context.Context, tx bun.Tx, o Order, actor identity.Actor) error {
	var nodes []string
	err := tx.NewRaw(`UPDATE duct_order_window w SET state = ?2, decided_at = ?3, decided_by = ?4 FROM duct_node n
		WHERE w.tenant_id = ?0 AND w.order_id = ?1 AND w.state = ?5 AND n.tenant_id = w.tenant_id AND n.id = w.node_id RETURNING n.code`,
		o.TenantID, o.ID, WindowWithdrawn, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: actor.ID != uuid.Nil}, WindowAsked).Scan(ctx, &nodes)
	if err != nil {
		return fmt.Errorf("ductorder: windows: %w", err)
	}
	if len(nodes) == 0 {
		return nil
	}
	slices.Sort(nodes)
	nodes = slices.Compact(nodes)
	for _, node := range nodes {
		if err := s.noted(ctx, tx, o, actor, EventWindow, "ductorder.window", "", map[string]any{"node": node, "state": WindowWithdrawn}); err != nil {
			return err
		}
	}
	return s.letter(ctx, tx, o, "windows_shut", "windows_shut", func(i18n.Locale) map[string]string {
		return map[string]string{"nodes": strings.Join(nodes, ", ")}
	})
}

// window changes a window of an order.
func (s *Service) window(ctx context.Context, actor identity.Actor, order, id uuid.UUID, change func(context.Context, bun.Tx, *Window) error) error {
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		o, err := s.lock(ctx, tx, order)
		if err != nil {
			return err
		}
		var all []Window
		err = tx.NewSelect().Model(&all).ColumnExpr(windowColumns).
			Where("w.tenant_id = ? AND w.order_id = ? AND w.id = ?", o.TenantID, o.ID, id).Scan(ctx)
		if err != nil {
			return fmt.Errorf("ductorder: window: %w", err)
		}
		if len(all) == 0 {
			return notFound()
		}
		w := &all[0]
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "ductorder window "+w.NodeID.String()).Exec(ctx); err != nil {
			return err
		}
		if err := change(ctx, tx, w); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(w).Column("state", "beside", "refusal", "reason", "decided_at", "decided_by").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: window: %w", err)
		}
		detail := map[string]any{"window": id, "node": w.Node, "state": w.State}
		if w.Refusal != "" {
			detail["refusal"] = w.Refusal
		}
		if err := s.noted(ctx, tx, o, actor, EventWindow, "ductorder.window", w.Reason, detail); err != nil || actor.Kind == identity.Partner {
			return err
		}
		return s.letter(ctx, tx, o, "window:"+id.String()+":"+w.State, "window_"+w.State, func(l i18n.Locale) map[string]string {
			return map[string]string{"node": w.Node, "reason": strings.TrimRight(w.Why(l), ". ")}
		})
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23P01" {
		return fault.New(fault.Conflict, "ductorder.window_taken", "number", "")
	}
	return err
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
