package admin

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// auditObjects are the kinds of things that acts are done to in a city, and on the platform. The tests hold them to what
// is recorded anywhere.
var auditObjects = map[tenancy.Kind][]string{
	tenancy.KindCity: {
		"application", "account", "role", "document", "file", "case_batch", "booking", "counter", "absence", "phrase", "filter",
		"external_application", "external_app", "api_key", "service", "form", "workflow", "document_template", "document_signer",
		"tariff", "calendar", "simulation", "duct_network", "duct_import", "duct_operator", "duct_lease", "duct_price", "duct_land_rent", "duct_bill_month", "duct_finding", "duct_wait", "duct_augment", "duct_damage",
		"duct_order",
		"duct_change", "duct_cable", "duct_photo",
		"duct_work", "subscription",
		"duct_deposit", "duct_wave",
		"invoice", "invoice_draft", "payment", "bank_statement", "bank_line", "party", "faktur", "seller", // of the ducts' company
		"revenue_target", "revenue_claim", "revenue_receipt", "usage_producer", "city",
	},
	tenancy.KindPlatform: {
		"account", "role", "invoice", "invoice_draft", "payment", "bank_statement", "bank_line", "party", "faktur", "seller",
		"plan", "coupon", "subscription", "incident", "revenue_share", "usage_producer", "api_key", "file", "job", "city",
	},
}

// audit is the record of who did what.
func (p *Pages) audit(c *gin.Context) error {
	return p.auditPage(c, http.StatusOK, office.AuditView{})
}

// auditPage shows a page of the record with the check of its chain as v holds it.
func (p *Pages) auditPage(c *gin.Context, status int, v office.AuditView) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	asked, f, err := p.auditFilter(c)
	if errs, code, ok := site.Refused(c, err, ""); ok {
		v.Errors, status, f = errs, code, audit.Filter{}
	} else if err != nil {
		return err
	}
	page, err := audit.List(ctx, p.DB.App, f)
	if err != nil {
		return err
	}
	v.Shell, v.Filter = p.DeskShell(c, l.T("audit.title")), asked
	v.ErrorTitle = len(v.Errors) > 0
	if v.Chain == nil || v.Chain.Whole {
		if v.Print, err = p.fingerprint(c); err != nil {
			return err
		}
	}
	for _, o := range auditObjects[gate.CityOf(c).Kind] {
		v.Objects = append(v.Objects, ui.Option{Value: o, Label: l.T("audit.object." + o)})
	}
	if page.Next != "" {
		v.Next = auditAddress(asked, page.Next)
	}
	if f.Cursor != "" {
		v.First = auditAddress(asked, "")
	}
	names, err := p.staffNames(c, page.Entries, f.ActorID)
	if err != nil {
		return err
	}
	v.OfName, v.OfThing = names[f.ActorID], asked.Thing != "" || asked.Number != ""
	reads := p.Guard.Allow(ctx, gate.ActorOf(c), access.ApplicationRead) == nil
	for _, e := range page.Entries {
		x := office.Entry{At: site.Zoned(c, e.At), Who: who(e, names, l), Action: e.Action, Detail: auditDetail(c, l, e.Detail, names)}
		if key := "audit.act." + e.Action; l.Has(key) {
			x.Action = l.T(key)
		} else if code, ok := strings.CutPrefix(e.Action, "application."); ok {
			x.Action = l.T("audit.act_step", "step", stepOf(e, code))
		}
		if names[e.ActorID] != "" {
			x.Same = auditAddress(office.AuditFilter{Who: e.ActorID.String()}, "")
		}
		x.Thing = auditAddress(office.AuditFilter{Object: e.Object, Thing: e.ObjectID.String()}, "")
		if reads && e.Object == "application" && e.ObjectID != uuid.Nil {
			x.Href = site.CasePath(e.ObjectID)
		}
		v.Entries = append(v.Entries, x)
	}
	return p.Render(c, status, office.Audit(v))
}

// stepOf is what a city's workflow calls a step, or its code where the record is older than its name in it.
func stepOf(e audit.Stored, code string) string {
	var detail struct {
		Step string `json:"step"`
	}
	if json.Unmarshal(e.Detail, &detail) == nil && detail.Step != "" {
		return detail.Step
	}
	return code
}

// auditFilter reads what of the record is asked for: a kind of thing, one thing of it, one application by its number, one member of staff, and days in
// the city's zone, both included.
func (p *Pages) auditFilter(c *gin.Context) (office.AuditFilter, audit.Filter, error) {
	asked := office.AuditFilter{Object: c.Query("objek"), Thing: c.Query("tentang"), Number: site.Clip(site.ToText(c.Query("number")), 40), Who: c.Query("oleh"), From: c.Query("dari_tanggal"), To: c.Query("sampai_tanggal")}
	f := audit.Filter{Object: asked.Object, Cursor: c.Query("sesudah")}
	var err error
	if f.Object != "" && !slices.Contains(auditObjects[gate.CityOf(c).Kind], f.Object) && asked.Thing == "" {
		return asked, f, site.Invalid("objek", "not_an_option")
	}
	if asked.Thing != "" {
		if f.ObjectID, err = uuid.Parse(asked.Thing); err != nil || f.Object == "" {
			return asked, f, site.NotFound()
		}
	}
	if asked.Number != "" {
		f.Object = "application"
		if f.ObjectID, err = p.Casework.ForAudit(c.Request.Context(), gate.ActorOf(c), asked.Number); err != nil {
			return asked, f, err
		}
	}
	if asked.Who != "" {
		if f.ActorID, err = uuid.Parse(asked.Who); err != nil {
			return asked, f, site.NotFound()
		}
	}
	if f.From, err = dayStart(c, "dari_tanggal", 0); err != nil {
		return asked, f, err
	}
	f.To, err = dayStart(c, "sampai_tanggal", 1)
	return asked, f, err
}

// dayStart is when the day in the address begins in the city, or a number of days after it; zero when none is named.
func dayStart(c *gin.Context, name string, after int) (time.Time, error) {
	s := c.Query(name)
	if s == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, s, gate.CityOf(c).Location())
	if err != nil || day.Year() < 2000 || day.Year() > 9998 {
		return time.Time{}, site.Invalid(name, "date")
	}
	return day.AddDate(0, 0, after), nil
}

func auditAddress(f office.AuditFilter, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"objek": f.Object, "tentang": f.Thing, "number": f.Number, "oleh": f.Who, "dari_tanggal": f.From, "sampai_tanggal": f.To, "sesudah": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return pathAudit
	}
	return pathAudit + "?" + q.Encode()
}

// staffNames names the staff that a page of the record speaks of: who acted, and whom an act concerned. Residents are not
// named: the record is about who worked, not who asked.
func (p *Pages) staffNames(c *gin.Context, entries []audit.Stored, more ...uuid.UUID) (map[uuid.UUID]string, error) {
	ids := map[uuid.UUID]bool{}
	for _, id := range more {
		ids[id] = true
	}
	for _, e := range entries {
		if e.ActorKind == string(identity.Staff) {
			ids[e.ActorID] = true
		}
		for _, id := range concerned(e.Detail) {
			ids[id] = true
		}
	}
	delete(ids, uuid.Nil)
	return p.Identity.Names(c.Request.Context(), slices.Collect(maps.Keys(ids)))
}

func who(e audit.Stored, names map[uuid.UUID]string, l i18n.Locale) string {
	switch e.ActorKind {
	case audit.System:
		return l.T("case.by_system")
	case "visitor":
		return l.T("audit.visitor")
	case string(identity.Resident), string(identity.Partner):
		return l.T("role."+e.ActorKind) + " " + e.ActorID.String()[24:]
	}
	if name := names[e.ActorID]; name != "" {
		return name
	}
	return l.T("audit.someone", "id", e.ActorID.String()[24:])
}
