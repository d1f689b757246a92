package document

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"

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
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"bedelau/internal/kernel/tenancy"
)

const (
	fontFamily = "go"
	fontSize   = 11
	lineWidth  = 210 - 2*25 // mm between the margins
)

// fonts are embedded in every PDF, because the fonts that readers bring know few letters beyond ASCII. Each PDF gets a
// copy of its own: the library writes a checksum into the font it was given.
func fonts() ([]*entity.CustomFont, error) {
	return repository.New().
		AddUTF8FontFromBytes(fontFamily, fontstyle.Normal, bytes.Clone(goregular.TTF)).
		AddUTF8FontFromBytes(fontFamily, fontstyle.Bold, bytes.Clone(gobold.TTF)).
		Load()
}

// Sheet is an A4 page under a city's letterhead.
type Sheet struct {
	m     core.Maroto
	known *sfnt.Font // tells which letters can be printed
}

// NewSheet begins a page of an office of city. at is when it is made, in the city's zone.
func NewSheet(city tenancy.City, office, title string, at time.Time) (Sheet, error) {
	own, err := fonts()
	if err != nil {
		return Sheet{}, fmt.Errorf("document: PDF: %w", err)
	}
	cfg := config.NewBuilder().WithCustomFonts(own).WithDefaultFont(&props.Font{Family: fontFamily, Size: fontSize}).
		WithLeftMargin(25).WithRightMargin(25).WithTopMargin(20).WithBottomMargin(18).
		WithTitle(title, true).WithAuthor(office+", "+city.Name, true).WithCreator("Bedelau", true).WithCreationDate(at).Build()
	known, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return Sheet{}, fmt.Errorf("document: PDF: %w", err)
	}
	sh := Sheet{m: maroto.New(cfg), known: known}
	sh.Add("PEMERINTAH "+strings.ToUpper(city.Name), props.Text{Align: align.Center, Size: 13})
	sh.Add(strings.ToUpper(office), props.Text{Align: align.Center, Size: 14, Style: fontstyle.Bold, Top: 1})
	if contact := contactLine(city.Contact); contact != "" {
		sh.Add(contact, props.Text{Align: align.Center, Size: 8.5, Top: 1})
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

// Add appends a paragraph that takes the height it needs.
func (sh Sheet) Add(s string, p props.Text) {
	if p.VerticalPadding == 0 {
		p.VerticalPadding = 1.2
	}
	if p.Size == 0 {
		p.Size = fontSize
	}
	sh.m.AddRows(text.NewAutoRow(sh.words(s, p.Size, lineWidth), p))
}

// Space leaves a gap of so many millimetres.
func (sh Sheet) Space(mm float64) { sh.m.AddRows(row.New(mm).Add(col.New(12))) }

// Pair appends a label with its value.
func (sh Sheet) Pair(label, value string) {
	sh.m.AddAutoRow(
		text.NewCol(4, sh.words(label, 10.5, lineWidth/3), props.Text{Size: 10.5, Top: 1.6, Color: &props.Color{Red: 80, Green: 80, Blue: 80}}),
		text.NewCol(8, sh.words(value, 10.5, lineWidth*2/3), props.Text{Size: 10.5, Top: 1.6, VerticalPadding: 1}),
	)
}

// Aside is a text beside the QR, so many millimetres below its top.
func (sh Sheet) Aside(s string, top, size float64, style fontstyle.Type) core.Component {
	const left = 6
	return text.New(sh.words(s, size, lineWidth*2/3-left), props.Text{Left: left, Top: top, Size: size, Style: style, VerticalPadding: 0.9})
}

// Check appends the QR of address, with texts beside it.
func (sh Sheet) Check(address string, beside ...core.Component) error {
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

// Bytes is the finished PDF.
func (sh Sheet) Bytes() ([]byte, error) {
	doc, err := sh.m.Generate()
	if err != nil {
		return nil, fmt.Errorf("document: PDF: %w", err)
	}
	return doc.GetBytes(), nil
}

// QR draws an address as a PNG.
func QR(address string) ([]byte, error) {
	png, err := qrcode.Encode(address, qrcode.Medium, 480)
	if err != nil {
		return nil, fmt.Errorf("document: QR: %w", err)
	}
	return png, nil
}

// words makes a text fit to print at a size in points on a width in millimetres: one paragraph, no word that is wider
// than the line, and a box for each letter that the font does not have, on which the library would stop.
func (sh Sheet) words(s string, size, width float64) string {
	var buf sfnt.Buffer
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if i, err := sh.known.GlyphIndex(&buf, r); err != nil || i == 0 || r > 0xFFFF {
			return '□'
		}
		return r
	}, s)
	var out []string
	for _, w := range strings.Fields(s) {
		out = append(out, sh.pieces(&buf, w, size, width)...)
	}
	return strings.Join(out, " ")
}

// pieces cuts a word where the line ends. Bold letters are a little wider than the measured ones.
func (sh Sheet) pieces(buf *sfnt.Buffer, word string, size, width float64) []string {
	const mmPerPoint, bold = 0.3528, 1.08
	var out []string
	start, at := 0, 0.0
	for i, r := range word {
		glyph, _ := sh.known.GlyphIndex(buf, r)
		advance, _ := sh.known.GlyphAdvance(buf, glyph, fixed.Int26_6(size*64), font.HintingNone)
		w := float64(advance) / 64 * mmPerPoint * bold
		if at+w > width && i > start {
			out, start, at = append(out, word[start:i]), i, 0
		}
		at += w
	}
	return append(out, word[start:])
}
