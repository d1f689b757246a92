package ductwork

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
)

// roleManager is the built-in role that looks after works.
const roleManager = "duct_manager"

// ending writes to who looks after works once for each guarantee that ends within the city's days, and once more when it has
// ended.
func (s *Service) ending(ctx context.Context, tx bun.Tx) error {
	today := s.Today(ctx)
	rule, err := ruleOn(ctx, tx, today)
	if err != nil {
		return err
	}
	all, err := endingBy(ctx, tx, today.AddDate(0, 0, rule.ExpiryDays))
	if err != nil || len(all) == 0 {
		return err
	}
	who, err := identity.Holders(ctx, tx, roleManager, "")
	if err != nil {
		return fmt.Errorf("ductwork: ending: %w", err)
	}
	for _, g := range all {
		template := "work_guarantee_ends"
		if g.ValidUntil.Before(today) {
			template = "work_guarantee_ended"
		}
		for _, to := range who {
			err := s.d.Notify.Send(ctx, tx, notify.Message{To: to, Template: template, Key: fmt.Sprintf("%s:%s:%s", template, g.ID, to),
				Data: map[string]string{"number": g.WorkNumber, "owner": g.OwnerName, "day": g.ValidUntil.Format(time.DateOnly), "path": "/petugas/ducting/pekerjaan/" + g.WorkID.String() + "#jaminan"}})
			if err != nil {
				return fmt.Errorf("ductwork: ending: %w", err)
			}
		}
	}
	return nil
}
