package queue

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/application"
	"bedelau/internal/city/external"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/edge/spreadsheet"
	"bedelau/internal/kernel/i18n"
)

// exportAs sends the whole of a filtered list as a file, in parts, so that no list is held at once. A list has no personal
// numbers; the names in it are those that the page shows.
func (p *Pages) exportAs(open func(http.ResponseWriter) spreadsheet.Sheet) func(*gin.Context) error {
	return func(c *gin.Context) error {
		ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
		f := filterOf(func(name string) string { return site.ToText(c.Query(name)) })
		out := open(c.Writer)
		if site.Described(c, out.Mime()) {
			return nil
		}
		areas, err := p.CityAreas(ctx)
		if err != nil {
			return err
		}
		name := l.T("export.file") + "-" + site.Zoned(c, p.Now()).Format("2006-01-02-1504")
		return spreadsheet.Send(ctx, c.Writer, p.Log, out, name, exportHead(l), func(row func([]any) error) error {
			_, err := p.Inbox.Export(ctx, actor, f, out.Ending()[1:], func(items []inbox.Item) error {
				all, err := p.listed(c, items)
				if err != nil {
					return err
				}
				_, agencies, err := p.agencyNames(ctx, l, all)
				if err != nil {
					return err
				}
				for _, x := range all {
					var cells []any
					if x.other != nil {
						cells = p.exportOther(c, *x.other, agencies[x.other.Agency])
					} else if cells, err = p.exportRow(c, *x.here, areas); err != nil {
						return err
					}
					if err := row(cells); err != nil {
						return err
					}
				}
				return nil
			})
			return err
		})
	}
}

func exportHead(l i18n.Locale) []any {
	var out []any
	for _, key := range []string{"number", "source", "service", "agency", "applicant", "district", "subdistrict", "status", "officer", "channel", "sent", "due", "late", "step_due", "step_late", "decided", "on_time", "closed"} {
		out = append(out, l.T("export."+key))
	}
	return out
}

// exportRow is one application that is worked on here. Moments are the city's.
func (p *Pages) exportRow(c *gin.Context, a application.Application, areas site.Areas) ([]any, error) {
	l := gate.LocaleOf(c)
	state, err := p.Casework.Status(c.Request.Context(), a)
	if err != nil {
		return nil, err
	}
	kept := ""
	if a.OnTime != nil {
		kept = yesNo(l, *a.OnTime)
	}
	stepLate := "" // the office gives itself no time there
	if !a.StepDue().IsZero() {
		stepLate = yesNo(l, a.StepLate(p.Now()))
	}
	return []any{a.Number, l.T("queue.source.here"), a.ServiceName.In(l), a.AgencyName.In(l), a.ApplicantName, areas.Name(a.DistrictCode), areas.Name(a.SubdistrictCode), state.Label.In(l), a.AssigneeName, l.T("case.channel." + a.Channel),
		moment(c, a.SubmittedAt), moment(c, a.DueAt), yesNo(l, a.Late(p.Now())), moment(c, a.StepDue()), stepLate, moment(c, a.DecidedAt), kept, moment(c, a.ClosedAt)}, nil
}

// exportOther is one in an agency's app, of which nobody here knows who has it or how it came.
func (p *Pages) exportOther(c *gin.Context, x external.Application, agency string) []any {
	l := gate.LocaleOf(c)
	kept := ""
	if !x.DecidedAt.IsZero() && !x.DueAt.IsZero() {
		kept = yesNo(l, !x.DecidedAt.After(x.DueAt))
	}
	return []any{x.Reference, x.AppName, x.ServiceName, agency, x.NameMasked, "", "", l.T(x.Stage.TextKey()), "", "",
		moment(c, x.FirstAt), moment(c, x.DueAt), yesNo(l, x.Late(p.Now())), "", "", moment(c, x.DecidedAt), kept, moment(c, x.ClosedAt)}
}

func yesNo(l i18n.Locale, yes bool) string {
	if yes {
		return l.T("casework.answer.yes")
	}
	return l.T("casework.answer.no")
}

// moment is a time of the city's, or nothing.
func moment(c *gin.Context, t time.Time) any {
	if t.IsZero() {
		return ""
	}
	return site.Zoned(c, t)
}
