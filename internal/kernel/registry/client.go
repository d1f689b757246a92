package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// The bounds of one question: attempts, the rest between them, and what is read of an answer.
const (
	attempts  = 2
	pause     = 200 * time.Millisecond
	answerMax = 64 << 10 // bytes
	valueMax  = 300      // characters
)

type client struct{ http *http.Client }

func newClient() *client {
	return &client{http: &http.Client{
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext, MaxIdleConnsPerHost: 4,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 3 * time.Second, MaxResponseHeaderBytes: 16 << 10},
		// A redirect would take the key, and the person's number, to somewhere the city has not named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// failure is why a register gave no answer. It never holds what was asked.
type failure struct {
	reason string
	again  bool // another attempt may help
}

func (f failure) Error() string { return "registry: " + f.reason }

// ask sends one question, POST <url>/<kind> with {"id": …}, so that no log of an address holds the number. The answer is
// 200 with {"attributes": {name: text}}, or 404 for nobody, which is nil. A question changes nothing there, so that a
// second attempt is safe; both carry one Idempotency-Key.
func (c *client) ask(ctx context.Context, r Setting, key, id string) (map[string]string, error) {
	body, err := json.Marshal(map[string]string{"id": id})
	if err != nil {
		return nil, err
	}
	once := uuid.NewString()
	for n := 1; ; n++ {
		answer, err := c.once(ctx, r, key, once, body)
		var f failure
		if err == nil || n == attempts || !errors.As(err, &f) || !f.again {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

func (c *client) once(ctx context.Context, r Setting, key, once string, body []byte) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.TimeoutMS)*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/"+string(r.Kind), bytes.NewReader(body))
	if err != nil {
		return nil, failure{reason: "address"}
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", once)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, failure{reason: "unreachable", again: true} // the cause quotes the address
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound:
		return nil, nil
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return nil, failure{reason: fmt.Sprint("status ", res.StatusCode), again: true}
	case res.StatusCode != http.StatusOK:
		return nil, failure{reason: fmt.Sprint("status ", res.StatusCode)}
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, answerMax+1))
	if err != nil {
		return nil, failure{reason: "broken off", again: true}
	}
	return read(r.Kind, raw)
}

// read takes what a register may tell from its answer. It is a stranger's text: attributes that are none of ours are left
// out, before anything can keep them, and so is a value that cannot be one.
func read(k Kind, raw []byte) (map[string]string, error) {
	var in struct {
		Attributes map[string]any `json:"attributes"`
	}
	if len(raw) > answerMax || json.Unmarshal(raw, &in) != nil || in.Attributes == nil {
		return nil, failure{reason: "unreadable"}
	}
	out := map[string]string{}
	for _, name := range Attributes(k) {
		v, ok := in.Attributes[name].(string)
		v = strings.TrimSpace(v)
		if !ok || v == "" || !utf8.ValidString(v) || utf8.RuneCountInString(v) > valueMax || strings.ContainsFunc(v, unicode.IsControl) {
			continue
		}
		out[name] = v
	}
	return out, nil
}
