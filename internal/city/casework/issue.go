package casework

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
	"bedelau/internal/kernel/workflow"
)

// Document is what the city has issued on an application.
type Document struct {
	bun.BaseModel `bun:"table:issued_document,alias:d"`

	TenantID        uuid.UUID `bun:"tenant_id,pk"`
	ID              uuid.UUID `bun:"id,pk"`
	ApplicationID   uuid.UUID `bun:"application_id"`
	DocumentCode    string    `bun:"document_code"`
	DocumentVersion int       `bun:"document_version"`
	Title           i18n.Text `bun:"title,type:jsonb"`
	Number          string    `bun:"number"`
	Series          string    `bun:"series"`
	Year            int       `bun:"year"`
	Seq             int       `bun:"seq"` // without a gap in its series and year
	Token           string    `bun:"token"`
	FileID          uuid.UUID `bun:"file_id"`
	SHA256          []byte    `bun:"sha256"`
	HolderMasked    string    `bun:"holder_masked"`
	AgencyName      i18n.Text `bun:"agency_name,type:jsonb"`
	SignerTitle     i18n.Text `bun:"signer_title,type:jsonb"`
	Status          string    `bun:"status"`
	IssuedAt        time.Time `bun:"issued_at"`
	ValidUntil      time.Time `bun:"valid_until,nullzero"`
}

// The statuses of a document. Expired is not stored: it is what the date says.
const (
	DocumentValid    = "valid"
	DocumentRevoked  = "revoked"
	DocumentReplaced = "replaced"
	DocumentExpired  = "expired"
)

// StatusAt is the document's status at now.
func (d Document) StatusAt(now time.Time) string {
	if d.Status == DocumentValid && !d.ValidUntil.IsZero() && now.After(d.ValidUntil) {
		return DocumentExpired
	}
	return d.Status
}

// documentsLimit bounds the documents of one application.
const documentsLimit = 50

func documentsOf(ctx context.Context, db bun.IDB, app Application) ([]Document, error) {
	var all []Document
	err := db.NewSelect().Model(&all).Where("tenant_id = ? AND application_id = ?", app.TenantID, app.ID).
		OrderExpr("d.id").Limit(documentsLimit).Scan(ctx)
	return all, err
}

// Issued returns what a resident can download: of each of their own applications the document that is in force.
func (s *Service) Issued(ctx context.Context, actor identity.Actor) (map[uuid.UUID]Document, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationOwn); err != nil {
		return nil, err
	}
	var all []Document
	err := s.d.DB.App.NewSelect().Model(&all).
		Join("JOIN application AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id").
		Where("d.tenant_id = ? AND a.account_id = ? AND d.status = ?", tenancy.Must(ctx), actor.ID, DocumentValid).
		OrderExpr("d.id DESC").Limit(mineLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("casework: issued: %w", err)
	}
	out := map[uuid.UUID]Document{}
	for _, d := range all {
		out[d.ApplicationID] = d
	}
	return out, nil
}

// issue makes the document of an approved application: its number, its PDF, its place on the verification page. It is
// a job, so that an officer does not wait for it; running again, it finds what it has made.
func (s *Service) issue(ctx context.Context, _ uuid.UUID, args issueArgs) error {
	if err := s.warm(ctx); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		app, err := lockAny(ctx, tx, args.ApplicationID)
		if err != nil {
			return err
		}
		made, err := documentsOf(ctx, tx, app)
		if err != nil || len(made) > 0 || app.Outcome != event.Approved {
			return err
		}
		doc, err := s.makeDocument(ctx, tx, app)
		if err != nil {
			return err
		}
		return s.announceIssued(ctx, tx, app, doc)
	})
}

// makeDocument takes the next number and prints. The counter's row stays locked until the transaction ends, so that a
// failure gives the number back and no number is ever missing.
func (s *Service) makeDocument(ctx context.Context, tx bun.Tx, app Application) (Document, error) {
	t, err := s.template(ctx, tx, app)
	if err != nil {
		return Document{}, err
	}
	now := s.now()
	city, _ := tenancy.CityFrom(ctx)
	local := now.In(city.Location())
	values, err := s.values(ctx, tx, app, local)
	if err != nil {
		return Document{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Document{}, err
	}
	d := Document{
		TenantID: app.TenantID, ID: id, ApplicationID: app.ID, DocumentCode: app.DocumentCode, DocumentVersion: app.DocumentVersion,
		Series: app.ServiceCode, Year: local.Year(), Token: strings.ToLower(rand.Text()), HolderMasked: maskName(app.ApplicantName),
		AgencyName: app.AgencyName, Status: DocumentValid, IssuedAt: now, Title: i18n.Text{}, SignerTitle: i18n.Text{},
	}
	if t.ValidityMonths > 0 {
		d.ValidUntil = workcal.AddMonths(local, t.ValidityMonths).UTC()
	}
	if d.Seq, err = nextNumber(ctx, tx, d.Series, d.Year); err != nil {
		return Document{}, err
	}
	d.Number = documentNumber(t.NumberPattern, app.AgencyShort, d.Seq, local)
	values["document_number"] = d.Number
	for _, l := range i18n.All() {
		d.Title[l], d.SignerTitle[l] = fillIn(t.Title.In(l), values), fillIn(t.SignerTitle.In(l), values)
	}
	pdf, err := printLetter(city, letter{
		office: app.AgencyName.In(i18n.ID), title: d.Title.In(i18n.ID), number: d.Number, signer: d.SignerTitle.In(i18n.ID),
		address: s.verifyURL(city, d.Token), body: paragraphs(t, values), at: local,
	})
	if err != nil {
		return Document{}, err
	}
	f, err := s.d.Files.Put(ctx, tx, files.PutInput{
		Purpose: "document", Name: d.Title.In(i18n.ID) + " " + app.Number + ".pdf",
		Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf),
	})
	if err != nil {
		return Document{}, err
	}
	d.FileID, d.SHA256 = f.ID, f.SHA256
	if _, err := tx.NewInsert().Model(&d).Exec(ctx); err != nil {
		return Document{}, fmt.Errorf("casework: issue: %w", err)
	}
	return d, nil
}

func nextNumber(ctx context.Context, tx bun.Tx, series string, year int) (int, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO document_counter AS c (tenant_id, series, year, last) VALUES (?, ?, ?, 1)
		ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = c.last + 1 RETURNING last`,
		tenancy.Must(ctx), series, year).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("casework: number: %w", err)
	}
	return n, nil
}

// values is what a template's placeholders stand for.
func (s *Service) values(ctx context.Context, tx bun.IDB, app Application, local time.Time) (map[string]string, error) {
	form, err := s.form(ctx, tx, app)
	if err != nil {
		return nil, err
	}
	answers, err := s.answers(ctx, app)
	if err != nil {
		return nil, err
	}
	const l = i18n.ID
	values := map[string]string{}
	for _, p := range form.Pages {
		for _, f := range p.Fields {
			if v := f.Display(answers[f.Code], l); f.Sensitive && v != "" {
				values[f.Code] = f.Mask(v)
			} else {
				values[f.Code] = v
			}
		}
	}
	values["number"], values["service"], values["agency"] = app.Number, app.ServiceName.In(l), app.AgencyName.In(l)
	values["submitted"], values["date"] = l.Date(app.SubmittedAt.In(local.Location())), l.Date(app.DecidedAt.In(local.Location()))
	values["reason"] = app.Reason
	return values, nil
}

func paragraphs(t *DocumentTemplate, values map[string]string) []string {
	out := make([]string, len(t.Body))
	for i, p := range t.Body {
		out[i] = fillIn(p.In(i18n.ID), values)
	}
	return out
}

// announceIssued writes what follows from a document, and takes the workflow's own next step if it has one.
func (s *Service) announceIssued(ctx context.Context, tx bun.Tx, app Application, d Document) error {
	e := Event{At: d.IssuedAt, Action: EventIssued, FromState: app.State, ToState: app.State, ActorKind: audit.System, Public: true}
	wf, err := s.workflow(ctx, tx, app)
	if err != nil {
		return err
	}
	if next := wf.Offered(app.State, workflow.BySystem); len(next) > 0 {
		to, _ := wf.State(next[0].To)
		if _, err := s.setClock(ctx, tx, &app, to.Clock, d.IssuedAt); err != nil {
			return err
		}
		e.ToState, app.State, app.Stage = to.Code, to.Code, to.Stage
		app.Version++
		if to.Final {
			app.ClosedAt = d.IssuedAt
		}
		app.setQueue(d.IssuedAt)
	}
	app.UpdatedAt = d.IssuedAt
	if err := save(ctx, tx, app); err != nil {
		return err
	}
	if err := record(ctx, tx, app, e); err != nil {
		return err
	}
	err = audit.Record(ctx, tx, audit.Entry{
		ActorKind: audit.System, Action: "application.issue", Object: "application", ObjectID: app.ID, At: d.IssuedAt,
		Detail: map[string]any{"number": app.Number, "document": d.ID, "document_number": d.Number, "state": app.State},
	})
	if err != nil {
		return err
	}
	err = event.Publish(ctx, tx, s.d.Bus, event.DocumentIssued{
		DocumentID: d.ID, ApplicationID: app.ID, ServiceCode: app.ServiceCode, AgencyCode: app.AgencyCode,
		AccountID: app.AccountID, Channel: app.Channel, At: d.IssuedAt,
	})
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, app, "application_approved", app.Reason)
}
