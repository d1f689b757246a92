package admin

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/internal/saas/metering"
	"bedelau/web/page/platform"
	"bedelau/web/ui"
)

const (
	pathBUMD     = "/bumd"
	pathOwnUsage = "/kelola/pemakaian"
	monthForm    = "2006-01"
)

// bumdRoutes is what the BUMD sees of its cities: quantities and amounts, and nothing about a person.
func (p *Pages) bumdRoutes() gate.Table {
	return gate.Table{
		{Method: get, Path: pathBUMD, Needs: access.PlatformUsage, Scope: gate.Platform, Handler: p.allUsage},
		{Method: get, Path: pathBUMD + "/kota/:slug", Needs: access.PlatformUsage, Scope: gate.Platform, IDs: site.IDs("slug", "city"), Handler: p.oneCityUsage},
	}
}

// chosenMonth is the month of ?bulan=2026-11, the present one when none is named; none before the product or to come.
func (p *Pages) chosenMonth(c *gin.Context) (time.Time, error) {
	now := site.Zoned(c, p.Now())
	asked := c.Query("bulan")
	if asked == "" {
		return now, nil
	}
	m, err := time.ParseInLocation(monthForm, asked, now.Location())
	if err != nil || m.Year() < 2020 || m.After(now) {
		return m, site.Invalid("bulan", "invalid")
	}
	return m, nil
}

// monthChoices are the last thirteen months, and the chosen one if it is older.
func (p *Pages) monthChoices(c *gin.Context, chosen time.Time) []ui.Option {
	l, now := gate.LocaleOf(c), site.Zoned(c, p.Now())
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	var out []ui.Option
	for i := range 13 {
		m := first.AddDate(0, -i, 0)
		out = append(out, ui.Option{Value: m.Format(monthForm), Label: l.Month(m)})
	}
	if v := chosen.Format(monthForm); !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == v }) {
		out = append(out, ui.Option{Value: v, Label: l.Month(chosen)})
	}
	return out
}

// allUsage shows what every city used in a month and what that would cost.
func (p *Pages) allUsage(c *gin.Context) error {
	month, err := p.chosenMonth(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	cities, err := p.cities(ctx)
	if err != nil {
		return err
	}
	used, err := p.Metering.Cities(ctx, cities, month)
	if err != nil {
		return err
	}
	meters, err := p.Metering.Meters(ctx)
	if err != nil {
		return err
	}
	v := platform.UsageView{Shell: p.DeskShell(c, l.T("usage.title")), Month: month.Format(monthForm), Months: p.monthChoices(c, month), AsOf: site.Zoned(c, p.Now())}
	for _, m := range meters {
		v.Meters = append(v.Meters, m.Name.In(l))
	}
	sums, total := make([]int64, len(meters)), money.Rupiah(0)
	for i, city := range cities {
		row := platform.CityUsage{Slug: city.Slug, Name: city.Name}
		for j, r := range used[i].Readings {
			row.Quantities = append(row.Quantities, l.Number(r.Quantity))
			sums[j] += r.Quantity
		}
		e, err := p.estimate(ctx, city, month)
		if err != nil {
			return err
		}
		if e != nil {
			row.Plan, row.Amount = e.Plan.Name.In(l), e.Total.String()
			total += e.Total
			v.Notes = union(v.Notes, e.Notes(l))
		}
		v.Cities = append(v.Cities, row)
	}
	for j, m := range meters {
		v.Totals = append(v.Totals, sumText(m, sums[j], l))
	}
	v.Amount = total.String()
	return p.Render(c, http.StatusOK, platform.Usage(v))
}

// sumText is a quantity over all cities; peaks of different hours do not add up to anything.
func sumText(m metering.Meter, n int64, l i18n.Locale) string {
	if m.Aggregation == metering.Max || m.Aggregation == metering.Latest {
		return ""
	}
	return l.Number(n)
}

func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

func (p *Pages) cities(ctx context.Context) ([]tenancy.City, error) {
	all, err := p.Directory.All(ctx)
	return slices.DeleteFunc(all, func(c tenancy.City) bool { return c.Kind != tenancy.KindCity }), err
}

// estimate is what a month of a city costs, nil without a subscription.
func (p *Pages) estimate(ctx context.Context, city tenancy.City, month time.Time) (*billing.Estimate, error) {
	e, err := p.Billing.Estimate(ctx, city, month)
	if fault.Is(err, "billing.no_subscription") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// oneCityUsage shows the BUMD one city's month in full.
func (p *Pages) oneCityUsage(c *gin.Context) error {
	city, err := p.Directory.BySlug(c.Request.Context(), c.Param("slug"))
	if err != nil {
		return err
	}
	if city.Kind != tenancy.KindCity {
		return site.NotFound()
	}
	return p.usagePage(c, city, pathBUMD+"/kota/"+city.Slug, pathBUMD)
}

// ownUsage shows a city its own month, the same that the BUMD sees.
func (p *Pages) ownUsage(c *gin.Context) error {
	return p.usagePage(c, gate.CityOf(c), pathOwnUsage, "")
}

func (p *Pages) usagePage(c *gin.Context, city tenancy.City, here, back string) error {
	month, err := p.chosenMonth(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := platform.CityUsageView{Shell: p.DeskShell(c, city.Name), Here: here, Name: city.Name, Month: month.Format(monthForm), Months: p.monthChoices(c, month)}
	if back != "" {
		v.Back = back + "?bulan=" + v.Month
	}
	used, err := p.Metering.Month(ctx, city, month)
	if err != nil {
		return err
	}
	v.AsOf = site.Zoned(c, used.AsOf)
	names, err := p.CodeNames(tenancy.With(ctx, city), l)
	if err != nil {
		return err
	}
	for _, r := range used.Readings {
		v.Readings = append(v.Readings, platform.Reading{Name: r.Meter.Name.In(l), Unit: r.Meter.Unit.Unit(l, r.Quantity), Quantity: l.Number(r.Quantity),
			ByAgency: sharesOf(r.ByAgency, "agency:", names, l), ByService: sharesOf(r.ByService, "service:", names, l), ByChannel: sharesOf(r.ByChannel, "channel:", names, l)})
	}
	e, err := p.estimate(ctx, city, month)
	if err != nil {
		return err
	}
	if e != nil {
		v.Plan, v.Amount, v.Notes = e.Plan.Name.In(l), e.Total.String(), e.Notes(l)
		for _, x := range e.Lines {
			v.Lines = append(v.Lines, platform.Line{Name: x.Name.In(l), Working: x.Working(l), Amount: x.Amount.String()})
		}
	}
	return p.Render(c, http.StatusOK, platform.CityUsagePage(v))
}

func sharesOf(parts []metering.Share, kind string, names map[string]string, l i18n.Locale) []platform.Share {
	var out []platform.Share
	for _, s := range parts {
		out = append(out, platform.Share{Name: cmp.Or(names[kind+s.Code], s.Code), Quantity: l.Number(s.Quantity)})
	}
	return out
}
