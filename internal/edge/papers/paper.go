package papers

import (
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/paper"
	"bedelau/web/ui"
)

const (
	pathWaiting = site.PathPapers + "/menunggu"
	// scanBody bounds the scan of a signed paper: what document.ScanRule takes, and some room.
	scanMB   = 20
	scanBody = (scanMB + 1) << 20
)

// paperRoutes is what is done about documents that have been issued, or wait for a signature.
func (p *Pages) paperRoutes() gate.Table {
	city, doc, sign, revoke := gate.City, site.IDs("id", "document"), access.DocumentSign, access.DocumentRevoke
	return gate.Table{
		{Method: get, Path: site.PathPapers, Needs: access.DocumentRegister, Scope: city, Handler: p.register},
		{Method: get, Path: site.PathPapers + ".csv", Needs: access.DocumentRegister, Scope: city, Handler: p.registerCSV},
		{Method: get, Path: pathWaiting, Needs: sign, Scope: city, Handler: p.waiting},
		{Method: post, Path: pathWaiting + "/ulangi", Page: pathWaiting, Needs: sign, Scope: city, Handler: p.signAllAgain},
		{Method: get, Path: site.PathPapers + "/:id", Needs: access.ApplicationRead, Scope: city, IDs: doc, Handler: p.paper},
		{Method: get, Path: site.PathPapers + "/:id/draf", Needs: sign, Scope: city, IDs: doc, Handler: p.draftPaper},
		{Method: post, Path: site.PathPapers + "/:id/pindaian", Page: site.PathPapers + "/:id", Needs: sign, Scope: city, IDs: doc, MaxBody: scanBody, Handler: p.addScan},
		{Method: post, Path: site.PathPapers + "/:id/ulangi", Page: site.PathPapers + "/:id", Needs: sign, Scope: city, IDs: doc, Handler: p.signAgain},
		{Method: post, Path: site.PathPapers + "/:id/cabut", Page: site.PathPapers + "/:id", Needs: revoke, Scope: city, IDs: doc, Handler: p.revokePaper},
		{Method: post, Path: site.PathPapers + "/:id/ganti", Page: site.PathPapers + "/:id", Needs: revoke, Scope: city, IDs: doc, Handler: p.replacePaper},
	}
}

// paperFilter reads what the register was asked for. Days are the city's; the last one is included.
func paperFilter(c *gin.Context) document.Filter {
	text := func(name string) string { return site.Clip(site.ToText(c.Query(name)), 100) }
	f := document.Filter{Search: text("cari"), Status: text("status"), Service: text("layanan"), Cursor: text("mulai")}
	zone := gate.CityOf(c).Location()
	if day, err := time.ParseInLocation(time.DateOnly, text("dari"), zone); err == nil {
		f.From = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, text("sampai"), zone); err == nil {
		f.To = day.AddDate(0, 0, 1)
	}
	return f
}

// paperQuery spells a filter as an address does.
func paperQuery(c *gin.Context, cursor string) string {
	v := url.Values{}
	for _, name := range []string{"cari", "status", "layanan", "dari", "sampai"} {
		if s := site.Clip(site.ToText(c.Query(name)), 100); s != "" {
			v.Set(name, s)
		}
	}
	if cursor != "" {
		v.Set("mulai", cursor)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// register lists what an office has issued.
func (p *Pages) register(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	f := paperFilter(c)
	all, next, err := p.Documents.List(ctx, a, f)
	if err != nil {
		return err
	}
	services, err := p.Catalog.List(ctx, catalog.Filter{})
	if err != nil {
		return err
	}
	v := paper.RegisterView{Shell: p.DeskShell(c, l.T("paper.title")), Search: f.Search, Status: f.Status, Service: f.Service,
		From: site.Clip(site.ToText(c.Query("dari")), 10), To: site.Clip(site.ToText(c.Query("sampai")), 10), MayList: true,
		MaySign: p.Guard.Allow(ctx, a, access.DocumentSign) == nil, Rows: p.paperRows(c, all), Export: site.PathPapers + ".csv" + paperQuery(c, "")}
	for _, s := range services {
		if s.Document != "" {
			v.Services = append(v.Services, ui.Option{Value: s.Code, Label: s.Name.In(l)})
		}
	}
	if next != "" {
		v.Next = site.PathPapers + paperQuery(c, next)
	}
	return p.Render(c, http.StatusOK, paper.Register(v))
}

// waiting lists what waits for a signature.
func (p *Pages) waiting(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, next, err := p.Documents.Waiting(ctx, a, site.ToText(c.Query("mulai")))
	if err != nil {
		return err
	}
	v := paper.RegisterView{Shell: p.DeskShell(c, l.T("paper.waiting")), Waiting: true, MaySign: true,
		MayList: p.Guard.Allow(ctx, a, access.DocumentRegister) == nil, Rows: p.paperRows(c, all)}
	if v.Failed, err = p.Documents.Unsignable(ctx, a); err != nil {
		return err
	}
	if next != "" {
		v.Next = pathWaiting + "?mulai=" + url.QueryEscape(next)
	}
	return p.Render(c, http.StatusOK, paper.Register(v))
}

func (p *Pages) paperRows(c *gin.Context, all []document.Document) []paper.Row {
	var out []paper.Row
	for _, d := range all {
		out = append(out, p.paperRow(c, d))
	}
	return out
}

func (p *Pages) paperRow(c *gin.Context, d document.Document) paper.Row {
	l := gate.LocaleOf(c)
	r := paper.Row{ID: d.ID.String(), Number: d.Number, Title: d.Title.In(l), Subject: d.SubjectNumber, Service: d.ServiceCode, Agency: d.AgencyName.In(l),
		Holder: d.HolderMasked, Status: d.StatusAt(p.Now()), Issued: site.Zoned(c, d.IssuedAt), Until: site.Zoned(c, d.ValidUntil)}
	if d.Failed() {
		r.Status = document.Failed
	}
	if d.SignError != "" {
		r.Error = signError(l, d.SignError)
	}
	return r
}

// signError says why a document still waits; a signer of another system may give reasons of its own.
func signError(l i18n.Locale, code string) string {
	if key := "paper.error." + code; l.Has(key) {
		return l.T(key)
	}
	return l.T("paper.error.document.sign_failed")
}

// registerCSV is the whole of a filtered register as a file, in parts.
func (p *Pages) registerCSV(c *gin.Context) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	out := spreadsheet.NewCSV(c.Writer)
	if site.Described(c, out.Mime()) {
		return nil
	}
	var head []any
	for _, key := range []string{"verify.number", "paper.kind", "paper.subject", "verify.holder", "verify.issuer", "paper.status", "verify.issued", "verify.until", "paper.reason"} {
		head = append(head, l.T(key))
	}
	name := l.T("paper.file") + "-" + site.Zoned(c, p.Now()).Format("2006-01-02-1504")
	return spreadsheet.Send(ctx, c.Writer, p.Log, out, name, head, func(row func([]any) error) error {
		return p.Documents.Export(ctx, a, paperFilter(c), out.Ending()[1:], func(all []document.Document) error {
			for _, d := range all {
				r := p.paperRow(c, d)
				if err := row([]any{r.Number, r.Title, r.Subject, r.Holder, r.Agency, l.T("paper.status." + r.Status), r.Issued, r.Until, d.EndReason}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// paper is one document with what can be done about it.
func (p *Pages) paper(c *gin.Context) error { return p.paperPage(c, http.StatusOK, "", "", nil) }

func (p *Pages) paperPage(c *gin.Context, status int, act, reason string, errs ui.Errors) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	d, err := p.Documents.AtDesk(ctx, a, id)
	if err != nil {
		return err
	}
	v := paper.DocumentView{Shell: p.DeskShell(c, d.Number), Row: p.paperRow(c, d.Document), MaySign: d.MaySign, MayRetry: d.MayRetry, MayRevoke: d.MayRevoke, MayReplace: d.MayReplace,
		Verify: "/verifikasi/" + d.Token, Draft: site.PathPapers + "/" + id.String() + "/draf", Signature: site.SignatureText(c, d.Status, d.Signature), Reason: d.EndReason,
		Ended: site.Zoned(c, d.EndedAt), Errors: errs, Act: act, RevokeReason: reason, ReplaceReason: reason}
	v.ErrorTitle = len(errs) > 0
	v.Trying = d.Status == document.Unsigned && !d.Failed() && !d.ByHand
	v.Test = d.Signature != nil && d.Signature.Test
	if d.Status != document.Unsigned {
		v.File = "/dokumen/" + id.String() + ".pdf"
	}
	if d.SubjectKind == "application" {
		v.Case = site.CasePath(d.SubjectID)
	}
	if d.MayReissue {
		if v.MayReplace, err = p.Casework.Reissues(ctx, d.Document); err != nil {
			return err
		}
		v.Over = !v.MayReplace
	}
	if d.ReplacedBy.Valid {
		next, err := p.Documents.Get(ctx, p.DB.App, d.ReplacedBy.UUID)
		if err != nil {
			return err
		}
		v.Successor = next.Number
	}
	return p.Render(c, status, paper.Document(v))
}

// signAgain has the system try once more to sign what it gave up.
func (p *Pages) signAgain(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err == nil {
		_, err = site.ReadForm(c)
	}
	if err == nil {
		err = p.Documents.SignAgain(c.Request.Context(), gate.ActorOf(c), id)
	}
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return p.paperPage(c, http.StatusConflict, "", "", ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	if err != nil {
		return err
	}
	return p.Done(c, site.PathPapers+"/"+id.String(), "paper_tried")
}

// signAllAgain does so for everything in the officer's reach.
func (p *Pages) signAllAgain(c *gin.Context) error {
	if _, err := site.ReadForm(c); err != nil {
		return err
	}
	if _, err := p.Documents.SignAllAgain(c.Request.Context(), gate.ActorOf(c)); err != nil {
		return err
	}
	return p.Done(c, pathWaiting, "papers_tried")
}

// draftPaper is what is printed to be signed by hand.
func (p *Pages) draftPaper(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	f, body, err := p.Documents.Draft(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// addScan takes in the signed paper.
func (p *Pages) addScan(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := p.Documents.AtDesk(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	_, err = site.ReadUpload(c, "scan", scanMB, func(name string, body io.Reader) error {
		_, err := p.Documents.AddScan(c.Request.Context(), gate.ActorOf(c), id, name, body)
		return err
	})
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return p.paperPage(c, http.StatusConflict, "", "", ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	if errs, status, ok := site.Refused(c, err, "scan"); ok {
		return p.paperPage(c, status, "", "", errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, site.PathPapers+"/"+id.String(), "paper_signed")
}

func (p *Pages) revokePaper(c *gin.Context) error {
	return p.endPaper(c, "cabut", "paper_revoked", func(reason string) error {
		id, err := site.PathID(c, "id")
		if err == nil {
			_, err = p.Documents.Revoke(c.Request.Context(), gate.ActorOf(c), id, reason)
		}
		return err
	})
}

func (p *Pages) replacePaper(c *gin.Context) error {
	return p.endPaper(c, "ganti", "paper_replaced", func(reason string) error {
		id, err := site.PathID(c, "id")
		if err == nil {
			_, err = p.Casework.ReplaceDocument(c.Request.Context(), gate.ActorOf(c), id, reason)
		}
		return err
	})
}

func (p *Pages) endPaper(c *gin.Context, act, done string, do func(reason string) error) error {
	in, err := site.ReadForm(c)
	if err == nil {
		err = do(in.Text("reason"))
	}
	if f := fault.From(err); err != nil && f.Kind == fault.Conflict {
		return p.paperPage(c, http.StatusConflict, act, in.Text("reason"), ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		for i := range errs {
			if act == "cabut" && errs[i].Name == "reason" {
				errs[i].Name = "cabut-reason" // the page has two forms that ask for one
			}
		}
		return p.paperPage(c, status, act, in.Text("reason"), errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, site.PathPapers+"/"+c.Param("id"), done)
}
