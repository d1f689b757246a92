// Package config reads the environment once, at start, into one struct. A field that is missing or malformed stops
// the program with its name; no other package reads a setting of this program from the environment.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Secret is a value that never appears in a log or an error.
type Secret string

func (Secret) String() string { return "…" }

// GoString keeps %#v quiet too.
func (Secret) GoString() string { return "…" }

// Config is every setting of the program; the README's table is made from these tags.
type Config struct {
	Listen    string        `env:"BEDELAU_LISTEN" envDefault:":8080"`         // address of the web server
	Metrics   string        `env:"BEDELAU_METRICS_LISTEN" envDefault:":9090"` // address of /metrics; empty turns it off
	PublicURL string        `env:"BEDELAU_PUBLIC_URL,required,notEmpty"`      // the platform's address; a city's is its slug before that host
	DataDir   string        `env:"BEDELAU_DATA_DIR" envDefault:"data"`        // uploads and issued documents
	LogFormat string        `env:"BEDELAU_LOG" envDefault:"json"`             // json or text
	Proxies   []string      `env:"BEDELAU_TRUSTED_PROXIES"`                   // addresses whose X-Forwarded-For is believed
	Workers   int           `env:"BEDELAU_WORKERS" envDefault:"10"`           // tasks at a time in `work`
	StopWait  time.Duration `env:"BEDELAU_STOP_WAIT" envDefault:"3s"`         // time at a stop for the load balancer to see /readyz off
	Drain     time.Duration `env:"BEDELAU_DRAIN" envDefault:"20s"`            // time to finish requests and tasks after that

	DatabaseURL         Secret `env:"DATABASE_URL,required,notEmpty"`          // role bedelau_app
	DatabasePlatformURL Secret `env:"DATABASE_PLATFORM_URL,required,notEmpty"` // role bedelau_platform
	DatabaseOwnerURL    Secret `env:"DATABASE_OWNER_URL"`                      // role bedelau_owner; for `migrate` only, see OwnerURL
	DatabaseConns       int    `env:"BEDELAU_DB_CONNS" envDefault:"16"`        // connections of the application role
	RedisURL            Secret `env:"REDIS_URL,required,notEmpty"`             // redis://[:password@]host:port/db

	MasterKey       Secret   `env:"BEDELAU_MASTER_KEY,required,notEmpty"` // base64 of 32 bytes; seals each city's key
	MasterKeyFormer []Secret `env:"BEDELAU_MASTER_KEY_FORMER"`            // masters before it, until `keys rotate` has run

	Clamd string `env:"BEDELAU_CLAMD"`   // scanner of uploads, tcp://host:3310 or unix:///run/clamav/clamd.ctl; none when empty
	TSA   string `env:"BEDELAU_TSA_URL"` // time-stamping authority (RFC 3161) for signatures; none when empty

	TSARequired bool `env:"BEDELAU_TSA_REQUIRED" envDefault:"true"` // documents wait for its time; false: they are signed without it while it does not answer, and say so

	SMTPHost     string `env:"SMTP_HOST"`
	SMTPPort     int    `env:"SMTP_PORT" envDefault:"587"`
	SMTPUser     string `env:"SMTP_USER"`
	SMTPPassword Secret `env:"SMTP_PASSWORD"`
	SMTPFrom     string `env:"SMTP_FROM" envDefault:"tidak-membalas@localhost"`
	SMTPTLS      string `env:"SMTP_TLS" envDefault:"starttls"` // starttls, tls or none

	StripeKey     Secret   `env:"STRIPE_SECRET_KEY"`     // sk_live_… or sk_test_…; without it cities pay by transfer alone
	StripeSigning []Secret `env:"STRIPE_WEBHOOK_SECRET"` // whsec_…; while one replaces another, both
	StripeURL     string   `env:"STRIPE_API_URL"`        // of something that speaks Stripe's protocol; Stripe's own when empty
}

// Load reads the environment and reports every fault at once.
func Load() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err != nil {
		return Config{}, named(err)
	}
	return c, c.Validate()
}

// OwnerURL reads DATABASE_OWNER_URL alone, so that a machine which migrates needs none of the other settings.
func OwnerURL() (Secret, error) {
	c, _ := env.ParseAs[Config]() // whatever the others lack
	if c.DatabaseOwnerURL == "" {
		return "", errors.New("config: DATABASE_OWNER_URL is not set: the address of the database as the role bedelau_owner")
	}
	return c.DatabaseOwnerURL, nil
}

// named says every fault with the name that the operator knows, the variable's, and never with its value.
func named(err error) error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return fmt.Errorf("config: %w", err)
	}
	var out []error
	for _, e := range all.Errors {
		var parse env.ParseError
		if errors.As(e, &parse) {
			f, _ := reflect.TypeFor[Config]().FieldByName(parse.Name)
			name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
			e = fmt.Errorf("%s cannot be read as %s", name, parse.Type)
		}
		out = append(out, fmt.Errorf("config: %w", e))
	}
	return errors.Join(out...)
}

// Validate reports every field that cannot work, by its environment name.
func (c Config) Validate() error {
	var faults []error
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		faults = append(faults, errors.New("config: BEDELAU_PUBLIC_URL must be like https://layanan.example.id"))
	}
	if _, _, err := c.Masters(); err != nil {
		faults = append(faults, err)
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		faults = append(faults, errors.New("config: BEDELAU_LOG must be json or text"))
	}
	if c.SMTPTLS != "starttls" && c.SMTPTLS != "tls" && c.SMTPTLS != "none" {
		faults = append(faults, errors.New("config: SMTP_TLS must be starttls, tls or none"))
	}
	if c.StripeKey != "" && len(c.StripeSigning) == 0 {
		faults = append(faults, errors.New("config: STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET: without it nobody would learn what was paid"))
	}
	if c.Workers < 1 || c.DatabaseConns < 4 {
		faults = append(faults, errors.New("config: BEDELAU_WORKERS must be at least 1 and BEDELAU_DB_CONNS at least 4"))
	}
	return errors.Join(faults...)
}

// Masters returns the 32 bytes of the master key, and of each that it has replaced.
func (c Config) Masters() (current []byte, former [][]byte, err error) {
	if current, err = masterOf(c.MasterKey); err != nil {
		return nil, nil, fmt.Errorf("config: BEDELAU_MASTER_KEY must be %w", err)
	}
	for _, s := range c.MasterKeyFormer {
		key, err := masterOf(s)
		if err != nil {
			return nil, nil, fmt.Errorf("config: BEDELAU_MASTER_KEY_FORMER must be, separated by commas, %w", err)
		}
		former = append(former, key)
	}
	return current, former, nil
}

func masterOf(s Secret) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(s)))
	if err != nil || len(key) != 32 {
		return nil, errors.New("32 bytes in base64 (openssl rand -base64 32)")
	}
	return key, nil
}

// Domain is the platform's host name without a port.
func (c Config) Domain() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Secure reports whether people reach the site by https, so that cookies may say so.
func (c Config) Secure() bool {
	u, err := url.Parse(c.PublicURL)
	return err == nil && u.Scheme == "https"
}

// CityURL is the address of a city's site, without a trailing slash.
func (c Config) CityURL(slug string, hosts []string) string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return ""
	}
	host := slug + "." + u.Host
	if len(hosts) > 0 {
		host = hosts[0]
	}
	return u.Scheme + "://" + host
}
