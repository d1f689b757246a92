-- Labels on the nodes of the ducts, by which anybody reports what they see there, and photos of the nodes.

-- +goose Up
CREATE TABLE duct_label ( -- on a node: a token that says nothing of the network
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    token      text NOT NULL,
    node_id    uuid NOT NULL,
    made_at    timestamptz NOT NULL,
    made_by    uuid NOT NULL,
    retired_at timestamptz,               -- another hangs there now; this one still leads to the node
    PRIMARY KEY (tenant_id, token),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id)
);
CREATE UNIQUE INDEX duct_label_now ON duct_label (tenant_id, node_id) WHERE retired_at IS NULL;
SELECT guard_tenant_table('duct_label', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_node_photo (
    tenant_id uuid NOT NULL,
    file_id   uuid NOT NULL,
    node_id   uuid NOT NULL,
    words     text NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    by_id     uuid NOT NULL,
    PRIMARY KEY (tenant_id, file_id),
    FOREIGN KEY (tenant_id, node_id) REFERENCES duct_node (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_node_photo_of ON duct_node_photo (tenant_id, node_id, file_id);
SELECT guard_tenant_table('duct_node_photo', 'SELECT,INSERT');

CREATE TABLE duct_damage_attempt ( -- tries to read how a report stands without knowing its code
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    number    text NOT NULL,
    tries     integer NOT NULL,
    since     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
SELECT guard_tenant_table('duct_damage_attempt');
