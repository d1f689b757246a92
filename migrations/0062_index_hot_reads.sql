-- Two reads that had no index: the documents of an application, at each look at it, and the jobs that failed, which every
-- process counts six times a minute.

-- +goose Up
CREATE INDEX issued_document_application ON issued_document (tenant_id, application_id, id);
CREATE INDEX outbox_failed ON outbox (ended_at) WHERE state = 'failed';
