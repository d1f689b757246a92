package tenancy

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
)

// Directory answers which tenant a host, slug or id is, from a copy of the small tenant table that is at most
// two seconds old, so that a suspended city is suspended in every process.
type Directory struct {
	db     *bun.DB
	domain string
	now    func() time.Time

	mu     sync.Mutex
	at     time.Time
	bySlug map[string]City
	byHost map[string]City
	byID   map[ID]City
}

const directoryAge = 2 * time.Second

// NewDirectory reads tenants through db; domain is the platform's own host name, such as "localhost".
func NewDirectory(db *bun.DB, domain string) *Directory {
	return &Directory{db: db, domain: strings.ToLower(domain), now: time.Now}
}

// ByHost returns the tenant of a Host header (a port is ignored): the platform for the platform's domain, a city
// for <slug>.<domain> or one of its own hosts. Unknown and closed hosts are NotFound "city.unknown".
func (d *Directory) ByHost(ctx context.Context, host string) (City, error) {
	host = strings.ToLower(host)
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.TrimSuffix(host, ".")
	if err := d.refresh(ctx); err != nil {
		return City{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if host == d.domain || host == "127.0.0.1" || host == "[::1]" {
		if c, ok := d.bySlug["platform"]; ok {
			return c, nil
		}
	}
	if slug, ok := strings.CutSuffix(host, "."+d.domain); ok {
		if c, ok := d.bySlug[slug]; ok && c.Kind == KindCity {
			return c, nil
		}
	}
	if c, ok := d.byHost[host]; ok {
		return c, nil
	}
	return City{}, fault.New(fault.NotFound, "city.unknown", "host", host)
}

// BySlug returns the tenant with this slug, or NotFound "city.unknown".
func (d *Directory) BySlug(ctx context.Context, slug string) (City, error) {
	if err := d.refresh(ctx); err != nil {
		return City{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.bySlug[slug]; ok {
		return c, nil
	}
	return City{}, fault.New(fault.NotFound, "city.unknown", "host", slug)
}

// ByID returns the tenant with this id, or NotFound "city.unknown".
func (d *Directory) ByID(ctx context.Context, id ID) (City, error) {
	if err := d.refresh(ctx); err != nil {
		return City{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.byID[id]; ok {
		return c, nil
	}
	return City{}, fault.New(fault.NotFound, "city.unknown", "host", id.String())
}

// Closed returns the tenant with this id if it is closed, for what is still to be done for it, or NotFound "city.unknown". It reads the
// table each time.
func (d *Directory) Closed(ctx context.Context, id ID) (City, error) {
	var c City
	err := d.db.NewSelect().Model(&c).Where("id = ? AND status = ?", id, StatusClosed).Scan(Platform(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return City{}, fault.New(fault.NotFound, "city.unknown", "host", id.String())
	}
	return c, err
}

// All returns every tenant that is not closed, cities in slug order.
func (d *Directory) All(ctx context.Context) ([]City, error) {
	var all []City
	err := d.db.NewSelect().Model(&all).Where("status <> ?", StatusClosed).OrderExpr("kind DESC, slug").
		Limit(1000).Scan(Platform(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return all, err
}

// IDs returns every tenant there is, closed ones too, whose data is kept and must stay readable.
func (d *Directory) IDs(ctx context.Context) ([]ID, error) {
	var ids []ID
	err := d.db.NewRaw("SELECT id FROM tenant ORDER BY slug").Scan(Platform(ctx), &ids)
	return ids, err
}

// Forget drops the copy, so that the next question reads the table; for the process that changed it.
func (d *Directory) Forget() {
	d.mu.Lock()
	d.at = time.Time{}
	d.mu.Unlock()
}

func (d *Directory) refresh(ctx context.Context) error {
	d.mu.Lock()
	fresh := d.now().Sub(d.at) < directoryAge
	d.mu.Unlock()
	if fresh {
		return nil
	}
	all, err := d.All(ctx)
	if err != nil {
		return err
	}
	bySlug, byHost, byID := map[string]City{}, map[string]City{}, map[ID]City{}
	for _, c := range all {
		bySlug[c.Slug], byID[c.ID] = c, c
		for _, h := range c.Hosts {
			byHost[strings.ToLower(h)] = c
		}
	}
	d.mu.Lock()
	d.bySlug, d.byHost, d.byID, d.at = bySlug, byHost, byID, d.now()
	d.mu.Unlock()
	return nil
}
