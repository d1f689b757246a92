package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// Clamd asks a ClamAV daemon whether a file holds malware, by its INSTREAM command (clamd(8)).
type Clamd struct {
	network, address string
	timeout          time.Duration
}

// NewClamd returns a client for the daemon at an address like tcp://host:3310 or unix:///run/clamav/clamd.ctl. timeout
// bounds the scan of one file.
func NewClamd(address string, timeout time.Duration) (*Clamd, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
	case u.Scheme == "tcp" && u.Port() != "" && (u.Path == "" || u.Path == "/"):
		return &Clamd{"tcp", u.Host, timeout}, nil
	case u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return &Clamd{"unix", u.Path, timeout}, nil
	}
	return nil, fmt.Errorf("files: %q is not like tcp://host:3310 or unix:///run/clamav/clamd.ctl", address)
}

// Ping returns nil when the daemon answers.
func (c *Clamd) Ping(ctx context.Context) error {
	said, err := c.ask(ctx, "PING", nil)
	if err == nil && said != "PONG" {
		err = fmt.Errorf("files: clamd answers %q", said)
	}
	return err
}

// Scan returns the name of the malware in a file, or "" for a clean one. Any error means that the file was not scanned.
func (c *Clamd) Scan(ctx context.Context, body io.Reader) (string, error) {
	said, err := c.ask(ctx, "INSTREAM", body)
	if err != nil {
		return "", err
	}
	verdict, _ := strings.CutPrefix(said, "stream: ")
	if verdict == "OK" {
		return "", nil
	}
	if name, found := strings.CutSuffix(verdict, " FOUND"); found && name != "" {
		return name, nil
	}
	return "", fmt.Errorf("files: clamd answers %q", said)
}

// ask sends a command, with a body in pieces where it takes one, and returns the answer.
func (c *Clamd) ask(ctx context.Context, command string, body io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("files: clamd: %w", err)
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_, err = io.WriteString(conn, "z"+command+"\x00")
	if err == nil && body != nil {
		err = send(conn, body)
	}
	// A daemon that has had enough answers why and closes, so a failed write does not end the talk.
	said, failed := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if said = strings.TrimRight(said, "\x00\n"); said != "" {
		return said, nil
	}
	return "", fmt.Errorf("files: clamd: %w", errors.Join(err, failed))
}

// send writes a body as clamd wants it: each piece after its length, and an empty piece at the end.
func send(w io.Writer, body io.Reader) error {
	const piece = 64 << 10
	buf := make([]byte, 4+piece)
	for {
		n, err := io.ReadFull(body, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, err = w.Write([]byte{0, 0, 0, 0})
			return err
		}
		if err != nil {
			return err
		}
	}
}
