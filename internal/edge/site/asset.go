package site

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/web"
)

// forever is for an address that contains the hash of what it returns.
const forever = "public, max-age=31536000, immutable"

// mountAssets serves what is the same on every host: stylesheets, the script, and the answers that browsers and search
// engines ask for by themselves. They pass no gate: there is nothing to permit, and counting them would count pages
// several times.
func (p *Pages) mountAssets(e *gin.Engine) {
	static := gin.WrapH(web.ServeAsset())
	e.GET("/static/*file", static)
	e.HEAD("/static/*file", static)
	e.GET("/robots.txt", p.robots)
	e.GET("/favicon.ico", func(c *gin.Context) { c.Status(http.StatusNoContent) })
}

// robots keeps search engines on what is for everyone.
func (p *Pages) robots(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=86400")
	c.String(http.StatusOK, "User-agent: *\nDisallow: /akun\nDisallow: /atur-sandi\nDisallow: /bumd\nDisallow: /dokumen\nDisallow: /kelola\n"+
		"Disallow: /konfirmasi\nDisallow: /lacak\nDisallow: /masuk\nDisallow: /permohonan\nDisallow: /petugas\nDisallow: /undangan\nDisallow: /verifikasi\n")
}

// BrandFile serves a city's colours and its logo on that city's host. The hash must be the present one: an old address
// would otherwise be kept with new content for a year.
func (p *Pages) BrandFile(c *gin.Context) error {
	city := gate.CityOf(c)
	brand, ok := p.brand(city)
	switch path := c.Request.URL.Path; {
	case ok && path == brand.Path(city.Slug):
		c.Header("Cache-Control", forever)
		c.Data(http.StatusOK, "text/css; charset=utf-8", []byte(brand.CSS()))
	case city.Logo != "" && path == logoPath(city):
		c.Header("Cache-Control", forever)
		c.Header("Content-Security-Policy", "default-src 'none'; sandbox")
		c.Data(http.StatusOK, "image/svg+xml", []byte(city.Logo))
	default:
		return NotFound()
	}
	return nil
}
