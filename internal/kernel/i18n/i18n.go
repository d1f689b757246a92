// Package i18n is every sentence a person can read, in Indonesian and English, and the way dates and numbers are
// written in each.
//
// Texts live in locale/<area>.yaml as `key: {id: "…", en: "…"}`; Go code and templates name keys only. A test fails
// on a key that is used and absent, absent in one language, or present and used nowhere. The sentence of a
// fault.Error with code "x.y" is "fault.x.y"; of one of its fields with code "z", "field.z".
package i18n

import (
	"context"

	"golang.org/x/text/language"
)

// Locale is a language the interface is written in. The zero Locale reads as Indonesian.
type Locale string

// The locales. Indonesian is the language of record; English is equal in content.
const (
	ID Locale = "id"
	EN Locale = "en"
)

// All lists the locales in the order they are offered.
func All() []Locale { return []Locale{ID, EN} }

// Parse returns the locale named by s, as a cookie or a form holds it, and whether there is one.
func Parse(s string) (Locale, bool) {
	for _, l := range All() {
		if string(l) == s {
			return l, true
		}
	}
	return ID, false
}

var matcher = language.NewMatcher([]language.Tag{language.Indonesian, language.English})

// Pick returns the best locale for an Accept-Language header; Indonesian when the header names neither.
func Pick(header string) Locale {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return ID
	}
	if _, i, confidence := matcher.Match(tags...); i == 1 && confidence != language.No {
		return EN
	}
	return ID
}

// T returns the text of key with {name} placeholders filled from args: name, value, name, value. A text with a form
// for one ("en_one") uses it when the argument n is 1. An unknown key is returned as it is, so that a page still
// renders; a test finds such keys before a person does.
func (l Locale) T(key string, args ...any) string {
	m, ok := catalogue()[key]
	if !ok {
		return key
	}
	return m.in(l, args)
}

// Has reports whether key has a text.
func (l Locale) Has(key string) bool {
	_, ok := catalogue()[key]
	return ok
}

type localeKey struct{}

// With returns a context whose reader reads l.
func With(ctx context.Context, l Locale) context.Context {
	return context.WithValue(ctx, localeKey{}, l)
}

// From returns the reader's locale, Indonesian when none was set.
func From(ctx context.Context) Locale {
	if l, ok := ctx.Value(localeKey{}).(Locale); ok {
		return l
	}
	return ID
}
