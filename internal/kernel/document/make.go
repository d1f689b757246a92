package document

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Request is a document to be made.
type Request struct {
	Subject       Subject
	SubjectNumber string // as people know the subject; part of the file's name
	Template      string // code, and version as it was pinned
	Version       int
	Service       string // code; numbers are counted for each
	Agency        Agency
	Holder        string        // a name: only its first letters are kept
	HolderID      uuid.NullUUID // their account, if they have one
	Values        map[string]string
}

// Agency is the office that issues.
type Agency struct {
	Code  string
	Name  i18n.Text
	Short string
}

// Make takes the next number, prints and writes the row, all as part of tx. The counter's row stays locked until the
// transaction ends, so that a failure gives the number back and no number is ever missing. The caller holds the subject
// locked and has looked that it has no document yet.
func (s *Service) Make(ctx context.Context, tx bun.Tx, r Request) (Document, error) {
	t, err := s.Template(ctx, tx, r.Template, r.Version)
	if err != nil {
		return Document{}, err
	}
	now := s.now()
	city, _ := tenancy.CityFrom(ctx)
	local := now.In(city.Location())
	id, err := uuid.NewV7()
	if err != nil {
		return Document{}, err
	}
	d := Document{
		TenantID: tenancy.Must(ctx), ID: id, SubjectKind: r.Subject.Kind, SubjectID: r.Subject.ID, SubjectNumber: r.SubjectNumber,
		ServiceCode: r.Service, AgencyCode: r.Agency.Code, HolderID: r.HolderID, DocumentCode: r.Template, DocumentVersion: r.Version,
		Series: r.Service, Year: local.Year(), Token: strings.ToLower(rand.Text()), HolderMasked: privacy.MaskName(r.Holder),
		AgencyName: r.Agency.Name, Status: Valid, IssuedAt: now, Title: i18n.Text{}, SignerTitle: i18n.Text{},
	}
	if t.ValidityMonths > 0 {
		d.ValidUntil = workcal.AddMonths(local, t.ValidityMonths).UTC()
	}
	if d.Seq, err = nextNumber(ctx, tx, d.Series, d.Year); err != nil {
		return Document{}, err
	}
	d.Number = writeNumber(t.NumberPattern, r.Agency.Short, d.Seq, local)
	f, err := s.print(ctx, tx, city, t, &d, r.Values, local)
	if err != nil {
		return Document{}, err
	}
	d.FileID, d.SHA256 = f.ID, f.SHA256
	if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
		return Document{}, fmt.Errorf("document: make: %w", err)
	}
	return d, nil
}

// print fills in the template and stores the PDF.
func (s *Service) print(ctx context.Context, tx bun.Tx, city tenancy.City, t *Template, d *Document, given map[string]string, local time.Time) (files.File, error) {
	values := maps.Clone(given)
	values["document_number"] = d.Number
	for _, l := range i18n.All() {
		d.Title[l], d.SignerTitle[l] = fillIn(t.Title.In(l), values), fillIn(t.SignerTitle.In(l), values)
	}
	pdf, err := printLetter(city, letter{
		office: d.AgencyName.In(i18n.ID), title: d.Title.In(i18n.ID), number: d.Number, signer: d.SignerTitle.In(i18n.ID),
		address: s.VerifyURL(city, d.Token), body: paragraphs(t, values), at: local,
	})
	if err != nil {
		return files.File{}, err
	}
	return s.d.Files.Put(ctx, tx, files.PutInput{
		Purpose: "document", Name: d.Title.In(i18n.ID) + " " + d.SubjectNumber + ".pdf",
		Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf),
	})
}

func paragraphs(t *Template, values map[string]string) []string {
	out := make([]string, len(t.Body))
	for i, p := range t.Body {
		out[i] = fillIn(p.In(i18n.ID), values)
	}
	return out
}
