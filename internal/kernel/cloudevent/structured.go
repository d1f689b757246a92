package cloudevent

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"bedelau/internal/kernel/fault"
)

// readStructured reads one event of the JSON format. Every member that is not data is an attribute or an extension.
func readStructured(raw []byte) Read {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return Read{Faults: []fault.Field{{Name: "event", Code: "not_object"}}}
	}
	var r reading
	if len(members) > maxNames {
		r.refuse("event", "too_many", "max", maxNames)
		return r.done()
	}
	data, base := members["data"], members["data_base64"]
	delete(members, "data")
	delete(members, "data_base64")
	for name, value := range members {
		if null(value) {
			continue // as if it were absent (JSON format 2.2)
		}
		var text string
		if name == "data" || !attributeName(name) {
			r.refuse(printable(name), "attribute")
			continue
		}
		if err := json.Unmarshal(value, &text); err != nil {
			if core(name) {
				r.refuse(name, "not_text")
			}
			continue // an extension may be a boolean or a number
		}
		r.set(name, text)
	}
	r.setData(data, base)
	return r.done()
}

// setData takes data as it stands, or from base64, of which only one may be there.
func (r *reading) setData(data, base json.RawMessage) {
	switch {
	case !null(data) && !null(base):
		r.refuse("data_base64", "not_answerable")
	case !null(data):
		r.event.Data = data
	case !null(base):
		var text string
		if err := json.Unmarshal(base, &text); err != nil {
			r.refuse("data_base64", "not_text")
			return
		}
		plain, err := base64.StdEncoding.DecodeString(text)
		if err != nil || wellFormed(plain) != nil {
			r.refuse("data_base64", "invalid")
			return
		}
		r.event.Data = plain
	}
}

func null(v json.RawMessage) bool {
	v = bytes.TrimSpace(v)
	return len(v) == 0 || string(v) == "null"
}
