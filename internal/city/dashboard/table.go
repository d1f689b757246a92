package dashboard

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// tally is the sums of a service over a period.
type tally struct {
	Received, Approved, Rejected, OnTime, WorkingDays, Escalated int
}

func (t tally) decided() int { return t.Approved + t.Rejected }

func (t *tally) add(o tally) {
	t.Received += o.Received
	t.Approved += o.Approved
	t.Rejected += o.Rejected
	t.OnTime += o.OnTime
	t.WorkingDays += o.WorkingDays
	t.Escalated += o.Escalated
}

// counted is a service, or an agency, with its sums.
type counted struct {
	Code   string
	Name   i18n.Text
	Agency string
	tally
}

// table is what there is to publish by agency and service. Every service's agency is in it, services in the order of
// their agencies.
type table struct {
	agencies []counted
	services []counted
}

// readTable sums the period for every service that is applied for here, and for any other with applications in it. An
// application counts for the agency that had it then, whatever the catalogue says now.
func readTable(ctx context.Context, tx bun.Tx, p Period) (table, error) {
	var t table
	err := tx.NewRaw(`WITH sums AS (
			SELECT agency, service, sum(received) AS received, sum(approved) AS approved, sum(rejected) AS rejected,
				sum(on_time) AS on_time, sum(working_days) AS working_days, sum(escalated) AS escalated
			FROM dashboard_day WHERE tenant_id = ?0 AND day BETWEEN ?1 AND ?2 GROUP BY agency, service
		), wanted AS (
			SELECT agency, service FROM sums
			UNION SELECT agency, code FROM v_service WHERE tenant_id = ?0 AND integration = 'native'
		)
		SELECT w.service AS code, w.agency, coalesce(s.name, jsonb_build_object('id', w.service)) AS name,
			coalesce(received, 0) AS received, coalesce(approved, 0) AS approved, coalesce(rejected, 0) AS rejected,
			coalesce(on_time, 0) AS on_time, coalesce(working_days, 0) AS working_days, coalesce(escalated, 0) AS escalated
		FROM wanted AS w LEFT JOIN sums AS x ON x.agency = w.agency AND x.service = w.service
			LEFT JOIN v_service AS s ON s.tenant_id = ?0 AND s.code = w.service
			LEFT JOIN v_agency AS a ON a.tenant_id = ?0 AND a.code = w.agency
		ORDER BY a.position NULLS LAST, w.agency, s.position NULLS LAST, w.service LIMIT 5000`,
		tenancy.Must(ctx), p.From, p.To).Scan(ctx, &t.services)
	if err != nil {
		return t, err
	}
	err = tx.NewRaw(`SELECT code, name FROM v_agency WHERE tenant_id = ? ORDER BY position, code LIMIT 1000`,
		tenancy.Must(ctx)).Scan(ctx, &t.agencies)
	t.sumAgencies()
	return t, err
}

// sumAgencies keeps the agencies that have services here, each with the sum of them.
func (t *table) sumAgencies() {
	var kept []counted
	for _, s := range t.services {
		if len(kept) == 0 || kept[len(kept)-1].Code != s.Agency {
			a := counted{Code: s.Agency, Name: i18n.Text{i18n.ID: s.Agency}}
			if i := slices.IndexFunc(t.agencies, func(o counted) bool { return o.Code == s.Agency }); i >= 0 {
				a.Name = t.agencies[i].Name
			}
			kept = append(kept, a)
		}
		kept[len(kept)-1].add(s.tally)
	}
	t.agencies = kept
}

// rows returns what may be published.
func (t table) rows() (agencies, services []Row) {
	received := t.conceal(func(c counted) int { return c.Received })
	decided := t.conceal(func(c counted) int { return c.decided() })
	for i, a := range t.agencies {
		agencies = append(agencies, a.row(received.agencies[i], decided.agencies[i]))
	}
	for i, s := range t.services {
		r := s.row(received.services[i], decided.services[i])
		r.Agency = s.Agency
		services = append(services, r)
	}
	return agencies, services
}

func (c counted) row(received, decided cover) Row {
	r := Row{Code: c.Code, Name: c.Name, Received: received.cell(c.Received), Decided: decided.cell(c.decided()),
		OnTime:      Cell{Unit: unitPercent, Value: ratio(100*c.OnTime, c.decided())},
		WorkingDays: Cell{Unit: unitWorkingDay, Value: ratio(c.WorkingDays, c.decided())},
	}
	if decided != shown { // a ratio would tell what the count does not
		r.OnTime = Cell{Unit: unitPercent, Concealed: true}
		r.WorkingDays = Cell{Unit: unitWorkingDay, Concealed: true}
	}
	return r
}
