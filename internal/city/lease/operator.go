package lease

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identifier"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The states of an operator.
const (
	OperatorApplied   = "applied"
	OperatorApproved  = "approved"
	OperatorSuspended = "suspended" // keeps what it has, and may take nothing more
	OperatorRefused   = "refused"   // for a published reason, until it is mended
)

// Operator is a company that leases ducts.
type Operator struct {
	bun.BaseModel `bun:"table:duct_operator,alias:o"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	Name      string        `bun:"name"`
	NIB       string        `bun:"nib"` // nomor induk berusaha, 13 digits
	NPWP      string        `bun:"npwp"`
	Licence   string        `bun:"licence"` // of Komdigi
	Email     string        `bun:"email"`
	Phone     string        `bun:"phone"`
	Address   string        `bun:"address"`
	State     string        `bun:"state"`
	CreatedAt time.Time     `bun:"created_at"`
	DecidedAt time.Time     `bun:"decided_at,nullzero"`
	DecidedBy uuid.NullUUID `bun:"decided_by"`
	Refusal   string        `bun:"refusal,nullzero"` // the code of the published reason
	Why       string        `bun:"why"`              // what was said with the decision
	Revision  int           `bun:"revision"`         // how often it was amended
}

// OperatorStates are those of an operator, the one that waits first.
func OperatorStates() []string {
	return []string{OperatorApplied, OperatorApproved, OperatorSuspended, OperatorRefused}
}

// Apply writes down an operator that wants to lease, for staff with duct:lease. It refuses Invalid: what is missing or cannot
// be, and a business number of one that was not refused (field "nib"); and what tenancy.MayAdd refuses a city without the ducts in its plan.
func (s *Service) Apply(ctx context.Context, actor identity.Actor, in Operator) (Operator, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return Operator{}, err
	}
	if err := tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now()); err != nil {
		return Operator{}, err
	}
	var out Operator
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) (err error) {
		if out, err = s.Enrol(ctx, tx, actor, in); err != nil {
			return err
		}
		twin, err := tx.NewSelect().Model((*Operator)(nil)).Where("o.tenant_id = ? AND o.nib = ? AND o.id <> ? AND o.state <> ?", out.TenantID, out.NIB, out.ID, OperatorRefused).Exists(ctx)
		if err == nil && twin {
			err = nibTaken()
		}
		return err
	})
	return out, err
}

// Wrong is what is missing or cannot be in what a company says of itself.
func (in Operator) Wrong() []fault.Field {
	return fault.From(in.spelt()).Fields
}

// spelt brings what is said of an operator to its one spelling, and refuses what is missing or cannot be.
func (in *Operator) spelt() error {
	in.Name, in.Licence, in.Email = strings.Join(strings.Fields(in.Name), " "), strings.TrimSpace(in.Licence), strings.TrimSpace(in.Email)
	in.NIB, in.NPWP, in.Phone = strings.TrimSpace(in.NIB), strings.TrimSpace(in.NPWP), strings.TrimSpace(in.Phone)
	nib, unlikeNIB, _ := identifier.NIB(in.NIB)
	var bad []fault.Field
	for _, f := range []struct {
		name, value string
		ok          bool
		code        string
	}{
		{"name", in.Name, len([]rune(in.Name)) <= 200, "invalid"}, {"nib", in.NIB, unlikeNIB == "", unlikeNIB},
		{"licence", in.Licence, len([]rune(in.Licence)) <= 200, "invalid"}, {"email", in.Email, mailed(in.Email), "invalid"},
	} {
		if f.value == "" {
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		} else if !f.ok {
			bad = append(bad, fault.Field{Name: f.name, Code: f.code})
		}
	}
	npwp, unlikeNPWP, _ := identifier.NPWP(in.NPWP)
	if in.NPWP != "" && unlikeNPWP != "" {
		bad = append(bad, fault.Field{Name: "npwp", Code: unlikeNPWP})
	}
	if in.Phone != "" && !identity.OfficePhone(in.Phone) {
		bad = append(bad, fault.Field{Name: "phone", Code: "office_phone"})
	}
	if len(bad) == 0 {
		in.NIB, in.NPWP = nib, npwp
	}
	return fault.Fields(bad)
}

// Enrol is Apply as part of tx. Who may, and whether the ducts are in the city's plan, is the caller's concern: a company also
// registers itself. It takes a business number that is known, because anybody can name one: Decide looks at it.
func (s *Service) Enrol(ctx context.Context, tx bun.Tx, actor identity.Actor, in Operator) (Operator, error) {
	if err := in.spelt(); err != nil {
		return Operator{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Operator{}, err
	}
	in.TenantID, in.ID, in.State, in.CreatedAt, in.DecidedAt, in.DecidedBy = tenancy.Must(ctx), id, OperatorApplied, s.now(), time.Time{}, uuid.NullUUID{}
	in.Refusal, in.Why, in.Revision = "", "", 0
	if _, err := tx.NewInsert().Model(&in).Exec(ctx); err != nil {
		return Operator{}, fmt.Errorf("lease: operator: %w", err)
	}
	return in, audit.Record(ctx, tx, acted(actor, "lease.operator_apply", "duct_operator", id, nil))
}

// acted describes an act for the audit record. Who is not signed in is a visitor.
func acted(actor identity.Actor, action, object string, id uuid.UUID, detail map[string]any) audit.Entry {
	kind := string(actor.Kind)
	if kind == "" {
		kind = "visitor"
	}
	return audit.Entry{ActorID: actor.ID, ActorKind: kind, Action: action, Object: object, ObjectID: id, Detail: detail}
}

func nibTaken() error { return fault.Fields([]fault.Field{{Name: "nib", Code: "nib_taken"}}) }

// Amend corrects what a company says of itself and puts it before the staff again, while it waits or was refused. Who may is the
// caller's concern. It refuses what Enrol does, NotFound "lease.no_operator", and Conflict "lease.decided" one in another state.
func (s *Service) Amend(ctx context.Context, actor identity.Actor, id uuid.UUID, in Operator) error {
	if err := in.spelt(); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []Operator
		if err := tx.NewSelect().Model(&all).Where("o.tenant_id = ? AND o.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx); err != nil {
			return fmt.Errorf("lease: amend: %w", err)
		}
		switch {
		case len(all) == 0:
			return fault.New(fault.NotFound, "lease.no_operator")
		case all[0].State != OperatorApplied && all[0].State != OperatorRefused:
			return fault.New(fault.Conflict, "lease.decided")
		}
		was := all[0].State
		changed := in.changed(all[0])
		in.TenantID, in.ID, in.State, in.Revision = all[0].TenantID, id, OperatorApplied, all[0].Revision+1
		if _, err := tx.NewUpdate().Model(&in).Column("name", "nib", "npwp", "licence", "email", "phone", "address", "state", "revision").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("lease: amend: %w", err)
		}
		return audit.Record(ctx, tx, acted(actor, "lease.operator_amend", "duct_operator", id, map[string]any{"from": was, "changed": changed}))
	})
}

// changed names what differs from an operator of before.
func (in Operator) changed(was Operator) []string {
	out := []string{}
	for _, f := range []struct{ name, is, was string }{
		{"name", in.Name, was.Name}, {"nib", in.NIB, was.NIB}, {"npwp", in.NPWP, was.NPWP}, {"licence", in.Licence, was.Licence},
		{"email", in.Email, was.Email}, {"phone", in.Phone, was.Phone}, {"address", in.Address, was.Address},
	} {
		if f.is != f.was {
			out = append(out, f.name)
		}
	}
	return out
}

// Known refuses NotFound "lease.no_operator" an operator that is not there; MayLease also Conflict "lease.not_approved" one that
// may not lease.
func (s *Service) Known(ctx context.Context, tx bun.Tx, id uuid.UUID) error {
	if err := approved(ctx, tx, id); err != nil && !fault.Is(err, "lease.not_approved") {
		return err
	}
	return nil
}

// MayLease is described at Known.
func (s *Service) MayLease(ctx context.Context, tx bun.Tx, id uuid.UUID) error {
	return approved(ctx, tx, id)
}

func mailed(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// Decision is what is decided about an operator. Refusal is the code of a published reason, for a refusal; Why has to be said to
// suspend one. Revision is that of what was read. Unfiled are the kinds of required papers that are not on file, and that whoever approves has
// looked at elsewhere; the audit record tells them.
type Decision struct {
	State, Refusal, Why string
	Revision            int
	Unfiled             []string
}

// decided says from which states one may come to another.
var decided = map[string][]string{
	OperatorApproved:  {OperatorApplied, OperatorSuspended, OperatorRefused},
	OperatorSuspended: {OperatorApproved},
	OperatorRefused:   {OperatorApplied},
}

// Decide approves, refuses or suspends an operator, for staff with duct:lease. It refuses Invalid a refusal without a published
// reason, a suspension without words, and an approval under the business number of another that was approved (field "nib"); NotFound "lease.no_operator", Conflict "lease.decided" one in another state, and
// "lease.amended" one that has said something else of itself since the Revision.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, id uuid.UUID, in Decision) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	from, ok := decided[in.State]
	if !ok {
		return fault.Fields([]fault.Field{{Name: "state", Code: "not_an_option"}})
	}
	if err := said("why", in.Why, in.State == OperatorSuspended); err != nil {
		return err
	}
	in.Why = strings.TrimSpace(in.Why)
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []Operator
		if err := tx.NewSelect().Model(&all).Where("o.tenant_id = ? AND o.id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx); err != nil {
			return fmt.Errorf("lease: decide: %w", err)
		}
		switch {
		case len(all) == 0:
			return fault.New(fault.NotFound, "lease.no_operator")
		case !slices.Contains(from, all[0].State):
			return fault.New(fault.Conflict, "lease.decided")
		case in.Revision != all[0].Revision:
			return fault.New(fault.Conflict, "lease.amended")
		}
		if in.State != OperatorRefused {
			in.Refusal = ""
		} else if _, err := published(ctx, tx, in.Refusal, func(r Refusal) bool { return r.Operator }); err != nil {
			return err
		}
		o, was := &all[0], all[0].State
		o.State, o.Refusal, o.Why, o.DecidedAt, o.DecidedBy = in.State, in.Refusal, in.Why, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		if _, err := tx.NewUpdate().Model(o).Column("state", "refusal", "why", "decided_at", "decided_by").WherePK().Exec(ctx); err != nil {
			var pg *pgconn.PgError
			if errors.As(err, &pg) && pg.Code == "23505" {
				return nibTaken()
			}
			return fmt.Errorf("lease: decide: %w", err)
		}
		detail := map[string]any{"from": was, "state": in.State, "refusal": in.Refusal}
		if len(in.Unfiled) > 0 {
			detail["unfiled"] = in.Unfiled
		}
		return audit.Record(ctx, tx, acted(actor, "lease.operator_decide", "duct_operator", id, detail))
	})
}
