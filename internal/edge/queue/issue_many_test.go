package queue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// TestFiftyAreIssuedTogether: real applications, decided in one batch by the real worker. The one that a colleague has is
// refused in the middle and holds nobody up; every other has its document with a number, none left out, and the last gets
// the next number when its holder decides it.
func TestFiftyAreIssuedTogether(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	s.Work(t)
	const n, held = 50, 24
	var residents []*pagetest.Browser
	var roots []string
	for i := range n {
		one := s.Resident(t, pagetest.HostBatam, fmt.Sprintf("Warga %d", i), fmt.Sprintf("0812700%05d", i))
		root, _ := one.Apply(fmt.Sprintf("217104670390%04d", i+100))
		residents, roots = append(residents, one), append(roots, root)
	}
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "disdukcapil")
	mine := pagetest.AtDesk(roots[held])
	dewi.Post(mine+"/ambil", "version", pagetest.Version(t, dewi.Page(mine)))

	count := func(q string, args ...any) (n int) {
		t.Helper()
		if err := s.DB.App.NewRaw(q, args...).Scan(ctx, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	step := func(key, action, why string) {
		t.Helper()
		ticked := []string{"what", "act", "asked", "yes", "sure", "yes", "key", key, "action", action, "reason", "Lengkap dan cocok."}
		if action == "start_review" {
			ticked = ticked[:10]
		}
		for _, root := range roots {
			id := strings.TrimPrefix(root, "/permohonan/")
			ticked = append(ticked, "pilih", fmt.Sprintf("%s %d", id, count("SELECT version FROM application WHERE id = ?", id)))
		}
		at := "/petugas/antrean/massal/" + key
		andi.Goes(andi.Post("/petugas/antrean/massal?dari=semua", ticked...), at+"?dari=semua")
		s.Soon(t, action, func() bool { return count("SELECT count(*) FROM case_batch_item WHERE state = 'waiting'") == 0 })
		andi.Page(at, "49 permohonan berhasil", "1 permohonan gagal", why)
	}
	step("01980000-0000-7000-8000-00000000beef", "start_review", "Ditangani Dewi Lestari")
	step("01980000-0000-7000-8000-00000000cafe", "approve", "Tindakan ini tidak dapat dilakukan pada status permohonan sekarang")
	numbers := func(want int) {
		t.Helper()
		s.Soon(t, fmt.Sprintf("document %d", want), func() bool { return count("SELECT count(*) FROM issued_document") == want })
		var seqs []int
		if err := s.DB.App.NewRaw("SELECT d.seq FROM issued_document d JOIN application a ON a.tenant_id = d.tenant_id AND a.id = d.subject_id WHERE a.stage = 'approved' ORDER BY d.seq").Scan(ctx, &seqs); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !slices.Contains(seqs, i+1) || len(seqs) != want {
				t.Fatalf("%d documents, numbers %v", want, seqs)
			}
		}
		if got := count("SELECT count(DISTINCT subject_id) FROM issued_document"); got != want {
			t.Errorf("%d documents of %d applications", want, got)
		}
	}
	numbers(n - 1)
	for _, i := range []int{0, held + 1, n - 1} {
		residents[i].Page(roots[i], "/SKP-KTP/Disdukcapil/")
	}
	if page := residents[held].Page(roots[held]); strings.Contains(page, "/SKP-KTP/") {
		t.Error("what was refused has a document")
	}
	for _, action := range []string{"start_review", "approve"} {
		reason := map[string]string{"approve": "Lengkap dan cocok."}[action]
		dewi.Goes(dewi.Post(mine+"/tindakan", "action", action, "reason", reason, "version", pagetest.Version(t, dewi.Page(mine))), mine)
	}
	numbers(n)
	residents[held].Page(roots[held], "050/SKP-KTP/Disdukcapil/")
}
