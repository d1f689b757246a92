package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

const (
	sealBatch = 1000
	// An entry may commit after a later one was sealed, but not this much after: no transaction lives that long.
	sealHorizon = 24 * time.Hour
)

// link is one place in a city's chain.
type link struct {
	bun.BaseModel `bun:"table:audit_link,alias:l"`

	TenantID uuid.UUID `bun:"tenant_id,pk"`
	Seq      int64     `bun:"seq,pk"`
	EntryID  uuid.UUID `bun:"entry_id"`
	Hash     []byte    `bun:"hash"`
}

// hash is the link's value: SHA-256 over the previous hash and the canonical form of the entry. The first link
// follows 32 zero bytes.
func hash(prev []byte, e Stored) ([]byte, error) {
	canonical, err := e.canonical()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(prev)
	h.Write(canonical)
	return h.Sum(nil), nil
}

// canonical writes every column in one fixed form, with the keys of Detail sorted at every depth. Changing it breaks
// every chain that exists.
func (s Stored) canonical() ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(s.Detail))
	d.UseNumber()
	var detail any
	if err := d.Decode(&detail); err != nil {
		return nil, fmt.Errorf("audit: entry %s: detail: %w", s.ID, err)
	}
	return json.Marshal([]any{s.TenantID, s.ID, s.At.UTC().Format("2006-01-02T15:04:05.000000Z"), s.ActorID, s.ActorKind,
		s.Action, s.Object, s.ObjectID, detail})
}

// Seal links the entries of ctx's city that no link holds yet, oldest first, and returns how many. A planned run calls
// it, and so does whoever records a city's first act from the command line, where no worker may run yet; calls at the
// same time wait for each other. It may run inside a transaction or open its own. It refuses with *Broken to begin a
// chain for entries of more than a day ago.
func Seal(ctx context.Context, db bun.IDB) (n int, err error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return 0, tenancy.ErrNone
	}
	for {
		batch := 0
		err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			batch, err = sealBatchOf(ctx, tx, tenant)
			return err
		})
		n += batch
		if err != nil {
			return n, fmt.Errorf("audit: seal: %w", err)
		}
		if batch < sealBatch {
			return n, nil
		}
	}
}

func sealBatchOf(ctx context.Context, tx bun.Tx, tenant uuid.UUID) (int, error) {
	key := "audit seal " + tenant.String()
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", key); err != nil {
		return 0, err
	}
	last, err := tail(ctx, tx, tenant)
	if err != nil {
		return 0, err
	}
	if last.Seq == 0 {
		if err := unlinked(ctx, tx, tenant, last); err != nil {
			return 0, err // somebody took the chain away: a new one would vouch for whatever is there now
		}
	}
	var open []Stored
	err = tx.NewSelect().Model(&open).Where("tenant_id = ? AND id >= ?", tenant, horizon(last)).
		Where("NOT EXISTS (SELECT FROM audit_link l WHERE l.tenant_id = e.tenant_id AND l.entry_id = e.id)").
		OrderExpr("id").Limit(sealBatch).Scan(ctx)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	links := make([]link, len(open))
	for i, e := range open {
		h, err := hash(last.Hash, e)
		if err != nil {
			return 0, err
		}
		last = link{TenantID: tenant, Seq: last.Seq + 1, EntryID: e.ID, Hash: h}
		links[i] = last
	}
	_, err = tx.NewInsert().Model(&links).Exec(ctx)
	return len(links), err
}

// horizon is the lowest id that an entry may still be sealed under after last was; before the first link, the lowest
// that may begin a chain. Ids are UUIDv7, so they tell when an entry was recorded, whatever time it speaks of.
func horizon(last link) uuid.UUID {
	at := time.Now()
	if last.Seq > 0 {
		at = time.Unix(last.EntryID.Time().UnixTime())
	}
	ms := at.Add(-sealHorizon).UnixMilli()
	var low uuid.UUID
	for i := range 6 {
		low[i] = byte(ms >> (40 - 8*i))
	}
	return low
}

// unlinked returns a *Broken for an entry that is too old to be waiting for Seal and has no link: it was put in behind
// the chain's back, or, where there is no chain, the chain was taken away.
func unlinked(ctx context.Context, db bun.IDB, tenant uuid.UUID, last link) error {
	var ids []uuid.UUID
	err := db.NewRaw(`SELECT e.id FROM audit_entry e
		WHERE e.tenant_id = ? AND e.id < ?
		  AND NOT EXISTS (SELECT FROM audit_link l WHERE l.tenant_id = e.tenant_id AND l.entry_id = e.id)
		ORDER BY e.id LIMIT 1`, tenant, horizon(last)).Scan(ctx, &ids)
	switch {
	case err != nil || len(ids) == 0:
		return err
	case last.Seq == 0:
		return &Broken{Seq: 1, EntryID: ids[0], How: Missing}
	}
	return &Broken{EntryID: ids[0], How: Inserted}
}

// tail returns the last link; of an empty chain, the zeros before the first.
func tail(ctx context.Context, db bun.IDB, tenant uuid.UUID) (link, error) {
	last := link{}
	err := db.NewSelect().Model(&last).Where("tenant_id = ?", tenant).OrderExpr("seq DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return link{Hash: make([]byte, sha256.Size)}, nil
	}
	return last, err
}
