package notify

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"regexp"
	"strings"
	"text/template"
	"unicode"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

//go:embed template
var templates embed.FS

// kind says what a template needs to be written.
type kind struct {
	needs   []string // keys of Data that must be there; "path" is the page that the mail's button opens, "file" the id of a file that goes with it
	may     []string // keys that may be missing or empty
	account bool     // about the account itself: asked for by identity alone, may carry a secret
	secret  secret   // what Message.Sealed holds, once opened
	unnamed bool     // the name is not yet known to be the reader's own, and would let anyone put words into our mail
}

// secret says where the sealed part of a message goes when its mail is written.
type secret int

const (
	noSecret   secret = iota
	linkSecret        // into the path of its page, in the place of {token}
	codeSecret        // into the text, as "code"
)

// kinds lists every template.
func kinds() map[string]kind {
	matter := []string{"number", "service", "path"}
	with := func(more ...string) []string { return append(append([]string{}, matter...), more...) }
	visit := kind{needs: []string{"code", "service", "counter", "address", "when", "path"}, may: []string{"starts", "ends", "uid", "sequence", "reason"}}
	return map[string]kind{
		"account_confirm":       {account: true, unnamed: true},
		"account_exists":        {account: true},
		"password_reset":        {account: true},
		"staff_invite":          {account: true},
		"invite_held":           {account: true},
		"application_submitted": {needs: with("agency"), may: []string{"due"}},
		"appointment_booked":    visit,
		"appointment_moved":     visit,
		"appointment_cancelled": visit,
		"appointment_displaced": visit,
		"appointment_reminder":  visit,
		"calendar_missing":      {needs: []string{"year", "path"}},
		"work_guarantee_ends":   {needs: []string{"number", "owner", "day", "path"}},
		"work_guarantee_ended":  {needs: []string{"number", "owner", "day", "path"}},
		"work_report_due":       {needs: []string{"number", "title", "due", "path"}},
		"work_report_late":      {needs: []string{"number", "title", "due", "path"}},
		"season_ends":           {needs: []string{"service", "closes", "path"}},
		"season_over":           {needs: []string{"service", "closes", "path"}},
		"deadline_changed":      {needs: with("body")},
		"correction_requested":  {needs: matter, may: []string{"reason"}},
		"application_approved":  {needs: matter, may: []string{"reason"}},
		"application_rejected":  {needs: matter, may: []string{"reason"}},
		"document_revoked":      {needs: matter, may: []string{"reason"}},
		"document_replaced":     {needs: matter, may: []string{"reason"}},
		"document_expiring":     {needs: []string{"document", "number", "date", "path"}, may: []string{"renewal"}},
		"application_escalated": {needs: with("agency", "due"), may: []string{"standin"}},
		"case_assigned":         {needs: []string{"number", "path"}},
		"case_corrected":        {needs: []string{"number", "path"}},
		"case_stepped":          {needs: []string{"number", "path"}},
		"case_late":             {needs: []string{"number", "path"}},
		"cosign_asked":          {needs: []string{"service", "applicant", "role", "until", "path"}, secret: linkSecret, unnamed: true},
		"cosign_code":           {needs: []string{"service"}, secret: codeSecret, unnamed: true},
		"plan_limit":            {needs: []string{"where", "month", "limit", "used", "most", "level", "path"}},
		"budget_used":           {needs: []string{"where", "month", "amount", "budget", "level", "path"}},
		"budget_forecast":       {needs: []string{"where", "month", "amount", "budget", "level", "path"}},
		"invoice_issued":        {needs: []string{"number", "amount", "due", "path"}, may: []string{"about"}},
		"invoice_credited":      {needs: []string{"number", "amount", "path"}, may: []string{"about"}},
		"invoice_due_soon":      {needs: []string{"number", "amount", "due", "path"}, may: []string{"days", "limits_from"}},
		"invoice_overdue":       {needs: []string{"number", "amount", "due", "path"}, may: []string{"days", "limits_from"}},
		"invoice_limits_ahead":  {needs: []string{"number", "amount", "due", "limits_from", "path"}, may: []string{"days"}},
		"invoice_limited":       {needs: []string{"number", "amount", "due", "limits_from", "path"}, may: []string{"days"}},
		"duct_bill_issued":      {needs: []string{"number", "amount", "due"}, may: []string{"about", "path", "body", "file"}}, // who has no page reads in the body how to pay
		"duct_bill_credited":    {needs: []string{"number", "amount"}, may: []string{"about", "path", "body", "file"}},
		"duct_bill_due_soon":    {needs: []string{"number", "amount", "due"}, may: []string{"days", "path", "body", "file"}},
		"duct_bill_overdue":     {needs: []string{"number", "amount", "due"}, may: []string{"days", "path", "body", "file"}},
		"duct_bill_paid":        {needs: []string{"number", "amount", "date", "file"}, may: []string{"open", "body"}},
		"duct_damage_new":       {needs: []string{"number", "kind", "source", "path"}},
		"duct_damage_late":      {needs: []string{"number", "kind", "clock", "path"}},
		"duct_damage_hit":       {needs: []string{"number", "kind", "path"}},
		"duct_damage_news":      {needs: []string{"number", "kind", "what", "path"}, may: []string{"body"}},
		"wave_survey":           {needs: []string{"wave", "until", "path"}},
		"wave_remind_survey":    {needs: []string{"wave", "until", "path"}},
		"wave_commit":           {needs: []string{"wave", "until", "path"}},
		"wave_remind_commit":    {needs: []string{"wave", "until", "path"}},
		"wave_planned":          {needs: []string{"wave", "from", "to", "path"}},
		"wave_dropped":          {needs: []string{"wave", "reason", "path"}},
		"duct_wait_offered":     {needs: []string{"number", "from", "to", "what", "until", "path"}},
		"duct_wait_ended":       {needs: []string{"number", "from", "to", "what", "state", "path"}, may: []string{"reason"}},
		"duct_augment_answered": {needs: []string{"number", "kind", "segment", "state", "path"}, may: []string{"reason"}},
		"generic":               {needs: []string{"title", "body"}, may: []string{"path"}},
	}
}

const maxValue = 5000 // characters of one value of Data

// check refuses data that lacks a key, or that could break out of its place: a line break belongs in the running text
// alone, never in what becomes a header, and a path stays on the city's own site.
func (k kind) check(data map[string]string) error {
	for _, key := range k.needs {
		if strings.TrimSpace(data[key]) == "" {
			return fmt.Errorf("data lacks %q", key)
		}
	}
	for key, v := range data {
		if len([]rune(v)) > maxValue {
			return fmt.Errorf("data %q is too long", key)
		}
		if key != "reason" && key != "body" && strings.ContainsFunc(v, unicode.IsControl) {
			return fmt.Errorf("data %q holds a line break or control character", key)
		}
	}
	if p := data["path"]; p != "" && !localPath(p) {
		return errors.New(`data "path" is not a path`)
	}
	return nil
}

func localPath(p string) bool {
	return strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && !strings.ContainsAny(p, "\\ \r\n")
}

// letter is a message in words, before its frame.
type letter struct {
	Subject    string
	Action     string     // what the button says
	Paragraphs [][]string // of lines
}

type letters map[string]*template.Template

func parseLetters() (letters, error) {
	out := letters{}
	for name := range kinds() {
		for _, l := range i18n.All() {
			file := name + "." + string(l) + ".txt"
			t, err := template.New(file).Option("missingkey=error").ParseFS(templates, "template/"+file)
			if err != nil {
				return nil, fmt.Errorf("notify: %w", err)
			}
			out[file] = t
		}
	}
	return out, nil
}

// write fills a template in l. city is the name of the tenant.
func (ls letters) write(name string, l i18n.Locale, city string, data map[string]string) (letter, error) {
	t, ok := ls[name+"."+string(l)+".txt"]
	if !ok {
		return letter{}, fmt.Errorf("notify: no template %s in %s", name, l)
	}
	values := map[string]string{}
	for _, key := range kinds()[name].may {
		values[key] = ""
	}
	for key, v := range data {
		values[key] = v
	}
	values["city"] = city
	var parts [3]string
	for i, part := range []string{"subject", "action", "body"} {
		var b strings.Builder
		if err := t.ExecuteTemplate(&b, part, values); err != nil {
			return letter{}, fmt.Errorf("notify: %w", err)
		}
		parts[i] = b.String()
	}
	out := letter{Subject: oneLine(parts[0]), Action: oneLine(parts[1])}
	for p := range strings.SplitSeq(strings.ReplaceAll(parts[2], "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out.Paragraphs = append(out.Paragraphs, strings.Split(printable(p), "\n"))
		}
	}
	return out, nil
}

// oneLine makes s fit for a header.
func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

// printable drops control characters that a person typed or pasted, except line breaks.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// frame is what the layouts show around and of a letter.
type frame struct {
	letter
	Lang, City, Color              string
	Greeting, PlainLink, Why, Help string
	Link                           string
}

var hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// frameOf puts a letter into the city's frame. Link is absolute or empty.
func frameOf(lt letter, l i18n.Locale, city tenancy.City, name, link string) frame {
	f := frame{letter: lt, Lang: string(l), City: city.Name, Color: city.BrandColor, Link: link,
		Greeting: l.T("notify.greeting", "name", name), PlainLink: l.T("notify.plain_link"), Why: l.T("notify.why", "city", city.Name)}
	if name == "" {
		f.Greeting = l.T("notify.greeting_plain")
	}
	if !hexColor.MatchString(f.Color) {
		f.Color = "#1b2430"
	}
	var contact []string
	for _, c := range []string{city.Contact.Phone, city.Contact.Email, city.Contact.Website} {
		if c != "" {
			contact = append(contact, c)
		}
	}
	if len(contact) > 0 {
		f.Help = l.T("notify.help", "contact", strings.Join(contact, " · "))
	}
	return f
}

// layouts are the two forms of the frame.
type layouts struct {
	text *template.Template
	html *htmltemplate.Template
}

func parseLayouts() (layouts, error) {
	text, err := template.ParseFS(templates, "template/layout.txt")
	if err != nil {
		return layouts{}, err
	}
	page, err := htmltemplate.ParseFS(templates, "template/layout.html")
	return layouts{text: text, html: page}, err
}

func (ly layouts) render(f frame) (text, page string, err error) {
	var t, p bytes.Buffer
	if err := ly.text.Execute(&t, f); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	if err := ly.html.Execute(&p, f); err != nil {
		return "", "", fmt.Errorf("notify: %w", err)
	}
	return t.String(), p.String(), nil
}
