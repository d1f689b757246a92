package gis

import (
	"maps"
	"slices"
	"strings"
)

// Words is a JSON value in words: lists separated by commas, of an object what it says of itself.
func Words(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case []any:
		var all []string
		for _, one := range x {
			if text := Words(one); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	case map[string]any:
		if name := Words(x["name"]); name != "" {
			return name
		}
		var all []string
		for _, name := range slices.Sorted(maps.Keys(x)) {
			if text := Words(x[name]); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	}
	return said(x)
}
