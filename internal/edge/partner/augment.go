package partner

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductwait"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/leasing"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// augmentRoutes are what the company asks to be changed in the network.
func (p *Pages) augmentRoutes() gate.Table {
	return gate.Table{
		{Method: get, Path: pathAugments, Needs: access.DuctOwn, Scope: gate.City, Handler: p.augments},
		{Method: post, Path: pathAugments, Needs: access.DuctOwn, Scope: gate.City, Handler: p.ask},
	}
}

// augments lists the company's requests with their answers, the answers to others, and the form that asks.
func (p *Pages) augments(c *gin.Context) error {
	return p.augmentsAgain(c, http.StatusOK, site.Form{}, nil)
}

// augmentsAgain is augments, after a refusal with what was filled in.
func (p *Pages) augmentsAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.DuctWaits.MyAugments(ctx, a, leasing.After(c, uuid.Max), pageSize+1)
	if err != nil {
		return err
	}
	others, err := p.DuctWaits.PublishedAugments(ctx, a)
	if err != nil {
		return err
	}
	rule, err := p.DuctWaits.Rule(ctx)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.Pages.Pages.DeskShell(c, l.T("ductaugment.title")), Heading: l.T("ductaugment.title"), Lead: l.T("ductaugment.own_lead", "days", rule.AnswerDays), Errors: errs}
	s := bill.Section{ID: "permintaan", Title: l.T("ductaugment.own"), Empty: &bill.Empty{Icon: "flag", Title: l.T("ductaugment.none"), Text: l.T("ductaugment.none_own")}, Forms: []bill.Form{askForm(c, in, errs)}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = leasing.Next(c, pathAugments, all[pageSize-1].ID)
	}
	s.Table = leasing.AugmentTable(c, all, "")
	published := bill.Section{ID: "jawaban", Title: l.T("ductaugment.published"), Text: l.T("ductaugment.published_text"), Empty: &bill.Empty{Icon: "file-text", Title: l.T("ductaugment.none_published"), Text: l.T("ductaugment.none_published_text")}, Table: leasing.AugmentTable(c, others, "")}
	v.Sections = []bill.Section{s, published}
	return p.Render(c, status, bill.Page(v))
}

// askForm asks what is to be changed where.
func askForm(c *gin.Context, in site.Form, errs ui.Errors) bill.Form {
	l := gate.LocaleOf(c)
	key, segment := in.Get("kunci"), in.Get("segment")
	if key == "" {
		key = uuid.NewString()
	}
	if segment == "" {
		segment = site.ToText(c.Query("ruas"))
	}
	return bill.Form{ID: "minta", Title: l.T("ductaugment.ask"), Action: pathAugments, Submit: l.T("ductaugment.ask_do"), Hidden: []ui.Option{{Value: "kunci", Label: key}}, Fields: []ui.Field{
		{Name: "kind", Type: "choice", Label: l.T("ductaugment.kind"), Value: in.Get("kind"), Error: errs.Of("kind"), Options: ducts.Options(l, "ductaugment.kind", ductwait.AugmentKinds())},
		{Name: "segment", Label: l.T("duct.code"), Hint: l.T("ductaugment.segment_hint"), Value: segment, Max: 100, Error: errs.Of("segment")},
		{Name: "units", Type: "select", Label: l.T("ductaugment.units"), Hint: l.T("ductaugment.units_hint"), Optional: true, Value: in.Get("units"), Error: errs.Of("units"), Options: append([]ui.Option{{Label: l.T("ductaugment.no_units")}}, ducts.Options(l, "duct.unit", duct.UnitKinds())...)},
		{Name: "quantity", Type: "number", Label: l.T("ductaugment.quantity"), Optional: true, Value: in.Get("quantity"), Error: errs.Of("quantity")},
		{Name: "note", Type: "long_text", Label: l.T("ductaugment.note"), Hint: l.T("ductaugment.note_hint"), Max: 1000, Value: in.Get("note"), Error: errs.Of("note")}}}
}

// ask takes in a request.
func (p *Pages) ask(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err == nil {
		n, _ := strconv.Atoi(in.Text("quantity")) // what is no number is refused as none
		_, err = p.DuctWaits.Ask(c.Request.Context(), gate.ActorOf(c), ductwait.AskInput{Kind: in.Get("kind"), Segment: in.Text("segment"), Units: in.Get("units"), Quantity: n, Note: in.Text("note"), Key: in.Get("kunci")})
	}
	if err != nil {
		errs, status, ok := refused(c, err)
		if !ok {
			return err
		}
		return p.augmentsAgain(c, status, in, site.Called(c, errs, map[string]string{"kind": "ductaugment.kind", "segment": "duct.code", "units": "ductaugment.units", "quantity": "ductaugment.quantity", "note": "ductaugment.note"}))
	}
	return p.Done(c, pathAugments, "ductaugment_asked")
}
