package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// seasonNotice is how long before the end of a last season its administrators are told that no other follows.
const seasonNotice = 14 * 24 * time.Hour

// roleAdmin is the built-in role that keeps the standards.
const roleAdmin = "city_admin"

// Warn lets the administrators of each city be told once before a service's last known season ends, and once after it.
func Warn(r *jobs.Runner, mail *notify.Service, now func() time.Time) {
	jobs.EachCity(r, "catalog.season", time.Hour, func(ctx context.Context, tx bun.Tx, _ time.Time) error {
		return warn(ctx, tx, mail, now())
	})
}

// warn looks at the newest version of each standard: what is to come into force may know of another season. One that ended
// long ago was told of, or is history that came with a pack.
func warn(ctx context.Context, tx bun.Tx, mail *notify.Service, now time.Time) error {
	city, _ := tenancy.CityFrom(ctx)
	now = now.In(city.Location())
	var all []struct {
		Code  string    `bun:"code"`
		Name  i18n.Text `bun:"name,type:jsonb"`
		Parts Parts     `bun:"parts,type:jsonb"`
	}
	err := tx.NewRaw(`SELECT DISTINCT ON (s.code) s.code, s.name, st.parts
		FROM service AS s JOIN service_standard AS st ON st.tenant_id = s.tenant_id AND st.service = s.code
		WHERE s.tenant_id = ? AND s.integration = ? AND s.retired_at IS NULL
		ORDER BY s.code, st.version DESC`, tenancy.Must(ctx), Native).Scan(ctx, &all)
	if err != nil {
		return wrap(err)
	}
	var admins []uuid.UUID
	for _, s := range all {
		if len(s.Parts.Seasons) == 0 {
			continue
		}
		last := s.Parts.Seasons[len(s.Parts.Seasons)-1]
		opens, closes, err := last.Times(now.Location())
		if err != nil || now.Before(opens) || now.Before(closes.Add(-seasonNotice)) || now.After(closes.Add(seasonNotice)) {
			continue
		}
		template := "season_ends"
		if now.After(closes) {
			template = "season_over"
		}
		if admins == nil {
			if admins, err = identity.Holders(ctx, tx, roleAdmin, ""); err != nil {
				return wrap(err)
			}
		}
		for _, admin := range admins {
			err := mail.Send(ctx, tx, notify.Message{To: admin, Template: template, Key: fmt.Sprintf("%s:%s:%s:%s", template, s.Code, last.Closes, admin),
				Data: map[string]string{"service": s.Name.In(i18n.ID), "closes": last.Closes, "path": "/kelola/layanan/" + s.Code + "/standar#f-seasons"}})
			if err != nil {
				return wrap(err)
			}
		}
	}
	return nil
}
