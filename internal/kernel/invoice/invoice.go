// Package invoice keeps the books of a seller: whom it charges, under which tax rules, its invoices and credit notes, and every
// payment, slip, credit and write-off by which what is owed changes. There is one code and a book for each seller, which is
// the tenant of the context; who may do what is asked by the caller.
//
// A draft can change; an invoice cannot. Finalising copies a draft with its party and its tax rules into rows that no
// serving role may update or delete, under the next number of its series and year: the number is taken in the same
// transaction, so a crash leaves no gap. What is owed is the sum of entries that are only ever added, so a party's books
// (charged = paid + withheld + credited + written off + open) can be recomputed by anyone at any day.
//
// Rates, bases and the codes of the faktur pajak are effective-dated rows with their law; nothing of them is in the code.
// Amounts are whole rupiah.
package invoice

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/storage"
)

// Book is the books of every seller.
type Book struct {
	DB  *storage.DB
	Now func() time.Time
}

// dayOf is the calendar day that t shows, as midnight of UTC: a day in the books has no zone, whoever hands it in.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// Party is whom a seller charges.
type Party struct {
	bun.BaseModel `bun:"table:party,alias:p" json:"-"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk" json:"-"`
	ID        uuid.UUID     `bun:"id,pk" json:"id"`
	City      uuid.NullUUID `bun:"city" json:"-"` // the tenant that it is
	Name      string        `bun:"name" json:"name"`
	Address   string        `bun:"address" json:"address"`
	Email     string        `bun:"email" json:"email,omitempty"`
	NPWP      string        `bun:"npwp" json:"npwp,omitempty"`
	FreeZone  bool          `bun:"free_zone" json:"free_zone"` // inside the free-trade area
	Collector string        `bun:"collector" json:"collector,omitempty"`
	PPN       string        `bun:"ppn" json:"ppn,omitempty"` // code of the rule under which it is charged
	PPh       string        `bun:"pph" json:"pph,omitempty"` // of what it withholds
	Basis     string        `bun:"basis" json:"basis,omitempty"`
	Verified  bool          `bun:"verified" json:"verified,omitempty"` // by a tax adviser

	VirtualAccount string `bun:"virtual_account" json:"virtual_account,omitempty"` // of its own, where the seller gives one to each party

	Version uuid.NullUUID `bun:"version" json:"-"` // that this is, when there was more than one

	ErasedAt time.Time `bun:"erased_at,nullzero" json:"-"` // who it was is not known any more
}

// Charge is one thing that is billed. PPN is the code of a tax rule, PPh that of what the buyer withholds, or empty. Source
// is what the amount was computed from. With Own it is taxed by what it is or by where it is used, whoever its party is: a fine, which is no
// supply, or a duct by the ground that it lies in. Without it is taxed as its party is on the day of the invoice.
type Charge struct {
	Name    i18n.Text      `json:"name"`
	Working i18n.Text      `json:"working,omitempty"`
	Source  map[string]any `json:"source,omitempty"`
	Amount  money.Rupiah   `json:"amount"` // before tax; negative for a discount
	PPN     string         `json:"ppn"`
	PPh     string         `json:"pph,omitempty"`
	Own     bool           `json:"own,omitempty"`
}

// Draft is an invoice in the making.
type Draft struct {
	bun.BaseModel `bun:"table:invoice_draft,alias:d"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	PartyID   uuid.UUID     `bun:"party_id"`
	Series    string        `bun:"series"` // such as INV
	Source    string        `bun:"source"` // what it bills, by which it is billed once; empty for one that is written by hand
	Charges   []Charge      `bun:"charges,type:jsonb"`
	Note      string        `bun:"note"`
	Purchase  Purchase      `bun:"purchase,type:jsonb"`
	DueDays   int           `bun:"due_days"`
	InvoiceID uuid.NullUUID `bun:"invoice_id"`         // that it became
	Replaces  uuid.NullUUID `bun:"replaces"`           // the void invoice whose charges it bills anew
	ClosedAt  time.Time     `bun:"closed_at,nullzero"` // without an invoice, because nothing was to be paid
	ClosedBy  uuid.NullUUID `bun:"closed_by"`
	DroppedAt time.Time     `bun:"dropped_at,nullzero"`
	CreatedAt time.Time     `bun:"created_at"`
	UpdatedAt time.Time     `bun:"updated_at"`
}

// Kind tells an invoice from what takes some of it back.
type Kind string

// The kinds.
const (
	Bill       Kind = "invoice"
	CreditNote Kind = "credit_note"
)

// Invoice is final.
type Invoice struct {
	bun.BaseModel `bun:"table:invoice,alias:i"`

	TenantID     uuid.UUID     `bun:"tenant_id,pk"`
	ID           uuid.UUID     `bun:"id,pk"`
	Kind         Kind          `bun:"kind"`
	Series       string        `bun:"series"`
	Year         int           `bun:"year"`
	Seq          int           `bun:"seq"`
	Number       string        `bun:"number"` // INV/2026/000117
	PartyID      uuid.UUID     `bun:"party_id"`
	Party        Party         `bun:"party,type:jsonb"` // as it was
	Credits      uuid.NullUUID `bun:"credits"`
	Source       string        `bun:"source"`
	IssuedOn     time.Time     `bun:"issued_on"`
	DueOn        time.Time     `bun:"due_on"`
	Net          money.Rupiah  `bun:"net"`
	Tax          money.Rupiah  `bun:"tax"`
	Total        money.Rupiah  `bun:"total"`
	Withholdable money.Rupiah  `bun:"withholdable"` // of the total, what the buyer may give to the state
	Note         string        `bun:"note"`
	FinalisedAt  time.Time     `bun:"finalised_at"`
	FinalisedBy  uuid.UUID     `bun:"finalised_by"`

	Purchase       Purchase      `bun:"purchase,type:jsonb"`
	VirtualAccount string        `bun:"virtual_account"` // to which it can be paid
	Replaces       uuid.NullUUID `bun:"replaces"`        // the void invoice in whose place it stands
}

// DueIn is the day by which it is to be paid, in l; a credit note has none.
func (i Invoice) DueIn(l i18n.Locale) string {
	if i.Kind == CreditNote {
		return "–"
	}
	return l.Date(i.DueOn)
}

// Line is a charge of an invoice with its share of the tax.
type Line struct {
	bun.BaseModel `bun:"table:invoice_line,alias:l"`

	TenantID  uuid.UUID      `bun:"tenant_id,pk"`
	InvoiceID uuid.UUID      `bun:"invoice_id,pk"`
	Position  int            `bun:"position,pk"`
	Name      i18n.Text      `bun:"name,type:jsonb"`
	Working   i18n.Text      `bun:"working,type:jsonb"`
	Source    map[string]any `bun:"source,type:jsonb"`
	Amount    money.Rupiah   `bun:"amount"`
	PPN       string         `bun:"ppn"`
	Tax       money.Rupiah   `bun:"tax"`
	PPh       string         `bun:"pph"`
}

// taxRow is a tax of an invoice with the rule as it was applied.
type taxRow struct {
	bun.BaseModel `bun:"table:invoice_tax,alias:t"`

	TenantID  uuid.UUID    `bun:"tenant_id,pk"`
	InvoiceID uuid.UUID    `bun:"invoice_id,pk"`
	Code      string       `bun:"code,pk"`
	Rule      Rule         `bun:"rule,type:jsonb"`
	Amount    money.Rupiah `bun:"amount"`
	Base      money.Rupiah `bun:"base"`
	Tax       money.Rupiah `bun:"tax"`
}
