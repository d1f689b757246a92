package notify

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// Forget is forget at whatever tick.
func (s *Service) Forget(ctx context.Context, tx bun.Tx) error { return s.forget(ctx, tx, time.Time{}) }
