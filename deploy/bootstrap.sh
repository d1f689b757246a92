#!/usr/bin/env bash
# Prepares a PostgreSQL server for Bedelau: the three roles with their passwords, the database, its extensions and
# marks. A database administrator runs it once, as a superuser, with psql's usual variables (PGHOST, PGUSER, …); a
# second run changes the passwords and adds what is missing. The program itself never holds a superuser's password.
set -euo pipefail
: "${OWNER_PASSWORD:?password of bedelau_owner}" "${APP_PASSWORD:?password of bedelau_app}" "${PLATFORM_PASSWORD:?password of bedelau_platform}"
database=${BEDELAU_DATABASE:-bedelau}
sql=${BEDELAU_SQL:-$(dirname "$0")/../internal/kernel/storage}
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "${1:-postgres}" "${@:2}"; }

run postgres --file "$sql/bootstrap_roles.sql"
# \getenv reads the passwords from the environment (psql 14 or later): nothing secret is on a command line.
run postgres <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv app APP_PASSWORD
\getenv platform PLATFORM_PASSWORD
ALTER ROLE bedelau_owner PASSWORD :'owner';
ALTER ROLE bedelau_app PASSWORD :'app';
ALTER ROLE bedelau_platform PASSWORD :'platform';
SQL
run postgres --set database="$database" <<'SQL'
SELECT format('CREATE DATABASE %I OWNER bedelau_owner ENCODING ''UTF8'' TEMPLATE template0', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
run "$database" --file "$sql/bootstrap_database.sql"
echo "Database $database is ready for: bedelau migrate"
