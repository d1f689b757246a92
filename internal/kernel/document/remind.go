package document

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/tenancy"
)

// remindBatch bounds one run; the next one finds the rest.
const remindBatch = 500

// remind announces each document that runs out within one of its template's days, once for each of them. A document that
// several days have come for at once, such as one that was valid for a month alone, is announced for the last of them.
func (s *Service) remind(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var due []struct {
		ID          uuid.UUID
		SubjectKind string
		SubjectID   uuid.UUID
		Days        int
	}
	now := s.now()
	err := tx.NewRaw(`WITH due AS (
		SELECT d.tenant_id, d.id, d.subject_kind, d.subject_id, min(r.days::int) AS days
		FROM issued_document d
		JOIN document_definition t ON t.tenant_id = d.tenant_id AND t.code = d.document_code AND t.version = d.document_version
		CROSS JOIN LATERAL jsonb_array_elements_text(t.body->'reminders') AS r(days)
		WHERE d.tenant_id = ?0 AND d.status = 'valid' AND d.holder_id IS NOT NULL AND d.valid_until > ?1 AND d.valid_until <= ?1::timestamptz + interval '731 days'
			AND d.valid_until <= ?1::timestamptz + r.days::int * interval '1 day'
		GROUP BY d.tenant_id, d.id, d.subject_kind, d.subject_id
	), fresh AS (
		INSERT INTO document_reminder (tenant_id, document_id, days, created_at)
		SELECT due.tenant_id, due.id, due.days, ?1 FROM due
		WHERE NOT EXISTS (SELECT 1 FROM document_reminder x WHERE x.tenant_id = ?0 AND x.document_id = due.id AND x.days <= due.days)
		ORDER BY due.id LIMIT ?2
		ON CONFLICT DO NOTHING RETURNING document_id, days
	) SELECT due.id, due.subject_kind, due.subject_id, fresh.days FROM fresh JOIN due ON due.id = fresh.document_id ORDER BY due.id`,
		tenancy.Must(ctx), now, remindBatch).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("document: remind: %w", err)
	}
	for _, d := range due {
		err := event.Publish(ctx, tx, s.d.Bus, event.DocumentExpiring{
			DocumentID: d.ID, SubjectKind: d.SubjectKind, SubjectID: d.SubjectID, Days: d.Days, At: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
