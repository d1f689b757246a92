package ductwait

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// What a company asks to be changed, as Openreach's network adjustments are.
const (
	Blockage   = "blockage"   // a duct through which nothing goes
	Congestion = "congestion" // one in which too much lies
	More       = "more"       // more ducts
)

// AugmentKinds are the kinds of requests.
func AugmentKinds() []string { return []string{Blockage, Congestion, More} }

// The states of a request.
const (
	Received = "received"
	InReview = "in_review"
	Planned  = "planned" // to be done by a day
	Done     = "done"
	Refused  = "refused" // for a published reason
)

// AugmentStates are those of a request, in the order in which it comes to them.
func AugmentStates() []string { return []string{Received, InReview, Planned, Done, Refused} }

// augmentNext says to which states a request may come from one.
var augmentNext = map[string][]string{Received: {InReview, Planned, Done, Refused}, InReview: {Planned, Done, Refused}, Planned: {Planned, Done, Refused}}

// AugmentNext are the states to which a request may come now.
func AugmentNext(state string) []string { return augmentNext[state] }

// Augment is a request to change the network.
type Augment struct {
	bun.BaseModel `bun:"table:duct_augment,alias:a"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	Number     string        `bun:"number"`
	OperatorID uuid.UUID     `bun:"operator_id"`
	Kind       string        `bun:"kind"`
	SegmentID  uuid.UUID     `bun:"segment_id"`
	Units      string        `bun:"units"` // of which more are wanted
	Quantity   int           `bun:"quantity"`
	Note       string        `bun:"note"`
	Key        string        `bun:"key"`
	State      string        `bun:"state"`
	Version    int           `bun:"version"` // counts the steps
	AskedAt    time.Time     `bun:"asked_at"`
	AskedBy    uuid.UUID     `bun:"asked_by"`
	DueAt      time.Time     `bun:"due_at"`
	AnsweredAt time.Time     `bun:"answered_at,nullzero"` // first
	Answer     string        `bun:"answer"`
	PlannedOn  time.Time     `bun:"planned_on,nullzero"`
	Refusal    string        `bun:"refusal,nullzero"`
	DecidedBy  uuid.NullUUID `bun:"decided_by"`
	UpdatedAt  time.Time     `bun:"updated_at"`

	Segment      string `bun:"segment,scanonly"` // its code
	OperatorName string `bun:"operator_name,scanonly"`
}

// Late reports whether a request was not answered when it was promised to be.
func (a Augment) Late(now time.Time) bool {
	if a.AnsweredAt.IsZero() {
		return now.After(a.DueAt)
	}
	return a.AnsweredAt.After(a.DueAt)
}

// AskInput is what a company asks for. Key is the sender's own, new for each request and the same when it is repeated.
type AskInput struct {
	Kind     string
	Segment  string // code
	Units    string // of More: duct.Duct, duct.Subduct or duct.Microduct
	Quantity int    // of More
	Note     string // needed for the other kinds: what was found
	Key      string
}

const augmentNote = 1000

func (in *AskInput) check() []fault.Field {
	var bad []fault.Field
	add := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	in.Segment, in.Note, in.Key = strings.TrimSpace(in.Segment), strings.TrimSpace(in.Note), strings.TrimSpace(in.Key)
	if !slices.Contains(AugmentKinds(), in.Kind) {
		add("kind", "not_an_option")
	}
	if in.Segment == "" {
		add("segment", "required")
	}
	if in.Kind == More {
		if in.Units != duct.Duct && in.Units != duct.Subduct && in.Units != duct.Microduct {
			add("units", "not_an_option")
		}
		if in.Quantity < 1 || in.Quantity > lease.QuantityMost {
			add("quantity", "out_of_range", "min", 1, "max", lease.QuantityMost)
		}
	} else {
		in.Units, in.Quantity = "", 0
	}
	switch n := len([]rune(in.Note)); {
	case n == 0 && in.Kind != More:
		add("note", "required")
	case n > augmentNote:
		add("note", "too_long", "max", augmentNote)
	}
	if n := len(in.Key); n == 0 || n > 200 {
		add("key", "required")
	}
	return bad
}

// Ask asks for a change of a segment that the actor's company sees today, or in which it holds something. It refuses Invalid what
// cannot be (field "segment" for one that it does not see), Conflict "lease.not_approved" a company that may not lease, and what
// tenancy.MayAsk refuses a city without the ducts in its plan.
func (s *Service) Ask(ctx context.Context, actor identity.Actor, in AskInput) (Augment, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return Augment{}, err
	}
	if err := tenancy.MayAsk(ctx, tenancy.ModuleDuct); err != nil {
		return Augment{}, err
	}
	if self.Company.State != lease.OperatorApproved {
		return Augment{}, fault.New(fault.Conflict, "lease.not_approved")
	}
	bad := in.check()
	segment, err := s.segment(ctx, self.Company.ID, in.Segment)
	if err != nil {
		return Augment{}, err
	}
	if segment == uuid.Nil && in.Segment != "" {
		bad = append(bad, fault.Field{Name: "segment", Code: "no_such_segment"})
	}
	if err := fault.Fields(bad); err != nil {
		return Augment{}, err
	}
	rule, err := s.Rule(ctx)
	if err != nil {
		return Augment{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Augment{}, err
	}
	a := Augment{TenantID: tenancy.Must(ctx), ID: id, OperatorID: self.Company.ID, Kind: in.Kind, SegmentID: segment, Units: in.Units, Quantity: in.Quantity, Note: in.Note, Key: in.Key, State: Received, Version: 1, AskedAt: s.now(), AskedBy: actor.ID,
		DueAt: s.now().AddDate(0, 0, rule.AnswerDays), UpdatedAt: s.now()}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var n int64
		if err := tx.NewRaw(`INSERT INTO duct_wait_line (tenant_id, waits, augments) VALUES (?, 0, 1)
			ON CONFLICT (tenant_id) DO UPDATE SET augments = duct_wait_line.augments + 1 RETURNING augments`, a.TenantID).Scan(ctx, &n); err != nil {
			return err
		}
		var again []Augment
		if err := tx.NewSelect().Model(&again).Where("a.tenant_id = ? AND a.operator_id = ? AND a.key = ?", a.TenantID, a.OperatorID, a.Key).Scan(ctx); err != nil || len(again) > 0 {
			if err == nil {
				a, err = again[0], errAgain
			}
			return err
		}
		a.Number = fmt.Sprintf("PRL-%d-%04d", s.today(ctx).Year(), n)
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor.Did(audit.Entry{Action: "ductwait.ask", Object: "duct_augment", ObjectID: a.ID, Detail: map[string]any{"number": a.Number, "segment": in.Segment}}))
	})
	if err != nil && !errors.Is(err, errAgain) {
		return Augment{}, fmt.Errorf("ductwait: ask: %w", err)
	}
	return a, nil
}

// segment is the one of a code that a company sees today, or in which it holds something; uuid.Nil for another.
func (s *Service) segment(ctx context.Context, company uuid.UUID, code string) (uuid.UUID, error) {
	var found []struct {
		ID   uuid.UUID
		Held bool
	}
	err := s.d.DB.NewRaw(`SELECT k.id, EXISTS (SELECT 1 FROM duct_unit u JOIN duct_hold h ON h.tenant_id = u.tenant_id AND h.unit_id = u.id AND h.released_at IS NULL JOIN duct_lease l ON l.tenant_id = h.tenant_id AND l.id = h.lease_id
			WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND l.operator_id = ?2) AS held
		FROM duct_segment k WHERE k.tenant_id = ?0 AND k.code = ?1`, tenancy.Must(ctx), code, company).Scan(ctx, &found)
	if err != nil {
		return uuid.Nil, fmt.Errorf("ductwait: segment: %w", err)
	}
	if len(found) == 0 || found[0].Held {
		if len(found) == 0 {
			return uuid.Nil, nil
		}
		return found[0].ID, nil
	}
	seen, err := s.d.Operators.VisibleTo(ctx, company, s.today(ctx), found[0].ID)
	if err != nil || !seen[found[0].ID] {
		return uuid.Nil, err
	}
	return found[0].ID, nil
}

// AnswerInput is a step of a request. Version is that of the request as it was read.
type AnswerInput struct {
	ID      uuid.UUID
	Version int
	State   string
	Answer  string    // needed for every state but InReview; every company that sees the segment can read it
	Planned time.Time // of Planned: the day by which it is done
	Refusal string    // of Refused: the code of the published reason
}

// Answer takes a step of a request and tells its company, for staff with duct:lease. It refuses Invalid what is missing, NotFound
// "ductwait.no_augment", Conflict "ductwait.augment_changed" a request that has changed meanwhile or cannot come to the state.
func (s *Service) Answer(ctx context.Context, actor identity.Actor, in AnswerInput) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	in.Answer, in.Planned = strings.TrimSpace(in.Answer), duct.DayOf(in.Planned)
	var bad []fault.Field
	switch n := len([]rune(in.Answer)); {
	case n == 0 && in.State != InReview:
		bad = append(bad, fault.Field{Name: "answer", Code: "required"})
	case n > augmentNote:
		bad = append(bad, fault.Field{Name: "answer", Code: "too_long", Args: []any{"max", augmentNote}})
	}
	if in.State == Planned {
		if in.Planned.IsZero() {
			bad = append(bad, fault.Field{Name: "planned", Code: "required"})
		} else if in.Planned.Before(s.today(ctx)) {
			bad = append(bad, fault.Field{Name: "planned", Code: "plan_past"})
		}
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.augment(ctx, tx, in.ID, true)
		if err != nil {
			return err
		}
		if a.Version != in.Version || !slices.Contains(augmentNext[a.State], in.State) {
			return fault.New(fault.Conflict, "ductwait.augment_changed")
		}
		was := a.State
		a.State, a.Version, a.UpdatedAt, a.DecidedBy, a.Refusal = in.State, a.Version+1, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}, ""
		if in.State == Refused {
			if err := s.d.Leases.Published(ctx, tx, in.Refusal); err != nil {
				return err
			}
			a.Refusal, a.PlannedOn = in.Refusal, time.Time{}
		}
		if in.State == Planned {
			a.PlannedOn = in.Planned
		}
		if in.State != InReview {
			a.Answer = in.Answer
			if a.AnsweredAt.IsZero() {
				a.AnsweredAt = s.now()
			}
		}
		if _, err := tx.NewUpdate().Model(&a).Column("state", "version", "updated_at", "decided_by", "refusal", "planned_on", "answer", "answered_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		if in.State != InReview {
			if err := s.tellAugment(ctx, tx, a); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, actor.Did(audit.Entry{Action: "ductwait.answer", Object: "duct_augment", ObjectID: a.ID, Detail: map[string]any{"number": a.Number, "from": was, "to": a.State, "refusal": a.Refusal}}))
	})
	if err != nil {
		return fmt.Errorf("ductwait: answer: %w", err)
	}
	return nil
}

// augment reads one request, for a change where lock says so.
func (s *Service) augment(ctx context.Context, db bun.IDB, id uuid.UUID, lock bool) (Augment, error) {
	var a Augment
	q := db.NewSelect().Model(&a).ColumnExpr("a.*, (SELECT k.code FROM duct_segment AS k WHERE k.tenant_id = a.tenant_id AND k.id = a.segment_id) AS segment").
		ColumnExpr("(SELECT o.name FROM duct_operator AS o WHERE o.tenant_id = a.tenant_id AND o.id = a.operator_id) AS operator_name").Where("a.tenant_id = ? AND a.id = ?", tenancy.Must(ctx), id)
	if lock {
		q = q.For("UPDATE")
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "ductwait.no_augment")
	}
	if err != nil {
		return a, fmt.Errorf("ductwait: augment: %w", err)
	}
	return a, nil
}

// tellAugment writes the answer to everybody of the company.
func (s *Service) tellAugment(ctx context.Context, tx bun.Tx, a Augment) error {
	if s.d.Notify == nil {
		return nil
	}
	people, err := s.d.Operators.Readers(ctx, tx, a.OperatorID)
	if err != nil {
		return err
	}
	for _, who := range people {
		l := who.Locale
		data := map[string]string{"number": a.Number, "segment": a.Segment, "kind": l.T("ductaugment.kind." + a.Kind), "state": l.T("ductaugment.state." + a.State), "reason": a.Answer, "path": "/mitra/perluasan"}
		err := s.d.Notify.Send(ctx, tx, notify.Message{To: who.ID, Template: "duct_augment_answered", Locale: l, Data: data, Key: fmt.Sprintf("duct_augment:%s:%d:%s", a.ID, a.Version, who.ID)})
		if err != nil {
			return fmt.Errorf("ductwait: tell: %w", err)
		}
	}
	return nil
}
