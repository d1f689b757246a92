package calendar

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// SaveYear makes the city's calendar of one year what its pack says, unless an administrator has changed that year; pack
// calls it. A local day of the city stays, unless the year now names it.
func SaveYear(ctx context.Context, tx bun.IDB, y Year) error {
	managed, err := tx.NewSelect().Model((*Year)(nil)).Where("tenant_id = ? AND year = ? AND managed", tenancy.Must(ctx), y.Year).Exists(ctx)
	if err != nil || managed {
		return wrap("save", err)
	}
	_, err = change(ctx, tx, "", cause{kind: ByPack, source: y.Source, year: y.Year}, time.Now(), func() error {
		if err := saveYear(ctx, tx, y); err != nil {
			return err
		}
		return replacePeriods(ctx, tx, "", y.Periods, y.Year)
	})
	return err
}

// SaveAgencies gives the agencies that the city's pack names the calendars it says, except where an administrator has
// changed one; the others keep theirs. pack calls it.
func SaveAgencies(ctx context.Context, tx bun.IDB, all []Agency) error {
	for _, a := range all {
		managed, err := tx.NewSelect().Model((*Agency)(nil)).Where("tenant_id = ? AND agency = ? AND managed", tenancy.Must(ctx), a.Agency).Exists(ctx)
		if err != nil {
			return wrap("agencies", err)
		}
		if managed {
			continue
		}
		_, err = change(ctx, tx, a.Agency, cause{kind: ByPack, source: a.Source}, time.Now(), func() error { return saveAgency(ctx, tx, a) })
		if err != nil {
			return err
		}
	}
	return nil
}

func saveYear(ctx context.Context, tx bun.IDB, y Year) error {
	y.TenantID = tenancy.Must(ctx)
	_, err := tx.NewInsert().Model(&y).On("CONFLICT (tenant_id, year) DO UPDATE").
		Set("week = EXCLUDED.week, open = EXCLUDED.open, close = EXCLUDED.close, source = EXCLUDED.source, verified = EXCLUDED.verified, managed = EXCLUDED.managed").
		Exec(ctx)
	if err != nil {
		return wrap("save", err)
	}
	days := slices.Clone(y.Days)
	for i := range days {
		if days[i].Source == "" {
			days[i].Source, days[i].Verified = y.Source, y.Verified
		}
	}
	_, err = tx.NewDelete().Model((*Holiday)(nil)).Where("tenant_id = ?", y.TenantID).Where("kind <> ?", LocalDay).
		Where("day BETWEEN make_date(?, 1, 1) AND make_date(?, 12, 31)", y.Year, y.Year).Exec(ctx)
	if err != nil {
		return wrap("save", err)
	}
	return saveDays(ctx, tx, days)
}

// saveDays writes days off; what was there on the same day is replaced.
func saveDays(ctx context.Context, tx bun.IDB, days []Holiday) error {
	if len(days) == 0 {
		return nil
	}
	days = slices.Clone(days)
	for i := range days {
		days[i].TenantID = tenancy.Must(ctx)
	}
	_, err := tx.NewInsert().Model(&days).On("CONFLICT (tenant_id, day) DO UPDATE").
		Set("name = EXCLUDED.name, kind = EXCLUDED.kind, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
	return wrap("save", err)
}

// replacePeriods makes an agency's periods equal to all; the city's only those that begin in year.
func replacePeriods(ctx context.Context, tx bun.IDB, agency string, all []Period, year int) error {
	q := tx.NewDelete().Model((*Period)(nil)).Where("tenant_id = ? AND agency = ?", tenancy.Must(ctx), agency)
	if year != 0 {
		q = q.Where("first_day BETWEEN make_date(?, 1, 1) AND make_date(?, 12, 31)", year, year)
	}
	if _, err := q.Exec(ctx); err != nil || len(all) == 0 {
		return wrap("periods", err)
	}
	rows := slices.Clone(all)
	for i := range rows {
		rows[i].TenantID, rows[i].Agency = tenancy.Must(ctx), agency
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (tenant_id, agency, code) DO UPDATE").
		Set(`name = EXCLUDED.name, first_day = EXCLUDED.first_day, last_day = EXCLUDED.last_day, hours = EXCLUDED.hours,
			source = EXCLUDED.source, verified = EXCLUDED.verified`).Exec(ctx)
	return wrap("periods", err)
}

// saveAgency writes what an agency does differently. Its single days are added to those that it has.
func saveAgency(ctx context.Context, tx bun.IDB, a Agency) error {
	a.TenantID = tenancy.Must(ctx)
	_, err := tx.NewInsert().Model(&a).On("CONFLICT (tenant_id, agency) DO UPDATE").
		Set("works_holidays = EXCLUDED.works_holidays, source = EXCLUDED.source, verified = EXCLUDED.verified, managed = EXCLUDED.managed").Exec(ctx)
	if err != nil {
		return wrap("agency", err)
	}
	if err := replacePeriods(ctx, tx, a.Agency, a.Periods, 0); err != nil || len(a.Days) == 0 {
		return err
	}
	days := slices.Clone(a.Days)
	for i := range days {
		days[i].TenantID, days[i].Agency = a.TenantID, a.Agency
	}
	_, err = tx.NewInsert().Model(&days).On("CONFLICT (tenant_id, agency, day) DO UPDATE").
		Set("hours = EXCLUDED.hours, name = EXCLUDED.name, source = EXCLUDED.source, verified = EXCLUDED.verified").Exec(ctx)
	return wrap("agency", err)
}
