package metering

// What the roll-ups must keep of each type, from the meters that read it.
const needsSQL = `(SELECT type, bool_or(aggregation IN ('unique', 'weighted')) AS subjects, bool_or(aggregation IN ('latest', 'weighted')) AS latest
    FROM meter GROUP BY type)`

// sumSQL adds without ever failing: what is above the largest number counts as that, in whatever order it was added.
// Else one absurd quantity would stop a city's roll-ups for good.
func sumSQL(column string) string { return "least(sum(" + column + "), 9223372036854775807)::bigint" }

// hoursSQL turns the events of the hours in a relation "hours" (tenant_id, hour, ends) into rows of usage_hour. It is
// the one definition of a roll-up: the job writes it, readers use it for hours that the job has not reached, and
// verification compares with it. A tie for the latest goes to the larger quantity, so that the answer does not depend
// on the order of events. Its two arguments span all the hours: constants let the planner leave out the partitions of
// other months. OFFSET 0 holds it to one range of the index per hour, where it would pair all hours with all events.
var hoursSQL = `
SELECT h.tenant_id, h.hour, e.type, e.agency, e.service, e.channel, CASE WHEN n.subjects THEN e.subject ELSE '' END AS subject,
       coalesce(e.taken, '-infinity') AS taken, count(*) AS events, ` + sumSQL("e.quantity") + ` AS total, max(e.quantity) AS peak,
       max(ARRAY[(extract(epoch FROM e.time) * 1000000)::bigint, e.quantity]) FILTER (WHERE n.latest) AS latest
  FROM hours h
  JOIN LATERAL (SELECT type, agency, service, channel, subject, quantity, time, taken FROM usage_event
         WHERE tenant_id = h.tenant_id AND time >= h.hour AND time < h.ends
           AND time >= ?::timestamptz AND time < ?::timestamptz OFFSET 0) e ON true
  LEFT JOIN ` + needsSQL + ` n ON n.type = e.type
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`

// daySQL is the day of UTC in which an hour is.
func daySQL(hour string) string { return "date_bin('24 hours', " + hour + ", '2000-01-01 00:00+00')" }

// daysSQL turns rows of usage_hour into rows of usage_day.
var daysSQL = `
SELECT u.tenant_id, ` + daySQL("u.hour") + ` AS day, u.type, u.agency, u.service, u.channel, u.subject, u.taken,
       ` + sumSQL("u.events") + ` AS events, ` + sumSQL("u.total") + ` AS total, max(u.peak) AS peak, max(u.latest) AS latest
  FROM %s u GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`

// partsSQL opens a reading of the given windows by dimension: roll-ups of the whole days and of the hours beside them, and
// events of the hours that were touched since. One statement sees one moment, so an hour is never read twice or not at all.
// Of corrections it reads those that months before a window's bound have taken. Days and hours are looked up one by one
// (OFFSET 0), so that the cost is the window's, however many other cities the tables hold.
var partsSQL = windowsSQL + `, fine AS (SELECT * FROM windows)` + fineSQL + `, parts AS (` + finePartsSQL + `)`

// monthPartsSQL is partsSQL without dimensions. A window that is a month of the city is read from its roll-up, of which the
// old roll-ups of touched hours are taken away: their events are read anew. A peak and the latest value need no taking away,
// since events are never fewer.
var monthPartsSQL = windowsSQL + `, monthly AS MATERIALIZED (
    SELECT * FROM windows w
     WHERE EXISTS (SELECT FROM usage_month m WHERE m.tenant_id = w.tenant_id AND m.starts = w.starts AND m.ends = w.ends)
), fine AS (
    SELECT * FROM windows w WHERE NOT EXISTS (SELECT FROM monthly m WHERE m.tenant_id = w.tenant_id)
)` + fineSQL + `, parts AS (
    SELECT w.tenant_id, u.type, '' AS agency, '' AS service, '' AS channel, u.subject, u.events, u.total, u.peak, u.latest
      FROM monthly w JOIN LATERAL (SELECT * FROM usage_month WHERE tenant_id = w.tenant_id AND starts = w.starts AND ends = w.ends OFFSET 0) u
        ON u.taken < w.bound
    UNION ALL
    SELECT t.tenant_id, u.type, '', '', '', u.subject, -u.events, -u.total, NULL, NULL
      FROM monthly w JOIN touched t ON t.tenant_id = w.tenant_id
      JOIN LATERAL (SELECT * FROM usage_hour WHERE tenant_id = t.tenant_id AND hour = t.hour OFFSET 0) u ON u.taken < t.bound
    UNION ALL` + finePartsSQL + `)`

// The pieces of both. A city stands in one window at most.
var (
	windowsSQL = `
WITH windows AS MATERIALIZED (
    SELECT * FROM unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::bigint[]) AS w(tenant_id, starts, ends, bound, whole)
), touched AS MATERIALIZED (
    SELECT DISTINCT t.tenant_id, t.hour, t.hour + interval '1 hour' AS ends, w.bound
      FROM windows w JOIN usage_touch t ON t.tenant_id = w.tenant_id AND t.hour >= w.starts AND t.hour < w.ends
)`
	fineSQL = `, days AS MATERIALIZED (
    SELECT w.tenant_id, d.day, w.bound
      FROM fine w, generate_series(` + daySQL("w.starts + interval '23 hours'") + `, w.ends - interval '24 hours', interval '24 hours') AS d(day)
     WHERE NOT EXISTS (SELECT FROM touched t WHERE t.tenant_id = w.tenant_id AND ` + daySQL("t.hour") + ` = d.day)
), beside AS MATERIALIZED (
    SELECT w.tenant_id, h.hour, w.bound
      FROM fine w, generate_series(w.starts, w.ends - interval '1 hour', interval '1 hour') AS h(hour)
     WHERE NOT EXISTS (SELECT FROM days d WHERE d.tenant_id = w.tenant_id AND d.day = ` + daySQL("h.hour") + `)
       AND NOT EXISTS (SELECT FROM touched t WHERE t.tenant_id = w.tenant_id AND t.hour = h.hour)
), hours AS (
    SELECT tenant_id, hour, ends FROM touched
)`
	finePartsSQL = `
    SELECT d.tenant_id, u.type, u.agency, u.service, u.channel, u.subject, u.events, u.total, u.peak, u.latest
      FROM days d JOIN LATERAL (SELECT * FROM usage_day WHERE tenant_id = d.tenant_id AND day = d.day OFFSET 0) u ON u.taken < d.bound
    UNION ALL
    SELECT h.tenant_id, u.type, u.agency, u.service, u.channel, u.subject, u.events, u.total, u.peak, u.latest
      FROM beside h JOIN LATERAL (SELECT * FROM usage_hour WHERE tenant_id = h.tenant_id AND hour = h.hour OFFSET 0) u ON u.taken < h.bound
    UNION ALL
    SELECT l.tenant_id, l.type, l.agency, l.service, l.channel, l.subject, l.events, l.total, l.peak, l.latest
      FROM (` + hoursSQL + `) l JOIN touched t ON t.tenant_id = l.tenant_id AND t.hour = l.hour WHERE l.taken < t.bound
`
)

// quantitySQL is what a meter makes of the groups of a reading, in its own unit, of which a started one counts.
var quantitySQL = `CASE m.aggregation
        WHEN 'count' THEN ` + sumSQL("g.events") + `
        WHEN 'sum' THEN ` + sumSQL("g.total") + `
        WHEN 'max' THEN max(g.peak)
        WHEN 'latest' THEN (max(g.latest))[2]
        ELSE count(DISTINCT g.subject) FILTER (WHERE m.aggregation = 'unique')
    END`

// scaled is a quantity in the meter's unit.
func scaled(quantity string) string {
	return "((" + quantity + ") / m.scale + CASE WHEN (" + quantity + ") % m.scale > 0 THEN 1 ELSE 0 END)::bigint"
}

// totalsSQL reads one figure per city and meter. The thousands of parts are grouped before they meet the meters,
// because a distinct count sorts whatever reaches it.
var totalsSQL = monthPartsSQL + levelsSQL + `, groups AS (
    SELECT tenant_id, type, subject, sum(events) AS events, sum(total) AS total, max(peak) AS peak, max(latest) AS latest
      FROM parts GROUP BY tenant_id, type, subject
), figures AS (
    SELECT g.tenant_id, m.code, m.scale, ` + quantitySQL + ` AS quantity
      FROM groups g JOIN meter m ON m.type = g.type AND m.aggregation <> 'weighted'
     GROUP BY g.tenant_id, m.code, m.aggregation, m.scale
    UNION ALL
    SELECT g.tenant_id, m.code, m.scale, ` + meanSQL + `
      FROM spans g JOIN meter m ON m.type = g.type AND m.aggregation = 'weighted'
     GROUP BY g.tenant_id, m.code, m.scale, g.whole
)
SELECT m.tenant_id, m.code AS meter, '' AS dimension, '' AS code, ` + scaled("m.quantity") + ` AS quantity FROM figures m`

// sharesSQL reads the totals and how they divide by each dimension, largest first and what has none of it last.
var sharesSQL = partsSQL + levelsSQL + `, groups AS (
    SELECT tenant_id, type, agency, service, channel, subject,
           sum(events) AS events, sum(total) AS total, max(peak) AS peak, max(latest) AS latest
      FROM parts GROUP BY tenant_id, type, agency, service, channel, subject
), figures AS (
    SELECT g.tenant_id, m.code AS meter, m.scale,
           CASE GROUPING(g.agency, g.service, g.channel) WHEN 3 THEN 'agency' WHEN 5 THEN 'service' WHEN 6 THEN 'channel' ELSE '' END AS dimension,
           coalesce(g.agency, g.service, g.channel, '') AS code, ` + quantitySQL + ` AS quantity
      FROM groups g JOIN meter m ON m.type = g.type AND m.aggregation <> 'weighted'
     GROUP BY GROUPING SETS ((g.tenant_id, m.code, m.aggregation, m.scale), (g.tenant_id, m.code, m.aggregation, m.scale, g.agency),
                             (g.tenant_id, m.code, m.aggregation, m.scale, g.service), (g.tenant_id, m.code, m.aggregation, m.scale, g.channel))
    UNION ALL
    SELECT g.tenant_id, m.code, m.scale,
           CASE GROUPING(g.agency, g.service, g.channel) WHEN 3 THEN 'agency' WHEN 5 THEN 'service' WHEN 6 THEN 'channel' ELSE '' END,
           coalesce(g.agency, g.service, g.channel, ''), ` + meanSQL + `
      FROM spans g JOIN meter m ON m.type = g.type AND m.aggregation = 'weighted'
     GROUP BY GROUPING SETS ((g.tenant_id, m.code, m.scale, g.whole), (g.tenant_id, m.code, m.scale, g.whole, g.agency),
                             (g.tenant_id, m.code, m.scale, g.whole, g.service), (g.tenant_id, m.code, m.scale, g.whole, g.channel))
)
SELECT m.tenant_id, m.meter, m.dimension, m.code, ` + scaled("m.quantity") + ` AS quantity
  FROM figures m ORDER BY m.meter, m.dimension, m.code = '', m.quantity DESC, m.code`
