package editor

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/builder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/web/page/office"
)

// builderText shows the whole form as text: what its pages cannot say of a question, such as a second rule, is said there.
func (p *Pages) builderText(c *gin.Context) error {
	b, err := p.building(c)
	if err != nil {
		return err
	}
	return p.builderTextView(c, http.StatusOK, b, tryEdit{})
}

func (p *Pages) builderTextView(c *gin.Context, status int, b building, t tryEdit) error {
	l := gate.LocaleOf(c)
	text, err := builder.Text(b.draft.Body)
	if err != nil {
		return err
	}
	v := p.textView(c, t, l.T("builder.advanced_text"), l.T("builder.changed"), formNames(b.draft.Body, l))
	v.Service, v.Path, v.Revision, v.Field = b.service.Name.In(l), b.path, b.draft.Revision, sheet{l: l, t: t}.input("long_text", "text", text)
	for _, x := range b.draft.Problems {
		one := problemView(b, x, l)
		if x.Line > 0 {
			one.Place += ", " + l.T("flow.place.line", "n", x.Line)
		}
		if t.refused == nil && !slices.Contains(v.Problems, one) {
			v.Problems = append(v.Problems, one)
		}
	}
	return p.Render(c, status, office.DefinitionText(v))
}

// builderSaveText takes the text as the draft, as flowSaveText does.
func (p *Pages) builderSaveText(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	b, err := p.building(c)
	if err != nil {
		return err
	}
	f, err := builder.ReadText[form.Form](b.form, in.Get("text"))
	if errs := misread(err, gate.LocaleOf(c)); errs != nil {
		return p.builderTextView(c, http.StatusUnprocessableEntity, b, tryEdit{in: in, refused: err, errs: errs})
	}
	if err == nil {
		change := builder.Change{Code: b.form, Revision: in.Revision(), Act: builder.ActEdit, What: b.form, Do: builder.RewriteForm(f)}
		_, err = p.Builder.Forms.Change(c.Request.Context(), gate.ActorOf(c), change)
	}
	if err == nil {
		return p.Done(c, b.path, "form_saved")
	}
	if fault.From(err).Kind != fault.Conflict {
		return err
	}
	fresh, failed := p.building(c)
	if failed != nil {
		return failed
	}
	return p.builderTextView(c, http.StatusConflict, fresh, tryEdit{in: in, refused: err})
}
