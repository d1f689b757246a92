// Package privacy keeps personal data unreadable to whoever holds the database or a backup alone.
//
// Each city has keys of its own, made on first use and stored sealed by a master key that lives in the environment.
// Seal and Open are for values that must come back, SealTo and OpenAt for files; Hash finds a value without storing it in
// clear; Mask is for screens. What one city sealed, another city cannot open, even by copying rows or files.
//
// Destroying a city's row in city_key, which only the owner of the database can, makes all that it sealed unreadable for
// good, files too, once the programs have started anew and no backup with the row is left.
package privacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"golang.org/x/sync/singleflight"

	"bedelau/internal/kernel/tenancy"
)

// ErrUnreadable is returned by Open for a value that this city did not seal for this context, or that was altered.
var ErrUnreadable = errors.New("privacy: value cannot be opened here")

// Keys seals and opens personal data with the key of the city in the context.
type Keys struct {
	db      *bun.DB
	current master
	former  map[string]master

	mu     sync.RWMutex
	cities map[tenancy.ID]*cityKeys
	load   singleflight.Group
}

type cityKey struct {
	bun.BaseModel `bun:"table:city_key,alias:ck"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	MasterID  string     `bun:"master_id"`
	AEAD      []byte     `bun:"aead"`
	PRF       []byte     `bun:"prf"`
	Stream    []byte     `bun:"stream"`
	StreamAt  time.Time  `bun:"stream_at,nullzero"`
	CreatedAt time.Time  `bun:"created_at"`
	SealedAt  time.Time  `bun:"sealed_at"`
}

// NewKeys returns the keys of all cities. Each master key is 32 bytes; former ones still open what they sealed, until
// Reseal has moved every city to the current one.
func NewKeys(db *bun.DB, current []byte, former ...[]byte) (*Keys, error) {
	m, err := newMaster(current)
	if err != nil {
		return nil, err
	}
	k := &Keys{db: db, current: m, former: map[string]master{}, cities: map[tenancy.ID]*cityKeys{}}
	for _, f := range former {
		old, err := newMaster(f)
		if err != nil {
			return nil, err
		}
		k.former[old.id] = old
	}
	return k, nil
}

// Seal encrypts plain for ctx's city. context names the use, such as "application.nik", and must be given again to Open.
func (k *Keys) Seal(ctx context.Context, plain []byte, context string) ([]byte, error) {
	city, c, err := k.city(ctx)
	if err != nil {
		return nil, err
	}
	sealed, err := c.aead.Encrypt(plain, bound(city, context))
	if err != nil {
		return nil, fmt.Errorf("privacy: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same city and context, or returns ErrUnreadable.
func (k *Keys) Open(ctx context.Context, sealed []byte, context string) ([]byte, error) {
	city, c, err := k.city(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := c.aead.Decrypt(sealed, bound(city, context))
	if err != nil {
		return nil, ErrUnreadable // the library's reason says nothing more, and nothing an outsider should learn
	}
	return plain, nil
}

// SealJSON is Seal of several values that belong together.
func (k *Keys) SealJSON(ctx context.Context, v any, context string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("privacy: seal: %w", err)
	}
	return k.Seal(ctx, plain, context)
}

// OpenJSON reads into v what SealJSON made.
func (k *Keys) OpenJSON(ctx context.Context, sealed []byte, v any, context string) error {
	plain, err := k.Open(ctx, sealed, context)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return ErrUnreadable
	}
	return nil
}

// Hash returns 32 bytes that are equal for equal values of one city and purpose, and that nobody can compute or
// reverse without the city's key. purpose must not hold a NUL.
func (k *Keys) Hash(ctx context.Context, purpose, value string) ([]byte, error) {
	if strings.ContainsRune(purpose, 0) {
		return nil, errors.New("privacy: a purpose must not hold a NUL")
	}
	_, c, err := k.city(ctx)
	if err != nil {
		return nil, err
	}
	sum, err := c.prf.ComputePrimaryPRF([]byte(purpose+"\x00"+value), 32)
	if err != nil {
		return nil, fmt.Errorf("privacy: hash: %w", err)
	}
	return sum, nil
}

// city returns the keys of ctx's city, making them when the city has none.
func (k *Keys) city(ctx context.Context) (tenancy.ID, *cityKeys, error) {
	id, ok := tenancy.From(ctx)
	if !ok {
		return uuid.Nil, nil, tenancy.ErrNone
	}
	k.mu.RLock()
	c := k.cities[id]
	k.mu.RUnlock()
	if c != nil {
		return id, c, nil
	}
	v, err, _ := k.load.Do(id.String(), func() (any, error) {
		// Others wait for this answer, so it must not end with the request that happened to ask first.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		c, err := k.fetch(ctx, id)
		if err != nil {
			return nil, err
		}
		k.mu.Lock()
		k.cities[id] = c
		k.mu.Unlock()
		return c, nil
	})
	if err != nil {
		return uuid.Nil, nil, err
	}
	return id, v.(*cityKeys), nil
}

func (k *Keys) fetch(ctx context.Context, id tenancy.ID) (*cityKeys, error) {
	row, err := k.row(ctx, k.db, id)
	if errors.Is(err, sql.ErrNoRows) {
		if err = k.create(ctx, id); err == nil {
			row, err = k.row(ctx, k.db, id)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("privacy: keys of city: %w", err)
	}
	if len(row.Stream) == 0 {
		if row, err = k.addStream(ctx, row); err != nil {
			return nil, fmt.Errorf("privacy: keys of city: %w", err)
		}
	}
	m, err := k.masterOf(row)
	if err != nil {
		return nil, err
	}
	return row.open(m)
}

// addStream gives a city from before files were sealed its key for them, under the master key of its other keys, unless
// another process was first.
func (k *Keys) addStream(ctx context.Context, row cityKey) (cityKey, error) {
	m, err := k.masterOf(row)
	if err != nil {
		return row, err
	}
	set, err := makeStreamSet()
	if err != nil {
		return row, err
	}
	sealed, err := sealSet(set, m, row.TenantID, "stream")
	if err != nil {
		return row, err
	}
	_, err = k.db.NewUpdate().Model((*cityKey)(nil)).Set("stream = ?", sealed).Set("stream_at = ?", time.Now().UTC()).
		Where("tenant_id = ? AND stream IS NULL AND master_id = ?", row.TenantID, row.MasterID).Exec(ctx)
	if err != nil {
		return row, err
	}
	if row, err = k.row(ctx, k.db, row.TenantID); err == nil && len(row.Stream) == 0 {
		err = errors.New("the master key is being changed") // the next use succeeds
	}
	return row, err
}

func (k *Keys) row(ctx context.Context, db bun.IDB, id tenancy.ID) (cityKey, error) {
	var row cityKey
	err := db.NewSelect().Model(&row).Where("tenant_id = ?", id).Scan(ctx)
	return row, err
}

// create stores new keys unless another process was first; whoever lost reads the winner's row.
func (k *Keys) create(ctx context.Context, id tenancy.ID) error {
	fresh, err := makeKeys()
	if err != nil {
		return err
	}
	row, err := fresh.seal(k.current, id)
	if err != nil {
		return err
	}
	row.CreatedAt = time.Now().UTC()
	row.SealedAt, row.StreamAt = row.CreatedAt, row.CreatedAt
	_, err = k.db.NewInsert().Model(&row).On("CONFLICT (tenant_id) DO NOTHING").Exec(ctx)
	return err
}

func (k *Keys) masterOf(row cityKey) (master, error) {
	if row.MasterID == k.current.id {
		return k.current, nil
	}
	if m, ok := k.former[row.MasterID]; ok {
		return m, nil
	}
	return master{}, fmt.Errorf("privacy: the keys of city %s were sealed by master key %s, which is not configured", row.TenantID, row.MasterID)
}
