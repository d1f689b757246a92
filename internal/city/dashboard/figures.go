package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Figures is the public dashboard of one city, and its open data as JSON.
type Figures struct {
	ComputedAt time.Time `json:"computed_at"`
	Period     Period    `json:"period"`
	Services   Services  `json:"services"`

	Received    Figure `json:"received"`
	Decided     Figure `json:"decided"`
	OnTime      Figure `json:"on_time"`
	WorkingDays Figure `json:"working_days"`
	Escalated   Figure `json:"escalated"`

	// Of applications in the agencies' own apps, which no other figure counts: what the apps tell, not what the city saw.
	ExternalReceived Figure `json:"external_received"`
	ExternalDecided  Figure `json:"external_decided"`

	Agencies  []Row `json:"by_agency"`  // those with services that are applied for here
	ByService []Row `json:"by_service"` // those services
}

// Period is the days that figures cover, both included, local to the city: its month so far.
type Period struct {
	From string `json:"from"` // "2026-11-01"
	To   string `json:"to"`   // "2026-11-24"
}

// Services counts what the catalogue offers.
type Services struct {
	Definition i18n.Text `json:"definition"`
	Total      int       `json:"total"`
	Levels     []OfLevel `json:"by_integration"` // from least joined to most
}

// OfLevel is how many services have one level of integration; catalog names the levels.
type OfLevel struct {
	Level string `json:"level"`
	Count int    `json:"count"`
}

// Row is one agency, or one service, with its numbers of the period.
type Row struct {
	Code        string    `json:"code"`
	Name        i18n.Text `json:"name"`
	Agency      string    `json:"agency,omitempty"` // of a service
	Received    Cell      `json:"received"`
	Decided     Cell      `json:"decided"`
	OnTime      Cell      `json:"on_time"`      // percent of those decided
	WorkingDays Cell      `json:"working_days"` // average of those decided
}

// AgencyFigures is one agency's part of the dashboard, with its services.
type AgencyFigures struct {
	ComputedAt time.Time `json:"computed_at"`
	Period     Period    `json:"period"`
	Row        Row       `json:"agency"`
	Services   []Row     `json:"services"`
}

// Public returns the figures of ctx's city for its month up to at. Anyone may read them: they hold no count by agency
// or service that could point at a person.
func (d *Dashboard) Public(ctx context.Context, at time.Time) (Figures, error) {
	f := Figures{ComputedAt: at.UTC()}
	var t table
	err := tenancy.InTx(ctx, d.db, func(ctx context.Context, tx bun.Tx) error {
		var err error
		if f.Period, err = periodAt(ctx, tx, at); err != nil {
			return err
		}
		if f.Services, err = countServices(ctx, tx); err != nil {
			return err
		}
		if t, err = readTable(ctx, tx, f.Period); err != nil {
			return err
		}
		return f.countExternal(ctx, tx, at)
	})
	if err != nil {
		return Figures{}, fmt.Errorf("dashboard: %w", err)
	}
	var all tally
	for _, s := range t.services {
		all.add(s.tally)
	}
	f.Received = count("received", all.Received)
	f.Decided = count("decided", all.decided())
	f.OnTime = average("on_time", unitPercent, 100*all.OnTime, all.decided())
	f.WorkingDays = average("working_days", unitWorkingDay, all.WorkingDays, all.decided())
	f.Escalated = count("escalated", all.Escalated)
	f.Agencies, f.ByService = t.rows()
	return f, nil
}

// Agency returns one agency's figures of the month so far, concealed exactly as Public conceals them. NotFound
// "dashboard.no_figures" for an agency without services that are applied for here.
func (d *Dashboard) Agency(ctx context.Context, code string) (AgencyFigures, error) {
	f, err := d.Public(ctx, d.now())
	if err != nil {
		return AgencyFigures{}, err
	}
	i := slices.IndexFunc(f.Agencies, func(r Row) bool { return r.Code == code })
	if i < 0 {
		return AgencyFigures{}, fault.New(fault.NotFound, "dashboard.no_figures", "code", code)
	}
	out := AgencyFigures{ComputedAt: f.ComputedAt, Period: f.Period, Row: f.Agencies[i]}
	for _, s := range f.ByService {
		if s.Agency == code {
			out.Services = append(out.Services, s)
		}
	}
	return out, nil
}

// countExternal reads what the agencies' apps told of the month so far, through their published view.
func (f *Figures) countExternal(ctx context.Context, tx bun.Tx, at time.Time) error {
	var n struct{ Received, Decided int }
	err := tx.NewRaw(`WITH month AS (SELECT date_trunc('month', ?1::timestamptz AT TIME ZONE t.timezone) AT TIME ZONE t.timezone AS since
			FROM tenant AS t WHERE t.id = ?0)
		SELECT (SELECT count(*) FROM v_external_application WHERE tenant_id = ?0 AND first_at >= (SELECT since FROM month) AND first_at <= ?1) AS received,
			(SELECT count(*) FROM v_external_application WHERE tenant_id = ?0 AND decided_at >= (SELECT since FROM month) AND decided_at <= ?1) AS decided`,
		tenancy.Must(ctx), at).Scan(ctx, &n)
	f.ExternalReceived, f.ExternalDecided = count("external_received", n.Received), count("external_decided", n.Decided)
	return err
}

func periodAt(ctx context.Context, tx bun.Tx, at time.Time) (Period, error) {
	var p Period
	err := tx.NewRaw(`SELECT to_char(date_trunc('month', l.at), 'YYYY-MM-DD') AS "from", to_char(l.at, 'YYYY-MM-DD') AS "to"
		FROM tenant AS t CROSS JOIN LATERAL (SELECT ?::timestamptz AT TIME ZONE t.timezone AS at) AS l
		WHERE t.id = ?`, at, tenancy.Must(ctx)).Scan(ctx, &p)
	return p, err
}

// countServices reads the catalogue through its published view.
func countServices(ctx context.Context, tx bun.Tx) (Services, error) {
	s := Services{Definition: definition("services")}
	err := tx.NewRaw(`SELECT integration AS level, count(*) AS count FROM v_service WHERE tenant_id = ? GROUP BY integration`,
		tenancy.Must(ctx)).Scan(ctx, &s.Levels)
	order := "info link status sso native"
	slices.SortFunc(s.Levels, func(a, b OfLevel) int { return strings.Index(order, a.Level) - strings.Index(order, b.Level) })
	for _, l := range s.Levels {
		s.Total += l.Count
	}
	return s, err
}
