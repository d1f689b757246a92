package bench

import (
	"context"
	"errors"
	"net/http"
	"time"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/tenancy"
)

// contest is the rounds of the three sides, each round of one beside the same round of the others.
type contest struct {
	product, bare, open []sample
}

func (c *contest) of(who int) *[]sample { return []*[]sample{&c.product, &c.bare, &c.open}[who] }

// pageResult is what was found about the page, and about isolation apart from any page.
type pageResult struct {
	contest
	alone contest // one client: nobody waits for anybody
	door  door
}

// page measures the page of a service. Reading changes nothing, so all sides work on one database.
func (b *run) page(ctx context.Context) (r pageResult, err error) {
	drop, err := b.admin.clone(ctx, b.Database, "bench_page")
	if err != nil {
		return r, err
	}
	defer drop()
	product, guarded, err := b.product(ctx, "bench_page", Variant{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, product.stop()) }()
	bare, err := b.bare(ctx, "bench_page")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	open, unguarded, err := b.product(ctx, "bench_page", Variant{Open: true})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, open.stop()) }()

	each := time.Duration(b.Seconds) * time.Second / rounds
	sides := []*side{product, bare, open}
	first := 0 // of the addresses: every measurement comes from others
	measure := func(clients int, length time.Duration, into func(int) *[]sample) error {
		for turn := range sides {
			who := (turn + first) % len(sides)
			got, err := drive(ctx, sides[who].addr, order{clients: clients, time: length, want: http.StatusOK, next: visits(first * perAddress * 250)})
			if err != nil {
				return err
			}
			if into != nil {
				*into(who) = append(*into(who), got)
			}
		}
		first++
		return nil
	}
	if err := measure(b.Clients, each/2, nil); err != nil { // fills caches and pools
		return r, err
	}
	for range rounds {
		if err := measure(b.Clients, each, r.of); err != nil {
			return r, err
		}
		if err := measure(1, each/2, r.alone.of); err != nil {
			return r, err
		}
	}
	r.door, err = b.isolation(ctx, guarded, unguarded)
	return r, err
}

// submit measures submissions. Each side starts each round on its own copy of the prepared database, whose drafts it
// submits once.
func (b *run) submit(ctx context.Context) (c contest, err error) {
	for round := range rounds {
		for turn := range 3 {
			who := (turn + round) % 3
			got, err := b.submitRound(ctx, who)
			if err != nil {
				return c, err
			}
			*c.of(who) = append(*c.of(who), got)
		}
	}
	return c, nil
}

// warmUp is how many drafts each side submits before its time is taken.
func (b *run) warmUp() int { return len(b.drafts) / 6 }

func (b *run) submitRound(ctx context.Context, who int) (got sample, err error) {
	drop, err := b.admin.clone(ctx, b.Database, "bench_submit")
	if err != nil {
		return got, err
	}
	defer drop()
	var s *side
	switch who {
	case 0:
		s, _, err = b.product(ctx, "bench_submit", Variant{})
	case 1:
		s, err = b.bare(ctx, "bench_submit")
	default:
		s, _, err = b.product(ctx, "bench_submit", Variant{Open: true})
	}
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for _, part := range [][]draft{b.drafts[:b.warmUp()], b.drafts[b.warmUp():]} {
		got, err = drive(ctx, s.addr, order{clients: b.Clients, want: http.StatusSeeOther, next: submissions(part)})
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

// door is what the isolation of cities costs by itself: one statement as the product runs it and as anybody would,
// and one question to the compiled Casbin rules.
type door struct {
	guarded, plain []sample
	allow          time.Duration
}

// isolation runs a statement of the page through the tenant door (BEGIN, SET LOCAL, the statement and COMMIT in one
// round trip, under row-level security) and by itself as a role that row-level security does not bind; the same
// driver, the same pool, one at a time.
func (b *run) isolation(ctx context.Context, guarded, unguarded *Program) (d door, err error) {
	ctx = tenancy.With(ctx, guarded.City)
	const each = 400
	ask := func(p *Program) (sample, error) {
		s := sample{took: make([]time.Duration, 0, each)}
		start := time.Now()
		for range each {
			sent := time.Now()
			rows, err := p.DB.App.QueryContext(ctx, b.recorded.single)
			if err != nil {
				return s, err
			}
			for rows.Next() {
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return s, err
			}
			s.took = append(s.took, time.Since(sent))
		}
		s.elapsed = time.Since(start)
		return s, nil
	}
	for range rounds {
		g, err := ask(guarded)
		if err != nil {
			return d, err
		}
		p, err := ask(unguarded)
		if err != nil {
			return d, err
		}
		d.guarded, d.plain = append(d.guarded, g), append(d.plain, p)
	}
	const questions = 200_000
	actor := b.drafts[0].actor
	start := time.Now()
	for range questions {
		if err := guarded.Guard.Allow(ctx, actor, access.ApplicationSubmit); err != nil {
			return d, err
		}
	}
	d.allow = time.Since(start) / questions
	return d, nil
}
