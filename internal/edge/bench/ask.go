package bench

import (
	"fmt"
	"net/url"
	"sync/atomic"
)

const (
	host           = "batam.localhost"
	pagePath       = "/layanan/" + service
	sessionCookie  = "bedelau_session"
	acceptEncoding = "gzip, deflate, br"
)

// headers are what a browser sends, as far as anything here reads it.
const headers = "Host: " + host + "\r\n" +
	"User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml\r\nAccept-Language: id-ID,id;q=0.9\r\nAccept-Encoding: " + acceptEncoding + "\r\n" +
	"Sec-Fetch-Site: same-origin\r\n"

// perAddress is after how many requests a client comes from another address: half of what one may ask in a minute.
const perAddress = 300

func address(client, n int) string {
	return fmt.Sprintf("10.%d.%d.%d", client%250+1, n/perAddress/250%250, n/perAddress%250+1)
}

// visits asks for the page of a service again and again. first sets one measurement's addresses apart from another's.
func visits(first int) func(client, n int) []byte {
	var all [256][]byte // each client has its own
	return func(client, n int) []byte {
		request := &all[client%len(all)]
		if n%perAddress == 0 {
			*request = fmt.Appendf(nil, "GET %s HTTP/1.1\r\n%sX-Forwarded-For: %s\r\n\r\n", pagePath, headers, address(client, first+n))
		}
		return *request
	}
}

// submissions sends each draft once.
func submissions(drafts []draft) func(client, n int) []byte {
	var sent atomic.Int64
	return func(int, int) []byte {
		i := int(sent.Add(1)) - 1
		if i >= len(drafts) {
			return nil
		}
		return drafts[i].request()
	}
}

// request submits the draft. Its key holds its id, so that the script of a submission makes the key new with the id.
func (d draft) request() []byte {
	form := url.Values{"key": {"kirim-" + d.id.String()}}.Encode()
	return fmt.Appendf(nil, "POST /permohonan/%s/kirim HTTP/1.1\r\n%sX-Forwarded-For: 10.0.%d.%d\r\nCookie: %s=%s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		d.id, headers, d.id[14], d.id[15], sessionCookie, d.token, len(form), form)
}
