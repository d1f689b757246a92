package ductbill

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
	"bedelau/tenants"
)

// world is Batam with its seller of ducts, who has an account and numbers at a bank, and two people of its finance.
type world struct {
	*Service
	t            *testing.T
	w            *pgtest.World
	ctx          context.Context
	people       *identity.Service
	bima, dewi   identity.Actor
	at           time.Time
	seller       invoice.Seller
	drafts, many int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	y := &world{t: t, w: w, ctx: w.Ctx(w.Batam), at: time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)}
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	y.must(err)
	guard, err := access.New(w.DB, quiet)
	y.must(err)
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: t.TempDir(), MaxBytes: 10 << 20, Log: quiet})
	y.must(err)
	bus := event.New(nil)
	mail, err := notify.New(notify.Deps{DB: w.DB.App, Bus: bus, Keys: keys, Files: store, BaseURL: func(tenancy.City) string { return "http://localhost" }, SMTP: notify.SMTPConfig{Host: "localhost", Port: 25, From: "kota@localhost", TLS: "none"},
		Links: map[string]string{"account_confirm": "/k/{token}", "account_exists": "/masuk", "password_reset": "/a/{token}", "staff_invite": "/u/{token}", "invite_held": "/masuk"}})
	y.must(err)
	y.people = identity.New(identity.Deps{DB: w.DB.App, Keys: keys, Bus: bus, Roles: guard})
	y.Service = New(Deps{DB: w.DB, Guard: guard, Files: store, Notify: mail, Now: func() time.Time { return y.at }})
	y.bima, y.dewi = y.staff("duct_finance"), y.staff("duct_finance")
	raw, err := fs.ReadFile(tenants.FS, "batam/"+sellerFile)
	y.must(err)
	setup, err := invoice.ReadSetup(raw)
	y.must(err)
	setup.Seller.Accounts = []invoice.Account{{Bank: "BRK Syariah", Number: "820-21-00456", Holder: "BUMD Ducting",
		CSV: statement.Mapping{Layout: time.DateOnly, Day: "day", Amount: "amount", Text: []string{"text"}, Reference: "ref"}}}
	setup.Seller.VirtualAccount = invoice.VirtualAccounts{Bank: "BRK Syariah", Prefix: "77880"}
	y.seller = setup.Seller
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := invoice.Load(ctx, tx, system, setup)
		return err
	})
	return y
}

func (y *world) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

func (y *world) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	y.t.Helper()
	y.must(tenancy.InTx(y.ctx, y.w.DB.App, fn))
}

func (y *world) staff(role string) identity.Actor {
	return identity.Actor{ID: uuid.New(), TenantID: y.w.Batam.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
}

// company is an approved operator with so many people.
func (y *world) company(name string, people int) uuid.UUID {
	y.t.Helper()
	id := uuid.New()
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("INSERT INTO duct_operator (tenant_id, id, name, nib, licence, email, address, state, created_at) VALUES (?, ?, ?, ?, 'x', 'noc@contoh.id', 'Batam', 'approved', now())", y.w.Batam.ID, id, name, id.String()).Exec(ctx)
		return err
	})
	for range people {
		y.many++
		account, err := y.people.CreatePartner(y.ctx, identity.SeedInput{Name: "Rina", Email: fmt.Sprintf("rina%d@contoh.id", y.many), Password: "kapal putih di selat"})
		y.must(err)
		y.tx(func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("INSERT INTO duct_person (tenant_id, account_id, operator_id, admin, added_at) VALUES (?, ?, ?, true, now())", y.w.Batam.ID, account, id).Exec(ctx)
			return err
		})
	}
	return id
}

// draft is one for a company, of so much before tax inside the free-trade area.
func (y *world) draft(company uuid.UUID, amount money.Rupiah) invoice.Draft {
	y.t.Helper()
	y.drafts++
	var d invoice.Draft
	y.tx(func(ctx context.Context, tx bun.Tx) error {
		party, err := y.party(ctx, tx, y.seller, company)
		if err != nil {
			return err
		}
		d, err = y.Book.Write(ctx, tx, invoice.Draft{PartyID: party, Series: y.seller.Series, DueDays: 30, Source: fmt.Sprint("uji:", y.drafts), Note: "Sewa ducting bersama",
			Charges: []invoice.Charge{{Name: i18n.Text{i18n.ID: "Sewa subduct"}, Working: i18n.Text{i18n.ID: "sebulan"}, Amount: amount, PPN: "jasa-kpbpb", PPh: "pph23-sewa"}}})
		return err
	})
	return d
}

// issue is an invoice of it.
func (y *world) issue(company uuid.UUID, amount money.Rupiah) invoice.Invoice {
	y.t.Helper()
	i, err := y.Issue(y.ctx, y.bima, y.draft(company, amount).ID)
	y.must(err)
	return i
}

func (y *world) count(sql string, args ...any) (n int) {
	y.t.Helper()
	y.must(y.w.DB.App.NewRaw(sql, args...).Scan(y.ctx, &n))
	return n
}
