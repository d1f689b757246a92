package pack

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
)

// Problem is one thing wrong in a pack, at the place where an author mends it.
type Problem struct {
	File string // "batam/services/ktp-el-hilang.yaml"
	Line int    // 0 when the place has no line, such as a missing file
	Path string // "standard.requirements[2].code"; empty when the file cannot be read at all
	Code string // last part of the i18n key "pack.problem.<code>"
	Args []any
}

// In returns the problem as one line: place, then what is wrong there.
func (p Problem) In(l i18n.Locale) string {
	place := p.File
	if p.Line > 0 {
		place += ":" + strconv.Itoa(p.Line)
	}
	if p.Path != "" {
		place += ": " + p.Path
	}
	return place + ": " + l.T("pack.problem."+p.Code, p.Args...)
}

// Problems is everything found wrong. It is inside the refusal "pack.invalid": use errors.As.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.In(i18n.EN)
	}
	return strings.Join(lines, "\n")
}

// refusal returns the Invalid fault "pack.invalid" around found, or nil when nothing was.
func refusal(found Problems) error {
	if len(found) == 0 {
		return nil
	}
	return fault.Wrap(fault.Invalid, "pack.invalid", found)
}

// Join merges the problems inside errs into one refusal; an error that is not a refusal wins, being a fault of ours.
func Join(errs ...error) error {
	var all Problems
	for _, err := range errs {
		var found Problems
		switch {
		case err == nil:
		case errors.As(err, &found):
			all = append(all, found...)
		default:
			return err
		}
	}
	return refusal(all)
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	yamlType    = regexp.MustCompile("^cannot unmarshal !!(\\S+) (?:`(.*)` )?into \\S+$") // the type is one of the program's, which no writer knows
)

// yamlRefusal turns what the YAML reader says into problems of the file at origin.
func yamlRefusal(origin string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return refusal(Problems{{File: origin, Code: "empty"}})
	}
	texts := []string{err.Error()}
	var many *yaml.TypeError
	if errors.As(err, &many) {
		texts = many.Errors
	}
	var found Problems
	for _, text := range texts {
		p := Problem{File: origin, Code: "unreadable"}
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			p.Line, _ = strconv.Atoi(m[1])
			text = m[2]
		}
		p.Args = []any{"cause", strings.TrimPrefix(text, "yaml: ")}
		if m := yamlUnknown.FindStringSubmatch(text); m != nil {
			p.Code, p.Args = "unknown_field", []any{"field", m[1]}
		}
		if m := yamlType.FindStringSubmatch(text); m != nil {
			p.Code, p.Args = "wrong_shape", []any{"value", cmp.Or(m[2], m[1])}
		}
		found = append(found, p)
	}
	return refusal(found)
}

// lineOf returns the line of the value at path ("days[3].name.en") below root, or of the nearest parent that exists.
func lineOf(root *yaml.Node, path string) int {
	n := root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	line := n.Line
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next, at := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, at
	}
	return line
}

// child returns the node at one step below n, and its line: of the key in a mapping, of the item in a sequence.
func child(n *yaml.Node, step string) (*yaml.Node, int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if i, err := strconv.Atoi(step); err == nil && n.Kind == yaml.SequenceNode {
		if i < len(n.Content) {
			return n.Content[i], n.Content[i].Line
		}
		return nil, 0
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == step {
			return n.Content[i+1], n.Content[i].Line
		}
	}
	return nil, 0
}

// At spells the path of item i of a list, for Check.
func At(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
