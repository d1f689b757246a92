package inbox

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// AreaLoad is how much native work there is in one district. The empty District is what lies in none that is known.
type AreaLoad struct {
	District   string // code
	Unassigned int    // of Open
	Open       int    // without what waits for the applicant
	Late       int
	Week       int // due from today to Sunday
	Waiting    int // for the applicant
	Done       int // closed in the last thirty days
}

// Areas tells how the open work within reach is spread over the districts, by their codes and last what lies in none, for
// those with application:assign. An agency narrows it down for those who reach more.
func (s *Service) Areas(ctx context.Context, actor identity.Actor, agency string) ([]AreaLoad, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationAssign); err != nil {
		return nil, err
	}
	f := Filter{Agency: agency}
	r, err := s.reach(ctx, actor, &f)
	if err != nil {
		return nil, err
	}
	now := s.now()
	today, week := thisWeek(now.In(zone(ctx)))
	loads := map[string]AreaLoad{}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var open, done []AreaLoad
		by := func() *bun.SelectQuery {
			q := r.Where(tx.NewSelect().TableExpr("? AS a", bun.Ident(native.view)).Where("a.tenant_id = ?", tenancy.Must(ctx)))
			return q.ColumnExpr("coalesce(a.district_code, '') AS district").GroupExpr("a.district_code")
		}
		q := openIn(by(), now, today, week).ColumnExpr("count(*) FILTER (WHERE a.assignee_id IS NULL AND a.queue_rank < ?) AS unassigned", rankDecided)
		if err := f.where(ctx, q, r.mine, now).Scan(ctx, &open); err != nil {
			return err
		}
		f.View = ViewDone
		if err := f.where(ctx, by().ColumnExpr("count(*) AS done"), r.mine, now).Scan(ctx, &done); err != nil {
			return err
		}
		for _, l := range open {
			loads[l.District] = l
		}
		for _, d := range done {
			l := loads[d.District]
			l.District, l.Done = d.District, d.Done
			loads[d.District] = l
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("inbox: areas: %w", err)
	}
	codes := slices.Sorted(maps.Keys(loads))
	if len(codes) > 0 && codes[0] == "" {
		codes = append(codes[1:], "")
	}
	out := make([]AreaLoad, len(codes))
	for i, c := range codes {
		out[i] = loads[c]
	}
	return out, nil
}
