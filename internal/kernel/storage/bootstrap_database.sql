-- Run once as a superuser, in the database of Bedelau (CREATE DATABASE bedelau OWNER bedelau_owner).
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER SCHEMA public OWNER TO bedelau_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bedelau_app, bedelau_platform;

-- Under row-level security PostgreSQL uses an index only for operators it trusts not to reveal their arguments. The
-- search of the officers' queue needs the second; maps will need the first. Only a superuser may set the marks, so they
-- are set here, once. All three compare and return; none puts a value into an error message:
--   geometry_overlaps  && on bounding boxes: boxes of the map tiles (22.6 ms without the mark, 0.10 ms with it)
--   ts_match_vq        @@ of a tsvector and a tsquery: the index of words that finds open applications
--   textlike           LIKE with a valid pattern: the pattern is the reader's own text
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
