package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bedelau/internal/kernel/tenancy"
)

// Reach is what a role may do with a table, in the order of privileges, and why.
type Reach struct{ Privileges, Reason string }

// PlatformReach lists every table that the platform role may reach, across all cities. A grant that is not here, or
// goes beyond, fails VerifyTables; so does a policy that lets the role at another table.
var PlatformReach = map[string]Reach{
	"tenant":             {"SELECT,INSERT,UPDATE", "the directory of cities is the platform's to keep"},
	"meter":              {"SELECT", "to say what usage amounts to"},
	"plan":               {"SELECT,INSERT,UPDATE", "the price list is the platform's to keep; of a plan its name, its summary and whether it is offered alone can change"},
	"plan_version":       {"SELECT,INSERT", "the price list is the platform's to keep"},
	"coupon":             {"SELECT,INSERT", "the price list is the platform's to keep"},
	"billing_month":      {"SELECT", "which months are late, and what is to be given back, over all cities"},
	"subscription":       {"SELECT", "to price the usage of each city for the BUMD"},
	"subscription_order": {"SELECT", "what cities have ordered, and what waits for the BUMD"},
	"usage_event":        {"SELECT", "the BUMD reads the usage of each city"},
	"usage_touch":        {"SELECT", "the BUMD reads the usage of each city"},
	"usage_hour":         {"SELECT", "the BUMD reads the usage of each city"},
	"usage_day":          {"SELECT", "the BUMD reads the usage of each city"},
	"usage_month":        {"SELECT", "the BUMD reads the usage of each city"},
	"usage_period":       {"SELECT", "the BUMD reads the usage of each city"},
	"outbox":             {"SELECT,UPDATE,DELETE", "one relay sends, looks for and forgets the jobs of all cities: ids and small values"},
	"processed":          {"SELECT,DELETE", "to forget the marks of jobs long done"},
	"planned_run":        {"SELECT,DELETE", "to forget runs long over"},
	"access_version":     {"SELECT", "to notice in one query which city's roles changed"},
}

// tenantPolicy is the one condition under which the application role sees or writes a row, as guard_tenant_table makes
// it. It is compared without spaces, brackets and casts, which versions of PostgreSQL write differently.
const tenantPolicy = "tenant_id=SELECTNULLIFcurrent_setting'app.tenant_id',true,''"

var spelling = strings.NewReplacer(` AS "nullif"`, "", "::text", "", "::uuid", "", " ", "", "\n", "", "(", "", ")", "")

type policyFacts struct {
	Table, Name, Roles string
	Plain              bool // permissive and for every command
	Uses, Checks       string
}

const policiesSQL = `
SELECT c.relname AS table, p.polname AS name, p.polpermissive AND p.polcmd = '*' AS plain,
       array_to_string(ARRAY(SELECT coalesce(r.rolname, 'public') FROM unnest(p.polroles) o LEFT JOIN pg_roles r ON r.oid = o ORDER BY 1), ',') AS roles,
       coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS uses, coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS checks
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' ORDER BY c.relname, p.polname`

// policyProblems names each policy that is neither the tenant's own nor one of PlatformReach.
func (d *DB) policyProblems(ctx context.Context) ([]string, error) {
	var all []policyFacts
	if err := d.App.NewRaw(policiesSQL).Scan(tenancy.Platform(ctx), &all); err != nil {
		return nil, err
	}
	var out []string
	for _, p := range all {
		_, crosses := PlatformReach[p.Table]
		switch {
		case p.Plain && p.Roles == "bedelau_app" &&
			spelling.Replace(p.Uses) == tenantPolicy && spelling.Replace(p.Checks) == tenantPolicy:
		case p.Plain && p.Roles == "bedelau_platform" && crosses:
		default:
			out = append(out, fmt.Sprintf("policy %s on %s lets %s at other rows than their own city's: USING %s WITH CHECK %s",
				p.Name, p.Table, p.Roles, p.Uses, p.Checks))
		}
	}
	return out, nil
}

// reachSQL lists what each serving role may do, by a grant of its own, to PUBLIC or on a column, with everything in
// the schema that is no extension's.
const reachSQL = `
SELECT c.relname AS table, role, string_agg(p, ',' ORDER BY n) AS privileges
  FROM pg_class c
 CROSS JOIN unnest(ARRAY['bedelau_app', 'bedelau_platform']) role
 CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS u (p, n)
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
   AND (has_table_privilege(role, c.oid, p)
        OR CASE WHEN p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege(role, c.oid, p) END)
 GROUP BY c.relname, role ORDER BY c.relname, role`

// reachProblems names each grant to the platform role beyond PlatformReach, and each to the application role that would
// let a city write where no row is a city's own.
func (d *DB) reachProblems(ctx context.Context) ([]string, error) {
	var all []struct{ Table, Role, Privileges string }
	if err := d.App.NewRaw(reachSQL).Scan(tenancy.Platform(ctx), &all); err != nil {
		return nil, err
	}
	var out []string
	missing := maps.Clone(PlatformReach)
	for _, g := range all {
		_, shared := PlatformTables[g.Table]
		may := PlatformReach[g.Table].Privileges
		switch {
		case g.Role == "bedelau_app" && shared:
			may = "SELECT"
		case g.Role == "bedelau_app":
			continue // its policy says which rows, VerifyRoles what else it may not
		default:
			delete(missing, g.Table)
		}
		if g.Privileges != may {
			out = append(out, fmt.Sprintf("role %s may %s on %s, and should: %s", g.Role, g.Privileges, g.Table, may))
		}
	}
	for _, table := range slices.Sorted(maps.Keys(missing)) {
		out = append(out, "role bedelau_platform may do nothing on "+table+", which it needs")
	}
	return out, nil
}
