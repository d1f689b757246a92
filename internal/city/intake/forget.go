package intake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// forgetAtOnce bounds the drafts that one run looks at; the next one goes on.
const forgetAtOnce = 200

// KeptUntil is until when a draft is kept if nobody works on it, or zero for what has been sent.
func KeptUntil(ctx context.Context, app application.Application) time.Time {
	city, ok := tenancy.CityFrom(ctx)
	if !ok || !app.Draft() {
		return time.Time{}
	}
	if app.Channel == event.ChannelCounter {
		return app.UpdatedAt.AddDate(0, 0, city.CounterDraftDays)
	}
	return app.UpdatedAt.AddDate(0, 0, city.DraftDays)
}

// ForgetDrafts deletes the drafts that nobody has worked on for as long as the city keeps them, with their files and, of those
// begun at a counter, who stood there. One that somebody was asked to agree to stays while they can, and as long after they
// did. Each is on record, without what was in it.
func (s *Service) ForgetDrafts(ctx context.Context, tx bun.Tx, _ time.Time) error {
	now := s.Now()
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	for _, x := range []struct {
		channels []string
		days     int
	}{{[]string{event.ChannelCounter}, city.CounterDraftDays}, {[]string{event.ChannelWeb, event.ChannelAPI}, city.DraftDays}} {
		if err := s.forgetDrafts(ctx, tx, x.channels, now, now.AddDate(0, 0, -x.days)); err != nil {
			return fmt.Errorf("intake: forget drafts: %w", err)
		}
	}
	return nil
}

func (s *Service) forgetDrafts(ctx context.Context, tx bun.Tx, channels []string, now, before time.Time) error {
	var old []application.Application
	err := tx.NewSelect().Model(&old).Column("tenant_id", "id", "account_id", "channel", "service_code").
		Where("a.tenant_id = ? AND a.stage = ? AND a.created_at < ? AND a.updated_at < ? AND a.channel IN (?)", tenancy.Must(ctx), workflow.StageDraft, before, before, bun.List(channels)).
		OrderExpr("a.created_at").Limit(forgetAtOnce).For("UPDATE SKIP LOCKED").Scan(ctx)
	if err != nil || len(old) == 0 {
		return err
	}
	awaited, err := s.Cosign.Awaited(ctx, tx, old, now, before)
	if err != nil {
		return err
	}
	old = slices.DeleteFunc(old, func(app application.Application) bool { return slices.Contains(awaited, app.ID) })
	if len(old) == 0 {
		return nil
	}
	var drafts, strangers, attached []uuid.UUID
	for _, app := range old {
		drafts = append(drafts, app.ID)
		if app.Channel == event.ChannelCounter {
			strangers = append(strangers, app.AccountID)
		}
	}
	of := "tenant_id = ? AND application_id IN (?)"
	if err := tx.NewDelete().Model((*application.Attachment)(nil)).Where(of, tenancy.Must(ctx), bun.List(drafts)).Returning("file_id").Scan(ctx, &attached); err != nil {
		return err
	}
	if err := s.Deps.Files.Delete(ctx, tx, attached...); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model((*application.Application)(nil)).Where("tenant_id = ? AND id IN (?)", tenancy.Must(ctx), bun.List(drafts)).Exec(ctx); err != nil {
		return err
	}
	if err := s.Deps.Staff.ForgetCounter(ctx, tx, strangers...); err != nil {
		return err
	}
	for _, app := range old {
		err := audit.Record(ctx, tx, audit.Entry{
			ActorKind: audit.System, Action: "application.draft_forgotten", Object: "application", ObjectID: app.ID, At: now,
			Detail: map[string]any{"service": app.ServiceCode, "channel": app.Channel},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
