package ductorder

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// What evidence shows.
const (
	Before = "before"
	After  = "after"
	Trace  = "trace" // a measurement, such as of an OTDR
)

// EvidenceKinds are the kinds of evidence.
func EvidenceKinds() []string { return []string{Before, After, Trace} }

// What work it is evidence of.
const (
	OfInstallation = "install"
	OfRemoval      = "removal"
)

// The states of evidence.
const (
	EvidenceWaiting  = "waiting"
	EvidenceApproved = "approved"
	EvidenceRejected = "rejected"
)

// Evidence is one photo or measurement that shows the company's work.
type Evidence struct {
	bun.BaseModel `bun:"table:duct_order_evidence,alias:v"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	OrderID    uuid.UUID     `bun:"order_id"`
	Purpose    string        `bun:"purpose"`
	Kind       string        `bun:"kind"`
	Place      string        `bun:"place"` // code of a node on the way
	Note       string        `bun:"note"`
	FileID     uuid.UUID     `bun:"file_id"`
	State      string        `bun:"state"`
	Reason     string        `bun:"reason"` // why it was rejected
	Replaces   uuid.NullUUID `bun:"replaces"`
	SentAt     time.Time     `bun:"sent_at"`
	SentBy     uuid.UUID     `bun:"sent_by"`
	ReviewedAt time.Time     `bun:"reviewed_at,nullzero"`
	ReviewedBy uuid.NullUUID `bun:"reviewed_by"`
	Key        uuid.NullUUID `bun:"key"` // of the form, so that one sent twice is one piece
	FileName   string        `bun:"file_name,scanonly"`
	Mime       string        `bun:"mime,scanonly"`
	Replaced   bool          `bun:"replaced,scanonly"` // it was rejected, and made anew
}

// EvidenceInput is evidence with its file, which Receive took in.
type EvidenceInput struct {
	Key      uuid.UUID // of the form: a second piece with it is the first one; uuid.Nil adds another each time
	Order    uuid.UUID
	Kind     string
	Place    string    // code of a node on the order's way
	Replaces uuid.UUID // the rejected one that it stands for; uuid.Nil for none
	Note     string
	File     files.File
}

// evidenceMost bounds the evidence of one order.
const evidenceMost = 500

// UploadEvidence adds what shows the company's work, by its people or by staff with duct:lease for them. It refuses Invalid what
// cannot be (field "place" for one not on the way; "replaces" for evidence that was not rejected or was made anew already), and
// Conflict "ductorder.no_action" in a state in which no work is shown. What whoever asks could not read is refused together with that. A
// repetition without a fault returns the piece that was added, and its file is dropped.
func (s *Service) UploadEvidence(ctx context.Context, actor identity.Actor, in EvidenceInput, unread ...fault.Field) (Evidence, error) {
	if err := s.mayChange(ctx, actor, in.Order); err != nil {
		return Evidence{}, err
	}
	in.Place, in.Note = strings.TrimSpace(in.Place), strings.TrimSpace(in.Note)
	bad := unread
	add := func(name, code string, args ...any) {
		bad = fault.Also(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	if !slices.Contains(EvidenceKinds(), in.Kind) {
		add("kind", "not_an_option")
	}
	if len([]rune(in.Note)) > 500 {
		add("note", "too_long", "max", 500)
	}
	if in.File.ID == uuid.Nil {
		add("file", "file_required")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Evidence{}, err
	}
	var e Evidence
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		o, f, err := s.lockIn(ctx, tx, in.Order, func(f *ductflow.Flow) []string { return f.Evidence })
		if err != nil {
			return err
		}
		nodes, err := s.nodes(ctx, tx, o)
		if err != nil {
			return err
		}
		if _, ok := nodes[in.Place]; in.Place == "" {
			add("place", "required")
		} else if !ok {
			add("place", "not_on_way")
		}
		all, err := evidence(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(x Evidence) bool { return x.Key.Valid && x.Key.UUID == in.Key }); i >= 0 && len(bad) == 0 { // with a fault the form was changed since
			e = all[i]
			return nil
		}
		e = Evidence{TenantID: o.TenantID, ID: id, OrderID: o.ID, Purpose: purpose(f, o.State), Kind: in.Kind, Place: in.Place, Note: in.Note, FileID: in.File.ID, State: EvidenceWaiting, SentAt: s.now(), SentBy: actor.ID, Key: uuid.NullUUID{UUID: in.Key, Valid: in.Key != uuid.Nil},
			Replaces: uuid.NullUUID{UUID: in.Replaces, Valid: in.Replaces != uuid.Nil}, FileName: in.File.Name, Mime: in.File.Mime}
		if e.Replaces.Valid && !slices.ContainsFunc(all, func(x Evidence) bool {
			return x.ID == in.Replaces && x.Purpose == e.Purpose && x.State == EvidenceRejected && !x.Replaced
		}) {
			add("replaces", "not_an_option")
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		if len(all) >= evidenceMost {
			return fault.New(fault.Conflict, "ductorder.too_much_evidence", "max", evidenceMost)
		}
		if err := s.d.Files.Keep(ctx, tx, in.File); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: evidence: %w", err)
		}
		return s.noted(ctx, tx, o, actor, EventEvidence, "ductorder.evidence", "", map[string]any{"evidence": id, "kind": e.Kind, "place": e.Place})
	})
	return e, err
}

// evidence is all of an order, the oldest first.
func evidence(ctx context.Context, db bun.IDB, order uuid.UUID) ([]Evidence, error) {
	var all []Evidence
	err := db.NewSelect().Model(&all).ColumnExpr("v.*, f.name AS file_name, f.mime, EXISTS (SELECT 1 FROM duct_order_evidence AS x WHERE x.tenant_id = v.tenant_id AND x.replaces = v.id) AS replaced").
		Join("JOIN file AS f ON f.tenant_id = v.tenant_id AND f.id = v.file_id").Where("v.tenant_id = ? AND v.order_id = ?", tenancy.Must(ctx), order).OrderExpr("v.id").Limit(evidenceMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductorder: evidence: %w", err)
	}
	return all, nil
}

// purpose is what work is shown in a state of a flow.
func purpose(f *ductflow.Flow, state string) string {
	if f.Removes(state) {
		return OfRemoval
	}
	return OfInstallation
}

// ReviewInput is what staff say of a piece of evidence.
type ReviewInput struct {
	Order, Evidence uuid.UUID
	Approve         bool
	Reason          string // of a rejection
}

// Review approves or rejects evidence, for staff with duct:lease; what was said may be said otherwise while the order stands in
// review. It refuses Invalid a rejection without its reason, and Conflict "ductorder.no_action" in another state, or for evidence
// that was made anew.
func (s *Service) Review(ctx context.Context, actor identity.Actor, in ReviewInput) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch n := len([]rune(in.Reason)); {
	case n == 0 && !in.Approve:
		return fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	case n > 500:
		return fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", 500}}})
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		o, f, err := s.lockIn(ctx, tx, in.Order, func(f *ductflow.Flow) []string { return f.Review })
		if err != nil {
			return err
		}
		all, err := evidence(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(e Evidence) bool { return e.ID == in.Evidence })
		switch {
		case i < 0:
			return notFound()
		case all[i].Replaced || all[i].Purpose != purpose(f, o.State):
			return noAction()
		}
		e := &all[i]
		e.State, e.Reason, e.ReviewedAt, e.ReviewedBy = EvidenceRejected, in.Reason, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		if in.Approve {
			e.State, e.Reason = EvidenceApproved, ""
		}
		if _, err := tx.NewUpdate().Model(e).Column("state", "reason", "reviewed_at", "reviewed_by").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: review: %w", err)
		}
		return s.noted(ctx, tx, o, actor, EventReview, "ductorder.review", e.Reason, map[string]any{"evidence": e.ID, "state": e.State, "place": e.Place})
	})
}

// lacksEvidence is lacks for the steps about evidence.
func (s *Service) lacksEvidence(ctx context.Context, db bun.IDB, o Order, e ductflow.Effect) (string, error) {
	f, err := s.flows.Find(ctx, db, o.FlowVersion)
	if err != nil {
		return "", err
	}
	all, err := evidence(ctx, db, o.ID)
	if err != nil {
		return "", err
	}
	var waiting, approved, rejected int
	for _, x := range all {
		switch {
		case x.Purpose != purpose(f, o.State):
		case x.State == EvidenceWaiting:
			waiting++
		case x.State == EvidenceApproved:
			approved++
		case !x.Replaced:
			rejected++
		}
	}
	switch {
	case e == ductflow.Rework && rejected == 0:
		return "ductorder.none_rejected", nil
	case e == ductflow.Rework:
		return "", nil
	case rejected > 0:
		return "ductorder.evidence_rejected", nil
	case waiting+approved == 0:
		return "ductorder.no_evidence", nil
	case e == ductflow.Reviewed && waiting > 0:
		return "ductorder.evidence_waiting", nil
	}
	return "", nil
}
