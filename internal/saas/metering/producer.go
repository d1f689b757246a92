package metering

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/apikey"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Producer is a program of others that may report usage, such as a gateway for messages. Producers are the platform's:
// what they report ends on the bill of a city.
type Producer struct {
	bun.BaseModel `bun:"table:usage_producer,alias:p"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"` // the platform
	ID        uuid.UUID  `bun:"id,pk"`
	Name      string     `bun:"name"`
	Contact   string     `bun:"contact"`      // whom to write to about it: an office, not a person
	Source    string     `bun:"source"`       // of its events, an absolute URI
	Meters    []string   `bun:"meters,array"` // codes: its events may be of the types that these read
	Cities    []string   `bun:"cities,array"` // slugs; none means every city
	CreatedAt time.Time  `bun:"created_at"`
	ClosedAt  time.Time  `bun:"closed_at,nullzero"`
}

// ProducersDeps is what Producers are built from.
type ProducersDeps struct {
	DB    *storage.DB
	Guard *access.Guard
	Codes *apikey.Service  // the producers' keys
	Now   func() time.Time // time.Now when nil
}

// Producers takes in what programs of others report.
type Producers struct{ d ProducersDeps }

// NewProducers returns Producers.
func NewProducers(d ProducersDeps) *Producers {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Producers{d: d}
}

func (p *Producers) now() time.Time { return p.d.Now().UTC().Truncate(time.Microsecond) }

// ProducerInput is what the platform says of a producer.
type ProducerInput struct {
	Name, Contact, Source string
	Meters, Cities        []string
}

// clean reads the input and names every field at fault. known are the meters there are.
func (in ProducerInput) clean(known []Meter) (ProducerInput, error) {
	var bad []fault.Field
	for _, f := range []struct {
		name string
		text *string
	}{{"name", &in.Name}, {"contact", &in.Contact}, {"source", &in.Source}} {
		*f.text = strings.Join(strings.Fields(*f.text), " ")
		switch {
		case *f.text == "":
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		case len(*f.text) > maxText:
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", maxText}})
		case !utf8.ValidString(*f.text) || strings.ContainsFunc(*f.text, unicode.IsControl):
			bad = append(bad, fault.Field{Name: f.name, Code: "invalid"})
		}
	}
	if u, err := url.Parse(in.Source); in.Source != "" && (err != nil || !u.IsAbs() || strings.Contains(in.Source, " ")) {
		bad = append(bad, fault.Field{Name: "source", Code: "app_source"})
	}
	if len(in.Meters) == 0 {
		bad = append(bad, fault.Field{Name: "meters", Code: "required"})
	}
	for _, code := range in.Meters {
		if !slices.ContainsFunc(known, func(m Meter) bool { return m.Code == code }) {
			bad = append(bad, fault.Field{Name: "meters", Code: "usage_meter", Args: []any{"meter", code}})
		}
	}
	return in, fault.Fields(bad)
}

// keyScopes is what a producer's key is good for.
var keyScopes = []string{string(access.UsageWrite)}

func producerKey(id uuid.UUID) apikey.Owner { return apikey.Owner{Kind: "usage_producer", ID: id} }

// Register takes a producer in, with a key that works for so long, and returns the key, which is never shown again. It is
// for operators' commands, in the platform's context. It refuses bad fields, a source that another has (field "source") and
// cities that are none (field "cities").
func (p *Producers) Register(ctx context.Context, in ProducerInput, life time.Duration) (Producer, string, error) {
	meters, err := New(p.d.DB, p.d.Now).Meters(ctx)
	if err != nil {
		return Producer{}, "", err
	}
	if in, err = in.clean(meters); err != nil {
		return Producer{}, "", err
	}
	for _, slug := range in.Cities {
		if _, err := p.City(ctx, slug); err != nil {
			return Producer{}, "", fault.Fields([]fault.Field{{Name: "cities", Code: "usage_city", Args: []any{"city", slug}}})
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Producer{}, "", err
	}
	out := Producer{TenantID: tenancy.Must(ctx), ID: id, Name: in.Name, Contact: in.Contact, Source: in.Source, Meters: in.Meters,
		Cities: append([]string{}, in.Cities...), CreatedAt: p.now()}
	var secret string
	err = tenancy.InTx(ctx, p.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewInsert().Model(&out).On("CONFLICT (tenant_id, source) DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.Fields([]fault.Field{{Name: "source", Code: "app_source_taken"}})
		}
		if _, secret, err = p.d.Codes.Issue(ctx, tx, operator(ctx), apikey.IssueInput{Owner: producerKey(id), Scopes: keyScopes, For: life}); err != nil {
			return err
		}
		return recordProducer(ctx, tx, out, "register", map[string]any{"source": out.Source, "meters": out.Meters, "cities": out.Cities})
	})
	if err != nil {
		return Producer{}, "", fmt.Errorf("metering: register producer: %w", err)
	}
	return out, secret, nil
}

// keyOverlap is how long a key that has a successor still works.
const keyOverlap = 7 * 24 * time.Hour

// Renew makes a key for a producer and returns it; its others work for seven days more. It is for operators' commands.
// NotFound "usage.no_producer", and Conflict "usage.producer_closed" for one that has ended.
func (p *Producers) Renew(ctx context.Context, source string, life time.Duration) (secret string, err error) {
	err = p.change(ctx, source, func(ctx context.Context, tx bun.Tx, found *Producer) error {
		if !found.ClosedAt.IsZero() {
			return fault.New(fault.Conflict, "usage.producer_closed")
		}
		keys, err := p.d.Codes.List(ctx, tx, producerKey(found.ID))
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.Live(p.now()) {
				_, secret, err = p.d.Codes.Rotate(ctx, tx, operator(ctx), producerKey(found.ID), k.ID, keyOverlap)
				return err
			}
		}
		_, secret, err = p.d.Codes.Issue(ctx, tx, operator(ctx), apikey.IssueInput{Owner: producerKey(found.ID), Scopes: keyScopes, For: life})
		return err
	})
	return secret, err
}

// Close ends a producer: its keys open nothing from now on, and what it has reported stays. It is for operators' commands.
// Closing it again changes nothing. NotFound "usage.no_producer".
func (p *Producers) Close(ctx context.Context, source string) error {
	return p.change(ctx, source, func(ctx context.Context, tx bun.Tx, found *Producer) error {
		if !found.ClosedAt.IsZero() {
			return nil
		}
		found.ClosedAt = p.now()
		keys, err := p.d.Codes.List(ctx, tx, producerKey(found.ID))
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := p.d.Codes.Revoke(ctx, tx, operator(ctx), producerKey(found.ID), k.ID); err != nil {
				return err
			}
		}
		return recordProducer(ctx, tx, *found, "close", map[string]any{"source": found.Source})
	})
}

// List returns the producers in the order of their names, those that have ended too. It is for operators' commands.
func (p *Producers) List(ctx context.Context) ([]Producer, error) {
	var all []Producer
	err := p.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ?", tenancy.Must(ctx)).Order("name", "id").Limit(1000).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("metering: producers: %w", err)
	}
	return all, nil
}

// City returns the city with this slug, also one that is closed: what it used before is still to be reported and billed.
// NotFound "city.unknown".
func (p *Producers) City(ctx context.Context, slug string) (tenancy.City, error) {
	var found []tenancy.City
	err := p.d.DB.App.NewSelect().Model(&found).Where("slug = ?", slug).Where("kind = ?", tenancy.KindCity).Scan(tenancy.Platform(ctx))
	if err != nil {
		return tenancy.City{}, fmt.Errorf("metering: city: %w", err)
	}
	if len(found) != 1 {
		return tenancy.City{}, fault.New(fault.NotFound, "city.unknown", "host", slug)
	}
	return found[0], nil
}

// change runs fn on a producer under its lock and writes back whether it has ended.
func (p *Producers) change(ctx context.Context, source string, fn func(context.Context, bun.Tx, *Producer) error) error {
	err := tenancy.InTx(ctx, p.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		var found []Producer
		err := tx.NewSelect().Model(&found).Where("tenant_id = ?", tenancy.Must(ctx)).Where("source = ?", source).For("UPDATE").Scan(ctx)
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return fault.New(fault.NotFound, "usage.no_producer")
		}
		if err := fn(ctx, tx, &found[0]); err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model(&found[0]).Column("closed_at").WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("metering: producer: %w", err)
	}
	return nil
}

// operator is who works at the server's prompt: no account, so the record names the system.
func operator(ctx context.Context) identity.Actor {
	return identity.Actor{TenantID: tenancy.Must(ctx), Kind: audit.System}
}

func recordProducer(ctx context.Context, tx bun.IDB, p Producer, what string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "usage_producer." + what, Object: "usage_producer", ObjectID: p.ID, Detail: detail})
}
