package billing

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// namesMost and summariesMost bound the words for a plan in one language, in characters.
const (
	namesMost     = 120
	summariesMost = 500
)

// Rename changes what a plan is called and what is said of it; its versions, prices and the invoices that stand on them do not change.
// The edge has checked who may. It refuses Invalid without an Indonesian name or summary or for one that is too long, and NotFound
// "billing.plan_unknown".
func (s *Service) Rename(ctx context.Context, actor identity.Actor, code string, name, summary i18n.Text) error {
	var bad []fault.Field
	for _, f := range []struct {
		name string
		text i18n.Text
		most int
	}{{"name", name, namesMost}, {"summary", summary, summariesMost}} {
		if strings.TrimSpace(f.text[i18n.ID]) == "" {
			bad = append(bad, fault.Field{Name: f.name + "_id", Code: "required"})
		}
		for _, in := range i18n.All() {
			if utf8.RuneCountInString(f.text[in]) > f.most {
				bad = append(bad, fault.Field{Name: f.name + "_" + string(in), Code: "too_long", Args: []any{"max", f.most}})
			}
		}
	}
	if bad != nil {
		return fault.Fields(bad)
	}
	was, err := s.FindPlan(ctx, code)
	if err != nil {
		return err
	}
	// The record comes first: a crash after it leaves the record of a name that is not there yet, and never one without a record.
	err = tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "plan.rename", Object: "plan", ObjectID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("plan "+code)), At: s.stamp(),
			Detail: map[string]any{"plan": code, "before": was.Name[i18n.ID], "name": name[i18n.ID]}})
	})
	if err != nil {
		return fmt.Errorf("billing: rename: %w", err)
	}
	_, err = s.db.Platform.NewRaw("UPDATE plan SET name = ?::jsonb, summary = ?::jsonb WHERE code = ?", jsonText(name), jsonText(summary), code).Exec(tenancy.Platform(ctx))
	if err != nil {
		return fmt.Errorf("billing: rename: %w", err)
	}
	return nil
}

// Offer says whether every city can choose a plan by itself; which cities are on it does not change. The edge has checked who may. It
// refuses NotFound "billing.plan_unknown".
func (s *Service) Offer(ctx context.Context, actor identity.Actor, code string, offered bool) error {
	if _, err := s.FindPlan(ctx, code); err != nil {
		return err
	}
	// As with a name, the record comes first.
	err := tenancy.InTx(ctx, s.db.App, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "plan.offer", Object: "plan", ObjectID: uuid.NewSHA1(uuid.NameSpaceURL, []byte("plan "+code)), At: s.stamp(),
			Detail: map[string]any{"plan": code, "offered": offered}})
	})
	if err == nil {
		_, err = s.db.Platform.NewRaw("UPDATE plan SET offered = ? WHERE code = ?", offered, code).Exec(tenancy.Platform(ctx))
	}
	if err != nil {
		return fmt.Errorf("billing: offer: %w", err)
	}
	return nil
}
