package httpapi

import (
	"bytes"
	"maps"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestTheSchemaOfAServiceIsWhatTheAPIHoldsAnswersTo: a program reads the schema without a session; every answer that the
// API has taken fits it in the spelling in which it is kept, and what the API refuses does not.
func TestTheSchemaOfAServiceIsWhatTheAPIHoldsAnswersTo(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	published := w.at(batam).get(t, "/services/"+ktp+"/form/schema", nil)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("form.json", must(jsonschema.UnmarshalJSON(bytes.NewReader(published.body)))(t)); err != nil {
		t.Fatal(err)
	}
	schema := must(c.Compile("form.json"))(t)
	if schema.DraftVersion != 2020 {
		t.Errorf("the schema is of draft %d", schema.DraftVersion)
	}
	fits := func(answers map[string]given) bool {
		doc := map[string]any{}
		for code, v := range answers {
			doc[code] = v[0]
		}
		return schema.Validate(doc) == nil
	}
	siti := w.resident(t, w.w.Batam, "Siti Rahma", "siti@contoh.id")
	var x Application
	siti.post(t, 200, "/applications", startRequest{Service: ktp}, &x)
	at := "/applications/" + x.ID.String()
	for page, answers := range answersFor(sitiNIK, "Siti Rahma") {
		siti.call(t, "PUT", 204, at+"/answers/"+page, answersRequest{Answers: answers}, nil)
	}
	var f applicationForm
	siti.get(t, at+"/form", &f)
	kept := map[string]given{}
	for _, p := range f.Pages {
		for _, field := range p.Fields {
			if field.Value != "" {
				kept[field.Code] = given{field.Value}
			}
		}
	}
	if len(kept) != 11 || !fits(kept) {
		t.Errorf("what is kept does not fit the schema: %v", kept)
	}
	for page, bad := range map[string]map[string]string{
		"nik": {"nik": "217104670390000"}, "identitas": {"tanggal_lahir": "27 Maret 1990"}, "kk": {"nomor_kk": "nol"}, "kecamatan": {"kecamatan": "21.71.99"},
		"kontak": {"nomor_hp": "12345"}, "syarat": {"pernyataan_awal": "mungkin"}, "kehilangan": {"tempat_hilang": string(bytes.Repeat([]byte("a"), 3000))},
	} {
		for code, v := range bad {
			answers := maps.Clone(answersFor(sitiNIK, "Siti Rahma")[page])
			answers[code] = given{v}
			p := siti.refused(t, "PUT", at+"/answers/"+page, answersRequest{Answers: answers}, 422, "input.invalid")
			if len(p.Errors) == 0 || p.Errors[0].Field != "answers."+code || fits(answers) {
				t.Errorf("%s = %.40q: refused as %+v, and fits the schema: %v", code, v, p.Errors, fits(answers))
			}
		}
	}
	if fits(map[string]given{"is_admin": {"yes"}}) {
		t.Error("the schema takes an answer to no question")
	}
	w.at(batam).refused(t, "GET", "/services/nib/form/schema", nil, 409, "service.not_online")
}
