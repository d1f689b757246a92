package ductwave

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Company is a company of a wave: what it answered, when it cuts over, and what of it came down.
type Company struct {
	OperatorID uuid.UUID
	Name       string
	AskedAt    time.Time
	AnsweredAt time.Time // zero while it has not
	Note       string
	CutFrom    time.Time // days; zero while they are not said
	CutUntil   time.Time
	DownMM     int64
	DownPoles  int
	DownOn     time.Time // zero while it was not said
	People     int       // who can be told
	Answers    []Answer  `bun:"-"`
	Signed     int       `bun:"-"` // units along all roads
	Checks     []Check   `bun:"-"` // in the order of the list
}

// Cables and Poles are what a company says that it hangs along the roads.
func (c Company) Cables() (n int) {
	for _, a := range c.Answers {
		n += a.Cables
	}
	return n
}

// Poles are described at Cables.
func (c Company) Poles() (n int) {
	for _, a := range c.Answers {
		n += a.Poles
	}
	return n
}

// Moves reports whether a company has something to move.
func (c Company) Moves() bool { return c.Signed+c.Cables()+c.Poles() > 0 }

// Left is how many items of its checklist are open.
func (c Company) Left() (n int) {
	for _, k := range c.Checks {
		if k.Open() {
			n++
		}
	}
	return n
}

// Late reports whether a company is behind on a day: with its answer, or with its cut-over.
func (c Company) Late(w Wave, today time.Time) bool {
	switch w.State {
	case Survey, Committing:
		return c.AnsweredAt.IsZero() && today.After(w.SurveyUntil)
	case CutOver, AerialDown:
		return !c.CutUntil.IsZero() && today.After(c.CutUntil) && c.Left() > 0
	}
	return false
}

// Step is when a wave came to a state.
type Step struct {
	State, Why string
	At         time.Time
	ByID       uuid.UUID
}

// View is a wave with all that is known of it.
type View struct {
	Wave
	Roads       []Road
	Sum         Sum
	Steps       []Step
	Companies   []Company
	Commitments []Commitment
	Items       []Item // that a checklist has, or would have
	Photos      []Photo
}

// Percent is how much of the checklists is done, from 0 to 100; before there are any, 0.
func (v View) Percent() int {
	all, left := 0, 0
	for _, c := range v.Companies {
		all += len(c.Checks)
		left += c.Left()
	}
	return percent(v.State, all, left)
}

func percent(state string, all, left int) int {
	switch {
	case state == Closed:
		return 100
	case all == 0:
		return 0
	}
	return (all - left) * 100 / all
}

// Get returns a wave, for staff with duct:read; NotFound "wave.not_found".
func (s *Service) Get(ctx context.Context, actor identity.Actor, id uuid.UUID) (View, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return View{}, err
	}
	return s.view(ctx, id, uuid.Nil)
}

// Mine returns a wave that the actor's company was asked about, with what is its own: its answers, commitments, checklist and photos.
// What others want and have signed is left out, of the roads too. NotFound "wave.not_found" where it was not asked.
func (s *Service) Mine(ctx context.Context, actor identity.Actor, id uuid.UUID) (View, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return View{}, err
	}
	v, err := s.view(ctx, id, self.Company.ID)
	if err != nil {
		return View{}, err
	}
	if len(v.Companies) == 0 {
		return View{}, fault.New(fault.NotFound, "wave.not_found")
	}
	v.Sum, v.Steps, v.WaivedWhy, v.WaivedBy, v.CostPerM = Sum{}, nil, "", uuid.NullUUID{}, 0
	for i := range v.Roads {
		r := &v.Roads[i]
		r.Signed, r.Wanted, r.Later, r.Cables, r.Poles = 0, 0, 0, 0, 0
	}
	return v, nil
}

// view reads a wave, with what is one company's alone unless it is zero.
func (s *Service) view(ctx context.Context, id, company uuid.UUID) (v View, err error) {
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var found []Wave
		if err := tx.NewSelect().Model(&found).Where("w.tenant_id = ? AND w.id = ?", tenancy.Must(ctx), id).Scan(ctx); err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "wave.not_found")
		}
		v.Wave = found[0]
		if v.Roads, err = roads(ctx, tx, id); err != nil {
			return err
		}
		if v.Sum, err = v.sum(v.Roads); err != nil {
			return err
		}
		if err := tx.NewRaw("SELECT state, why, at, by_id FROM duct_wave_step WHERE tenant_id = ? AND wave_id = ? ORDER BY position", v.TenantID, id).Scan(ctx, &v.Steps); err != nil {
			return err
		}
		if v.Commitments, err = commitments(ctx, tx, id, company); err != nil {
			return err
		}
		if v.Photos, err = photos(ctx, tx, id, company); err != nil {
			return err
		}
		list, err := items(ctx, tx)
		if err != nil {
			return err
		}
		if v.Companies, err = companies(ctx, tx, id, company, v.Commitments, list); err != nil {
			return err
		}
		for _, x := range list {
			used := slices.ContainsFunc(v.Companies, func(c Company) bool {
				return slices.ContainsFunc(c.Checks, func(k Check) bool { return k.Item == x.Code })
			})
			if used || x.Offered && !v.Started() {
				v.Items = append(v.Items, x)
			}
		}
		return nil
	})
	if err != nil && fault.From(err).Kind == fault.Internal {
		err = fmt.Errorf("ductwave: view: %w", err)
	}
	return v, err
}

// companies are those of a wave by name, or one of them.
func companies(ctx context.Context, tx bun.Tx, id, company uuid.UUID, signed []Commitment, list []Item) ([]Company, error) {
	var all []Company
	q := tx.NewSelect().TableExpr("duct_wave_company AS c").Join("JOIN duct_operator AS o ON o.tenant_id = c.tenant_id AND o.id = c.operator_id").
		ColumnExpr("c.operator_id, o.name, c.asked_at, c.answered_at, c.note, c.cut_from, c.cut_until, coalesce(c.down_mm, 0) AS down_mm, coalesce(c.down_poles, 0) AS down_poles, c.down_on").
		ColumnExpr("(SELECT count(*) FROM duct_person p JOIN account u ON u.tenant_id = p.tenant_id AND u.id = p.account_id AND u.status = 'active' WHERE p.tenant_id = c.tenant_id AND p.operator_id = c.operator_id AND p.ended_at IS NULL) AS people").
		Where("c.tenant_id = ? AND c.wave_id = ?", tenancy.Must(ctx), id).OrderExpr("o.name, c.operator_id")
	var answers []Answer
	var checks []Check
	a := tx.NewSelect().Model(&answers).Where("a.tenant_id = ? AND a.wave_id = ?", tenancy.Must(ctx), id).OrderExpr("a.position")
	k := tx.NewSelect().Model(&checks).Where("k.tenant_id = ? AND k.wave_id = ?", tenancy.Must(ctx), id)
	if company != uuid.Nil {
		q, a, k = q.Where("c.operator_id = ?", company), a.Where("a.operator_id = ?", company), k.Where("k.operator_id = ?", company)
	}
	if err := q.Scan(ctx, &all); err != nil {
		return nil, err
	}
	if err := a.Scan(ctx); err != nil {
		return nil, err
	}
	if err := k.Scan(ctx); err != nil {
		return nil, err
	}
	place := map[string]int{}
	for i, x := range list {
		place[x.Code] = i
	}
	slices.SortFunc(checks, func(a, b Check) int { return place[a.Item] - place[b.Item] })
	for i := range all {
		c := &all[i]
		for _, x := range answers {
			if x.OperatorID == c.OperatorID {
				c.Answers = append(c.Answers, x)
			}
		}
		for _, x := range checks {
			if x.OperatorID == c.OperatorID {
				c.Checks = append(c.Checks, x)
			}
		}
		for _, m := range signed {
			if m.OperatorID == c.OperatorID && m.ReleasedAt.IsZero() {
				for _, n := range m.Units {
					c.Signed += n
				}
			}
		}
	}
	return all, nil
}

// Listed is a wave as a list shows it.
type Listed struct {
	Wave      `bun:",extend"`
	Roads     int
	LengthMM  int64
	PlannedMM int64 // unit-millimetres, as of Sum
	SignedMM  int64
	Names     string // of its roads
	Checks    int
	Left      int
}

// Permille is how much is signed of what is planned, as of Sum.
func (x Listed) Permille() int64 {
	if x.PlannedMM == 0 {
		return 0
	}
	return x.SignedMM * 1000 / x.PlannedMM
}

// Percent is how much of the checklists is done.
func (x Listed) Percent() int { return percent(x.State, x.Checks, x.Left) }

// listed selects waves with their sums.
func listed(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().TableExpr("duct_wave AS w").ColumnExpr("w.*, r.roads, r.length_mm, r.planned_mm, r.names, coalesce(p.signed_mm, 0) AS signed_mm, k.checks, k.open AS left").
		Join("CROSS JOIN LATERAL (SELECT count(*) AS roads, coalesce(sum(x.length_mm), 0)::bigint AS length_mm, coalesce(sum(x.length_mm * x.capacity), 0)::bigint AS planned_mm, coalesce(string_agg(x.road, ', ' ORDER BY x.position), '') AS names FROM duct_wave_road x WHERE x.tenant_id = w.tenant_id AND x.wave_id = w.id) r").
		Join("CROSS JOIN LATERAL (SELECT sum(x.length_mm * p.units)::bigint AS signed_mm FROM duct_wave_promise p JOIN duct_wave_commitment m ON m.tenant_id = p.tenant_id AND m.id = p.commitment_id AND m.released_at IS NULL JOIN duct_wave_road x ON x.tenant_id = p.tenant_id AND x.wave_id = p.wave_id AND x.position = p.position WHERE p.tenant_id = w.tenant_id AND p.wave_id = w.id) p").
		Join("CROSS JOIN LATERAL (SELECT count(*) AS checks, count(*) FILTER (WHERE k.at IS NULL) AS open FROM duct_wave_check k WHERE k.tenant_id = w.tenant_id AND k.wave_id = w.id) k")
}

// List returns waves, the latest first, those before an id, of one state unless it is empty; for staff with duct:read.
func (s *Service) List(ctx context.Context, actor identity.Actor, state string, before uuid.UUID, most int) ([]Listed, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	return s.list(ctx, before, most, func(q *bun.SelectQuery) *bun.SelectQuery {
		if state != "" {
			q = q.Where("w.state = ?", state)
		}
		return q
	})
}

// MineListed is a wave in the list of a company.
type MineListed struct {
	Wave     `bun:",extend"`
	Names    string // of its roads
	Answered bool
	Signed   int // commitments
	Checks   int
	Left     int
}

// ListMine returns the waves that the actor's company was asked about, the latest first.
func (s *Service) ListMine(ctx context.Context, actor identity.Actor, before uuid.UUID, most int) ([]MineListed, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	var all []MineListed
	err = s.d.DB.NewRaw(`SELECT w.*, c.answered_at IS NOT NULL AS answered, (SELECT coalesce(string_agg(x.road, ', ' ORDER BY x.position), '') FROM duct_wave_road x WHERE x.tenant_id = w.tenant_id AND x.wave_id = w.id) AS names,
			(SELECT count(*) FROM duct_wave_commitment m WHERE m.tenant_id = c.tenant_id AND m.wave_id = c.wave_id AND m.operator_id = c.operator_id AND m.released_at IS NULL) AS signed, k.checks, k.open AS left
		FROM duct_wave_company c JOIN duct_wave w ON w.tenant_id = c.tenant_id AND w.id = c.wave_id
		CROSS JOIN LATERAL (SELECT count(*) AS checks, count(*) FILTER (WHERE k.at IS NULL) AS open FROM duct_wave_check k WHERE k.tenant_id = c.tenant_id AND k.wave_id = c.wave_id AND k.operator_id = c.operator_id) k
		WHERE c.tenant_id = ? AND c.operator_id = ? AND c.wave_id < ? ORDER BY c.wave_id DESC LIMIT ?`, tenancy.Must(ctx), self.Company.ID, before, most).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductwave: mine: %w", err)
	}
	return all, nil
}

func (s *Service) list(ctx context.Context, before uuid.UUID, most int, more func(*bun.SelectQuery) *bun.SelectQuery) ([]Listed, error) {
	var all []Listed
	q := listed(s.d.DB).Where("w.tenant_id = ? AND w.id < ?", tenancy.Must(ctx), before).OrderExpr("w.id DESC").Limit(int64(most))
	if err := more(q).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("ductwave: list: %w", err)
	}
	return all, nil
}
