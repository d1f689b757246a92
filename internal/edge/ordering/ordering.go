// Package ordering is the pages about companies' orders of a city's shared ducts, for the staff of the company that runs them: the
// queue with what is late, and one order with all that hangs on it and what can be done now.
//
// What an order's steps are is data; which can be taken, and what each lacks, is decided by city/ductorder. A page decides nothing.
package ordering

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// pageSize is how many orders a page lists.
const pageSize = 50

// fileBody bounds a form with one file of an order.
const fileBody = (ductorder.FileMB + 1) << 20

// Pages is the orders of every city.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	read, acts, city := access.DuctRead, access.DuctLease, gate.City
	one, which := ducts.PathOrders+"/:id", site.IDs("id", "duct_order")
	of := func(name, thing string) map[string]string { return site.IDs("id", "duct_order", name, thing) }
	return []gate.Table{{
		{Method: get, Path: ducts.PathOrders, Needs: read, Scope: city, Handler: p.orders},
		{Method: post, Path: ducts.PathOrders, Needs: acts, Scope: city, Handler: p.place},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: which, Handler: p.order},
		{Method: post, Path: one + "/langkah", Page: one, Needs: acts, Scope: city, IDs: which, MaxBody: queue.ActBody, Handler: p.step},
		{Method: post, Path: one + "/perpanjang", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.renew},
		{Method: post, Path: one + "/izin/:permit", Page: one, Needs: acts, Scope: city, IDs: of("permit", "duct_order_permit"), MaxBody: fileBody, Handler: p.permit},
		{Method: post, Path: one + "/jadwal", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.askWindow},
		{Method: post, Path: one + "/jadwal/:window/putusan", Page: one, Needs: acts, Scope: city, IDs: of("window", "duct_order_window"), Handler: p.decideWindow},
		{Method: post, Path: one + "/jadwal/:window/tarik", Page: one, Needs: acts, Scope: city, IDs: of("window", "duct_order_window"), Handler: p.withdrawWindow},
		{Method: post, Path: one + "/bukti", Page: one, Needs: acts, Scope: city, IDs: which, MaxBody: fileBody, Handler: p.show},
		{Method: post, Path: one + "/bukti/:evidence/putusan", Page: one, Needs: acts, Scope: city, IDs: of("evidence", "duct_order_evidence"), Handler: p.review},
		{Method: get, Path: one + "/berkas/:file", Needs: read, Scope: city, IDs: of("file", "duct_order_file"), Handler: p.file},
		{Method: get, Path: one + "/naskah/:paper", Needs: read, Scope: city, IDs: of("paper", "duct_order_paper"), Handler: p.paper},
	}}
}

// may reports whether the reader may act on orders.
func (p *Pages) may(c *gin.Context) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.DuctLease) == nil
}

func orderPath(id uuid.UUID) string { return ducts.PathOrders + "/" + id.String() }

// StateMark is how an order stands, in the words of its flow.
func StateMark(l i18n.Locale, o ductorder.Order, state i18n.Text) ui.Mark {
	m := map[workflow.Stage]ui.Mark{workflow.StageReceived: {Tone: "care", Icon: "inbox"}, workflow.StageInReview: {Tone: "brand", Icon: "clock"}, workflow.StageApproved: {Tone: "good", Icon: "circle-check"},
		workflow.StageCompleted: {Tone: "good", Icon: "circle-check"}, workflow.StageRejected: {Tone: "bad", Icon: "circle-x"}, workflow.StageCancelled: {Icon: "ban"}}[o.Stage]
	if o.Clock == workflow.Paused {
		m = ui.Mark{Icon: "hourglass"}
	}
	m.Text = state.In(l)
	return m
}

// Promise is whose turn it is and by when what is promised, with care once it is late.
func Promise(c *gin.Context, o ductorder.Order, now time.Time) (string, ui.Mark) {
	l := gate.LocaleOf(c)
	due := ""
	if !o.DueAt.IsZero() {
		due = l.Date(site.Zoned(c, o.DueAt))
	}
	switch {
	case o.Late(now):
		return l.T("ordering.due", "day", due), ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("ordering.late")}
	case due != "":
		return l.T("ordering.due", "day", due), ui.Mark{}
	case o.Clock == workflow.Paused:
		return l.T("ordering.company_turn"), ui.Mark{}
	}
	return l.T("ordering.no_due"), ui.Mark{}
}

// span is for which days an order is.
func span(l i18n.Locale, since, until time.Time) string {
	if until.IsZero() {
		return l.T("lease.span_open", "since", l.Date(since))
	}
	return l.T("lease.span", "since", l.Date(since), "last", l.Date(until.AddDate(0, 0, -1)))
}
