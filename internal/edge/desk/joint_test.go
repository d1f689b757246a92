package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/google/uuid"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

func inBoth(s string) i18n.Text { return i18n.Text{i18n.ID: s, i18n.EN: s} }

// letter is what the health office is asked for.
var letter = form.Field{Code: "nomor_surat", Type: form.Text, Label: inBoth("Nomor surat"), Required: true}

// follow makes the city's applications ask the health office for these answers and then cost a fee.
func follow(t *testing.T, s *pagetest.Site, answers ...form.Field) {
	t.Helper()
	err := tenancy.InTx(s.In(t, pagetest.HostBatam), s.World.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var body string
		if err := tx.NewRaw("SELECT body FROM workflow_definition WHERE tenant_id = ? AND code = 'adminduk'", tenancy.Must(ctx)).Scan(ctx, &body); err != nil {
			return err
		}
		var w workflow.Workflow
		if err := json.Unmarshal([]byte(body), &w); err != nil {
			return err
		}
		review := func(code, clock string) workflow.State {
			return workflow.State{Code: code, Label: inBoth(code), Public: inBoth(code), Stage: workflow.StageInReview, Clock: workflow.Clock(clock)}
		}
		asked, unpaid, paid := review("Menunggu rekomendasi", "running"), review("Menunggu pembayaran", "paused"), review("Lunas", "running")
		asked.Branches = []workflow.Branch{{Code: "dinkes", Label: inBoth("Rekomendasi Dinas Kesehatan"), Agency: "dinkes", Permission: "application:review",
			Term: workcal.Term{Amount: 1, Unit: workcal.WorkingDay}, Outcomes: []workflow.Outcome{{Code: "setuju", Label: inBoth("Setuju"), Reason: "optional"}},
			Fields: answers}}
		unpaid.Fee = &workflow.Fee{Amount: 75_000, Title: inBoth("Retribusi izin"), How: inBoth("Setor {amount} dengan kode {code}.")}
		w.States = append(w.States, asked, unpaid, paid)
		step := func(code, from, to, actor string) workflow.Action {
			a := workflow.Action{Code: code, Label: inBoth(code), From: []string{from}, To: to, Actor: actor, Reason: "none"}
			if actor == workflow.ByOfficer {
				a.Permission = "application:review"
			}
			return a
		}
		ask, join, pay := step("Minta rekomendasi", "in_review", asked.Code, "officer"), step("lengkap", asked.Code, unpaid.Code, "system"), step("Catat pembayaran", unpaid.Code, paid.Code, "officer")
		join.Join, pay.Pays = workflow.JoinAll, true
		w.Actions = append(w.Actions, ask, join, pay)
		raw, err := json.Marshal(w)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("INSERT INTO workflow_definition (tenant_id, code, version, body, created_at) VALUES (?, 'adminduk', 2, ?::jsonb, now())",
			tenancy.Must(ctx), string(raw)).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAgenciesAndTheirFeeOnPages goes the way of a licence without a script: two agencies, a payment with its slip, a
// receipt for the resident and a refund.
func TestAgenciesAndTheirFeeOnPages(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	follow(t, s, letter)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, number := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "dinkes")
	desk := pagetest.AtDesk(root)
	dewi.Page("/petugas/tugas", "Tidak ada permintaan")
	for _, action := range []string{"start_review", "Minta rekomendasi"} {
		andi.Goes(andi.Post(desk+"/tindakan", "action", action, "version", pagetest.Version(t, andi.Page(desk))), desk)
	}
	andi.Page(desk, "Menunggu rekomendasi", "Rekomendasi Dinas Kesehatan", "Dinas Kesehatan", "Dijawab sebelum")
	siti.Page(root, "Instansi yang ikut memeriksa", "Dinas Kesehatan", "menjawab sebelum")

	dewi.Page("/petugas/antrean", "Permintaan dari instansi lain 1 Petugas pengganti") // its own list is empty
	dewi.Page("/petugas/tugas", "1 menunggu jawaban instansi Anda", number, "Rekomendasi Dinas Kesehatan")
	page := dewi.Page(desk, number, "Instansi Anda diminta menjawab", "Beri jawaban", "Nomor surat", "Ambil permintaan ini")
	if strings.Contains(page, pagetest.SitiNIK) || strings.Contains(page, "Catat pembayaran") {
		t.Error("another agency sees what is not its own")
	}
	task := regexp.MustCompile(`action="(` + desk + `/tugas/[0-9a-f-]{36})[?"]`).FindStringSubmatch(page)
	if task == nil {
		t.Fatal("no form to answer with")
	}
	a := dewi.Post(task[1], "version", "1", "outcome", "setuju", "reason", "Lengkap menurut kami.", "isi.nomor_surat", " ")
	dewi.Sees(a, http.StatusUnprocessableEntity, "Isian ini wajib diisi", "Lengkap menurut kami.")
	if !strings.Contains(a.Body, `id="f-isi.nomor_surat"`) || !strings.Contains(a.Body, `href="#f-isi.nomor_surat"`) {
		t.Error("the error does not lead to its field")
	}
	// The head of the office gives it to an officer; what asks for more than an answer is not answered in one go.
	kadis := s.Staff(t, pagetest.HostBatam, "Kadinkes", "agency_head", "dinkes")
	item := strings.TrimPrefix(task[1], desk+"/tugas/") + " 1"
	kadis.Page("/petugas/tugas", "Untuk permintaan yang dicentang", `Dewi Lestari`)
	kadis.Sees(kadis.Get(kadis.Post("/petugas/tugas/massal", "what", "answer", "pilih", item).To()), http.StatusOK, "Tidak ada tindakan")
	kadis.Sees(kadis.Post("/petugas/tugas/massal", "what", "claim"), http.StatusUnprocessableEntity, "Centang dulu")
	kadis.Sees(kadis.Post("/petugas/tugas/massal", "what", "assign", "pilih", item), http.StatusUnprocessableEntity, "Pilih dulu petugasnya")
	kadis.Sees(kadis.Post(task[1]+"/serahkan", "version", "1", "officer", "siapa"), http.StatusUnprocessableEntity, "Pilih salah satu")
	dewi.Sees(dewi.Post(task[1]+"/serahkan", "version", "1", "officer", uuid.NewString()), http.StatusForbidden)
	done := dewi.Post("/petugas/tugas/massal", "what", "claim", "pilih", item, "pilih", uuid.NewString()+" 1")
	dewi.Sees(dewi.Get(done.To()), http.StatusOK, "1 berhasil", "1 tidak berubah", number, "Di luar jangkauan Anda")
	dewi.Page(desk, "Permintaan ditangani oleh Dewi Lestari (Dinas Kesehatan)")
	a = dewi.Post(task[1], "version", "1", "outcome", "setuju", "isi.nomor_surat", "440/7")
	dewi.Sees(a, http.StatusConflict, "berpindah tangan")
	if !strings.Contains(a.Body, `value="440/7"`) {
		t.Error("a conflict loses what was typed")
	}
	dewi.Goes(dewi.Post(task[1], "version", "2", "outcome", "setuju", "isi.nomor_surat", "440/7"), desk)
	dewi.Page(desk, "Jawaban untuk "+number+" tersimpan", "Setuju", "Dijawab Dewi Lestari", "440/7")
	siti.Page(root, "Retribusi izin", "Rp75.000", "belum dibayar", "Setor Rp75.000 dengan kode "+number)

	page = andi.Page(desk, "Menunggu pembayaran", "Catat pembayaran", "Nomor bukti dari bank", "Bukti setor")
	pay := func(amount, reference, slip string) pagetest.Answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, kv := range [][2]string{{"action", "Catat pembayaran"}, {"version", pagetest.Version(t, page)}, {"isi.paid_amount", amount}, {"isi.paid_on", "24"},
			{"isi.paid_on", "11"}, {"isi.paid_on", "2026"}, {"isi.paid_reference", reference}} {
			if err := w.WriteField(kv[0], kv[1]); err != nil {
				t.Fatal(err)
			}
		}
		f, err := w.CreateFormFile("isi.paid_proof", slip)
		if err == nil && slip != "" { // as a browser sends one that was not chosen
			_, err = f.Write(pagetest.Photo(t))
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return andi.Send(http.MethodPost, desk+"/tindakan", w.FormDataContentType(), &b)
	}
	andi.Sees(pay("75.001", "BRK-87", "slip.jpg"), http.StatusUnprocessableEntity, "Sisa tagihan Rp75.000")
	andi.Goes(pay("50.000", "BRK-87", "slip.jpg"), desk)
	page = andi.Page(desk, "Pembayaran untuk "+number+" tercatat", "Sudah dibayar Rp50.000, sisa Rp25.000", "Menunggu pembayaran", "BRK-87")
	siti.Page(root, "Sudah dibayar Rp50.000, sisa Rp25.000", "Setor Rp25.000 dengan kode "+number, "Bukti bayar (PDF)")
	andi.Goes(pay("25.000", "BRK-88", ""), desk)
	page = andi.Page(desk, "sudah dibayar", "BRK-87", "BRK-88", "Bukti setor", "Bukti bayar (PDF)")
	receipt := regexp.MustCompile(`href="(` + root + `/bukti-bayar/[0-9a-f-]{36}\.pdf)"`).FindStringSubmatch(siti.Page(root, "sudah dibayar", "BRK-88"))
	if receipt == nil {
		t.Fatal("no receipt for the resident")
	}
	if got := siti.Get(receipt[1]); got.Status != http.StatusOK || !strings.HasPrefix(got.Body, "%PDF-") {
		t.Errorf("the receipt answers %d", got.Status)
	}
	back := regexp.MustCompile(`action="(` + desk + `/biaya/[0-9a-f-]{36}/kembalikan)[?"]`).FindStringSubmatch(page)
	if back == nil {
		t.Fatal("no refund")
	}
	andi.Sees(andi.Post(back[1], "refunded", "0", "amount", "10.000", "reason", " ", "number", number), http.StatusUnprocessableEntity, "Isian ini wajib diisi")
	andi.Sees(andi.Post(back[1], "refunded", "0", "amount", "80.000", "reason", "x", "number", number), http.StatusUnprocessableEntity, "belum dikembalikan Rp75.000")
	andi.Sees(andi.Post(back[1], "refunded", "0", "amount", "banyak", "reason", "x", "number", number), http.StatusUnprocessableEntity)
	andi.Goes(andi.Post(back[1], "refunded", "0", "amount", "10.000", "reason", "Salah hitung.", "number", number), desk)
	// The same form sent twice is recorded once, whatever it says; the page then asks again from what is recorded.
	for _, seen := range []string{"0", "", "x"} {
		twice := andi.Post(back[1], "refunded", seen, "amount", "10.000", "reason", "Salah hitung.", "number", number)
		andi.Sees(twice, http.StatusConflict, "Sudah ada pengembalian biaya ini", "Salah hitung.")
		if !strings.Contains(twice.Body, `name="refunded" value="10000"`) {
			t.Error("the form does not go by what has been given back since")
		}
	}
	andi.Page(desk, "Rp10.000 dikembalikan", "Dari Rp65.000 yang diterima kota")
	siti.Page(root, "Rp10.000 dikembalikan", "Salah hitung.")
	dewi.Sees(dewi.Post(back[1], "refunded", "0", "amount", "10.000", "reason", "x", "number", number), http.StatusNotFound)
}

// TestManyTasksSentWithoutAnAnswer keep the reason that was typed for them.
func TestManyTasksSentWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	follow(t, s)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	root, _ := siti.Apply(pagetest.SitiNIK)
	andi := s.Staff(t, pagetest.HostBatam, "Andi Wijaya", "officer", "disdukcapil")
	dewi := s.Staff(t, pagetest.HostBatam, "Dewi Lestari", "officer", "dinkes")
	desk := pagetest.AtDesk(root)
	for _, action := range []string{"start_review", "Minta rekomendasi"} {
		andi.Goes(andi.Post(desk+"/tindakan", "action", action, "version", pagetest.Version(t, andi.Page(desk))), desk)
	}
	task := regexp.MustCompile(`action="` + desk + `/tugas/([0-9a-f-]{36})[?"]`).FindStringSubmatch(dewi.Page(desk))
	if task == nil {
		t.Fatal("no form to answer with")
	}
	a := dewi.Post("/petugas/tugas/massal", "what", "answer", "pilih", task[1]+" 1", "asked", "yes", "reason", "Lengkap semua.")
	dewi.Sees(a, http.StatusUnprocessableEntity, "Pilih tindakannya", "Lengkap semua.")
}
