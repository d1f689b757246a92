package collection

import (
	"slices"
	"testing"

	"bedelau/internal/saas/billing"
)

// A city on Stripe for a month: what the subscription drafts by itself becomes what the books say, to the rupiah, is sent once,
// and what is paid is in the books once.
func TestAMonthIsCollectedToTheRupiah(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"issued before Stripe drafts", "issued after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.subscribe("uji", november, map[string]int64{"ducting": 2})
			o.choose(Send)
			if sub := o.stripe.Find(t, "subscriptions", nil); sub["paused"] != "keep_as_draft" || len(sub["items"].(object)["data"].([]object)) != 5 {
				t.Fatalf("the subscription is %v", sub)
			}
			o.close(november)
			i := o.issue(november)
			if when == "issued before Stripe drafts" {
				if n := o.stripe.Calls["POST invoices"]; n != 0 {
					t.Fatalf("%d invoices before Stripe has drafted the month", n)
				}
			}
			o.anchor(november)
			doc := o.document(i)
			// Flat, add-on, usage, minimum, once and tax; a treasurer keeps PPN and PPh back.
			if doc["status"] != "open" || doc["sent"] == nil || doc["total"] != o.wanted(i) || doc["billing_reason"] != "subscription_cycle" {
				t.Fatalf("of %v Stripe asks for %v (%v), want %d", i.Total, doc["total"], doc["status"], o.wanted(i))
			}
			if i.Withholdable == 0 || doc["total"] == int64(i.Total)*100 {
				t.Error("nothing is kept back: the test tests too little")
			}
			want := doc["total"].(int64) / 100
			o.stripe.Pay(doc["id"].(string), doc["total"].(int64))
			for _, e := range append(o.stripe.Told(0), o.stripe.Told(0)...) {
				o.must(o.tell(e))
			}
			o.work()
			if st := o.standing(i); int64(st.Paid) != want || st.Open != i.Withholdable {
				t.Errorf("the books have %+v, want %d paid and %v open", st, want, i.Withholdable)
			}
			o.must(o.Compare(o.ctx))
			o.work()
			if all := o.incidents(); len(all) > 0 {
				t.Errorf("incidents %v", all)
			}
			// Of October, when the city was not here, Stripe had a draft; nobody will ever be asked for it.
			if old := o.stripe.Find(t, "invoices", func(x object) bool { return x["period_end"] == day(2026, 11, 5).Unix()+2*3600 }); old["status"] != "void" {
				t.Errorf("October is %v", old["status"])
			}
			if n := o.count("SELECT count(*) FROM payment WHERE tenant_id = ?", o.w.Platform.ID); n != 1 {
				t.Errorf("%d payments", n)
			}
			if n := o.count("SELECT count(*) FROM stripe_event WHERE tenant_id = ? AND processed_at IS NULL", o.w.Platform.ID); n != 0 {
				t.Errorf("%d events are not dealt with", n)
			}
		})
	}
}

// A move in the middle of a month, a month that begins in its middle, and the month after a late event: Stripe's own lines are
// never what is owed, and what it asks for is.
func TestAMoveWithinAMonthIsCollectedToTheRupiah(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", day(2026, 11, 11), nil)
	o.now = day(2026, 11, 11)
	o.choose(Send)
	o.now = day(2026, 11, 21)
	o.subscribe("besar", o.now, nil)
	o.look()
	o.close(november)
	o.anchor(november)
	i := o.issue(november)
	doc := o.document(i)
	if doc["total"] != o.wanted(i) || doc["status"] != "open" {
		t.Errorf("November: Stripe asks for %v (%v), want %d", doc["total"], doc["status"], o.wanted(i))
	}
	o.used = map[string]int64{"applications_submitted": 40, "documents_issued": 9, "applications_decided": 4} // of November too, as is learned now
	o.close(december)
	o.anchor(december)
	i = o.issue(december)
	doc = o.document(i)
	if doc["total"] != o.wanted(i) || doc["status"] != "open" || doc["billing_reason"] != "subscription_cycle" {
		t.Errorf("December: Stripe asks for %v (%v), want %d", doc["total"], doc["status"], o.wanted(i))
	}
	o.must(o.Compare(o.ctx))
	if all := o.incidents(); len(all) > 0 {
		t.Errorf("incidents %v", all)
	}
}

// After the subscription has ended there is no draft of Stripe's; the last month is an invoice of its own.
func TestWhatASubscriptionLeavesIsCollectedByAnInvoiceOfItsOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Send)
	o.now = day(2026, 11, 20)
	o.end(day(2026, 11, 21))
	o.now = day(2026, 11, 21)
	o.look()
	if sub := o.stripe.Find(t, "subscriptions", nil); sub["status"] != "canceled" {
		t.Errorf("the subscription is %v", sub["status"])
	}
	o.close(november)
	i := o.issue(november)
	doc := o.document(i)
	if doc["total"] != o.wanted(i) || doc["billing_reason"] != "manual" || doc["status"] != "open" {
		t.Errorf("Stripe asks for %v (%v, %v), want %d", doc["total"], doc["billing_reason"], doc["status"], o.wanted(i))
	}
}

// Whatever was lost on the way, what was done at Stripe is not done twice.
func TestAnAnswerThatIsLostDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"POST customers", "POST products", "POST prices", "POST billing", "POST subscriptions", "POST invoices", "POST invoiceitems"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.subscribe("uji", november, nil)
			_, err := o.Choose(o.ctx, o.clerk, ChooseInput{City: o.w.Other, By: ByStripe})
			o.must(err)
			again := func(do func() error) {
				if err := do(); err == nil {
					return
				}
				o.must(do())
			}
			o.stripe.Broken[call] = 1
			again(func() error { return o.mirror(o.ctx, o.w.Other.ID) })
			o.now = day(2026, 12, 3)
			_, err = o.Billing.Close(o.ctx, o.w.Other, november)
			o.must(err)
			again(func() error { return o.report(o.ctx, o.w.Other.ID) })
			o.now = day(2026, 12, 6)
			o.stripe.Turn()
			i := o.issueOnly(november)
			again(func() error { return o.collect(o.ctx, i.ID) })
			if o.stripe.Broken[call] != 0 {
				t.Fatal("nothing was lost: the test tests nothing")
			}
			doc := o.document(i)
			if doc["total"] != o.wanted(i) || doc["status"] != "open" {
				t.Errorf("Stripe asks for %v (%v), want %d", doc["total"], doc["status"], o.wanted(i))
			}
			o.stripe.Find(t, "customers", nil)
			o.stripe.Find(t, "subscriptions", nil)
			if len(o.stripe.Usage) != 3 {
				t.Errorf("%d events of usage", len(o.stripe.Usage))
			}
		})
	}
}

// What Stripe's lines come to by something that nobody here has done is an incident, and the invoice stays where it is until
// it is mended.
func TestADifferenceIsAnIncidentAndIsNotSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Send)
	o.close(november)
	o.stripe.Usage[0]["value"] = o.stripe.Usage[0]["value"].(int64) + 5
	o.anchor(november)
	i := o.issue(november)
	if doc := o.document(i); doc["status"] != "draft" {
		t.Errorf("it went out: %v", doc["status"])
	}
	if all := o.incidents(); !slices.Equal(all, []string{totalDiffers, lineDiffers}) {
		t.Errorf("incidents %v", all)
	}
	o.now = day(2026, 12, 12)
	o.must(o.Compare(o.ctx))
	o.work()
	if all := o.incidents(); !slices.Contains(all, notCollected) {
		t.Errorf("a week later the incidents are %v", all)
	}
	doc := o.document(i)
	for _, l := range doc["all"].([]object) { // somebody mends it there
		if l["amount"] == int64(3*700_000) {
			l["quantity"], l["amount"] = int64(2), int64(1_400_000)
		}
	}
	o.stripe.Sum(doc)
	o.must(o.Compare(o.ctx))
	o.work()
	o.must(o.Compare(o.ctx))
	if doc["status"] != "open" || doc["total"] != o.wanted(i) {
		t.Errorf("mended, it is %v and %v", doc["status"], doc["total"])
	}
	if all := o.incidents(); len(all) > 0 {
		t.Errorf("mended, the incidents are %v", all)
	}
}

// What stands on an invoice that has gone out is compared every night, line by line, with what was rated.
func TestTheNightFindsALineThatWasNotRated(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Send)
	o.close(november)
	o.anchor(november)
	i := o.issue(november)
	doc := o.document(i)
	o.must(o.Compare(o.ctx))
	if all := o.incidents(); len(all) > 0 {
		t.Fatalf("incidents %v", all)
	}
	for _, tamper := range []struct {
		part string
		do   func()
	}{
		{"unknown", func() {
			doc["billing_reason"] = "manual"
		}},
		{"tax", func() {
			for _, l := range doc["all"].([]object) {
				if l["metadata"].(object)[metaPart] == "tax" {
					l["amount"] = l["amount"].(int64) - 100
				}
			}
		}},
		{"rest/uji/1/langganan", func() {
			for _, l := range doc["all"].([]object) {
				if l["amount"] == int64(310_000_000) {
					l["amount"] = int64(310_000_100)
				}
			}
		}},
	} {
		before := len(o.incidents())
		tamper.do()
		o.must(o.Compare(o.ctx))
		if tamper.part == "unknown" {
			doc["billing_reason"] = "subscription_cycle"
		}
		all, err := o.Incidents(o.ctx, o.clerk, IncidentFilter{City: o.w.Other.ID})
		o.must(err)
		if len(all) <= before || !slices.ContainsFunc(all, func(x Incident) bool { return x.Kind == lineDiffers && x.Part == tamper.part && x.Expected != x.Found }) {
			t.Errorf("%s: %+v", tamper.part, all)
		}
		for _, x := range all {
			o.must(o.Close(o.ctx, o.clerk, x.ID, "Uji"))
		}
	}
}

// An event whose job gave up is dealt with in the night.
func TestAnEventThatWasGivenUpIsDealtWith(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.choose(Send)
	i, id := o.byHand(1_000_000)
	want := o.wanted(i)
	o.stripe.Pay(id, want)
	all := o.stripe.Told(0)
	o.must(o.tell(all[len(all)-1]))
	o.now = day(2026, 11, 2)
	o.must(o.Compare(o.ctx))
	if st := o.standing(i); int64(st.Paid)*100 != want {
		t.Errorf("%+v", st)
	}
	if n := o.count("SELECT count(*) FROM stripe_event WHERE tenant_id = ? AND processed_at IS NULL", o.w.Platform.ID); n != 0 {
		t.Errorf("%d events wait", n)
	}
}

// With a way to be charged, the subscription's own drafts are charged and not sent.
func TestAMonthIsCharged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Automatic)
	sub := o.stripe.Find(t, "subscriptions", nil)
	if sub["collection_method"] != "send_invoice" {
		t.Errorf("with nothing to charge it is %v", sub["collection_method"])
	}
	_, err := o.w.DB.App.NewRaw("UPDATE stripe_account SET method_at = ? WHERE tenant_id = ?", o.now, o.w.Platform.ID).Exec(o.ctx)
	o.must(err)
	o.look()
	if sub["collection_method"] != "charge_automatically" {
		t.Errorf("with something to charge it is %v", sub["collection_method"])
	}
	o.close(november)
	o.anchor(november)
	i := o.issue(november)
	if doc := o.document(i); doc["collection_method"] != "charge_automatically" || doc["sent"] != nil || doc["status"] != "open" || doc["total"] != o.wanted(i) {
		t.Errorf("%v %v %v %v, want %d", doc["collection_method"], doc["sent"], doc["status"], doc["total"], o.wanted(i))
	}
}

// A month that costs nothing, in a trial, is asked for by nobody; a coupon and a month without usage come to the rupiah.
func TestTermsThatStripeDoesNotKnow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.must(o.sql(`INSERT INTO coupon (code, percent, months, given_from, given_until, note) VALUES ('PERINTIS', 15, 6, '2026-01-01', '2027-12-01', 'Kota perintis')`))
	_, err := o.Billing.Subscribe(o.ctx, billing.SubscribeInput{City: o.w.Other, Plan: "uji", StartsOn: november, TrialDays: 30, Coupon: "PERINTIS", ActorKind: "system"})
	o.must(err)
	o.choose(Send)
	if c := o.close(november); c.Total != 0 {
		t.Fatalf("the trial costs %v", c.Total)
	}
	o.anchor(november)
	o.must(o.Compare(o.ctx))
	for _, id := range o.stripe.Order {
		if x := o.stripe.Objects[id]; x["kind"] == "invoices" && (x["status"] != "void" || x["sent"] != nil) {
			t.Errorf("%v is %v", id, x["status"])
		}
	}
	o.used = map[string]int64{"applications_submitted": 0, "documents_issued": 0, "applications_decided": 0}
	o.close(december)
	o.anchor(december)
	i := o.issue(december)
	if doc := o.document(i); doc["total"] != o.wanted(i) || doc["status"] != "open" || doc["billing_reason"] != "subscription_cycle" {
		t.Errorf("%v %v, want %d", doc["total"], doc["status"], o.wanted(i))
	}
	if all := o.incidents(); len(all) > 0 {
		t.Errorf("incidents %v", all)
	}
}

// A pause ends the subscription there, and a resumption begins another: nothing that was remembered stands in its way.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.subscribe("uji", november, nil)
	o.choose(Send)
	o.now = day(2026, 11, 10)
	_, err := o.Billing.End(o.ctx, billing.EndInput{City: o.w.Other, On: o.now, As: billing.Paused, Reason: "Uji", ActorKind: "system"})
	o.must(err)
	o.look()
	_, err = o.Billing.Resume(o.ctx, billing.ResumeInput{City: o.w.Other, On: o.now, ActorKind: "system"})
	o.must(err)
	o.look()
	o.stripe.Find(t, "subscriptions", func(x object) bool { return x["status"] == "canceled" })
	sub := o.stripe.Find(t, "subscriptions", func(x object) bool { return x["status"] == "active" })
	o.stripe.Mu.Lock()
	sub["status"] = "canceled" // on Stripe's pages
	o.stripe.Tell("customer.subscription.deleted", sub)
	e := o.stripe.Events[len(o.stripe.Events)-1]
	o.stripe.Mu.Unlock()
	o.deliver(e)
	if all := o.incidents(); !slices.Equal(all, []string{subscriptionEnded}) {
		t.Errorf("incidents %v", all)
	}
	o.look()
	o.stripe.Find(t, "subscriptions", func(x object) bool { return x["status"] == "active" })
}
