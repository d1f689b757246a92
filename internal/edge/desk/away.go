package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/absence"
	"bedelau/internal/kernel/access"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathAway = "/petugas/pengganti"

// away lists who of the agency is away, and who stands in.
func (p *Pages) away(c *gin.Context) error { return p.awayPage(c, http.StatusOK, office.AwayView{}) }

func (p *Pages) awayPage(c *gin.Context, status int, v office.AwayView) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	list, names, err := p.absences.List(ctx, a)
	if err != nil {
		return err
	}
	deals := p.Guard.Allow(ctx, a, access.ApplicationAssign) == nil
	v.Shell, v.Me = p.DeskShell(c, l.T("away.title")), a.ID.String()
	v.ErrorTitle = len(v.Errors) > 0
	for _, x := range list {
		v.Rows = append(v.Rows, office.AwayRow{ID: x.ID.String(), Name: x.AccountName, Substitute: x.SubstituteName, From: dayText(x.FromDay, l), To: dayText(x.ToDay, l),
			MayEnd: deals || x.AccountID == a.ID})
	}
	for id, name := range names {
		v.Staff = append(v.Staff, ui.Option{Value: id.String(), Label: name})
	}
	slices.SortFunc(v.Staff, func(x, y ui.Option) int { return cmp.Compare(x.Label, y.Label) })
	v.Others, v.StandIns = deals, v.Staff
	if !deals { // who notes only their own absence does not stand in for themselves
		v.StandIns = slices.DeleteFunc(slices.Clone(v.Staff), func(o ui.Option) bool { return o.Value == v.Me })
	}
	return p.Render(c, status, office.Away(v))
}

// setAway notes an absence.
func (p *Pages) setAway(c *gin.Context) error {
	in, err := site.ReadForm(c, "from", "to")
	v := office.AwayView{Account: in.Text("account"), Substitute: in.Text("substitute"), From: in.Values["from"], To: in.Values["to"]}
	if err == nil {
		var account, substitute uuid.UUID
		if account, err = optionalID(v.Account); err != nil {
			err = site.Invalid("account", "not_an_option")
		} else {
			substitute, _ = uuid.Parse(v.Substitute) // what names nobody is refused with what else is wrong
			_, err = p.absences.Set(c.Request.Context(), gate.ActorOf(c), absence.Input{Account: account, Substitute: substitute, From: isoDay(v.From), To: isoDay(v.To)})
		}
	}
	if err == nil {
		return p.Done(c, pathAway, "away_set")
	}
	errs, status, ok := site.RefusedAt(c, err, map[string]string{"absence.twice": "from"})
	if !ok {
		return err
	}
	v.Errors = site.Called(c, errs, map[string]string{"account": "away.who", "substitute": "away.substitute", "from": "away.from", "to": "away.to"})
	return p.awayPage(c, status, v)
}

// endAway takes an absence back.
func (p *Pages) endAway(c *gin.Context) error {
	id, err := site.PathID(c, "absence")
	if err != nil {
		return err
	}
	if err := p.absences.End(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathAway, "away_ended")
}

func optionalID(s string) (uuid.UUID, error) {
	if s == "" {
		return uuid.Nil, nil
	}
	return uuid.Parse(s)
}

// isoDay reads a day that was typed as three numbers, or as 2006-01-02; what is no day stays what it is.
func isoDay(typed []string) string {
	if len(typed) != 3 {
		return strings.Join(typed, " ")
	}
	var n [3]int
	for i, s := range typed {
		n[i], _ = strconv.Atoi(strings.TrimSpace(s))
	}
	day := fmt.Sprintf("%04d-%02d-%02d", n[2], n[1], n[0])
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return strings.Join(typed, " ")
	}
	return day
}
