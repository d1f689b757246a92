package finance

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/arrears"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Limits keeps on a city's record what its plan allows; billing provides it.
type Limits interface {
	Entitle(ctx context.Context, city tenancy.City) error
}

// remindArgs names a rung of an invoice.
type remindArgs struct {
	Invoice uuid.UUID `json:"invoice"`
	Days    int       `json:"days"`
}

func remindKind() jobs.Kind[remindArgs] {
	return jobs.Kind[remindArgs]{Name: "finance.remind.v1", MaxRetry: 12, Timeout: time.Minute}
}

// liftArgs names an invoice of which something was paid.
type liftArgs struct {
	Invoice uuid.UUID `json:"invoice"`
}

func liftKind() jobs.Kind[liftArgs] {
	return jobs.Kind[liftArgs]{Name: "finance.lift.v1", MaxRetry: 8, Timeout: time.Minute}
}

// matchArgs is empty: whatever waits is looked at again.
type matchArgs struct{}

func matchKind() jobs.Kind[matchArgs] {
	return jobs.Kind[matchArgs]{Name: "finance.match.v1", Queue: jobs.Low, MaxRetry: 8, Timeout: 5 * time.Minute}
}

// match looks again for what transfers pay that came before their invoice was issued.
func (s *Service) match(ctx context.Context, tx bun.Tx) error {
	_, err := s.Payin.Rematch(ctx, tx, identity.Actor{Kind: identity.Kind(audit.System)})
	return err
}

const remindEvery = time.Hour

// remindDue climbs the seller's ladder with every invoice that is open, in the platform's books.
func (s *Service) remindDue(ctx context.Context, tx bun.Tx, at time.Time) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok || city.Kind != tenancy.KindPlatform {
		return nil
	}
	on := at.In(city.Location())
	seller, err := invoice.SellerOn(ctx, tx, on)
	if fault.Is(err, "invoice.no_seller") {
		return nil
	}
	if err != nil {
		return err
	}
	today := time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, time.UTC)
	due, err := arrears.Climb(ctx, tx, arrears.Cities, seller.Ladder, today, at)
	if err != nil {
		return err
	}
	for _, d := range due {
		if err := jobs.Add(ctx, tx, remindKind(), remindArgs{d.Invoice, d.Rung.Days}); err != nil {
			return err
		}
		if !d.LimitsFrom.IsZero() { // the city's record says from which day on
			if err := jobs.Add(ctx, tx, liftKind(), liftArgs{d.Invoice}); err != nil {
				return err
			}
		}
	}
	return nil
}

// remind says a rung to everyone of the city who may see its bills, each once. What was paid meanwhile is said nothing of.
func (s *Service) remind(ctx context.Context, a remindArgs) error {
	b, city, err := s.of(ctx, a.Invoice)
	if err != nil || city.ID == uuid.Nil || b.Standing.Open <= 0 {
		return err
	}
	var told struct {
		Say        string    `bun:"say"`
		LimitsFrom time.Time `bun:"limits_from,nullzero"`
		First      time.Time `bun:"first,nullzero"`
	}
	err = s.DB.App.NewRaw(`SELECT say, limits_from, (SELECT min(x.limits_from) FROM invoice_reminder x WHERE x.tenant_id = r.tenant_id AND x.invoice_id = r.invoice_id) AS first
		FROM invoice_reminder r WHERE tenant_id = ? AND invoice_id = ? AND days = ?`, b.TenantID, b.ID, a.Days).Scan(ctx, &told)
	if err != nil {
		return fmt.Errorf("finance: remind: %w", err)
	}
	data := map[string]string{"number": b.Number, "amount": b.Standing.Open.String(), "due": i18n.ID.Date(b.DueOn), "path": PathBill + b.ID.String()}
	if a.Days > 0 {
		data["days"] = strconv.Itoa(a.Days)
	}
	if !told.First.IsZero() {
		data["limits_from"] = i18n.ID.Date(told.First)
	}
	ctx = tenancy.With(ctx, city)
	readers, err := s.readers(ctx)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.DB.App, func(ctx context.Context, tx bun.Tx) error {
		for _, to := range readers {
			key := fmt.Sprintf("invoice_reminder:%s:%d:%s", b.ID, a.Days, to)
			if err := s.Notify.Send(ctx, tx, notify.Message{To: to, Template: "invoice_" + told.Say, Locale: i18n.ID, Data: data, Key: key}); err != nil {
				return err
			}
		}
		return nil
	})
}

// of reads an invoice with the city that its party is, or a zero City.
func (s *Service) of(ctx context.Context, id uuid.UUID) (Bill, tenancy.City, error) {
	var city tenancy.City
	b, err := s.find(ctx, uuid.Nil, id)
	if err != nil || !b.City.Valid {
		return b, city, err
	}
	err = s.DB.App.NewSelect().Model(&city).Where("id = ?", b.City.UUID).Scan(tenancy.Platform(ctx))
	return b, city, err
}

// lift puts on the city's record what it may do now that something was paid, or announced.
func (s *Service) lift(ctx context.Context, id uuid.UUID) error {
	if s.Limits == nil {
		return nil
	}
	_, city, err := s.of(ctx, id)
	if err != nil || city.ID == uuid.Nil {
		return err
	}
	return s.Limits.Entitle(tenancy.With(ctx, city), city)
}

// Arrears sums up what every party owes today by how long it is overdue, page by page. It needs invoice:read on the platform.
func (s *Service) Arrears(ctx context.Context, actor identity.Actor, after uuid.UUID) (page []arrears.Aged, next uuid.UUID, err error) {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return nil, uuid.Nil, err
	}
	if of != uuid.Nil {
		return nil, uuid.Nil, fault.New(fault.Forbidden, "access.denied")
	}
	return arrears.Age(ctx, s.DB.App, s.today(ctx), after)
}
