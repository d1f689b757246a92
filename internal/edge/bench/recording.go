package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// recording is what the product was seen to do.
type recording struct {
	page   *script
	single string // a statement of the page, as it was run
	body   []byte // of the page
	submit *script
	of     draft // the one that submit was learned from
}

// given maps what the recorded submission was about to what another is about.
func (r *recording) given(d draft) map[string]string {
	return map[string]string{
		r.of.id.String(): d.id.String(), r.of.actor.ID.String(): d.actor.ID.String(), r.of.hash(): d.hash(),
	}
}

// record learns what a page and a submission run, and proves that the bare handlers do as much.
func (b *run) record(ctx context.Context) (err error) {
	const database = "bench_recorded"
	drop, err := b.admin.clone(ctx, b.Database, database)
	if err != nil {
		return err
	}
	defer drop()
	heard := &Recorder{}
	s, _, err := b.product(ctx, database, Variant{Recorder: heard})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	b.recorded = &recording{}
	rest, err := b.recorded.learn(ctx, s, heard, b.drafts)
	if err != nil {
		return err
	}
	if len(rest) < 2 {
		return fmt.Errorf("bench: %d drafts are too few", len(b.drafts))
	}
	return b.equal(ctx, s, database, rest)
}

// learn records requests to the product and returns the drafts that it did not submit.
func (r *recording) learn(ctx context.Context, s *side, heard *Recorder, drafts []draft) ([]draft, error) {
	first, second, err := heard.steady(func() (err error) {
		r.body, err = s.fetch(ctx, host, pagePath)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.single = second[0]
	if r.page, err = learn(first, second); err != nil {
		return nil, err
	}
	var c sender
	defer c.close()
	first, second, err = heard.steady(func() error {
		if len(drafts) == 0 {
			return errors.New("bench: too few drafts to record a submission")
		}
		r.of, drafts = drafts[0], drafts[1:]
		return c.ask(s.addr, r.of.request(), http.StatusSeeOther)
	})
	if err != nil {
		return nil, err
	}
	r.submit, err = learn(first, second)
	return drafts, err
}

// equal has both sides submit one draft each, and refuses a difference between the rows that each has left.
func (b *run) equal(ctx context.Context, product *side, database string, drafts []draft) (err error) {
	bare, err := b.bare(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	if _, err := bare.fetch(ctx, host, pagePath); err != nil {
		return err
	}
	var left [2]map[string]int
	for i, s := range []*side{product, bare} {
		before, err := b.admin.rows(ctx, database)
		if err != nil {
			return err
		}
		var c sender
		defer c.close()
		if err := c.ask(s.addr, drafts[i].request(), http.StatusSeeOther); err != nil {
			return err
		}
		if left[i], err = b.admin.rows(ctx, database); err != nil {
			return err
		}
		for table, n := range before {
			left[i][table] -= n
		}
		maps.DeleteFunc(left[i], func(_ string, n int) bool { return n == 0 })
	}
	if len(left[0]) == 0 || !maps.Equal(left[0], left[1]) {
		return fmt.Errorf("bench: a submission leaves %v, its replay %v", left[0], left[1])
	}
	return nil
}
