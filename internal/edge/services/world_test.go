// Package services_test carries one application of each native service through the pages, from the first question to the
// document that the city issues and what anybody reads when they scan its code.
package services_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"bedelau/internal/edge/pagetest"
)

// numbers that no living person has; each is a man's or a woman's of the year in it.
const (
	siti  = "2171046703900003" // 27 March 1990
	budi  = "2171040112870001" // 1 December 1987
	nenek = "2171045505550002" // 15 May 1955
	rini  = "2171044408950004" // 4 August 1995
	anak  = "2171040505190005" // 5 May 2019
	kk    = "2171040102160008"
)

// city is a whole site with its tasks at work, and somebody who applies.
type city struct {
	*pagetest.Site
	t        *testing.T
	resident *pagetest.Browser
}

func open(t *testing.T) *city {
	t.Helper()
	t.Parallel()
	s := pagetest.Open(t)
	s.Work(t)
	return &city{Site: s, t: t, resident: s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")}
}

// story is one application on its way.
type story struct {
	*city
	service string
	by      *pagetest.Browser
	root    string // "/permohonan/<id>"
	number  string
	next    string // the page to which the site has led
}

// comesBack signs the resident in again, after days away.
func (c *city) comesBack() {
	c.t.Helper()
	c.resident.Goes(c.resident.Post("/masuk", "login", "siti.rahma@contoh.id", "password", pagetest.Password), "/permohonan")
}

// apply reads the service's page, in both languages, and starts.
func (c *city) apply(service string, words ...string) *story {
	c.t.Helper()
	return c.applyAs(c.resident, service, words...)
}

func (c *city) applyAs(who *pagetest.Browser, service string, words ...string) *story {
	c.t.Helper()
	who.Page("/layanan/"+service, words...)
	s := &story{city: c, service: service, by: who}
	a := who.Post("/ajukan/" + service)
	if a.Status != http.StatusSeeOther {
		c.t.Fatalf("%s does not start: %d\n%s", service, a.Status, pagetest.Text(a.Body))
	}
	s.root, s.next, _ = strings.Cut(a.To(), "/isi/")
	return s
}

// file is an upload among the answers of a page.
const file = "\x00file"

// send posts a page as a browser does; a value of file is a photo.
func (s *story) send(page string, pairs ...string) pagetest.Answer {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != file {
			if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
				s.t.Fatal(err)
			}
			continue
		}
		part, err := w.CreateFormFile(pairs[i], "foto.jpg")
		if err == nil {
			_, err = part.Write(pagetest.Photo(s.t))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.by.Send(http.MethodPost, s.root+"/isi/"+page, w.FormDataContentType(), &body)
}

// says answers the page to which the site has led, and is led on.
func (s *story) says(page string, pairs ...string) {
	s.t.Helper()
	if s.next != page {
		s.t.Fatalf("%s: the site leads to %q, not to %q", s.service, s.next, page)
	}
	s.by.Page(s.root + "/isi/" + page)
	a := s.send(page, pairs...)
	if a.Status != http.StatusSeeOther {
		s.t.Fatalf("%s, page %s: %d\n%s", s.service, page, a.Status, pagetest.Text(a.Body))
	}
	_, s.next, _ = strings.Cut(a.To(), "/isi/")
}

// again goes back to a page and answers it anew.
func (s *story) again(page string, pairs ...string) {
	s.t.Helper()
	s.next = page
	s.says(page, pairs...)
}

// refused answers a page wrongly and is told so.
func (s *story) refused(page, words string, pairs ...string) {
	s.t.Helper()
	s.by.Sees(s.send(page, pairs...), http.StatusUnprocessableEntity, words)
}

// asks looks at what a page asks now.
func (s *story) asks(page string, words ...string) {
	s.t.Helper()
	s.by.Page(s.root+"/isi/"+page, words...)
}

// hides looks whether a page does not put a question now.
func (s *story) hides(page, field string) {
	s.t.Helper()
	before, _, there := strings.Cut(s.by.Page(s.root+"/isi/"+page), `name="`+field+`"`)
	if !there {
		return
	}
	set, _, _ := strings.Cut(before[strings.LastIndex(before, "<fieldset"):], ">")
	if !strings.Contains(set, " hidden") {
		s.t.Errorf("%s: the page %s asks %s", s.service, page, field)
	}
}

// states ticks the last page.
func (s *story) states() {
	s.t.Helper()
	s.says("pernyataan", "paham_data_pribadi", "yes", "pernyataan_benar", "yes")
}

// sends checks the answers and sends the application.
func (s *story) sends(words ...string) {
	s.t.Helper()
	s.by.Page(s.root+"/periksa", words...)
	s.root, s.number = s.by.Sent(s.root)
	if !strings.HasPrefix(s.number, "BTM-") {
		s.t.Fatalf("%s has the number %q", s.service, s.number)
	}
}

// mayNotStart looks at the refusal to begin another one.
func (s *story) mayNotStart(words ...string) {
	s.t.Helper()
	a := s.by.Post("/ajukan/" + s.service)
	if a.Status == http.StatusSeeOther {
		a = s.by.Follow(a)
	}
	for _, w := range words {
		if !strings.Contains(pagetest.Text(a.Body), w) {
			s.t.Errorf("%s: a second one is not refused with %q: %d\n%s", s.service, w, a.Status, pagetest.Text(a.Body))
		}
	}
}

// own takes a step of the applicant's from a page of the application.
func (s *story) own(page, action, note string) pagetest.Answer {
	s.t.Helper()
	return s.by.Post(s.root+"/langkah", "action", action, "version", pagetest.Hidden(s.t, page, "version"), "note_"+action, note)
}

// turn looks whether the applicant's list says that it is theirs to do something, and what; empty for nothing.
func (s *story) turn(words string) {
	s.t.Helper()
	mine := pagetest.Text(s.by.Page("/permohonan", s.number))
	_, theirs, _ := strings.Cut(mine, "Perlu tindakan Anda")
	theirs, _, _ = strings.Cut(theirs, "Sedang diproses")
	if got := strings.Contains(theirs, s.number); got != (words != "") || !strings.Contains(theirs, words) {
		s.t.Errorf("%s: the list says of what is the applicant's turn %q, want %q", s.service, theirs, words)
	}
}

func (s *story) desk() string { return "/petugas" + s.root }

// stands waits until the applicant reads these words at the application.
func (s *story) stands(words string) {
	s.t.Helper()
	s.Soon(s.t, s.service+" says "+words, func() bool { return strings.Contains(pagetest.Text(s.by.Get(s.root).Body), words) })
}

// issued waits for the document and returns what it says; everybody who scans its code reads that it is valid.
func (s *story) issued(words ...string) string {
	s.t.Helper()
	var page string
	s.Soon(s.t, "the issue of a document", func() bool {
		page = s.by.Get(s.root).Body
		return strings.Contains(page, `href="/dokumen/`)
	})
	_, rest, _ := strings.Cut(page, `href="/dokumen/`)
	id, _, _ := strings.Cut(rest, `"`)
	pdf := s.by.Get("/dokumen/" + id)
	if pdf.Status != http.StatusOK {
		s.t.Fatalf("%s: the document is %d", s.service, pdf.Status)
	}
	said := pdfText(s.t, pdf.Body)
	for _, w := range words {
		if !strings.Contains(said, w) {
			s.t.Errorf("%s: the document does not say %q:\n%s", s.service, w, said)
		}
	}
	_, token, ok := strings.Cut(said, "/verifikasi/")
	if !ok {
		s.t.Fatalf("%s: the document names no address:\n%s", s.service, said)
	}
	token, _, _ = strings.Cut(token, " ")
	stranger := s.Browser(s.t, pagetest.HostBatam)
	stranger.Page("/verifikasi/"+token, "Dokumen ini asli dan berlaku")
	return said
}

// pdfText is what a PDF says, with one space between words.
func pdfText(t *testing.T, pdf string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = strings.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v (apt-get install poppler-utils)", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}
