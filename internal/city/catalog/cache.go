package catalog

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/kernel/tenancy"
)

// maxCities bounds the copies one process holds, some 100 KB each at the size of Batam's pack.
const maxCities = 128

// cache holds a copy of the catalogue of each city lately asked for. A copy is used only while the version row of its
// city, read under that city's row-level security on every request, still says the version the copy was made of; so
// it never outlives a change by a single request, and no city can be given another's.
type cache struct {
	mu     sync.Mutex
	cities map[uuid.UUID]*snapshot
}

// snapshot is one city's catalogue at one version on one day. Its lists do not change; standards are added as they
// are asked for.
type snapshot struct {
	version  int64
	day      string // local to the city: standards come into force at its midnight
	agencies []Agency
	services []Service

	mu      sync.Mutex
	details map[string]Detail
	used    time.Time
}

func newCache() *cache { return &cache{cities: map[uuid.UUID]*snapshot{}} }

// snapshot returns the current copy for ctx's city, making it when the one at hand is of another version or day.
func (c *Catalog) snapshot(ctx context.Context) (*snapshot, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return nil, tenancy.ErrNone
	}
	now := c.now()
	var head struct {
		Version int64
		Day     string
	}
	err := c.db.NewRaw(`SELECT coalesce(v.version, 0) AS version, to_char(?::timestamptz AT TIME ZONE t.timezone, 'YYYY-MM-DD') AS day
		FROM tenant AS t LEFT JOIN catalog_version AS v ON v.tenant_id = t.id WHERE t.id = ?`, now, tenant).Scan(tenancy.Prepared(ctx), &head)
	if err != nil {
		return nil, wrap(err)
	}
	if s := c.cache.get(tenant, head.Version, head.Day, now); s != nil {
		return s, nil
	}
	// The version was read first: a change committed since makes this copy newer than its label, and the next reader
	// makes another. The other order could keep an old copy under a new label.
	s := &snapshot{version: head.Version, day: head.Day, details: map[string]Detail{}, used: now}
	err = c.db.NewSelect().Model(&s.agencies).Where("tenant_id = ?", tenant).Order("position", "code").Limit(1000).Scan(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	err = c.db.NewSelect().Model(&s.services).Where("tenant_id = ?", tenant).Order("position", "code").Limit(5000).Scan(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	c.cache.put(tenant, s)
	return s, nil
}

func (c *cache) get(tenant uuid.UUID, version int64, day string, now time.Time) *snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.cities[tenant]
	if s == nil || s.version != version || s.day != day {
		return nil
	}
	s.used = now
	return s
}

func (c *cache) put(tenant uuid.UUID, s *snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cities[tenant] = s
	if len(c.cities) <= maxCities {
		return
	}
	oldest := tenant
	for id, other := range c.cities {
		if other.used.Before(c.cities[oldest].used) {
			oldest = id
		}
	}
	delete(c.cities, oldest)
}

func (s *snapshot) agency(code string) (Agency, bool) {
	i := slices.IndexFunc(s.agencies, func(a Agency) bool { return a.Code == code })
	if i < 0 {
		return Agency{}, false
	}
	return s.agencies[i], true
}

func (s *snapshot) detail(code string) (Detail, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.details[code]
	return d, ok
}

func (s *snapshot) keep(code string, d Detail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.details[code] = d
}
