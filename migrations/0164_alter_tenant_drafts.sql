-- For how long a city keeps an application that was begun and never sent, in days since somebody last worked on it: a
-- resident's own, and one that an officer began at a counter for somebody who has gone home.

-- +goose Up
ALTER TABLE tenant
    ADD COLUMN draft_days integer NOT NULL DEFAULT 90 CHECK (draft_days BETWEEN 1 AND 3650),
    ADD COLUMN counter_draft_days integer NOT NULL DEFAULT 7 CHECK (counter_draft_days BETWEEN 1 AND 3650);
