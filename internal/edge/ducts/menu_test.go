package ducts_test

import (
	"regexp"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

var (
	menuPart = regexp.MustCompile(`(?s)<nav class="desk-groups".*?</nav>`)
	menuLink = regexp.MustCompile(`<a href="([^"]+)"( aria-current="(page|true)")?`)
)

// TestTheMenuLeadsWhereItsReaderMayGo: every page of the ducts has a menu of all that its reader may open, and says which is open.
func TestTheMenuLeadsWhereItsReaderMayGo(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	const root = "/petugas/ducting"
	for role, not := range map[string][]string{
		"duct_manager": {"/pendapatan", "/rekening-bank", "/pajak"}, "duct_director": {"/rekening-bank", "/pajak"}, "duct_finance": nil, "auditor": {"/rekening-bank", "/pajak"},
	} {
		b := s.Staff(t, pagetest.HostBatam, role, role, "")
		seen := map[string]bool{}
		for next := []string{root}; len(next) > 0; next = next[1:] {
			if seen[next[0]] {
				continue
			}
			seen[next[0]] = true
			open := ""
			for _, x := range menuLink.FindAllStringSubmatch(menuPart.FindString(b.Page(next[0])), -1) {
				if next = append(next, x[1]); x[3] == "page" {
					open += x[1]
				}
			}
			if open != next[0] {
				t.Errorf("%s: on %s the menu says that %q is open", role, next[0], open)
			}
		}
		if len(seen) != 26-len(not) {
			t.Errorf("%s: the menu leads to %d pages, want all 26 but %v", role, len(seen), not)
		}
		for _, path := range not {
			if seen[root+path] {
				t.Errorf("%s: the menu leads to %s", role, path)
			}
		}
	}
	b := s.Staff(t, pagetest.HostBatam, "Sari", "duct_manager", "")
	words := strings.Join(strings.Fields(pagetest.Text(menuPart.FindString(b.Page(root+"/sewa?status=active")))), " ")
	if !strings.HasPrefix(words, "Jaringan Sewa & pesanan Pekerjaan & gangguan Uang Laporan Pesanan Sewa Rencanakan rute") {
		t.Errorf("the menu reads %q", words)
	}
}
