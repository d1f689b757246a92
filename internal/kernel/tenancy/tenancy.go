// Package tenancy says which city a request, a job or a command is for, and is the only door to that city's rows.
//
// Every row of a city carries its tenant_id, and PostgreSQL shows a row only to a transaction whose app.tenant_id is
// that id (row-level security under a role that cannot bypass it). InTx opens such a transaction; a single statement
// outside one goes through the Connector, which wraps it in a transaction of its own. Without a city in the context
// both refuse in Go, before any SQL is sent.
package tenancy

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
)

// ID identifies a tenant: a city, or the platform itself.
type ID = uuid.UUID

// ErrNone is returned when tenant work is asked for without a tenant in the context.
var ErrNone = errors.New("tenancy: no city in context")

// Kind tells a city from the platform, which is a tenant of its own so that BUMD accounts, sessions and audit are
// held exactly as a city's are.
type Kind string

// The kinds of tenant.
const (
	KindCity     Kind = "city"
	KindPlatform Kind = "platform"
)

// Status says what a city may do now. A suspended city still serves its residents; its staff may only read.
type Status string

// The statuses of a tenant.
const (
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended"
	StatusClosed    Status = "closed"
)

// City is one tenant as every request needs it. It holds no personal data.
type City struct {
	bun.BaseModel `bun:"table:tenant,alias:t"`

	ID           ID        `bun:"id,pk"`
	Kind         Kind      `bun:"kind"`
	Slug         string    `bun:"slug"`
	Name         string    `bun:"name"`       // "Kota Batam"
	ShortName    string    `bun:"short_name"` // "Batam"
	Code         string    `bun:"code"`       // Kemendagri code, "21.71"
	Province     string    `bun:"province"`
	Timezone     string    `bun:"timezone"`      // IANA name, "Asia/Jakarta"
	NumberPrefix string    `bun:"number_prefix"` // first part of tracking numbers, "BTM"
	Hosts        []string  `bun:"hosts,array"`   // own domains besides <slug>.<platform domain>
	BrandColor   string    `bun:"brand_color"`   // "#0b5cad"
	Logo         string    `bun:"logo"`          // SVG text shown in the header, from the city pack
	Contact      Contact   `bun:"contact,type:jsonb"`
	Status       Status    `bun:"status"`
	Modules      []string  `bun:"modules,array"`   // feature switches of the city's plan, written by billing
	Plan         Plan      `bun:"plan,type:jsonb"` // what that plan allows, written by billing
	Demo         bool      `bun:"demo"`            // created by `bedelau demo`: the pages say so
	CreatedAt    time.Time `bun:"created_at"`

	DraftDays        int `bun:"draft_days"`         // for which an application that is not sent is kept after the last change
	CounterDraftDays int `bun:"counter_draft_days"` // and one that an officer began at a counter
}

// Contact is how a person reaches the city's help desk; empty fields are not shown.
type Contact struct {
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
	Website string `json:"website,omitempty"`
}

// Location returns the city's time zone. The database accepts only names that Go can load, so a failure is a bug.
func (c City) Location() *time.Location {
	if known, ok := zones.Load(c.Timezone); ok {
		return known.(*time.Location)
	}
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC
	}
	zones.Store(c.Timezone, loc)
	return loc
}

// zones are those that a city has: reading one takes a file, and a request asks for it several times.
var zones sync.Map // name → *time.Location

// Inside returns ctx for work on city that a request of the city itself has asked for, or one of the platform, whose
// staff see every city's usage and bill it. From any other city it is refused as if there were no such city: NotFound
// "city.unknown".
func Inside(ctx context.Context, city City) (context.Context, error) {
	id, ok := From(ctx)
	if !ok {
		return nil, ErrNone
	}
	if caller, _ := CityFrom(ctx); id != city.ID && (caller.ID != id || caller.Kind != KindPlatform) {
		return nil, fault.New(fault.NotFound, "city.unknown", "host", city.Slug)
	}
	return With(ctx, city), nil
}

type cityKey struct{}
type idKey struct{}
type platformKey struct{}

// With returns a context whose tenant work is done for city c.
func With(ctx context.Context, c City) context.Context {
	return context.WithValue(WithID(ctx, c.ID), cityKey{}, c)
}

// WithID is With for callers that know only the id, such as a job's envelope.
func WithID(ctx context.Context, id ID) context.Context {
	return context.WithValue(ctx, idKey{}, id)
}

// From returns the tenant of ctx.
func From(ctx context.Context) (ID, bool) {
	id, ok := ctx.Value(idKey{}).(ID)
	return id, ok && id != uuid.Nil
}

// Must returns the tenant of ctx inside tenant work, where its absence is a bug that InTx has already refused.
func Must(ctx context.Context) ID {
	id, ok := From(ctx)
	if !ok {
		panic(ErrNone)
	}
	return id
}

// CityFrom returns the city of ctx as With put it there.
func CityFrom(ctx context.Context) (City, bool) {
	c, ok := ctx.Value(cityKey{}).(City)
	return c, ok
}

// Platform marks ctx as deliberately outside any city, for statements on platform tables alone (the directory of
// cities, the outbox relay). Row-level security still hides every city's rows from such a statement.
func Platform(ctx context.Context) context.Context {
	return context.WithValue(context.WithValue(ctx, idKey{}, uuid.Nil), platformKey{}, true)
}

func isPlatform(ctx context.Context) bool {
	v, _ := ctx.Value(platformKey{}).(bool)
	_, tenant := From(ctx)
	return v && !tenant
}

// InTx runs fn in one transaction that sees only ctx's city. It commits when fn returns nil and rolls back
// otherwise. Keep fn short and free of network calls; take row locks in id order.
func InTx(ctx context.Context, db *bun.DB, fn func(ctx context.Context, tx bun.Tx) error) error {
	if _, ok := From(ctx); !ok {
		return ErrNone
	}
	// The Connector's BeginTx sends BEGIN and SET LOCAL app.tenant_id in one flush.
	return db.RunInTx(ctx, nil, fn)
}
