package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/edge/rest"
)

// TestHostileInput sends what no honest program would, and reads the name of what is wrong.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	x := siti.draft(t, sitiNIK, "Siti Rahma")
	at := "/applications/" + x.ID.String()
	const js = "application/json"
	for _, tt := range []struct {
		name, method, path, contentType, body string
		status                                int
		code, field, fieldCode                string
	}{
		{"no body", "POST", "/applications", js, "", 400, "request.malformed", "body", "required"},
		{"white space", "POST", "/applications", js, " \n", 400, "request.malformed", "body", "required"},
		{"half an object", "POST", "/applications", js, `{"service": "ktp`, 400, "request.malformed", "body", "json"},
		{"not JSON", "POST", "/applications", js, `service=1`, 400, "request.malformed", "body", "json"},
		{"two values", "POST", "/applications", js, `{"service":"x"}{}`, 400, "request.malformed", "body", "json"},
		{"deep", "POST", "/applications", js, strings.Repeat("[", 12_000), 400, "request.malformed", "body", "json"},
		{"a list for an object", "POST", "/applications", js, `[]`, 422, "input.invalid", "body", "not_object"},
		{"null", "POST", "/applications", js, `null`, 422, "input.invalid", "body", "not_object"},
		{"a number for a text", "POST", "/applications", js, `{"service": 1}`, 422, "input.invalid", "service", "not_text"},
		{"null for a text", "POST", "/applications", js, `{"service": null}`, 422, "input.invalid", "service", "not_text"},
		{"an object for a text", "POST", "/applications", js, `{"service": {"$ne": ""}}`, 422, "input.invalid", "service", "not_text"},
		{"missing", "POST", "/applications", js, `{}`, 422, "input.invalid", "service", "required"},
		{"unknown", "POST", "/applications", js, `{"service": "x", "admin": true}`, 422, "input.invalid", "admin", "not_known"},
		{"empty", "POST", "/applications", js, `{"service": ""}`, 422, "input.invalid", "service", "required"},
		{"too long", "POST", "/applications", js, `{"service": "` + strings.Repeat("x", 101) + `"}`, 422, "input.invalid", "service", "too_long"},
		{"a body of 20 KB", "POST", "/applications", js, `{"service": "` + strings.Repeat("x", 20<<10) + `"}`, 413, "request.too_large", "", ""},
		{"bad UTF-8", "POST", "/applications", js, "{\"service\": \"\xff\xfe\"}", 400, "request.malformed", "service", "encoding"},
		{"UTF-16", "POST", "/applications", js, "\xff\xfe{\x00", 400, "request.malformed", "body", "json"},
		{"NUL", "POST", "/applications", js, `{"service": "a\u0000b"}`, 422, "input.invalid", "service", "encoding"},
		{"NUL in a name", "POST", "/applications", js, `{"a\u0000b": ""}`, 422, "input.invalid", "body", "encoding"},
		{"a reason that is a number", "POST", "/applications/" + x.ID.String() + "/cancellation", js, `{"reason": 1}`, 422, "input.invalid", "reason", "not_text"},
		{"a form", "POST", "/applications", "application/x-www-form-urlencoded", `service=x`, 415, "request.media_type", "", ""},
		{"text", "POST", "/applications", "text/plain", `{"service": "x"}`, 415, "request.media_type", "", ""},
		{"another charset", "POST", "/applications", js + "; charset=utf-16", `{}`, 415, "request.media_type", "", ""},
		{"a type that is none", "POST", "/applications", ";;", `{}`, 415, "request.media_type", "", ""},
		{"a bad number", "POST", "/tracking", js, `{"number": "'; DROP TABLE application; --", "phone4": "1234"}`, 422, "input.invalid", "number", "number_form"},

		{"a number out of range", "GET", "/services?limit=1000", "", "", 422, "input.invalid", "limit", "too_large"},
		{"not a number", "GET", "/services?limit=many", "", "", 422, "input.invalid", "limit", "not_integer"},
		{"a cursor that is none", "GET", "/services?cursor=%2e%2e", "", "", 400, "request.cursor", "cursor", "invalid"},
		{"an unknown parameter", "GET", "/services?categori=x", "", "", 422, "input.invalid", "categori", "not_known"},
		{"a parameter where none is", "GET", "/city?x=1", "", "", 422, "input.invalid", "x", "not_known"},
		{"NUL in a parameter", "GET", "/services?q=a%00b", "", "", 422, "input.invalid", "q", "encoding"},
		{"bad UTF-8 in a parameter", "GET", "/services?q=%ff", "", "", 422, "input.invalid", "q", "encoding"},
		{"a long search", "GET", "/services?q=" + strings.Repeat("x", 201), "", "", 422, "input.invalid", "q", "too_long"},
		{"NUL in a path", "GET", "/services/a%00b", "", "", 404, "api.not_found", "", ""},
		{"bad UTF-8 in a path", "GET", "/services/%ff", "", "", 404, "api.not_found", "", ""},
		{"up and away", "GET", "/services/..%2f..%2fme", "", "", 404, "", "", ""},

		{"an id that is none", "GET", "/applications/42", "", "", 404, "application.not_found", "", ""},
		{"an id in braces", "GET", "/applications/%7B" + x.ID.String() + "%7D", "", "", 404, "application.not_found", "", ""},
		{"an id of nobody", "GET", "/applications/" + uuid.NewString(), "", "", 404, "application.not_found", "", ""},
		{"the nil id", "GET", "/applications/" + uuid.Nil.String(), "", "", 404, "application.not_found", "", ""},
		{"a file id that is none", "GET", at + "/files/x", "", "", 404, "file.not_found", "", ""},
		{"a document id that is none", "GET", "/documents/x/pdf", "", "", 404, "document.not_found", "", ""},
		{"a page that is none", "PUT", at + "/answers/x", js, `{"answers": {}}`, 404, "application.no_page", "", ""},
		{"an answer of a wrong type", "PUT", at + "/answers/nik", js, `{"answers": {"nik": 2171046703900003}}`, 422, "input.invalid", "answers.nik", "not_text"},
		{"a wrong answer", "PUT", at + "/answers/nik", js, `{"answers": {"nik": "12"}}`, 422, "input.invalid", "answers.nik", "nik_digits"},
		{"NUL in an answer", "PUT", at + "/answers/nik", js, `{"answers": {"nik": "\u0000"}}`, 422, "input.invalid", "answers.nik", "encoding"},
		{"bad UTF-8 in an answer", "PUT", at + "/answers/nik", js, "{\"answers\": {\"nik\": \"\xc3\x28\"}}", 400, "request.malformed", "answers.nik", "encoding"},
		{"an answer to another page", "PUT", at + "/answers/nik", js, `{"answers": {"nik": "` + sitiNIK + `", "nomor_kk": "1"}}`, 422, "input.invalid", "answers.nomor_kk", "unknown_field"},
		{"many answers", "PUT", at + "/answers/nik", js, `{"answers": {` + manyKeys(1001) + `}}`, 422, "input.invalid", "answers", "too_many"},
		{"a megabyte", "PUT", at + "/answers/nik", js, `{"answers": {"nik": "` + strings.Repeat("1", 1<<20) + `"}}`, 413, "request.too_large", "", ""},
		{"a file for no field", "POST", at + "/files", "image/jpeg", "x", 422, "input.invalid", "field", "required"},
		{"a file for a text", "POST", at + "/files?field=nik", "image/jpeg", "x", 422, "input.invalid", "nik", "unknown_field"},
		{"a form with a file", "POST", at + "/files?field=file_kk", "multipart/form-data; boundary=x", "x", 415, "request.media_type", "", ""},
		{"a submission without a key", "POST", at + "/submission", "", "", 422, "input.invalid", "Idempotency-Key", "required"},
		{"a service that is none", "POST", "/applications", js, `{"service": "../../x"}`, 404, "catalog.unknown_service", "", ""},
		{"a service that is elsewhere", "POST", "/applications", js, `{"service": "` + notNative(t, siti) + `"}`, 409, "service.not_online", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if tt.contentType != "" {
				header = []string{"Content-Type", tt.contentType}
			}
			a := siti.do(t, tt.method, tt.path, strings.NewReader(tt.body), header...)
			var p rest.Problem
			if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s: %s", a.status, a.header.Get("Content-Type"), a.body)
			}
			if a.status != tt.status || p.Status != tt.status || tt.code != "" && p.Type != "/problems/"+tt.code {
				t.Fatalf("%d %s, want %d %s: %s", a.status, p.Type, tt.status, tt.code, a.body)
			}
			if tt.field == "" {
				return
			}
			i := slices.IndexFunc(p.Errors, func(e rest.Wrong) bool { return e.Field == tt.field })
			if i < 0 || p.Errors[i].Code != tt.fieldCode || strings.HasPrefix(p.Errors[i].Detail, "field.") || strings.Contains(p.Errors[i].Detail, "{") {
				t.Errorf("errors %+v, want %s of %s", p.Errors, tt.fieldCode, tt.field)
			}
			if strings.Contains(string(a.body), sitiNIK) {
				t.Error("the answer quotes the input")
			}
		})
	}
}

func manyKeys(n int) string {
	var keys []string
	for range n {
		keys = append(keys, `"`+uuid.NewString()+`": ""`)
	}
	return strings.Join(keys, ",")
}

func notNative(t *testing.T, c client) string {
	t.Helper()
	var all rest.Page[serviceSummary]
	c.get(t, "/services?limit=100", &all)
	for _, s := range all.Items {
		if !s.Applicable {
			return s.Code
		}
	}
	t.Fatal("every service is native")
	return ""
}

// TestNothingIsHalfWritten refuses a page of which one answer is wrong, and finds the old ones.
func TestNothingIsHalfWritten(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	x := siti.draft(t, sitiNIK, "Siti Rahma")
	at := "/applications/" + x.ID.String()
	p := siti.refused(t, "PUT", at+"/answers/identitas", answersRequest{Answers: map[string]given{"nama_lengkap": {"Lain"}, "tanggal_lahir": {"besok"}}}, 422, "input.invalid")
	if len(p.Errors) != 1 || p.Errors[0].Field != "answers.tanggal_lahir" {
		t.Errorf("errors %+v", p.Errors)
	}
	a := siti.do(t, "POST", at+"/files?field=file_kk", strings.NewReader("MZ is no picture"))
	if a.status != 415 && a.status != 422 {
		t.Errorf("a program as a family card: %d %s", a.status, a.body)
	}
	siti.call(t, "DELETE", 204, at+"/files/"+formOf(t, siti, at).field("file_kk").Files[0].ID.String(), nil, nil)
	large := io.MultiReader(bytes.NewReader(photo(t)), strings.NewReader(strings.Repeat("\x00", 6<<20)))
	a = siti.do(t, "POST", at+"/files?field=file_kk", large)
	if a.status != 413 || !strings.Contains(string(a.body), `"field":"file_kk","code":"file_too_large"`) {
		t.Errorf("6 MB: %d %s", a.status, a.body)
	}
	f := formOf(t, siti, at)
	if f.field("nama_lengkap").Value != "Siti Rahma" || len(f.field("file_kk").Files) != 0 || len(f.field("file_surat_kehilangan").Files) != 1 {
		t.Errorf("kept: %+v %+v", f.field("nama_lengkap"), f.field("file_kk"))
	}
}

func formOf(t *testing.T, c client, at string) applicationForm {
	t.Helper()
	var f applicationForm
	c.get(t, at+"/form", &f)
	return f
}

// TestAFileIsTheRightOne uploads by its content, reads it back whole and in part, and never lets a browser show it.
func TestAFileIsTheRightOne(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	var x Application
	siti.post(t, 200, "/applications", startRequest{Service: ktp}, &x)
	at := "/applications/" + x.ID.String() + "/files"
	raw := photo(t)
	a := siti.do(t, "POST", at+"?field=file_kk", bytes.NewReader(raw), "Content-Type", "application/pdf",
		"Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("../kk\u202egpj.exe"))
	var f file
	if err := json.Unmarshal(a.body, &f); err != nil || a.status != 201 || f.Type != "image/jpeg" || strings.ContainsAny(f.Name, "/\u202e") || !strings.HasPrefix(f.Name, "kk") || !strings.HasSuffix(f.Name, ".jpg") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	got := siti.do(t, "GET", a.header.Get("Location"), nil)
	sum := sha256.Sum256(got.body)
	if hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(got.body)) != f.Size || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("read back: %d bytes, %v", len(got.body), got.header)
	}
	part := siti.do(t, "GET", a.header.Get("Location"), nil, "Range", "bytes=2-5")
	if part.status != 206 || !bytes.Equal(part.body, got.body[2:6]) {
		t.Errorf("a range: %d, %d bytes", part.status, len(part.body))
	}
	if again := siti.do(t, "POST", at+"?field=file_kk", bytes.NewReader(raw)); again.status != 422 || !strings.Contains(string(again.body), "too_many_files") {
		t.Errorf("a second family card: %d %s", again.status, again.body)
	}
}

// TestABodyThatBreaksOff is told so, where it can still hear it.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	request := "POST /api/v1/tracking HTTP/1.1\r\nHost: " + batam + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"number\":"
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	var answer bytes.Buffer
	_, _ = answer.ReadFrom(conn)
	if !strings.HasPrefix(answer.String(), "HTTP/1.1 400") || !strings.Contains(answer.String(), "/problems/request.interrupted") {
		t.Errorf("answer: %s", answer.String())
	}
}

// TestWhatIsNotAnOperation is answered as the API does, in the caller's language.
func TestWhatIsNotAnOperation(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	c := w.at(batam)
	for path, want := range map[string]int{"/api": 404, "/api/": 404, "/api/v1": 404, "/api/v2/city": 404, "/api/v1/none": 404, "/api/v1/applications/x/y/z": 404} {
		c.refused(t, http.MethodGet, path, nil, want, "api.not_found")
	}
	a := c.do(t, http.MethodPatch, "/city", nil)
	if a.status != 405 || a.header.Get("Allow") != "GET" || !strings.Contains(string(a.body), "/problems/api.method") {
		t.Errorf("PATCH /city: %d, Allow %q, %s", a.status, a.header.Get("Allow"), a.body)
	}
	c.lang = "id"
	p := c.refused(t, http.MethodGet, "/none", nil, 404, "api.not_found")
	if p.Title != "Tidak ditemukan" || !strings.HasPrefix(p.Instance, "urn:uuid:") {
		t.Errorf("in Indonesian: %+v", p)
	}
	w.at("surabaya.localhost").refused(t, http.MethodGet, "/city", nil, 404, "city.unknown")
	w.at(bumd).refused(t, http.MethodGet, "/city", nil, 404, "page.not_found")
	if a := w.at(bumd).do(t, http.MethodGet, "/openapi.json", nil); a.status != 200 {
		t.Errorf("the document at the platform: %d", a.status)
	}
}
