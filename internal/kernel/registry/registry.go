// Package registry asks a register of the state, such as the population's or that of businesses, what it knows of one
// person or business, so that a resident need not write again what the state has.
//
// Which registers a city may ask is the city's data: an address, a key and a time limit, set by the operator once the
// city has its access agreement (for the population: Permendagri 102/2019). No register is reachable without one; the
// demonstration asks a stand-in of our own (devkit/register), and says so. A register is a convenience: one that is slow,
// wrong or dead costs a bounded wait and nothing else.
package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// Kind is which register.
type Kind string

// The registers.
const (
	Population Kind = "population" // by NIK
	Business   Kind = "business"   // by NIB
)

// Kinds lists the registers.
func Kinds() []Kind { return []Kind{Population, Business} }

// Attributes lists what a register tells, sorted; each is a line of text. Nil for no register. An account proves no more than an
// e-mail address, and who knows a person's number and name could ask in their place. So nothing personal is told that
// the asker has not typed: no family card, birth, address or phone, whatever the register answers.
func Attributes(k Kind) []string {
	switch k {
	case Population:
		return []string{"name"}
	case Business:
		return []string{"activity", "holder", "name"}
	}
	return nil
}

// holder is the attribute that names the person whose identifier it is: who asks must have that name.
func holder(k Kind) string {
	if k == Business {
		return "holder"
	}
	return "name"
}

// Deps is what a Service works with.
type Deps struct {
	DB   *bun.DB // the application role's
	Keys *privacy.Keys
	Now  func() time.Time // time.Now when nil
}

// Service asks the registers of every city.
type Service struct {
	d      Deps
	client *client

	mu       sync.Mutex
	breakers map[string]*breaker
}

// New returns the Service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{d: d, client: newClient(), breakers: map[string]*breaker{}}
}

// Setting is one register of a city.
type Setting struct {
	bun.BaseModel `bun:"table:registry,alias:r"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	Kind      Kind      `bun:"kind,pk"`
	Name      string    `bun:"name"` // as residents are told
	URL       string    `bun:"url"`
	Key       []byte    `bun:"key"`        // sealed
	TimeoutMS int       `bun:"timeout_ms"` // of one attempt
	Active    bool      `bun:"active"`
	UpdatedAt time.Time `bun:"updated_at"`
}

const useKey = "registry.key"

// SetInput is how a city's register is reached.
type SetInput struct {
	Kind    Kind
	Name    string
	URL     string
	Key     string
	Timeout time.Duration // of one attempt; 0 is three seconds
	Active  bool
}

// Set keeps how a register of ctx's city is reached, for the operator. It refuses Invalid with the fields "kind", "name",
// "url" (https, or http on this machine), "key" and "timeout".
func (s *Service) Set(ctx context.Context, in SetInput) error {
	if in.Timeout == 0 {
		in.Timeout = 3 * time.Second
	}
	if err := in.Validate(); err != nil {
		return err
	}
	key, err := s.d.Keys.Seal(ctx, []byte(in.Key), useKey)
	if err != nil {
		return err
	}
	row := Setting{TenantID: tenancy.Must(ctx), Kind: in.Kind, Name: strings.TrimSpace(in.Name), URL: strings.TrimRight(in.URL, "/"), Key: key,
		TimeoutMS: int(in.Timeout.Milliseconds()), Active: in.Active, UpdatedAt: s.d.Now().UTC()}
	_, err = s.d.DB.NewInsert().Model(&row).On("CONFLICT (tenant_id, kind) DO UPDATE").Exec(ctx)
	if err != nil {
		return fmt.Errorf("registry: set: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.breakers, breakerKey(row))
	return nil
}

// Validate refuses what cannot work. A key in clear over a network is refused: an address that is not https must be one of
// this machine.
func (in SetInput) Validate() error {
	var bad []fault.Field
	refuse := func(name, code string) { bad = append(bad, fault.Field{Name: name, Code: code}) }
	if Attributes(in.Kind) == nil {
		refuse("kind", "not_an_option")
	}
	if strings.TrimSpace(in.Name) == "" || len(in.Name) > 100 {
		refuse("name", "name")
	}
	if in.Key == "" || len(in.Key) > 500 || strings.ContainsAny(in.Key, "\r\n\x00") {
		refuse("key", "invalid")
	}
	if u, err := url.Parse(in.URL); err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || !(u.Scheme == "https" || u.Scheme == "http" && local(u.Hostname())) {
		refuse("url", "registry_url")
	}
	if in.Timeout < 100*time.Millisecond || in.Timeout > 10*time.Second {
		refuse("timeout", "registry_timeout")
	}
	return fault.Fields(bad)
}

func local(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

// Find returns how a register of ctx's city is reached; false when the city asks none.
func (s *Service) Find(ctx context.Context, k Kind) (Setting, bool, error) {
	var row Setting
	err := s.d.DB.NewSelect().Model(&row).Where("r.tenant_id = ? AND r.kind = ? AND r.active", tenancy.Must(ctx), k).Scan(tenancy.Prepared(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("registry: find: %w", err)
	}
	return row, true, nil
}

// Outcome is what became of a question.
type Outcome string

// The outcomes. Only Found has an answer.
const (
	Found       Outcome = "found"
	Unknown     Outcome = "unknown"     // the register has nobody of this identifier, or not of this name
	Unavailable Outcome = "unavailable" // it was slow, wrong, refused us, or is left alone for now
)

// Ask asks a register about one identifier in the name of who holds it. name is the asker's own: an answer about somebody
// of another name is Unknown and is not returned. The caller has the asker's consent, has bounded how often they ask, and
// records that they did. Ask opens no transaction and is called in none, because it waits for a network.
func (s *Service) Ask(ctx context.Context, r Setting, id, name string) (map[string]string, Outcome, error) {
	key, err := s.d.Keys.Open(ctx, r.Key, useKey)
	if err != nil {
		return nil, "", fmt.Errorf("registry: key: %w", err)
	}
	b := s.breaker(r)
	if !b.may(s.d.Now()) {
		return nil, Unavailable, nil
	}
	answer, err := s.client.ask(ctx, r, string(key), id)
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) { // that the asker has gone says nothing of the register
		b.tell(s.d.Now(), err)
	}
	switch {
	case err != nil:
		return nil, Unavailable, nil
	case answer == nil || !sameName(answer[holder(r.Kind)], name):
		return nil, Unknown, nil
	}
	return answer, Found, nil
}

// sameName compares names as people write them: without regard to case and white space. Marks and titles are left out,
// because one register has them and another has not.
func sameName(a, b string) bool {
	plain := func(s string) string {
		s, _, _ = strings.Cut(strings.ToLower(s), ",") // a degree behind the name
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '.' || r == '\'' || r == '\u00a0' || r == '-' }), " ")
	}
	return plain(a) != "" && plain(a) == plain(b)
}

func breakerKey(r Setting) string { return r.TenantID.String() + ":" + string(r.Kind) }

func (s *Service) breaker(r Setting) *breaker {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.breakers[breakerKey(r)]
	if b == nil {
		b = &breaker{}
		s.breakers[breakerKey(r)] = b
	}
	return b
}
