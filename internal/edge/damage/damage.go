// Package damage is the pages about what goes wrong with a city's shared ducts: the list and the page of a damage for the staff of the
// company that runs them, who is on duty, the nodes with their labels, and the public form behind a label.
//
// Which promise is kept, who is affected and what is let off is decided by city/ductdamage; a page decides nothing.
package damage

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Where the pages are.
const (
	PathDamage = ducts.PathDamage
	pathShift  = ducts.PathDucts + "/jaga"
)

// pageSize is how many damages a page lists.
const pageSize = 25

// photoBody is how large a form with a photo may be.
const photoBody = (ductdamage.PhotoMB + 1) << 20

// limitPhoto holds back a program that fills the disk.
var limitPhoto = gate.Limit{Name: "duct_damage_photo", Count: 60, Per: time.Minute}

// Pages is the damages of every city's ducts.
type Pages struct{ *ducts.Pages }

// New returns the pages beside those of the network.
func New(s *site.Pages) *Pages { return &Pages{ducts.New(s)} }

// Tables are the pages.
func (p *Pages) Tables() []gate.Table {
	return []gate.Table{p.officeRoutes(), p.nodeRoutes(), p.publicRoutes(), p.creditRoutes(), p.billRoutes()}
}

// officeRoutes is the staff's side.
func (p *Pages) officeRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one, at := site.IDs("id", "duct_damage"), PathDamage+"/:id"
	act := func(path string, handler func(*gin.Context) error) gate.Route {
		return gate.Route{Method: post, Path: at + path, Page: at, Needs: manage, Scope: city, IDs: one, Handler: handler}
	}
	photo := act("/foto", p.addPhoto)
	photo.MaxBody, photo.Limit = photoBody, limitPhoto
	return gate.Table{
		{Method: get, Path: PathDamage, Needs: read, Scope: city, Handler: p.list},
		{Method: post, Path: PathDamage, Needs: manage, Scope: city, MaxBody: photoBody, Limit: limitPhoto, Handler: p.report},
		{Method: get, Path: at, Needs: read, Scope: city, IDs: one, Handler: p.one},
		act("/langkah", p.step), act("/ruas", p.hit), act("/kabar", p.update), act("/sebab", p.judge), act("/tutup", p.close), act("/abaikan", p.dismiss), photo,
		{Method: get, Path: at + "/foto/:file", Needs: read, Scope: city, IDs: site.IDs("id", "duct_damage", "file", "duct_damage_photo"), Handler: p.photo},
		{Method: get, Path: pathShift, Needs: read, Scope: city, Handler: p.shift},
		{Method: post, Path: pathShift, Needs: manage, Scope: city, Handler: p.setShift},
	}
}

// may reports whether the reader holds a permission.
func (p *Pages) may(c *gin.Context, x access.Permission) bool {
	return p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), x) == nil
}

// FieldOrder is how the fields of a report and of a cause stand on their pages.
var FieldOrder = []string{"kind", "node", "place", "words", "photo", "cause", "liable", "name", "operator", "root_cause", "cost", "shares"}

// refused says what was wrong with a form: fields by their labels, as they stand on the page, and conflicts above. The last result is false for anything else.
func refused(c *gin.Context, err error, labels map[string]string) (ui.Errors, int, bool) {
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return site.InOrder(site.Called(c, errs, labels), FieldOrder...), status, true
	}
	if f, status := gate.Failed(c, err); f.Kind == fault.Conflict {
		return ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}, status, true
	}
	return nil, 0, false
}
