-- Tariffs that a city's administrators write themselves: a version that its pack leaves alone, and one that has not begun
-- may be taken back. What has been in force is never changed; the program sees to that.

-- +goose Up
ALTER TABLE tariff ADD COLUMN own boolean NOT NULL DEFAULT false;
GRANT DELETE ON tariff TO bedelau_app;
