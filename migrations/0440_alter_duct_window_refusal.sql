-- A window in which a crew may open a manhole is refused for a published reason too. What the list says of windows comes with the city's pack. Windows
-- that were refused before have words and no code.

-- +goose Up
ALTER TABLE duct_refusal ADD COLUMN manhole boolean NOT NULL DEFAULT false; -- a window can be refused for it

ALTER TABLE duct_order_window ADD COLUMN refusal text,
    ADD FOREIGN KEY (tenant_id, refusal) REFERENCES duct_refusal (tenant_id, code);
