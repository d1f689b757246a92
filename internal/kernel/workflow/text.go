package workflow

import (
	"regexp"
	"slices"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

var named = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// Fill replaces every known name of a text by its value; what a value itself contains is not looked at again.
func Fill(text string, values map[string]string) string {
	return named.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := values[p[1:len(p)-1]]; ok {
			return v
		}
		return p
	})
}

func checkNames(c *pack.Check, at string, t i18n.Text, known []string) {
	for l, text := range t {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, m[1]) {
				c.Add(at+"."+string(l), "no_such_field", "value", m[1])
			}
		}
	}
}
