-- Where the application lay that left a state, for heads who are limited to areas. What was counted before names no
-- application, so it lies nowhere: heads without a limit see it, and after ninety days nobody counts it.

-- +goose Up
ALTER TABLE application_stay ADD COLUMN district_code text COLLATE "C", ADD COLUMN subdistrict_code text COLLATE "C";
