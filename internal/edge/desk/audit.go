package desk

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// auditObjects are the kinds of things that acts are done to.
var auditObjects = []string{"application", "account", "role", "subscription", "city"}

// audit is the record of who did what.
func (p *Pages) audit(c *gin.Context) error {
	return p.auditPage(c, http.StatusOK, office.AuditView{})
}

// auditPage shows a page of the record with the check of its chain as v holds it.
func (p *Pages) auditPage(c *gin.Context, status int, v office.AuditView) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	f := audit.Filter{Object: c.Query("objek"), Cursor: c.Query("sesudah")}
	if f.Object != "" && !slices.Contains(auditObjects, f.Object) {
		return site.Invalid("objek", "not_an_option")
	}
	page, err := audit.List(ctx, p.DB.App, f)
	if err != nil {
		return err
	}
	v.Shell, v.Object = p.deskShell(c, l.T("audit.title")), f.Object
	v.ErrorTitle = len(v.Errors) > 0
	if v.Chain == nil || v.Chain.Whole {
		if v.Print, err = p.fingerprint(c); err != nil {
			return err
		}
	}
	for _, o := range auditObjects {
		v.Objects = append(v.Objects, ui.Option{Value: o, Label: l.T("audit.object." + o)})
	}
	if page.Next != "" {
		v.Next = auditAddress(f.Object, page.Next)
	}
	if f.Cursor != "" {
		v.First = auditAddress(f.Object, "")
	}
	names, err := p.staffNames(c, page.Entries)
	if err != nil {
		return err
	}
	reads := p.Guard.Allow(ctx, gate.ActorOf(c), access.ApplicationRead) == nil
	for _, e := range page.Entries {
		x := office.Entry{At: site.Zoned(c, e.At), Who: who(e, names, l), Action: e.Action, Detail: auditDetail(c, l, e.Detail)}
		if key := "audit.act." + e.Action; l.Has(key) {
			x.Action = l.T(key)
		}
		if reads && e.Object == "application" {
			x.Href = casePath(e.ObjectID)
		}
		v.Entries = append(v.Entries, x)
	}
	return p.Render(c, status, office.Audit(v))
}

func auditAddress(object, cursor string) string {
	q := url.Values{}
	if object != "" {
		q.Set("objek", object)
	}
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	if len(q) == 0 {
		return pathAudit
	}
	return pathAudit + "?" + q.Encode()
}

// staffNames names the staff among the actors. Residents are not named: the record is about who worked, not who asked.
func (p *Pages) staffNames(c *gin.Context, entries []audit.Stored) (map[uuid.UUID]string, error) {
	var who []uuid.UUID
	for _, e := range entries {
		if e.ActorKind == string(identity.Staff) && !slices.Contains(who, e.ActorID) {
			who = append(who, e.ActorID)
		}
	}
	return p.Identity.Names(c.Request.Context(), who)
}

func who(e audit.Stored, names map[uuid.UUID]string, l i18n.Locale) string {
	switch e.ActorKind {
	case audit.System:
		return l.T("case.by_system")
	case "visitor":
		return l.T("audit.visitor")
	case string(identity.Resident):
		return l.T("role.resident") + " " + e.ActorID.String()[24:]
	}
	if name := names[e.ActorID]; name != "" {
		return name
	}
	return l.T("audit.someone", "id", e.ActorID.String()[24:])
}
