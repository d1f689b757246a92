package finance

import (
	"context"
	"time"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// Export is the Book's of that name for who holds invoice:read on the platform; a city gets its own.
func (s *Service) Export(ctx context.Context, actor identity.Actor, in i18n.Locale, table string, from, until time.Time, row func([]any) error) error {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return err
	}
	return s.Book.Export(ctx, of, in, table, from, until, row)
}
