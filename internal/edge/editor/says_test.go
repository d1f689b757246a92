package editor

import (
	"slices"
	"testing"
)

// TestACodeNobodyHasToThinkOf: what is called as something else is gets a code of its own, however long both are.
func TestACodeNobodyHasToThinkOf(t *testing.T) {
	t.Parallel()
	long := "surat_pernyataan_tanggung_jawab_mutlak_m"
	for _, tt := range []struct {
		code  string
		taken []string
		want  string
	}{
		{"catatan", nil, "catatan"},
		{"catatan", []string{"catatan"}, "catatan_2"},
		{"catatan", []string{"catatan", "catatan_2", "catatan_3"}, "catatan_4"},
		{long, []string{long}, "surat_pernyataan_tanggung_jawab_mutlak_2"},
		{"", nil, ""},
	} {
		got := freeCode(tt.code, func(s string) bool { return slices.Contains(tt.taken, s) })
		if got != tt.want || got != "" && !codePattern.MatchString(got) {
			t.Errorf("%q beside %q becomes %q, want %q", tt.code, tt.taken, got, tt.want)
		}
	}
}
