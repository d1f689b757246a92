// Package ui is the parts of Bedelau's pages: the frames around them, forms, lists, badges, figures, charts, and the
// colours of a city. It renders what it is given and decides nothing; a page of web/page puts parts together, and the
// edge fills in the page's view.
//
// Times in a view are already in the city's zone. Text of the product comes from i18n by key, text of a city (the name
// of a service) is already in the reader's language. Everything works without a script, and nothing is inline, so that
// the strictest Content-Security-Policy holds.
package ui

import (
	"strings"

	"bedelau/internal/kernel/i18n"
)

// Frame is what surrounds a page.
type Frame string

// The frames. A page of an unknown frame gets the public one.
const (
	FramePublic   Frame = ""
	FrameOffice   Frame = "office"   // staff of a city, and of the BUMD, at work
	FramePlatform Frame = "platform" // the platform's own public pages
)

// Shell is what every page needs besides its content. Views embed it.
type Shell struct {
	L           i18n.Locale
	Frame       Frame
	City        City    // on the platform's host, the platform itself
	Path        string  // where this page can be read, with its query: the language switch returns here
	Under       string  // the menu's entry that it belongs to, where its address does not say so
	Title       string  // without the city's name, which is added
	Description string  // for search engines; empty is left out
	Groups      []Group // the pages beside this one, where a section of the desk has many
	User        *User   // nil when nobody is signed in
	Demo        bool
	Flash       *Flash
	ErrorTitle  bool  // the page was answered with errors: the title says so first, for those who hear it
	Warning     *Link // what must be seen to, on every page of the desk, with the page where it is
	Reload      int   // seconds after which a browser without scripts loads the page again; never when zero
	NoIndex     bool  // keep search engines away: pages about one person
}

// City is how a city presents itself. Logo and BrandCSS are addresses on this host; empty ones have a stand-in.
type City struct {
	Slug, Name, Short              string // "batam", "Kota Batam", "Batam"
	Logo, BrandCSS                 string
	Phone, Email, Address, Website string
	Number                         string // what a number of its applications looks like
	Ducts                          bool   // has shared ducts in its plan
}

// User is who is signed in. Links is the menu of staff, as DeskNav made it; residents have a menu of their own.
type User struct {
	Name, Role string
	Links      []Link
}

// Link is one entry of a menu.
type Link struct{ Href, Label, Icon string }

// Flash is a message carried over one redirect. Tone is "good", "care", "bad" or empty.
type Flash struct{ Tone, Text string }

// current says whether href is the section of the page shown now. Of two entries of the menu that lie one under the other it is the
// one whose address is more of the page's.
func (s Shell) current(href string) bool {
	if s.Under != "" {
		return href == s.Under
	}
	if s.User != nil {
		for _, x := range s.User.Links {
			if len(x.Href) > len(href) && s.under(x.Href) {
				return false
			}
		}
	}
	return s.under(href)
}

// under says whether the page shown now is that of href or lies under it.
func (s Shell) under(href string) bool {
	path, _, _ := strings.Cut(s.Path, "?")
	if href == "/" {
		return path == "/"
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// title is the title element: errors first, then the page, then the site.
func (s Shell) title() string {
	t := s.City.Name
	if s.Title != "" {
		t = s.Title + " · " + t
	}
	if s.ErrorTitle {
		t = s.L.T("error.prefix") + " " + t
	}
	return t
}

// initial stands in for a logo.
func (c City) initial() string {
	for _, r := range c.Short {
		return string(r)
	}
	return ""
}

// other is the language the reader may change to.
func (s Shell) other() i18n.Locale {
	if s.L == i18n.EN {
		return i18n.ID
	}
	return i18n.EN
}

func (s Shell) lang() string {
	if s.L == "" {
		return string(i18n.ID)
	}
	return string(s.L)
}
