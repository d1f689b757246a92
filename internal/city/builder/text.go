package builder

import (
	"bytes"
	"encoding/json"

	"gopkg.in/yaml.v3"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/workflow"
)

// Text is a form or a workflow as YAML, in the shape of a pack's file: whatever can be said of it is in it.
func Text[T form.Form | workflow.Workflow](v T) (string, error) {
	raw, err := json.Marshal(v) // which leaves out what is not said, and is YAML
	if err != nil {
		return "", err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return "", err
	}
	plain(&root)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return "", err
	}
	return b.String(), e.Close()
}

// plain takes the braces and quotes of JSON away, where YAML does without them.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}

// written is where problems of a definition are noted, each with the line on which its author finds it in Text.
func written[T form.Form | workflow.Workflow](code string, v T) (*pack.Check, error) {
	text, err := Text(v)
	if err != nil {
		return nil, err
	}
	return pack.Read(code, []byte(text), new(T))
}

// MostText is how long a text may be, in bytes.
const MostText = 200 << 10

// ReadText reads what Text writes. It refuses what cannot be read with the problems and their lines ("pack.invalid").
func ReadText[T form.Form | workflow.Workflow](code, text string) (T, error) {
	var v T
	if len(text) > MostText {
		return v, fault.Wrap(fault.Invalid, "pack.invalid", pack.Problems{{File: code, Code: "file_too_large", Args: []any{"max", MostText >> 10}}})
	}
	_, err := pack.Read(code, []byte(text), &v)
	return v, err
}

// RewriteForm makes a form that was written as text the draft, under its own code.
func RewriteForm(by form.Form) func(*form.Form) error {
	return func(f *form.Form) error {
		by.Code, by.Version, by.Tariffs = f.Code, f.Version, f.Tariffs
		*f = by
		return nil
	}
}
