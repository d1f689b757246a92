package i18n

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
)

// Text is a city's own wording in one or both languages, such as the name of a service. It comes from a city pack or
// from an administrator, and is stored as jsonb.
type Text map[Locale]string

// In returns the text in l, or in Indonesian when l was not written.
func (t Text) In(l Locale) string {
	if s := t[l]; s != "" {
		return s
	}
	return t[ID]
}

// Unit returns t, the name of a unit, as it follows n. Data hold the plural alone; English takes its s away for one.
func (t Text) Unit(l Locale, n int64) string {
	unit := t.In(l)
	switch {
	case l != EN || n != 1:
		return unit
	case unit == "people":
		return "person"
	}
	return strings.TrimSuffix(unit, "s")
}

// Empty reports whether there is no wording at all.
func (t Text) Empty() bool { return t[ID] == "" && t[EN] == "" }

// Value stores t as jsonb; no wording is an empty object rather than NULL.
func (t Text) Value() (driver.Value, error) {
	if t == nil {
		return "{}", nil
	}
	b, err := json.Marshal(map[Locale]string(t))
	return string(b), err
}

// Scan reads t from jsonb.
func (t *Text) Scan(src any) error {
	*t = nil
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(v, (*map[Locale]string)(t))
	case string:
		return json.Unmarshal([]byte(v), (*map[Locale]string)(t))
	}
	return fmt.Errorf("i18n: cannot read a text from %T", src)
}
