-- The public dashboard: what became of each application, and the sums by day.

-- +goose Up
-- Known from facts alone, hence no foreign key to the applications themselves. Days are local to the city.
CREATE TABLE dashboard_application (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    application_id uuid NOT NULL,
    service        text NOT NULL,
    agency         text NOT NULL,
    received_at    timestamptz,
    received_day   date,
    decided_at     timestamptz,
    decided_day    date,
    outcome        text CHECK (outcome IN ('approved', 'rejected')),
    on_time        boolean,
    working_days   integer,
    escalated_at   timestamptz,
    escalated_day  date,
    cancelled_at   timestamptz,
    cancelled_day  date,
    PRIMARY KEY (tenant_id, application_id)
);
CREATE INDEX dashboard_application_received ON dashboard_application (tenant_id, service, received_day);
CREATE INDEX dashboard_application_decided ON dashboard_application (tenant_id, service, decided_day);
CREATE INDEX dashboard_application_escalated ON dashboard_application (tenant_id, service, escalated_day) WHERE escalated_day IS NOT NULL;
CREATE INDEX dashboard_application_cancelled ON dashboard_application (tenant_id, service, cancelled_day) WHERE cancelled_day IS NOT NULL;
SELECT guard_tenant_table('dashboard_application', 'SELECT,INSERT,UPDATE');

-- working_days is the sum over the applications decided on the day.
CREATE TABLE dashboard_day (
    tenant_id    uuid NOT NULL REFERENCES tenant (id),
    day          date NOT NULL,
    agency       text NOT NULL,
    service      text NOT NULL,
    received     integer NOT NULL,
    approved     integer NOT NULL,
    rejected     integer NOT NULL,
    on_time      integer NOT NULL,
    working_days integer NOT NULL,
    escalated    integer NOT NULL,
    cancelled    integer NOT NULL,
    PRIMARY KEY (tenant_id, day, agency, service)
);
SELECT guard_tenant_table('dashboard_day', 'SELECT,INSERT,UPDATE');
