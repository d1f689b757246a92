package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

type personRow struct {
	bun.BaseModel `bun:"table:duct_person,alias:p"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	AccountID  uuid.UUID     `bun:"account_id,pk"`
	OperatorID uuid.UUID     `bun:"operator_id"`
	Admin      bool          `bun:"admin"`
	AddedAt    time.Time     `bun:"added_at"`
	AddedBy    uuid.NullUUID `bun:"added_by"`
	EndedAt    time.Time     `bun:"ended_at,nullzero"`
}

// Person is somebody of a company.
type Person struct {
	identity.Account
	Admin   bool
	AddedAt time.Time
	EndedAt time.Time // zero while they are of the company
}

// peopleMost bounds the people of one company, those of before included.
const peopleMost = 200

// People lists who is and was of a company, in the order in which they came; for staff with duct:read and for people of it, who
// see nobody that has yet to come: an invitation that is listed says that its address had no account.
func (s *Service) People(ctx context.Context, actor identity.Actor, company uuid.UUID) ([]Person, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	var rows []personRow
	err := s.d.DB.NewSelect().Model(&rows).Where("p.tenant_id = ? AND p.operator_id = ?", tenancy.Must(ctx), company).OrderExpr("p.account_id").Limit(peopleMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("operator: people: %w", err)
	}
	out := make([]Person, 0, len(rows))
	for _, r := range rows {
		a, err := s.d.Identity.Account(ctx, r.AccountID)
		if err != nil {
			return nil, fmt.Errorf("operator: people: %w", err)
		}
		if actor.Kind == identity.Partner && a.Status == identity.StatusInvited {
			continue
		}
		out = append(out, Person{Account: a, Admin: r.Admin, AddedAt: r.AddedAt, EndedAt: r.EndedAt})
	}
	return out, nil
}

// PersonInput is somebody to be invited.
type PersonInput struct {
	Name, Email string
	Admin       bool
}

// Invite lets somebody act for a company and mails them the link to their account, for staff with duct:lease and for an
// administrator of the company, once it is approved (else Conflict "operator.not_yet"): before that nobody knows who they are.
// Inviting an address again that has not come yet sends another link. It refuses what identity.InvitePartner does, NotFound
// "lease.no_operator", and Conflict "operator.of_another" an address that waits for another company. Who was removed, from
// this company or another, can be invited. A company is not told which addresses have accounts: for one of somebody else it is
// answered as for any other, with no account, and whoever holds it is told.
func (s *Service) Invite(ctx context.Context, actor identity.Actor, company uuid.UUID, in PersonInput) (uuid.UUID, error) {
	if err := s.may(ctx, actor, company, access.DuctLease, true); err != nil {
		return uuid.Nil, err
	}
	if actor.Kind == identity.Partner {
		if err := s.settled(ctx, company); err != nil {
			return uuid.Nil, err
		}
	}
	account, err := s.invite(ctx, actor, in, func(ctx context.Context, tx bun.Tx) (uuid.UUID, error) {
		n, err := tx.NewSelect().Model((*personRow)(nil)).Where("p.tenant_id = ? AND p.operator_id = ?", tenancy.Must(ctx), company).Count(ctx)
		if err == nil && n >= peopleMost {
			err = fault.New(fault.Conflict, "operator.too_many_people", "max", peopleMost)
		}
		return company, err
	})
	if actor.Kind != identity.Partner || !held(err) {
		return account, err
	}
	all, failed := s.People(ctx, actor, company)
	if failed != nil {
		return uuid.Nil, failed
	}
	own := func(p Person) bool {
		return p.EndedAt.IsZero() && strings.EqualFold(p.Email, strings.TrimSpace(in.Email))
	}
	if slices.ContainsFunc(all, own) {
		return uuid.Nil, err // whom they see in their list
	}
	return uuid.Nil, s.d.Identity.TellHeld(ctx, actor, in.Email)
}

// settled refuses Conflict "operator.not_yet" a company that is not approved.
func (s *Service) settled(ctx context.Context, company uuid.UUID) error {
	ok, err := s.d.DB.NewSelect().TableExpr("duct_operator AS o").Where("o.tenant_id = ? AND o.id = ? AND o.state = ?", tenancy.Must(ctx), company, lease.OperatorApproved).Exists(ctx)
	if err != nil {
		return fmt.Errorf("operator: invite: %w", err)
	}
	if !ok {
		return fault.New(fault.Conflict, "operator.not_yet")
	}
	return nil
}

// held reports whether an invitation was refused because of who has its address.
func held(err error) bool {
	return fault.Is(err, "identity.email_taken") || fault.Is(err, "operator.of_another")
}

// invite invites somebody to the company that of finds in the same transaction.
func (s *Service) invite(ctx context.Context, actor identity.Actor, in PersonInput, of func(context.Context, bun.Tx) (uuid.UUID, error)) (uuid.UUID, error) {
	return s.d.Identity.InvitePartner(ctx, actor, identity.PartnerInput{Name: in.Name, Email: in.Email}, func(ctx context.Context, tx bun.Tx, account uuid.UUID) error {
		company, err := of(ctx, tx)
		if err != nil {
			return err
		}
		known, err := tx.NewSelect().TableExpr("duct_operator AS o").Where("o.tenant_id = ? AND o.id = ?", tenancy.Must(ctx), company).Exists(ctx)
		if err != nil {
			return err
		}
		if !known {
			return fault.New(fault.NotFound, "lease.no_operator")
		}
		row := personRow{TenantID: tenancy.Must(ctx), AccountID: account, OperatorID: company, Admin: in.Admin, AddedAt: s.now(),
			AddedBy: uuid.NullUUID{UUID: actor.ID, Valid: actor.ID != uuid.Nil}}
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, account_id) DO UPDATE").
			Set("operator_id = EXCLUDED.operator_id, admin = EXCLUDED.admin, added_at = EXCLUDED.added_at, added_by = EXCLUDED.added_by, ended_at = NULL").
			Where("p.operator_id = EXCLUDED.operator_id OR p.ended_at IS NOT NULL").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "operator.of_another")
		}
		return audit.Record(ctx, tx, entry(actor, "operator.invite", company, map[string]any{"account": account, "admin": in.Admin}))
	})
}

// entry describes an act on a company for the audit record. Nobody is signed in who registers one.
func entry(actor identity.Actor, action string, company uuid.UUID, detail map[string]any) audit.Entry {
	kind := string(actor.Kind)
	if kind == "" {
		kind = "visitor"
	}
	return audit.Entry{ActorID: actor.ID, ActorKind: kind, Action: action, Object: "duct_operator", ObjectID: company, Detail: detail}
}

// Remove ends that somebody acts for a company: their sessions stop at once. For whom Invite is; nobody removes themselves
// (Forbidden "identity.not_yourself"). NotFound "identity.no_account" for one who is not of the company.
func (s *Service) Remove(ctx context.Context, actor identity.Actor, company, account uuid.UUID) error {
	if err := s.may(ctx, actor, company, access.DuctLease, true); err != nil {
		return err
	}
	if account == actor.ID {
		return fault.New(fault.Forbidden, "identity.not_yourself")
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model((*personRow)(nil)).Set("ended_at = ?", s.now()).
			Where("tenant_id = ? AND account_id = ? AND operator_id = ? AND ended_at IS NULL", tenancy.Must(ctx), account, company).Exec(ctx)
		if err != nil {
			return fmt.Errorf("operator: remove: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.NotFound, "identity.no_account")
		}
		if err := s.d.Identity.ClosePartner(ctx, tx, actor, account); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "operator.remove", company, map[string]any{"account": account}))
	})
}

// Join makes an account that an operator's command has made one of a company, without mail.
func (s *Service) Join(ctx context.Context, company, account uuid.UUID, admin bool) error {
	row := personRow{TenantID: tenancy.Must(ctx), AccountID: account, OperatorID: company, Admin: admin, AddedAt: s.now()}
	if _, err := s.d.DB.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("operator: join: %w", err)
	}
	return nil
}

// Open refuses what Register does where the ducts are not in the plan of ctx's city.
func Open(ctx context.Context) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	return city.Needs(tenancy.ModuleDuct)
}

// Register takes in a company that asks to lease, and invites whoever asks for it as its administrator: the link in that mail
// shows that the address is theirs. Anybody may. It refuses what lease.Enrol does, with the address of the person as the company's
// (field "email"), nobody without a name (field "person"), and Forbidden "plan.module" where the city's plan has no ducts. An address that has an account gets no mail and is not told of: staff
// find the company without people.
func (s *Service) Register(ctx context.Context, actor identity.Actor, in lease.Operator, person string) error {
	if err := Open(ctx); err != nil {
		return err
	}
	if person == "" {
		return fault.Fields([]fault.Field{{Name: "person", Code: "required"}})
	}
	_, err := s.invite(ctx, actor, PersonInput{Name: person, Email: in.Email, Admin: true}, func(ctx context.Context, tx bun.Tx) (uuid.UUID, error) {
		o, err := s.d.Leases.Enrol(ctx, tx, actor, in)
		return o.ID, err
	})
	if held(err) {
		return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
			_, err := s.d.Leases.Enrol(ctx, tx, actor, in)
			return err
		})
	}
	return err
}
