package collection

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The kinds of incidents. Their words are the i18n keys "collection.incident.<kind>".
const (
	lineDiffers       = "line_differs"    // a price comes to something else there; the invoice was not sent
	totalDiffers      = "total_differs"   // and so does the whole
	openDiffers       = "open_differs"    // something else is still to be paid there
	unknownInvoice    = "unknown_invoice" // Stripe asks for something that the books do not
	notCollected      = "not_collected"   // the books ask for something that Stripe does not
	notWhole          = "not_whole"       // something was paid that is no whole rupiah
	paymentFailed     = "payment_failed"
	subscriptionEnded = "subscription_ended" // there and not here
	refunded          = "refund"             // money went back, of which the books know nothing
	disputed          = "dispute"
	apiVersion        = "api_version" // events come in the words of another version
	refused           = "refused"     // Stripe refuses what we ask for
)

// Incident is something on which the books and Stripe do not agree, or that went wrong there. Someone looks after it and closes
// it, or it goes by itself when it is so no more.
type Incident = incident

type incident struct {
	bun.BaseModel `bun:"table:stripe_incident,alias:n"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	Kind      string        `bun:"kind"`
	Object    string        `bun:"object"` // at Stripe, or the number of an invoice of the books
	Part      string        `bun:"part"`   // of it
	City      uuid.NullUUID `bun:"city"`
	InvoiceID uuid.NullUUID `bun:"invoice_id"` // in the books
	Expected  int64         `bun:"expected"`   // in hundredths of a rupiah
	Found     int64         `bun:"found"`
	Note      string        `bun:"note"`
	FoundAt   time.Time     `bun:"found_at"`
	LastAt    time.Time     `bun:"last_at"` // when it was last found so
	ClosedAt  time.Time     `bun:"closed_at,nullzero"`
	ClosedBy  uuid.NullUUID `bun:"closed_by"` // the nil UUID when it went by itself
	Reason    string        `bun:"reason"`
}

// note keeps an incident; one that is open already is found again.
func (s *Service) note(ctx context.Context, x incident) error { return s.noteTx(ctx, s.DB.App, x) }

func (s *Service) noteTx(ctx context.Context, tx bun.IDB, x incident) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	x.TenantID, x.ID, x.FoundAt, x.LastAt = tenancy.Must(ctx), id, now, now
	_, err = tx.NewInsert().Model(&x).On("CONFLICT (tenant_id, kind, object, part) WHERE closed_at IS NULL DO UPDATE").
		Set("expected = EXCLUDED.expected, found = EXCLUDED.found, note = EXCLUDED.note, last_at = EXCLUDED.last_at").Exec(ctx)
	if err != nil {
		return fmt.Errorf("collection: incident: %w", err)
	}
	s.Log.WarnContext(ctx, "collection by Stripe", "incident", x.Kind, "object", x.Object, "part", x.Part, "expected", x.Expected, "found", x.Found)
	return nil
}

// noteIf keeps an incident while it is so, and closes it when it is not.
func (s *Service) noteIf(ctx context.Context, x incident, so bool) error {
	return s.noteIfTx(ctx, s.DB.App, x, so)
}

func (s *Service) noteIfTx(ctx context.Context, tx bun.IDB, x incident, so bool) error {
	if so {
		return s.noteTx(ctx, tx, x)
	}
	_, err := tx.NewRaw("UPDATE stripe_incident SET closed_at = ?, closed_by = ? WHERE tenant_id = ? AND kind = ? AND object = ? AND part = ? AND closed_at IS NULL",
		s.Now().UTC(), uuid.Nil, tenancy.Must(ctx), x.Kind, x.Object, x.Part).Exec(ctx)
	return err
}

// IncidentFilter narrows a list of incidents down; its zero value is every open one.
type IncidentFilter struct {
	City   tenancy.ID
	Closed bool      // those that are closed instead
	Before uuid.UUID // the last of the page before
}

// incidentsMost bounds a list.
const incidentsMost = 100

// Incidents lists incidents from the latest on, 100 at most. It needs invoice:read on the platform.
func (s *Service) Incidents(ctx context.Context, actor identity.Actor, f IncidentFilter) ([]Incident, error) {
	if err := s.onPlatform(ctx, actor, access.InvoiceRead); err != nil {
		return nil, err
	}
	var all []Incident
	q := s.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("id DESC").Limit(incidentsMost)
	if f.Closed {
		q = q.Where("closed_at IS NOT NULL")
	} else {
		q = q.Where("closed_at IS NULL")
	}
	if f.City != uuid.Nil {
		q = q.Where("city = ?", f.City)
	}
	if f.Before != uuid.Nil {
		q = q.Where("id < ?", f.Before)
	}
	return all, q.Scan(ctx)
}

// reasonMost bounds the words of a decision, in characters.
const reasonMost = 500

// Close says that an incident has been looked after; found again, it is a new one. It needs invoice:issue on the platform, and
// refuses NotFound "collection.no_incident" for one that is not open, and Invalid without a reason.
func (s *Service) Close(ctx context.Context, actor identity.Actor, id uuid.UUID, reason string) error {
	if err := s.onPlatform(ctx, actor, access.InvoiceIssue); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "required"}})
	}
	if utf8.RuneCountInString(reason) > reasonMost {
		return fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	return tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewRaw("UPDATE stripe_incident SET closed_at = ?, closed_by = ?, reason = ? WHERE tenant_id = ? AND id = ? AND closed_at IS NULL",
			s.Now().UTC(), actor.ID, reason, tenancy.Must(ctx), id).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return fault.Wrap(fault.NotFound, "collection.no_incident", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "collection.close", Object: "incident", ObjectID: id,
			Detail: map[string]any{"reason": reason}})
	})
}
