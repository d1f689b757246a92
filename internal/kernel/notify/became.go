package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/tenancy"
)

// Became is what became of a message, for who shows that somebody was told. Of one that was not sent, Reason is a code.
type Became struct {
	Key    string    `bun:"key"`
	Status string    `bun:"status"` // "queued", "sent" or "failed"
	Reason string    `bun:"reason"`
	At     time.Time `bun:"ended_at,nullzero"`
}

// Became says by their keys what became of messages of ctx's city. One that is older than ninety days is forgotten and left out.
func (s *Service) Became(ctx context.Context, keys ...string) (map[string]Became, error) {
	out := map[string]Became{}
	if len(keys) == 0 {
		return out, nil
	}
	var all []Became
	err := s.DB.NewRaw("SELECT key, status, reason, ended_at FROM message WHERE tenant_id = ? AND key = ANY (?)", tenancy.Must(ctx), pgdialect.Array(keys)).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("notify: became: %w", err)
	}
	for _, x := range all {
		out[x.Key] = x
	}
	return out, nil
}
