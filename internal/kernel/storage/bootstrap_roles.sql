-- Run once as a superuser, in any database. Passwords are set apart: ALTER ROLE … PASSWORD …
--   bedelau_owner     owns the schema; used by `bedelau migrate` alone
--   bedelau_app       serves the cities; owns nothing, cannot bypass row-level security
--   bedelau_platform  the named reads across cities (usage, outbox relay); own narrow policies
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['bedelau_owner', 'bedelau_app', 'bedelau_platform'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION', r);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another process made it meanwhile
            END;
        END IF;
    END LOOP;
END $$;
