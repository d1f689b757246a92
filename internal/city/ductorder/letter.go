package ductorder

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"bedelau/internal/city/ductflow"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/notify"
)

// pathOwn is where a company's people find their order.
const pathOwn = "/mitra/pesanan/"

// tell writes to the company's people of a step that they did not take, each in the language in which they read.
func (s *Service) tell(ctx context.Context, tx bun.Tx, o Order, st step) error {
	if st.actor.Kind == identity.Partner {
		return nil
	}
	state, _ := st.flow.State(o.State)
	var reasons []struct {
		Name i18n.Text `bun:"type:jsonb"`
	}
	if st.effect == ductflow.Refuse {
		if err := tx.NewRaw("SELECT name FROM duct_refusal WHERE tenant_id = ? AND code = ?", o.TenantID, o.Refusal).Scan(ctx, &reasons); err != nil {
			return fmt.Errorf("ductorder: letter: %w", err)
		}
	}
	commitment, err := s.fellFor(ctx, tx, o)
	if err != nil {
		return fmt.Errorf("ductorder: letter: %w", err)
	}
	return s.letter(ctx, tx, o, fmt.Sprintf("step:%d", o.Version), "step", func(l i18n.Locale) map[string]string {
		text := st.action.Message.In(l)
		if text == "" {
			text = state.Public.In(l)
		}
		for _, r := range reasons {
			text += "\n\n" + r.Name.In(l)
		}
		if st.in.Reason != "" {
			text += "\n\n" + st.in.Reason
		}
		if commitment != "" {
			text += "\n\n" + l.T("ductorder.letter.promise_fell", "commitment", commitment)
		}
		return map[string]string{"state": state.Label.In(l), "text": text}
	})
}

// letter writes to the people of an order's company, once for an occasion: the title and text of a kind of letter, which may name
// what values has in the reader's language.
func (s *Service) letter(ctx context.Context, tx bun.Tx, o Order, occasion, kind string, values func(i18n.Locale) map[string]string) error {
	if s.d.Notify == nil {
		return nil
	}
	to, err := s.d.Operators.Readers(ctx, tx, o.OperatorID)
	if err != nil {
		return err
	}
	for _, who := range to {
		l, key, args := who.Locale, "ductorder.letter."+kind, []any{"number", o.Number}
		for k, v := range values(l) {
			args = append(args, k, v)
		}
		err := s.d.Notify.Send(ctx, tx, notify.Message{To: who.ID, Template: "generic", Locale: l, Key: fmt.Sprintf("duct_order:%s:%s:%s", o.ID, occasion, who.ID),
			Data: map[string]string{"title": l.T(key+"_title", args...), "body": l.T(key, args...), "path": pathOwn + o.ID.String()}})
		if err != nil {
			return fmt.Errorf("ductorder: letter: %w", err)
		}
	}
	return nil
}
