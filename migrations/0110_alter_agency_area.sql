-- The area that an office serves, by its Kemendagri code: what lies there can be its to answer.

-- +goose Up
ALTER TABLE agency ADD COLUMN area text NOT NULL DEFAULT '';
