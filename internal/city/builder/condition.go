package builder

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"bedelau/internal/kernel/form"
)

// How a condition compares an answer, in words that an administrator chooses from.
const (
	OpIs          = "is" // also: a ticked option
	OpIsNot       = "is_not"
	OpMore        = "more"
	OpLess        = "less"
	OpYounger     = "younger" // of a date of birth: years completed today
	OpAnswered    = "answered"
	OpNotAnswered = "not_answered"
)

// Ops lists the comparisons.
func Ops() []string {
	return []string{OpIs, OpIsNot, OpMore, OpLess, OpYounger, OpAnswered, OpNotAnswered}
}

// Condition writes the comparison of an answer as an expression; false when it makes no sense for that kind of question,
// or value is none of its answers.
func Condition(q form.Field, op, value string) (string, bool) {
	return compared(q, q.Name(), op, value)
}

// RuleOps are the comparisons that Rule knows.
func RuleOps() []string { return []string{OpIs, OpIsNot, OpMore, OpLess, OpYounger} }

// Rule is Condition of the question's own answer, as what its author refuses.
func Rule(q form.Field, op, value string) (string, bool) {
	return compared(q, q.Code, op, value)
}

// compared is Condition of an answer that has another name there.
func compared(q form.Field, name, op, value string) (string, bool) {
	value = strings.TrimSpace(value)
	switch op {
	case OpAnswered:
		return strconv.Quote(name) + " in answered", true
	case OpNotAnswered:
		return "!(" + strconv.Quote(name) + " in answered)", true
	}
	sign, ok := map[string]string{OpIs: "==", OpIsNot: "!=", OpMore: ">", OpLess: "<"}[op]
	ordered := op == OpMore || op == OpLess
	switch q.Type {
	case form.Number:
		n, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
		text := strconv.FormatFloat(n, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return name + " " + sign + " " + text, ok && err == nil
	case form.Money, form.File, form.Group:
		n, err := strconv.ParseInt(strings.ReplaceAll(value, ".", ""), 10, 64)
		return name + " " + sign + " " + strconv.FormatInt(n, 10), ok && err == nil
	case form.Date:
		if n, err := strconv.Atoi(value); op == OpYounger {
			return "years(" + name + ", today) < " + strconv.Itoa(n), err == nil
		}
		_, err := time.Parse(time.DateOnly, value)
		return name + " " + sign + ` timestamp("` + value + `T00:00:00Z")`, ok && err == nil
	case form.YesNo, form.Consent:
		yes, known := map[string]bool{"ya": true, "yes": true, "tidak": false, "no": false}[strings.ToLower(value)]
		if !ok || ordered || !known {
			return "", false
		}
		if yes == (op == OpIs) {
			return name, true
		}
		return "!" + name, true
	case form.Choice, form.MultiChoice:
		value, known := optionOf(q, value)
		if !ok || ordered || !known {
			return "", false
		}
		if q.Type == form.Choice {
			return name + " " + sign + " " + strconv.Quote(value), true
		}
		if op == OpIs {
			return strconv.Quote(value) + " in " + name, true
		}
		return "!(" + strconv.Quote(value) + " in " + name + ")", true
	}
	return name + " " + sign + " " + strconv.Quote(value), ok && !ordered
}

// What a rule refuses about all rows of a group, in words that an administrator chooses from.
const (
	RowsSumNot = "sum_not"    // the answers do not add up to
	RowsNone   = "none_is"    // no row answers
	RowsNotOne = "not_one_is" // no row answers, or more than one
	RowsSome   = "some_is"    // a row answers
)

// RowOps lists them.
func RowOps() []string { return []string{RowsSumNot, RowsNone, RowsNotOne, RowsSome} }

// RowRule writes a rule of a group about the answers of its rows to one of their questions, as the expression by which the
// rows are refused; false when it makes no sense for that kind of question, or value is none of its answers.
func RowRule(q form.Field, op, value string) (string, bool) {
	name := "r." + q.Name()
	if op == RowsSumNot {
		n, ok := compared(q, "", OpIsNot, value)
		return "sum(rows.map(r, has(" + name + "), " + name + "))" + n, ok && (q.Type == form.Number || q.Type == form.Money)
	}
	is, ok := compared(q, name, OpIs, value)
	switch is = "has(" + name + ") && " + is; op {
	case RowsNone:
		return "!rows.exists(r, " + is + ")", ok
	case RowsNotOne:
		return "rows.filter(r, " + is + ").size() != 1", ok
	case RowsSome:
		return "rows.exists(r, " + is + ")", ok
	}
	return "", false
}

// optionOf finds an option by its value or by what it is called.
func optionOf(q form.Field, typed string) (string, bool) {
	at := slices.IndexFunc(q.Options, func(o form.Option) bool {
		if strings.EqualFold(o.Value, typed) {
			return true
		}
		for _, label := range o.Label {
			if strings.EqualFold(label, typed) {
				return true
			}
		}
		return false
	})
	if at < 0 {
		return "", false
	}
	return q.Options[at].Value, true
}

// Before lists the questions that a condition can name: those before a question, in a group also the earlier ones of its
// row; with an empty code those up to the end of a page, and with neither all of them.
func Before(f form.Form, page, code string) []form.Field {
	first, _, _ := strings.Cut(code, ".")
	var out []form.Field
	for _, p := range f.Pages {
		for _, fd := range p.Placed() {
			if code != "" && fd.Code == first {
				return append(out, ofRowBefore(fd, code)...)
			}
			out = appendNamed(out, fd)
		}
		if code == "" && p.Code == page {
			return out
		}
	}
	return out
}

func ofRowBefore(group form.Field, code string) []form.Field {
	var out []form.Field
	if group.Code == code {
		return nil
	}
	for _, sub := range group.Row(1) {
		if strings.HasSuffix(code, "."+sub.Name()) {
			return out
		}
		out = appendNamed(out, sub)
	}
	return out
}

// appendNamed adds what an expression can name of a question.
func appendNamed(out []form.Field, fd form.Field) []form.Field {
	for _, one := range fd.WithParts() {
		if one.Nameable() {
			out = append(out, one)
		}
	}
	return out
}
