package external

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Happening is one event of an application's story.
type Happening struct {
	bun.BaseModel `bun:"table:external_event,alias:v"`

	TenantID      tenancy.ID `bun:"tenant_id,pk"`
	AppID         uuid.UUID  `bun:"app_id,pk"`
	EventID       string     `bun:"event_id,pk"`
	ApplicationID uuid.UUID  `bun:"application_id"`
	Service       string     `bun:"service"`
	Stage         Stage      `bun:"stage"`
	Label         string     `bun:"label"`
	At            time.Time  `bun:"at"`
	ReceivedAt    time.Time  `bun:"received_at"`
}

// keep merges new events into their applications and writes both. The caller holds the app's lock.
func (s *Service) keep(ctx context.Context, tx bun.IDB, app App, fresh map[string][]heard, now time.Time) error {
	if len(fresh) == 0 {
		return nil
	}
	references := slices.Sorted(maps.Keys(fresh))
	var found []Application
	err := tx.NewSelect().Model(&found).Where("x.tenant_id = ?", tenancy.Must(ctx)).
		Where("x.app_id = ?", app.ID).Where("x.reference IN (?)", bun.List(references)).Scan(ctx)
	if err != nil {
		return err
	}
	byReference := map[string]*Application{}
	for i := range found {
		byReference[found[i].Reference] = &found[i]
	}
	var rows []Application
	var story []Happening
	for _, ref := range references {
		x := byReference[ref]
		if x == nil {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			x = &Application{TenantID: app.TenantID, ID: id, AppID: app.ID, Reference: ref, Agency: app.Agency}
		}
		for _, h := range fresh[ref] {
			x.merge(h)
			story = append(story, Happening{TenantID: app.TenantID, AppID: app.ID, EventID: h.id, ApplicationID: x.ID,
				Service: h.status.Service, Stage: h.status.Stage, Label: h.status.Label, At: h.at, ReceivedAt: now})
		}
		x.UpdatedAt = now
		rows = append(rows, *x)
	}
	if err := nameServices(ctx, tx, rows); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&rows).On("CONFLICT (tenant_id, id) DO UPDATE").
		Set(`service = EXCLUDED.service, service_name = EXCLUDED.service_name, stage = EXCLUDED.stage, label = EXCLUDED.label, stage_at = EXCLUDED.stage_at,
			stage_event = EXCLUDED.stage_event, stamps = EXCLUDED.stamps, nik_hash = EXCLUDED.nik_hash, email_hash = EXCLUDED.email_hash,
			name_masked = EXCLUDED.name_masked, due_at = EXCLUDED.due_at, url = EXCLUDED.url, document_url = EXCLUDED.document_url,
			first_at = EXCLUDED.first_at, decided_at = EXCLUDED.decided_at, closed_at = EXCLUDED.closed_at,
			queue_rank = EXCLUDED.queue_rank, queue_at = EXCLUDED.queue_at, updated_at = EXCLUDED.updated_at`).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&story).Exec(ctx)
	return err
}

// nameServices gives each application the names of its service, by which a search finds it.
func nameServices(ctx context.Context, tx bun.IDB, rows []Application) error {
	var codes []string
	for _, x := range rows {
		codes = append(codes, x.Service)
	}
	var found []struct {
		Code string
		Name i18n.Text `bun:",type:jsonb"`
	}
	err := tx.NewRaw(`SELECT code, name FROM v_service WHERE tenant_id = ? AND code IN (?)`, tenancy.Must(ctx), bun.List(tidy(codes))).Scan(ctx, &found)
	names := map[string]i18n.Text{}
	for _, s := range found {
		names[s.Code] = s.Name
	}
	for i, x := range rows {
		if rows[i].ServiceWords = names[x.Service]; rows[i].ServiceWords == nil {
			rows[i].ServiceWords = i18n.Text{} // the catalogue has no such service any more
		}
	}
	return err
}
