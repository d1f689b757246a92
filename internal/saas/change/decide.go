package change

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/tenancy"
)

// Where people read of orders: a city's own, and the BUMD.
const (
	PathOwn = "/kelola/langganan"
	PathAll = "/bumd/perubahan"
)

// Decide approves an order of city, which is then carried out by the day's own rules, or refuses it with an answer; whoever ordered it is told.
// It needs plan:manage on the platform. It refuses NotFound "subchange.unknown", Conflict "subchange.decided" for one that does not wait any
// more, "subchange.changed" when it would no longer cost what was shown, "subchange.gone" when its plan is not offered any more, and Invalid for a refusal without an answer.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, city tenancy.City, id uuid.UUID, approve bool, answer string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.PlanManage); err != nil {
		return err
	}
	answer = strings.TrimSpace(answer)
	switch {
	case answer == "" && !approve:
		return fault.Fields([]fault.Field{{Name: "answer", Code: "required"}})
	case utf8.RuneCountInString(answer) > reasonMost:
		return fault.Fields([]fault.Field{{Name: "answer", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return err
	}
	var q Quote
	if approve {
		if q, err = s.stillAs(ctx, actor, city, id); err != nil {
			return err
		}
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Billing.LockIn(ctx, tx, city); err != nil {
			return err
		}
		o, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if o.State() != Waiting {
			return fault.New(fault.Conflict, "subchange.decided")
		}
		o.DecidedBy, o.DecidedName, o.DecidedAt, o.Approved, o.Answer = uuid.NullUUID{UUID: actor.ID, Valid: true}, actor.Name, s.stamp(), &approve, answer
		if approve {
			sub, err := s.carry(ctx, tx, actor, city, o.input())
			if err != nil {
				return err
			}
			if !q.is(sub) { // somebody changed it since it was looked at
				return fault.New(fault.Conflict, "subchange.changed")
			}
			o.done(sub, s.stamp())
		}
		if _, err := tx.NewUpdate().Model(&o).Column("decided_by", "decided_name", "decided_at", "approved", "answer", "subscription_id", "done_at", "takes_on").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := s.told(ctx, tx, actor, map[bool]string{true: "subscription.order_approved", false: "subscription.order_refused"}[approve], o); err != nil {
			return err
		}
		return s.answer(ctx, tx, o)
	})
	if err != nil {
		return fmt.Errorf("change: decide: %w", err)
	}
	s.shown(ctx, city)
	return nil
}

// input is what was ordered, to be done.
func (o Order) input() Input {
	in := Input{Kind: o.Kind, Reason: o.Reason}
	if o.Kind == Raise || o.Kind == Lower {
		in = Input{Plan: o.Plan, Version: o.Version, Addons: o.Addons}
	}
	return in
}

// stillAs says what an order comes to now, and refuses one that no longer comes to what its city was shown. Its day may be another.
func (s *Service) stillAs(ctx context.Context, actor identity.Actor, city tenancy.City, id uuid.UUID) (Quote, error) {
	var o []Order
	if err := s.d.DB.App.NewSelect().Model(&o).Where("tenant_id = ? AND id = ?", city.ID, id).Scan(ctx); err != nil {
		return Quote{}, err
	}
	if len(o) == 0 || o[0].State() != Waiting {
		return Quote{}, nil // Decide says so
	}
	q, err := s.quote(ctx, actor, city, o[0].input())
	if fault.Is(err, "billing.plan_unknown") {
		return q, fault.Wrap(fault.Conflict, "subchange.gone", err)
	}
	if err == nil && (q.Kind != o[0].Kind || q.MonthlyNow != o[0].MonthlyNow || q.MonthlyThen != o[0].MonthlyThen) {
		return q, fault.New(fault.Conflict, "subchange.changed")
	}
	return q, err
}

// answer tells whoever ordered o what became of it.
func (s *Service) answer(ctx context.Context, tx bun.Tx, o Order) error {
	l, what := i18n.ID, "refused"
	if *o.Approved {
		what = "approved"
	}
	body := l.T("subchange.mail_body."+what, "what", l.T("subchange.kind."+string(o.Kind)), "day", l.Date(o.TakesOn))
	if o.Answer != "" {
		body += "\n\n" + o.Answer
	}
	return s.d.Notify.Send(ctx, tx, notify.Message{To: o.AskedBy, Template: "generic", Locale: l, Key: "subscription_order:" + o.ID.String() + ":answer",
		Data: map[string]string{"title": l.T("subchange.mail." + what), "body": body, "path": PathOwn}})
}

// Agree writes what the contract with a city says: which kinds of order the BUMD approves, and why. It needs plan:manage on the platform.
// It refuses Invalid for a kind that is none, and without a reason.
func (s *Service) Agree(ctx context.Context, actor identity.Actor, city tenancy.City, approves []string, reason string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.PlanManage); err != nil {
		return err
	}
	ctx, err := tenancy.Inside(ctx, city)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	for _, k := range approves {
		if !slices.Contains(Kinds(), Kind(k)) {
			return fault.Fields([]fault.Field{{Name: "approves", Code: "not_an_option"}})
		}
	}
	if err := checkReason(Cancel, reason); err != nil {
		return err
	}
	k := Contract{TenantID: city.ID, Approves: append([]string{}, approves...), Reason: reason, MadeBy: actor.ID, MadeAt: s.stamp()}
	if k.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&k).Exec(ctx); err != nil {
			return fmt.Errorf("change: agree: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "subscription.contract", Object: "subscription", ObjectID: k.ID, At: k.MadeAt,
			Detail: map[string]any{"approves": k.Approves, "reason": reason}})
	})
}

type tellArgs struct {
	Order uuid.UUID `json:"order"`
}

func tellKind() jobs.Kind[tellArgs] {
	return jobs.Kind[tellArgs]{Name: "change.tell.v1", MaxRetry: 8, Timeout: time.Minute, Closed: true}
}

// tell writes to the BUMD's finance staff what a city has ordered; the letter is of the platform's tenant.
func (s *Service) tell(ctx context.Context, _ uuid.UUID, a tellArgs) error {
	city, ok := tenancy.CityFrom(ctx)
	if !ok {
		return errNoCity
	}
	var all []Order
	if err := s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND id = ?", city.ID, a.Order).Scan(ctx); err != nil || len(all) == 0 {
		return err
	}
	var platform tenancy.City
	if err := s.d.DB.App.NewSelect().Model(&platform).Where("kind = ?", tenancy.KindPlatform).Scan(tenancy.Platform(ctx)); err != nil {
		return fmt.Errorf("change: tell: %w", err)
	}
	o, l := all[0], i18n.ID
	what, news := map[State]string{Done: "done", Waiting: "waiting"}[o.State()]
	why := what
	if o.State() == Waiting && o.Overrules {
		why = "overrules"
	}
	if !news {
		return nil // taken back, or decided, before anybody was told
	}
	return tenancy.InTx(tenancy.With(ctx, platform), s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		people, err := identity.Holders(ctx, tx, "bumd_finance", "")
		if err != nil {
			return err
		}
		data := map[string]string{"title": l.T("subchange.mail."+what, "city", city.Name), "body": l.T("subchange.mail_body."+why, "city", city.Name, "what", l.T("subchange.kind."+string(o.Kind)), "day", l.Date(o.TakesOn)), "path": PathAll}
		for _, to := range people {
			m := notify.Message{To: to, Template: "generic", Locale: l, Data: data, Key: "subscription_order:" + o.ID.String() + ":" + to.String()}
			if err := s.d.Notify.Send(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}
