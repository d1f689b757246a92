// Package metering counts what a city uses of the platform, each event exactly once, so that a bill can be recomputed
// from the events it stands on.
//
// An event is recorded in the transaction of the act it counts (Record, Register); requests of the API, too many for
// that, are gathered by a Collector. Meters say what events amount to over a window, and are rows of a table. Every
// figure is taken from the events or from hourly roll-ups written anew from them, in one statement, so that a reading
// is never behind the events that are committed. No figure holds personal data: subjects are ids.
package metering

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Service reads usage.
type Service struct {
	db  *storage.DB
	now func() time.Time
}

// New returns a Service over db.
func New(db *storage.DB, now func() time.Time) *Service {
	return &Service{db: db, now: now}
}

// Aggregation says how the events of a window become one quantity.
type Aggregation string

// The aggregations. Latest is the quantity of the last event of the window; Unique counts distinct subjects; Weighted is the mean of
// levels over the hours of the window (level.go).
const (
	Count    Aggregation = "count"
	Sum      Aggregation = "sum"
	Max      Aggregation = "max"
	Latest   Aggregation = "latest"
	Unique   Aggregation = "unique"
	Weighted Aggregation = "weighted"
)

// Meter is what one type of event amounts to.
type Meter struct {
	bun.BaseModel `bun:"table:meter,alias:m"`

	Code        string      `bun:"code,pk"`
	Type        string      `bun:"type"` // of the events it reads
	Aggregation Aggregation `bun:"aggregation"`
	Dimensions  []Dimension `bun:"dimensions,array"` // by which its quantity divides
	Scale       int64       `bun:"scale"`            // so many units of the events make one of Unit, which counts once started
	Name        i18n.Text   `bun:"name,type:jsonb"`
	Unit        i18n.Text   `bun:"unit,type:jsonb"`
}

// Dimension is what usage divides by.
type Dimension string

// The dimensions. A meter has those that say something about it.
const (
	ByAgency  Dimension = "agency"
	ByService Dimension = "service"
	ByChannel Dimension = "channel"
)

const maxMeters = 500

// Meters lists every meter in the order they are shown. They are the same for all cities and open to any caller.
func (s *Service) Meters(ctx context.Context) ([]Meter, error) {
	var all []Meter
	err := s.db.App.NewSelect().Model(&all).Column("code", "type", "aggregation", "dimensions", "scale", "name", "unit").
		Order("position").Limit(maxMeters).Scan(tenancy.Platform(ctx))
	if err != nil {
		return nil, fmt.Errorf("metering: meters: %w", err)
	}
	return all, nil
}
