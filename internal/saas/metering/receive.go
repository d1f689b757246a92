package metering

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
)

// MaxBatch is how many events one request of a producer may have.
const MaxBatch = maxBatch

// maxSkew is how far ahead of ours a producer's clock may be.
const maxSkew = 5 * time.Minute

// What became of a reported event.
const (
	Accepted  = "accepted"
	Duplicate = "duplicate" // known by its source and id: nothing was changed
	Refused   = "refused"
)

// Outcome is what became of one event of a request, in the request's order.
type Outcome struct {
	ID         string
	Result     string
	Correction bool // accepted too late for its month, which is closed: the next invoice takes it, unless it is
	Unbilled   bool // of a month so long ago that the seller no longer corrects it: it is kept and counted, and no invoice takes it
	Faults     []fault.Field
}

// Receive takes in the usage of a city that a program with the scope usage:write reports, in the platform's context. Each
// event is accepted, known already or refused for itself, and the answer says which; what is refused leaves no trace.
// Usage of a city that is suspended or closed is taken in as well: what was used before has still to be billed, and whether
// it costs anything is for the subscription to say. It refuses Conflict "usage.producer_closed", and Forbidden
// "usage.not_this_city" for a city that the producer does not report on.
func (p *Producers) Receive(ctx context.Context, actor identity.Actor, city tenancy.City, in []cloudevent.Read) ([]Outcome, error) {
	if err := p.d.Guard.Allow(ctx, actor, access.UsageWrite); err != nil {
		return nil, err
	}
	if len(in) > MaxBatch {
		return nil, fault.New(fault.TooLarge, "usage.batch_too_large", "max", MaxBatch)
	}
	who, types, err := p.producer(ctx, actor, city)
	if err != nil {
		return nil, err
	}
	back, err := p.corrected(ctx)
	if err != nil {
		return nil, err
	}
	ctx, err = tenancy.Inside(ctx, city)
	if err != nil {
		return nil, err
	}
	out, events, now := make([]Outcome, len(in)), make([]Event, 0, len(in)), p.now()
	for i, r := range in {
		out[i].ID = shorten(r.Event.ID)
		e, bad := readEvent(r, who, types, now)
		if len(bad) > 0 {
			out[i].Result, out[i].Faults = Refused, bad
			continue
		}
		out[i].Result = Accepted
		events = append(events, e)
	}
	if len(events) == 0 {
		return out, nil
	}
	r, err := RecordBatch(ctx, p.d.DB.App, events, func(ctx context.Context, tx bun.Tx, r Result) error {
		if r.New == 0 {
			return nil // nothing was changed
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "usage.report",
			Object: "usage_producer", ObjectID: who.ID, At: now, Detail: map[string]any{"key": actor.Name, "source": who.Source,
				"accepted": r.New, "duplicates": len(r.Duplicates), "corrections": len(r.Corrections), "unbilled": len(r.unbilled(events, city, back)), "refused": len(in) - len(events), "city": string(city.Status)}})
	})
	if err != nil {
		return nil, fmt.Errorf("metering: receive: %w", err)
	}
	tell(out, in, r)
	old := r.unbilled(events, city, back)
	for i := range out {
		out[i].Unbilled = out[i].Correction && old[in[i].Event.ID]
	}
	return out, nil
}

// corrected is for how many months after a month its seller, the platform of ctx, bills what comes late for it.
func (p *Producers) corrected(ctx context.Context) (int, error) {
	seller, err := invoice.SellerOn(ctx, p.d.DB.App, p.now())
	if fault.Is(err, "invoice.no_seller") {
		return invoice.CorrectMonths, nil
	}
	if err != nil {
		return 0, fmt.Errorf("metering: receive: %w", err)
	}
	return seller.CorrectMonths, nil
}

// unbilled are the ids of corrections for which the invoice that would take them no longer looks back far enough. All are of one source.
func (r Result) unbilled(events []Event, city tenancy.City, back int) map[string]bool {
	out := map[string]bool{}
	first := r.Open.In(city.Location()).AddDate(0, -back, 0)
	for _, e := range events {
		if e.Time.Before(first) && slices.Contains(r.Corrections, e.Key()) {
			out[e.ID] = true
		}
	}
	return out
}

// producer returns who reports and the types of event it may report of the city.
func (p *Producers) producer(ctx context.Context, actor identity.Actor, city tenancy.City) (Producer, []string, error) {
	var found []Producer
	err := p.d.DB.App.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("id = ?", actor.ID).Scan(ctx)
	switch {
	case err != nil:
		return Producer{}, nil, fmt.Errorf("metering: receive: %w", err)
	case len(found) != 1 || !found[0].ClosedAt.IsZero():
		return Producer{}, nil, fault.New(fault.Conflict, "usage.producer_closed")
	case len(found[0].Cities) > 0 && !slices.Contains(found[0].Cities, city.Slug):
		return Producer{}, nil, fault.New(fault.Forbidden, "usage.not_this_city")
	}
	meters, err := New(p.d.DB, p.d.Now).Meters(ctx)
	if err != nil {
		return Producer{}, nil, err
	}
	var types []string
	for _, m := range meters {
		if slices.Contains(found[0].Meters, m.Code) {
			types = append(types, m.Type)
		}
	}
	return found[0], types, nil
}

// tell writes into out which of the events that were recorded as r were known. Of an id that stands twice in a request
// the first counts.
func tell(out []Outcome, in []cloudevent.Read, r Result) {
	known, late, times := map[string]int{}, map[string]bool{}, map[string]int{}
	for _, k := range r.Duplicates {
		known[k.ID]++
	}
	for _, k := range r.Corrections {
		late[k.ID] = true
	}
	for i := range out {
		if out[i].Result == Accepted {
			times[in[i].Event.ID]++
		}
	}
	seen := map[string]bool{}
	for i := range out {
		id := in[i].Event.ID
		switch {
		case out[i].Result != Accepted:
		case seen[id] || known[id] == times[id]:
			out[i].Result = Duplicate
		default:
			seen[id], out[i].Correction = true, late[id]
		}
	}
}

// measured is the data of a usage event.
type measured struct {
	Quantity *int64 `json:"quantity"`
	Agency   string `json:"agency"`
	Service  string `json:"service"`
	Channel  string `json:"channel"`
}

var measuredNames = []string{"quantity", "agency", "service", "channel"}

// readEvent holds an event to what its producer may report at now, and names everything that is wrong.
func readEvent(r cloudevent.Read, who Producer, types []string, now time.Time) (Event, []fault.Field) {
	if len(r.Faults) > 0 {
		return Event{}, r.Faults
	}
	var bad []fault.Field
	refuse := func(name, code string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	e := r.Event
	if e.Source != who.Source {
		refuse("source", "event_source")
	}
	if !slices.Contains(types, e.Type) {
		refuse("type", "usage_type", "types", strings.Join(types, ", "))
	}
	switch {
	case e.Time.IsZero():
		refuse("time", "required")
	case e.Time.After(now.Add(maxSkew)):
		refuse("time", "event_future")
	}
	m, wrong := decodeMeasured(e.Data)
	bad = append(bad, wrong...)
	out := Event{Source: e.Source, ID: e.ID, Type: e.Type, Subject: e.Subject, Time: e.Time, Agency: m.Agency, Service: m.Service,
		Channel: m.Channel, Quantity: 1}
	if m.Quantity != nil {
		out.Quantity = *m.Quantity
	}
	for _, f := range out.validate(0) {
		name := strings.TrimPrefix(f.Name, "events.0.")
		if slices.Contains(measuredNames, name) {
			name = "data." + name
		}
		if !slices.ContainsFunc(bad, func(b fault.Field) bool {
			return b.Name == name || b.Name == "data" && strings.HasPrefix(name, "data.")
		}) {
			refuse(name, f.Code, f.Args...)
		}
	}
	for name, text := range map[string]string{"id": e.ID, "subject": e.Subject, "data.agency": m.Agency, "data.service": m.Service, "data.channel": m.Channel} {
		if strings.ContainsFunc(text, unicode.IsControl) {
			refuse(name, "invalid")
		}
	}
	return out, bad
}

// decodeMeasured reads data without leniency: a misspelt name would be a quantity that silently counts as one.
func decodeMeasured(data json.RawMessage) (measured, []fault.Field) {
	var m measured
	if len(data) == 0 {
		return m, nil // a plain occurrence
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || members == nil {
		return m, []fault.Field{{Name: "data", Code: "not_object"}}
	}
	for name := range members {
		if !slices.Contains(measuredNames, name) {
			return m, []fault.Field{{Name: "data", Code: "event_member", Args: []any{"names", strings.Join(measuredNames, ", ")}}}
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, []fault.Field{{Name: "data", Code: "event_member_type"}}
	}
	return m, nil
}

// shorten bounds an id that the sender made up, before it goes back in an answer.
func shorten(id string) string {
	if len(id) <= maxText {
		return id
	}
	id = id[:maxText]
	for !utf8.ValidString(id) {
		id = id[:len(id)-1]
	}
	return id
}
