package billing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// CouponProposal is a coupon that somebody asks for. It is on the price list when another person approves it. It is of the
// platform's tenant, and so is every act on it; the edge has checked who may.
type CouponProposal struct {
	bun.BaseModel `bun:"table:coupon_proposal,alias:q"`

	TenantID   uuid.UUID     `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	Code       string        `bun:"code"`
	Percent    int64         `bun:"percent"`
	Amount     money.Rupiah  `bun:"amount"`
	Months     int           `bun:"months"`
	Only       []string      `bun:"components,array"`
	GivenFrom  time.Time     `bun:"given_from"`
	GivenUntil time.Time     `bun:"given_until,nullzero"`
	Note       string        `bun:"note"`
	MadeBy     uuid.UUID     `bun:"made_by"`
	MadeAt     time.Time     `bun:"made_at"`
	DecidedBy  uuid.NullUUID `bun:"decided_by"`
	DecidedAt  time.Time     `bun:"decided_at,nullzero"`
	Approved   *bool         `bun:"approved"`
}

// AsCoupon is what the proposal would be.
func (q CouponProposal) AsCoupon() GivenCoupon {
	return GivenCoupon{Code: q.Code, Percent: q.Percent, Amount: q.Amount, Months: q.Months, Only: q.Only, GivenFrom: q.GivenFrom, GivenUntil: q.GivenUntil, Note: q.Note}
}

// AskCoupon asks for a coupon, which another person approves. It refuses Invalid for what no coupon can be, and Conflict
// "billing.coupon_known" for a code that there is or that is asked for.
func (s *Service) AskCoupon(ctx context.Context, actor identity.Actor, c GivenCoupon) (CouponProposal, error) {
	c.Note = strings.TrimSpace(c.Note)
	q := CouponProposal{TenantID: tenancy.Must(ctx), Code: c.Code, Percent: c.Percent, Amount: c.Amount, Months: c.Months, Only: append([]string{}, c.Only...),
		GivenFrom: c.GivenFrom, GivenUntil: c.GivenUntil, Note: c.Note, MadeBy: actor.ID, MadeAt: s.stamp()}
	if err := c.check(s.here(ctx)); err != nil {
		return q, err
	}
	known, err := s.db.App.NewSelect().Model((*couponRow)(nil)).Where("code = ?", c.Code).Exists(tenancy.Platform(ctx))
	if err == nil && known {
		err = fault.New(fault.Conflict, "billing.coupon_known")
	}
	if err != nil {
		return q, err
	}
	if q.ID, err = uuid.NewV7(); err != nil {
		return q, err
	}
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&q).Exec(ctx); err != nil {
			return err
		}
		return s.toldCoupon(ctx, tx, actor, "plan.coupon_ask", q, nil)
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "coupon_proposal_code" {
		return q, fault.Wrap(fault.Conflict, "billing.coupon_known", err)
	}
	if err != nil {
		return q, fmt.Errorf("billing: coupon: %w", err)
	}
	return q, nil
}

func (s *Service) toldCoupon(ctx context.Context, tx bun.Tx, actor identity.Actor, what string, q CouponProposal, approved *bool) error {
	detail := map[string]any{"code": q.Code, "percent": q.Percent, "amount": int64(q.Amount), "months": q.Months, "note": q.Note}
	if approved != nil {
		detail["approved"] = *approved
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: what, Object: "coupon", ObjectID: q.ID, At: s.stamp(), Detail: detail})
}

// CouponProposals lists what was asked for, the latest first, 100 at most.
func (s *Service) CouponProposals(ctx context.Context) ([]CouponProposal, error) {
	var all []CouponProposal
	return all, s.db.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(100).Scan(ctx)
}

// DecideCoupon approves or refuses what somebody else asked for; approved, it can be given from its day on. It refuses NotFound
// "billing.no_proposal" and Conflict "billing.proposal_decided", "billing.coupon_known" or, for whoever asked, "billing.own_proposal".
func (s *Service) DecideCoupon(ctx context.Context, actor identity.Actor, id uuid.UUID, approve bool) error {
	return tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		var q CouponProposal
		err := tx.NewSelect().Model(&q).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fault.New(fault.NotFound, "billing.no_proposal")
		case err != nil:
			return err
		case q.DecidedBy.Valid:
			return fault.New(fault.Conflict, "billing.proposal_decided")
		case q.MadeBy == actor.ID:
			return fault.New(fault.Conflict, "billing.own_proposal")
		}
		q.DecidedBy, q.DecidedAt, q.Approved = uuid.NullUUID{UUID: actor.ID, Valid: true}, s.stamp(), &approve
		if _, err := tx.NewUpdate().Model(&q).Column("decided_by", "decided_at", "approved").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := s.toldCoupon(ctx, tx, actor, "plan.coupon_decide", q, &approve); err != nil || !approve {
			return err
		}
		return s.addCoupon(ctx, q)
	})
}

// addCoupon puts what is approved on the price list, which the platform's role alone may; one that is there is the one. It comes
// last: a crash after it leaves the proposal to be approved again.
func (s *Service) addCoupon(ctx context.Context, q CouponProposal) error {
	ctx = tenancy.Platform(ctx)
	until := any(nil)
	if !q.GivenUntil.IsZero() {
		until = q.GivenUntil.Format(time.DateOnly)
	}
	_, err := s.db.Platform.NewRaw(`INSERT INTO coupon (code, percent, amount, months, components, given_from, given_until, note, proposal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		q.Code, q.Percent, q.Amount, q.Months, pgdialect.Array(q.Only), q.GivenFrom.Format(time.DateOnly), until, q.Note, q.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("billing: coupon: %w", err)
	}
	its, err := s.db.Platform.NewSelect().Model((*couponRow)(nil)).Where("code = ? AND proposal = ?", q.Code, q.ID).Exists(ctx)
	if err == nil && !its {
		err = fault.New(fault.Conflict, "billing.coupon_known")
	}
	return err
}
