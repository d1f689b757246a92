package casework

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// charged sets a fee in review, waits for it and then approves.
func charged(w *workflow.Workflow) {
	w.States = append(w.States,
		workflow.State{Code: "unpaid", Label: inBoth("Menunggu pembayaran"), Public: inBoth("Silakan bayar."), Stage: workflow.StageInReview, Clock: workflow.Paused,
			Fee: &workflow.Fee{Field: "pajak", Title: inBoth("Pajak reklame"), Due: workcal.Term{Amount: 30, Unit: workcal.Day}, Basis: "Perda 1/2024",
				How: inBoth("Bayar {amount} ke Bank Riau Kepri, kode {code}, sebelum {due}.")}},
		workflow.State{Code: "paid", Label: inBoth("Lunas"), Public: inBoth("Lunas."), Stage: workflow.StageInReview, Clock: workflow.Running})
	officer := func(code, from, to string) workflow.Action {
		return workflow.Action{Code: code, Label: inBoth(code), From: []string{from}, To: to, Actor: workflow.ByOfficer, Permission: "application:review", Reason: workflow.ReasonNone}
	}
	charge, pay := officer("charge", "in_review", "unpaid"), officer("pay", "unpaid", "paid")
	charge.Fields = []form.Field{{Code: "luas", Type: form.Number, Label: inBoth("Luas"), Required: true},
		{Code: "pajak", Type: form.Computed, As: form.Money, Compute: "int(luas) * 50000", Label: inBoth("Pajak")}}
	pay.Pays = true
	w.Actions = append(w.Actions, charge, pay)
	for i := range w.Actions {
		if w.Actions[i].Code == "approve" {
			w.Actions[i].From = []string{"paid"}
		}
	}
}

// TestAFeeIsAskedPaidAndGivenBack follows the money of one application as far as the city writes it down.
func TestAFeeIsAskedPaidAndGivenBack(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, charged)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	charge := func(n int, luas string) application.Application {
		t.Helper()
		app := st.submitted(t, st.resident(t, st.ctx, "Warga"), nikOf(n))
		if n == 0 {
			app = st.submitted(t, siti, sitiNIK)
		}
		app, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "start_review", Version: app.Version})
		if err != nil {
			t.Fatal(err)
		}
		app, err = st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "charge", Version: app.Version, Answers: map[string][]string{"luas": {luas}}})
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
	app := charge(0, "6")
	d, _ := st.joint(t, siti, app.ID)
	if len(d.Fees) != 1 || d.Fees[0].Amount != 300_000 || d.Fees[0].Status != fee.Due || app.Clock != workflow.Paused {
		t.Fatalf("asked for %+v, clock %s", d.Fees, app.Clock)
	}
	want := "Bayar Rp300.000 ke Bank Riau Kepri, kode " + app.Number + ", sebelum 24 Desember 2026"
	if got := d.Fees[0].How.In("id"); len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("told %q", got)
	}
	if n := st.letters(t, "generic", siti.ID); n != 1 {
		t.Errorf("%d letters", n)
	}
	if _, _, err := st.FeeReceiptPDF(st.ctx, siti, app.ID, d.Fees[0].ID); err == nil {
		t.Error("a receipt before the payment")
	}
	pay := func(app application.Application, amount, on, reference string) error {
		_, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: "pay", Version: app.Version,
			Answers: map[string][]string{"paid_amount": {amount}, "paid_on": {on}, "paid_reference": {reference}},
			Files:   []application.Upload{{Field: "paid_proof", Name: "slip.jpg", Body: bytes.NewReader(photo(t))}}})
		return err
	}
	wantsField(t, pay(app, "350000", "2026-11-24", "BRK-1"), "paid_amount", "amount_over")
	wantsField(t, pay(app, "300000", "2026-11-25", "BRK-1"), "paid_on", "date_past")
	wantsField(t, pay(app, "300000", "2026-11-24", ""), "paid_reference", "required")
	if err := pay(app, "300.000", "2026-11-24", "BRK-1"); err != nil {
		t.Fatal(err)
	}
	wants(t, pay(app, "300000", "2026-11-24", "BRK-2"), "application.changed")
	if other := charge(1, "2"); true { // the same slip pays nothing else
		wantsField(t, pay(other, "100000", "2026-11-24", "BRK-1"), "paid_reference", "reference_used")
	}
	if free := charge(2, "0"); free.State != "paid" {
		t.Errorf("what costs nothing stands in %s", free.State)
	}
	d, _ = st.joint(t, siti, app.ID)
	if d.Fees[0].Status != fee.Paid || d.Fees[0].Entries[0].Day != "2026-11-24" || d.Application.State != "paid" || d.Application.Clock != workflow.Running {
		t.Errorf("paid: %+v in %s", d.Fees[0], d.Application.State)
	}
	name, pdf, err := st.FeeReceiptPDF(st.ctx, siti, app.ID, d.Fees[0].ID)
	if err != nil || name != "bukti-bayar-"+app.Number+".pdf" || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("receipt %q, %d bytes, %v", name, len(pdf), err)
	}
	if _, _, err := st.FeeReceiptPDF(st.ctx, st.resident(t, st.ctx, "Lain"), app.ID, d.Fees[0].ID); err == nil {
		t.Error("another resident has the receipt")
	}

	wantsField(t, st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: d.Fees[0].ID, Reason: " "}), "reason", "required")
	if err := st.RefundFee(st.ctx, siti, RefundInput{ID: app.ID, Fee: d.Fees[0].ID, Reason: "x"}); err == nil {
		t.Error("the applicant gives it back to themselves")
	}
	wants(t, st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: uuid.New(), Reason: "Salah hitung."}), "fee.not_paid")
	if err := st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: d.Fees[0].ID, Reason: "Salah hitung."}); err != nil {
		t.Fatal(err)
	}
	wants(t, st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: d.Fees[0].ID, Reason: "Salah hitung."}), "fee.not_paid")
	d, _ = st.joint(t, siti, app.ID)
	last := d.Timeline[len(d.Timeline)-1]
	if d.Fees[0].Status != fee.Refunded || last.Action != application.EventRefunded || last.Message != "Rp300.000: Salah hitung." {
		t.Errorf("given back: %+v, told %+v", d.Fees[0], last)
	}
	var acts []string
	for _, e := range st.trail(t, app.ID) {
		acts = append(acts, e.Action)
	}
	if n := len(acts); n < 3 || acts[n-3] != "application.pay" || acts[n-1] != "application.refund" {
		t.Errorf("audit %v", acts)
	}
}

// TestAFeeIsPaidAndGivenBackInParts: the step waits for the whole, the applicant is told what is left, and what was paid
// too much goes back in part, or in whole when the application ends before.
func TestAFeeIsPaidAndGivenBackInParts(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	st.follow(t, charged)
	siti, budi := st.resident(t, st.ctx, "Siti"), st.officer(t, "Budi", "disdukcapil", "officer")
	app := st.submitted(t, siti, sitiNIK)
	act := func(action string, answers map[string][]string, files ...application.Upload) error {
		t.Helper()
		next, err := st.Act(st.ctx, budi, ActInput{ID: app.ID, Action: action, Version: app.Version, Answers: answers, Files: files})
		if err == nil {
			app = next
		}
		return err
	}
	pay := func(amount, reference string) error {
		t.Helper()
		return act("pay", map[string][]string{"paid_amount": {amount}, "paid_on": {"2026-11-24"}, "paid_reference": {reference}},
			application.Upload{Field: "paid_proof", Name: "slip.jpg", Body: bytes.NewReader(photo(t))})
	}
	for _, err := range []error{act("start_review", nil), act("charge", map[string][]string{"luas": {"6"}}), pay("100.000", "BRK-1")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := app.Version
	d, _ := st.joint(t, siti, app.ID)
	f := d.Fees[0]
	if app.State != "unpaid" || app.Clock != workflow.Paused || f.Status != fee.Due || f.Kept() != 100_000 || f.Open() != 200_000 {
		t.Fatalf("a part is paid: %s, %+v", app.State, f)
	}
	if last := d.Timeline[len(d.Timeline)-1]; last.Action != application.EventPaidPart || last.Message != "Pembayaran Rp100.000 tercatat. Sisa yang perlu dibayar Rp200.000." {
		t.Errorf("told %+v", last)
	}
	if n := st.letters(t, "generic", siti.ID); n != 2 {
		t.Errorf("%d letters", n)
	}
	wantsField(t, pay("200.001", "BRK-2"), "paid_amount", "amount_over")
	wantsField(t, pay("200.000", "BRK-1"), "paid_reference", "reference_used")
	if err := pay("50.000", "BRK-2"); err != nil || app.Version != seen+1 {
		t.Fatalf("version %d, %v", app.Version, err)
	}
	// A part that was paid by mistake goes back, and is owed again.
	if err := st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: f.ID, Amount: 50_000, Reason: "Setoran orang lain."}); err != nil {
		t.Fatal(err)
	}
	d, _ = st.joint(t, siti, app.ID)
	if how := d.Fees[0].How.In("id"); !strings.HasPrefix(how, "Bayar Rp200.000 ke Bank") || !strings.HasSuffix(st.letter(t, siti.ID), how) {
		t.Errorf("owed again: %q, told %q", how, st.letter(t, siti.ID))
	}
	if err := pay("200.000", "BRK-3"); err != nil || app.State != "paid" {
		t.Fatalf("%s, %v", app.State, err)
	}
	wantsField(t, st.RefundFee(st.ctx, budi, RefundInput{ID: app.ID, Fee: f.ID, Seen: 50_000, Amount: 300_001, Reason: "x"}), "amount", "refund_over")
	for i := range money.Rupiah(2) {
		back := RefundInput{ID: app.ID, Fee: f.ID, Seen: 50_000 + i*25_000, Amount: 25_000, Reason: "Ukuran salah."}
		if err := st.RefundFee(st.ctx, budi, back); err != nil {
			t.Fatal(err)
		}
		wants(t, st.RefundFee(st.ctx, budi, back), "fee.changed") // sent twice
	}
	d, _ = st.joint(t, budi, app.ID)
	f = d.Fees[0]
	if f.Status != fee.Paid || f.Paid != 350_000 || f.Refunded != 100_000 || f.Kept() != 250_000 || len(f.Entries) != 6 || !f.Entries[0].ProofID.Valid {
		t.Errorf("in the end %+v", f)
	}
	if _, body, err := st.OpenFile(st.ctx, budi, app.ID, f.Entries[0].ProofID.UUID); err != nil {
		t.Errorf("the first slip: %v", err)
	} else {
		_ = body.Close()
	}
	sums := map[string]int{}
	for _, e := range st.trail(t, app.ID) {
		sums[e.Action]++
	}
	if sums["application.pay"] != 4 || // the last with its step, which has that name too
		sums["application.refund"] != 3 {
		t.Errorf("recorded %v", sums)
	}
	name, pdf, err := st.FeeReceiptPDF(st.ctx, siti, app.ID, f.ID)
	if err != nil || name == "" || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("receipt %q, %v", name, err)
	}
}
