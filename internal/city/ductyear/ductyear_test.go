package ductyear_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductbill"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/city/ducttariff"
	"bedelau/internal/city/ductwork"
	"bedelau/internal/city/ductyear"
	"bedelau/internal/city/lease"
	"bedelau/internal/city/revenue"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/tenants"
)

// world is Batam with its pack, the made-up network and the years.
type world struct {
	t    *testing.T
	w    *pgtest.World
	ctx  context.Context
	raw  *pgx.Conn // for what is recomputed: it sees every row as it is
	made ductyear.Made
	book *ductbill.Service
	who  identity.Actor
}

// now is a day on which a price has changed in the middle of a month, and an index at the turn of a year, within the years.
var now = time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	w, quiet := pgtest.Open(t), slog.New(slog.DiscardHandler)
	y := &world{t: t, w: w, ctx: w.Ctx(w.Batam)}
	guard, err := access.New(w.DB, quiet)
	y.must(err)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	y.must(err)
	store, err := files.New(files.Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 50 << 20, Log: quiet})
	y.must(err)
	engine := pack.NewEngine()
	for _, s := range []pack.Section{duct.Section(), lease.Section(), ducttariff.Section(), ductbill.Section(), ductdamage.Section(), ductwork.Section(), revenue.Section(), revenue.AccountingSection()} {
		engine.Register(s)
	}
	p, err := pack.Load(tenants.FS, "batam")
	y.must(err)
	_, err = engine.Apply(t.Context(), w.DB, p)
	y.must(err)
	staff := func(role string) identity.Actor {
		return identity.Actor{ID: uuid.New(), TenantID: w.Batam.ID, Kind: identity.Staff, Roles: []string{role}, TOTP: true}
	}
	manager := staff("duct_manager")
	y.who = staff("duct_finance")
	ducts := duct.New(duct.Deps{DB: w.DB.App, Guard: guard})
	corridors, err := fs.ReadFile(tenants.FS, "batam/duct/corridors.yaml")
	y.must(err)
	file, err := ductsurvey.Sample(corridors)
	y.must(err)
	_, err = ductsurvey.New(ductsurvey.Deps{DB: w.DB.App, Guard: guard, Ducts: ducts}).Load(y.ctx, manager, ductsurvey.ImportInput{Title: "Contoh", Source: "Data buatan", OnDay: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		Format: ductsurvey.GeoJSON, Body: bytes.NewReader(file)})
	y.must(err)
	// Some of the ground lies outside the free-trade area, as a survey says.
	y.raw, err = pgx.Connect(t.Context(), w.SuperURL)
	y.must(err)
	t.Cleanup(func() { _ = y.raw.Close(context.Background()) })
	_, err = y.raw.Exec(t.Context(), "UPDATE duct_segment_state SET free_trade = false WHERE tenant_id = $1 AND road LIKE '%Sagulung–Sungai Beduk%'", w.Batam.ID)
	y.must(err)
	begin := time.Now()
	y.made, err = ductyear.Make(y.ctx, ductyear.Deps{DB: w.DB, Guard: guard, Files: store, Keys: keys, Leasing: manager, Maker: y.who, Checker: staff("duct_finance"), Now: now})
	y.must(err)
	t.Logf("%d operators, %d leases, %d invoices, %d payments of %v in %s", len(y.made.Operators), y.made.Leases, y.made.Invoices, y.made.Payments, y.made.Received, time.Since(begin).Round(time.Millisecond))
	y.book = ductbill.New(ductbill.Deps{DB: w.DB, Guard: guard, Files: store, Now: func() time.Time { return now }})
	return y
}

func (y *world) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

// owedSQL is what every operator owes before tax for each month, inside the free-trade area and outside, from nothing but the days that
// people agreed on, accepted and gave notice for ($4), holds, the network and the price list: each tariff for the days of a month between two of the list's days, by the day; what volume
// and term let off, to the floor; what is paid once, and by no renewal; and what is left of a
// minimum term, which goes on with a renewal.
const owedSQL = rateSQL + `
SELECT operator_id::text, billed, coalesce(sum(amount) FILTER (WHERE free_trade), 0)::bigint, coalesce(sum(amount) FILTER (WHERE NOT free_trade), 0)::bigint FROM amount GROUP BY 1, 2 ORDER BY 1, 2`

// rateSQL is the same for each lease and each of its prices.
const rateSQL = `
WITH RECURSIVE bounds AS (SELECT $2::date AS a, ($3::date + interval '1 month')::date AS z),
price AS ( -- by the months that could know of it: what is left of a minimum term is charged ahead
  SELECT b.month AS billed, p.* FROM duct_bill_month b JOIN duct_price p ON p.tenant_id = b.tenant_id LEFT JOIN duct_price_change c ON c.tenant_id = p.tenant_id AND c.id = p.change_id
   WHERE b.tenant_id = $1 AND coalesce(c.decided_at, '-infinity') <= b.charged_at),
l AS ( -- since and agreed are the agreement's, f and until what it is charged for
  SELECT l.id, l.operator_id, l.kind, l.quantity, l.length_mm, a.since, a.until AS agreed, greatest(a.since, a.accepted) AS f, coalesce(a.ended, a.until) AS until, d."Renews" AS renews
    FROM jsonb_to_recordset($4::jsonb) d("Lease" uuid, "Since" date, "Until" date, "Accepted" date, "Ended" date, "Renews" uuid)
    CROSS JOIN LATERAL (SELECT d."Since" AS since, d."Until" AS until, d."Accepted" AS accepted, d."Ended" AS ended) a JOIN duct_lease l ON l.tenant_id = $1 AND l.id = d."Lease"),
chain AS ( -- each lease with all that it renews, one after the other
  SELECT id, renews AS before, since FROM l UNION ALL SELECT c.id, l.renews, l.since FROM chain c JOIN l ON l.id = c.before),
first AS (SELECT id, min(since) AS since FROM chain GROUP BY id),
terms AS (
  SELECT l.id, l.since, (SELECT p.body FROM duct_price p WHERE p.tenant_id = $1 AND p.part = 'terms' AND p.effective_from <= l.since ORDER BY p.effective_from DESC LIMIT 1) AS body FROM first l),
day AS (
  SELECT l.id, l.operator_id, d::date AS d, false AS rest, date_trunc('month', d)::date AS billed FROM l CROSS JOIN bounds b
    CROSS JOIN LATERAL generate_series(greatest(l.f, b.a), least(coalesce(l.until, b.z), b.z) - 1, interval '1 day') d
  UNION ALL
  SELECT l.id, l.operator_id, d::date, true, date_trunc('month', l.until)::date FROM l JOIN terms t USING (id) CROSS JOIN bounds b
    CROSS JOIN LATERAL generate_series(l.until, least((t.since + make_interval(months => (t.body ->> 'minimum_months')::int))::date, (SELECT min(n.f) FROM l n WHERE n.renews = l.id)) - 1, interval '1 day') d
   WHERE l.until < b.z),
piece AS (
  SELECT id, operator_id, rest, billed, min(d) AS d, count(*) AS days, extract(day FROM date_trunc('month', min(d)) + interval '1 month - 1 day')::numeric AS of
    FROM (SELECT day.*, (SELECT count(DISTINCT p.effective_from) FROM price p WHERE p.billed = day.billed AND p.effective_from <= day.d) AS n FROM day) x
   GROUP BY id, operator_id, rest, billed, date_trunc('month', d), n),
way AS (
  SELECT DISTINCT l.id, u.segment_id FROM l JOIN duct_hold h ON h.tenant_id = $1 AND h.lease_id = l.id AND h.own JOIN duct_unit u ON u.tenant_id = $1 AND u.id = h.unit_id),
metre AS (
  SELECT way.id, s.free_trade, sum(coalesce(s.billed_mm, s.surveyed_mm, s.length_mm) * l.quantity)::numeric AS n
    FROM way JOIN l USING (id) JOIN duct_segment_state s ON s.tenant_id = $1 AND s.segment_id = way.segment_id AND s.voided_by IS NULL AND s.since <= l.since AND (s.until IS NULL OR s.until > l.since) GROUP BY 1, 2),
node AS (
  SELECT w.id, n.free_trade, CASE WHEN n.kind IN ('manhole', 'handhole') THEN 'node' WHEN n.kind IN ('pole', 'riser') THEN 'pole' WHEN n.kind = 'building_entry' THEN 'entry' END AS charge, count(*)::numeric AS n
    FROM (SELECT DISTINCT way.id, e.node FROM way JOIN duct_segment k ON k.tenant_id = $1 AND k.id = way.segment_id CROSS JOIN LATERAL (VALUES (k.from_node), (k.to_node)) e(node)) w JOIN l USING (id)
    JOIN duct_node_state n ON n.tenant_id = $1 AND n.node_id = w.node AND n.voided_by IS NULL AND n.since <= l.since AND (n.until IS NULL OR n.until > l.since) GROUP BY 1, 2, 3),
volume AS (
  SELECT m::date AS billed, l.operator_id, floor(sum(l.length_mm::numeric * l.quantity) / 1000) AS metres FROM bounds b CROSS JOIN LATERAL generate_series(b.a, b.z - 1, interval '1 month') m
    JOIN l ON l.f < (m + interval '1 month')::date AND (l.until IS NULL OR l.until > m::date) GROUP BY 1, 2),
rate AS (
  SELECT p.*, t.code, t.body AS tariff, round((t.body ->> 'rate')::numeric * CASE WHEN (t.body ->> 'indexed')::boolean THEN 1 + coalesce((
           SELECT sum((i.body ->> 'rise')::numeric) / 10000 FROM duct_price i WHERE i.tenant_id = $1 AND i.part = 'index' AND i.effective_from > t.effective_from AND i.effective_from <= p.d), 0) ELSE 1 END) AS rate
    FROM piece p CROSS JOIN LATERAL (SELECT DISTINCT ON (x.code) x.* FROM price x WHERE x.billed = p.billed AND x.part = 'tariff' AND x.effective_from <= p.d ORDER BY x.code, x.effective_from DESC) t
   WHERE t.body ->> 'per' <> 'once' AND t.body ->> 'charge' <> 'land'),
line AS (
  SELECT r.*, m.free_trade, m.n / 1000 AS n FROM rate r JOIN l USING (id) JOIN metre m USING (id) WHERE tariff ->> 'charge' = 'metre' AND tariff ->> 'kind' = l.kind
  UNION ALL SELECT r.*, o.free_trade, o.n FROM rate r JOIN node o ON o.id = r.id AND o.charge = r.tariff ->> 'charge'),
share AS (
  SELECT line.*, CASE WHEN tariff ->> 'charge' <> 'metre' THEN 0 ELSE
      coalesce((SELECT (s ->> 'off')::numeric FROM jsonb_array_elements(x.body -> 'volume') s WHERE (s ->> 'from')::numeric <= greatest(coalesce(v.metres, 0), floor(l.length_mm::numeric * l.quantity / 1000)) ORDER BY (s ->> 'from')::numeric DESC LIMIT 1), 0)
    + coalesce((SELECT (s ->> 'off')::numeric FROM jsonb_array_elements(x.body -> 'term') s WHERE l.agreed IS NOT NULL AND (l.since + make_interval(months => (s ->> 'from')::int))::date <= l.agreed ORDER BY (s ->> 'from')::int DESC LIMIT 1), 0) END AS off,
    coalesce((SELECT (fl.body ->> 'rate')::numeric FROM duct_price fl WHERE fl.tenant_id = $1 AND fl.part = 'floor' AND fl.effective_from <= line.d AND fl.body ->> 'kind' = line.tariff ->> 'kind' ORDER BY fl.effective_from DESC LIMIT 1), 0) AS floor
    FROM line JOIN l USING (id) LEFT JOIN volume v ON v.billed = line.billed AND v.operator_id = line.operator_id
    CROSS JOIN LATERAL (SELECT p.body FROM duct_price p WHERE p.tenant_id = $1 AND p.part = 'terms' AND p.effective_from <= line.d ORDER BY p.effective_from DESC LIMIT 1) x),
amount AS ( -- timed is what a lease is charged for its time, without what is left of a minimum term; ahead what is paid once for all of it
  SELECT id, operator_id, billed, free_trade, NOT rest AS timed, false AS ahead,
         round(rate * n * days / (of * CASE WHEN tariff ->> 'per' = 'year' THEN 12 ELSE 1 END))
       - round(least(round(rate * off / 10000), greatest(rate - floor, 0)) * n * days / (of * CASE WHEN tariff ->> 'per' = 'year' THEN 12 ELSE 1 END)) AS amount FROM share
  UNION ALL
  SELECT l.id, l.operator_id, date_trunc('month', l.f)::date, (SELECT 2 * coalesce(sum(n) FILTER (WHERE free_trade), 0) >= sum(n) FROM metre WHERE metre.id = l.id), false, false, (t.body ->> 'rate')::numeric FROM l CROSS JOIN bounds b
    CROSS JOIN LATERAL (SELECT DISTINCT ON (x.code) x.* FROM duct_price x WHERE x.tenant_id = $1 AND x.part = 'tariff' AND x.effective_from <= l.f ORDER BY x.code, x.effective_from DESC) t
   WHERE t.body ->> 'per' = 'once' AND t.body ->> 'charge' = 'order' AND l.renews IS NULL AND l.f >= b.a AND l.f < b.z
  UNION ALL
  SELECT l.id, l.operator_id, date_trunc('month', l.f)::date, o.free_trade, false, true, (t.body ->> 'rate')::numeric * o.n FROM l CROSS JOIN bounds b JOIN node o ON o.id = l.id
    CROSS JOIN LATERAL (SELECT DISTINCT ON (x.code) x.* FROM duct_price x WHERE x.tenant_id = $1 AND x.part = 'tariff' AND x.effective_from <= l.f ORDER BY x.code, x.effective_from DESC) t
   WHERE t.body ->> 'per' = 'once' AND t.body ->> 'charge' = o.charge AND l.renews IS NULL AND l.f >= b.a AND l.f < b.z)`

// aheadSQL is what was paid once for the time of leases, inside the free-trade area and outside, and what of it is left to be recognised
// after a day ($5): by the day to the end that was agreed on, or to that of the minimum term, and nothing once a lease is over. Its month is the lease's first.
const aheadSQL = rateSQL + `,
span AS (SELECT l.*, coalesce(l.agreed, (t.since + make_interval(months => (t.body ->> 'minimum_months')::int))::date) AS z, $5::date + 1 AS at FROM l JOIN terms t USING (id))
SELECT s.id::text, date '0001-01-01', sum(a.amount)::bigint, sum(a.amount - CASE WHEN s.at >= least(s.z, s.until) THEN a.amount ELSE round(a.amount * (s.at - s.f) / (s.z - s.f)) END)::bigint
  FROM span s JOIN (SELECT id, free_trade, sum(amount) AS amount FROM amount WHERE ahead GROUP BY 1, 2) a USING (id) GROUP BY 1 ORDER BY 1`

// billedSQL is what invoices say, and drafts by which nothing was to be paid, line by line.
const billedSQL = `
WITH billed AS (
  SELECT w.operator_id, to_date(split_part(i.source, ':', 2), 'YYYY-MM') AS month, l.ppn, l.amount, l.source FROM invoice i JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id
    JOIN invoice_line l ON l.tenant_id = i.tenant_id AND l.invoice_id = i.id WHERE i.tenant_id = $1 AND i.kind = 'invoice' AND i.source LIKE 'duct:%'
  UNION ALL
  SELECT w.operator_id, to_date(split_part(d.source, ':', 2), 'YYYY-MM'), c ->> 'ppn', (c ->> 'amount')::bigint, c -> 'source' FROM invoice_draft d JOIN duct_payer w ON w.tenant_id = d.tenant_id AND w.party_id = d.party_id
    CROSS JOIN LATERAL jsonb_array_elements(d.charges) c WHERE d.tenant_id = $1 AND d.closed_at IS NOT NULL AND d.source LIKE 'duct:%')`

// chargedSQL is what they say of what is leased.
const chargedSQL = billedSQL + `
SELECT operator_id::text, month, coalesce(sum(amount) FILTER (WHERE ppn = 'jasa-kpbpb'), 0)::bigint, coalesce(sum(amount) FILTER (WHERE ppn = 'jasa'), 0)::bigint FROM billed WHERE source ->> 'kind' = 'duct' GROUP BY 1, 2 ORDER BY 1, 2`

// letSQL is what damages let off each lease in each month, and in the end by credit notes (no month), from what people said of them ($5): for each full hour
// after the promised twelve half a percent of the month's fee of the lease, to all of it; decided between two months, it comes off the
// next as far as that charges the lease, and what is left is carried on.
const letSQL = rateSQL + `,
b AS (SELECT d.*, n AS nth FROM ROWS FROM (jsonb_to_recordset($5::jsonb) AS ("Damage" uuid, "Segment" text, "Reported" timestamptz, "Restored" timestamptz, "Decided" timestamptz)) WITH ORDINALITY d("Damage", "Segment", "Reported", "Restored", "Decided", n)),
hit AS ( -- whose unit lies in what was hit on the day of the report, as it is in the city
  SELECT b.nth, l.id, b."Decided" AS decided, date_trunc('month', (b."Reported" AT TIME ZONE 'Asia/Jakarta')::date)::date AS month, least(greatest(floor((extract(epoch FROM b."Restored" - b."Reported") - 12 * 3600) / 3600), 0) * 50, 10000) AS share
    FROM b CROSS JOIN l WHERE b."Decided" > '0002-01-01' AND l.since <= (b."Reported" AT TIME ZONE 'Asia/Jakarta')::date AND (l.until IS NULL OR l.until > (b."Reported" AT TIME ZONE 'Asia/Jakarta')::date)
     AND EXISTS (SELECT FROM way JOIN duct_segment k ON k.tenant_id = $1 AND k.id = way.segment_id WHERE way.id = l.id AND k.code = b."Segment")),
credit AS (
  SELECT hit.nth, hit.id, hit.decided, round((SELECT sum(a.amount) FROM amount a WHERE a.id = hit.id AND a.timed AND a.billed = hit.month) * hit.share / 10000) AS amount FROM hit WHERE hit.share > 0),
month AS (SELECT row_number() OVER (ORDER BY month) AS k, month, charged_at, lag(charged_at, 1, '-infinity') OVER (ORDER BY month) AS before FROM duct_bill_month WHERE tenant_id = $1),
flow AS (
  SELECT m.k, m.month, l.id, coalesce((SELECT sum(c.amount) FROM credit c WHERE c.id = l.id AND c.decided <= m.charged_at AND c.decided > m.before), 0) AS given, coalesce((SELECT sum(a.amount) FROM amount a WHERE a.id = l.id AND a.billed = m.month), 0) AS charge
    FROM month m CROSS JOIN l WHERE EXISTS (SELECT FROM credit c WHERE c.id = l.id)),
taken AS (
  SELECT k, month, id, least(given, charge) AS taken, given - least(given, charge) AS rest FROM flow WHERE k = 1
  UNION ALL SELECT f.k, f.month, f.id, least(t.rest + f.given, f.charge), t.rest + f.given - least(t.rest + f.given, f.charge) FROM taken t JOIN flow f ON f.id = t.id AND f.k = t.k + 1)
SELECT id::text, month, taken::bigint, 0::bigint FROM taken WHERE taken > 0
UNION ALL SELECT id::text, date '0001-01-01', rest::bigint, 0 FROM taken WHERE k = (SELECT max(k) FROM month) AND rest > 0 ORDER BY 1, 2`

// gaveSQL is what was taken off, on invoices and by the credit notes of leases that are over.
const gaveSQL = billedSQL + `
SELECT source ->> 'lease', month, -sum(amount)::bigint, 0::bigint FROM billed WHERE source ->> 'kind' = 'restitution' GROUP BY 1, 2
UNION ALL SELECT o.source ->> 'lease', date '0001-01-01', sum(l.amount)::bigint, 0 FROM invoice n JOIN duct_credit_note x ON x.tenant_id = n.tenant_id AND x.request_id::text = n.source JOIN invoice_line l ON l.tenant_id = n.tenant_id AND l.invoice_id = n.id
    JOIN invoice_line o ON o.tenant_id = n.tenant_id AND o.invoice_id = n.credits AND o.position = (l.source ->> 'line')::int WHERE n.tenant_id = $1 GROUP BY 1 ORDER BY 1, 2`

// lateSQL is what late fees should be: for each month, of what was open at its end without fees and without what a slip closes, for the
// days on which it was overdue, to a tenth of the invoice.
const lateSQL = `
WITH RECURSIVE m AS (SELECT i.id, i.total, i.due_on, g.m::date AS month, (g.m + interval '1 month')::date AS z, row_number() OVER (PARTITION BY i.id ORDER BY g.m) AS k
    FROM invoice i JOIN duct_payer w ON w.tenant_id = i.tenant_id AND w.party_id = i.party_id CROSS JOIN LATERAL generate_series(date_trunc('month', i.due_on + 1), $2::date, interval '1 month') g(m)
   WHERE i.tenant_id = $1 AND i.kind = 'invoice' AND w.operator_id IS NOT NULL),
base AS (SELECT m.*, (z - greatest(due_on + 1, month))::numeric AS days, extract(day FROM z - interval '1 day')::numeric AS of,
    (SELECT sum(amount) FROM invoice_entry e WHERE e.tenant_id = $1 AND e.invoice_id = m.id AND on_day < z)
  - greatest((SELECT withholdable FROM invoice WHERE tenant_id = $1 AND id = m.id) - (SELECT coalesce(-sum(amount), 0) FROM invoice_entry e WHERE e.tenant_id = $1 AND e.invoice_id = m.id AND kind = 'withheld' AND on_day < z), 0)
  - (SELECT coalesce(sum(amount), 0) FROM invoice_line x WHERE x.tenant_id = $1 AND x.invoice_id = m.id AND x.source ->> 'kind' = 'late') AS base FROM m WHERE due_on + 1 < z),
fee AS (
  SELECT id, k, greatest(least(round(greatest(base, 0) * 200 * days / (10000 * of)), round(total * 1000.0 / 10000)), 0) AS fee, round(total * 1000.0 / 10000) AS most FROM base WHERE k = 1
  UNION ALL SELECT b.id, b.k, f.fee + greatest(least(round(greatest(b.base, 0) * 200 * b.days / (10000 * b.of)), f.most - f.fee), 0), f.most FROM fee f JOIN base b ON b.id = f.id AND b.k = f.k + 1)
SELECT coalesce((SELECT sum(x.fee)::bigint FROM (SELECT DISTINCT ON (id) fee FROM fee ORDER BY id, k DESC) x), 0), (SELECT coalesce(sum(l.amount), 0)::bigint FROM invoice_line l WHERE l.tenant_id = $1 AND l.source ->> 'kind' = 'late')`

// sums reads rows of an operator, a month, and what is owed inside the free-trade area and outside.
func (y *world) sums(sql string, args ...any) map[string][2]money.Rupiah {
	y.t.Helper()
	rows, err := y.raw.Query(y.t.Context(), sql, args...)
	y.must(err)
	out := map[string][2]money.Rupiah{}
	for rows.Next() {
		var who string
		var month time.Time
		var in, outside int64
		y.must(rows.Scan(&who, &month, &in, &outside))
		out[who+" "+month.Format("2006-01")] = [2]money.Rupiah{money.Rupiah(in), money.Rupiah(outside)}
	}
	y.must(rows.Err())
	return out
}

// days are those of the leases as people said them.
func (y *world) days() string {
	y.t.Helper()
	late, ended, renewed := 0, 0, 0
	for _, d := range y.made.Days {
		if d.Accepted.After(d.Since) {
			late++
		}
		if d.Renews != nil {
			renewed++
		}
		if d.Until != nil && d.Ended != nil {
			ended++
		}
	}
	if len(y.made.Days) != y.made.Leases || late < 3 || ended == 0 || renewed < 4 {
		y.t.Errorf("%d leases of %d, %d of them accepted late, %d ended before their agreed day and %d renewals", len(y.made.Days), y.made.Leases, late, ended, renewed)
	}
	raw, err := json.Marshal(y.made.Days)
	y.must(err)
	return string(raw)
}

// TestTwoYearsBalance: every operator's every month is what leases and prices come to, every tax and every fee what the rules say, and
// the books of all of them balance to the rupiah.
func TestTwoYearsBalance(t *testing.T) {
	t.Parallel()
	y := newWorld(t)
	if len(y.made.Operators) != 8 || y.made.Leases < 20 || y.made.Invoices < 150 {
		t.Fatalf("these are no two years: %+v", y.made)
	}
	tenant := y.w.Batam.ID
	want, found := y.sums(owedSQL, tenant, y.made.First, y.made.Last, y.days()), y.sums(chargedSQL, tenant)
	wrong := 0
	for key, w := range want {
		if w != found[key] {
			wrong++
			t.Errorf("%s: %v is invoiced, %v is owed", key, found[key], w)
		}
	}
	outside := 0
	for key, f := range found {
		if _, ok := want[key]; !ok {
			t.Errorf("%s: %v is invoiced and nothing is owed", key, f)
		}
		if f[1] > 0 {
			outside++
		}
	}
	if len(want) < 150 || outside == 0 {
		t.Errorf("%d months of operators, %d with ground outside the free-trade area", len(want), outside)
	}
	y.letOff(y.days())
	var fees, charged int64
	y.must(y.raw.QueryRow(t.Context(), lateSQL, tenant, y.made.Last).Scan(&fees, &charged))
	if fees == 0 || fees != charged {
		t.Errorf("late fees are %v by the rules and %v on invoices", money.Rupiah(fees), money.Rupiah(charged))
	}
	t.Logf("%d months of operators to the rupiah, %d of them in part outside the free-trade area; late fees %v", len(want)-wrong, outside, money.Rupiah(fees))
	y.taxed()
	y.balanced()
	y.repaid()
	y.deferred(y.days())
	y.guaranteed()
	y.pledged()
}

// pledged: what is asked of each lease that runs is held, but of who leaves invoices open, and none is missed; what was held of leases that are
// over went back, but for those that have just ended.
func (y *world) pledged() {
	y.t.Helper()
	for i, operator := range y.made.Operators {
		var running, asked, short int
		y.must(y.raw.QueryRow(y.t.Context(), `SELECT count(*), count(d.lease_id), count(*) FILTER (WHERE d.amount > h.held)
			FROM duct_lease l LEFT JOIN duct_deposit d ON d.tenant_id = l.tenant_id AND d.lease_id = l.id
			CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN e.kind IN ('received', 'taken_over') THEN e.amount ELSE -e.amount END), 0) AS held FROM duct_deposit_entry e WHERE e.tenant_id = l.tenant_id AND e.lease_id = l.id) h
			WHERE l.tenant_id = $1 AND l.operator_id = $2 AND l.state = 'active' AND l.until IS NULL`, y.w.Batam.ID, operator).Scan(&running, &asked, &short))
		if running > asked || (short > 0) != (i == 7) {
			y.t.Errorf("operator %d: of %d leases that go on %d are asked for a deposit, and %d have less than was asked", i, running, asked, short)
		}
	}
	var back, kept int
	y.must(y.raw.QueryRow(y.t.Context(), `SELECT count(*) FILTER (WHERE h.held = 0), count(*) FILTER (WHERE h.held <> 0)
		FROM duct_lease l JOIN LATERAL (SELECT sum(CASE WHEN e.kind IN ('received', 'taken_over') THEN e.amount ELSE -e.amount END) AS held FROM duct_deposit_entry e WHERE e.tenant_id = l.tenant_id AND e.lease_id = l.id HAVING count(*) > 0) h ON true
		WHERE l.tenant_id = $1 AND l.until < $2`, y.w.Batam.ID, y.made.Last).Scan(&back, &kept))
	if back < 5 || kept != 0 {
		y.t.Errorf("of leases that are over %d deposits went back, and %d are held", back, kept)
	}
}
