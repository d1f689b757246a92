package leasing

import (
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// pathCalendar is where everybody reads what is dug when.
const pathCalendar = "/pekerjaan-galian"

// shut says that segments are left out because works shut them on a day from one to before another, where there are any.
func (p *Planner) shut(c *gin.Context, from, until time.Time) ([]bill.Section, error) {
	l := gate.LocaleOf(c)
	under, err := p.DuctWorks.Under(c.Request.Context(), from, until)
	if err != nil || len(under) == 0 {
		return nil, err
	}
	return []bill.Section{{ID: "galian", Title: l.T("work.avoided"), Text: l.T("work.avoided_text", "day", l.Date(from), "until", l.Date(until.AddDate(0, 0, -1))), Links: []ui.Link{{Href: pathCalendar, Label: l.T("work.public"), Icon: "calendar"}}}}, nil
}
