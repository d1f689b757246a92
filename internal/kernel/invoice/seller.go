package invoice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/statement"
	"bedelau/internal/kernel/tenancy"
)

// Seller is who sends the invoices of a book, as it is from a day on.
type Seller struct {
	EffectiveFrom  time.Time       `json:"effective_from"`
	Name           string          `json:"name"`
	Address        string          `json:"address"`
	Place          string          `json:"place"` // where invoices are signed
	NPWP           string          `json:"npwp"`
	Email          string          `json:"email"`
	Phone          string          `json:"phone"`
	Signatory      Signatory       `json:"signatory"`
	Accounts       []Account       `json:"accounts"`
	VirtualAccount VirtualAccounts `json:"virtual_account"`
	Series         string          `json:"series"`
	Ladder         []Rung          `json:"ladder,omitempty"` // of reminders
	DueDays        int             `json:"due_days"`
	CloseDay       int             `json:"close_day"`                // of the month after, on which a month is closed
	CorrectMonths  int             `json:"correct_months,omitempty"` // for so many months after it, what came late for a month is billed
	AdjustAlone    money.Rupiah    `json:"adjust_alone,omitempty"`   // up to so much in all whoever lowers a draft by hand may issue it as well
	Stamp          Stamp           `json:"stamp"`
	Verified       bool            `json:"verified"`
	Source         string          `json:"source"`

	// Regimes says how a city is taxed, by its slug; the empty slug is every other city.
	Regimes map[string]Regime `json:"regimes"`
}

// CorrectMonths is what a seller has that says nothing of it.
const CorrectMonths = 12

// filled is a seller with what it says nothing of.
func (s Seller) filled() Seller {
	if s.CorrectMonths == 0 {
		s.CorrectMonths = CorrectMonths
	}
	return s
}

// Signatory signs for a seller.
type Signatory struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Account is where payers transfer to.
type Account struct {
	Bank   string `json:"bank"`
	Number string `json:"number"`
	Holder string `json:"holder"`

	CSV statement.Mapping `json:"csv,omitzero"` // what the columns of its statements mean
}

// VirtualAccounts are numbers at a bank: the seller's prefix and digits of the invoice's number, or of the party's where Per is
// PerParty. Series tells the invoices of several series apart, by digits for each. Where the number is Closed, the bank takes
// exactly the amount that is to be paid.
type VirtualAccounts struct {
	Bank   string            `json:"bank"`
	Prefix string            `json:"prefix"`
	Per    string            `json:"per,omitempty"`
	Series map[string]string `json:"series,omitempty"`
	Closed bool              `json:"closed,omitempty"`
}

// PerParty gives each party one number for all of its invoices.
const PerParty = "party"

// Rung is a reminder of an invoice that is open so many days after it is due, or before it where Days is negative. Say is the
// mail: due_soon, overdue, limits_ahead or limited. LimitsAfter announces that from so many days later the city is held back;
// one that is Limited says that it now is, and only ever after such an announcement has run out.
type Rung struct {
	Days        int    `json:"days"`
	Say         string `json:"say"`
	LimitsAfter int    `json:"limits_after,omitempty"`
	Limited     bool   `json:"limited,omitempty"`
}

func (r Rung) valid() bool {
	switch r.Say {
	case "due_soon", "overdue":
		return r.LimitsAfter == 0 && !r.Limited
	case "limits_ahead":
		return r.LimitsAfter >= 7 && r.LimitsAfter <= 365 && !r.Limited && r.Days > 0
	case "limited":
		return r.LimitsAfter == 0 && r.Limited
	}
	return false
}

// Stamp says above which amount a paper that states it needs a stamp (meterai), and what that costs.
type Stamp struct {
	Above  money.Rupiah `json:"above"`
	Amount money.Rupiah `json:"amount"`
	Basis  string       `json:"basis"`
}

// Regime is how a party is taxed.
type Regime struct {
	PPN       string `json:"ppn"`
	PPh       string `json:"pph"`
	Collector string `json:"collector"`
	FreeZone  bool   `json:"free_zone"`
	Basis     string `json:"basis"`
	Verified  bool   `json:"verified"`
}

// Number is the virtual account of an invoice, or empty where the seller has none: a number is used once in a hundred years.
func (v VirtualAccounts) Number(i Invoice) string {
	if v.Prefix == "" {
		return ""
	}
	return fmt.Sprintf("%s%s%02d%06d", v.Prefix, v.Series[i.Series], i.Year%100, i.Seq)
}

// virtualAccount is the number to which an invoice can be paid. That of a party is made with its first invoice.
func virtualAccount(ctx context.Context, tx bun.Tx, i Invoice) (string, error) {
	s, err := SellerOn(ctx, tx, i.IssuedOn)
	if fault.Is(err, "invoice.no_seller") {
		return "", nil
	}
	if err != nil || s.VirtualAccount.Per != PerParty {
		return s.VirtualAccount.Number(i), err
	}
	if s.VirtualAccount.Prefix == "" || i.Party.VirtualAccount != "" {
		return i.Party.VirtualAccount, nil
	}
	n, err := nextNumber(ctx, tx, "VA", 0) // whoever is next waits, and finds the party's
	if err != nil {
		return "", err
	}
	var number string
	err = tx.NewRaw("UPDATE party SET virtual_account = CASE virtual_account WHEN '' THEN ? ELSE virtual_account END WHERE tenant_id = ? AND id = ? RETURNING virtual_account",
		fmt.Sprintf("%s%08d", s.VirtualAccount.Prefix, n), i.TenantID, i.PartyID).Scan(ctx, &number)
	return number, err
}

type sellerRow struct {
	bun.BaseModel `bun:"table:seller,alias:s"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	EffectiveFrom time.Time `bun:"effective_from,pk"`
	Profile       Seller    `bun:"profile,type:jsonb"`
}

// SellerOn is the seller of ctx's book as it is on a day. It refuses Conflict "invoice.no_seller" when nothing was loaded for
// that day.
func SellerOn(ctx context.Context, db bun.IDB, day time.Time) (Seller, error) {
	var row sellerRow
	err := db.NewSelect().Model(&row).Column("profile").Where("tenant_id = ? AND effective_from <= ?", tenancy.Must(ctx), dayOf(day).Format(time.DateOnly)).
		Order("effective_from DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Seller{}, fault.New(fault.Conflict, "invoice.no_seller")
	}
	return row.Profile.filled(), err
}

// PartyOf is the party that a city is. The first time it is made, taxed as the seller's regimes say.
func PartyOf(ctx context.Context, tx bun.IDB, actor identity.Actor, s Seller, city tenancy.City) (Party, error) {
	p, ok, err := partyOf(ctx, tx, city.ID)
	if ok || err != nil {
		return p, err
	}
	// Two that find none would both make it.
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "party of "+city.ID.String()).Exec(ctx); err != nil {
		return p, err
	}
	if p, ok, err = partyOf(ctx, tx, city.ID); ok || err != nil {
		return p, err
	}
	r, ok := s.Regimes[city.Slug]
	if !ok {
		r = s.Regimes[""]
	}
	address := city.Contact.Address
	if address == "" {
		address = city.Name
	}
	return SaveParty(ctx, tx, actor, Party{City: some(city.ID), Name: "Pemerintah " + city.Name, Address: address, FreeZone: r.FreeZone,
		Collector: r.Collector, PPN: r.PPN, PPh: r.PPh, Basis: r.Basis, Verified: r.Verified})
}

func partyOf(ctx context.Context, tx bun.IDB, city uuid.UUID) (Party, bool, error) {
	var p Party
	err := tx.NewSelect().Model(&p).Where("tenant_id = ? AND city = ?", tenancy.Must(ctx), city).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}
