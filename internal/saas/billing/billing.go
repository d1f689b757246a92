// Package billing turns what a city used into what it owes, line by line, each with its working, so that anyone can
// recompute every rupiah.
//
// The price list is data: a plan has versions that never change, and a subscription stays on its version until the
// city is moved. What a version comes to for a city's terms and usage is priced by rating, which knows no database. An Estimate is that
// for a month of a city as it stands now; it is not an invoice and holds no tax. Closing a month makes of it what is billed: a row that
// never changes and one draft in the books of the platform; what is found out later is a correction in the next month. No amount is ever
// a float.
package billing

import (
	"context"
	"time"

	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Usage tells what a city used from one instant to another, by meter. Every meter there is has an entry, zero when it
// was not used. metering provides it.
type Usage interface {
	// Quantities are by what is known now.
	Quantities(ctx context.Context, city tenancy.City, from, to time.Time) (map[string]int64, error)
	// Close makes a month final: what is told of it afterwards is a correction that a later month takes.
	Close(ctx context.Context, city tenancy.City, month time.Time) error
	// QuantitiesAsOf are by what the invoice of a closed month knows, for ever the same.
	QuantitiesAsOf(ctx context.Context, city tenancy.City, from, to, month time.Time) (map[string]int64, error)
}

// Service keeps subscriptions, and estimates and closes their months.
type Service struct {
	db    *storage.DB
	book  *invoice.Book
	usage Usage
	mail  *notify.Service // of Register; nothing before it sends
	now   func() time.Time
}

// New returns a Service over db that bills what usage reports.
func New(db *storage.DB, usage Usage, now func() time.Time) *Service {
	return &Service{db: db, book: &invoice.Book{DB: db, Now: now}, usage: usage, now: now}
}
