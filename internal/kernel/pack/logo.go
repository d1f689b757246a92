package pack

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// drawing lists the SVG elements that only draw. A logo is written into every page of its city, so anything that
// could run, load or restyle (script, style, use of other documents, foreignObject, animation) is refused.
const drawing = " svg g defs title desc path rect circle ellipse line polyline polygon text tspan clipPath mask linearGradient radialGradient stop symbol "

// checkLogo requires a well-formed SVG made of drawing elements without event handlers, inline style or links.
func (p *Pack) checkLogo(c *Check, name string) {
	raw, ok := p.Asset(name)
	if !ok {
		c.Add("brand.logo", "missing_file")
		return
	}
	// Comments, CDATA, doctypes and instructions end elsewhere for an HTML reader than for this XML one.
	for _, part := range []string{"<!", "<?"} {
		if bytes.Contains(raw, []byte(part)) {
			c.Add("brand.logo", "unsafe_svg", "part", part)
			return
		}
	}
	d, first := xml.NewDecoder(bytes.NewReader(raw)), true
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			return
		}
		if err != nil {
			c.Add("brand.logo", "unreadable", "cause", err)
			return
		}
		el, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if bad := unsafePart(el, first); bad != "" {
			c.Add("brand.logo", "unsafe_svg", "part", bad)
			return
		}
		first = false
	}
}

// unsafePart names what an element must not have, or returns "".
func unsafePart(el xml.StartElement, first bool) string {
	if first && el.Name.Local != "svg" || !strings.Contains(drawing, " "+el.Name.Local+" ") {
		return "<" + el.Name.Local + ">"
	}
	for _, a := range el.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		outside := strings.Contains(value, "url(") && !strings.Contains(value, "url(#")
		if strings.HasPrefix(name, "on") || name == "style" || name == "href" || outside {
			return a.Name.Local + "=\"…\""
		}
	}
	return ""
}
