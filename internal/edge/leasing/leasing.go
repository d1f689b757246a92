// Package leasing is the pages about who holds what of a city's shared ducts, for the staff of the company that runs them:
// operators, ways between two places, reservations and what becomes of them.
//
// It stands beside the pages of the network. What is free, who may take it and what can be done with a lease is decided by
// city/lease; a page decides nothing.
package leasing

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/lease"
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

// pageSize is how many operators or leases a page lists.
const pageSize = 25

// Pages is the leases of every city.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	read, acts, city := access.DuctRead, access.DuctLease, gate.City
	who, which := site.IDs("id", "duct_operator"), site.IDs("id", "duct_lease")
	operator, one := ducts.PathOperators+"/:id", ducts.PathLeases+"/:id"
	return []gate.Table{{
		{Method: get, Path: ducts.PathOperators, Needs: read, Scope: city, Handler: p.operators},
		{Method: post, Path: ducts.PathOperators, Needs: acts, Scope: city, Handler: p.register},
		{Method: get, Path: operator, Needs: read, Scope: city, IDs: who, Handler: p.operator},
		{Method: post, Path: operator + "/putusan", Page: operator, Needs: acts, Scope: city, IDs: who, Handler: p.decide},
		{Method: post, Path: operator + "/orang", Page: operator, Needs: acts, Scope: city, IDs: who, Handler: p.invite},
		{Method: post, Path: operator + "/orang/:person/akhiri", Page: operator, Needs: acts, Scope: city, IDs: site.IDs("id", "duct_operator", "person", "duct_person"), Handler: p.removePerson},
		{Method: post, Path: operator + "/area", Page: operator, Needs: acts, Scope: city, IDs: who, Handler: p.grant},
		{Method: post, Path: operator + "/area/:grant/akhiri", Page: operator, Needs: acts, Scope: city, IDs: site.IDs("id", "duct_operator", "grant", "duct_grant"), Handler: p.endGrant},
		{Method: post, Path: operator + "/berkas", Page: operator, Needs: acts, Scope: city, IDs: who, MaxBody: PaperBody, Handler: p.filePaper},
		{Method: get, Path: operator + "/berkas/:paper", Needs: read, Scope: city, IDs: site.IDs("id", "duct_operator", "paper", "duct_paper"), Handler: p.paper},
		{Method: get, Path: ducts.PathPlan, Needs: read, Scope: city, Handler: p.plan},
		{Method: post, Path: ducts.PathPlan, Needs: acts, Scope: city, Handler: p.reserve},
		{Method: get, Path: ducts.PathLeases, Needs: read, Scope: city, Handler: p.leases},
		{Method: get, Path: one, Needs: read, Scope: city, IDs: which, Handler: p.lease},
		{Method: post, Path: one + "/pesan", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.order},
		{Method: post, Path: one + "/terima", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.accept},
		{Method: post, Path: one + "/batalkan", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.cancel},
		{Method: post, Path: one + "/tolak", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.refuse},
		{Method: post, Path: one + "/akhiri", Page: one, Needs: acts, Scope: city, IDs: which, Handler: p.end},
	}, p.waitRoutes(), p.augmentRoutes()}
}

// may reports whether the reader may change who holds what.
func (p *Pages) may(c *gin.Context) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.DuctLease) == nil
}

// After is the operator or lease at which a page of a list begins, else the one given.
func After(c *gin.Context, first uuid.UUID) uuid.UUID {
	if id, err := uuid.Parse(c.Query("sesudah")); err == nil {
		return id
	}
	return first
}

// Next is the address of the page of a list that begins after id.
func Next(c *gin.Context, path string, id uuid.UUID) string {
	q := c.Request.URL.Query()
	q.Set("sesudah", id.String())
	return path + "?" + q.Encode()
}

// reasons are the published ones that fit, to choose from, and what each is called.
func (p *Pages) reasons(ctx context.Context, l i18n.Locale, fits func(lease.Refusal) bool) ([]ui.Option, error) {
	all, err := p.Leases.Refusals(ctx)
	out := []ui.Option{{Label: l.T("lease.choose_reason")}}
	for _, r := range all {
		if fits(r) {
			out = append(out, ui.Option{Value: r.Code, Label: r.Name.In(l)})
		}
	}
	return out, err
}

// ReasonRow says why something was refused, with the words that were added.
func (p *Pages) ReasonRow(ctx context.Context, l i18n.Locale, code, why string) ([]ui.Row, error) {
	var rows []ui.Row
	if code != "" {
		all, err := p.Leases.Refusals(ctx)
		if err != nil {
			return nil, err
		}
		name := code // of a reason that the list no longer has
		for _, r := range all {
			if r.Code == code {
				name = r.Name.In(l)
			}
		}
		rows = append(rows, ui.Row{Label: l.T("lease.refusal"), Value: name})
	}
	if why != "" {
		rows = append(rows, ui.Row{Label: l.T("lease.explanation"), Value: why})
	}
	return rows, nil
}

// OperatorMark is how an operator stands as a mark.
func OperatorMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{lease.OperatorApplied: {Icon: "clock"}, lease.OperatorApproved: {Tone: "good", Icon: "circle-check"}, lease.OperatorSuspended: {Tone: "care", Icon: "player-pause"},
		lease.OperatorRefused: {Tone: "bad", Icon: "circle-x"}}[state]
	m.Text = l.T("lease.operator." + state)
	return m
}

// LeaseMark is how a lease stands, as lease.Standing says, as a mark.
func LeaseMark(l i18n.Locale, state string) ui.Mark {
	m := map[string]ui.Mark{lease.Reserved: {Tone: "care", Icon: "hourglass"}, lease.Ordered: {Icon: "file-check"}, lease.Active: {Tone: "good", Icon: "circle-check"}, lease.Over: {Icon: "history"}, lease.Ended: {Icon: "history"},
		lease.Expired: {Icon: "clock"}, lease.Cancelled: {Icon: "ban"}, lease.Refused: {Tone: "bad", Icon: "circle-x"}}[state]
	m.Text = l.T("lease.state." + state)
	return m
}

// Span is for which days a lease is.
func Span(l i18n.Locale, since, until time.Time) string {
	if until.IsZero() {
		return l.T("lease.span_open", "since", l.Date(since))
	}
	return l.T("lease.span", "since", l.Date(since), "last", l.Date(until.AddDate(0, 0, -1)))
}
