package admin

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/office"
)

// chainPart is how many links one request checks: about two seconds' work of one core. The page then offers the links
// that follow, and limitChain bounds how often.
const chainPart = 100_000

// auditChain checks the record, or what follows an earlier part of it, also against what an auditor once wrote down.
func (p *Pages) auditChain(c *gin.Context) error {
	ctx := c.Request.Context()
	v := office.AuditView{Noted: site.Clip(site.ToText(c.Query("sidik")), 120)}
	var noted []audit.Anchor
	if v.Noted != "" {
		a, err := audit.ParseAnchor(v.Noted)
		if errs, status, ok := site.Refused(c, err, "sidik"); ok {
			v.Errors = errs
			return p.auditPage(c, status, v)
		}
		noted = append(noted, a)
	}
	from, err := chainFrom(c)
	if err != nil {
		return err
	}
	end, more, err := audit.VerifyPart(ctx, p.DB.App, from, chainPart, noted...)
	var broken *audit.Broken
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	v.Chain = p.chainView(c, from, end, broken, noted)
	if more {
		v.Chain.Title = gate.LocaleOf(c).T("audit.whole_part")
		v.Chain.Next = pathAudit + "/rantai?" + url.Values{"dari": {end.String()}, "sidik": {v.Noted}}.Encode()
	}
	return p.auditPage(c, http.StatusOK, v)
}

// chainFrom is where an earlier part ended. It comes with its hash, so that this part cannot follow from another chain.
func chainFrom(c *gin.Context) (audit.Anchor, error) {
	s := c.Query("dari")
	if s == "" {
		return audit.Anchor{}, nil
	}
	from, err := audit.ParseAnchor(s)
	if err != nil || len(from.Hash) != sha256.Size {
		return from, fault.Wrap(fault.Malformed, "audit.cursor", err)
	}
	return from, nil
}

// chainView says what a check came to, and of which links: an address with a later beginning never shows the whole
// record as whole.
func (p *Pages) chainView(c *gin.Context, from, end audit.Anchor, broken *audit.Broken, noted []audit.Anchor) *office.Chain {
	l := gate.LocaleOf(c)
	v := &office.Chain{Whole: broken == nil, At: site.Zoned(c, p.Now())}
	switch {
	case broken != nil:
		v.Title = l.T("audit.broken")
		v.Text = l.T("audit.broken_text", "how", l.T("audit.how."+broken.How, "seq", broken.Seq))
		return v
	case from.Seq > 0:
		v.Title = l.T("audit.whole_part")
	default:
		v.Title = l.T("audit.whole")
	}
	v.Text = l.T("audit.whole_text", "from", l.Number(from.Seq+1), "to", l.Number(end.Seq))
	if end.Seq == 0 {
		v.Text = l.T("audit.whole_empty")
	}
	if len(noted) == 0 {
		v.Proof = l.T("audit.unproven")
	}
	for _, a := range noted {
		if a.Seq > from.Seq && a.Seq <= end.Seq {
			v.Proof = l.T("audit.proven", "seq", l.Number(a.Seq))
		}
	}
	return v
}

// fingerprint is the end of the chain, or nil while there is none.
func (p *Pages) fingerprint(c *gin.Context) (*office.Fingerprint, error) {
	head, err := audit.Head(c.Request.Context(), p.DB.App)
	if err != nil || head.Seq == 0 {
		return nil, err
	}
	return &office.Fingerprint{Link: gate.LocaleOf(c).Number(head.Seq), Short: head.Short(), Full: head.String()}, nil
}
