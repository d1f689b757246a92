-- Works that are said by the ducts that they run along are as exact as these, so everybody may know them less exactly than works
-- that somebody drew. Of those before, nobody knows how they were said.

-- +goose Up
ALTER TABLE duct_work ADD COLUMN by_ducts boolean NOT NULL DEFAULT true; -- place is the line of segments
