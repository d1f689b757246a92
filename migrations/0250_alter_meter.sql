-- Meters that are weighted by time: the mean of a level, such as what is stored, over the hours of a month.

-- +goose Up
ALTER TABLE meter DROP CONSTRAINT meter_aggregation_check;
ALTER TABLE meter ADD CONSTRAINT meter_aggregation_check CHECK (aggregation IN ('count', 'sum', 'max', 'latest', 'unique', 'weighted'));

-- The levels of a city that a reading looks for: a few rows among those of everything that is counted.
CREATE INDEX usage_hour_level ON usage_hour (tenant_id, type, hour) WHERE latest IS NOT NULL;

INSERT INTO meter (position, code, type, aggregation, dimensions, scale, name, unit) VALUES
(77, 'storage_average', 'storage_measured', 'weighted', '{}', 1000,
 '{"id": "Penyimpanan berkas, rata-rata menurut waktu (GB)", "en": "File storage, time-weighted average (GB)"}', '{"id": "GB", "en": "GB"}'),
(85, 'duct_segments_average', 'duct_segments_counted', 'weighted', '{agency}', 1,
 '{"id": "Ruas duct dikelola, rata-rata menurut waktu", "en": "Duct segments managed, time-weighted average"}', '{"id": "ruas", "en": "segments"}');

-- The roll-ups of these types keep more than they did: their hours are written anew from the events.
ALTER TABLE usage_hour NO FORCE ROW LEVEL SECURITY; -- the owner reads and marks every city's, once
ALTER TABLE usage_touch NO FORCE ROW LEVEL SECURITY;
INSERT INTO usage_touch (tenant_id, hour, id)
SELECT tenant_id, hour, gen_random_uuid() FROM usage_hour WHERE type IN ('storage_measured', 'duct_segments_counted') GROUP BY tenant_id, hour;
ALTER TABLE usage_hour FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_touch FORCE ROW LEVEL SECURITY;
