package ductbill

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// tellArgs names an invoice, or a credit note.
type tellArgs struct {
	Invoice uuid.UUID `json:"invoice"`
}

func tellKind() jobs.Kind[tellArgs] {
	return jobs.Kind[tellArgs]{Name: "ductbill.tell.v1", MaxRetry: 12, Timeout: time.Minute}
}

// remindArgs names a rung of an invoice.
type remindArgs struct {
	Invoice uuid.UUID `json:"invoice"`
	Days    int       `json:"days"`
}

func remindKind() jobs.Kind[remindArgs] {
	return jobs.Kind[remindArgs]{Name: "ductbill.remind.v1", MaxRetry: 12, Timeout: time.Minute}
}

const (
	remindEvery = time.Hour
	// newsDays is for how many days it is news that an invoice was issued; later its reminders say more.
	newsDays = 31
)

// PathBill is the page of an invoice for the company that it is of.
const PathBill = "/mitra/tagihan/"

// remindDue climbs the seller's ladder with every invoice of the city's book that is open.
func (s *Service) remindDue(ctx context.Context, tx bun.Tx, at time.Time) error {
	today := s.today(ctx)
	seller, err := invoice.SellerOn(ctx, tx, today)
	if fault.Is(err, "invoice.no_seller") {
		return nil
	}
	if err != nil {
		return err
	}
	due, err := arrears.Climb(ctx, tx, arrears.Everyone, seller.Ladder, today, at)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := jobs.Add(ctx, tx, remindKind(), remindArgs{d.Invoice, d.Rung.Days}); err != nil {
			return err
		}
	}
	return nil
}

// remind says a rung to the people of the company, each once, or to the address on the invoice. What was paid meanwhile is said nothing of.
func (s *Service) remind(ctx context.Context, a remindArgs) error {
	b, err := s.find(ctx, a.Invoice)
	if err != nil || b.Standing.Open <= 0 {
		return err
	}
	var say string
	err = s.d.DB.App.NewRaw("SELECT say FROM invoice_reminder WHERE tenant_id = ? AND invoice_id = ? AND days = ?", b.TenantID, b.ID, a.Days).Scan(ctx, &say)
	if err != nil {
		return fmt.Errorf("ductbill: remind: %w", err)
	}
	data := map[string]string{"number": b.Number, "amount": b.Standing.Open.String()}
	if a.Days > 0 {
		data["days"] = strconv.Itoa(a.Days)
	}
	if err := s.ready(ctx, b); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.mail(ctx, tx, b, "duct_bill_"+say, fmt.Sprintf("duct_reminder:%s:%d", b.ID, a.Days), data)
		return err
	})
}

// tell tells the people of the company of an invoice or a credit note, each once, or the address on it, and keeps with it that they were told.
func (s *Service) tell(ctx context.Context, id uuid.UUID) error {
	b, err := s.find(ctx, id)
	if err != nil || s.today(ctx).After(b.IssuedOn.AddDate(0, 0, newsDays)) {
		return err
	}
	template, data := "duct_bill_issued", map[string]string{"number": b.Number, "amount": b.Total.String(), "about": b.Note}
	if b.Kind == invoice.CreditNote {
		template = "duct_bill_credited"
	}
	if err := s.ready(ctx, b); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		people, err := s.mail(ctx, tx, b, template, "duct_bill:"+b.ID.String(), data)
		if err != nil {
			return err
		}
		for _, to := range people {
			_, err := tx.NewRaw("INSERT INTO invoice_sending (tenant_id, invoice_id, account_id, sent_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", b.TenantID, b.ID, to, s.now()).Exec(ctx)
			if err != nil {
				return fmt.Errorf("ductbill: tell: %w", err)
			}
		}
		return nil
	})
}

// ready has the paper that goes with the letters to who has no page to read it on; printing it is no part of a transaction.
func (s *Service) ready(ctx context.Context, b Bill) error {
	if !b.Third() || b.Paper() {
		return nil
	}
	return s.printed(ctx, paperArgs{Invoice: b.ID})
}

// mail writes one letter to each who is of the invoice's company today, in the language in which they read, and returns them, or to the address on
// the invoice of who is no operator. What a letter says besides data is the day by which an invoice is to be paid, and where its page is.
func (s *Service) mail(ctx context.Context, tx bun.Tx, b Bill, template, key string, data map[string]string) ([]uuid.UUID, error) {
	if s.d.Notify == nil {
		return nil, nil
	}
	if b.Third() {
		return s.mailThird(ctx, tx, b, uuid.Nil, template, key, data)
	}
	var people []struct {
		AccountID uuid.UUID
		Locale    i18n.Locale
	}
	err := tx.NewRaw(`SELECT p.account_id, a.locale FROM duct_person p JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
		WHERE p.tenant_id = ? AND p.operator_id = ? AND p.ended_at IS NULL AND a.status = ? ORDER BY 1`, b.TenantID, b.OperatorID, identity.StatusActive).Scan(ctx, &people)
	if err != nil {
		return nil, fmt.Errorf("ductbill: people: %w", err)
	}
	var told []uuid.UUID
	for _, to := range people {
		said := maps.Clone(data)
		said["path"] = PathBill + b.ID.String()
		if b.Kind != invoice.CreditNote {
			said["due"] = to.Locale.Date(b.DueOn)
		}
		if err := s.d.Notify.Send(ctx, tx, notify.Message{To: to.AccountID, Template: template, Locale: to.Locale, Data: said, Key: key + ":" + to.AccountID.String()}); err != nil {
			return nil, fmt.Errorf("ductbill: mail: %w", err)
		}
		told = append(told, to.AccountID)
	}
	return told, nil
}

// Told is who was told of an invoice when it was issued.
type Told struct {
	AccountID uuid.UUID // or the id of the invoice, for the address on it
	SentAt    time.Time
}

// Told lists them, in the order in which they were. It needs duct:read.
func (s *Service) Told(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]Told, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Told
	err := s.d.DB.App.NewRaw("SELECT account_id, sent_at FROM invoice_sending WHERE tenant_id = ? AND invoice_id = ? ORDER BY sent_at, account_id LIMIT ?", tenancy.Must(ctx), id, listMost).Scan(ctx, &all)
	return all, err
}

// reached asks whether somebody of the operator of a payer, w, can be told.
const reached = `EXISTS (SELECT FROM duct_person p JOIN account a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
	WHERE p.tenant_id = w.tenant_id AND p.operator_id = w.operator_id AND p.ended_at IS NULL AND a.status = ?)`

// Reached reports whether somebody of an operator that is invoiced can be told of it now. It needs duct:read.
func (s *Service) Reached(ctx context.Context, actor identity.Actor, operator uuid.UUID) (ok bool, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return false, err
	}
	err = s.d.DB.App.NewRaw("SELECT EXISTS (SELECT FROM duct_payer w WHERE w.tenant_id = ? AND w.operator_id = ? AND "+reached+")", tenancy.Must(ctx), operator, identity.StatusActive).Scan(ctx, &ok)
	if err != nil {
		return false, fmt.Errorf("ductbill: reached: %w", err)
	}
	return ok, nil
}

// Unreached lists the operators who owe something and of whom nobody can be told, by their names, 500 at most: their letters reach no one
// until somebody of them is invited. It needs duct:read.
func (s *Service) Unreached(ctx context.Context, actor identity.Actor) ([]Payer, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Payer
	err := s.d.DB.App.NewRaw(`SELECT w.party_id, w.operator_id, o.name FROM duct_payer w JOIN duct_operator o ON o.tenant_id = w.tenant_id AND o.id = w.operator_id
		WHERE w.tenant_id = ? AND (SELECT sum(e.amount) FROM invoice_entry e WHERE e.tenant_id = w.tenant_id AND e.party_id = w.party_id AND e.invoice_id IS NOT NULL) > 0
		  AND NOT `+reached+`
		ORDER BY o.name, w.party_id LIMIT 500`, tenancy.Must(ctx), identity.StatusActive).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductbill: unreached: %w", err)
	}
	return all, nil
}

// HoldLetters keeps the letters about an invoice back until a day, and ReleaseLetters lets them go out again. Both need duct:bill; the
// refusals are those of package arrears, and NotFound "invoice.not_found" for one of another business.
func (s *Service) HoldLetters(ctx context.Context, actor identity.Actor, in arrears.HoldInput) error {
	return s.act(ctx, actor, "hold", func(ctx context.Context, tx bun.Tx) error {
		return arrears.HoldBack(ctx, tx, actor, in, s.today(ctx), s.now())
	})
}

// ReleaseLetters is described at HoldLetters.
func (s *Service) ReleaseLetters(ctx context.Context, actor identity.Actor, id uuid.UUID) error {
	return s.act(ctx, actor, "release", func(ctx context.Context, tx bun.Tx) error { return arrears.Release(ctx, tx, actor, id, s.today(ctx)) })
}

// Letters lists what was said of invoices that are late, the latest first: of one, or of all. It needs duct:read.
func (s *Service) Letters(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]arrears.Letter, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return arrears.Letters(ctx, s.d.DB.App, id, s.today(ctx))
}

// Holds lists what was held back of an invoice, the latest first. It needs duct:read.
func (s *Service) Holds(ctx context.Context, actor identity.Actor, id uuid.UUID) ([]arrears.Hold, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return arrears.Holds(ctx, s.d.DB.App, id)
}
