package internal_test

import (
	"os/exec"
	"strings"
	"testing"
)

// floor gives each package its height. A package imports only lower ones; the same height counts as higher, so that
// siblings stay strangers. A package that is missing here fails, so that adding a folder is a decision.
var floor = map[string]int{
	"web": 0, "migrations": 0, "tenants": 0,
	"internal/kernel/fault": 10, "internal/kernel/money": 10, "internal/kernel/i18n": 10, "internal/kernel/config": 10,
	"internal/kernel/workcal": 10, "internal/kernel/identifier": 10, "internal/kernel/cloudevent": 11, "internal/kernel/statement": 11, "internal/kernel/geo": 11,
	"web/ui": 12, "web/page": 13,
	"internal/kernel/tenancy": 19, "internal/kernel/storage": 20,
	"internal/kernel/gis":     11,
	"internal/kernel/sheet":   20,
	"internal/kernel/privacy": 21, "internal/kernel/audit": 21,
	"internal/kernel/jobs": 22, "internal/kernel/event": 23,
	"internal/kernel/credential": 11, "internal/kernel/identity": 24, "internal/kernel/files": 24,
	"internal/kernel/apikey": 25,
	"internal/kernel/access": 25, "internal/kernel/notify": 25,
	"internal/kernel/calendar": 26,
	"internal/kernel/registry": 26, "internal/kernel/devkit/register": 28,
	"internal/kernel/pack": 27,
	"internal/kernel/form": 28, "internal/kernel/tariff": 28, "internal/kernel/devkit": 28, "internal/kernel/devkit/mailbox": 28,
	"internal/kernel/workflow": 29, "internal/kernel/document": 29, "internal/kernel/pgtest": 29,
	"internal/kernel/absence": 26,
	"internal/kernel/fee":     29, "internal/kernel/invoice": 28, "internal/kernel/payin": 29, "internal/kernel/arrears": 29, "internal/kernel/faktur": 29, "internal/kernel/tsa": 11, "internal/kernel/testca": 11, "internal/kernel/pades": 11,
	"internal/city": 30, "internal/saas": 30,
	"internal/saas/billing":    31,                               // what rating has priced
	"internal/saas/collection": 32,                               // what billing has billed and finance has issued
	"internal/city/ductcable":  32, "internal/city/ductedit": 33, // the record of the ducts, by hand
	"internal/saas/change": 32, // what billing has on offer
	// One capability in four storeys: the record and its steps, who else agrees to it, the resident's side, the office's.
	"internal/city/application": 30, "internal/city/lease": 31, "internal/city/ductsurvey": 31, "internal/city/ductmap": 33, "internal/city/ducttariff": 32, "internal/city/ductbill": 33, "internal/city/ductyear": 35, "internal/city/revenue": 34, "internal/city/cosign": 31, "internal/city/recount": 31, "internal/city/intake": 32, "internal/city/casework": 33,
	"internal/edge/gate": 40, "internal/edge/site": 41, "internal/edge/public": 42, "internal/edge/portal": 42, "internal/edge/visit": 42, "internal/edge/queue": 42, "internal/edge/desk": 43, "internal/edge/counter": 42, "internal/edge/papers": 42, "internal/edge/spreadsheet": 41, "internal/edge/editor": 42, "internal/edge/replay": 43, "internal/edge/standard": 42, "internal/edge/admin": 42, "internal/edge/console": 42, "internal/edge/ducts": 42, "internal/edge/leasing": 43, "internal/edge/ledger": 43, "internal/edge/ductmoney": 44, "internal/edge/pricing": 43, "internal/edge/treasury": 44, "internal/edge/pagetest": 45, "internal/edge/services": 46, "internal/edge/rest": 41, "internal/edge/drafting": 42, "internal/edge/appointment": 42, "internal/edge/feed": 42, "internal/edge/httpapi": 43, "internal/edge/cli": 42, "internal/edge/bench": 42,
	"internal/edge/subscribing": 43,                           // where cities change their subscriptions
	"internal/city/ductwave":    34, "internal/edge/wave": 43, // roads that move from the air into the ducts
	// Those who lease the ducts: who they are and what they may see, and their own pages.
	"internal/city/operator": 32, "internal/city/ductwait": 33, "internal/edge/partner": 44,
	// What is broken, from a label in the street to what is let off an invoice.
	"internal/city/ductdamage": 34, "internal/edge/damage": 43,
	// What a company orders of the ducts, step by step.
	"internal/city/ductflow": 32, "internal/city/ductorder": 34, "internal/edge/ordering": 43,
	// Who digs in the road.
	"internal/city/ductwork": 33, "internal/edge/groundwork": 43,
	"internal/app": 50,
	"cmd/bedelau":  60, "web/gallery": 60,
}

// keepers are the only packages that may import a library whose idioms must not spread.
var keepers = map[string][]string{
	"github.com/gin-gonic/gin":        {"internal/edge/"},
	"github.com/casbin/casbin/v2":     {"internal/kernel/access"},
	"github.com/hibiken/asynq":        {"internal/kernel/jobs", "internal/kernel/devkit", "internal/kernel/pgtest"},
	"github.com/stripe/stripe-go/v76": {"internal/saas/collection"},
	"github.com/google/cel-go":        {"internal/kernel/form"},
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for pkg, imports := range packages(t) {
		height, ok := heightOf(pkg)
		if !ok {
			t.Errorf("%s has no floor: add it to the map in this test, after thought", pkg)
			continue
		}
		for _, imp := range imports {
			checkKeeper(t, pkg, imp)
			if !strings.HasPrefix(imp, "bedelau/") {
				continue
			}
			imp = strings.TrimPrefix(imp, "bedelau/")
			below, ok := heightOf(imp)
			if !ok {
				t.Errorf("%s imports %s, which has no floor", pkg, imp)
			} else if below >= height {
				t.Errorf("%s (floor %d) must not import %s (floor %d)", pkg, height, imp, below)
			}
		}
	}
}

// heightOf finds a package's floor by its own name or its folder's: every package of internal/city stands on one.
func heightOf(pkg string) (int, bool) {
	if h, ok := floor[pkg]; ok {
		return h, true
	}
	for _, group := range []string{"internal/city/", "internal/saas/", "web/page/"} {
		if strings.HasPrefix(pkg, group) {
			return floor[strings.TrimSuffix(group, "/")], true
		}
	}
	return 0, false
}

func checkKeeper(t *testing.T, pkg, imp string) {
	t.Helper()
	for lib, allowed := range keepers {
		if imp != lib && !strings.HasPrefix(imp, lib+"/") {
			continue
		}
		for _, a := range allowed {
			if strings.HasPrefix(pkg, a) {
				return
			}
		}
		t.Errorf("%s must not import %s; only %v may", pkg, imp, allowed)
	}
}

func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		pkg = strings.TrimPrefix(pkg, "bedelau/")
		if pkg == "bedelau" || pkg == "internal" {
			continue
		}
		all[pkg] = strings.Fields(imports)
	}
	return all
}
