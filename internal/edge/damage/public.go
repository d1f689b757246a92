package damage

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/public"
	"bedelau/web/ui"
)

// Where anybody reports, and follows a report. The first is short, for labels.
const (
	pathPublic = "/lapor/ducting"
	pathTrack  = "/lacak/ducting"
)

// limitPublic holds back a program that fills the list of those on duty, and limitTrack one that guesses; behind one address there may
// be a whole office or a mobile network.
var (
	limitPublic = gate.Limit{Name: "duct_damage_public", Count: 20, Per: time.Hour}
	limitTrack  = gate.Limit{Name: "duct_damage_track", Count: 20, Per: time.Minute}
	limitLabel  = gate.Limit{Name: "duct_damage_label", Count: 60, Per: time.Minute}
)

// publicRoutes is what everybody may open.
func (p *Pages) publicRoutes() gate.Table {
	all, city := access.Public, gate.City
	return gate.Table{
		{Method: get, Path: pathPublic, Needs: all, Scope: city, Handler: p.publicForm},
		{Method: get, Path: pathPublic + "/:token", Needs: all, Scope: city, Limit: limitLabel, Handler: p.publicForm},
		{Method: post, Path: pathPublic, Needs: all, Scope: city, MaxBody: photoBody, Limit: limitPublic, Handler: p.publicReport},
		{Method: get, Path: pathTrack, Needs: all, Scope: city, Handler: p.trackForm},
		{Method: post, Path: pathTrack, Needs: all, Scope: city, Limit: limitTrack, Handler: p.track},
	}
}

// publicForm asks anybody what they see, at the node whose label they scanned if they did.
func (p *Pages) publicForm(c *gin.Context) error {
	return p.publicAgain(c, http.StatusOK, c.Param("token"), site.Form{}, nil)
}

// publicAgain is publicForm, after a refusal with what was filled in.
func (p *Pages) publicAgain(c *gin.Context, status int, label string, in site.Form, errs ui.Errors) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	v := public.DamageView{Shell: p.Shell(c, l.T("damage.public_title")), Action: pathPublic, Errors: errs}
	v.NoIndex = true
	if ductdamage.Open(ctx) != nil {
		return p.Render(c, status, public.Damage(v))
	}
	token, _ := ductdamage.ParseLabel(label)
	known, err := p.Damages.Known(ctx, label)
	if err != nil {
		return err
	}
	v.Fields, v.Hidden = ReportFields(l, in, errs), OnceKey(in)
	if known {
		v.Label, v.Hidden = ductdamage.Spaced(token), append(v.Hidden, ui.Option{Value: "label", Label: token})
		v.Fields[1].Optional, v.Fields[1].Hint = true, l.T("damage.public_place_hint")
	} else if label != "" {
		v.Note = l.T("damage.public_unknown")
		if status == http.StatusOK {
			status = http.StatusNotFound
		}
	}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, public.Damage(v))
}

// publicReport takes in what anybody reports, and gives the number and the digits by which it is followed.
func (p *Pages) publicReport(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	if ductdamage.Open(ctx) != nil {
		return p.publicAgain(c, http.StatusForbidden, "", site.Form{}, nil)
	}
	in, r, unread, err := ReadReport(c, p.Damages)
	var d ductdamage.Damage
	var code string
	if err == nil {
		d, code, err = p.Damages.ReportPublic(ctx, in.Text("label"), r, unread...)
	}
	if err != nil {
		errs, status, ok := refused(c, err, ReportLabels)
		if !ok {
			return err
		}
		return p.publicAgain(c, status, in.Text("label"), in, errs)
	}
	v := public.DamageDoneView{Shell: p.Shell(c, l.T("damage.public_done")), Number: d.Number, Code: code, Next: []string{l.T("damage.next_look")}}
	v.NoIndex = true
	rules, ok, err := p.Damages.PolicyOf(ctx, d)
	if err != nil {
		return err
	}
	if ok {
		v.Next = append(v.Next, l.T("damage.next_site", "span", ducts.Span(l, time.Duration(rules.OnSite)*time.Minute)))
	}
	v.Next = append(v.Next, l.T("damage.next_follow"))
	return p.Render(c, http.StatusOK, public.DamageDone(v))
}

// trackForm asks which report to follow. The number may come with the address; its digits may not, because addresses are kept in many
// places.
func (p *Pages) trackForm(c *gin.Context) error {
	return p.trackAgain(c, http.StatusOK, site.ToText(c.Query("nomor")), nil)
}

func (p *Pages) trackAgain(c *gin.Context, status int, number string, errs ui.Errors) error {
	v := public.DamageTrackView{Shell: p.Shell(c, gate.LocaleOf(c).T("damage.track_title")), Number: site.Clip(number, 40), Errors: errs}
	v.ErrorTitle = len(errs) > 0
	return p.Render(c, status, public.DamageTrack(v))
}

// track tells how a report stands. It answers the form itself: a result with an address of its own would be there for the next person
// at the same screen.
func (p *Pages) track(c *gin.Context) error {
	l := gate.LocaleOf(c)
	in, err := site.ReadForm(c)
	var x ductdamage.Standing
	if err == nil {
		x, err = p.Damages.Track(c.Request.Context(), in.Text("number"), in.Text("code"))
	}
	if fault.Is(err, "ductdamage.not_tracked") {
		return p.trackAgain(c, http.StatusNotFound, in.Text("number"), ui.Errors{{Text: site.Refusal(l, fault.From(err))}})
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.trackAgain(c, status, in.Text("number"), site.Called(c, errs, map[string]string{"number": "damage.number", "code": "damage.track_code"}))
	}
	if err != nil {
		return err
	}
	v := public.DamageTrackedView{Shell: p.Shell(c, x.Number), Number: x.Number, Kind: l.T("damage.kind." + x.Kind), Mark: StateMark(l, x.State)}
	v.NoIndex = true
	for _, k := range x.Clocks {
		v.Rows = append(v.Rows, ui.Row{Label: l.T("damage.clock." + k.Clock), Value: l.DateTime(site.Zoned(c, k.DueAt)), Mark: clockMark(l, k, x.ReportedAt, p.Now())})
	}
	for i, e := range x.Steps {
		v.Events = append(v.Events, p.Event(c, e, map[uuid.UUID]string{}, i == len(x.Steps)-1))
	}
	return p.Render(c, http.StatusOK, public.DamageTracked(v))
}
