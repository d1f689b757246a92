package revenue

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// bare says of rents without a legal note on which of their days no duct lies in their segment. What is only planned does not lie there, and what
// was laid stays when its segment is split in two. Rent is asked for by what lay there on its first day; the law asks that a duct is there
// (Permendagri 19/2016 jo. 7/2024 Pasal 128B), so that it is looked at anew whenever days are claimed.
func bare(ctx context.Context, db bun.IDB, of map[uuid.UUID]*landOwed) error {
	var rows []struct {
		ID    uuid.UUID
		From  time.Time
		Until time.Time `bun:"until,nullzero"`
	}
	err := db.NewRaw(`WITH RECURSIVE rent AS (SELECT r.id, r.segment_id, daterange(r.since, r.until) AS days FROM duct_land_rent r
			WHERE r.tenant_id = ?0 AND r.approved AND r.segment_id IS NOT NULL AND r.legal_note = ''),
		laid AS (SELECT t.id AS rent, u.id, u.segment_id, daterange(u.since, u.until) AS days FROM rent t
				JOIN duct_unit u ON u.tenant_id = ?0 AND u.segment_id = t.segment_id AND u.kind = 'duct' AND u.voided_by IS NULL
			UNION SELECT l.rent, u.id, u.segment_id, daterange(u.since, u.until) FROM laid l JOIN duct_unit u ON u.tenant_id = ?0 AND u.was_id = l.id AND u.kind = 'duct' AND u.voided_by IS NULL),
		there AS (SELECT l.rent, range_agg(l.days * daterange(c.since, c.until)) AS days FROM laid l
			JOIN duct_segment_state c ON c.tenant_id = ?0 AND c.segment_id = l.segment_id AND c.voided_by IS NULL AND c.class <> 'planned' GROUP BY 1)
		SELECT t.id, lower(b) AS "from", upper(b) AS until FROM rent t LEFT JOIN there h ON h.rent = t.id
			CROSS JOIN LATERAL unnest(datemultirange(t.days) - coalesce(h.days, '{}')) b ORDER BY 1, 2`, tenancy.Must(ctx)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("revenue: bare land: %w", err)
	}
	for _, x := range rows {
		if r := of[x.ID]; r != nil {
			r.bare = append(r.bare, span{duct.DayOf(x.From), duct.DayOf(x.Until)})
		}
	}
	return nil
}

// owed are the days of open on which a duct lies there, or for which a legal note does.
func (r landOwed) owed(from, until time.Time) (out []span) {
	for _, x := range r.open(from, until) {
		for _, b := range r.bare {
			if !b.Until.IsZero() && !b.Until.After(x.From) {
				continue
			}
			if end := earlier(b.From, x.Until); end.After(x.From) {
				out = append(out, span{x.From, end})
			}
			if x.From = b.Until; b.Until.IsZero() {
				x.From = x.Until
			}
		}
		if x.From.Before(x.Until) {
			out = append(out, x)
		}
	}
	return out
}

// bareClaimed finds days that are claimed of a rent of land although no duct lies there on them: it was taken out after they were claimed. They are
// charged too much, so that nothing is lost; whoever keeps the claims takes them back.
func bareClaimed(all []*landOwed) (out []Leak) {
	for _, r := range all {
		for _, c := range r.covered {
			for _, b := range r.bare {
				from := c.From
				if b.From.After(from) {
					from = b.From
				}
				if from.Before(c.Until) && (b.Until.IsZero() || from.Before(b.Until)) && len(out) <= LeakMost {
					out = append(out, Leak{Kind: Bare, LandID: r.ID, What: r.Place, Operator: r.Operator, Units: 1, Since: from, MM: r.LengthMM})
				}
			}
		}
	}
	return out
}

// grounded names what a claim under the account of the rent of land lacks: an approved rent that it is for, or a legal note; and a claim
// of such a rent under another account.
func (s *Service) grounded(ctx context.Context, c Claim) ([]fault.Field, error) {
	if utf8.RuneCountInString(c.LegalNote) > notesMost {
		return []fault.Field{{Name: "legal_note", Code: "too_long", Args: []any{"max", notesMost}}}, nil
	}
	if !c.LandRentID.Valid && c.LegalNote != "" {
		return nil, nil
	}
	day := c.DueOn
	if day.IsZero() {
		day = s.today(ctx)
	}
	all, err := accountsOn(ctx, s.d.DB.App, day)
	if err != nil {
		return nil, err
	}
	own := landAccount(all)
	switch land := c.Code == own || slices.ContainsFunc(all, func(a Account) bool { return a.Code == c.Code && a.Channel == Rent && a.Land }); {
	case land && !c.LandRentID.Valid:
		return []fault.Field{{Name: "legal_note", Code: "revenue_ungrounded"}}, nil
	case !land && c.LandRentID.Valid && own != "":
		return []fault.Field{{Name: "code", Code: "revenue_land_account"}}, nil
	}
	return nil, nil
}
