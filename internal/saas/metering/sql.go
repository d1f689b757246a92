package metering

// What the roll-ups must keep of each type, from the meters that read it.
const needsSQL = `(SELECT type, bool_or(aggregation = 'unique') AS subjects, bool_or(aggregation = 'latest') AS latest
    FROM meter GROUP BY type)`

// hoursSQL turns the events of the hours in a relation "hours" (tenant_id, hour, ends) into rows of usage_hour. It is
// the one definition of a roll-up: the job writes it, readers use it for hours that the job has not reached, and
// verification compares with it. A tie for the latest goes to the larger quantity, so that the answer does not depend
// on the order of events. Its two arguments span all the hours: constants let the planner leave out the partitions of
// other months. OFFSET 0 holds it to one range of the index per hour, where it would pair all hours with all events.
const hoursSQL = `
SELECT h.tenant_id, h.hour, e.type, e.agency, e.service, e.channel, CASE WHEN n.subjects THEN e.subject ELSE '' END AS subject,
       count(*) AS events, sum(e.quantity)::bigint AS total, max(e.quantity) AS peak,
       max(ARRAY[(extract(epoch FROM e.time) * 1000000)::bigint, e.quantity]) FILTER (WHERE n.latest) AS latest
  FROM hours h
  JOIN LATERAL (SELECT type, agency, service, channel, subject, quantity, time FROM usage_event
         WHERE tenant_id = h.tenant_id AND time >= h.hour AND time < h.ends
           AND time >= ?::timestamptz AND time < ?::timestamptz OFFSET 0) e ON true
  LEFT JOIN ` + needsSQL + ` n ON n.type = e.type
 GROUP BY 1, 2, 3, 4, 5, 6, 7`

// partsSQL opens a reading of the given windows: roll-ups of the hours that are whole, events of those that were
// touched since. One statement sees one moment, so an hour is never read twice or not at all.
const partsSQL = `
WITH windows AS MATERIALIZED (
    SELECT * FROM unnest(?::uuid[], ?::timestamptz[], ?::timestamptz[]) AS w(tenant_id, starts, ends)
), hours AS MATERIALIZED (
    SELECT DISTINCT t.tenant_id, t.hour, t.hour + interval '1 hour' AS ends
      FROM windows w JOIN usage_touch t ON t.tenant_id = w.tenant_id AND t.hour >= w.starts AND t.hour < w.ends
), parts AS (
    SELECT u.tenant_id, u.type, u.agency, u.service, u.channel, u.subject, u.events, u.total, u.peak, u.latest
      FROM windows w JOIN usage_hour u ON u.tenant_id = w.tenant_id AND u.hour >= w.starts AND u.hour < w.ends
     WHERE (u.tenant_id, u.hour) NOT IN (SELECT tenant_id, hour FROM hours)
    UNION ALL
    SELECT tenant_id, type, agency, service, channel, subject, events, total, peak, latest
      FROM (` + hoursSQL + `) live
)`

// quantitySQL is what a meter makes of the groups of a reading.
const quantitySQL = `CASE m.aggregation
        WHEN 'count' THEN sum(g.events)
        WHEN 'sum' THEN sum(g.total)
        WHEN 'max' THEN max(g.peak)
        WHEN 'latest' THEN (max(g.latest))[2]
        ELSE count(DISTINCT g.subject) FILTER (WHERE m.aggregation = 'unique')
    END::bigint AS quantity`

// totalsSQL reads one figure per city and meter. The thousands of parts are grouped before they meet the meters,
// because a distinct count sorts whatever reaches it.
const totalsSQL = partsSQL + `, groups AS (
    SELECT tenant_id, type, subject, sum(events) AS events, sum(total) AS total, max(peak) AS peak, max(latest) AS latest
      FROM parts GROUP BY tenant_id, type, subject
)
SELECT g.tenant_id, m.code AS meter, '' AS dimension, '' AS code, ` + quantitySQL + `
  FROM groups g JOIN meter m ON m.type = g.type
 GROUP BY g.tenant_id, m.code, m.aggregation`

// sharesSQL reads the totals and how they divide by each dimension, largest first and what has none of it last.
const sharesSQL = partsSQL + `, groups AS (
    SELECT tenant_id, type, agency, service, channel, subject,
           sum(events) AS events, sum(total) AS total, max(peak) AS peak, max(latest) AS latest
      FROM parts GROUP BY tenant_id, type, agency, service, channel, subject
)
SELECT * FROM (
SELECT g.tenant_id, m.code AS meter,
       CASE GROUPING(g.agency, g.service, g.channel) WHEN 3 THEN 'agency' WHEN 5 THEN 'service' WHEN 6 THEN 'channel' ELSE '' END AS dimension,
       coalesce(g.agency, g.service, g.channel, '') AS code, ` + quantitySQL + `
  FROM groups g JOIN meter m ON m.type = g.type
 GROUP BY GROUPING SETS ((g.tenant_id, m.code, m.aggregation), (g.tenant_id, m.code, m.aggregation, g.agency),
                         (g.tenant_id, m.code, m.aggregation, g.service), (g.tenant_id, m.code, m.aggregation, g.channel))
) f ORDER BY meter, dimension, code = '', quantity DESC, code`
