package casework

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/image"
	"github.com/johnfercher/maroto/v2/pkg/components/line"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/extension"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/core/entity"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/johnfercher/maroto/v2/pkg/repository"
	"github.com/skip2/go-qrcode"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

const fontFamily = "go"

// fonts are embedded in every PDF, because the fonts that readers bring know few letters beyond ASCII. Each PDF gets a
// copy of its own: the library writes a checksum into the font it was given.
func fonts() ([]*entity.CustomFont, error) {
	return repository.New().
		AddUTF8FontFromBytes(fontFamily, fontstyle.Normal, bytes.Clone(goregular.TTF)).
		AddUTF8FontFromBytes(fontFamily, fontstyle.Bold, bytes.Clone(gobold.TTF)).
		Load()
}

// sheet is an A4 page under a city's letterhead.
type sheet struct{ m core.Maroto }

func newSheet(city tenancy.City, office, title string, at time.Time) (sheet, error) {
	own, err := fonts()
	if err != nil {
		return sheet{}, fmt.Errorf("casework: PDF: %w", err)
	}
	cfg := config.NewBuilder().WithCustomFonts(own).WithDefaultFont(&props.Font{Family: fontFamily, Size: 11}).
		WithLeftMargin(25).WithRightMargin(25).WithTopMargin(20).WithBottomMargin(18).
		WithTitle(title, true).WithAuthor(office+", "+city.Name, true).WithCreator("Bedelau", true).WithCreationDate(at).Build()
	sh := sheet{maroto.New(cfg)}
	sh.add("PEMERINTAH "+strings.ToUpper(city.Name), props.Text{Align: align.Center, Size: 13})
	sh.add(strings.ToUpper(office), props.Text{Align: align.Center, Size: 14, Style: fontstyle.Bold, Top: 1})
	if contact := contactLine(city.Contact); contact != "" {
		sh.add(contact, props.Text{Align: align.Center, Size: 8.5, Top: 1})
	}
	sh.m.AddRows(line.NewRow(7, props.Line{Thickness: 0.6, SizePercent: 100, OffsetPercent: 60}))
	return sh, nil
}

func contactLine(c tenancy.Contact) string {
	var parts []string
	for _, p := range []string{c.Address, c.Phone, c.Email, c.Website} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// add appends a paragraph that takes the height it needs.
func (sh sheet) add(s string, p props.Text) {
	if p.VerticalPadding == 0 {
		p.VerticalPadding = 1.2
	}
	sh.m.AddRows(text.NewAutoRow(breakable(s), p))
}

func (sh sheet) space(mm float64) { sh.m.AddRows(row.New(mm).Add(col.New(12))) }

// pair appends a label with its value.
func (sh sheet) pair(label, value string) {
	sh.m.AddAutoRow(
		text.NewCol(4, breakable(label), props.Text{Size: 10.5, Top: 1.6, Color: &props.Color{Red: 80, Green: 80, Blue: 80}}),
		text.NewCol(8, breakable(value), props.Text{Size: 10.5, Top: 1.6, VerticalPadding: 1}),
	)
}

// check appends the QR of address, with words beside it.
func (sh sheet) check(address string, beside ...core.Component) error {
	png, err := QR(address)
	if err != nil {
		return err
	}
	sh.m.AddRows(row.New(36).Add(
		image.NewFromBytesCol(4, png, extension.Png, props.Rect{Percent: 100}),
		col.New(8).Add(beside...),
	))
	return nil
}

func (sh sheet) bytes() ([]byte, error) {
	doc, err := sh.m.Generate()
	if err != nil {
		return nil, fmt.Errorf("casework: PDF: %w", err)
	}
	return doc.GetBytes(), nil
}

// QR draws an address as a PNG.
func QR(address string) ([]byte, error) {
	png, err := qrcode.Encode(address, qrcode.Medium, 480)
	if err != nil {
		return nil, fmt.Errorf("casework: QR: %w", err)
	}
	return png, nil
}

// longestWord is what fits on a line; a longer one would run off the paper.
const longestWord = 60

// breakable puts a text on one paragraph and breaks words that no line can hold.
func breakable(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if utf8.RuneCountInString(w) <= longestWord {
			continue
		}
		var parts []string
		for r := []rune(w); len(r) > 0; {
			n := min(len(r), longestWord)
			parts = append(parts, string(r[:n]))
			r = r[n:]
		}
		words[i] = strings.Join(parts, " ")
	}
	return strings.Join(words, " ")
}

// letter is an issued document as it is printed. Its language is Indonesian whatever the applicant reads, because that
// is the language of the city's decisions.
type letter struct {
	office, title, number, signer, address string
	body                                   []string
	at                                     time.Time // in the city's zone
}

func printLetter(city tenancy.City, d letter) ([]byte, error) {
	const l = i18n.ID
	sh, err := newSheet(city, d.office, d.title, d.at)
	if err != nil {
		return nil, err
	}
	sh.space(4)
	sh.add(strings.ToUpper(d.title), props.Text{Align: align.Center, Style: fontstyle.Bold, Size: 12.5})
	sh.add(l.T("casework.pdf.number", "number", d.number), props.Text{Align: align.Center, Size: 11, Top: 1})
	sh.space(6)
	for _, p := range d.body {
		sh.add(p, props.Text{Bottom: 3.2, VerticalPadding: 1.6})
	}
	sh.space(6)
	err = sh.check(d.address,
		text.New(city.ShortName+", "+l.Date(d.at), props.Text{Left: 6}),
		text.New(d.signer, props.Text{Left: 6, Top: 6, Style: fontstyle.Bold}),
		text.New(l.T("casework.pdf.check"), props.Text{Left: 6, Top: 16, Size: 9, VerticalPadding: 0.8}),
		text.New(d.address, props.Text{Left: 6, Top: 27, Size: 7.5}),
	)
	if err != nil {
		return nil, err
	}
	return sh.bytes()
}
