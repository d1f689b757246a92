package builder

import (
	"regexp"
	"strings"

	"bedelau/internal/kernel/form"
)

// Chosen reads back what Condition wrote: the question, the comparison and the value that an administrator chose; false
// for an expression of another make.
func Chosen(questions []form.Field, text string) (q form.Field, op, value string, ok bool) {
	for _, q := range questions {
		if !strings.Contains(text, q.Name()) {
			continue
		}
		for _, op := range Ops() {
			for _, value := range valuesIn(text) {
				if again, ok := Condition(q, op, value); ok && again == text {
					if op == OpAnswered || op == OpNotAnswered {
						value = ""
					}
					return q, op, value, true
				}
			}
		}
	}
	return form.Field{}, "", "", false
}

var (
	quotedPattern = regexp.MustCompile(`"([^"\\]*)"`)
	numberPattern = regexp.MustCompile(`-?\d+(\.\d+)?$`)
)

// valuesIn are what may have been typed for an expression: what stands in quotes, the number at its end, and yes or no.
func valuesIn(text string) []string {
	out := []string{"ya", "tidak"}
	for _, m := range quotedPattern.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.TrimSuffix(m[1], "T00:00:00Z"))
	}
	if n := numberPattern.FindString(text); n != "" {
		out = append(out, strings.TrimSuffix(n, ".0"))
	}
	return out
}
