package booking

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// tell writes to the holder of a booking as part of tx, in the language in which they booked, with the time as a file for
// their calendar. A walk-in has nobody to write to.
func (s *Service) tell(ctx context.Context, tx bun.IDB, c Counter, b Booking, template string) error {
	if !b.AccountID.Valid {
		return nil
	}
	l := i18n.Locale(b.Locale)
	name, err := s.d.Matters.ServiceName(ctx, tx, b.Service)
	if err != nil && fault.From(err).Kind == fault.Internal {
		return err
	}
	if name == nil { // no longer in the catalogue; the appointment stands
		name = i18n.Text{i18n.ID: b.Service, i18n.EN: b.Service}
	}
	data := map[string]string{
		"code": b.Code, "service": name.In(l), "counter": c.Name.In(l), "address": oneLine(c.Address.In(l)),
		"when": l.DateTime(b.StartsAt.In(zone(ctx))), "path": "/janji/" + b.ID.String(),
	}
	switch template {
	case "appointment_displaced":
		data["reason"], data["path"] = b.Reason, "/janji/"+b.ID.String()+"/ubah"
	case "appointment_booked", "appointment_moved", "appointment_reminder":
		data["uid"], data["sequence"] = b.ID.String(), strconv.Itoa(b.Moves)
		data["starts"], data["ends"] = b.StartsAt.UTC().Format(time.RFC3339), b.EndsAt.UTC().Format(time.RFC3339)
	}
	err = s.d.Notify.Send(ctx, tx, notify.Message{
		To: b.AccountID.UUID, Template: template, Locale: l, Data: data, Key: fmt.Sprintf("%s:%s:%d:%s", template, b.ID, b.Moves, b.State),
	})
	if err != nil {
		return fmt.Errorf("booking: tell: %w", err)
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// remindFrom is the hour of the day before, in the city, at which reminders leave.
const remindFrom = 8

// remindBatch bounds one look; the next tick finds the rest.
const remindBatch = 500

// remind writes once to whoever has an appointment tomorrow.
func (s *Service) remind(ctx context.Context, tx bun.Tx, _ time.Time) error {
	now := s.now().In(zone(ctx))
	if now.Hour() < remindFrom {
		return nil
	}
	var due []Booking
	err := columns(tx.NewSelect().Model(&due)).Where("b.tenant_id = ? AND b.day = ? AND b.state = 'booked'", tenancy.Must(ctx), now.AddDate(0, 0, 1).Format(time.DateOnly)).
		Where("b.reminded_at IS NULL").OrderExpr("b.id").Limit(remindBatch).For("UPDATE SKIP LOCKED").Scan(ctx)
	if err != nil {
		return fmt.Errorf("booking: remind: %w", err)
	}
	byCode := map[string]Counter{}
	for _, b := range due {
		c, ok := byCode[b.Counter]
		if !ok {
			if c, err = counter(ctx, tx, b.Counter); err != nil {
				return err
			}
			byCode[b.Counter] = c
		}
		b.RemindedAt = s.now()
		if err := save(ctx, tx, b); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, c, b, "appointment_reminder"); err != nil {
			return err
		}
	}
	return nil
}

// missBatch bounds one look; the next tick finds the rest.
const missBatch = 500

// miss says of each booking of a past day that nobody was marked for that its holder did not come.
func (s *Service) miss(ctx context.Context, tx bun.Tx, _ time.Time) error {
	var past []Booking
	err := columns(tx.NewSelect().Model(&past)).Where("b.tenant_id = ? AND b.day < ? AND b.state = 'booked'", tenancy.Must(ctx), s.now().In(zone(ctx)).Format(time.DateOnly)).
		OrderExpr("b.day, b.id").Limit(missBatch).For("UPDATE SKIP LOCKED").Scan(ctx)
	if err != nil {
		return fmt.Errorf("booking: miss: %w", err)
	}
	for _, b := range past {
		if err := s.mark(ctx, tx, nobody, &b, NoShow); err != nil {
			return err
		}
	}
	return nil
}
