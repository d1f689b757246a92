package document

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
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
	District      string // where its matter lies, by code; empty when nobody says
	Subdistrict   string
	Holder        string            // a name: only its first letters are kept
	HolderID      uuid.NullUUID     // their account, if they have one
	Values        map[string]string // what the names of BuiltIn stand for
	Form          *form.Form        // whose answers the texts may name; nil for a subject that has none
	Answers       form.Answers
	Files         map[string]int
	Replaces      uuid.NullUUID // the document whose place this one takes when it comes into force
	Reissue       bool          // for Replace: also in the place of a revoked one
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
//
// What needs no signature is in force at once; the fact DocumentReady is then published in tx. What needs one comes back
// Unsigned, and the fact follows when it is signed. It refuses what Printable refuses.
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
		ServiceCode: r.Service, AgencyCode: r.Agency.Code, DistrictCode: r.District, SubdistrictCode: r.Subdistrict, HolderID: r.HolderID, DocumentCode: r.Template, DocumentVersion: r.Version,
		Series: t.series(r), Year: local.Year(), Token: strings.ToLower(rand.Text()), HolderMasked: privacy.MaskName(r.Holder),
		AgencyName: r.Agency.Name, Status: Valid, IssuedAt: now, Title: i18n.Text{}, SignerTitle: i18n.Text{}, Replaces: r.Replaces,
	}
	if t.signed() || r.Replaces.Valid { // one document of a subject is in force at a time
		d.Status = Unsigned
	}
	d.ValidUntil = t.validUntil(r, local)
	if d.Seq, err = nextNumber(ctx, tx, d.Series, d.Year); err != nil {
		return Document{}, err
	}
	d.Number = writeNumber(t.NumberPattern, r, d.Seq, local)
	f, err := s.print(ctx, tx, t, &d, r, local)
	if err != nil {
		return Document{}, err
	}
	d.FileID, d.SHA256 = f.ID, f.SHA256
	if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
		return Document{}, fmt.Errorf("document: make: %w", err)
	}
	switch t.Signature {
	case SignScan:
		return d, nil
	case SignCertificate:
		return d, jobs.Add(ctx, tx, signKind, signArgs{DocumentID: d.ID})
	}
	return d, s.enter(ctx, tx, &d)
}

func (t *Template) signed() bool { return t.Signature == SignScan || t.Signature == SignCertificate }

// series is what a document's numbers are counted by.
func (t *Template) series(r Request) string {
	if t.Series == SeriesAgency {
		return "agency:" + r.Agency.Code
	}
	return r.Service
}

// validUntil is the last moment at which a document made at local's time is valid: the same day so many months on, or
// the end of the day that was answered.
func (t *Template) validUntil(r Request, local time.Time) time.Time {
	if t.ValidityMonths > 0 {
		return workcal.AddMonths(local, t.ValidityMonths).UTC()
	}
	day, err := time.ParseInLocation(time.DateOnly, r.Answers.Get(t.ValidUntil), local.Location())
	if t.ValidUntil == "" || err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1).Add(-time.Second).UTC()
}

// print fills in the template and stores the PDF.
func (s *Service) print(ctx context.Context, tx bun.Tx, t *Template, d *Document, r Request, local time.Time) (files.File, error) {
	city, _ := tenancy.CityFrom(ctx)
	signer, err := s.signerAt(ctx, tx, r.Agency.Code, local)
	if err != nil {
		return files.File{}, err
	}
	values := r.values(t.Unmasked)
	values["document_number"], values["signer_name"], values["signer_nip"] = d.Number, signer.Name, signer.NIP
	if !d.ValidUntil.IsZero() {
		values["valid_until"] = i18n.ID.Date(d.ValidUntil.In(local.Location()))
	}
	if err := t.printable(city, r, values, local); err != nil {
		return files.File{}, err
	}
	by := t.SignerTitle
	if signer.ID != uuid.Nil {
		by, d.SignerID = signer.Title, uuid.NullUUID{UUID: signer.ID, Valid: true}
	}
	for _, l := range i18n.All() {
		d.Title[l], d.SignerTitle[l] = fillIn(t.Title.In(l), values), fillIn(by.In(l), values)
	}
	sheet, err := t.sheetOf(city, r, values, local)
	if err != nil {
		return files.File{}, err
	}
	if sheet.ground, err = t.ground(ctx, tx, r.Form, local); err != nil {
		return files.File{}, err
	}
	if t.Signature == SignCertificate {
		key, err := s.keyRow(ctx, tx, signer.ID)
		if err != nil && !fault.Is(err, "document.no_key") { // that it has none, signing finds and tells
			return files.File{}, err
		}
		sheet.test = key.Test
	}
	sheet.address, sheet.signer = s.VerifyURL(city, d.Token), official{d.SignerTitle.In(i18n.ID), signer.Name, signer.NIP}
	pdf, err := printLetter(city, sheet)
	if err != nil {
		return files.File{}, err
	}
	return s.d.Files.Put(ctx, tx, files.PutInput{Purpose: purpose, Name: d.fileName(), Rule: pdfOnly(), Body: bytes.NewReader(pdf)})
}

const purpose = "document"

func pdfOnly() files.Rule { return files.Rule{Types: []string{"pdf"}} }

func (d Document) fileName() string { return d.Title.In(i18n.ID) + " " + d.SubjectNumber + ".pdf" }

// enter brings a document into force: what it replaces is over, and everybody who waits for it learns of it.
func (s *Service) enter(ctx context.Context, tx bun.Tx, d *Document) error {
	if d.Replaces.Valid {
		if err := s.retire(ctx, tx, *d); err != nil {
			return err
		}
	}
	if d.Status != Valid {
		d.Status = Valid
		if _, err := tx.NewUpdate().Model(d).Column("status").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("document: make: %w", err)
		}
	}
	return event.Publish(ctx, tx, s.d.Bus, event.DocumentReady{
		DocumentID: d.ID, SubjectKind: d.SubjectKind, SubjectID: d.SubjectID, Replaces: d.Replaces.Valid, At: s.now(),
	})
}
