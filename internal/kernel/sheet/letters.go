package sheet

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// letters is the font that tells which letters can be printed: Latin, Greek and Cyrillic. Other scripts need more than a
// font, such as Arabic, whose letters change their shape with their neighbours.
var letters = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(goregular.TTF) })

// plain is a text as it is printed: a letter and its mark are one where there is one for both, as many keyboards type them
// apart, and what stands for nothing on paper is left out.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// prints reports whether the font has a letter that the PDF library can take.
func prints(known *sfnt.Font, buf *sfnt.Buffer, r rune) bool {
	i, err := known.GlyphIndex(buf, r)
	return err == nil && i != 0 && r <= 0xFFFF
}

// Unprintable returns the letters of some texts that no page can show, in order and each once. Whoever issues a paper asks
// before, because it must say what was answered.
func Unprintable(texts ...string) []rune {
	known, err := letters()
	if err != nil {
		return nil // the font is part of the program, and New says that it cannot be read
	}
	var buf sfnt.Buffer
	var out []rune
	for _, s := range texts {
		for _, r := range plain(s) {
			if !prints(known, &buf, r) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// Spelled names letters with their numbers in Unicode, by which they are found whatever the reader's own font has: "王
// (U+738B)".
func Spelled(all []rune) string {
	var out []string
	for _, r := range all {
		out = append(out, fmt.Sprintf("%c (%U)", r, r))
	}
	return strings.Join(out, ", ")
}
