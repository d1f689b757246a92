package desk

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/i18n"
)

// exportAs sends the whole of a filtered list as a file, in parts, so that no list is held at once. A list has no personal
// numbers; the names in it are those that the page shows. What fails once the file has begun breaks the download off,
// which a browser tells from one that is complete.
func (p *Pages) exportAs(open func(http.ResponseWriter) spreadsheet.Sheet) func(*gin.Context) error {
	return func(c *gin.Context) error {
		ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
		f := filterOf(func(name string) string { return site.ToText(c.Query(name)) })
		out := open(c.Writer)
		begun := false
		begin := func() error {
			if begun {
				return nil
			}
			begun = true
			name := l.T("export.file") + "-" + site.Zoned(c, p.Now()).Format("2006-01-02-1504") + out.Ending()
			c.Header("Content-Type", out.Mime())
			c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
			return out.Row(exportHead(l))
		}
		_, err := p.Inbox.Export(ctx, actor, f, out.Ending()[1:], func(ids []uuid.UUID) error {
			if err := begin(); err != nil {
				return err
			}
			apps, err := p.Casework.List(ctx, actor, ids)
			if err != nil {
				return err
			}
			for _, a := range apps {
				cells, err := p.exportRow(c, a)
				if err != nil {
					return err
				}
				if err := out.Row(cells); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !begun {
			return err
		}
		if err == nil {
			err = begin() // of nothing: the head alone
		}
		if err == nil {
			err = out.Close()
		}
		if err != nil {
			p.Log.ErrorContext(ctx, "desk: export broke off", "err", err)
			panic(http.ErrAbortHandler)
		}
		return nil
	}
}

func exportHead(l i18n.Locale) []any {
	var out []any
	for _, key := range []string{"number", "service", "agency", "applicant", "status", "officer", "channel", "sent", "due", "late", "decided", "on_time", "closed"} {
		out = append(out, l.T("export."+key))
	}
	return out
}

// exportRow is one application. Moments are the city's.
func (p *Pages) exportRow(c *gin.Context, a application.Application) ([]any, error) {
	l := gate.LocaleOf(c)
	state, err := p.Casework.Status(c.Request.Context(), a)
	if err != nil {
		return nil, err
	}
	yes := func(b bool) string {
		if b {
			return l.T("casework.answer.yes")
		}
		return l.T("casework.answer.no")
	}
	kept := ""
	if a.OnTime != nil {
		kept = yes(*a.OnTime)
	}
	at := func(t time.Time) any {
		if t.IsZero() {
			return ""
		}
		return site.Zoned(c, t)
	}
	return []any{a.Number, a.ServiceName.In(l), a.AgencyName.In(l), a.ApplicantName, state.Label.In(l), a.AssigneeName, l.T("case.channel." + a.Channel),
		at(a.SubmittedAt), at(a.DueAt), yes(a.Late(p.Now())), at(a.DecidedAt), kept, at(a.ClosedAt)}, nil
}
