// Package audit is the record of who did what to whose matter: it can be added to and read, and an edit is found.
//
// Record writes an entry in the transaction of the act itself, so that neither exists without the other. The
// application's role may insert and select and nothing else. Seal links entries into a chain of hashes, apart from the
// business transactions so that they never queue for each other; Verify recomputes the chain and names the first
// place where it does not hold. Whoever owns the database can still write entries and chain anew as a whole; an auditor
// who wrote down Head elsewhere finds that too, and can prove that everything up to it is as it was.
package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// System is the ActorKind of what no person did, such as an escalation; its ActorID is the nil UUID.
const System = "system"

// Entry is one act. Detail explains it in codes, ids and amounts; it holds no personal data, because an entry can
// never be erased.
type Entry struct {
	ActorID   uuid.UUID
	ActorKind string // "resident", "staff" or System
	Action    string // "application.approve"
	Object    string // "application"
	ObjectID  uuid.UUID
	Detail    map[string]any
	At        time.Time // when it happened; now when zero
}

// Stored is an entry as the record holds it.
type Stored struct {
	bun.BaseModel `bun:"table:audit_entry,alias:e"`

	TenantID  uuid.UUID       `bun:"tenant_id,pk"`
	ID        uuid.UUID       `bun:"id,pk"`
	At        time.Time       `bun:"at"`
	ActorID   uuid.UUID       `bun:"actor_id"`
	ActorKind string          `bun:"actor_kind"`
	Action    string          `bun:"action"`
	Object    string          `bun:"object"`
	ObjectID  uuid.UUID       `bun:"object_id"`
	Detail    json.RawMessage `bun:"detail,type:jsonb"`
}

const maxDetail = 8 << 10

// Record adds e to the record of ctx's city as part of tx. Whoever changes something of meaning calls it, in the same
// transaction. It refuses an entry without action, object or kind of actor, and a Detail above 8 KiB.
func Record(ctx context.Context, tx bun.IDB, e Entry) error {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	if e.Action == "" || e.Object == "" || e.ActorKind == "" {
		return fmt.Errorf("audit: an entry needs an action, an object and a kind of actor; got %q, %q, %q", e.Action, e.Object, e.ActorKind)
	}
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	if len(detail) > maxDetail {
		return fmt.Errorf("audit: %s: detail of %d bytes", e.Action, len(detail))
	}
	// jsonb cannot hold U+0000; a hostile text must not undo the act that it came with.
	detail = bytes.ReplaceAll(detail, []byte(`\u0000`), []byte(`\ufffd`))
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	s := Stored{TenantID: tenant, ID: id, At: e.At.UTC().Truncate(time.Microsecond), ActorID: e.ActorID,
		ActorKind: e.ActorKind, Action: e.Action, Object: e.Object, ObjectID: e.ObjectID, Detail: detail}
	if _, err := tx.NewInsert().Model(&s).Exec(tenancy.Later(ctx)); err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	return nil
}
