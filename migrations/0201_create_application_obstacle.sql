-- What keeps the system from going on by itself with an application: its document cannot be printed. While the row is there it is
-- tried again; it goes when the step is taken, the document made, or the state left in another way.

-- +goose Up
CREATE TABLE application_obstacle (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    application_id uuid NOT NULL,
    service_code   text NOT NULL,
    state          text NOT NULL,        -- in which it is held up
    timer_id       uuid,                 -- of the step that waits; NULL: the document of a decision
    action         text NOT NULL,        -- the code of that step, or empty
    letters        text NOT NULL,        -- that cannot be printed, and where they stand
    since          timestamptz NOT NULL,
    tried_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX application_obstacle_service ON application_obstacle (tenant_id, service_code, since);
CREATE INDEX application_obstacle_tried ON application_obstacle (tenant_id, tried_at);
SELECT guard_tenant_table('application_obstacle', 'SELECT,INSERT,UPDATE,DELETE');
