package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"bedelau/internal/kernel/fault"
)

// BodyTime is how long a sender may take over a JSON body, which is 1 MiB at the most.
const BodyTime = 30 * time.Second

// readBody takes in a JSON body and refuses what is not one, before its values are looked at: encoding/json would put
// replacement characters where the sender's bytes cannot be read, and PostgreSQL cannot keep NUL.
func readBody(c *gin.Context, takes body) error {
	if ct := c.GetHeader("Content-Type"); ct != "" {
		kind, params, err := mime.ParseMediaType(ct)
		if err != nil || kind != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
			return &fault.Error{Kind: fault.Unsupported, Code: "request.media_type", Args: []any{"type", "application/json"}}
		}
	}
	_ = huma.SetReadDeadline(c.Writer, time.Now().Add(BodyTime)) // a recorder of a test has none
	raw, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return Unread(err)
	}
	if raw = bytes.TrimSpace(raw); len(raw) > 0 || takes == needsBody {
		if err := wellFormed(raw); err != nil {
			return err
		}
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(raw))
	return nil
}

// Unread is why a body could not be read: too large, too slow, or broken off.
func Unread(err error) error {
	var late net.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case errors.As(err, &late) && late.Timeout():
		return fault.Wrap(fault.Malformed, "request.slow", err)
	}
	return fault.Wrap(fault.Malformed, "request.interrupted", err)
}

func wellFormed(raw []byte) error {
	if len(raw) == 0 {
		return malformed("body", "required")
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		var at *json.SyntaxError
		if errors.As(err, &at) {
			return malformed("body", "json", "n", at.Offset)
		}
		return malformed("body", "json", "n", len(raw))
	}
	if !utf8.Valid(raw) {
		where, ok := find(v, "", func(s string) bool { return strings.ContainsRune(s, utf8.RuneError) })
		if !ok {
			where = "body"
		}
		return malformed(where, "encoding")
	}
	if where, ok := find(v, "", func(s string) bool { return strings.ContainsRune(s, 0) }); ok {
		return fault.Fields([]fault.Field{{Name: where, Code: "encoding"}})
	}
	return nil
}

func malformed(field, code string, args ...any) error {
	return &fault.Error{Kind: fault.Malformed, Code: "request.malformed", Fields: []fault.Field{{Name: field, Code: code, Args: args}}}
}

// find returns the place of the first text in a JSON value that is bad, keys too.
func find(v any, at string, bad func(string) bool) (string, bool) {
	switch v := v.(type) {
	case string:
		return Clip(at), bad(v)
	case []any:
		for i, one := range v {
			if where, ok := find(one, fmt.Sprintf("%s[%d]", at, i), bad); ok {
				return where, true
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if bad(key) {
				return Clip(at), true
			}
			if where, ok := find(v[key], strings.TrimPrefix(at+"."+key, "."), bad); ok {
				return where, true
			}
		}
	}
	return "", false
}

// plain reports whether s is text that can be kept.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Clip bounds a name that the caller made up, before it goes back in an answer.
func Clip(name string) string {
	if name == "" {
		return "body"
	}
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "")
	if r := []rune(name); len(r) > 100 {
		return string(r[:100])
	}
	return name
}
