package collection

import (
	"context"
	"fmt"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/money"
	"bedelau/internal/saas/rating"
)

// piece is an item that a draft of Stripe's gets, in hundredths of a rupiah. Part is what it is for: sent again, it is there.
type piece struct {
	Part   string
	Name   string
	Amount int64
}

// priced is a price of Stripe's that a draft has lines of, and what they should come to.
type priced struct {
	Key      string // plan/version/component
	Name     string
	Expected int64
	Found    int64
}

// due is what of an invoice Stripe is to collect: what is open, less what the buyer may still give to the state, which is less by what
// credit notes took back of it.
func (s *Service) due(ctx context.Context, i invoice.Invoice, st invoice.Standing) (money.Rupiah, error) {
	kept, _, err := s.book.KeepBack(ctx, s.DB.App, i, st)
	if err != nil {
		return 0, fmt.Errorf("collection: what is due of %s: %w", i.Number, err)
	}
	return st.Open - kept, nil
}

// componentOf is the price that a line of the books was rated by, as plan/version/component, or "" for one that no price of
// Stripe's could be of: a correction, a coupon, what was carried.
func componentOf(l invoice.Line) string {
	text := func(key string) string { s, _ := l.Source[key].(string); return s }
	number, ok := l.Source["version"].(float64)
	if !ok || text("month") != text("billed") {
		return ""
	}
	switch rating.Kind(text("kind")) {
	case rating.Flat, rating.Unit, rating.Tiered, rating.Volume, rating.Package:
		return fmt.Sprintf("%s/%d/%s", text("plan"), int(number), text("component"))
	}
	return ""
}

// pieces are the items by which what Stripe's own lines come to becomes what it is to collect. Each line of the books is one,
// unless Stripe has lines of its price: then it is what that leaves to be said, such as the days of a month that were not
// used. Tax, what the buyer keeps back beside what is due and what was settled before follow.
func pieces(i invoice.Invoice, lines []invoice.Line, st invoice.Standing, due money.Rupiah, there []priced) ([]piece, error) {
	var out []piece
	add := func(part, name string, amount money.Rupiah) error {
		n, err := atStripe(amount)
		if err == nil && n != 0 {
			out = append(out, piece{part, name, n})
		}
		return err
	}
	rest := map[string]int64{}
	for _, p := range there {
		rest[p.Key] = -p.Expected
	}
	for _, l := range lines {
		key := componentOf(l)
		if _, ok := rest[key]; ok && key != "" {
			n, err := atStripe(l.Amount)
			if err != nil {
				return nil, err
			}
			rest[key] += n
			continue
		}
		if err := add(fmt.Sprintf("line/%d", l.Position), l.Name.In(i18n.ID), l.Amount); err != nil {
			return nil, err
		}
	}
	for _, p := range there {
		if n := rest[p.Key]; n != 0 {
			out = append(out, piece{"rest/" + p.Key, i18n.ID.T("collection.item.rest", "name", p.Name), n})
		}
	}
	if err := add("tax", i18n.ID.T("collection.item.tax"), i.Tax); err != nil {
		return nil, err
	}
	if err := add("kept_back", i18n.ID.T("collection.item.kept_back"), due-st.Open); err != nil {
		return nil, err
	}
	return out, add("settled", i18n.ID.T("collection.item.settled"), st.Open-i.Total)
}
