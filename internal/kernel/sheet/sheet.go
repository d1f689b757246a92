// Package sheet prints A4 pages under a letterhead: of a city's office, or of a company that sends an invoice.
//
// What is printed was typed by anybody: a word never runs over the edge, and in the place of a letter that the font lacks
// stands its number, which a note on the page explains. The fonts travel with the PDF.
package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

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

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Size is that of running text, in points.
const Size = 11

const (
	fontFamily = "go"
	margin     = 25             // mm
	lineWidth  = 210 - 2*margin // mm between the margins
	mmPerPoint = 0.3528
)

// fonts are embedded in every PDF, because the fonts that readers bring know few letters beyond ASCII. Each PDF gets a
// copy of its own: the library writes a checksum into the font it was given.
func fonts() ([]*entity.CustomFont, error) {
	return repository.New().
		AddUTF8FontFromBytes(fontFamily, fontstyle.Normal, bytes.Clone(goregular.TTF)).
		AddUTF8FontFromBytes(fontFamily, fontstyle.Bold, bytes.Clone(gobold.TTF)).
		Load()
}

// Sheet is a page that is being written.
type Sheet struct {
	m     core.Maroto
	known *sfnt.Font // tells which letters can be printed
	lacks *bool      // a number was printed for a letter
}

// Head is what stands on top of a page: three lines, and arms on their left where there are any.
type Head struct {
	Over    string // "PEMERINTAH KOTA BATAM"
	Name    string // in bold: the office, or the company
	Address string
	Logo    string // an SVG, or empty
}

// Of is the letterhead of a city's office with an address; without one it is the city's own.
func Of(city tenancy.City, office, address string) Head {
	if address == "" {
		address = Contact(city.Contact)
	}
	return Head{Over: "PEMERINTAH " + strings.ToUpper(city.Name), Name: strings.ToUpper(office), Address: address, Logo: city.Logo}
}

// New begins a page under a letterhead. at is when it is made, in the zone of who makes it.
func New(h Head, title string, at time.Time) (Sheet, error) {
	own, err := fonts()
	if err != nil {
		return Sheet{}, fmt.Errorf("sheet: PDF: %w", err)
	}
	cfg := config.NewBuilder().WithCustomFonts(own).WithDefaultFont(&props.Font{Family: fontFamily, Size: Size}).
		WithLeftMargin(margin).WithRightMargin(margin).WithTopMargin(20).WithBottomMargin(18).
		WithTitle(title, true).WithAuthor(strings.TrimSuffix(h.Name+", "+h.Over, ", "), true).WithCreator("Bedelau", true).WithCreationDate(at).Build()
	known, err := letters()
	if err != nil {
		return Sheet{}, fmt.Errorf("sheet: PDF: %w", err)
	}
	sh := Sheet{m: maroto.New(cfg), known: known, lacks: new(bool)}
	sh.head(h)
	sh.m.AddRows(line.NewRow(7, props.Line{Thickness: 0.6, SizePercent: 100, OffsetPercent: 60}))
	return sh, nil
}

// head writes the letterhead; each of its lines fits on one.
func (sh Sheet) head(h Head) {
	const height, arms = 23, 2 // of twelve columns
	width := float64(lineWidth)
	columns := 12
	png := drawn(h.Logo)
	if png != nil {
		columns -= arms
		width = lineWidth * float64(columns) / 12
	}
	var lines []core.Component
	top := 0.0
	put := func(s string, size float64, style fontstyle.Type) {
		if s == "" {
			return
		}
		size = sh.fit(s, size, width)
		lines = append(lines, text.New(sh.words(s, size, width), props.Text{Align: align.Center, Size: size, Style: style, Top: top}))
		top += size*mmPerPoint + 2.2
	}
	put(h.Over, 13, fontstyle.Normal)
	put(h.Name, 14, fontstyle.Bold)
	put(h.Address, 8.5, fontstyle.Normal)
	if png == nil {
		sh.m.AddRows(row.New(top).Add(col.New(columns).Add(lines...)))
		return
	}
	sh.m.AddRows(row.New(height).Add(image.NewFromBytesCol(arms, png, extension.Png, props.Rect{Percent: 90, Center: true}), col.New(columns).Add(lines...)))
}

// fit returns the size, at most wanted, at which s takes one line of a width; below 7 points a text is left to wrap.
func (sh Sheet) fit(s string, wanted, width float64) float64 {
	const least, step = 7, 0.5
	var buf sfnt.Buffer
	for size := wanted; size >= least; size -= step {
		total := 0.0
		for _, r := range s {
			total += sh.advance(&buf, r, size)
		}
		if total <= width {
			return size
		}
	}
	return least
}

// advance is how wide a letter is, in millimetres. Bold letters are a little wider than the measured ones.
func (sh Sheet) advance(buf *sfnt.Buffer, r rune, size float64) float64 {
	const bold = 1.08
	glyph, _ := sh.known.GlyphIndex(buf, r)
	advance, _ := sh.known.GlyphAdvance(buf, glyph, fixed.Int26_6(size*64), font.HintingNone)
	return float64(advance) / 64 * mmPerPoint * bold
}

// Contact is how an office is reached, on one line.
func Contact(c tenancy.Contact) string {
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
		p.Size = Size
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

// Cell is a text in a row of a table: so many of twelve columns wide.
type Cell struct {
	Text  string
	Width int
	Size  float64 // 10 points when zero
	Right bool
	Bold  bool
	Small string // a second text below it, small and grey
}

// Row appends a row that takes the height of its highest cell.
func (sh Sheet) Row(cells ...Cell) {
	grey := &props.Color{Red: 80, Green: 80, Blue: 80}
	rowOf := func(of func(Cell) (string, props.Text)) {
		var cols []core.Col
		for _, c := range cells {
			s, p := of(c)
			if c.Right {
				p.Align = align.Right
			}
			cols = append(cols, text.NewCol(c.Width, sh.words(s, p.Size, lineWidth*float64(c.Width)/12), p))
		}
		sh.m.AddAutoRow(cols...)
	}
	rowOf(func(c Cell) (string, props.Text) {
		p := props.Text{Size: c.Size, Top: 1.4, VerticalPadding: 0.8}
		if p.Size == 0 {
			p.Size = 10
		}
		if c.Bold {
			p.Style = fontstyle.Bold
		}
		return c.Text, p
	})
	if slices.ContainsFunc(cells, func(c Cell) bool { return c.Small != "" }) {
		rowOf(func(c Cell) (string, props.Text) {
			return c.Small, props.Text{Size: 8, Top: 0.4, Bottom: 0.8, VerticalPadding: 0.6, Color: grey}
		})
	}
}

// Rule appends a thin line across the page.
func (sh Sheet) Rule() {
	sh.m.AddRows(line.NewRow(2.4, props.Line{Thickness: 0.2, SizePercent: 100, OffsetPercent: 50}))
}

// Aside is a text beside the QR, so many millimetres below its top.
func (sh Sheet) Aside(s string, top, size float64, style fontstyle.Type) core.Component {
	const left = 6
	return text.New(sh.words(s, size, lineWidth*2/3-left), props.Text{Left: left, Top: top, Size: size, Style: style, VerticalPadding: 0.9})
}

// Check appends the QR of address, with texts beside it.
func (sh Sheet) Check(address string, beside ...core.Component) error {
	return sh.Proof(address, QRHeight, beside...)
}

// QRHeight is that of the QR, in millimetres.
const QRHeight = 36

// Proof is Check in a row of a height, in millimetres.
func (sh Sheet) Proof(address string, height float64, beside ...core.Component) error {
	png, err := QR(address)
	if err != nil {
		return err
	}
	// The picture fills its cell up to the smaller of both sides.
	percent := QRHeight / min(height, lineWidth/3) * 100
	sh.m.AddRows(row.New(height).Add(
		image.NewFromBytesCol(4, png, extension.Png, props.Rect{Percent: min(percent, 100)}),
		col.New(8).Add(beside...),
	))
	return nil
}

// Bytes is the finished PDF.
func (sh Sheet) Bytes() ([]byte, error) {
	if *sh.lacks {
		sh.Add(i18n.ID.T("sheet.lacks")+" "+i18n.EN.T("sheet.lacks"), props.Text{Size: 8, Top: 2})
	}
	doc, err := sh.m.Generate()
	if err != nil {
		return nil, fmt.Errorf("sheet: PDF: %w", err)
	}
	return doc.GetBytes(), nil
}

// QR draws an address as a PNG.
func QR(address string) ([]byte, error) {
	png, err := qrcode.Encode(address, qrcode.Medium, 480)
	if err != nil {
		return nil, fmt.Errorf("sheet: QR: %w", err)
	}
	return png, nil
}

// words makes a text fit to print at a size in points on a width in millimetres: one paragraph, no word that is wider
// than the line, and the number of each letter that the font does not have, on which the library would stop.
func (sh Sheet) words(s string, size, width float64) string {
	var buf sfnt.Buffer
	var b strings.Builder
	for _, r := range plain(s) {
		if prints(sh.known, &buf, r) {
			b.WriteRune(r)
			continue
		}
		*sh.lacks = true
		fmt.Fprintf(&b, "[%U]", r)
	}
	var out []string
	for _, w := range strings.Fields(b.String()) {
		out = append(out, sh.pieces(&buf, w, size, width)...)
	}
	return strings.Join(out, " ")
}

// pieces cuts a word where the line ends.
func (sh Sheet) pieces(buf *sfnt.Buffer, word string, size, width float64) []string {
	var out []string
	start, at := 0, 0.0
	for i, r := range word {
		w := sh.advance(buf, r, size)
		if at+w > width && i > start {
			out, start, at = append(out, word[start:i]), i, 0
		}
		at += w
	}
	return append(out, word[start:])
}
