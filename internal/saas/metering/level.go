package metering

import "time"

// A meter that is weighted by time reads events that tell a level: so much is stored, so many segments there are. Each series of them
// (one subject of an agency, a service and a channel) stands at the level that it was told last, until it is told another, and the levels
// of all series add up. An hour counts with the level at its end; the mean over the hours of a window is the quantity. What has not
// been told yet counts nothing, and so does what was not told again for levelStands: its producer has fallen silent, or what it
// measured is no more. Of a month that is still running the mean is what it comes to if nothing is told any more.

// levelStands is for how long a level is believed. It bounds how far back a reading has to look, and how many months a late
// event can change.
const levelStands = 35 * 24 * time.Hour

const levelStandsSQL = "interval '840 hours'"

// levelsSQL goes on from the relation "windows" with "spans": how long which level of which series stood within a window. It reads
// the hours in which a level was told, from roll-ups and, where they were touched since, from events. Its two arguments span all
// the hours, beginning levelStands before the windows, for the partitions.
const levelsSQL = `, stale AS MATERIALIZED (
    SELECT DISTINCT t.tenant_id, t.hour
      FROM windows w JOIN usage_touch t ON t.tenant_id = w.tenant_id AND t.hour >= w.starts - ` + levelStandsSQL + ` AND t.hour < w.ends
), levels AS (
    SELECT w.tenant_id, u.type, u.agency, u.service, u.channel, u.subject, u.hour, max(u.latest) AS latest
      FROM windows w CROSS JOIN (SELECT DISTINCT type FROM meter WHERE aggregation = 'weighted') n
      JOIN LATERAL (SELECT * FROM usage_hour WHERE tenant_id = w.tenant_id AND type = n.type AND latest IS NOT NULL
             AND hour >= w.starts - ` + levelStandsSQL + ` AND hour < w.ends OFFSET 0) u ON u.taken < w.bound
     WHERE NOT EXISTS (SELECT FROM stale s WHERE s.tenant_id = w.tenant_id AND s.hour = u.hour)
     GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT w.tenant_id, e.type, e.agency, e.service, e.channel, e.subject, s.hour, max(ARRAY[(extract(epoch FROM e.time) * 1000000)::bigint, e.quantity])
      FROM stale s JOIN windows w ON w.tenant_id = s.tenant_id
      JOIN LATERAL (SELECT type, agency, service, channel, subject, quantity, time, taken FROM usage_event
             WHERE tenant_id = s.tenant_id AND time >= s.hour AND time < s.hour + interval '1 hour'
               AND time >= ?::timestamptz AND time < ?::timestamptz OFFSET 0) e ON coalesce(e.taken, '-infinity') < w.bound
     WHERE e.type IN (SELECT type FROM meter WHERE aggregation = 'weighted')
     GROUP BY 1, 2, 3, 4, 5, 6, 7
), spans AS (
    SELECT * FROM (
        SELECT l.tenant_id, l.type, l.agency, l.service, l.channel, l.latest[2] AS level, w.whole, greatest(l.hour, w.starts) AS since,
               least(lead(l.hour) OVER (PARTITION BY l.tenant_id, l.type, l.agency, l.service, l.channel, l.subject ORDER BY l.hour),
                     l.hour + ` + levelStandsSQL + `, w.ends) AS until
          FROM levels l JOIN windows w ON w.tenant_id = l.tenant_id) s
     WHERE until > since
)`

// meanSQL is what spans "g" come to over the whole hours by which they are divided. A begun unit counts.
const meanSQL = "least(ceil(sum(g.level * extract(epoch FROM g.until - g.since) / 3600) / g.whole), 9223372036854775807)::bigint"

// levelSeriesSQL is querySQL for a meter that is weighted by time. A step has a point when a level stood in it.
var levelSeriesSQL = `
WITH windows AS MATERIALIZED (
    SELECT ?::uuid AS tenant_id, ?::timestamptz AS starts, ?::timestamptz AS ends, 'infinity'::timestamptz AS bound, ?::bigint AS whole
)` + levelsSQL + `, asked AS (
    SELECT CASE ? WHEN 'agency' THEN agency WHEN 'service' THEN service WHEN 'channel' THEN channel ELSE '' END AS code, level, since, until, whole
      FROM spans WHERE type = ? AND (? = '' OR agency = ?) AND (? = '' OR service = ?) AND (? = '' OR channel = ?)
), steps AS MATERIALIZED (
    SELECT g AT TIME ZONE z.zone AS at, greatest(g AT TIME ZONE z.zone, w.starts) AS starts, least((g + z.each) AT TIME ZONE z.zone, w.ends) AS ends
      FROM windows w CROSS JOIN (SELECT ? AS zone, ('1 ' || ?)::interval AS each, ? AS step) z
      CROSS JOIN LATERAL generate_series(date_trunc(z.step, w.starts AT TIME ZONE z.zone), w.ends AT TIME ZONE z.zone - interval '1 hour', z.each) g
     WHERE ? <> ''
), parts AS (
    SELECT NULL::timestamptz AS at, false AS stepped, code, level, since, until, whole FROM asked
    UNION ALL
    SELECT s.at, true, a.code, a.level, greatest(a.since, s.starts), least(a.until, s.ends), (extract(epoch FROM s.ends - s.starts) / 3600)::bigint
      FROM steps s JOIN asked a ON a.since < s.ends AND a.until > s.starts
), figures AS (
    SELECT g.at, g.stepped, g.code, GROUPING(g.code) = 0 AS shared, m.scale, ` + meanSQL + ` AS quantity
      FROM parts g JOIN meter m ON m.code = ?
     GROUP BY GROUPING SETS ((g.at, g.stepped, g.whole, m.scale), (g.at, g.stepped, g.whole, m.scale, g.code))
)
SELECT m.at, m.stepped, coalesce(m.code, '') AS code, m.shared, ` + scaled("m.quantity") + ` AS quantity
  FROM figures m ORDER BY m.at, coalesce(m.code, '') = '', quantity DESC, code`

// levelSeries are the arguments of levelSeriesSQL for a question about m.
func (q Query) levelSeries(m Meter, id any, zone string) []any {
	step := string(q.Step)
	each := step
	if each == "" {
		each = string(ByMonth) // no step is made of it
	}
	return []any{id, q.From, q.To, hoursIn(q.From, q.To), q.From.Add(-levelStands), q.To, string(q.By), m.Type,
		q.Agency, q.Agency, q.Service, q.Service, q.Channel, q.Channel, zone, each, each, step, m.Code}
}

// hoursIn is how many hours a window of full hours has.
func hoursIn(from, to time.Time) int64 { return int64(to.Sub(from) / time.Hour) }
