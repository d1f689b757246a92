package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const retryBatch = 500

// Backlog is how many messages of ctx's city wait for a mail server, and how many have been given up.
func (s *Service) Backlog(ctx context.Context) (waiting, lost int, err error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return 0, 0, tenancy.ErrNone
	}
	err = s.DB.NewRaw(`SELECT count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'failed')
		FROM message WHERE tenant_id = ? AND status <> 'sent'`, tenant).Scan(ctx, &waiting, &lost)
	if err != nil {
		return 0, 0, fmt.Errorf("notify: backlog: %w", err)
	}
	return waiting, lost, nil
}

// Retry queues again what has been given up in ctx's city, for an operator who has mended the cause, and returns how
// many messages that is. It leaves mails about an account and returns how many: their link has gone, and the person
// asks for another.
func (s *Service) Retry(ctx context.Context) (again, left int, err error) {
	now := s.Now().UTC()
	for n := retryBatch; n == retryBatch; again += n {
		err := tenancy.InTx(ctx, s.DB, func(ctx context.Context, tx bun.Tx) error {
			var err error
			n, err = s.retryBatch(ctx, tx, now)
			return err
		})
		if err != nil {
			return again, 0, fmt.Errorf("notify: retry: %w", err)
		}
	}
	err = s.DB.NewRaw("SELECT count(*) FROM message WHERE tenant_id = ? AND status = 'failed' AND template IN (?)",
		tenancy.Must(ctx), bun.List(aboutAccounts())).Scan(ctx, &left)
	if err != nil {
		return again, 0, fmt.Errorf("notify: retry: %w", err)
	}
	return again, left, nil
}

func aboutAccounts() []string {
	var all []string
	for name, k := range kinds() {
		if k.account {
			all = append(all, name)
		}
	}
	return all
}

// retryBatch takes what was given up before the call, so that a message which fails again meanwhile is not taken twice.
func (s *Service) retryBatch(ctx context.Context, tx bun.Tx, now time.Time) (int, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`UPDATE message SET status = 'queued', reason = '', attempts = 0, queued_at = ?0, ended_at = NULL
		WHERE tenant_id = ?1 AND id IN (SELECT id FROM message WHERE tenant_id = ?1 AND status = 'failed' AND ended_at <= ?0
			AND template NOT IN (?2) ORDER BY id LIMIT ?3 FOR UPDATE)
		RETURNING id`, now, tenancy.Must(ctx), bun.List(aboutAccounts()), retryBatch).Scan(ctx, &ids)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := jobs.Add(ctx, tx, sendKind(), sendArgs{MessageID: id}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
