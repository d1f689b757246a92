package collection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// tolerance is how old what Stripe tells may be when it arrives: later it may be a recording that someone plays.
const tolerance = 5 * time.Minute

// eventRow is what Stripe has told: of which object, and nothing that it said about it.
type eventRow struct {
	bun.BaseModel `bun:"table:stripe_event,alias:e"`

	TenantID    uuid.UUID `bun:"tenant_id,pk"`
	ID          string    `bun:"id,pk"`
	Type        string    `bun:"type"`
	ObjectID    string    `bun:"object_id"`
	APIVersion  string    `bun:"api_version"`
	Live        bool      `bun:"live"`
	CreatedAt   time.Time `bun:"created_at"`
	ReceivedAt  time.Time `bun:"received_at"`
	ProcessedAt time.Time `bun:"processed_at,nullzero"`
	Outcome     string    `bun:"outcome"`
}

// Receive stores what Stripe tells, with the body as it came and the value of its header Stripe-Signature, and has it dealt
// with after tx commits. What it has told before changes nothing. It is for the route on the platform's site, which asks for no
// permission: the signature is one. It refuses NotFound "page.not_found" when Stripe collects nothing here, Malformed
// "collection.signature" for what was not signed with one of our secrets or is too old, and "collection.event" for what
// cannot be read.
func (s *Service) Receive(ctx context.Context, body []byte, signature string) error {
	if !s.Available() {
		return fault.New(fault.NotFound, "page.not_found")
	}
	e, err := s.verified(body, signature)
	if err != nil {
		return err
	}
	row := eventRow{TenantID: tenancy.Must(ctx), ID: e.ID, Type: string(e.Type), APIVersion: e.APIVersion, Live: e.Livemode, CreatedAt: time.Unix(e.Created, 0).UTC(),
		ReceivedAt: s.Now().UTC().Truncate(time.Microsecond)}
	if e.Data != nil {
		row.ObjectID, _ = e.Data.Object["id"].(string)
	}
	if row.ID == "" || row.Type == "" || len(row.ID) > 255 || len(row.ObjectID) > 255 {
		return fault.New(fault.Malformed, "collection.event")
	}
	err = tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (tenant_id, id) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); n == 0 || err != nil {
			return err
		}
		if row.APIVersion != stripe.APIVersion {
			x := incident{Kind: apiVersion, Object: stripe.APIVersion, Part: row.APIVersion, Note: row.Type}
			if err := s.noteTx(ctx, tx, x); err != nil {
				return err
			}
		}
		return jobs.Add(ctx, tx, applyKind(), objectArgs{row.ID})
	})
	if err != nil {
		return fmt.Errorf("collection: receive: %w", err)
	}
	return nil
}

// verified reads an event whose signature is by one of our secrets. Of another version than ours it is read all the same: only
// its envelope is used, which every version has.
func (s *Service) verified(body []byte, signature string) (stripe.Event, error) {
	var last error = fault.New(fault.Malformed, "collection.signature")
	for _, secret := range s.Signing {
		if err := webhook.ValidatePayloadWithTolerance(body, signature, secret, tolerance); err != nil {
			last = fault.Wrap(fault.Malformed, "collection.signature", err)
			continue
		}
		e, err := webhook.ConstructEventWithOptions(body, signature, secret, webhook.ConstructEventOptions{Tolerance: tolerance, IgnoreAPIVersionMismatch: true})
		if err != nil {
			return e, fault.Wrap(fault.Malformed, "collection.event", err)
		}
		return e, nil
	}
	return stripe.Event{}, last
}

func (s *Service) event(ctx context.Context, id string) (eventRow, error) {
	var e eventRow
	err := s.DB.App.NewSelect().Model(&e).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	return e, err
}

func isNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }
