-- Run once as a superuser, in any database. Passwords are set apart: ALTER ROLE … PASSWORD …
--   bedelau_owner     owns the schema; used by `bedelau migrate` alone
--   bedelau_app       serves the cities; owns nothing, cannot bypass row-level security
--   bedelau_platform  the named reads across cities (usage, outbox relay); own narrow policies
DO $$
DECLARE
    r text;
    limited text;
    most text;
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
    -- No statement may run, and no transaction lie open, without end. The limits are the roles' own, because PgBouncer
    -- refuses them from a client; other values that an administrator has set stay. Migrations may take longer: the
    -- owner has none.
    FOREACH r IN ARRAY ARRAY['bedelau_app', 'bedelau_platform'] LOOP
        FOR limited, most IN VALUES ('statement_timeout', '30s'), ('idle_in_transaction_session_timeout', '60s') LOOP
            IF NOT EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) c
                            WHERE s.setrole = r::regrole AND starts_with(c, limited || '=')) THEN
                EXECUTE format('ALTER ROLE %I SET %I = %L', r, limited, most);
            END IF;
        END LOOP;
    END LOOP;
END $$;
