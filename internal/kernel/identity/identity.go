package identity

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/credential"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/privacy"
)

// Roles says which roles one person may hand to another, and which of them are held in an agency. Package access
// answers it; identity lies below access and asks through this, so that no path to a role goes around the rules.
type Roles interface {
	MayGrant(ctx context.Context, by Actor, role string) error
	NeedsAgency(ctx context.Context, roles ...string) (bool, error)
}

// Deps is what identity stands on.
type Deps struct {
	DB      *bun.DB // the application role's
	Keys    *privacy.Keys
	Bus     *event.Bus
	Roles   Roles               // nil only where nobody is invited, such as a command that seeds a demonstration
	Limiter *redis_rate.Limiter // nil only where no network reaches, such as the command line
	Log     *slog.Logger
	Now     func() time.Time // nil means time.Now
}

// Service registers people, proves who they are, and keeps their sessions.
type Service struct {
	Deps
	passwords *credential.Hasher
}

// New returns a Service. It spends one password hash at once, to have something to compare with when a sign-in names
// an account that does not exist.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{Deps: d, passwords: credential.NewHasher(credential.Cost())}
}

func (s *Service) now() time.Time { return s.Now().UTC() }

// errLink refuses a link that has expired, was used, was replaced by a newer one, or never was. Which of these is
// nobody's business.
func errLink() error { return fault.New(fault.Gone, "identity.link_expired") }

// errWrong refuses a sign-in. It says the same whether the account exists or not.
func errWrong() error { return fault.New(fault.Unauthenticated, "identity.wrong") }
