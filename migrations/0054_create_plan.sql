-- The price list: plans and their versions. A version never changes, since bills stand on it: no serving role may
-- update or delete one, and a new price is a new version.

-- +goose Up
CREATE TABLE plan (
    code       text PRIMARY KEY CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name       jsonb NOT NULL,
    summary    jsonb NOT NULL,
    example    boolean NOT NULL DEFAULT false, -- made up for demonstrations: every estimate says so
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON plan TO bedelau_app;
GRANT SELECT, INSERT ON plan TO bedelau_platform;

CREATE TABLE plan_version (
    plan           text NOT NULL REFERENCES plan (code),
    version        integer NOT NULL CHECK (version > 0),
    effective_from date NOT NULL, -- the first day a subscription may start on it
    components     jsonb NOT NULL CHECK (jsonb_typeof(components) = 'array'),
    published_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (plan, version)
);
GRANT SELECT ON plan_version TO bedelau_app;
GRANT SELECT, INSERT ON plan_version TO bedelau_platform;

INSERT INTO plan (code, name, summary, example) VALUES ('demo-kota',
    '{"id": "Demo Kota (contoh)", "en": "Demo City (example)"}',
    '{"id": "Paket contoh untuk peragaan. Harganya karangan dan bukan penawaran.", "en": "An example plan for demonstrations. Its prices are made up and not an offer."}',
    true);

INSERT INTO plan_version (plan, version, effective_from, components) VALUES ('demo-kota', 1, '2026-01-01', '[
  {"code": "langganan", "kind": "flat", "price": 2500000,
   "name": {"id": "Langganan bulanan", "en": "Monthly subscription"}},
  {"code": "permohonan", "kind": "unit", "meter": "applications_submitted", "included": 10, "price": 2500,
   "name": {"id": "Permohonan diajukan", "en": "Applications submitted"}, "unit": {"id": "permohonan", "en": "applications"}},
  {"code": "dokumen", "kind": "tiered", "meter": "documents_issued",
   "tiers": [{"up_to": 1000, "price": 1000}, {"up_to": 10000, "price": 750}, {"price": 500}],
   "name": {"id": "Dokumen diterbitkan", "en": "Documents issued"}, "unit": {"id": "dokumen", "en": "documents"}},
  {"code": "pesan", "kind": "unit", "meter": "notifications_sent", "included": 50, "price": 100,
   "name": {"id": "Pemberitahuan terkirim", "en": "Notifications sent"}, "unit": {"id": "pesan", "en": "messages"}},
  {"code": "petugas", "kind": "unit", "meter": "active_staff", "included": 3, "price": 25000,
   "name": {"id": "Petugas aktif", "en": "Active staff"}, "unit": {"id": "orang", "en": "people"}},
  {"code": "api", "kind": "tiered", "meter": "api_requests", "included": 10000,
   "tiers": [{"up_to": 100000, "price": 3}, {"price": 2}],
   "name": {"id": "Permintaan API", "en": "API requests"}, "unit": {"id": "permintaan", "en": "requests"}},
  {"code": "penyimpanan", "kind": "unit", "meter": "storage", "included": 5000, "price": 2,
   "name": {"id": "Penyimpanan berkas", "en": "File storage"}, "unit": {"id": "MB", "en": "MB"}}
]');
