package ductmap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Basemap is an outside map of squares that a city lays under its own: pictures of 256 pixels on the Web Mercator grid
// (EPSG:3857), numbered from the north-west. Who serves them sees from where and at what a browser looks, so a city has none
// until it wants one.
type Basemap struct {
	bun.BaseModel `bun:"table:duct_basemap,alias:b"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	Tiles    string     `bun:"tiles"`   // https address with {z}, {x} and {y} in it
	Credit   string     `bun:"credit"`  // whose it is, as its terms want it said
	Closest  int        `bun:"closest"` // the closest zoom that there are pictures of
	SetAt    time.Time  `bun:"set_at"`
	SetBy    uuid.UUID  `bun:"set_by"`
}

// Known reports whether there is one.
func (b Basemap) Known() bool { return b.Tiles != "" }

// Origin is from where a browser fetches it, for the policy of a page (Content Security Policy): scheme, host and port.
func (b Basemap) Origin() string {
	u, err := url.Parse(b.Tiles)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// host is what may stand in an Origin: nothing that would end it, or begin another.
var host = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?$`)

// The bounds of what is said of a basemap.
const (
	TilesMost   = 500
	CreditMost  = 200
	ClosestMost = 22
)

func (b *Basemap) check() error {
	b.Tiles, b.Credit = strings.TrimSpace(b.Tiles), strings.Join(strings.Fields(b.Credit), " ")
	var bad []fault.Field
	u, err := url.Parse(b.Tiles)
	switch {
	case err != nil || len(b.Tiles) > TilesMost || u.Scheme != "https" || u.User != nil || u.Fragment != "" || !host.MatchString(u.Host):
		bad = append(bad, fault.Field{Name: "tiles", Code: "basemap_address"})
	case strings.Count(b.Tiles, "{z}") != 1 || strings.Count(b.Tiles, "{x}") != 1 || strings.Count(b.Tiles, "{y}") != 1 || strings.Count(b.Tiles, "{") != 3:
		bad = append(bad, fault.Field{Name: "tiles", Code: "basemap_places"})
	}
	switch n := len([]rune(b.Credit)); {
	case n == 0:
		bad = append(bad, fault.Field{Name: "credit", Code: "required"})
	case n > CreditMost:
		bad = append(bad, fault.Field{Name: "credit", Code: "too_long", Args: []any{"max", CreditMost}})
	}
	if b.Closest < 1 || b.Closest > ClosestMost {
		bad = append(bad, fault.Field{Name: "zoom", Code: "basemap_closest", Args: []any{"max", ClosestMost}})
	}
	return fault.Fields(bad)
}

// Basemap returns that of the city in ctx, the zero one where it has none. Whoever sees the map may know it.
func (s *Service) Basemap(ctx context.Context) (Basemap, error) {
	var b Basemap
	err := s.d.DB.NewSelect().Model(&b).Where("b.tenant_id = ?", tenancy.Must(ctx)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Basemap{}, nil
	}
	if err != nil {
		return Basemap{}, fmt.Errorf("ductmap: basemap: %w", err)
	}
	return b, nil
}

// SetBasemap lays an outside map under the city's, for staff with duct:manage. It refuses Invalid, fields "tiles", "credit" and
// "zoom", for what no browser could fetch or no licence would allow.
func (s *Service) SetBasemap(ctx context.Context, actor identity.Actor, in Basemap) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	in.TenantID, in.SetAt, in.SetBy = tenancy.Must(ctx), s.d.Now().UTC().Truncate(time.Microsecond), actor.ID
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&in).On("CONFLICT (tenant_id) DO UPDATE").
			Set("tiles = EXCLUDED.tiles, credit = EXCLUDED.credit, closest = EXCLUDED.closest, set_at = EXCLUDED.set_at, set_by = EXCLUDED.set_by").Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductmap: set basemap: %w", err)
		}
		return s.noteBasemap(ctx, tx, actor, "duct.basemap_set", map[string]any{"tiles": in.Tiles})
	})
}

// DropBasemap goes back to the city's own drawing, for staff with duct:manage. To drop none is no error.
func (s *Service) DropBasemap(ctx context.Context, actor identity.Actor) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		done, err := tx.NewDelete().Model((*Basemap)(nil)).Where("tenant_id = ?", tenancy.Must(ctx)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductmap: drop basemap: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.noteBasemap(ctx, tx, actor, "duct.basemap_drop", nil)
	})
}

func (s *Service) noteBasemap(ctx context.Context, tx bun.Tx, actor identity.Actor, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "duct_network", ObjectID: tenancy.Must(ctx),
		At: s.d.Now().UTC(), Detail: detail})
}
