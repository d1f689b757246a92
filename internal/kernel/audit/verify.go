package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// The ways in which a chain is broken.
const (
	Changed  = "changed"  // the entry is not what was sealed
	Missing  = "missing"  // a link or its entry is gone
	Inserted = "inserted" // an entry that was added behind the chain's back
	Cut      = "cut"      // the chain ends before, or differs at, a link that was written down
)

// Broken is the first place where a city's record does not hold.
type Broken struct {
	Seq     int64
	EntryID uuid.UUID
	How     string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("audit: the record is broken at link %d, entry %s: %s", b.Seq, b.EntryID, b.How)
}

// sealed is a link with its entry, if that still exists.
type sealed struct {
	Seq       int64           `bun:"seq"`
	EntryID   uuid.UUID       `bun:"entry_id"`
	Hash      []byte          `bun:"hash"`
	Found     bool            `bun:"found"`
	At        time.Time       `bun:"at"`
	ActorID   uuid.UUID       `bun:"actor_id"`
	ActorKind string          `bun:"actor_kind"`
	Action    string          `bun:"action"`
	Object    string          `bun:"object"`
	ObjectID  uuid.UUID       `bun:"object_id"`
	Detail    json.RawMessage `bun:"detail"`
}

// Verify recomputes the chain of ctx's city from its first link and returns a *Broken for the first place where it
// does not hold, or nil. With anchors from Head it also notices a record whose end was cut off or rewritten. Entries
// that Seal has not reached yet are not judged.
func Verify(ctx context.Context, db bun.IDB, anchors ...Anchor) error {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return tenancy.ErrNone
	}
	last := link{Hash: make([]byte, sha256.Size)}
	known := map[int64][]byte{}
	for _, a := range anchors {
		if a.Seq > 0 {
			known[a.Seq] = a.Hash
		}
	}
	for {
		page, err := linksAfter(ctx, db, tenant, last.Seq)
		if err != nil {
			return fmt.Errorf("audit: verify: %w", err)
		}
		for _, l := range page {
			if err := l.follows(tenant, last); err != nil {
				return err
			}
			if h, ok := known[l.Seq]; ok && !bytes.Equal(h, l.Hash) {
				return &Broken{Seq: l.Seq, EntryID: l.EntryID, How: Cut}
			}
			delete(known, l.Seq)
			last = link{Seq: l.Seq, EntryID: l.EntryID, Hash: l.Hash}
		}
		if len(page) < sealBatch {
			break
		}
	}
	for seq := range known {
		return &Broken{Seq: seq, How: Cut}
	}
	return inserted(ctx, db, tenant, last)
}

func linksAfter(ctx context.Context, db bun.IDB, tenant uuid.UUID, seq int64) ([]sealed, error) {
	var page []sealed
	err := db.NewRaw(`SELECT l.seq, l.entry_id, l.hash, e.id IS NOT NULL AS found, e.at, e.actor_id, e.actor_kind,
			e.action, e.object, e.object_id, e.detail
		FROM audit_link l LEFT JOIN audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
		WHERE l.tenant_id = ? AND l.seq > ? ORDER BY l.seq LIMIT ?`, tenant, seq, sealBatch).Scan(ctx, &page)
	return page, err
}

func (l sealed) follows(tenant uuid.UUID, last link) error {
	if l.Seq != last.Seq+1 || !l.Found {
		return &Broken{Seq: last.Seq + 1, EntryID: l.EntryID, How: Missing}
	}
	h, err := hash(last.Hash, Stored{TenantID: tenant, ID: l.EntryID, At: l.At, ActorID: l.ActorID, ActorKind: l.ActorKind,
		Action: l.Action, Object: l.Object, ObjectID: l.ObjectID, Detail: l.Detail})
	if err != nil {
		return err
	}
	if !bytes.Equal(h, l.Hash) {
		return &Broken{Seq: l.Seq, EntryID: l.EntryID, How: Changed}
	}
	return nil
}

// inserted looks for an entry that is too old to be waiting for Seal and has no link.
func inserted(ctx context.Context, db bun.IDB, tenant uuid.UUID, last link) error {
	var ids []uuid.UUID
	err := db.NewRaw(`SELECT e.id FROM audit_entry e
		WHERE e.tenant_id = ? AND e.id < ?
		  AND NOT EXISTS (SELECT FROM audit_link l WHERE l.tenant_id = e.tenant_id AND l.entry_id = e.id)
		ORDER BY e.id LIMIT 1`, tenant, horizon(last.EntryID)).Scan(ctx, &ids)
	if err != nil {
		return fmt.Errorf("audit: verify: %w", err)
	}
	if len(ids) > 0 {
		return &Broken{EntryID: ids[0], How: Inserted}
	}
	return nil
}
