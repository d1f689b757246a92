package document

import (
	"strings"
	"time"

	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// letter is a document as it is printed. Its language is Indonesian whatever the holder reads, because that is the
// language of the city's decisions.
type letter struct {
	head                   sheet.Head
	title, number, address string
	signer                 official
	signature              string // how it is signed: SignNone and so on
	body                   []part
	at                     time.Time // in the city's zone
	sample                 bool
	test                   bool // it will be signed with a certificate for tests
	ground                 geo.Map
}

// official is who stands under a document.
type official struct{ title, name, nip string }

// part is a paragraph or the rows of a table.
type part struct {
	text string
	rows [][2]string // label and value
	// The places that the rows name, drawn below them.
	drawn [][]geo.Point
}

func printLetter(city tenancy.City, d letter) ([]byte, error) {
	const l = i18n.ID
	sh, err := sheet.New(d.head, d.title, d.at)
	if err != nil {
		return nil, err
	}
	if d.sample {
		sh.Add(l.T("document.pdf.sample"), props.Text{Align: align.Center, Style: fontstyle.Bold, Color: &props.Color{Red: 176, Green: 0, Blue: 32}})
	}
	if d.test {
		sh.Add(l.T("document.pdf.test"), props.Text{Align: align.Center, Style: fontstyle.Bold, Color: &props.Color{Red: 176, Green: 0, Blue: 32}})
	}
	sh.Space(4)
	sh.Add(strings.ToUpper(d.title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 12.5})
	sh.Add(l.T("document.pdf.number", "number", d.number), props.Text{Align: align.Center, Size: 11, Top: 1})
	sh.Space(6)
	for _, p := range d.body {
		if p.rows == nil {
			sh.Add(p.text, props.Text{Bottom: 3.2, VerticalPadding: 1.6})
			continue
		}
		for _, r := range p.rows {
			sh.Pair(r[0], r[1])
		}
		sh.Space(4)
		for _, places := range p.drawn {
			sh.Map(d.ground, places, l)
		}
	}
	sh.Space(6)
	height, beside := signature(sh, city, d)
	if err := sh.Proof(d.address, height, beside...); err != nil {
		return nil, err
	}
	return sh.Bytes()
}

// signature lays out who signs, beside the QR: room for a hand where one signs on paper.
func signature(sh sheet.Sheet, city tenancy.City, d letter) (float64, []core.Component) {
	const l = i18n.ID
	const room, step = 22, 5.2 // mm: of a signature by hand, of one line
	var out []core.Component
	top := 0.0
	put := func(s string, size float64, style fontstyle.Type, lines float64) {
		out = append(out, sh.Aside(s, top, size, style))
		top += step * lines
	}
	put(city.ShortName+", "+l.Date(d.at), sheet.Size, fontstyle.Normal, 1.15)
	put(d.signer.title, sheet.Size, fontstyle.Bold, 1.9)
	switch {
	case d.signature == SignScan:
		top += room
	case d.signer.name == "":
		return sheet.QRHeight, append(out, sh.Aside(l.T("document.pdf.check"), 16, 9, fontstyle.Normal), sh.Aside(d.address, 27, 7.5, fontstyle.Normal))
	}
	if d.signer.name != "" {
		put(d.signer.name, sheet.Size, fontstyle.Bold, 1)
	}
	if d.signer.nip != "" {
		put("NIP "+d.signer.nip, 10, fontstyle.Normal, 1.2)
	}
	how := "document.pdf.check"
	if d.signature == SignCertificate {
		how = "document.pdf.certificate"
	}
	put(l.T(how), 9, fontstyle.Normal, 2.2)
	put(d.address, 7.5, fontstyle.Normal, 1.5)
	return max(sheet.QRHeight, top), out
}
