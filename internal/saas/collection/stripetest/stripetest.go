// Package stripetest is a Stripe for tests: it speaks as much of Stripe's protocol as collection uses, and remembers.
package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Object is one of Stripe's, with the members by which tests know it.
type Object = map[string]any

// Standin remembers: what is created is there, what is done twice under one key is done once, a subscription drafts its month,
// usage is added up and priced, and everything is told as an event.
type Standin struct {
	URL     string
	Mu      sync.Mutex // held for what a test looks at or changes beside calls
	Objects map[string]Object
	Order   []string // of their ids, as they were made
	Usage   []Object
	Events  []Object
	Calls   map[string]int // by method and path, with ids taken out
	Broken  map[string]int // of a call: how many times it is to fail after it has been done

	now  func() time.Time
	keys map[string]reply
}

type reply struct {
	request string
	body    []byte
}

// New starts a Stripe by a clock, until the test ends.
func New(t testing.TB, now func() time.Time) *Standin {
	s := &Standin{now: now, Objects: map[string]Object{}, keys: map[string]reply{}, Calls: map[string]int{}, Broken: map[string]int{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

func (s *Standin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if err := r.ParseForm(); err != nil {
		s.refuse(w, http.StatusBadRequest, "malformed")
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	key, request := r.Header.Get("Idempotency-Key"), r.Method+r.URL.Path+"?"+r.Form.Encode()
	if old, ok := s.keys[key]; ok && key != "" {
		if old.request != request {
			s.refuse(w, http.StatusBadRequest, "idempotency_error")
			return
		}
		_, _ = w.Write(old.body)
		return
	}
	out, code := s.answer(r.Method, parts, r.Form)
	if code != "" {
		status := http.StatusBadRequest
		if code == "resource_missing" {
			status = http.StatusNotFound
		}
		s.refuse(w, status, code)
		return
	}
	body, _ := json.Marshal(out)
	if key != "" && r.Method != http.MethodGet {
		s.keys[key] = reply{request, body}
	}
	name := r.Method + " " + parts[0]
	s.Calls[name]++
	if s.Broken[name] > 0 {
		s.Broken[name]--
		s.refuse(w, http.StatusTeapot, "broken") // it was done, and nobody learns of it
		return
	}
	_, _ = w.Write(body)
}

func (s *Standin) refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Object{"error": Object{"type": "invalid_request_error", "code": code}})
}

func (s *Standin) answer(method string, p []string, f url.Values) (any, string) {
	if len(p) > 1 && (p[0] == "billing" || p[0] == "checkout" || p[0] == "billing_portal") {
		p = append([]string{p[0] + "/" + p[1]}, p[2:]...)
	}
	if len(p) == 1 && method == http.MethodGet {
		return s.list(p[0], f), ""
	}
	if len(p) == 1 {
		return s.create(p[0], f)
	}
	o, ok := s.Objects[p[1]]
	switch {
	case !ok:
		return nil, "resource_missing"
	case len(p) == 3:
		return s.Act(o, p[2])
	case method == http.MethodDelete:
		if o["status"] == "canceled" {
			return nil, "resource_missing"
		}
		o["status"] = "canceled"
		s.Tell("customer.subscription.deleted", o)
	case method == http.MethodPost:
		return s.update(p[0], o, f)
	}
	return s.shown(o), ""
}

// shown is an object with what Stripe puts into it when it is read.
func (s *Standin) shown(o Object) Object {
	if o["object"] == "invoice" {
		o["lines"] = Object{"object": "list", "data": o["all"], "has_more": false}
	}
	return o
}

func (s *Standin) list(kind string, f url.Values) Object {
	data := []any{}
	for _, id := range slices.Backward(s.Order) { // the latest first, as Stripe does
		o := s.Objects[id]
		from, _ := strconv.ParseInt(f.Get("created[gte]"), 10, 64)
		if o["kind"] == kind && (f.Get("customer") == "" || o["customer"] == f.Get("customer")) && (f.Get("status") == "" || o["status"] == f.Get("status")) &&
			(f.Get("lookup_keys[0]") == "" || o["lookup_key"] == f.Get("lookup_keys[0]")) && (kind != "subscriptions" || o["status"] != "canceled") && o["created"].(int64) >= from {
			data = append(data, s.shown(o))
		}
	}
	return Object{"object": "list", "data": data, "has_more": false}
}

var prefixes = map[string]string{"customers": "cus", "billing/meters": "mtr", "products": "prod", "prices": "price", "subscriptions": "sub", "invoices": "in",
	"invoiceitems": "ii", "checkout/sessions": "cs", "billing_portal/sessions": "bps", "billing/meter_events": "me"}

func (s *Standin) create(kind string, f url.Values) (any, string) {
	id := f.Get("id")
	if id == "" {
		id = fmt.Sprintf("%s_%d", prefixes[kind], len(s.Order)+1)
	}
	o := Object{"id": id, "kind": kind, "object": strings.TrimSuffix(kind, "s"), "created": s.now().Unix(), "metadata": sub(f, "metadata"), "livemode": false, "form": f}
	for _, name := range []string{"customer", "event_name", "lookup_key", "name", "collection_method"} {
		if v := f.Get(name); v != "" {
			o[name] = v
		}
	}
	switch kind {
	case "billing/meters":
		o["status"] = "active"
	case "billing/meter_events":
		if slices.ContainsFunc(s.Usage, func(u Object) bool { return u["identifier"] == f.Get("identifier") }) {
			return nil, "duplicate_meter_event"
		}
		n, _ := strconv.ParseInt(f.Get("payload[value]"), 10, 64)
		at, _ := strconv.ParseInt(f.Get("timestamp"), 10, 64)
		s.Usage = append(s.Usage, Object{"identifier": f.Get("identifier"), "customer": f.Get("payload[stripe_customer_id]"), "event": f.Get("event_name"), "value": n, "at": at})
		return Object{"object": "billing.meter_event", "identifier": f.Get("identifier")}, ""
	case "subscriptions":
		o["status"] = "active"
		anchor, _ := strconv.ParseInt(f.Get("billing_cycle_anchor"), 10, 64)
		o["anchor"], o["since"] = time.Unix(anchor, 0).UTC(), s.now()
		o["items"] = Object{"object": "list", "data": s.itemsOf(nil, f)}
	case "invoices":
		o["status"], o["all"], o["attempt_count"], o["billing_reason"] = "draft", []Object{}, 0, "manual"
		s.Sum(o)
	case "invoiceitems":
		amount, _ := strconv.ParseInt(f.Get("amount"), 10, 64)
		in, ok := s.Objects[f.Get("invoice")]
		if !ok || in["status"] != "draft" {
			return nil, "invoice_not_editable"
		}
		in["all"] = append(in["all"].([]Object), Object{"id": "il_" + id, "object": "line_item", "amount": amount, "description": f.Get("description"), "metadata": o["metadata"], "type": "invoiceitem"})
		s.Sum(in)
	case "checkout/sessions", "billing_portal/sessions":
		o["url"] = "https://stripe.example/" + id
	}
	s.Objects[id], s.Order = o, append(s.Order, id)
	if kind == "invoices" {
		s.Tell("invoice.created", o)
	}
	return s.shown(o), ""
}

func (s *Standin) update(kind string, o Object, f url.Values) (any, string) {
	if kind == "invoices" && o["status"] != "draft" {
		return nil, "invoice_not_editable"
	}
	for name, v := range sub(f, "metadata") {
		o["metadata"].(Object)[name] = v
	}
	if v := f.Get("collection_method"); v != "" {
		o["collection_method"] = v
	}
	if v := f.Get("pause_collection[behavior]"); v != "" {
		o["paused"] = v
	}
	if v := f.Get("invoice_settings[default_payment_method]"); v != "" {
		o["method"] = v
	}
	if kind == "subscriptions" && f["proration_behavior"] != nil {
		o["items"] = Object{"object": "list", "data": s.itemsOf(o, f)}
	}
	return s.shown(o), ""
}

// itemsOf are the items of a subscription after a form has been applied to those that it has.
func (s *Standin) itemsOf(o Object, f url.Values) []Object {
	var out []Object
	have := map[string]Object{}
	if o != nil {
		for _, i := range o["items"].(Object)["data"].([]Object) {
			have[i["id"].(string)] = i
		}
	}
	for n := 0; f.Has(fmt.Sprintf("items[%d][id]", n)) || f.Has(fmt.Sprintf("items[%d][price]", n)); n++ {
		at := func(name string) string { return f.Get(fmt.Sprintf("items[%d][%s]", n, name)) }
		i, ok := have[at("id")]
		if !ok {
			i = Object{"id": fmt.Sprintf("si_%s_%d", at("price"), len(s.Order)), "price": Object{"id": at("price")}, "quantity": int64(1)}
		}
		delete(have, at("id"))
		if q, err := strconv.ParseInt(at("quantity"), 10, 64); err == nil {
			i["quantity"] = q
		}
		if at("deleted") != "true" {
			out = append(out, i)
		}
	}
	for _, i := range have {
		out = append(out, i)
	}
	return out
}

// Act does to an invoice what somebody does on Stripe's own pages, and says why it cannot.
func (s *Standin) Act(o Object, what string) (any, string) {
	switch {
	case what == "finalize" && o["status"] == "draft":
		o["status"], o["hosted_invoice_url"] = "open", "https://stripe.example/i/"+o["id"].(string)
		if o["amount_remaining"].(int64) <= 0 {
			o["status"] = "paid"
		}
		s.Tell("invoice.finalized", o)
	case what == "send" && o["status"] == "open":
		n, _ := o["sent"].(int)
		o["sent"] = n + 1
		s.Tell("invoice.sent", o)
	case what == "void" && (o["status"] == "open" || o["status"] == "paid" && o["total"].(int64) <= 0):
		o["status"] = "void"
		s.Tell("invoice.voided", o)
	case what == "pay" && o["status"] == "open":
		o["status"], o["paid_out_of_band"], o["amount_remaining"] = "paid", true, int64(0)
		s.Tell("invoice.paid", o)
	default:
		return nil, "invoice_cannot_" + what
	}
	return s.shown(o), ""
}

// Sum adds up an invoice anew.
func (s *Standin) Sum(o Object) {
	var total int64
	for _, l := range o["all"].([]Object) {
		total += l["amount"].(int64)
	}
	o["total"], o["amount_due"], o["amount_remaining"], o["amount_paid"] = total, total, total, int64(0)
}

// Tell adds an event about an object as it is now.
func (s *Standin) Tell(kind string, o Object) {
	raw, _ := json.Marshal(s.shown(o))
	var frozen Object
	_ = json.Unmarshal(raw, &frozen)
	s.Events = append(s.Events, Object{"id": fmt.Sprintf("evt_%d", len(s.Events)+1), "object": "event", "type": kind, "api_version": "2023-10-16", "livemode": false,
		"created": s.now().Unix(), "data": Object{"object": frozen}})
}

// sub are the members of a form's object.
func sub(f url.Values, name string) Object {
	out := Object{}
	for k, v := range f {
		if rest, ok := strings.CutPrefix(k, name+"["); ok {
			out[strings.TrimSuffix(rest, "]")] = v[0]
		}
	}
	return out
}

// Turn drafts what is due by now: each subscription's month at its anchor.
func (s *Standin) Turn() {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, id := range slices.Clone(s.Order) {
		o := s.Objects[id]
		if o["kind"] != "subscriptions" || o["status"] != "active" {
			continue
		}
		for at := o["anchor"].(time.Time); !at.After(s.now()); at = o["anchor"].(time.Time) {
			s.draft(o, o["since"].(time.Time), at)
			o["since"], o["anchor"] = at, at.AddDate(0, 1, 0)
		}
	}
}

func (s *Standin) draft(o Object, from, at time.Time) {
	id := fmt.Sprintf("in_%d", len(s.Order)+1)
	in := Object{"id": id, "kind": "invoices", "object": "invoice", "created": at.Unix(), "metadata": Object{}, "livemode": false, "customer": o["customer"], "status": "draft",
		"attempt_count": 0, "billing_reason": "subscription_cycle", "subscription": o["id"], "collection_method": o["collection_method"], "auto_advance": o["paused"] != "keep_as_draft",
		"period_start": from.Unix(), "period_end": at.Unix()}
	var lines []Object
	for _, i := range o["items"].(Object)["data"].([]Object) {
		price := s.Objects[i["price"].(Object)["id"].(string)]
		lines = append(lines, s.priced(price["form"].(url.Values), price["id"].(string), o["customer"].(string), i["quantity"].(int64), from, at)...)
	}
	in["all"] = lines
	s.Sum(in)
	s.Objects[id], s.Order = in, append(s.Order, id)
	s.Tell("invoice.created", in)
}

// priced are the lines of a price: a tier that was reached is one.
func (s *Standin) priced(f url.Values, id, customer string, quantity int64, from, at time.Time) []Object {
	if meter := f.Get("recurring[meter]"); meter != "" {
		quantity = 0
		for _, u := range s.Usage {
			if u["customer"] == customer && u["event"] == s.Objects[meter]["event_name"] && u["at"].(int64) >= from.Unix() && u["at"].(int64) < at.Unix() {
				quantity += u["value"].(int64)
			}
		}
	}
	line := func(n, unit int64) Object {
		return Object{"id": fmt.Sprintf("il_%s_%d", id, n), "object": "line_item", "type": "subscription", "price": Object{"id": id}, "quantity": n, "amount": n * unit, "metadata": Object{}}
	}
	number := func(name string) int64 { n, _ := strconv.ParseInt(f.Get(name), 10, 64); return n }
	if f.Get("billing_scheme") != "tiered" {
		if by := number("transform_quantity[divide_by]"); by > 0 {
			quantity = (quantity + by - 1) / by
		}
		return []Object{line(quantity, number("unit_amount"))}
	}
	var out []Object
	for n, below := 0, int64(0); ; n++ {
		end := f.Get(fmt.Sprintf("tiers[%d][up_to]", n))
		unit, up := number(fmt.Sprintf("tiers[%d][unit_amount]", n)), number(fmt.Sprintf("tiers[%d][up_to]", n))
		switch {
		case f.Get("tiers_mode") == "volume" && (end == "inf" || quantity <= up):
			return []Object{line(quantity, unit)}
		case f.Get("tiers_mode") == "volume":
		case end == "inf" || quantity <= up:
			return append(out, line(quantity-below, unit))
		default:
			out, below = append(out, line(up-below, unit)), up
		}
	}
}

// Find is the only object of a kind that a check holds for.
func (s *Standin) Find(t testing.TB, kind string, is func(Object) bool) Object {
	t.Helper()
	s.Mu.Lock()
	defer s.Mu.Unlock()
	var all []Object
	for _, id := range s.Order {
		if o := s.Objects[id]; o["kind"] == kind && (is == nil || is(o)) {
			all = append(all, o)
		}
	}
	if len(all) != 1 {
		t.Fatalf("there are %d of %s", len(all), kind)
	}
	return all[0]
}

// Pay is a payer who pays some of an invoice.
func (s *Standin) Pay(id string, amount int64) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	o := s.Objects[id]
	o["amount_paid"] = o["amount_paid"].(int64) + amount
	o["amount_remaining"] = o["amount_remaining"].(int64) - amount
	o["attempted"], o["attempt_count"] = true, 1
	kind := "invoice.updated"
	if o["amount_remaining"].(int64) <= 0 {
		o["status"], o["paid"], o["status_transitions"], kind = "paid", true, Object{"paid_at": s.now().Unix()}, "invoice.paid"
	}
	s.Tell(kind, o)
}

// Fail is a card that is refused.
func (s *Standin) Fail(id string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	o := s.Objects[id]
	n, _ := o["attempt_count"].(int)
	o["attempted"], o["attempt_count"] = true, n+1
	s.Tell("invoice.payment_failed", o)
}

// Told are the events from one on.
func (s *Standin) Told(from int) []Object {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return slices.Clone(s.Events[from:])
}
