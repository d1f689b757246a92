package lease

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The states of an operator.
const (
	OperatorApplied   = "applied"
	OperatorApproved  = "approved"
	OperatorSuspended = "suspended" // keeps what it has, and may take nothing more
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
}

var (
	nibPattern  = regexp.MustCompile(`^\d{13}$`)
	npwpPattern = regexp.MustCompile(`^\d{15,16}$`)
)

// Apply writes down an operator that wants to lease, for staff with duct:lease. It refuses Invalid: what is missing or cannot
// be, and a business number that is known (field "nib").
func (s *Service) Apply(ctx context.Context, actor identity.Actor, in Operator) (Operator, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return Operator{}, err
	}
	in.Name, in.Licence, in.Email = strings.Join(strings.Fields(in.Name), " "), strings.TrimSpace(in.Licence), strings.TrimSpace(in.Email)
	digits := strings.NewReplacer(".", "", "-", "", " ", "")
	in.NIB, in.NPWP = digits.Replace(in.NIB), digits.Replace(in.NPWP)
	var bad []fault.Field
	for _, f := range []struct {
		name, value string
		ok          bool
	}{
		{"name", in.Name, len([]rune(in.Name)) <= 200}, {"nib", in.NIB, nibPattern.MatchString(in.NIB)}, {"licence", in.Licence, len([]rune(in.Licence)) <= 200},
		{"email", in.Email, mailed(in.Email)},
	} {
		if f.value == "" {
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		} else if !f.ok {
			bad = append(bad, fault.Field{Name: f.name, Code: "invalid"})
		}
	}
	if in.NPWP != "" && !npwpPattern.MatchString(in.NPWP) {
		bad = append(bad, fault.Field{Name: "npwp", Code: "invalid"})
	}
	if err := fault.Fields(bad); err != nil {
		return Operator{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Operator{}, err
	}
	in.TenantID, in.ID, in.State, in.CreatedAt, in.DecidedAt, in.DecidedBy = tenancy.Must(ctx), id, OperatorApplied, s.now(), time.Time{}, uuid.NullUUID{}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&in).Exec(ctx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "lease.operator_apply", Object: "duct_operator", ObjectID: id})
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return Operator{}, fault.Fields([]fault.Field{{Name: "nib", Code: "nib_taken"}})
	}
	if err != nil {
		return Operator{}, fmt.Errorf("lease: operator: %w", err)
	}
	return in, nil
}

func mailed(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// Decide approves or suspends an operator, for staff with duct:lease; NotFound "lease.no_operator".
func (s *Service) Decide(ctx context.Context, actor identity.Actor, id uuid.UUID, state string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	if state != OperatorApproved && state != OperatorSuspended {
		return fault.Fields([]fault.Field{{Name: "state", Code: "not_an_option"}})
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw("UPDATE duct_operator SET state = ?, decided_at = ?, decided_by = ? WHERE tenant_id = ? AND id = ?", state, s.now(), actor.ID, tenancy.Must(ctx), id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("lease: decide: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(fault.New(fault.NotFound, "lease.no_operator"), err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "lease.operator_decide", Object: "duct_operator", ObjectID: id, Detail: map[string]any{"state": state}})
	})
}
