// Package groundwork is the pages about works in the road around a city's shared ducts: for the staff of the company that runs
// them, and the calendar that everybody may read. Companies find their own works among their own pages, with the form of this
// package.
//
// What works meet, what they may become and by when is decided by city/ductwork; a page decides nothing.
package groundwork

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

const (
	pathNew = ducts.PathWorks + "/baru"
	// PathProgramme is what companies plan in a year.
	PathProgramme = ducts.PathWorks + "/program"
	// pageSize is how many works a page lists.
	pageSize = 25
	// FileBody is how large a form with a file may be.
	FileBody = ductwork.PaperMB<<20 + 1<<20
)

// Pages is the works of every city.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages by area.
func (p *Pages) Tables() []gate.Table { return []gate.Table{p.officeRoutes(), p.calendarRoutes()} }

// officeRoutes are the pages of the staff.
func (p *Pages) officeRoutes() gate.Table {
	read, acts, settles, city := access.DuctRead, access.DuctManage, access.DuctBill, gate.City
	id, one := site.IDs("id", "duct_work"), ducts.PathWorks+"/:id"
	letter, paper := site.IDs("id", "duct_work", "guarantee", "duct_guarantee"), site.IDs("id", "duct_work", "paper", "duct_work_paper")
	return gate.Table{
		{Method: get, Path: ducts.PathWorks, Needs: read, Scope: city, Handler: p.works},
		{Method: get, Path: PathProgramme, Needs: read, Scope: city, Handler: p.programmes},
		{Method: get, Path: pathNew, Needs: acts, Scope: city, Handler: p.newWork},
		{Method: post, Path: pathNew, Needs: acts, Scope: city, Handler: p.plan},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: id, Handler: p.work},
		{Method: get, Path: one + "/ubah", Needs: acts, Scope: city, IDs: id, Handler: p.edit},
		{Method: post, Path: one + "/ubah", Needs: acts, Scope: city, IDs: id, Handler: p.change},
		{Method: post, Path: one + "/izin", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.permit},
		{Method: post, Path: one + "/izin-milik", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.confirmPermit},
		{Method: post, Path: one + "/mulai", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.begin},
		{Method: post, Path: one + "/pulihkan", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.restore},
		{Method: post, Path: one + "/kunjungan", Page: one, Needs: acts, Scope: city, IDs: id, MaxBody: FileBody, Handler: p.visit},
		{Method: post, Path: one + "/laporan", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.report},
		{Method: post, Path: one + "/lepaskan", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.release},
		{Method: post, Path: one + "/batalkan", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.cancel},
		{Method: post, Path: one + "/periksa", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.recheck},
		{Method: post, Path: one + "/jaminan", Page: one, Needs: acts, Scope: city, IDs: id, Handler: p.guarantee},
		{Method: post, Path: one + "/jaminan/:guarantee/minta", Page: one, Needs: acts, Scope: city, IDs: letter, Handler: p.askGuarantee},
		{Method: post, Path: one + "/jaminan/:guarantee/putusan", Page: one, Needs: settles, Scope: city, IDs: letter, Handler: p.settleGuarantee},
		{Method: post, Path: one + "/berkas", Page: one, Needs: acts, Scope: city, IDs: id, MaxBody: FileBody, Handler: p.attach},
		{Method: get, Path: one + "/berkas/:paper", Needs: read, Scope: city, IDs: paper, Handler: p.paper},
	}
}

func workPath(id uuid.UUID) string { return ducts.PathWorks + "/" + id.String() }

// may reports whether the reader holds a permission.
func (p *Pages) may(c *gin.Context, x access.Permission) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), x) == nil
}

// Span are the days of works, the last one among them.
func Span(l i18n.Locale, from, to time.Time) string {
	if from.Equal(to) {
		return l.Date(from)
	}
	return l.T("work.span", "from", l.Date(from), "to", l.Date(to))
}

// Marks are how works stand on a day and at a moment: their state, and what is late about them.
func Marks(l i18n.Locale, w ductwork.Work, today, now time.Time) []ui.Mark {
	out := []ui.Mark{ducts.WorkMark(l, w.State)}
	if w.Overdue(today) {
		out = append(out, ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("work.overdue")})
	}
	if w.Claimed() {
		out = append(out, ui.Mark{Tone: "care", Icon: "help-circle", Text: l.T("work.claimed")})
	}
	switch {
	case w.ReportLate(now):
		out = append(out, ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("work.report_late")})
	case w.Emergency && w.ReportedAt.IsZero():
		out = append(out, ui.Mark{Tone: "care", Icon: "clock", Text: l.T("work.report_waits")})
	case w.Emergency:
		out = append(out, ui.Mark{Icon: "bolt", Text: l.T("work.emergency")})
	}
	return out
}
