-- What an applicant had answered when an officer asked for a correction, kept until the decision so that the officer
-- sees each corrected answer before and after.

-- +goose Up
ALTER TABLE application
    ADD COLUMN before_answers jsonb,
    ADD COLUMN before_sealed  bytea; -- sealed as sealed is
