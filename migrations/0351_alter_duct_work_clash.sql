-- What meets a segment, a node or works is looked up by the thing's id. The kind came first in this index, and with few
-- works a plan counted a work's neighbours by reading all of its kind.

-- +goose Up
DROP INDEX duct_work_clash_thing;
CREATE INDEX duct_work_clash_thing ON duct_work_clash (tenant_id, thing_id, kind);
