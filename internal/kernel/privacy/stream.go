package privacy

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/streamingaead/aesgcmhkdf"
)

// The form of a sealed stream is Tink's AES-GCM-HKDF: a header (its length, the salt of the stream's own key, the prefix
// of its nonces) and segments, each with a tag. The header counts as part of the first segment.
const (
	segmentSize = 64 << 10
	keySize     = 32
	prefixSize  = 7
	headerSize  = 1 + keySize + prefixSize
	tagSize     = 16
)

func makeStreamSet() (*keyset.Handle, error) {
	p, err := aesgcmhkdf.NewParameters(aesgcmhkdf.ParametersOpts{
		KeySizeInBytes: keySize, DerivedKeySizeInBytes: keySize, HKDFHashType: aesgcmhkdf.SHA256, SegmentSizeInBytes: segmentSize,
	})
	if err != nil {
		return nil, err
	}
	m := keyset.NewManager()
	id, err := m.AddNewKeyFromParameters(p)
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

// StreamsSince tells since when ctx's city has the key of SealTo, making it when there is none. A backup of the database
// from before cannot open what is sealed with it.
func (k *Keys) StreamsSince(ctx context.Context) (time.Time, error) {
	_, c, err := k.city(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return c.streamAt, nil
}

// SealTo returns a writer that seals what it is given for ctx's city and passes it on to w, 64 KiB at a time. Its Close
// writes the end, without which nothing opens, and leaves w open. context must be given again to OpenAt.
func (k *Keys) SealTo(ctx context.Context, w io.Writer, context string) (io.WriteCloser, error) {
	city, c, err := k.city(ctx)
	if err != nil {
		return nil, err
	}
	sealing, err := c.stream.NewEncryptingWriter(w, bound(city, context))
	if err != nil {
		return nil, fmt.Errorf("privacy: seal: %w", err)
	}
	return sealing, nil
}

// OpenAt returns what SealTo wrote for the same city and context, to be read from any place by one goroutine; size is
// that of the sealed bytes. It returns ErrUnreadable, and so does reading, for what this city did not seal for this
// context and for what was altered. The first segment is opened at once. Bytes cut off at the end are noticed when the
// last segment is read, so a caller who may not get that far compares the size with the one it knows.
func (k *Keys) OpenAt(ctx context.Context, sealed io.ReaderAt, size int64, context string) (*io.SectionReader, error) {
	city, c, err := k.city(ctx)
	if err != nil {
		return nil, err
	}
	var header [headerSize]byte
	if rest := size % segmentSize; size < headerSize+tagSize || rest > 0 && rest < tagSize {
		return nil, ErrUnreadable
	}
	if err := readAt(sealed, header[:], 0); err != nil {
		return nil, err
	}
	if header[0] != headerSize {
		return nil, ErrUnreadable
	}
	for i := range c.streamSet.Len() {
		entry, err := c.streamSet.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("privacy: key: %w", err)
		}
		key, ok := entry.Key().(*aesgcmhkdf.Key)
		if !ok || entry.KeyStatus() != keyset.Enabled {
			continue
		}
		s := &segments{sealed: sealed, size: size, prefix: [prefixSize]byte(header[1+keySize:]), held: -1}
		if s.aead, err = streamKey(key, header[1:1+keySize], bound(city, context)); err != nil {
			return nil, err
		}
		switch err := s.load(0); {
		case err == nil:
			return io.NewSectionReader(s, 0, s.plainSize()), nil
		case !errors.Is(err, ErrUnreadable):
			return nil, err
		}
	}
	return nil, ErrUnreadable
}

// streamKey derives the key of one stream as Tink does: HKDF with SHA-256 over the city's key, salted by the header, and
// with the associated data as its information.
func streamKey(key *aesgcmhkdf.Key, salt, associated []byte) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, key.KeyBytes().Data(insecuresecretdataaccess.Token{}), salt, string(associated), keySize)
	if err != nil {
		return nil, fmt.Errorf("privacy: key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("privacy: key: %w", err)
	}
	return cipher.NewGCM(block)
}

// segments opens a sealed stream in pieces. Tink for Go reads one from its beginning alone, which a browser that asks for
// the middle of a long scan would have to wait for.
type segments struct {
	sealed io.ReaderAt
	size   int64 // of the sealed bytes
	aead   cipher.AEAD
	prefix [prefixSize]byte

	held       int64 // the segment that plain is of; -1 for none
	buf, plain []byte
}

// count is how many segments there are.
func (s *segments) count() int64 { return (s.size + segmentSize - 1) / segmentSize }

func (s *segments) plainSize() int64 { return s.size - headerSize - s.count()*tagSize }

// ReadAt reads opened bytes. Unlike what io.ReaderAt promises it is not for several goroutines.
func (s *segments) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		at := off + int64(n)
		if at >= s.plainSize() {
			return n, io.EOF
		}
		i := (at + headerSize) / (segmentSize - tagSize)
		if err := s.load(i); err != nil {
			return n, err
		}
		n += copy(p[n:], s.plain[at-max(0, i*(segmentSize-tagSize)-headerSize):])
	}
	return n, nil
}

// load opens a segment, unless it is the one at hand. Its number and whether it is the last are in its nonce.
func (s *segments) load(i int64) error {
	if s.held == i {
		return nil
	}
	from, to := max(i*segmentSize, headerSize), min((i+1)*segmentSize, s.size)
	if s.buf == nil {
		s.buf, s.plain = make([]byte, min(segmentSize, s.size)), make([]byte, 0, min(segmentSize, s.size))
	}
	buf := s.buf[:to-from]
	if err := readAt(s.sealed, buf, from); err != nil {
		return err
	}
	var nonce [prefixSize + 5]byte
	copy(nonce[:], s.prefix[:])
	binary.BigEndian.PutUint32(nonce[prefixSize:], uint32(i))
	if i == s.count()-1 {
		nonce[len(nonce)-1] = 1
	}
	s.held = -1
	plain, err := s.aead.Open(s.plain[:0], nonce[:], buf, nil)
	if err != nil {
		return ErrUnreadable
	}
	s.held, s.plain = i, plain
	return nil
}

// readAt fills p; a stream that ends before is one that was cut.
func readAt(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case errors.Is(err, io.EOF):
		return ErrUnreadable
	}
	return fmt.Errorf("privacy: read: %w", err)
}
