package identity

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/privacy"
)

// searchUse is what the searches of one administrator are sealed for; nobody else can open them.
func searchUse(a Actor) string { return "account.search:" + a.ID.String() }

// SealSearch seals what a searches the staff for, as a word of an address: browsers and proxies keep addresses, and a name
// is typed into a search. Nothing is stored. The caller has checked staff:manage.
func (s *Service) SealSearch(ctx context.Context, a Actor, text string) (string, error) {
	sealed, err := s.Keys.Seal(ctx, []byte(text), searchUse(a))
	if err != nil {
		return "", fmt.Errorf("identity: seal search: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// OpenSearch returns what SealSearch has sealed for a. Anything else is NotFound "identity.no_search".
func (s *Service) OpenSearch(ctx context.Context, a Actor, word string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil {
		return "", fault.Wrap(fault.NotFound, "identity.no_search", err)
	}
	text, err := s.Keys.Open(ctx, sealed, searchUse(a))
	if errors.Is(err, privacy.ErrUnreadable) {
		return "", fault.Wrap(fault.NotFound, "identity.no_search", err)
	}
	if err != nil {
		return "", fmt.Errorf("identity: open search: %w", err)
	}
	return string(text), nil
}
