package ductorder

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The kinds of an order's papers.
const (
	PaperQuote = "quote"
	PaperOrder = "order"      // surat perintah kerja (SPK)
	PaperBAST  = "acceptance" // berita acara serah terima
)

// series are how papers are numbered.
var series = map[string]string{PaperQuote: "PNW", PaperOrder: "SPK", PaperBAST: "BAST"}

// Paper is one paper of an order. What it says was fixed when it was made.
type Paper struct {
	bun.BaseModel `bun:"table:duct_order_paper,alias:p"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	ID         uuid.UUID     `bun:"id,pk"`
	OrderID    uuid.UUID     `bun:"order_id"`
	Kind       string        `bun:"kind"`
	Number     string        `bun:"number"`
	Day        time.Time     `bun:"day"`
	ValidUntil time.Time     `bun:"valid_until,nullzero"` // of a quote: the last day
	Body       Body          `bun:"body,type:jsonb"`
	FileID     uuid.NullUUID `bun:"file_id"`
	MadeAt     time.Time     `bun:"made_at"`
	MadeBy     uuid.UUID     `bun:"made_by"`
	AgreedAt   time.Time     `bun:"agreed_at,nullzero"` // by the company
	AgreedBy   uuid.NullUUID `bun:"agreed_by"`
}

// Body is what a paper says: the order as it was, with the prices of a quote and the signers of an acceptance record.
type Body struct {
	Order       string            `json:"order"` // its number
	Company     Party             `json:"company"`
	Agreement   Agreement         `json:"agreement"`
	From        string            `json:"from"`
	To          string            `json:"to"`
	Kind        string            `json:"kind"`
	Quantity    int               `json:"quantity"`
	Since       time.Time         `json:"since"`
	Until       time.Time         `json:"until,omitzero"`
	LengthMM    int64             `json:"length_mm"`
	Segments    int               `json:"segments"`
	Authorities []i18n.Text       `json:"authorities"`
	Lease       string            `json:"lease,omitempty"` // number
	QuoteNumber string            `json:"quote_number,omitempty"`
	Quote       *ducttariff.Quote `json:"quote,omitempty"`
	AcceptedOn  time.Time         `json:"accepted_on,omitzero"`
	CitySigner  *Signer           `json:"city_signer,omitempty"`
	Signer      *Signer           `json:"signer,omitempty"`
}

// Party is the company as a paper names it.
type Party struct {
	Name    string `json:"name"`
	NIB     string `json:"nib"`
	NPWP    string `json:"npwp,omitempty"`
	Address string `json:"address,omitempty"`
}

// Agreement is the master agreement under which an order stands.
type Agreement struct {
	Number string    `json:"number"`
	Day    time.Time `json:"day,omitzero"`
}

// body is what every paper says of an order.
func (s *Service) body(ctx context.Context, tx bun.Tx, o Order) (Body, error) {
	b := Body{Order: o.Number, From: o.FromNode, To: o.ToNode, Kind: o.Kind, Quantity: o.Quantity, Since: o.Since, Until: o.Until, LengthMM: o.LengthMM, Segments: len(o.Segments), Authorities: []i18n.Text{}}
	var who []Party
	err := tx.NewRaw("SELECT name, nib, npwp, address FROM duct_operator WHERE tenant_id = ? AND id = ?", o.TenantID, o.OperatorID).Scan(ctx, &who)
	if err != nil || len(who) == 0 {
		return b, fmt.Errorf("ductorder: company of %s: %w", o.Number, err)
	}
	b.Company = who[0]
	a, _, err := operator.AgreementOf(ctx, tx, o.OperatorID, s.today(ctx))
	if err != nil {
		return b, err
	}
	b.Agreement = Agreement{Number: a.Number, Day: a.Day}
	names, err := authorities(ctx, tx)
	if err != nil {
		return b, err
	}
	for _, code := range o.Authorities {
		b.Authorities = append(b.Authorities, names[code])
	}
	l, err := s.leaseOf(ctx, tx, o)
	b.Lease = l.Number
	return b, err
}

// authorities are those of the city by code.
func authorities(ctx context.Context, db bun.IDB) (map[string]i18n.Text, error) {
	var rows []struct {
		Code string
		Name i18n.Text `bun:"type:jsonb"`
	}
	if err := db.NewRaw("SELECT code, name FROM duct_authority WHERE tenant_id = ?", tenancy.Must(ctx)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("ductorder: authorities: %w", err)
	}
	out := map[string]i18n.Text{}
	for _, r := range rows {
		out[r.Code] = r.Name
	}
	return out, nil
}

// write makes a paper, with the next number of its series.
func (s *Service) write(ctx context.Context, tx bun.Tx, o Order, actor identity.Actor, kind string, until time.Time, b Body) (Paper, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Paper{}, err
	}
	day := s.today(ctx)
	p := Paper{TenantID: o.TenantID, ID: id, OrderID: o.ID, Kind: kind, Day: day, ValidUntil: until, Body: b, MadeAt: s.now(), MadeBy: actor.ID}
	if p.Number, err = number(ctx, tx, series[kind], day); err != nil {
		return Paper{}, err
	}
	if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
		return Paper{}, fmt.Errorf("ductorder: paper: %w", err)
	}
	return p, nil
}

// offer quotes the order's way.
func (s *Service) offer(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	b, err := s.body(ctx, tx, *o)
	if err != nil {
		return err
	}
	b.Quote = st.quote
	term, _ := st.flow.Ends(st.action.To)
	p, err := s.write(ctx, tx, *o, st.actor, PaperQuote, s.today(ctx).AddDate(0, 0, term.Amount), b)
	st.detail["paper"] = p.Number
	return err
}

// ordered makes the reservation an order with its letter, and lists whose permits it needs.
func (s *Service) ordered(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	if err := s.d.Leases.Inside(tx, st.actor, o.ID).Order(ctx, o.LeaseID.UUID); err != nil {
		return err
	}
	for _, code := range o.Authorities {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		p := Permit{TenantID: o.TenantID, ID: id, OrderID: o.ID, Authority: code}
		if _, err := tx.NewInsert().Model(&p).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: permits: %w", err)
		}
	}
	b, err := s.body(ctx, tx, *o)
	if err != nil {
		return err
	}
	q, _, err := latest(ctx, tx, o.ID, PaperQuote)
	if err != nil {
		return err
	}
	b.QuoteNumber, b.Quote = q.Number, q.Body.Quote
	p, err := s.write(ctx, tx, *o, st.actor, PaperOrder, time.Time{}, b)
	st.detail["paper"] = p.Number
	return err
}

// accepted writes the acceptance record.
func (s *Service) accepted(ctx context.Context, tx bun.Tx, o *Order, st *step) error {
	b, err := s.body(ctx, tx, *o)
	if err != nil {
		return err
	}
	b.AcceptedOn, b.CitySigner, b.Signer = o.AcceptedOn, &st.in.City, &st.in.Company
	p, err := s.write(ctx, tx, *o, st.actor, PaperBAST, time.Time{}, b)
	st.detail["paper"] = p.Number
	return err
}

// papersMost bounds the papers of one order.
const papersMost = 100

// latest is an order's newest paper of a kind; false where it has none.
func latest(ctx context.Context, db bun.IDB, order uuid.UUID, kind string) (Paper, bool, error) {
	all, err := papers(ctx, db, order)
	for _, p := range all {
		if p.Kind == kind {
			return p, true, nil
		}
	}
	return Paper{}, false, err
}

// papers are an order's, the newest first.
func papers(ctx context.Context, db bun.IDB, order uuid.UUID) ([]Paper, error) {
	var all []Paper
	err := db.NewSelect().Model(&all).Where("p.tenant_id = ? AND p.order_id = ?", tenancy.Must(ctx), order).OrderExpr("p.id DESC").Limit(papersMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductorder: papers: %w", err)
	}
	return all, nil
}
