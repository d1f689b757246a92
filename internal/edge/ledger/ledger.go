package ledger

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/ui"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Again shows the page of a form with what was filled in and what is wrong with it.
type Again func(c *gin.Context, status int, in site.Form, errs ui.Errors) error

// Act runs an act of a form and shows its page again when it is refused. Places say beside which field a refusal stands, labels what
// the page calls its fields.
func Act(p *site.Pages, c *gin.Context, done, to string, page Again, places, labels map[string]string, many []string, do func(in site.Form) error) error {
	in, err := site.ReadForm(c, many...)
	if err != nil {
		return err
	}
	if err := do(in); err != nil {
		return Refused(c, err, in, page, places, labels)
	}
	return p.Done(c, to, done)
}

// Refused is a page again, with why.
func Refused(c *gin.Context, err error, in site.Form, page Again, places, labels map[string]string) error {
	if errs, status, ok := site.RefusedAt(c, err, places); ok {
		return page(c, status, in, site.Called(c, errs, labels))
	}
	if f, status := gate.Failed(c, err); status == http.StatusConflict {
		return page(c, status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
	}
	return err
}

// BeforeOf reads ?sebelum=, the last row of the page before.
func BeforeOf(c *gin.Context) (uuid.UUID, error) {
	text := c.Query("sebelum")
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, site.Invalid("sebelum", "invalid")
	}
	return id, nil
}

// MonthOf reads a month, by default that of now; its first day and that of the month after.
func MonthOf(text string, now time.Time) (from, until time.Time, err error) {
	from = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if text != "" {
		if from, err = time.Parse("2006-01", text); err != nil || from.Year() < 2020 || from.Year() > 2199 {
			return from, from, site.Invalid("bulan", "month")
		}
	}
	return from, from.AddDate(0, 1, 0), nil
}

// MonthField asks for the month that a page is of. What is no month is said there, below what was typed, and the page is of the present month:
// then errs is the refusal and status its answer.
func MonthField(c *gin.Context, text string, now time.Time) (f ui.Field, from, until time.Time, errs ui.Errors, status int, err error) {
	l := gate.LocaleOf(c)
	if from, until, err = MonthOf(text, now); err != nil {
		refused, bad, ok := site.Refused(c, err, "")
		if !ok {
			return f, from, until, nil, 0, err
		}
		errs, status = refused, bad
		if from, until, err = MonthOf("", now); err != nil {
			return f, from, until, nil, 0, err
		}
	} else {
		text = from.Format("2006-01")
	}
	return ui.Field{Name: "bulan", Type: "month", Label: l.T("usage.month"), Value: text, Error: errs.Of("bulan")}, from, until, errs, status, nil
}

// Joined puts what is not empty together.
func Joined(parts ...string) string {
	var out []string
	for _, x := range parts {
		if x != "" {
			out = append(out, x)
		}
	}
	return strings.Join(out, ", ")
}

// FirstOf is the first that is not empty.
func FirstOf(all ...string) string {
	for _, x := range all {
		if x != "" {
			return x
		}
	}
	return ""
}

// Mark is a word with a colour and an icon for how something stands.
func Mark(l i18n.Locale, key, tone, icon string) ui.Mark {
	return ui.Mark{Tone: tone, Icon: icon, Text: l.T(key)}
}
