-- What an officer searched for, so that its answer is a page with an address that says nothing of it: the browser's Back, a
-- reload and the way back from what was opened all read it again. Names and numbers of people are typed into a search, so it
-- is sealed with the city's key, and gone after two hours.

-- +goose Up
CREATE TABLE kept_search (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    created_by uuid NOT NULL, -- who typed it, and alone may read it
    created_at timestamptz NOT NULL,
    months     int NOT NULL,  -- how far back it looks; 0 is the usual
    sealed     bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX kept_search_old ON kept_search (tenant_id, created_at);
SELECT guard_tenant_table('kept_search', 'SELECT,INSERT,DELETE');
