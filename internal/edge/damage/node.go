package damage

import (
	"io"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/geo"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const (
	pathNodes  = ducts.PathNodes
	pathLabels = ducts.PathDucts + "/label.pdf"
	pathMake   = ducts.PathDucts + "/tindakan/label"
)

// nodeRoutes is the nodes of the network with their labels.
func (p *Pages) nodeRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one, at := site.IDs("id", "duct_node"), pathNodes+"/:id"
	return gate.Table{
		{Method: get, Path: pathNodes, Needs: read, Scope: city, Handler: p.nodes},
		{Method: get, Path: at, Needs: read, Scope: city, IDs: one, Handler: p.node},
		{Method: post, Path: at + "/foto", Page: at, Needs: manage, Scope: city, IDs: one, MaxBody: photoBody, Limit: limitPhoto, Handler: p.addNodePhoto},
		{Method: post, Path: at + "/label", Page: at, Needs: manage, Scope: city, IDs: one, Handler: p.renew},
		{Method: get, Path: at + "/foto/:file", Needs: read, Scope: city, IDs: site.IDs("id", "duct_node", "file", "duct_node_photo"), Handler: p.nodePhoto},
		{Method: post, Path: pathMake, Page: pathNodes, Needs: manage, Scope: city, Handler: p.makeLabels},
		{Method: get, Path: pathLabels, Needs: manage, Scope: city, Handler: p.labels},
	}
}

// nodes lists the nodes by code, of which labels can be printed.
func (p *Pages) nodes(c *gin.Context) error { return p.nodesAgain(c, http.StatusOK, nil) }

// nodesAgain is nodes, after a refusal.
func (p *Pages) nodesAgain(c *gin.Context, status int, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	day, from, after := p.DayIn(c), site.Clip(site.ToText(c.Query("mulai")), 64), c.Query("sesudah")
	var all []duct.Node
	if after == "" && from != "" {
		found, err := p.Ducts.NodesCalled(ctx, a, day, from)
		if err != nil {
			return err
		}
		all, after = found, from
	}
	more, err := p.Ducts.Nodes(ctx, a, day, after, pageSize+1)
	if err != nil {
		return err
	}
	all = append(all, more...)
	v := bill.View{Shell: p.DeskShell(c, l.T("damage.nodes")), Heading: l.T("damage.nodes"), Lead: l.T("damage.nodes_lead"), Errors: errs}
	s := bill.Section{ID: "titik", Title: l.T("damage.nodes"), Quiet: true, Empty: &bill.Empty{Icon: "map-pin", Title: l.T("damage.nodes_none"), Text: l.T("damage.nodes_none_hint")}}
	s.Filter = &bill.Form{ID: "saring", Action: pathNodes, Get: true, Submit: l.T("duct.show"), Fields: []ui.Field{{Name: "mulai", Label: l.T("damage.nodes_from"), Value: from}}}
	if len(all) > pageSize {
		all = all[:pageSize]
		s.Next = pathNodes + "?" + url.Values{"sesudah": {all[pageSize-1].Code}}.Encode()
	}
	ids := make([]uuid.UUID, len(all))
	for i, n := range all {
		ids[i] = n.ID
	}
	made, err := p.Damages.Labels(ctx, a, ids)
	if err != nil {
		return err
	}
	has := map[uuid.UUID]bool{}
	for _, b := range made {
		has[b.NodeID] = true
	}
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	t := &bill.Table{Title: l.T("damage.nodes"), Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.what")}, {Label: l.T("duct.authority")}, {Label: l.T("duct.condition")}, {Label: l.T("damage.label")}}}
	for _, n := range all {
		mark := ui.Mark{Text: l.T("damage.label_none")}
		if has[n.ID] {
			mark = ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("damage.label_made")}
		}
		t.Rows = append(t.Rows, bill.Line{Pick: n.ID.String(), Cells: []bill.Cell{{Text: n.Code, Href: pathNodes + "/" + n.ID.String()}, {Text: l.T("damage.node_kind." + n.Kind), Small: n.Address}, {Text: names[n.Authority]}, {Text: l.T("duct.condition." + n.Condition)}, {Mark: mark}}})
	}
	if p.may(c, access.DuctManage) && len(all) > 0 {
		s.Empty = nil
		s.Forms = []bill.Form{{ID: "label", Plain: true, Action: pathMake, Boxes: t, Submit: l.T("damage.labels_print")}}
	} else {
		s.Table = t
	}
	v.Sections = []bill.Section{s}
	return p.Render(c, status, bill.Page(v))
}

// node is one node: what it is, what meets there, its label, photos and what went wrong there.
func (p *Pages) node(c *gin.Context) error { return p.nodeAgain(c, http.StatusOK, nil) }

// nodeAgain is node, after a refusal.
func (p *Pages) nodeAgain(c *gin.Context, status int, errs ui.Errors) error {
	ctx, a, l, day := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c), p.DayIn(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	n, meet, err := p.Ducts.Node(ctx, a, id, day)
	if err != nil {
		return err
	}
	names, _, err := p.Names(c)
	if err != nil {
		return err
	}
	ground, err := p.Ground(ctx, day)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, n.Code), Back: pathNodes, Heading: n.Code, Lead: l.T("damage.node_lead", "kind", l.T("damage.node_kind."+n.Kind), "day", l.Date(day)), Errors: errs}
	trade := l.T("duct.free_trade.false")
	if n.FreeTrade {
		trade = l.T("duct.free_trade.true")
	}
	rows := []ui.Row{{Label: l.T("duct.condition"), Value: l.T("duct.condition." + n.Condition)}, {Label: l.T("duct.authority"), Value: names[n.Authority]}, {Label: l.T("duct.free_trade"), Value: trade}, {Label: l.T("duct.since"), Value: l.Date(n.Since)}}
	for _, r := range []struct{ key, value string }{{"damage.address", n.Address}, {"duct.note", n.Note}} {
		if r.value != "" {
			rows = append(rows, ui.Row{Label: l.T(r.key), Value: r.value})
		}
	}
	v.Sections = append(v.Sections, bill.Section{ID: "keadaan", Title: l.T("duct.state"), Rows: rows},
		bill.Section{ID: "letak", Title: l.T("duct.place"), Map: site.PlacesMap(l, ground, "titik", []geo.Point{{Lat: n.At.Lat(), Lon: n.At.Lon()}})})
	s := bill.Section{ID: "ruas", Title: l.T("damage.meet"), Empty: &bill.Empty{Icon: "map-pin", Title: l.T("damage.meet_none"), Text: l.T("damage.meet_none_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("duct.code")}, {Label: l.T("duct.road")}, {Label: l.T("duct.length"), End: true}, {Label: l.T("duct.condition")}}}
	for _, x := range meet {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Code, Href: ducts.SegmentPath(x.Code, day)}, {Text: x.Road}, {Text: ducts.Metres(l, x.LengthMM)}, {Text: l.T("duct.condition." + x.Condition)}}})
	}
	v.Sections = append(v.Sections, s)
	label, err := p.labelSection(c, id)
	if err != nil {
		return err
	}
	photos, err := p.nodePhotos(c, id, errs)
	if err != nil {
		return err
	}
	past, err := p.Damages.List(ctx, a, ductdamage.Filter{Node: id}, ductdamage.Place{}, pageSize)
	if err != nil {
		return err
	}
	history := bill.Section{ID: "gangguan", Title: l.T("damage.history"), Table: p.Table(c, past, PathDamage), Empty: &bill.Empty{Icon: "circle-check", Title: l.T("damage.none"), Text: l.T("damage.history_none")}}
	v.Sections = append(v.Sections, label, photos, history)
	return p.Render(c, status, bill.Page(v))
}

// labelSection is the label of a node, or a way to make one.
func (p *Pages) labelSection(c *gin.Context, node uuid.UUID) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "label", Title: l.T("damage.label"), Text: l.T("damage.label_text")}
	all, err := p.Damages.Labels(c.Request.Context(), gate.ActorOf(c), []uuid.UUID{node})
	if err != nil {
		return s, err
	}
	may := p.may(c, access.DuctManage)
	if len(all) == 0 {
		s.Empty = &bill.Empty{Icon: "qrcode", Title: l.T("damage.label_none"), Text: l.T("damage.label_none_hint")}
		if may {
			s.Forms = []bill.Form{{ID: "buat", Plain: true, Action: pathMake, Hidden: []ui.Option{{Value: bill.BoxName, Label: node.String()}}, Submit: l.T("damage.label_make")}}
		}
		return s, nil
	}
	address := p.CityURL(gate.CityOf(c)) + pathPublic + "/" + all[0].Token
	if s.QR, err = site.Picture(address); err != nil {
		return s, err
	}
	s.QRText = l.T("damage.label_qr")
	s.Rows = []ui.Row{{Label: l.T("damage.label_address"), Value: address}, {Label: l.T("damage.label_token"), Value: ductdamage.Spaced(all[0].Token)}, {Label: l.T("damage.label_since"), Value: l.DateTime(site.Zoned(c, all[0].MadeAt))}}
	if may {
		s.Links = []ui.Link{{Href: pathLabels + "?simpul=" + node.String(), Label: l.T("damage.label_print"), Icon: "file-text"}}
		s.Forms = []bill.Form{{ID: "ganti", Folded: true, Title: l.T("damage.label_renew"), Text: l.T("damage.label_renew_text"), Action: pathNodes + "/" + node.String() + "/label", Submit: l.T("damage.label_renew")}}
	}
	return s, nil
}

// nodePhotos is the photos of a node, and takes one in.
func (p *Pages) nodePhotos(c *gin.Context, node uuid.UUID, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "foto", Title: l.T("damage.node_photos"), Empty: &bill.Empty{Icon: "file-upload", Title: l.T("damage.no_photos"), Text: l.T("damage.node_photos_hint")}}
	all, err := p.Damages.NodePhotos(c.Request.Context(), gate.ActorOf(c), node)
	if err != nil {
		return s, err
	}
	for _, x := range all {
		s.Empty = nil
		s.Rows = append(s.Rows, ui.Row{Label: l.DateTime(site.Zoned(c, x.At)), Value: x.Words, Files: []ui.File{{Name: x.Name, Size: x.Size, Href: pathNodes + "/" + node.String() + "/foto/" + x.FileID.String(), Image: true}}})
	}
	if p.may(c, access.DuctManage) {
		photo := PhotoField(l, errs)
		photo.Optional = false
		s.Forms = []bill.Form{{ID: "unggah", Folded: true, Title: l.T("damage.photo_add"), Action: pathNodes + "/" + node.String() + "/foto", Submit: l.T("damage.photo_do"), Upload: true,
			Fields: []ui.Field{{Name: "words", Label: l.T("damage.photo_words"), Max: 200, Optional: true, Error: errs.Of("words")}, photo}}}
	}
	return s, nil
}

// addNodePhoto takes a photo of a node in.
func (p *Pages) addNodePhoto(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	var f files.File
	in, err := site.ReadUpload(c, "photo", ductdamage.PhotoMB, func(name string, body io.Reader) (err error) {
		f, err = p.Damages.Receive(ctx, a, name, body)
		return err
	})
	if err == nil {
		err = p.Damages.AddNodePhoto(ctx, a, id, in.Line("words"), f)
	}
	if err != nil {
		errs, status, ok := refused(c, err, map[string]string{"photo": "damage.photo", "words": "damage.photo_words"})
		if !ok {
			return err
		}
		return p.nodeAgain(c, status, errs)
	}
	return p.Done(c, pathNodes+"/"+id.String(), "damage_photo")
}

// nodePhoto sends one.
func (p *Pages) nodePhoto(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	file, err := site.PathID(c, "file")
	if err != nil {
		return err
	}
	f, body, err := p.Damages.NodePhoto(c.Request.Context(), gate.ActorOf(c), id, file)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// renew gives a node another label.
func (p *Pages) renew(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Damages.RenewLabel(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathNodes+"/"+id.String(), "damage_label")
}

// makeLabels gives the chosen nodes labels, and leads to the sheet on which they are printed.
func (p *Pages) makeLabels(c *gin.Context) error {
	in, err := site.ReadForm(c, bill.BoxName)
	q := url.Values{}
	var ids []uuid.UUID
	if err == nil {
		for _, typed := range in.Values[bill.BoxName] {
			id, failed := uuid.Parse(typed)
			if failed != nil {
				return site.NotFound()
			}
			ids = append(ids, id)
			q.Add("simpul", id.String())
		}
		err = p.Damages.MakeLabels(c.Request.Context(), gate.ActorOf(c), ids)
	}
	if err != nil {
		errs, status, ok := refused(c, err, map[string]string{"nodes": "damage.nodes"})
		if !ok {
			return err
		}
		return p.nodesAgain(c, status, errs)
	}
	p.Redirect(c, pathLabels+"?"+q.Encode())
	return nil
}

// labels is the sheet of the labels of some nodes.
func (p *Pages) labels(c *gin.Context) error {
	if site.Described(c, site.MimePDF) {
		return nil
	}
	var ids []uuid.UUID
	for _, typed := range c.QueryArray("simpul") {
		if id, err := uuid.Parse(typed); err == nil && len(ids) < ductdamage.LabelsMost {
			ids = append(ids, id)
		}
	}
	all, err := p.Damages.Labels(c.Request.Context(), gate.ActorOf(c), ids)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return site.NotFound()
	}
	city := gate.CityOf(c)
	pdf, err := ductdamage.PrintLabels(city, p.CityURL(city)+pathPublic, all, site.Zoned(c, p.Now()))
	if err != nil {
		return err
	}
	site.FileHeaders(c, site.MimePDF)
	c.Header("Content-Disposition", `inline; filename="label-ducting.pdf"`)
	c.Data(http.StatusOK, site.MimePDF, pdf)
	return nil
}
