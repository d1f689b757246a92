-- Meters: what a kind of usage event amounts to over a window. They are data, so that a new one needs no release.

-- +goose Up
CREATE TABLE meter (
    code        text PRIMARY KEY CHECK (code ~ '^[a-z]+(_[a-z]+)*$'),
    position    integer NOT NULL UNIQUE,
    type        text COLLATE "C" NOT NULL, -- the type of the events it reads
    aggregation text NOT NULL CHECK (aggregation IN ('count', 'sum', 'max', 'latest', 'unique')),
    name        jsonb NOT NULL,
    unit        jsonb NOT NULL
);
GRANT SELECT ON meter TO bedelau_app, bedelau_platform;

INSERT INTO meter (position, code, type, aggregation, name, unit) VALUES
(10, 'applications_submitted', 'application_submitted', 'count',
 '{"id": "Permohonan diajukan", "en": "Applications submitted"}', '{"id": "permohonan", "en": "applications"}'),
(20, 'applications_decided', 'application_decided', 'count',
 '{"id": "Permohonan diputus", "en": "Applications decided"}', '{"id": "permohonan", "en": "applications"}'),
(30, 'documents_issued', 'document_issued', 'count',
 '{"id": "Dokumen diterbitkan", "en": "Documents issued"}', '{"id": "dokumen", "en": "documents"}'),
(40, 'notifications_sent', 'notification_sent', 'sum',
 '{"id": "Pemberitahuan terkirim", "en": "Notifications sent"}', '{"id": "pesan", "en": "messages"}'),
(50, 'active_staff', 'staff_active', 'unique',
 '{"id": "Petugas aktif", "en": "Active staff"}', '{"id": "orang", "en": "people"}'),
(60, 'api_requests', 'api_requested', 'count',
 '{"id": "Permintaan API", "en": "API requests"}', '{"id": "permintaan", "en": "requests"}'),
(70, 'storage', 'storage_measured', 'max',
 '{"id": "Penyimpanan berkas, tertinggi", "en": "File storage, peak"}', '{"id": "MB", "en": "MB"}');
