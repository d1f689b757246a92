package wave

import (
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/web/ui"
)

// act takes one step about a wave; what is refused is shown on its page.
func (p *Pages) act(c *gin.Context, sentence string, do func(id uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := do(id)
	if err == nil {
		return p.Done(c, wavePath(id), sentence)
	}
	return again(c, err, func(status int, errs ui.Errors) error { return p.oneAgain(c, status, in, errs) })
}

// again shows a page once more with what is wrong: fields by their labels, and conflicts above. The last result is the error of
// anything else.
func again(c *gin.Context, err error, show func(int, ui.Errors) error) error {
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return show(status, site.Called(c, errs, Labels))
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict {
		return show(status, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// amend changes what is said of a wave.
func (p *Pages) amend(c *gin.Context) error {
	return p.act(c, "wave_amended", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.Waves.Amend(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), input(in))
		}
		return in, err
	})
}

// step brings a wave on, or calls it off.
func (p *Pages) step(c *gin.Context) error {
	return p.act(c, "wave_stepped", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "until")
		if err != nil {
			return in, err
		}
		until, err := DayOf(in, "until")
		if err == nil {
			err = p.Waves.Step(c.Request.Context(), gate.ActorOf(c), id, ductwave.StepInput{To: in.Get("to"), Until: until, Why: in.Text("why"), Revision: in.Revision()})
		}
		if fault.From(err).Kind == fault.Forbidden && in.Get("to") == ductwave.Building {
			err = fault.Fields([]fault.Field{{Name: "why", Code: "wave_waive"}}) // the page says who may
		}
		return in, err
	})
}

// extend gives more time.
func (p *Pages) extend(c *gin.Context) error {
	return p.act(c, "wave_extended", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "until")
		if err != nil {
			return in, err
		}
		until, err := DayOf(in, "until")
		if err == nil {
			err = p.Waves.Extend(c.Request.Context(), gate.ActorOf(c), id, until)
		}
		return in, err
	})
}

// publish lets everybody read how far a wave is, or no longer.
func (p *Pages) publish(c *gin.Context) error {
	return p.act(c, "wave_published", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.Waves.Publish(c.Request.Context(), gate.ActorOf(c), id, in.Yes("tampil"))
		}
		return in, err
	})
}

// addRoad puts a road into a wave.
func (p *Pages) addRoad(c *gin.Context) error {
	return p.act(c, "wave_road_added", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			x := ductwave.RoadInput{Name: in.Line("road"), LengthM: int64(Count(in, "length")), Capacity: Count(in, "capacity")}
			if x.Name == "" {
				x.Name = in.Line("known")
			}
			err = p.Waves.AddRoad(c.Request.Context(), gate.ActorOf(c), id, x)
		}
		return in, err
	})
}

// removeRoad takes one out.
func (p *Pages) removeRoad(c *gin.Context) error {
	return p.act(c, "wave_road_removed", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.Waves.RemoveRoad(c.Request.Context(), gate.ActorOf(c), id, Count(in, "road"))
		}
		return in, err
	})
}

// enlarge says how many units are planned along a road.
func (p *Pages) enlarge(c *gin.Context) error {
	return p.act(c, "wave_enlarged", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err == nil {
			err = p.Waves.Enlarge(c.Request.Context(), gate.ActorOf(c), id, Count(in, "road"), Count(in, "capacity"))
		}
		return in, err
	})
}

// release lets a company go from a commitment.
func (p *Pages) release(c *gin.Context) error {
	return p.act(c, "wave_released", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err != nil {
			return in, err
		}
		which, err := uuid.Parse(in.Get("which"))
		if err != nil {
			return in, site.Invalid("which", "not_an_option")
		}
		err = p.Waves.Release(c.Request.Context(), gate.ActorOf(c), id, which, in.Text("why"))
		if fault.Is(err, "wave.no_commitment") {
			err = site.Invalid("which", "not_an_option")
		}
		return in, err
	})
}

// addPhoto keeps a photo of a road.
func (p *Pages) addPhoto(c *gin.Context) error {
	return p.act(c, "wave_photo_added", func(id uuid.UUID) (site.Form, error) {
		ctx, a := c.Request.Context(), gate.ActorOf(c)
		var f files.File
		in, err := site.ReadUpload(c, "photo", ductwave.PaperMB, func(name string, body io.Reader) (err error) {
			f, err = p.Waves.ReceivePhoto(ctx, a, name, body)
			return err
		})
		if err == nil {
			_, err = p.Waves.AddPhoto(ctx, a, id, in.Get("phase"), Count(in, "road"), in.Line("caption"), f)
		}
		return in, err
	})
}

// showPhoto lets everybody see a photo, or no longer.
func (p *Pages) showPhoto(c *gin.Context) error {
	return p.act(c, "wave_photo_shown", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c)
		if err != nil {
			return in, err
		}
		which, err := uuid.Parse(in.Get("which"))
		if err != nil {
			return in, site.Invalid("which", "not_an_option")
		}
		err = p.Waves.ShowPhoto(c.Request.Context(), gate.ActorOf(c), id, which, !in.Yes("hide"), Count(in, "road"), in.Line("caption"))
		if fault.Is(err, "wave.no_photo") {
			err = site.Invalid("which", "not_an_option")
		}
		return in, err
	})
}

// paper sends the signed paper of a commitment.
func (p *Pages) paper(c *gin.Context) error { return SendPaper(c, p.Waves) }

// SendPaper sends the signed paper that the address names, to who may read it.
func SendPaper(c *gin.Context, s *ductwave.Service) error {
	return send(c, s.Paper, "commitment")
}

// photo sends a photo.
func (p *Pages) photo(c *gin.Context) error { return SendPhoto(c, p.Waves) }

// SendPhoto sends the photo that the address names, to who may see it.
func SendPhoto(c *gin.Context, s *ductwave.Service) error { return send(c, s.OpenPhoto, "photo") }
