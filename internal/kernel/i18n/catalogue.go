package i18n

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed locale/*.yaml
var files embed.FS

// message is one text in every language. ENOne is the English form for exactly one; Indonesian has no plural.
type message struct {
	ID    string `yaml:"id"`
	EN    string `yaml:"en"`
	ENOne string `yaml:"en_one"`
}

// in returns the text in l with its placeholders filled.
func (m message) in(l Locale, args []any) string {
	text := m.ID
	if l == EN {
		text = m.EN
		if m.ENOne != "" && isOne(args) {
			text = m.ENOne
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		if t, ok := value.(Text); ok {
			value = t.In(l)
		}
		text = strings.ReplaceAll(text, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(value))
	}
	return text
}

func isOne(args []any) bool {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "n" {
			return fmt.Sprint(args[i+1]) == "1"
		}
	}
	return false
}

// catalogue is read on first use. The embedded files are part of the program, so one that cannot be read is a bug and
// panics; a key written twice only costs a test.
var catalogue = sync.OnceValue(func() map[string]message {
	c, _, err := load(files)
	if err != nil {
		panic(err)
	}
	return c
})

// load merges every area file in the order of their names; twice names the keys that a second file defines again.
func load(fsys fs.FS) (all map[string]message, twice []string, err error) {
	names, err := fs.Glob(fsys, "locale/*.yaml")
	if err != nil {
		return nil, nil, err
	}
	all = map[string]message{}
	from := map[string]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, nil, err
		}
		area := map[string]message{}
		d := yaml.NewDecoder(bytes.NewReader(raw))
		d.KnownFields(true)
		if err := d.Decode(&area); err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		for key, m := range area {
			if other, ok := from[key]; ok {
				twice = append(twice, key+" is in "+other+" and in "+name)
				continue
			}
			all[key], from[key] = m, name
		}
	}
	return all, twice, nil
}
