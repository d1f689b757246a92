package finance

import (
	"context"
	"io"
	"io/fs"

	"github.com/google/uuid"

	"bedelau/internal/kernel/identity"
)

// ReturnFile writes what the buyer of a credit note needs to take its VAT back in Coretax. It needs invoice:read; one of another
// city is NotFound "invoice.not_found", and the other refusals are those of faktur.WriteReturnFile.
func (s *Service) ReturnFile(ctx context.Context, actor identity.Actor, layouts fs.FS, note uuid.UUID, w io.Writer) error {
	ctx, of, err := s.books(ctx, actor)
	if err != nil {
		return err
	}
	b, err := s.find(ctx, of, note)
	if err != nil {
		return err
	}
	return s.Taxes.WriteReturnFile(ctx, layouts, note, b.IssuedOn, w)
}
