package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Definitions answers for the forms, workflows and documents of the city; casework does. A kind is "form", "workflow" or
// "document".
type Definitions interface {
	// Kept lists the codes of each kind that the city has.
	Kept(ctx context.Context, db bun.IDB) (map[string][]string, error)
	// CopyDefinition makes the newest version of one the first version of another, of the city's own making.
	CopyDefinition(ctx context.Context, tx bun.IDB, actor uuid.UUID, kind, from, to string) error
	// Fits refuses, as package pack does, a workflow or a document that the questions of a form do not serve, and at
	// "rules.office" an address that it does not ask for. document and office may be empty.
	Fits(ctx context.Context, db bun.IDB, agencies []string, form, workflow, document, office string) error
}

// EditorDeps is what the editor is made from.
type EditorDeps struct {
	DB          *storage.DB
	Guard       *access.Guard
	Definitions Definitions
	Now         func() time.Time // time.Now when nil
}

// Editor is where a city's administrator writes the standard of a service as a draft and publishes it as the next version,
// begins a new service, and retires one. There is one draft per service; every change names the revision that its author
// saw. Staff with service:configure use it: those who have an agency, and not application:all, for the services of that
// agency alone; of others they are refused Forbidden "catalog.other_agency".
type Editor struct{ d EditorDeps }

// NewEditor returns the Editor.
func NewEditor(d EditorDeps) *Editor {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Editor{d}
}

// Edition is a service as its author would have it, with the next version of its standard.
type Edition struct {
	Service  Service
	Standard Standard
}

// Draft is an Edition that is being worked on. Without a Revision nobody has changed anything yet, and Edition is what was
// published last.
type Draft struct {
	Edition
	Base     int // the newest version when the draft was begun; 0 when there was none
	Latest   int // the newest version now; 0 while the service is not published
	Revision int
	By       string
	At       time.Time
	Problems pack.Problems // what keeps it from being published
}

type draftRow struct {
	bun.BaseModel `bun:"table:service_draft,alias:sd"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	Code      string    `bun:"code,pk"`
	Service   Service   `bun:"service,type:jsonb"`
	Form      string    `bun:"form"`
	Workflow  string    `bun:"workflow"`
	Document  string    `bun:"document"`
	Standard  Standard  `bun:"standard,type:jsonb"`
	Base      int       `bun:"base"`
	Revision  int       `bun:"revision"`
	ByID      uuid.UUID `bun:"by_id"`
	ByName    string    `bun:"by_name"`
	ChangedAt time.Time `bun:"changed_at"`
}

// Changed is the cause of the refusal "catalog.draft_changed": who changed the draft last, and when; without By it was
// published or given up.
type Changed struct {
	By string
	At time.Time
}

func (c *Changed) Error() string { return "changed by " + c.By }

// Open returns the draft of a service, or what was published last where there is none; NotFound
// "catalog.unknown_service" when there is neither.
func (e *Editor) Open(ctx context.Context, actor identity.Actor, code string) (Draft, error) {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return Draft{}, err
	}
	r, latest, err := e.row(ctx, e.d.DB.App, code, false)
	if err != nil {
		return Draft{}, err
	}
	if err := mine(ctx, e.d.DB.App, own, r); err != nil {
		return Draft{}, err
	}
	return e.draft(ctx, e.d.DB.App, r, latest)
}

// Find returns a service for the pages where its parts are written: as it was published, retired or not, or else as its
// draft has it. The refusals are those of Open.
func (e *Editor) Find(ctx context.Context, actor identity.Actor, code string) (Detail, error) {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return Detail{}, err
	}
	db := e.d.DB.App
	s, err := published(ctx, db, code)
	if errors.Is(err, sql.ErrNoRows) {
		var r draftRow
		if r, _, err = e.row(ctx, db, code, false); err != nil {
			return Detail{}, err
		}
		s = r.whole().Service
	} else if err != nil {
		return Detail{}, wrap(err)
	}
	if err := within(own, s.Agency); err != nil {
		return Detail{}, err
	}
	d := Detail{Service: s}
	err = db.NewSelect().Model(&d.Agency).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), s.Agency).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // a draft may name none yet
	}
	return d, wrap(err)
}

// History returns the versions of a standard, the newest first.
func (e *Editor) History(ctx context.Context, actor identity.Actor, code string) ([]Standard, error) {
	if err := e.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Standard
	err := standards(e.d.DB.App, &all).Where("tenant_id = ? AND service = ?", tenancy.Must(ctx), code).Order("version DESC").Limit(200).Scan(ctx)
	return all, wrap(err)
}

// Beginnings lists the services that are not published yet, by code: those that the actor may write.
func (e *Editor) Beginnings(ctx context.Context, actor identity.Actor) ([]Service, error) {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return nil, err
	}
	var rows []draftRow
	err = e.d.DB.App.NewSelect().Model(&rows).Where("tenant_id = ? AND base = 0", tenancy.Must(ctx)).
		Where("NOT EXISTS (SELECT FROM service AS s WHERE s.tenant_id = sd.tenant_id AND s.code = sd.code)").Order("code").Limit(500).Scan(ctx)
	var out []Service
	for _, r := range rows {
		if within(own, r.Service.Agency) == nil {
			out = append(out, r.whole().Service)
		}
	}
	return out, wrap(err)
}

// Kept lists the codes of the forms, workflows and documents that a service can be made of.
func (e *Editor) Kept(ctx context.Context, actor identity.Actor) (map[string][]string, error) {
	if err := e.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	return e.d.Definitions.Kept(ctx, e.d.DB.App)
}

// Issuing names the services that issue what a template says, published or in a draft, by the template's code. It needs
// service:configure.
func (e *Editor) Issuing(ctx context.Context, actor identity.Actor) (map[string][]i18n.Text, error) {
	if err := e.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var rows []struct {
		Document string
		Name     i18n.Text `bun:"name,type:jsonb"`
	}
	err := e.d.DB.App.NewRaw(`SELECT document, name FROM service WHERE tenant_id = ?0 AND document <> ''
		UNION SELECT document, service->'name' FROM service_draft WHERE tenant_id = ?0 AND document <> '' ORDER BY document LIMIT 5000`, tenancy.Must(ctx)).Scan(ctx, &rows)
	out := map[string][]i18n.Text{}
	for _, r := range rows {
		out[r.Document] = append(out[r.Document], r.Name)
	}
	return out, wrap(err)
}

// Agency returns the one agency whose services the actor may write; empty when it is every one's.
func (e *Editor) Agency(ctx context.Context, actor identity.Actor) (string, error) {
	return e.bound(ctx, actor)
}

func (e *Editor) bound(ctx context.Context, actor identity.Actor) (string, error) {
	if err := e.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return "", err
	}
	reach, err := e.d.Guard.Reach(ctx, actor)
	return reach.Agency(), err
}

// within refuses whoever writes the services of their own agency alone what is another's.
func within(own, agency string) error {
	if own != "" && own != agency {
		return fault.New(fault.Forbidden, "catalog.other_agency")
	}
	return nil
}

// mine holds both what is published and what the draft would make of it: neither is taken from another agency.
func mine(ctx context.Context, db bun.IDB, own string, r draftRow) error {
	if own == "" {
		return nil
	}
	s, err := published(ctx, db, r.Code)
	if errors.Is(err, sql.ErrNoRows) {
		s.Agency, err = r.Service.Agency, nil
	}
	if err != nil {
		return wrap(err)
	}
	return cmp.Or(within(own, s.Agency), within(own, r.Service.Agency))
}

func published(ctx context.Context, db bun.IDB, code string) (Service, error) {
	var s Service
	err := db.NewSelect().Model(&s).Where("tenant_id = ? AND code = ?", tenancy.Must(ctx), code).Scan(ctx)
	return s, err
}

func (r draftRow) whole() Edition {
	e := Edition{r.Service, r.Standard}
	e.Service.TenantID, e.Service.Code = r.TenantID, r.Code
	e.Service.Form, e.Service.Workflow, e.Service.Document = r.Form, r.Workflow, r.Document
	e.Standard.TenantID, e.Standard.Service = r.TenantID, r.Code
	return e
}

func (r *draftRow) take(e Edition) {
	r.Service, r.Standard = e.Service, e.Standard
	r.Form, r.Workflow, r.Document = e.Service.Form, e.Service.Workflow, e.Service.Document
}

// row reads the draft, or begins one that is not stored, and tells the newest version.
func (e *Editor) row(ctx context.Context, db bun.IDB, code string, lock bool) (draftRow, int, error) {
	tenant := tenancy.Must(ctx)
	var list []draftRow
	q := db.NewSelect().Model(&list).Where("tenant_id = ? AND code = ?", tenant, code)
	if lock {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return draftRow{}, 0, wrap(err)
	}
	var newest []Standard
	err := standards(db, &newest).Where("tenant_id = ? AND service = ?", tenant, code).Order("version DESC").Limit(1).Scan(ctx)
	if err != nil {
		return draftRow{}, 0, wrap(err)
	}
	latest := 0
	if len(newest) > 0 {
		latest = newest[0].Version
	}
	if len(list) > 0 {
		return list[0], latest, nil
	}
	s, err := published(ctx, db, code)
	if errors.Is(err, sql.ErrNoRows) {
		return draftRow{}, 0, fault.New(fault.NotFound, "catalog.unknown_service", "code", code)
	}
	r := draftRow{TenantID: tenant, Code: code, Base: latest}
	next := Standard{}
	if latest > 0 {
		next = newest[0]
	}
	r.take(Edition{s, next})
	return r, latest, wrap(err)
}

func (e *Editor) draft(ctx context.Context, db bun.IDB, r draftRow, latest int) (Draft, error) {
	d := Draft{Edition: r.whole(), Base: r.Base, Latest: latest, Revision: r.Revision, By: r.ByName, At: r.ChangedAt}
	if r.Revision == 0 {
		return d, nil
	}
	err := e.check(ctx, db, d.Edition)
	if errors.As(err, &d.Problems) {
		err = nil
	}
	return d, err
}

func (e *Editor) note(ctx context.Context, tx bun.Tx, actor identity.Actor, action string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "service", Detail: detail, At: e.d.Now().UTC()})
}
