package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bedelau/internal/edge/cli"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/metering"
)

// meteringOps are the operator's commands on usage.
func meteringOps() cli.MeteringOps {
	return cli.MeteringOps{
		Verify: func(ctx context.Context, slug, month string) (all []cli.Verified, err error) {
			err = with(ctx, func(a *App) error { all, err = a.verifyUsage(ctx, slug, month); return err })
			return all, err
		},
		Register: func(ctx context.Context, o cli.ProducerOptions) (secret string, err error) {
			err = asPlatform(ctx, func(ctx context.Context, a *App) error {
				_, secret, err = a.Producers.Register(ctx, metering.ProducerInput{Name: o.Name, Contact: o.Contact, Source: o.Source,
					Meters: o.Meters, Cities: o.Cities}, days(o.Days))
				return err
			})
			return secret, err
		},
		Renew: func(ctx context.Context, source string, n int) (secret string, err error) {
			err = asPlatform(ctx, func(ctx context.Context, a *App) error {
				secret, err = a.Producers.Renew(ctx, source, days(n))
				return err
			})
			return secret, err
		},
		Close: func(ctx context.Context, source string) error {
			return asPlatform(ctx, func(ctx context.Context, a *App) error { return a.Producers.Close(ctx, source) })
		},
		List: func(ctx context.Context) (rows []cli.ProducerRow, err error) {
			err = asPlatform(ctx, func(ctx context.Context, a *App) error {
				all, err := a.Producers.List(ctx)
				for _, p := range all {
					rows = append(rows, cli.ProducerRow{Name: p.Name, Source: p.Source, Meters: p.Meters, Cities: p.Cities, Closed: !p.ClosedAt.IsZero()})
				}
				return err
			})
			return rows, err
		},
	}
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// asPlatform runs a command in the platform's own context.
func asPlatform(ctx context.Context, fn func(context.Context, *App) error) error {
	return with(ctx, func(a *App) error {
		t, err := a.Directory.BySlug(ctx, "platform")
		if err != nil {
			return err
		}
		return fn(tenancy.With(ctx, t), a)
	})
}

// verifyUsage counts the usage of a city, or of every one, again; of one month or of all that have any.
func (a *App) verifyUsage(ctx context.Context, slug, month string) ([]cli.Verified, error) {
	cities, err := a.citiesNamed(ctx, slug)
	if err != nil {
		return nil, err
	}
	all := []cli.Verified{}
	for _, c := range cities {
		ctx := tenancy.With(ctx, c)
		months, err := a.Metering.Months(ctx, c)
		if month != "" {
			at, merr := monthOf(c, month, time.Now())
			months, err = []time.Time{at}, errors.Join(err, merr)
		}
		if err != nil {
			return nil, err
		}
		for _, m := range months {
			wrong, err := a.Metering.Verify(ctx, c, m)
			if err != nil {
				return nil, err
			}
			v := cli.Verified{City: c.Slug, Month: m.Format("2006-01"), Differences: []string{}}
			for _, d := range wrong {
				v.Differences = append(v.Differences, difference(c, d))
			}
			all = append(all, v)
		}
	}
	return all, nil
}

// citiesNamed is one city, also one that is closed, or without a name every tenant of the directory.
func (a *App) citiesNamed(ctx context.Context, slug string) ([]tenancy.City, error) {
	if slug == "" {
		return a.Directory.All(ctx)
	}
	c, err := a.Producers.City(ctx, slug)
	return []tenancy.City{c}, err
}

func difference(c tenancy.City, d metering.Difference) string {
	what := map[string]string{"hour": "hour", "day": "day of UTC", "month": "month"}[d.Span]
	return fmt.Sprintf("%s from %s, %s: the roll-up holds %d events and %d in all, the events are %d and %d",
		what, d.Hour.In(c.Location()).Format("2006-01-02 15:04 -07:00"), d.Type, d.KeptEvents, d.KeptTotal, d.CountedEvents, d.CountedTotal)
}
