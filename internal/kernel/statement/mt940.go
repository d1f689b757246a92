package statement

import (
	"regexp"
	"strings"
	"time"
)

// The fields of an MT940 message: SWIFT User Handbook, Category 9, MT 940 Customer Statement Message.
var (
	tagPattern     = regexp.MustCompile(`^:([0-9]{2}[A-Z]?):(.*)$`)
	balancePattern = regexp.MustCompile(`^([CD])([0-9]{6})([A-Z]{3})([0-9]{1,15},[0-9]{0,2})$`)
	linePattern    = regexp.MustCompile(`^([0-9]{6})([0-9]{4})?(R?[CD])[A-Z]?([0-9]{1,15},[0-9]{0,2})([A-Z][A-Z0-9]{3})([^\n]{0,16}?)(?://([^\n]{0,34}))?(?:\n([^\n]*))?$`)
)

type mtField struct {
	tag, value string
	line       int
}

// readMT940 reads the messages of a file, with or without the blocks in which SWIFT carries them.
func readMT940(raw []byte) ([]Statement, error) {
	fields, err := mtFields(string(raw))
	if err != nil {
		return nil, err
	}
	var all []Statement
	var s *mtStatement
	for _, f := range fields {
		if f.tag == "20" {
			if s != nil {
				return nil, malformed(f.line, ":62F:") // the one before has no end
			}
			s = &mtStatement{Statement: Statement{Format: MT940}}
			continue
		}
		if s == nil {
			if f.tag == "64" || f.tag == "65" || f.tag == "86" { // of the balance that has just ended a message
				continue
			}
			return nil, malformed(f.line, ":20:")
		}
		if err := s.take(f); err != nil {
			return nil, err
		}
		if s.ended {
			all, s = append(all, s.Statement), nil
		}
	}
	if s != nil || len(all) == 0 {
		return nil, malformed(0, ":62F:")
	}
	return all, nil
}

// mtFields cuts a file at its tags; what follows without one goes on with the field before.
func mtFields(text string) ([]mtField, error) {
	var all []mtField
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if i := strings.LastIndex(line, "{4:"); i >= 0 {
			line = line[i+3:]
		}
		trimmed := strings.TrimRight(line, " ")
		if m := tagPattern.FindStringSubmatch(trimmed); m != nil {
			all = append(all, mtField{m[1], m[2], n + 1})
			continue
		}
		switch {
		case trimmed == "" || trimmed == "-" || strings.HasPrefix(trimmed, "-}") || strings.HasPrefix(trimmed, "{"):
			continue // between messages
		case len(all) == 0:
			return nil, malformed(n+1, ":20:")
		}
		last := &all[len(all)-1]
		last.value += "\n" + strings.TrimRight(line, "\r")
		if len(last.value) > 4096 {
			return nil, malformed(n+1, ":"+last.tag+":")
		}
	}
	return all, nil
}

// mtStatement is a message while it is read.
type mtStatement struct {
	Statement
	opened, ended bool
	last          bool // whether the field before was a line, which :86: tells about
}

func (s *mtStatement) take(f mtField) error {
	bad := func() error { return malformed(f.line, ":"+f.tag+":") }
	about := s.last
	s.last = false
	switch f.tag {
	case "25", "25P":
		account, _, _ := strings.Cut(f.value, "\n")
		if i := strings.LastIndex(account, "/"); i >= 0 { // before it stands the code of the bank
			account = account[i+1:]
		}
		if s.Account = Plain(strings.TrimSuffix(strings.TrimSpace(account), "IDR")); s.Account == "" {
			return bad()
		}
	case "60F", "60M":
		amount, on, err := mtBalance(f)
		if err != nil || s.opened {
			return orElse(err, bad)
		}
		s.opened, s.Stated, s.Opening, s.From = true, true, amount, on
	case "61":
		l, ok := mtLine(f.value)
		if !ok || !s.opened {
			return bad()
		}
		s.Lines, s.last = append(s.Lines, l), true
	case "86":
		if about {
			l := &s.Lines[len(s.Lines)-1]
			l.Text = clip(strings.TrimSpace(mtText(f.value)+"\n"+l.Text), textMost)
		}
	case "62F", "62M":
		amount, on, err := mtBalance(f)
		if err != nil || !s.opened || s.Account == "" {
			return orElse(err, bad)
		}
		s.Closing, s.To, s.ended = amount, on, true
	}
	return nil
}

func orElse(err error, bad func() error) error {
	if err != nil {
		return err
	}
	return bad()
}

func mtBalance(f mtField) (Sen, time.Time, error) {
	m := balancePattern.FindStringSubmatch(strings.TrimSpace(f.value))
	if m == nil {
		return 0, time.Time{}, malformed(f.line, ":"+f.tag+":")
	}
	if err := checkCurrency(m[3]); err != nil {
		return 0, time.Time{}, err
	}
	amount, ok := parseSen(m[4], ',', 0)
	on, valid := day("060102", m[2])
	if !ok || !valid {
		return 0, time.Time{}, malformed(f.line, ":"+f.tag+":")
	}
	if m[1] == "D" {
		amount = -amount
	}
	return amount, on, nil
}

// mtLine reads a field 61: the day of booking stands without its year beside that of the value.
func mtLine(value string) (Line, bool) {
	m := linePattern.FindStringSubmatch(value)
	if m == nil {
		return Line{}, false
	}
	amount, ok := parseSen(m[4], ',', 0)
	on, valid := day("060102", m[1])
	if !ok || !valid {
		return Line{}, false
	}
	if m[2] != "" {
		best := time.Time{}
		for _, year := range []int{on.Year() - 1, on.Year(), on.Year() + 1} {
			booked, ok := day("20060102", time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")+m[2])
			if ok && (best.IsZero() || booked.Sub(on).Abs() < best.Sub(on).Abs()) {
				best = booked
			}
		}
		if best.IsZero() {
			return Line{}, false
		}
		on = best
	}
	if m[3] == "D" || m[3] == "RC" { // a reversed credit goes out
		amount = -amount
	}
	l := Line{Day: on, Amount: amount, Text: clip(m[8], textMost), Reference: clip(m[7], nameMost)}
	if customer := clip(m[6], nameMost); l.Reference == "" && customer != "NONREF" {
		l.Reference = customer
	} else if customer != "NONREF" && customer != "" {
		l.Text = clip(customer+"\n"+l.Text, textMost)
	}
	return l, true
}

var subfieldPattern = regexp.MustCompile(`\?[0-9]{2}`)

// mtText is the text of a field 86; where it is divided into subfields (?20…) without their codes.
func mtText(value string) string {
	if len(subfieldPattern.FindAllString(value, 3)) < 2 {
		return value
	}
	return subfieldPattern.ReplaceAllString(value, "\n")
}
