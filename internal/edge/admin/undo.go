package admin

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/recount"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/web/page/office"
)

// undoImport takes an import back, once the administrator has seen what that moves.
func (p *Pages) undoImport(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(in.Text("change"))
	if err != nil {
		return site.NotFound()
	}
	if !in.Yes("sure") {
		p.Redirect(c, site.PathCalendar+"/batal?"+url.Values{"change": {id.String()}}.Encode())
		return nil
	}
	if _, err := p.Calendar.Undo(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, site.PathCalendar, "import_undone")
}

// tryUndo shows which days an import that is taken back would change and what that moves, and asks whether it shall be.
func (p *Pages) tryUndo(c *gin.Context) error {
	id, err := uuid.Parse(c.Query("change"))
	if err != nil {
		return site.NotFound()
	}
	l := gate.LocaleOf(c)
	var seen recount.Forecast
	done, err := p.Calendar.TryUndo(c.Request.Context(), gate.ActorOf(c), id, p.foresee("", &seen))
	if err != nil {
		return err
	}
	v := office.UndoTrial{Change: id.String(), Source: done.Source, Year: done.Year, Moves: movesOf(seen, l)}
	for _, d := range done.Days {
		d.Was, d.Now = d.Now, d.Was
		v.Days = append(v.Days, d.In(l))
	}
	v.Shell = p.DeskShell(c, l.T("days.undo_trial"))
	return p.Render(c, http.StatusOK, office.TryUndo(v))
}
