package document

import (
	"strings"
	"time"

	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// letter is an issued document as it is printed. Its language is Indonesian whatever the applicant reads, because that
// is the language of the city's decisions.
type letter struct {
	office, title, number, signer, address string
	body                                   []string
	at                                     time.Time // in the city's zone
}

func printLetter(city tenancy.City, d letter) ([]byte, error) {
	const l = i18n.ID
	sh, err := NewSheet(city, d.office, d.title, d.at)
	if err != nil {
		return nil, err
	}
	sh.Space(4)
	sh.Add(strings.ToUpper(d.title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 12.5})
	sh.Add(l.T("document.pdf.number", "number", d.number), props.Text{Align: align.Center, Size: 11, Top: 1})
	sh.Space(6)
	for _, p := range d.body {
		sh.Add(p, props.Text{Bottom: 3.2, VerticalPadding: 1.6})
	}
	sh.Space(6)
	err = sh.Check(d.address,
		sh.Aside(city.ShortName+", "+l.Date(d.at), 0, fontSize, fontstyle.Normal),
		sh.Aside(d.signer, 6, fontSize, fontstyle.Bold),
		sh.Aside(l.T("document.pdf.check"), 16, 9, fontstyle.Normal),
		sh.Aside(d.address, 27, 7.5, fontstyle.Normal),
	)
	if err != nil {
		return nil, err
	}
	return sh.Bytes()
}
