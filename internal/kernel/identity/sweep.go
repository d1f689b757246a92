package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// sweep deletes sessions, links, registrations, offered authenticators and counts of failures that are over: nobody can
// use them any more, and what is personal in them is kept no longer than it serves.
func (s *Service) sweep(ctx context.Context, tx bun.Tx, _ time.Time) error {
	at := s.now() // by the clock that wrote the rows, which a tick need not share
	for _, q := range []struct {
		sql    string
		before time.Time
	}{
		{`DELETE FROM session WHERE tenant_id = ? AND idle_at < ?`, at},
		{`DELETE FROM account_link WHERE tenant_id = ? AND expires_at < ?`, at},
		{`DELETE FROM registration WHERE tenant_id = ? AND expires_at < ?`, at},
		{`DELETE FROM credential WHERE tenant_id = ? AND kind = 'totp_new' AND created_at < ?`, at.Add(-enrolmentFor)},
		{`DELETE FROM sign_in_failure WHERE tenant_id = ? AND last_at < ?`, at.Add(-forgetAfter)},
		{`DELETE FROM sign_in_total WHERE tenant_id = ? AND ends_at < ?`, at},
	} {
		if _, err := tx.NewRaw(q.sql, tenancy.Must(ctx), q.before).Exec(ctx); err != nil {
			return fmt.Errorf("identity: sweep: %w", err)
		}
	}
	return nil
}
