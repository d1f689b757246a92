package year_test

import (
	"time"

	"bedelau/internal/kernel/money"
)

// recomputeSQL is what every city owes before tax for the months from $1 to $2 by the events that were told before $3, from
// nothing but events, subscriptions and the price list: the days of each subscription, those of a trial apart; each component by
// its kind, and by days where its meter does not add up; what is paid once not again after a pause, nor when the city itself stays on the plan with other add-ons; a year where it begins, less what was not used of it where it ends, of what credit notes have left of it; then what is topped up and let off.
const recomputeSQL = `
WITH part AS (
  SELECT s.tenant_id AS city, t.timezone AS zone, s.id, s.plan, s.version, s.addons, s.coupon, s.ends_on, coalesce(s.trial_ends_on, s.starts_on) AS paid_from,
         p.f, p.l, (p.l - p.f + 1)::numeric AS days, extract(day FROM m.m + interval '1 month - 1 day')::numeric AS of,
         s.trial_ends_on IS NOT NULL AND p.f < s.trial_ends_on AS free
    FROM generate_series($1::date, $2::date, interval '1 month') m(m)
    JOIN subscription s ON s.withdrawn_at IS NULL
    JOIN tenant t ON t.id = s.tenant_id
    CROSS JOIN LATERAL (SELECT greatest(s.starts_on, m.m::date) AS f, least(coalesce(s.ends_on, 'infinity'), (m.m + interval '1 month')::date) - 1 AS l) w
    CROSS JOIN LATERAL (
      SELECT w.f, CASE WHEN s.trial_ends_on > w.f AND s.trial_ends_on <= w.l THEN s.trial_ends_on - 1 ELSE w.l END AS l
      UNION ALL SELECT s.trial_ends_on, w.l WHERE s.trial_ends_on > w.f AND s.trial_ends_on <= w.l) p
   WHERE w.f <= w.l),
counted AS (
  SELECT part.*, c.c, c.n, coalesce((c.c->>'price')::numeric, 0) * CASE WHEN (c.c->>'optional')::boolean THEN coalesce((addons->>(c.c->>'code'))::numeric, 0) ELSE 1 END AS price,
         CASE WHEN k.adds THEN 1 ELSE days END AS by, CASE WHEN k.adds THEN 1 ELSE of END AS per,
         greatest(coalesce(u.used, 0) - ceil(coalesce((c.c->>'included')::numeric, 0) * CASE WHEN k.adds THEN days / of ELSE 1 END), 0) AS over
    FROM part JOIN plan_version v ON v.plan = part.plan AND v.version = part.version
    CROSS JOIN LATERAL jsonb_array_elements(v.components) WITH ORDINALITY c(c, n)
    CROSS JOIN LATERAL (SELECT NOT EXISTS (SELECT FROM meter m WHERE m.code = c.c->>'meter' AND m.aggregation IN ('max', 'latest', 'unique')) AS adds) k
    LEFT JOIN LATERAL (
      SELECT ceil(CASE m.aggregation WHEN 'count' THEN count(*) WHEN 'sum' THEN sum(e.quantity) WHEN 'max' THEN max(e.quantity) WHEN 'unique' THEN count(DISTINCT e.subject)
                  ELSE (array_agg(e.quantity ORDER BY e.time DESC, e.quantity DESC))[1] END / m.scale::numeric) AS used
        FROM meter m JOIN usage_event e ON e.type = m.type AND e.tenant_id = part.city
             AND e.time >= part.f::timestamp AT TIME ZONE part.zone AND e.time < (part.l + 1)::timestamp AT TIME ZONE part.zone
        LEFT JOIN year_told told ON told.city = e.tenant_id AND told.id = e.id
       WHERE m.code = c.c->>'meter' AND coalesce(told.at, e.time) < $3 GROUP BY m.aggregation, m.scale) u ON true),
priced AS (
  SELECT *, CASE
      WHEN c->>'every' = 'year' THEN
        CASE WHEN EXISTS (SELECT FROM generate_series(0, 9) g WHERE (paid_from + make_interval(years => g))::date BETWEEN f AND l) THEN price ELSE 0 END
        - coalesce((SELECT round((price - coalesce((SELECT sum(k.amount) FROM invoice_line o JOIN invoice n ON n.credits = o.invoice_id JOIN invoice_line k ON k.invoice_id = n.id AND k.source->>'line' = o.position::text
              WHERE o.source->>'subscription' = counted.id::text AND o.source->>'component' = c->>'code' AND o.source->>'kind' = 'flat' AND k.source->>'closing' IS NULL), 0)) * (y.until - ends_on) / (y.until - y.since)) FROM (SELECT (paid_from + make_interval(years => g))::date AS since, (paid_from + make_interval(years => g + 1))::date AS until FROM generate_series(0, 9) g) y
            WHERE NOT free AND ends_on - 1 BETWEEN f AND l AND ends_on - 1 >= y.since AND ends_on < y.until), 0)
      WHEN c->>'kind' = 'flat' THEN round(price * days / of)
      WHEN c->>'kind' = 'once' THEN CASE WHEN paid_from BETWEEN f AND l AND NOT EXISTS (SELECT FROM subscription b WHERE b.tenant_id = counted.city
        AND b.withdrawn_at IS NULL AND b.plan = counted.plan AND (b.ended_as = 'paused' AND b.ends_on <= counted.paid_from
          OR b.ended_as = 'moved' AND b.ends_on = counted.paid_from AND EXISTS (SELECT FROM subscription_order o WHERE o.tenant_id = b.tenant_id AND o.subscription_id = counted.id))) THEN price ELSE 0 END
      WHEN c->>'kind' = 'unit' THEN round(price * over * by / per)
      WHEN c->>'kind' = 'package' THEN round(price * ceil(over / (c->>'size')::numeric) * by / per)
      WHEN c->>'kind' = 'volume' THEN round(by * over * (SELECT (t->>'price')::numeric FROM jsonb_array_elements(c->'tiers') WITH ORDINALITY a(t, k)
          WHERE over <= coalesce((t->>'up_to')::numeric, 'infinity') ORDER BY k LIMIT 1) / per)
      WHEN c->>'kind' = 'tiered' THEN (SELECT round(by * coalesce(sum((t.t->>'price')::numeric * greatest(least(over, coalesce((t.t->>'up_to')::numeric, 'infinity')) - t.below, 0)), 0) / per)
          FROM (SELECT t, coalesce(lag((t->>'up_to')::numeric) OVER (ORDER BY k), 0) AS below FROM jsonb_array_elements(c->'tiers') WITH ORDINALITY a(t, k)) t)
      ELSE 0 END AS amount
    FROM counted),
topped AS (
  SELECT priced.*, CASE WHEN c->>'kind' = 'minimum' THEN greatest(round(price * days / of) - sum(CASE WHEN c->>'every' = 'year' THEN round(price * days / (12 * of)) ELSE amount END) OVER (PARTITION BY id, f ORDER BY n), 0) ELSE amount END AS due FROM priced),
summed AS (
  SELECT city, f, days, of, free, coupon, sum(due) AS plain,
         sum(greatest(due, 0)) FILTER (WHERE c->>'every' IS NULL AND (coupon->'only' IS NULL OR coupon->'only' ? (c->>'code'))) AS base FROM topped GROUP BY city, id, f, days, of, free, coupon),
let AS (
  SELECT *, CASE WHEN coupon IS NULL OR f < (coupon->>'from')::date OR f >= coalesce((coupon->>'until')::date, 'infinity') THEN 0
      WHEN coupon->>'percent' IS NOT NULL THEN round(base * (coupon->>'percent')::numeric / 100)
      ELSE least(round((coupon->>'amount')::numeric * days / of), base) END AS off FROM summed)
SELECT city::text, sum(plain - off) FILTER (WHERE NOT free)::bigint FROM let GROUP BY city HAVING sum(plain - off) FILTER (WHERE NOT free) IS NOT NULL`

// owed is what each city owes before tax for the months of the year up to one, as it was known when that was closed.
func (y *world) owed(last, closed time.Time) map[string]money.Rupiah {
	y.t.Helper()
	rows, err := y.raw.Query(y.t.Context(), recomputeSQL, day(2026, 1, 1), last, closed)
	y.must(err)
	out := map[string]money.Rupiah{}
	for rows.Next() {
		var id string
		var sum int64
		y.must(rows.Scan(&id, &sum))
		for _, c := range y.order {
			if c.ID.String() == id {
				out[c.Slug] = money.Rupiah(sum)
			}
		}
	}
	y.must(rows.Err())
	return out
}

// taxSQL is what the law makes of an amount before tax: PPN of 12 % on 11/12 of it (PMK 131/2024), which a government treasurer
// keeps back above two million with its tax (PMK 59/2022), none in the free-trade area; and PPh 23 of 2 %, kept back.
const taxSQL = `
SELECT CASE WHEN $2 THEN 0 ELSE ppn END::bigint, (CASE WHEN $2 OR $1 + ppn <= 2000000 THEN 0 ELSE ppn END + pph)::bigint
  FROM (SELECT round(round($1::numeric * 11 / 12) * 12 / 100) AS ppn, round($1::numeric * 2 / 100) AS pph) t`

// taxed is the tax on an amount, and what a city may keep back of the two.
func (y *world) taxed(c *city, net money.Rupiah) (tax, kept money.Rupiah) {
	y.t.Helper()
	free := c.Slug == "batam" || c.Slug == "sabang"
	y.must(y.raw.QueryRow(y.t.Context(), taxSQL, int64(net), free).Scan((*int64)(&tax), (*int64)(&kept)))
	return tax, kept
}
