package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// PlatformTables lists every table without row-level security, each with the reason why no city's secret is in it.
// A table that is neither here nor guarded fails VerifyTables.
var PlatformTables = map[string]string{
	"tenant":           "the directory of cities: public names, hosts and colours; needed before a city is known",
	"meter":            "what usage events amount to: the same for every city, no figure of any",
	"plan":             "the price list: offered to every city alike",
	"plan_version":     "what each plan costs: offered to every city alike",
	"coupon":           "what the platform lets cities off: offered to every city alike",
	"goose_db_version": "which migrations ran",
	"spatial_ref_sys":  "PostGIS's coordinate systems",
}

// VerifyRoles refuses a database role that could see across cities: superuser, BYPASSRLS, an owner of tables, a
// member of the owner's role, or a holder of TRUNCATE (which row-level security does not cover). `serve` and `work`
// call it before they start.
func (d *DB) VerifyRoles(ctx context.Context) error {
	var faults []error
	for _, c := range []struct {
		name string
		db   *bun.DB
	}{{"DATABASE_URL", d.App}, {"DATABASE_PLATFORM_URL", d.Platform}} {
		problems, err := roleProblems(ctx, c.db)
		if err != nil {
			return fmt.Errorf("storage: verify roles: %w", err)
		}
		for _, p := range problems {
			faults = append(faults, fmt.Errorf("storage: the role of %s %s", c.name, p))
		}
	}
	return errors.Join(faults...)
}

const roleSQL = `
SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm')) AS owns,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND has_table_privilege(r.oid, c.oid, 'TRUNCATE')) AS truncates,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind = 'm' AND has_table_privilege(r.oid, c.oid, 'SELECT')) AS matviews,
       EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member
  FROM pg_roles r WHERE r.rolname = current_user`

func roleProblems(ctx context.Context, db *bun.DB) ([]string, error) {
	var r struct {
		Rolsuper, Rolbypassrls, Rolcreaterole, Owns, Truncates, Matviews, Member bool
	}
	if err := db.NewRaw(roleSQL).Scan(tenancy.Platform(ctx), &r); err != nil {
		return nil, err
	}
	var out []string
	for _, c := range []struct {
		bad  bool
		text string
	}{
		{r.Rolsuper, "is a superuser and would see every city"},
		{r.Rolbypassrls, "has BYPASSRLS and would see every city"},
		{r.Rolcreaterole, "may create roles"},
		{r.Owns, "owns tables; use bedelau_owner for `bedelau migrate` only"},
		{r.Truncates, "may TRUNCATE, which row-level security does not cover"},
		{r.Matviews, "may read a materialized view, which row-level security does not cover"},
		{r.Member, "is a member of another role"},
	} {
		if c.bad {
			out = append(out, c.text)
		}
	}
	return out, nil
}

type tableFacts struct {
	Name       string
	Enabled    bool
	Forced     bool
	Partition  bool
	Policies   int
	Reachable  bool     // a serving role holds some privilege on it
	KeysNoCity []string `bun:",array"`
}

// tablesSQL lists each table of the schema with what guards it, and its keys (primary, unique, foreign) that do not
// start with tenant_id.
const tablesSQL = `
SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, c.relispartition AS partition,
       (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
       has_table_privilege('bedelau_app', c.oid, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER')
         OR has_table_privilege('bedelau_platform', c.oid, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER') AS reachable,
       ARRAY(SELECT k.conname::text FROM pg_constraint k
              WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'x')
                AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) <> 'tenant_id'
             UNION ALL
             SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
              WHERE x.indrelid = c.oid AND x.indisunique
                AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
                AND (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0]) IS DISTINCT FROM 'tenant_id'
       ) AS keys_no_city
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname`

// VerifyTables reads the catalogue of the database and names every table of the schema that is neither guarded by
// forced row-level security, with all its keys led by tenant_id, nor on the list of platform tables; every policy that
// lets a role at more than its city's rows; every view that does; and every grant across cities that PlatformReach does not know.
func (d *DB) VerifyTables(ctx context.Context) error {
	var all []tableFacts
	if err := d.App.NewRaw(tablesSQL).Scan(tenancy.Platform(ctx), &all); err != nil {
		return fmt.Errorf("storage: verify tables: %w", err)
	}
	var faults []error
	seen := map[string]bool{}
	for _, t := range all {
		seen[t.Name] = true
		if _, ok := PlatformTables[t.Name]; ok {
			continue
		}
		for _, p := range tableProblems(t) {
			faults = append(faults, fmt.Errorf("storage: table %s %s", t.Name, p))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(PlatformTables)) {
		if !seen[name] {
			faults = append(faults, fmt.Errorf("storage: %s is on the list of platform tables and does not exist", name))
		}
	}
	for _, look := range []func(context.Context) ([]string, error){d.policyProblems, d.reachProblems, d.viewProblems} {
		problems, err := look(ctx)
		if err != nil {
			return fmt.Errorf("storage: verify tables: %w", err)
		}
		for _, p := range problems {
			faults = append(faults, errors.New("storage: "+p))
		}
	}
	return errors.Join(faults...)
}

func tableProblems(t tableFacts) []string {
	if t.Partition {
		if t.Reachable {
			return []string{"is a partition that a serving role can reach without its parent's policy"}
		}
		return nil
	}
	var out []string
	if !t.Enabled || !t.Forced || t.Policies == 0 {
		out = append(out, "has no forced row-level security: call guard_tenant_table, or list it with its reason")
	}
	if len(t.KeysNoCity) > 0 {
		out = append(out, "has keys that do not start with tenant_id: "+strings.Join(t.KeysNoCity, ", "))
	}
	return out
}

// VerifyTimeouts names the serving roles that may hold a statement or an open transaction without end, as those do that
// were made before the bootstrap SQL limited them.
func (d *DB) VerifyTimeouts(ctx context.Context) error {
	var faults []error
	for _, db := range []*bun.DB{d.App, d.Platform} {
		var r struct {
			Role    string
			Endless []string `bun:",array"`
		}
		err := db.NewRaw(`SELECT current_user AS role, ARRAY(SELECT name::text FROM pg_settings
			WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout') AND setting = '0' ORDER BY name) AS endless`).
			Scan(tenancy.Platform(ctx), &r)
		if err != nil {
			return fmt.Errorf("storage: verify timeouts: %w", err)
		}
		if len(r.Endless) > 0 {
			faults = append(faults, fmt.Errorf("storage: %s has no %s; run the bootstrap SQL again", r.Role, strings.Join(r.Endless, ", ")))
		}
	}
	return errors.Join(faults...)
}

// The operators that Bootstrap marks LEAKPROOF: those without which a query reads a whole table, and those that are for
// queries to come.
var (
	LeakproofNeeded = []string{"ts_match_vq"} // @@ of the search of the queue
	LeakproofToCome = []string{"geometry_overlaps", "textlike"}
)

// VerifyLeakproof names those of the operators that have lost the mark, as an upgrade of PostgreSQL or of an extension
// does.
func (d *DB) VerifyLeakproof(ctx context.Context, operators []string) error {
	var missing []string
	err := d.App.NewRaw(`SELECT proname FROM pg_proc WHERE proname IN (?)
		AND NOT proleakproof AND (proname <> 'geometry_overlaps' OR proargtypes[0] = 'geometry'::regtype)
		ORDER BY proname`, bun.List(operators)).Scan(tenancy.Platform(ctx), &missing)
	if err != nil {
		return fmt.Errorf("storage: verify leakproof: %w", err)
	}
	if len(missing) > 0 {
		return fmt.Errorf("storage: not LEAKPROOF: %s; run the bootstrap SQL again", strings.Join(missing, ", "))
	}
	return nil
}

// viewProblems names the views that a serving role can read with their owner's eyes instead of its own.
func (d *DB) viewProblems(ctx context.Context) ([]string, error) {
	var open []string
	err := d.App.NewRaw(`SELECT 'view ' || c.relname || ' is not security_invoker: row-level security does not bind its reader'
		  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
		   AND (has_table_privilege('bedelau_app', c.oid, 'SELECT') OR has_table_privilege('bedelau_platform', c.oid, 'SELECT'))
		   AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
		   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
		 ORDER BY c.relname`).Scan(tenancy.Platform(ctx), &open)
	return open, err
}
