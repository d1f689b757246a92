-- How often a signature was tried, when it was given up and who was told, and which certificates are for tests.

-- +goose Up
ALTER TABLE issued_document
    ADD COLUMN sign_attempts  integer NOT NULL DEFAULT 0,
    ADD COLUMN sign_tried_at  timestamptz, -- the last time
    ADD COLUMN sign_failed_at timestamptz, -- nothing tries again until a person says so
    ADD COLUMN sign_told_at   timestamptz; -- since when those responsible know of it
GRANT UPDATE (sign_attempts, sign_tried_at, sign_failed_at, sign_told_at) ON issued_document TO bedelau_app;

-- A certificate for tests signs as any other, and everybody who checks the document is told what it is.
ALTER TABLE document_key ADD COLUMN test boolean NOT NULL DEFAULT false;
