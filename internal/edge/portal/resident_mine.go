package portal

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/external"
	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/resident"
	"bedelau/web/ui"
)

// minePart is how many applications one page of a resident's list shows.
const minePart = 30

// mine lists what the reader has applied for, here and in the agencies' own apps: what waits for them, what is worked on
// and what they can fetch, or with ?lihat=selesai what is over; each page by page.
func (p *Portal) mine(c *gin.Context) error {
	return p.minePage(c, http.StatusOK, resident.MineView{})
}

// minePlace is how far the list was read: one place for each of its two sources.
type minePlace struct {
	here  uuid.UUID
	other external.Place
}

// String and readPlace are one spelling of a place, for an address. What cannot be one begins anew.
func (m minePlace) String() string {
	raw := m.here.String() + " " + strconv.FormatInt(m.other.At.UnixMicro(), 10) + " " + m.other.ID.String()
	return base64.RawURLEncoding.EncodeToString([]byte(raw))
}

func readPlace(s string) (minePlace, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(raw), " ")
	if err != nil || len(s) > 200 || len(parts) != 3 {
		return minePlace{}, false
	}
	here, bad1 := uuid.Parse(parts[0])
	at, bad2 := strconv.ParseInt(parts[1], 10, 64)
	other, bad3 := uuid.Parse(parts[2])
	if bad1 != nil || bad2 != nil || bad3 != nil || at > 1<<52 || at < -(1<<62) {
		return minePlace{}, false
	}
	return minePlace{here, external.Place{At: time.UnixMicro(at).UTC(), ID: other}}, true
}

// one is an application of the list, of either source.
type one struct {
	at    time.Time
	here  *application.Application
	other *external.Application
}

func (p *Portal) minePage(c *gin.Context, status int, v resident.MineView) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	v.Over = c.Query("lihat") == "selesai"
	from, begun := readPlace(c.Query("setelah"))
	here, err := p.Casework.MinePage(ctx, actor, v.Over, from.here, minePart+1)
	if err != nil {
		return err
	}
	others, err := p.External.MinePage(ctx, actor, v.Over, from.other, minePart+1)
	if err != nil {
		return err
	}
	if v.Linked, err = p.External.Linked(ctx, actor); err != nil {
		return err
	}
	all := merged(here, others)
	more := len(all) > minePart
	if more {
		all = all[:minePart]
	}
	v.Shell = p.Shell(c, l.T("mine.title"))
	v.ErrorTitle = len(v.Errors) > 0
	if begun {
		v.First = mineAddress(v.Over, "")
	}
	if more {
		v.Next = mineAddress(v.Over, behind(all, from).String())
	}
	if err := p.fillMine(c, &v, all); err != nil {
		return err
	}
	return p.Render(c, status, resident.Mine(v))
}

func mineAddress(over bool, after string) string {
	switch {
	case after == "" && over:
		return "/permohonan?lihat=selesai"
	case after == "":
		return "/permohonan"
	case over:
		return "/permohonan?lihat=selesai&setelah=" + after
	}
	return "/permohonan?setelah=" + after
}

// merged puts both sources into one list, the newest first; each stays in its own order.
func merged(here []application.Application, others []external.Application) []one {
	var all []one
	for len(here)+len(others) > 0 {
		if len(others) == 0 || len(here) > 0 && !here[0].CreatedAt.Before(others[0].FirstAt) {
			all, here = append(all, one{at: here[0].CreatedAt, here: &here[0]}), here[1:]
			continue
		}
		all, others = append(all, one{at: others[0].FirstAt, other: &others[0]}), others[1:]
	}
	return all
}

// behind is the place after what was shown.
func behind(shown []one, from minePlace) minePlace {
	for _, x := range shown {
		if x.here != nil {
			from.here = x.here.ID
		} else {
			from.other = external.Place{At: x.other.FirstAt, ID: x.other.ID}
		}
	}
	return from
}

// fillMine sorts what is shown into what waits for the reader, is worked on, can be fetched, or is over.
func (p *Portal) fillMine(c *gin.Context, v *resident.MineView, all []one) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	var own []application.Application
	var approved []uuid.UUID
	for _, x := range all {
		if x.here == nil {
			continue
		}
		own = append(own, *x.here)
		if x.here.Stage == workflow.StageApproved {
			approved = append(approved, x.here.ID)
		}
	}
	deadlines, err := p.Deadlines(ctx, own...)
	if err != nil {
		return err
	}
	issued, err := p.Casework.Issued(ctx, actor, approved)
	if err != nil {
		return err
	}
	agencies, err := p.agencyShorts(c, slices.ContainsFunc(all, func(x one) bool { return x.other != nil }))
	if err != nil {
		return err
	}
	n := 0
	for _, x := range all {
		if x.other != nil {
			into := groupOf(v, x.other.Stage == external.NeedsCorrection, x.other.Stage == external.Approved, !x.other.ClosedAt.IsZero())
			*into = append(*into, p.otherItem(c, *x.other, agencies[x.other.Agency], l))
			continue
		}
		app := *x.here
		item := resident.Item{ID: app.ID.String(), Number: app.Number, Service: app.ServiceName.In(l), Agency: app.AgencyShort,
			Status: ui.Status(app.Stage), Updated: site.Zoned(c, app.UpdatedAt), At: app.CreatedAt}
		if app.Draft() {
			item.Kept = site.Zoned(c, intake.KeptUntil(ctx, app))
		}
		if app.Correction != nil {
			item.Asked = app.Correction.Message
		}
		if app.Open() {
			item.Deadline = deadlines[n]
		}
		n++
		fetch := app.ClosedAt.IsZero() && app.Stage == workflow.StageApproved
		if fetch {
			if item, err = p.ready(ctx, item, app, issued, l); err != nil {
				return err
			}
		}
		waits := app.Open() && app.Clock == workflow.Paused // for a correction, a payment, an agreement, or for them to come
		if waits && app.Correction == nil {
			state, err := p.Casework.Status(ctx, app)
			if err != nil {
				return err
			}
			item.Text = state.Public.In(l)
		}
		into := groupOf(v, app.Draft() || waits, fetch, !app.ClosedAt.IsZero())
		*into = append(*into, item)
	}
	slices.SortStableFunc(v.Waiting, func(a, b resident.Item) int { // an office waits for what it returned, nobody for a draft
		switch {
		case a.Kept.IsZero() == b.Kept.IsZero():
			return 0
		case a.Kept.IsZero():
			return -1
		}
		return 1
	})
	return nil
}

func groupOf(v *resident.MineView, waits, fetch, over bool) *[]resident.Item {
	switch {
	case waits:
		return &v.Waiting
	case fetch:
		return &v.Ready
	case over:
		return &v.Closed
	}
	return &v.Running
}
