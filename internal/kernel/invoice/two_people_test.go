package invoice_test

import (
	"testing"
)

// TestNobodyDecidesWhatHeAskedFor, not even past every door of the program: each table that keeps who asked for something and who decided about it
// refuses that both are one, besides where a company asks and staff answer.
func TestNobodyDecidesWhatHeAskedFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	companies := map[string]bool{"duct_augment": true, "duct_order_window": true}
	var all []struct {
		Name  string
		Maker string
		Holds bool
	}
	err := s.w.DB.App.NewRaw(`SELECT c.relname AS name, m.attname AS maker, EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND d.attnum = ANY (k.conkey) AND m.attnum = ANY (k.conkey)
				AND pg_get_constraintdef(k.oid) ~ '<>|IS DISTINCT FROM') AS holds
		FROM pg_class c JOIN pg_attribute d ON d.attrelid = c.oid AND d.attname = 'decided_by' JOIN pg_attribute m ON m.attrelid = c.oid AND m.attname IN ('made_by', 'asked_by')
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1`).Scan(s.ctx, &all)
	if err != nil || len(all) < 10 {
		t.Fatalf("%d tables, %v", len(all), err)
	}
	for _, x := range all {
		if x.Holds == companies[x.Name] {
			t.Errorf("%s: that %s and decided_by are two people is held by the database: %v", x.Name, x.Maker, x.Holds)
		}
	}
}
