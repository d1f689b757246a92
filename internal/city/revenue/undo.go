package revenue

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
)

// UndoClaim takes back what was recorded wrongly as owed to the city, with the reason. From today on it is not owed; days of a rent of land that it
// was for are claimed anew as far as they are owed. It needs revenue:manage. It refuses Invalid without a reason or for a claim that there is not (field
// "claim"), Conflict "revenue.claim_undone" for one that was taken back, and "revenue.claim_paid" while something of it is paid; together with what
// whoever asks could not read.
func (s *Service) UndoClaim(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string, unread ...fault.Field) error {
	if err := s.d.Guard.Allow(ctx, actor, access.RevenueManage); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if err := fault.Fields(fault.Also(unread, said("reason", reason)...)); err != nil {
		return err
	}
	return s.act(ctx, actor, "revenue.undo_claim", "revenue_claim", id, map[string]any{"reason": reason}, func(ctx context.Context, tx bun.Tx) error {
		if err := ducttariff.LandTurn(ctx, tx); err != nil {
			return err
		}
		if err := claimTurn(ctx, tx, id); err != nil {
			return err
		}
		var all []struct {
			UndoneOn time.Time `bun:"undone_on,nullzero"`
			Received money.Rupiah
		}
		err := tx.NewRaw("SELECT c.undone_on, (SELECT coalesce(sum(r.amount), 0) FROM revenue_receipt r WHERE r.tenant_id = c.tenant_id AND r.claim_id = c.id)::bigint AS received FROM revenue_claim c WHERE c.tenant_id = ? AND c.id = ?",
			tenancy.Must(ctx), id).Scan(ctx, &all)
		switch {
		case err != nil:
			return err
		case len(all) == 0:
			return fault.Fields([]fault.Field{{Name: "claim", Code: "not_an_option"}})
		case !all[0].UndoneOn.IsZero():
			return fault.New(fault.Conflict, "revenue.claim_undone")
		case all[0].Received != 0:
			return fault.New(fault.Conflict, "revenue.claim_paid", "amount", all[0].Received)
		}
		_, err = tx.NewRaw("UPDATE revenue_claim SET undone_on = ?, undone_at = ?, undone_by = ?, undone_why = ? WHERE tenant_id = ? AND id = ?",
			s.today(ctx).Format(time.DateOnly), s.now(), actor.ID, reason, tenancy.Must(ctx), id).Exec(ctx)
		return err
	})
}

// claimTurn waits for its turn with what is paid of a claim: two that find the same open would both take it.
func claimTurn(ctx context.Context, tx bun.Tx, id uuid.UUID) error {
	_, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "claim "+id.String()).Exec(ctx)
	return err
}
