package pagetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
	"bedelau/tenants"
)

// Ledger is a site whose platform sells, with Batam and Tanjungpinang on the demonstration's plan.
type Ledger struct {
	*Site
	t *testing.T
}

// LedgerOf looks at a site that way, without loading anything.
func LedgerOf(t *testing.T, s *Site) *Ledger { return &Ledger{s, t} }

// OpenLedger returns one.
func OpenLedger(t *testing.T) *Ledger {
	t.Helper()
	s := LedgerOf(t, Open(t))
	setup, err := invoice.ReadSetup(tenants.Seller)
	if err != nil {
		t.Fatal(err)
	}
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00123", Holder: "BUMD Batam Bedelau"}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "88990"}
	s.Tx(HostPlatform, func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, identity.Actor{Kind: "system"}, setup)
		return err
	})
	s.Subscribe(t, HostBatam)
	s.Subscribe(t, HostOther)
	return s
}

// Tx runs fn in a transaction of a host's tenant.
func (s *Ledger) Tx(host string, fn func(ctx context.Context, tx bun.Tx) error) {
	s.t.Helper()
	if err := tenancy.InTx(s.In(s.t, host), s.World.DB.App, fn); err != nil {
		s.t.Fatal(err)
	}
}

// Use records so many applications on a day.
func (s *Ledger) Use(host string, day time.Time, many int) {
	s.t.Helper()
	s.Tx(host, func(ctx context.Context, tx bun.Tx) error {
		var all []metering.Event
		for n := range many {
			all = append(all, metering.Event{Source: "/casework", ID: fmt.Sprintf("%s-%d", day.Format(time.DateOnly), n), Type: "application_submitted",
				Subject: uuid.NewString(), Time: day.Add(time.Duration(n) * time.Minute), Agency: "disdukcapil", Service: "ktp-el-hilang", Channel: "web", Quantity: 1})
		}
		_, err := metering.Record(ctx, tx, all)
		return err
	})
}

// CloseMonth closes every month of a city up to this one, and returns the draft of the last.
func (s *Ledger) CloseMonth(host string, until time.Month) uuid.UUID {
	s.t.Helper()
	ctx := s.In(s.t, host)
	city, _ := tenancy.CityFrom(ctx)
	for m := time.January; m <= until; m++ {
		if _, err := s.Billing.Close(ctx, city, time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			s.t.Fatal(err)
		}
	}
	var id uuid.UUID
	source := fmt.Sprintf("subscription/%s/2026-%02d", city.ID, until)
	err := s.World.DB.App.NewRaw("SELECT id FROM invoice_draft WHERE tenant_id = ? AND source = ?", s.World.Platform.ID, source).Scan(s.In(s.t, HostPlatform), &id)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// Clerk is somebody of the BUMD's finance without a browser.
func (s *Ledger) Clerk() identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: s.World.Platform.ID, Kind: identity.Staff, Roles: []string{"bumd_finance"}, TOTP: true}
}

// Issue makes an invoice of a draft.
func (s *Ledger) Issue(draft uuid.UUID) invoice.Invoice {
	s.t.Helper()
	i, err := s.Finance.Issue(s.In(s.t, HostPlatform), s.Clerk(), draft)
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

// Pay records a transfer on the day of the invoice.
func (s *Ledger) Pay(i invoice.Invoice, amount money.Rupiah) invoice.Payment {
	s.t.Helper()
	y, err := s.Finance.Receive(s.In(s.t, HostPlatform), s.Clerk(), invoice.PaymentInput{Invoice: i.ID, Method: invoice.Transfer, Reference: uuid.NewString(), Amount: amount, On: i.IssuedOn})
	if err != nil {
		s.t.Fatal(err)
	}
	return y
}

// Hrefs are the addresses on a page that begin so.
func Hrefs(page, prefix string) []string {
	var out []string
	for _, part := range strings.Split(page, `href="`)[1:] {
		if to, _, _ := strings.Cut(part, `"`); strings.HasPrefix(to, prefix) {
			out = append(out, strings.ReplaceAll(to, "&amp;", "&"))
		}
	}
	return out
}
