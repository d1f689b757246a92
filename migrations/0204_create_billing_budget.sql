-- What a city means to spend on its subscription in a month, from a month on, and at which shares of it was told of what. The last
-- that was said of a month holds; zero is none.

-- +goose Up
CREATE TABLE billing_budget (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),
    amount     bigint NOT NULL CHECK (amount >= 0), -- before tax
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX billing_budget_month ON billing_budget (tenant_id, from_month DESC, id DESC);
SELECT guard_tenant_table('billing_budget', 'SELECT,INSERT');

CREATE TABLE budget_alert (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    month     date NOT NULL,
    what      text NOT NULL CHECK (what IN ('used', 'forecast')),
    level     integer NOT NULL, -- percent of the budget
    amount    bigint NOT NULL,
    budget    bigint NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, month, what, level)
);
SELECT guard_tenant_table('budget_alert', 'SELECT,INSERT');
